/*
 * A list of chats: an order of ids, kept true by pages (from the top down)
 * and changes (since a rev).  The journal is one, the inbox another.
 */

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
