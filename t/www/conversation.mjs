/*
 * The product's first story, in a browser: a visitor asks on the demo page,
 * the owner answers from the journal, the visitor reads it.
 *
 *   node t/www/conversation.mjs BASE OWNER_LINK DEMO_URL
 *
 * SCREENSHOTS names a directory for pictures; CHROMIUM another browser.
 * Every step waits for what it expects, with a deadline.  Console errors and
 * violations of the CSP fail the story.
 */

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const DEADLINE_MS = 15_000;
const QUESTION = 'Чи є улун <b>сьогодні</b>? https://example.com/oolong.';
const ANSWER = 'Так, є. Відкласти для вас?';


/** @param {{base: string, ownerLink: string, demoUrl: string}} where */
export async function run({ base, ownerLink, demoUrl }) {
  const browser = await launched();
  const story = { browser, base, faults: [] };

  try {
    await visitorAsks(story, demoUrl);
    await ownerSignsIn(story, ownerLink);
    await ownerAnswers(story);
    await visitorReads(story);
    await visitorComesBack(story, demoUrl);

  } catch (error) {
    /* what the pages said may tell why a step did not come about */
    throw new Error(`${error.message}\n${story.faults.join('\n')}`,
      { cause: error });

  } finally {
    await browser.close();
  }
  assert.deepEqual(story.faults, [], 'no console error, no CSP violation');
}


async function visitorAsks(story, demoUrl) {
  const page = await opened(story, { width: 1100, height: 800 });

  await page.goto(demoUrl);
  await page.getByRole('button', { name: 'Чат' }).waitFor();
  assert.equal(page.frames().length, 1, 'no frame before the first press');
  await picture(page, '1-demo');

  await page.getByRole('button', { name: 'Чат' }).click();
  const frame = page.frameLocator('iframe');
  const box = frame.getByRole('textbox');
  await box.fill(QUESTION);
  await box.press('Enter');
  await frame.locator('.message--client .foot', { hasText: '✓' }).waitFor();
  assert.equal(await frame.locator('.message--client .body').innerText(),
    QUESTION, 'the visitor sees his words as text');
  await picture(page, '2-asked');
  story.visitor = page;
}


async function ownerSignsIn(story, ownerLink) {
  const page = await opened(story, { width: 1360, height: 800 });

  await page.goto(ownerLink);
  await page.locator('.journal__row').first().waitFor();
  assert.ok(!page.url().includes('token'), 'the token left the address');
  story.owner = page;
}


async function ownerAnswers(story) {
  const page = story.owner;
  const row = page.locator('.journal__row', { hasText: QUESTION }).first();

  await row.waitFor();
  await picture(page, '3-journal');
  await row.locator('.journal__link').click();
  await page.locator('.message--client', { hasText: QUESTION }).waitFor();
  assert.equal(await page.locator('.message b').count(), 0,
    'text from people stays text');
  await picture(page, '4-dialog');

  await page.locator('.dialog__foot .button--main').click();
  const box = page.locator('.composer__text');
  await box.fill(ANSWER);
  await box.press('Enter');
  await page.locator('.message--agent .message__delivery').last().waitFor();
}


async function visitorReads(story) {
  const frame = story.visitor.frameLocator('iframe');

  await frame.locator('.message--agent', { hasText: ANSWER }).waitFor();
  await story.owner.locator('.message__delivery--read').waitFor();
  await picture(story.visitor, '5-answered');
  await picture(story.owner, '6-read');
}


/* the history is there, and what comes while it is closed is counted */
async function visitorComesBack(story, demoUrl) {
  const page = story.visitor;

  await page.goto(demoUrl);
  await page.getByRole('button', { name: 'Чат' }).click();
  const frame = page.frameLocator('iframe');
  await frame.locator('.message--agent', { hasText: ANSWER }).waitFor();
  await frame.locator('body').press('Escape');
  await page.locator('iframe').waitFor({ state: 'hidden' });

  await story.owner.locator('.composer__text').fill('Чекаємо на вас!');
  await story.owner.locator('.composer__text').press('Enter');
  await page.getByRole('button', { name: 'Чат (1)' }).waitFor();
  await picture(page, '7-unread');
}


export function launched() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}


/** A page of a person of his own, watched for faults. */
export async function opened({ browser, faults }, viewport) {
  const context = await browser.newContext({ viewport, locale: 'uk-UA' });
  const page = await context.newPage();

  page.setDefaultTimeout(DEADLINE_MS);
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !isSignedOut(message)) {
      faults.push(`${message.text()} ${message.location().url}`);
    }
  });
  return page;
}


/* who is not signed in yet is told so with 401, and Chromium says it aloud */
function isSignedOut(message) {
  return /\b401\b/.test(message.text())
    && message.location().url.endsWith('/api/v1/me');
}


export async function picture(page, name) {
  const directory = process.env.SCREENSHOTS;

  if (directory) {
    await mkdir(directory, { recursive: true });
    await page.screenshot({ path: join(directory, `${name}.png`) });
  }
}


if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [base, ownerLink, demoUrl] = process.argv.slice(2);

  await run({ base, ownerLink, demoUrl });
  console.log('ok');
}
