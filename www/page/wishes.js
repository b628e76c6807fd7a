/* What the parts may wish for: the callbacks that go down to them. */

import { formatRoute } from '../lib/route.js';
import { choose } from './device.js';
import { state, tell } from './session.js';

const SEARCH_AFTER_MS = 250;


/** @param {Record<string, any>} keepers */
export function makeWishes({ session, journal, dialog, directory, outbox,
  notices }) {
  return {
    signIn: (token) => session.signIn(token),
    signOut: () => session.signOut(),
    more: () => journal.more(),
    choose,
    ...sheetWishes(),
    ...filterWishes(),
    ...dialogWishes(dialog, outbox),
    ...settingsWishes(directory),
    ...noticeWishes(notices),
  };
}


function sheetWishes() {
  return {
    help: () => tell({ type: 'sheet_opened',
      sheet: { kind: 'help', chat: null } }),
    askTransfer: (chat) => tell({ type: 'sheet_opened',
      sheet: { kind: 'transfer', chat } }),
    closeSheet: () => tell({ type: 'sheet_closed' }),
  };
}


function filterWishes() {
  let timer;

  const filter = (change) => {
    const { route } = state.value;

    clearTimeout(timer);
    /* a filter that is being changed is no page to come back to */
    location.replace(formatRoute({ ...route,
      filter: { ...route.filter, ...change } }));
  };

  return {
    filter,
    search: (q) => {
      clearTimeout(timer);
      timer = setTimeout(() => filter({ q: q.trim() || null }),
        SEARCH_AFTER_MS);
    },
  };
}


function dialogWishes(dialog, outbox) {
  return {
    older: () => dialog.older(),
    move: (id, verb, to) => dialog.move(id, verb, to),
    handOn: async (id, to) => {
      tell({ type: 'sheet_closed' });
      await dialog.move(id, 'transfer', to);
    },
    typing: () => dialog.typing(),
    send: (id, text, about) => outbox.send(id, text, about),
    again: (id, key) => outbox.again(id, key),
    drop: (id, key) => tell({ type: 'send_dropped', id, key }),
    draft: (id, text) => tell({ type: 'drafted', id, text }),
    note: (id, note) => tell({ type: 'note_chosen', id, note }),
    replyTo: (id, message) => tell({ type: 'reply_chosen', id, message }),
    leaveDialog: () => {
      location.hash = formatRoute({ ...state.value.route, chat: null });
    },
  };
}


function settingsWishes(directory) {
  return {
    save: (noun, id, record) => directory.save(noun, id, record),
    saveSpace: (space) => directory.saveSpace(space),
    remove: async (noun, id, force) => {
      if (await directory.remove(noun, id, force)) {
        location.hash = formatRoute({ section: 'settings',
          page: state.value.route.page });
      }
    },
    tokens: (agent) => directory.tokens(agent),
    makeToken: (agent, about) => directory.makeToken(agent, about),
    revokeToken: (agent, token) => directory.revokeToken(agent, token),
    goTo: (page, item) => {
      location.hash = formatRoute({ section: 'settings', page, item });
    },
  };
}


function noticeWishes(notices) {
  return {
    dismiss: (key) => tell({ type: 'toast_gone', key }),
    chooseLocale: (locale) => choose({ locale }),
    chooseSound: (sound) => {
      choose({ sound });
      notices.play(sound);
    },
    chooseSystem: async (wanted) => {
      choose({ system: wanted && await notices.allowSystem() });
    },
  };
}
