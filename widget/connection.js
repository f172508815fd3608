/** The line to the server: kept up for as long as it is wanted, resumed where it broke. */

import { delay, pause } from './backoff.js';
import { Emitter } from './emitter.js';
import { Poll } from './poll.js';
import { Socket } from './socket.js';

const TOKEN_NOT_VALID = 4401;
const ORIGIN_NOT_ALLOWED = 4403;
const TRY_LATER = 1013;
/** An admin may allow the page again, and the session is as good as before. */
const NOT_SOON = [TRY_LATER, ORIGIN_NOT_ALLOWED];
// Two sockets that never opened: something in between does not let them through.
const SOCKETS_BEFORE_POLLING = 2;
const POLLING_FOR = 120_000;
// What is said while a chat closes comes within seconds, also when it has to be sent a second time.
const LINGERS = 30_000;

/** Tells `frame` (what came), `state` (idle, connecting, online, lost) and `refused` (a close code). */
export class Connection extends Emitter {
  state = 'idle';
  #api;
  #cursor = null;
  #line = null;
  #turn = 0;
  #deadSockets = 0;
  #farewell = null;
  #wake = () => {};

  constructor(api) {
    super();
    this.#api = api;
    window.addEventListener('online', () => this.#wake());
    window.addEventListener('offline', () => this.#cut());
    document.addEventListener('visibilitychange', () => document.hidden || this.#wake());
  }

  start(cursor) {
    this.stop();
    this.#cursor = cursor;
    this.#become('connecting');
    this.#keepUp(this.#turn);
  }

  /** The chat is over, but the last words of it may still be on their way. */
  stopSoon() {
    this.#farewell ??= setTimeout(() => this.stop(), LINGERS);
  }

  stop() {
    clearTimeout(this.#farewell);
    this.#farewell = null;
    this.#turn += 1;
    this.#line?.close();
    this.#wake();
    this.#become('idle');
  }

  /** Say whether it could be told at once. */
  send(frame) {
    return this.#line?.send(frame) ?? false;
  }

  async #keepUp(turn) {
    for (let failures = 0; turn === this.#turn; ) {
      const { welcomed, code } = await this.#once(turn);
      if (turn !== this.#turn) return;
      if (code === TOKEN_NOT_VALID) return this.#refused(code);
      failures = welcomed ? 0 : failures + 1;
      if (failures || !navigator.onLine) this.#become('lost');
      await pause(delay(NOT_SOON.includes(code) ? failures + 3 : failures), (wake) => (this.#wake = wake));
    }
  }

  async #once(turn) {
    const onFrame = (frame) => turn === this.#turn && this.#take(frame);
    const common = { cursor: this.#cursor, onFrame };
    if (this.#deadSockets >= SOCKETS_BEFORE_POLLING) return this.#poll(common);
    this.#line = new Socket();
    const end = await this.#line.run({ ...common, url: this.#api.socketUrl, token: this.#api.token });
    this.#deadSockets = end.welcomed || !navigator.onLine ? 0 : this.#deadSockets + 1;
    return end;
  }

  /** For a while; then a socket may try again. */
  async #poll(common) {
    this.#line = new Poll();
    const end = await this.#line.run({ ...common, api: this.#api, until: Date.now() + POLLING_FOR });
    if (end.welcomed) this.#deadSockets = SOCKETS_BEFORE_POLLING - 1;
    else this.#deadSockets = 0;
    return end;
  }

  #take(frame) {
    this.#cursor = frame.cursor ?? frame.snapshot?.cursor ?? this.#cursor;
    if (frame.type === 'welcome') this.#become('online');
    else this.emit('frame', frame);
  }

  #cut() {
    if (this.state === 'idle') return;
    this.#become('lost');
    this.#line?.close();
  }

  #refused(code) {
    this.stop();
    this.emit('refused', code);
  }

  #become(state) {
    if (state === this.state) return;
    const before = this.state;
    this.state = state;
    this.emit('state', { state, before });
  }
}
