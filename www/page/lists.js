/* Keeps the two lists true: the journal and the inbox. */

import { Poll } from '../lib/poll.js';
import { newsOf } from '../state/lists.js';
import { sessionEnded, state, tell, troubleOf } from './session.js';

/* Keeps the journal true: first page, further pages, changes. */

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

  /** @type {() => void} what else is drawn from the same changes */
  onChange = () => {};

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
        this.onChange();
        this.#followOpenChat(answer.gone);
      },
      fail: (error) => failed('journal_failed', error),
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
      failed('journal_failed', error);

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


/*
 * Keeps the inbox true, wherever the reader is: it feeds the badge and says
 * what is new.  All of its pages are loaded, one after the other: what an
 * agent has to do is not so much that he must scroll for it.
 */

const INBOX_PAGE = 200;
/* how many messages tell whether a chat was handed over just now */
const LOOK_BACK = 5;
/* between two pages of it the browser may have other things to do */
const IDLE_MS = 1_000;
const PAUSE_MS = 100;


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
        { since, wait: waits ? WAIT_S : null, limit: INBOX_PAGE }, signal),
      take: (answer, first) => this.#took(answer, first),
      fail: (error) => failed('inbox_failed', error),
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
        const answer = await this.#api.inbox(
          { before: next, limit: INBOX_PAGE });

        if (this.#poll !== poll || state.value.inbox.next !== next) {
          return;
        }
        tell({ type: 'inbox_paged', answer });
        await idle();

      } catch (error) {
        failed('inbox_failed', error);
        return;
      }
    }
  }
}


/* what somebody does comes first; not every browser can tell */
function idle() {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) {
      window.requestIdleCallback(resolve, { timeout: IDLE_MS });

    } else {
      setTimeout(resolve, PAUSE_MS);
    }
  });
}


/* `type`: the event that tells it */
function failed(type, error) {
  if (!sessionEnded(error)) {
    const passing = error.passing !== false;

    tell({ type, trouble: troubleOf(error), passing });
  }
}


/*
 * Keeps the load true: the server counts it anew when the journal has moved,
 * but not with each message of a busy hour.
 */

const COUNTED_MS = 3_000;


export class LoadKeeper {
  #api;
  #wanted = false;
  #late = false;
  /** @type {any} */
  #timer = null;

  /** @param {import('../lib/api.js').Api} api */
  constructor(api) {
    this.#api = api;
  }

  connect() {
    this.#wanted = true;
    this.soon();
  }

  disconnect() {
    this.#wanted = false;
  }

  /* at once, and once more at the end of a time in which something came */
  soon = () => {
    if (this.#timer !== null) {
      this.#late = true;

    } else if (this.#wanted) {
      this.#late = false;
      this.#timer = setTimeout(this.#over, COUNTED_MS);
      this.#count();
    }
  };

  #over = () => {
    this.#timer = null;
    if (this.#late) {
      this.soon();
    }
  };

  async #count() {
    try {
      tell({ type: 'stats_came', stats: await this.#api.stats() });

    } catch (error) {
      sessionEnded(error);
    }
  }
}
