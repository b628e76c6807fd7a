/*
 * The agents' page against the real server when there is much: 5,000 chats in
 * the journal and 10,000 messages in a dialog.
 *
 *   node t/www/real_large.mjs BASE TOKEN [story ...]
 *
 * t/browser_large.t has put them there: chats 1 to 5,000, oldest first, and
 * one behind them with lines "рядок 1" to "рядок 10000".  How long the page
 * takes to open a chat is printed, and decides nothing: a busy machine is slow
 * for other reasons.  What it does for it is counted.
 */

import assert from 'node:assert/strict';
import process from 'node:process';
import { checked } from './checks.mjs';
import { opened } from './conversation.mjs';
import { run } from './real.mjs';

const CHATS = 5_000;
const LINES = 10_000;
const LONG = CHATS + 1;
const DESK = { width: 1440, height: 900 };
const PATIENCE = { timeout: 120_000, polling: 50 };
/* two rows change and a message is drawn; a screen of rows would be 80 */
const TIMES_MOST = 20;


const STORIES = {
  async five_thousand_chats_and_nothing_jumps(world) {
    const page = await patient(world, '/journal');
    const box = page.locator('.journal');
    const middle = page.locator(`#chat-${CHATS / 2}`);

    await page.locator('.journal__row').first().waitFor();
    await page.waitForFunction(() => {
      const list = document.querySelector('.journal');

      list.scrollTo(0, list.scrollHeight);
      return document.querySelector('#chat-1') !== null;
    }, null, PATIENCE);
    assert.ok(await page.locator('.journal__row').count() < 80,
      'what is far away is not drawn');
    await box.evaluate((node) => node.scrollTo(0, node.scrollHeight / 2));
    await middle.waitFor();
    await middle.focus();
    const before = await middle.boundingBox();

    const told = page.waitForResponse(/journal\?.*since=/);
    await world.api('POST', 'chats/7/take');
    await world.api('POST', 'chats/7/messages', { text: 'я тут' });
    await told;
    await drawn(page);
    const after = await middle.boundingBox();

    assert.ok(Math.abs(before.y - after.y) < 2, 'what is read stays');
    await page.locator(`#chat-${CHATS / 2}:focus`).waitFor();
    await box.evaluate((node) => node.scrollTo(0, 0));
    await page.locator('.journal__row', { hasText: 'я тут' }).waitFor();
    await page.locator(`#chat-${CHATS / 2}:focus`)
      .waitFor({ state: 'attached' });
  },

  async a_chat_opens_beside_the_list(world) {
    const page = await patient(world, '/journal');
    const openings = [];

    await page.locator('.journal__row').nth(8).waitFor();
    await page.evaluate(countTimes);
    for (let n = 1; n <= 8; n += 1) {
      openings.push(await page.evaluate(opening, n));
    }
    const took = openings.map((one) => one.took);
    const median = (all) => [...all].sort((a, b) => a - b)[all.length / 2];

    console.log(`# a chat opens in ${median(took)} ms, the first one in ${
      took[0]} ms; all: ${took.join(' ')}`);
    assert.ok(median(openings.map((one) => one.written)) <= TIMES_MOST,
      `the rows that are as they were stay: ${JSON.stringify(openings)}`);
    assert.equal(openings.at(-1).made, 0, 'a format of times is made once');
    await page.locator('.journal__row').nth(8).waitFor();
  },

  async ten_thousand_messages_and_nothing_jumps(world) {
    const page = await patient(world, `/chats/${LONG}`);
    const box = page.locator('.transcript');

    /* the list beside it may show the same words */
    await box.getByText(`рядок ${LINES}`, { exact: true }).waitFor();
    await page.waitForFunction(() => {
      const transcript = document.querySelector('.transcript');

      transcript.scrollTo(0, 0);
      return document.querySelector('.transcript__older') === null;
    }, null, PATIENCE);
    await box.getByText('рядок 1', { exact: true }).waitFor();
    assert.ok(await page.locator('.message').count() < LINES / 20,
      'what is far away is not drawn');
    const height = await box.evaluate((node) => node.scrollHeight);
    await box.evaluate((node) => node.scrollTo(0, node.scrollHeight / 2));
    const line = box.getByText(/^рядок [45]\d\d\d$/).first();
    await line.waitFor();
    await drawn(page);
    assert.equal(await box.evaluate((node) => node.scrollHeight), height,
      'nothing jumps');
    const seen = box.getByText(await line.innerText(), { exact: true });
    const before = await seen.boundingBox();

    const told = page.waitForResponse(/messages\?.*since=/);
    await world.api('POST', `chats/${LONG}/messages`,
      { text: 'нотатка', note: true });
    await told;
    await drawn(page);
    assert.ok(Math.abs(before.y - (await seen.boundingBox()).y) < 2,
      'what is read stays');
  },

  async a_wrong_token_and_then_the_right_one(world) {
    const page = await opened(world, DESK);

    await page.goto(world.base);
    await page.getByLabel('Токен').fill('wrong');
    await page.getByRole('button', { name: 'Увійти' }).click();
    await page.getByText('не діє').waitFor();
    await checked(page);
    await page.getByLabel('Токен').fill(world.token);
    await page.getByRole('button', { name: 'Увійти' }).click();
    await page.locator('.journal__row').first().waitFor();
    await page.reload();
    await page.locator('.journal__row').first().waitFor();
    await page.getByRole('button', { name: 'Вийти' }).click();
    await page.getByLabel('Токен').waitFor();
    world.forgive(/ 401 /);
    await page.context().close();
  },
};


/* the owner's page; much takes its time on a busy machine */
async function patient(world, place) {
  const page = await world.enter(world.token, place);

  page.setDefaultTimeout(PATIENCE.timeout);
  return page;
}


/* what has come is on the screen */
function drawn(page) {
  return page.evaluate(() => new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(resolve));
  }));
}


/* in the page: a row that is drawn writes its times; counts them */
function countTimes() {
  const { DateTimeFormat } = Intl;
  const { get } = Object.getOwnPropertyDescriptor(
    DateTimeFormat.prototype, 'format');
  const times = { made: 0, written: 0 };

  Object.defineProperty(DateTimeFormat.prototype, 'format', {
    get() {
      times.written += 1;
      return get.call(this);
    },
  });
  Intl.DateTimeFormat = class extends DateTimeFormat {
    constructor(...about) {
      super(...about);
      times.made += 1;
    }
  };
  window.times = times;
}


/* in the page: presses a row; how long until its transcript is there, and what
   was done for it */
async function opening(n) {
  const link = document.querySelectorAll('.journal__link')[n];
  const title = link.textContent;
  const start = performance.now();
  const before = { ...window.times };

  link.click();
  while (document.querySelector('.dialog__title')?.textContent !== title
    || document.querySelector('.transcript .message__text') === null) {
    await new Promise(requestAnimationFrame);
  }
  return { took: Math.round(performance.now() - start),
    made: window.times.made - before.made,
    written: window.times.written - before.written };
}


const [base, token, ...only] = process.argv.slice(2);

await run({ base, token, only, stories: STORIES });
