/** What the page says about the customer's visit: up to 100 variables, all text. */

const MOST = 100;

export class Context {
  #values = {};

  /** Adds to what was said before; null takes a variable back. */
  set(values) {
    const all = { ...this.#values, ...asText(values) };
    const kept = Object.entries(all).filter(([, value]) => value !== null);
    if (kept.length > MOST) throw new RangeError(`setContext: at most ${MOST} variables`);
    this.#values = Object.fromEntries(kept);
  }

  get values() {
    return this.#values;
  }
}

function asText(values) {
  const pairs = Object.entries(values).map(([name, value]) => [name, isNothing(value) ? null : String(value)]);
  return Object.fromEntries(pairs);
}

function isNothing(value) {
  return value === null || value === undefined;
}
