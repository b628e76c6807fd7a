/* What the parts may wish for: the callbacks that go down to them. */

import { formatRoute } from '../lib/route.js';
import { FILES_MOST } from '../state/uploads.js';
import { choose } from './device.js';
import { state, tell } from './session.js';

const SEARCH_AFTER_MS = 250;


/** @param {Record<string, any>} keepers */
export function makeWishes({ session, journal, dialog, directory, outbox,
  uploads, notices }) {
  return {
    signIn: (token) => session.signIn(token),
    signOut: () => session.signOut(),
    more: () => journal.more(),
    choose,
    ...sheetWishes(directory),
    ...filterWishes(),
    ...dialogWishes(dialog, outbox),
    repeat: repeatWish(outbox, uploads),
    copyAddress: async (chat) => {
      const address = new URL(`#/chats/${chat}`, location.href);

      try {
        await navigator.clipboard.writeText(String(address));
        notices.done('copied', chat);

      } catch {
        /* without https there is no clipboard for a page */
        window.prompt('', String(address));
      }
    },
    ...fileWishes(uploads),
    away: (away) => session.away(away),
    ...settingsWishes(directory),
    ...noticeWishes(notices),
  };
}


function sheetWishes(directory) {
  return {
    help: () => tell({ type: 'sheet_opened',
      sheet: { kind: 'help', chat: null } }),
    askTransfer: (chat) => {
      /* who is there changes all day */
      directory.load();
      tell({ type: 'sheet_opened', sheet: { kind: 'transfer', chat } });
    },
    showClient: (chat) => tell({ type: 'sheet_opened',
      sheet: { kind: 'client', chat } }),
    showPicture: (chat, file) => tell({ type: 'sheet_opened',
      sheet: { kind: 'picture', chat, file } }),
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
    /* from the row: what the button says, and then the dialog */
    turn: async (id, verb) => {
      if (await dialog.move(id, verb)) {
        location.hash = formatRoute({ ...state.value.route, chat: id });
      }
    },
    handOn: async (id, to) => {
      tell({ type: 'sheet_closed' });
      await dialog.move(id, 'transfer', to);
    },
    tag: (id, tags) => {
      tell({ type: 'sheet_closed' });
      dialog.tag(id, tags);
    },
    typing: () => dialog.typing(),
    send: (id, text, about) => outbox.send(id, text, about),
    again: (id, key) => outbox.again(id, key),
    drop: (id, key) => outbox.drop(id, key),
    draft: (id, text) => tell({ type: 'drafted', id, text }),
    note: (id, note) => tell({ type: 'note_chosen', id, note }),
    replyTo: (id, message) => tell({ type: 'reply_chosen', id, message }),
    leaveDialog: () => {
      location.hash = formatRoute({ ...state.value.route, chat: null });
    },
  };
}


/* what a platform has refused: words at once; files go back to where messages
   are written, the server takes none twice */
function repeatWish(outbox, uploads) {
  return (id, { text, attachments, reply_to: replyTo }) => {
    if (attachments.length === 0) {
      outbox.send(id, text, { replyTo, apart: true });
      return;
    }
    tell({ type: 'drafted', id, text: state.value.drafts[id] || text });
    uploads.anew(id, attachments);
  };
}


function fileWishes(uploads) {
  return {
    attach: (id, files) => {
      const room = FILES_MOST - (state.value.uploads[id] ?? []).length;

      uploads.add(id, [...files].slice(0, room));
      if (files.length > room) {
        tell({ type: 'action_failed', id,
          trouble: { code: 'files_most', detail: null } });
      }
    },
    attachAgain: (id, key) => uploads.again(id, key),
    detach: (id, key) => uploads.drop(id, key),
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
    health: (channel) => directory.health(channel),
    connectLine: (channel) => directory.connectLine(channel),
    replay: (channel, event) => directory.replay(channel, event),
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
