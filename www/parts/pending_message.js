/* A message that is on its way, or did not get there. */

import { html } from '../lib/html.js';
import { Text } from './message.js';
import { troubleText } from './trouble.js';


/** @param {any} props */
export function PendingMessage({ pending, view, onAgain, onDrop }) {
  const { t } = view;

  return html`<li class=${`message message--agent
    message--${pending.state}`}>
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
