// The stage of the stories: the real program with stage.py's home, Debian's Chromium, and what must never happen in it.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";
import { leftInEnglish } from "./words.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const AXE = readFileSync(join(HERE, "node_modules/axe-core/axe.min.js"), "utf8");
export const SCREENS = process.env.AMN_SCREENS ?? join(HERE, "../../build/screens");
export const DEVICES = {
  phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1280, height: 860 } },
};
const LOCALES = { en: "en-US", id: "id-ID", ko: "ko-KR" };

export class Wrong extends Error {}
export function check(good, sentence) { if (!good) throw new Wrong(sentence); }
export function same(got, want, sentence = "not as it should be") {
  if (JSON.stringify(got) !== JSON.stringify(want)) throw new Wrong(`${sentence}: want ${JSON.stringify(want)}, got ${JSON.stringify(got)}`);
}

/** What a stage tells, and a way to ask it one thing after another. */
async function openStage(stage) {
  const child = spawn("python3", [join(HERE, stage)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const line = await lines.next();
    if (line.done) throw new Wrong("the stage ended; what it said stands above");
    return JSON.parse(line.value);
  };
  const told = await next();
  let turn = Promise.resolve();
  return {
    told,
    say: (line) => { turn = turn.then(() => { child.stdin.write(`${line}\n`); return next(); }); return turn; },
    close: () => new Promise((done) => { child.on("exit", done); child.stdin.end(); }),
  };
}

/** The portal's home, and answers to what its stage takes: `run ["words"]`, `mail ADDRESS COUNT`. */
export async function openHome(stage) {
  const { told, say, close } = await openStage(stage);
  return {
    ...told, close,
    mail: async (address, count) => (await say(`mail ${address} ${count}`)).text,
    run: async (...words) => (await say(`run ${JSON.stringify(words)}`)).out,
  };
}

/** The console's homes, one for each language and device, all alike: `code EMAIL`, `run ["words"]` of each. */
export async function openHomes() {
  const { told, say, close } = await openStage("stage.py");
  const homes = Object.entries(told).map(([name, home]) => [name, {
    ...home,
    code: async (email) => (await say(`code ${name} ${email}`)).code,
    run: async (...words) => (await say(`run ${name} ${JSON.stringify(words)}`)).out,
  }]);
  return { homes: Object.fromEntries(homes), close };
}

export async function openBrowser() {
  return chromium.launch({ executablePath: process.env.AMN_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
}

/**
 * AMN_LATE=ms: each answer of the program comes so much later; AMN_SLOW=n: the page's processor is n times slower. A story
 * that holds on a quick machine only waits for what an earlier state of the page shows too, or the page misleads meanwhile.
 */
const LATE = Number(process.env.AMN_LATE ?? 0), SLOW = Number(process.env.AMN_SLOW ?? 0);
export async function hinder(page) {
  if (LATE) {
    await page.context().route("**/v1/**", async (route) => {
      await new Promise((done) => setTimeout(done, LATE));
      await route.fallback().catch(() => undefined); // the page went away meanwhile
    });
  }
  if (SLOW) await (await page.context().newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: SLOW });
}

/** A page that fails its story on any script error, refused resource, violation of the policy, or request elsewhere. */
export async function openPage(browser, home, { lang = "en", device = "desktop", dark = false, state } = {}) {
  const context = await browser.newContext({ ...DEVICES[device], locale: LOCALES[lang], timezoneId: "Asia/Jakarta", colorScheme: dark ? "dark" : "light", reducedMotion: "reduce", ...(state ? { storageState: state } : {}) });
  const page = await context.newPage();
  const faults = [], hosts = new Set([new URL(home.console).host]);
  page.setDefaultTimeout(30000);
  await hinder(page);
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("console", (line) => {
    const text = line.text();
    const told = /Failed to load resource: .* (400|401|403|404|409|410|422|428|429)/.test(text) || (page.unanswered && /net::ERR_FAILED|status of 500/.test(text));
    if (line.type() === "error" && !told) faults.push(`console: ${text}`);
    page.said = `${page.said ?? ""}${text}\n`;
  });
  page.on("request", (request) => { const url = new URL(request.url()); if (!hosts.has(url.host) && !["blob:", "data:"].includes(url.protocol)) faults.push(`asked elsewhere: ${url.host}`); page.asked = `${page.asked ?? ""}${request.url()}\n`; });
  page.on("dialog", (dialog) => { faults.push(`a dialog of a script: ${dialog.message()}`); void dialog.dismiss(); });
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  page.faults = faults;
  page.story = { lang, device };
  return page;
}

/** All that the first page brings over the line. */
export async function firstView(browser, home) {
  const page = await openPage(browser, home);
  let bytes = 0;
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  client.on("Network.loadingFinished", (event) => { bytes += event.encodedDataLength; });
  await page.goto(home.console, { waitUntil: "networkidle" });
  check(bytes > 5000 && bytes < 100 * 1024, `under 100 KB on the line: ${bytes}`);
  console.log(`        first view: ${bytes} bytes`);
  await page.context().close();
}

/** The page's debugger: one each, since what another session has set up goes when any of them leaves. */
async function debug(page) { return page.debug ??= await page.context().newCDPSession(page); }

/** What axe-core finds. The policy of the page lets no script in; the debugger may. */
export async function judged(page, contrast) {
  const client = await debug(page);
  const there = await client.send("Runtime.evaluate", { expression: "typeof axe", returnByValue: true });
  if (there.result.value !== "object") await client.send("Runtime.evaluate", { expression: AXE });
  const { result } = await client.send("Runtime.evaluate", {
    expression: `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"], preload: false, rules: { "color-contrast": { enabled: ${contrast} } } }).then((found) => JSON.stringify(found.violations.map((one) => [one.id, one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160) + " " + node.failureSummary)])))`,
    awaitPromise: true, returnByValue: true,
  });
  return JSON.parse(result.value);
}

/** All of the page, packed quickly rather than well: three hundred of them are half of what a run costs otherwise. */
async function picture(page, path) {
  const client = await debug(page);
  const { cssContentSize: { width, height } } = await client.send("Page.getLayoutMetrics");
  const { data } = await client.send("Page.captureScreenshot", { format: "png", optimizeForSpeed: true, captureBeyondViewport: true, clip: { x: 0, y: 0, width, height, scale: 1 } });
  writeFileSync(path, Buffer.from(data, "base64"));
}

/** Axe-core finds nothing, the page is no wider than the screen, nothing went wrong so far; and a picture for people to look at. */
export async function look(page, name) {
  const { lang, device } = page.story, t0 = Date.now();
  await page.waitForFunction(() => !document.querySelector(".loading"));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await page.evaluate(() => scrollTo(0, 0));
  mkdirSync(SCREENS, { recursive: true });
  await picture(page, join(SCREENS, `${name}-${lang}-${device}.png`));
  const t1 = Date.now();
  same(wide, 0, `${name}: wider than the screen by`);
  const missing = await page.evaluate(() => document.body.innerText.match(/\b(?:door|room|today|people|incident|watch|ledger|team|settings|problem|head|tab|book|move|blank|state|lack|contain|evidence|close|bundle|checks|instant|hypothesis|decision|redress|public|notice|reconcile|home|message|safe|mine|write|foot|field|fact)\.[a-z_.]*[a-z_]/g));
  same(missing, null, `${name}: texts without words`);
  same(await leftInEnglish(page, lang), [], `${name}: left in English`);
  same(await judged(page, lang === "en"), [], `${name}: axe-core found`); // other languages change words, not colours
  if (process.env.AMN_SPENT) console.log(`        ${name} ${lang} ${device}: picture ${t1 - t0} ms, axe ${Date.now() - t1} ms`);
  same(page.faults, [], `${name}: faults`);
}

/** Nothing of these texts anywhere that the browser keeps or sends on. */
export async function nowhere(page, texts, { dom = false } = {}) {
  const kept = await page.evaluate(async () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, await indexedDB.databases(), (await caches.keys()), document.cookie, location.href, history.state, document.title, performance.getEntriesByType("resource").map((one) => one.name)]));
  const shown = dom ? await page.evaluate(() => document.documentElement.outerHTML + [...document.querySelectorAll("input,textarea")].map((one) => one.value).join("\n")) : "";
  for (const text of texts) {
    check(!kept.includes(text), `a personal value is kept by the browser: ${text}`);
    check(!(page.said ?? "").includes(text), `a personal value is in the console: ${text}`);
    check(!decodeURIComponent(page.asked ?? "").includes(text), `a personal value is in a URL: ${text}`);
    check(!shown.includes(text), `a personal value is in the page: ${text}`);
  }
}

export async function signIn(page, home, email = "kim@shop.example") {
  await page.goto(home.console);
  await page.fill("input[type=email]", email);
  await page.fill("input[type=password]", home.staff[email].password);
  await page.fill("input[autocomplete=one-time-code]", await home.code(email));
  await page.click("button[type=submit]");
  await page.waitForSelector(".house");
}

export async function tell(stories) {
  let failed = 0;
  const only = process.env.AMN_STORY; // some of them
  for (const [name, story] of Object.entries(stories)) {
    if (only && !only.split(",").some((part) => name.includes(part))) continue;
    const began = Date.now();
    try { await story(); console.log(`ok      ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`); }
    catch (error) {
      failed++;
      console.log(`FAILED  ${name}: ${error.stack ?? error}`);
    }
  }
  return failed;
}
