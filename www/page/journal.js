/* Keeps the journal true: first page, further pages, changes. */

import { Poll } from '../lib/poll.js';
import { sessionEnded, state, tell, troubleOf } from './store.js';

/* the server parks the question that long */
const WAIT_S = 25;
const PAGE = 100;


export class JournalKeeper {
  #api;
  /** @type {Poll | null} */
  #poll = null;
  #paging = false;

  /** @param {import('../lib/api.js').Api} api */
  constructor(api) {
    this.#api = api;
  }

  get connected() {
    return this.#poll !== null;
  }

  get filter() {
    return state.value.journal.filter;
  }

  /**
   * What was loaded under the same filter is shown until the first page
   * comes.
   *
   * @param {import('../types.js').Filter} filter
   */
  connect(filter) {
    this.disconnect();
    if (!state.value.journal.loaded
      || JSON.stringify(filter) !== JSON.stringify(this.filter)) {
      tell({ type: 'journal_opened', filter });
    }
    this.#poll = new Poll({
      ask: (since, signal, waits) => this.#api.journal(
        { ...filter, since, wait: waits ? WAIT_S : null, limit: PAGE },
        signal,
      ),
      take: (answer, first) => {
        tell({ type: 'journal_took', answer, first });
        this.#followOpenChat(answer.gone);
      },
      fail: failed,
    });
    this.#poll.connect();
  }

  disconnect() {
    this.#poll?.disconnect();
    this.#poll = null;
  }

  /** The next page, further down; one at a time. */
  async more() {
    const { next, filter } = state.value.journal;

    if (this.#paging || next === null) {
      return;
    }
    this.#paging = true;
    try {
      const answer = await this.#api.journal(
        { ...filter, before: next, limit: PAGE });

      if (state.value.journal.next === next) {
        tell({ type: 'journal_paged', answer });
      }
    } catch (error) {
      failed(error);

    } finally {
      this.#paging = false;
    }
  }

  /**
   * The open chat left the list that is shown; it is drawn still.
   *
   * @param {number[]} gone
   */
  async #followOpenChat(gone) {
    const id = state.value.dialog?.id;

    if (id === undefined || !gone?.includes(id)) {
      return;
    }
    try {
      tell({ type: 'chat_came', chat: await this.#api.chat(id) });

    } catch (error) {
      sessionEnded(error);
    }
  }
}


/** @param {any} error */
function failed(error) {
  if (!sessionEnded(error)) {
    tell({
      type: 'journal_failed',
      trouble: troubleOf(error),
      passing: error.passing !== false,
    });
  }
}
