/* Keeps the open dialog true, and does what the agent wants done with it. */

import { Poll } from '../lib/poll.js';
import { sessionEnded, state, tell, troubleOf } from './session.js';

const WAIT_S = 25;
const PAGE = 50;
/* the client is told that somebody writes at most so often */
const TYPING_EVERY_MS = 4_000;
/* who has not typed for so long has stopped */
const TYPING_LASTS_MS = 6_000;
/* how long a refusal is shown */
const TOLD_MS = 8_000;


export class DialogKeeper {
  #api;
  /** @type {Poll | null} */
  #poll = null;
  /** @type {number | null} the chat that is being asked for */
  #asking = null;
  #typed = 0;
  /** @type {any} */
  #silence;

  /** @param {import('../lib/api.js').Api} api */
  constructor(api) {
    this.#api = api;
  }

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
    clearTimeout(this.#silence);
    this.#poll?.disconnect();
    this.#poll = null;
    if (state.value.dialog !== null) {
      tell({ type: 'dialog_closed' });
    }
  }

  async older() {
    const dialog = state.value.dialog;

    if (dialog === null || dialog.busy !== null || dialog.next === null) {
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

  /**
   * Of the open dialog, or of a row in the list.
   *
   * @param {number} id
   * @param {string} verb take, join, leave, transfer, close, reopen
   * @param {{agent: string} | {group: string}} [to]
   */
  move(id, verb, to) {
    return this.#act(id, verb, () => this.#api.move(id, verb, to));
  }

  tag(id, tags) {
    return this.#act(id, 'tag', () => this.#api.tag(id, tags));
  }

  async #act(id, verb, ask) {
    tell({ type: 'action_began', id, verb });
    try {
      const chat = await ask();

      tell({ type: 'action_ended', id, chat });
      return true;

    } catch (error) {
      actionFailed(id, error);
      this.#tellElsewhere(id, error);
      return false;
    }
  }

  /** A row's own wish was refused: there is no dialog that says so. */
  #tellElsewhere(id, error) {
    if (state.value.dialog?.id !== id && error.code !== 'unauthorized') {
      const key = crypto.randomUUID();

      tell({ type: 'toast_came', toast: { key, kind: 'failed', chat: id,
        count: 1, trouble: troubleOf(error) } });
      setTimeout(() => tell({ type: 'toast_gone', key }), TOLD_MS);
    }
  }

  /** The agent writes; once in a while the client is told. */
  async typing() {
    const dialog = state.value.dialog;
    const now = performance.now();

    if (dialog === null || dialog.note || this.#typed > now) {
      return;
    }
    this.#typed = now + TYPING_EVERY_MS;
    try {
      await this.#api.typing(dialog.id);

    } catch (error) {
      sessionEnded(error);
    }
  }

  #took(id, answer, first) {
    tell({ type: 'messages_took', id, answer, first });
    this.#heard(id, answer.typing ?? []);
    this.#seen();

    /* an event has changed the chat; the list may not hold it */
    const changed = !first && answer.messages.some(isEvent)
      && !isListed(id);

    if (changed || state.value.chats[id] === undefined) {
      this.#chat(id);
    }
  }

  /**
   * @param {number} id
   * @param {any[]} typing
   */
  #heard(id, typing) {
    if (typing.length > 0) {
      clearTimeout(this.#silence);
      tell({ type: 'typing_came', id, typing });
      this.#silence = setTimeout(
        () => tell({ type: 'typing_came', id, typing: [] }),
        TYPING_LASTS_MS);
    }
  }

  async #chat(id) {
    if (this.#asking === id) {
      return;
    }
    this.#asking = id;
    try {
      tell({ type: 'dialog_chat_came', chat: await this.#api.chat(id) });
      this.#seen();

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
    const { dialog } = state.value;
    const upTo = dialog?.messages.findLast((m) => m.from === 'client')?.id;

    if (!dialog || !upTo || dialog.line === undefined
      || dialog.read === upTo || !document.hasFocus()) {
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


/** Does the list beside it bring the chat's changes? */
function isListed(id) {
  const { journal, inbox, route } = state.value;

  return (['incoming', 'mine'].includes(route.section ?? '') ? inbox : journal)
    .order.includes(id);
}


/** @param {{kind: string}} message */
function isEvent(message) {
  return message.kind === 'event';
}


function failed(id, error) {
  if (!sessionEnded(error)) {
    tell({
      type: 'messages_failed', id,
      trouble: troubleOf(error),
      passing: error.passing !== false,
    });
  }
}


function actionFailed(id, error) {
  if (!sessionEnded(error)) {
    tell({
      type: 'action_failed', id,
      trouble: troubleOf(error),
      chat: error.problem?.chat,
    });
  }
}
