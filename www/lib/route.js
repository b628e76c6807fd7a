/*
 * The page's own addresses, after the `#`:
 *
 *   #/                          the journal
 *   #/?status=active            the journal, one status
 *   #/chats/42?status=active    a dialog beside it
 *   #token=...                  a sign-in link; never kept
 */

const STATUSES = ['unassigned', 'active', 'inactive'];


/**
 * @param {string} hash
 * @returns {{chat: number | null, status: any}}
 */
export function parseRoute(hash) {
  const [path, query] = hash.replace(/^#/, '').split('?');
  const status = new URLSearchParams(query).get('status') ?? '';
  const chat = /^\/chats\/([1-9]\d{0,14})$/.exec(path);

  return {
    chat: chat ? Number(chat[1]) : null,
    status: STATUSES.includes(status) ? status : null,
  };
}


/** @param {{chat?: number | null, status?: string | null}} route */
export function formatRoute({ chat = null, status = null }) {
  return `#/${chat === null ? '' : `chats/${chat}`}`
    + (status === null ? '' : `?status=${status}`);
}


/**
 * @param {string} hash
 * @returns {string | null} the token of a sign-in link
 */
export function tokenOf(hash) {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') || null;
}
