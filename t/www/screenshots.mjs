/*
 * Pictures of every page, for docs/screenshots/: `make screenshots`.
 *
 *   SCREENSHOTS=directory node t/www/screenshots.mjs BASE TOKEN PLATFORMS_PORT
 */

import process from 'node:process';
import { launched, opened, picture } from './conversation.mjs';
import { fillScene, playPlatforms } from './scene.mjs';
import { World } from './world.mjs';

const [BASE, TOKEN, PORT] = process.argv.slice(2);
const SIZES = { desk: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 } };
/* these have a picture in the dark, too */
const MAIN = ['journal', 'inquiries', 'dialog', 'load', 'widget'];


const platforms = await playPlatforms(Number(PORT));
const browser = await launched();

try {
  const world = await World.made({ browser, base: BASE, token: TOKEN });
  const chats = await fillScene(world, BASE);

  for (const [size, viewport] of Object.entries(SIZES)) {
    await agentsPages(world, chats, size, viewport);
    await signIn(world, size, viewport);
    await visitorsPage(world, size, viewport);
  }
} finally {
  await browser.close();
  await platforms.close();
}


async function agentsPages(world, chats, size, viewport) {
  const page = await world.enter(world.token, '', viewport);
  const places = {
    journal: ['/journal', '.journal__row'],
    inquiries: ['/inquiries/incoming', '.journal__row'],
    mine: ['/inquiries/mine', '.journal__row'],
    dialog: [`/chats/${chats.talk}?in=mine`, '.message--agent'],
    load: ['/load', 'main h1, main h2'],
    'settings-space': ['/settings/space', '.form'],
    'settings-channels': ['/settings/channels', '.records__one'],
    'settings-kinds': ['/settings/channels/_new', '.kinds__one'],
    'settings-channel': ['/settings/channels/telegram', '.facts'],
    'settings-widget': ['/settings/widget/site', '.preview'],
    'settings-groups': ['/settings/groups/support', '.form'],
    'settings-agents': ['/settings/agents', '.records__one'],
    'settings-agent': ['/settings/agents/petro', '.records__line'],
    'settings-canned': ['/settings/canned', '.records__one'],
    'settings-me': ['/settings/me', '.form'],
  };

  for (const [name, [place, shows]] of Object.entries(places)) {
    await world.go(page, place);
    await page.locator(shows).first().waitFor();
    await inLight(page, size, name);
  }
  await page.context().close();
}


async function signIn(world, size, viewport) {
  const page = await opened(world, viewport);

  await page.goto(BASE);
  await page.getByLabel('Токен').waitFor();
  await inLight(page, size, 'sign-in');
  await page.context().close();
}


async function visitorsPage(world, size, viewport) {
  const page = await opened(world, viewport);

  await page.goto(`${BASE}demo.html`);
  await page.getByRole('button', { name: 'Чат' }).click();
  const frame = page.frameLocator('iframe');
  await frame.getByLabel('Ваше повідомлення').fill('Чи є зелений чай?');
  await frame.getByLabel('Ваше повідомлення').press('Enter');
  await frame.locator('.message--client .foot', { hasText: '✓' }).waitFor();
  const { chats: [{ id }] } = await world.api('GET', 'journal?limit=1');
  await world.as(world.olha, 'POST', `chats/${id}/take`);
  await world.as(world.olha, 'POST', `chats/${id}/messages`,
    { text: 'Так, весняний. Відкласти для вас 50 г?' });
  await frame.locator('.message--agent').waitFor();
  await inLight(page, size, 'widget');
  await page.context().close();
}


async function inLight(page, size, name) {
  /* toasts come by themselves; they are not of the page */
  await page.locator('.toasts__one').first().waitFor({ state: 'detached' })
    .catch(() => {});
  await page.evaluate(() => new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(resolve));
  }));
  await picture(page, `${name}-${size}`);
  if (MAIN.includes(name)) {
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture(page, `${name}-${size}-dark`);
    await page.emulateMedia({ colorScheme: 'light' });
  }
}
