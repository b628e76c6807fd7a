/*
 * Draws the conversation; plain DOM.  A message that has not changed keeps
 * its node, so that selection and reading aloud are not disturbed.
 */

import { Scroll } from '../lib/scroll.js';
import { make, messageNode, queuedNode, textOf } from './bubble.js';
import { queueShown } from './state.js';


export class Draw {
  #wishes;
  #t = (key) => key;
  #locale = 'en';
  #scroll = new Scroll();
  /** @type {Map<string, {from: any, node: HTMLElement}>} */
  #nodes = new Map();
  #sent = '';

  /** @param {any} wishes send, again, older, close */
  constructor(wishes) {
    this.#wishes = wishes;
    this.#scroll.connect(part('scroll'));
    part('older').onclick = wishes.older;
    part('close').onclick = wishes.close;
    part('composer').onsubmit = (event) => this.#submit(event);
    document.onkeydown = (event) => this.#key(event);
  }

  dress(t, locale, color) {
    this.#t = t;
    this.#locale = locale;
    document.documentElement.lang = locale;
    document.title = t('title');
    part('older').textContent = t('older');
    part('log').ariaLabel = t('messages');
    part('scroll').ariaLabel = t('messages');
    part('close').ariaLabel = t('close');
    part('send').ariaLabel = t('send');
    part('text').ariaLabel = part('text').placeholder = t('write');
    if (/^#[0-9a-f]{6}$/i.test(color)) {
      paint(color);
    }
  }

  show(state) {
    const { look, messages, next } = state;
    const t = this.#t;
    const queue = queueShown(state);
    const greeting = next === null && look?.greeting;
    const sent = queue.at(-1)?.key ?? '';

    this.#head(state);
    this.#list([
      greeting && ['greeting', greeting, () => make('li', 'message',
        make('div', 'body', ...textOf(greeting)))],
      ...messages.map((m) => [m.id, m,
        () => messageNode(m, t, this.#locale)]),
      ...queue.map((one) => [one.key, one,
        () => queuedNode(one, t, this.#wishes)]),
    ].filter(Boolean));
    this.#scroll.settle(messages[0]?.id ?? null);
    if (sent !== this.#sent) {
      this.#sent = sent;
      this.#scroll.toEnd();
    }
  }

  #head({ look, next, away, closed }) {
    const t = this.#t;

    part('title').textContent = look?.title ?? '';
    part('state').textContent = look && t(look.online ? 'online' : 'offline');
    part('away').textContent = closed ? t('closed') : away ? t('away') : '';
    part('older').hidden = next === null;
    part('composer').hidden = closed;
  }

  focus() {
    part('text').focus();
  }

  #submit(event) {
    const box = part('text');
    const text = box.value.trim();

    event.preventDefault();
    if (text !== '') {
      box.value = '';
      this.#wishes.send(text);
    }
    box.focus();
  }

  #key(event) {
    if (event.key === 'Escape') {
      this.#wishes.close();
    }
    if (event.key === 'Enter' && event.target === part('text')
        && !event.shiftKey && !event.isComposing) {
      this.#submit(event);
    }
  }

  /* makes the list equal to what is wanted, touching only what differs */
  #list(wanted) {
    const list = part('list');
    const nodes = new Map(wanted.map(([key, from, draw]) => {
      const held = this.#nodes.get(key);

      return [key, held?.from === from ? held : { from, node: draw() }];
    }));

    this.#nodes.forEach((held, key) => {
      if (nodes.get(key) !== held) {
        held.node.remove();
      }
    });
    [...nodes.values()].forEach(({ node }, i) => {
      if (list.children[i] !== node) {
        list.insertBefore(node, list.children[i] ?? null);
      }
    });
    this.#nodes = nodes;
  }
}


/**
 * @param {string} name class of a part of frame.html
 * @returns {any}
 */
function part(name) {
  return document.querySelector(`.${name}`);
}


/* the site's own colour, and the one that can be read on it */
function paint(color) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));
  const light = r * 0.3 + g * 0.59 + b * 0.11 > 150;
  const { style } = document.documentElement;

  style.setProperty('--accent', color);
  style.setProperty('--on-accent', light ? '#111' : '#fff');
}
