/*
 * A sheet above the page.  The element is the browser's own: it keeps the
 * focus inside and closes on Escape.  It has left the page before it is told
 * to close, so the focus is given back here.
 */

import { html } from '../lib/html.js';
import { formatRoute } from '../lib/route.js';
import { fullTime } from '../lib/time.js';
import { useEffect, useRef, useState } from '../vendor/preact-hooks.js';
import { isPicture } from './files.js';
import { Avatar, Icon, Status, troubleText } from './marks.js';


export function Modal({ title, view, wide = false, onClose, children }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));

  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);

    box.current?.showModal();
    return () => before?.focus();
  }, []);

  const outside = (event) => {
    if (event.target === box.current) {
      onClose();
    }
  };
  const cancel = (event) => {
    event.preventDefault();
    onClose();
  };

  return html`<dialog ref=${box} aria-label=${title}
    class=${wide ? 'modal modal--wide' : 'modal'}
    onCancel=${cancel} onClick=${outside}>
    <div class="modal__inner">
      <header class="modal__head">
        <h2 dir="auto">${title}</h2>
        <button class="button button--icon" type="button" onClick=${onClose}
          aria-label=${view.t('app.dismiss')}><${Icon} name="cross" /></button>
      </header>
      ${children}
    </div>
  </dialog>`;
}


/* A picture of the dialog, as large as there is room; arrows go on. */

export function Picture({ messages, file, view, onClose, onShow }) {
  const { t } = view;
  const all = messages.flatMap((m) => (m.deleted ? []
    : m.attachments.filter(isPicture)));
  const at = all.findIndex((one) => one.id === file);
  const shown = all[at];
  const step = (by) => all[at + by] && onShow(all[at + by].id);

  const onKey = ({ key }) => {
    if (key === 'ArrowLeft' || key === 'ArrowRight') {
      step(key === 'ArrowLeft' ? -1 : 1);
    }
  };

  return shown ? html`<${Modal} title=${shown.name || t('file.image')} wide
    view=${view} onClose=${onClose}>
    <div class="picture" onKeyDown=${onKey}>
      <img class="picture__img" src=${shown.url} alt=${shown.name || ''} />
      <p class="picture__foot">
        <button class="button" type="button" disabled=${at === 0}
          aria-label=${t('picture.before')} title=${t('picture.before')}
          onClick=${() => step(-1)}><${Icon} name="back" /></button>
        <a class="button" href=${shown.url} download=${shown.name || true}>
          <${Icon} name="download" /> ${t('picture.download')}</a>
        <button class="button" type="button" autofocus
          disabled=${at === all.length - 1}
          aria-label=${t('picture.after')} title=${t('picture.after')}
          onClick=${() => step(1)}><${Icon} name="next" /></button>
      </p>
    </div>
  <//>` : null;
}


/* Who writes, through what, since when; and who takes care of it. */

export function Client({ chat, groups, view, onClose, onCopy, onTags }) {
  const { t, locale } = view;
  const { contact, channel, participants } = chat;
  const group = groups.find((one) => one.id === chat.group);
  const save = (event) => {
    event.preventDefault();
    onTags(event.target.elements.tags.value.split(',')
      .map((tag) => tag.trim()).filter(Boolean));
  };

  return html`<${Modal} title=${chat.title} view=${view} onClose=${onClose}>
    <dl class="client">
      <${Fact} label=${t('journal.status')}><${Status} status=${chat.status}
        view=${view} /><//>
      <${Fact} label=${t('client.number')}>№${chat.id}<//>
      <${Fact} label=${t('form.name')}>${contact.name}<//>
      <${Fact} label=${t('client.username')}>${contact.username}<//>
      <${Fact} label=${t('client.phone')}>${contact.phone
        && html`<a href=${`tel:${contact.phone}`}>${contact.phone}</a>`}<//>
      <${Fact} label=${t('client.email')}>${contact.email
        && html`<a href=${`mailto:${contact.email}`}>${contact.email}</a>`}<//>
      <${Fact} label=${t('journal.channel')}>${channel.title}<//>
      <${Fact} label=${t('form.group')}>${chat.group
        ? group?.name ?? chat.group : t('form.everybody')}<//>
      <${Fact} label=${t('journal.participants')}>
        ${participants.map((one) => `${one.name}${one.id === chat.responsible
        ? ` (${t('journal.responsible')})` : ''}`).join(', ')}<//>
      <${Fact} label=${t('client.since')}>
        ${fullTime(chat.created_at, locale)}<//>
    </dl>
    <form class="client__tags" onSubmit=${save}>
      <label class="form__field"><span>${t('client.tags')}</span>
        <input name="tags" dir="auto" maxlength="1000" autocomplete="off"
          placeholder=${t('client.tags_hint')}
          defaultValue=${chat.tags.join(', ')} /></label>
      <button class="button">${t('form.save')}</button>
    </form>
    <p><button class="button" type="button" onClick=${onCopy}>
      <${Icon} name="copy" /> ${t('client.copy')}</button></p>
  <//>`;
}


