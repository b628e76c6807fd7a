/* The frame of the page: which of its faces is shown. */

import { html } from '../lib/html.js';
import { Dialog } from './dialog.js';
import { Banner } from './marks.js';
import { Menu } from './menu.js';
import { InboxPane, JournalPane } from './panes.js';
import { Settings } from './settings/settings.js';
import { Help, Toasts, Transfer } from './sheets.js';
import { SignIn } from './sign_in.js';


/**
 * What every part that draws words or times is given.
 *
 * @typedef {{t: import('../lib/i18n.js').Words, locale: string, now: Date}}
 *          View
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

  return html`<div class=${`app ${open ? 'app--open' : ''}`}>
    <${Menu} me=${me} badge=${badge} section=${route.section} view=${view}
      wishes=${wishes} />
    <div class="app__body">
      <${Banner} trouble=${awayOf(state)} view=${view} />
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


function Section(props) {
  const { section } = props.state.route;
  const Pane = section === 'settings' ? Settings
    : section === 'journal' ? JournalPane : InboxPane;

  return html`<${Pane} ...${props} />`;
}


function OpenDialog({ state, view, wishes }) {
  const { dialog, chats, pending, drafts, me, directory, route } = state;

  return html`<${Dialog} dialog=${dialog} chat=${chats[dialog.id]}
    pending=${pending[dialog.id]} draft=${drafts[dialog.id]} me=${me}
    canned=${directory.canned} route=${route} view=${view}
    wishes=${wishes} />`;
}


function Sheet({ state, view, wishes }) {
  const { sheet, chats, directory, me } = state;

  if (sheet?.kind === 'help') {
    return html`<${Help} view=${view} onClose=${wishes.closeSheet} />`;
  }
  if (sheet?.kind === 'transfer' && chats[sheet.chat]) {
    return html`<${Transfer} chat=${chats[sheet.chat]} me=${me}
      directory=${directory} view=${view} onClose=${wishes.closeSheet}
      onChoose=${(to) => wishes.handOn(sheet.chat, to)} />`;
  }
  return null;
}


function awayOf({ journal, inbox, dialog, route }) {
  return (route.section === 'journal' ? journal.away : null)
    ?? inbox.away ?? dialog?.away ?? null;
}
