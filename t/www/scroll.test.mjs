/* A transcript stays at its end until the reader leaves it. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Scroll } from '../../www/lib/scroll.js';

let grown;

globalThis.ResizeObserver = class {
  constructor(told) {
    grown = told;
  }

  observe() {}

  disconnect() {}
};

let box;
let scroll;


beforeEach(() => {
  box = placed();
  scroll = new Scroll();
  scroll.connect(box);
  scroll.settle('1');
});


test('it begins at the end and stays there when something grows', () => {
  assert.equal(box.scrollTop, 600);
  box.grow(500);
  grown();
  assert.equal(box.scrollTop, 1_100);
});


/* the scroll of the growth before it, told when there was a next one */
test('a late word of its own scrolling does not leave the end', () => {
  box.grow(500);
  box.tell();
  grown();
  assert.equal(box.scrollTop, 1_100);
});


test('the reader leaves it, and comes back', () => {
  box.scrollTop = 300;
  box.tell();
  box.grow(500);
  grown();
  assert.equal(box.scrollTop, 300);
  box.scrollTop = 1_090;
  box.tell();
  box.grow(100);
  grown();
  assert.equal(box.scrollTop, 1_200);
});


test('what is added above moves nothing that he reads', () => {
  box.scrollTop = 300;
  box.tell();
  box.grow(250);
  scroll.settle('0');
  assert.equal(box.scrollTop, 550);
});


/* 400 of 1,000 pixels are in sight */
function placed() {
  const listeners = [];
  let top = 0;

  return {
    scrollHeight: 1_000,
    clientHeight: 400,
    firstElementChild: {},
    addEventListener: (_, told) => listeners.push(told),
    removeEventListener() {},
    get scrollTop() {
      return top;
    },
    set scrollTop(wanted) {
      top = Math.min(wanted, this.scrollHeight - this.clientHeight);
    },
    grow(by) {
      this.scrollHeight += by;
    },
    tell: () => listeners.forEach((told) => told()),
  };
}
