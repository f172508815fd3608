/** Where the keyboard is: kept inside what is open, and put back afterwards. */

const FOCUSABLE = 'button, a[href], input, textarea, select, [tabindex="0"]';

/** What Tab visits in there, in order. */
function stops(container) {
  const candidates = [...container.querySelectorAll(FOCUSABLE)];
  return candidates.filter((each) => !each.disabled && each.getClientRects().length > 0 && !each.closest('[inert]'));
}

/** Tab from the last stop leads to the first, and back. */
export function keepInside(event, container) {
  if (event.key !== 'Tab') return;
  const all = stops(container);
  const [edge, other] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
  const active = container.getRootNode().activeElement;
  if (active !== edge && container.contains(active)) return;
  event.preventDefault();
  other?.focus();
}

/** The place where one would begin: what says so, or the container itself. */
export function begin(container) {
  const first = container.querySelector('[data-begin]:not(:disabled)') ?? container;
  first.focus({ preventScroll: true });
}
