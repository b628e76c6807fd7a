/*
 * The widgets: each a channel of kind `site`.  What is typed is shown at once
 * beside the form, as visitors would see it.
 */

import { html } from '../../lib/html.js';
import { originOf } from '../../lib/links.js';
import { useLayoutEffect, useRef, useState }
  from '../../vendor/preact-hooks.js';
import { NAMES } from '../sign_in.js';
import { Common, commonOf, Steps } from './channels.js';
import { Check, Checks, Copy, Field, Form, Select, useHere } from './form.js';
import { Records, useRecord } from './people.js';

/* the channel of the sample page, demo.html */
const DEMO = 'site';
const COLOR = '#0b6e5f';
const ASKED = ['name', 'email', 'phone'];
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/* what a week begins with that has no hours yet */
const USUAL = ['09:00-18:00'];


export function Widget() {
  const sites = useHere().directory.channels
    .filter((one) => one.kind === 'site');

  return html`<${Records} page="widget" records=${sites}
    draw=${(one) => html`<strong dir="auto">${one.title}
      </strong><span class="muted" dir="auto">${(one.settings.origins ?? [])
    .join(', ')}</span>`}
    form=${(channel) => html`<${Site} key=${channel?.id}
      channel=${channel} />`} />`;
}


function Site({ channel }) {
  const { t } = useHere();
  const [looks, setLooks] = useState(channel?.settings ?? {});
  const look = (event) => setLooks(Object.fromEntries(
    new FormData(event.currentTarget.querySelector('form'))));

  return html`${channel && html`<${Copy}
      label=${t('widget.snippet')}
      text=${snippetOf(channel.id, channel.settings.color)} />`}
    ${channel?.id === DEMO && html`<p><a href="demo.html" target="_blank">
      ${t('widget.try')}</a></p>`}
    <${Steps} kind="site" />
    <div class="widget" onInput=${look}>
      <${SiteForm} channel=${channel} />
      <${Preview} looks=${looks} title=${looks.title ?? channel?.title} />
    </div>`;
}


function SiteForm({ channel }) {
  const { t } = useHere();
  const held = channel?.settings ?? {};
  const record = useRecord('channels', channel, { named: 'title',
    page: 'widget', valuesOf: (data) => ({ ...commonOf('site', data),
      settings: { ...held, ...settingsOf(data) } }) });

  return html`<${Form} ...${record} force=${t('channels.force')}>
    <${Common} channel=${channel} kind="site">
      <${Field} name="greeting" label=${t('widget.greeting')} dir="auto"
        maxlength="500" defaultValue=${held.greeting} />
      <${Field} name="away" label=${t('widget.away')} dir="auto"
        maxlength="500" defaultValue=${held.away}
        hint=${t('widget.away_hint')} />
      <${Checks} name="ask" label=${t('widget.ask')}
        options=${ASKED.map((one) => [one, t(`ask.${one}`)])}
        chosen=${held.ask ?? []} />
      <${Field} name="color" label=${t('widget.color')} type="color"
        defaultValue=${held.color ?? COLOR} />
      <${Select} name="locale" label=${t('app.language')}
        value=${held.locale ?? ''} options=${[
        ['', t('widget.locale_own')], ...Object.entries(NAMES)]} />
      <${Hours} held=${held.hours} />
      <${Field} name="origins" as="textarea" label=${t('widget.origins')}
        rows="3" placeholder="https://example.com" spellcheck="false"
        defaultValue=${(held.origins ?? []).join('\n')}
        hint=${t('widget.origins_hint')} />
    <//>
  <//>`;
}


/* Business hours: one line for each day; an empty one is a day off. */

function Hours({ held }) {
  const { t, view, settings } = useHere();
  const [some, setSome] = useState(Boolean(held));
  const name = new Intl.DateTimeFormat(view.locale,
    { weekday: 'long', timeZone: 'UTC' });
  const error = settings.errors['settings.hours'];

  return html`<fieldset class="form__checks">
    <legend>${t('widget.hours')}</legend>
    <${Check} name="hours" label=${t('widget.hours_some')} checked=${some}
      onChange=${setSome} />
    ${some && html`<p class="muted">${t('widget.hours_hint')}</p>
    <div class="hours">
      ${DAYS.map((day, i) => html`<label key=${day} class="hours__day">
        <span>${name.format(Date.UTC(2024, 0, i + 1))}</span>
        <input name=${`hours-${day}`} placeholder="—" defaultValue=${
          ((held ?? (i < 5 ? { [day]: USUAL } : {}))[day] ?? []).join(', ')}
          pattern="(\\d\\d:\\d\\d-\\d\\d:\\d\\d[,\\s]*)*" /></label>`)}
      <label class="hours__day"><span>${t('widget.zone')}</span>
        <input name="hours-utc_offset" pattern="[+\\-]\\d\\d:\\d\\d" required
          defaultValue=${held?.utc_offset ?? offsetHere()} /></label>
    </div>`}
    ${error && html`<p class="problem" role="alert">${error}</p>`}
  </fieldset>`;
}


function offsetHere() {
  const minutes = -new Date().getTimezoneOffset();
  const two = (n) => String(Math.trunc(Math.abs(n))).padStart(2, '0');

  return `${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}


function hoursOf(data) {
  if (!data.has('hours')) {
    return null;
  }
  return Object.fromEntries([
    ['utc_offset', data.get('hours-utc_offset')],
    ...DAYS.map((day) => [day, wordsOf(data.get(`hours-${day}`))])
      .filter(([, ranges]) => ranges.length > 0),
  ]);
}


function settingsOf(data) {
  return {
    greeting: data.get('greeting') || null,
    away: data.get('away') || null,
    ask: data.getAll('ask'),
    color: data.get('color'),
    locale: data.get('locale') || null,
    hours: hoursOf(data),
    origins: wordsOf(data.get('origins')).map(originOf)
      .filter((one) => one !== null),
  };
}


function wordsOf(value) {
  return String(value ?? '').split(/[\s,]+/).filter(Boolean);
}


function snippetOf(id, color) {
  const loader = new URL('embed/loader.js', document.baseURI);

  return `<script src="${loader}" data-channel="${id}"${
    color ? ` data-color="${color}"` : ''} async></script>`;
}


/* A widget in small, as visitors would see it; nothing of it works. */

function Preview({ looks, title }) {
  const { t } = useHere();
  const box = useRef(/** @type {HTMLElement | null} */ (null));

  const color = looks.color || COLOR;

  useLayoutEffect(() => {
    box.current?.style.setProperty('--preview', color);
    box.current?.style.setProperty('--on-preview',
      isLight(color) ? '#000' : '#fff');
  }, [color]);

  return html`<figure class="preview" ref=${box}>
    <figcaption class="muted">${t('widget.preview')}</figcaption>
    <div class="preview__page" aria-hidden="true">
      <div class="preview__chat">
        <p class="preview__head" dir="auto">${title ?? t('kind.site')}</p>
        <p class="preview__greeting" dir="auto">
          ${looks.greeting || t('widget.greeting_none')}</p>
        <p class="preview__mine">${t('widget.sample')}</p>
      </div>
      <svg class="preview__button" viewBox="-8 -8 40 40">
        <path d="M2 3h20v14H11l-5 5v-5H2z" /></svg>
    </div>
  </figure>`;
}


/* is black better read on it than white? (WCAG) */
function isLight(color) {
  return [0.2126, 0.7152, 0.0722].reduce((sum, share, i) => sum + share
    * (parseInt(color.slice(i * 2 + 1, i * 2 + 3), 16) / 255) ** 2.2, 0)
    > 0.18;
}
