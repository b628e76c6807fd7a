/* The page's state: who is signed in, and the journal. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { initial, reduce } from '../../www/state.js';
import { after, AWAY, badge, chat, freeze, ME, message, openChat, page, said,
  time, took } from './state_events.mjs';
import { NO_FILTER } from '../../www/lib/route.js';


describe('session', () => {
  test('signing in brings who I am and my badge', () => {
    const state = after({ type: 'signed_in', me: ME });

    assert.equal(state.phase, 'ready');
    assert.equal(state.badge.total, 1);
  });

  test('a refused token is told and can be tried again', () => {
    const state = after({ type: 'sign_in_began' },
      { type: 'sign_in_failed', trouble: { code: 'unauthorized' } });

    assert.equal(state.phase, 'signed_out');
    assert.equal(state.signIn.busy, false);
    assert.equal(state.signIn.trouble.code, 'unauthorized');
  });

  test('signing out leaves nothing of anybody', () => {
    const state = reduce(openChat(), { type: 'signed_out' });

    assert.deepEqual(state, { ...initial, phase: 'signed_out' });
  });

  test('a start without a store goes on starting', () => {
    const state = after({ type: 'start_failed', trouble: AWAY });

    assert.equal(state.phase, 'starting');
    assert.equal(state.signIn.trouble, AWAY);
  });

  test('an unknown event is a mistake of ours', () => {
    assert.throws(() => after({ type: 'nonsense' }), /no such event/);
    assert.throws(() => after({ type: 'toString' }), /no such event/);
  });

  test('nothing is changed in place', () => {
    const before = freeze(openChat());

    reduce(before, took({ chats: [chat(9)] }));
    reduce(before, said(1, [message('9-0')]));
    reduce(before, { type: 'send_began', id: 1, key: 'k', text: 'x',
      at: '' });
  });
});


describe('journal', () => {
  test('the freshest is on top', () => {
    const state = after(page([chat(1, { at: 1 }), chat(3, { at: 3 }),
      chat(2, { at: 2 })]));

    assert.deepEqual(state.journal.order, [3, 2, 1]);
  });

  test('of the same moment the later number is on top', () => {
    const state = after(page([chat(1, { at: 1 }), chat(2, { at: 1 })]));

    assert.deepEqual(state.journal.order, [2, 1]);
  });

  test('a chat that is written to rises', () => {
    const state = after(page([chat(2, { at: 2 }), chat(1, { at: 1 })]),
      took({ chats: [chat(1, { at: 5, rev: 9 })] }));

    assert.deepEqual(state.journal.order, [1, 2]);
  });

  test('what is gone leaves the list, and stays known', () => {
    const state = after(page([chat(2), chat(1)]), took({ gone: [2, 77] }));

    assert.deepEqual(state.journal.order, [1]);
    assert.equal(state.chats[2].id, 2);
  });

  test('a chat that comes back after it was gone is shown', () => {
    const state = after(page([chat(1)]), took({ gone: [1] }),
      took({ chats: [chat(1, { rev: 9 })] }));

    assert.deepEqual(state.journal.order, [1]);
  });

  test('an older state of a chat changes nothing', () => {
    const state = after(page([chat(1, { rev: 9, title: 'new' })]),
      took({ chats: [chat(1, { rev: 8, title: 'old' })] }));

    assert.equal(state.chats[1].title, 'new');
  });

  test('unread moves without the rev', () => {
    const state = after(page([chat(1, { rev: 9, unread: 3 })]),
      took({ chats: [chat(1, { rev: 9, unread: 0 })] }));

    assert.equal(state.chats[1].unread, 0);
  });

  test('further pages go below', () => {
    const state = after(
      page([chat(5, { at: 5 }), chat(4, { at: 4 })], 'cursor'),
      { type: 'journal_paged',
        answer: { chats: [chat(3, { at: 3 })], next: null } });

    assert.deepEqual(state.journal.order, [5, 4, 3]);
    assert.equal(state.journal.next, null);
  });

  test('a chat of two pages stands once', () => {
    const state = after(page([chat(2, { at: 2 })], 'cursor'),
      { type: 'journal_paged',
        answer: { chats: [chat(2, { at: 2 }), chat(1)], next: null } });

    assert.deepEqual(state.journal.order, [2, 1]);
  });

  test('a change further down than the pages waits for its page', () => {
    const state = after(page([chat(5, { at: 5 })], 'cursor'),
      took({ chats: [chat(1, { at: 1, rev: 9 })] }));

    assert.deepEqual(state.journal.order, [5]);
    assert.equal(state.chats[1].rev, 9);
  });

  test('with everything loaded, an old chat comes in', () => {
    const state = after(page([chat(5, { at: 5 })]),
      took({ chats: [chat(1, { at: 1 })] }));

    assert.deepEqual(state.journal.order, [5, 1]);
  });

  test('an empty page that is not the last keeps its place', () => {
    const state = after(page([chat(5, { at: 5 })], 'a'),
      { type: 'journal_paged', answer: { chats: [], next: 'b' } });

    assert.equal(state.journal.next, 'b');
    assert.equal(state.journal.tail.updated_at, time(5));
  });

  test('a reset begins anew with the first page', () => {
    const state = after(page([chat(2), chat(1)], 'x'),
      took({ chats: [chat(7)], reset: true, next: null }));

    assert.deepEqual(state.journal.order, [7]);
    assert.equal(state.journal.next, null);
  });

  test('changes leave the cursor of the pages alone', () => {
    const state = after(page([chat(2)], 'x'),
      took({ chats: [chat(3)], next: 'y' }));

    assert.equal(state.journal.next, 'x');
  });

  test('counts and badge follow every answer', () => {
    const counts = { unassigned: 1, active: 2, inactive: 3 };
    const state = after(page([]), took({ counts, badge: badge(4) }));

    assert.equal(state.journal.counts, counts);
    assert.equal(state.badge.total, 4);
  });

  test('another filter empties the list and keeps the counts', () => {
    const state = after(page([chat(1)]),
      { type: 'journal_opened', filter: { ...NO_FILTER, status: 'active' } });

    assert.deepEqual(state.journal.order, []);
    assert.equal(state.journal.loaded, false);
    assert.equal(state.journal.filter.status, 'active');
    assert.ok(state.journal.counts);
  });

  test('an absent store is told, keeps the list, and heals', () => {
    const away = after(page([chat(1)]), { type: 'journal_failed',
      trouble: AWAY, passing: true });

    assert.equal(away.journal.away, AWAY);
    assert.deepEqual(away.journal.order, [1]);
    assert.equal(reduce(away, took({})).journal.away, null);
  });

  test('who waits longest comes first, when that is asked for', () => {
    const filter = { ...NO_FILTER, sort: 'waiting' };
    const state = after({ type: 'journal_opened', filter },
      page([chat(1, { at: 1, waiting_since: time(1) }),
        chat(2, { at: 9, waiting_since: null })]),
      took({ chats: [chat(3, { at: 8, waiting_since: time(8) })] }));

    assert.deepEqual(state.journal.order, [1, 3, 2]);
  });

  test('a refusal goes when the journal comes', () => {
    const state = after({ type: 'journal_failed', trouble: AWAY,
      passing: false }, page([chat(1)]));

    assert.equal(state.journal.refused, null);
  });

  test('a plan without the journal is a refusal', () => {
    const trouble = { code: 'plan_required', detail: null };
    const state = after({ type: 'journal_failed', trouble, passing: false });

    assert.equal(state.journal.refused, trouble);
    assert.equal(state.journal.away, null);
  });
});
