/** Where the customer writes: text, files by button, drop and paste. */

import { h, setText } from '../dom.js';
import { acceptable } from '../files.js';
import { iconButton } from './button.js';
import { chip } from './chip.js';

const LONGEST = 6_000;
const DRAFT = 'draft';

export function composerView(ui) {
  const { chat } = ui;
  const area = h('textarea', {
    rows: 1,
    placeholder: ui.say('placeholder'),
    'aria-label': ui.say('message'),
    'aria-describedby': 'composer-problem',
    'data-begin': '',
    enterKeyHint: 'send',
    on: { input: onInput, keydown: onKey, paste: onPaste },
  });
  const grow = h('div', { class: 'grow' }, area);
  const problem = h('p', { class: 'problem', id: 'composer-problem', role: 'alert' });
  const send = iconButton('send', ui.say('send'), null, { type: 'submit', class: 'icon-button send' });
  const picker = h('input', { type: 'file', multiple: true, hidden: true, on: { change: onPick } });
  const attach = iconButton('clip', ui.say('attach'), () => picker.click());
  const node = h(
    'form',
    { class: 'composer', on: { submit: onSubmit } },
    problem,
    h('div', { class: 'field-row' }, attach, grow, picker, send),
  );
  attach.hidden = !chat.widget.files.allowed;
  write(chat.tab.get(DRAFT) ?? '');

  function write(text) {
    area.value = text;
    // An empty field would fall back to left-to-right, and its placeholder with it.
    area.dir = text ? 'auto' : '';
    grow.dataset.value = text;
    send.disabled = !text.trim();
  }

  function onInput() {
    const excess = [...area.value.trim()].length - LONGEST;
    write(area.value);
    setText(problem, excess > 0 ? ui.say('too_long', { n: excess }) : '');
    send.disabled ||= excess > 0;
    chat.tab.set(DRAFT, area.value);
    chat.typing.changed(!area.value.trim());
  }

  /** Enter, except while a syllable of an input method is being put together. */
  function onKey(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    node.requestSubmit();
  }

  function onSubmit(event) {
    event.preventDefault();
    const text = area.value.trim();
    if (send.disabled || !text) return;
    if (!say({ text })) return;
    write('');
    chat.tab.remove(DRAFT);
    area.focus();
  }

  function say(what) {
    const added = chat.say(what);
    setText(problem, added ? '' : ui.say('too_many'));
    ui.toEnd();
    return added;
  }

  function onPaste(event) {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    sendFiles([...event.clipboardData.files]);
  }

  function onPick() {
    sendFiles([...picker.files]);
    picker.value = '';
    area.focus();
  }

  function sendFiles(files) {
    if (!chat.widget.files.allowed) return;
    const { good, complaints } = acceptable(files, chat.widget.files);
    good.forEach((file) => say({ file }));
    const told = complaints.map(({ why, name, bytes }) => ui.say(why, { name, size: ui.texts.size(bytes) }));
    setText(problem, told.join(' '));
  }

  return { node, sendFiles, update() {} };
}

/** Answers that the last message suggests, as buttons. */
export function suggestionsView(ui) {
  const node = h('div', { class: 'suggestions', role: 'group', 'aria-label': ui.say('suggestions') });
  let shown = '';

  function update() {
    const last = ui.chat.messages.list().at(-1);
    const offered = !last || last.author === 'customer' || ui.chat.isOver ? [] : (last.content.suggestions ?? []);
    node.hidden = !offered.length;
    if (shown === (shown = JSON.stringify([last?.message_id, offered]))) return;
    node.replaceChildren(...offered.map((each) => chip(ui, last.message_id, each)));
  }

  return { node, update };
}
