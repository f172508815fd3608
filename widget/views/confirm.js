/** One question over everything else, which must be answered first. */

import { h } from '../dom.js';
import { button } from './button.js';
import { begin, keepInside } from './focus.js';

/** Resolves to whether the customer said yes. */
export function confirm(ui, container, { title, text, yes, no }) {
  const before = container.getRootNode().activeElement;
  const rest = [...container.children];
  return new Promise((resolve) => {
    const close = (answer) => {
      sheet.remove();
      rest.forEach((each) => (each.inert = false));
      before?.focus();
      resolve(answer);
    };
    const sheet = sheetOf({ title, text, yes, no }, close);
    rest.forEach((each) => (each.inert = true));
    container.append(sheet);
    begin(sheet);
  });
}

function sheetOf({ title, text, yes, no }, close) {
  const refuse = button(no, 'secondary', () => close(false), { 'data-begin': '' });
  const agree = button(yes, 'danger', () => close(true));
  const box = h(
    'div',
    { class: 'sheet-box', role: 'alertdialog', 'aria-modal': 'true', 'aria-labelledby': 'sheet-title' },
    h('h3', { id: 'sheet-title', text: title }),
    h('p', { id: 'sheet-text', text }),
    h('div', { class: 'actions' }, agree, refuse),
  );
  box.setAttribute('aria-describedby', 'sheet-text');
  const onKey = (event) => {
    event.stopPropagation();
    if (event.key === 'Escape') close(false);
    keepInside(event, box);
  };
  return h('div', { class: 'sheet', on: { keydown: onKey } }, box);
}
