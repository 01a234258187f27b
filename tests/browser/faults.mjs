// What a page says when its vault breaks, is busy, is away, or has nothing for this reader: a sentence in the reader's language, and a way on.
import { check, judged, same } from "./stage.mjs";
import { read } from "./words.mjs";

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

/** Texts of the page that stand in English although this language has others. */
export async function leftInEnglish(page, lang, pages) {
  if (lang === "en") return [];
  const english = read("en", pages), own = read(lang, pages), all = new Set(Object.values(own));
  const foreign = Object.keys(english).filter((key) => english[key].includes(" ") && !english[key].includes("{{") && !all.has(english[key])).map((key) => english[key]);
  return page.evaluate((texts) => {
    const known = new Set(texts), nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) if (known.has(node.data.trim()) && !node.parentElement.closest("[lang=en]")) found.push(node.data.trim());
    return found;
  }, foreign);
}

/** The page as it is now: says what happened in `lang`, offers a way on, and nothing on it is in English or wrong for a screen reader. */
export async function saysSo(page, { name, lang, pages, fault, w, axe }) {
  const where = `${name}, ${fault.name}, ${lang}`;
  const said = page.locator("main [role=alert]").first();
  await said.waitFor();
  await page.waitForFunction(() => !document.querySelector(".loading"));
  const text = await said.innerText();
  check(text.includes(w(`problem.${fault.status ?? 0}`)), `${where}: said in words: ${text}`);
  if (fault.headers) check(text.includes(w("problem.retry", { span: new Intl.NumberFormat(lang, { style: "unit", unit: "minute", unitDisplay: "long" }).format(WAIT_S / 60) })), `${where}: and until when: ${text}`);
  check((pages === "console" ? await page.locator("main").getByRole("button", { name: w("again"), exact: true }).count() : 0) + (await page.locator("main form button[type=submit]:enabled").count()) > 0, `${where}: a way on`);
  check((await page.locator("main h1").count()) === 1, `${where}: a heading`);
  same(await leftInEnglish(page, lang, pages), [], `${where}: left in English`);
  if (axe) same(await judged(page, false), [], `${where}: axe-core found`);
}
