/** Which pane the customer sees, from what is known. No document, no clock. */

const OVER = ['wrap_up', 'closed'];

/** Nothing more can be said in it. */
export function isOver(conversation) {
  return OVER.includes(conversation.state) && !conversation.can_write;
}

/** One of: loading, problem, ask, address, survey, conversation, offline, form. */
export function paneOf(chat) {
  if (chat.conversation) return paneOfOne(chat);
  if (chat.isBusy) return 'loading';
  if (chat.problem) return 'problem';
  if (chat.previous) return 'ask';
  if (!chat.widget.availability.open) return 'offline';
  if (chat.widget.pre_chat.length && !chat.isBegun) return 'form';
  return 'conversation';
}

function paneOfOne({ isAskedForAddress, isAskedToRate }) {
  if (isAskedForAddress) return 'address';
  return isAskedToRate ? 'survey' : 'conversation';
}
