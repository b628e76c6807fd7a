/*
 * What the journal shows: the statuses with their counts, each an address of
 * its own, and the other filters.
 */

import { html } from '../lib/html.js';
import { formatRoute, NO_FILTER, STATUSES } from '../lib/route.js';
import { Icon } from './marks.js';


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
  const narrowed = Object.entries(filter)
    .some(([name, value]) => name !== 'status' && value !== null);

  return html`<form class="filter__more" role="search"
    onSubmit=${(e) => e.preventDefault()}>
    <label class="filter__search">
      <span class="hidden">${t('filter.q')}</span>
      <${Icon} name="search" />
      <input type="search" placeholder=${t('filter.q')} maxlength="100"
        value=${filter.q ?? ''} onInput=${(e) =>
          wishes.search(e.target.value)} />
    </label>
    ${['channel', 'group', 'agent'].map((name) => html`<${Choice}
      key=${name} name=${name} value=${filter[name]} view=${view}
      options=${directory[`${name}s`]} onChoose=${wishes.filter} />`)}
    <label class="filter__sort"><input type="checkbox"
      checked=${filter.sort === 'waiting'}
      onChange=${(e) => wishes.filter({
        sort: e.target.checked ? 'waiting' : null })} />
      ${t('filter.waiting')}</label>
    ${narrowed && html`<button class="button button--plain" type="button"
      onClick=${() => wishes.filter({ ...NO_FILTER,
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
