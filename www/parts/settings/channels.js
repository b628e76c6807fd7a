/*
 * Channels: where clients write from.  One of a messenger has its steps, its
 * form, a button that connects it, and how it does.
 */

import { html } from '../../lib/html.js';
import { KINDS } from '../../lib/kinds.js';
import { formatRoute } from '../../lib/route.js';
import { shortTime } from '../../lib/time.js';
import { useEffect } from '../../vendor/preact-hooks.js';
import { SourceMark, troubleText } from '../marks.js';
import { Check, Copy, Field, Form, GroupChoice, Once, useHere }
  from './form.js';
import { Records, useRecord } from './people.js';


export function Channels() {
  const { t, view, route, directory } = useHere();
  const made = route.item?.startsWith('_') ? route.item.slice(1) : '';
  const groups = new Map(directory.groups.map((one) => [one.id, one.name]));

  return html`<${Records} page="channels" records=${directory.channels}
    draw=${(one) => html`
      <span class="records__mark"><${SourceMark} kind=${one.kind}
        view=${view} /></span>
      <strong dir="auto">${one.title}</strong>
      <span class="muted">${[t(`kind.${one.kind}`),
    groups.get(one.group) ?? t('form.everybody'),
    one.enabled === false && t('channels.disabled')]
    .filter(Boolean).join(' · ')}</span>`}
    form=${(channel) => (channel || KINDS[made]
    ? html`<${Channel} key=${channel?.id ?? made} channel=${channel}
        kind=${channel?.kind ?? made} />` : html`<${Kinds} />`)} />`;
}


function Kinds() {
  const { t, view } = useHere();

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


function Channel({ channel, kind }) {
  const { t, settings } = useHere();
  const secret = settings.fresh?.secret;

  if (kind === 'site') {
    return html`<p><a href=${formatRoute({ section: 'settings',
      page: 'widget', item: channel?.id ?? '_site' })}>
      ${t('channels.to_widget')}</a></p>`;
  }
  return html`<${Steps} kind=${kind} />
    ${secret && html`<${Once} words=${t('channels.secret_once')}
      label=${t('credential.secret')} text=${secret} />`}
    ${channel && html`<${Health} channel=${channel} />`}
    <${ChannelForm} channel=${channel} kind=${kind} />
    ${channel && html`<${Events} channel=${channel.id} />`}`;
}


export function Steps({ kind }) {
  const { t } = useHere();

  return html`<details class="steps" open>
    <summary>${t('channels.steps')}</summary>
    <ol class="steps__list">
      ${Array.from({ length: KINDS[kind].steps }, (_, i) => html`<li
        key=${i}>${t(`steps.${kind}_${i + 1}`)}</li>`)}
    </ol>
  </details>`;
}


/* Credentials go one way: what is set stays when its field is left empty. */

function ChannelForm({ channel, kind }) {
  const { t } = useHere();
  const record = useRecord('channels', channel, { named: 'title',
    valuesOf: (data) => ({ ...commonOf(kind, data),
      settings: channel?.settings ?? {} }) });

  return html`<${Form} ...${record} force=${t('channels.force')}>
    <${Common} channel=${channel} kind=${kind} />
  <//>`;
}


/* what the forms of all kinds have */
export function Common({ channel, kind, children = null }) {
  const { t } = useHere();

  return html`<${Field} name="title" label=${t('channels.title')} required
      maxlength="200" defaultValue=${channel?.title ?? t(`kind.${kind}`)} />
    <${GroupChoice} value=${channel?.group} hint=${t('channels.group_hint')} />
    ${children}
    ${KINDS[kind].credentials.map((one) => html`<${Credential}
      key=${one.name} ...${one}
      isSet=${channel?.credentials?.[one.name] === 'set'} />`)}
    <${Check} name="enabled" label=${t('channels.enabled')}
      checked=${channel?.enabled ?? true} />`;
}


function Credential({ name, optional, isSet }) {
  const { t } = useHere();

  return html`<${Field} name=${name} label=${t(`credential.${name}`)}
    type="password" spellcheck="false" autocomplete="new-password"
    required=${!optional && !isSet}
    placeholder=${isSet ? t('channels.is_set') : ''}
    hint=${optional && !isSet ? t(`credential.${name}_hint`) : null} />`;
}


export function commonOf(kind, data) {
  return {
    kind,
    title: data.get('title'),
    group: data.get('group') || null,
    enabled: data.has('enabled'),
    credentials: Object.fromEntries(KINDS[kind].credentials
      .map(({ name }) => [name, String(data.get(name) ?? '').trim()])
      .filter(([, value]) => value !== '')),
  };
}


/* Is it connected, and how does it do? */

function Health({ channel }) {
  const { t, view, wishes, settings } = useHere();
  const { health, trouble, busy } = settings.lines[channel.id] ?? {};
  const { account, note } = health?.connected ?? {};

  useEffect(() => {
    wishes.health(channel.id);
  }, [channel.id]);

  return html`<section class="form">
    <${Copy} label=${t('channels.hook_url')} text=${channel.hook_url} />
    ${channel.kind !== 'webhook' && html`<div class="form__foot">
      <button class="button button--main" type="button" disabled=${busy}
        onClick=${() => wishes.connectLine(channel.id)}>
        ${t('channels.connect')}</button>
      <span role="status" dir="auto">${health?.connected
        && `${t('channels.connected')} ${account ?? ''}`}</span></div>
    ${note && html`<p class="muted" dir="auto">${note}</p>`}`}
    <p class="problem" role="alert">${trouble
      && (trouble.detail ?? troubleText(trouble, view))}</p>
    ${health && html`<dl class="facts">
      ${factsOf(health, view).map(([name, words, bad]) => html`
        <dt key=${name}>${t(`health.${name}`)}</dt>
        <dd class=${bad ? 'problem' : ''} dir="auto">${words}</dd>`)}
    </dl>`}
  </section>`;
}


function factsOf(health, { t, locale, now }) {
  const time = (at) => (at ? shortTime(at, locale, now) : t('health.never'));
  const error = health.last_error;
  const rejected = Object.values(health.rejected_signatures ?? {})
    .reduce((sum, one) => sum + one, 0);

  return [
    ['last_update', time(health.last_update)],
    ['last_sent', time(health.last_sent)],
    error && ['last_error', `${time(error.at)}: ${error.text}`, true],
    rejected > 0 && ['rejected', rejected, true],
    health.odd_bodies > 0 && ['odd', health.odd_bodies],
    health.queue_length > 0 && ['queue', health.queue_length],
    health.warnings?.includes('no_public_url')
      && ['files', t('health.no_public_url'), true],
  ].filter(Boolean);
}


/* The webhooks that came last; each can be read again. */

function Events({ channel }) {
  const { t, view, wishes, settings } = useHere();
  const events = settings.lines[channel]?.events ?? [];

  return html`<section class="form">
    <h3>${t('events.title')}</h3>
    ${events.length === 0 && html`<p class="muted">${t('events.none')}</p>`}
    <ul class="records">
      ${events.map((one) => html`<li key=${one.id} class="records__line">
        <details class="events__one"><summary>
          ${shortTime(one.at, view.locale, view.now)} · ${one.status} ·${' '}
          ${one.outcome}</summary>
          <pre class="copy__text" dir="auto">${one.body ?? '—'}</pre></details>
        ${one.body !== null && html`<button class="button" type="button"
          onClick=${() => wishes.replay(channel, one.id)}>
          ${one.again ?? t('events.replay')}</button>`}</li>`)}
    </ul>
  </section>`;
}
