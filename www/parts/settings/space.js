/* The space: its name, its language, how long it remembers. */

import { html } from '../../lib/html.js';
import { NAMES } from '../locale_choice.js';
import { Field, Form, Select } from './form.js';


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
