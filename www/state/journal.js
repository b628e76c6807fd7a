/* The journal: every chat that its filter lets through. */

import { NO_FILTER } from '../lib/route.js';
import { emptyList, known, listFailed, listPaged, listTook } from './list.js';

/** @typedef {import('../types.js').State} State */


/**
 * @param {import('../types.js').Filter} [filter]
 * @returns {import('../types.js').Journal}
 */
export function emptyJournal(filter = NO_FILTER) {
  return { ...emptyList(), filter, counts: null };
}


/** @type {Record<string, (state: State, event: any) => State>} */
export const journalEvents = {
  journal_opened: (state, { filter }) => ({
    ...state,
    journal: { ...emptyJournal(filter), counts: state.journal.counts },
  }),

  journal_took: (state, { answer, first }) => {
    const { journal } = state;
    const chats = known(state.chats, answer.chats);
    const how = { anew: first || answer.reset === true,
      sort: journal.filter.sort };

    return {
      ...state,
      chats,
      badge: answer.badge ?? state.badge,
      journal: { ...listTook(journal, chats, answer, how),
        counts: answer.counts ?? journal.counts },
    };
  },

  journal_paged: (state, { answer }) => {
    const { journal } = state;
    const chats = known(state.chats, answer.chats);
    const { sort } = journal.filter;

    return { ...state, chats,
      journal: listPaged(journal, chats, answer, sort) };
  },

  journal_failed: (state, event) => ({
    ...state, journal: listFailed(state.journal, event),
  }),

  chat_came: (state, { chat }) => ({
    ...state, chats: known(state.chats, [chat]),
  }),
};
