/* What both sides of the fake server answer alike. */


/** Waits, as long as the question says, until something is there. */
export async function waited(store, query, signal, isThere) {
  const until = Date.now() + Number(query.get('wait') ?? 0) * 1000;

  while (!isThere() && !signal.aborted && Date.now() < until) {
    await store.changed(until - Date.now(), signal);
  }
}


/** A transcript: a page, or what has changed since. */
export async function paged(store, list, query, signal) {
  const since = query.get('since');

  if (since === null) {
    const end = Number(query.get('before') ?? list.length);
    const start = Math.max(0, end - Number(query.get('limit') ?? 50));

    return [200, { messages: list.slice(start, end), rev: store.rev,
      next: start > 0 ? String(start) : null }];
  }
  const news = () => list.filter((m) => m.rev > Number(since));
  await waited(store, query, signal, () => news().length > 0);

  return [200, { messages: news(), next: null,
    rev: Math.max(Number(since), ...news().map((m) => m.rev)) }];
}


/** Under one Idempotency-Key a thing is done once. */
export function once({ store, request, path }, make) {
  const key = `${path} ${request.headers['idempotency-key']}`;

  if (!store.remembered.has(key)) {
    store.remembered.set(key, make());
  }
  return [201, store.remembered.get(key)];
}
