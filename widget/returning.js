/** How a customer comes to a chat that is there: by reload, by sign-in, by link, from another tab. */

import { ApiError } from './api.js';
import { delay, pause } from './backoff.js';
import { leaveTo } from './reconnect_link.js';

const UNAUTHORIZED = 401;
// Together some two minutes; then the customer is told, and may try again.
const MOST_TRIES = 9;

export class Returning {
  #chat;
  #entering = null;
  #opening = null;

  constructor(chat) {
    this.#chat = chat;
  }

  /** Take up what this browser remembers. */
  async resume() {
    const { session, outbox } = this.#chat;
    if (!session.isOpen || !(await this.#isTheSamePerson())) return;
    if (this.#chat.isBusy || this.#chat.conversation) return;
    await this.#busily(() => this.#find());
    outbox.run();
  }

  /** The customer opened the chat. */
  enter() {
    this.#entering ??= this.#enter().finally(() => (this.#entering = null));
    return this.#entering;
  }

  /** There is a session afterwards. Somebody without a name has left nothing to wait for. */
  ensure() {
    if (this.#chat.session.isOpen) return Promise.resolve();
    const open = () => this.#open();
    this.#opening ??= (this.#chat.widget.authenticated ? this.#busily(open) : open()).finally(() => (this.#opening = null));
    return this.#opening;
  }

  /** The shop has just said who the customer is. */
  async identify() {
    await this.#entering; // It may have waited for just this.
    await this.resume();
    if (this.#chat.isOpen) await this.enter();
  }

  /** By the link of an agent. Returns the name of the text that says why not, or null. */
  async arrive(linkToken) {
    const { api, identity, widget, widgetId } = this.#chat;
    if (widget.authenticated) await identity.appears();
    try {
      const identityToken = await identity.token();
      const body = { widget_id: widgetId, link_token: linkToken, identity_token: identityToken };
      return this.#arrived(await api.reconnect(body), identityToken);
    } catch (error) {
      if (isUnauthorized(error)) return 'sign_in_needed';
      return error.isTransient ? 'unreachable' : 'link_ended';
    }
  }

  /** The session is not valid any more; a signed-in customer finds the same chat with a new one. */
  async renew() {
    this.#chat.session.forget();
    await this.ensure();
    this.#chat.changed();
  }

  /** Another tab began this chat, or left the one before. */
  async follow(conversationId) {
    const { conversation, isOver, session } = this.#chat;
    if (conversationId === (conversation?.conversation_id ?? null)) return;
    session.follow();
    if (conversationId) await this.#find();
    else if (!isOver) this.#chat.leave();
  }

  /** What the server has for this session; it is asked until it answers. */
  async #find() {
    for (let failures = 0; failures < MOST_TRIES; failures += 1) {
      try {
        return this.#settle(await this.#chat.api.current());
      } catch (error) {
        if (error.status === UNAUTHORIZED) return this.#chat.session.forget();
        if (!error.isTransient) throw error;
        await pause(delay(failures));
      }
    }
    this.#chat.problem = 'unreachable';
    return null;
  }

  /** Meanwhile the customer sees that something is on its way. */
  async #busily(work) {
    this.#chat.isBusy = true;
    this.#chat.changed();
    try {
      await work();
    } finally {
      this.#chat.isBusy = false;
      this.#chat.changed();
    }
  }

  async #isTheSamePerson() {
    const { session, identity } = this.#chat;
    if (!identity.isKnown) return !session.isSignedIn;
    try {
      const isSame = await session.isOfWhomThePageNames();
      if (!isSame) this.#chat.signOut();
      return isSame;
    } catch {
      return false; // Nobody knows yet: nothing is shown, and nothing that waits to be sent is lost.
    }
  }

  async #enter() {
    const chat = this.#chat;
    if (chat.session.isSignedIn && !chat.identity.isKnown) await this.#busily(() => this.#recognise());
    if (chat.session.isOpen && !chat.problem) return;
    chat.problem = null;
    try {
      await (chat.session.isOpen ? this.#busily(() => this.#find()) : this.ensure());
    } catch (error) {
      chat.problem = error.status === UNAUTHORIZED ? 'sign_in_needed' : 'unreachable';
      chat.changed();
    }
  }

  /** The page's own script may say only now who is there; nobody may chat as them before. */
  async #recognise() {
    await this.#chat.identity.appears();
    if (!this.#chat.identity.isKnown) this.#chat.signOut();
  }

  async #open() {
    const { current, reconnectable } = await this.#chat.session.open();
    if (reconnectable) this.#chat.previous = reconnectable;
    else if (current) this.#settle(current);
  }

  #arrived(answer, identityToken) {
    if (answer.outcome === 'reconnected') {
      this.#chat.session.keep(answer.session_token, identityToken);
      this.#chat.adopt(answer.snapshot);
      return null;
    }
    if (answer.redirect_url) leaveTo(answer.redirect_url);
    return answer.outcome === 'expired' ? 'link_expired' : 'link_ended';
  }

  #settle(snapshot) {
    const chat = this.#chat;
    if (!snapshot) chat.leave();
    else chat.adopt(snapshot);
  }
}

/** Whether the session of a refused call has to be replaced. */
export function isUnauthorized(error) {
  return error instanceof ApiError && error.status === UNAUTHORIZED;
}
