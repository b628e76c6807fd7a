/* Builders of events and objects for the tests of the page's state. */

import { initial, reduce } from '../../www/state.js';

export const ME = { agent: { id: 'petro', name: 'Петро', role: 'owner' },
  badge: badge(1), space: { locale: 'uk' }, journal: true };
export const AWAY = { code: 'store_unavailable', detail: null };


export function after(...events) {
  return events.reduce(reduce, initial);
}


export function openChat(next = null) {
  return after({ type: 'signed_in', me: ME }, page([chat(1)]),
    { type: 'dialog_opened', id: 1 },
    { type: 'messages_took', id: 1, first: true,
      answer: { messages: [message('1-0'), message('2-0')], next } });
}


export function page(chats, next = null) {
  return { ...took({ chats, next }), first: true };
}


export function took(answer) {
  return { type: 'journal_took', first: false, answer: { chats: [], gone: [],
    counts: { unassigned: 0, active: 0, inactive: 0 }, badge: badge(0),
    rev: 1, next: null, ...answer } };
}


export function said(id, messages) {
  return { type: 'messages_took', id, first: false,
    answer: { messages, rev: 1, next: null } };
}


export function chat(id, { at = id, rev = id, ...more } = {}) {
  return { id, rev, updated_at: time(at), status: 'unassigned', unread: 0,
    ...more };
}


export function message(id, more = {}) {
  return { id, rev: 1, from: 'client', author: null, kind: 'text', text: '',
    ...more };
}


export function time(n) {
  return new Date(n * 1000).toISOString();
}


export function badge(total) {
  return { incoming: total, mine: 0, total, label: String(total || '') };
}


export function ids(state) {
  return state.dialog.messages.map((m) => m.id);
}


export function freeze(value) {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
