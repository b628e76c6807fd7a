/* What the reader chooses for himself, on this device. */

import { html } from '../../lib/html.js';
import { SOUNDS } from '../../lib/sound.js';
import { LocaleChoice } from '../locale_choice.js';


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
