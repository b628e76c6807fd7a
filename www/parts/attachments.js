/*
 * The files of a message.  Only our own addresses are drawn as pictures; all
 * others are links, and only with an allowed scheme.
 */

import { html } from '../lib/html.js';
import { isOwn, safeHref } from '../lib/links.js';

const PICTURES = ['image', 'sticker'];


/** @param {any} props */
export function Attachments({ attachments, view }) {
  return attachments.length === 0 ? null
    : html`<ul class="message__files">
      ${attachments.map((/** @type {any} */ file) => html`<li
        key=${file.id}><${File} file=${file} view=${view} /></li>`)}
    </ul>`;
}


/** @param {any} props */
function File({ file, view }) {
  const href = safeHref(file.url);
  const name = file.name || view.t(`file.${file.type}`);

  if (href === null) {
    return html`<span dir="auto">${name}</span>`;
  }
  if (PICTURES.includes(file.type) && isOwn(href)) {
    return html`<a href=${href} target="_blank" rel="noopener">
      <img class="message__picture" src=${href} alt=${name}
        loading="lazy" /></a>`;
  }
  return html`<a href=${href} target="_blank"
    rel="noopener noreferrer nofollow" dir="auto">${name}</a>
    ${file.size && html` <span class="muted">
      ${size(file.size, view.locale)}</span>`}`;
}


/**
 * @param {number} bytes
 * @param {string} locale
 */
function size(bytes, locale) {
  const [count, unit] = bytes < 1_000_000 ? [bytes / 1_000, 'kilobyte']
    : [bytes / 1_000_000, 'megabyte'];

  return new Intl.NumberFormat(locale, {
    style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1,
  }).format(count);
}
