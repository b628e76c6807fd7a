/* A small choice of emoji: those one needs with clients. */

import { html } from '../lib/html.js';
import { useEffect, useRef, useState } from '../vendor/preact-hooks.js';
import { Icon } from './marks.js';

const EMOJI = [...'😀😄😊😉😍🤗🤔😅😂😎😢😡🤝👍👎👌🙏👏💪👋❤🔥✨🎉🎁☕🍵🎂✅❌❗❓'
  + '⏰📞📦🚚💳💰📍📷'];
const COLUMNS = 8;

/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS,
  ArrowUp: -COLUMNS };


export function Emoji({ view, onPick }) {
  const { t } = view;
  const [open, setOpen] = useState(false);
  const root = useRef(/** @type {HTMLElement | null} */ (null));

  useEffect(() => open ? closedOutside(root.current, setOpen) : undefined,
    [open]);

  const pick = (one) => {
    setOpen(false);
    onPick(one);
  };

  return html`<div class="emoji" ref=${root}>
    <button class="button button--icon" type="button"
      aria-label=${t('composer.emoji')} title=${t('composer.emoji')}
      aria-expanded=${String(open)} onClick=${() => setOpen(!open)}>
      <${Icon} name="emoji" /></button>
    ${open && html`<${Grid} view=${view} onPick=${pick}
      onClose=${() => setOpen(false)} />`}
  </div>`;
}


function Grid({ view, onPick, onClose }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));

  useEffect(() => {
    /** @type {HTMLElement | null} */ (box.current?.firstElementChild)?.focus();
  }, []);

  const onArrow = (event) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      box.current?.parentElement?.querySelector('button')?.focus();
      onClose();

    } else if (Object.hasOwn(STEPS, event.key)) {
      event.preventDefault();
      walk(box.current, STEPS[event.key]);
    }
  };

  return html`<div class="emoji__grid" ref=${box} role="group"
    aria-label=${view.t('composer.emoji')} onKeyDown=${onArrow}>
    ${EMOJI.map((one, i) => html`<button class="emoji__one" key=${one}
      type="button" tabindex=${i === 0 ? 0 : -1}
      onClick=${() => onPick(one)}>${one}</button>`)}
  </div>`;
}


function walk(box, by) {
  const all = /** @type {HTMLElement[]} */ ([...box?.children ?? []]);
  const at = all.findIndex((one) => one === document.activeElement);

  all[at + by]?.focus();
}


function closedOutside(root, setOpen) {
  const onPress = (event) => {
    if (!root?.contains(/** @type {Node} */ (event.target))) {
      setOpen(false);
    }
  };

  document.addEventListener('pointerdown', onPress);
  return () => document.removeEventListener('pointerdown', onPress);
}
