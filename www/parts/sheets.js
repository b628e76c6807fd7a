/*
 * A sheet above the page.  The element is the browser's own: it keeps the
 * focus inside, closes on Escape and gives the focus back.
 */

import { html } from '../lib/html.js';
import { formatRoute } from '../lib/route.js';
import { useEffect, useRef, useState } from '../vendor/preact-hooks.js';
import { Avatar, Icon, troubleText } from './marks.js';


export function Modal({ title, view, onClose, children }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));

  useEffect(() => {
    const { current } = box;

    current?.showModal();
    return () => current?.close();
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

  return html`<dialog class="modal" ref=${box} aria-label=${title}
    onCancel=${cancel} onClick=${outside}>
    <div class="modal__inner">
      <header class="modal__head">
        <h2>${title}</h2>
        <button class="button button--icon" type="button" onClick=${onClose}
          aria-label=${view.t('app.dismiss')}><${Icon} name="cross" /></button>
      </header>
      ${children}
    </div>
  </dialog>`;
}


/* The sheet of keyboard shortcuts. */

/** @type {[string[], string][]} */
const KEYS = [
  [['J', 'K'], 'rows'], [['Enter'], 'open'], [['Esc'], 'back'],
  [['/'], 'search'], [['R'], 'reply'], [['N'], 'note'], [['T'], 'transfer'],
  [['E'], 'close'], [['G', 'J'], 'journal'], [['G', 'I'], 'incoming'],
  [['G', 'M'], 'mine'], [['G', 'S'], 'settings'], [['Enter'], 'send'],
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
    && one.id !== chat.responsible);

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

export function Toasts({ toasts, chats, view, onDismiss }) {
  return html`<div class="toasts" role="status"><ul class="toasts__list">
    ${toasts.map((toast) => html`<${Toast}
      key=${toast.key} toast=${toast} chat=${chats[toast.chat]} view=${view}
      onDismiss=${() => onDismiss(toast.key)} />`)}
  </ul></div>`;
}


function Toast({ toast, chat, view, onDismiss }) {
  const section = toast.kind === 'message' || toast.kind === 'transfer'
    ? 'mine' : 'incoming';

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
