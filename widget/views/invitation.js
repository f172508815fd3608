/** A word beside the launcher; it goes away by itself. */

import { h } from '../dom.js';
import { button, iconButton } from './button.js';

// A minute: long enough to be read twice, not long enough to be in the way.
const SHOWN_FOR = 60_000;

export function invitationView(ui) {
  const node = h('div', { class: 'invitation-place', role: 'status' });
  let timer = null;

  /** Would they like to chat? */
  function invite({ message, accept }) {
    const yes = () => {
      hide();
      accept();
    };
    tell(message, button(ui.say('accept'), 'primary', yes));
  }

  function tell(message, ...buttons) {
    const text = h('p', { text: message, dir: 'auto' });
    const no = iconButton('close', ui.say('dismiss'), hide);
    const box = h('div', { class: 'invitation', role: 'group', 'aria-label': ui.say('invitation') });
    box.append(no, text, ...buttons);
    node.replaceChildren(box);
    clearTimeout(timer);
    timer = setTimeout(hide, SHOWN_FOR);
  }

  function hide() {
    clearTimeout(timer);
    node.replaceChildren();
  }

  return { node, invite, tell, hide };
}
