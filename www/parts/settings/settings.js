/* The settings: their pages by role, and those that are one form. */

import { html } from '../../lib/html.js';
import { formatRoute, pagesOf } from '../../lib/route.js';
import { SOUNDS } from '../../lib/sound.js';
import { LocaleChoice, NAMES } from '../sign_in.js';
import { Channels } from './channels.js';
import { Field, Form, Select } from './form.js';
import { Agents, Groups } from './people.js';
import { CannedReplies } from './records.js';
import { Widget } from './widget.js';

/* The pages that are one form: the space, and what is the reader's own. */

/* The space: its name, its language, how long it remembers. */

export function Space({ state, view, wishes }) {
  const { t } = view;
  const { settings, directory } = state;
  const { space } = directory;

  if (space === null) {
    return html`<p role="status">${t('app.starting')}</p>`;
  }
  return html`<h2>${t('settings.space')}</h2>
    <${Form} settings=${settings} view=${view}
      onSubmit=${(data) =>
    wishes.saveSpace(valuesOf(data))}>
      <${Field} name="name" label=${t('form.name')} required maxlength="200"
        defaultValue=${space.name} errors=${settings.errors} />
      <${Select} name="locale" label=${t('app.language')}
        value=${space.locale} options=${Object.entries(NAMES)}
        hint=${t('space.locale_hint')} />
      <${Field} name="retention_days" label=${t('space.retention')}
        type="number" min="1" max="36500" defaultValue=${space.retention_days}
        hint=${t('space.retention_hint')} errors=${settings.errors} />
      <${Field} name="plans_url" label=${t('space.plans_url')} type="url"
        maxlength="2000" defaultValue=${space.plans_url}
        hint=${t('space.plans_hint')} errors=${settings.errors} />
      <p class="muted">${t('space.plan')}: ${t(`plan.${space.plan}`)}</p>
    <//>`;
}


function valuesOf(data) {
  const days = String(data.get('retention_days') ?? '');

  return {
    name: data.get('name'),
    locale: data.get('locale'),
    retention_days: days === '' ? null : Number(days),
    plans_url: data.get('plans_url') || null,
  };
}


/* What the reader chooses for himself, on this device. */

export function Mine({ prefs, state, view, wishes }) {
  const { t } = view;
  const { agent } = state.me;

  return html`<h2>${t('settings.me')}</h2>
    <p class="muted" dir="auto">${agent.name} · ${t(`role.${agent.role}`)}</p>
    <div class="form">
      <div class="form__field"><span aria-hidden="true">
        ${t('app.language')}</span>
        <${LocaleChoice} view=${view} onLocale=${wishes.chooseLocale} /></div>
      <div class="form__field">
        <label for="sound">${t('me.sound')}</label>
        <select id="sound" onChange=${(e) =>
    wishes.chooseSound(e.target.value)}>
          ${SOUNDS.map((one) => html`<option key=${one} value=${one}
            selected=${one === prefs.sound}>${t(`sound.${one}`)}</option>`)}
        </select>
      </div>
      <${Switch} on=${prefs.toasts} label=${t('me.toasts')}
        onSwitch=${(toasts) =>
    wishes.choose({ toasts })} />
      <${Switch} on=${prefs.system} label=${t('me.system')}
        hint=${t('me.system_hint')} onSwitch=${wishes.chooseSystem} />
      <${Switch} on=${prefs.shortcuts} label=${t('me.shortcuts')}
        onSwitch=${(shortcuts) =>
    wishes.choose({ shortcuts })} />
      <div class="form__foot">
        <button class="button" type="button" onClick=${wishes.help}>
          ${t('help.title')}</button>
        <button class="button" type="button" onClick=${wishes.signOut}>
          ${t('app.sign_out')}</button>
      </div>
    </div>`;
}


function Switch({ on, label, hint, onSwitch }) {
  return html`<div><label class="form__check"><input type="checkbox"
    checked=${on} onChange=${(e) =>
    onSwitch(e.target.checked)} /><span>${label}</span></label>
    ${hint && html`<p class="muted">${hint}</p>`}</div>`;
}


/* The settings: their pages by role, and the one that is open. */

/** @type {Record<string, any>} */
const PAGES = { space: Space, channels: Channels, widget: Widget,
  groups: Groups, agents: Agents, canned: CannedReplies, me: Mine };


export function Settings(props) {
  const { state, view } = props;
  const { me, route } = state;
  const { t } = view;
  const pages = pagesOf(me);
  const page = route.page ?? pages[0];
  const Page = pages.includes(page) ? PAGES[page] : null;

  return html`<section class="settings">
    <nav class="settings__nav" aria-label=${t('title.settings')}>
      <h1 class="settings__title">${t('title.settings')}</h1>
      <ul class="settings__pages">
        ${pages.map((one) => html`<li key=${one}><a class="menu__link"
          href=${formatRoute({ section: 'settings', page: one })}
          aria-current=${one === page ? 'page' : null}>
          ${t(`settings.${one}`)}</a></li>`)}
      </ul>
    </nav>
    <div class="settings__page" key=${page}>
      ${Page ? html`<${Page} ...${props} />`
    : html`<p>${t('settings.not_yours')}</p>`}
    </div>
  </section>`;
}
