/* What this device remembers: its reader's choices, and his drafts. */

import { signal } from '../vendor/preact-signals-core.js';

/* What the reader has chosen for himself on this device. */

const PREFS = 'inbox.prefs';
const DRAFTS = 'inbox.drafts';
const PENDING = 'inbox.pending';
/* the server remembers keys for a day */
const RESEND_MS = 12 * 3_600_000;

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
 * Keeps over a reload what is half written, and what is written and not known
 * to be stored, for who has written it and on this device only.  Signing out
 * forgets it.
 */

export function readDrafts(agent) {
  return keptOf(DRAFTS, agent) ?? {};
}


/**
 * @param {string} agent
 * @param {Record<number, string>} drafts
 */
export function keepDrafts(agent, drafts) {
  keep(DRAFTS, agent, Object.fromEntries(
    Object.entries(drafts).filter(([, text]) => text !== '')));
}


/**
 * What a page that was closed too early had to send.  Its own keys make
 * repeating it harmless, for as long as the server remembers them.
 *
 * @returns {Record<number, import('../types.js').Pending[]>}
 */
export function readPending(agent) {
  const kept = Object.entries(keptOf(PENDING, agent) ?? {});

  return Object.fromEntries(kept.map(([id, list]) => [id,
    list.map((one) => ({ ...one, seen: null,
      passing: one.passing && !isOld(one),
      state: isOld(one) ? 'failed' : one.state }))]));
}


/**
 * Tabs share the shelf: each takes off it what it has brought to its end.
 *
 * @param {string} agent
 * @param {Record<number, any[]>} pending
 * @param {Record<number, any[]>} before what this tab had then
 */
export function keepPending(agent, pending, before) {
  const mine = new Set([pending, before].flatMap((all) =>
    Object.values(all).flat().map((one) => one.key)));
  const others = keptOf(PENDING, agent) ?? {};
  const lists = [...new Set([...Object.keys(others), ...Object.keys(pending)])]
    .map((id) => [id, [...others[id] ?? []].filter((one) => !mine.has(one.key))
      .concat((pending[id] ?? []).map(portable))]);

  keep(PENDING, agent,
    Object.fromEntries(lists.filter(([, list]) => list.length > 0)));
}


export function forgetAll() {
  localStorage.removeItem(DRAFTS);
  localStorage.removeItem(PENDING);
}


/* pictures that the browser itself holds do not outlive the page */
function portable(pending) {
  return { ...pending, attachments: pending.attachments.map((file) =>
    ({ ...file, url: null })) };
}


function isOld(pending) {
  return Date.now() - Date.parse(pending.at) > RESEND_MS;
}


function keptOf(name, agent) {
  try {
    const kept = JSON.parse(localStorage.getItem(name) ?? '{}');

    return kept.agent === agent ? kept.kept : null;

  } catch {
    return null;
  }
}


function keep(name, agent, kept) {
  if (Object.keys(kept).length === 0) {
    localStorage.removeItem(name);
    return;
  }
  try {
    localStorage.setItem(name, JSON.stringify({ agent, kept }));

  } catch {
    /* the shelf is full or forbidden: then nothing outlives the page */
  }
}
