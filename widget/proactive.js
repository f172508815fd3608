/** Invitations that the shop set up: for who stays on a page for a while. */

const SHOWN = 'invited';

/** Once per visit, and never to somebody who already chats. */
export function watch(chat, startProactiveChat) {
  if (chat.tab.get(SHOWN) || !chat.widget.availability.open) return;
  for (const { text, after_seconds, page } of chat.widget.proactive) {
    if (page && !location.href.includes(page)) continue;
    setTimeout(() => invite(chat, startProactiveChat, text), after_seconds * 1000);
  }
}

function invite(chat, startProactiveChat, message) {
  if (chat.tab.get(SHOWN) || chat.isOpen || chat.conversation) return;
  chat.tab.set(SHOWN, true);
  startProactiveChat({ message });
}
