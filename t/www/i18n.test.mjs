/* Words: every language says everything, and every word is said somewhere. */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { KINDS } from '../../www/lib/kinds.js';
import { SOUNDS } from '../../www/lib/sound.js';
import { chooseLocale, createWords, LOCALES } from '../../www/lib/i18n.js';

const WWW = new URL('../../www/', import.meta.url).pathname;


for (const place of ['locales', 'embed/locales']) {
  test(`${place}: no language lacks a key`, async () => {
    const [first, ...others] = await tables(place);

    for (const [locale, table] of others) {
      assert.deepEqual(Object.keys(table), Object.keys(first[1]), locale);
    }
  });

  test(`${place}: the same things are filled in`, async () => {
    const [first, ...others] = await tables(place);

    for (const [locale, table] of others) {
      for (const [key, words] of Object.entries(table)) {
        assert.deepEqual(holes(words), holes(first[1][key]),
          `${locale} ${key}`);
      }
    }
  });

  test(`${place}: plurals have the forms of their language`, async () => {
    for (const [locale, table] of await tables(place)) {
      const { pluralCategories } = new Intl.PluralRules(locale)
        .resolvedOptions();

      for (const [key, words] of Object.entries(table)) {
        assert.ok(typeof words === 'string'
          || pluralCategories.every((form) => form in words),
        `${locale} ${key}`);
      }
    }
  });
}


test('every key that the page names is in the table', async () => {
  const [[, table]] = await tables('locales');

  for (const [file, source] of await sources(['parts',
    'parts/settings', 'app.js'])) {
    for (const [, key] of source.matchAll(/\bt\(\s*'([a-z_.]+)'/g)) {
      assert.ok(key in table, `${file} says ${key}`);
    }
  }
});


test('every word of the table is said somewhere', async () => {
  const [[, table]] = await tables('locales');
  const all = (await sources(['parts', 'parts/settings', 'app.js',
    'page/notices.js'])).map(([, source]) => source).join('\n');
  const made = [...all.matchAll(/`([a-z]+\.[a-z_]*)\$\{/g)]
    .map(([, prefix]) => prefix);

  for (const key of Object.keys(table)) {
    assert.ok(all.includes(`'${key}'`)
      || made.some((prefix) => key.startsWith(prefix)), key);
  }
});


test('every key that the widget names is in its table', async () => {
  const [[, table]] = await tables('embed/locales');

  for (const [file, source] of await sources(['embed'])) {
    for (const [, key] of source.matchAll(/\bt\('([a-z_.]+)'/g)) {
      assert.ok(key in table, `${file} says ${key}`);
    }
  }
});


test('the API\'s words are all said', async () => {
  const [[, table]] = await tables('locales');
  const words = {
    status: ['unassigned', 'active', 'inactive'],
    title: ['journal', 'incoming', 'mine', 'inquiries', 'settings'],
    role: ['owner', 'admin', 'agent'],
    plan: ['free', 'commercial'],
    sound: SOUNDS,
    credential: Object.values(KINDS).flatMap((kind) =>
      kind.credentials.map((one) => one.name)),
    steps: Object.entries(KINDS).flatMap(([kind, { steps }]) =>
      Array.from({ length: steps }, (_, i) => `${kind}_${i + 1}`)),
    settings: ['space', 'channels', 'widget', 'groups', 'agents', 'canned',
      'me'],
    toast: ['inquiry', 'message', 'transfer', 'many', 'failed'],
    filter: ['all', 'unassigned', 'active', 'inactive'],
    delivery: ['queued', 'sent', 'delivered', 'read', 'failed'],
    event: ['created', 'taken', 'joined', 'left', 'transferred', 'closed',
      'reopened', 'reopened_by'],
    kind: ['telegram', 'viber', 'facebook', 'instagram', 'whatsapp', 'vk',
      'site', 'webhook'],
    file: ['image', 'video', 'audio', 'voice', 'file', 'sticker', 'location',
      'contact', 'story_mention', 'link', 'unsupported'],
    trouble: ['offline', 'store_unavailable', 'plan_required', 'forbidden',
      'unauthorized', 'chat_taken', 'not_taken', 'not_participant',
      'chat_closed', 'window_closed', 'text_too_long', 'not_found', 'busy',
      'too_many_requests', 'unexpected'],
  };

  for (const [group, members] of Object.entries(words)) {
    for (const member of members) {
      assert.ok(`${group}.${member}` in table, `${group}.${member}`);
    }
  }
});


test('values are filled in, and numbers take their form', () => {
  const t = createWords('uk', {
    hello: 'Вітаємо, {name}',
    files: { one: '{count} файл', few: '{count} файли',
      many: '{count} файлів', other: '{count} файлу' },
  });

  assert.equal(t('hello', { name: '{count}' }), 'Вітаємо, {count}');
  assert.equal(t('files', { count: 1 }), '1 файл');
  assert.equal(t('files', { count: 3 }), '3 файли');
  assert.equal(t('files', { count: 11 }), '11 файлів');
  assert.equal(t('files', { count: 1.5 }), '1.5 файлу');
  assert.equal(t('unknown.key'), 'unknown.key');
});


test('the first wish that we speak decides', () => {
  assert.equal(chooseLocale([null, 'ru', 'uk']), 'ru');
  assert.equal(chooseLocale(['de-DE', 'uk-UA', 'en']), 'uk');
  assert.equal(chooseLocale([undefined, '', 'fr']), 'en');
});


function tables(place) {
  return Promise.all(LOCALES.map(async (locale) => [locale,
    JSON.parse(await readFile(join(WWW, place, `${locale}.json`), 'utf8'))]));
}


function holes(words) {
  return [...new Set(JSON.stringify(words).match(/\{\w+\}/g))].sort();
}


async function sources(places) {
  const files = await Promise.all(places.map(async (place) =>
    (place.endsWith('.js') ? [place] : (await readdir(join(WWW, place)))
      .filter((name) => name.endsWith('.js'))
      .map((name) => join(place, name)))));

  return Promise.all(files.flat().map(async (file) =>
    [file, await readFile(join(WWW, file), 'utf8')]));
}
