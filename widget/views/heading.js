/** The top of the panel: with whom one speaks, and what else can be done. */

import { h, setText } from '../dom.js';
import { icon } from '../icons.js';
import { iconButton } from './button.js';

export function headingView(ui) {
  const avatar = h('span', { class: 'avatar', 'aria-hidden': 'true' });
  const title = h('h2', { id: 'title' });
  const subtitle = h('p', { class: 'subtitle' });
  const menu = menuView(ui);
  const minimize = iconButton('down', ui.say('minimize'), ui.close);
  const who = h('div', { class: 'who' }, title, subtitle);
  const node = h('div', { class: 'head' }, avatar, who, menu.node, minimize);
  let initials = null;

  function update() {
    const { conversation, widget } = ui.chat;
    const agent = conversation?.agent_name ?? null;
    setText(title, agent ?? (widget.name || ui.say('title')));
    setText(subtitle, agent ? widget.name : ui.say('online'));
    subtitle.hidden = !agent && !widget.availability.open;
    if (initials !== (initials = agent ? initialsOf(agent) : '')) avatar.replaceChildren(initials || icon('chat'));
    menu.update();
  }

  return { node, update };
}

function initialsOf(name) {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => [...word][0] ?? '');
  return letters.join('').toUpperCase();
}

/** A button that opens a few others. */
function menuView(ui) {
  const items = [
    item(() => 'save', () => ui.say('download'), ui.download, (chat) => chat.conversation),
    item(() => 'mail', () => ui.say('email'), ui.email, (chat) => chat.mail.isOffered),
    item(() => (ui.isLoud() ? 'sound' : 'mute'), () => ui.say(ui.isLoud() ? 'sound_off' : 'sound_on'), ui.toggleSound, () => true),
    item(() => 'end', () => ui.say('end'), ui.end, mayEnd),
  ];
  const list = h('div', { class: 'menu', id: 'menu', hidden: true }, ...items.map((each) => each.node));
  const opener = iconButton('more', ui.say('menu'), () => open(list.hidden), { 'aria-expanded': 'false', 'aria-controls': 'menu' });
  const node = h('div', { class: 'menu-place', on: { keydown: onKey, focusout: onLeave, click: onClick } }, opener, list);

  function open(isOpen) {
    list.hidden = !isOpen;
    opener.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) list.querySelector('button:not([hidden])').focus();
  }

  function onKey(event) {
    if (event.key !== 'Escape' || list.hidden) return;
    event.stopPropagation();
    open(false);
    opener.focus();
  }

  function onLeave(event) {
    if (event.relatedTarget && !node.contains(event.relatedTarget)) open(false);
  }

  function onClick(event) {
    if (event.target.closest('.menu')) open(false);
  }

  return { node, update: () => items.forEach((each) => each.update(ui.chat)) };
}

function item(drawing, label, act, isOffered) {
  const words = h('span');
  const picture = h('span');
  const node = h('button', { type: 'button', class: 'menu-item', on: { click: act } }, picture, words);
  let drawn = null;
  return {
    node,
    update(chat) {
      setText(words, label());
      if (drawn !== (drawn = drawing())) picture.replaceChildren(icon(drawn));
      node.hidden = !isOffered(chat);
    },
  };
}

/** A chat that is kept for good is ended by its agent only. */
function mayEnd(chat) {
  return chat.conversation && !chat.isOver && !chat.conversation.persistent;
}
