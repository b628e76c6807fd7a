/* One chat in the journal.  Unread and waiting ones stand out. */

import { html } from '../lib/html.js';
import { formatRoute } from '../lib/route.js';
import { fullTime, shortTime, span } from '../lib/time.js';
import { Avatar } from './avatar.js';
import { Status } from './status.js';


/** @param {any} props */
export function Row({ chat, open, status, view }) {
  const { t } = view;

  return html`<tr class=${rowClass(chat, open)} role="row">
    <th class="journal__client" scope="row" role="rowheader">
      <div class="journal__name">
        <${Avatar} chat=${chat} view=${view} />
        <a class="journal__link" id=${`chat-${chat.id}`} dir="auto"
          href=${formatRoute({ chat: chat.id, status })}
          aria-current=${open ? 'true' : null}>${chat.title}</a>
      </div>
    </th>
    <td class="journal__channel" role="cell" dir="auto">
      ${chat.channel.title}</td>
    <td class="journal__participants" role="cell">
      <${Participants} chat=${chat} view=${view} /></td>
    <td class="journal__status" role="cell">
      <${Status} status=${chat.status} view=${view} />
      ${chat.waiting_since && html`<span class="journal__waits">
        ${t('journal.waits', { time: span(
          chat.waiting_since, view.locale, view.now) })}</span>`}
    </td>
    <td class="journal__unread" role="cell">${chat.unread > 0 && html`
      <span class="count count--loud" title=${t(
        'journal.unread_count', { count: chat.unread })}>
        ${chat.unread}</span>`}</td>
    <td class="journal__last" role="cell">
      <${LastMessage} last=${chat.last_message} view=${view} /></td>
    <td class="journal__time" role="cell">
      <time datetime=${chat.updated_at}
        title=${fullTime(chat.updated_at, view.locale)}>
        ${shortTime(chat.updated_at, view.locale, view.now)}</time></td>
  </tr>`;
}


/**
 * @param {import('../types.js').Chat} chat
 * @param {boolean} open
 */
function rowClass(chat, open) {
  return ['journal__row',
    open && 'journal__row--open',
    chat.unread > 0 && 'journal__row--unread',
    chat.waiting_since && 'journal__row--waiting',
  ].filter(Boolean).join(' ');
}


/** @param {any} props */
function Participants({ chat, view }) {
  return chat.participants.map((/** @type {any} */ one) => html`<span
    key=${one.id} class="journal__participant" dir="auto">${one.name}
    ${one.id === chat.responsible && html`<span class="journal__responsible"
      title=${view.t('journal.responsible')}
      ><span aria-hidden="true">★</span><span class="hidden">
        (${view.t('journal.responsible')})</span></span>`}
  </span>`);
}


/** @param {any} props */
function LastMessage({ last, view }) {
  if (last === null) {
    return null;
  }
  const files = last.attachments > 0
    && view.t('journal.files', { count: last.attachments });

  return html`<span class="journal__preview" dir="auto">
    ${last.from === 'agent' && html`<span class="muted">
      ${view.t('journal.answer')} </span>`}
    ${[last.text, files].filter(Boolean).join(' · ')}
  </span>`;
}
