/* Groups: who sees which new inquiries. */

import { html } from '../../lib/html.js';
import { slug } from '../../lib/slug.js';
import { Checks, Field, Form } from './form.js';
import { Records } from './records.js';


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
