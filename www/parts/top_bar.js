/* The page's head: whose journal it is, how much waits, who is signed in. */

import { html } from '../lib/html.js';
import { LocaleChoice } from './locale_choice.js';


/** @param {any} props */
export function TopBar({ me, badge, view, onLocale, onSignOut }) {
  const { t } = view;
  const label = badge?.label ?? '';

  return html`<header class="top_bar">
    <h1 class="top_bar__title">${t('app.title')}
      ${label && html` <span class="count count--loud">${label}</span>`}
    </h1>
    <p class="top_bar__space muted">${me.space.name}</p>
    <p class="top_bar__who">${me.agent.name}</p>
    <${LocaleChoice} view=${view} onLocale=${onLocale} />
    <button class="button" type="button" onClick=${onSignOut}>
      ${t('app.sign_out')}
    </button>
  </header>`;
}
