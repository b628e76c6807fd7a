/* The settings: their pages by role, and those that are one form. */

import { html } from '../../lib/html.js';
import { formatRoute, pagesOf } from '../../lib/route.js';
import { SOUNDS } from '../../lib/sound.js';
import { useEffect, useRef } from '../../vendor/preact-hooks.js';
import { LocaleChoice, NAMES } from '../sign_in.js';
import { Channels } from './channels.js';
import { Check, Field, Form, Here, Select, useHere } from './form.js';
import { Agents, CannedReplies, Groups } from './people.js';
import { Widget } from './widget.js';

/** @type {Record<string, any>} */
const PAGES = { space: Space, channels: Channels, widget: Widget,
  groups: Groups, agents: Agents, canned: CannedReplies, me: Mine };


export function Settings(props) {
  const { me, route } = props.state;
  const { t } = props.view;
  const pages = pagesOf(me);
  const here = useRef(/** @type {HTMLElement | null} */ (null));
  const page = route.page ?? pages[0];
  const Page = pages.includes(page) ? PAGES[page] : null;

  /* on a phone the pages are a row that is longer than the screen */
  useEffect(() => here.current?.querySelector('[aria-current]')
    ?.scrollIntoView({ block: 'nearest', inline: 'center' }), [page]);

  return html`<section class="settings">
    <nav class="settings__nav" aria-label=${t('title.settings')}>
      <h1 class="settings__title">${t('title.settings')}</h1>
      <ul class="settings__pages" ref=${here}>
        ${pages.map((one) => html`<li key=${one}><a class="menu__link"
          href=${formatRoute({ section: 'settings', page: one })}
          aria-current=${one === page ? 'page' : null}>
          ${t(`settings.${one}`)}</a></li>`)}
      </ul>
    </nav>
    <div class="settings__page" key=${page}>
      <${Here.Provider} value=${props}>
        ${Page ? html`<${Page} />`
    : html`<p>${t('settings.not_yours')}</p>`}<//>
    </div>
  </section>`;
}


/* The space: its name, its language, how long it remembers. */

function Space() {
  const { t, directory, wishes } = useHere();
  const { space } = directory;

  if (space === null) {
    return html`<p role="status">${t('app.starting')}</p>`;
  }
  return html`<h2>${t('settings.space')}</h2>
    <${Form} onSubmit=${(data) => wishes.saveSpace(valuesOf(data))}>
      <${Field} name="name" label=${t('form.title')} required maxlength="200"
        defaultValue=${space.name} />
      <${Select} name="locale" label=${t('app.language')}
        value=${space.locale} options=${Object.entries(NAMES)}
        hint=${t('space.locale_hint')} />
      <${Field} name="retention_days" label=${t('space.retention')}
        type="number" min="1" max="36500" defaultValue=${space.retention_days}
        hint=${t('space.retention_hint')} />
      <${Field} name="plans_url" label=${t('space.plans_url')} type="url"
        maxlength="2000" defaultValue=${space.plans_url}
        hint=${t('space.plans_hint')} />
      <p class="muted">${t('space.plan')}: ${t(`plan.${space.plan}`)}</p>
    <//>`;
}


function valuesOf(data) {
  const days = data.get('retention_days');

  return {
    name: data.get('name'),
    locale: data.get('locale'),
    retention_days: days ? Number(days) : null,
    plans_url: data.get('plans_url') || null,
  };
}


/* What the reader chooses for himself, on this device. */

function Mine() {
  const { t, view, me, prefs, wishes } = useHere();
  const { name, role } = me.agent;

  return html`<h2>${t('settings.me')}</h2>
    <p class="muted" dir="auto">${name} · ${t(`role.${role}`)}</p>
    <div class="form">
      <div class="form__field"><strong aria-hidden="true">
        ${t('app.language')}</strong>
        <${LocaleChoice} view=${view} onLocale=${wishes.chooseLocale} /></div>
      <div class="form__row">
        <${Select} name="sound" label=${t('me.sound')} value=${prefs.sound}
          onChange=${(e) => wishes.chooseSound(e.target.value)}
          options=${SOUNDS.map((one) => [one, t(`sound.${one}`)])} />
        <button class="button" type="button"
          onClick=${() => wishes.chooseSound(prefs.sound)}>
          ${t('me.listen')}</button>
      </div>
      <${Check} checked=${prefs.toasts} label=${t('me.toasts')}
        onChange=${(toasts) => wishes.choose({ toasts })} />
      <${Check} checked=${prefs.system}
        label=${t('me.system')} hint=${t('me.system_hint')}
        onChange=${wishes.chooseSystem} />
      <${Check} checked=${me.agent.away} label=${t('me.away')}
        hint=${t('me.away_hint')} onChange=${wishes.away} />
      <${Check} checked=${prefs.shortcuts} label=${t('me.shortcuts')}
        onChange=${(shortcuts) => wishes.choose({ shortcuts })} />
      <div class="form__foot">
        <button class="button" type="button" onClick=${wishes.help}>
          ${t('help.title')}</button>
        <button class="button" type="button" onClick=${wishes.signOut}>
          ${t('app.sign_out')}</button>
      </div>
    </div>`;
}
