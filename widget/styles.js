/** Constructed style sheets: no page needs to allow inline styles for us. */

import { launcher } from './styles/launcher.js';
import { tokens } from './styles/tokens.js';

export function sheetOf(text) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}

/** What is needed from the start. */
export function sheets() {
  return [tokens, launcher].map(sheetOf);
}
