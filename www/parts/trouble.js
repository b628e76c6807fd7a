/* Words for what went wrong: ours where we know the code, else the server's. */

import { html } from '../lib/html.js';


export function troubleText(trouble, { t }) {
  const key = `trouble.${trouble.code}`;
  const ours = t(key);

  return ours === key ? trouble.detail ?? t('trouble.unexpected') : ours;
}


/* Tells that something is away; goes by itself when it is back. */

export function Banner({ trouble, view }) {
  return html`<div role="status" aria-live="polite">
    ${trouble && html`<p class="banner">${troubleText(trouble, view)}</p>`}
  </div>`;
}
