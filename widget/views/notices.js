/** Short news above the conversation: the line is cut, it is back, something did not work. */

import { h, setText } from '../dom.js';

const SHOWN_FOR = 4_000;

export function noticesView(ui) {
  const node = h('p', { class: 'notice', role: 'status' });
  let passing = null;
  let timer = null;

  /** Say something for a few seconds. `look`: good or bad. */
  function tell(text, look) {
    passing = { text, look };
    clearTimeout(timer);
    timer = setTimeout(() => {
      passing = null;
      update();
    }, SHOWN_FOR);
    update();
  }

  function update() {
    const isLost = ui.chat.conversation && !ui.chat.isOver && ui.chat.connection.state === 'lost';
    const shown = isLost ? { text: ui.say('lost'), look: 'bad' } : (passing ?? standing(ui));
    setText(node, shown.text);
    node.className = `notice ${shown.look}`;
  }

  return { node, update, tell };
}

function standing(ui) {
  return ui.chat.news ? { text: ui.say(ui.chat.news), look: 'plain' } : { text: '', look: '' };
}
