/*
 * The open dialog: who it is, what was said, and what the caller can do:
 * reply (takes the chat), join, write, close, reopen.
 */

import { html } from '../lib/html.js';
import { formatRoute } from '../lib/route.js';
import { useEffect, useRef } from '../vendor/preact-hooks.js';
import { Avatar } from './avatar.js';
import { DialogFoot } from './dialog_foot.js';
import { Status } from './status.js';
import { Transcript } from './transcript.js';
import { troubleText } from './trouble.js';


/** @param {any} props */
export function Dialog({ dialog, chat, pending = [], draft, view, wishes }) {
  const { t } = view;
  const head = useRef(/** @type {HTMLElement | null} */ (null));

  /* the keyboard follows the eye, and returns to the row it came from */
  useEffect(() => {
    head.current?.focus();
    return () => document.getElementById(`chat-${dialog.id}`)?.focus();
  }, [dialog.id]);

  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape') {
      wishes.leaveDialog();
    }
  };

  return html`<section class="dialog" aria-label=${t('dialog.label')}
    onKeyDown=${onKey}>
    <header class="dialog__head">
      <a class="button dialog__back" href=${formatRoute({})}
        onClick=${(/** @type {Event} */ e) => {
          e.preventDefault();
          wishes.leaveDialog();
        }} aria-label=${t('app.back')} title=${t('app.back')}
        ><span aria-hidden="true">✕</span></a>
      ${chat && html`<${Avatar} chat=${chat} view=${view} />`}
      <div class="dialog__who">
        <h2 class="dialog__title" ref=${head} tabindex="-1" dir="auto">
          ${chat ? chat.title : `№${dialog.id}`}</h2>
        ${chat && html`<${About} chat=${chat} view=${view} />`}
      </div>
      ${canClose(chat) && html`<button class="button" type="button"
        disabled=${dialog.busy !== null}
        onClick=${() => wishes.move('close')}>${t('dialog.close')}</button>`}
    </header>
    ${dialog.refused
      ? html`<p class="dialog__refused" role="alert">
          ${troubleText(dialog.refused, view)}</p>`
      : html`<${Transcript} dialog=${dialog} pending=${pending} view=${view}
          onOlder=${wishes.older} onAgain=${wishes.again}
          onDrop=${wishes.drop} />`}
    <p class="problem" role="alert">
      ${dialog.trouble && troubleText(dialog.trouble, view)}</p>
    ${chat && !dialog.refused && html`<${DialogFoot} chat=${chat}
      busy=${dialog.busy} draft=${draft} view=${view} wishes=${wishes} />`}
  </section>`;
}


/** @param {any} props */
function About({ chat, view }) {
  const names = chat.participants.map((/** @type {any} */ p) => p.name);

  return html`<p class="dialog__about muted">
    <${Status} status=${chat.status} view=${view} />
    <span dir="auto">${[`№${chat.id}`, chat.channel.title, ...names]
      .join(' · ')}</span>
  </p>`;
}


/** @param {import('../types.js').Chat | undefined} chat */
function canClose(chat) {
  return chat?.status === 'active' && chat.action === 'open';
}
