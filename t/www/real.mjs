/*
 * The agents' page against the real server: an owner, two agents and a
 * visitor at once.
 *
 *   node t/www/real.mjs BASE OWNER_LINK TOKEN [story ...]
 *
 * It prints a line `ok - ...` or `not ok - ...` for each story; the test that
 * calls it is t/browser_agents.t.
 *
 * `base` is the address of /inbox/ with its slash, `token` the root token;
 * the space has what `make start` and Test::Inbox put there: a group
 * `support` and a site channel `site` that feeds it, a commercial plan.  The
 * stories make agents and groups of their own and leave them.  Console errors,
 * CSP violations and what axe finds fail them; SCREENSHOTS names a directory
 * for pictures.
 */

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { checked, checkedInBoth, focused, inSight, noSideways }
  from './checks.mjs';
import { launched, opened, picture } from './conversation.mjs';
import { LISTS } from './real_lists.mjs';
import { World } from './world.mjs';

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const HOSTILE = '<img src=x onerror=alert(1)>';


const STORIES = {
  ...LISTS,

  async each_sees_his_own_way_around(world) {
    const owner = await world.enter(world.token);
    const petro = await world.enter(world.petro);

    await owner.getByRole('link', { name: 'Журнал звернень' }).waitFor();
    await petro.getByRole('heading', { name: 'Звернення' }).waitFor();
    assert.equal(await petro.getByRole('link',
      { name: 'Журнал звернень' }).count(), 0, 'an agent has no journal');
    await world.go(petro, '/journal');
    await petro.getByText('лише власник і адміністратор').waitFor();
    await world.go(petro, '/settings/agents');
    await petro.getByText('для власника або адміністратора').waitFor();
  },

  async who_is_in_no_group_has_no_inbox_until_he_is(world) {
    const nina = await world.agent('nina', 'Ніна', []);
    const page = await world.enter(nina);

    await page.getByText('не входите до жодної групи').waitFor();
    assert.equal(await page.locator('.menu__sub').count(), 0);
    await world.api('PUT', 'groups/support', { name: 'Підтримка',
      agents: ['root', 'petro', 'olha', 'nina'] });
    await page.reload();
    await page.locator('.menu__sub').waitFor();
  },

  async a_new_inquiry_is_told_and_taken_by_one(world) {
    const petro = await world.enter(world.petro);
    const olha = await world.enter(world.olha);

    await petro.locator('.journal__row, .journal__empty').first().waitFor();
    const chat = await world.visitorAsks('Чи є доставка?', 'Іван');
    const toast = petro.locator('.toasts__one', { hasText: 'Чи є доставка?' });

    await toast.waitFor();
    await picture(petro, 'toast');
    await toast.locator('a').click();
    await petro.locator('.dialog__foot .button--main').click();
    await petro.locator('.composer__text').waitFor();
    await olha.locator(`#chat-${chat}`).waitFor({ state: 'detached' });
    await world.go(petro, '/inquiries/mine');
    await petro.locator(`#chat-${chat}`).waitFor();
  },

  async counts_stand_where_they_belong(world) {
    const petro = await world.enter(world.petro);
    const mine = await world.visitorAsks('перше', 'Марко');

    await world.as(world.petro, 'POST', `chats/${mine}/take`);
    await world.visitorAsks('ще', 'Марко');
    await petro.locator('.count--mine').first().waitFor();
    for (let n = 0; n < 10; n += 1) {
      await world.visitorAsks(`нове ${n}`, `Гість ${n}`);
    }
    await petro.locator('.menu__badge', { hasText: '!' }).waitFor();
    assert.match(await petro.title(), /^\(!\) /);
    const tab = petro.locator('.filter__link').first();
    assert.match(await tab.innerText(), /^\d+\s+Вхідні$/, 'on the left');
    assert.match(await petro.locator('.filter__link').nth(1).innerText(),
      /^Мої\s+\d+$/, 'on the right');
  },

  async handing_on_tells_whom_it_is_handed_to(world) {
    const chat = await world.visitorAsks('Хто відповість?', 'Зоя');

    await world.api('PUT', 'groups/long', { name: 'Довге'.repeat(24),
      agents: ['olha'] });

    const petro = await world.enter(world.petro, `/chats/${chat}`);
    const olha = await world.enter(world.olha);

    await olha.locator('.journal__row').first().waitFor();
    await petro.locator('.dialog__foot .button--main').click();
    await petro.locator('.dialog__transfer').click();
    await petro.locator('.transfer__one', { hasText: 'Довге' }).waitFor();
    assert.ok(await petro.evaluate(() => {
      const { scrollWidth, clientWidth } = document.querySelector('.modal');

      return scrollWidth <= clientWidth;
    }), 'a long word does not push the rest out of sight');
    await petro.keyboard.press('Escape');
    await focused(petro, '.dialog__transfer');
    await world.api('DELETE', 'groups/long');
    await petro.keyboard.press('Enter');
    await petro.getByLabel('Група або колега').fill('ольг');
    await checked(petro);
    await picture(petro, 'transfer');
    await petro.keyboard.press('Enter');
    await olha.locator('.toasts__one--transfer', { hasText: 'Зоя' }).waitFor();
    await petro.getByRole('button', { name: 'Приєднатися' }).waitFor();
    await olha.locator('.toasts__one--transfer a').click();
    await olha.locator('.composer__text').waitFor();
    await olha.locator('.dialog__leave').click();
    await olha.locator('.message--event', { hasText: 'вихід' }).waitFor();
  },

  async a_reply_a_note_and_a_canned_one(world) {
    await world.api('PUT', 'canned/delivery',
      { shortcut: 'доставка', text: 'Доставляємо за два дні.' });
    const chat = await world.visitorAsks(HOSTILE, 'Злата');
    const petro = await world.enter(world.petro, `/chats/${chat}`);
    const box = petro.locator('.composer__text');

    await petro.locator('.dialog__foot .button--main').click();
    await box.fill('Так. ');
    await box.pressSequentially('/дос');
    await petro.getByRole('option', { name: /доставка/ }).waitFor();
    await checked(petro);
    await picture(petro, 'canned');
    await box.press('Enter');
    assert.equal(await box.inputValue(), 'Так. Доставляємо за два дні.');
    await petro.locator('.message--client').hover();
    await petro.locator('.message--client .message__reply').click();
    await petro.locator('.composer .quote', { hasText: HOSTILE }).waitFor();
    await box.press('Enter');
    await petro.locator('.message--agent .quote', { hasText: HOSTILE })
      .waitFor();
    await petro.getByRole('button', { name: 'Нотатка' }).click();
    await box.fill('рядок один');
    await box.press('Shift+Enter');
    await box.pressSequentially('рядок два');
    await box.press('Enter');
    await petro.locator('.message--note', { hasText: 'рядок два' }).waitFor();
    await petro.getByRole('button', { name: 'Емодзі' }).click();
    await petro.keyboard.press('ArrowRight');
    await petro.keyboard.press('Enter');
    assert.equal(await box.inputValue(), '😄');
    await checked(petro);
    await picture(petro, 'dialog');
    await petro.reload();
    await box.waitFor();
    assert.equal(await box.inputValue(), '😄', 'the draft is kept');
    assert.equal(await petro.locator('.message img').count(), 0);
  },

  async keys_are_enough(world) {
    const chat = await world.visitorAsks('клавіатурою', 'Клим');
    const owner = await world.enter(world.token);

    await owner.locator(`#chat-${chat}`).waitFor();
    await owner.keyboard.press('j');
    await owner.locator(`#chat-${chat}:focus`).waitFor();
    await owner.keyboard.press('Enter');
    await owner.locator('.dialog__title:focus').waitFor();
    await owner.keyboard.press('n');
    await owner.locator('.composer--note .composer__text:focus').waitFor();
    await owner.keyboard.press('Escape');
    await owner.locator(`#chat-${chat}:focus`).waitFor();
    await owner.keyboard.press('Shift+?');
    await owner.locator('.help').waitFor();
    await checked(owner);
    await picture(owner, 'help');
    await owner.keyboard.press('Escape');
    await owner.keyboard.press('g');
    await owner.keyboard.press('m');
    await owner.waitForURL(/inquiries\/mine/);
  },

  async settings_make_what_the_inbox_needs(world) {
    const owner = await world.enter(world.token, '/settings/groups/_new');

    await owner.getByLabel('Назва', { exact: true }).fill('Склад');
    await owner.getByLabel('Петро').check();
    await owner.getByRole('button', { name: 'Створити' }).click();
    await owner.waitForURL(/groups\/sklad$/);
    await world.go(owner, '/settings/agents/_new');
    await owner.getByLabel('Ім’я').fill('Юлія');
    await owner.getByLabel('Склад').check();
    await owner.getByLabel('Підтримка').check();
    await owner.getByRole('button', { name: 'Створити' }).click();
    await owner.waitForURL(/agents\/iuliia$/);
    await owner.getByLabel('Для чого').fill('ноутбук');
    await owner.getByRole('button', { name: 'Створити посилання' }).click();
    const link = await owner.locator('.settings__fresh textarea').inputValue();
    await picture(owner, 'agent');
    await checked(owner);
    const page = await opened(world, DESK);
    await page.goto(link);
    await page.locator('.menu__foot', { hasText: 'Юлія' }).waitFor();
    await owner.getByRole('button', { name: 'Відкликати' }).click();
    await owner.getByRole('button', { name: 'Точно?' }).click();
    await page.getByLabel('Токен').waitFor();
    world.forgive(/ 401 /);
  },

  async a_channel_and_a_widget_are_connected(world) {
    const owner = await world.enter(world.token, '/settings/channels/_new');

    await picture(owner, 'kinds');
    await owner.getByRole('link', { name: 'Telegram' }).last().click();
    await owner.getByLabel('Назва каналу').fill('Бот складу');
    await owner.getByLabel('Токен бота').fill('123:abc');
    await owner.getByRole('button', { name: 'Створити' }).click();
    await owner.waitForURL(/channels\/bot-skladu$/);
    assert.match(await owner.getByLabel('Адреса вебхука').inputValue(),
      /\/hook\/bot-skladu$/);
    await owner.locator('.settings__fresh').waitFor();
    await checked(owner);
    assert.equal(await owner.getByLabel('Токен бота').inputValue(), '',
      'a secret is not shown again');
    await world.go(owner, '/settings/widget/_site');
    await owner.getByLabel('Назва каналу').fill('Крамниця');
    await owner.getByLabel('Вітання').fill('Чаю?');
    await owner.locator('.preview__greeting', { hasText: 'Чаю?' }).waitFor();
    await owner.getByRole('button', { name: 'Створити' }).click();
    await owner.waitForURL(/widget\/kramnytsia$/);
    assert.match(await owner.getByLabel('Код для вашого сайту').inputValue(),
      /data-channel="kramnytsia"/);
    await owner.getByRole('button', { name: 'Копіювати' }).click();
    await owner.getByRole('button', { name: 'Скопійовано' }).waitFor();
    await focused(owner, 'button');
    await picture(owner, 'widget');
    await checked(owner);
    await owner.getByLabel('Дозволені сайти').fill('shop.example/tea ftp://x');
    await owner.getByRole('button', { name: 'Зберегти' }).click();
    await owner.locator('.form__foot', { hasText: 'Збережено' }).waitFor();
    await owner.reload();
    await owner.getByLabel('Дозволені сайти').waitFor();
    assert.equal(await owner.getByLabel('Дозволені сайти').inputValue(),
      'https://shop.example');
  },

  async a_free_plan_shows_the_way_to_the_plans(world) {
    await world.api('PUT', 'space', { name: 'Листок', locale: 'uk',
      plan: 'free', plans_url: 'https://example.com/plans' });
    try {
      const owner = await world.enter(world.token, '/journal');

      await owner.getByRole('link', { name: 'Переглянути тарифи' }).waitFor();
      await checked(owner);
      await picture(owner, 'plan');

    } finally {
      await world.api('PUT', 'space',
        { name: 'Листок', locale: 'uk', plan: 'commercial' });
    }
  },

  async every_page_light_and_dark_in_three_languages(world) {
    const chat = await world.visitorAsks('Добрий вечір', 'Віра');
    const places = ['/journal', '/inquiries/incoming', '/inquiries/mine',
      '/load', `/chats/${chat}`, '/settings/space', '/settings/channels',
      '/settings/channels/_telegram', '/settings/widget/site',
      '/settings/groups/support', '/settings/agents/petro',
      '/settings/canned/_new', '/settings/me'];

    for (const [viewport, colorScheme, locale] of [[DESK, 'light', 'uk'],
      [DESK, 'dark', 'en'], [PHONE, 'dark', 'ru']]) {
      const page = await world.enter(world.token, '/settings/me', viewport);

      await page.emulateMedia({ colorScheme });
      await page.locator('.form .locale select').selectOption(locale);
      for (const place of places) {
        await world.go(page, place);
        await page.locator(place.startsWith('/settings') ? '.settings__page'
          : '.journal__row, .journal__empty, main h1').first()
          .waitFor({ state: 'attached' });
        await checkedInBoth(page, colorScheme);
        await noSideways(page);
        if (place.startsWith('/settings')) {
          await inSight(page, '.settings__pages [aria-current]');
        }
        await picture(page, `${viewport.width}-${colorScheme}${
          place.replaceAll('/', '-')}`);
      }
      await page.context().close();
    }
  },
};


/** Tells the stories, ours or others, each by its name. */
export async function run({ base, token, only = [], stories = STORIES }) {
  const browser = await launched();
  const failed = [];

  try {
    const world = await World.made({ browser, base, token });

    for (const [name, story] of Object.entries(stories)) {
      if ((only.length === 0 || only.includes(name))
        && !await tell(world, name, story)) {
        failed.push(name);
      }
    }
  } finally {
    await browser.close();
  }
  assert.deepEqual(failed, [], 'stories that failed');
}


async function tell(world, name, story) {
  try {
    await story(world);
    assert.deepEqual(world.faults.splice(0), [],
      'no console error, no CSP violation');
    console.log(`ok - ${name.replaceAll('_', ' ')}`);
    return true;

  } catch (error) {
    await world.pictureAll(`failed-${name}`);
    console.log(`not ok - ${name.replaceAll('_', ' ')}\n${error.stack}\n${
      world.faults.splice(0).join('\n')}`);
    return false;

  } finally {
    await world.leave();
  }
}


if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [base, , token, ...only] = process.argv.slice(2);

  await run({ base, token, only });
}
