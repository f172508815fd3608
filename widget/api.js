/** The HTTP calls of a customer: every one ends, and says why it failed. */

const PATIENCE = 20_000;
const UPLOAD_PATIENCE = 120_000;

/** `status` 0: no answer came. `code` names the problem where the server does. */
export class ApiError extends Error {
  constructor(status, code = null, detail = '', retryAfter = null) {
    super(detail || `HTTP ${status}`);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** The same call may succeed later. */
  get isTransient() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export class Api {
  token = null;

  constructor(base) {
    this.base = base;
  }

  widget = (id) => this.#json('GET', `widgets/${encodeURIComponent(id)}`);
  openSession = (body) => this.#json('POST', 'sessions', body);
  reconnect = (body) => this.#json('POST', 'reconnect', body);
  current = () => this.#json('GET', 'conversations/current');
  begin = (body) => this.#json('POST', 'conversations', body);
  continue = (id) => this.#json('POST', `conversations/${id}/continue`, {});
  end = (id) => this.#json('POST', `conversations/${id}/end`, {});
  say = (id, body) => this.#json('POST', `conversations/${id}/messages`, body);
  choose = (id, body) => this.#json('POST', `conversations/${id}/choices`, body);
  typing = (id, isTyping) => this.#json('POST', `conversations/${id}/typing`, { is_typing: isTyping });
  read = (id, seq) => this.#json('POST', `conversations/${id}/read`, { seq });
  visit = (id, page) => this.#json('POST', `conversations/${id}/pages`, page);
  survey = (id, answers) => this.#json('POST', `conversations/${id}/survey`, { answers });
  older = (id, before) => this.#json('GET', `conversations/${id}/messages?before=${before}&limit=50`);

  upload(id, clientId, file) {
    const form = new FormData();
    form.set('client_id', clientId);
    form.set('file', file, file.name);
    return this.#json('POST', `conversations/${id}/files`, form, UPLOAD_PATIENCE);
  }

  poll(cursor, wait, signal) {
    const query = new URLSearchParams({ wait, ...(cursor && { cursor }) });
    return this.#json('GET', `events?${query}`, null, PATIENCE + wait * 1000, signal);
  }

  async transcript(id) {
    const answer = await this.#send('GET', `conversations/${id}/transcript?format=html`);
    return answer.blob();
  }

  get socketUrl() {
    const url = new URL('chat/v1/events', this.base);
    url.protocol = url.protocol.replace('http', 'ws');
    return url.href;
  }

  /** An address of the server's, or of somebody else it names. */
  resolve(path) {
    return new URL(path, this.base).href;
  }

  async #json(method, path, body = null, patience = PATIENCE, signal = null) {
    const answer = await this.#send(method, path, body, patience, signal);
    return answer.status === 204 ? null : answer.json();
  }

  async #send(method, path, body = null, patience = PATIENCE, signal = null) {
    const limit = AbortSignal.timeout(patience);
    const request = {
      method,
      ...encoded(body, this.token),
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    };
    const answer = await fetch(new URL(`chat/v1/${path}`, this.base), request).catch(() => {
      throw new ApiError(0);
    });
    if (!answer.ok) throw await problemOf(answer);
    return answer;
  }
}

function encoded(body, token) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (body === null || body instanceof FormData) return { headers, body };
  return { headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** RFC 9457, or whatever a proxy in between said. */
async function problemOf(answer) {
  const problem = await answer.json().catch(() => ({}));
  const seconds = Number(answer.headers.get('Retry-After'));
  return new ApiError(answer.status, problem.code ?? null, problem.detail ?? '', seconds > 0 ? seconds : null);
}
