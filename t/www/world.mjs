/* Who takes part in the stories of real.mjs, and what they can do. */

import assert from 'node:assert/strict';
import { opened, picture } from './conversation.mjs';

const DESK = { width: 1440, height: 900 };


export class World {
  faults = [];
  #pages = [];
  #visitors = new Map();

  /** Two agents in the group that serves the site. */
  static async made(where) {
    const world = Object.assign(new World(), where);

    await world.api('PUT', 'space',
      { name: 'Листок', locale: 'uk', plan: 'commercial' });
    world.petro = await world.agent('petro', 'Петро Гулак');
    world.olha = await world.agent('olha', 'Ольга');
    await world.api('PUT', 'groups/support', { name: 'Підтримка',
      agents: ['root', 'petro', 'olha'] });
    return world;
  }

  /** Makes an agent; gives a token of his. */
  async agent(id, name) {
    await this.api('PUT', `agents/${id}`, { name });
    return (await this.api('POST', `agents/${id}/tokens`,
      { name: 'story' })).token;
  }

  api(method, path, body) {
    return this.as(this.token, method, path, body);
  }

  as(token, method, path, body) {
    return this.#call(`api/v1/${path}`, token, method, body);
  }

  /** What somebody of that name writes on the site; gives the chat. */
  async visitorAsks(text, name) {
    let token = this.#visitors.get(name);

    if (token === undefined) {
      ({ token } = await this.#call('widget/site/session', null, 'POST',
        { name }));
      this.#visitors.set(name, token);
    }
    const { chat } = await this.#call('widget/site/messages', token, 'POST',
      { text });

    return chat;
  }

  /** What he is shown. */
  visitorReads(name) {
    return this.#call('widget/site/messages', this.#visitors.get(name), 'GET');
  }

  /** Closes what waits, so that what comes now is the first to wait. */
  async answerAll() {
    const { chats } = await this.api('GET', 'journal?sort=waiting&limit=200');

    for (const chat of chats.filter((one) => one.waiting_since !== null)) {
      await this.api('POST', `chats/${chat.id}/close`);
    }
  }

  async #call(path, token, method, body) {
    const answer = await fetch(this.base + path, { method,
      headers: token ? { Authorization: `Bearer ${token}` } : {},
      body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();

    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  /** A page of the person whose token it is. */
  async enter(token, place = '', viewport = DESK) {
    const page = await opened(this, viewport);

    this.#pages.push(page);
    await page.goto(`${this.base}#token=${token}`);
    await page.locator('.menu').waitFor();
    if (place !== '') {
      await this.go(page, place);
    }
    return page;
  }

  go(page, place) {
    return page.goto(`${this.base}#${place}`);
  }

  /** A refusal that the story is about: the browser says it aloud. */
  forgive(pattern) {
    this.faults = this.faults.filter((one) => !pattern.test(one));
  }

  async pictureAll(name) {
    for (const [n, page] of this.#pages.entries()) {
      if (!page.isClosed()) {
        await picture(page, `${name}-${n}`);
      }
    }
  }

  async leave() {
    await Promise.all(this.#pages.splice(0)
      .map((page) => page.context().close()));
  }
}
