/*
 * The load: what waits and for how long, who works with what, where help is
 * needed.  Each line leads to the chats that it counts.
 */

import { html } from '../lib/html.js';
import { formatRoute, NO_FILTER } from '../lib/route.js';
import { isJustNow, lasting, span, waitLevel } from '../lib/time.js';
import { sorted } from '../state/directory.js';
import { useMemo } from '../vendor/preact-hooks.js';
import { Avatar } from './marks.js';
import { NoJournal } from './panes.js';

/* more than one can see at a glance is not a glance */
const WAITING_MOST = 12;


export function Load({ state, view }) {
  const { stats, journal, chats, dialog, me, route } = state;
  const { t } = view;
  const open = dialog?.id ?? null;

  return useMemo(() => (me.journal && !journal.refused
    ? html`<section class="app__list load" tabindex="-1">
      <h1 class="app__title">${t('title.load')}</h1>
      ${stats === null
        ? html`<p class="journal__empty" role="status">
          ${t('app.starting')}</p>`
        : html`<${Tiles} stats=${stats} view=${view} />
          <div class="load__grid">
            <${Waiting} chats=${waitingOf(journal, chats)} view=${view}
              open=${open} route=${route}
              more=${stats.counts.unassigned + stats.counts.active} />
            <${Agents} agents=${stats.agents} view=${view} />
            <${Share} title="settings.channels" name="channel" view=${view}
              records=${stats.channels} />
            <${Share} title="settings.groups" name="group" view=${view}
              records=${stats.groups} />
          </div>`}
    </section>` : html`<${NoJournal} me=${me} view=${view} />`),
  [stats, journal, chats, me, route, open, view]);
}


function waitingOf({ order }, chats) {
  return order.map((id) => chats[id])
    .filter((chat) => chat.waiting_since !== null).slice(0, WAITING_MOST);
}


function Tiles({ stats, view }) {
  const { t, locale, now } = view;
  const { counts, oldest_waiting: oldest, first_answer: answer } = stats;
  const level = oldest === null ? 'fresh' : waitLevel(oldest.since, now);
  const took = (seconds) => (seconds === null ? '—'
    : lasting(seconds, locale));

  return html`<dl class="load__tiles">
    <${Tile} label=${t('filter.unassigned')} value=${counts.unassigned} />
    <${Tile} label=${t('filter.active')} value=${counts.active} />
    <${Tile} label=${t('load.longest')} level=${level} value=${
      oldest === null ? '—' : waited(oldest.since, view)} />
    <${Tile} label=${t('load.answer')} value=${took(answer.today.median)}
      about=${answer.week.median !== null && t('load.answer_about', {
        p90: took(answer.today.p90), week: took(answer.week.median) })} />
  </dl>`;
}


function Tile({ label, value, about, level = 'fresh' }) {
  return html`<div class="load__tile"><dt class="muted">${label}</dt>
    <dd class=${`load__value load__value--${level}`}>${value}</dd>
    ${about && html`<dd class="muted load__about">${about}</dd>`}</div>`;
}


function Waiting({ chats, open, route, view }) {
  const { t, now } = view;
  const longest = Math.max(1, ...chats.map((chat) => ago(chat, now)));

  return html`<section class="load__box load__box--waiting">
    <h2>${t('load.waits')}</h2>
    <ol>
      ${chats.map((chat) => html`<li key=${chat.id}>
        <a class="load__chat" id=${`chat-${chat.id}`} aria-current=${
          chat.id === open ? 'true' : null}
          href=${formatRoute({ ...route, chat: chat.id })}>
          <${Avatar} chat=${chat} view=${view} />
          <span class="load__who"><span class="load__name" dir="auto">
            ${chat.title}</span>
            <span class="muted load__name" dir="auto">${namesOf(chat)
              || t('status.unassigned')}</span></span>
          <span class=${`journal__waits journal__waits--${
            waitLevel(chat.waiting_since, now)}`}>
            ${waited(chat.waiting_since, view)}</span>
          <${Bar} parts=${[[waitLevel(chat.waiting_since, now),
          ago(chat, now) / longest]]} />
        </a></li>`)}
    </ol>
    ${chats.length === 0 && html`<p class="muted">${t('load.nothing')}</p>`}
    ${chats.length === WAITING_MOST && html`<p><a href=${formatRoute({
      section: 'journal', filter: { ...NO_FILTER, sort: 'waiting' } })}>
      ${t('load.all')}</a></p>`}
  </section>`;
}


function waited(since, { t, locale, now }) {
  return isJustNow(since, now) ? t('journal.just_now')
    : span(since, locale, now);
}


function ago(chat, now) {
  return Math.max(0, now.getTime() - Date.parse(chat.waiting_since));
}


function namesOf(chat) {
  return chat.participants.map((one) => one.name).join(', ');
}


/* who works with how much; in it, what is unread */

function Agents({ agents, view }) {
  const { t } = view;
  const most = Math.max(1, ...agents.map((one) => one.active));

  return html`<section class="load__box load__box--agents">
    <h2>${t('load.agents')}</h2>
    <ul>
      ${sorted(agents).sort((a, b) => b.active - a.active).map((one) => html`<li
        key=${one.id}><a class="load__line" href=${formatRoute({
          section: 'journal', filter: { ...NO_FILTER, status: 'active',
            agent: one.id } })}>
          <span class="load__name" dir="auto">
            <span class=${`dot ${one.online ? 'dot--on' : ''}`} />
            ${one.name}<span class="hidden">, ${t(one.online
              ? 'agents.online' : 'transfer.offline')}</span></span>
          <span class="load__counts">${one.active}${one.unread > 0 && html`
            <span class="journal__waits--soon"> · ${t('load.unread',
              { count: one.unread })}</span>`}</span>
          <${Bar} parts=${[['soon', one.unread / most],
            ['active', (one.active - one.unread) / most]]} />
        </a></li>`)}
    </ul>
    ${agents.length === 0 && html`<p class="muted">
      ${t('settings.empty')}</p>`}
  </section>`;
}


/* how much comes from where: what nobody has taken, and what goes on */

function Share({ title, name, records, view }) {
  const { t } = view;
  const total = (one) => one.unassigned + one.active;
  const most = Math.max(1, ...records.map(total));

  return html`<section class="load__box">
    <h2>${t(title)}</h2>
    <ul>
      ${[...records].sort((a, b) => total(b) - total(a)).map((one) => html`<li
        key=${one.id}><a class="load__line" href=${formatRoute({
          section: 'journal', filter: { ...NO_FILTER, [name]: one.id } })}>
          <span class="load__name" dir="auto">${one.title ?? one.name}</span>
          <span class="load__counts">${total(one)}${one.unassigned > 0
            && html`<span class="journal__waits--soon"> · ${t('load.new',
              { count: one.unassigned })}</span>`}</span>
          <${Bar} parts=${[['soon', one.unassigned / most],
            ['active', one.active / most]]} />
        </a></li>`)}
    </ul>
  </section>`;
}


/* parts of the whole, one beside the other; the words say the same */

function Bar({ parts }) {
  let from = 0;

  return html`<svg class="bar" viewBox="0 0 100 1" aria-hidden="true"
    preserveAspectRatio="none">
    <rect class="bar__rest" width="100" height="1" />
    ${parts.map(([kind, part]) => {
      const x = from;

      from += part * 100;
      return html`<rect key=${kind} class=${`bar__${kind}`} x=${x}
        width=${part * 100} height="1" />`;
    })}
  </svg>`;
}
