/*
 * A messenger against the product itself: the pictures of its clients in
 * every place where one is shown, and their initials when there is none that
 * can be drawn; pictures in a chat; answers that it refuses.
 *
 *   node t/www/messenger.mjs BASE TOKEN PLATFORM_PORT [story ...]
 *
 * Viber is played here, at PLATFORM_PORT: it tells with each message where
 * the picture is.
 */

import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import process from 'node:process';
import { checked } from './checks.mjs';
import { run } from './real.mjs';

const [BASE, TOKEN, PLATFORM, ...ONLY] = process.argv.slice(2);
const SECRET = '4d9f2c1ab7e05f6e-9a8b7c6d5e4f3a2b-1c0d9e8f7a6b5c4d';
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUl'
  + 'EQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const PHONE = { width: 390, height: 844 };
/* what the browser says of a picture that it does not get */
const LOST = /\/chats\/\d+\/files\/[0-9a-f]{16}$/;


const STORIES = {
  async a_picture_is_drawn_wherever_its_client_is(world) {
    const chat = await writes(world, 'Віра Коваль', '/there.png');

    await everywhere(world, chat, pictured);
  },

  async a_picture_that_is_lost_leaves_the_initials(world) {
    const chat = await writes(world, 'Тарас Бойко', '/lost.png');

    await everywhere(world, chat, (avatar) => initialled(avatar, 'ТБ'));
    world.forgive(LOST);
  },

  async what_is_no_picture_leaves_the_initials(world) {
    const chat = await writes(world, 'Ганна Лис', '/broken.png');

    await everywhere(world, chat, (avatar) => initialled(avatar, 'ГЛ'));
    world.forgive(LOST);
  },

  async what_a_browser_does_not_get_leaves_the_initials(world) {
    const page = await world.enter(world.token);

    await page.route('**/files/*', (route) => route.abort());
    const chat = await writes(world, 'Юрій Зима', '/there.png');
    await everywhere(world, chat, (avatar) => initialled(avatar, 'ЮЗ'), page);
    world.forgive(LOST);
  },

  async another_picture_is_tried_after_a_lost_one(world) {
    const chat = await writes(world, 'Олег Мак', '/lost.png');
    const page = await world.enter(world.token, '/journal');
    const avatar = page.locator('.journal__row', { has:
      page.locator(`#chat-${chat}`) }).locator('.avatar');

    await initialled(avatar, 'ОМ');
    await writes(world, 'Олег Мак', '/there.png');
    await pictured(avatar);
    world.forgive(LOST);
  },

  /* a picture that came late once left the reader in the middle */
  async pictures_of_a_chat_move_nothing_when_they_come(world) {
    const chat = await writes(world, 'Інна Гай', '/there.png');
    const page = await world.enter(world.token);
    const portrait = await page.screenshot({
      clip: { x: 0, y: 0, width: 300, height: 800 } });
    const gate = held();

    await world.api('POST', `chats/${chat}/take`);
    for (const count of [1, 5, 2]) {
      await answers(world, chat, portrait, count);
    }
    await page.route('**/files/*', async (route) => {
      await gate.opened;
      await route.continue();
    });
    await world.go(page, `/chats/${chat}`);
    await page.locator('.files__picture').nth(7).waitFor({ state: 'attached' });
    const before = await tall(page);
    gate.open();
    for (const one of await page.locator('.files__picture').all()) {
      await one.scrollIntoViewIfNeeded();
      await page.waitForFunction((node) => node.complete
        && node.naturalWidth > 0, await one.elementHandle());
    }
    assert.equal(await tall(page), before, 'nothing jumps');
    await page.locator('.message__body', { hasText: 'ось 2' })
      .scrollIntoViewIfNeeded();
    await checked(page);
    await page.setViewportSize(PHONE);
    await page.locator('.files__open').first().click();
    const further = page.getByRole('button', { name: 'Наступне' });
    await further.click();
    await further.click();
    await page.getByRole('heading', { name: '1.png' }).waitFor();
    assert.ok((await page.locator('.picture__foot').boundingBox()).height < 50,
      'in one line, also on a phone');
    await checked(page);
    await page.keyboard.press('Escape');
    await page.reload();
    await page.locator('.files__picture').nth(7).waitFor({ state: 'attached' });
    await page.waitForFunction(() => [...document.querySelectorAll(
      '.files__picture')].at(-1).naturalWidth > 0);
    await page.waitForFunction(() => {
      const box = document.querySelector('.transcript');

      return box.scrollHeight - box.scrollTop - box.clientHeight < 2;
    });
  },

  async what_the_messenger_refuses_is_sent_again(world) {
    const chat = await writes(world, 'Лев Рись', '/there.png');
    const page = await world.enter(world.token, `/chats/${chat}`);
    const failed = page.locator('.message--failed', { hasText: 'Є!' });
    const again = failed.getByRole('button', { name: 'Повторити' });

    await world.api('POST', `chats/${chat}/take`);
    viber.refuses = true;
    await page.locator('.composer__text').fill('Є!');
    await page.locator('.composer__text').press('Enter');
    await failed.getByText('notSubscribed').waitFor();
    await checked(page);
    viber.refuses = false;
    await page.locator('.composer__text').fill('ще не сказане');
    await again.click();
    await page.locator('.message--agent:not(.message--failed)',
      { hasText: 'Є!' }).getByText('✓').waitFor();
    await again.waitFor({ state: 'detached' });
    assert.equal(await page.locator('.composer__text').inputValue(),
      'ще не сказане', 'what is being written stays');
    assert.equal(await page.locator('.message--agent').count(), 2);
  },

  async a_picture_that_is_refused_is_taken_up_once_more(world) {
    const chat = await writes(world, 'Рем Вовк', '/there.png');
    const page = await world.enter(world.token, `/chats/${chat}`);

    await world.api('POST', `chats/${chat}/take`);
    viber.refuses = true;
    await answers(world, chat, PIXEL, 1);
    await page.locator('.message--failed')
      .getByRole('button', { name: 'Повторити' }).click();
    viber.refuses = false;
    await page.locator('.uploads__preview').waitFor();
    assert.equal(await page.locator('.composer__text').inputValue(), 'ось 1');
    await checked(page);
    await page.locator('.composer__send:enabled').click();
    await page.locator('.message--agent:not(.message--failed)',
      { hasText: 'ось 1' }).getByText('✓').waitFor();
    await page.getByRole('button', { name: 'Повторити' })
      .waitFor({ state: 'detached' });
  },
};


