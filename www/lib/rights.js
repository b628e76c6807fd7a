/* What a caller may see; the server decides, this only spares him a refusal. */

/** @typedef {import('../types.js').Me} Me */


/** @param {Me} me */
export function manages(me) {
  return me.agent.role === 'owner' || me.agent.role === 'admin';
}


/** @param {Me} me */
export function owns(me) {
  return me.agent.role === 'owner';
}


/**
 * Where the caller starts.
 *
 * @param {Me} me
 * @returns {import('../types.js').Section}
 */
export function homeOf(me) {
  if (me.journal) {
    return 'journal';
  }
  return manages(me) && !me.inbox ? 'journal' : 'incoming';
}


/**
 * The sections that the menu has for him.  An owner or admin without a
 * commercial plan finds the way to it in the journal's place.
 *
 * @param {Me} me
 */
export function sectionsOf(me) {
  return [
    (me.journal || manages(me)) && 'journal',
    me.inbox && 'inquiries',
    'settings',
  ].filter((one) => one !== false);
}


/**
 * The pages of the settings, by role.
 *
 * @param {Me} me
 */
export function pagesOf(me) {
  return [
    owns(me) && 'space',
    ...(manages(me)
      ? ['channels', 'widget', 'groups', 'agents', 'canned'] : []),
    'me',
  ].filter((one) => one !== false);
}
