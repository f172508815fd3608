/** What a message says, whatever it is made of. */

import { h } from '../dom.js';
import { icon } from '../icons.js';
import { isOfTheWeb, linked } from '../links.js';
import { chip } from './chip.js';

const SHOWN = {
  text: (ui, content) => [words(content.text)],
  choice: (ui, content) => [words(content.text)],
  template: (ui, content) => [words(content.text)],
  media: (ui, content) => [...content.items.map((item) => file(ui, item)), words(content.caption)],
  cards: (ui, content, messageId) => content.cards.map((each) => card(ui, each, messageId)),
  location: (ui, content) => [place(ui, content)],
  erased: (ui) => [aside(ui.say('erased'))],
};

/** Nodes for it; what no one here knows is said to be so. */
export function contentNodes(ui, content, messageId = null) {
  const shown = SHOWN[content.kind]?.(ui, content, messageId) ?? [aside(content.text || ui.say('unsupported'))];
  return shown.filter(Boolean);
}

function words(text) {
  return text ? h('p', { class: 'words', dir: 'auto' }, ...linked(text)) : null;
}

function aside(text) {
  return h('p', { class: 'aside', text });
}

function card(ui, { image, title, text, suggestions = [] }, messageId) {
  const taps = suggestions.map((each) => chip(ui, messageId, each));
  return h(
    'div',
    { class: 'shown-card' },
    image ? file(ui, image) : null,
    title ? h('p', { class: 'words title', dir: 'auto', text: title }) : null,
    words(text),
    taps.length ? h('div', { class: 'taps' }, ...taps) : null,
  );
}

function place(ui, { label, address, latitude, longitude }) {
  const name = [label, address].filter(Boolean).join(', ') || `${latitude}, ${longitude}`;
  return h('p', { class: 'words place', dir: 'auto' }, icon('pin'), `${ui.say('location')}: ${name}`);
}

function file(ui, item) {
  const url = item.url ? ui.chat.api.resolve(item.url) : null;
  if (!url || !isOfTheWeb(url)) return aside(ui.say(item.state === 'pending' ? 'file_pending' : 'file_missing'));
  const name = item.file_name || ui.say('file');
  const props = { href: url, target: '_blank', rel: 'noopener noreferrer' };
  props['aria-label'] = ui.say('new_tab', { name });
  if (item.mime_type.startsWith('image/')) return h('a', { class: 'picture', ...props }, picture(ui, item, url, name));
  return h('a', { class: 'file', ...props }, ...fileCard(ui, name, item.size));
}

function picture(ui, item, url, name) {
  const small = item.thumbnail_url ? ui.chat.api.resolve(item.thumbnail_url) : url;
  const size = item.thumbnail ?? {};
  return h('img', { src: small, alt: name, loading: 'lazy', width: size.width, height: size.height });
}

/** Also of a file on its way. */
export function fileCard(ui, name, size) {
  const told = size ? ui.texts.size(size) : '';
  const lines = h('span', { class: 'file-words' }, h('bdi', { text: name }), h('small', { text: told }));
  return [icon('file'), lines];
}
