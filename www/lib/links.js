/* Finds the addresses in people's text; only allowed schemes become links. */

const SCHEMES = ['https:', 'http:', 'mailto:', 'tel:'];

const ADDRESS = /\b(?:https?:\/\/|mailto:|tel:)[^\s<>"'`]+/gi;
/* a sentence's own punctuation that follows an address */
const TAIL = /[.,;:!?)\]}»”’…]+$/;


/**
 * @param {string} text
 * @returns {{text: string, href: string | null}[]}
 */
export function pieces(text) {
  const found = [];
  let last = 0;

  for (const match of text.matchAll(ADDRESS)) {
    const word = match[0].replace(TAIL, '');

    found.push({ text: text.slice(last, match.index), href: null });
    found.push({ text: word, href: safeHref(word) });
    last = match.index + word.length;
  }
  found.push({ text: text.slice(last), href: null });
  return found.filter((piece) => piece.text !== '');
}


/**
 * An address that may become a link, or null.
 *
 * @param {string | null} address
 * @returns {string | null}
 */
export function safeHref(address) {
  if (address === null || isOwn(address)) {
    return address;
  }
  try {
    return SCHEMES.includes(new URL(address).protocol) ? address : null;

  } catch {
    return null;
  }
}


/**
 * The site that somebody means by an address, or null; a bare name is https.
 *
 * @param {string} address
 * @returns {string | null}
 */
export function originOf(address) {
  const whole = address.includes('://') ? address : `https://${address}`;

  try {
    return /^https?:/.test(whole) ? new URL(whole).origin : null;

  } catch {
    return null;
  }
}


/**
 * A path on our own origin; `//host` and `/\host` are other people's.
 *
 * @param {string | null} address
 */
export function isOwn(address) {
  return address !== null && /^\/(?![/\\])/.test(address);
}
