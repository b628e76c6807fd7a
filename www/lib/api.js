/*
 * The agents' API, one function per endpoint.
 *
 * The page signs in with a cookie that scripts cannot read, so every call
 * that changes something carries `X-Inbox: 1`, which no foreign page can add.
 */

import { call, download, upload, withQuery } from './call.js';


/** @typedef {{since?: number | null, before?: string | null,
 *             wait?: number, limit?: number}} Range */


export class Api {
  #base;

  /** @param {string | URL} page the address of /inbox/ */
  constructor(page) {
    this.#base = new URL('api/v1/', page);
  }

  signIn(token) {
    return this.#change('POST', 'session', { token });
  }

  signOut() {
    return this.#change('DELETE', 'session');
  }

  me() {
    return this.#get('me');
  }

  /**
   * @param {Range & Record<string, any>} query
   * @param {AbortSignal} [signal]
   */
  inbox(query, signal) {
    return this.#get('inbox', query, signal);
  }

  /**
   * @param {Range & Record<string, any>} query
   * @param {AbortSignal} [signal]
   */
  journal({ from, to, ...query }, signal) {
    return this.#get(query.list ? 'inbox' : 'journal',
      { ...query, from: timeOf(from, 0), to: timeOf(to, 1) }, signal);
  }

  /** @param {number} chat */
  chat(chat) {
    return this.#get(`chats/${chat}`);
  }

  /**
   * @param {number} chat
   * @param {Range} query
   * @param {AbortSignal} [signal]
   */
  messages(chat, query, signal) {
    return this.#get(`chats/${chat}/messages`, query, signal);
  }

  /**
   * @param {number} chat
   * @param {{text: string, note: boolean, reply_to: string | null,
   *          attachments: string[]}} message
   * @param {string} key the same key makes a repetition harmless
   */
  send(chat, message, key) {
    return this.#change('POST', `chats/${chat}/messages`, message, key);
  }

  /**
   * @param {File} file
   * @param {string} key
   * @param {{signal: AbortSignal, onPart: (part: number) => void}} about
   */
  sendFile(file, key, about) {
    const url = withQuery(new URL('files', this.#base), { name: file.name });

    return upload(url, file, { ...about, headers: { 'X-Inbox': '1',
      'Idempotency-Key': key,
      'Content-Type': file.type || 'application/octet-stream' } });
  }

  stats() {
    return this.#get('stats');
  }

  /**
   * @param {number} chat
   * @param {string} verb take, join, leave, close, reopen, transfer
   * @param {{agent: string} | {group: string}} [to]
   */
  move(chat, verb, to) {
    return this.#change('POST', `chats/${chat}/${verb}`, to);
  }

  /**
   * A file of a message, as one that was just chosen.
   *
   * @param {import('../types.js').Attachment} attachment
   */
  async file({ url, name, mime }) {
    const bytes = await download(new URL(url ?? '', this.#base));

    return new window.File([bytes], name || 'file', { type: mime ?? '' });
  }

  /**
   * @param {number} chat
   * @param {string[]} tags
   */
  tag(chat, tags) {
    return this.#change('PATCH', `chats/${chat}`, { tags });
  }

  /** @param {number} chat */
  typing(chat) {
    return this.#change('POST', `chats/${chat}/typing`);
  }

  /**
   * @param {number} chat
   * @param {string} upTo message id
   */
  read(chat, upTo) {
    return this.#change('POST', `chats/${chat}/read`, { up_to: upTo });
  }

  /** @param {string} noun agents, groups, channels, canned */
  records(noun) {
    return this.#get(noun);
  }

  putRecord(noun, id, record) {
    return this.#change('PUT', `${noun}/${encodeURIComponent(id)}`, record);
  }

  /**
   * @param {string} noun
   * @param {string} id
   * @param {boolean} force also when chats or channels use it
   */
  deleteRecord(noun, id, force) {
    return this.#change('DELETE',
      `${noun}/${encodeURIComponent(id)}${force ? '?force=1' : ''}`);
  }

  health(channel) {
    return this.#get(`channels/${channel}/health`);
  }

  events(channel) {
    return this.#get(`channels/${channel}/events`, { limit: 20 });
  }

  /** Tells the platform where we are. */
  connect(channel) {
    return this.#change('POST', `channels/${channel}/connect`);
  }

  replay(channel, event) {
    return this.#change('POST', `channels/${channel}/events/${event}/replay`);
  }

  presence(away) {
    return this.#change('PUT', 'me/presence', { away });
  }

  space() {
    return this.#get('space');
  }

  putSpace(space) {
    return this.#change('PUT', 'space', space);
  }

  tokens(agent) {
    return this.#get(`agents/${agent}/tokens`);
  }

  makeToken(agent, token) {
    return this.#change('POST', `agents/${agent}/tokens`, token);
  }

  revokeToken(agent, token) {
    return this.#change('DELETE', `agents/${agent}/tokens/${token}`);
  }

  /**
   * @param {string} path
   * @param {Record<string, any>} [query]
   * @param {AbortSignal} [signal]
   */
  #get(path, query = {}, signal) {
    const url = withQuery(new URL(path, this.#base), query);

    return call(url, { signal, wait: query.wait ?? 0 });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {string} [key]
   */
  #change(method, path, body, key) {
    /** @type {Record<string, string>} */
    const headers = { 'X-Inbox': '1' };

    if (key !== undefined) {
      headers['Idempotency-Key'] = key;
    }
    return call(new URL(path, this.#base), { method, body, headers });
  }
}


/**
 * When a day of the reader's calendar begins, or that many days later ends:
 * the server's days are those of UTC.
 */
function timeOf(day, later) {
  if (!day) {
    return null;
  }
  const time = new Date(`${day}T00:00`);

  time.setDate(time.getDate() + later);
  time.setMilliseconds(-later);
  return time.toISOString();
}
