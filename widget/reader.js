/** How far the customer has read, remembered for all tabs. */

const NAME = 'read';

export class Reader {
  #storage;

  constructor(storage) {
    this.#storage = storage;
  }

  /** The number of the last message seen in this chat. */
  seen(conversationId) {
    const kept = this.#storage.get(NAME);
    return kept?.conversation_id === conversationId ? kept.seq : 0;
  }

  /** Say whether that is further than before. */
  mark(conversationId, seq) {
    if (seq <= this.seen(conversationId)) return false;
    this.#storage.set(NAME, { conversation_id: conversationId, seq });
    return true;
  }

  onChange(listener) {
    this.#storage.onChange(NAME, listener);
  }
}
