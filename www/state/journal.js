/*
 * The journal: an order of chat ids, the freshest first, kept true by pages
 * (from the top down) and changes (since a rev).
 */

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Chat} Chat */
/** @typedef {import('../types.js').Journal} Journal */


/**
 * @param {import('../types.js').Status | null} status
 * @returns {Journal}
 */
export function emptyJournal(status) {
  return {
    status, order: [], next: null, tail: null, counts: null, loaded: false,
    away: null, refused: null,
  };
}


/** @type {Record<string, (state: State, event: any) => State>} */
export const journalEvents = {
  journal_opened: (state, { status }) => ({
    ...state,
    journal: { ...emptyJournal(status), counts: state.journal.counts },
  }),

  journal_took: (state, { answer, first }) => ({
    ...taken(state, answer, first || answer.reset === true),
    badge: answer.badge ?? state.badge,
  }),

  journal_paged: (state, { answer }) => {
    const chats = known(state.chats, answer.chats);
    const ids = [...state.journal.order, ...idsOf(answer.chats)];

    return {
      ...state,
      chats,
      journal: {
        ...state.journal,
        order: ordered(chats, ids),
        next: answer.next,
        tail: tailOf(answer.chats, state.journal.tail),
      },
    };
  },

  journal_failed: (state, { trouble, passing }) => ({
    ...state,
    journal: passing ? { ...state.journal, away: trouble }
      : { ...state.journal, away: null, refused: trouble },
  }),

  chat_came: (state, { chat }) => ({
    ...state, chats: known(state.chats, [chat]),
  }),
};


/**
 * @param {State} state
 * @param {any} answer
 * @param {boolean} anew the answer is the first page, not changes
 */
function taken(state, answer, anew) {
  const { journal } = state;
  const chats = known(state.chats, answer.chats);
  const next = anew ? answer.next : journal.next;
  const tail = anew ? tailOf(answer.chats, null) : journal.tail;
  const gone = new Set(answer.gone);
  const held = anew ? [] : journal.order.filter((id) => !gone.has(id));
  const came = answer.chats
    .filter((/** @type {Chat} */ chat) => anew || reached(chat, next, tail));

  return {
    ...state,
    chats,
    journal: {
      ...journal, next, tail,
      order: ordered(chats, [...held, ...idsOf(came)]),
      counts: answer.counts ?? journal.counts,
      loaded: true,
      away: null,
    },
  };
}


/**
 * Has paging come as far down as this chat?  Further down it would stand
 * below a hole; its page will bring it.
 *
 * @param {Chat} chat
 * @param {string | null} next
 * @param {string | null} tail
 */
function reached(chat, next, tail) {
  return next === null || tail === null || chat.updated_at >= tail;
}


/**
 * The newest state of each chat.  An equal rev counts as newer: `unread` is
 * the caller's own and moves without it.
 *
 * @param {Record<number, Chat>} held
 * @param {Chat[]} given
 */
export function known(held, given) {
  const next = { ...held };

  for (const chat of given) {
    if (!(next[chat.id]?.rev > chat.rev)) {
      next[chat.id] = chat;
    }
  }
  return next;
}


/**
 * @param {Record<number, Chat>} chats
 * @param {number[]} ids
 */
function ordered(chats, ids) {
  return [...new Set(ids)].sort((a, b) => {
    const [one, two] = [chats[a].updated_at, chats[b].updated_at];

    return one === two ? b - a : one < two ? 1 : -1;
  });
}


/** @param {Chat[]} chats */
function idsOf(chats) {
  return chats.map((chat) => chat.id);
}


/**
 * @param {Chat[]} page
 * @param {string | null} held what stays when a page is empty
 */
function tailOf(page, held) {
  return page.at(-1)?.updated_at ?? held;
}
