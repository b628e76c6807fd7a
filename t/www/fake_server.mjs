/*
 * A small server that speaks the API, for trying the pages without nginx.
 *
 *   node t/www/fake_server.mjs [port]     prints the addresses
 *
 * It serves www/ under /inbox/ with the same CSP as the module.  `trouble`
 * makes it misbehave: every API call is answered with that status until it is
 * null again.
 */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { once, paged, waited } from './fake_answers.mjs';
import { FakeStore } from './fake_store.mjs';
import { WIDGET } from './fake_widget.mjs';

const WWW = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'www');
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; "
  + "img-src 'self' data: blob:; connect-src 'self'; frame-src 'self'; "
  + "base-uri 'none'; form-action 'none'";
const TYPES = { '.html': 'text/html', '.js': 'text/javascript',
  '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml' };
const OWNER = { id: 'root', name: 'Листок' };

export const TOKEN = 'fake-owner-token';


/** Starts it; the answer has the port, the store, and close(). */
export async function startFake(port = 0) {
  const fake = { store: new FakeStore(), trouble: null, problem: {} };
  const server = createServer((request, response) => {
    serve(fake, request, response).catch((error) => {
      console.error(error);
      response.destroy();
    });
  });

  await new Promise((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  fake.base = `http://127.0.0.1:${server.address().port}/inbox/`;
  fake.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => {
      server.close(resolve);
    });
  };
  return fake;
}


async function serve(fake, request, response) {
  const url = new URL(request.url, 'http://fake');
  const path = url.pathname.replace(/^\/inbox\//, '');

  if (path.split('/').at(-1).includes('.') || path === '') {
    return file(response, path || 'index.html');
  }
  if (/^widget\/\w+\/frame$/.test(path)) {
    return file(response, 'embed/frame.html');
  }
  const body = await bodyOf(request);
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const call = { fake, store: fake.store, request, body, path,
    query: url.searchParams, signal: gone.signal };
  const [status, value, headers] = fake.trouble
    ? [fake.trouble, { code: 'store_unavailable', ...fake.problem }]
    : await answer(call);

  response.writeHead(status, { 'Content-Type': status < 400
    ? 'application/json' : 'application/problem+json', ...headers });
  response.end(value === undefined ? '' : JSON.stringify(value));
}


async function file(response, path) {
  const name = join(WWW, normalize(path));

  try {
    const bytes = await readFile(name);
    response.writeHead(200, { 'Content-Type': TYPES[extname(name)]
      ?? 'application/octet-stream', 'Content-Security-Policy': CSP });
    response.end(bytes);

  } catch {
    response.writeHead(404).end();
  }
}


async function bodyOf(request) {
  let text = '';

  for await (const chunk of request) {
    text += chunk;
  }
  return text === '' ? null : JSON.parse(text);
}


const ROUTES = [
  ['POST', /^api\/v1\/session$/, signIn],
  ['DELETE', /^api\/v1\/session$/, signOut],
  ['GET', /^api\/v1\/me$/, me],
  ['GET', /^api\/v1\/journal$/, journal],
  ['GET', /^api\/v1\/inbox$/, inbox],
  ['GET', /^api\/v1\/(agents|groups|channels|canned)$/,
    (call, noun) => [200, { [noun]: [] }]],
  ['GET', /^api\/v1\/space$/, (call) => [200, spaceOf(call)]],
  ['POST', /^api\/v1\/chats\/(\d+)\/typing$/, () => [204, undefined]],
  ['GET', /^api\/v1\/chats\/(\d+)$/, (call, id) => [200, chatOf(call, id)]],
  ['GET', /^api\/v1\/chats\/(\d+)\/messages$/, transcript],
  ['POST', /^api\/v1\/chats\/(\d+)\/messages$/, reply],
  ['POST', /^api\/v1\/chats\/(\d+)\/read$/, read],
  ['POST', /^api\/v1\/chats\/(\d+)\/(take|join|close|reopen)$/, move],
  ...WIDGET,
];


async function answer(call) {
  const { request, path } = call;

  for (const [method, pattern, handle] of ROUTES) {
    const match = pattern.exec(path);

    if (match && method === request.method) {
      return refusal(call) ?? handle(call, ...match.slice(1));
    }
  }
  return [404, { code: 'not_found' }];
}


function refusal({ request, path, store }) {
  if (!path.startsWith('api/') || /session$/.test(path)) {
    return null;
  }
  if (request.headers.cookie !== 'inbox=1') {
    return [401, { code: 'unauthorized' }];
  }
  if (request.method !== 'GET' && request.headers['x-inbox'] !== '1') {
    return [403, { code: 'csrf' }];
  }
  if (path.endsWith('journal') && store.plan === 'free') {
    return [403, { code: 'plan_required' }];
  }
  const chat = /chats\/(\d+)/.exec(path);

  return chat && !store.chats.has(Number(chat[1]))
    ? [404, { code: 'not_found' }] : null;
}


function signIn({ body }) {
  return body.token === TOKEN
    ? [204, undefined, { 'Set-Cookie':
      'inbox=1; HttpOnly; SameSite=Strict; Path=/inbox/' }]
    : [401, { code: 'unauthorized' }];
}


function signOut() {
  return [204, undefined,
    { 'Set-Cookie': 'inbox=; Max-Age=0; Path=/inbox/' }];
}


function me({ store }) {
  return [200, {
    agent: { ...OWNER, role: 'owner', groups: [], online: true,
      away: false },
    space: spaceOf({ store }),
    inbox: true, journal: store.plan !== 'free', badge: store.badge(),
  }];
}


function spaceOf({ store }) {
  return { id: 'default', name: 'Чайна крамниця', locale: 'uk',
    plan: store.plan, plans_url: 'https://example.com/plans',
    retention_days: null };
}


/** The journal's chats that are the owner's to take, or his. */
async function inbox({ store, query, signal }) {
  const listOf = (chat) => (chat.status === 'unassigned' ? 'incoming'
    : chat.status === 'active' && chat.action === 'open' ? 'mine' : null);
  const [status, all] = await journal({ store, query, signal });
  const chats = all.chats.map((chat) => ({ ...chat, list: listOf(chat) }));

  return [status, { ...all, chats: chats.filter((chat) => chat.list),
    gone: chats.filter((chat) => !chat.list).map((chat) => chat.id) }];
}


async function journal({ store, query, signal }) {
  const status = query.get('status');
  const since = query.get('since');
  const limit = Number(query.get('limit') ?? 50);
  const fits = (chat) => !status || chat.status === status;

  if (since === null) {
    const all = [...store.chats.values()].filter(fits)
      .sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1));
    const from = Number(query.get('before') ?? 0);
    const page = all.slice(from, from + limit);
    const next = from + limit < all.length ? String(from + limit) : null;

    return [200, listed(store, page, [], store.rev, next)];
  }
  const news = () => [...store.chats.values()]
    .filter((chat) => chat.rev > Number(since));
  await waited(store, query, signal, () => news().length > 0);
  const came = news().sort((a, b) => a.rev - b.rev);

  return [200, listed(store, came.filter(fits),
    came.filter((chat) => !fits(chat)).map((chat) => chat.id),
    came.at(-1)?.rev ?? Number(since), null)];
}


