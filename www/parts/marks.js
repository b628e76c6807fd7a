/* The small things that every part draws: pictures, and words of trouble. */

import { html } from '../lib/html.js';

/* The small pictures: who, from where, in which state, and for what. */

/*
 * Who wrote, and from where: his picture, or initials on a colour (grey when
 * there is no name), with a small mark of the source.
 */

/* as many as tokens.css has */
const COLORS = 8;


export function Avatar({ chat, view }) {
  const { initials, color, url } = chat.contact.avatar;
  const tint = color === null ? 'none' : color % COLORS;

  return html`<span class=${`avatar avatar--${tint}`}>
    <span aria-hidden="true">${initials || '?'}</span>
    ${url && html`<img key=${url} src=${url} alt="" loading="lazy"
      onError=${hide} />`}
    <${SourceMark} kind=${chat.channel.kind} view=${view} />
  </span>`;
}


/* a picture that does not come leaves what is there without it */
export function hide({ currentTarget }) {
  currentTarget.hidden = true;
}


/* The small mark of a source: a letter or a simple figure on its colour. */

/* drawn on a field of 16 by 16; a kind we do not know gets a dot */
/** @type {Record<string, string>} */
const FIGURES = {
  telegram: 'M3 8l10-4-2 9-3-2.5L6.5 12 6 9z',
  viber: 'M5 3l2 3-1 1.5a6 6 0 0 0 2.5 2.5l1.5-1 3 2-1 2C8 13 3 8 3 4z',
  facebook: 'M9 14V9h2l.4-2H9V5.8C9 5 9.3 4.6 10.2 4.6h1.3V2.8'
    + 'C9 2.4 7 3 7 5.5V7H5v2h2v5z',
  instagram: 'M5 3h6a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5'
    + 'a2 2 0 0 1 2-2zm3 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  whatsapp: 'M8 2.5A5.5 5.5 0 0 1 8 13.5L5 13l-2 .7.7-2'
    + 'A5.5 5.5 0 0 1 8 2.5zM6 5.5c0 3 2 5 4.5 5V9L9 8.5'
    + 'l-.8.6L7 7.8 7.5 7 7 5.5z',
  vk: 'M2.5 5h2C5 7.5 6 8.5 6.7 8.7V5h1.8v2.6'
    + 'C9.5 7.4 10.5 6.2 11 5h1.9c-.4 1.4-1.3 2.5-2.2 3.1'
    + ' 1 .5 2 1.5 2.5 2.9h-2C10.6 9.8 9.6 9.1 8.5 9v2'
    + 'C5 11 2.9 9 2.5 5z',
  site: 'M3 3h10a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H8l-3 2.5V11H3'
    + 'a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z',
  webhook: 'M6 4L2 8l4 4 1.2-1.2L4.4 8l2.8-2.8zM10 4l4 4-4 4'
    + '-1.2-1.2L11.6 8 8.8 5.2z',
};

const DOT = 'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6z';


export function SourceMark({ kind, view }) {
  const known = Object.hasOwn(FIGURES, kind);
  const name = known ? view.t(`kind.${kind}`) : kind;

  return html`<svg viewBox="0 0 16 16" role="img" aria-label=${name}
    class=${`source source--${known ? kind : 'other'}`}>
    <title>${name}</title>
    <path d=${known ? FIGURES[kind] : DOT} />
  </svg>`;
}


/* A chat's status, as a word with a colour. */

export function Status({ status, view }) {
  return html`<span class=${`status status--${status}`}>
    ${view.t(`status.${status}`)}</span>`;
}


/* The page's own small pictures: lines on a field of 24 by 24. */

/** @type {Record<string, string>} */
const PATHS = {
  journal: 'M4 5h16M4 10h16M4 15h16M4 20h10',
  inquiries: 'M4 13l2.5-8h11L20 13v6H4zM4 13h5l1.5 3h3L15 13h5',
  settings: 'M4 7h9m5 0h2M4 17h2m5 0h9M15.5 4.5a2.5 2.5 0 1 1 0 5'
    + ' 2.5 2.5 0 0 1 0-5zM8.5 14.5a2.5 2.5 0 1 1 0 5'
    + ' 2.5 2.5 0 0 1 0-5z',
  search: 'M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5'
    + ' 15.5L20 20',
  transfer: 'M4 8h14l-4-4M20 16H6l4 4',
  close: 'M5 12.5l4.5 4.5L19 7',
  leave: 'M14 4h5v16h-5M15 12H4m4-4l-4 4 4 4',
  reply: 'M10 5L4 11l6 6M4 11h10a6 6 0 0 1 6 6v2',
  emoji: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM8 14a4.5 4.5 0 0 0 8 0'
    + 'M9 9v.5M15 9v.5',
  cross: 'M6 6l12 12M18 6L6 18',
  back: 'M14 5l-7 7 7 7',
  next: 'M10 5l7 7-7 7',
  help: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM9.5 9.5a2.5 2.5 0 1 1'
    + ' 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5v.5',
  copy: 'M8 8h12v12H8zM16 8V4H4v12h4',
  send: 'M4 12L20 4l-5 16-4-6zM11 14l9-10',
  plus: 'M12 5v14M5 12h14',
  join: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-4 2.5-6 6-6s6 2 6 6'
    + 'M18 8v6M15 11h6',
  load: 'M5 20v-6M12 20V4M19 20v-9',
  clip: 'M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.5 3.5 0 0 1 5 5l-8.5 8.5'
    + 'a1.5 1.5 0 0 1-2.3-2.3L15 7.5',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  download: 'M12 4v11m-5-5l5 5 5-5M5 20h14',
  filter: 'M4 6h16M7 12h10M10 18h4',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
};


export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d=${PATHS[name]} /></svg>`;
}


/* Words for what went wrong: ours where we know the code, else the server's. */

export function troubleText(trouble, { t }) {
  const key = `trouble.${trouble.code}`;
  const ours = t(key);

  return ours === key ? trouble.detail ?? t('trouble.unexpected') : ours;
}


/* Tells that something is away; goes by itself when it is back. */

export function Banner({ trouble, view }) {
  return html`<div role="status" aria-live="polite">
    ${trouble && html`<p class="banner">${troubleText(trouble, view)}</p>`}
  </div>`;
}
