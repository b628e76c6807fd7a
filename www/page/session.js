/*
 * Who is signed in: the owner's link, the form, the cookie that is already
 * there.
 */

import { tokenOf } from '../lib/route.js';
import { sessionEnded, state, tell, troubleOf } from './store.js';

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

  /** @param {string} token */
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

  async signOut() {
    try {
      await this.#api.signOut();
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
