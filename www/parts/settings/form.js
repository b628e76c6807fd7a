/*
 * A form of the settings and its fields.  Fields keep what is typed
 * themselves; a form gives its values when it is sent, shows what the server
 * says of single fields beside them, and asks before what is typed is lost.
 */

import { html } from '../../lib/html.js';
import { useContext, useEffect, useRef, useState }
  from '../../vendor/preact-hooks.js';
import { createContext } from '../../vendor/preact.js';
import { Icon, troubleText } from '../marks.js';

/* what every part of the settings draws from: state, view, wishes */
export const Here = createContext(/** @type {any} */ (null));


export function useHere() {
  const here = useContext(Here);

  return { ...here, t: here.view.t, ...here.state };
}


/**
 * `force`: words for what a second "delete" does to what is in use.
 *
 * @param {any} props
 */
export function Form({ onSubmit, onDelete, create, force, children }) {
  const { t, view, settings } = useHere();
  const { busy, trouble, saved, errors } = settings;
  const box = useRef(/** @type {HTMLFormElement | null} */ (null));
  const touch = useGuard(saved, t('form.unsaved'));
  const used = trouble?.code === 'in_use';
  const shown = new Set(box.current === null ? [] : [...box.current
    .querySelectorAll('[aria-invalid] ~ .problem')].map((one) =>
    one.textContent));

  const submit = (event) => {
    event.preventDefault();
    onSubmit(new FormData(event.target));
  };

  useEffect(() => {
    /** @type {HTMLElement | null | undefined} */
    (box.current?.querySelector('[aria-invalid]'))?.focus();
  }, [errors]);

  return html`<form class="form" ref=${box} onInput=${touch}
    onSubmit=${submit}>
    ${children}
    <p class="problem" role="alert">${trouble && (used ? force
      : [troubleText(trouble, view), ...Object.values(errors)
        .filter((one) => !shown.has(one))].join(' · '))}</p>
    <div class="form__foot">
      <button class="button button--main" disabled=${busy}>
        ${t(create ? 'form.create' : 'form.save')}</button>
      <span role="status" class="muted">
        ${saved !== null && !busy && t('form.saved')}</span>
      ${onDelete && html`<${Sure} disabled=${busy}
        label=${t(used ? 'form.force' : 'form.delete')}
        onSure=${() => onDelete(used)} />`}
    </div>
  </form>`;
}


/* Asks before what was typed and not saved is left. */

function useGuard(saved, words) {
  const [touched, touch] = useState(false);

  useEffect(() => {
    if (saved !== null) {
      touch(false);
    }
  }, [saved]);
  useEffect(() => {
    const life = new AbortController();
    const { signal } = life;

    if (touched) {
      addEventListener('beforeunload', (event) => event.preventDefault(),
        { signal });
      document.addEventListener('click', (event) => {
        const link = /** @type {HTMLElement} */ (event.target).closest('a');

        if (link && link.target === '' && !window.confirm(words)) {
          event.preventDefault();
        }
      }, { signal, capture: true });
    }
    return () => life.abort();
  }, [touched]);

  return () => touch(true);
}


export function Field({ name, label, hint, as = 'input', children, ...more }) {
  const { errors } = useHere().settings;
  const key = Object.keys(errors).find((one) =>
    one.split(/[.[]/).find((word) => !/^(credentials|settings)$/.test(word))
      === name);
  const error = key && errors[key];
  const told = [hint && `${name}-hint`, error && `${name}-error`]
    .filter(Boolean).join(' ');

  return html`<div class="form__field">
    <label for=${`f-${name}`}>${label}</label>
    <${as} id=${`f-${name}`} name=${name} aria-describedby=${told || null}
      aria-invalid=${error ? 'true' : null} autocomplete="off" ...${more}>
      ${children}<//>
    ${hint && html`<p class="muted" id=${`${name}-hint`}>${hint}</p>`}
    ${error && html`<p class="problem" id=${`${name}-error`}>${error}</p>`}
  </div>`;
}


export function Select({ value, options, ...more }) {
  return html`<${Field} as="select" ...${more}>
    ${options.map(([id, words]) => html`<option key=${id} value=${id}
      selected=${id === value}>${words}</option>`)}<//>`;
}


export function Check({ name, label, checked, value = 'on', hint, onChange,
  hidden }) {
  /* one that acts at once shows what came of it */
  const more = onChange ? { checked, onInput: (event) =>
    onChange(event.target.checked) } : { defaultChecked: checked };

  return html`<div hidden=${hidden}><label class="form__check">
    <input type="checkbox" name=${name} value=${value} ...${more} />
    <span dir="auto">${label}</span></label>
    ${hint && html`<p class="muted">${hint}</p>`}</div>`;
}


/* more of them than this are searched */
const MANY = 8;


export function Checks({ name, label, options, chosen, empty }) {
  const { t } = useHere();
  const [q, search] = useState('');
  const find = (words) => words.toLowerCase().includes(q.toLowerCase());

  return html`<fieldset class="form__checks">
    <legend>${label}</legend>
    ${options.length > MANY && html`<input type="search" value=${q}
      aria-label=${t('form.find')} placeholder=${t('form.find')}
      onInput=${(e) => search(e.target.value)} />`}
    ${options.map(([id, words]) => html`<${Check} key=${id} name=${name}
      value=${id} label=${words} checked=${chosen.includes(id)}
      hidden=${!find(words)} />`)}
    ${options.length === 0 && html`<p class="muted">${empty}</p>`}
  </fieldset>`;
}


/**
 * The choice of a group, or everybody.
 *
 * @param {any} props
 */
export function GroupChoice({ value, hint }) {
  const { t, directory } = useHere();

  return html`<${Select} name="group" label=${t('form.group')}
    value=${value ?? ''} hint=${hint}
    options=${[['', t('form.everybody')],
    ...directory.groups.map((one) => [one.id, one.name])]} />`;
}


/* A button for what cannot be undone: the second press does it. */

export function Sure({ label, about, disabled, onSure }) {
  const { t } = useHere();
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
    ${asked ? t('form.sure') : label}</button>`;
}


/* Something to be copied: an address, a token, a snippet. */

export function Copy({ label, text }) {
  const { t } = useHere();
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const [copied, setCopied] = useState(false);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);

    } catch {
      box.current?.select();
      /* an address without https has no clipboard: it is selected at least */
      setCopied(document.execCommand('copy'));
    }
  };

  return html`<div class="copy">
    <label class="copy__label">${label}
      <textarea class="copy__text" ref=${box} readonly
        spellcheck="false" value=${text} /></label>
    <button class="button" type="button" onClick=${copy}>
      <${Icon} name="copy" /> ${t(copied ? 'form.copied' : 'form.copy')}
    </button>
    <span class="hidden" role="status">${copied && t('form.copied')}</span>
  </div>`;
}


/* What is shown this once: a token, a secret. */

export function Once({ words, label, text }) {
  return html`<div class="settings__fresh" role="status">
    <p><strong>${words}</strong></p>
    <${Copy} label=${label} text=${text} /></div>`;
}
