/* One message of a transcript: a person's, a note, or an event. */

import { html } from '../lib/html.js';
import { pieces } from '../lib/links.js';
import { fullTime, hour } from '../lib/time.js';
import { Attachments } from './attachments.js';

/** @type {Record<string, string>} */
const MARKS = { queued: '◷', sent: '✓', delivered: '✓✓', read: '✓✓',
  failed: '!' };


/** @param {any} props */
export function Message({ message, view }) {
  if (message.kind === 'event') {
    return html`<${Event} message=${message} view=${view} />`;
  }
  return html`<li class=${`message message--${sideOf(message)}`}>
    ${message.from === 'agent' && html`<p class="message__author">
      ${authorOf(message, view)}</p>`}
    <div class="message__body">
      ${message.deleted
        ? html`<p class="muted">${view.t('dialog.deleted')}</p>`
        : html`<${Text} text=${message.text} />
          <${Attachments} attachments=${message.attachments}
            view=${view} />`}
      ${message.reactions.length > 0 && html`<p class="message__reactions">
        ${message.reactions.join(' ')}</p>`}
    </div>
    <${Foot} message=${message} view=${view} />
  </li>`;
}


/** @param {any} props */
export function Text({ text }) {
  return text ? html`<p class="message__text" dir="auto">${pieces(text)
    .map((piece) => (piece.href === null ? piece.text
      : html`<a href=${piece.href} target="_blank"
          rel="noopener noreferrer nofollow">${piece.text}</a>`))}</p>`
    : null;
}


/* the text of an event is the name of who did it, `A → B` when handed on */

/** @param {any} props */
function Event({ message, view }) {
  const { event, text } = message;
  const key = event === 'reopened' && text ? 'reopened_by' : event;
  const name = text || view.t('event.system');

  return html`<li class="message message--event">
    <span dir="auto">${view.t(`event.${key}`, { name })}</span>
    ${' '}<time datetime=${message.at}
      title=${fullTime(message.at, view.locale)}>
      ${hour(message.at, view.locale)}</time>
  </li>`;
}


/** @param {any} props */
function Foot({ message, view }) {
  const { t, locale } = view;

  return html`<p class="message__foot">
    ${message.edited_at && html`<span>${t('dialog.edited')} </span>`}
    <time datetime=${message.at} title=${fullTime(message.at, locale)}>
      ${hour(message.at, locale)}</time>
    ${message.delivery && html` <${Delivery} message=${message}
      view=${view} />`}
  </p>`;
}


/** @param {any} props */
function Delivery({ message, view }) {
  const words = view.t(`delivery.${message.delivery}`);

  return html`<span class=${`message__delivery
    message__delivery--${message.delivery}`} title=${words}>
    <span aria-hidden="true">${MARKS[message.delivery] ?? ''}</span>
    <span class=${message.delivery === 'failed' ? '' : 'hidden'}>
      ${' '}${words}${message.error ? `: ${message.error}` : ''}</span>
  </span>`;
}


/** @param {import('../types.js').Message} message */
function sideOf(message) {
  return message.kind === 'note' ? 'note' : message.from;
}


/**
 * @param {import('../types.js').Message} message
 * @param {import('./app.js').View} view
 */
function authorOf(message, { t }) {
  const name = message.author?.name ?? t('dialog.app');

  return message.kind === 'note' ? `${name} · ${t('dialog.note')}` : name;
}
