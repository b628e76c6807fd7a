/*
 * The frame of a page of records: the list, and the one that is open or being
 * made (`_new` in the address) in its place.
 */

import { html } from '../../lib/html.js';
import { formatRoute } from '../../lib/route.js';
import { Icon } from '../marks.js';


export function Records({ page, item, records, view, draw, form, addAs }) {
  const { t } = view;

  if (item === null) {
    return html`<${List} page=${page} records=${records} view=${view}
      draw=${draw} addAs=${addAs} />`;
  }
  const record = records.find((one) => one.id === item);
  const made = item.startsWith('_');

  return html`<p><a href=${formatRoute({ section: 'settings', page })}>
      <${Icon} name="back" /> ${t(`settings.${page}`)}</a></p>
    <h2 dir="auto">${made ? t(`settings.${page}_new`)
      : record ? record.name ?? record.title ?? record.shortcut : item}</h2>
    ${made || record ? form(record ?? null)
      : html`<p class="muted">${t('settings.no_such')}</p>`}`;
}


function List({ page, records, view, draw, addAs = '_new' }) {
  const { t } = view;

  return html`<div class="settings__head">
      <h2>${t(`settings.${page}`)}</h2>
      <a class="button button--main" href=${formatRoute({
        section: 'settings', page, item: addAs })}>
        <${Icon} name="plus" /> ${t('form.add')}</a>
    </div>
    <p class="muted">${t(`settings.${page}_hint`)}</p>
    <ul class="records">
      ${records.map((one) => html`<li key=${one.id}>
        <a class="records__one" href=${formatRoute({ section: 'settings',
          page, item: one.id })}>${draw(one)}</a></li>`)}
    </ul>
    ${records.length === 0 && html`<p class="muted">${
      t('settings.empty')}</p>`}`;
}
