/* What this device remembers: its reader's choices, and his drafts. */

import { signal } from '../vendor/preact-signals-core.js';

/* What the reader has chosen for himself on this device. */

const PREFS = 'inbox.prefs';
const DRAFTS = 'inbox.drafts';

/**
 * `system`: the browser's own notices; `locale` null: the space's.
 *
 * @typedef {{sound: string, toasts: boolean, system: boolean,
 *            shortcuts: boolean, locale: string | null}} Prefs
 */

/** @type {Prefs} */
const DEFAULT = {
  sound: 'drop', toasts: true, system: false, shortcuts: true, locale: null,
};


export const prefs = signal(read());


/** @param {Partial<Prefs>} change */
export function choose(change) {
  prefs.value = { ...prefs.value, ...change };
  localStorage.setItem(PREFS, JSON.stringify(prefs.value));
}


/** @returns {Prefs} */
function read() {
  try {
    return { ...DEFAULT, ...JSON.parse(localStorage.getItem(PREFS) ?? '{}') };

  } catch {
    return DEFAULT;
  }
}


/*
 * Keeps what is half written over a reload, for who has written it and on
 * this device only.  Signing out forgets it.
 */

export function readDrafts(agent) {
  try {
    const kept = JSON.parse(localStorage.getItem(DRAFTS) ?? '{}');

    return kept.agent === agent ? kept.drafts : {};

  } catch {
    return {};
  }
}


/**
 * @param {string} agent
 * @param {Record<number, string>} drafts
 */
export function keepDrafts(agent, drafts) {
  const written = Object.entries(drafts).filter(([, text]) => text !== '');

  if (written.length === 0) {
    localStorage.removeItem(DRAFTS);
    return;
  }
  localStorage.setItem(DRAFTS,
    JSON.stringify({ agent, drafts: Object.fromEntries(written) }));
}


export function forgetDrafts() {
  localStorage.removeItem(DRAFTS);
}
