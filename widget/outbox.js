/** What the customer said and the server has not confirmed: kept over reloads, sent in order, once. */

import { ApiError } from './api.js';
import { delay, pause } from './backoff.js';
import { Emitter } from './emitter.js';
import { newId } from './ids.js';

const LIMIT = 200;
const PREFIX = 'out:';

/** Each text has a key of its own in the storage, so that no tab overwrites what another adds. */
export class Outbox extends Emitter {
  #storage;
  #deliver;
  #lock;
  #files = new Map();
  #isRunning = false;
  #wake = () => {};

  /** `deliver(entry)` resolves when the server has it. */
  constructor({ storage, deliver, lock }) {
    super();
    this.#storage = storage;
    this.#deliver = deliver;
    this.#lock = lock;
    storage.onChange(PREFIX, () => this.emit('change'));
    window.addEventListener('online', () => this.#wake());
  }

  /** `what`: `{text}`, or `{file}`, which lives only as long as this page. False: it is full. */
  add(conversationId, what) {
    const waiting = this.list();
    if (waiting.length >= LIMIT) return false;
    // After everything that waits, although a clock may stand still for a moment, or be put back.
    const at = Math.max(Date.now(), (waiting.at(-1)?.at ?? 0) + 1);
    this.#save({ client_id: newId(), conversation_id: conversationId, at, ...what });
    this.run();
    return true;
  }

  list() {
    const texts = this.#storage.names(PREFIX).map((name) => this.#storage.get(name));
    return [...texts, ...this.#files.values()].filter(Boolean).sort((one, other) => one.at - other.at);
  }

  get hasFiles() {
    return this.#files.size > 0;
  }

  /** Say it again, in this conversation. */
  retry(entry, conversationId) {
    this.#save({ ...entry, failure: null, conversation_id: conversationId });
    this.run();
  }

  remove(entry) {
    this.#files.delete(entry.client_id);
    this.#storage.remove(nameOf(entry));
    this.emit('change');
  }

  clear() {
    for (const entry of this.list()) this.remove(entry);
  }

  /** Send what waits; one tab at a time does. */
  async run() {
    this.#wake();
    if (this.#isRunning) return;
    this.#isRunning = true;
    await oneAtATime(this.#lock, () => this.#drain());
    this.#isRunning = false;
  }

  async #drain() {
    for (let failures = 0, entry = this.#next(); entry; entry = this.#next()) {
      try {
        await this.#deliver(entry, (changes) => this.#save({ ...entry, ...changes }));
        this.remove(entry);
        failures = 0;
      } catch (error) {
        await this.#refused(entry, error, failures);
        failures += 1;
      }
    }
  }

  #next() {
    return this.list().find((entry) => !entry.failure);
  }

  async #refused(entry, error, failures) {
    if (!(error instanceof ApiError)) console.error('holdfast:', error);
    if (!(error instanceof ApiError) || !error.isTransient) return this.#save({ ...entry, failure: error.code ?? 'refused' });
    const wait = error.retryAfter ? error.retryAfter * 1000 : delay(failures);
    await pause(wait, (wake) => (this.#wake = wake));
  }

  #save(entry) {
    if (entry.file) this.#files.set(entry.client_id, entry);
    else this.#storage.set(nameOf(entry), entry);
    this.emit('change');
  }
}

function nameOf(entry) {
  return PREFIX + entry.client_id;
}

/** Without locks (a page without TLS) two tabs may both send; the server keeps one of each. */
function oneAtATime(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}
