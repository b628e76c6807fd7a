/*
 * What is true in the visitor's conversation: next = reduce(state, event).
 * Pure, as the agents' page has it.
 */

import { compareIds, merge, within } from '../lib/merge.js';

/**
 * @typedef {{key: string, text: string, at: string, code?: string,
 *            state: 'pending' | 'waiting' | 'failed'}} Queued
 */

/* next null: everything older is here; read: the newest that was shown */
/** @type {any} */
export const initial = {
  look: null, messages: [], next: null, queue: [], away: false,
  closed: false, shown: false, read: null,
};


const events = {
  came: (state, { look }) => ({ ...state, look, away: false }),

  looked: (state, { shown }) => noted({ ...state, shown }),

  took: (state, { answer, first }) => {
    const anew = first || answer.reset;
    const next = anew ? answer.next : state.next;
    const held = anew ? [] : state.messages;
    const messages = merge(held, within(held, answer.messages, next));

    return noted({ ...state, messages, next, away: false });
  },

  paged: (state, { answer }) => ({
    ...state,
    next: answer.next,
    messages: merge(state.messages, answer.messages),
  }),

  failed: (state, { passing }) =>
    ({ ...state, away: passing, closed: !passing }),

  queued: (state, { queue }) => ({ ...state, queue }),

  sent: (state, { message }) => ({
    ...state, away: false, messages: merge(state.messages, [message]),
  }),
};


export function reduce(state, event) {
  return events[event.type](state, event);
}


/* answers that the visitor has not seen */
export function unreadOf({ messages, read }) {
  return messages.filter((m) => m.from === 'agent' && m.delivery !== 'read'
    && (read === null || compareIds(m.id, read) > 0)).length;
}


/*
 * The poll may bring what is still in the queue, before the call that sent
 * it is answered: it is then drawn once.
 */
export function queueShown({ queue, messages }) {
  const ours = messages.filter((m) => m.from === 'client');

  return queue.filter((one) => one.state === 'failed'
    || !ours.some((m) => m.text === one.text && m.at >= one.at));
}


/* what is shown has been seen */
function noted(state) {
  return state.shown
    ? { ...state, read: state.messages.at(-1)?.id ?? state.read } : state;
}
