/* The state that is held, and who is signed in. */

import { tokenOf } from '../lib/route.js';
import { initial, reduce } from '../state.js';
import { signal } from '../vendor/preact-signals-core.js';
import { forgetAll } from './device.js';


/*
 * The one place where the state is held.  tell() is how everything that
 * happens enters it; the parts are drawn from `state.value`.
 */

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
    tell({ type: 'signed_out', trouble: { code: 'session_ended',
      detail: null } });
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


/*
 * Who is signed in: the owner's link, the form, the cookie that is already
 * there.
 */

/* how soon a page that found no server asks again who it is */
const AGAIN_MS = 3_000;


export class Session {
  #api;

  /** @param {import('../lib/api.js').Api} api */
  constructor(api) {
    this.#api = api;
  }

  /**
   * A token in the address leaves the address at once, before anything can
   * copy or remember it.
   *
   * @returns {string | null}
   */
  takeTokenFromAddress() {
    const token = tokenOf(location.hash);

    if (token !== null) {
      history.replaceState(null, '', location.pathname + location.search);
    }
    return token;
  }

  async signIn(token) {
    tell({ type: 'sign_in_began' });
    try {
      await this.#api.signIn(token.trim());
      tell({ type: 'signed_in', me: await this.#api.me() });

    } catch (error) {
      tell({ type: 'sign_in_failed', trouble: troubleOf(error) });
    }
  }

  /** Goes on with the cookie, if there is one. */
  async resume() {
    try {
      tell({ type: 'signed_in', me: await this.#api.me() });

    } catch (error) {
      const { passing } = /** @type {any} */ (error);

      if (passing === false) {
        tell({ type: 'signed_out' });
        return;
      }
      tell({ type: 'start_failed', trouble: troubleOf(error) });
      setTimeout(() => this.#resumeStill(), AGAIN_MS);
    }
  }

  /** Roles, groups and the plan change while the page is open. */
  async refresh() {
    try {
      tell({ type: 'me_came', me: await this.#api.me() });

    } catch (error) {
      sessionEnded(error);
    }
  }

  /** @param {boolean} yes visitors do not see him there */
  async away(yes) {
    try {
      await this.#api.presence(yes);

    } catch (error) {
      sessionEnded(error);
    }
    this.refresh();
  }

  async signOut() {
    try {
      await this.#api.signOut();
      forgetAll();
      tell({ type: 'signed_out' });

    } catch (error) {
      /* the cookie still lives: do not pretend */
      if (!sessionEnded(error)) {
        const trouble = troubleOf(error);
        tell({ type: 'journal_failed', trouble, passing: true });
      }
    }
  }

  #resumeStill() {
    if (state.value.phase === 'starting') {
      this.resume();
    }
  }
}
