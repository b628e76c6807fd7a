/*
 * Draws of a long list only what is near the eye.  It keeps still what the
 * reader looks at when rows come and go above it, and keeps the row that has
 * the focus, wherever it is scrolled to.
 */

import { shift, visible } from '../lib/window.js';
import { useEffect, useLayoutEffect, useRef, useState }
  from '../vendor/preact-hooks.js';

const ROW_PX = 64;
/* ask for the next page that many rows before the end */
const NEAR_END = 30;


export function useWindow(ids, onMore) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const before = useRef(ids);
  const [focused, setFocused] = useState(/** @type {number | null} */ (null));
  const [seen, setSeen] = useState({ top: 0, height: 1000, row: ROW_PX });

  useEffect(() => watch(box.current, setSeen, setFocused), []);

  useLayoutEffect(() => {
    const { current } = box;
    const by = shift(before.current, ids,
      Math.max(0, Math.floor(seen.top / seen.row)));

    if (current !== null && seen.top > seen.row && before.current !== ids) {
      current.scrollTop += by * seen.row;
    }
    before.current = ids;
  }, [ids]);

  const keep = focused === null ? -1 : ids.indexOf(focused);
  const indices = visible({ ...seen, count: ids.length, keep });

  useEffect(() => {
    if ((indices.at(-1) ?? 0) >= ids.length - NEAR_END) {
      onMore();
    }
  });
  return { box, row: seen.row, indices };
}


function watch(box, setSeen, setFocused) {
  if (box === null) {
    return undefined;
  }
  let asked = 0;
  const measure = () => {
    asked = 0;
    setSeen((held) => measured(box, held));
  };
  const soon = () => {
    asked = asked || requestAnimationFrame(measure);
  };
  const onFocus = (event) =>
    setFocused(event.type === 'focusin' ? rowOf(event.target) : null);
  const resize = new ResizeObserver(soon);

  box.addEventListener('scroll', soon, { passive: true });
  box.addEventListener('focusin', onFocus);
  box.addEventListener('focusout', onFocus);
  resize.observe(box);
  return () => {
    box.removeEventListener('scroll', soon);
    box.removeEventListener('focusin', onFocus);
    box.removeEventListener('focusout', onFocus);
    resize.disconnect();
    cancelAnimationFrame(asked);
  };
}


/** The same object when nothing has changed: then nothing is drawn. */
function measured(box, held) {
  const row = box.querySelector('.journal__row')?.offsetHeight || held.row;
  const above = box.querySelector('tbody')?.offsetTop ?? 0;
  /* in steps of some rows, so that scrolling seldom draws */
  const step = row * 4;
  const top = Math.floor((box.scrollTop - above) / step) * step;
  const height = box.clientHeight + step;

  return row === held.row && top === held.top && height === held.height
    ? held : { top, height, row };
}


function rowOf(node) {
  const link = node.closest('.journal__row')?.querySelector('.journal__link');

  return link ? Number(link.id.slice('chat-'.length)) : null;
}
