/** The transcript by e-mail: the shop sends it, for it knows its customers and has a mail server. */

import { within } from './backoff.js';

const ANSWER_WITHIN = 30_000;

export class TranscriptMail {
  #chat;
  #callback = null;

  constructor(chat) {
    this.#chat = chat;
  }

  get isOffered() {
    return this.#callback !== null && this.#chat.conversation !== null;
  }

  /** `callback` sends it, or promises to; what it throws is shown as a failure. */
  use(callback) {
    this.#callback = callback;
    this.#chat.changed();
  }

  /** `email`: what the customer typed; null where the shop knows who is signed in. */
  async send(email = null) {
    const { api, conversation } = this.#chat;
    const conversationId = conversation.conversation_id;
    const html = await (await api.transcript(conversationId)).text();
    const sent = Promise.resolve(this.#callback({ conversationId, email, html }));
    await within(ANSWER_WITHIN, sent, 'emailTranscript: the callback did not end within 30 seconds');
  }
}
