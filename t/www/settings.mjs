/*
 * The settings against the product itself.
 *
 *   node t/www/settings.mjs BASE TOKEN PLATFORM_PORT [story ...]
 *
 * Telegram is played here, at PLATFORM_PORT.
 */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import process from 'node:process';
import { checked, focused } from './checks.mjs';
import { launched } from './conversation.mjs';
import { World } from './world.mjs';

const [BASE, TOKEN, PLATFORM, ...ONLY] = process.argv.slice(2);

const STORIES = {
  /* reads nothing but what stands on the buttons */
  async who_has_never_seen_it_finds_the_whole_way(world) {
    const page = await world.enter(world.token);

    await page.getByRole('link', { name: 'Чат на сайт' }).click();
    await page.getByRole('link', { name: /Site|Сайт/ }).click();
    const [demo] = await Promise.all([page.context().waitForEvent('page'),
      page.getByRole('link', { name: 'Спробувати' }).click()]);
    await demo.getByRole('button', { name: 'Чат' }).click();
    const frame = demo.frameLocator('iframe');
    await frame.getByLabel('Ваше повідомлення').fill('Чи є чай?');
    await frame.getByLabel('Ваше повідомлення').press('Enter');
    await page.locator('.toasts__one', { hasText: 'Чи є чай?' })
      .getByRole('link').click();
    await page.getByRole('button', { name: 'Відповісти' }).last().click();
    await page.locator('.composer__text').fill('Є!');
    await page.locator('.composer__text').press('Enter');
    await frame.locator('.message--agent', { hasText: 'Є!' }).waitFor();
    await page.locator('.dialog__transfer').click();
    await page.getByLabel('Група або колега').fill('петро');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Приєднатися' }).click();
    await page.locator('.composer__text').waitFor();
    await page.locator('.dialog__close').click();
    await page.getByRole('button', { name: 'Відкрити знову' }).waitFor();
    await focused(page, '.dialog__title');
  },

  async what_is_refused_is_said_at_its_field(world) {
    const page = await world.enter(world.token, '/settings/space');
    const address = page.getByLabel('Адреса сторінки тарифів');

    await page.getByLabel('Назва', { exact: true }).fill('Листок');
    await address.fill('ftp://plans.example');
    await page.getByRole('button', { name: 'Зберегти' }).click();
    await page.locator('#f-plans_url[aria-invalid]:focus').waitFor();
    await page.locator('#plans_url-error').waitFor();
    await checked(page);
    await address.fill('https://plans.example/');
    await page.getByRole('button', { name: 'Зберегти' }).click();
    await page.getByText('Збережено').waitFor();
    assert.equal(await page.locator('[aria-invalid]').count(), 0);
    world.forgive(/ 422 /);
  },

  async what_is_typed_is_not_lost_without_a_question(world) {
    const page = await world.enter(world.token, '/settings/groups/support');
    const name = page.getByLabel('Назва', { exact: true });
    const asked = [];

    await name.fill('Інша назва');
    page.once('dialog', (dialog) => {
      asked.push(dialog.message());
      dialog.dismiss();
    });
    await page.getByRole('link', { name: 'Агенти' }).click();
    assert.equal(asked.length, 1);
    assert.equal(await name.inputValue(), 'Інша назва', 'he has stayed');
    page.once('dialog', (dialog) => dialog.accept());
    await page.getByRole('link', { name: 'Агенти' }).click();
    await page.getByRole('heading', { name: 'Агенти' }).waitFor();
    await world.go(page, '/settings/groups/support');
    await name.waitFor();
    assert.equal(await name.inputValue(), 'Підтримка');
    await page.getByRole('link', { name: 'Агенти' }).click();
    await page.getByRole('heading', { name: 'Агенти' }).waitFor();
  },

  async what_is_in_use_goes_only_when_it_is_said_twice(world) {
    await world.api('PUT', 'groups/store', { name: 'Склад', agents: [] });
    await world.api('PUT', 'channels/shop', { kind: 'site', title: 'Крамниця',
      group: 'store' });
    const page = await world.enter(world.token, '/settings/groups/store');
    const press = async (name) => {
      await page.getByRole('button', { name }).click();
      await page.getByRole('button', { name: 'Точно?' }).click();
    };

    await press('Видалити');
    await page.getByText('Нею користуються').waitFor();
    await press('Видалити попри це');
    await page.waitForURL(/settings\/groups$/);
    assert.equal((await world.api('GET', 'channels/shop')).group, null);
    world.forgive(/ 409 /);
  },

  async members_are_found_and_a_link_has_its_end(world) {
    for (let n = 1; n <= 9; n += 1) {
      await world.api('PUT', `agents/agent-${n}`, { name: `Колега ${n}` });
    }
    const page = await world.enter(world.token, '/settings/groups/support');

    await page.getByLabel('Знайти').fill('колега 7');
    await page.getByLabel('Колега 8').waitFor({ state: 'hidden' });
    await page.getByLabel('Колега 7').check();
    await page.getByRole('button', { name: 'Зберегти' }).click();
    await page.getByText('Збережено').waitFor();
    const { agents } = await world.api('GET', 'groups/support');
    assert.ok(agents.includes('agent-7') && agents.includes('petro'),
      `who is not shown has stayed: ${agents}`);
    await world.go(page, '/settings/agents/agent-7');
    await page.getByLabel('діє до').fill('2030-01-31');
    await page.getByRole('button', { name: 'Створити посилання' }).click();
    await page.locator('.settings__fresh').waitFor();
    const { tokens } = await world.api('GET', 'agents/agent-7/tokens');
    assert.match(tokens[0].expires_at, /^2030-0[12]-/);
    await page.getByText('діє до 31').waitFor();
    await checked(page);
  },

  async a_site_gets_its_hours_and_its_colour(world) {
    const page = await world.enter(world.token, '/settings/widget/site');

    await page.getByLabel('Колір').fill('#ffee00');
    assert.equal(await page.locator('.preview__head').evaluate((node) =>
      window.getComputedStyle(node).color), 'rgb(0, 0, 0)');
    await page.getByLabel('Коли нікого немає').fill('Повернемося зранку.');
    await page.getByLabel('телефон').check();
    await page.getByLabel('цілодобово').check();
    await page.getByLabel('понеділок').fill('09:00-13:00, 14:00-18:00');
    await page.getByLabel('неділя').fill('18:00-09:00');
    await page.getByRole('button', { name: 'Зберегти' }).click();
    await page.locator('.form__checks .problem').waitFor();
    await checked(page);
    await page.getByLabel('неділя').fill('');
    await page.getByRole('button', { name: 'Зберегти' }).click();
    await page.getByText('Збережено').waitFor();
    const { settings } = await world.api('GET', 'channels/site');
    assert.deepEqual(settings.hours.mon, ['09:00-13:00', '14:00-18:00']);
    assert.deepEqual([settings.hours.tue, settings.hours.sun, settings.ask,
      settings.color, settings.away], [['09:00-18:00'], undefined, ['phone'],
      '#ffee00', 'Повернемося зранку.']);
    assert.match(await page.getByLabel('Код для вашого сайту').inputValue(),
      /data-channel="site" data-color="#ffee00"/);
    await page.reload();
    await page.getByLabel('понеділок').waitFor();
    assert.equal(await page.getByLabel('понеділок').inputValue(),
      '09:00-13:00, 14:00-18:00');
    world.forgive(/ 422 /);
  },

  async a_messenger_is_connected(world, { bot }) {
    await world.api('PUT', 'channels/bot', { kind: 'telegram', title: 'Бот',
      credentials: { token: '123:abc', secret: 'a-secret-of-ours' } });
    const page = await world.enter(world.token, '/settings/channels/bot');

    bot.known = false;
    await page.getByRole('button', { name: 'Підключити' }).click();
    await page.locator('[role="alert"]', { hasText: 'Unauthorized' }).first()
      .waitFor();
    bot.known = true;
    await page.getByRole('button', { name: 'Підключити' }).click();
    await page.getByText('Підключено. @shop_bot').waitFor();
    assert.match(bot.hook, /\/hook\/bot$/);
    await checked(page);
    world.forgive(/ 502 /);
  },

  async a_messenger_says_how_it_does(world) {
    await world.api('PUT', 'channels/bot', { kind: 'telegram', title: 'Бот',
      credentials: { token: '123:abc', secret: 'a-secret-of-ours' } });
    const page = await world.enter(world.token, '/settings/channels/bot');

    await update(1, 'a-secret-of-ours');
    await page.reload();
    await page.getByText('Остання подія').waitFor();
    await page.getByRole('button', { name: 'Прочитати ще раз' }).click();
    await page.getByRole('button', { name: 'known' }).waitFor();
    await checked(page);
      },
};


