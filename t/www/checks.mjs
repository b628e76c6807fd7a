/* What is asked of every page in a browser. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');


/* The same inside a frame of the page. */
export async function checkedFrame(page) {
  const source = await readFile(AXE, 'utf8');
  const inner = page.frames().find((one) => one.parentFrame() !== null);
  const found = await inner.evaluate(`${source}; axe.run().then((r) =>
    r.violations.map((one) => [one.id, ...one.nodes.map((node) =>
      node.html.slice(0, 160))]))`);

  assert.deepEqual(found, []);
}


/*
 * No fault that axe can see, or that some of its rules can.  The page's CSP
 * forbids to add a script; the debugger's own evaluation is not bound by it.
 */
export async function checked(page, rules = null) {
  const session = await page.context().newCDPSession(page);
  const tell = async (expression) => (await session.send('Runtime.evaluate',
    { expression, awaitPromise: true, returnByValue: true })).result.value;

  if (await tell('typeof axe') !== 'object') {
    await tell(`${await readFile(AXE, 'utf8')};0`);
  }
  const found = await tell(`axe.run(${rules === null ? ''
    : JSON.stringify({ runOnly: rules })}).then((r) => r.violations)`);

  await session.detach();
  assert.deepEqual(found.map((one) => [one.id,
    ...one.nodes.map((node) => node.html.slice(0, 160))]), []);
}


/* The same in both themes: the second has other colours, and no other nodes. */
export async function checkedInBoth(page, colorScheme) {
  await page.emulateMedia({ colorScheme: colorScheme === 'dark' ? 'light'
    : 'dark' });
  await checked(page, ['color-contrast']);
  await page.emulateMedia({ colorScheme });
  await checked(page);
}


export function focused(page, selector) {
  return page.waitForFunction((which) => document.activeElement
    ?.matches(which), selector);
}


export async function noSideways(page) {
  const wide = await page.evaluate(() =>
    document.documentElement.scrollWidth - window.innerWidth);

  assert.ok(wide <= 0, `nothing sticks out sideways (${wide}px)`);
}


/* all of it, from left to right */
export async function inSight(page, selector) {
  const { x, width } = await page.locator(selector).boundingBox();

  assert.ok(x >= 0 && x + width <= page.viewportSize().width,
    `${selector} is in sight`);
}
