/*
 * The agents' page: wires the parts to what they wish for.
 *
 *   address (#/journal, #/chats/42 ...) -> keepers (page/) -> events -> state
 *                                                              -> parts/
 *
 * Nothing is decided here.  What is true is in state.js, what is drawn in
 * parts/, what is asked of the server in page/.
 */

import { Api } from './lib/api.js';
import { isClockWrong, now as serverTime } from './lib/clock.js';
import { html } from './lib/html.js';
import { chooseLocale, loadWords } from './lib/i18n.js';
import { followAddress, onKey } from './page/address.js';
import { keepDrafts, keepPending, prefs, readDrafts, readPending }
  from './page/device.js';
import { DialogKeeper } from './page/dialog.js';
import { DirectoryKeeper } from './page/directory.js';
import { InboxKeeper, JournalKeeper, LoadKeeper } from './page/lists.js';
import { Notices } from './page/notices.js';
import { Outbox, Uploads } from './page/outbox.js';
import { Session, state, tell } from './page/session.js';
import { makeWishes } from './page/wishes.js';
import { App } from './parts/app.js';
import { effect, signal } from './vendor/preact-signals-core.js';
import { render } from './vendor/preact.js';

/* how often "today" and "waits 5 min" are drawn anew */
const CLOCK_MS = 20_000;
/* how often the page asks whether role, groups and plan are as they were */
const RIGHTS_MS = 60_000;
/* a clock that jumps so far between two looks was asleep (a hidden page looks
   once a minute) */
const LOOK_MS = 5_000;
const SLEPT_MS = 90_000;

const view = signal(/** @type {any} */ (null));
const api = new Api(new URL('.', import.meta.url));
const session = new Session(api);
const notices = new Notices(() => view.value?.t ?? null);
const keepers = {
  journal: new JournalKeeper(api),
  inbox: new InboxKeeper(api, notices.announce),
  dialog: new DialogKeeper(api),
  directory: new DirectoryKeeper(api),
  load: new LoadKeeper(api),
};
const outbox = new Outbox(api);
const wishes = makeWishes({ ...keepers, session, notices, outbox,
  uploads: new Uploads(api) });
let phase = 'starting';
let { drafts, pending } = state.value;


start();


function start() {
  const token = session.takeTokenFromAddress();

  addEventListener('hashchange', onAddress);
  document.addEventListener('keydown', (event) => onKey(event, wishes));
  effect(followPhase);
  effect(followRights);
  effect(() => {
    followLocale();
  });
  effect(draw);
  keepers.journal.onChange = keepers.load.soon;
  setInterval(tick, CLOCK_MS);
  lookAtClock();
  setInterval(() => phase === 'ready' && session.refresh(), RIGHTS_MS);

  if (token !== null) {
    session.signIn(token);
    return;
  }
  session.resume();
}


function tick() {
  view.value = view.value && { ...view.value, now: serverTime(),
    clockWrong: isClockWrong() };
}


/* what was asked before a sleep is asked again, at once */
function lookAtClock() {
  let last = Date.now();

  setInterval(() => {
    const slept = Date.now() - last > SLEPT_MS;

    last = Date.now();
    if (slept) {
      dispatchEvent(new Event('wake'));
      tick();
    }
  }, LOOK_MS);
}


function onAddress() {
  const token = session.takeTokenFromAddress();

  if (token !== null) {
    session.signIn(token);
    return;
  }
  if (phase === 'ready') {
    followAddress(keepers);
  }
}


/* effects run while the state is being told: what tells again comes after */
function followPhase() {
  const { phase: now, me } = state.value;

  if (now === 'ready' && phase === 'ready') {
    keepWritten(me?.agent.id ?? '');
  }
  if (now === phase) {
    return;
  }
  phase = now;
  queueMicrotask(now === 'ready' ? enter : leave);
}


/** @param {string} agent */
function keepWritten(agent) {
  if (state.value.drafts !== drafts) {
    ({ drafts } = state.value);
    keepDrafts(agent, drafts);
  }
  if (state.value.pending !== pending) {
    keepPending(agent, state.value.pending, pending);
    ({ pending } = state.value);
  }
}


function enter() {
  const agent = state.value.me?.agent.id ?? '';

  ({ drafts, pending } = state.value);
  tell({ type: 'drafts_came', drafts: readDrafts(agent) });
  tell({ type: 'pending_came', pending: readPending(agent) });
  outbox.resume();
  followAddress(keepers);
  keepers.directory.load();
}


function leave() {
  keepers.journal.disconnect();
  keepers.inbox.disconnect();
  keepers.dialog.disconnect();
  keepers.load.disconnect();
}


/* the inbox is kept for whom there is one, wherever he looks */
function followRights() {
  const { me, inbox } = state.value;

  queueMicrotask(() => {
    const wanted = phase === 'ready' && me?.inbox === true;

    if (wanted && (!keepers.inbox.connected || inbox.refused !== null)) {
      keepers.inbox.connect();

    } else if (!wanted && keepers.inbox.connected) {
      keepers.inbox.disconnect();
    }
  });
}


async function followLocale() {
  const locale = chooseLocale([
    prefs.value.locale, state.value.me?.space.locale, ...navigator.languages,
  ]);

  if (view.peek()?.locale === locale) {
    return;
  }
  const t = await loadWords(
    new URL(`locales/${locale}.json`, import.meta.url), locale);

  document.documentElement.lang = locale;
  view.value = { t, locale, now: serverTime(), clockWrong: isClockWrong() };
}


function draw() {
  if (view.value === null) {
    return;
  }
  const { badge, phase: face, route } = state.value;
  const { t } = view.value;
  const title = face === 'ready' ? t(`title.${route.section ?? 'journal'}`)
    : t('sign_in.title');
  const count = badge?.label ? `(${badge.label}) ` : '';

  document.title = `${count}${title} · ${t('app.title')}`;
  render(html`<${App} state=${state.value} prefs=${prefs.value}
    view=${view.value} wishes=${wishes} />`, document.body);
}
