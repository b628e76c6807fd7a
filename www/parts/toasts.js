/* What is new, in the corner; each leads to its chat. */

import { html } from '../lib/html.js';
import { formatRoute } from '../lib/route.js';
import { Avatar, Icon } from './marks.js';
import { troubleText } from './trouble.js';


export function Toasts({ toasts, chats, view, onDismiss }) {
  return html`<div class="toasts" role="status"><ul class="toasts__list">
    ${toasts.map((toast) => html`<${Toast}
      key=${toast.key} toast=${toast} chat=${chats[toast.chat]} view=${view}
      onDismiss=${() => onDismiss(toast.key)} />`)}
  </ul></div>`;
}


function Toast({ toast, chat, view, onDismiss }) {
  const section = toast.kind === 'message' || toast.kind === 'transfer'
    ? 'mine' : 'incoming';

  return html`<li class=${`toasts__one toasts__one--${toast.kind}`}>
    ${chat && html`<${Avatar} chat=${chat} view=${view} />`}
    <a class="toasts__link" onClick=${onDismiss}
      href=${formatRoute({ section, chat: toast.chat })}>
      <strong>${view.t(`toast.${toast.kind}`, { count: toast.count })}</strong>
      ${chat && html`<span class="toasts__text" dir="auto">${chat.title}</span>
        <span class="toasts__text muted" dir="auto">
          ${toast.trouble ? troubleText(toast.trouble, view)
            : chat.last_message?.text}</span>`}
    </a>
    <button class="button button--icon" type="button" onClick=${onDismiss}
      aria-label=${view.t('app.dismiss')}><${Icon} name="cross" /></button>
  </li>`;
}
