/*
 * The pages in a browser against the fake server: what goes wrong and mends
 * itself, what is refused, a phone, the dark, a keyboard, and the checks of
 * axe.  Each story has a server of its own.
 *
 *   node t/www/stories.mjs [name ...]       SCREENSHOTS=directory
 */

import assert from 'node:assert/strict';
import { checked, noSideways } from './checks.mjs';
import { run as conversation, launched, opened, picture }
  from './conversation.mjs';
import { fill } from './fake_people.mjs';
import { startFake, TOKEN } from './fake_server.mjs';

const DESK = { width: 1360, height: 800 };
const PHONE = { width: 390, height: 800 };


const STORIES = {
  async the_conversation(fake) {
    await conversation({ base: fake.base, ownerLink: link(fake),
      demoUrl: `${fake.base}demo.html` });
  },

  async the_store_goes_away_and_comes_back(fake, browser) {
    fill(fake.store);
    const page = await owner(browser, fake);

    await page.locator('.journal__row').first().waitFor();
    fake.trouble = 503;
    fake.store.write(1, { text: 'ви тут?' });
    await page.locator('.banner').waitFor();
    await picture(page, 'away');
    fake.trouble = null;
    await page.locator('.banner').waitFor({ state: 'detached' });
    fake.store.write(1, { text: 'я знову тут' });
    await page.locator('.journal__row', { hasText: 'я знову тут' })
      .first().waitFor();
  },

  async a_message_fails_and_is_sent_again(fake, browser) {
    fill(fake.store);
    const page = await owner(browser, fake, '/chats/3');

    await page.locator('.composer__text').fill('раз');
    fake.trouble = 503;
    await page.locator('.composer__text').press('Enter');
    await page.locator('.message--failed').waitFor();
    await picture(page, 'failed');
    fake.trouble = null;
    await page.locator('.message--failed .button').first().click();
    await page.locator('.message--agent', { hasText: 'раз' })
      .locator('.message__delivery').waitFor();
    assert.equal(await page.getByText('раз', { exact: true }).count(), 1);
  },

  async somebody_was_faster(fake, browser) {
    fill(fake.store);
    const page = await owner(browser, fake, '/chats/1');

    /* between the press and the call another agent takes it */
    await page.route('**/chats/1/take', (route) => {
      fake.store.change(1, { status: 'active', action: 'join' });
      return route.continue();
    });
    await page.locator('.dialog__foot .button--main').click();
    await page.getByRole('button', { name: 'Приєднатися' }).click();
    await page.locator('.composer__text').fill('тепер я');
    await page.locator('.composer__text').press('Enter');
    await page.locator('.message--agent', { hasText: 'тепер я' }).waitFor();
  },

  async closing_and_reopening_in_a_filtered_list(fake, browser) {
    fill(fake.store);
    const page = await owner(browser, fake, '/chats/3?status=active');

    await page.locator('.dialog__close').click();
    await page.getByRole('button', { name: 'Відкрити знову' }).click();
    await page.locator('.composer__text').waitFor();
    await page.locator('.message--event', { hasText: 'знову' }).waitFor();
  },

  async a_free_plan_is_told_so(fake, browser) {
    fake.store.plan = 'free';
    const page = await owner(browser, fake, '/journal');

    await page.getByText('комерційних тарифах').waitFor();
    await picture(page, 'free');
  },

  async a_wrong_token_and_then_the_right_one(fake, browser) {
    fill(fake.store);
    const page = await opened({ browser, faults: [] }, DESK);

    await page.goto(fake.base);
    await page.getByLabel('Токен').fill('wrong');
    await page.getByRole('button', { name: 'Увійти' }).click();
    await page.getByText('не діє').waitFor();
    await checked(page);
    await picture(page, 'sign_in');
    await page.getByLabel('Токен').fill(TOKEN);
    await page.getByRole('button', { name: 'Увійти' }).click();
    await page.locator('.journal__row').first().waitFor();
    await page.reload();
    await page.locator('.journal__row').first().waitFor();
    await page.getByRole('button', { name: 'Вийти' }).click();
    await page.getByLabel('Токен').waitFor();
  },

  async the_journal_by_keyboard_and_in_three_languages(fake, browser) {
    fill(fake.store);
    const page = await owner(browser, fake);

    await page.locator('#chat-1').focus();
    await page.keyboard.press('Enter');
    await page.locator('.dialog__title:focus').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#chat-1:focus').waitFor();
    for (const [locale, word] of [['en', 'Unassigned'],
      ['ru', 'Нераспределённые'], ['uk', 'Нерозподілені']]) {
      await page.locator('.locale select').selectOption(locale);
      await page.locator('.filter', { hasText: word }).waitFor();
    }
  },

  async pages_of_a_long_journal_and_a_long_dialog(fake, browser) {
    for (let n = 1; n <= 120; n += 1) {
      const id = fake.store.open({ name: `Клієнт ${n}` });
      fake.store.write(id, { text: `питання ${n}`,
        at: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString() });
    }
    for (let n = 1; n <= 120; n += 1) {
      fake.store.write(120, { text: `рядок ${n}` });
    }
    const page = await owner(browser, fake);

    await page.locator('#chat-120').waitFor();
    await toTheEnd(page, '#chat-1');
    assert.ok(await page.locator('.journal__row').count() < 60,
      'what is far away is not drawn');
    await page.locator('.journal').evaluate((box) => box.scrollTo(0, 0));
    await page.locator('#chat-120').click();
    await page.getByText('рядок 120', { exact: true }).last().waitFor();
    const seen = page.locator('.transcript .message__text').first();
    const text = await seen.innerText();
    await page.locator('.transcript').evaluate((box) => box.scrollTo(0, 0));
    await page.locator('.message', { hasText: 'рядок 30' }).first().waitFor();
    const kept = page.locator('.transcript .message__text',
      { hasText: new RegExp(`^${text}$`) });
    await kept.first().waitFor();
    assert.ok(await isInView(kept), 'what was read stays in view');
  },

  async five_thousand_chats_and_nothing_jumps(fake, browser) {
    for (let n = 1; n <= 5000; n += 1) {
      fake.store.write(fake.store.open({ name: `Клієнт ${n}` }), {
        text: 'питання', at: new Date(Date.UTC(2026, 0, 1, 0, n))
          .toISOString() });
    }
    const page = await owner(browser, fake);
    const box = page.locator('.journal');

    await toTheEnd(page, '#chat-1');
    assert.ok(await page.locator('.journal__row').count() < 80);
    await box.evaluate((node) => node.scrollTo(0, node.scrollHeight / 2));
    await page.waitForFunction(() => document.querySelector('#chat-2500'));
    await page.locator('#chat-2500').focus();
    const before = await page.locator('#chat-2500').boundingBox();

    const told = page.waitForResponse(/journal\?.*since=/);
    fake.store.write(7, { text: 'я тут' });
    await told;
    await page.evaluate(() => new Promise((resolve) => {
      requestAnimationFrame(() => requestAnimationFrame(resolve));
    }));
    const after = await page.locator('#chat-2500').boundingBox();

    assert.ok(Math.abs(before.y - after.y) < 2, 'what is read stays');
    await page.locator('#chat-2500:focus').waitFor();
    await box.evaluate((node) => node.scrollTo(0, 0));
    await page.locator('.journal__row', { hasText: 'я тут' }).waitFor();
    await page.locator('#chat-2500:focus').waitFor({ state: 'attached' });
  },

  async everything_on_a_desk_and_on_a_phone_light_and_dark(fake, browser) {
    fill(fake.store);
    for (const [where, viewport] of [['desk', DESK], ['phone', PHONE]]) {
      for (const colorScheme of ['light', 'dark']) {
        const page = await owner(browser, fake, '', viewport);

        await page.emulateMedia({ colorScheme });
        await page.locator('.journal__row').first().waitFor();
        await picture(page, `${where}-${colorScheme}-journal`);
        await checked(page);
        await noSideways(page);
        await page.locator('#chat-3').click();
        await page.locator('.message--agent').first().waitFor();
        await picture(page, `${where}-${colorScheme}-dialog`);
        await checked(page);
        await noSideways(page);
        await page.context().close();
      }
    }
  },

  async the_widget_survives_being_offline(fake, browser) {
    const page = await opened({ browser, faults: [] }, PHONE);

    await page.goto(`${fake.base}demo.html`);
    await page.getByRole('button', { name: 'Чат' }).click();
    const frame = page.frameLocator('iframe');
    await frame.getByText('Вітаємо!').waitFor();
    await page.context().setOffline(true);
    await frame.getByRole('textbox').fill('із тунелю');
    await frame.getByRole('textbox').press('Enter');
    await frame.locator('.message--waiting').waitFor();
    await picture(page, 'widget-offline');
    await page.context().setOffline(false);
    await frame.locator('.message--client .foot', { hasText: '✓' })
      .waitFor();
    assert.equal(fake.store.messages.get(1).filter(
      (m) => m.kind === 'text').length, 1, 'stored once');
  },

  async the_widget_sends_after_a_reload_what_it_could_not(fake, browser) {
    const page = await opened({ browser, faults: [] }, PHONE);

    await page.goto(`${fake.base}demo.html`);
    await page.getByRole('button', { name: 'Чат' }).click();
    const frame = page.frameLocator('iframe');
    await frame.getByText('Вітаємо!').waitFor();
    fake.trouble = 503;
    await frame.getByRole('textbox').fill('ще тут');
    await frame.getByRole('textbox').press('Enter');
    await frame.locator('.message--waiting').waitFor();
    fake.trouble = null;
    await page.goto(`${fake.base}demo.html`);
    await page.getByRole('button', { name: 'Чат' }).click();
    await frame.locator('.message--client .foot', { hasText: '✓' })
      .waitFor();
    assert.equal(fake.store.chats.size, 1);
  },

  async the_loader_twice_and_gone_again(fake, browser) {
    const page = await opened({ browser, faults: [] }, DESK);
    const before = () => page.evaluate(() =>
      document.body.querySelectorAll('*').length);

    await page.goto(`${fake.base}demo.html`);
    await page.getByRole('button', { name: 'Чат' }).waitFor();
    const once = await before();
    await page.addScriptTag({ url: `${fake.base}embed/loader.js?again` });
    assert.equal(await before(), once);
    await page.getByRole('button', { name: 'Чат' }).click();
    await page.frameLocator('iframe').getByRole('textbox').waitFor();
    await checked(page);
    await page.evaluate(() => window.ngxInbox.destroy());
    assert.equal(await page.getByRole('button').count(), 0);
    assert.equal(await page.locator('iframe').count(), 0);
    assert.equal(await page.evaluate(() => 'ngxInbox' in window), false);
  },
};


