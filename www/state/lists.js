/*
 * A list of chats: an order of ids, kept true by pages (from the top down)
 * and changes (since a rev).  The journal is one, the inbox another.
 */

import { NO_FILTER } from '../lib/route.js';

/** @typedef {import('../types.js').Chat} Chat */
/** @typedef {import('../types.js').ChatList} ChatList */
/** @typedef {Record<number, Chat>} Chats */


/** @returns {ChatList} */
export function emptyList() {
  return {
    order: [], next: null, tail: null, loaded: false, away: null,
    refused: null,
  };
}


/**
 * An answer to "what is new": the first page (`anew`), or changes.
 *
 * @template {ChatList} L
 * @param {L} list
 * @param {Chats} chats as they are after this answer
 * @param {any} answer
 * @param {{anew: boolean, sort?: string | null}} how
 * @returns {L}
 */
export function listTook(list, chats, answer, { anew, sort = null }) {
  const next = anew ? answer.next : list.next;
  const tail = anew ? tailOf(answer.chats, null) : list.tail;
  const gone = new Set(answer.gone);
  const held = anew ? [] : list.order.filter((id) => !gone.has(id));
  const came = answer.chats.filter((/** @type {Chat} */ chat) =>
    anew || reached(chat, next, tail, sort));

  return {
    ...list, next, tail, loaded: true, away: null, refused: null,
    order: ordered(chats, [...held, ...idsOf(came)], sort),
  };
}


/**
 * The next page, further down.
 *
 * @template {ChatList} L
 * @param {L} list
 * @param {Chats} chats
 * @param {any} answer
 * @param {string | null} [sort]
 * @returns {L}
 */
export function listPaged(list, chats, answer, sort = null) {
  return {
    ...list,
    order: ordered(chats, [...list.order, ...idsOf(answer.chats)], sort),
    next: answer.next,
    tail: tailOf(answer.chats, list.tail),
  };
}


/**
 * @template {ChatList} L
 * @param {L} list
 * @param {{trouble: any, passing: boolean}} failure
 * @returns {L}
 */
export function listFailed(list, { trouble, passing }) {
  return passing ? { ...list, away: trouble }
    : { ...list, away: null, refused: trouble };
}


/**
 * The newest state of each chat.  An equal rev counts as newer: `unread` is
 * the caller's own and moves without it.
 *
 * @param {Chats} held
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
 * Has paging come as far down as this chat?  Further down it would stand
 * below a hole; its page will bring it.
 */
function reached(chat, next, tail, sort) {
  return next === null || tail === null || compare(chat, tail, sort) <= 0;
}


/**
 * @param {Chats} chats
 * @param {number[]} ids
 * @param {string | null} sort
 */
function ordered(chats, ids, sort) {
  return [...new Set(ids)]
    .sort((a, b) => compare(chats[a], chats[b], sort));
}


/* who waits longest, when that is asked for; then the freshest */
function compare(a, b, sort) {
  if (sort === 'waiting' && a.waiting_since !== b.waiting_since) {
    return (a.waiting_since ?? '~') < (b.waiting_since ?? '~') ? -1 : 1;
  }
  if (a.updated_at !== b.updated_at) {
    return a.updated_at < b.updated_at ? 1 : -1;
  }
  return b.id - a.id;
}


/** @param {Chat[]} chats */
function idsOf(chats) {
  return chats.map((chat) => chat.id);
}


/**
 * @param {Chat[]} page
 * @param {any} held what stays when a page is empty
 */
function tailOf(page, held) {
  const last = page.at(-1);

  return last === undefined ? held : { id: last.id,
    updated_at: last.updated_at, waiting_since: last.waiting_since };
}


/* The journal: every chat that its filter lets through. */

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


/*
 * The inbox: what the caller's groups have to take and what is his already.
 * One list holds both; `seen` says of each chat which of the two it is, and
 * how much of it was unread, so that what is new can be told apart.
 */

/** @typedef {import('../types.js').Inbox} Inbox */


/** @returns {Inbox} */
export function emptyInbox() {
  return { ...emptyList(), seen: {} };
}


/** @type {Record<string, (state: State, event: any) => State>} */
export const inboxEvents = {
  inbox_took: (state, { answer, first }) => {
    const { inbox } = state;
    const anew = first || answer.reset === true;
    const chats = known(state.chats, answer.chats);

    return {
      ...state,
      chats,
      badge: answer.badge ?? state.badge,
      inbox: { ...listTook(inbox, chats, answer, { anew }),
        seen: noted(anew ? {} : inbox.seen, answer) },
    };
  },

  inbox_paged: (state, { answer }) => {
    const { inbox } = state;
    const chats = known(state.chats, answer.chats);

    return { ...state, chats, inbox: { ...listPaged(inbox, chats, answer),
      seen: noted(inbox.seen, answer) } };
  },

  inbox_failed: (state, event) => ({
    ...state, inbox: listFailed(state.inbox, event),
  }),

  inbox_closed: (state) => ({ ...state, inbox: emptyInbox() }),

  toast_came: (state, { toast }) => ({
    ...state, toasts: [...state.toasts, toast].slice(-TOASTS_MOST),
  }),

  toast_gone: (state, { key }) => ({
    ...state, toasts: state.toasts.filter((toast) => toast.key !== key),
  }),
};

const TOASTS_MOST = 4;


/**
 * The ids of one of the inbox' lists, the freshest first.
 *
 * @param {Inbox} inbox
 * @param {'incoming' | 'mine'} list
 */
export function idsIn(inbox, list) {
  return inbox.order.filter((id) => inbox.seen[id]?.list === list);
}


/**
 * What an answer that brings changes has of news: `inquiry` (new for the
 * caller's groups), `message` (in a chat of his), `handed` (his since now;
 * by whose doing, its transcript tells).
 *
 * @param {State} state as it was before the answer
 * @param {any} answer
 * @returns {{kind: 'inquiry' | 'message' | 'handed', chat: number}[]}
 */
export function newsOf(state, answer) {
  const me = state.me?.agent.id;

  return answer.chats.flatMap((/** @type {any} */ chat) => {
    const kind = newsOfChat(chat, state.inbox.seen[chat.id], me);

    return kind === null ? [] : [{ kind, chat: chat.id }];
  });
}


function newsOfChat(chat, before, me) {
  if (chat.list === 'incoming') {
    return before?.list === 'incoming' ? null : 'inquiry';
  }
  if (chat.list !== 'mine') {
    return null;
  }
  if (before?.list !== 'mine') {
    return chat.responsible === me ? 'handed' : null;
  }
  return chat.unread > before.unread
    && chat.last_message?.from === 'client' ? 'message' : null;
}


function noted(held, answer) {
  const next = { ...held };

  for (const { id, list, unread } of answer.chats) {
    next[id] = { list, unread };
  }
  for (const id of answer.gone ?? []) {
    delete next[id];
  }
  return next;
}
