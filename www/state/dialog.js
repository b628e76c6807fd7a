/*
 * The dialog that is open: its transcript, the call that is under way, and
 * what its composer is about (a note? an answer to which message?).
 *
 * The line above what is new is drawn once, where it was when the dialog was
 * opened: it needs both the transcript and the chat, whichever comes last.
 */

import { merge, within } from '../lib/merge.js';
import { known } from './lists.js';
import { noticed } from './sending.js';

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Dialog} Dialog */


/** @type {Record<string, (state: State, event: any) => State>} */
export const dialogEvents = {
  dialog_opened: (state, { id }) => ({
    ...state,
    dialog: {
      id, messages: [], next: null, loaded: false, away: null, refused: null,
      busy: null, trouble: null, read: null, line: undefined, note: false,
      replyTo: null, typing: [],
    },
    toasts: state.toasts.filter((toast) => toast.chat !== id),
  }),

  dialog_closed: (state) => ({ ...state, dialog: null }),

  messages_took: (state, event) => ifOpen(state, event, (dialog) => {
    const { answer } = event;
    const anew = event.first || answer.reset === true;
    const next = anew ? answer.next : dialog.next;
    const held = anew ? [] : dialog.messages;
    const came = within(held, answer.messages, next);
    const messages = merge(held, came);
    const typing = silenced(dialog.typing, came);
    const open = { ...dialog, next, loaded: true, away: null, refused: null,
      messages, typing };

    return {
      ...state,
      dialog: lined(open, state.chats[event.id]),
      pending: anew ? state.pending : noticed(state, event.id, came),
    };
  }),

  dialog_chat_came: (state, { chat }) => {
    const chats = known(state.chats, [chat]);

    return ifOpen({ ...state, chats }, chat, (dialog, next) => ({
      ...next, dialog: lined(dialog, chats[chat.id]),
    }));
  },

  note_chosen: (state, event) => ifOpen(state, event, (dialog) => ({
    ...state, dialog: { ...dialog, note: event.note },
  })),

  reply_chosen: (state, event) => ifOpen(state, event, (dialog) => ({
    ...state, dialog: { ...dialog, replyTo: event.message },
  })),

  typing_came: (state, event) => ifOpen(state, event, (dialog) => ({
    ...state, dialog: { ...dialog, typing: event.typing },
  })),

  messages_paged: (state, event) => ifOpen(state, event, (dialog) => ({
    ...state,
    dialog: {
      ...dialog,
      busy: null,
      next: event.answer.next,
      messages: merge(dialog.messages, event.answer.messages),
    },
  })),

  messages_failed: (state, event) => ifOpen(state, event, (dialog) => ({
    ...state,
    dialog: event.passing ? { ...dialog, away: event.trouble }
      : { ...dialog, away: null, refused: event.trouble },
  })),

  action_began: (state, event) => ifOpen(state, event, (dialog) => ({
    ...state, dialog: { ...dialog, busy: event.verb, trouble: null },
  })),

  action_ended: (state, event) => ifOpen(
    { ...state, chats: known(state.chats, [event.chat]) }, event,
    (dialog, next) => ({ ...next, dialog: { ...dialog, busy: null } }),
  ),

  /* a refusal may bring the chat as it is now: somebody was faster */
  action_failed: (state, event) => ifOpen(
    event.chat ? { ...state, chats: known(state.chats, [event.chat]) } : state,
    event,
    (dialog, next) => ({
      ...next, dialog: { ...dialog, busy: null, trouble: event.trouble },
    }),
  ),

  read_began: (state, event) => ifOpen(state, event, (dialog) => ({
    ...state, dialog: { ...dialog, read: event.upTo },
  })),

  read_ended: (state, { badge }) => ({ ...state, badge }),
};


/**
 * Above the first of the client's messages that were unread; null: nothing
 * was.  `nth` counts the client's messages, so a page of them is enough.
 *
 * @param {Dialog} dialog
 * @param {import('../types.js').Chat | undefined} chat
 * @returns {Dialog}
 */
function lined(dialog, chat) {
  if (dialog.line !== undefined || !dialog.loaded || chat === undefined) {
    return dialog;
  }
  const theirs = dialog.messages.filter((m) => m.from === 'client');
  const first = chat.unread > 0 ? theirs.at(-chat.unread) ?? theirs[0] : null;

  return { ...dialog, line: first?.id ?? null };
}


/* who has sent what he wrote does not write any more */
function silenced(typing, came) {
  return typing.filter((one) => !came.some((m) => m.from === one.from
    && (m.author?.name ?? null) === (one.name ?? null)));
}


/**
 * Answers that come after their dialog was closed move nothing in another.
 *
 * @param {State} state
 * @param {{id: number}} event
 * @param {(dialog: Dialog, state: State) => State} change
 */
function ifOpen(state, event, change) {
  return state.dialog?.id === event.id ? change(state.dialog, state) : state;
}
