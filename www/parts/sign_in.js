/* Sign in by pasting a token, for whom the link is not at hand. */

import { html } from '../lib/html.js';
import { LocaleChoice } from './locale_choice.js';
import { troubleText } from './trouble.js';


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
