/* The frame of the page: which of its faces is shown. */

import { html } from '../lib/html.js';
import { useEffect, useRef, useState } from '../vendor/preact-hooks.js';
import { Dialog } from './dialog.js';
import { Banner } from './marks.js';
import { Menu } from './menu.js';
import { InboxPane, JournalPane } from './panes.js';
import { Client, Help, Picture, Toasts, Transfer } from './sheets.js';
import { SignIn } from './sign_in.js';


/**
 * What every part that draws words or times is given.
 *
 * `clockWrong`: this device's own clock is; `now` is the server's.
 *
 * @typedef {{t: import('../lib/i18n.js').Words, locale: string, now: Date,
 *            clockWrong: boolean}} View
 */


export function App(props) {
  /** @type {Record<string, any>} */
  const faces = { starting: Starting, signed_out: SignedOut, ready: Ready };
  const Face = faces[props.state.phase];

  return html`<${Face} ...${props} />`;
}


function Starting({ state, view }) {
  return html`<main class="app--starting">
    <${Banner} trouble=${state.signIn.trouble} view=${view} />
    <p role="status">${view.t('app.starting')}</p>
  </main>`;
}


function SignedOut({ state, view, wishes }) {
  return html`<${SignIn} busy=${state.signIn.busy} view=${view}
    trouble=${state.signIn.trouble} onSignIn=${wishes.signIn}
    onLocale=${wishes.chooseLocale} />`;
}


function Ready({ state, prefs, view, wishes }) {
  const { me, route, dialog, badge } = state;
  const open = dialog !== null;

  useReturn(dialog?.id ?? null);

  return html`<div class=${`app ${open ? 'app--open' : ''}`}>
    <${Menu} me=${me} badge=${badge} section=${route.section} view=${view}
      wishes=${wishes} />
    <div class="app__body">
      <${Banner} trouble=${awayOf(state, view)} view=${view} />
      <main class=${`app__panes app__panes--${route.section}`}>
        <${Section} state=${state} prefs=${prefs} view=${view}
          wishes=${wishes} />
        ${open && html`<${OpenDialog} key=${dialog.id} state=${state}
          view=${view} wishes=${wishes} />`}
      </main>
    </div>
    <${Toasts} toasts=${state.toasts} chats=${state.chats} view=${view}
      onDismiss=${wishes.dismiss} />
    <${Sheet} state=${state} view=${view} wishes=${wishes} />
  </div>`;
}


/**
 * When a dialog is closed, and not when another takes its place, the keyboard
 * returns to the row it came from, or to the list when that has gone.
 *
 * @param {number | null} open
 */
function useReturn(open) {
  const before = useRef(/** @type {number | null} */ (null));

  useEffect(() => {
    if (open === null && before.current !== null) {
      /** @type {HTMLElement | null} */ (document.getElementById(
        `chat-${before.current}`) ?? document.querySelector('.journal__link'))
        ?.focus();
    }
    before.current = open;
  }, [open]);
}


function Section(props) {
  const { section } = props.state.route;

  if (section === 'settings' || section === 'load') {
    return html`<${Later} key=${section} name=${section} ...${props} />`;
  }
  const Pane = section === 'journal' ? JournalPane : InboxPane;

  return html`<${Pane} ...${props} />`;
}


/* The pages that are fetched when somebody goes there. */

/** @type {Record<string, () => Promise<any>>} */
const LATER = {
  settings: async () => (await import('./settings/settings.js')).Settings,
  load: async () => (await import('./load.js')).Load,
};
const AGAIN_MS = 3_000;
/** @type {Record<string, any>} */
const came = {};


function Later({ name, ...props }) {
  const [tries, setTries] = useState(0);
  const Page = came[name];

  useEffect(() => {
    let timer;

    if (!Object.hasOwn(came, name)) {
      LATER[name]().then((part) => {
        came[name] = part;
        setTries(-1);
      }).catch(() => {
        timer = setTimeout(() => setTries(tries + 1), AGAIN_MS);
      });
    }
    return () => clearTimeout(timer);
  }, [name, tries]);

  return Page ? html`<${Page} ...${props} />`
    : html`<p class="journal__empty" role="status">
      ${props.view.t('app.starting')}</p>`;
}


function OpenDialog({ state, view, wishes }) {
  const { dialog, chats, pending, drafts, uploads, me, directory, route }
    = state;

  return html`<${Dialog} dialog=${dialog} chat=${chats[dialog.id]}
    pending=${pending[dialog.id]} draft=${drafts[dialog.id]} me=${me}
    uploads=${uploads[dialog.id]} canned=${directory.canned}
    route=${route} view=${view} wishes=${wishes} />`;
}


function Sheet({ state, view, wishes }) {
  const { sheet, chats, directory, me, dialog } = state;

  if (sheet?.kind === 'help') {
    return html`<${Help} view=${view} onClose=${wishes.closeSheet} />`;
  }
  if (sheet?.kind === 'transfer' && chats[sheet.chat]) {
    return html`<${Transfer} chat=${chats[sheet.chat]} me=${me}
      directory=${directory} view=${view} onClose=${wishes.closeSheet}
      onChoose=${(to) => wishes.handOn(sheet.chat, to)} />`;
  }
  if (sheet?.kind === 'client' && chats[sheet.chat]) {
    return html`<${Client} chat=${chats[sheet.chat]} view=${view}
      groups=${directory.groups} onClose=${wishes.closeSheet}
      onCopy=${() => wishes.copyAddress(sheet.chat)}
      onTags=${(tags) => wishes.tag(sheet.chat, tags)} />`;
  }
  if (sheet?.kind === 'picture' && dialog?.id === sheet.chat) {
    return html`<${Picture} messages=${dialog.messages} file=${sheet.file}
      view=${view} onClose=${wishes.closeSheet}
      onShow=${(file) => wishes.showPicture(sheet.chat, file)} />`;
  }
  return null;
}


function awayOf({ journal, inbox, dialog, route }, { clockWrong }) {
  return (['journal', 'load', 'closed'].includes(route.section)
    ? journal.away : null) ?? inbox.away ?? dialog?.away
    ?? (clockWrong ? { code: 'clock_wrong', detail: null } : null);
}
