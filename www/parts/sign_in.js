/* Sign in by pasting a token, for whom the link is not at hand. */

import { html } from '../lib/html.js';
import { LOCALES } from '../lib/i18n.js';
import { troubleText } from './marks.js';


export function SignIn({ busy, trouble, view, onSignIn, onLocale }) {
  const { t } = view;

  const submit = (event) => {
    event.preventDefault();
    onSignIn(new FormData(event.target).get('token'));
  };

  return html`<main class="sign_in">
    <form class="sign_in__form" onSubmit=${submit}>
      <h1>${t('sign_in.title')}</h1>
      <p class="muted">${t('sign_in.hint')}</p>
      <label for="token">${t('sign_in.token')}</label>
      <input id="token" name="token" type="password" required autofocus
        autocomplete="current-password" spellcheck="false" />
      <p class="problem" role="alert">${trouble && words(trouble, view)}</p>
      <button class="button button--main" disabled=${busy}>
        ${t('sign_in.enter')}
      </button>
    </form>
    <${LocaleChoice} view=${view} onLocale=${onLocale} />
  </main>`;
}


function words(trouble, view) {
  return trouble.code === 'unauthorized' ? view.t('sign_in.refused')
    : troubleText(trouble, view);
}


/* The switch of languages; each is named in itself. */

/** @type {Record<string, string>} */
export const NAMES = { uk: 'Українська', ru: 'Русский', en: 'English' };


export function LocaleChoice({ view, onLocale }) {
  return html`<label class="locale">
    <span class="hidden">${view.t('app.language')}</span>
    <select onChange=${(e) => onLocale(e.target.value)}>
      ${LOCALES.map((locale) => html`<option value=${locale} lang=${locale}
        selected=${locale === view.locale}>${NAMES[locale]}</option>`)}
    </select>
  </label>`;
}
