/** What a browser remembers of one widget: JSON by name, in memory where the browser keeps nothing. */

export class Storage {
  #memory = new Map();
  #prefix;
  #place;

  /** `place`: localStorage for all tabs, sessionStorage for one. */
  constructor(widgetId, place) {
    this.#prefix = `holdfast:${widgetId}:`;
    this.#place = placeOf(place);
  }

  get(name) {
    try {
      return JSON.parse(this.#place?.getItem(this.#prefix + name) ?? this.#memory.get(name) ?? null);
    } catch {
      return null;
    }
  }

  set(name, value) {
    const text = JSON.stringify(value);
    try {
      this.#place.setItem(this.#prefix + name, text);
      this.#memory.delete(name);
    } catch {
      // Full or forbidden: this page remembers it as long as it lives.
      this.#memory.set(name, text);
    }
  }

  remove(name) {
    this.#memory.delete(name);
    this.#place?.removeItem(this.#prefix + name);
  }

  /** Every name that begins so. */
  names(beginning) {
    const kept = Object.keys(this.#place ?? {}).filter((key) => key.startsWith(this.#prefix));
    const names = new Set([...kept.map((key) => key.slice(this.#prefix.length)), ...this.#memory.keys()]);
    return [...names].filter((name) => name.startsWith(beginning));
  }

  /** Another tab changed something whose name begins so. */
  onChange(beginning, listener) {
    window.addEventListener('storage', (event) => {
      if (event.key?.startsWith(this.#prefix + beginning)) listener();
    });
  }
}

/** Even naming the place throws where a page must not keep anything. */
function placeOf(name) {
  try {
    return window[name];
  } catch {
    return null;
  }
}
