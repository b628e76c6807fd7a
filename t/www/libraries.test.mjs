/*
 * Others' reading of the same protocols: well-kept client libraries are given
 * what our channels are given (t/fixtures), and asked to send what our channels
 * send.  That ours do so is proved by t/channel_fixtures.t; here it is compared
 * with what grammY and vk-io make of it, so that not only our own reading is
 * tested.
 */

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { Agent, createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Api, Bot, Context, InputFile } from 'grammy';
import { VK } from 'vk-io';

const FIXTURES = new URL('../fixtures/', import.meta.url).pathname;
const ME = { id: 110201543, is_bot: true, first_name: 'S', username: 'shop' };
const TOKEN = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';

// a platform that says yes, and what it was asked
const calls = [];
let answer = () => ({ ok: true, result: true });
let server;
let origin;


before(async () => {
  server = createServer((request, response) => {
    const pieces = [];

    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      const call = { url: request.url, headers: request.headers,
        body: Buffer.concat(pieces).toString('utf8') };

      calls.push(call);
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(answer(call)));
    });
  });
  await new Promise((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  origin = `http://127.0.0.1:${server.address().port}`;
});

after(() => server.close());


test('grammY reads from Telegram what we read', async () => {
  let compared = 0;
  for (const { name, update, events } of await deliveries('telegram')) {
    const ctx = new Context(update, new Api(TOKEN), ME);

    for (const [i, event] of events.entries()) {
      assert.deepEqual(fromTelegram(ctx, i, event), pick(event), name);
      compared++;
    }
  }
  assert.ok(compared > 40, `${compared} events`);
});


test('grammY sends to Telegram what we send', async () => {
  const api = new Api(TOKEN, { apiRoot: origin });
  const more = { business_connection_id: 'bc1' };
  const reply = { reply_parameters: { message_id: 41,
    allow_sending_without_reply: true } };
  const deeds = {
    build_text: (job) => api.sendMessage(Number(job.user), job.text),
    build_reply: (job) => api.sendMessage(Number(job.user), job.text, reply),
    build_business: (job) => api.sendMessage(5148203377, job.text,
      { ...more, ...reply }),
    typing_bot: () => api.sendChatAction(5148203377, 'typing'),
    typing_business: () => api.sendChatAction(5148203377, 'typing', more),
    read_business: () => api.readBusinessMessage('bc1', 5148203377, 41),
    profile_business: () => api.getUserProfilePhotos(5148203377, { limit: 1 }),
    media_step_0: (job) => api.getFile(job.ref),
  };

  for (const [name, deed] of Object.entries(deeds)) {
    const { job, request } = await sending('telegram', name);

    calls.length = 0;
    await deed(job);
    assert.equal(new URL(request.url).pathname, calls[0].url, name);
    assert.deepEqual(JSON.parse(request.body), JSON.parse(calls[0].body), name);
  }
});


