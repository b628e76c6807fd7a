/*
 * The widget against the product itself, on pages of another origin that have
 * a strict policy of their own.
 *
 *   node t/www/widget.mjs BASE TOKEN [story ...]
 *
 * Each story has a channel of its own.  The pages that carry the widget are
 * served here, with what the documentation says that a policy needs.
 */

import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import process from 'node:process';
import { checked, checkedFrame, noSideways } from './checks.mjs';
import { launched, opened, picture } from './conversation.mjs';
import { served } from './other_site.mjs';
import { World } from './world.mjs';

const [BASE, TOKEN, ...ONLY] = process.argv.slice(2);
const DESK = { width: 1100, height: 800 };
const PHONE = { width: 390, height: 844 };
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUl'
  + 'EQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
/* its name says a picture, its first bytes a program */
const PROGRAM = Buffer.from('7f454c4602010100', 'hex');
const LOADER_MOST = 2_048;
const FRAME_MOST = 15 * 1_024;


const STORIES = {
  async it_costs_little_and_leaves_the_page_alone(world, site) {
    const channel = await site.channel({ greeting: 'Вітаємо!' });
    const page = await opened(world, DESK);
    const asked = [];

    page.on('request', (call) => asked.push(call.url()));
    await page.goto(site.page(channel, { csp: true }));
    const button = page.getByRole('button', { name: 'Чат' });
    await button.waitFor();
    assert.deepEqual(asked.splice(0).slice(1), [`${BASE}embed/loader.js`],
      'before it is opened, the loader is all that was asked for');
    assert.ok(await weight(`${BASE}embed/loader.js`) <= LOADER_MOST);
    assert.deepEqual(await added(page), ['BUTTON']);

    await button.click();
    await page.frameLocator('iframe').getByText('Вітаємо!').waitFor();
    assert.ok(asked.every((url) => url.startsWith(`${BASE}embed/`)
      || url.startsWith(`${BASE}widget/${channel}`)), asked.join(' '));
    const sizes = await Promise.all([...new Set(asked)].map(weight));
    assert.ok(sizes.reduce((a, b) => a + b) <= FRAME_MOST, `${sizes}`);
    assert.deepEqual(await added(page), ['BUTTON', 'IFRAME']);
    assert.deepEqual(await page.context().cookies(), [], 'no cookie');
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    await checked(page);
    await checkedFrame(page);
    await page.evaluate(() => window.ngxInbox.destroy());
    assert.deepEqual(await added(page), []);
    assert.equal(await page.evaluate(() => 'ngxInbox' in window), false);
  },

  async what_the_site_wants_to_know_is_asked_once(world, site) {
    const channel = await site.channel({ away: 'Повернемося о дев’ятій.',
      ask: ['name', 'email', 'phone'], color: '#ffe14d' });
    const { page, frame } = await visit(world, site, channel,
      { 'data-phone': '+380441234567' });
    const box = frame.getByLabel('Ваше повідомлення');

    await frame.getByText('Повернемося о дев’ятій.').waitFor();
    assert.equal(await frame.getByLabel('Телефон').count(), 0,
      'the page has told it');
    await box.fill('Чи є знижка?');
    await box.press('Enter');
    assert.equal(await frame.locator('.message--client').count(), 0);
    await frame.getByLabel('Ваше ім’я').fill('Олена');
    await frame.getByLabel('Ел. пошта').fill('olena@shop.example');
    await checkedFrame(page);
    await box.press('Enter');
    await frame.locator('.message--client .foot', { hasText: '✓' }).waitFor();
    await frame.getByLabel('Ваше ім’я').waitFor({ state: 'hidden' });
    const [chat] = (await world.api('GET', `journal?channel=${channel}`)).chats;
    assert.deepEqual([chat.contact.name, chat.contact.email,
      chat.contact.phone], ['Олена', 'olena@shop.example', '+380441234567']);
  },

  async both_see_that_the_other_writes(world, site) {
    const channel = await site.channel();
    const { page, frame } = await visit(world, site, channel);
    const chat = await ask(world, frame, channel, 'Хто тут?');

    await world.as(world.petro, 'POST', `chats/${chat}/take`);
    const { rev } = await world.as(world.petro, 'GET',
      `chats/${chat}/messages`);
    const news = world.as(world.petro, 'GET',
      `chats/${chat}/messages?since=${rev}&wait=20`);
    const box = frame.getByLabel('Ваше повідомлення');
    await box.pressSequentially('ще');
    assert.equal((await news).typing?.[0]?.from, 'client');
    await world.as(world.petro, 'POST', `chats/${chat}/typing`);
    await frame.getByText('Петро Гулак пише').waitFor();
    const { id } = await world.as(world.petro, 'POST',
      `chats/${chat}/messages`, { text: 'Я, Петро' });
    const mine = frame.locator('.message--agent', { hasText: 'Я, Петро' });
    await mine.locator('.foot', { hasText: 'Петро Гулак' }).waitFor();
    await delivered(world, chat, id, 'read');
    await box.press('Escape');
    await page.locator('iframe').waitFor({ state: 'hidden' });
    const next = await world.as(world.petro, 'POST',
      `chats/${chat}/messages`, { text: 'Ви ще тут?' });
    await page.getByRole('button', { name: 'Чат (1)' }).waitFor();
    await delivered(world, chat, next.id, 'delivered');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Чат', exact: true }).waitFor();
    await delivered(world, chat, next.id, 'read');
  },

  async every_colour_of_a_site_can_be_read(world, site) {
    for (const color of ['#ffffff', '#757575', '#0000ff']) {
      const channel = await site.channel({ color, greeting: 'Так?' });
      const { page, frame } = await visit(world, site, channel,
        { 'data-color': color });

      await frame.getByLabel('Ваше повідомлення').fill('Читається?');
      await frame.getByLabel('Ваше повідомлення').press('Enter');
      await frame.locator('.message--client .foot', { hasText: '✓' })
        .waitFor();
      await checkedFrame(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      await checkedFrame(page);
      await page.context().close();
    }
  },

  async on_a_phone_it_is_the_screen_above_the_keyboard(world, site) {
    const channel = await site.channel({ greeting: 'مرحبا بكم' });
    const { page, frame } = await visit(world, site, channel, {}, PHONE);
    const box = frame.getByLabel('Ваше повідомлення');
    const place = () => page.locator('iframe').boundingBox();

    await box.waitFor();
    assert.deepEqual(await place(), { x: 0, y: 0, ...PHONE });
    await page.evaluate(() => {
      Object.defineProperty(window.visualViewport, 'height',
        { get: () => 500, configurable: true });
      window.visualViewport.dispatchEvent(new window.Event('resize'));
    });
    assert.deepEqual(await place(), { x: 0, y: 0, width: 390, height: 500 });
    await ask(world, frame, channel, 'שלום, יש תה?');
    assert.equal(await frame.locator('.message--client .body').evaluate(
      (node) => node.ownerDocument.defaultView.getComputedStyle(node)
        .direction), 'rtl', 'each message has its own direction');
    await noSideways(page);
    await picture(page, 'widget-phone');
    await checkedFrame(page);
  },

  async what_is_asked_leaves_room_to_write(world, site) {
    const channel = await site.channel({ ask: ['name', 'email', 'phone'] });
    const { frame } = await visit(world, site, channel, {},
      { width: 844, height: 390 });
    await frame.locator('.send').scrollIntoViewIfNeeded();
    for (const part of ['send', 'head']) {
      assert.ok(await frame.locator(`.${part}`).evaluate((node) =>
        node.getBoundingClientRect().top >= 0), `${part} is in sight`);
    }
  },

  async files_go_both_ways(world, site) {
    const channel = await site.channel();
    const { page, frame } = await visit(world, site, channel);
    const chat = await ask(world, frame, channel, 'Ось чек');

    await frame.locator('.pick').setInputFiles({ name: 'чек.png',
      mimeType: 'image/png', buffer: PIXEL });
    const mine = frame.locator('.message--client img.picture');
    await mine.waitFor();
    await loaded(mine);
    assert.equal(await frame.locator('.message--client').count(), 2);
    await world.as(world.petro, 'POST', `chats/${chat}/take`);
    const answer = await fetch(`${BASE}api/v1/files?name=ціни.png`,
      { method: 'POST', body: PIXEL, headers: { 'Content-Type': 'image/png',
        Authorization: `Bearer ${world.petro}` } });
    const { id } = await answer.json();
    await world.as(world.petro, 'POST', `chats/${chat}/messages`,
      { text: '', attachments: [id] });
    const theirs = frame.getByRole('img', { name: 'ціни.png' });
    await theirs.waitFor();
    await loaded(theirs);
    await checkedFrame(page);

    await frame.locator('.pick').setInputFiles([PROGRAM, ''].map((bytes) =>
      ({ name: 'x', mimeType: 'image/png', buffer: Buffer.from(bytes) })));
    const failed = frame.locator('.message--failed');
    await failed.getByText('порожній').waitFor();
    await failed.getByText('не приймаються').waitFor();
    await checkedFrame(page);
    assert.equal(await failed.getByText('Повторити').count(), 0,
      'what is refused for good cannot be tried again');
    await failed.first().getByText('Прибрати').click();
    await failed.nth(1).waitFor({ state: 'detached' });
    world.forgive(/ 422 /);

    /* a picture that came late once left the reader above the end */
    const portrait = await page.screenshot({
      clip: { x: 0, y: 0, width: 200, height: 700 } });
    for (let n = 0; n < 5; n += 1) {
      await frame.locator('.pick').setInputFiles({ name: `${n}.png`,
        mimeType: 'image/png', buffer: portrait });
      await mine.nth(n + 1).waitFor();
      await frame.locator('.scroll').evaluate(toEnd);
    }
  },

  async two_windows_and_no_connection_lose_and_double_nothing(world, site) {
    const channel = await site.channel();
    const { page, frame } = await visit(world, site, channel);
    const chat = await ask(world, frame, channel, 'перше');
    const other = await page.context().newPage();

    await other.goto(site.page(channel));
    await other.getByRole('button', { name: 'Чат' }).click();
    const there = other.frameLocator('iframe');
    await there.getByText('перше').waitFor();
    await page.context().setOffline(true);
    await write(frame, 'друге');
    await frame.locator('.message--waiting').waitFor();
    await write(frame, 'третє');
    await page.context().setOffline(false);
    for (const window of [frame, there]) {
      await window.locator('.message--client .foot', { hasText: '✓' })
        .nth(2).waitFor();
      assert.equal(await window.locator('.message--client').count(), 3);
    }
    const { messages } = await world.api('GET', `chats/${chat}/messages`);
    assert.deepEqual(messages.filter((m) => m.kind === 'text')
      .map((m) => m.text), ['перше', 'друге', 'третє']);
    /* the browser itself says aloud that it is offline */
    world.forgive(/ERR_INTERNET_DISCONNECTED/);
  },
};


const site = await served(BASE);
const browser = await launched();

try {
  const world = await World.made({ browser, base: BASE, token: TOKEN });

  for (const [name, story] of Object.entries(STORIES)) {
    if (ONLY.length === 0 || ONLY.includes(name)) {
      await told(world, name, story);
    }
  }
  site.world = world;

} finally {
  await browser.close();
  await site.close();
}


async function told(world, name, story) {
  site.world = world;
  try {
    await story(world, site);
    assert.deepEqual(world.faults.splice(0), [],
      'no console error, no CSP violation');
    console.log(`ok - ${name.replaceAll('_', ' ')}`);

  } catch (error) {
    console.log(`not ok - ${name.replaceAll('_', ' ')}\n${error.stack}\n${
      world.faults.splice(0).join('\n')}`);
    process.exitCode = 1;
  }
}


/** A page with the widget open on it. */
async function visit(world, { page: address }, channel, data, size = DESK) {
  const page = await opened(world, size);

  await page.goto(address(channel, { data, csp: true }));
  await page.getByRole('button', { name: 'Чат' }).click();
  return { page, frame: page.frameLocator('iframe') };
}


/* in the frame: all pictures are there, and the end is in sight */
async function toEnd(box) {
  await Promise.all([...box.querySelectorAll('img')]
    .map((one) => one.decode()));
  while (box.scrollHeight - box.scrollTop - box.clientHeight > 2) {
    await new Promise(requestAnimationFrame);
  }
}


async function loaded(image) {
  await image.evaluate((node) => node.decode());
}


async function write(frame, text) {
  const box = frame.getByLabel('Ваше повідомлення');

  await box.fill(text);
  await box.press('Enter');
}


/** The first words of a visitor; gives the chat. */
async function ask(world, frame, channel, text) {
  await write(frame, text);
  await frame.locator('.message--client .foot', { hasText: '✓' }).waitFor();
  return (await world.api('GET', `journal?channel=${channel}`)).chats[0].id;
}


/** Waits, as a page does, until a message is so far. */
async function delivered(world, chat, id, state) {
  for (let since = 0, now = null; now !== state;) {
    const { messages, rev } = await world.api('GET',
      `chats/${chat}/messages?since=${since}&wait=10`);

    now = messages.find((m) => m.id === id)?.delivery ?? now;
    assert.ok(now === state || rev !== since, `${id} is ${now}`);
    since = rev;
  }
}


/* what stands on the page beside what was there */
function added(page) {
  return page.evaluate(() => [...document.querySelectorAll('html *')]
    .filter((node) => !['HEAD', 'TITLE', 'META', 'SCRIPT', 'BODY', 'MAIN', 'H1']
      .includes(node.tagName) && !node.parentNode.closest('button'))
    .map((node) => node.tagName));
}


/* as it is sent to who takes gzip */
async function weight(url) {
  const answer = await new Promise((resolve, reject) => {
    request(url, { headers: { 'Accept-Encoding': 'gzip' } }, resolve)
      .on('error', reject).end();
  });

  return (await buffer(answer)).length;
}
