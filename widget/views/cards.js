/** The quiet panes: one thing said, and what can be done about it. */

import { h, setText } from '../dom.js';
import { icon } from '../icons.js';
import { button } from './button.js';

function card(drawing, title, text, ...buttons) {
  const words = h('div', { class: 'words' }, h('h3', { text: title }), h('p', { text }));
  const actions = buttons.length ? h('div', { class: 'actions' }, ...buttons) : null;
  buttons[0]?.setAttribute('data-begin', '');
  return h('div', { class: 'card' }, h('div', { class: 'seal' }, icon(drawing)), words, actions);
}

export function loadingView(ui) {
  const dots = h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'));
  return { node: h('div', { class: 'card', role: 'status', 'aria-label': ui.say('loading') }, dots), update() {} };
}

export function offlineView(ui) {
  const until = ui.chat.widget.availability.opens_at;
  const text = until ? ui.say('offline_until', { time: ui.texts.moment(until) }) : ui.say('offline');
  return { node: card('clock', ui.say('offline_title'), text), update() {} };
}

export function problemView(ui) {
  const again = button(ui.say('again'), 'primary', () => ui.chat.returning.enter());
  const node = card('offline', ui.say('problem_title'), ui.say(ui.chat.problem), again);
  const text = node.querySelector('p');
  return { node, update: () => setText(text, ui.say(ui.chat.problem)) };
}

/** Continue the chat before, or begin a new one. */
export function askView(ui) {
  const problem = h('p', { class: 'problem', role: 'alert' });
  const attempt = async (what) => {
    setText(problem, '');
    await what().catch(() => setText(problem, ui.say('failed')));
  };
  const go = button(ui.say('continue'), 'primary', () => attempt(() => ui.chat.continue()));
  const fresh = button(ui.say('new_chat'), 'secondary', () => attempt(() => ui.chat.beginAnew()));
  const node = card('chat', ui.say('ask_title'), ui.say('ask'), go, fresh);
  node.append(problem);
  return { node, update() {} };
}
