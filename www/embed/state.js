/*
 * What is true in the visitor's conversation: next = reduce(state, event).
 * Pure, as the agents' page has it.
 */

/**
 * @typedef {{key: string, text: string, at: string, code?: string,
 *            state: 'pending' | 'waiting' | 'failed', name?: string,
 *            files?: string[]}} Queued
 */

/*
 * next: cursor of what is older, null when all is here; chat: its number, as
 * the last answer had it; begun: there is one; read: the newest that was
 * shown; typing: who writes
 */
/** @type {any} */
export const initial = {
  look: null, messages: [], next: null, chat: null, begun: false, queue: [],
  away: false, closed: false, shown: false, read: null, typing: '',
};


const events = {
  came: (state, { look }) => ({ ...state, look, away: false }),

  looked: (state, { shown }) => noted({ ...state, shown }),

  took: (state, { answer, first }) => {
    const erased = state.chat > 0 && answer.chat === null;
    const anew = first || answer.reset || erased;
    const held = anew ? [] : state.messages;
    const next = anew ? answer.next : state.next;
    const oldest = next && held[0]?.id;

    return noted({
      ...state, next, away: false, typing: answer.typing?.[0]?.name ?? '',
      chat: answer.chat,
      begun: !erased && (state.begun || answer.chat > 0),
      /* what changed in a part that is not loaded would leave a hole */
      messages: merge(held, oldest ? answer.messages.filter(
        (m) => compareIds(m.id, oldest) >= 0) : answer.messages),
    });
  },

  silent: (state) => ({ ...state, typing: '' }),

  paged: (state, { answer }) => ({
    ...state, next: answer.next,
    messages: merge(state.messages, answer.messages),
  }),

  failed: (state, { passing }) =>
    ({ ...state, away: passing, closed: !passing }),

  queued: (state, { queue }) => ({ ...state, queue }),

  sent: (state, { message }) => ({
    ...state, away: false, begun: true,
    messages: merge(state.messages, [message]),
  }),
};


export function reduce(state, event) {
  return events[event.type](state, event);
}


/* answers that the visitor has not seen */
export function unreadOf({ messages, read }) {
  return messages.filter((m) => m.from === 'agent' && m.delivery !== 'read'
    && !m.deleted && (read === null || compareIds(m.id, read) > 0)).length;
}


/*
 * The poll may bring what is still in the queue, before the call that sent
 * it is answered: it is then drawn once.
 */
export function queueShown({ queue, messages }) {
  return queue.filter((one) => one.state === 'failed'
    || !messages.some((m) => m.from === 'client' && m.text === one.text
      && m.at >= one.at));
}


/* what is shown has been seen */
function noted(state) {
  return state.shown
    ? { ...state, read: state.messages.at(-1)?.id ?? state.read } : state;
}


/* by age, each in its newest state */
function merge(held, given) {
  const all = new Map(held.map((m) => [m.id, m]));

  given.forEach((m) => {
    if (!(all.get(m.id)?.rev >= m.rev)) {
      all.set(m.id, m);
    }
  });
  return [...all.values()].sort((a, b) => compareIds(a.id, b.id));
}


function compareIds(a, b) {
  const [time, number] = a.split('-');
  const [time2, number2] = b.split('-');

  return time - time2 || number - number2;
}
