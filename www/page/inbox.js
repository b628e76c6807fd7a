/*
 * Keeps the inbox true, wherever the reader is: it feeds the badge and says
 * what is new.  All of its pages are loaded, one after the other: what an
 * agent has to do is not so much that he must scroll for it.
 */

import { Poll } from '../lib/poll.js';
import { newsOf } from '../state/inbox.js';
import { sessionEnded, state, tell, troubleOf } from './store.js';

const WAIT_S = 25;
const PAGE = 200;
/* how many messages tell whether a chat was handed over just now */
const LOOK_BACK = 5;


export class InboxKeeper {
  #api;
  #announce;
  /** @type {Poll | null} */
  #poll = null;

  /**
   * @param {import('../lib/api.js').Api} api
   * @param {(news: {kind: string, chat: number}[]) => void} announce
   */
  constructor(api, announce) {
    this.#api = api;
    this.#announce = announce;
  }

  get connected() {
    return this.#poll !== null;
  }

  connect() {
    this.disconnect();
    this.#poll = new Poll({
      /* hidden it waits as well: its notices are for who looks elsewhere */
      patient: true,
      ask: (since, signal, waits) => this.#api.inbox(
        { since, wait: waits ? WAIT_S : null, limit: PAGE }, signal),
      take: (answer, first) => this.#took(answer, first),
      fail: failed,
    });
    this.#poll.connect();
  }

  disconnect() {
    this.#poll?.disconnect();
    this.#poll = null;
    if (state.value.inbox.loaded) {
      tell({ type: 'inbox_closed' });
    }
  }

  /**
   * @param {any} answer
   * @param {boolean} first
   */
  #took(answer, first) {
    const anew = first || answer.reset === true;
    const news = anew ? [] : newsOf(state.value, answer);

    tell({ type: 'inbox_took', answer, first });
    if (anew) {
      this.#rest();
    }
    if (news.length > 0) {
      this.#tellNews(news);
    }
  }

  /** @param {{kind: string, chat: number}[]} news */
  async #tellNews(news) {
    const told = await Promise.all(news.map(async (one) =>
      (one.kind !== 'handed' ? one
        : await this.#wasHanded(one.chat)
          ? { kind: 'transfer', chat: one.chat } : null)));
    const kept = /** @type {{kind: string, chat: number}[]} */ (
      told.filter(Boolean));

    if (kept.length > 0) {
      this.#announce(kept);
    }
  }

  /**
   * Was it handed to him, or has he taken it himself, perhaps in another
   * tab?
   *
   * @param {number} chat
   */
  async #wasHanded(chat) {
    try {
      const { messages } = await this.#api.messages(
        chat, { limit: LOOK_BACK });

      return messages.findLast((m) => m.kind === 'event'
        && m.event !== 'created')?.event === 'transferred';

    } catch (error) {
      sessionEnded(error);
      return false;
    }
  }

  async #rest() {
    const poll = this.#poll;

    while (state.value.inbox.next !== null && this.#poll === poll) {
      const { next } = state.value.inbox;

      try {
        const answer = await this.#api.inbox({ before: next, limit: PAGE });

        if (this.#poll !== poll || state.value.inbox.next !== next) {
          return;
        }
        tell({ type: 'inbox_paged', answer });

      } catch (error) {
        failed(error);
        return;
      }
    }
  }
}


/** @param {any} error */
function failed(error) {
  if (!sessionEnded(error)) {
    tell({
      type: 'inbox_failed',
      trouble: troubleOf(error),
      passing: error.passing !== false,
    });
  }
}
