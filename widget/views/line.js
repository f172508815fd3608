/** One line of the transcript. */

import { h } from '../dom.js';
import { icon } from '../icons.js';
import { button } from './button.js';
import { contentNodes, fileCard } from './content.js';

const DRAWINGS = { sending: 'sending', sent: 'sent', delivered: 'delivered', read: 'delivered', failed: 'alert', not_sent: 'alert' };

/** An `<li>`. */
export function lineNode(ui, line) {
  if (line.kind === 'day') return h('li', { class: 'day' }, h('span', { text: ui.texts.day(line.at) }));
  if (line.author === 'system') return h('li', { class: 'system' }, ...contentNodes(ui, line.content, line.key));
  return messageNode(ui, line);
}

function messageNode(ui, line) {
  const isOwn = line.author === 'customer';
  const classes = ['line', isOwn ? 'own' : 'other', line.isFirst && 'first', line.isLast && 'last', line.mark];
  return h(
    'li',
    { class: classes.filter(Boolean).join(' ') },
    speaker(ui, line, isOwn),
    h('div', { class: 'bubble' }, ...body(ui, line)),
    line.isLast || line.entry?.failure ? foot(ui, line, isOwn) : null,
  );
}

/** Shown once; for those who listen, said with each message. */
function speaker(ui, line, isOwn) {
  const name = isOwn ? ui.say('you') : line.name || ui.say('agent');
  return h('span', { class: isOwn || !line.isFirst ? 'sr' : 'speaker', text: name });
}

function body(ui, { key, content }) {
  if (content.kind !== 'upload') return contentNodes(ui, content, key);
  return [h('span', { class: 'file' }, ...fileCard(ui, content.file.name, content.size))];
}

function foot(ui, line, isOwn) {
  const time = h('time', { dateTime: line.at, text: ui.texts.time(line.at) });
  if (line.entry?.failure) return failure(ui, line.entry);
  return h('span', { class: 'foot' }, time, isOwn ? mark(ui, line.mark) : null);
}

function mark(ui, status) {
  const name = ui.say(status === 'failed' ? 'not_sent' : status);
  return h('span', { class: `mark ${status}` }, icon(DRAWINGS[status]), h('span', { class: 'sr', text: name }));
}

function failure(ui, entry) {
  const retry = button(ui.say('retry'), 'link', () => ui.chat.retry(entry));
  const discard = button(ui.say('discard'), 'link', () => ui.chat.outbox.remove(entry));
  retry.disabled = ui.chat.isOver;
  return h('span', { class: 'foot failure' }, icon('alert'), h('span', { text: ui.say('not_sent') }), retry, discard);
}
