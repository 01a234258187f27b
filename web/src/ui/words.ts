// Words for people, from locale/<language>/console.txt: `key = text with {{values}}`, a key with .1 for one of something.
export type Language = "en" | "id" | "ko";
export const LANGUAGES: Record<Language, string> = { en: "English", id: "Bahasa Indonesia", ko: "한국어" };

type Pairs = Record<string, string>;
export type Loader = Record<Language, () => Promise<{ default: Pairs }>>;

const KEPT = "amanah.language"; // the only things kept in the browser: language and theme
let pairs: Pairs = {};
let now: Language = "en";

export function language(): Language { return now; }

export function wanted(): Language {
  const kept = localStorage.getItem(KEPT);
  for (const one of [kept, ...navigator.languages.map((tag) => (tag.startsWith("in") ? "id" : tag.slice(0, 2)))]) {
    if (one && one in LANGUAGES) return one as Language;
  }
  return "en";
}

export async function speak(loader: Loader, chosen: Language, keep = false): Promise<void> {
  pairs = (await loader[chosen]()).default;
  now = chosen;
  if (keep) localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen;
}

export function has(key: string): boolean { return key in pairs; }

export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = (values["n"] === 1 ? pairs[`${key}.1`] : undefined) ?? pairs[key] ?? key;
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    return value === undefined ? "" : typeof value === "number" ? number(value) : value;
  });
}

/** A word of the vault's own (a state, an act, a detector) in the reader's language; itself where there is none. */
export function word(family: string, name: string): string {
  const key = `${family}.${name}`;
  return pairs[key] ?? name.replaceAll("_", " ");
}

export function number(value: number): string { return new Intl.NumberFormat(now).format(value); }
export function money(minor: number, currency: string): string {
  const digits = new Intl.NumberFormat(now, { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return new Intl.NumberFormat(now, { style: "currency", currency }).format(minor / 10 ** digits);
}
export function share(part: number, whole: number): string {
  return new Intl.NumberFormat(now, { style: "percent", maximumFractionDigits: 1 }).format(whole > 0 ? part / whole : 0);
}
export function moment(text: string | null | undefined): string {
  if (!text) return "–";
  return new Intl.DateTimeFormat(now, { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));
}
export function day(text: string | null | undefined): string {
  return text ? new Intl.DateTimeFormat(now, { dateStyle: "medium" }).format(new Date(text)) : "–";
}

/** How long: the two largest units, in words. */
export function span(ms: number): string {
  const minutes = Math.max(0, Math.floor(Math.abs(ms) / 60000));
  const units: [string, number][] = [["day", 1440], ["hour", 60], ["minute", 1]];
  const parts: string[] = [];
  let rest = minutes;
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 || (unit === "minute" && parts.length === 0)) {
      parts.push(new Intl.NumberFormat(now, { style: "unit", unit, unitDisplay: "long" }).format(count));
    }
  }
  return parts.slice(0, 2).join(" ");
}
