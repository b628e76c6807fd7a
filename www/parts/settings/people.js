/*
 * Pages of records: the list, and the one that is open or being made (`_new`
 * in the address) in its place.  Groups, agents with the tokens they sign in
 * with, and canned replies.
 */

import { html } from '../../lib/html.js';
import { formatRoute, owns } from '../../lib/route.js';
import { slug } from '../../lib/slug.js';
import { shortTime } from '../../lib/time.js';
import { compare } from '../../state/directory.js';
import { useEffect } from '../../vendor/preact-hooks.js';
import { Icon } from '../marks.js';
import { Check, Checks, Field, Form, GroupChoice, Once, Select, Sure, useHere }
  from './form.js';


export function Records({ page, records, draw, form }) {
  const { t, route } = useHere();
  const { item } = route;

  if (item === null) {
    return html`<${List} page=${page} records=${records} draw=${draw} />`;
  }
  const record = records.find((one) => one.id === item);
  const made = item.startsWith('_');

  return html`<p><a class="settings__back"
      href=${formatRoute({ section: 'settings', page })}>
      <${Icon} name="back" />${t(`settings.${page}`)}</a></p>
    <h2 dir="auto">${made ? t(`settings.${page}_new`)
      : record ? record.name ?? record.title ?? record.shortcut : item}</h2>
    ${made || record ? form(record ?? null)
      : html`<p class="muted">${t('settings.no_such')}</p>`}`;
}


function List({ page, records, draw }) {
  const { t } = useHere();

  return html`<div class="settings__head">
      <h2>${t(`settings.${page}`)}</h2>
      <a class="button button--main" href=${formatRoute({
        section: 'settings', page, item: '_new' })}>
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


/*
 * The wishes of a record's form: to save what `valuesOf` makes of it, under
 * an id made of its name, and to delete it.
 */

export function useRecord(noun, record, { page = noun, named = 'name',
  valuesOf, then = /** @type {any} */ (null), stay = true }) {
  const { wishes, directory } = useHere();

  return {
    create: record === null,
    onDelete: record && ((used) => wishes.remove(noun, record.id, used)),
    onSubmit: async (data) => {
      const id = record?.id ?? slug(String(data.get(named)),
        directory[noun].map((one) => one.id), noun.replace(/s$/, ''));

      if (await wishes.save(noun, id, valuesOf(data))
        && (!then || await then(id, data)) && record === null) {
        wishes.goTo(page, stay ? id : null);
      }
    },
  };
}


/* Groups: who sees which new inquiries. */

export function Groups() {
  const { t, directory, me } = useHere();
  const members = membersOf(directory, me);

  return html`<${Records} page="groups" records=${directory.groups}
    draw=${(one) => html`<strong dir="auto">${one.name}
      </strong><span class="muted" dir="auto">${one.agents
    .map((id) => members.get(id) ?? id).sort(compare)
    .join(', ') || t('groups.nobody')}</span>`}
    form=${(group) => html`<${Group} key=${group?.id} group=${group}
      members=${members} />`} />`;
}


function Group({ group, members }) {
  const { t } = useHere();
  const record = useRecord('groups', group, { valuesOf: (data) =>
    ({ name: data.get('name'), agents: data.getAll('agents') }) });

  return html`<${Form} ...${record} force=${t('groups.force')}>
    <${Field} name="name" label=${t('form.title')} required maxlength="200"
      defaultValue=${group?.name} />
    <${Checks} name="agents" label=${t('groups.members')}
      options=${[...members]} chosen=${group?.agents ?? []}
      empty=${t('groups.no_agents')} />
  <//>`;
}


/* By id; the owner of the root token is not listed, but may be a member. */

/** @returns {Map<string, string>} */
function membersOf({ agents, groups }, me) {
  const root = me.agent.id === 'root' || groups.some(
    (one) => one.agents.includes('root'));

  return new Map([
    ...(root ? [['root', me.space.name]] : []),
    ...agents.map((one) => [one.id, one.name]),
  ]);
}


/* Agents: who works here, in which groups, and with which tokens. */

export function Agents() {
  const { t, directory } = useHere();

  return html`<${Records} page="agents" records=${directory.agents}
    draw=${(one) => html`<strong dir="auto">${one.name}
      </strong><span class="muted">${[t(`role.${one.role}`),
    !one.enabled && t('agents.disabled'), one.online && t('agents.online')]
    .filter(Boolean).join(' · ')}</span>`}
    form=${(agent) => html`<${Agent} key=${agent?.id} agent=${agent} />`} />`;
}


