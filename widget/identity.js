/** Who the shop says its customer is: a signed token, asked of the page when it is needed. */

import { pause, within } from './backoff.js';

const ANSWER_WITHIN = 10_000;

export class Identity {
  #callback = null;
  #appear = () => {};
  #appeared = new Promise((resolve) => (this.#appear = resolve));

  get isKnown() {
    return this.#callback !== null;
  }

  /** `callback` returns the token, or a promise of it. */
  use(callback) {
    this.#callback = callback;
    this.#appear();
  }

  /** The page's own script may run after ours. */
  appears() {
    return Promise.race([this.#appeared, pause(ANSWER_WITHIN)]);
  }

  async token() {
    if (!this.#callback) return null;
    return within(ANSWER_WITHIN, this.#ask(), 'authenticate: no token within 10 seconds');
  }

  async #ask() {
    const token = await this.#callback();
    if (typeof token !== 'string' || !token) throw new Error('authenticate: the callback gave no token');
    return token;
  }
}

/** Whose token it is. Only the server can say whether that is true. */
export function subjectOf(token) {
  try {
    const claims = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(atob(claims)).sub ?? null;
  } catch {
    return null;
  }
}
