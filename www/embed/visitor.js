/*
 * The visitor on the wire: his token, what he waits for, and what he wrote and
 * is not stored yet.
 *
 * A session begins with the first message, or when the site vouches for its
 * user; who only looks leaves nothing behind.  A token that is no longer taken
 * is renewed once, and the call repeated.
 *
 * What he writes lies on the device before it is sent, and goes out one after
 * the other: a passing failure keeps the order and waits, a refusal is shown
 * and lets the next one go.  A message's key makes repetitions harmless.
 */

const CHANNEL = location.pathname.split('/').at(-2);
const WAIT_S = 25;
const ANSWER_MS = 20_000;
const UPLOAD_MS = 600_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 30_000;
const IDLE_MS = 1_000;
const HIDDEN_MS = 5_000;
/* an old token is renewed long before it can expire */
const RENEW_MS = 24 * 3_600_000;


export class Visitor {
  #tell;
  #prefix;
  #memory = {};
  /** @type {any} */
  #about = {};
  /** @type {any} */
  #session = { at: 0 };
  /** @type {any} */
  #beginning = null;
  /** @type {import('./state.js').Queued[]} */
  #queue = [];
  #files = new Map();
  #listening = false;
  #sending = false;

  constructor(tell) {
    this.#tell = tell;
  }

  look() {
    return call(location.pathname.replace(/\/frame$/, ''));
  }

  /* what the page around us tells of him; his own words go before it */
  introduce(page = '', user = {}) {
    const { name, email, phone, userId, userHash } = /** @type {any} */ (user);

    this.#about = { page, name, email, phone, user_id: userId,
      user_hash: userHash };
    this.#prefix = `inbox:${CHANNEL}:${userId ?? ''}:`;
    Object.assign(this.#about, this.get('about'));
    this.#queue = [...this.get('queue') ?? [], ...this.#queue].filter(
      (one) => !one.name || one.files || this.#files.has(one.key));
    this.#session = this.get('session') ?? this.#session;
    if (this.#session.token || userHash) {
      this.#listen();
    }
    this.#keep(this.#queue);
    this.#send();
  }

  lacks(field) {
    return !this.#about[field];
  }

