// The pages' texts as locale/ has them. A story is written in English; in another language each text stands for its key, so a
// label that was not translated, or changed in one language alone, fails it.
import { readFileSync } from "node:fs";

const PAGES = ["console", "portal"], pairs = new Map();
export function read(lang, pages) {
  const kept = `${lang} ${pages}`;
  if (!pairs.has(kept)) {
    const rows = ["words", pages].flatMap((name) => readFileSync(new URL(`../../locale/${lang}/${name}.txt`, import.meta.url), "utf8").split("\n"))
      .filter((line) => line.includes(" = ") && !/^[#@]/.test(line)).map((line) => { const at = line.indexOf(" = "); return [line.slice(0, at), line.slice(at + 3)]; });
    pairs.set(kept, Object.fromEntries(rows));
  }
  return pairs.get(kept);
}

const plain = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * In `lang`: `w("team.add")` by key, `w("Add somebody")` by the whole English text or a part that only one has, with `values` put
 * in; a place without a value stands for anything. English that several keys have and that other languages tell apart gives a
 * pattern of all of them, whole.
 */
export function speaker(lang, pages = "console") {
  const english = read("en", pages), own = read(lang, pages);
  const said = (text, values) => text.replace(/\{\{(\w+)\}\}/g, (whole, name) => (name in values ? (typeof values[name] === "number" ? new Intl.NumberFormat(lang).format(values[name]) : values[name]) : whole));
  const speak = (text, values = {}) => {
    const whole = Object.keys(english).filter((key) => english[key] === text);
    if (whole.length === 0 && text in english) return said(own[text], values);
    const found = whole.length > 0 ? whole : Object.keys(english).filter((key) => english[key].includes(text));
    const texts = [...new Set(found.map((key) => said(own[key], values)))];
    if (texts.length === 0) throw new Error(`no page says ${JSON.stringify(text)}`);
    if (texts.length > 1 && whole.length === 0) throw new Error(`several texts have ${JSON.stringify(text)}: ${found}`);
    if (texts.length === 1 && !texts[0].includes("{{")) return texts[0];
    const pattern = texts.map((one) => one.split(/\{\{\w+\}\}/).map(plain).join(".+")).join("|");
    return new RegExp(texts.length > 1 ? `^(?:${pattern})$` : pattern);
  };
  speak.has = (key) => key in english;
  return speak;
}

const foreign = new Map();
/** Of these texts those that stand in English although this language has others. */
export function englishOf(texts, lang) {
  if (lang === "en") return [];
  if (!foreign.has(lang)) {
    const own = new Set(PAGES.flatMap((pages) => Object.values(read(lang, pages))));
    foreign.set(lang, new Set(PAGES.flatMap((pages) => Object.values(read("en", pages))).filter((text) => text.includes(" ") && !text.includes("{{") && !own.has(text))));
  }
  return texts.filter((text) => foreign.get(lang).has(text));
}

/** The same, of a page. */
export async function leftInEnglish(page, lang) {
  if (lang === "en") return [];
  return englishOf(await page.evaluate(() => {
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) if (!node.parentElement.closest("[lang=en]")) texts.push(node.data.trim());
    return texts;
  }), lang);
}
