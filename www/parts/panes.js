/* The lists' own pages: the journal, the inbox, and why there is none. */

import { html } from '../lib/html.js';
import { safeHref } from '../lib/links.js';
import { formatRoute, INBOX, manages, NO_FILTER, STATUSES }
  from '../lib/route.js';
import { idsIn } from '../state/lists.js';
import { useMemo, useState } from '../vendor/preact-hooks.js';
import { ChatTable } from './journal.js';
import { Icon } from './marks.js';
import { ListName } from './menu.js';

/* The journal beside a dialog or alone: statuses, filters, the table. */

export function JournalPane({ state, view, wishes }) {
  const { journal, chats, dialog, directory, me, route } = state;
  const open = dialog?.id ?? null;

  /* a keystroke in the composer draws no row anew */
  return useMemo(() => (me.journal && !journal.refused
    ? html`<section class="app__list">
      <h1 class="app__title">${view.t('title.journal')}</h1>
      <${Filter} route=${route} counts=${journal.counts}
        directory=${directory} view=${view} wishes=${wishes} />
      <${ChatTable} list=${journal} ids=${journal.order} chats=${chats}
        open=${open} route=${route} view=${view} wishes=${wishes}
        caption=${view.t('journal.caption')} empty=${isNarrowed(route.filter)
    ? html`<${NotFound} route=${route} view=${view} />`
    : html`<${Empty} me=${me} words=${view.t('journal.empty')}
          view=${view} />`}
        onMore=${wishes.more} />
    </section>`
    : html`<${NoJournal} me=${me} view=${view} />`),
  [journal, chats, directory, me, route, open, view, wishes]);
}


/* What there is to do: the chats to take, and those that are the caller's. */

const NOTHING = () => {};


export function InboxPane({ state, view, wishes }) {
  const { inbox, chats, dialog, badge, me, route } = state;
  const open = dialog?.id ?? null;
  const { t } = view;
  /* what is done may be long: it is paged as the journal is */
  const closed = route.section === 'closed';
  const list = closed ? state.journal : inbox;
  const words = t(`inbox.empty_${route.section}`);

  return useMemo(() => (me.inbox
    ? html`<section class="app__list">
      <h1 class="app__title">${t('title.inquiries')}</h1>
      <${Tabs} badge=${badge} section=${route.section} view=${view} />
      <${ChatTable} list=${list} chats=${chats}
        ids=${closed ? list.order : idsIn(inbox, route.section)}
        open=${open} route=${route} view=${view}
        wishes=${wishes} caption=${t(`title.${route.section}`)}
        onMore=${closed ? wishes.more : NOTHING}
        empty=${route.section === 'incoming'
    ? html`<${Empty} me=${me} words=${words} view=${view} />` : words} />
    </section>`
    : html`<section class="app__list app__page">
      <h1>${t('title.inquiries')}</h1>
      <p>${t('inbox.none')}</p>
      <p class="muted">${t('inbox.none_hint')}</p>
    </section>`),
  [list, chats, badge, me, route, open, view, wishes]);
}


/* Nothing under a filter: there may be much without it. */

function NotFound({ route, view }) {
  return html`${view.t('journal.nothing')}<span class="journal__begin">
    <a class="button" href=${formatRoute({ ...route, filter: NO_FILTER })}>
      ${view.t('filter.clear')}</a></span>`;
}


function isNarrowed(filter) {
  return Object.values(filter).some((value) => value !== null);
}


/* An empty list shows where the first inquiries will come from. */

function Empty({ words, me, view }) {
  const ways = [['widget', null, 'widget'], ['channels', '_new',
    'channels_new'], ['agents', '_new', 'agents_new']];

  return html`${words}${manages(me) && html`<span class="journal__begin">
    ${ways.map(([page, item, name]) => html`<a key=${page} class="button"
      href=${formatRoute({ section: 'settings', page, item })}>
      ${view.t(`settings.${name}`)}</a>`)}</span>`}`;
}


function Tabs({ badge, section, view }) {
  return html`<nav class="filter" aria-label=${view.t('title.inquiries')}>
    ${INBOX.map((list) => html`<a class="filter__link"
      key=${list} href=${formatRoute({ section: list })}
      aria-current=${list === section ? 'page' : null}>
      <${ListName} list=${list} badge=${badge} view=${view} /></a>`)}
  </nav>`;
}


/* Why there is no journal: the plan, or the role; and what to do. */

