/*
 * Long polling: cursor in, cursor out.
 *
 * A Poll asks, hands the answer over, and asks again with the answer's `rev`
 * as the cursor, so nothing falls between two questions.  It
 *
 *   1. keeps its cursor through every failure and goes on from there;
 *   2. waits longer after each failure in a row, with jitter, never less than
 *      the server asks for; coming back online ends the wait;
 *   3. is slower while the page is hidden, and at once when it is shown;
 *   4. never spins when a server answers early with nothing new;
 *   5. stops for good when asking again cannot help (401, 403, 404 ...), and
 *      tells `fail` so with `passing` false.
 *
 * connect() and disconnect() mirror each other; after disconnect() no
 * callback comes, also not for an answer that is already on its way.
 */

const RETRY_FIRST_MS = 500;
const RETRY_FACTOR = 2;
const RETRY_MOST_MS = 20_000;

/* one question in this time at most when nothing changes */
const IDLE_TURN_MS = 1_000;
const HIDDEN_TURN_MS = 5_000;


/**
 * @typedef {object} PollOptions
 * @property {(cursor: number | null, signal: AbortSignal) => Promise<any>} ask
 * @property {(answer: any, first: boolean) => void} take
 *           first: the answer to a question without a cursor
 * @property {(error: any) => void} fail
 * @property {Environment} [environment]
 *
 * @typedef {object} Environment
 * @property {(ms: number, signal: AbortSignal) => Promise<void>} pause
 *           also ends early when the page is shown or comes online
 * @property {() => boolean} hidden
 * @property {() => number} now
 * @property {() => number} random
 */


export class Poll {
  #ask;
  #take;
  #fail;
  #environment;
  /** @type {AbortController | null} */
  #life = null;

  /** @param {PollOptions} options */
  constructor({ ask, take, fail, environment = browser }) {
    this.#ask = ask;
    this.#take = take;
    this.#fail = fail;
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

  /**
   * @param {number | null} cursor
   * @param {AbortSignal} signal
   */
  async #run(cursor, signal) {
    let failures = 0;

    while (!signal.aborted) {
      const began = this.#environment.now();

      try {
        const answer = await this.#ask(cursor, signal);
        if (signal.aborted) {
          return;
        }
        const idle = answer.rev === cursor;
        this.#take(answer, cursor === null);
        cursor = answer.rev;
        failures = 0;
        await this.#rest(began, idle, signal);

      } catch (error) {
        if (signal.aborted || !this.#again(error)) {
          return;
        }
        failures += 1;
        await this.#environment.pause(this.#delay(failures, error), signal);
      }
    }
  }

  /** @param {any} error */
  #again(error) {
    this.#fail(error);
    return error.passing !== false;
  }

  /**
   * @param {number} began
   * @param {boolean} idle
   * @param {AbortSignal} signal
   */
  async #rest(began, idle, signal) {
    const { hidden, now, pause } = this.#environment;
    const turn = hidden() ? HIDDEN_TURN_MS : idle ? IDLE_TURN_MS : 0;
    const left = turn - (now() - began);

    if (left > 0) {
      await pause(left, signal);
    }
  }

  /**
   * @param {number} failures
   * @param {any} error
   */
  #delay(failures, error) {
    const full = Math.min(RETRY_MOST_MS,
      RETRY_FIRST_MS * RETRY_FACTOR ** (failures - 1));
    const jittered = full / 2 + full / 2 * this.#environment.random();

    return Math.max(jittered, (error.retryAfter ?? 0) * 1000);
  }
}


/** @type {Environment} */
export const browser = {
  hidden: () => document.hidden,
  now: () => performance.now(),
  random: () => Math.random(),

  pause: (ms, signal) => new Promise((resolve) => {
    const ended = new AbortController();
    const end = () => {
      clearTimeout(timer);
      ended.abort();
      resolve();
    };
    const shown = () => {
      if (!document.hidden) {
        end();
      }
    };
    const timer = setTimeout(end, ms);

    signal.addEventListener('abort', end, { signal: ended.signal });
    addEventListener('online', end, { signal: ended.signal });
    document.addEventListener('visibilitychange', shown,
      { signal: ended.signal });
  }),
};
