/** The shop's colours, on every ground readable. */

import { sheetOf } from './styles.js';

const HEX = /^#[0-9a-f]{6}/;
const NAME = /^--holdfast-[a-z-]+$/;
// WCAG 2.2, 1.4.3: text of normal size.
const ENOUGH = 4.5;
const DARK = '#161d1b';
const LIGHT = '#f3f6f5';
const STEPS = 20;

/** A sheet for the host with the shop's properties, and what follows from its accent. */
export function themeSheet(theme) {
  const sheet = sheetOf(':host {}');
  const { style } = sheet.cssRules[0];
  const accent = hexOf(theme['--holdfast-accent']);
  const all = { ...(accent ? derived(accent) : {}), ...theme };
  for (const [name, value] of Object.entries(all)) if (NAME.test(name)) style.setProperty(name, value);
  return sheet;
}

/** A canvas knows every way to name a colour. */
function hexOf(color) {
  if (!color) return null;
  const canvas = new OffscreenCanvas(1, 1).getContext('2d');
  canvas.fillStyle = color;
  return HEX.exec(canvas.fillStyle)?.[0] ?? null;
}

function derived(accent) {
  const dark = toward('#ffffff', accent, DARK);
  return {
    '--holdfast-accent-text': readableOn(accent),
    '--holdfast-accent-ink': toward('#000000', accent, LIGHT),
    '--holdfast-accent-dark': dark,
    '--holdfast-accent-dark-text': readableOn(dark),
  };
}

/** White where it can be read, else nearly black. */
export function readableOn(color) {
  return contrast('#ffffff', color) >= ENOUGH ? '#ffffff' : '#101614';
}

/** The same hue, as far toward white or black as it takes to be read on this ground. */
export function toward(end, color, ground) {
  for (let step = 0; step < STEPS; step += 1) {
    const candidate = mixed(color, end, step / STEPS);
    if (contrast(candidate, ground) >= ENOUGH) return candidate;
  }
  return end;
}

export function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function mixed(color, other, share) {
  const goal = channels(other);
  const values = channels(color).map((value, index) => Math.round(value + (goal[index] - value) * share));
  return `#${values.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
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
  return color.slice(1).match(/../g).map((pair) => Number.parseInt(pair, 16));
}
