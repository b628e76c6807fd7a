/* Makes the nodes of messages.  What people wrote enters as text only. */

import { isOwn, pieces, safeHref } from '../lib/links.js';


/**
 * What is empty inside is left out.
 *
 * @returns {any}
 */
export function make(tag, name, ...inside) {
  const node = document.createElement(tag);

  node.className = name;
  node.append(...inside.filter(Boolean));
  return node;
}


export function messageNode(m, t, locale) {
  const inside = m.deleted ? [t('deleted')]
    : [...textOf(m.text ?? ''), ...m.attachments.map((f) => fileOf(f, t))];

  return make('li', `message message--${m.from}`,
    m.from === 'agent' && make('p', 'foot', m.author?.name),
    make('div', 'body', ...inside),
    make('p', 'foot', when(m.at, locale),
      m.from === 'client' && ` ✓ ${t('sent')}`));
}


export function queuedNode({ key, text, state, code }, t, wishes) {
  const again = make('button', 'again', t('again'));

  again.addEventListener('click', () => wishes.again(key));
  return make('li', `message message--client message--${state}`,
    make('div', 'body', ...textOf(text)),
    make('p', 'foot', t(code === 'text_too_long' ? code : state),
      state === 'failed' && again));
}


export function textOf(text) {
  return pieces(text).map((piece) => (piece.href === null ? piece.text
    : aim(make('a', '', piece.text), piece.href)));
}


function fileOf({ url, name, type }, t) {
  const href = safeHref(url);
  const words = name || t('file');

  if (href === null || type !== 'image' || !isOwn(href)) {
    return href === null ? words : aim(make('a', 'file', words), href);
  }
  const image = make('img', 'picture');

  image.src = href;
  image.alt = words;
  return aim(make('a', 'file', image), href);
}


function aim(link, href) {
  link.href = href;
  link.target = '_blank';
  link.rel = 'noopener noreferrer nofollow';
  return link;
}


function when(at, locale) {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();

  return date.toLocaleString(locale, { hour: '2-digit', minute: '2-digit',
    ...(today ? {} : { day: 'numeric', month: 'short' }) });
}
