/** The messages, kept at their end while the customer is there. */

import { h, setText, show } from '../dom.js';
import { icon } from '../icons.js';
import { button } from './button.js';
import { lineNode } from './line.js';
import { linesOf } from './lines.js';

const NEAR = 40;

export function transcriptView(ui) {
  const list = h('ol', { class: 'lines' });
  const welcome = h('div', { class: 'welcome' }, h('h3', { text: ui.say('welcome') }), h('p', { text: ui.say('welcome_more') }));
  const older = button(ui.say('older'), 'quiet', showOlder);
  const typing = h('p', { class: 'typing', role: 'status' });
  const log = h('div', { class: 'log', role: 'log', tabIndex: 0, 'aria-label': ui.say('messages') }, older, welcome, list);
  const scroller = h('div', { class: 'scroller', on: { scroll: onScroll } }, log, typing);
  const latest = h('button', { type: 'button', class: 'latest', on: { click: toEnd } }, icon('down'), ui.say('latest'));
  const node = h('div', { class: 'transcript' }, scroller, latest);
  const known = new Map();
  // Pictures that arrive and a composer that grows push the end out of sight.
  const watcher = new ResizeObserver(() => ui.chat.isAtEnd && toEnd());
  [scroller, log].forEach((each) => watcher.observe(each));

  async function showOlder() {
    const height = scroller.scrollHeight;
    await ui.chat.showOlder().catch(() => {});
    scroller.scrollTop += scroller.scrollHeight - height;
  }

  function onScroll() {
    ui.chat.isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    latest.hidden = ui.chat.isAtEnd;
    ui.chat.markRead();
  }

  function toEnd() {
    scroller.scrollTop = scroller.scrollHeight;
    ui.chat.isAtEnd = true;
    latest.hidden = true;
    ui.chat.markRead();
  }

  function update() {
    const wasAtEnd = ui.chat.isAtEnd;
    const lines = linesOf(ui.chat);
    arrange(list, known, lines, (line) => lineNode(ui, line));
    welcome.hidden = lines.length > 0;
    older.hidden = !ui.chat.messages.hasMore;
    showTyping(ui, typing);
    if (wasAtEnd) toEnd();
    else latest.hidden = false;
  }

  return { node, update, toEnd };
}

/** Only what changed is touched: whoever listens hears new messages, not all of them. */
function arrange(list, known, lines, draw) {
  const keys = new Set(lines.map((line) => line.key));
  for (const key of known.keys()) if (!keys.has(key)) forget(known, key);
  lines.forEach((line, index) => {
    const node = nodeOf(known, line, draw);
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
}

function forget(known, key) {
  known.get(key).node.remove();
  known.delete(key);
}

function nodeOf(known, line, draw) {
  const shape = JSON.stringify(line);
  const before = known.get(line.key);
  if (before?.shape === shape) return before.node;
  const node = draw(line);
  before?.node.replaceWith(node);
  known.set(line.key, { node, shape });
  return node;
}

function showTyping(ui, typing) {
  const { typist } = ui.chat;
  typing.classList.toggle('on', typist !== null);
  if (typist === null) return show(typing, null);
  const text = typist ? ui.say('typing', { name: typist }) : ui.say('typing_someone');
  if (!typing.firstChild) typing.append(h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')), h('span'));
  setText(typing.lastChild, text);
}
