/*
 * Presses the page: beside each of its files it writes what a browser that
 * takes gzip is sent, `app.js.gz` beside `app.js`.  nginx finds these itself
 * (`gzip_static on`), so nothing is compressed while somebody waits.
 *
 * What is pressed is what is written, line by line, without its comments, its
 * indentation (templates do not care for it) and the blanks beside its signs.
 * t/www/press.test.mjs compares the two word by word.
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
/* what is quoted, or what a style can do without */
const STYLE = /"[^"\n]*"| (?=\{)|(?<=[,:]) |(?<=[{};,])\n|;\n(?=\})/g;


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
  if (!/\.(js|css)$/.test(name)) {
    return source;
  }
  const lines = source.replace(COMMENT, '').replace(INDENTED, '\n')
    .trimStart();

  return name.endsWith('.js') ? tight(lines)
    : lines.replace(STYLE, (all) => (all[0] === '"' ? all : ''));
}


/*
 * Code without the blanks beside signs.  What is quoted stays as it is: in
 * the code of a template's `${}` braces are counted, to know where it ends.
 */

const SIGN = /[,;:?={}()&|<>!*[\]]/;
const QUOTED = String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`;
const TOKEN = new RegExp(
  String.raw`${QUOTED}|/\*[^]*?\*/|[^'"/${'`'}{} ]+|[^]`, 'y');
const TEMPLATE = /(?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/y;
const PATTERN = /\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;
/* behind these a slash begins a pattern and divides nothing */
const BEFORE_PATTERN = /(?:^|[,;:?={}()&|<>!*[\n]|\breturn)\s*$/;


/** @param {string} source */
function tight(source) {
  /** @type {number[]} the open braces of the code in each open template */
  const open = [];
  let out = '';
  let at = 0;

  while (at < source.length) {
    const token = tokenAt(source, at, out);

    at += token.length;
    if (token !== ' ' || !(SIGN.test(out.at(-1) ?? '')
      || SIGN.test(source[at] ?? ''))) {
      out += token;
    }
    if (isTemplate(open, token)) {
      const words = found(TEMPLATE, source, at);

      at += words.length;
      out += words;
      if (words.endsWith('${')) {
        open.push(0);
      }
    }
  }
  return out;
}


function tokenAt(source, at, before) {
  return source[at] === '/' && source[at + 1] !== '*'
    && BEFORE_PATTERN.test(before.slice(-20)) && found(PATTERN, source, at)
    || found(TOKEN, source, at);
}


function found(pattern, source, at) {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? '';
}


/* Does one begin behind this token, or go on behind the brace of its code? */

function isTemplate(open, token) {
  if (token === '{') {
    open.push((open.pop() ?? 0) + 1);
  }
  if (token === '}') {
    const left = (open.pop() ?? 0) - 1;

    if (left < 0) {
      return true;
    }
    open.push(left);
  }
  return token === '`';
}


if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await pressAll();
}
