/*
 * The visitor's conversation, inside the frame at .../widget/{channel}/frame:
 * wires the pieces.
 *
 *   visitor  who he is: the token, and the calls made with it
 *   state    what is true (pure)
 *   outbox   what he wrote and is not stored yet; survives going offline
 *   draw     what is shown
 *   host     words with the page around us
 *
 * Every byte here is paid for by visitors of other people's sites: comments
 * are short and parameters carry no annotations.
 */

import { call } from '../lib/call.js';
import { browser, Poll } from '../lib/poll.js';
import { Draw } from './draw.js';
import { Host } from './host.js';
import { Outbox } from './outbox.js';
import { Shelf } from './shelf.js';
import { initial, reduce, unreadOf } from './state.js';
import { Visitor } from './visitor.js';

const WAIT_S = 25;
const AGAIN_MS = 3_000;

const channel = location.pathname.split('/').at(-2);
const visitor = new Visitor(channel);
const outbox = new Outbox(visitor, tell);
const host = new Host({
  hello,
  shown: () => look(true),
  hidden: () => look(false),
});
const draw = new Draw({
  send: (text) => outbox.send(text),
  again: (key) => outbox.again(key),
  older,
  close: () => host.say('close'),
});
const poll = new Poll({
  ask: (since, signal, waits) =>
    visitor.messages({ since, wait: waits ? WAIT_S : null }, signal),
  take: (answer, first) => tell({ type: 'took', answer, first }),
  fail,
});

let state = initial;
let polling = false;
let readTold = '';


start();


async function start() {
  await dress({ locale: navigator.language, color: '' });
  while (state.look === null && !state.closed) {
    try {
      const given = await visitor.look();

      await dress(given);
      tell({ type: 'came', look: given });

    } catch (error) {
      fail(error);
      await browser.pause(AGAIN_MS, new AbortController().signal);
    }
  }
  if (window.parent === window) {
    begin('');
  }
}


async function dress({ locale, color }) {
  const short = locale?.slice(0, 2);
  const ours = ['uk', 'ru'].includes(short) ? short : 'en';

  try {
    const words = await call(new URL(`locales/${ours}.json`, import.meta.url));
    draw.dress((key) => words[key] ?? key, ours, color);

  } catch (error) {
    fail(error);
  }
}


/* the page around us says whose conversation it is */
function hello({ page, user }) {
  visitor.introduce(page, user);
  begin(user.userId ?? '');
}


function begin(user) {
  const shelf = new Shelf(`inbox:${channel}:${user}:`);

  visitor.connect(shelf);
  outbox.connect(shelf);
  if (visitor.known) {
    connect();
  }
}


function connect() {
  if (!polling) {
    polling = true;
    poll.connect();
  }
}


function tell(event) {
  state = reduce(state, event);
  draw.show(state);
  host.say('unread', { count: unreadOf(state) });
  read();
  if (event.type === 'sent') {
    connect();
  }
}


function fail(error) {
  tell({ type: 'failed', passing: error.passing !== false });
}


function look(shown) {
  tell({ type: 'looked', shown });
  if (shown) {
    draw.focus();
  }
}


async function older() {
  try {
    const answer = await visitor.messages({ before: state.next });
    tell({ type: 'paged', answer });

  } catch (error) {
    fail(error);
  }
}


/* says what has been read, once per message, while it is looked at */
async function read() {
  const last = state.messages.findLast((m) => m.from === 'agent');

  if (!last || !state.shown || last.id === readTold || document.hidden) {
    return;
  }
  readTold = last.id;
  try {
    await visitor.read(last.id);

  } catch {
    readTold = '';
  }
}
