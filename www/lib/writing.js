/* What the composer must know: canned replies, and how much room there is. */


/* Canned replies in the composer: `/` and the beginning of a shortcut. */

const SHOWN_MOST = 8;

/** @typedef {{id: string, shortcut: string, text: string}} Canned */


/**
 * The word with a slash that stands before the caret, or null.
 *
 * @param {string} text
 * @param {number} caret
 * @returns {{query: string, from: number} | null}
 */
export function slashWord(text, caret) {
  const match = /(?:^|\s)\/(\S*)$/.exec(text.slice(0, caret));

  return match === null ? null
    : { query: match[1].toLowerCase(), from: caret - match[1].length - 1 };
}


/**
 * The replies that fit, those whose shortcut begins with the word first.
 *
 * @param {Canned[]} canned
 * @param {string} query
 */
export function matching(canned, query) {
  const begins = canned.filter((one) =>
    one.shortcut.toLowerCase().startsWith(query));
  const holds = canned.filter((one) => !begins.includes(one)
    && `${one.shortcut} ${one.text}`.toLowerCase().includes(query));

  return [...begins, ...holds].slice(0, SHOWN_MOST);
}


/**
 * Puts words in place of what stands between two places.
 *
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @param {string} words
 */
export function inserted(text, from, to, words) {
  return { text: text.slice(0, from) + words + text.slice(to),
    caret: from + words.length };
}


/* How long a text each kind of channel takes; the server has the last word. */

/** @type {Record<string, number>} characters, of instagram: bytes */
const MOST = {
  telegram: 4096, viber: 7000, facebook: 2000, instagram: 1000,
  whatsapp: 4096, vk: 4096, site: 4096,
};
const MOST_ELSE = 4096;

/* from here on the writer is told how much is left */
const NEAR = 0.8;


/**
 * @param {string} kind
 * @param {string} text
 * @returns {{left: number, near: boolean}}
 */
export function roomLeft(kind, text) {
  const most = MOST[kind] ?? MOST_ELSE;
  const length = kind === 'instagram'
    ? new TextEncoder().encode(text).length : [...text].length;

  return { left: most - length, near: length >= most * NEAR };
}