const telegram = await played();
const browser = await launched();

try {
  const world = await World.made({ browser, base: BASE, token: TOKEN });

  for (const [name, story] of Object.entries(STORIES)) {
    if (ONLY.length === 0 || ONLY.includes(name)) {
      await told(world, name, story);
    }
  }
} finally {
  await browser.close();
  await telegram.close();
}


async function told(world, name, story) {
  try {
    await story(world, telegram);
    assert.deepEqual(world.faults.splice(0), [],
      'no console error, no CSP violation');
    console.log(`ok - ${name.replaceAll('_', ' ')}`);

  } catch (error) {
    console.log(`not ok - ${name.replaceAll('_', ' ')}\n${error.stack}\n${
      world.faults.splice(0).join('\n')}`);
    process.exitCode = 1;

  } finally {
    await world.leave();
  }
}


async function update(id, secret) {
  const answer = await fetch(`${BASE}hook/bot`, { method: 'POST',
    headers: { 'X-Telegram-Bot-Api-Secret-Token': secret },
    body: JSON.stringify({ update_id: id, message: { message_id: id,
      date: 1795298990, text: 'Добрий день', chat: { id: 7, type: 'private' },
      from: { id: 7, is_bot: false, first_name: 'Олена' } } }) });

  assert.equal(answer.status, 200);
}


/* a Telegram that knows our bot, or does not */
async function played() {
  const bot = { known: true, hook: '' };
  const answers = {
    getMe: () => ({ id: 123, is_bot: true, username: 'shop_bot' }),
    getWebhookInfo: () => ({ url: bot.hook, pending_update_count: 0 }),
    setWebhook: (body) => {
      bot.hook = JSON.parse(body).url;
      return true;
    },
  };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const result = answers[request.url.split('/').at(-1)]?.(body) ?? true;

    response.writeHead(bot.known ? 200 : 401,
      { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(bot.known ? { ok: true, result }
      : { ok: false, error_code: 401, description: 'Unauthorized' }));
  });

  await new Promise((resolve) => {
    server.listen(Number(PLATFORM), '127.0.0.1', resolve);
  });
  return {
    bot,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
