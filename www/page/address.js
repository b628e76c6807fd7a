/* The ways around the page: its address, and keys. */

import { CLOSED, formatRoute, parseRoute, WAITING } from '../lib/route.js';
import { batch } from '../vendor/preact-signals-core.js';
import { prefs } from './device.js';
import { state, tell } from './session.js';

/*
 * Goes where the address says: which lists and dialogs are kept true.  What
 * must be asked for is asked first, and all that is new drawn once, after it.
 */

/** @typedef {{journal: any, dialog: any, directory: any, load: any}} Keepers */

/** @param {Keepers} keepers */
export function followAddress(keepers) {
  batch(() => follow(keepers));
}


/** @param {Keepers} keepers */
function follow({ journal, dialog, directory, load }) {
  const before = state.value.route;

  tell({ type: 'went', route: parseRoute(location.hash) });

  const { me, route } = state.value;

  followJournal(journal, route, me);
  if (route.section === 'load' && me?.journal === true) {
    load.connect();

  } else {
    load.disconnect();
  }
  followDialog(dialog, route.chat);
  if (route.section === 'settings'
    && (before.page !== route.page || before.item !== route.item)) {
    /* what was made a moment ago is shown with its secret */
    tell({ type: 'settings_left',
      made: before.item?.startsWith('_') === true });
    directory.load();
  }
}


/**
 * @param {any} journal
 * @param {import('../types.js').Route} route
 * @param {import('../types.js').Me | null} me
 */
function followJournal(journal, { section, filter }, me) {
  const wanted = { load: WAITING, journal: filter, closed: CLOSED }[
    section ?? ''];

  if (!wanted || !(section === 'closed' ? me?.inbox : me?.journal)) {
    journal.disconnect();

  } else if (!journal.connected || !isSame(journal.filter, wanted)) {
    journal.connect(wanted);
  }
}


/**
 * @param {any} dialog
 * @param {number | null} chat
 */
function followDialog(dialog, chat) {
  if (chat === null) {
    dialog.disconnect();

  } else if (state.value.dialog?.id !== chat) {
    dialog.connect(chat);
  }
}


function isSame(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}


/*
 * Keys for who works without the mouse.  They are keys of the keyboard, not
 * letters, so they are the same in every layout; and silent while somebody
 * writes, or when the reader has turned them off.
 */

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
  KeyL: { section: 'load' },
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


function focus(selector) {
  /** @type {HTMLElement | null} */ (document.querySelector(selector))
    ?.focus();
}


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
    [...document.querySelectorAll('.journal__link, .load__chat')]);
  const at = links.findIndex((link) => link === document.activeElement
    || link.id === `chat-${state.value.dialog?.id}`);

  links[at === -1 ? 0 : at + by]?.focus();
}
