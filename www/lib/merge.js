/*
 * Keeps a transcript true: messages in the order of their ids, each in its
 * newest state.  Pure; the journal's page and the widget's both use it.
 */

/** @typedef {{id: string, rev: number}} Entry */


/**
 * A message id is `{microseconds}-{number}`; it sorts by age, but not as text.
 *
 * @param {string} a
 * @param {string} b
 */
export function compareIds(a, b) {
  const [timeA, numberA] = a.split('-').map(Number);
  const [timeB, numberB] = b.split('-').map(Number);

  return timeA - timeB || numberA - numberB || 0;
}


/**
 * Adds what is new and replaces what is newer; an older state of a message
 * that is already here changes nothing.
 *
 * @template {{id: string, rev?: number}} T
 * @param {T[]} held
 * @param {T[]} given
 * @returns {T[]} `held` itself when nothing has changed
 */
export function merge(held, given) {
  const byId = new Map(held.map((m) => [m.id, m]));
  const newer = given.filter((m) => isNewer(byId.get(m.id), m));

  if (newer.length === 0) {
    return held;
  }
  newer.forEach((m) => byId.set(m.id, m));
  return [...byId.values()].sort((a, b) => compareIds(a.id, b.id));
}


/**
 * @param {{rev?: number} | undefined} held
 * @param {{rev?: number}} given
 */
function isNewer(held, given) {
  return held === undefined || (given.rev ?? 0) > (held.rev ?? 0);
}


/**
 * Leaves out what is older than the part that is loaded: between would be a
 * hole.
 *
 * @template {{id: string}} T
 * @param {T[]} held
 * @param {T[]} given
 * @param {string | null} next null when everything older is loaded
 */
export function within(held, given, next) {
  return next === null || held.length === 0 ? given
    : given.filter((m) => compareIds(m.id, held[0].id) >= 0);
}
