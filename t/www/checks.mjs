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
 * No fault that axe can see.  The page's CSP forbids to add a script; the
 * debugger's own evaluation is not bound by it.
 */
export async function checked(page) {
  const source = await readFile(AXE, 'utf8');
  const session = await page.context().newCDPSession(page);

  await session.send('Runtime.evaluate', { expression: source });
  const { result } = await session.send('Runtime.evaluate', {
    expression: 'axe.run().then((r) => r.violations)',
    awaitPromise: true, returnByValue: true });

  assert.deepEqual(result.value.map((one) => [one.id,
    ...one.nodes.map((node) => node.html.slice(0, 160))]), []);
}


export async function noSideways(page) {
  const wide = await page.evaluate(() =>
    document.documentElement.scrollWidth - window.innerWidth);

  assert.ok(wide <= 0, `nothing sticks out sideways (${wide}px)`);
}
