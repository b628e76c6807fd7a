/*
 * The one place where the state is held.  tell() is how everything that
 * happens enters it; the parts are drawn from `state.value`.
 */

import { signal } from '../vendor/preact-signals-core.js';
import { initial, reduce } from '../state.js';


export const state = signal(initial);


/** @param {{type: string, [member: string]: any}} event */
export function tell(event) {
  state.value = reduce(state.value, event);
}


/**
 * What every failed call is asked first: has the session ended?  Then the
 * page signs out and nothing else has to be told.
 *
 * @param {any} error
 */
export function sessionEnded(error) {
  if (error.code !== 'unauthorized') {
    return false;
  }
  if (state.value.phase !== 'signed_out') {
    tell({ type: 'signed_out' });
  }
  return true;
}


/**
 * The words of an error for the state; a mistake of ours shows as such in
 * the console and never as the store being away.
 *
 * @param {any} error
 */
export function troubleOf(error) {
  if (error.trouble === undefined) {
    console.error(error);
  }
  return error.trouble ?? { code: 'unexpected', detail: null };
}
