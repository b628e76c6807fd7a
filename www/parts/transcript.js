/*
 * What was said, with marks of the days and the line above what is new; new
 * messages are read aloud.  Earlier ones come when the reader nears the top.
 */

import { html } from '../lib/html.js';
import { Scroll } from '../lib/scroll.js';
import { dayName } from '../lib/time.js';
import { localDay, partsOf, timeline } from '../lib/timeline.js';
import { useEffect, useLayoutEffect, useMemo, useRef, useState }
  from '../vendor/preact-hooks.js';
import { Message, PendingMessage } from './message.js';

/* so near the top the reader wants more */
const NEAR_TOP_PX = 240;
/* so many messages are drawn, or not, together */
const PART = 40;
/* and drawn so long before they come into sight */
const NEAR_PX = 2_000;


export function Transcript({ dialog, pending, view, onOlder, onAgain,
  onDrop, onReply, onPicture, onRepeat }) {
  const { t } = view;
  const { messages, line } = dialog;
  const shown = pending.filter(isShown);
  const box = useScroll(dialog, shown);
  const eye = useMemo(() => new Eye(), []);
  const heard = useHeard(dialog);
  const replies = onReply !== null;
  const parts = useMemo(() => partsOf(messages, PART).map((part, i, all) =>
    html`<${Part} key=${part.key} part=${part.messages} line=${line}
      before=${all[i - 1]?.messages.at(-1)?.at ?? null} messages=${messages}
      view=${view} eye=${eye} onReply=${onReply} onPicture=${onPicture}
      onRepeat=${onRepeat} />`),
  [messages, line, view, replies]);

  const onScroll = () => {
    if (dialog.next && dialog.busy === null
      && /** @type {any} */ (box.current).scrollTop < NEAR_TOP_PX) {
      onOlder();
    }
  };

  return html`<div class="transcript" ref=${box} tabindex="0" role="log"
    onScroll=${onScroll} aria-live="off" aria-label=${t('dialog.transcript')}>
    <div class="transcript__inner">
      ${dialog.next && html`<button class="button transcript__older"
        type="button" disabled=${dialog.busy !== null} onClick=${onOlder}>
        ${t('dialog.older')}</button>`}
      ${(!dialog.loaded || messages.length === 0) && html`
        <p class="transcript__empty muted">
          ${t(dialog.loaded ? 'dialog.empty' : 'app.starting')}</p>`}
      ${parts}
      <ol class="transcript__list">
        ${shown.map((one) => html`<${PendingMessage}
          key=${one.key} pending=${one} view=${view}
          onAgain=${() => onAgain(dialog.id, one.key)}
          onDrop=${() => onDrop(dialog.id, one.key)} />`)}
      </ol>
      <p class="transcript__typing muted" role="status">
        ${dialog.typing.length > 0 && t(`dialog.typing_${
          dialog.typing[0].name ? 'name' : 'client'}`, dialog.typing[0])}</p>
      <p class="hidden" aria-live="polite">${heard}</p>
    </div>
  </div>`;
}


/**
 * What is read aloud: the client's words that came while this was open.
 *
 * @param {import('../types.js').Dialog} dialog
 */
function useHeard({ messages, loaded }) {
  const first = useRef(/** @type {string | undefined} */ (undefined));
  const last = messages.at(-1);

  if (loaded) {
    first.current ??= last?.id ?? '';
  }
  return last?.from === 'client' && last.id !== first.current
    ? last.text : '';
}


/*
 * Some messages on end.  Far from the eye there is only their height, so that
 * ten thousand cost no more than a hundred.
 */

function Part({ part, before, line, messages, view, eye, ...wishes }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [height, hide] = useState(/** @type {number | null} */ (null));

  useEffect(() => eye.watch(box.current, (near) => {
    const list = box.current;

    /* it may be gone before the eye has forgotten it */
    if (list !== null) {
      hide(near || isInUse(list) ? null : list.offsetHeight);
    }
  }), [eye]);

  return html`<ol class="transcript__list" ref=${box}
    style=${{ height: height === null ? '' : `${height}px` }}>
    ${height === null && timeline(part, localDay, line, before)
      .map((item, i, all) => draw(item, { messages, view, ...wishes,
        goesOn: isMore(item.message, all[i - 1]?.message) }))}
  </ol>`;
}


function isInUse(box) {
  return box.contains(document.activeElement)
    || [...box.querySelectorAll('audio, video')].some((one) => !one.paused);
}


/** Tells parts whether they are near what is looked at. */
class Eye {
  /** @type {Map<Element, (near: boolean) => void>} */
  #told = new Map();
  /** @type {IntersectionObserver | null} */
  #observer = null;

  watch(part, tell) {
    this.#observer ??= new IntersectionObserver(this.#looked, {
      root: part.closest('.transcript'), rootMargin: `${NEAR_PX}px 0px` });
    this.#told.set(part, tell);
    this.#observer.observe(part);
    return () => {
      this.#told.delete(part);
      this.#observer?.unobserve(part);
    };
  }

  #looked = (entries) => {
    for (const { target, isIntersecting } of entries) {
      this.#told.get(target)?.(isIntersecting);
    }
  };
}


/**
 * The poll may have brought it before its own call was answered.
 *
 * @param {import('../types.js').Pending} one
 */
function isShown(one) {
  return one.seen === null;
}


/* more of the same person's words */
function isMore(message, before) {
  return message !== undefined && before?.kind === message.kind
    && before.from === message.from
    && before.author?.id === message.author?.id;
}


function draw(item, about) {
  const { view } = about;

  if (item.message) {
    return html`<${Message} key=${item.key} message=${item.message}
      ...${about} />`;
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
