/*
 * Which rows of a long list are worth drawing.  All rows are equally high, so
 * arithmetic is enough; a row that must stay (it has the focus) is drawn
 * wherever it is, between gaps.
 */

const OVERSCAN = 8;


/**
 * The indices to draw, rising.
 *
 * @param {{top: number, height: number, row: number, count: number,
 *          keep?: number}} view `top` may lie above the list (negative)
 * @returns {number[]}
 */
export function visible({ top, height, row, count, keep = -1 }) {
  const from = clamp(Math.floor(top / row) - OVERSCAN, count);
  const to = clamp(Math.ceil((top + height) / row) + OVERSCAN, count);
  const indices = Array.from({ length: to - from }, (_, i) => from + i);

  if (keep >= 0 && keep < count && (keep < from || keep >= to)) {
    indices.push(keep);
    indices.sort((a, b) => a - b);
  }
  return indices;
}


/**
 * Rows and the gaps between them, in the order in which they stand.
 *
 * @param {number[]} indices
 * @param {number} count
 * @returns {({index: number} | {gap: number, before: number})[]} a gap is
 *          that many rows high
 */
export function spread(indices, count) {
  const items = [];
  let next = 0;

  for (const index of [...indices, count]) {
    if (index > next) {
      items.push({ gap: index - next, before: next });
    }
    if (index < count) {
      items.push({ index });
    }
    next = index + 1;
  }
  return items;
}


/**
 * By how many rows what the reader looks at has moved: the first row in sight
 * that was not itself lifted to the top tells it.
 *
 * @param {number[]} before the order as it was
 * @param {number[]} after
 * @param {number} first index in `before` of the first row in sight
 */
export function shift(before, after, first) {
  const seen = before.slice(first, first + OVERSCAN);
  const moves = seen.map((id, i) => [after.indexOf(id), first + i])
    .filter(([now]) => now !== -1);
  const calm = moves.find(([now, was]) => now >= was) ?? moves[0];

  return calm === undefined ? 0 : calm[0] - calm[1];
}


function clamp(value, most) {
  return Math.max(0, Math.min(value, most));
}
