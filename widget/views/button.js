/** Buttons that say what they do. */

import { h } from '../dom.js';
import { icon } from '../icons.js';

/** With words on it. `look`: primary, secondary, quiet or danger. */
export function button(label, look, onClick, more = {}) {
  return h('button', { type: 'button', class: `button ${look}`, text: label, on: { click: onClick }, ...more });
}

/** With a drawing on it; the words are for those who hear them, and for the mouse that waits. */
export function iconButton(drawing, label, onClick, more = {}) {
  const props = { type: 'button', class: 'icon-button', title: label, 'aria-label': label, ...more };
  return h('button', { ...props, on: { click: onClick } }, icon(drawing));
}
