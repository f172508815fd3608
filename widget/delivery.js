/** One entry of the outbox on its way to the server. */

import { ApiError } from './api.js';
import { isUnauthorized } from './returning.js';

const LOST_SESSION = 401;

/** Resolves when the server has it. `stamp(changes)` keeps what must survive a reload. */
export async function deliver(chat, entry, stamp) {
  await chat.returning.ensure();
  if (!chat.conversation && !entry.conversation_id) await chat.begin();
  const id = entry.conversation_id ?? chat.conversation.conversation_id;
  if (!entry.conversation_id) stamp({ conversation_id: id });
  try {
    chat.keep(await post(chat.api, id, entry));
  } catch (error) {
    if (!isUnauthorized(error)) throw error;
    await chat.returning.renew();
    throw new ApiError(chat.conversation?.conversation_id === id ? 0 : LOST_SESSION);
  }
}

function post(api, id, { client_id, text, file, tapped }) {
  if (tapped) return api.choose(id, { client_id, ...tapped });
  return file ? api.upload(id, client_id, file) : api.say(id, { client_id, text });
}
