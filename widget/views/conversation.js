/** The chat itself: what was said, what is going on, and where one writes. */

import { h, setText, show } from '../dom.js';
import { icon } from '../icons.js';
import { button } from './button.js';
import { composerView, suggestionsView } from './composer.js';
import { transcriptView } from './transcript.js';

const MINUTE = 60;

export function conversationView(ui) {
  const transcript = transcriptView(ui);
  const parts = { ...ui, toEnd: transcript.toEnd };
  const queue = h('p', { class: 'queue', role: 'status' });
  const suggestions = suggestionsView(parts);
  const composer = composerView(parts);
  const over = overView(ui);
  const bottom = h('div', { class: 'bottom' });
  const drop = h('div', { class: 'drop', 'aria-hidden': 'true' }, icon('clip'), h('span', { text: ui.say('drop') }));
  const node = h('div', { class: 'conversation' }, queue, transcript.node, suggestions.node, bottom, drop);
  takeDrops(node, ui, composer.sendFiles);

  function update() {
    setText(queue, queueText(ui));
    transcript.update();
    suggestions.update();
    over.update();
    show(bottom, ui.chat.isOver ? over.node : composer.node);
  }

  return { node, update };
}

/** Files may be dropped anywhere on the conversation. */
function takeDrops(node, ui, sendFiles) {
  const isTaken = (event) => ui.chat.widget.files.allowed && !ui.chat.isOver && event.dataTransfer.types.includes('Files');
  node.addEventListener('dragover', (event) => {
    if (!isTaken(event)) return;
    event.preventDefault();
    node.classList.add('dragging');
  });
  node.addEventListener('dragleave', (event) => node.contains(event.relatedTarget) || node.classList.remove('dragging'));
  node.addEventListener('drop', (event) => {
    node.classList.remove('dragging');
    if (!isTaken(event)) return;
    event.preventDefault();
    sendFiles([...event.dataTransfer.files]);
  });
}

function queueText(ui) {
  const { conversation } = ui.chat;
  if (conversation?.state !== 'open') return '';
  const { queue_position: position, average_wait_seconds: wait } = conversation;
  const place = position === null ? ui.say('waiting') : position > 1 ? ui.say('ahead', { n: position - 1 }) : ui.say('next');
  return wait > MINUTE ? `${place} · ${ui.say('wait', { n: Math.round(wait / MINUTE) })}` : place;
}

/** In place of the composer, when nothing more can be said. */
function overView(ui) {
  const reason = h('p', { role: 'status' });
  const rate = button(ui.say('survey'), 'secondary', () => ui.chat.rate());
  const again = button(ui.say('new_chat'), 'primary', () => ui.chat.startOver(), { 'data-begin': '' });
  const node = h('div', { class: 'over' }, reason, h('div', { class: 'actions' }, again, rate));

  function update() {
    if (!ui.chat.isOver) return;
    setText(reason, overText(ui));
    rate.hidden = !ui.chat.widget.post_chat.length || ui.chat.isRated;
  }

  return { node, update };
}

function overText(ui) {
  const { ended_reason: reason, agent_name: agent } = ui.chat.conversation;
  const thanks = ui.chat.isRated && ui.chat.widget.post_chat.length ? ` ${ui.say('survey_thanks')}` : '';
  const name = `over_${reason}`;
  return ui.say(ui.texts.has(name) ? name : 'over', { name: agent ?? ui.say('agent') }) + thanks;
}
