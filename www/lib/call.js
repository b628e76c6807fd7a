/*
 * One HTTP call to our server: the only place that knows fetch().
 *
 * Gives the parsed JSON (null for 204) or throws a CallError, whose `code` is
 * the word of the problem document, 'offline' where nobody answered.  An
 * abort by the caller stays an AbortError.
 */

import { noteTime } from './clock.js';

/* longer than any answer of ours takes; a parked poll adds its own wait */
const ANSWER_MS = 20_000;


export class CallError extends Error {
  /**
   * @param {number} status 0 when there was no answer
   * @param {Record<string, any>} problem
   */
  constructor(status, problem, retryAfter = 0) {
    super(problem.detail ?? problem.code);
    this.status = status;
    this.code = problem.code ?? 'unexpected';
    this.detail = problem.detail ?? null;
    this.problem = problem;
    /* seconds */
    this.retryAfter = retryAfter;
  }

  /** May the same call succeed later? */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** What the state keeps of it. */
  get trouble() {
    const { field, detail } = this.problem.errors?.[0] ?? {};
    const code = field === 'file'
      ? /empty/.test(detail) ? 'file_empty' : 'file_kind'
      : this.status === 413 ? 'too_large' : this.code;

    return { code, detail: this.detail };
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

  try {
    const response = await fetch(url, {
      method,
      headers: body === undefined ? headers
        : { ...headers, 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    noteTime(response.headers.get('Date'));
    return answerOf(await response.text(), response.status, response.ok,
      response.headers.get('Retry-After'));

  } catch (error) {
    throw signal?.aborted || error instanceof CallError ? error
      : new CallError(0, { code: 'offline' });
  }
}


function answerOf(text, status, ok, retryAfter) {
  const value = parse(text);

  if (!ok) {
    throw new CallError(status, value ?? {}, Number(retryAfter) || 0);
  }
  if (text !== '' && value === null) {
    throw new CallError(502, { code: 'unexpected' });
  }
  return value;
}


/**
 * The bytes of a file that lies with us.
 *
 * @param {URL} url
 * @returns {Promise<Blob>}
 */
export async function download(url) {
  try {
    const response = await fetch(url,
      { signal: AbortSignal.timeout(ANSWER_MS) });

    return response.ok ? await response.blob()
      : answerOf(await response.text(), response.status, false, null);

  } catch (error) {
    throw error instanceof CallError ? error
      : new CallError(0, { code: 'offline' });
  }
}


/**
 * Sends a file as it is.  fetch() does not say how far it has come.
 *
 * @param {URL} url
 * @param {Blob} file
 * @param {{headers: Record<string, string>, signal: AbortSignal,
 *          onPart: (part: number) => void}} options
 * @returns {Promise<any>}
 */
export function upload(url, file, { headers, signal, onPart }) {
  const request = new XMLHttpRequest();

  return new Promise((resolve, reject) => {
    const fail = () => reject(signal.aborted ? signal.reason
      : new CallError(0, { code: 'offline' }));

    request.upload.onprogress = ({ loaded, total }) => onPart(loaded / total);
    request.onerror = fail;
    request.onabort = fail;
    request.onload = () => {
      try {
        resolve(answerOf(request.responseText, request.status,
          request.status < 300, request.getResponseHeader('Retry-After')));

      } catch (error) {
        reject(error);
      }
    };
    signal.addEventListener('abort', () => request.abort());
    request.open('POST', url);
    for (const [name, value] of Object.entries(headers)) {
      request.setRequestHeader(name, value);
    }
    request.send(file);
  });
}


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
 * @param {Record<string, any>} query
 */
export function withQuery(url, query) {
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) {
      url.searchParams.set(name, String(value));
    }
  }
  return url;
}
