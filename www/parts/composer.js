/* Where the answer is written.  Enter sends, Shift+Enter breaks the line. */

import { html } from '../lib/html.js';
import { useEffect, useRef } from '../vendor/preact-hooks.js';


/** @param {any} props */
export function Composer({ draft = '', view, onDraft, onSend }) {
  const { t } = view;
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));

  useEffect(() => {
    /* on a phone the keyboard would cover what there is to answer */
    if (matchMedia('(pointer: fine)').matches) {
      box.current?.focus();
    }
  }, []);

  const send = () => {
    if (draft.trim() !== '') {
      onSend(draft.trim());
      box.current?.focus();
    }
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    send();
  };

  return html`<form class="composer" onSubmit=${submit}>
    <textarea class="composer__text" ref=${box} rows="2" dir="auto"
      aria-label=${t('composer.label')} title=${t('composer.hint')}
      placeholder=${t('composer.label')} value=${draft} onKeyDown=${onKey}
      onInput=${(/** @type {any} */ e) => onDraft(e.target.value)} />
    <button class="button button--main" disabled=${draft.trim() === ''}>
      ${t('composer.send')}</button>
  </form>`;
}
