/*
 * The widgets: each a channel of kind `site`.  What is typed is shown at once
 * beside the form, as visitors would see it.
 */

import { html } from '../../lib/html.js';
import { originOf } from '../../lib/links.js';
import { slug } from '../../lib/slug.js';
import { useLayoutEffect, useRef, useState }
  from '../../vendor/preact-hooks.js';
import { NAMES } from '../sign_in.js';
import { Credential, credentialsOf, Steps } from './channels.js';
import { Check, Copy, Field, Form, GroupChoice, Select } from './form.js';
import { inUse } from './people.js';
import { Records } from './records.js';

const COLOR = '#0b6e5f';


export function Widget(props) {
  const { state, view } = props;
  const sites = state.directory.channels
    .filter((one) => one.kind === 'site');

  return html`<${Records} page="widget" item=${state.route.item}
    records=${sites} view=${view}
    draw=${(one) => html`<strong dir="auto">${one.title}
      </strong><span class="muted" dir="auto">${(one.settings.origins ?? [])
    .join(', ')}</span>`}
    form=${(channel) => html`<${Site} ...${props}
      key=${channel?.id} channel=${channel} />`} />`;
}


function Site(props) {
  const { channel, view } = props;
  const [looks, setLooks] = useState(channel?.settings ?? {});

  const onInput = (event) => {
    const data = new FormData(event.currentTarget);

    setLooks({ greeting: data.get('greeting'), color: data.get('color') });
  };

  return html`${channel && html`<${Copy} rows="3" view=${view}
      label=${view.t('widget.snippet')} text=${snippetOf(channel.id)} />`}
    <${Steps} kind="site" view=${view} />
    <div class="widget" onInput=${(event) => onInput({
    currentTarget: event.currentTarget.querySelector('form') })}>
      <${SiteForm} ...${props} />
      <${Preview} looks=${looks} title=${channel?.title} view=${view} />
    </div>`;
}


function SiteForm({ channel, state, view, wishes }) {
  const { t } = view;
  const { settings, directory } = state;
  const { errors } = settings;
  const held = channel?.settings ?? {};
  const { origins = [], color = COLOR, locale } = held;

  const submit = async (data) => {
    const title = String(data.get('title'));
    const id = channel?.id ?? slug(title, directory.channels
      .map((one) => one.id), 'site');

    if (await wishes.save('channels', id, { kind: 'site', title,
      group: data.get('group') || null, enabled: data.has('enabled'),
      credentials: credentialsOf('site', data),
      settings: { ...held, ...settingsOf(data) } }) && channel === null) {
      wishes.goTo('widget', id);
    }
  };

  return html`<${Form} settings=${settings} view=${view} onSubmit=${submit}
    create=${channel === null} onDelete=${channel
    && (() => wishes.remove('channels', channel.id, inUse(settings)))}>
    <${Field} name="title" label=${t('channels.title')} required
      maxlength="200" defaultValue=${channel?.title ?? t('kind.site')}
      errors=${errors} />
    <${GroupChoice} groups=${directory.groups} value=${channel?.group}
      view=${view} hint=${t('channels.group_hint')} />
    <${Field} name="greeting" label=${t('widget.greeting')} dir="auto"
      maxlength="500" defaultValue=${held.greeting} errors=${errors} />
    <${Field} name="color" label=${t('widget.color')} type="color"
      defaultValue=${color} errors=${errors} />
    <${Select} name="locale" label=${t('app.language')}
      value=${locale ?? ''} options=${[
      ['', t('widget.locale_own')], ...Object.entries(NAMES)]} />
    <${Field} name="origins" area label=${t('widget.origins')} rows="3"
      placeholder="https://example.com" spellcheck="false"
      defaultValue=${origins.join('\n')}
      hint=${t('widget.origins_hint')} errors=${errors} />
    <${Credential} name="identity_secret" optional view=${view}
      isSet=${isSet(channel)} errors=${errors} />
    <${Check} name="enabled" label=${t('channels.enabled')}
      checked=${channel?.enabled ?? true} />
    ${inUse(settings) && html`<p class="muted">${t('channels.force')}</p>`}
  <//>`;
}


function isSet(channel) {
  return channel?.credentials?.identity_secret === 'set';
}


function settingsOf(data) {
  return {
    greeting: data.get('greeting') || null,
    color: data.get('color'),
    locale: data.get('locale') || null,
    origins: String(data.get('origins')).split(/[\s,]+/).filter(Boolean)
      .map(originOf).filter((one) => one !== null),
  };
}


function snippetOf(id) {
  const loader = new URL('embed/loader.js', document.baseURI);

  return `<script src="${loader}" data-channel="${id}" async></script>`;
}


/* A widget in small, as visitors would see it; nothing of it works. */

export function Preview({ looks, title, view }) {
  const { t } = view;
  const box = useRef(/** @type {HTMLElement | null} */ (null));

  useLayoutEffect(() => {
    box.current?.style.setProperty('--preview', looks.color || null);
  }, [looks.color]);

  return html`<figure class="preview" ref=${box}>
    <figcaption class="muted">${t('widget.preview')}</figcaption>
    <div class="preview__page" aria-hidden="true">
      <div class="preview__chat">
        <p class="preview__head" dir="auto">${title ?? t('kind.site')}</p>
        <p class="preview__greeting" dir="auto">
          ${looks.greeting || t('widget.greeting_none')}</p>
        <p class="preview__mine">${t('widget.sample')}</p>
      </div>
      <span class="preview__button" />
    </div>
  </figure>`;
}
