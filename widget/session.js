/** One customer in this browser: the secret of the chat, shared by all tabs. */

import { subjectOf } from './identity.js';

const NAME = 'session';

export class Session {
  #api;
  #storage;
  #identity;
  #widgetId;

  constructor({ api, storage, identity, widgetId }) {
    this.#api = api;
    this.#storage = storage;
    this.#identity = identity;
    this.#widgetId = widgetId;
    this.#use(storage.get(NAME));
  }

  get isOpen() {
    return this.#api.token !== null;
  }

  /** The shop vouched for whose session it is. */
  get isSignedIn() {
    return Boolean(this.#storage.get(NAME)?.subject);
  }

  /** A new one; returns what the server knows of this customer: `{current, reconnectable}`. */
  async open() {
    const identityToken = await this.#identity.token();
    const opened = await this.#api.openSession({ widget_id: this.#widgetId, identity_token: identityToken });
    this.keep(opened.session_token, identityToken);
    return opened;
  }

  keep(token, identityToken = null) {
    const subject = identityToken ? subjectOf(identityToken) : null;
    this.#storage.set(NAME, { token, subject });
    this.#api.token = token;
  }

  /** Whether it belongs to the person whom the shop names now. */
  async isOfWhomThePageNames() {
    const token = await this.#identity.token();
    return this.#storage.get(NAME)?.subject === subjectOf(token ?? '');
  }

  forget() {
    this.#storage.remove(NAME);
    this.#api.token = null;
  }

  /** Another tab opened or left it. */
  follow() {
    this.#use(this.#storage.get(NAME));
  }

  onChange(listener) {
    this.#storage.onChange(NAME, listener);
  }

  #use(kept) {
    this.#api.token = kept?.token ?? null;
  }
}
