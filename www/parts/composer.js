/*
 * Where the answer, or a note, is written.  Enter sends, Shift+Enter breaks
 * the line; `/` finds a canned reply.
 */

import { html } from '../lib/html.js';
import { inserted, matching, roomLeft, slashWord } from '../lib/writing.js';
import { arrived, FILES_MOST, isUploading } from '../state/uploads.js';
import { useEffect, useLayoutEffect, useRef, useState }
  from '../vendor/preact-hooks.js';
import { Emoji } from './emoji.js';
import { Uploads } from './files.js';
import { Icon } from './marks.js';
import { Quote } from './message.js';


export function Composer(props) {
  const { dialog, chat, draft = '', uploads = [], free, view, wishes } = props;
  const { t } = view;
  const writer = useWriter(props);
  const room = roomLeft(chat.channel.kind, draft);
  const label = t(dialog.note ? 'composer.note_label' : 'composer.label');
  const full = !dialog.note && room.left < 0;
  const attach = (files) => wishes.attach(chat.id, files);

  return html`<form onSubmit=${writer.submit}
    class=${`composer ${dialog.note ? 'composer--note' : ''}`}>
    <${Kind} note=${dialog.note} free=${free} view=${view}
      onNote=${(on) => wishes.note(chat.id, on)} />
    ${dialog.replyTo && html`<${Answered} dialog=${dialog} view=${view}
      onDrop=${() => wishes.replyTo(chat.id, null)} />`}
    ${writer.canned.length > 0 && html`<${CannedList} view=${view}
      canned=${writer.canned} at=${writer.at} onPick=${writer.pick} />`}
    ${uploads.length > 0 && html`<${Uploads} uploads=${uploads} view=${view}
      onAgain=${(key) => wishes.attachAgain(chat.id, key)}
      onDrop=${(key) => wishes.detach(chat.id, key)} />`}
    <div class="composer__line">
      <${Picker} view=${view} full=${uploads.length >= FILES_MOST}
        onFiles=${attach} />
      <${Emoji} view=${view} onPick=${writer.insert} />
      <textarea class="composer__text" ref=${writer.box} rows="2" dir="auto"
        aria-label=${label} title=${t('composer.hint')} placeholder=${label}
        value=${draft} onKeyDown=${writer.onKey} onInput=${writer.onInput}
        onPaste=${(event) => onPaste(event, attach)}
        ...${writer.combobox} />
      <button class="button button--main composer__send"
        disabled=${!writer.ready}>
        <${Icon} name="send" /><span>${t('composer.send')}</span></button>
    </div>
    <p role="status" class=${`composer__room ${full ? 'problem' : 'muted'}`}>
      ${!dialog.note && room.near && t('composer.left', { count: room.left })}
    </p>
  </form>`;
}


function Kind({ note, free, view, onNote }) {
  const { t } = view;

  return html`<div class="composer__kind" role="group"
    aria-label=${t('composer.kind')}>
    ${[false, true].map((one) => html`<button key=${String(one)} type="button"
      class="composer__tab" aria-pressed=${String(note === one)}
      disabled=${!one && !free && !note} onClick=${() => onNote(one)}>
      ${t(one ? 'composer.note' : 'composer.answer')}</button>`)}
  </div>`;
}


/* the files of the paste go with the message, its text into the box */
function onPaste(event, attach) {
  const { files } = event.clipboardData;

  if (files.length > 0) {
    event.preventDefault();
    attach(files);
  }
}


function Picker({ full, view, onFiles }) {
  const words = view.t('composer.attach');

  return html`<label class="button button--icon composer__attach"
    title=${words}><${Icon} name="clip" />
    <input class="hidden" type="file" multiple aria-label=${words}
      disabled=${full} onChange=${(event) => {
        onFiles(event.target.files);
        event.target.value = '';
      }} /></label>`;
}


function Answered({ dialog, view, onDrop }) {
  return html`<div class="composer__answered">
    <${Quote} messages=${dialog.messages} id=${dialog.replyTo}
      view=${view} />
    <button class="button button--icon" type="button" onClick=${onDrop}
      aria-label=${view.t('composer.no_reply')}><${Icon} name="cross" />
    </button>
  </div>`;
}


