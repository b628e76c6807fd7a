/* The small pure things of the composer and the settings' forms. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slug } from '../../www/lib/slug.js';
import { waitLevel } from '../../www/lib/time.js';
import { inserted, matching, roomLeft, slashWord }
  from '../../www/lib/writing.js';

const CANNED = [
  { id: '1', shortcut: 'доставка', text: 'Новою поштою' },
  { id: '2', shortcut: 'дякую', text: 'Дякуємо!' },
  { id: '3', shortcut: 'hi', text: 'Привіт, дякуємо, що написали' },
];


test('a slash begins a word, not any slash', () => {
  assert.deepEqual(slashWord('/', 1), { query: '', from: 0 });
  assert.deepEqual(slashWord('так /До', 7), { query: 'до', from: 4 });
  for (const [text, caret] of [['1/2', 3], ['https://x', 9], ['/a b', 4],
    ['', 0], ['/abc', 0]]) {
    assert.equal(slashWord(text, caret), null, text);
  }
});


test('shortcuts come before texts', () => {
  assert.deepEqual(matching(CANNED, 'дяк').map((one) => one.id), ['2', '3']);
  assert.equal(matching(CANNED, '').length, 3);
  assert.deepEqual(matching(CANNED, 'xyz'), []);
});


test('words take the place of the word', () => {
  assert.deepEqual(inserted('так /до, ', 4, 7, 'Новою поштою'),
    { text: 'так Новою поштою, ', caret: 16 });
});


test('the room that is left counts as the platform counts', () => {
  assert.equal(roomLeft('telegram', '🙂🙂').left, 4094);
  assert.equal(roomLeft('instagram', 'ї').left, 998, 'bytes');
  assert.equal(roomLeft('instagram', 'x'.repeat(900)).near, true);
  assert.equal(roomLeft('whatever', 'x').near, false);
});


test('ids are made of names', () => {
  assert.equal(slug('Олена Ковальчук', [], 'agent'), 'olena-kovalchuk');
  assert.equal(slug('Щастя & Їжак', [], 'x'), 'shchastia-izhak');
  assert.equal(slug('Ünïcode Café', [], 'x'), 'unicode-cafe');
  assert.equal(slug('محمد', [], 'agent'), 'agent');
  assert.equal(slug('Petro', ['petro', 'petro-2'], 'agent'), 'petro-3');
  assert.equal(slug('root', [], 'agent'), 'root-2', 'root is taken');
  assert.match(slug('Дуже довга назва групи для перевірки', [], 'g'),
    /^[a-z0-9][a-z0-9_-]{0,31}$/);
});


test('waiting grows louder', () => {
  const now = new Date('2026-01-01T12:00:00Z');

  assert.equal(waitLevel('2026-01-01T11:58:00Z', now), 'fresh');
  assert.equal(waitLevel('2026-01-01T11:54:00Z', now), 'soon');
  assert.equal(waitLevel('2026-01-01T11:00:00Z', now), 'late');
});
