/* The inbox as state, and what of an answer is news. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { idsIn, newsOf } from '../../www/state/lists.js';
import { after, badge, chat, ME } from './state_events.mjs';

const SIGNED_IN = { type: 'signed_in', me: ME };
const CLIENT = { last_message: { from: 'client' } };


describe('inbox', () => {
  test('one list holds what is to take and what is his', () => {
    const state = after(SIGNED_IN,
      first([incoming(1), mine(2), incoming(3)]));

    assert.deepEqual(idsIn(state.inbox, 'incoming'), [3, 1]);
    assert.deepEqual(idsIn(state.inbox, 'mine'), [2]);
  });

  test('a chat that he takes goes from one to the other', () => {
    const state = after(SIGNED_IN, first([incoming(1)]), then([mine(1)]));

    assert.deepEqual(idsIn(state.inbox, 'incoming'), []);
    assert.deepEqual(idsIn(state.inbox, 'mine'), [1]);
  });

  test('a chat that another takes is gone', () => {
    const state = after(SIGNED_IN, first([incoming(1), incoming(2)]),
      then([], [1]));

    assert.deepEqual(idsIn(state.inbox, 'incoming'), [2]);
  });

  test('pages are put below, the badge follows every answer', () => {
    const state = after(SIGNED_IN, first([incoming(5)], 'n'),
      { type: 'inbox_paged', answer: { chats: [incoming(2)], next: null } },
      then([], [], badge(7)));

    assert.deepEqual(idsIn(state.inbox, 'incoming'), [5, 2]);
    assert.equal(state.badge.total, 7);
  });

  test('who has no inbox any more holds none', () => {
    const state = after(SIGNED_IN, first([incoming(1)]),
      { type: 'inbox_closed' });

    assert.equal(state.inbox.loaded, false);
    assert.deepEqual(state.inbox.order, []);
  });
});


describe('news', () => {
  const state = after(SIGNED_IN,
    first([incoming(1), mine(2, { unread: 1 })]));

  test('an inquiry is new once', () => {
    assert.deepEqual(kinds([incoming(9)]), ['inquiry']);
    assert.deepEqual(kinds([incoming(1, { rev: 5, unread: 3 })]), []);
  });

  test('a message in a chat of his', () => {
    assert.deepEqual(kinds([mine(2, { unread: 2, ...CLIENT })]), ['message']);
    assert.deepEqual(kinds([mine(2, { unread: 0, ...CLIENT })]), []);
    assert.deepEqual(kinds([mine(2, { unread: 2,
      last_message: { from: 'agent' } })]), []);
  });

  test('a chat that is his since now may have been handed to him', () => {
    assert.deepEqual(kinds([mine(9)]), ['handed']);
    assert.deepEqual(kinds([mine(9, { responsible: 'olha' })]), [],
      'he has joined');
  });

  test('what the journal brought first is news all the same', () => {
    const early = after(SIGNED_IN, first([mine(2, { unread: 1 })]),
      { type: 'chat_came', chat: mine(2, { unread: 2, rev: 9 }) });

    assert.deepEqual(newsOf(early,
      { chats: [mine(2, { unread: 2, rev: 9, ...CLIENT })] })
      .map((one) => one.kind), ['message']);
  });

  function kinds(chats) {
    return newsOf(state, { chats }).map((one) => one.kind);
  }
});


describe('toasts', () => {
  test('only the last few, and none of the chat that is opened', () => {
    const state = after(SIGNED_IN, ...[1, 2, 3, 4, 5].map(toast));

    assert.deepEqual(keys(state), ['2', '3', '4', '5']);
    assert.deepEqual(keys(after(SIGNED_IN, toast(1), toast(2),
      { type: 'dialog_opened', id: 2 })), ['1']);
    assert.deepEqual(keys(after(SIGNED_IN, toast(1),
      { type: 'toast_gone', key: '1' })), []);
  });

  function keys(state) {
    return state.toasts.map((one) => one.key);
  }
});


function toast(n) {
  return { type: 'toast_came',
    toast: { key: String(n), kind: 'message', chat: n, count: 1 } };
}


function incoming(id, more = {}) {
  return { ...chat(id), list: 'incoming', ...more };
}


function mine(id, more = {}) {
  return { ...chat(id), list: 'mine', status: 'active', responsible: 'petro',
    ...more };
}


function first(chats, next = null) {
  return { type: 'inbox_took', first: true, answer: { chats, gone: [], next } };
}


function then(chats, gone = [], more = badge(0)) {
  return { type: 'inbox_took', first: false,
    answer: { chats, gone, badge: more, next: null } };
}
