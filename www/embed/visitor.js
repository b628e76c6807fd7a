/*
 * The visitor: his token, and the calls he makes, one per endpoint.
 *
 * A session begins with the first message, or when the site says who the user
 * is; who only looks leaves nothing behind.  A token that is no longer taken
 * is renewed once, and the call repeated.
 */

import { call, withQuery } from '../lib/call.js';

/* an old token is renewed long before it can expire */
const RENEW_MS = 24 * 3_600_000;


export class Visitor {
  #channel;
  #shelf;
  /** @type {{token?: string, at: number}} */
  #session = { at: 0 };
  /** @type {Promise<void> | null} */
  #beginning = null;
  #introduction = {};

  constructor(channel) {
    this.#channel = channel;
  }

  introduce(page, { name, email, phone, userId, userHash }) {
    this.#introduction = {
      page, name, email, phone, user_id: userId, user_hash: userHash,
    };
  }

  connect(shelf) {
    this.#shelf = shelf;
    this.#session = shelf.get('session') ?? this.#session;
  }

  /* may there be a conversation already? */
  get known() {
    return this.#session.token || this.#introduction.user_hash;
  }

  look() {
    return call(at(`../${this.#channel}`));
  }

  messages(query, signal) {
    return this.#call(withQuery(at('messages'), query),
      { signal, wait: query.wait ?? 0 });
  }

  /* the same key makes a repetition harmless */
  send(text, key) {
    return this.#call(at('messages'), {
      method: 'POST', body: { text }, headers: { 'Idempotency-Key': key },
    });
  }

  read(upTo) {
    return this.#call(at('read'), { method: 'POST', body: { up_to: upTo } });
  }

  async #call(url, options) {
    if (Date.now() - this.#session.at > RENEW_MS) {
      await this.#begin();
    }
    try {
      return await this.#authorized(url, options);

    } catch (error) {
      if (error.status !== 401) {
        throw error;
      }
      await this.#begin();
      return this.#authorized(url, options);
    }
  }

  #authorized(url, options) {
    const headers = { ...options.headers,
      Authorization: `Bearer ${this.#session.token}` };

    return call(url, { ...options, headers });
  }

  /* two calls that need a session wait for the same one */
  #begin() {
    this.#beginning ??= this.#renew().finally(() => {
      this.#beginning = null;
    });
    return this.#beginning;
  }

  async #renew() {
    const { token } = this.#session;
    const body = this.#introduction;

    try {
      await this.#open({ ...body, token });

    } catch (error) {
      if (error.passing || !token) {
        throw error;
      }
      /* the chat is gone for good: a new one may begin */
      await this.#open(body);
    }
  }

  async #open(body) {
    const { token } = await call(at('session'), { method: 'POST', body });

    this.#session = { token, at: Date.now() };
    this.#shelf.put('session', this.#session);
  }
}


function at(path) {
  return new URL(path, location.href);
}
