/* The small pure things of lib/: links, routes, times, timelines. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isClockWrong, noteTime, now as serverTime }
  from '../../www/lib/clock.js';
import { isOwn, originOf, pieces, safeHref } from '../../www/lib/links.js';
import { compareIds, merge } from '../../www/lib/merge.js';
import { tokenOf } from '../../www/lib/route.js';
import { fileSize, isJustNow, lasting, shortTime, span }
  from '../../www/lib/time.js';
import { localDay, partsOf, timeline } from '../../www/lib/timeline.js';


test('an address in a text becomes a link, its full stop does not', () => {
  assert.deepEqual(pieces('see https://a.example/x?y=1. Bye'), [
    { text: 'see ', href: null },
    { text: 'https://a.example/x?y=1', href: 'https://a.example/x?y=1' },
    { text: '. Bye', href: null },
  ]);
});


test('nothing of a text is lost', () => {
  for (const text of ['', 'plain', 'http://a', '(https://a.b)!', 'a\nb  c',
    '<b>https://x.y</b>', 'https://', 'mailto:a@b.c, tel:+380']) {
    assert.equal(pieces(text).map((p) => p.text).join(''), text);
  }
});


test('no other scheme becomes a link', () => {
  for (const text of ['javascript:alert(1)', 'data:text/html,x',
    'vbscript:x', 'file:///etc', 'JaVaScRiPt://x', 'blob:https://x/y']) {
    assert.ok(pieces(text).every((p) => p.href === null
      || p.href.startsWith('https://')), text);
    assert.equal(safeHref(text), null, text);
  }
});


test('what is our own', () => {
  assert.equal(isOwn('/inbox/file/1'), true);
  for (const other of ['//evil.example/x', '/\\evil.example', 'x', null,
    'https://evil.example']) {
    assert.equal(isOwn(other), false, String(other));
  }
  assert.equal(safeHref(null), null);
  assert.equal(safeHref('//evil.example/x'), null);
});


test('a site is meant by any of its addresses', () => {
  assert.equal(originOf('shop.example/tea'), 'https://shop.example');
  assert.equal(originOf('http://a.example:8080/x?y'),
    'http://a.example:8080');
  for (const odd of ['ftp://x', 'https://', '://']) {
    assert.equal(originOf(odd), null, odd);
  }
});


test('ids sort by age', () => {
  assert.ok(compareIds('9-0', '10-0') < 0);
  assert.ok(compareIds('9-10', '9-9') > 0);
  assert.equal(compareIds('9-1', '9-1'), 0);
});


test('a merge that changes nothing gives the same list', () => {
  const held = [{ id: '1-0', rev: 5 }];

  assert.equal(merge(held, []), held);
  assert.equal(merge(held, [{ id: '1-0', rev: 5 }]), held);
});


test('a sign-in link carries its token', () => {
  assert.equal(tokenOf('#token=a.b-c_d'), 'a.b-c_d');
  assert.equal(tokenOf('#token='), null);
  assert.equal(tokenOf('#/chats/1'), null);
});


test('days are marked where they begin', () => {
  const items = timeline([{ id: 'a', at: '2026-01-01T10:00:00Z' },
    { id: 'b', at: '2026-01-01T11:00:00Z' },
    { id: 'c', at: '2026-01-03T10:00:00Z' }], (at) => at.slice(0, 10));

  assert.deepEqual(items.map((item) => item.key),
    ['day 2026-01-01', 'a', 'b', 'day 2026-01-03', 'c']);
  assert.deepEqual(timeline([], localDay), []);
});


test('a day that has begun above is not marked again', () => {
  const day = (at) => at.slice(0, 10);
  const one = [{ id: 'b', at: '2026-01-01T11:00:00Z' }];

  assert.equal(timeline(one, day, null, '2026-01-01T10:00:00Z').length, 1);
  assert.equal(timeline(one, day, null, '2025-12-31T10:00:00Z').length, 2);
});


test('parts of a transcript keep their keys', () => {
  const all = Array.from({ length: 10 }, (_, n) => ({ id: `${n + 90}-${n}`,
    at: '' }));

  assert.deepEqual(partsOf(all, 4).map((part) => [part.key,
    part.messages.length]), [[0, 4], [1, 4], [2, 2]]);
  assert.deepEqual(partsOf(all.slice(3, 9), 4).map((part) => [part.key,
    part.messages.length]), [[0, 1], [1, 4], [2, 1]]);
});


test('the line of what is new stands above its message', () => {
  const items = timeline([{ id: 'a', at: '2026-01-01T10:00:00Z' },
    { id: 'b', at: '2026-01-01T11:00:00Z' }], (at) => at.slice(0, 10), 'b');

  assert.deepEqual(items.map((item) => item.key),
    ['day 2026-01-01', 'a', 'line', 'b']);
});


test('times are as short as is clear', () => {
  const now = new Date(2026, 5, 15, 12, 0);
  const at = (...date) => new Date(...date).toISOString();

  assert.equal(shortTime(at(2026, 5, 15, 9, 5), 'uk', now), '09:05');
  assert.match(shortTime(at(2026, 1, 3), 'en', now), /Feb/);
  assert.match(shortTime(at(2024, 1, 3), 'uk', now), /24/);
});


test('waiting is told in one unit, and never below nothing', () => {
  const now = new Date('2026-01-10T00:00:00Z');

  assert.equal(span('2026-01-09T23:55:00Z', 'en', now), '5\u00a0min');
  assert.equal(span('2026-01-09T21:30:00Z', 'en', now), '2\u00a0hr');
  assert.equal(span('2026-01-07T21:30:00Z', 'en', now), '2\u00a0days');
  assert.equal(span('2026-01-11T00:00:00Z', 'en', now), '0\u00a0min');
  assert.ok(isJustNow('2026-01-11T00:00:00Z', now));
  assert.ok(!isJustNow('2026-01-09T23:58:59Z', now));
});


test('how long, how large', () => {
  assert.equal(lasting(59.9, 'en'), '59\u00a0sec');
  assert.equal(lasting(61, 'en'), '1\u00a0min');
  assert.equal(lasting(7_300, 'en'), '2\u00a0hr');
  assert.equal(fileSize(1_550, 'en'), '1.5\u00a0kB');
  assert.equal(fileSize(2_500_000, 'en'), '2.5\u00a0MB');
});


/* a row of the journal once made three formats, each time it was drawn */
test('a format of times is made once', (t) => {
  const { DateTimeFormat } = Intl;
  const now = new Date('2026-03-04T12:00:00Z');
  let made = 0;

  t.after(() => {
    Intl.DateTimeFormat = DateTimeFormat;
  });
  Intl.DateTimeFormat = class extends DateTimeFormat {
    constructor(...about) {
      super(...about);
      made += 1;
    }
  };
  for (let n = 1; n <= 9; n += 1) {
    shortTime(`2025-02-0${n}T10:00:00Z`, 'en-AU', now);
    shortTime(`2025-02-0${n}T10:00:00Z`, 'en-ZA', now);
  }
  assert.equal(made, 2, 'for each language');
});


test('the server\'s clock counts, where one\'s own is wrong', () => {
  const off = (ms) => noteTime(new Date(Date.now() + ms).toUTCString());

  off(-2_000);
  assert.ok(Math.abs(serverTime().getTime() - Date.now()) < 1_000);
  off(3_600_000);
  assert.ok(serverTime().getTime() - Date.now() > 3_590_000);
  assert.ok(isClockWrong());
  noteTime(null);
  assert.ok(isClockWrong(), 'an answer without a time says nothing');
  off(0);
  assert.ok(!isClockWrong());
});
