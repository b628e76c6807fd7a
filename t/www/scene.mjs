/*
 * A day of a small shop, for pictures: clients of several messengers, agents
 * at work; and the messengers' own servers, which take everything.
 */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';

const SECRET = '4d9f2c1ab7e05f6e-9a8b7c6d5e4f3a2b-1c0d9e8f7a6b5c4d';
const CANNED = {
  delivery: ['доставка', 'По місту веземо сьогодні, країною — за два дні.'],
  hours: ['графік', 'Ми працюємо з 9 до 20 без вихідних.'],
  thanks: ['дякую', 'Дякуємо, що написали! Гарного дня.'],
};
const WORDS = [
  ['telegram', 'Олена Ковальчук', 'Добрий день! Чи є улун «Тє Гуань Інь»?'],
  ['viber', 'Марко Гнатюк', 'Замовляв у понеділок, досі немає посилки 🙁'],
  ['telegram', 'Ірина', 'А можна подарункову коробку?'],
  ['facebook', null, 'Do you ship to Poland?'],
  ['viber', 'Галина Петрівна', 'Який чай порадите від застуди?'],
  ['telegram', 'Назар Бойко', 'Дякую, все чудово!'],
  ['telegram', 'Соломія Гриценко', 'Скиньте, будь ласка, рахунок для фірми.'],
  ['viber', 'Тарас', 'Ви сьогодні до котрої?'],
];


/** Gives the chat that is talked in: `talk`. */
export async function fillScene(world, base) {
  await world.api('PUT', 'space', { name: 'Чайна крамниця «Листок»',
    locale: 'uk', plan: 'commercial', retention_days: 365 });
  await channels(world);
  for (const [id, [shortcut, text]] of Object.entries(CANNED)) {
    await world.api('PUT', `canned/${id}`, { shortcut, text });
  }
  for (const [n, one] of WORDS.entries()) {
    await write(base, n, ...one);
  }
  await world.visitorAsks('Вітаю! Чи працює самовивіз?', 'Юлія');
  return work(world, base);
}


async function channels(world) {
  const group = 'support';
  const credentials = { telegram: { token: '1:a', secret: 'of-telegram' },
    viber: { token: SECRET },
    facebook: { account_id: '102398765432101', access_token: 'a',
      app_secret: SECRET, verify_token: 'b' } };

  for (const [kind, secrets] of Object.entries(credentials)) {
    await world.api('PUT', `channels/${kind}`, { kind, group,
      title: { telegram: 'Бот «Листок»', viber: 'Листок у Viber',
        facebook: 'Сторінка крамниці' }[kind], credentials: secrets });
  }
  await world.api('PUT', 'channels/site', { kind: 'site', title: 'Листок',
    group, settings: { greeting: 'Вітаємо! Чим допомогти?', locale: 'uk',
      hours: { utc_offset: '+02:00', mon: ['09:00-20:00'],
        sat: ['10:00-18:00'] } } });
}


/* who took what, who answered, what is over */
async function work(world, base) {
  const { chats } = await world.api('GET', 'journal');
  const of = (name) => chats.find((one) => one.title === name).id;
  const talk = of('Олена Ковальчук');
  const say = (token, chat, text, more = {}) => world.as(token, 'POST',
    `chats/${chat}/messages`, { text, ...more });

  await world.api('POST', `chats/${talk}/take`);
  await say(world.token, talk, 'Добрий день! Є, свіжий, 260 ₴ за 50 г.');
  await say(world.token, talk, 'Постійна клієнтка, знижка 5 %', { note: true });
  await write(base, 20, 'telegram', 'Олена Ковальчук',
    'Візьму 100 г. А доставка до Львова є?');
  await world.as(world.petro, 'POST', `chats/${of('Марко Гнатюк')}/take`);
  await say(world.petro, of('Марко Гнатюк'), 'Зараз перевірю, де вона.');
  await world.as(world.olha, 'POST', `chats/${of('Назар Бойко')}/take`);
  await world.as(world.olha, 'POST', `chats/${of('Назар Бойко')}/close`);
  await world.as(world.petro, 'POST', `chats/${of('Тарас')}/take`);
  await world.as(world.petro, 'POST', `chats/${of('Тарас')}/join`);
  await world.as(world.olha, 'POST', `chats/${of('Тарас')}/join`);
  await world.as(world.petro, 'POST', `chats/${of('Соломія Гриценко')}/take`);
  return { talk };
}


async function write(base, n, kind, name, text) {
  const user = `${kind.length}${[...name ?? 'guest'].reduce((sum, letter) =>
    sum + letter.codePointAt(0), 0)}`;
  const { body, headers } = SIGNED[kind](n, user, name, text);
  const answer = await fetch(`${base}hook/${kind}`,
    { method: 'POST', body, headers });

  assert.equal(answer.status, 200, `${kind}: ${await answer.text()}`);
}


const SIGNED = {
  telegram: (n, user, name, text) => ({
    headers: { 'X-Telegram-Bot-Api-Secret-Token': 'of-telegram' },
    body: JSON.stringify({ update_id: n + 1, message: { message_id: n + 1,
      date: Math.trunc(Date.now() / 1000), text,
      chat: { id: Number(user), type: 'private' },
      from: { id: Number(user), is_bot: false,
        first_name: name.split(' ')[0], last_name: name.split(' ')[1] } } }),
  }),

  viber: (n, user, name, text) => signed('X-Viber-Content-Signature', '', {
    event: 'message', timestamp: Date.now(), message_token: n + 1,
    sender: { id: user, name }, message: { type: 'text', text } }),

  facebook: (n, user, name, text) => signed('X-Hub-Signature-256', 'sha256=', {
    object: 'page', entry: [{ id: '102398765432101', time: Date.now(),
      messaging: [{ sender: { id: user }, recipient: { id: '102398765432101' },
        timestamp: Date.now(), message: { mid: `m_${n}`, text } }] }] }),
};


function signed(header, prefix, message) {
  const body = JSON.stringify(message);
  const hash = createHmac('sha256', SECRET).update(body).digest('hex');

  return { body, headers: { [header]: prefix + hash } };
}


/** The messengers' servers. */
export async function playPlatforms(port) {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ ok: true, result: { message_id: 1 },
      status: 0, status_message: 'ok', message_token: 1,
      recipient_id: '1', message_id: 'm' }));
  });

  await new Promise((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
