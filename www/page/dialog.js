/* Keeps the open dialog true, and does what the agent wants done with it. */

import { Poll } from '../lib/poll.js';
import { sessionEnded, state, tell, troubleOf } from './store.js';

const WAIT_S = 25;
const PAGE = 50;


export class DialogKeeper {
  #api;
  /** @type {Poll | null} */
  #poll = null;
  /** @type {number | null} the chat that is being asked for */
  #asking = null;

  /** @param {import('../lib/api.js').Api} api */
  constructor(api) {
    this.#api = api;
  }

  /** @param {number} id */
  connect(id) {
    this.disconnect();
    tell({ type: 'dialog_opened', id });
    this.#chat(id);
    this.#poll = new Poll({
      ask: (since, signal, waits) => this.#api.messages(
        id, { since, wait: waits ? WAIT_S : null, limit: PAGE },
        signal,
      ),
      take: (answer, first) => this.#took(id, answer, first),
      fail: (error) => failed(id, error),
    });
    this.#poll.connect();
    addEventListener('focus', this.#seen);
  }

  disconnect() {
    removeEventListener('focus', this.#seen);
    this.#poll?.disconnect();
    this.#poll = null;
    if (state.value.dialog !== null) {
      tell({ type: 'dialog_closed' });
    }
  }

  async older() {
    const dialog = state.value.dialog;

    if (dialog === null || dialog.busy !== null) {
      return;
    }
    const { id, next } = dialog;

    tell({ type: 'action_began', id, verb: 'older' });
    try {
      const answer = await this.#api.messages(
        id, { before: next, limit: PAGE });
      tell({ type: 'messages_paged', id, answer });

    } catch (error) {
      actionFailed(id, error);
    }
  }

  /** @param {'take' | 'join' | 'close' | 'reopen'} verb */
  async move(verb) {
    const id = state.value.dialog?.id;

    if (id === undefined) {
      return;
    }
    tell({ type: 'action_began', id, verb });
    try {
      const chat = await this.#api.move(id, verb);
      tell({ type: 'action_ended', id, chat });

    } catch (error) {
      actionFailed(id, error);
    }
  }

  /**
   * @param {number} id
   * @param {any} answer
   * @param {boolean} first
   */
  #took(id, answer, first) {
    tell({ type: 'messages_took', id, answer, first });
    this.#seen();

    /* an event has changed the chat; the list may not hold it */
    const changed = !first && answer.messages.some(isEvent)
      && !state.value.journal.order.includes(id);

    if (changed || state.value.chats[id] === undefined) {
      this.#chat(id);
    }
  }

  /** @param {number} id */
  async #chat(id) {
    if (this.#asking === id) {
      return;
    }
    this.#asking = id;
    try {
      tell({ type: 'chat_came', chat: await this.#api.chat(id) });

    } catch (error) {
      if (/** @type {any} */ (error).passing === false) {
        failed(id, error);
      }
    } finally {
      this.#asking = null;
    }
  }

  /** Tells the server what has been read, once per message, if it was. */
  #seen = async () => {
    const dialog = state.value.dialog;
    const upTo = dialog?.messages.findLast((m) => m.from === 'client')?.id;

    if (!dialog || !upTo || dialog.read === upTo || !document.hasFocus()) {
      return;
    }
    tell({ type: 'read_began', id: dialog.id, upTo });
    try {
      const { badge } = await this.#api.read(dialog.id, upTo);
      tell({ type: 'read_ended', badge });

    } catch (error) {
      sessionEnded(error);
    }
  };
}


/** @param {{kind: string}} message */
function isEvent(message) {
  return message.kind === 'event';
}


/**
 * @param {number} id
 * @param {any} error
 */
function failed(id, error) {
  if (!sessionEnded(error)) {
    tell({
      type: 'messages_failed', id,
      trouble: troubleOf(error),
      passing: error.passing !== false,
    });
  }
}


/**
 * @param {number} id
 * @param {any} error
 */
function actionFailed(id, error) {
  if (!sessionEnded(error)) {
    tell({
      type: 'action_failed', id,
      trouble: troubleOf(error),
      chat: error.problem?.chat,
    });
  }
}
