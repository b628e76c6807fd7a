/* What was said, with marks of the days; new messages are read aloud. */

import { html } from '../lib/html.js';
import { Scroll } from '../lib/scroll.js';
import { dayName } from '../lib/time.js';
import { localDay, timeline } from '../lib/timeline.js';
import { useEffect, useLayoutEffect, useMemo, useRef }
  from '../vendor/preact-hooks.js';
import { Message } from './message.js';
import { PendingMessage } from './pending_message.js';


/** @param {any} props */
export function Transcript({ dialog, pending, view, onOlder, onAgain,
  onDrop }) {
  const { t } = view;
  const shown = pending.filter(isShown);
  const box = useScroll(dialog.messages, shown);
  const items = useMemo(() => timeline(dialog.messages, localDay)
    .map((item) => draw(item, view)), [dialog.messages, view]);

  return html`<div class="transcript" ref=${box} tabindex="0" role="log"
    aria-live="polite" aria-relevant="additions"
    aria-label=${t('dialog.transcript')}>
    <div class="transcript__inner">
      ${dialog.next && html`<button class="button transcript__older"
        type="button" disabled=${dialog.busy !== null} onClick=${onOlder}>
        ${t('dialog.older')}</button>`}
      ${dialog.loaded && items.length === 0 && html`
        <p class="transcript__empty muted">${t('dialog.empty')}</p>`}
      ${!dialog.loaded && html`
        <p class="transcript__empty muted">${t('app.starting')}</p>`}
      <ol class="transcript__list">
        ${items}
        ${shown.map((/** @type {any} */ one) => html`<${PendingMessage}
          key=${one.key} pending=${one} view=${view}
          onAgain=${() => onAgain(dialog.id, one.key)}
          onDrop=${() => onDrop(dialog.id, one.key)} />`)}
      </ol>
    </div>
  </div>`;
}


/**
 * The poll may have brought it before its own call was answered.
 *
 * @param {import('../types.js').Pending} one
 */
function isShown(one) {
  return one.seen === null;
}


/**
 * @param {any} item
 * @param {import('./app.js').View} view
 */
function draw(item, view) {
  return item.message
    ? html`<${Message} key=${item.key} message=${item.message}
        view=${view} />`
    : html`<li key=${item.key} class="transcript__day">
        <time datetime=${item.day}>
          ${dayName(item.day, view.locale, view.now)}</time></li>`;
}


/**
 * @param {import('../types.js').Message[]} messages
 * @param {import('../types.js').Pending[]} pending
 */
function useScroll(messages, pending) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const scroll = useMemo(() => new Scroll(), []);
  const sent = pending.at(-1)?.key;

  useEffect(() => {
    scroll.connect(/** @type {HTMLElement} */ (box.current));
    return () => scroll.disconnect();
  }, [scroll]);

  useLayoutEffect(() => {
    scroll.settle(messages[0]?.id ?? null);
  }, [scroll, messages, pending.length]);

  useLayoutEffect(() => {
    if (sent !== undefined) {
      scroll.toEnd();
    }
  }, [scroll, sent]);

  return box;
}
