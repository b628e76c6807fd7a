/* People for the fake store: every kind of channel, status and name. */

const LONG = 'Дуже довге слово: ' + 'х'.repeat(300);


/** Chats of every kind and status. */
export function fill(store) {
  const petro = { id: 'petro', name: 'Петро Гулак' };
  const owner_ = { id: 'root', name: 'Листок' };
  const busy = { status: 'active', action: 'join', responsible: 'petro',
    participants: [petro, { id: 'olha', name: 'Ольга' }] };
  const mine = { status: 'active', action: 'open', responsible: 'root',
    participants: [owner_] };

  store.open({ name: null });
  store.open({ name: 'Олена Ковальчук', kind: 'telegram', ...busy });
  store.open({ name: 'Taras', kind: 'viber', ...mine });
  store.open({ name: '<img src=x onerror=alert(1)>', kind: 'facebook' });
  store.open({ name: 'Марія', kind: 'instagram', status: 'inactive' });
  store.open({ name: 'محمد علي', kind: 'whatsapp' });
  store.open({ name: 'Ірина Довгополова-Переяславська', kind: 'vk', ...busy });
  store.open({ name: 'CRM', kind: 'webhook' });
  for (const id of store.chats.keys()) {
    store.write(id, { text: `Добрий день! Це питання №${id}.\nЧекаю.` });
  }
  store.write(4, { text: '<script>alert(1)</script> javascript:alert(1)' });
  store.write(6, { text: LONG });
  for (const delivery of ['queued', 'sent', 'delivered', 'read', 'failed']) {
    store.write(3, { from: 'agent', author: owner_, text: delivery, delivery,
      error: delivery === 'failed' ? 'Forbidden: bot was blocked' : null });
  }
  store.write(3, { from: 'agent', author: petro, kind: 'note',
    text: 'Постійний клієнт' });
  store.write(3, { text: LONG, reactions: ['👍'] });
}