function Fact({ label, children }) {
  return children === null || children === '' ? null
    : html`<div class="client__fact"><dt class="muted">${label}</dt>
      <dd dir="auto">${children}</dd></div>`;
}


/* The sheet of keyboard shortcuts. */

/** @type {[string[], string][]} */
const KEYS = [
  [['J', 'K'], 'rows'], [['Enter'], 'open'], [['Esc'], 'back'],
  [['/'], 'search'], [['R'], 'reply'], [['N'], 'note'], [['T'], 'transfer'],
  [['E'], 'close'], [['G', 'J'], 'journal'], [['G', 'I'], 'incoming'],
  [['G', 'M'], 'mine'], [['G', 'L'], 'load'], [['G', 'S'], 'settings'],
  [['Enter'], 'send'],
  [['Shift', 'Enter'], 'line'], [['/'], 'canned'], [['?'], 'help'],
];


export function Help({ view, onClose }) {
  const { t } = view;

  return html`<${Modal} title=${t('help.title')} view=${view}
    onClose=${onClose}>
    <dl class="help">
      ${KEYS.map(([keys, word]) => html`<div key=${word} class="help__one">
        <dt>${keys.map((key) => html`<kbd key=${key}>${key}</kbd>`)}</dt>
        <dd>${t(`help.${word}`)}</dd></div>`)}
    </dl>
  <//>`;
}


/* To whom a chat is handed on: the groups and the colleagues, searched. */

export function Transfer({ chat, me, directory, view, onClose, onChoose }) {
  const { t } = view;
  const [query, search] = useState('');
  const targets = targetsOf(directory, chat, me)
    .filter((one) => fits(one.name, query));

  const submit = (event) => {
    event.preventDefault();
    if (targets.length > 0) {
      onChoose(targets[0].to);
    }
  };

  return html`<${Modal} title=${t('transfer.title', { title: chat.title })}
    view=${view} onClose=${onClose}>
    <form class="transfer" onSubmit=${submit}>
      <input type="search" autofocus placeholder=${t('transfer.search')}
        aria-label=${t('transfer.search')} value=${query}
        onInput=${(e) => search(e.target.value)} />
      <ul class="transfer__list">
        ${targets.map((one) => html`<li key=${one.key}>
          <button class="transfer__one" type="button"
            onClick=${() => onChoose(one.to)}>
            <span dir="auto">${one.name}</span>
            <span class="muted">${t(`transfer.${one.about}`)}</span>
          </button></li>`)}
      </ul>
      ${targets.length === 0 && html`<p class="muted" role="status">
        ${t('transfer.nobody')}</p>`}
    </form>
  <//>`;
}


function targetsOf({ agents, groups }, chat, me) {
  const others = agents.filter((one) => one.enabled !== false
    && one.id !== chat.responsible)
    .sort((a, b) => Number(b.online) - Number(a.online));

  return [
    ...groups.map((one) => ({ key: `g ${one.id}`, name: one.name,
      about: 'group', to: { group: one.id } })),
    ...others.map((one) => ({ key: `a ${one.id}`, name: one.name,
      about: one.id === me.agent.id ? 'me' : one.online ? 'online' : 'offline',
      to: { agent: one.id } })),
  ];
}


function fits(name, query) {
  return name.toLowerCase().includes(query.trim().toLowerCase());
}


/* What is new, in the corner; each leads to its chat. */

/** @type {Record<string, any>} */
const LISTS = { message: 'mine', transfer: 'mine', copied: null };


export function Toasts({ toasts, chats, view, onDismiss }) {
  return html`<div class="toasts" role="status"><ul class="toasts__list">
    ${toasts.map((toast) => html`<${Toast}
      key=${toast.key} toast=${toast} chat=${chats[toast.chat]} view=${view}
      onDismiss=${() => onDismiss(toast.key)} />`)}
  </ul></div>`;
}


function Toast({ toast, chat, view, onDismiss }) {
  const section = Object.hasOwn(LISTS, toast.kind) ? LISTS[toast.kind]
    : 'incoming';

  return html`<li class=${`toasts__one toasts__one--${toast.kind}`}>
    ${chat && html`<${Avatar} chat=${chat} view=${view} />`}
    <a class="toasts__link" onClick=${onDismiss}
      href=${formatRoute({ section, chat: toast.chat })}>
      <strong>${view.t(`toast.${toast.kind}`, { count: toast.count })}</strong>
      ${chat && html`<span class="toasts__text" dir="auto">${chat.title}</span>
        <span class="toasts__text muted" dir="auto">
          ${toast.trouble ? troubleText(toast.trouble, view)
            : chat.last_message?.text}</span>`}
    </a>
    <button class="button button--icon" type="button" onClick=${onDismiss}
      aria-label=${view.t('app.dismiss')}><${Icon} name="cross" /></button>
  </li>`;
}
