/* A chat's status, as a word with a colour. */

import { html } from '../lib/html.js';


/** @param {any} props */
export function Status({ status, view }) {
  return html`<span class=${`status status--${status}`}>
    ${view.t(`status.${status}`)}</span>`;
}
