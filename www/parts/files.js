/*
 * Files: those of a message, and those on their way with the next one.
 *
 * Only what lies at our own address is drawn or played; all else is a link,
 * and only with an allowed scheme.
 */

import { html } from '../lib/html.js';
import { isOwn, safeHref } from '../lib/links.js';
import { fileSize } from '../lib/time.js';
import { hide, Icon, troubleText } from './marks.js';

const PICTURES = ['image', 'sticker'];
/** @type {Record<string, string>} */
const PLAYERS = { audio: 'audio', voice: 'audio', video: 'video' };


export function Attachments({ attachments, view, onPicture }) {
  return attachments.length === 0 ? null
    : html`<ul class=${`files ${albumOf(attachments)}`}>
      ${attachments.map((file) => html`<li key=${file.id}>
        <${File} file=${file} view=${view} onPicture=${onPicture} /></li>`)}
    </ul>`;
}


/* several pictures are tiles: two or four in pairs, others three in a row */

function albumOf(attachments) {
  const count = attachments.filter(isPicture).length;

  return count < 2 ? ''
    : `files--album files--${count === 2 || count === 4 ? 'two' : 'three'}`;
}


/**
 * May it be drawn as a picture?
 *
 * @param {import('../types.js').Attachment} file
 */
export function isPicture({ type, url }) {
  return PICTURES.includes(type) && isShown(url);
}


function File({ file, view, onPicture }) {
  const name = file.name || view.t(`file.${file.type}`);

  if (isPicture(file)) {
    return html`<button type="button" title=${name}
      class=${`files__open files__open--${file.type}`}
      onClick=${() => onPicture?.(file.id)}>
      <img class="files__picture" src=${file.url} alt=${name}
        loading="lazy" /></button>`;
  }
  return Object.hasOwn(PLAYERS, file.type) && isShown(file.url)
    ? html`<figure>
      <${PLAYERS[file.type]} class="files__player" controls
        preload="metadata" src=${file.url} aria-label=${name} />
      <figcaption><${Row} file=${file} name=${name} view=${view} />
      </figcaption></figure>`
    : html`<${Row} file=${file} name=${name} view=${view} />`;
}


function Row({ file, name, view }) {
  const href = safeHref(file.url);
  const words = html`<${Icon} name=${isOwn(href) ? 'download' : 'file'} />
    <span class="files__name" dir="auto">${name}</span>
    ${file.size > 0 && html`<span class="muted">
      ${fileSize(file.size, view.locale)}</span>`}`;

  return href === null ? html`<span class="files__row">${words}</span>`
    : html`<a class="files__row" href=${href} target="_blank"
      rel="noopener noreferrer nofollow" download=${isOwn(href) ? name : null}
      >${words}</a>`;
}


/* our own address, or what the browser itself holds of a file just chosen */
function isShown(url) {
  return isOwn(url) || /^blob:/.test(url ?? '');
}


/* What goes with the message that is being written. */

/* trying again is of no use */
const NEVER = ['file_empty', 'file_kind', 'too_large'];


export function Uploads({ uploads, view, onAgain, onDrop }) {
  const { t } = view;
  /* the keyboard goes on to the next file, or to the text */
  const drop = ({ currentTarget: { form, parentNode } }, key) => {
    const next = parentNode.nextElementSibling?.lastElementChild
      ?? form.querySelector('textarea');

    onDrop(key);
    next.focus();
  };

  return html`<ul class="uploads" aria-label=${t('composer.files')}>
    ${uploads.map((one) => html`<li key=${one.key}
      class=${`uploads__one ${one.trouble ? 'uploads__one--failed' : ''}`}>
      ${one.preview
        ? html`<img class="uploads__preview" src=${one.preview} alt=""
          onError=${hide} />`
        : html`<${Icon} name="file" />`}
      <span class="uploads__about">
        <span class="files__name" dir="auto">${one.name}</span>
        <${Progress} upload=${one} view=${view} />
      </span>
      ${one.trouble && !NEVER.includes(one.trouble.code) && html`<button
        class="button" type="button"
        onClick=${() => onAgain(one.key)}>${t('sending.again')}</button>`}
      <button class="button button--icon" type="button"
        aria-label=${`${t('composer.detach')}: ${one.name}`}
        onClick=${(event) => drop(event, one.key)}><${Icon}
          name="cross" /></button>
    </li>`)}
  </ul>`;
}


function Progress({ upload, view }) {
  if (upload.trouble) {
    return html`<span class="problem" role="alert">
      ${troubleText(upload.trouble, view)}</span>`;
  }
  return upload.file
    ? html`<span class="muted">${fileSize(upload.size, view.locale)}</span>`
    : html`<progress max="1" value=${upload.part}
      aria-label=${view.t('composer.uploading')} />`;
}
