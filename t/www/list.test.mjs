/* Drawing long lists: which rows, and how far what one looks at has moved. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shift, spread, visible } from '../../www/lib/window.js';


test('only what is near the eye is drawn', () => {
  const indices = visible({ top: 64 * 100, height: 640, row: 64,
    count: 5000 });

  assert.equal(indices[0], 92);
  assert.equal(indices.at(-1), 117);
});


test('a short list is drawn whole', () => {
  assert.deepEqual(visible({ top: -50, height: 640, row: 64, count: 3 }),
    [0, 1, 2]);
  assert.deepEqual(visible({ top: 0, height: 640, row: 64, count: 0 }), []);
});


test('the row that has the focus stays, wherever it is', () => {
  const view = { top: 0, height: 64, row: 64, count: 5000 };

  assert.equal(visible({ ...view, keep: 4000 }).at(-1), 4000);
  assert.equal(visible({ ...view, keep: 3 }).filter((i) => i === 3).length, 1);
  assert.equal(visible({ ...view, keep: 6000 }).at(-1), 8);
});


test('rows and gaps are as high as the list', () => {
  for (const indices of [[], [0, 1], [5, 6], [0, 9], [3, 4, 8]]) {
    const items = spread(indices, 10);
    const rows = items.reduce((sum, item) => sum + (item.gap ?? 1), 0);

    assert.equal(rows, 10);
    assert.deepEqual(items.filter((item) => 'index' in item)
      .map((item) => item.index), indices);
  }
  assert.deepEqual(spread([], 0), []);
});


test('what one looks at stays when a row is lifted to the top', () => {
  const before = [1, 2, 3, 4, 5, 6];

  assert.equal(shift(before, [6, 1, 2, 3, 4, 5], 2), 1, 'from below');
  assert.equal(shift(before, [3, 1, 2, 4, 5, 6], 2), 0,
    'the one looked at itself');
  assert.equal(shift(before, [9, 8, 1, 2, 3, 4, 5, 6], 2), 2, 'new ones');
  assert.equal(shift(before, [2, 3, 4, 5, 6], 2), -1, 'one is gone');
  assert.equal(shift(before, [], 2), 0);
});
