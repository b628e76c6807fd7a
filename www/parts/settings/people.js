/* Who works here: groups, agents, and the tokens they sign in with. */

import { html } from '../../lib/html.js';
import { owns } from '../../lib/route.js';
import { slug } from '../../lib/slug.js';
import { shortTime } from '../../lib/time.js';
import { useEffect } from '../../vendor/preact-hooks.js';
import { Check, Checks, Copy, Field, Form, Select, Sure } from './form.js';
import { Records } from './records.js';

/* Groups: who sees which new inquiries. */

export function Groups(props) {
  const { state, view } = props;
  const { groups } = state.directory;
  const members = membersOf(state);

  return html`<${Records} page="groups" item=${state.route.item}
    records=${groups} view=${view}
    draw=${(one) => html`<strong dir="auto">${one.name}
      </strong><span class="muted" dir="auto">${one.agents
    .map((id) => members.get(id) ?? id)
    .join(', ') || view.t('groups.nobody')}</span>`}
    form=${(group) => html`<${Group} ...${props}
      key=${group?.id} group=${group} members=${members} />`} />`;
}


function Group({ group, members, state, view, wishes }) {
  const { t } = view;
  const { settings, directory } = state;

  const submit = async (data) => {
    const name = String(data.get('name'));
    const id = group?.id ?? slug(name,
      directory.groups.map((one) => one.id), 'group');

    if (await wishes.save('groups', id,
      { name, agents: data.getAll('agents') }) && group === null) {
      wishes.goTo('groups', id);
    }
  };

  return html`<${Form} settings=${settings} view=${view} onSubmit=${submit}
    create=${group === null} onDelete=${group
    && (() => wishes.remove('groups', group.id, inUse(settings)))}>
    <${Field} name="name" label=${t('form.name')} required maxlength="200"
      defaultValue=${group?.name} errors=${settings.errors} />
    <${Checks} name="agents" label=${t('groups.members')}
      options=${[...members]} chosen=${group?.agents ?? []}
      empty=${t('groups.no_agents')} />
    ${inUse(settings) && html`<p class="muted">${t('groups.force')}</p>`}
  <//>`;
}


/** The server has said once that it is in use: the next press means it. */
export function inUse(settings) {
  return settings.trouble?.code === 'in_use';
}


/**
 * The agents by id; the owner of the root token is not listed, but may be a
 * member.
 *
 * @param {any} state
 * @returns {Map<string, string>}
 */
function membersOf({ directory, me }) {
  const { agents, groups } = directory;
  const root = me.agent.id === 'root' || groups.some(
    (one) => one.agents.includes('root'));

  return new Map([
    ...(root ? [['root', me.space.name]] : []),
    ...agents.map((one) => [one.id, one.name]),
  ]);
}


/* Agents: who works here, in which groups, and with which tokens. */

export function Agents(props) {
  const { state, view } = props;
  const { t } = view;

  return html`<${Records} page="agents" item=${state.route.item}
    records=${state.directory.agents} view=${view}
    draw=${(one) => html`<strong dir="auto">${one.name}
      </strong><span class="muted">${[t(`role.${one.role}`),
    !one.enabled && t('agents.disabled'), one.online && t('agents.online')]
    .filter(Boolean).join(' · ')}</span>`}
    form=${(agent) => html`<${Agent} ...${props}
      key=${agent?.id} agent=${agent} />`} />`;
}


function Agent({ agent, state, view, wishes }) {
  const { t } = view;
  const { settings, directory, me } = state;
  const roles = owns(me) ? ['agent', 'admin', 'owner'] : ['agent', 'admin'];
  const { groups } = directory;

  const submit = async (data) => {
    const id = agent?.id ?? slug(String(data.get('name')),
      directory.agents.map((one) => one.id), 'agent');
    const saved = await wishes.save('agents', id, {
      name: data.get('name'), role: data.get('role'),
      enabled: data.has('enabled') });

    if (saved && await saveGroups(groups, id, data, wishes) && !agent) {
      wishes.goTo('agents', id);
    }
  };

  return html`<${Form} settings=${settings} view=${view} onSubmit=${submit}
    create=${agent === null} onDelete=${agent
    && (() => wishes.remove('agents', agent.id))}>
    <${Field} name="name" label=${t('form.name')} required maxlength="200"
      defaultValue=${agent?.name} errors=${settings.errors} />
    <${Select} name="role" label=${t('agents.role')}
      value=${agent?.role ?? 'agent'} hint=${t('agents.role_hint')}
      options=${roles.map((role) => [role, t(`role.${role}`)])} />
    <${Checks} name="groups" label=${t('settings.groups')}
      options=${groups.map((one) => [one.id, one.name])}
      chosen=${agent?.groups ?? []} empty=${t('settings.empty')} />
    <${Check} name="enabled" label=${t('agents.enabled')}
      checked=${agent?.enabled ?? true} />
  <//>
  ${agent && owns(me) && html`<${Tokens} key=${agent.id} agent=${agent}
    settings=${settings} view=${view} wishes=${wishes} />`}`;
}


/** Puts him into the groups that are ticked, and out of the others. */
async function saveGroups(groups, id, data, wishes) {
  const wanted = data.getAll('groups');

  for (const group of groups) {
    const others = group.agents.filter((one) =>
      one !== id);
    const agents = wanted.includes(group.id) ? [...others, id] : others;

    if (agents.length !== group.agents.length
      && !await wishes.save('groups', group.id,
        { name: group.name, agents })) {
      return false;
    }
  }
  return true;
}


/* An agent's tokens: made, shown once as a sign-in link, revoked. */

export function Tokens({ agent, settings, view, wishes }) {
  const { t } = view;
  const { fresh, busy } = settings;
  const tokens = settings.tokens[agent.id] ?? [];

  useEffect(() => {
    wishes.tokens(agent.id);
  }, [agent.id]);

  const make = (event) => {
    event.preventDefault();
    wishes.makeToken(agent.id, { name: event.target.elements.label.value });
    event.target.reset();
  };

  return html`<section class="form">
    <h3>${t('tokens.title')}</h3>
    <p class="muted">${t('tokens.hint')}</p>
    ${fresh?.token && html`<div class="settings__fresh" role="status">
      <p><strong>${t('tokens.once')}</strong></p>
      <${Copy} label=${t('tokens.link')} text=${linkOf(fresh.token)}
        rows="2" view=${view} />
    </div>`}
    <ul class="records">
      ${tokens.map((one) => html`<li key=${one.id}
        class="records__line"><span><strong dir="auto">${
          one.name || t('tokens.unnamed')}</strong>${' '}
          <span class="muted">${t('tokens.made', { time: shortTime(
            one.created_at, view.locale, view.now) })}</span></span>
        <${Sure} label=${t('tokens.revoke')} about=${one.name} view=${view}
          disabled=${busy}
          onSure=${() => wishes.revokeToken(agent.id, one.id)} /></li>`)}
    </ul>
    <form class="form__row" onSubmit=${make}>
      <label class="form__grow">${t('tokens.name')}
        <input name="label" maxlength="100" autocomplete="off" /></label>
      <button class="button" disabled=${busy}>${t('tokens.make')}</button>
    </form>
  </section>`;
}


function linkOf(token) {
  return `${location.origin}${location.pathname}#token=${token}`;
}
