// Who is on stage in the console's stories: in each language, on a phone and at a desk, people at a home of their own.
import { DEVICES, Wrong, openBrowser, openHomes, openPage, same, signIn } from "./stage.mjs";
import { speaker } from "./words.mjs";

export const LANGS = ["en", "id", "ko"];
const CALM = "settings/look"; // a room that asks the vault for nothing

/** Parts of an incident and of the settings, each with what is there when it is shown. */
export const PARTS = [["clocks", ".meter"], ["scope", "svg.chart"], ["severity", "table"], ["reports", "main section"], ["notices", "main section"], ["tasks", "li.line"], ["timeline", "ol li.line"], ["contain", "main section"], ["happened", "li.line"], ["evidence", "form"], ["close", ".note"], ["facts", "table"], ["statements", "form"], ["redress", "main section"]];
export const SETTINGS = [["look", "main select"], ["roles", "main table"], ["limits", "main form"], ["mail", "main dl"], ["alerts", "main form"], ["shop", "main table"], ["safety", "main code"]];

/** To another room, or part of one: shown when this returns, though what it asks for may still be on its way. */
export async function go(page, place) {
  await page.evaluate((to) => new Promise((done) => {
    if (location.hash === to) return done();
    addEventListener("hashchange", () => done(), { once: true }); // the page's own listener comes first
    location.hash = to;
  }), `#/${place}`);
  await page.waitForFunction((room) => document.querySelector(`nav a[href="#/${room}"][aria-current]`), place.split("/")[0]);
}

/** As the page itself asks: one after another, each with that body; what the vault says to the last. */
export function asks(page, route, bodies) {
  return page.evaluate(async ([[method, path], all]) => {
    const { csrf } = await fetch("/v1/self").then((got) => got.json());
    let said;
    for (const body of all) {
      const got = await fetch(path, { method, headers: { "X-CSRF-Token": csrf, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() }, ...(body ? { body: JSON.stringify(body) } : {}) });
      if (!got.ok) throw new Error(`${path}: ${got.status}`);
      said = await got.json();
    }
    return said;
  }, [route.split(" "), bodies]);
}

/** A part of a page that is folded away. */
export const folded = (page, title) => page.locator("summary", { hasText: title }).click();
/** A sheet by its heading; a line of a list, a row of a table, by what stands in it. */
export const sheet = (page, title) => page.locator("section.sheet", { has: page.getByRole("heading", { name: title, exact: true }) });
/** Nothing that somebody wrote became markup. */
export const isText = async (page) => same(await page.locator("main img, main script, main iframe, main svg[onload]").count(), 0, "what was written is text");

/** One home and who is at it. */
function seatAt(browser, home, lang, device) {
  const staying = new Map(), passing = [];
  const page = (more) => openPage(browser, home, { lang, device, ...more });
  const leave = (pages) => Promise.all(pages.map((one) => one.context().close()));

  /** A page on which nobody is signed in and nothing is loaded. */
  const stranger = async (more = {}) => {
    const made = await page(more);
    passing.push(made);
    return made;
  };
  /** Their page, which stays from story to story: they sign in once. */
  const open = async (who) => {
    if (!staying.has(who)) {
      const made = await page({});
      await signIn(made, home, `${who}@shop.example`);
      staying.set(who, made);
    }
    return staying.get(who);
  };
  /** Another page of theirs for this story alone, where `before` may meddle with clock and network. */
  const apart = async (who, before = async () => undefined) => {
    const made = await stranger({ state: await (await open(who)).context().storageState() });
    await before(made);
    await made.goto(home.console);
    await made.waitForSelector(".house");
    return made;
  };
  const stay = (who, made) => { passing.splice(passing.indexOf(made), 1); staying.set(who, made); };
  /** Nothing went wrong on any page, and each that stays is ready for the next story. */
  const done = async () => {
    for (const one of [...passing, ...staying.values()]) same(one.faults, [], "faults");
    await leave(passing.splice(0));
    for (const one of staying.values()) await go(one, CALM);
  };
  /** After a story that failed nobody knows what stands on their pages: what they said last, and away with them. */
  const clear = async () => {
    const all = [...passing.splice(0), ...staying.values()];
    staying.clear();
    const said = await Promise.all(all.map(async (one) => `        at ${one.url()}: ${(await one.locator("main").innerText({ timeout: 1000 }).catch(() => "")).slice(0, 300).replaceAll("\n", " ")}`));
    await leave(all);
    return said.join("\n");
  };
  return { browser, home, lang, device, w: speaker(lang), stranger, open, apart, stay, done, clear, incident: (part) => `incidents/${home.incident}/${part}` };
}

/** All seats, and how stories are told: at each seat, languages side by side, one device after another. */
export async function openCast() {
  const { homes, close } = await openHomes(), browser = await openBrowser();
  const seats = LANGS.map((lang) => Object.keys(DEVICES).map((device) => seatAt(browser, homes[`${lang}-${device}`], lang, device)));
  const told = (story) => async () => {
    const ends = await Promise.allSettled(seats.map(async (row) => {
      for (const seat of row) {
        try { await story(seat); await seat.done(); } catch (error) { throw new Error(`${seat.lang} ${seat.device}: ${error.stack}\n${await seat.clear()}`); }
      }
    }));
    const wrong = ends.filter((one) => one.reason).map((one) => one.reason.message);
    if (wrong.length > 0) throw new Wrong(wrong.join("\n"));
  };
  return { told, close: async () => { await browser.close(); await close(); } };
}