/**
 * The text, its caret, and what the keys do.
 *
 * @param {any} props
 */
function useWriter({ dialog, chat, draft = '', uploads = [], canned, free,
  wishes }) {
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const [word, setWord] = useState(/** @type {any} */ (null));
  const [at, setAt] = useState(0);
  const caret = useCaret(box, draft, [dialog.note, dialog.replyTo]);
  const found = word === null || !(free || dialog.note) ? []
    : matching(canned, word.query);

  const write = (text) => wishes.draft(chat.id, text);
  const put = (from, to,
    words) => {
    const next = inserted(draft, from, to, words);

    caret.current = next.caret;
    setWord(null);
    write(next.text);
  };
  const pick = (one) =>
    put(word.from, word.from + word.query.length + 1, one.text);
  const ready = !isUploading(uploads)
    && (draft.trim() !== '' || uploads.length > 0)
    && (dialog.note || roomLeft(chat.channel.kind, draft).left >= 0);
  const send = () => {
    if (ready) {
      wishes.send(chat.id, draft.trim(), { attachments: arrived(uploads),
        note: dialog.note, replyTo: dialog.note ? null : dialog.replyTo });
      box.current?.focus();
    }
  };

  return {
    box, at, pick, ready, canned: found,
    insert: (words) => put(
      box.current?.selectionStart ?? draft.length,
      box.current?.selectionEnd ?? draft.length, words),
    onInput: (/** @type {any} */ { target }) => {
      write(target.value);
      wishes.typing();
      setWord(slashWord(target.value, target.selectionStart));
      setAt(0);
    },
    onKey: (event) =>
      onKey(event, { found, at, setAt, pick, send, setWord }),
    submit: (event) => {
      event.preventDefault();
      send();
    },
    combobox: found.length === 0 ? {} : {
      'aria-controls': 'canned', 'aria-autocomplete': 'list',
      'aria-activedescendant': `canned-${found[at]?.id}`,
    },
  };
}


function onKey(event, { found, at, setAt, pick, send, setWord }) {
  const { key, shiftKey, isComposing } = event;
  const step = found.length === 0 ? undefined
    : new Map([['ArrowDown', 1], ['ArrowUp', found.length - 1]]).get(key);
  const enter = key === 'Enter' && !shiftKey && !isComposing;

  if (step !== undefined) {
    setAt((at + step) % found.length);

  } else if (found.length > 0 && (enter || key === 'Tab')) {
    pick(found[at]);

  } else if (found.length > 0 && key === 'Escape') {
    setWord(null);

  } else if (enter) {
    send();

  } else {
    return;
  }
  event.preventDefault();
}


/**
 * The focus follows what is being written; a caret that is set is applied
 * when the text is there.
 *
 * @param {{current: HTMLTextAreaElement | null}} box
 * @param {string} draft
 * @param {any[]} causes
 */
function useCaret(box, draft, causes) {
  const caret = useRef(/** @type {number | null} */ (null));

  useEffect(() => {
    /* on a phone the keyboard would cover what there is to answer */
    if (matchMedia('(pointer: fine)').matches) {
      box.current?.focus();
    }
  }, causes);

  useLayoutEffect(() => {
    if (caret.current !== null) {
      box.current?.focus();
      box.current?.setSelectionRange(caret.current, caret.current);
      caret.current = null;
    }
  }, [draft]);

  return caret;
}


/* The canned replies that fit what was typed; the focus stays in the text. */

export function CannedList({ canned, at, view, onPick }) {
  const hold = (event) => event.preventDefault();

  return html`<ul class="canned" id="canned" role="listbox"
    aria-label=${view.t('canned.label')}>
    ${canned.map((one, i) => html`<li
      key=${one.id} id=${`canned-${one.id}`} class="canned__one" role="option"
      aria-selected=${String(i === at)} onMouseDown=${hold}
      onClick=${() => onPick(one)}>
      <strong>/${one.shortcut}</strong>
      <span class="muted" dir="auto">${one.text}</span></li>`)}
  </ul>`;
}
