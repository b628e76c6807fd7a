/* The page's state: the open dialog, and what is being sent in it. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reduce } from '../../www/state.js';
import { after, AWAY, badge, chat, ids, message, openChat, page, said }
  from './state_events.mjs';


describe('dialog', () => {
  test('opens empty and is filled by the first page', () => {
    const open = after(page([chat(1)]), { type: 'dialog_opened', id: 1 });

    assert.equal(open.dialog.loaded, false);
    assert.equal(openChat().dialog.loaded, true);
    assert.deepEqual(ids(openChat()), ['1-0', '2-0']);
  });

  test('messages stand by their number, not by their text', () => {
    const state = reduce(openChat(),
      said(1, [message('10-0'), message('9-10'), message('9-9')]));

    assert.deepEqual(ids(state), ['1-0', '2-0', '9-9', '9-10', '10-0']);
  });

  test('a changed message is replaced where it stands', () => {
    const state = reduce(openChat(),
      said(1, [message('1-0', { rev: 50, text: 'edited' })]));

    assert.deepEqual(ids(state), ['1-0', '2-0']);
    assert.equal(state.dialog.messages[0].text, 'edited');
  });

  test('a delivery mark moves live, and never back', () => {
    const sent = reduce(openChat(),
      said(1, [message('2-0', { rev: 50, delivery: 'read' })]));
    const late = reduce(sent,
      said(1, [message('2-0', { rev: 40, delivery: 'sent' })]));

    assert.equal(late.dialog.messages[1].delivery, 'read');
  });

  test('older messages go above', () => {
    const state = reduce(openChat('x'), { type: 'messages_paged', id: 1,
      answer: { messages: [message('0-5')], next: null } });

    assert.deepEqual(ids(state), ['0-5', '1-0', '2-0']);
    assert.equal(state.dialog.next, null);
    assert.equal(state.dialog.busy, null);
  });

  test('a change above what is loaded makes no hole', () => {
    const state = reduce(openChat('x'),
      said(1, [message('0-1', { rev: 60 })]));

    assert.deepEqual(ids(state), ['1-0', '2-0']);
  });

  test('a reset of the transcript begins anew', () => {
    const state = reduce(openChat(), { type: 'messages_took', id: 1,
      first: false,
      answer: { messages: [message('7-0')], reset: true, next: null } });

    assert.deepEqual(ids(state), ['7-0']);
  });

  test('a late answer of another dialog moves nothing', () => {
    const before = openChat();

    for (const event of [said(2, [message('9-0')]),
      { type: 'messages_failed', id: 2, trouble: AWAY, passing: true },
      { type: 'action_began', id: 2, verb: 'take' },
      { type: 'action_failed', id: 2, trouble: AWAY }]) {
      assert.equal(reduce(before, event), before, event.type);
    }
  });

  test('an answer after the dialog was closed moves nothing', () => {
    const closed = reduce(openChat(), { type: 'dialog_closed' });

    assert.equal(reduce(closed, said(1, [message('9-0')])), closed);
  });

  test('taking it brings the chat as it is now', () => {
    const began = reduce(openChat(),
      { type: 'action_began', id: 1, verb: 'take' });
    const ended = reduce(began, { type: 'action_ended', id: 1,
      chat: chat(1, { rev: 99, action: 'open' }) });

    assert.equal(began.dialog.busy, 'take');
    assert.equal(ended.dialog.busy, null);
    assert.equal(ended.chats[1].action, 'open');
  });

  test('who was too late is told, and sees who was faster', () => {
    const trouble = { code: 'chat_taken', detail: 'Olena took it' };
    const state = reduce(openChat(), { type: 'action_failed', id: 1, trouble,
      chat: chat(1, { rev: 99, status: 'active', action: 'join' }) });

    assert.equal(state.dialog.trouble, trouble);
    assert.equal(state.chats[1].action, 'join');
  });

  test('trying again clears the trouble', () => {
    const state = [
      { type: 'action_failed', id: 1, trouble: AWAY },
      { type: 'action_began', id: 1, verb: 'take' },
    ].reduce(reduce, openChat());

    assert.equal(state.dialog.trouble, null);
  });

  test('an absent store heals with the next answer', () => {
    const away = reduce(openChat(), { type: 'messages_failed', id: 1,
      trouble: AWAY, passing: true });

    assert.equal(away.dialog.away, AWAY);
    assert.equal(reduce(away, said(1, [])).dialog.away, null);
  });

  test('a chat that is not there is refused', () => {
    const state = reduce(openChat(), { type: 'messages_failed', id: 1,
      trouble: { code: 'not_found' }, passing: false });

    assert.equal(state.dialog.refused.code, 'not_found');
  });

  test('reading is told once and moves the badge', () => {
    const began = reduce(openChat(),
      { type: 'read_began', id: 1, upTo: '2-0' });
    const ended = reduce(began, { type: 'read_ended', badge: badge(0) });

    assert.equal(ended.dialog.read, '2-0');
    assert.equal(ended.badge.total, 0);
  });
});


describe('sending', () => {
  const began = { type: 'send_began', id: 1, key: 'k1', text: 'hi', at: 'T' };
  const mine = message('5-0', { from: 'agent', text: 'hi',
    author: { id: 'petro', name: 'Петро' } });

  test('it is pending at once, and the draft is empty', () => {
    const state = [{ type: 'drafted', id: 1, text: 'hi' }, began]
      .reduce(reduce, openChat());

    assert.equal(state.drafts[1], '');
    assert.equal(state.pending[1][0].state, 'pending');
  });

  test('its answer puts the message in its place', () => {
    const state = [began, { type: 'send_ended', id: 1, key: 'k1',
      message: mine }].reduce(reduce, openChat());

    assert.deepEqual(state.pending[1], []);
    assert.equal(state.dialog.messages.at(-1).id, '5-0');
  });

  test('the poll may be first: it is drawn once', () => {
    const polled = [began, said(1, [mine])].reduce(reduce, openChat());
    const ended = reduce(polled, { type: 'send_ended', id: 1, key: 'k1',
      message: mine });

    assert.equal(polled.pending[1][0].seen, '5-0');
    assert.deepEqual(ids(ended).filter((id) => id === '5-0'), ['5-0']);
    assert.deepEqual(ended.pending[1], []);
  });

  test('of two equal ones the poll hides one', () => {
    const state = [began, { ...began, key: 'k2' }, said(1, [mine]),
      said(1, [{ ...mine, rev: 90 }])].reduce(reduce, openChat());

    assert.deepEqual(state.pending[1].map((p) => p.seen), ['5-0', null]);
  });

  test('somebody else writing the same hides nothing', () => {
    const other = { ...mine, author: { id: 'olga', name: 'Ольга' } };
    const state = [began, said(1, [other])].reduce(reduce, openChat());

    assert.equal(state.pending[1][0].seen, null);
  });

  test('old words of mine on the first page hide nothing', () => {
    const state = [began, { type: 'messages_took', id: 1, first: true,
      answer: { messages: [mine], next: null } }].reduce(reduce, openChat());

    assert.equal(state.pending[1][0].seen, null);
  });

  test('a failure shows, even if the poll seemed to have brought it', () => {
    const state = [began, said(1, [mine]), { type: 'send_failed', id: 1,
      key: 'k1', trouble: AWAY }].reduce(reduce, openChat());

    assert.equal(state.pending[1][0].state, 'failed');
    assert.equal(state.pending[1][0].seen, null);
  });

  test('what a lost call has done all the same is not shown twice', () => {
    const failed = { type: 'send_failed', id: 1, key: 'k1', trouble: AWAY,
      passing: true };
    const state = [began, failed, said(1, [mine]), failed]
      .reduce(reduce, openChat());

    assert.equal(state.pending[1][0].seen, mine.id);
    assert.deepEqual(ids(state).filter((id) => id === mine.id), [mine.id]);
  });

  test('it is tried again under the same key', () => {
    const state = [began,
      { type: 'send_failed', id: 1, key: 'k1', trouble: AWAY },
      { type: 'send_again', id: 1, key: 'k1' }].reduce(reduce, openChat());

    assert.deepEqual(state.pending[1].map((p) => [p.key, p.state]),
      [['k1', 'pending']]);
    assert.equal(state.pending[1][0].trouble, null);
  });

  test('what failed can be dropped', () => {
    const state = [began, { type: 'send_dropped', id: 1, key: 'k1' }]
      .reduce(reduce, openChat());

    assert.deepEqual(state.pending[1], []);
  });

  test('leaving the dialog loses neither draft nor failed message', () => {
    const state = [began, { type: 'drafted', id: 1, text: 'half' },
      { type: 'send_failed', id: 1, key: 'k1', trouble: AWAY },
      { type: 'dialog_closed' }, { type: 'dialog_opened', id: 2 },
    ].reduce(reduce, openChat());

    assert.equal(state.pending[1].length, 1);
    assert.equal(state.drafts[1], 'half');
  });

  test('an answer that comes into another dialog does not stand there', () => {
    const state = [began, { type: 'dialog_opened', id: 2 },
      { type: 'send_ended', id: 1, key: 'k1', message: mine },
    ].reduce(reduce, openChat());

    assert.deepEqual(state.dialog.messages, []);
    assert.deepEqual(state.pending[1], []);
  });
});
