/*
 * What is written and not known to be stored: the files on their way with it,
 * and what of it outlives the page.
 */

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { reduce } from '../../www/state.js';
import { arrived, isUploading } from '../../www/state/uploads.js';
import { message, openChat, said } from './state_events.mjs';

const shelf = new Map();

globalThis.localStorage = {
  getItem: (name) => shelf.get(name) ?? null,
  setItem: (name, value) => shelf.set(name, value),
  removeItem: (name) => shelf.delete(name),
};

const { keepPending, readPending, forgetAll }
  = await import('../../www/page/device.js');


describe('files of a message', () => {
  const began = { type: 'upload_began', id: 1, upload: { key: 'u1',
    name: 'a.png', size: 9, mime: 'image/png', preview: 'blob:x' } };
  const file = { id: 'f1', type: 'image', name: 'a.png', mime: 'image/png',
    size: 9 };
  const ended = { type: 'upload_ended', id: 1, key: 'u1', file };

  test('a file on its way keeps the message waiting', () => {
    const { uploads } = told(began,
      { type: 'upload_moved', id: 1, key: 'u1', part: 0.5 });

    assert.equal(uploads[1][0].part, 0.5);
    assert.ok(isUploading(uploads[1]));
    assert.deepEqual(arrived(uploads[1]), []);
  });

  test('one that has arrived goes with it, and only once', () => {
    const here = told(began, ended);
    const sent = reduce(here, { type: 'send_began', id: 1, key: 'k',
      text: '', at: 'T', attachments: arrived(here.uploads[1]) });

    assert.ok(!isUploading(here.uploads[1]));
    assert.deepEqual(sent.pending[1][0].attachments,
      [{ ...file, url: 'blob:x' }]);
    assert.deepEqual(sent.uploads[1], []);
  });

  test('what is said again leaves alone what is being written', () => {
    const here = told(began, ended, { type: 'drafted', id: 1, text: 'ще' });
    const sent = reduce(here, { type: 'send_began', id: 1, key: 'k',
      text: 'Є!', at: 'T', apart: true });

    assert.equal(sent.pending[1][0].text, 'Є!');
    assert.deepEqual([sent.drafts[1], sent.uploads, sent.dialog],
      ['ще', here.uploads, here.dialog]);
  });

  test('one that failed is tried again or taken out', () => {
    const failed = told(began, { type: 'upload_failed', id: 1, key: 'u1',
      trouble: { code: 'too_large', detail: null } });
    const again = reduce(failed, { type: 'upload_again', id: 1, key: 'u1' });

    assert.ok(isUploading(failed.uploads[1]));
    assert.equal(again.uploads[1][0].trouble, null);
    assert.deepEqual(reduce(failed, { type: 'upload_dropped', id: 1,
      key: 'u1' }).uploads[1], []);
  });

  test('an answer after it was taken out changes nothing', () => {
    const gone = told(began, { type: 'upload_dropped', id: 1, key: 'u1' });

    assert.deepEqual(reduce(gone, ended).uploads[1], []);
  });

  test('a picture alone is known again when the poll brings it', () => {
    const sent = told(began, ended, { type: 'send_began', id: 1, key: 'k',
      text: '', at: 'T', attachments: [file] });
    const mine = message('5-0', { from: 'agent', text: null,
      attachments: [file], author: { id: 'petro', name: 'Петро' } });

    assert.equal(reduce(sent, said(1, [mine])).pending[1][0].seen, '5-0');
    assert.equal(reduce(sent, said(1, [{ ...mine, attachments: [] }]))
      .pending[1][0].seen, null);
  });
});


describe('what outlives the page', () => {
  beforeEach(() => shelf.clear());

  test('it comes back with its key, and without the picture', () => {
    const one = pending('k1', { attachments: [{ id: 'f', url: 'blob:x' }] });

    keepPending('petro', { 1: [one] }, {});
    const [back] = readPending('petro')[1];

    assert.equal(back.key, 'k1');
    assert.equal(back.state, 'pending');
    assert.deepEqual(back.attachments, [{ id: 'f', url: null }]);
    assert.deepEqual(readPending('olha'), {}, 'nobody else has it');
  });

  test('another tab\'s is left alone, one\'s own is taken off', () => {
    keepPending('petro', { 1: [pending('theirs')] }, {});
    keepPending('petro', { 1: [pending('k1')], 2: [pending('k2')] }, {});
    keepPending('petro', { 1: [] }, { 1: [pending('k1')],
      2: [pending('k2')] });
    assert.deepEqual(readPending('petro')[1].map((one) => one.key),
      ['theirs']);
    assert.equal(readPending('petro')[2], undefined);
  });

  test('what the server may have forgotten is not sent by itself', () => {
    keepPending('petro', { 1: [pending('k', {
      at: new Date(Date.now() - 86_400_000).toISOString() })] }, {});
    assert.equal(readPending('petro')[1][0].state, 'failed');
  });

  test('signing out forgets it', () => {
    keepPending('petro', { 1: [pending('k')] }, {});
    forgetAll();
    assert.deepEqual(readPending('petro'), {});
  });

  test('a broken shelf is empty', () => {
    shelf.set('inbox.pending', '{');
    assert.deepEqual(readPending('petro'), {});
  });
});


function told(...events) {
  return events.reduce(reduce, openChat());
}


function pending(key, more = {}) {
  return { key, text: 'x', at: new Date().toISOString(), note: false,
    replyTo: null, attachments: [], state: 'pending', trouble: null,
    passing: false, seen: null, ...more };
}
