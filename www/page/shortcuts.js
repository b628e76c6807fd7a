/*
 * Keys for who works without the mouse.  They are keys of the keyboard, not
 * letters, so they are the same in every layout; and silent while somebody
 * writes, or when the reader has turned them off.
 */

import { formatRoute } from '../lib/route.js';
import { prefs } from './device.js';
import { state } from './store.js';

/* `g` and then a place, within this time */
const CHORD_MS = 1_500;

/** @type {Record<string, (wishes: any) => void>} */
const KEYS = {
  Slash: () => focus('.filter__search input'),
  KeyJ: () => step(1),
  KeyK: () => step(-1),
  KeyR: () => focus('.composer__text, .dialog__foot .button--main'),
  KeyN: (wishes) => inDialog((id) => wishes.note(id, true)),
  KeyT: (wishes) => inDialog((id) => wishes.askTransfer(id)),
  KeyE: () => press('.dialog__close'),
};

/** @type {Record<string, Partial<import('../types.js').Route>>} */
const PLACES = {
  KeyJ: { section: 'journal' },
  KeyI: { section: 'incoming' },
  KeyM: { section: 'mine' },
  KeyS: { section: 'settings' },
};

let chordUntil = 0;


/**
 * @param {KeyboardEvent} event
 * @param {any} wishes
 */
export function onKey(event, wishes) {
  if (state.value.phase !== 'ready' || !prefs.value.shortcuts
    || isTaken(event)) {
    return;
  }
  const act = actOf(event, wishes);

  if (act !== null) {
    event.preventDefault();
    act();
  }
}


/**
 * @param {KeyboardEvent} event
 * @param {any} wishes
 * @returns {(() => void) | null}
 */
function actOf(event, wishes) {
  if (event.key === '?') {
    return () => wishes.help();
  }
  if (event.shiftKey) {
    return null;
  }
  if (event.timeStamp < chordUntil && Object.hasOwn(PLACES, event.code)) {
    return () => {
      chordUntil = 0;
      location.hash = formatRoute(PLACES[event.code]);
    };
  }
  if (event.code === 'KeyG') {
    return () => {
      chordUntil = event.timeStamp + CHORD_MS;
    };
  }
  return Object.hasOwn(KEYS, event.code)
    ? () => KEYS[event.code](wishes) : null;
}


/** @param {KeyboardEvent} event */
function isTaken(event) {
  const at = /** @type {HTMLElement} */ (event.target);

  return event.defaultPrevented || event.ctrlKey || event.metaKey
    || event.altKey || event.isComposing
    || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)
    || document.querySelector('dialog[open]') !== null;
}


/** @param {string} selector */
function focus(selector) {
  /** @type {HTMLElement | null} */ (document.querySelector(selector))
    ?.focus();
}


/** @param {string} selector */
function press(selector) {
  /** @type {HTMLElement | null} */ (document.querySelector(selector))
    ?.click();
}


/** @param {(id: number) => void} act */
function inDialog(act) {
  if (state.value.dialog !== null) {
    act(state.value.dialog.id);
  }
}


/** @param {1 | -1} by */
function step(by) {
  const links = /** @type {HTMLElement[]} */ (
    [...document.querySelectorAll('.journal__link')]);
  const at = links.findIndex((link) => link === document.activeElement
    || link.id === `chat-${state.value.dialog?.id}`);

  links[at === -1 ? 0 : at + by]?.focus();
}
