/*
 * The inbox: what the caller's groups have to take and what is his already.
 * One list holds both; `seen` says of each chat which of the two it is, and
 * how much of it was unread, so that what is new can be told apart.
 */

import { emptyList, known, listFailed, listPaged, listTook } from './list.js';

/** @typedef {import('../types.js').State} State */
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
