/** What the widget says, in the customer's language. */

const LANGUAGES = ['en', 'ko', 'ro', 'ja', 'es', 'de', 'fr', 'ar'];
const FALLBACK = 'en';

/** The first of the wanted languages that we speak. */
export function choose(wanted) {
  const known = wanted.filter(Boolean).map((tag) => tag.toLowerCase().split(/[-_]/)[0]);
  return known.find((language) => LANGUAGES.includes(language)) ?? FALLBACK;
}

export class Texts {
  #texts;

  constructor(language, texts) {
    this.language = language;
    this.#texts = texts;
  }

  static async load(language) {
    const answer = await fetch(new URL(`texts/${language}.json`, import.meta.url));
    return new Texts(language, await answer.json());
  }

  get direction() {
    return this.#texts.dir;
  }

  has(name) {
    return name in this.#texts;
  }

  /** The text with its gaps filled. */
  say(name, values = {}) {
    return this.#texts[name].replace(/\{(\w+)\}/g, (_, gap) => String(values[gap] ?? ''));
  }

  time(at) {
    return new Intl.DateTimeFormat(this.language, { timeStyle: 'short' }).format(new Date(at));
  }

  /** Today and yesterday by these words, other days by their date. */
  day(at) {
    const ago = Math.round((midnight(new Date()) - midnight(new Date(at))) / 86_400_000);
    if (ago > 1) return new Intl.DateTimeFormat(this.language, { dateStyle: 'long' }).format(new Date(at));
    return new Intl.RelativeTimeFormat(this.language, { numeric: 'auto' }).format(-ago, 'day');
  }

  /** When something will be: the weekday too, unless it is today. */
  moment(at) {
    const isToday = midnight(new Date()) === midnight(new Date(at));
    const style = { hour: 'numeric', minute: '2-digit', ...(!isToday && { weekday: 'long' }) };
    return new Intl.DateTimeFormat(this.language, style).format(new Date(at));
  }

  size(bytes) {
    const [unit, per] = bytes < 1_048_576 ? ['kilobyte', 1024] : ['megabyte', 1_048_576];
    const style = { style: 'unit', unit, maximumFractionDigits: bytes < 10 * per ? 1 : 0 };
    return new Intl.NumberFormat(this.language, style).format(bytes / per);
  }
}

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
