/*
 * The page's own addresses, after the `#`:
 *
 *   #/                                 what the caller starts with
 *   #/journal?status=active&q=olena    the journal, filtered
 *   #/inquiries/incoming  .../mine     what there is to do; .../closed: what
 *                                      one has done
 *   #/load                             who works with what, what waits
 *   #/chats/42?in=mine                 a dialog, and the list beside it
 *   #/settings/agents/petro            a page of the settings
 *   #token=...                         a sign-in link; never kept
 *
 * An address that makes no sense is `#/`.
 */

export const STATUSES = ['unassigned', 'active', 'inactive'];
/** @type {('incoming' | 'mine' | 'closed')[]} */
export const INBOX = ['incoming', 'mine', 'closed'];
const LISTS = ['journal', ...INBOX, 'load'];

const FILTERS = ['status', 'channel', 'group', 'agent', 'tag', 'from', 'to',
  'q', 'sort'];
/* `_new` and the like are forms; no id begins with it */
const WORD = /^[a-z0-9_][a-z0-9_-]*$/;
const DAY = /^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** @typedef {import('../types.js').Route} Route */
/** @typedef {import('../types.js').Filter} Filter */

/** @type {Filter} */
export const NO_FILTER = {
  status: null, channel: null, group: null, agent: null, tag: null, from: null,
  to: null, q: null, sort: null,
};

/**
 * The load is the journal in the order of who waits.
 *
 * @type {Filter}
 */
export const WAITING = { ...NO_FILTER, sort: 'waiting' };

/**
 * The closed chats of the caller are paged as the journal is.
 *
 * @type {Filter}
 */
export const CLOSED = { ...NO_FILTER, list: 'closed' };

/** @type {Route} */
export const HOME = {
  section: null, chat: null, page: null, item: null, filter: NO_FILTER,
};


/**
 * @param {string} hash
 * @returns {Route}
 */
export function parseRoute(hash) {
  const [path, query] = hash.replace(/^#/, '').split('?');
  const words = path.split('/').slice(1);
  const params = new URLSearchParams(query);
  const [first, second, third] = words;

  if (first === 'journal') {
    return { ...HOME, section: 'journal', filter: filterOf(params) };
  }
  if (first === 'load') {
    return { ...HOME, section: 'load' };
  }
  if (first === 'inquiries') {
    return { ...HOME, section: oneOf(INBOX, second) ?? 'incoming' };
  }
  if (first === 'chats' && /^[1-9]\d{0,14}$/.test(second ?? '')) {
    return { ...HOME, chat: Number(second), filter: filterOf(params),
      section: oneOf(LISTS, params.get('in')) };
  }
  if (first === 'settings') {
    return { ...HOME, section: 'settings', page: word(second),
      item: word(third) };
  }
  return HOME;
}


/**
 * @param {Partial<Route>} route
 * @returns {string}
 */
export function formatRoute({ section = null, chat = null, page = null,
  item = null, filter = NO_FILTER }) {
  if (section === 'settings') {
    return ['#/settings', page, page && item].filter(Boolean).join('/');
  }
  const params = new URLSearchParams();

  if (chat !== null && section !== null) {
    params.set('in', section);
  }
  if (section === 'journal' || section === null) {
    FILTERS.forEach((name) => filter[name] !== null
      && params.set(name, filter[name]));
  }
  return pathOf(section, chat) + (params.size > 0 ? `?${params}` : '');
}


function pathOf(section, chat) {
  if (chat !== null) {
    return `#/chats/${chat}`;
  }
  if (INBOX.includes(section)) {
    return `#/inquiries/${section}`;
  }
  return section === 'journal' || section === 'load' ? `#/${section}` : '#/';
}


/** @param {URLSearchParams} params */
function filterOf(params) {
  return {
    status: oneOf(STATUSES, params.get('status')),
    channel: word(params.get('channel')),
    group: word(params.get('group')),
    agent: word(params.get('agent')),
    tag: text(params.get('tag')),
    from: day(params.get('from')),
    to: day(params.get('to')),
    q: text(params.get('q')),
    sort: oneOf(['waiting'], params.get('sort')),
  };
}


function oneOf(words, value) {
  return words.includes(value) ? value : null;
}


function text(value) {
  return value?.trim().slice(0, 100) || null;
}


function day(value) {
  return DAY.test(value ?? '') ? value : null;
}


function word(value) {
  return WORD.test(value ?? '') ? value : null;
}


/**
 * @param {string} hash
 * @returns {string | null} the token of a sign-in link
 */
export function tokenOf(hash) {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') || null;
}


/* What a caller may see; the server decides, this only spares him a refusal. */

/** @typedef {import('../types.js').Me} Me */


/** @param {Me} me */
export function manages(me) {
  return me.agent.role === 'owner' || me.agent.role === 'admin';
}


/** @param {Me} me */
export function owns(me) {
  return me.agent.role === 'owner';
}


/**
 * Where the caller starts.
 *
 * @param {Me} me
 * @returns {import('../types.js').Section}
 */
export function homeOf(me) {
  if (me.journal) {
    return 'journal';
  }
  return manages(me) && !me.inbox ? 'journal' : 'incoming';
}


/**
 * The sections that the menu has for him.  An owner or admin without a
 * commercial plan finds the way to it in the journal's place.
 *
 * @param {Me} me
 */
export function sectionsOf(me) {
  return [
    (me.journal || manages(me)) && 'journal',
    me.inbox && 'inquiries',
    me.journal && 'load',
    'settings',
  ].filter((one) => one !== false);
}


/**
 * The pages of the settings, by role.
 *
 * @param {Me} me
 */
export function pagesOf(me) {
  return [
    owns(me) && 'space',
    ...(manages(me)
      ? ['channels', 'widget', 'groups', 'agents', 'canned'] : []),
    'me',
  ].filter((one) => one !== false);
}
