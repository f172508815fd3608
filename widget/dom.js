/** Elements without markup: what people wrote becomes text, never HTML, and no attribute carries style. */

/** `props`: `class`, `text`, `on: {event: handler}`; whatever else is a property or an attribute. */
export function h(name, props = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) apply(element, key, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function apply(element, key, value) {
  if (value === null || value === undefined) return;
  if (key === 'on') listen(element, value);
  else if (key === 'class') element.className = value;
  else if (key === 'text') element.textContent = value;
  else if (key.includes('-') || !(key in element)) element.setAttribute(key, value);
  else element[key] = value;
}

function listen(element, handlers) {
  for (const [event, handler] of Object.entries(handlers)) element.addEventListener(event, handler);
}

/** Set the text only where it differs: a live region tells every change. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Show one child and forget the rest, without touching it when it is there already. */
export function show(parent, child) {
  if (parent.firstChild !== child || parent.childNodes.length > 1) parent.replaceChildren(...(child ? [child] : []));
}
