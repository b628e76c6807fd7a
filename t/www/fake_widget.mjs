/* The fake server's side for visitors. */

import { once, paged } from './fake_answers.mjs';


export const WIDGET = [
  ['GET', /^widget\/site$/, look],
  ['POST', /^widget\/site\/session$/, session],
  ['GET', /^widget\/site\/messages$/, visitorMessages],
  ['POST', /^widget\/site\/messages$/, visitorWrites],
  ['POST', /^widget\/site\/read$/, visitorRead],
  ['POST', /^widget\/site\/typing$/, () => [204]],
];


function look() {
  return [200, { title: 'Листок', greeting: 'Вітаємо! Чим допомогти?',
    color: '#4a5d23', locale: 'uk', online: true }];
}


function session({ store, body }) {
  const token = body.token && store.visitors.has(body.token) ? body.token
    : `visitor-${store.visitors.size + 1}`;

  if (!store.visitors.has(token)) {
    store.visitors.set(token, null);
  }
  return [201, { token, visitor: token, chat: store.visitors.get(token) }];
}


function visitorOf({ request, store }) {
  const token = request.headers.authorization?.replace('Bearer ', '');

  return store.visitors.has(token) ? token : null;
}


async function visitorMessages(call) {
  const { store, query, signal } = call;
  const token = visitorOf(call);

  if (token === null) {
    return [401, { code: 'unauthorized' }];
  }
  const chat = store.visitors.get(token);
  const all = store.messages.get(chat) ?? [];
  const [status, page] = await paged(store, all, query, signal);
  const messages = page.messages.filter((m) => m.kind === 'text');

  messages.filter((m) => m.delivery === 'sent')
    .forEach((m) => store.changeMessage(m, { delivery: 'delivered' }));
  return [status, { ...page, messages, chat }];
}


function visitorWrites(call) {
  const { store, body } = call;
  const token = visitorOf(call);

  if (token === null) {
    return [401, { code: 'unauthorized' }];
  }
  return once(call, () => {
    const id = store.visitors.get(token) ?? store.open({});

    store.visitors.set(token, id);
    if (store.chats.get(id).status === 'inactive') {
      store.event(id, 'reopened', null);
      store.change(id, { status: 'unassigned', action: 'reply',
        participants: [], responsible: null });
    }
    return store.write(id, { text: body.text });
  });
}


function visitorRead(call) {
  const { store } = call;
  const list = store.messages.get(store.visitors.get(visitorOf(call))) ?? [];

  list.filter((m) => m.from === 'agent' && m.delivery !== 'read')
    .forEach((m) => store.changeMessage(m, { delivery: 'read' }));
  return [204];
}
