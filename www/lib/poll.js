/*
 * Long polling: each answer's `rev` is the next question's cursor, so nothing
 * falls between two.  A Poll
 *
 *   1. keeps its cursor through failures and goes on from there;
 *   2. waits longer after each, with jitter, never less than the server asks;
 *      coming online or being shown ends the wait;
 *   3. is slower while the page is hidden and does not keep a question parked
 *      then (a browser has six connections for all tabs), unless it is
 *      `patient`; and never spins when answers with nothing new come early;
 *   4. stops when asking again cannot help (`passing` false: 401, 403 ...).
 *
 * After disconnect() no callback comes, not even for an answer on its way.
 */

const RETRY_FIRST_MS = 500;
const RETRY_FACTOR = 2;
const RETRY_MOST_MS = 20_000;

/* one question in this time at most when nothing changes */
const IDLE_TURN_MS = 1_000;
const HIDDEN_TURN_MS = 5_000;


/**
 * `first`: the answer to a question without a cursor.  `waits` is false after
 * a failure: that all is well again should not wait for news.
 *
 * @typedef {{ask: (cursor: number | null, signal: AbortSignal,
 *              waits: boolean) => Promise<any>,
 *            take: (answer: any, first: boolean) => void,
 *            fail: (error: any) => void,
 *            patient?: boolean,
 *            environment?: typeof browser}} PollOptions
 */


export class Poll {
  #ask;
  #take;
  #fail;
  #patient;
  #environment;
  /** @type {AbortController | null} */
  #life = null;

  /** @param {PollOptions} options */
  constructor({ ask, take, fail, patient = false,
    environment = browser }) {
    this.#ask = ask;
    this.#take = take;
    this.#fail = fail;
    this.#patient = patient;
    this.#environment = environment;
  }

  /** @param {number | null} [cursor] null: from the first page */
  connect(cursor = null) {
    this.disconnect();
    this.#life = new AbortController();
    this.#run(cursor, this.#life.signal);
  }

  disconnect() {
    this.#life?.abort();
    this.#life = null;
  }

  async #run(cursor, signal) {
    let failures = 0;

    while (!signal.aborted) {
      const began = this.#environment.now();

      try {
        const waits = cursor !== null && failures === 0 && this.#parks();
        const answer = await this.#asked(cursor, signal, waits);
        if (signal.aborted) {
          return;
        }
        const idle = answer.rev === cursor;
        this.#take(answer, cursor === null);
        cursor = answer.rev;
        failures = 0;
        await this.#rest(began, idle, signal);

      } catch (error) {
        if (signal.aborted || !(error.woken || this.#again(error))) {
          return;
        }
        failures += 1;
        if (error.woken) {
          continue;
        }
        await this.#environment.pause(this.#delay(failures, error), signal);
      }
    }
  }

  /** A machine that has slept holds a question whom nobody answers. */
  async #asked(cursor, signal, waits) {
    const turn = new AbortController();
    const end = () => turn.abort();
    const release = this.#environment.onWake(end);

    signal.addEventListener('abort', end);
    try {
      return await this.#ask(cursor, turn.signal, waits);

    } catch (error) {
      throw !turn.signal.aborted || signal.aborted ? error
        : Object.assign(new Error('woken'), { woken: true });

    } finally {
      signal.removeEventListener('abort', end);
      release();
    }
  }

  #parks() {
    return this.#patient || !this.#environment.hidden();
  }

  #again(error) {
    this.#fail(error);
    return error.passing !== false;
  }

  async #rest(began, idle, signal) {
    const { hidden, now, pause } = this.#environment;
    const turn = !this.#parks() ? HIDDEN_TURN_MS
      : idle || hidden() ? IDLE_TURN_MS : 0;
    const left = turn - (now() - began);

    if (left > 0) {
      await pause(left, signal);
    }
  }

  #delay(failures, error) {
    const full = Math.min(RETRY_MOST_MS,
      RETRY_FIRST_MS * RETRY_FACTOR ** (failures - 1));
    const jittered = full / 2 + full / 2 * this.#environment.random();

    return Math.max(jittered, (error.retryAfter ?? 0) * 1000);
  }
}


export const browser = {
  hidden: () => document.hidden,
  now: () => performance.now(),
  random: () => Math.random(),

  onWake: (wake) => {
    addEventListener('wake', wake);
    return () => removeEventListener('wake', wake);
  },

  /** @returns {Promise<void>} */
  pause: (ms, signal) => new Promise((resolve) => {
    const over = new AbortController();
    const until = { signal: over.signal };
    const end = () => {
      clearTimeout(timer);
      over.abort();
      resolve();
    };
    const timer = setTimeout(end, ms);

    signal.addEventListener('abort', end, until);
    addEventListener('online', end, until);
    document.addEventListener('visibilitychange',
      () => document.hidden || end(), until);
  }),
};
