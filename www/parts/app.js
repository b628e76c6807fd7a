/* The frame of the page: which of its faces is shown. */

import { html } from '../lib/html.js';
import { useMemo } from '../vendor/preact-hooks.js';
import { Banner } from './banner.js';
import { Dialog } from './dialog.js';
import { Filter } from './filter.js';
import { Journal } from './journal.js';
import { SignIn } from './sign_in.js';
import { TopBar } from './top_bar.js';

/**
 * What every part that draws words or times is given.
 *
 * @typedef {{t: import('../lib/i18n.js').Words, locale: string, now: Date}}
 *          View
 */


/** @param {any} props */
export function App({ state, view, wishes }) {
  /** @type {Record<string, any>} */
  const faces = { starting: Starting, signed_out: SignedOut, ready: Ready };
  const Face = faces[state.phase];

  return html`<${Face} state=${state} view=${view} wishes=${wishes} />`;
}


/** @param {any} props */
function Starting({ state, view }) {
  return html`<main class="app app--starting">
    <${Banner} trouble=${state.signIn.trouble} view=${view} />
    <p role="status">${view.t('app.starting')}</p>
  </main>`;
}


/** @param {any} props */
function SignedOut({ state, view, wishes }) {
  return html`<${SignIn} busy=${state.signIn.busy} view=${view}
    trouble=${state.signIn.trouble} onSignIn=${wishes.signIn}
    onLocale=${wishes.chooseLocale} />`;
}


/** @param {any} props */
function Ready({ state, view, wishes }) {
  const { journal, dialog, chats } = state;
  const open = dialog?.id ?? null;

  /* a keystroke in the composer draws no row anew */
  const list = useMemo(() => html`<section class="app__list">
    <${Filter} status=${journal.status} counts=${journal.counts}
      open=${open} view=${view} />
    <${Journal} journal=${journal} chats=${chats} open=${open} view=${view}
      onMore=${wishes.more} />
  </section>`, [journal, chats, open, view, wishes]);

  return html`<div class=${`app ${open === null ? '' : 'app--open'}`}>
    <${TopBar} me=${state.me} badge=${state.badge} view=${view}
      onLocale=${wishes.chooseLocale} onSignOut=${wishes.signOut} />
    <${Banner} trouble=${journal.away ?? dialog?.away} view=${view} />
    <main class="app__panes">
      ${list}
      ${dialog && html`<${Dialog} key=${dialog.id} dialog=${dialog}
        chat=${chats[dialog.id]} pending=${state.pending[dialog.id]}
        draft=${state.drafts[dialog.id]} view=${view} wishes=${wishes} />`}
    </main>
  </div>`;
}
