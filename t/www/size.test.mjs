/*
 * The agents' page is light: all that it loads, whoever looks at all of it,
 * in one language, as it is sent (www/press.mjs).
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { pressed } from '../../www/press.mjs';

const WWW = new URL('../../www/', import.meta.url).pathname;
const MOST = 90 * 1024;
const IMPORT = /(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g;
const LINK = /(?:src|href)="([^":]+)"/g;


test('the whole agents\' page is at most 90 KB', async () => {
  const sizes = new Map();

  await follow('index.html', sizes);
  for (const locale of ['ru', 'en', 'uk']) {
    await follow(`locales/${locale}.json`, sizes);
  }
  sizes.set('locales/ru.json', 0).set('locales/en.json', 0);
  const all = [...sizes.values()].reduce((sum, one) => sum + one, 0);

  assert.ok(sizes.has('app.js') && sizes.has('vendor/preact.js'));
  assert.ok(all <= MOST, `${all} of ${MOST} bytes`);
});


async function follow(path, sizes) {
  if (sizes.has(path)) {
    return;
  }
  const source = await readFile(join(WWW, path), 'utf8');
  const code = source.replace(/\/\*[^]*?\*\//g, '');

  sizes.set(path, pressed(path, source).length);
  for (const next of neighbours(path, code)) {
    await follow(next, sizes);
  }
}


function neighbours(path, code) {
  const pattern = path.endsWith('.html') ? LINK
    : path.endsWith('.js') ? IMPORT : null;

  return pattern === null ? [] : [...code.matchAll(pattern)]
    .map(([, name]) => normalize(join(dirname(path), name)));
}
