/*
 * Draws the conversation; plain DOM.  What people wrote enters as text only,
 * and a message that has not changed keeps its node, so that selection and
 * reading aloud are not disturbed.
 */

import { queueShown } from './state.js';

const NEAR_END_PX = 80;
/* without the sentence's own punctuation */
const ADDRESS = new RegExp('(\\b(?:https?://|mailto:|tel:)[^\\s<>"\'`]*'
  + '[^\\s<>"\'`.,;:!?)\\]}»”’…])', 'i');
const MEDIA = { image: 'img', audio: 'audio', voice: 'audio', video: 'video' };

let words = {};
let locale = 'en';
let nodes = new Map();
let newest = '';
let oldest = '';
let near = true;
let top = 0;
let height = 0;


const t = (key) => words[key] ?? key;


/**
 * @param {string} name class of a part of frame.html
 * @returns {any}
 */
export const part = (name) => document.querySelector(`.${name}`);


export function dress(given, ours, { color, ask = [] }, lacks) {
  words = given;
  locale = ours;
  document.documentElement.lang = ours;
  document.title = t('title');
  part('older').textContent = t('older');
  for (const name of ['attach', 'close', 'mute', 'send', 'text']) {
    part(name).ariaLabel = part(name).title = t(name);
  }
  part('log').ariaLabel = part('scroll').ariaLabel = t('messages');
  part('text').placeholder = t('text');
  part('asks').replaceChildren(...ask.filter(lacks).map(question));
  if (/^#[0-9a-f]{6}$/i.test(color)) {
    paint(color);
  }
}


/* what the page around us has told need not be asked */
export function unask(lacks) {
  for (const { name, parentNode } of part('composer').querySelectorAll(
    'label input')) {
    lacks(name) || parentNode.remove();
  }
}


function question(name) {
  const input = document.createElement('input');

  Object.assign(input, { name, required: true, maxLength: 200,
    type: { email: 'email', phone: 'tel' }[name] ?? 'text',
    autocomplete: { phone: 'tel' }[name] ?? name });
  return make('label', '', t(name), input);
}


/* the site's own colour, and the one that can be read on it (WCAG) */
function paint(color) {
  const light = [0.2126, 0.7152, 0.0722].reduce((sum, share, i) => sum + share
    * (parseInt(color.slice(i * 2 + 1, i * 2 + 3), 16) / 255) ** 2.2, 0);
  const { style } = document.documentElement;

  style.setProperty('--accent', color);
  style.setProperty('--on-accent', light > 0.18 ? '#000' : '#fff');
}


export function connect() {
  const box = part('scroll');

  box.onscroll = () => {
    /* a picture may have come below him before this event did */
    near = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX
      || near && box.scrollTop >= top;
    top = box.scrollTop;
    height = box.scrollHeight;
  };
  new ResizeObserver(stick).observe(box);
  new ResizeObserver(stick).observe(box.firstElementChild);
}


/* he who was near the end stays there: also when pictures load */
function stick() {
  const box = part('scroll');

  if (near) {
    box.scrollTop = box.scrollHeight;
    top = box.scrollTop;
  }
}


export function show(state, wishes) {
  const { messages, typing } = state;
  const queue = queueShown(state);
  const greeting = greetingOf(state);

  head(state);
  list([
    greeting && [0, greeting, () => make('li', 'message',
      make('div', 'body', ...linked(greeting)))],
    ...messages.map((m) => [m.id, m, () => said(m, messages)]),
    ...queue.map((one) => [one.key, one, () => queued(one, wishes)]),
  ].filter(Boolean));
  part('typing').textContent = typing && `${typing} ${t('typing')}`;
  settle(messages[0]?.id ?? '', queue.at(-1)?.key ?? '');
}


function greetingOf({ look, next, begun }) {
  return look && next === null
    && (!look.online && !begun && look.away || look.greeting);
}


/* what he reads stays where it is, unless he has sent something */
function settle(first, last) {
  const box = part('scroll');

  if (!near && first !== oldest) {
    box.scrollTop += box.scrollHeight - height;
  }
  oldest = first;
  near ||= last !== newest;
  newest = last;
  stick();
  height = box.scrollHeight;
}


function head({ look, next, away, closed, begun }) {
  part('title').textContent = look?.title ?? '';
  part('state').textContent = look && t(look.online ? 'online' : 'offline');
  part('away').textContent = closed ? t('closed') : away ? t('away') : '';
  part('older').hidden = next === null;
  part('composer').hidden = closed;
  part('attach').hidden = !begun;
  part('asks').disabled = part('asks').hidden = begun
    || !part('asks').firstChild;
}


/* makes the list equal to what is wanted, touching only what differs */
function list(wanted) {
  const box = part('list');
  const fresh = new Map(wanted.map(([key, from, draw]) => {
    const held = nodes.get(key);

    return [key, held?.from === from ? held : { from, node: draw() }];
  }));

  nodes.forEach((held, key) => {
    if (fresh.get(key) !== held) {
      held.node.remove();
    }
  });
  [...fresh.values()].forEach(({ node }, i) => {
    if (box.children[i] !== node) {
      box.insertBefore(node, box.children[i] ?? null);
    }
  });
  nodes = fresh;
}


/**
 * What is empty inside is left out.
 *
 * @returns {any}
 */
function make(tag, name, ...inside) {
  const node = document.createElement(tag);

  node.className = name;
  node.dir = 'auto';
  node.append(...inside.filter(Boolean));
  return node;
}


function said(m, all) {
  const about = m.reply_to && all.find((one) => one.id === m.reply_to)?.text;
  const inside = m.deleted ? [t('deleted')] : [
    about && make('blockquote', '', about),
    ...linked(m.text ?? ''), ...m.attachments.map(file)];

  return make('li', `message message--${m.from}`,
    m.from === 'agent' && make('p', 'foot', m.author?.name),
    make('div', 'body', ...inside),
    make('p', 'foot', when(m.at),
      m.edited_at && !m.deleted && ` · ${t('edited')}`,
      m.from === 'client' && ` ✓ ${t('sent')}`));
}


function queued({ key, text, name, state, code }, wishes) {
  const button = (wish) => {
    const node = make('button', wish, t(wish));

    node.onclick = () => {
      wishes[wish](key);
      part('text').focus();
    };
    return node;
  };

  /* what has words of its own is refused for good */
  return make('li', `message message--client message--${state}`,
    make('div', 'body', ...linked(name ?? text)),
    make('p', 'foot', words[code] ?? t(state), ...state === 'failed'
      ? [!words[code] && button('again'), button('drop')] : []));
}


function linked(text) {
  return text.split(ADDRESS).map((piece, i) => (i % 2
    ? aim(make('a', '', piece), piece) : piece));
}


/* a file of ours; another's is a link, if it is one at all */
function file({ url, name, type }) {
  const label = name || t('file');
  const own = /^\/(?!\/)/.test(url);
  const tag = own && MEDIA[type];

  if (!own && !/^https?:/i.test(url)) {
    return make('p', '', label);
  }
  if (!tag) {
    return aim(make('a', 'file', label), url);
  }
  const media = make(tag, 'picture');

  media.src = url;
  media.controls = true;
  media.alt = media.ariaLabel = label;
  return type === 'image' ? aim(make('a', 'file', media), url) : media;
}


function aim(link, href) {
  link.href = href;
  link.target = '_blank';
  link.rel = 'noopener noreferrer nofollow';
  return link;
}


function when(at) {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();

  return date.toLocaleString(locale, { hour: '2-digit', minute: '2-digit',
    ...(today ? {} : { day: 'numeric', month: 'short' }) });
}
