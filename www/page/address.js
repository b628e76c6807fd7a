/* Goes where the address says: which lists and dialogs are kept true. */

import { parseRoute } from '../lib/route.js';
import { state, tell } from './store.js';


/** @param {{journal: any, dialog: any, directory: any}} keepers */
export function followAddress({ journal, dialog, directory }) {
  const before = state.value.route;

  tell({ type: 'went', route: parseRoute(location.hash) });

  const { me, route } = state.value;

  followJournal(journal, route, me?.journal === true);
  followDialog(dialog, route.chat);
  if (route.section === 'settings'
    && (before.page !== route.page || before.item !== route.item)) {
    /* what was made a moment ago is shown with its secret */
    tell({ type: 'settings_left',
      made: before.item?.startsWith('_') === true });
    directory.load();
  }
}


/**
 * @param {any} journal
 * @param {import('../types.js').Route} route
 * @param {boolean} allowed
 */
function followJournal(journal, { section, filter }, allowed) {
  if (section !== 'journal' || !allowed) {
    journal.disconnect();

  } else if (!journal.connected || !isSame(journal.filter, filter)) {
    journal.connect(filter);
  }
}


/**
 * @param {any} dialog
 * @param {number | null} chat
 */
function followDialog(dialog, chat) {
  if (chat === null) {
    dialog.disconnect();

  } else if (state.value.dialog?.id !== chat) {
    dialog.connect(chat);
  }
}


/**
 * @param {any} a
 * @param {any} b
 */
function isSame(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}
