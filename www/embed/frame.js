/*
 * The visitor's conversation, inside the frame at .../widget/{channel}/frame:
 * wires the pieces.
 *
 *   visitor  who he is, what he waits for, what he sends
 *   state    what is true (pure)
 *   draw     what is shown
 *
 * Every byte is paid for by visitors of other people's sites: comments are
 * short and parameters carry no annotations.
 */

import { connect, dress, part, show, unask } from './draw.js';
import { initial, reduce, unreadOf } from './state.js';
import { Visitor } from './visitor.js';

const LOOK_AGAIN_MS = 3_000;
const TYPING_MS = 3_000;
const SILENT_MS = 6_000;

const visitor = new Visitor(tell);
/** @type {any} */
const text = part('text');

let state = initial;
/** @type {string | null} */
let origin = null;
let readTold = '';
let typed = 0;
let silent;
/** @type {AudioContext | undefined} */
let audio;


start();


async function start() {
  connect();
  listen();
  await speak({}).catch(() => {});
  await look();
  if (window.parent === window) {
    visitor.introduce();
    tell({ type: 'looked', shown: true });
  }
}


async function look() {
  try {
    const given = await visitor.look();

    await speak(given);
    tell({ type: 'came', look: given });

  } catch ({ passing = true }) {
    tell({ type: 'failed', passing });
    if (passing) {
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_AGAIN_MS);
      });
      await look();
    }
  }
}


async function speak(given) {
  const short = (given.locale ?? navigator.language)?.slice(0, 2);
  const locale = ['uk', 'ru'].includes(short) ? short : 'en';
  const words = await fetch(new URL(`locales/${locale}.json`,
    import.meta.url));

  dress(await words.json(), locale, given, (name) => visitor.lacks(name));
}


function listen() {
  part('older').onclick = older;
  part('close').onclick = () => say('close');
  part('mute').onclick = mute;
  part('attach').onclick = () => part('pick').click();
  part('pick').onchange = ({ target }) => {
    give(target.files);
    target.value = '';
  };
  part('composer').onsubmit = submit;
  text.oninput = typing;
  text.onpaste = ({ clipboardData }) => give(clipboardData.files);
  document.ondragover = (event) => event.preventDefault();
  document.ondrop = (event) => {
    event.preventDefault();
    give(event.dataTransfer?.files ?? []);
  };
  document.onkeydown = onKey;
  document.onvisibilitychange = read;
  addEventListener('message', hear);
}


function tell(event) {
  const before = unreadOf(state);

  state = reduce(state, event);
  show(state, visitor);

  const unread = unreadOf(state);

  say('unread', { count: unread });
  if (event.type === 'took') {
    clearTimeout(silent);
    silent = setTimeout(() => tell({ type: 'silent' }), SILENT_MS);
    if (!event.first && (unread > before || document.hidden
      && event.answer.messages.some((m) => m.from === 'agent'))) {
      ring();
    }
  }
  read();
}


async function older() {
  try {
    tell({ type: 'paged', answer: await visitor.older(state.next) });

  } catch ({ passing }) {
    tell({ type: 'failed', passing });
  }
}


/* says what has been read, once per message, while it is looked at */
async function read() {
  const last = state.messages.findLast((m) => m.from === 'agent');

  if (last && state.shown && last.id !== readTold && !document.hidden) {
    readTold = last.id;
    try {
      await visitor.read(last.id);

    } catch {
      readTold = '';
    }
  }
}


function submit(event) {
  const words = text.value.trim();

  event.preventDefault();
  if (!part('composer').reportValidity() || words === '') {
    return;
  }
  visitor.is(Object.fromEntries(new FormData(part('composer'))));
  text.value = '';
  visitor.say(words);
  text.focus();
}


function onKey(event) {
  if (event.key === 'Escape') {
    say('close');
  }
  if (event.key === 'Enter' && event.target === text && !event.shiftKey
      && !event.isComposing) {
    submit(event);
  }
  /* a page may sound only after its reader has pressed something */
  audio ??= new AudioContext();
}


function give(files) {
  if (state.begun) {
    [...files].forEach((file) => visitor.give(file));
  }
}


function typing() {
  if (state.begun && Date.now() - typed > TYPING_MS) {
    typed = Date.now();
    visitor.typing().catch(() => {});
  }
}


function mute() {
  const yes = part('mute').ariaPressed !== 'true';

  part('mute').ariaPressed = yes;
  visitor.put('mute', yes);
}


function ring() {
  if (audio && part('mute').ariaPressed !== 'true') {
    const tone = audio.createOscillator();
    const volume = audio.createGain();

    tone.frequency.value = 880;
    volume.gain.value = 0.1;
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.3);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.3);
  }
}


/*
 * Words with the page around the frame.  Its origin is not known before it
 * says hello; from then on only that origin is heard and spoken to.  Who may
 * frame us at all is the server's frame-ancestors.
 */

function say(word, more = {}) {
  if (origin) {
    window.parent.postMessage({ inbox: word, ...more }, origin);
  }
}


function hear({ source, origin: from, data }) {
  const word = data?.inbox;

  if (source !== window.parent || source === window) {
    return;
  }
  if (word === 'hello' && !origin && from !== 'null') {
    origin = from;
    visitor.introduce(data.page, data.user);
    unask((name) => visitor.lacks(name));
    part('mute').ariaPressed = visitor.get('mute') === true;

  } else if (from === origin && /^(shown|hidden)$/.test(word)) {
    tell({ type: 'looked', shown: word === 'shown' });
    if (state.shown) {
      text.focus();
    }
  }
}
