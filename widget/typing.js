/** Tells that the customer types, not more often than somebody could notice. */

const AT_MOST_EVERY = 4_000;
const IDLE_AFTER = 6_000;

export class Typing {
  #tell;
  #toldAt = 0;
  #timer = null;

  /** `tell(isTyping)`. */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Something changed in the field, which now is empty or not. */
  changed(isEmpty) {
    if (isEmpty) return this.stop();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.stop(), IDLE_AFTER);
    if (Date.now() - this.#toldAt < AT_MOST_EVERY) return;
    this.#toldAt = Date.now();
    this.#tell(true);
  }

  stop() {
    clearTimeout(this.#timer);
    if (this.#toldAt) this.#tell(false);
    this.#toldAt = 0;
  }
}
