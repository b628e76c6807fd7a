/*
 * The page's state: next = reduce(state, event).  No DOM, no clock, no
 * network; what an event needs of these it brings along.
 *
 * Each event is named for what has happened and handled by one function in
 * the table of the noun it belongs to (state/); the session is below.  An
 * event that is not in a table is a mistake of ours and throws.
 *
 * Chats live once, in `chats`, each in its newest state; the journal keeps
 * only the order of their ids, the dialog only its id.
 */

import { HOME, homeOf } from './lib/route.js';
import { dialogEvents } from './state/dialog.js';
import { directoryEvents, emptyDirectory, emptySettings }
  from './state/directory.js';
import { emptyInbox, emptyJournal, inboxEvents, journalEvents }
  from './state/lists.js';
import { sendingEvents } from './state/sending.js';
import { uploadEvents } from './state/uploads.js';

/** @typedef {import('./types.js').State} State */


/** @type {State} */
export const initial = {
  phase: 'starting',
  me: null,
  badge: null,
  signIn: { busy: false, trouble: null },
  chats: {},
  route: HOME,
  journal: emptyJournal(),
  inbox: emptyInbox(),
  dialog: null,
  pending: {},
  drafts: {},
  uploads: {},
  stats: null,
  toasts: [],
  directory: emptyDirectory(),
  settings: emptySettings(),
  sheet: null,
};


/**
 * @param {State} state
 * @param {{type: string, [member: string]: any}} event
 * @returns {State}
 */
export function reduce(state, event) {
  if (!Object.hasOwn(handlers, event.type)) {
    throw new Error(`no such event: ${event.type}`);
  }
  return handlers[event.type](state, event);
}


/** @type {Record<string, (state: State, event: any) => State>} */
const sessionEvents = {
  start_failed: (state, { trouble }) => ({
    ...state, signIn: { busy: false, trouble },
  }),

  sign_in_began: (state) => ({
    ...state, signIn: { busy: true, trouble: null },
  }),

  sign_in_failed: (state, { trouble }) => ({
    ...state, phase: 'signed_out', signIn: { busy: false, trouble },
  }),

  signed_in: (state, { me }) => ({
    ...state, phase: 'ready', me, badge: me.badge, signIn: initial.signIn,
  }),

  me_came: (state, { me }) => ({ ...state, me, badge: me.badge }),

  went: (state, { route }) => ({
    ...state,
    route: { ...route, section: sectionOf(state, route) },
    sheet: null,
  }),

  sheet_opened: (state, { sheet }) => ({ ...state, sheet }),

  sheet_closed: (state) => ({ ...state, sheet: null }),

  stats_came: (state, { stats }) => ({ ...state, stats }),

  /* nothing of one person's may be left for the next one */
  signed_out: (state, { trouble = null }) => ({ ...initial,
    phase: 'signed_out', signIn: { busy: false, trouble } }),
};


/** @type {(state: State, route: import('./types.js').Route) => any} */
function sectionOf({ me }, route) {
  return route.section ?? (me === null ? 'journal' : homeOf(me));
}


const handlers = {
  ...sessionEvents, ...journalEvents, ...inboxEvents, ...dialogEvents,
  ...sendingEvents, ...uploadEvents, ...directoryEvents,
};
