/* The switch of languages; each is named in itself. */

import { html } from '../lib/html.js';
import { LOCALES } from '../lib/i18n.js';

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
