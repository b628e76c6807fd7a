/*
 * What the fake server knows: chats and messages in memory, one clock `rev`,
 * and people who wait for it to move.  It follows the API's contract for the
 * calls the pages make, and no further.
 */

export class FakeStore {
  rev = 1_000_000;
  plan = 'commercial';
  chats = new Map();
  messages = new Map();
  visitors = new Map();
  remembered = new Map();
  #waiting = new Set();

  tick() {
    this.rev += 1;
    queueMicrotask(() => this.#waiting.forEach((wake) => wake()));
    return this.rev;
  }

  /** Resolves when something has changed, or after `ms`. */
  changed(ms, signal) {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);

      this.#waiting.add(end);
      signal.addEventListener('abort', end);
    });
  }

  /** A client's chat, as a messenger or the widget would make it. */
  open({ name = null, kind = 'site', channel = kind, ...more }) {
    const id = this.chats.size + 1;
    const now = new Date().toISOString();
    const words = (name ?? '').split(' ').map((word) => word[0] ?? '');
    const guest = `Гість №${id}`;
    const title = kind === 'site' && name ? `№${id} · ${name}` : name ?? guest;

    this.messages.set(id, []);
    this.chats.set(id, {
      id, rev: this.tick(), title, named: name !== null,
      channel: { id: channel, kind, title: TITLES[kind] ?? channel },
      contact: { id: String(id), name, username: null, phone: null,
        email: null, external_id: `x${id}`,
        avatar: { initials: name ? words.join('').slice(0, 2) : null,
          color: name ? id % 8 : null, url: null } },
      status: 'unassigned', group: 'support', responsible: null,
      participants: [], unread: 0, last_message: null, waiting_since: null,
      created_at: now, updated_at: now, closed_at: null, action: 'reply',
      tags: [], ...more,
    });
    this.event(id, 'created', null);
    return id;
  }

  write(id, message) {
    const rev = this.tick();
    const at = message.at ?? new Date().toISOString();
    const list = this.messages.get(id);
    const stored = {
      id: `${rev}-${list.length}`, chat: id, rev, from: 'client',
      author: null, kind: 'text', event: null, text: '', attachments: [],
      reply_to: null, at, sent_at: null, edited_at: null, deleted: false,
      reactions: [], delivery: null, error: null, ...message,
    };

    list.push(stored);
    if (stored.kind === 'text') {
      this.#moved(this.chats.get(id), stored);
    }
    return stored;
  }

  #moved(chat, { id, from, text, attachments, at }) {
    const client = from === 'client';

    this.change(chat.id, {
      last_message: { id, from, text, attachments: attachments.length, at },
      updated_at: at,
      unread: client ? chat.unread + 1 : 0,
      waiting_since: client ? chat.waiting_since ?? at : null,
    });
  }

  event(id, event, author) {
    return this.write(id, { from: 'system', kind: 'event', event,
      text: author?.name ?? '' });
  }

  change(id, members) {
    return Object.assign(this.chats.get(id), members, { rev: this.tick() });
  }

  changeMessage(message, members) {
    return Object.assign(message, members, { rev: this.tick() });
  }

  counts() {
    const count = { unassigned: 0, active: 0, inactive: 0 };

    this.chats.forEach((chat) => {
      count[chat.status] += 1;
    });
    return count;
  }

  badge() {
    const all = [...this.chats.values()];
    const incoming = all.filter((c) => c.status === 'unassigned').length;
    const mine = all.filter((c) => c.status === 'active'
      && c.action === 'open' && c.unread > 0).length;
    const total = incoming + mine;

    return { incoming, mine, total,
      label: total > 9 ? '!' : total ? String(total) : '' };
  }
}


const TITLES = { site: 'Сайт', telegram: 'Shop bot', viber: 'Viber крамниці',
  facebook: 'Сторінка крамниці', instagram: '@lystok' };
