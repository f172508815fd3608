/** One customer's chat: what is known of it, and everything that can be done with it. */

import { Api } from './api.js';
import { Connection } from './connection.js';
import { Context } from './context.js';
import { deliver } from './delivery.js';
import { Emitter } from './emitter.js';
import { Identity } from './identity.js';
import { Journey } from './journey.js';
import { Outbox } from './outbox.js';
import { isOver } from './panes.js';
import { Reader } from './reader.js';
import { Returning } from './returning.js';
import { Session } from './session.js';
import { isSpeech, Messages } from './store.js';
import { Storage } from './storage.js';
import { TranscriptMail } from './transcript_mail.js';
import { Typing } from './typing.js';

const CHAT = 'chat';
const RATED = 'rated';
// An agent's browser tells every few seconds; one that went away tells nothing more.
const TYPING_LASTS = 8_000;

/** Tells `change` after anything; and `message`, `ended` and `reconnected`. */
export class Chat extends Emitter {
  widget = null;
  conversation = null;
  /** A chat that may be continued, if the customer wants. */
  previous = null;
  /** The name of the text that says what went wrong. */
  problem = null;
  /** The name of a text that stays until a chat begins. */
  news = null;
  typist = null;
  isOpen = false;
  isAtEnd = true;
  /** Something is asked of the server that decides what the customer sees. */
  isBusy = false;
  isBegun = false;
  isAskedToRate = false;
  /** Where the transcript shall go. */
  isAskedForAddress = false;
  /** The next chat ends the one before. */
  isReplacing = false;
  locale = null;
  #typistTimer = null;