test('grammY sends files with the fields that we send', async () => {
  const api = new Api(TOKEN, { apiRoot: origin });
  const { job, request } = await sending('telegram', 'build_photo_caption');

  calls.length = 0;
  await api.sendPhoto(Number(job.user), new InputFile(Buffer.from('x'), 'a'),
    { caption: job.text, reply_parameters: { message_id: 41,
      allow_sending_without_reply: true } });
  const theirs = formOf(calls[0]);

  assert.equal(new URL(request.url).pathname, calls[0].url);
  for (const { name, value } of request.parts.filter((one) => one.value)) {
    assert.equal(theirs[name], value, name);
  }
  // they name the file by a field of its own, which is the same to Telegram
  assert.match(theirs.photo, /^attach:\/\//);
});


test('grammY answers a button as we do', async () => {
  const [{ update, thanks }] = (await deliveries('telegram'))
    .filter(({ name }) => name === 'callback');
  const bot = new Bot(TOKEN, { botInfo: ME,
    client: { canUseWebhookReply: () => true } });
  let said;
  bot.on('callback_query', (ctx) => ctx.answerCallbackQuery());
  await bot.handleUpdate(update, { send: (payload) => { said = payload; } });
  assert.deepEqual(JSON.parse(said), JSON.parse(thanks));
});


test('vk-io reads from VK what we read', async () => {
  let compared = 0;
  for (const { name, update, events: [event] } of await deliveries('vk')) {
    const ctx = await contextOf(update);

    if (ctx?.is(['message']) && ['message', 'edit'].includes(event.type)) {
      // names of people in a text are ours to show
      const told = /\[(id|club)\d+\|/.test(ctx.text ?? '') ? event.text
        : ctx.text ?? undefined;

      assert.deepEqual({ ...fromVk(ctx), text: told }, pickVk(event), name);
      compared++;
    }
  }
  assert.ok(compared > 15, `${compared} messages`);
});


test('vk-io sends to VK what we send', async () => {
  const vk = new VK({ token: 'vk1.a.TOKEN', apiVersion: '5.199',
    apiBaseUrl: `${origin}/method`, agent: new Agent() });
  const form = (body) => Object.fromEntries(new URLSearchParams(body));

  answer = toVk;
  calls.length = 0;
  const { job, request } = await sending('vk', 'build_text');
  const wanted = form(request.body);

  await vk.api.messages.send({ peer_ids: Number(job.user), message: job.text,
    random_id: Number(wanted.random_id) });
  has(form(calls[0].body), wanted);
  assert.equal(calls[0].url, new URL(request.url).pathname);

  for (const [kind, file] of [['photo', 'messagePhoto'],
    ['doc', 'messageDocument']]) {
    calls.length = 0;
    const attachment = await vk.upload[file]({ peer_id: 301122334,
      title: 'a.jpg', source: { value: Buffer.from('x'), filename: 'a.jpg',
        contentType: 'image/jpeg' } });
    const steps = (await Promise.all(['address', 'upload', 'save']
      .map((step) => sending('vk', `build_${kind}_${step}`))))
      .map(({ request: one }) => one);

    assert.equal(calls.length, 3, 'the same three steps');
    assert.equal(calls[0].url, new URL(steps[0].url).pathname);
    has(form(calls[0].body), form(steps[0].body));
    assert.ok(steps[1].parts[0].name in formOf(calls[1]), 'the same field');
    assert.equal(calls[2].url, new URL(steps[2].url).pathname);
    for (const name of Object.keys(form(steps[2].body))) {
      assert.ok(name in form(calls[2].body), `${kind}: ${name}`);
    }
    assert.equal(String(attachment), kind === 'photo' ? 'photo-1_2_key'
      : 'doc3_4', 'as messages.send names it');
  }
});


/* the good deliveries of a kind that mean something to us */
async function deliveries(kind) {
  const list = [];

  for (const name of await readdir(join(FIXTURES, kind))) {
    const text = (file) => readFile(join(FIXTURES, kind, name, file), 'utf8');
    if (/^(bad|odd|mend|none|line)/.test(name)) {
      continue;
    }
    try {
      const body = (await text('request')).split('\n\n').slice(1).join('\n\n');
      const { events, thanks } = JSON.parse(await text('expect.json'));

      if (events?.length) {
        list.push({ name, update: JSON.parse(body), events, thanks });
      }
    } catch (error) {
      if (error.code !== 'ENOENT') {
        throw new Error(`${kind}/${name}`, { cause: error });
      }
    }
  }
  return list;
}


/* what we are asked to send, and what we send */
async function sending(kind, name) {
  const read = async (file) => JSON.parse(
    await readFile(join(FIXTURES, kind, name, file), 'utf8'));

  return { job: await read('outgoing.json'),
    request: await read('expect.json') };
}


/* of an event, what a library tells as well */
function pick({ type, user, message, echo, text, reply_to, extra, name }) {
  return Object.fromEntries(Object.entries({ type, user, message, echo, text,
    reply_to, extra, name }).filter(([, value]) => value !== undefined));
}


function fromTelegram(ctx, i, event) {
  const via = ctx.businessConnectionId
    ?? ctx.deletedBusinessMessages?.business_connection_id;
  const chat = String(ctx.chat?.id ?? ctx.from?.id);
  const nameless = ctx.messageReaction || ctx.deletedBusinessMessages;
  const base = { user: via ? `${chat}@${via}` : chat,
    name: nameless ? undefined
      : nameOf(event.echo ? ctx.chat : ctx.from ?? ctx.chat) };

  return pick({ ...base, ...kindOf(ctx, i, event) });
}


const nameOf = ({ first_name, last_name, username }) =>
  [first_name, last_name].filter(Boolean).join(' ').trim() || username;


function kindOf(ctx, i, event) {
  const { msg } = ctx;
  if (ctx.deletedBusinessMessages) {
    return { type: 'delete',
      message: String(ctx.deletedBusinessMessages.message_ids[i]) };
  }
  if (ctx.callbackQuery) {
    return { type: 'message', message: ctx.callbackQuery.id,
      text: ctx.callbackQuery.data };
  }
  if (ctx.messageReaction) {
    const { emoji, paid } = ctx.reactions();
    return { type: 'reaction', message: String(ctx.messageReaction.message_id),
      extra: JSON.stringify([...emoji, ...paid ? ['⭐'] : []]) };
  }
  if (ctx.myChatMember) {
    return { type: 'state', extra: ctx.myChatMember.new_chat_member.status
      === 'kicked' ? 'blocked' : 'unblocked' };
  }
  hasFile(msg, event);

  return { type: ctx.editedMessage || ctx.editedBusinessMessage ? 'edit'
    : 'message', message: String(ctx.msgId),
  text: msg.text ?? msg.caption,
  reply_to: msg.reply_to_message?.message_id.toString(),
  extra: msg.media_group_id,
  echo: ctx.businessConnectionId && (msg.sender_business_bot
    || ctx.from.id !== ctx.chat.id) ? 1 : undefined };
}


/* the file that we would fetch is one of the message's */
function hasFile(msg, event) {
  for (const { ref } of event.attachments ?? []) {
    if (ref !== undefined) {
      const files = [...msg.photo ?? [], msg.video, msg.document, msg.audio,
        msg.voice, msg.sticker, msg.animation, msg.video_note, msg.live_photo];

      assert.ok(files.some((file) => file?.file_id === ref), ref);
    }
  }
}


function fromVk(ctx) {
  return { user: String(ctx.peerId),
    message: String(ctx.conversationMessageId ?? `id${ctx.id}`),
    echo: ctx.isOutbox,
    reply_to: ctx.replyMessage?.conversationMessageId?.toString(),
    attachments: ctx.attachments.length + (ctx.hasGeo ? 1 : 0)
      + ctx.forwards.length };
}


function pickVk({ user, message, echo, text, reply_to, attachments = [] }) {
  return { user, message, echo: echo === 1, text, reply_to, attachments:
    attachments.filter(({ name }) => !/^there is more/.test(name)).length };
}


/* what vk-io hands to a bot for an update; undefined: nothing.  Some of our
   deliveries leave out what the client's program is able to */
async function contextOf({ object, ...update }) {
  const vk = new VK({ token: 'x' });
  const whole = object?.message ? { client_info: {}, ...object } : object;
  let context;

  vk.updates.use((ctx) => { context = ctx; });
  await vk.updates.handleWebhookUpdate({ ...update, object: whole });
  return context;
}


function toVk({ url }) {
  const yes = {
    '/method/photos.getMessagesUploadServer':
      { upload_url: `${origin}/upload/photo`, album_id: -64 },
    '/method/docs.getMessagesUploadServer':
      { upload_url: `${origin}/upload/doc` },
    '/method/photos.saveMessagesPhoto':
      [{ id: 2, owner_id: -1, access_key: 'key', sizes: [] }],
    '/method/docs.save': { type: 'doc', doc: { id: 4, owner_id: 3, type: 1 } },
  };

  if (url === '/upload/photo') {
    return { server: 626, photo: '[{}]', hash: 'h' };
  }
  return url === '/upload/doc' ? { file: '1|a' } : { response: yes[url] ?? 1 };
}


/* all that ours says stands in theirs */
function has(theirs, ours) {
  for (const [name, value] of Object.entries(ours)) {
    assert.equal(theirs[name], value, name);
  }
}


/* fields of multipart/form-data, a file's bytes too */
function formOf({ headers, body }) {
  const mark = /boundary=([^;]+)/.exec(headers['content-type'])[1];

  return Object.fromEntries(body.split(`--${mark}`).flatMap((part) => {
    const [head, ...rest] = part.split('\r\n\r\n');
    const name = /[; ]name="?([^";\r\n]+)/i.exec(head);

    return name ? [[name[1], rest.join('\r\n\r\n').replace(/\r\n$/, '')]] : [];
  }));
}