function Agent({ agent }) {
  const { t, directory, me, wishes } = useHere();
  const roles = owns(me) ? ['agent', 'admin', 'owner'] : ['agent', 'admin'];
  const { groups } = directory;
  const record = useRecord('agents', agent, {
    valuesOf: (data) => ({ name: data.get('name'), role: data.get('role'),
      enabled: data.has('enabled') }),
    then: (id, data) => saveGroups(groups, id, data.getAll('groups'), wishes),
  });

  return html`<${Form} ...${record}>
    <${Field} name="name" label=${t('form.name')} required maxlength="200"
      defaultValue=${agent?.name} />
    <${Select} name="role" label=${t('agents.role')}
      value=${agent?.role ?? 'agent'} hint=${t('agents.role_hint')}
      options=${roles.map((role) => [role, t(`role.${role}`)])} />
    <${Checks} name="groups" label=${t('settings.groups')}
      options=${groups.map((one) => [one.id, one.name])}
      chosen=${agent?.groups ?? []} empty=${t('settings.empty')} />
    <${Check} name="enabled" label=${t('agents.enabled')}
      checked=${agent?.enabled ?? true} />
  <//>
  ${agent && owns(me) && html`<${Tokens} agent=${agent} />`}`;
}


/** Puts him into the groups that are ticked, and out of the others. */
async function saveGroups(groups, id, wanted, wishes) {
  for (const { id: group, name, agents } of groups) {
    const there = agents.filter((one) => one !== id);

    if (wanted.includes(group)) {
      there.push(id);
    }
    if (there.length !== agents.length
      && !await wishes.save('groups', group, { name, agents: there })) {
      return false;
    }
  }
  return true;
}


/* An agent's tokens: made, shown once as a sign-in link, revoked. */

function Tokens({ agent }) {
  const { t, view, settings, wishes } = useHere();
  const { fresh, busy } = settings;
  const time = (at) => shortTime(at, view.locale, view.now);

  useEffect(() => {
    wishes.tokens(agent.id);
  }, [agent.id]);

  const make = (event) => {
    const { label, until } = event.target.elements;

    event.preventDefault();
    wishes.makeToken(agent.id, { name: label.value, expires_at:
      until.value && new Date(`${until.value}T23:59:59`).toISOString()
      || null });
    event.target.reset();
  };

  return html`<section class="form">
    <h3>${t('tokens.title')}</h3>
    <p class="muted">${t('tokens.hint')}</p>
    ${fresh?.token && html`<${Once} words=${t('tokens.once')}
      label=${t('tokens.link')} text=${linkOf(fresh.token)} />`}
    <ul class="records">
      ${(settings.tokens[agent.id] ?? []).map((one) => html`<li key=${one.id}
        class="records__line"><span><strong dir="auto">${
          one.name || t('tokens.unnamed')}</strong>${' '}
          <span class="muted">${t('tokens.made',
          { time: time(one.created_at) })}${one.expires_at && ` · ${
          t('tokens.until')} ${time(one.expires_at)}`}</span></span>
        <${Sure} label=${t('tokens.revoke')} about=${one.name}
          disabled=${busy}
          onSure=${() => wishes.revokeToken(agent.id, one.id)} /></li>`)}
    </ul>
    <form class="form__row" onSubmit=${make}>
      <label class="form__grow">${t('tokens.name')}
        <input name="label" maxlength="100" autocomplete="off" /></label>
      <label>${t('tokens.until')}<input name="until" type="date"
        min=${new Date().toISOString().slice(0, 10)} /></label>
      <button class="button" disabled=${busy}>${t('tokens.make')}</button>
    </form>
  </section>`;
}


function linkOf(token) {
  return `${location.origin}${location.pathname}#token=${token}`;
}


/* Canned replies: what is written again and again. */

export function CannedReplies() {
  return html`<${Records} page="canned" records=${useHere().directory.canned}
    draw=${(one) => html`<strong dir="auto">/${one.shortcut}</strong>
      <span class="muted records__text" dir="auto">${one.text}</span>`}
    form=${(reply) => html`<${Reply} key=${reply?.id} reply=${reply} />`} />`;
}


function Reply({ reply }) {
  const { t } = useHere();
  const record = useRecord('canned', reply, { named: 'shortcut', stay: false,
    valuesOf: (data) => ({ text: data.get('text'),
      shortcut: String(data.get('shortcut')).replace(/^\/+/, '').trim(),
      group: data.get('group') || null }) });

  return html`<${Form} ...${record}>
    <${Field} name="shortcut" label=${t('canned.shortcut')} required
      maxlength="40" pattern="\\S+" defaultValue=${reply?.shortcut}
      hint=${t('canned.shortcut_hint')} />
    <${Field} name="text" as="textarea" label=${t('canned.text')} required
      rows="5" maxlength="4000" dir="auto" defaultValue=${reply?.text} />
    <${GroupChoice} value=${reply?.group} />
  <//>`;
}
