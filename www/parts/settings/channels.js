/* Channels: where clients write from. */

import { html } from '../../lib/html.js';
import { KINDS } from '../../lib/kinds.js';
import { formatRoute } from '../../lib/route.js';
import { slug } from '../../lib/slug.js';
import { SourceMark } from '../marks.js';
import { Check, Copy, Field, Form, GroupChoice } from './form.js';
import { inUse } from './people.js';
import { Records } from './records.js';


export function Channels(props) {
  const { state, view } = props;
  const { t } = view;
  const { item } = state.route;
  const kind = item?.startsWith('_') ? item.slice(1) : null;

  return html`<${Records} page="channels" item=${item}
    records=${state.directory.channels} view=${view}
    draw=${(one) => html`
      <span class="records__mark"><${SourceMark} kind=${one.kind}
        view=${view} /></span>
      <strong dir="auto">${one.title}</strong>
      <span class="muted">${[t(`kind.${one.kind}`),
    groupName(state, one.group) ?? t('form.everybody'),
    one.enabled === false && t('channels.disabled')]
    .filter(Boolean).join(' · ')}</span>`}
    form=${(channel) => (channel || KINDS[kind ?? '']
    ? html`<${Channel} ...${props} key=${channel?.id ?? kind}
        channel=${channel} kind=${channel?.kind ?? kind} />`
    : html`<${Kinds} view=${view} />`)} />`;
}


function Kinds({ view }) {
  const { t } = view;

  return html`<p class="muted">${t('channels.choose')}</p>
    <ul class="kinds">
      ${Object.keys(KINDS).map((kind) => html`<li key=${kind}>
        <a class="kinds__one" href=${formatRoute({ section: 'settings',
          page: kind === 'site' ? 'widget' : 'channels', item: `_${kind}` })}>
          <span class="records__mark"><${SourceMark} kind=${kind}
            view=${view} /></span>
          <span>${t(`kind.${kind}`)}</span></a></li>`)}
    </ul>`;
}


function groupName({ directory }, id) {
  return directory.groups.find((one) => one.id === id)
    ?.name;
}


/*
 * One channel of a messenger: how to get its credentials, the form, and what
 * to tell the platform.  Credentials go one way: what is set stays when its
 * field is left empty.
 */

export function Channel(props) {
  const { channel, kind, state, view } = props;
  const { t } = view;
  const { fresh } = state.settings;

  if (kind === 'site') {
    return html`<p><a href=${formatRoute({ section: 'settings',
      page: 'widget', item: channel?.id ?? '_site' })}>
      ${t('channels.to_widget')}</a></p>`;
  }
  return html`<${Steps} kind=${kind} view=${view} />
    ${channel?.hook_url && html`<${Copy} label=${t('channels.hook_url')}
      text=${channel.hook_url} view=${view} />`}
    ${fresh?.secret && html`<div class="settings__fresh" role="status">
      <p><strong>${t('channels.secret_once')}</strong></p>
      <${Copy} label=${t('credential.secret')} text=${fresh.secret}
        view=${view} /></div>`}
    <${ChannelForm} ...${props} />`;
}


export function Steps({ kind, view }) {
  return html`<details class="steps" open>
    <summary>${view.t('channels.steps')}</summary>
    <ol class="steps__list">
      ${Array.from({ length: KINDS[kind].steps }, (_, i) => html`<li
        key=${i}>${view.t(`steps.${kind}_${i + 1}`)}</li>`)}
    </ol>
  </details>`;
}


function ChannelForm({ channel, kind, state, view, wishes }) {
  const { t } = view;
  const { settings, directory } = state;

  const submit = async (data) => {
    const title = String(data.get('title'));
    const id = channel?.id ?? slug(title, directory.channels
      .map((one) => one.id), kind);

    if (await wishes.save('channels', id, { kind, title,
      group: data.get('group') || null, enabled: data.has('enabled'),
      credentials: credentialsOf(kind, data),
      settings: channel?.settings ?? {} }) && channel === null) {
      wishes.goTo('channels', id);
    }
  };

  return html`<${Form} settings=${settings} view=${view} onSubmit=${submit}
    create=${channel === null} onDelete=${channel
    && (() => wishes.remove('channels', channel.id, inUse(settings)))}>
    <${Field} name="title" label=${t('channels.title')} required
      maxlength="200" defaultValue=${channel?.title ?? t(`kind.${kind}`)}
      errors=${settings.errors} />
    <${GroupChoice} groups=${directory.groups} value=${channel?.group}
      view=${view} hint=${t('channels.group_hint')} />
    ${KINDS[kind].credentials.map((one) => html`<${Credential}
      key=${one.name} ...${one} isSet=${
    channel?.credentials?.[one.name] === 'set'} view=${view}
      errors=${settings.errors} />`)}
    <${Check} name="enabled" label=${t('channels.enabled')}
      checked=${channel?.enabled ?? true} />
    ${inUse(settings) && html`<p class="muted">${t('channels.force')}</p>`}
  <//>`;
}


export function Credential({ name, optional, isSet, view, errors }) {
  const { t } = view;

  return html`<${Field} name=${name} label=${t(`credential.${name}`)}
    type="password" spellcheck="false" errors=${errors}
    autocomplete="new-password" required=${!optional && !isSet}
    placeholder=${isSet ? t('channels.is_set') : ''}
    hint=${optional && !isSet ? t(`credential.${name}_hint`) : null} />`;
}


export function credentialsOf(kind, data) {
  return Object.fromEntries(KINDS[kind].credentials
    .map(({ name }) => [name, String(data.get(name) ?? '').trim()])
    .filter(([, value]) => value !== ''));
}
