/** `window.Holdfast`: what a shop's own scripts may do. docs/live-chat.md tells how. */

import { choose, Texts } from './texts.js';

const EVENTS = ['ready', 'opened', 'closed', 'message', 'ended', 'reconnected'];

/** Works at once; what needs the widget waits until it is there. */
export function publicApi({ chat, element, ready }) {
  return Object.freeze({
    open: () => ready.then(() => element.open()),
    close: () => ready.then(() => element.close()),
    setContext: (values) => chat.context.set(values),
    setLocale: (locale) => ready.then(() => setLocale(chat, element, locale)),
    authenticate: (callback) => authenticate(chat, ready, callback),
    signOut: () => ready.then(() => chat.signOut()),
    emailTranscript: (callback) => chat.mail.use(checked('emailTranscript', callback, 'sends it')),
    startProactiveChat: (options) => ready.then(() => startProactiveChat(chat, element, options)),
    on: (event, listener) => chat.on(known(event), listener),
    off: (event, listener) => chat.off(known(event), listener),
  });
}

export async function setLocale(chat, element, ...wanted) {
  const texts = await Texts.load(choose(wanted));
  chat.locale = texts.language;
  element.furnish(chat, texts);
}

/** From now on the shop vouches for the customer; a chat of theirs is taken up. */
function authenticate(chat, ready, callback) {
  chat.identity.use(checked('authenticate', callback, 'returns a token'));
  return ready.then(() => chat.returning.identify());
}

function startProactiveChat(chat, element, { message, showPreChat = true } = {}) {
  chat.context.set({ proactive_message: message });
  const accept = () => {
    chat.isBegun ||= !showPreChat && !chat.widget.pre_chat.some((question) => question.required);
    element.open();
  };
  element.invite({ message, accept });
}

function checked(call, callback, purpose) {
  if (typeof callback === 'function') return callback;
  throw new TypeError(`${call}: give a function that ${purpose}`);
}

function known(event) {
  if (EVENTS.includes(event)) return event;
  throw new RangeError(`no such event: ${event}; there are ${EVENTS.join(', ')}`);
}
