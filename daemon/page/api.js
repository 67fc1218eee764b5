// SPDX-License-Identifier: Apache-2.0
// @ts-check
// Requests to the query API, beside the page's own address.

const base = new URL('api/v1/', document.baseURI);

export class ApiError extends Error {
  /** @param {number} status 0: nobody answered @param {string} detail */
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

const TRIES = 5, MOST_WAIT_S = 5;
/** @param {string} method @param {string} path below /api/v1 @param {any} [body] @param {number} [tries] */
async function ask(method, path, body, tries = TRIES) {
  let answer;
  try {
    answer = await fetch(new URL(path, base), {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      // A change is told by its content type and by where it comes from, also one without a body.
      headers: method === 'GET' ? {} : { 'content-type': 'application/json' },
      body: method === 'GET' ? undefined : JSON.stringify(body ?? {}),
    });
  } catch {
    throw new ApiError(0, 'lookoutd does not answer');
  }
  // It is busy with other lists: a question is asked again.
  if (answer.status === 503 && method === 'GET' && tries > 1) {
    await new Promise((done) => setTimeout(done, 1000 * Math.min(MOST_WAIT_S, Number(answer.headers.get('retry-after')) || 1)));
    return ask(method, path, body, tries - 1);
  }
  const text = await answer.text();
  let data = null;
  try { data = text ? JSON.parse(text) : null; } catch { /* a proxy's page: the status says enough */ }
  if (!answer.ok) throw new ApiError(answer.status, (data && (data.detail || data.title)) || `HTTP ${answer.status}`);
  return data;
}

/** @param {string} path @param {Record<string, any>} [query] those without a value are left out */
export function get(path, query = {}) {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined && value !== null && value !== '') words.set(key, String(value));
  const tail = words.toString();
  return ask('GET', path + (tail ? `?${tail}` : ''));
}
/** @param {string} path @param {any} body */
export const post = (path, body) => ask('POST', path, body);
/** @param {string} path */
export const remove = (path) => ask('DELETE', path);
/** @param {string} path where a thing is to be read as JSON */
export const address = (path) => new URL(path, base).href;
export const readMetrics = () => fetch(new URL('metrics', document.baseURI), { cache: 'no-store' }).then((answer) => (answer.ok ? answer.text() : ''));
