/*
 * Sends what the agent writes: one message after the other in each chat, so
 * that they stand in the order in which they were written.
 *
 * What fails for now (no network, no store) is tried again by itself, sooner
 * when the browser is online again, and holds up what was written after it.
 * What is refused holds up nothing; it waits for the agent to say "again".
 * Always under the same key, so that nothing is stored twice.
 */

import { now } from '../lib/clock.js';
import { isUploading } from '../state/uploads.js';
import { sessionEnded, state, tell, troubleOf } from './session.js';

const RETRY_FIRST_MS = 2_000;
const RETRY_MOST_MS = 30_000;


export class Outbox {
  #api;
  /** @type {Map<number, Promise<void>>} the end of each chat's queue */
  #ends = new Map();
  /** @type {Map<string, () => void>} ends the pause before the next try */
  #wakes = new Map();

  /** @param {import('../lib/api.js').Api} api */
  constructor(api) {
    this.#api = api;
    addEventListener('online', () => this.#wakes.forEach((wake) => wake()));
  }

  /**
   * @param {number} id chat
   * @param {string} text
   * @param {any} [about]
   */
  send(id, text, about = {}) {
    const key = crypto.randomUUID();

    tell({ type: 'send_began', id, key, text, at: now().toISOString(),
      ...about });
    this.#queue(id, key);
  }

  again(id, key) {
    const wake = this.#wakes.get(key);

    if (wake !== undefined) {
      wake();
      return;
    }
    tell({ type: 'send_again', id, key });
    this.#queue(id, key);
  }

  drop(id, key) {
    tell({ type: 'send_dropped', id, key });
    this.#wakes.get(key)?.();
  }

  /** Goes on with what an earlier life of the page has left. */
  resume() {
    for (const [id, list] of Object.entries(state.value.pending)) {
      list.filter((one) => one.state === 'pending' || one.passing)
        .forEach((one) => this.#queue(Number(id), one.key));
    }
  }

  #queue(id, key) {
    const before = this.#ends.get(id) ?? Promise.resolve();

    this.#ends.set(id, before.then(() => this.#deliver(id, key)));
  }

  async #deliver(id, key) {
    for (let pause = RETRY_FIRST_MS; ; pause = Math.min(pause * 2,
      RETRY_MOST_MS)) {
      const pending = state.value.pending[id]?.find((p) => p.key === key);

      if (pending === undefined || await this.#tried(id, pending)) {
        return;
      }
      await this.#paused(key, pause);
      tell({ type: 'send_again', id, key });
    }
  }

  /** @returns {Promise<boolean>} is it done with, one way or the other? */
  async #tried(id, { key, text, note, replyTo, attachments }) {
    try {
      const message = await this.#api.send(id, { text, note,
        reply_to: replyTo, attachments: attachments.map((one) => one.id) },
      key);

      tell({ type: 'send_ended', id, key, message });
      return true;

    } catch (error) {
      const { passing } = /** @type {any} */ (error);

      if (sessionEnded(error)) {
        return true;
      }
      tell({ type: 'send_failed', id, key, passing,
        trouble: troubleOf(error) });
      if (passing) {
        /* who is parked does not know yet that nobody is there */
        dispatchEvent(new Event('wake'));
      }
      return passing !== true;
    }
  }

  /** @returns {Promise<void>} */
  #paused(key, ms) {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#wakes.delete(key);
        resolve();
      };
      const timer = setTimeout(end, ms);

      this.#wakes.set(key, end);
    });
  }
}


/* Takes the files of a message to the server, each as soon as it is chosen. */

export class Uploads {
  #api;
  /** @type {Map<string, {file: File, life: AbortController}>} */
  #held = new Map();

  /** @param {import('../lib/api.js').Api} api */
  constructor(api) {
    this.#api = api;
    addEventListener('online', () => this.#goOn());
    addEventListener('beforeunload', (event) => {
      if (Object.values(state.value.uploads).some((list) =>
        isUploading(list))) {
        event.preventDefault();
      }
    });
  }

  /**
   * @param {number} id chat
   * @param {File[]} files
   */
  add(id, files) {
    for (const file of files) {
      const key = crypto.randomUUID();
      const picture = /^image\/(png|jpeg|gif|webp)$/.test(file.type);

      this.#held.set(key, { file, life: new AbortController() });
      tell({ type: 'upload_began', id, upload: { key, name: file.name,
        size: file.size, mime: file.type,
        preview: picture ? URL.createObjectURL(file) : null } });
      this.#send(id, key);
    }
  }

  /** Those of a message that was refused are taken up once more. */
  async anew(id, attachments) {
    try {
      this.add(id, await Promise.all(attachments.map(
        (one) => this.#api.file(one))));

    } catch (error) {
      if (!sessionEnded(error)) {
        tell({ type: 'action_failed', id, trouble: troubleOf(error) });
      }
    }
  }

  again(id, key) {
    tell({ type: 'upload_again', id, key });
    this.#send(id, key);
  }

  drop(id, key) {
    this.#held.get(key)?.life.abort();
    this.#held.delete(key);
    tell({ type: 'upload_dropped', id, key });
  }

  /** What no network has taken is tried again when there is one. */
  #goOn() {
    for (const [id, list] of Object.entries(state.value.uploads)) {
      list.filter((one) => one.trouble?.code === 'offline')
        .forEach((one) => this.again(Number(id), one.key));
    }
  }

  async #send(id, key) {
    const { file, life } = /** @type {any} */ (this.#held.get(key));

    try {
      const came = await this.#api.sendFile(file, key, { signal: life.signal,
        onPart: (part) => tell({ type: 'upload_moved', id, key, part }) });

      this.#held.delete(key);
      tell({ type: 'upload_ended', id, key, file: came });

    } catch (error) {
      if (!life.signal.aborted && !sessionEnded(error)) {
        tell({ type: 'upload_failed', id, key, trouble: troubleOf(error) });
      }
    }
  }
}
