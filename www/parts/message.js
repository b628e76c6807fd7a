/* One message of a transcript: a person's, a note, or an event. */

import { html } from '../lib/html.js';
import { pieces } from '../lib/links.js';
import { fullTime, hour } from '../lib/time.js';
import { useState } from '../vendor/preact-hooks.js';
import { Attachments } from './files.js';
import { Icon, troubleText } from './marks.js';

/** @type {Record<string, string>} */
const MARKS = { queued: '◷', sent: '✓', delivered: '✓✓', read: '✓✓',
  failed: '!' };


export function Message({ message, messages, view, goesOn, onReply,
  onPicture, onRepeat }) {
  if (message.kind === 'event') {
    return html`<${Event} message=${message} view=${view} />`;
  }
  return html`<li class=${`message message--${sideOf(message)} ${
    goesOn ? 'message--on' : ''} ${
    message.delivery === 'failed' ? 'message--failed' : ''}`}>
    ${message.from === 'agent' && !goesOn && html`<p class="message__author">
      ${authorOf(message, view)}</p>`}
    <div class="message__body">
      ${message.reply_to && html`<${Quote} messages=${messages}
        id=${message.reply_to} view=${view} />`}
      ${message.deleted
        ? html`<p class="muted">${view.t('dialog.deleted')}</p>`
        : html`<${Text} text=${message.text} />
          <${Attachments} attachments=${message.attachments}
            view=${view} onPicture=${onPicture} />`}
      ${message.reactions.length > 0 && html`<p class="message__reactions">
        ${message.reactions.join(' ')}</p>`}
      <${Foot} message=${message} view=${view} />
    </div>
    ${onReply && message.kind === 'text' && !message.deleted && html`<button
      class="message__reply" type="button" title=${view.t('dialog.answer_this')}
      aria-label=${view.t('dialog.answer_this')}
      onClick=${() => onReply(message.id)}><${Icon} name="reply" /></button>`}
    ${onReply && isRefused(message, messages) && html`<${Repeat} view=${view}
      onRepeat=${() => onRepeat(message)} />`}
  </li>`;
}


/* the platform did not take it, and it has not been said again since */
function isRefused({ id, delivery, text, attachments }, messages) {
  return delivery === 'failed'
    && !messages.slice(messages.findIndex((one) => one.id === id) + 1)
      .some((one) => one.from === 'agent' && one.text === text
        && one.attachments.length === attachments.length);
}


/* pressed once: what is to be sent stands below */

function Repeat({ view, onRepeat }) {
  const [pressed, press] = useState(false);

  return html`<p class="message__again">
    <button class="button" type="button" disabled=${pressed}
      onClick=${() => {
        press(true);
        onRepeat();
      }}>${view.t('sending.again')}</button></p>`;
}


export function Text({ text }) {
  return text ? html`<p class="message__text" dir="auto">${pieces(text)
    .map((piece) => (piece.href === null ? piece.text
      : html`<a href=${piece.href} target="_blank"
          rel="noopener noreferrer nofollow">${piece.text}</a>`))}</p>`
    : null;
}


/* the text of an event is the name of who did it, `A → B` when handed on; of a
   visitor's first one it is the page that he came from */

function Event({ message, view }) {
  const { event, text } = message;
  const key = event === 'reopened' && text ? 'reopened_by' : event;
  const name = text || view.t('event.system');
  const from = event === 'created' && text ? ` · ${text}` : '';

  return html`<li class="message message--event">
    <span dir="auto">${view.t(`event.${key}`, { name })}${from}</span>
    ${' '}<time datetime=${message.at}
      title=${fullTime(message.at, view.locale)}>
      ${hour(message.at, view.locale)}</time>
  </li>`;
}


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
    <div class="message__body"><${Text} text=${pending.text} />
      <${Attachments} attachments=${pending.attachments} view=${view} />
      ${pending.state === 'pending' && html`
        <p class="message__foot">${t('sending.pending')}</p>`}</div>
    ${pending.state === 'failed' && html`
        <p class="message__again" role="alert">
          <span class="message__delivery--failed">${t('sending.failed')}:
            ${' '}${troubleText(pending.trouble, view)}</span>
          <button class="button" type="button" onClick=${onAgain}>
            ${t('sending.again')}</button>
          <button class="button" type="button" onClick=${onDrop}>
            ${t('sending.drop')}</button>
        </p>`}
  </li>`;
}
