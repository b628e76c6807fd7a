/* The journal's table. */

import { html } from '../lib/html.js';
import { Row } from './row.js';
import { troubleText } from './trouble.js';

const COLUMNS = [
  'client', 'channel', 'participants', 'status', 'unread', 'last', 'time',
];


/** @param {any} props */
export function Journal({ journal, chats, open, view, onMore }) {
  const { t } = view;

  if (journal.refused) {
    return html`<p class="journal__refused" role="alert">
      ${troubleText(journal.refused, view)}</p>`;
  }
  if (!journal.loaded) {
    return html`<p class="journal__empty" role="status">
      ${t('app.starting')}</p>`;
  }
  return html`<div class="journal">
    <${Table} journal=${journal} chats=${chats} open=${open} view=${view} />
    ${journal.order.length === 0 && !journal.next && html`
      <p class="journal__empty">${t('journal.empty')}</p>`}
    ${journal.next && html`<button class="button journal__more" type="button"
      onClick=${onMore}>${t('journal.more')}</button>`}
  </div>`;
}


/*
 * The roles are said although they are the elements' own: a narrow journal
 * lays the rows out as cards, and a browser then forgets what they are.
 */

/** @param {any} props */
function Table({ journal, chats, open, view }) {
  const { t } = view;

  return html`<table class="journal__table" role="table">
    <caption class="hidden">${t('journal.caption')}</caption>
    <thead role="rowgroup">
      <tr role="row">
        ${COLUMNS.map((name) => html`<th key=${name} scope="col"
          role="columnheader" class=${`journal__${name}`}>
          ${t(`journal.${name}`)}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${journal.order.map((/** @type {number} */ id) => html`<${Row}
        key=${id} chat=${chats[id]} open=${id === open} view=${view}
        status=${journal.status} />`)}
    </tbody>
  </table>`;
}
