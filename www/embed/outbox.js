/*
 * What the visitor wrote and is not stored yet.  It lies on the device before
 * it is sent, so a lost connection or a closed page loses nothing; each
 * message's key makes repetitions harmless.
 *
 * One after the other: a passing failure keeps the order and waits; a refusal
 * is shown as failed and lets the next one go.
 */

import { browser } from '../lib/poll.js';

const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 30_000;


export class Outbox {
  #visitor;
  #tell;
  #shelf;
  /** @type {import('./state.js').Queued[]} */
  #queue = [];
  #running = false;

  constructor(visitor, tell) {
    this.#visitor = visitor;
    this.#tell = tell;
  }

  /* what lies on the shelf goes on */
  connect(shelf) {
    const ours = this.#queue;

    this.#shelf = shelf;
    this.#keep([...(shelf.get('queue') ?? []), ...ours]);
    this.#run();
  }

  send(text) {
    const key = crypto.randomUUID();
    const at = new Date().toISOString();

    this.#keep([...this.#queue, { key, text, at, state: 'pending' }]);
    this.#run();
  }

  again(key) {
    this.#mark(key, 'pending');
    this.#run();
  }

  async #run() {
    if (this.#running || !this.#shelf) {
      return;
    }
    this.#running = true;

    let rest = RETRY_FIRST_MS;
    for (let one = this.#due(); one; one = this.#due()) {
      const least = await this.#deliver(one);

      if (least === null) {
        rest = RETRY_FIRST_MS;
        continue;
      }
      await browser.pause(Math.max(rest, least), new AbortController().signal);
      rest = Math.min(rest * 2, RETRY_MOST_MS);
    }
    this.#running = false;
  }

  #due() {
    return this.#queue.find((one) => one.state !== 'failed');
  }

  /* the least time to wait, or null to go on */
  async #deliver({ key, text }) {
    try {
      const message = await this.#visitor.send(text, key);

      this.#tell({ type: 'sent', message });
      this.#keep(this.#queue.filter((one) => one.key !== key));
      return null;

    } catch (error) {
      this.#mark(key, error.passing ? 'waiting' : 'failed', error.code);
      return error.passing ? error.retryAfter * 1000 : null;
    }
  }

  #mark(key, state, code) {
    this.#keep(this.#queue.map((one) =>
      (one.key === key ? { ...one, state, code } : one)));
  }

  #keep(queue) {
    this.#queue = queue;
    this.#shelf?.put('queue', queue);
    this.#tell({ type: 'queued', queue });
  }
}