function listed(store, chats, gone, rev, next) {
  return { chats, gone, counts: store.counts(), badge: store.badge(), rev,
    next };
}


function transcript({ store, query, signal }, id) {
  return paged(store, store.messages.get(Number(id)), query, signal);
}


function chatOf({ store }, id) {
  return store.chats.get(Number(id));
}


function reply(call, id) {
  const { store, body } = call;
  const chat = chatOf(call, id);

  if (chat.status !== 'active' || chat.action !== 'open') {
    return [409, { code: chat.status === 'unassigned' ? 'not_taken'
      : 'not_participant' }];
  }
  return once(call, () => store.write(chat.id, { from: 'agent',
    author: OWNER, text: body.text, reply_to: body.reply_to ?? null,
    delivery: chat.channel.kind === 'site' ? 'sent' : 'queued' }));
}


function read({ store }, id) {
  store.change(Number(id), { unread: 0 });
  return [200, { badge: store.badge() }];
}


const MOVES = {
  take: ['taken', (chat) => ({ status: 'active', action: 'open',
    responsible: OWNER.id, participants: [OWNER], unread: 0,
    waiting_since: chat.waiting_since })],
  join: ['joined', (chat) => ({ action: 'open',
    participants: [...chat.participants, OWNER], unread: 0 })],
  close: ['closed', () => ({ status: 'inactive', waiting_since: null,
    closed_at: new Date().toISOString() })],
  reopen: ['reopened', () => ({ status: 'active', action: 'open',
    closed_at: null })],
};


function move(call, id, verb) {
  const chat = chatOf(call, id);
  const [event, members] = MOVES[verb];

  if (verb === 'take' && chat.status !== 'unassigned') {
    return [409, { code: 'chat_taken', chat }];
  }
  call.store.event(chat.id, event, OWNER);
  return [200, call.store.change(chat.id, members(chat))];
}


if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const fake = await startFake(Number(process.argv[2] ?? 0));

  console.log(`${fake.base}#token=${TOKEN}\n${fake.base}demo.html`);
}
