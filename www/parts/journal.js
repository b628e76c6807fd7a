/*
 * A table of chats: the journal's and the inbox'.  Only the rows near the eye
 * are drawn.
 */

import { html } from '../lib/html.js';
import { formatRoute } from '../lib/route.js';
import { fullTime, isJustNow, shortTime, span, waitLevel }
  from '../lib/time.js';
import { shift, spread, visible } from '../lib/window.js';
import { useEffect, useLayoutEffect, useMemo, useRef, useState }
  from '../vendor/preact-hooks.js';
import { Avatar, Icon, Status, troubleText } from './marks.js';

const COLUMNS = [
  'client', 'channel', 'participants', 'status', 'unread', 'last', 'time',
  'actions',
];


export function ChatTable(props) {
  const { list, ids, view, empty } = props;

  if (list.refused) {
    return html`<p class="journal__refused" role="alert">
      ${troubleText(list.refused, view)}</p>`;
  }
  if (!list.loaded) {
    return html`<p class="journal__empty" role="status">
      ${view.t('app.starting')}</p>`;
  }
  return ids.length === 0 && !list.next
    ? html`<p class="journal__empty">${empty}</p>`
    : html`<${Window} ...${props} />`;
}


function Window(props) {
  const { list, ids, onMore, view, caption } = props;
  const { box, row, indices } = useWindow(ids, onMore);

  return html`<div class="journal" ref=${box}>
    <table class="journal__table" role="table"
      aria-rowcount=${list.next ? -1 : ids.length + 1}>
      <caption class="hidden">${caption}</caption>
      <${Head} view=${view} />
      <${Body} ...${props} row=${row} indices=${indices} />
    </table>
    ${list.next && html`<p class="journal__more muted" role="status">
      ${view.t('app.starting')}</p>`}
  </div>`;
}


/*
 * The roles are said although they are the elements' own: a narrow journal
 * lays the rows out as cards, and a browser then forgets what they are.
 */

function Head({ view }) {
  return html`<thead role="rowgroup">
    <tr role="row" aria-rowindex="1">
      ${COLUMNS.map((name) => html`<th key=${name} scope="col"
        role="columnheader" class=${`journal__${name}`}>
        <span class=${name === 'actions' ? 'hidden' : null}>
          ${view.t(`journal.${name}`)}</span></th>`)}
    </tr>
  </thead>`;
}


function Body({ ids, chats, open, route, view, wishes, row, indices }) {
  return html`<tbody role="rowgroup">
    ${spread(indices, ids.length).map((item) => ('index' in item
    ? html`<${Row} key=${ids[item.index]} chat=${chats[ids[item.index]]}
        index=${item.index} open=${ids[item.index] === open} route=${route}
        view=${view} wishes=${wishes} />`
    : html`<tr key=${`gap ${item.before}`} class="journal__gap"
        aria-hidden="true"><td colspan=${COLUMNS.length}
        style=${{ height: `${item.gap * row}px` }} /></tr>`))}
  </tbody>`;
}


/*
 * One chat in a table.  Unread and waiting ones stand out.  It is drawn anew
 * when something of it has changed, and not when another one is opened.
 */

export function Row({ chat, index, open, route, view, wishes }) {
  const href = formatRoute({ ...route, chat: chat.id });

  return useMemo(() => drawn({ chat, index, open, href, view, wishes }),
    [chat, index, open, href, view, wishes]);
}


function drawn({ chat, index, open, href, view, wishes }) {
  const { t } = view;

  return html`<tr class=${rowClass(chat, open, view)} role="row"
    aria-rowindex=${index + 2}>
    <th class="journal__client" scope="row" role="rowheader">
      <div class="journal__name">
        <${Avatar} chat=${chat} view=${view} />
        <a class="journal__link" id=${`chat-${chat.id}`} dir="auto"
          href=${href}
          aria-current=${open ? 'true' : null}>${chat.title}</a>
      </div>
    </th>
    <td class="journal__channel" role="cell" dir="auto">
      ${chat.channel.title}</td>
    <td class="journal__participants" role="cell">
      <${Participants} chat=${chat} view=${view} /></td>
    <td class="journal__status" role="cell">
      <${Status} status=${chat.status} view=${view} />
      <${Waits} since=${chat.waiting_since} view=${view} />
    </td>
    <td class="journal__unread" role="cell">${chat.unread > 0 && html`
      <span class="count count--loud" title=${t(
        'journal.unread_count', { count: chat.unread })}>
        ${chat.unread}</span>`}</td>
    <td class="journal__last" role="cell">
      <${LastMessage} last=${chat.last_message} view=${view} /></td>
    <td class="journal__time" role="cell">
      <time datetime=${chat.updated_at}
        title=${fullTime(chat.updated_at, view.locale)}>
        ${shortTime(chat.updated_at, view.locale, view.now)}</time></td>
    <td class="journal__actions" role="cell">
      <${Actions} chat=${chat} view=${view} wishes=${wishes} /></td>
  </tr>`;
}


