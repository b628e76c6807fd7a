/*
 * What the agent has written and is not known to be stored.
 *
 * A pending message leaves when its own call is answered.  Until then the
 * poll may bring it under its id; it is then marked `seen` and not drawn
 * twice.  A call that found nobody may have been done all the same, and is
 * repeated.  Should it be refused, the message shows again as failed:
 * repeating it is harmless, losing it is not.
 */

import { merge } from '../lib/merge.js';

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Pending} Pending */
/** @typedef {import('../types.js').Message} Message */


/** @type {Record<string, (state: State, event: any) => State>} */
export const sendingEvents = {
  drafted: (state, { id, text }) => ({
    ...state, drafts: { ...state.drafts, [id]: text },
  }),

  drafts_came: (state, { drafts }) => ({
    ...state, drafts: { ...drafts, ...state.drafts },
  }),

  /* `apart`: not from the composer, which keeps what is being written */
  send_began: (state, { id, key, text, at, note = false, replyTo = null,
    attachments = [], apart = false }) => ({
    ...(apart ? state : emptied(state, id)),
    pending: changed(state, id, (list) => [...list, { key, text, at, note,
      replyTo, attachments, state: 'pending', trouble: null, passing: false,
      seen: null }]),
  }),

  /* what an earlier life of the page could not bring to its end */
  pending_came: (state, { pending }) => ({
    ...state, pending: { ...pending, ...state.pending },
  }),

  send_again: (state, { id, key }) => ({
    ...state,
    pending: changed(state, id, (list) => replaced(list, key,
      { state: 'pending', trouble: null })),
  }),

  send_failed: (state, { id, key, trouble, passing = false }) => ({
    ...state,
    pending: changed(state, id, (list) => replaced(list, key,
      { state: 'failed', trouble, passing,
        ...(passing ? {} : { seen: null }) })),
  }),

  send_dropped: (state, { id, key }) => ({
    ...state, pending: changed(state, id, (list) => without(list, key)),
  }),

  send_ended: (state, { id, key, message }) => {
    const pending = changed(state, id, (list) => without(list, key));
    const { dialog } = state;

    if (dialog === null || dialog.id !== id || !dialog.loaded) {
      return { ...state, pending };
    }
    const messages = merge(dialog.messages, [message]);

    return { ...state, pending, dialog: { ...dialog, messages } };
  },
};


/**
 * What was written and chosen for the message is used up with it.
 *
 * @param {State} state
 * @param {number} id
 * @returns {State}
 */
function emptied(state, id) {
  const { dialog } = state;

  return {
    ...state,
    drafts: { ...state.drafts, [id]: '' },
    uploads: { ...state.uploads, [id]: [] },
    dialog: dialog?.id === id ? { ...dialog, replyTo: null, note: false,
      trouble: null } : dialog,
  };
}


/**
 * Marks the pending messages that the poll has just brought.
 *
 * @param {State} state
 * @param {number} id
 * @param {Message[]} came
 */
export function noticed(state, id, came) {
  const me = state.me?.agent.id;
  const mine = came.filter((m) => m.author !== null && m.author.id === me);

  return mine.length === 0 ? state.pending
    : changed(state, id, (list) => mine.reduce(mark, list));
}


/**
 * @param {Pending[]} list
 * @param {Message} message
 */
function mark(list, message) {
  const twin = list.find((p) => p.seen === null
    && (p.state === 'pending' || p.passing)
    && p.text === (message.text ?? '')
    && p.note === (message.kind === 'note')
    && p.attachments.length === (message.attachments?.length ?? 0));
  const had = list.some((p) => p.seen === message.id);

  return twin && !had ? replaced(list, twin.key, { seen: message.id }) : list;
}


/**
 * @param {State} state
 * @param {number} id
 * @param {(list: Pending[]) => Pending[]} change
 */
function changed(state, id, change) {
  return { ...state.pending, [id]: change(state.pending[id] ?? []) };
}


/**
 * @param {Pending[]} list
 * @param {string} key
 * @param {Partial<Pending>} change
 */
function replaced(list, key, change) {
  return list.map((p) => (p.key === key ? { ...p, ...change } : p));
}


/**
 * @param {Pending[]} list
 * @param {string} key
 */
function without(list, key) {
  return list.filter((p) => p.key !== key);
}
