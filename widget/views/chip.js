/** Something to tap: an answer is said, a page or a number is opened. */

import { h } from '../dom.js';
import { link } from '../links.js';
import { button } from './button.js';

const LOOK = { class: 'button chip' };

/** `messageId`: where it was offered. */
export function chip(ui, messageId, { kind, text, url, phone, payload }) {
  if (kind === 'open_url') return link(url, text, LOOK);
  if (kind === 'dial') return h('a', { ...LOOK, href: `tel:${phone}`, text });
  return button(text, 'chip', () => tap(ui.chat, { text, tapped: { message_id: messageId, payload } }));
}

function tap(chat, what) {
  if (!chat.isOver) chat.say(what);
}