await tellAll(process.argv.slice(2));


async function tellAll(names) {
  const browser = await launched();

  try {
    for (const [name, story] of Object.entries(STORIES)) {
      if (names.length === 0 || names.includes(name)) {
        await tellOne(name, story, browser);
      }
    }
  } finally {
    await browser.close();
  }
}


async function tellOne(name, story, browser) {
  const fake = await startFake();

  try {
    await story(fake, browser);
    console.log(`ok - ${name.replaceAll('_', ' ')}`);

  } catch (error) {
    console.log(`not ok - ${name.replaceAll('_', ' ')}\n${error.stack}`);
    process.exitCode = 1;

  } finally {
    await fake.close();
  }
}


function link(fake) {
  return `${fake.base}#token=${TOKEN}`;
}


async function owner(browser, fake, path = '', viewport = DESK) {
  const page = await opened({ browser, faults: [] }, viewport);

  await page.goto(link(fake));
  await page.locator('.menu').waitFor();
  if (path) {
    await page.goto(`${fake.base}#${path}`);
  }
  return page;
}


/* page by page, as a reader would who scrolls on and on */
async function toTheEnd(page, selector) {
  await page.locator('.journal__row').first().waitFor();
  await page.waitForFunction((last) => {
    const box = document.querySelector('.journal');

    box.scrollTo(0, box.scrollHeight);
    return document.querySelector(last) !== null;
  }, selector, { timeout: 60_000, polling: 50 });
}


function isInView(locator) {
  return locator.first().evaluate((node) => {
    const box = node.closest('.transcript').getBoundingClientRect();
    const at = node.getBoundingClientRect();

    return at.bottom > box.top && at.top < box.bottom;
  });
}
