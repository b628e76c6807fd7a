/*
 * The page of an owner or admin: wires the parts to what they wish for.
 *
 *   address (#/chats/42) -> keepers (page/) -> events -> state -> parts/
 *
 * Nothing is decided here.  What is true is in state.js, what is drawn in
 * parts/, what is asked of the server in page/.
 */

import { Api } from './lib/api.js';
import { html } from './lib/html.js';
import { chooseLocale, loadWords } from './lib/i18n.js';
import { formatRoute, parseRoute } from './lib/route.js';
import { DialogKeeper } from './page/dialog.js';
import { JournalKeeper } from './page/journal.js';
import { Outbox } from './page/outbox.js';
import { Session } from './page/session.js';
import { state, tell } from './page/store.js';
import { App } from './parts/app.js';
import { render } from './vendor/preact.js';
import { effect, signal } from './vendor/preact-signals.js';

const LOCALE_KEY = 'inbox.locale';
/* how often "today" and "waits 5 min" are drawn anew */
const CLOCK_MS = 30_000;

const api = new Api(new URL('.', import.meta.url));
const session = new Session(api);
const journal = new JournalKeeper(api);
const dialog = new DialogKeeper(api);
const outbox = new Outbox(api);

const chosenLocale = signal(localStorage.getItem(LOCALE_KEY));
const view = signal(/** @type {any} */ (null));
let phase = 'starting';


/* what the parts may wish for */
const wishes = {
  signIn: (/** @type {string} */ token) => session.signIn(token),
  signOut: () => session.signOut(),
  more: () => journal.more(),
  older: () => dialog.older(),
  move: (/** @type {any} */ verb) => dialog.move(verb),
  send: (/** @type {number} */ id, /** @type {string} */ text) =>
    outbox.send(id, text),
  again: (/** @type {number} */ id, /** @type {string} */ key) =>
    outbox.again(id, key),
  drop: (/** @type {number} */ id, /** @type {string} */ key) =>
    tell({ type: 'send_dropped', id, key }),
  draft: (/** @type {number} */ id, /** @type {string} */ text) =>
    tell({ type: 'drafted', id, text }),
  leaveDialog: () => {
    location.hash = formatRoute({ status: state.value.journal.status });
  },
  chooseLocale: (/** @type {string} */ locale) => {
    localStorage.setItem(LOCALE_KEY, locale);
    chosenLocale.value = locale;
  },
};


start();


function start() {
  const token = session.takeTokenFromAddress();

  addEventListener('hashchange', onAddress);
  effect(followPhase);
  effect(() => {
    followLocale();
  });
  effect(draw);
  setInterval(() => {
    view.value = view.value && { ...view.value, now: new Date() };
  }, CLOCK_MS);

  if (token !== null) {
    session.signIn(token);
    return;
  }
  session.resume();
}


function onAddress() {
  const token = session.takeTokenFromAddress();

  if (token !== null) {
    session.signIn(token);
    return;
  }
  if (state.value.phase === 'ready') {
    followAddress();
  }
}


/* effects run while the state is being told: what tells again comes after */
function followPhase() {
  const now = state.value.phase;

  if (now === phase) {
    return;
  }
  phase = now;
  queueMicrotask(now === 'ready' ? followAddress : leave);
}


function followAddress() {
  const { chat, status } = parseRoute(location.hash);
  const now = state.value;

  if (now.journal.status !== status || !journal.connected) {
    journal.connect(status);
  }
  if (chat === null) {
    dialog.disconnect();

  } else if (now.dialog?.id !== chat) {
    dialog.connect(chat);
  }
}


function leave() {
  journal.disconnect();
  dialog.disconnect();
}


async function followLocale() {
  const locale = chooseLocale([
    chosenLocale.value, state.value.me?.space.locale, ...navigator.languages,
  ]);

  if (view.peek()?.locale === locale) {
    return;
  }
  const t = await loadWords(
    new URL(`locales/${locale}.json`, import.meta.url), locale);

  document.documentElement.lang = locale;
  view.value = { t, locale, now: new Date() };
}


function draw() {
  if (view.value === null) {
    return;
  }
  const label = state.value.badge?.label ?? '';
  const title = view.value.t('app.title');

  document.title = label ? `(${label}) ${title}` : title;
  render(html`<${App} state=${state.value} view=${view.value}
    wishes=${wishes} />`, document.body);
}
