/** The messages of one chat: each once, in the order of their numbers. */

export class Messages {
  #byId = new Map();
  hasMore = false;

  /** Say whether it was new. A message that is known is replaced: its marks may have changed. */
  put(message) {
    const isNew = !this.#byId.has(message.message_id);
    this.#byId.set(message.message_id, message);
    return isNew;
  }

  /** Forget everything, start from this. */
  reset(messages, hasMore) {
    this.#byId = new Map(messages.map((message) => [message.message_id, message]));
    this.hasMore = hasMore;
  }

  /** A page of older ones. */
  addOlder(messages, hasMore) {
    for (const message of messages) if (!this.#byId.has(message.message_id)) this.put(message);
    this.hasMore = hasMore;
  }

  list() {
    return [...this.#byId.values()].sort((one, other) => one.seq - other.seq);
  }

  has(clientId) {
    return [...this.#byId.values()].some((message) => message.client_id === clientId);
  }

  get oldest() {
    return this.list()[0]?.seq ?? null;
  }

  /** The highest number of what somebody else said. */
  get newestFromOthers() {
    return Math.max(0, ...this.list().filter((each) => each.author !== 'customer').map((each) => each.seq));
  }

  countAfter(seq) {
    return this.list().filter((each) => each.seq > seq && isSpeech(each)).length;
  }
}

/** Somebody said it to the customer: worth a badge and a sound. */
export function isSpeech(message) {
  return message.author === 'agent' || message.author === 'bot';
}
