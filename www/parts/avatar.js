/*
 * Who wrote, and from where: initials on a colour (grey when there is no
 * name) with a small mark of the source.
 */

import { html } from '../lib/html.js';
import { SourceMark } from './source_mark.js';

/* as many as tokens.css has */
const COLORS = 8;


/** @param {any} props */
export function Avatar({ chat, view }) {
  const { initials, color } = chat.contact.avatar;
  const tint = color === null ? 'none' : color % COLORS;

  return html`<span class=${`avatar avatar--${tint}`}>
    <span aria-hidden="true">${initials || '?'}</span>
    <${SourceMark} kind=${chat.channel.kind} view=${view} />
  </span>`;
}
