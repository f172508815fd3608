/** Addresses in what people wrote, as links that lead nowhere but to the web. */

import { h } from './dom.js';

const ADDRESS = /https?:\/\/[^\s<>"']+/gi;
// A full stop or a bracket after an address is the sentence's.
const TRAILING = /[.,;:!?)\]}]+$/;

/** The text as nodes. */
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const address = found[0].replace(TRAILING, '');
    nodes.push(text.slice(end, found.index), link(address, address));
    end = found.index + address.length;
  }
  return [...nodes, text.slice(end)].filter((node) => node !== '');
}

/** A link to the web; plain text where the address is anything else. */
export function link(address, label, props = {}) {
  if (!isOfTheWeb(address)) return h('span', { text: label });
  return h('a', { href: address, target: '_blank', rel: 'noopener noreferrer', text: label, ...props });
}

export function isOfTheWeb(address) {
  try {
    return ['http:', 'https:'].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}