  is(about) {
    Object.assign(this.#about, about);
    this.put('about', { ...this.get('about'), ...about });
  }

  say(text) {
    this.#add({ text });
  }

  give(file) {
    this.#files.set(this.#add({ text: '', name: file.name }), file);
    this.#send();
  }

  again(key) {
    this.#change(key, { state: 'pending', code: null });
    this.#send();
  }

  drop(key) {
    this.#files.delete(key);
    this.#keep(this.#queue.filter((one) => one.key !== key));
  }

  older(before) {
    return this.#call(`messages?before=${before}`);
  }

  read(id) {
    return this.#call('read', { body: { up_to: id } });
  }

  typing() {
    return this.#call('typing', { body: {} });
  }

  /* A browser that forbids storage has a memory as long as the page. */

  get(name) {
    try {
      return JSON.parse(localStorage[this.#prefix + name]);

    } catch {
      return this.#memory[name];
    }
  }

  put(name, value) {
    this.#memory[name] = value;
    try {
      localStorage[this.#prefix + name] = JSON.stringify(value);

    } catch {
      /* forbidden or full */
    }
  }

  /* each answer's `rev` is the next question's cursor: nothing falls between */
  async #listen() {
    let since = null;
    let failures = 0;

    this.#listening = true;
    for (;;) {
      const began = Date.now();
      /* a hidden page holds no connection; and whether all is well again
         should not wait for news */
      const wait = since !== null && !failures && !document.hidden ? WAIT_S : 0;

      try {
        const answer = await this.#call(since === null ? 'messages'
          : `messages?since=${since}&wait=${wait}`, { wait });
        const idle = answer.rev === since;

        this.#tell({ type: 'took', answer, first: since === null });
        since = answer.rev;
        failures = 0;
        await pause((document.hidden ? HIDDEN_MS : idle ? IDLE_MS : 0)
          - Date.now() + began);

      } catch (error) {
        failures += 1;
        this.#tell({ type: 'failed', passing: error.passing });
        if (!error.passing) {
          return;
        }
        await pause(delay(failures, error));
      }
    }
  }

  #add(one) {
    const key = crypto.randomUUID();

    this.#keep([...this.#queue, { ...one, key, state: 'pending',
      at: new Date().toISOString() }]);
    if (!one.name) {
      this.#send();
    }
    return key;
  }

  async #send() {
    if (this.#sending || this.#prefix === undefined) {
      return;
    }
    this.#sending = true;
    for (let failures = 0, one = this.#due(); one; one = this.#due()) {
      try {
        await this.#deliver(one);
        failures = 0;

      } catch (error) {
        this.#change(one.key, { code: error.code,
          state: error.passing ? 'waiting' : 'failed' });
        if (error.passing) {
          failures += 1;
          await pause(delay(failures, error));
        }
      }
    }
    this.#sending = false;
  }

  #due() {
    return this.#queue.find((one) => one.state !== 'failed');
  }

  async #deliver(/** @type {any} */ { key, text, name, files }) {
    const file = this.#files.get(key);

    if (file && !files) {
      const { id } = await this.#call(
        `files?name=${encodeURIComponent(name)}`, { key, file });

      files = [id];
      this.#change(key, { files });
    }
    const message = await this.#call('messages',
      { key, body: { text, attachments: files ?? [] } });

    this.#tell({ type: 'sent', message });
    this.drop(key);
    if (!this.#listening) {
      this.#listen();
    }
  }

  #change(key, more) {
    this.#keep(this.#queue.map((one) =>
      (one.key === key ? { ...one, ...more } : one)));
  }

  #keep(queue) {
    this.#queue = queue;
    this.put('queue', queue);
    this.#tell({ type: 'queued', queue });
  }

  async #call(path, options = {}) {
    const authorized = () =>
      call(path, { ...options, token: this.#session.token });

    if (Date.now() - this.#session.at > RENEW_MS) {
      await this.#begin();
    }
    try {
      return await authorized();

    } catch (error) {
      if (error.status !== 401) {
        throw error;
      }
      await this.#begin();
      return authorized();
    }
  }

  /* two calls that need a session wait for the same one */
  #begin() {
    this.#beginning ??= this.#renew().finally(() => {
      this.#beginning = null;
    });
    return this.#beginning;
  }

  async #renew() {
    const { token: old } = this.get('session') ?? this.#session;
    const open = (token) =>
      call('session', { body: { ...this.#about, token } });
    /* when the chat is gone for good, a new one may begin */
    const { token } = await open(old).catch((error) => {
      if (error.passing || !old) {
        throw error;
      }
      return open();
    });

    this.#session = { token, at: Date.now() };
    this.put('session', this.#session);
  }
}


/* gives JSON, or throws an error: `passing`, may it succeed later? */
async function call(path, /** @type {any} */ options = {}) {
  const { wait = 0, body, file } = options;
  let response;
  let value;

  try {
    response = await fetch(path, {
      headers: headersOf(options),
      method: body || file ? 'POST' : 'GET',
      body: file ?? (body && JSON.stringify(body)),
      signal: AbortSignal.timeout(file ? UPLOAD_MS : ANSWER_MS + wait * 1000),
    });
    value = JSON.parse(await response.text() || 'null');

  } catch {
    throw { passing: true };
  }
  if (!response.ok) {
    const { status } = response;

    throw { status, passing: status === 429 || status > 499,
      code: codeOf(value), after: response.headers.get('Retry-After') };
  }
  return value;
}


/* a file is refused for what it is */
function codeOf(problem) {
  const { field, detail } = problem?.errors?.[0] ?? {};

  return field !== 'file' ? problem?.code
    : /empty/.test(detail) ? 'file_empty' : 'file_kind';
}


function headersOf({ token, key, body, file }) {
  const type = file ? file.type || 'application/octet-stream'
    : body && 'application/json';

  return {
    ...(token && { Authorization: `Bearer ${token}` }),
    ...(key && { 'Idempotency-Key': key }),
    ...(type && { 'Content-Type': type }),
  };
}


function delay(failures, { after }) {
  const full = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** (failures - 1));

  return Math.max(full * (1 + Math.random()) / 2, after * 1000 || 0);
}


/* coming online and being looked at end it */
function pause(ms) {
  return new Promise((resolve) => {
    const over = new AbortController();
    const until = { signal: over.signal };
    const end = () => {
      clearTimeout(timer);
      over.abort();
      resolve(null);
    };
    const timer = setTimeout(end, ms);

    addEventListener('online', end, until);
    document.addEventListener('visibilitychange',
      () => document.hidden || end(), until);
  });
}
