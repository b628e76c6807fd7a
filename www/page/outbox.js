/*
 * Sends what the agent writes: one message after the other in each chat, so
 * that they stand in the order in which they were written.  A failed one does
 * not hold up the next; it waits for the agent to say "again", under the
 * same key.
 */

import { sessionEnded, state, tell, troubleOf } from './store.js';


export class Outbox {
  #api;
  /** @type {Map<number, Promise<void>>} the end of each chat's queue */
  #ends = new Map();

  /** @param {import('../lib/api.js').Api} api */
  constructor(api) {
    this.#api = api;
  }

  /**
   * @param {number} id chat
   * @param {string} text
   * @param {{note?: boolean, replyTo?: string | null}} [about]
   */
  send(id, text, about = {}) {
    const key = crypto.randomUUID();
    const at = new Date().toISOString();

    tell({ type: 'send_began', id, key, text, at, ...about });
    this.#queue(id, key);
  }

  /**
   * @param {number} id
   * @param {string} key
   */
  again(id, key) {
    tell({ type: 'send_again', id, key });
    this.#queue(id, key);
  }

  /**
   * @param {number} id
   * @param {string} key
   */
  #queue(id, key) {
    const before = this.#ends.get(id) ?? Promise.resolve();

    this.#ends.set(id, before.then(() => this.#deliver(id, key)));
  }

  /**
   * @param {number} id
   * @param {string} key
   */
  async #deliver(id, key) {
    const pending = state.value.pending[id]?.find((p) => p.key === key);

    if (pending === undefined) {
      return;
    }
    try {
      const message = await this.#api.send(id, { text: pending.text,
        note: pending.note, reply_to: pending.replyTo }, key);
      tell({ type: 'send_ended', id, key, message });

    } catch (error) {
      if (!sessionEnded(error)) {
        tell({ type: 'send_failed', id, key, trouble: troubleOf(error) });
      }
    }
  }
}