function rowClass(chat, open, { now }) {
  return ['journal__row',
    open && 'journal__row--open',
    chat.unread > 0 && 'journal__row--unread',
    chat.last_message?.from === 'agent' && 'journal__row--answered',
    chat.waiting_since
      && `journal__row--${waitLevel(chat.waiting_since, now)}`,
  ].filter(Boolean).join(' ');
}


function Waits({ since, view }) {
  return since === null ? null : html`<span
    class=${`journal__waits journal__waits--${waitLevel(since, view.now)}`}>
    ${isJustNow(since, view.now) ? view.t('journal.just_now')
      : view.t('journal.waits', {
        time: span(since, view.locale, view.now) })}</span>`;
}


function Participants({ chat, view }) {
  return chat.participants.map((one) => html`<span
    key=${one.id} class="journal__participant" dir="auto">
    ${one.id === chat.responsible && html`<span class="journal__responsible"
      title=${view.t('journal.responsible')}
      ><span aria-hidden="true">★</span><span class="hidden">
        ${view.t('journal.responsible')}: </span></span>`}
    ${one.name}</span>`);
}


function LastMessage({ last, view }) {
  if (last === null) {
    return null;
  }
  const files = last.attachments > 0
    && view.t('journal.files', { count: last.attachments });

  return html`<span class="journal__preview" dir="auto">
    ${last.from === 'agent' && html`<span class="muted">
      ${view.t('journal.answer')} </span>`}
    ${[last.text, files].filter(Boolean).join(' · ')}
  </span>`;
}


function Actions({ chat, view, wishes }) {
  const act = (name, words,
    does) => html`<button type="button"
      class="button button--icon" onClick=${does} title=${words}
      aria-label=${`${words}: ${chat.title}`}><${Icon} name=${name} />
    </button>`;

  return chat.status === 'inactive' ? null
    : html`<span class="journal__buttons">
      ${chat.action !== 'open' && act(chat.action,
    view.t(`dialog.${chat.action}`), () => wishes.turn(chat.id,
      chat.action === 'reply' ? 'take' : 'join'))}
      ${act('transfer', view.t('dialog.transfer'),
    () => wishes.askTransfer(chat.id))}
      ${act('close', view.t('dialog.close'),
    () => wishes.move(chat.id, 'close'))}
    </span>`;
}


/*
 * Draws of a long list only what is near the eye.  It keeps still what the
 * reader looks at when rows come and go above it, and keeps the row that has
 * the focus, wherever it is scrolled to.
 */

const ROW_PX = 64;
/* ask for the next page that many rows before the end */
const NEAR_END = 30;


export function useWindow(ids, onMore) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const before = useRef(ids);
  const [focused, setFocused] = useState(/** @type {number | null} */ (null));
  const [seen, setSeen] = useState({ top: 0, height: 1000, row: ROW_PX });

  useEffect(() => watch(box.current, setSeen, setFocused), []);

  useLayoutEffect(() => {
    const { current } = box;
    const by = shift(before.current, ids,
      Math.max(0, Math.floor(seen.top / seen.row)));

    if (current !== null && seen.top > seen.row && before.current !== ids) {
      current.scrollTop += by * seen.row;
    }
    before.current = ids;
  }, [ids]);

  const keep = focused === null ? -1 : ids.indexOf(focused);
  const indices = visible({ ...seen, count: ids.length, keep });

  useEffect(() => {
    if ((indices.at(-1) ?? 0) >= ids.length - NEAR_END) {
      onMore();
    }
  });
  return { box, row: seen.row, indices };
}


function watch(box, setSeen, setFocused) {
  if (box === null) {
    return undefined;
  }
  let asked = 0;
  const measure = () => {
    asked = 0;
    setSeen((held) => measured(box, held));
  };
  const soon = () => {
    asked = asked || requestAnimationFrame(measure);
  };
  const onFocus = (event) =>
    setFocused(event.type === 'focusin' ? rowOf(event.target) : null);
  const resize = new ResizeObserver(soon);

  box.addEventListener('scroll', soon, { passive: true });
  box.addEventListener('focusin', onFocus);
  box.addEventListener('focusout', onFocus);
  resize.observe(box);
  return () => {
    box.removeEventListener('scroll', soon);
    box.removeEventListener('focusin', onFocus);
    box.removeEventListener('focusout', onFocus);
    resize.disconnect();
    cancelAnimationFrame(asked);
  };
}


/** The same object when nothing has changed: then nothing is drawn. */
function measured(box, held) {
  const row = box.querySelector('.journal__row')?.offsetHeight || held.row;
  const above = box.querySelector('tbody')?.offsetTop ?? 0;
  /* in steps of some rows, so that scrolling seldom draws */
  const step = row * 4;
  const top = Math.floor((box.scrollTop - above) / step) * step;
  const height = box.clientHeight + step;

  return row === held.row && top === held.top && height === held.height
    ? held : { top, height, row };
}


function rowOf(node) {
  const link = node.closest('.journal__row')?.querySelector('.journal__link');

  return link ? Number(link.id.slice('chat-'.length)) : null;
}
