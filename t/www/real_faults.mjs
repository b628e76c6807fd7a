/*
 * The agents' page against the real server: what goes wrong and mends itself,
 * files, and the load.
 *
 *   node t/www/real_faults.mjs BASE TOKEN [story ...]
 *
 * The stories are told as those of real.mjs; t/browser_faults.t calls it.
 */

import assert from 'node:assert/strict';
import process from 'node:process';
import { checked, focused, noSideways } from './checks.mjs';
import { picture } from './conversation.mjs';
import { run } from './real.mjs';

const PHONE = { width: 390, height: 844 };
const HOUR_MS = 3_600_000;
/* a transparent dot */
const DOT = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlE'
  + 'QVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
/* its name says a picture, its first bytes a program */
const PROGRAM = Buffer.from('7f454c4602010100', 'hex');
/* more than the server of the test takes */
const MUCH = 100_000;
const HOSTILE = '<img src=x onerror=alert(1)>.zip';


const STORIES = {
  async the_load_at_a_glance(world) {
    await world.answerAll();
    const chat = await world.visitorAsks('Хто вільний?', 'Лев');
    const owner = await world.enter(world.token, '/load');
    const line = owner.locator(`#chat-${chat}`);

    await line.waitFor();
    await owner.getByRole('heading', { name: 'Хто з чим працює' }).waitFor();
    await checked(owner);
    await picture(owner, 'load');
    await line.click();
    await owner.locator('.dialog__title', { hasText: 'Лев' }).waitFor();
    await world.as(world.petro, 'POST', `chats/${chat}/take`);
    await line.getByText('Петро Гулак').waitFor();
    await owner.locator('.load__line', { hasText: 'Петро' }).click();
    await owner.waitForURL(/status=active&agent=petro/);
    await owner.locator(`#chat-${chat}`).waitFor();
    const phone = await world.enter(world.token, '/load', PHONE);
    await phone.locator('.load__box').first().waitFor();
    await noSideways(phone);
    await picture(phone, 'load-phone');
  },

  async a_row_is_answered_and_its_client_is_known(world) {
    const chat = await world.visitorAsks('Де ви?', 'Майя');
    const petro = await world.enter(world.petro, '/inquiries/incoming');

    await petro.locator('.journal__row', { hasText: 'Майя' }).hover();
    await petro.getByRole('button', { name: 'Відповісти: ' })
      .and(petro.getByLabel(/Майя/)).click();
    await petro.locator('.composer__text').waitFor();
    await petro.waitForURL(new RegExp(`/chats/${chat}`));
    await petro.getByRole('button', { name: 'Про клієнта' }).click();
    await petro.locator('.client', { hasText: `№${chat}` }).waitFor();
    await petro.context().grantPermissions(['clipboard-read',
      'clipboard-write']);
    await checked(petro);
    await picture(petro, 'client');
    await petro.getByRole('button', { name: 'адресу чату' }).click();
    assert.equal(await petro.evaluate(() => navigator.clipboard.readText()),
      `${world.base}#/chats/${chat}`);
  },

  async news_is_heard_after_the_first_press(world) {
    const petro = await world.enter(world.petro);

    await petro.addInitScript(listening);
    await petro.reload();
    await petro.locator('.journal__row, .journal__empty').first().waitFor();
    await world.visitorAsks('Тихо?', 'Сава');
    await petro.waitForFunction(() => window.shown.length === 1);
    assert.equal(await petro.evaluate(() => window.heard), 0,
      'a page makes no noise before its reader has touched it');
    await petro.locator('.menu__title').click();
    await world.visitorAsks('А тепер?', 'Саватій');
    await petro.waitForFunction(() => window.heard > 0);
    await petro.waitForFunction(() => window.shown.length === 2);
    assert.match((await petro.evaluate(() => window.shown))[1].join(' '),
      /Нове звернення №\d+ · Саватій\nА тепер\?/);
  },

  async files_are_chosen_dropped_pasted_and_seen(world) {
    const chat = await world.visitorAsks('Покажіть чайник', 'Орест');
    const petro = await world.enter(world.petro, `/chats/${chat}`);
    const refused = petro.locator('.uploads__one--failed');

    await petro.locator('.dialog__foot .button--main').click();
    await petro.locator('.composer__attach input').setInputFiles([
      { name: 'чайник.png', mimeType: 'image/png', buffer: DOT },
      { name: 'ціни.txt', mimeType: 'text/plain',
        buffer: Buffer.from('улун, 100') },
      { name: HOSTILE, mimeType: 'image/png', buffer: PROGRAM },
      { name: 'кіно.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(MUCH) },
      { name: 'нічого.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
    ]);
    await refused.getByText('такого типу').waitFor();
    await refused.getByText('завеликий').waitFor();
    await refused.getByText('порожній').waitFor();
    assert.equal(await refused.getByText('такого типу').count(), 1);
    assert.ok(await petro.locator('.composer__send').isDisabled(),
      'it is not sent without what was chosen');
    assert.equal(await refused.locator('img:not([hidden])').count(), 0,
      'no picture that cannot be drawn');
    await checked(petro);
    await picture(petro, 'files');
    await refused.first().getByRole('button', { name: 'Прибрати' }).click();
    for (const left of [2, 1]) {
      await petro.waitForFunction((count) => document
        .querySelectorAll('.uploads__one--failed').length === count, left);
      await petro.keyboard.press('Enter');
    }
    await focused(petro, '.composer__text');
    await handed(petro, '.composer__text', 'paste', 'знімок.png');
    await handed(petro, '.dialog', 'drop', 'кинутий.png');
    await petro.waitForFunction(() => document
      .querySelectorAll('.uploads__one > .uploads__about > .muted')
      .length === 4);
    await petro.locator('.composer__text').press('Enter');
    await petro.locator('.uploads').waitFor({ state: 'detached' });
    await petro.locator('.message .files__row', { hasText: 'ціни.txt' })
      .waitFor();
    await petro.locator('.message--pending').waitFor({ state: 'detached' });
    await petro.locator('.message .files__picture').first().click();
    await drawn(petro.locator('.picture__img'));
    await picture(petro, 'lightbox');
    await petro.keyboard.press('ArrowRight');
    await petro.locator('.modal', { hasText: 'знімок.png' }).waitFor();
    await petro.keyboard.press('Escape');
    await petro.locator('.modal').waitFor({ state: 'detached' });

    const { messages } = await world.visitorReads('Орест');
    const files = messages.at(-1).attachments;

    assert.deepEqual(files.map((one) => one.name),
      ['чайник.png', 'ціни.txt', 'знімок.png', 'кинутий.png']);
    const got = await fetch(new URL(files[0].url, world.base));
    assert.deepEqual(Buffer.from(await got.arrayBuffer()), DOT,
      'a visitor has a link of his own');
    world.forgive(/ (413|422) /);
  },

  async files_above_ten_are_told_of(world) {
    const chat = await world.visitorAsks('Покажіть усе', 'Охрім');
    const petro = await world.enter(world.petro, `/chats/${chat}`);
    const told = petro.locator('.dialog > .problem', { hasText: '10 файлів' });
    const some = (count) => Array.from({ length: count }, (_, n) => ({
      name: `${n}.txt`, mimeType: 'text/plain', buffer: Buffer.from('чай') }));

    await petro.locator('.dialog__foot .button--main').click();
    await petro.locator('.composer__attach input').setInputFiles(some(10));
    await petro.locator('.uploads__one').nth(9).waitFor();
    assert.equal(await told.count(), 0);
    await handed(petro, '.dialog', 'drop', 'зайвий.png');
    await told.waitFor();
    assert.equal(await petro.locator('.uploads__one').count(), 10);
    await checked(petro);
    await petro.locator('.composer__send:enabled').click();
    await told.waitFor({ state: 'detached' });
    await petro.locator('.message .files__row').nth(9).waitFor();
  },

  async what_was_not_sent_outlives_the_page(world) {
    const chat = await world.visitorAsks('Чекаю', 'Павло');
    const petro = await world.enter(world.petro, `/chats/${chat}`);
    let release;
    const held = new Promise((resolve) => {
      release = resolve;
    });
    const cut = (route) => (route.request().method() === 'POST'
      ? held.then(() => route.abort()) : route.continue());

    await petro.locator('.dialog__foot .button--main').click();
    await petro.route(`**/chats/${chat}/messages`, cut);
    await petro.locator('.composer__text').fill('раз і назавжди');
    await petro.locator('.composer__text').press('Enter');
    await petro.locator('.message--pending', { hasText: 'раз' }).waitFor();
    await checked(petro);
    release();
    await petro.locator('.message--failed', { hasText: 'раз' }).waitFor();
    await petro.reload();
    await petro.locator('.message--failed', { hasText: 'раз' }).waitFor();
    await picture(petro, 'not-sent');
    await petro.unroute(`**/chats/${chat}/messages`, cut);
    await petro.evaluate(() => dispatchEvent(new Event('online')));
    await petro.locator('.message--agent .message__delivery').waitFor();
    await petro.reload();
    await petro.locator('.message--agent .message__delivery').waitFor();
    assert.equal(await petro.getByText('раз і назавжди').count(), 1);
    world.forgive(/ERR_FAILED/);
  },

  async a_revoked_token_is_told(world) {
    const { id, token } = await world.api('POST', 'agents/olha/tokens',
      { name: 'lost' });
    const page = await world.enter(token);

    await page.locator('.journal__row, .journal__empty').first().waitFor();
    await world.api('DELETE', `agents/olha/tokens/${id}`);
    await page.getByText('вхід більше не діє').waitFor();
    await picture(page, 'revoked');
    world.forgive(/ 401 /);
  },

  async a_wrong_clock_makes_nobody_wait(world) {
    const chat = await world.visitorAsks('Щойно', 'Рада');
    const page = await world.enter(world.token, '/settings/me');

    await page.addInitScript(lateBy, 3 * HOUR_MS);
    await world.go(page, '/journal');
    await page.reload();
    await page.locator('.banner', { hasText: 'Годинник' }).waitFor();
    await page.locator(`#chat-${chat}`).waitFor();
    assert.match(await page.locator('.journal__row', { hasText: 'Рада' })
      .innerText(), /щойно|чекає \d\sхв/);
  },
};


/* a picture that is pasted or dropped */
function handed(page, selector, type, name) {
  return page.locator(selector).evaluate((box, [kind, called, bytes]) => {
    const data = new DataTransfer();
    const how = { bubbles: true, cancelable: true };

    data.items.add(new File([new Uint8Array(bytes)], called,
      { type: 'image/png' }));
    box.dispatchEvent(kind === 'paste'
      ? new ClipboardEvent(kind, { ...how, clipboardData: data })
      : new window.DragEvent(kind, { ...how, dataTransfer: data }));
  }, [type, name, [...DOT]]);
}


/* the bytes have come and are a picture */
function drawn(locator) {
  return locator.evaluate((img) => img.decode());
}


/* These run in the page, before its own scripts. */

/* what would sound and what the system would show, while one looks away */
function listening() {
  const { start } = OscillatorNode.prototype;

  Object.assign(window, { heard: 0, shown: [] });
  OscillatorNode.prototype.start = function counted(...given) {
    window.heard += 1;
    return start.apply(this, given);
  };
  window.Notification = class {
    static permission = 'granted';

    constructor(title, { body }) {
      window.shown.push([title, body]);
    }
  };
  document.hasFocus = () => false;
  localStorage.setItem('inbox.prefs',
    JSON.stringify({ system: true, locale: 'uk' }));
}


function lateBy(ms) {
  const True = Date;

  window.Date = class extends True {
    constructor(...given) {
      super(...given.length > 0 ? given : [True.now() + ms]);
    }

    static now() {
      return True.now() + ms;
    }
  };
}


const [base, token, ...only] = process.argv.slice(2);

await run({ base, token, only, stories: STORIES });
