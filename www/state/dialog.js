/* The dialog that is open: its transcript and the call that is under way. */

import { merge, within } from '../lib/merge.js';
import { known } from './journal.js';
import { noticed } from './sending.js';

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Dialog} Dialog */


/** @type {Record<string, (state: State, event: any) => State>} */
export const dialogEvents = {
  dialog_opened: (state, { id }) => ({
    ...state,
    dialog: {
      id, messages: [], next: null, loaded: false, away: null, refused: null,
      busy: null, trouble: null, read: null,
    },
  }),

  dialog_closed: (state) => ({ ...state, dialog: null }),

  messages_took: (state, event) => ifOpen(state, event, (dialog) => {
    const { answer } = event;
    const anew = event.first || answer.reset === true;
    const next = anew ? answer.next : dialog.next;
    const held = anew ? [] : dialog.messages;
    const came = within(held, answer.messages, next);
    const open = {
      ...dialog, next, loaded: true, away: null, messages: merge(held, came),
    };

    return {
      ...state,
      dialog: open,
      pending: anew ? state.pending : noticed(state, event.id, came),
    };
  }),

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
 * Answers that come after their dialog was closed move nothing in another.
 *
 * @param {State} state
 * @param {{id: number}} event
 * @param {(dialog: Dialog, state: State) => State} change
 */
function ifOpen(state, event, change) {
  return state.dialog?.id === event.id ? change(state.dialog, state) : state;
}
