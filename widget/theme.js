/** The shop's colours, on every ground readable. */

import { sheetOf } from './styles.js';

const HEX = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i;
const NAME = /^--holdfast-[a-z-]+$/;
// WCAG 2.2, 1.4.3: text of normal size.
const ENOUGH = 4.5;
const DARK = '#161d1b';
const STEPS = 20;

/** A sheet for the host with the shop's properties, and what follows from its accent. */
export function themeSheet(theme) {
  const sheet = sheetOf(':host {}');
  const { style } = sheet.cssRules[0];
  const accent = theme['--holdfast-accent'];
  const all = { ...(HEX.test(accent ?? '') ? derived(accent) : {}), ...theme };
  for (const [name, value] of Object.entries(all)) if (NAME.test(name)) style.setProperty(name, value);
  return sheet;
}

function derived(accent) {
  const dark = lightened(accent);
  return {
    '--holdfast-accent-text': readableOn(accent),
    '--holdfast-accent-dark': dark,
    '--holdfast-accent-dark-text': readableOn(dark),
  };
}

/** White where it can be read, else nearly black. */
export function readableOn(color) {
  return contrast('#ffffff', color) >= ENOUGH ? '#ffffff' : '#101614';
}

/** The same hue, light enough to be read on the dark ground. */
export function lightened(color) {
  for (let step = 0; step < STEPS; step += 1) {
    const candidate = towardsWhite(color, step / STEPS);
    if (contrast(candidate, DARK) >= ENOUGH) return candidate;
  }
  return '#ffffff';
}

export function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function towardsWhite(color, share) {
  const mixed = channels(color).map((value) => Math.round(value + (255 - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(color) {
  const [red, green, blue] = channels(color).map((value) => linear(value / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear(value) {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function channels(color) {
  const short = color.length === 4;
  const digits = short ? [...color.slice(1)].map((digit) => digit + digit) : color.slice(1).match(/../g);
  return digits.map((pair) => Number.parseInt(pair, 16));
}
