/*
 * The files of messages that are being written.  Each goes to the server as
 * soon as it is chosen; the message names those that have arrived.
 */

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Upload} Upload */

/* a message takes no more; the server has the last word */
export const FILES_MOST = 10;


/** @type {Record<string, (state: State, event: any) => State>} */
export const uploadEvents = {
  upload_began: (state, { id, upload }) => changed(state, id, (list) =>
    [...list, { part: 0, trouble: null, file: null, ...upload }]),

  upload_moved: (state, { id, key, part }) => changed(state, id, (list) =>
    replaced(list, key, { part })),

  upload_again: (state, { id, key }) => changed(state, id, (list) =>
    replaced(list, key, { part: 0, trouble: null })),

  upload_ended: (state, { id, key, file }) => changed(state, id, (list) =>
    replaced(list, key, { part: 1, file })),

  upload_failed: (state, { id, key, trouble }) => changed(state, id, (list) =>
    replaced(list, key, { trouble })),

  upload_dropped: (state, { id, key }) => changed(state, id, (list) =>
    list.filter((one) => one.key !== key)),
};


/**
 * The files that a message written now would have.
 *
 * @param {Upload[]} [list]
 */
export function arrived(list = []) {
  return list.flatMap(({ file, preview }) =>
    (file === null ? [] : [{ ...file, url: preview }]));
}


/**
 * Is a file still on its way?  One that failed is waited for as well: it is
 * tried again, or taken out.
 *
 * @param {Upload[]} [list]
 */
export function isUploading(list = []) {
  return list.some(({ file }) => file === null);
}


/**
 * @param {State} state
 * @param {number} id
 * @param {(list: Upload[]) => Upload[]} change
 */
function changed(state, id, change) {
  return { ...state,
    uploads: { ...state.uploads, [id]: change(state.uploads[id] ?? []) } };
}


/**
 * @param {Upload[]} list
 * @param {string} key
 * @param {Partial<Upload>} change
 */
function replaced(list, key, change) {
  return list.map((one) => (one.key === key ? { ...one, ...change } : one));
}
