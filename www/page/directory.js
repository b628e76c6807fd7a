/*
 * Who and what there is in the space, for the filters, for handing a chat on
 * and for canned replies; and what the settings change of it.
 */

import { owns } from '../lib/route.js';
import { sorted } from '../state/directory.js';
import { sessionEnded, state, tell, troubleOf } from './session.js';

const NOUNS = ['agents', 'groups', 'channels', 'canned'];


export class DirectoryKeeper {
  #api;

  /** @param {import('../lib/api.js').Api} api */
  constructor(api) {
    this.#api = api;
  }

  /** Asks for all of it; what does not come stays as it was. */
  async load() {
    await Promise.all(NOUNS.map((noun) => this.#loadOne(noun)));
    if (state.value.me && owns(state.value.me)) {
      this.#try(async () => {
        tell({ type: 'directory_came',
          lists: { space: await this.#api.space() } });
      });
    }
  }

  #loadOne(noun) {
    return this.#try(async () => {
      const answer = await this.#api.records(noun);

      tell({ type: 'directory_came', lists: { [noun]: sorted(answer[noun]) } });
    });
  }

  /**
   * @param {string} noun agents, groups, channels, canned
   * @param {string} id
   * @param {any} record
   * @returns {Promise<boolean>}
   */
  save(noun, id, record) {
    return this.#change(async () => {
      const saved = await this.#api.putRecord(noun, id, record);

      tell({ type: 'record_saved', noun, record: saved });
      tell({ type: 'save_ended', saved: id,
        fresh: saved.generated ?? null });
      /* a group's members are told of in the agents, and the reverse */
      if (noun === 'groups') {
        this.#loadOne('agents');
      }
    });
  }

  /**
   * @param {string} noun
   * @param {string} id
   * @param {boolean} [force]
   */
  remove(noun, id, force = false) {
    return this.#change(async () => {
      await this.#api.deleteRecord(noun, id, force);
      tell({ type: 'record_deleted', noun, id });
      tell({ type: 'save_ended', saved: null });
      if (noun !== 'canned') {
        this.load();
      }
    });
  }

  saveSpace(space) {
    return this.#change(async () => {
      const saved = await this.#api.putSpace(space);

      tell({ type: 'directory_came', lists: { space: saved } });
      tell({ type: 'save_ended', saved: 'space' });
    });
  }

  tokens(agent) {
    return this.#try(async () => {
      const { tokens } = await this.#api.tokens(agent);

      tell({ type: 'tokens_came', agent, tokens });
    });
  }

  /** How a channel does, and what came last. */
  async health(channel) {
    await this.#try(async () => {
      tell({ type: 'line_came', channel,
        health: await this.#api.health(channel) });
    });
    await this.#try(async () => {
      const { events } = await this.#api.events(channel);

      tell({ type: 'line_came', channel, events });
    });
  }

  async connectLine(channel) {
    tell({ type: 'line_came', channel, busy: true, trouble: null });
    await this.#onLine(channel, () => this.#api.connect(channel));
    tell({ type: 'line_came', channel, busy: false });
    await this.health(channel);
  }

  replay(channel, event) {
    return this.#onLine(channel, async () => {
      const { outcome } = await this.#api.replay(channel, event);
      const { events } = state.value.settings.lines[channel];

      tell({ type: 'line_came', channel, trouble: null,
        events: events.map((/** @type {any} */ one) => (one.id === event
          ? { ...one, again: outcome } : one)) });
    });
  }

  /** @param {() => Promise<any>} act */
  async #onLine(channel, act) {
    try {
      await act();

    } catch (error) {
      if (!sessionEnded(error)) {
        tell({ type: 'line_came', channel, trouble: troubleOf(error) });
      }
    }
  }

  /**
   * @param {string} agent
   * @param {{name: string, expires_at: string | null}} about
   */
  makeToken(agent, about) {
    return this.#change(async () => {
      const fresh = await this.#api.makeToken(agent, about);

      tell({ type: 'save_ended', saved: null, fresh });
      await this.tokens(agent);
    });
  }

  revokeToken(agent, token) {
    return this.#change(async () => {
      await this.#api.revokeToken(agent, token);
      tell({ type: 'save_ended', saved: null });
      await this.tokens(agent);
    });
  }

  /** @param {() => Promise<void>} act */
  async #change(act) {
    tell({ type: 'save_began' });
    try {
      await act();
      return true;

    } catch (error) {
      if (!sessionEnded(error)) {
        tell({ type: 'save_failed', trouble: troubleOf(error),
          errors: /** @type {any} */ (error).problem?.errors });
      }
      return false;
    }
  }

  /** @param {() => Promise<void>} ask */
  async #try(ask) {
    try {
      await ask();

    } catch (error) {
      sessionEnded(error);
    }
  }
}
