/** The pages a customer visits during a chat: address and title, without query, which may hold secrets. */

const NAME = 'page';

export class Journey {
  #storage;

  /** `storage`: of this tab. */
  constructor(storage) {
    this.#storage = storage;
  }

  /** Where the customer is. */
  here() {
    return { url: location.origin + location.pathname, title: document.title.slice(0, 200) };
  }

  /** `tell(page)` unless this tab told the page before, in this chat. */
  visit(conversationId, tell) {
    const page = this.here();
    const told = this.#storage.get(NAME);
    if (told?.url === page.url && told.conversation_id === conversationId) return;
    this.#storage.set(NAME, { url: page.url, conversation_id: conversationId });
    tell(page);
  }

  /** Shops that never load a page anew change the address instead. */
  onMove(listener) {
    globalThis.navigation?.addEventListener('navigatesuccess', listener);
    window.addEventListener('popstate', listener);
  }
}
