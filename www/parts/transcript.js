/*
 * What was said, with marks of the days and the line above what is new; new
 * messages are read aloud.  Earlier ones come when the reader nears the top.
 */

import { html } from '../lib/html.js';
import { Scroll } from '../lib/scroll.js';
import { dayName } from '../lib/time.js';
import { localDay, timeline } from '../lib/timeline.js';
import { useEffect, useLayoutEffect, useMemo, useRef }
  from '../vendor/preact-hooks.js';
import { Message, PendingMessage } from './message.js';

/* so near the top the reader wants more */
const NEAR_TOP_PX = 240;


export function Transcript({ dialog, pending, view, onOlder, onAgain,
  onDrop, onReply }) {
  const { t } = view;
  const { messages, line } = dialog;
  const shown = pending.filter(isShown);
  const box = useScroll(dialog, shown);
  const replies = onReply !== null;
  const items = useMemo(() => timeline(messages, localDay, line)
    .map((item) => draw(item, { messages, view, onReply })),
  [messages, line, view, replies]);

  const onScroll = () => {
    if (dialog.next && dialog.busy === null
      && /** @type {any} */ (box.current).scrollTop < NEAR_TOP_PX) {
      onOlder();
    }
  };

  return html`<div class="transcript" ref=${box} tabindex="0" role="log"
    onScroll=${onScroll}
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
        ${shown.map((one) => html`<${PendingMessage}
          key=${one.key} pending=${one} view=${view}
          onAgain=${() => onAgain(dialog.id, one.key)}
          onDrop=${() => onDrop(dialog.id, one.key)} />`)}
      </ol>
      <p class="transcript__typing muted" role="status">
        ${dialog.typing.length > 0 && t(`dialog.typing_${
          dialog.typing[0].name ? 'name' : 'client'}`, dialog.typing[0])}</p>
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


function draw(item, { messages, view, onReply }) {
  if (item.message) {
    return html`<${Message} key=${item.key} message=${item.message}
      messages=${messages} view=${view} onReply=${onReply} />`;
  }
  return item.line
    ? html`<li key="line" class="transcript__line"><span>
        ${view.t('dialog.unread')}</span></li>`
    : html`<li key=${item.key} class="transcript__day">
        <time datetime=${item.day}>
          ${dayName(item.day, view.locale, view.now)}</time></li>`;
}


function useScroll({ messages, line, typing }, pending) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const scroll = useMemo(() => new Scroll(), []);
  const sent = pending.at(-1)?.key;

  useEffect(() => {
    scroll.connect(/** @type {HTMLElement} */ (box.current));
    return () => scroll.disconnect();
  }, [scroll]);

  useLayoutEffect(() => {
    scroll.settle(messages[0]?.id ?? null);
  }, [scroll, messages, pending.length, typing]);

  useLayoutEffect(() => {
    const mark = box.current?.querySelector('.transcript__line');

    if (mark) {
      scroll.show(/** @type {HTMLElement} */ (mark));
    }
  }, [scroll, line]);

  useLayoutEffect(() => {
    if (sent !== undefined) {
      scroll.toEnd();
    }
  }, [scroll, sent]);

  return box;
}
