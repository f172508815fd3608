/** One WebSocket from hello to its end. */

const PROTOCOL = 'holdfast.chat.v1';
const WELCOME_WITHIN = 10_000;
// As on the server: two heartbeats may be late, three are a dead line.
const SILENT_BEATS = 2.5;
const GONE = 1006;

export class Socket {
  #socket = null;
  #timer = null;
  #heardAt = 0;
  #finish = null;
  #welcomed = false;

  /** Resolves when it has ended: `{welcomed, code}`. */
  run({ url, token, cursor, onFrame }) {
    this.#onFrame = onFrame;
    return new Promise((resolve) => {
      this.#finish = (code) => this.#end(resolve, code);
      this.#socket = new WebSocket(url, PROTOCOL);
      this.#socket.onopen = () => this.#write({ type: 'hello', token, cursor });
      this.#socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
      this.#socket.onclose = (event) => this.#finish(event.code);
      this.#timer = setTimeout(() => this.#finish(GONE), WELCOME_WITHIN);
    });
  }

  #onFrame = () => {};

  /** Say whether it went onto the line. */
  send(frame) {
    const isOpen = this.#welcomed && this.#socket?.readyState === WebSocket.OPEN;
    if (isOpen) this.#write(frame);
    return isOpen;
  }

  /** Do not wait for the other side: the line may be dead. */
  close() {
    this.#finish?.(GONE);
  }

  #write(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  #hear(frame) {
    this.#heardAt = Date.now();
    if (frame.type === 'welcome') this.#welcome(frame);
    if (frame.type !== 'pong') this.#onFrame(frame);
  }

  #welcome(frame) {
    this.#welcomed = true;
    clearTimeout(this.#timer);
    const beat = frame.heartbeat_seconds * 1000;
    this.#timer = setInterval(() => this.#beat(beat), beat);
  }

  #beat(beat) {
    if (Date.now() - this.#heardAt > beat * SILENT_BEATS) this.close();
    else this.#write({ type: 'ping' });
  }

  #end(resolve, code) {
    clearInterval(this.#timer);
    clearTimeout(this.#timer);
    this.#socket.onclose = this.#socket.onmessage = this.#socket.onopen = null;
    this.#socket.close();
    this.#finish = null;
    resolve({ welcomed: this.#welcomed, code });
  }
}
