/* The page's addresses, and who may go where. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { homeOf, pagesOf, sectionsOf } from '../../www/lib/route.js';
import { formatRoute, HOME, NO_FILTER, parseRoute }
  from '../../www/lib/route.js';


test('addresses lead there and back', () => {
  for (const hash of ['#/', '#/journal', '#/journal?status=active',
    '#/journal?channel=tg&group=sales&agent=petro&q=%D0%BE%D0%BB&sort=waiting',
    '#/journal?tag=vip&from=2026-01-31&to=2026-02-01',
    '#/inquiries/incoming', '#/inquiries/mine', '#/inquiries/closed', '#/load',
    '#/chats/42?in=load', '#/chats/42',
    '#/chats/42?in=mine', '#/chats/42?in=closed',
    '#/chats/42?in=journal&status=inactive',
    '#/settings', '#/settings/agents', '#/settings/agents/petro',
    '#/settings/channels/_telegram']) {
    assert.equal(formatRoute(parseRoute(hash)), hash);
  }
});


test('an odd address is where one starts', () => {
  for (const hash of ['', '#', '#/x', '#/chats/', '#/chats/0', '#/chats/1e3',
    '#/chats/-1', '#/chats/99999999999999999999', '#/<img>']) {
    assert.deepEqual(parseRoute(hash), HOME, hash);
  }
});


test('an odd filter is none', () => {
  assert.deepEqual(parseRoute('#/journal?status=evil&channel=A%20B&sort=x&q='
    + '&from=0002-01-01&to=2026-13-01&tag=').filter, NO_FILTER);
  assert.equal(parseRoute(`#/journal?q=${'x'.repeat(300)}`).filter.q.length,
    100);
});


test('a list knows no filter of another', () => {
  const filter = { ...NO_FILTER, status: 'active' };

  assert.equal(formatRoute({ section: 'mine', chat: 7, filter }),
    '#/chats/7?in=mine');
});


test('everybody starts where he has something to do', () => {
  assert.equal(homeOf(me('owner')), 'journal');
  assert.equal(homeOf(me('agent', { journal: false })), 'incoming');
  assert.equal(homeOf(me('owner', { journal: false })), 'incoming');
  assert.equal(homeOf(me('admin', { journal: false, inbox: false })),
    'journal');
});


test('the menu has what he may see', () => {
  assert.deepEqual(sectionsOf(me('owner')),
    ['journal', 'inquiries', 'load', 'settings']);
  assert.deepEqual(sectionsOf(me('agent', { journal: false })),
    ['inquiries', 'settings']);
  assert.deepEqual(sectionsOf(me('agent', { journal: false, inbox: false })),
    ['settings']);
  assert.deepEqual(sectionsOf(me('owner', { journal: false })),
    ['journal', 'inquiries', 'settings'], 'the way to the plans');
});


test('settings by role', () => {
  assert.deepEqual(pagesOf(me('agent')), ['me']);
  assert.ok(!pagesOf(me('admin')).includes('space'));
  assert.ok(pagesOf(me('admin')).includes('channels'));
  assert.ok(pagesOf(me('owner')).includes('space'));
});


function me(role, more = {}) {
  return { agent: { id: 'x', name: 'X', role, groups: [] }, inbox: true,
    journal: true, ...more };
}