export function NoJournal({ me, view }) {
  const { t } = view;
  const why = manages(me) ? 'plan' : 'role';
  const plans = safeHref(me.space.plans_url);

  return html`<section class="app__list app__page">
    <p class="app__mark"><${Icon} name="lock" /></p>
    <h1>${t('title.journal')}</h1>
    <p>${t(`refused.${why}`)}</p>
    <p class="muted">${t(`refused.${why}_hint`)}</p>
    ${why === 'plan' && plans && html`<p><a class="button button--main"
      href=${plans} target="_blank" rel="noopener noreferrer">
      ${t('refused.plans')}</a></p>`}
    ${me.inbox && html`<p><a href=${formatRoute({ section: 'incoming' })}>
      ${t('refused.to_inbox')}</a></p>`}
  </section>`;
}


/*
 * What the journal shows: the statuses with their counts, each an address of
 * its own, and the other filters.
 */

export function Filter({ route, counts, directory, view, wishes }) {
  const { t } = view;
  const { filter } = route;

  return html`<div>
    <nav class="filter" aria-label=${t('filter.label')}>
      ${[null, ...STATUSES].map((one) => html`<a class="filter__link"
        key=${one ?? 'all'} aria-current=${one === filter.status
          ? 'true' : null}
        href=${formatRoute({ ...route, filter: { ...filter, status: one } })}>
        ${t(`filter.${one ?? 'all'}`)}
        ${counts && html` <span class=${countClass(one, counts)}>
          ${count(one, counts)}</span>`}
      </a>`)}
      <p class="hidden" role="status">
        ${counts && t('journal.unassigned_count',
    { count: counts.unassigned })}
      </p>
    </nav>
    <${More} route=${route} directory=${directory} view=${view}
      wishes=${wishes} />
  </div>`;
}


function More({ route, directory, view, wishes }) {
  const { t } = view;
  const { filter } = route;
  const [open, setOpen] = useState(false);
  const [half, setHalf] = useState(/** @type {Object<string, string>} */ ({}));
  /* a year that is half typed begins with a nought */
  const chooseDay = (name, day) => {
    setHalf({ ...half, [name]: day[0] === '0' ? day : '' });
    if (day[0] !== '0') {
      wishes.filter({ [name]: day || null });
    }
  };
  const narrowed = Object.entries(filter)
    .some(([name, value]) => !['status', 'q'].includes(name)
      && value !== null);

  return html`<form role="search"
    class=${`filter__more ${open || narrowed ? 'filter__more--open' : ''}`}
    onSubmit=${(e) => e.preventDefault()}>
    <label class="filter__search">
      <span class="hidden">${t('filter.q')}</span>
      <${Icon} name="search" />
      <input type="search" placeholder=${t('filter.q')} maxlength="100"
        value=${filter.q ?? ''} onInput=${(e) =>
          wishes.search(e.target.value)} />
    </label>
    <button class="button button--icon filter__toggle" type="button"
      aria-expanded=${String(open || narrowed)} title=${t('filter.more')}
      aria-label=${t('filter.more')} onClick=${() => setOpen(!open)}>
      <${Icon} name="filter" /></button>
    ${['channel', 'group', 'agent'].map((name) => html`<${Choice}
      key=${name} name=${name} value=${filter[name]} view=${view}
      options=${directory[`${name}s`]} onChoose=${wishes.filter} />`)}
    <input type="text" class="filter__tag" aria-label=${t('filter.tag')}
      placeholder=${t('filter.tag')} maxlength="50" value=${filter.tag ?? ''}
      onChange=${(e) => wishes.filter({ tag: e.target.value.trim() || null })}
      />
    <span class="filter__day">${['from', 'to'].map((name) => html`<label
      key=${name}>${t(`filter.${name}`)}${' '}
      <input type="date" value=${half[name] || filter[name] || ''}
        onChange=${(e) => chooseDay(name, e.target.value)} />
    </label>`)}</span>
    <label class="filter__sort"><input type="checkbox"
      checked=${filter.sort === 'waiting'}
      onChange=${(e) => wishes.filter({
        sort: e.target.checked ? 'waiting' : null })} />
      ${t('filter.waiting')}</label>
    ${(narrowed || filter.q) && html`<button type="button"
      class="button button--plain" onClick=${() => wishes.filter({ ...NO_FILTER,
        status: filter.status })}>${t('filter.clear')}</button>`}
  </form>`;
}


function Choice({ name, value, options, view, onChoose }) {
  return html`<select aria-label=${view.t(`filter.${name}`)}
    onChange=${(e) => onChoose({
      [name]: e.target.value || null })}>
    <option value="" selected=${value === null}>
      ${view.t(`filter.any_${name}`)}</option>
    ${options.map((one) => html`<option key=${one.id}
      value=${one.id} selected=${one.id === value}>
      ${one.name ?? one.title}</option>`)}
  </select>`;
}


function count(status, counts) {
  return status === null
    ? STATUSES.reduce((sum, one) => sum + counts[one], 0)
    : counts[status];
}


function countClass(status, counts) {
  return status === 'unassigned' && counts.unassigned > 0
    ? 'count count--loud' : 'count';
}
