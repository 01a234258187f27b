// What a page says when its vault breaks, is busy, is away, or has nothing for this reader: a sentence in the reader's language, and a way on.
import { check, judged, same } from "./stage.mjs";
import { englishOf } from "./words.mjs";

const WAIT_S = 120;
export const FAULTS = [
  { name: "broken", status: 500, code: "store.corrupt" },
  { name: "busy", status: 429, code: "busy", headers: { "Retry-After": String(WAIT_S) } },
  { name: "away" },
  { name: "not for you", status: 404, code: "incident.unknown" },
];

/** Every answer of the vault but those that `but` lets through is a fault: the one that `at.fault` names, none when it is empty. */
export async function faulty(page, but) {
  const at = { fault: undefined };
  await page.context().route("**/v1/**", (route) => {
    const { fault } = at, url = new URL(route.request().url());
    if (!fault || but.some((one) => url.pathname === one)) return route.fallback();
    if (!fault.status) return route.abort();
    return route.fulfill({ status: fault.status, headers: { "Content-Type": "application/problem+json", ...fault.headers }, body: JSON.stringify({ code: fault.code, status: fault.status, detail: "what the vault said" }) });
  });
  page.unanswered = true; // Chromium's own lines about it are no fault of the page
  return at;
}

/** In the page: once what `place` shows has failed and nothing loads any more, what it says, what one can do, and every text of it. */
function failed(marks) {
  const main = document.querySelector("main"), said = main?.querySelector("[role=alert]");
  if (!said || document.querySelector(".loading") || !marks.every((one) => document.querySelector(one))) return false;
  const ways = main.querySelectorAll("button.again, form button[type=submit]:enabled").length, texts = [];
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) if (!node.parentElement.closest("[lang=en]")) texts.push(node.data.trim());
  return { said: said.innerText, ways, heads: main.querySelectorAll("h1").length, texts };
}

/** A failed page says what happened in `lang`, offers a way on, and nothing on it is in English or wrong for a screen reader. `marks`: what only this page has. */
export async function saysSo(page, { name, lang, fault, w, axe, marks = [] }) {
  const where = `${name}, ${fault.name}, ${lang}`;
  const seen = await (await page.waitForFunction(failed, marks).catch(async () => { throw new Error(`${where}: nothing is said: ${(await page.locator("main").innerText()).slice(0, 200)}`); })).jsonValue();
  const cause = `problem.${fault.code}`; // which has words of its own on some pages
  check(seen.said.includes(w(w.has(cause) ? cause : `problem.${fault.status ?? 0}`)), `${where}: said in words: ${seen.said}`);
  if (fault.headers) check(seen.said.includes(w("problem.retry", { span: new Intl.NumberFormat(lang, { style: "unit", unit: "minute", unitDisplay: "long" }).format(WAIT_S / 60) })), `${where}: and until when: ${seen.said}`);
  check(seen.ways > 0, `${where}: a way on`);
  same(seen.heads, 1, `${where}: a heading`);
  same(englishOf(seen.texts, lang), [], `${where}: left in English`);
  if (axe) same(await judged(page, false), [], `${where}: axe-core found`);
}
