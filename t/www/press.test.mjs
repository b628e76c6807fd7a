/* What is sent is what is written: the same words, only without comments. */

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { tokenize } from 'espree';
import { bare, pressed } from '../../www/press.mjs';

const WWW = new URL('../../www/', import.meta.url).pathname;
const MODULE = { ecmaVersion: 'latest', sourceType: 'module' };


test('code is pressed word by word', async () => {
  for (const name of await files('.js')) {
    const source = await readFile(join(WWW, name), 'utf8');

    assert.deepEqual(words(bare(name, source)), words(source), name);
  }
});


test('styles are pressed sign by sign, and what they quote word by word',
  async () => {
    const signs = (style) => style.replace(/\/\*[^]*?\*\//g, '')
      .replace(/"[^"]*"|\s+|;\s*(?=\})/g, (all) => (all[0] === '"' ? all : ''));

    for (const name of await files('.css')) {
      const source = await readFile(join(WWW, name), 'utf8');

      assert.equal(signs(bare(name, source)), signs(source), name);
    }
  });


test('words of the page are the same', async () => {
  for (const name of await files('.json')) {
    const source = await readFile(join(WWW, name), 'utf8');

    assert.deepEqual(JSON.parse(bare(name, source)), JSON.parse(source));
  }
});


test('a comment within a line stays, one on its own goes', () => {
  assert.equal(bare('a.js', '/* why\n * so */\n\n\na(`/*`);\n  /* b */\n  c\n'),
    'a(`/*`);\nc\n');
  assert.equal(bare('a.js', '/* a */ (b);\n/* c */\nd\n'), '/* a */(b);\nd\n');
  assert.equal(bare('a.css', '.a { b: 0 /* c */ }\n/* d */\n'),
    '.a{ b:0 /* c */ }');
  assert.equal(bare('a.svg', '<svg>/* a */</svg>'), '<svg>/* a */</svg>');
});


test('blanks go beside signs, and not from what is quoted', () => {
  const quoted = "a = ' , ' + \" { \" + ` = ${b , `( ${ { c : 1 } } )`} ; `";

  assert.equal(bare('a.js', quoted),
    "a=' , ' + \" { \" + ` = ${b,`( ${{c:1}} )`} ; `");
  assert.equal(bare('a.js', 'a = /[ /\'] = /g.test(b) ? c / d : e'),
    "a=/[ /'] = /g.test(b)?c / d:e");
  assert.equal(bare('a.js', 'a + +b; return /`/ && c'),
    'a + +b;return /`/&&c');
  assert.equal(bare('a.css',
    '.a :is(.b, .c) {\n  d: calc(1px + 2px) ", ";\n}\n'),
  '.a :is(.b,.c){d:calc(1px + 2px) ", "}');
});


test('it is gzip', () => {
  assert.equal(String(gunzipSync(pressed('a.json', '{ "a": "b" }'))),
    '{"a":"b"}');
});


async function files(end) {
  return (await readdir(WWW, { recursive: true }))
    .filter((name) => name.endsWith(end) && name !== 'jsconfig.json');
}


function words(source) {
  return tokenize(source, MODULE).map(({ type, value }) => [type,
    type === 'Template' ? value.replace(/\n\s+/g, '\n') : value]);
}
