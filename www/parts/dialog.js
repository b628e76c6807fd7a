/*
 * The open dialog: who it is, what was said, and what the caller can do:
 * reply (takes the chat), join, write, hand on, leave, close, reopen.
 */

import { html } from '../lib/html.js';
import { formatRoute, manages } from '../lib/route.js';
import { useEffect, useRef, useState } from '../vendor/preact-hooks.js';
import { Composer } from './composer.js';
import { Avatar, Icon, Status, troubleText } from './marks.js';
import { Transcript } from './transcript.js';


export function Dialog(props) {
  const { dialog, chat, pending = [], view, wishes } = props;
  const { t } = view;
  const head = useRef(/** @type {HTMLElement | null} */ (null));

  /* the keyboard follows the eye */
  useEffect(() => head.current?.focus(), [dialog.id]);

  /* and stays here when the button that was pressed has gone */
  useEffect(() => {
    if (document.activeElement === document.body) {
      head.current?.focus();
    }
  }, [chat?.status, chat?.action]);

  const onKey = (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) {
      wishes.leaveDialog();
    }
  };

  const drop = useDrop(mayWrite(chat) || dialog.note,
    (files) => wishes.attach(dialog.id, files));

  return html`<section aria-label=${t('dialog.label')} onKeyDown=${onKey}
    class=${`dialog ${drop.over ? 'dialog--over' : ''}`} ...${drop.events}>
    <${Head} ...${props} head=${head} />
    ${dialog.refused
      ? html`<p class="dialog__refused" role="alert">
          ${troubleText(dialog.refused, view)}</p>`
      : html`<${Transcript} dialog=${dialog} pending=${pending} view=${view}
          onOlder=${wishes.older} onAgain=${wishes.again}
          onDrop=${wishes.drop}
          onPicture=${(file) => wishes.showPicture(dialog.id, file)}
          onRepeat=${(message) => wishes.repeat(dialog.id, message)}
          onReply=${mayWrite(chat)
            ? (id) => wishes.replyTo(dialog.id, id) : null} />`}
    <p class="problem" role="alert">
      ${dialog.trouble && troubleText(dialog.trouble, view)}</p>
    ${chat && !dialog.refused && html`<${DialogFoot} ...${props} />`}
    ${drop.over && html`<p class="dialog__drop">${t('composer.drop')}</p>`}
  </section>`;
}


/**
 * Files that are dragged over the dialog.
 *
 * @param {boolean} may
 * @param {(files: File[]) => void} onFiles
 */
function useDrop(may, onFiles) {
  const [over, setOver] = useState(false);
  const hold = (event) => {
    if (may && event.dataTransfer.types.includes('Files')) {
      event.preventDefault();
      setOver(true);
    }
  };
  const leave = (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) {
      setOver(false);
    }
  };
  const drop = (event) => {
    setOver(false);
    if (may && event.dataTransfer.files.length > 0) {
      event.preventDefault();
      onFiles(event.dataTransfer.files);
    }
  };

  return { over,
    events: { onDragOver: hold, onDragLeave: leave, onDrop: drop } };
}


function Head({ dialog, chat, me, route, view, wishes, head }) {
  const { t } = view;
  const actions = dialog.refused ? [] : actionsOf(chat, me);

  return html`<header class="dialog__head">
    <a class="button button--icon dialog__back"
      href=${formatRoute({ ...route, chat: null })}
      aria-label=${t('app.back')} title=${t('app.back')}
      ><${Icon} name="back" /></a>
    ${chat && html`<button class="dialog__client" type="button"
      title=${t('client.title')} aria-label=${`${t('client.title')}: ${
        chat.contact.avatar.initials || chat.title}`} aria-haspopup="dialog"
      onClick=${() => wishes.showClient(dialog.id)}>
      <${Avatar} chat=${chat} view=${view} /></button>`}
    <div class="dialog__who">
      <h1 class="dialog__title" ref=${head} tabindex="-1" dir="auto">
        ${chat ? chat.title : `№${dialog.id}`}</h1>
      ${chat && html`<${About} chat=${chat} view=${view} />`}
    </div>
    <div class="dialog__actions">
      ${actions.map(({ verb, icon }) => html`<button
        key=${verb} type="button" disabled=${dialog.busy !== null}
        class=${`button dialog__action dialog__${verb}`}
        title=${t(`dialog.${verb}`)}
        onClick=${() => (verb === 'transfer' ? wishes.askTransfer(dialog.id)
          : wishes.move(dialog.id, verb))}><${Icon} name=${icon} />
        <span>${t(`dialog.${verb}`)}</span></button>`)}
    </div>
  </header>`;
}


function About({ chat, view }) {
  const names = chat.participants.map((p) => p.name);

  return html`<p class="dialog__about muted">
    <${Status} status=${chat.status} view=${view} />
    <span class="dialog__names" dir="auto">
      ${[`№${chat.id}`, chat.channel.title, ...names].join(' · ')}</span>
  </p>`;
}


/**
 * What can be done with the chat besides writing.
 *
 * @param {import('../types.js').Chat | undefined} chat
 * @param {import('../types.js').Me} me
 */
function actionsOf(chat, me) {
  if (chat === undefined || chat.status === 'inactive') {
    return [];
  }
  const mine = mayWrite(chat);
  const may = mine || manages(me) || chat.status === 'unassigned';

  return [
    { verb: 'transfer', icon: 'transfer', shown: may },
    { verb: 'leave', icon: 'leave', shown: mine },
    { verb: 'close', icon: 'close', shown: may },
  ].filter((one) => one.shown);
}


function mayWrite(chat) {
  return chat?.status === 'active' && chat.action === 'open';
}


/*
 * What the caller can do now: one button, or the composer.  A note can be
 * written whatever the chat's turn is.
 */

export function DialogFoot(props) {
  const { dialog, chat, view, wishes } = props;
  const { t } = view;
  const names = chat.participants.map((p) => p.name);
  const turn = turnOf(chat);

  if (turn === null || dialog.note) {
    return html`<${Composer} ...${props} key=${chat.id}
      free=${turn === null} />`;
  }
  return html`<div class="dialog__foot">
    <p class="muted">${t(`dialog.${turn}_hint`,
      { names: names.join(', ') })}</p>
    <button class="button" type="button"
      onClick=${() => wishes.note(chat.id, true)}>${t('composer.note')}</button>
    <button class="button button--main" type="button"
      disabled=${dialog.busy !== null}
      onClick=${() => wishes.move(chat.id, turn === 'reply' ? 'take' : turn)}>
      ${t(`dialog.${turn}`)}</button>
  </div>`;
}


function turnOf({ status, action }) {
  if (status === 'inactive') {
    return 'reopen';
  }
  return action === 'open' ? null : action;
}
