/* One message of a transcript: a person's, a note, or an event. */

import { html } from '../lib/html.js';
import { isOwn, pieces, safeHref } from '../lib/links.js';
import { fullTime, hour } from '../lib/time.js';
import { Icon, troubleText } from './marks.js';

/** @type {Record<string, string>} */
const MARKS = { queued: '◷', sent: '✓', delivered: '✓✓', read: '✓✓',
  failed: '!' };


export function Message({ message, messages, view, onReply }) {
  if (message.kind === 'event') {
    return html`<${Event} message=${message} view=${view} />`;
  }
  return html`<li class=${`message message--${sideOf(message)}`}>
    ${message.from === 'agent' && html`<p class="message__author">
      ${authorOf(message, view)}</p>`}
    <div class="message__body">
      ${message.reply_to && html`<${Quote} messages=${messages}
        id=${message.reply_to} view=${view} />`}
      ${message.deleted
        ? html`<p class="muted">${view.t('dialog.deleted')}</p>`
        : html`<${Text} text=${message.text} />
          <${Attachments} attachments=${message.attachments}
            view=${view} />`}
      ${message.reactions.length > 0 && html`<p class="message__reactions">
        ${message.reactions.join(' ')}</p>`}
    </div>
    <${Foot} message=${message} view=${view}
      onReply=${message.kind === 'text' && !message.deleted
        ? onReply : null} />
  </li>`;
}


export function Text({ text }) {
  return text ? html`<p class="message__text" dir="auto">${pieces(text)
    .map((piece) => (piece.href === null ? piece.text
      : html`<a href=${piece.href} target="_blank"
          rel="noopener noreferrer nofollow">${piece.text}</a>`))}</p>`
    : null;
}


/* the text of an event is the name of who did it, `A → B` when handed on */

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


function Foot({ message, view, onReply }) {
  const { t, locale } = view;

  return html`<p class="message__foot">
    ${message.edited_at && html`<span>${t('dialog.edited')} </span>`}
    <time datetime=${message.at} title=${fullTime(message.at, locale)}>
      ${hour(message.at, locale)}</time>
    ${message.delivery && html` <${Delivery} message=${message}
      view=${view} />`}
    ${onReply && html`<button class="message__reply" type="button"
      aria-label=${t('dialog.answer_this')} title=${t('dialog.answer_this')}
      onClick=${() => onReply(message.id)}><${Icon} name="reply" />
    </button>`}
  </p>`;
}


function Delivery({ message, view }) {
  const words = view.t(`delivery.${message.delivery}`);

  return html`<span class=${`message__delivery
    message__delivery--${message.delivery}`} title=${words}>
    <span aria-hidden="true">${MARKS[message.delivery] ?? ''}</span>
    <span class=${message.delivery === 'failed' ? '' : 'hidden'}>
      ${' '}${words}${message.error ? `: ${message.error}` : ''}</span>
  </span>`;
}


function sideOf(message) {
  return message.kind === 'note' ? 'note' : message.from;
}


function authorOf(message, { t }) {
  const name = message.author?.name ?? t('dialog.app');

  return message.kind === 'note' ? `${name} · ${t('dialog.note')}` : name;
}


/* What a message answers, in one line. */

export function Quote({ messages, id, view }) {
  const { t } = view;
  const quoted = messages.find((m) => m.id === id);

  if (quoted === undefined) {
    return html`<p class="quote muted">${t('dialog.earlier')}</p>`;
  }
  const text = quoted.deleted ? t('dialog.deleted')
    : quoted.text || t('journal.files', { count: quoted.attachments.length });

  return html`<p class="quote">
    ${quoted.author && html`<span class="quote__author" dir="auto">
      ${quoted.author.name}</span>`}
    <span class="quote__text" dir="auto">${text}</span></p>`;
}


/* A message that is on its way, or did not get there. */

export function PendingMessage({ pending, view, onAgain, onDrop }) {
  const { t } = view;

  return html`<li class=${`message message--${
    pending.note ? 'note' : 'agent'} message--${pending.state}`}>
    <div class="message__body"><${Text} text=${pending.text} /></div>
    ${pending.state === 'pending'
      ? html`<p class="message__foot">${t('sending.pending')}</p>`
      : html`<p class="message__foot" role="alert">
          <span class="message__delivery--failed">${t('sending.failed')}:
            ${' '}${troubleText(pending.trouble, view)}</span>
          <button class="button" type="button" onClick=${onAgain}>
            ${t('sending.again')}</button>
          <button class="button" type="button" onClick=${onDrop}>
            ${t('sending.drop')}</button>
        </p>`}
  </li>`;
}


/*
 * The files of a message.  Only our own addresses are drawn as pictures; all
 * others are links, and only with an allowed scheme.
 */

const PICTURES = ['image', 'sticker'];


export function Attachments({ attachments, view }) {
  return attachments.length === 0 ? null
    : html`<ul class="message__files">
      ${attachments.map((file) => html`<li
        key=${file.id}><${File} file=${file} view=${view} /></li>`)}
    </ul>`;
}


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


function size(bytes, locale) {
  const [count, unit] = bytes < 1_000_000 ? [bytes / 1_000, 'kilobyte']
    : [bytes / 1_000_000, 'megabyte'];

  return new Intl.NumberFormat(locale, {
    style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1,
  }).format(count);
}
