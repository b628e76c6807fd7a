/*
 * Presses the page: beside each of its files it writes what a browser that
 * takes gzip is sent, `app.js.gz` beside `app.js`.  nginx finds these itself
 * (`gzip_static on`), so nothing is compressed while somebody waits.
 *
 * What is pressed is what is written, line by line, without its comments and
 * its indentation (templates do not care for it) and without the blanks of
 * JSON.  t/www/press.test.mjs compares the two word by word.
 *
 *   node www/press.mjs        after each change of a file; `make vendor` does
 */

import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const WWW = fileURLToPath(new URL('.', import.meta.url));
const PRESSED = /\.(js|css|json|svg|html)$/;
/* one that begins its line; the others are parts of the code's own lines */
const COMMENT = /^[ \t]*\/\*(?:(?!\*\/)[^])*\*\/[ \t]*\n/gm;
const INDENTED = /\n\s+/g;


/** Presses every file below www/ that a browser is sent. */
export async function pressAll() {
  const names = await readdir(WWW, { recursive: true });
  const gone = names.filter((name) => name.endsWith('.gz')
    && !names.includes(name.slice(0, -'.gz'.length)));

  await Promise.all(gone.map((name) => rm(join(WWW, name))));
  await Promise.all(names.filter((name) => PRESSED.test(name)
    && name !== 'jsconfig.json').map(pressFile));
}


async function pressFile(name) {
  const path = join(WWW, name);
  const bytes = pressed(name, await readFile(path, 'utf8'));

  await writeFile(`${path}.gz.new`, bytes);
  await rename(`${path}.gz.new`, `${path}.gz`);
}


/** The bytes that are sent for a file. */
export function pressed(name, source) {
  return gzipSync(bare(name, source), { level: 9 });
}


/** The same without what only its readers need. */
export function bare(name, source) {
  if (name.endsWith('.json')) {
    return JSON.stringify(JSON.parse(source));
  }
  return /\.(js|css)$/.test(name)
    ? source.replace(COMMENT, '').replace(INDENTED, '\n').trimStart()
    : source;
}


if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await pressAll();
}
