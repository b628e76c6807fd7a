/* Tells that something is away; goes by itself when it is back. */

import { html } from '../lib/html.js';
import { troubleText } from './trouble.js';


/** @param {any} props */
export function Banner({ trouble, view }) {
  return html`<div role="status" aria-live="polite">
    ${trouble && html`<p class="banner">${troubleText(trouble, view)}</p>`}
  </div>`;
}
