/*
 * Whom and what there is in the space: agents, groups, channels, canned
 * replies; and the forms of the settings that change them.
 */

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Settings} Settings */


/** @returns {import('../types.js').Directory} */
export function emptyDirectory() {
  return { agents: [], groups: [], channels: [], canned: [], space: null };
}


/** @returns {Settings} */
export function emptySettings() {
  return { busy: false, trouble: null, errors: {}, saved: null, fresh: null,
    tokens: {}, lines: {} };
}


/** @type {Record<string, (state: State, event: any) => State>} */
export const directoryEvents = {
  directory_came: (state, { lists }) => ({
    ...state, directory: { ...state.directory, ...lists },
  }),

  /* one who was there is replaced, a new one finds his place by name */
  record_saved: (state, { noun, record }) => ({
    ...state,
    directory: { ...state.directory,
      [noun]: placed(state.directory[noun], record) },
  }),

  record_deleted: (state, { noun, id }) => ({
    ...state,
    directory: { ...state.directory, [noun]: state.directory[noun]
      .filter((/** @type {any} */ one) => one.id !== id) },
  }),

  settings_left: (state, { made = false }) => settle(state, {
    ...emptySettings(), tokens: state.settings.tokens,
    ...(made ? { fresh: state.settings.fresh, saved: state.settings.saved }
      : {}),
  }),

  save_began: (state) => settle(state, { busy: true, trouble: null,
    errors: {}, saved: null }),

  save_ended: (state, { saved, fresh = null }) => settle(state, {
    busy: false, saved, fresh }),

  save_failed: (state, { trouble, errors = [] }) => settle(state, {
    busy: false, trouble, errors: byField(errors) }),

  /* how a channel does: its health, its webhooks, what connecting came to */
  line_came: (state, { channel, ...more }) => settle(state, {
    lines: { ...state.settings.lines,
      [channel]: { ...state.settings.lines[channel], ...more } } }),

  tokens_came: (state, { agent, tokens }) => settle(state, {
    tokens: { ...state.settings.tokens, [agent]: tokens } }),
};


/**
 * @param {State} state
 * @param {Partial<Settings>} change
 */
function settle(state, change) {
  return { ...state, settings: { ...state.settings, ...change } };
}


function placed(list, record) {
  return sorted([...list.filter((one) => one.id !== record.id), record]);
}


/* as people count: 9 before 10 */
export const { compare } = new Intl.Collator(undefined, { numeric: true });

const nameOf = ({ name, title, shortcut }) => name ?? title ?? shortcut;


/** @param {any[]} list */
export function sorted(list) {
  return [...list].sort((a, b) => compare(nameOf(a), nameOf(b)));
}


/** @param {{field: string, detail: string}[]} errors */
function byField(errors) {
  return Object.fromEntries(errors.map((one) => [one.field, one.detail]));
}
