/* Vendoring: no bare specifier reaches a browser. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryOf, fileOf, packageOf, PACKAGES, rewrite }
  from '../../www/vendor.mjs';


test('bare specifiers become the neighbour\'s name', () => {
  const cases = [
    ['import{h as a}from"preact";', 'import{h as a}from"./preact.js";'],
    ['import { x } from \'preact/hooks\';',
      'import { x } from \'./preact-hooks.js\';'],
    ['export*from"@preact/signals-core"',
      'export*from"./preact-signals-core.js"'],
    ['import"preact"', 'import"./preact.js"'],
    ['import("preact")', 'import("./preact.js")'],
  ];

  for (const [before, after] of cases) {
    assert.equal(rewrite(before, PACKAGES), after);
  }
});


test('relative ones and ordinary words stay', () => {
  for (const source of ['import a from"./a.js"', 'import b from "../b.js"',
    'const from = "preact";', 'a.from([1])', '"preact"']) {
    assert.equal(rewrite(source, PACKAGES), source);
  }
});


test('an import of what is not copied is an error', () => {
  assert.throws(() => rewrite('import x from "left-pad"', PACKAGES),
    /imports "left-pad"/);
});


test('the reference to the map is dropped', () => {
  assert.equal(rewrite('a()\n//# sourceMappingURL=a.js.map', PACKAGES),
    'a()\n');
});


test('names of packages and files', () => {
  assert.equal(packageOf('preact/hooks'), 'preact');
  assert.equal(packageOf('@preact/signals/utils'), '@preact/signals');
  assert.equal(fileOf('@preact/signals-core'), 'preact-signals-core');
});


test('the entry is the one meant for browsers', () => {
  const about = { name: 'x', exports: {
    '.': { types: 't', browser: 'b.js', import: 'i.js', require: 'r.js' },
    './hooks': { import: 'h.mjs', require: 'h.js' },
    './plain': './p.js',
  } };

  assert.equal(entryOf(about, 'x'), 'b.js');
  assert.equal(entryOf(about, 'x/hooks'), 'h.mjs');
  assert.equal(entryOf(about, 'x/plain'), './p.js');
  assert.throws(() => entryOf(about, 'x/other'), /exports no module/);
});
