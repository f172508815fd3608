/** The round button in the corner, with the number of messages not read. */

import { h, setText } from '../dom.js';
import { icon } from '../icons.js';

const MOST_SHOWN = 99;

export function launcherView(ui) {
  const badge = h('span', { class: 'badge', 'aria-hidden': 'true' });
  const drawings = h('span', { class: 'drawings' }, icon('chat'), icon('down'));
  const node = h('button', { class: 'launcher', type: 'button', on: { click: ui.toggle } }, drawings, badge);
  node.setAttribute('aria-haspopup', 'dialog');

  function update() {
    const { unread, isOpen } = ui.chat;
    setText(badge, unread > MOST_SHOWN ? `${MOST_SHOWN}+` : String(unread));
    badge.hidden = unread === 0 || isOpen;
    node.setAttribute('aria-expanded', String(isOpen));
    node.setAttribute('aria-label', nameOf(ui, unread, isOpen));
  }

  return { node, update };
}

function nameOf(ui, unread, isOpen) {
  if (isOpen) return ui.say('minimize');
  return unread ? ui.say('open_unread', { n: unread }) : ui.say('open');
}
