/*
 * One HTTP call to our server: the only place that knows fetch().
 *
 * The answer is the parsed JSON (null for 204).  Everything else is one error
 * type, CallError, whose `code` is the stable word of the problem document;
 * where the server never answered it is 'offline'.  An abort by the caller
 * stays an AbortError: nobody has to be told what he asked for.
 */

/* longer than any answer of ours takes; a parked poll adds its own wait */
const ANSWER_MS = 20_000;


export class CallError extends Error {
  /**
   * @param {number} status 0 when there was no answer
   * @param {Record<string, any>} problem
   * @param {number} [retryAfter] seconds
   */
  constructor(status, problem, retryAfter = 0) {
    super(problem.detail ?? problem.title ?? problem.code);
    this.name = 'CallError';
    this.status = status;
    this.code = /** @type {string} */ (problem.code ?? 'unexpected');
    this.detail = /** @type {string | null} */ (problem.detail ?? null);
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** Will the same call, made again later, have a chance? */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** What the state keeps of it. */
  get trouble() {
    return { code: this.code, detail: this.detail };
  }
}


/**
 * @param {URL} url
 * @param {{method?: string, body?: unknown, headers?: Record<string, string>,
 *          signal?: AbortSignal, wait?: number}} [options]
 * @returns {Promise<any>}
 */
export async function call(url, options = {}) {
  const { method = 'GET', body, headers = {}, signal, wait = 0 } = options;
  const limit = AbortSignal.timeout(ANSWER_MS + wait * 1000);
  const json = body === undefined ? {}
    : { 'Content-Type': 'application/json' };

  try {
    const response = await fetch(url, {
      method,
      headers: { Accept: 'application/json', ...json, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      credentials: 'same-origin',
    });
    return await answerOf(response);

  } catch (error) {
    throw signal?.aborted || error instanceof CallError ? error
      : new CallError(0, { code: 'offline' });
  }
}


/** @param {Response} response */
async function answerOf(response) {
  const text = await response.text();
  const value = parse(text);

  if (!response.ok) {
    throw new CallError(response.status, value ?? {},
      Number(response.headers.get('Retry-After')) || 0);
  }
  if (text !== '' && value === null) {
    throw new CallError(502, { code: 'unexpected' });
  }
  return value;
}


/** @param {string} text */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' ? value : null;

  } catch {
    return null;
  }
}


/**
 * Adds the parameters that have a value.
 *
 * @param {URL} url
 * @param {Record<string, string | number | null | undefined>} query
 */
export function withQuery(url, query) {
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) {
      url.searchParams.set(name, String(value));
    }
  }
  return url;
}
