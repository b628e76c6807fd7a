/*
 * A form of the settings and its fields.  Fields keep what is typed
 * themselves; a form gives its values when it is sent, and shows what the
 * server says of single fields beside them.
 */

import { html } from '../../lib/html.js';
import { useRef, useState } from '../../vendor/preact-hooks.js';
import { Icon, troubleText } from '../marks.js';


export function Form({ settings, view, onSubmit, onDelete, create, children }) {
  const { t } = view;
  const { busy, trouble, saved, errors } = settings;

  const submit = (event) => {
    event.preventDefault();
    onSubmit(new FormData(event.target));
  };

  return html`<form class="form" onSubmit=${submit}>
    ${children}
    <p class="problem" role="alert">${trouble
      && [troubleText(trouble, view), ...Object.values(errors)]
        .filter((one, i, all) => all.indexOf(one) === i).join(' · ')}</p>
    <div class="form__foot">
      <button class="button button--main" disabled=${busy}>
        ${t(create ? 'form.create' : 'form.save')}</button>
      <span role="status" class="muted">
        ${saved !== null && !busy && t('form.saved')}</span>
      ${onDelete && html`<${Sure} label=${t('form.delete')} view=${view}
        disabled=${busy} onSure=${onDelete} />`}
    </div>
  </form>`;
}


export function Field({ name, label, hint, errors = {}, area, ...more }) {
  const error = errors[name] ?? errors[`credentials.${name}`]
    ?? errors[`settings.${name}`];
  const Input = area ? 'textarea' : 'input';
  const told = [hint && `${name}-hint`, error && `${name}-error`]
    .filter(Boolean).join(' ');

  return html`<div class="form__field">
    <label for=${`f-${name}`}>${label}</label>
    <${Input} id=${`f-${name}`} name=${name} aria-describedby=${told || null}
      aria-invalid=${error ? 'true' : null} autocomplete="off" ...${more} />
    ${hint && html`<p class="muted" id=${`${name}-hint`}>${hint}</p>`}
    ${error && html`<p class="problem" id=${`${name}-error`}>${error}</p>`}
  </div>`;
}


export function Select({ name, label, hint, value, options, onChange }) {
  return html`<div class="form__field">
    <label for=${`f-${name}`}>${label}</label>
    <select id=${`f-${name}`} name=${name} onChange=${onChange}>
      ${options.map(([id, words]) => html`<option key=${id} value=${id}
        selected=${id === value}>${words}</option>`)}
    </select>
    ${hint && html`<p class="muted">${hint}</p>`}
  </div>`;
}


export function Check({ name, label, checked, value = 'on', onChange }) {
  return html`<label class="form__check">
    <input type="checkbox" name=${name} value=${value}
      defaultChecked=${checked} onChange=${onChange} />
    <span dir="auto">${label}</span></label>`;
}


export function Checks({ name, label, options, chosen, empty }) {
  return html`<fieldset class="form__checks">
    <legend>${label}</legend>
    ${options.map(([id, words]) => html`<${Check} key=${id} name=${name}
      value=${id} label=${words} checked=${chosen.includes(id)} />`)}
    ${options.length === 0 && html`<p class="muted">${empty}</p>`}
  </fieldset>`;
}


/**
 * The choice of a group, or everybody.
 *
 * @param {any} props
 */
export function GroupChoice({ groups, value, view, hint }) {
  return html`<${Select} name="group" label=${view.t('form.group')}
    value=${value ?? ''} hint=${hint}
    options=${[['', view.t('form.everybody')],
    ...groups.map((one) => [one.id, one.name])]} />`;
}


/* A button for what cannot be undone: the second press does it. */

export function Sure({ label, about, disabled, view, onSure }) {
  const [asked, ask] = useState(false);
  const press = () => {
    ask(!asked);
    if (asked) {
      onSure();
    }
  };

  return html`<button type="button" disabled=${disabled} onClick=${press}
    class=${`button button--danger ${asked ? 'button--asked' : ''}`}
    aria-label=${about && !asked ? `${label}: ${about}` : null}
    onBlur=${() => ask(false)}>
    ${asked ? view.t('form.sure') : label}</button>`;
}


/* Something to be copied: an address, a token, a snippet. */

export function Copy({ label, text, rows = 1, view }) {
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const [copied, setCopied] = useState(false);

  const copy = async () => {
    box.current?.select();
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);

    } catch {
      /* an address without https has no clipboard: it is selected at least */
      setCopied(document.execCommand('copy'));
    }
  };

  return html`<div class="copy">
    <label class="copy__label">${label}
      <textarea class="copy__text" ref=${box} rows=${rows} readonly
        spellcheck="false" value=${text} /></label>
    <button class="button" type="button" onClick=${copy}>
      <${Icon} name="copy" /> ${view.t(copied ? 'form.copied' : 'form.copy')}
    </button>
    <span class="hidden" role="status">
      ${copied && view.t('form.copied')}</span>
  </div>`;
}
