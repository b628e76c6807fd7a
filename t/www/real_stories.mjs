/*
 * The pages in a browser against the product itself; what needs a server that
 * can be told what to do wrong is in stories.mjs.
 *
 *   node t/www/real_stories.mjs BASE TOKEN STORE_PID
 *
 * Each story begins where the one before has ended.  STORE_PID is the Redis
 * that one of them stalls.
 */

import assert from 'node:assert/strict';
import process from 'node:process';
import { run as conversation, launched, opened } from './conversation.mjs';

const [BASE, TOKEN, STORE_PID] = process.argv.slice(2);
const DESK = { width: 1360, height: 800 };


const STORIES = {
  async a_visitor_asks_and_the_owner_answers() {
    await conversation({ base: BASE, ownerLink: `${BASE}#token=${TOKEN}`,
      demoUrl: `${BASE}demo.html` });
  },

  async a_wrong_token_and_then_the_right_one(story) {
    const page = await opened(story, DESK);

    await page.goto(BASE);
    await page.getByLabel('Токен').fill('wrong');
    await page.getByRole('button', { name: 'Увійти' }).click();
    await page.getByText('не діє').waitFor();
    await page.getByLabel('Токен').fill(TOKEN);
    await page.getByRole('button', { name: 'Увійти' }).click();
    await page.locator('.journal__row').first().waitFor();
    await page.reload();
    await page.locator('.journal__row').first().waitFor();
    await page.getByRole('button', { name: 'Вийти' }).click();
    await page.getByLabel('Токен').waitFor();
  },

  async closing_and_reopening(story) {
    const page = await owner(story);

    await page.locator('.journal__link').first().click();
    await page.locator('.dialog__close').click();
    await page.getByRole('button', { name: 'Відкрити знову' }).click();
    await page.locator('.composer__text').waitFor();
    await page.locator('.message--event', { hasText: 'знову' }).waitFor();
  },

  async a_visitor_who_was_offline_is_heard_once(story) {
    const page = await opened({ ...story, faults: [] }, DESK);

    await page.goto(`${BASE}demo.html`);
    await page.getByRole('button', { name: 'Чат' }).click();
    const frame = page.frameLocator('iframe');
    await frame.getByRole('textbox').waitFor();
    await page.context().setOffline(true);
    await frame.getByRole('textbox').fill('із тунелю');
    await frame.getByRole('textbox').press('Enter');
    await frame.locator('.message--waiting').waitFor();
    await page.context().setOffline(false);
    await frame.locator('.message--client .foot', { hasText: '✓' })
      .waitFor();
    assert.equal(await frame.locator('.message--client').count(), 1);
  },

  /* the browser itself calls a 503 an error of the console */
  async the_store_stalls_and_the_journal_goes_on(story) {
    const page = await owner({ ...story, faults: [] });

    await page.locator('.journal__row').first().waitFor();
    process.kill(Number(STORE_PID), 'SIGSTOP');
    try {
      await page.locator('.journal__link').first().click();
      await page.locator('.banner').waitFor();
    } finally {
      process.kill(Number(STORE_PID), 'SIGCONT');
    }
    await page.locator('.banner').waitFor({ state: 'detached' });
    await page.locator('.transcript .message').first().waitFor();
  },

  /* the polls are parked and would learn of it in half a minute */
  async what_cannot_be_sent_says_at_once_that_the_store_is_away(story) {
    const page = await owner({ ...story, faults: [] });
    const box = page.locator('.composer__text');

    await page.locator('.journal__link').first().click();
    await page.locator('.dialog__foot .button--main').or(box).first()
      .waitFor();
    if (!await box.isVisible()) {
      await page.locator('.dialog__foot .button--main').click();
    }
    await box.fill('Раз у лиху годину');
    await page.locator('.transcript .message').first().waitFor();
    process.kill(Number(STORE_PID), 'SIGSTOP');
    try {
      await box.press('Enter');
      await page.locator('.banner').waitFor();
    } finally {
      process.kill(Number(STORE_PID), 'SIGCONT');
    }
    await page.locator('.banner').waitFor({ state: 'detached' });
    await page.locator('.message--agent .message__delivery').last().waitFor();
    await page.locator('.message--pending').waitFor({ state: 'detached' });
    assert.equal(await page.locator('.message',
      { hasText: 'Раз у лиху годину' }).count(), 1);
  },
};


const browser = await launched();

try {
  for (const [name, tell] of Object.entries(STORIES)) {
    await told(name.replaceAll('_', ' '), tell);
  }
} finally {
  await browser.close();
}


async function told(name, tell) {
  const story = { browser, base: BASE, faults: [] };

  try {
    await tell(story);
    assert.deepEqual(story.faults.filter((fault) => !isRefusal(fault)), [],
      'no console error, no CSP violation');
    console.log(`ok - ${name}`);

  } catch (error) {
    console.log(`not ok - ${name}`);
    console.log(`${error.stack}\n${story.faults.join('\n')}`);
    process.exitCode = 1;
  }
}


/* a wrong token is refused, and Chromium says so aloud */
function isRefusal(fault) {
  return /\b401\b.*\/api\/v1\/session$/.test(fault);
}


async function owner(story) {
  const page = await opened(story, DESK);

  await page.goto(`${BASE}#token=${TOKEN}`);
  await page.locator('.menu').waitFor();
  return page;
}