let said = 0;

const viber = await played();

try {
  await run({ base: BASE, token: TOKEN, only: ONLY, stories: STORIES });

} finally {
  viber.server.closeAllConnections();
  viber.server.close();
}


/* the journal, the inbox, the dialog */
async function everywhere(world, chat, holds, entered = null) {
  const page = entered ?? await world.enter(world.token);
  const row = page.locator('.journal__row',
    { has: page.locator(`#chat-${chat}`) });

  await holds(row.locator('.avatar'));
  await world.go(page, '/inquiries/incoming');
  await page.getByRole('heading', { name: 'Звернення' })
    .waitFor({ state: 'attached' });
  await holds(row.locator('.avatar'));
  await row.locator('.journal__link').click();
  await holds(page.locator('.dialog__client .avatar'));
}


/* the picture covers the initials; it is there, and no empty frame */
async function pictured(avatar) {
  await avatar.locator('img').waitFor();
  await avatar.page().waitForFunction((node) => node.complete
    && node.naturalWidth > 0, await avatar.locator('img').elementHandle());
  assert.equal(await onTop(avatar), 'IMG');
  const [outer, inner] = await Promise.all([avatar.boundingBox(),
    avatar.locator('img').boundingBox()]);
  assert.deepEqual(inner, outer, 'the picture fills its circle');
}


async function initialled(avatar, initials) {
  await avatar.locator('img:not([hidden])').waitFor({ state: 'detached' });
  await avatar.getByText(initials, { exact: true }).waitFor();
  assert.notEqual(await onTop(avatar), 'IMG');
}


/* what one sees in the middle of it; the link of the row lies above */
function onTop(avatar) {
  return avatar.evaluate((node) => {
    const { left, top, width, height } = node.getBoundingClientRect();

    return document.elementsFromPoint(left + width / 2, top + height / 2)
      .find((one) => node.contains(one)).tagName;
  });
}


/* how high the whole transcript is */
function tall(page) {
  return page.locator('.transcript__inner').evaluate((node) =>
    node.getBoundingClientRect().height);
}


/* a door that somebody opens */
function held() {
  let open;
  const opened = new Promise((resolve) => {
    open = resolve;
  });

  return { opened, open };
}


async function answers(world, chat, picture, count) {
  const files = [];

  for (let n = 0; n < count; n += 1) {
    const answer = await fetch(`${BASE}api/v1/files?name=${n}.png`, {
      method: 'POST', body: picture, headers: { 'Content-Type': 'image/png',
        Authorization: `Bearer ${TOKEN}` } });

    files.push((await answer.json()).id);
  }
  await world.api('POST', `chats/${chat}/messages`,
    { text: `ось ${count}`, attachments: files });
}


/** Gives the chat. */
async function writes(world, name, path) {
  const channels = await world.api('GET', 'channels');

  if (!channels.channels.some((one) => one.id === 'viber')) {
    await world.api('PUT', 'channels/viber', { kind: 'viber', title: 'Viber',
      group: 'support', credentials: { token: SECRET } });
  }
  const body = JSON.stringify({ event: 'message', timestamp: Date.now(),
    message_token: said += 1, sender: { id: Buffer.from(name).toString(
      'base64'), name,
      avatar: `http://127.0.0.1:${PLATFORM}${path}` },
    message: { type: 'text', text: `Я — ${name}` } });
  const answer = await fetch(`${BASE}hook/viber`, { method: 'POST', body,
    headers: { 'X-Viber-Content-Signature':
      createHmac('sha256', SECRET).update(body).digest('hex') } });

  assert.equal(answer.status, 200);
  const { chats } = await world.api('GET', 'journal?channel=viber');

  return chats.find((one) => one.title === name).id;
}


/* a Viber that has pictures, and takes messages or refuses them */
async function played() {
  const line = { refuses: false, server: createServer(serve) };

  function serve(request, response) {
    const body = { '/there.png': PIXEL, '/broken.png': 'no picture',
      '/pa/send_message': JSON.stringify(line.refuses
        ? { status: 6, status_message: 'notSubscribed' }
        : { status: 0, status_message: 'ok', message_token: said += 1 }),
    }[request.url];

    request.resume();
    response.writeHead(body === undefined ? 404 : 200, { 'Content-Type':
      request.url.endsWith('.png') ? 'image/png' : 'application/json' });
    response.end(body);
  }

  await new Promise((resolve) => {
    line.server.listen(Number(PLATFORM), '127.0.0.1', resolve);
  });
  return line;
}