  constructor({ base, widgetId }) {
    super();
    this.widgetId = widgetId;
    this.local = new Storage(widgetId, 'localStorage');
    this.tab = new Storage(widgetId, 'sessionStorage');
    this.api = new Api(base);
    this.identity = new Identity();
    this.context = new Context();
    this.messages = new Messages();
    this.reader = new Reader(this.local);
    this.journey = new Journey(this.tab);
    this.session = new Session({ ...this, storage: this.local });
    this.connection = new Connection(this.api);
    this.outbox = new Outbox({
      storage: this.local,
      deliver: (entry, stamp) => deliver(this, entry, stamp),
      lock: `holdfast:${widgetId}`,
    });
    this.typing = new Typing((isTyping) => this.#tellTyping(isTyping));
    this.returning = new Returning(this);
    this.mail = new TranscriptMail(this);
    this.#listen();
  }

  get isOver() {
    return this.conversation !== null && isOver(this.conversation);
  }

  get unread() {
    if (!this.conversation) return 0;
    return this.messages.countAfter(this.reader.seen(this.conversation.conversation_id));
  }

  get isRated() {
    return this.local.get(RATED) === this.conversation?.conversation_id;
  }

  async load() {
    this.widget = await this.api.widget(this.widgetId);
  }

  /** Begin a chat, with the answers to the form where there is one. */
  async begin(answers = {}, startNew = this.isReplacing) {
    await this.returning.ensure();
    const snapshot = await this.api.begin({
      locale: this.locale,
      context: this.context.values,
      pre_chat: answers,
      page: this.journey.here(),
      start_new: startNew,
    });
    this.journey.visit(snapshot.conversation.conversation_id, () => {});
    this.adopt(snapshot);
  }

  /** A new chat, although there is one that could be continued. */
  beginAnew() {
    if (this.widget.pre_chat.length === 0) return this.begin({}, true);
    this.isReplacing = true;
    this.startOver();
    return Promise.resolve();
  }

  /** Go on with the chat that was there before. */
  async continue() {
    this.adopt(await this.api.continue(this.previous.conversation_id));
  }

  async end() {
    this.#become(await this.api.end(this.conversation.conversation_id));
    this.rate();
  }

  /** Say whether there was room for it. */
  say(what) {
    const added = this.outbox.add(this.conversation?.conversation_id ?? null, what);
    this.typing.stop();
    return added;
  }

  retry(entry) {
    this.outbox.retry(entry, this.conversation?.conversation_id ?? null);
  }

  /** Put a chat that is over aside, or the one before, and be ready for a new one. */
  startOver() {
    this.previous = null;
    this.problem = null;
    this.leave();
  }

  /** Ask how it was, if the shop wants to know and the customer was not asked before. */
  rate() {
    this.isAskedToRate = this.widget.post_chat.length > 0 && !this.isRated;
    this.changed();
  }

  async answerSurvey(answers) {
    await this.api.survey(this.conversation.conversation_id, answers);
    this.local.set(RATED, this.conversation.conversation_id);
    this.isAskedToRate = false;
    this.changed();
  }

  askForAddress(isAsked) {
    this.isAskedForAddress = isAsked;
    this.changed();
  }

  skipSurvey() {
    this.isAskedToRate = false;
    this.changed();
  }

  async showOlder() {
    const page = await this.api.older(this.conversation.conversation_id, this.messages.oldest);
    this.messages.addOlder(page.messages, page.has_more);
    this.changed();
  }

  /** Somebody looks at the end of the transcript: all of it is read. */
  markRead() {
    const isLooking = this.isOpen && this.isAtEnd && document.visibilityState === 'visible';
    const id = this.conversation?.conversation_id;
    const seq = this.messages.newestFromOthers;
    if (!isLooking || !id || !this.reader.mark(id, seq)) return;
    if (!this.connection.send({ type: 'read', seq })) this.api.read(id, seq).catch(() => {});
    this.changed();
  }

  /** Nobody at this browser is this customer any more. */
  signOut() {
    this.session.forget();
    this.outbox.clear();
    this.startOver();
  }

  changed() {
    this.emit('change');
  }

  #listen() {
    this.connection.on('frame', (frame) => this.#take(frame));
    this.connection.on('state', ({ state, before }) => this.#connected(state, before));
    this.connection.on('refused', () => this.returning.renew().catch(() => this.changed()));
    this.outbox.on('change', () => this.changed());
    this.reader.onChange(() => this.changed());
    this.local.onChange(CHAT, () => this.returning.follow(this.local.get(CHAT)));
    this.session.onChange(() => this.session.follow());
    this.journey.onMove(() => this.#visit());
    document.addEventListener('visibilitychange', () => this.markRead());
  }

  /** This is the chat from now on. */
  adopt(snapshot) {
    this.previous = null;
    this.problem = null;
    this.news = null;
    this.isReplacing = false;
    this.connection.start(snapshot.cursor);
    this.#restart(snapshot);
    this.local.set(CHAT, snapshot.conversation.conversation_id);
    this.#visit();
  }

  #restart(snapshot) {
    this.messages.reset(snapshot.messages, snapshot.has_more);
    this.isBegun = true;
    this.#become(snapshot.conversation);
  }

  /** There is no chat any more. */
  leave() {
    this.conversation = null;
    this.isBegun = false;
    this.isAskedToRate = false;
    this.isAskedForAddress = false;
    this.messages.reset([], false);
    this.connection.stop();
    this.local.remove(CHAT);
    this.changed();
  }

  #become(conversation) {
    const wasOver = this.isOver;
    const isTheSame = this.conversation?.conversation_id === conversation.conversation_id;
    this.conversation = conversation;
    if (conversation.state === 'closed') this.connection.stopSoon();
    if (this.isOver && !wasOver && isTheSame) this.emit('ended', { reason: conversation.ended_reason });
    this.changed();
  }

  /** A message, new or changed. */
  keep(message) {
    const isNew = this.messages.put(message);
    if (isNew && isSpeech(message)) this.#heard(message);
    this.changed();
  }

  #heard(message) {
    this.#setTypist(null);
    this.emit('message', message);
    this.markRead();
  }

  #take(frame) {
    if (frame.type === 'message') this.keep(frame.message);
    if (frame.type === 'conversation') this.#become(frame.conversation);
    if (frame.type === 'typing') this.#setTypist(frame.is_typing ? (frame.name ?? '') : null);
    if (frame.type === 'reset') this.#restart(frame.snapshot);
  }

  #connected(state, before) {
    if (state === 'online') this.outbox.run();
    if (state === 'online' && before === 'lost') this.emit('reconnected');
    if (state !== 'online') this.#setTypist(null);
    this.changed();
  }

  #setTypist(name) {
    clearTimeout(this.#typistTimer);
    if (name !== null) this.#typistTimer = setTimeout(() => this.#setTypist(null), TYPING_LASTS);
    if (name === this.typist) return;
    this.typist = name;
    this.changed();
  }

  #tellTyping(isTyping) {
    if (!this.conversation || this.isOver) return;
    const frame = { type: 'typing', is_typing: isTyping };
    if (!this.connection.send(frame)) this.api.typing(this.conversation.conversation_id, isTyping).catch(() => {});
  }

  #visit() {
    const id = this.conversation?.conversation_id;
    if (id && !this.isOver) this.journey.visit(id, (page) => this.api.visit(id, page).catch(() => {}));
  }
}
