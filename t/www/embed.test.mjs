/* The widget: its state, and what it costs the visitor. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { initial, queueShown, reduce, unreadOf }
  from '../../www/embed/state.js';

const WWW = new URL('../../www/', import.meta.url);
const LOADER_MOST = 2_048;
const FRAME_MOST = 15 * 1_024;


test('the loader is within its budget', async () => {
  const source = await readFile(new URL('embed/loader.js', WWW), 'utf8');

  assert.ok(gzipSync(source).length <= LOADER_MOST);
  assert.ok(source.split('\n').length <= 151);
  assert.doesNotMatch(source, /'\*'|innerHTML|onmessage|document\.cookie/);
});


test('opening the conversation is within its budget', async () => {
  const files = ['embed/frame.html', 'embed/frame.css',
    ...await imported('embed/frame.js')];

  assert.ok(files.length > 5, 'its imports were followed');
  assert.ok(files.every((file) => file.startsWith('embed/')), `${files}`);
  for (const locale of ['uk', 'ru', 'en']) {
    const sizes = await Promise.all([...files, `embed/locales/${locale}.json`]
      .map(async (file) => gzipSync(await readFile(new URL(file, WWW)),
        { level: 6 }).length));

    assert.ok(sizes.reduce((a, b) => a + b) <= FRAME_MOST, locale);
  }
});


test('the frame\'s page has no inline script or style', async () => {
  for (const page of ['embed/frame.html', 'index.html', 'demo.html']) {
    const html = await readFile(new URL(page, WWW), 'utf8');

    assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script>/, page);
  }
});


test('the demo page has one script, the loader', async () => {
  const html = await readFile(new URL('demo.html', WWW), 'utf8');

  assert.deepEqual(html.match(/<script[^>]*src="[^"]*"/g),
    ['<script src="embed/loader.js"']);
});


test('an erased chat is seen no more, and another may begin', () => {
  const before = took([answer('1-0')]);
  const held = [before, took([], { chat: 4 })].reduce(reduce, initial);
  const gone = reduce(held, took([], { chat: null }));

  assert.equal(held.messages.length, 1);
  assert.deepEqual([gone.messages, gone.begun], [[], false]);
});


test('what was sent stays when an older answer comes', () => {
  const sent = { type: 'sent', message: answer('1-0', { from: 'client' }) };
  const state = [took([], { chat: null }), sent, took([], { chat: null })]
    .reduce(reduce, initial);

  assert.equal(state.messages.length, 1);
  assert.ok(state.begun);
});


test('answers that come while it is hidden are unread', () => {
  const state = [took([answer('1-0'), answer('2-0', { delivery: 'read' })]),
    took([answer('3-0')])].reduce(reduce, initial);

  assert.equal(unreadOf(state), 2);
  assert.equal(unreadOf(reduce(state, { type: 'looked', shown: true })), 0);
});


test('answers that come while it is shown are read', () => {
  const state = [{ type: 'looked', shown: true }, took([answer('1-0')]),
    { type: 'looked', shown: false }, took([answer('2-0')])]
    .reduce(reduce, initial);

  assert.equal(unreadOf(state), 1);
});


test('the visitor\'s own words are never unread', () => {
  assert.equal(unreadOf(reduce(initial, took([mine('1-0', 'hi')]))), 0);
});


test('what the poll brought first is drawn once', () => {
  const queue = [{ key: 'k', text: 'hi', at: T(1), state: 'pending' }];
  const queued = reduce(initial, { type: 'queued', queue });

  assert.equal(queueShown(queued).length, 1);
  assert.equal(queueShown(reduce(queued,
    took([mine('1-0', 'hi', T(2))]))).length, 0);
});


test('the same words of earlier hide nothing', () => {
  const state = [took([mine('1-0', 'hi', T(1))]), { type: 'queued',
    queue: [{ key: 'k', text: 'hi', at: T(5), state: 'pending' }] }]
    .reduce(reduce, initial);

  assert.equal(queueShown(state).length, 1);
});


test('a failed message stays on the screen', () => {
  const state = [took([mine('1-0', 'hi', T(9))]), { type: 'queued',
    queue: [{ key: 'k', text: 'hi', at: T(5), state: 'failed' }] }]
    .reduce(reduce, initial);

  assert.equal(queueShown(state).length, 1);
});


test('an absent server is told and heals; a refusal closes', () => {
  const away = reduce(initial, { type: 'failed', passing: true });

  assert.equal(away.away, true);
  assert.equal(reduce(away, took([])).away, false);
  assert.equal(reduce(away, { type: 'failed', passing: false }).closed, true);
});


test('an older state of a message does not come back', () => {
  const state = [took([answer('1-0', { rev: 5, deleted: true })]),
    took([answer('1-0', { rev: 4 }), answer('0-0')])].reduce(reduce, initial);

  assert.deepEqual(state.messages.map((m) => [m.id, m.rev]),
    [['0-0', 1], ['1-0', 5]]);
  assert.equal(unreadOf(state), 1, 'a deleted one is not unread');
});


test('a change in a part that is not loaded leaves no hole', () => {
  const state = [{ type: 'took', first: true,
    answer: { messages: [answer('5-0'), answer('6-0')], next: 'more' } },
  took([answer('2-0'), answer('10-0')])].reduce(reduce, initial);

  assert.deepEqual(state.messages.map((m) => m.id), ['5-0', '6-0', '10-0']);
});


test('who writes is told until he is silent', () => {
  const state = reduce(initial, { type: 'took', answer: { messages: [],
    next: null, typing: [{ from: 'agent', name: 'Olha' }] } });

  assert.equal(state.typing, 'Olha');
  assert.equal(reduce(state, { type: 'silent' }).typing, '');
});


test('a reset begins anew', () => {
  const state = [took([answer('1-0'), answer('2-0')]),
    { type: 'took', first: false,
      answer: { messages: [answer('9-0')], next: null, reset: true } }]
    .reduce(reduce, initial);

  assert.deepEqual(state.messages.map((m) => m.id), ['9-0']);
});


function took(messages, more = {}) {
  return { type: 'took', first: false,
    answer: { messages, next: null, ...more } };
}


function answer(id, more = {}) {
  return { id, rev: 1, from: 'agent', text: 'x', at: T(1), delivery: 'sent',
    ...more };
}


function mine(id, text, at = T(1)) {
  return { id, rev: 1, from: 'client', text, at, delivery: null };
}


function T(second) {
  return new Date(second * 1000).toISOString();
}


/** A module and all that it imports, by path under www/. */
async function imported(path, found = new Set()) {
  if (!found.has(path)) {
    found.add(path);
    const here = new URL(path, WWW);
    const source = await readFile(here, 'utf8');

    for (const [, name] of source.matchAll(/from '([^']+)'/g)) {
      await imported(new URL(name, here).href.slice(WWW.href.length), found);
    }
  }
  return found;
}
