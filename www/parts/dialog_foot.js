/* What the caller can do now: one button, or the composer. */

import { html } from '../lib/html.js';
import { Composer } from './composer.js';


/** @param {any} props */
export function DialogFoot({ chat, busy, draft, view, wishes }) {
  const { t } = view;
  const names = chat.participants.map((/** @type {any} */ p) => p.name);
  const button = (/** @type {string} */ verb, /** @type {string} */ words,
    /** @type {string} */ hint) => html`<div class="dialog__foot">
      <p class="muted">${hint}</p>
      <button class="button button--main" type="button"
        disabled=${busy !== null} onClick=${() => wishes.move(verb)}>
        ${words}</button>
    </div>`;

  if (chat.status === 'inactive') {
    return button('reopen', t('dialog.reopen'), t('dialog.closed_hint'));
  }
  if (chat.action === 'reply') {
    return button('take', t('dialog.reply'), t('dialog.reply_hint'));
  }
  if (chat.action === 'join') {
    return button('join', t('dialog.join'),
      t('dialog.join_hint', { names: names.join(', ') }));
  }
  return html`<${Composer} key=${chat.id} draft=${draft} view=${view}
    onDraft=${(/** @type {string} */ text) => wishes.draft(chat.id, text)}
    onSend=${(/** @type {string} */ text) => wishes.send(chat.id, text)} />`;
}
