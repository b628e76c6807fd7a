/*
 * The frame of a page of records: the list, and the one that is open or being
 * made (`_new` in the address) in its place.
 */

import { html } from '../../lib/html.js';
import { formatRoute } from '../../lib/route.js';
import { slug } from '../../lib/slug.js';
import { Icon } from '../marks.js';
import { Field, Form, GroupChoice } from './form.js';


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


/* Canned replies: what is written again and again. */

export function CannedReplies(props) {
  const { state, view } = props;

  return html`<${Records} page="canned" item=${state.route.item}
    records=${state.directory.canned} view=${view}
    draw=${(one) => html`<strong dir="auto">
      /${one.shortcut}</strong>
      <span class="muted records__text" dir="auto">${one.text}</span>`}
    form=${(reply) => html`<${Reply} ...${props}
      key=${reply?.id} reply=${reply} />`} />`;
}


function Reply({ reply, state, view, wishes }) {
  const { t } = view;
  const { settings, directory } = state;

  const submit = async (data) => {
    const shortcut = String(data.get('shortcut')).replace(/^\/+/, '').trim();
    const id = reply?.id ?? slug(shortcut,
      directory.canned.map((one) => one.id), 'reply');

    if (await wishes.save('canned', id, { shortcut, text: data.get('text'),
      group: data.get('group') || null }) && reply === null) {
      wishes.goTo('canned', null);
    }
  };

  return html`<${Form} settings=${settings} view=${view} onSubmit=${submit}
    create=${reply === null} onDelete=${reply
    && (() => wishes.remove('canned', reply.id))}>
    <${Field} name="shortcut" label=${t('canned.shortcut')} required
      maxlength="40" pattern="\\S+" defaultValue=${reply?.shortcut}
      hint=${t('canned.shortcut_hint')} errors=${settings.errors} />
    <${Field} name="text" area label=${t('canned.text')} required rows="5"
      maxlength="4000" dir="auto" defaultValue=${reply?.text}
      errors=${settings.errors} />
    <${GroupChoice} groups=${directory.groups} value=${reply?.group}
      view=${view} />
  <//>`;
}
