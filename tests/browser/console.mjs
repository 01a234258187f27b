// Stories of the console: as staff use it, each in three languages, on a phone and at a desk.
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { copyFileSync, readFileSync } from "node:fs";
import { SCREENS, check, firstView, look, nowhere, openBrowser, openHomes, openPage, same, signIn, tell } from "./stage.mjs";
import { FAULTS, faulty, saysSo } from "./faults.mjs";
import { leftInEnglish, speaker } from "./words.mjs";

const { homes, close } = await openHomes();
const browser = await openBrowser();
const LANGS = ["en", "id", "ko"], DEVICES = ["phone", "desktop"];
const states = { en: {}, id: {}, ko: {} };

async function together(call) {
  const told = await Promise.allSettled(LANGS.map(call));
  for (const one of told) if (one.reason) throw one.reason;
}

/** What only looks: in every language on every device, one page each for all such stories. */
const pages = new Map();
const everywhere = (story) => together(async (lang) => {
  for (const device of DEVICES) {
    const name = `${lang} ${device}`;
    if (!pages.has(name)) {
      pages.set(name, await openPage(browser, homes[lang], { lang, device, state: states[lang].kim }));
      await pages.get(name).goto(homes[lang].console);
      await pages.get(name).waitForSelector(".house");
    }
    await story(pages.get(name), { home: homes[lang], w: speaker(lang), lang, device });
  }
});

/** What changes something: in every language, each at a home of its own, by turns on a phone and at a desk; a second person has the other. */
let turn = 0;
const acted = (story) => () => {
  const began = turn++;
  return together((lang, at) => {
    const device = DEVICES[(began + at) % 2], other = DEVICES[(began + at + 1) % 2], home = homes[lang];
    const open = (who, more = {}) => openPage(browser, home, { lang, device: who === "budi" ? other : device, state: states[lang][who], ...more });
    return story({ home, lang, device, w: speaker(lang), states: states[lang], open, at: (place) => `${home.console}/#/${place}`, incident: (part) => `${home.console}/#/incidents/${home.incident}/${part}` });
  });
};
/** A witness as any other program is one: its key (C2SP signed-note), and the line by which it cosigns a checkpoint. */
function aWitness(name) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519"), kind = Buffer.from([4]);
  const key = Buffer.concat([kind, publicKey.export({ format: "der", type: "spki" }).subarray(-32)]);
  const id = createHash("sha256").update(`${name}\n`).update(key).digest().subarray(0, 4);
  return {
    vkey: `${name}+${id.toString("hex")}+${key.toString("base64")}`,
    line: (note, at) => {
      const text = note.slice(0, note.indexOf("\n\n") + 1), time = Buffer.alloc(8);
      time.writeBigUInt64BE(BigInt(at));
      return `— ${name} ${Buffer.concat([id, time, sign(null, Buffer.from(`cosignature/v1\ntime ${at}\n${text}`), privateKey)]).toString("base64")}`;
    },
  };
}
const folded = (page, title) => page.locator("summary", { hasText: title }).click();
const go = async (page, place) => { await page.goto(new URL(`#/${place}`, page.url()).href); await page.waitForFunction((to) => document.querySelector(`nav a[href="#/${to}"][aria-current]`), place.split("/")[0]); };

/** Parts of an incident and of the settings, each with what is there when it is shown. */
const PARTS = [["clocks", ".meter"], ["scope", "svg.chart"], ["severity", "table"], ["reports", "main section"], ["notices", "main section"], ["tasks", "li.line"], ["timeline", "ol li.line"], ["contain", "main section"], ["happened", "li.line"], ["evidence", "form"], ["close", ".note"], ["facts", "table"], ["statements", "form"], ["redress", "main section"]];
const SETTINGS = [["look", "main select"], ["roles", "main table"], ["limits", "main form"], ["mail", "main dl"], ["alerts", "main form"], ["shop", "main table"], ["safety", "main code"]];

const failed = await tell({
  the_first_view_is_small: () => firstView(browser, homes.en),

  a_stranger_signs_in_by_password_and_code: acted(async ({ home, states, open, lang }) => {
    for (const device of DEVICES) {
      const page = await openPage(browser, home, { lang, device, dark: device === "phone" });
      await page.goto(home.console);
      await page.waitForSelector("h1");
      await look(page, "sign-in");
      await page.context().close();
    }
    const page = await open("");
    await page.goto(home.console);
    await page.fill("input[type=email]", "kim@shop.example");
    await page.fill("input[type=password]", "wrong password here");
    await page.fill("input[autocomplete=one-time-code]", "000000");
    await page.click("button[type=submit]");
    await page.waitForSelector("[role=alert]");
    await look(page, "sign-in-refused");
    await signIn(page, home);
    const cookie = (await page.context().cookies()).find((one) => one.name === "amanah");
    same([cookie?.httpOnly, cookie?.sameSite], [true, "Strict"]);
    same(await page.evaluate(() => document.cookie), "", "no script sees the cookie");
    states.kim = await page.context().storageState();
    await page.context().close();
  }),

  a_new_colleague_makes_a_passkey_and_signs_in_with_it: acted(async ({ home, w, open, device }) => {
    const page = await open("");
    const client = await page.context().newCDPSession(page);
    await client.send("WebAuthn.enable");
    await client.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
    await page.goto(home.console);
    await page.getByRole("button", { name: w("I have an invitation"), exact: true }).click();
    await page.getByLabel(w("Invitation"), { exact: true }).fill(home.invite);
    await page.getByRole("button", { name: w("Make a passkey on this device"), exact: true }).click();
    await page.getByRole("button", { name: w("I wrote them down"), exact: true }).waitFor();
    await look(page, "passkey-made");
    await page.getByRole("button", { name: w("I wrote them down"), exact: true }).click();
    await page.fill("input[type=email]", "sari@shop.example");
    await page.getByRole("button", { name: w("Sign in with a passkey"), exact: true }).click();
    await page.waitForSelector(".house, [role=alert]");
    same(await page.locator("[role=alert]").allTextContents(), []);
    await page.waitForSelector(".house");
    same(await page.locator(".side nav a").allTextContents(), [w("room.today"), w("room.people"), w("room.settings")], "a help desk sees no more rooms than its role has");
    if (device === "phone") await page.getByRole("button", { name: w("menu"), exact: true }).click();
    await page.getByRole("button", { name: w("Sign out"), exact: true }).click();
    await page.waitForSelector("input[type=password]");
    await page.reload();
    await page.waitForSelector("input[type=password]");
    await page.context().close();
  }),

  async today_shows_what_goes_on() {
    await everywhere(async (page) => {
      await page.waitForSelector(".figures");
      const left = page.locator("time .tag").first();
      await left.waitFor();
      check(/^(sisa )?2[34] |23시간|24시간/.test(await left.innerText()), `a deadline of a day goes by the vault's clock: ${await left.innerText()}`);
      await look(page, "today");
      await nowhere(page, ["Ji-woo", "jiwoo@mail.example", "dewi@mail.example"], { dom: true });
    });
  },

  async somebody_is_found_shown_for_a_while_and_hidden_again() {
    const secrets = ["Ji-woo Kim", "jiwoo@mail.example", "+821012345678"];
    await everywhere(async (page) => {
      await go(page, "people");
      await page.waitForSelector("form");
      await look(page, "people");
      await page.fill("input[maxlength='254']", secrets[1]);
      await page.fill("input[maxlength='500']", "order 17");
      await page.click("form button[type=submit]");
      await page.click("main ul a.button");
      await page.waitForSelector("input[type=checkbox]");
      await page.waitForSelector("table");
      await look(page, "person");
      await nowhere(page, secrets, { dom: true });
      for (const box of (await page.$$("fieldset input[type=checkbox]")).slice(0, 4)) await box.check();
      await page.fill("form input[maxlength='500']", "order 17");
      await page.click("form button[type=submit]");
      await page.waitForSelector(".value");
      const shown = await page.locator(".value").allTextContents();
      for (const secret of secrets) check(shown.includes(secret), `${secret} is shown: ${shown}`);
      await look(page, "person-shown");
      await nowhere(page, secrets);
      await page.click("[role=region] button");
      await page.waitForSelector("fieldset");
      await nowhere(page, secrets, { dom: true });
    });
  },

  values_vanish_by_themselves_and_when_the_page_is_left: acted(async ({ home, w, open }) => {
    const page = await open("kim");
    await page.clock.install();
    await page.goto(`${home.console}/#/people/${home.ids["C-1002"]}`);
    const reveal = async () => {
      await page.waitForSelector("fieldset input[type=checkbox]");
      await page.locator("fieldset label", { hasText: w("field.email") }).locator("input").check();
      await page.fill("form input[maxlength='500']", "order 18");
      await page.click("form button[type=submit]");
      await page.waitForSelector(".value");
    };
    await reveal();
    await page.clock.runFor(61000);
    await page.waitForSelector("fieldset");
    await nowhere(page, ["dewi@mail.example"], { dom: true });
    await reveal();
    await go(page, "today");
    await nowhere(page, ["dewi@mail.example"], { dom: true });
    await page.context().close();
  }),

  what_a_customer_wrote_is_text_and_nothing_else: acted(async ({ home, open }) => {
    const page = await open("kim");
    await page.goto(`${home.console}/#/people/${home.ids["C-1003"]}`);
    await page.waitForSelector("fieldset input[type=checkbox]");
    for (const box of await page.$$("fieldset input[type=checkbox]")) await box.check();
    await page.fill("form input[maxlength='500']", home.hostile);
    await page.click("form button[type=submit]");
    await page.waitForSelector(".value");
    same((await page.locator(".value").allTextContents()).filter((text) => text === home.hostile).length, 3, "name, recipient and address are shown as they are");
    same(await page.locator("main img, main script").count(), 0, "and made nothing");
    await page.context().close();
  }),

  other_pages_get_nothing_from_these: acted(async ({ home, states, open, at }) => {
    const page = await open("kim");
    const got = await page.goto(home.console);
    const policy = got.headers()["content-security-policy"];
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"]) check(policy.includes(part), `the policy has ${part}: ${policy}`);
    const alone = await page.evaluate(() => fetch("/v1/incidents", { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"title":"by another page"}' }).then((answer) => answer.status));
    same(alone, 403, "the cookie alone changes nothing");
    await page.context().close();
    const other = await (await browser.newContext({ storageState: states.kim })).newPage();
    await other.goto(`${home.api}/healthz`);
    await other.evaluate((at) => new Promise((done) => { const frame = document.createElement("iframe"); frame.src = at; frame.onload = done; document.body.append(frame); }), home.console);
    const framed = other.frames().at(-1);
    same(await framed.locator("#app").count(), 0, "no page is shown in a frame of another");
    const read = await other.evaluate((at) => fetch(`${at}/v1/self`, { credentials: "include" }).then(() => "read", () => "refused"), home.console);
    same(read, "refused", "no other page reads an answer");
    await other.context().close();
  }),

  async an_entry_is_proved_in_the_page() {
    await everywhere(async (page) => {
      await go(page, "ledger");
      await page.waitForSelector("table");
      await look(page, "ledger");
      await page.fill("input[inputmode=numeric]", "29");
      await page.click("section:has(input[inputmode=numeric]) button");
      await page.waitForSelector("h2:has-text('29')");
      await page.locator("section:has(h2:has-text('29')) button.main").click();
      await page.waitForSelector(".note.good");
      await look(page, "ledger-entry");
    });
  },

  the_log_is_looked_through_and_handed_out: acted(async ({ home, w, open }) => {
    const page = await open("kim");
    await page.goto(`${home.console}/#/ledger`);
    await page.getByText(w("Nobody outside holds a state of the log")).waitFor();
    const found = page.locator("section", { has: page.getByRole("heading", { name: w("Look through the log"), exact: true }) });
    await found.getByLabel(w("Who"), { exact: true }).selectOption({ label: "parcel labels" });
    await found.getByLabel(w("What"), { exact: true }).selectOption("reveal");
    await found.getByRole("button", { name: w("Find"), exact: true }).click();
    await found.locator("tbody tr").first().waitFor();
    const rows = await found.locator("tbody tr").allInnerTexts();
    check(rows.length >= 4 && rows.every((row) => row.includes(w("saw details")) && row.includes("parcel labels")), `looks of that key alone: ${rows}`);
    await found.getByLabel(w("From"), { exact: true }).fill("2026-01-01T00:00");
    await found.getByLabel(w("To"), { exact: true }).fill("2026-01-02T00:00");
    await found.getByRole("button", { name: w("Find"), exact: true }).click();
    await found.getByText(w("None so far.")).waitFor();
    await page.getByLabel(w("Who outside gets this state?"), { exact: true }).fill("our accountant");
    await page.getByRole("button", { name: w("I sent it"), exact: true }).click();
    await page.getByText(w("Noted.")).waitFor();
    await page.reload();
    await page.getByText(w("it cannot be rewritten unseen")).waitFor();
    const witness = aWitness("witness.example");
    await folded(page, w("Name a witness outside"));
    await page.getByLabel(w("Their key"), { exact: true }).first().fill(witness.vkey);
    await page.getByRole("button", { name: w("Name them"), exact: true }).click();
    await page.getByText(w("Noted.")).waitFor();
    await folded(page, w("Hand in what a witness signed"));
    const carried = page.locator("details[open] form", { has: page.locator("textarea") });
    await carried.getByLabel(w("Their key"), { exact: true }).fill(witness.vkey);
    await carried.getByLabel(w("The line that they signed"), { exact: true }).fill(witness.line("some other log\n1\nAAAA\n\n", 1));
    await carried.getByRole("button", { name: w("Keep their signature"), exact: true }).click();
    await carried.locator("[role=alert]").waitFor();
    await carried.getByLabel(w("The line that they signed"), { exact: true }).fill(witness.line(await carried.locator("pre").textContent(), Math.floor(await page.evaluate(() => fetch("/v1/self").then((got) => Date.parse(got.headers.get("Date")))) / 1000)));
    await carried.getByRole("button", { name: w("Keep their signature"), exact: true }).click();
    await page.getByText(w("It is good and kept.")).waitFor();
    await look(page, "ledger-witness");
    await page.context().close();
  }),

  a_proof_that_is_wrong_is_called_so: acted(async ({ home, open }) => {
    const page = await open("kim");
    await page.route("**/v1/ledger/proof?*", async (route) => {
      const answer = await route.fetch(), proof = await answer.json();
      proof.hashes[0] = proof.hashes[0].replace(/^./, (char) => (char === "A" ? "B" : "A"));
      await route.fulfill({ response: answer, json: proof });
    });
    await page.goto(`${home.console}/#/ledger/29`);
    await page.locator("section:has(h2:has-text('29')) button.main").click();
    await page.waitForSelector(".note.bad");
    await page.context().close();
  }),

  what_fails_is_said_on_every_page: acted(async ({ home, w, open, lang }) => {
    const page = await open("kim"), at = await faulty(page, ["/v1/self", "/v1/events", `/v1/incidents/${home.incident}`]);
    const tab = (place) => [`.tabs a[aria-current][href="#/${place}"]`]; // two of one room follow each other only where a tab tells them apart
    const places = [["today"], ["people"], ["incidents"], [`people/${home.ids["C-1"]}`], ["ledger"], ["incidents/inc_ofsomebodyelse"], ["watch"], ["ledger/29"], ["team"],
      ...PARTS.map(([part]) => `incidents/${home.incident}/${part}`).map((place) => [place, tab(place)]), ...SETTINGS.slice(1).map(([part]) => `settings/${part}`).map((place) => [place, tab(place)])];
    await page.goto(`${home.console}/#/settings/look`); // which asks for nothing
    await page.waitForSelector(".house");
    for (const [turn, fault] of FAULTS.entries()) {
      at.fault = fault;
      for (const [line, [place, marks = []]] of places.entries()) {
        await page.evaluate((to) => { location.hash = `#/${to}`; }, place);
        const axe = line % LANGS.length === LANGS.indexOf(lang) && line % FAULTS.length === turn;
        await saysSo(page, { name: place, lang, fault, w, axe, marks: [`nav a[href="#/${place.split("/")[0]}"][aria-current]`, ...marks] });
      }
    }
    await look(page, "fault");
    at.fault = undefined;
    await go(page, "incidents");
    await page.waitForSelector("main table a");
    at.fault = { name: "over", status: 401, code: "credential.unknown" };
    await page.goto(`${home.console}/#/watch`);
    await page.getByText(w("door.ended")).waitFor();
    same(await leftInEnglish(page, lang), [], "left in English");
    await look(page, "fault-over");
    await page.context().close();
  }),

  who_is_away_for_half_an_hour_is_signed_out: acted(async ({ home, w, open }) => {
    const page = await open("kim");
    await page.clock.install();
    let left = false;
    await page.route("**/v1/sessions", (route) => { left ||= route.request().method() === "DELETE"; return route.fulfill({ status: 204 }); }); // the other stories go on with it
    await page.goto(`${home.console}/#/people/${home.ids["C-1002"]}`);
    await page.waitForSelector("fieldset");
    await page.clock.runFor(29 * 60000);
    same(await page.locator(".house").count(), 1, "not before");
    await page.clock.runFor(2 * 60000);
    await page.getByText(w("door.idle")).waitFor();
    check(left, "the vault ended the session");
    same(await page.evaluate(() => location.hash), "", "nothing says where they were");
    check(!(await page.content()).includes(home.ids["C-1002"]), "nor whom they looked at");
    await page.context().close();
  }),

  async a_leak_is_seen_from_every_side() {
    await everywhere(async (page, { home }) => {
      await go(page, "incidents");
      await page.waitForSelector("table a");
      await look(page, "incidents");
      for (const [tab, ready] of PARTS) {
        await page.goto(`${home.console}/#/incidents/${home.incident}/${tab}`);
        await page.waitForSelector(`.tabs a[aria-current][href$="${tab}"]`, { state: "attached" });
        await page.waitForSelector(ready);
        await look(page, `incident-${tab}`);
      }
      await nowhere(page, ["Ji-woo Kim", "jiwoo@mail.example"], { dom: true });
    });
  },

  a_leak_is_worked_on: acted(async ({ home, w, open, lang }) => {
    const page = await open("kim");
    await page.goto(`${home.console}/#/incidents/${home.incident}/clocks`);
    const law = await page.evaluate(async ([id, one]) => (await fetch(`/v1/incidents/${id}/clocks`).then((got) => got.json())).clocks.find((clock) => clock.regime === "kr-pipa").title[one], [home.incident, lang]);
    const korea = page.locator("article", { hasText: law }).filter({ hasText: w("to the authority") }).first();
    await korea.getByRole("button", { name: w("I take care of it"), exact: true }).click();
    await korea.getByText(w("clock.taken", { who: "Kim" })).waitFor();
    await korea.getByRole("button", { name: w("Draft the report"), exact: true }).click();
    await page.waitForSelector("a[download], [role=alert]");
    same(await page.locator("[role=alert]").allTextContents(), []);
    const [paper] = await Promise.all([page.waitForEvent("download"), page.click("a[download]")]);
    check(readFileSync(await paper.path()).subarray(0, 5).toString() === "%PDF-", "the report is a PDF");
    await page.goto(`${home.console}/#/incidents/${home.incident}/timeline`);
    await page.fill("textarea", home.hostile);
    await page.click("main form button");
    await page.waitForFunction((text) => [...document.querySelectorAll("li.line p")].filter((one) => one.textContent === text).length === 2, home.hostile);
    same(await page.locator("main img, main script").count(), 0, "what was written is text");
    await page.goto(`${home.console}/#/incidents/${home.incident}/severity`);
    await page.fill("input[maxlength='1000']", "names and addresses");
    await page.click("main form button");
    await page.getByRole("cell", { name: "names and addresses" }).waitFor();
    await page.goto(`${home.console}/#/incidents/${home.incident}/tasks`);
    const task = page.locator("li.line", { hasText: "List everybody who holds" });
    await task.getByRole("button", { name: w("It is done"), exact: true }).click();
    await task.locator("input").fill("asked the team");
    await task.getByRole("button", { name: w("It is done"), exact: true }).click();
    await task.locator(".tag.good").waitFor();
    await page.goto(`${home.console}/#/incidents/${home.incident}/notices`);
    await page.getByRole("button", { name: w("Draft a notice"), exact: true }).click();
    await page.getByRole("heading", { name: w("notice.title", { run: "1" }), exact: true }).waitFor();
    for (const [name, words] of [["English", "Dear"], ["Bahasa Indonesia", "Yth."], ["한국어", "유출"]]) {
      await page.getByRole("button", { name: w("notice.preview", { language: name }), exact: true }).click();
      await page.waitForFunction((text) => document.querySelector("article pre")?.textContent?.includes(text), words);
    }
    await look(page, "incident-notice-drafted");
    await page.context().close();
  }),

  public_words_are_checked_and_published_by_another: acted(async ({ home, w, states, open, lang }) => {
    const kim = await open("kim"), at = `${home.console}/#/incidents/${home.incident}`;
    const budi = await open("");
    await signIn(budi, home, "budi@shop.example");
    states.budi = await budi.context().storageState();
    await budi.goto(`${home.console}/#/incidents`);
    await budi.getByText(w("There is none that you may see.")).waitFor();
    await budi.goto(`${at}/timeline`);
    await budi.getByText(w("There is no such thing, or you may not see it.")).waitFor();
    check(!(await budi.content()).includes("Customer list copied"), "who is not let in learns nothing");
    await kim.goto(`${at}/tasks`);
    await kim.getByRole("button", { name: w("Let somebody in"), exact: true }).click();
    await kim.getByLabel(w("Who"), { exact: true }).selectOption({ label: "Budi" });
    await kim.getByRole("button", { name: w("Add"), exact: true }).click();
    await kim.getByText(w("may know"), { exact: true }).waitFor();
    await kim.goto(`${at}/facts`);
    for (const [about, text] of [["who", "Toko Kim"], ["contact", "privacy@shop.example"]]) {
      await kim.getByLabel(w("About"), { exact: true }).selectOption(about);
      await kim.getByLabel(w("Language"), { exact: true }).last().selectOption("");
      await kim.getByLabel(w("In your words"), { exact: true }).fill(text);
      await kim.getByRole("button", { name: w("Write it down"), exact: true }).click();
      await kim.locator("td .said", { hasText: text }).first().waitFor();
    }
    await kim.getByLabel(w("Question"), { exact: true }).selectOption("leak_confirmed");
    await kim.getByRole("button", { name: w("Answer"), exact: true }).click();
    await kim.getByText(w("Noted.")).waitFor();
    await kim.goto(`${at}/statements`);
    await kim.getByRole("button", { name: w("Draft it"), exact: true }).click();
    await kim.getByText(w("The check finds nothing.")).waitFor();
    await kim.getByText(w("Somebody else has to publish it")).waitFor();
    await kim.getByLabel(w("Where it is read"), { exact: true }).selectOption("sms");
    await kim.getByRole("button", { name: w("Change this text"), exact: true }).click();
    await kim.getByLabel(w("Your own text"), { exact: true }).fill(`${{ en: "Some of 5 people may have been exposed.", id: "Data 5 orang mungkin terpapar.", ko: "5명의 정보가 노출되었을 수 있습니다." }[lang]} ${home.hostile}`);
    await kim.getByRole("button", { name: w("Keep as a new draft"), exact: true }).click();
    await kim.getByText(w("a softer word than what happened")).first().waitFor();
    await look(kim, "incident-statement-faults");
    same(await kim.locator("main img, main script").count(), 0, "what was written is text");
    await kim.getByRole("button", { name: w("Open"), exact: true }).click();
    await kim.getByText(w("The check finds nothing.")).waitFor();
    await budi.goto(`${at}/statements`);
    await budi.getByRole("button", { name: w("It is published"), exact: true }).waitFor();
    check(await budi.getByRole("button", { name: w("It is published"), exact: true }).isDisabled(), "not with faults");
    await budi.getByRole("button", { name: w("Open"), exact: true }).click();
    await budi.getByText(w("The check finds nothing.")).waitFor();
    await budi.getByLabel(w("Where it was published"), { exact: true }).fill("shop.example, front page");
    await budi.getByRole("button", { name: w("It is published"), exact: true }).click();
    await budi.locator(".tag.good", { hasText: w("published") }).first().waitFor();
    await look(budi, "incident-statement-published");
    await budi.context().close();
    await kim.context().close();
  }),

  what_another_did_is_seen_as_it_happens: acted(async ({ home, w, open }) => {
    const kim = await open("kim"), budi = await open("budi");
    const deaf = await open("budi"), at = `${home.console}/#/incidents/${home.incident}`;
    await budi.addInitScript(() => { globalThis.setInterval = () => 0; }); // it cannot ask in turn
    await deaf.clock.install();
    await deaf.route("**/v1/events", (route) => route.fulfill({ status: 429, body: "" }));
    const add = async (text) => {
      await kim.goto(`${at}/timeline`);
      await kim.getByLabel(w("Add what was seen, done or heard"), { exact: true }).fill(text);
      await kim.getByRole("button", { name: w("Add"), exact: true }).click();
      await kim.locator("li.line p", { hasText: text }).waitFor();
    };
    await budi.goto(`${at}/timeline`);
    await budi.locator("[data-live=true]").waitFor({ state: "attached" });
    await deaf.goto(`${at}/timeline`);
    await deaf.locator("li.line").first().waitFor();
    await add("seen as it happens");
    await budi.locator("li.line p", { hasText: "seen as it happens" }).waitFor();
    await deaf.locator("[data-live=false]").waitFor({ state: "attached" });
    await deaf.clock.runFor(31000);
    await deaf.locator("li.line p", { hasText: "seen as it happens" }).waitFor();
    await go(budi, "team");
    await kim.goto(`${home.console}/#/settings/roles`);
    await kim.locator("tr", { hasText: w("help desk") }).getByRole("button", { name: w("Change"), exact: true }).click();
    await kim.getByLabel(w("telephone number"), { exact: true }).selectOption("full");
    await kim.getByRole("button", { name: w("Save the role"), exact: true }).click();
    await budi.locator("li.line", { hasText: "support" }).getByRole("button", { name: w("I agree"), exact: true }).waitFor();
    await kim.goto(`${home.console}/#/team`);
    await kim.locator("li.line", { hasText: "support" }).getByRole("button", { name: w("Take it back"), exact: true }).click();
    await budi.getByText(w("Nothing waits.")).waitFor();
    for (const page of [kim, budi, deaf]) await page.context().close();
  }),

  people_are_told_by_two_and_it_is_watched: acted(async ({ home, w, open }) => {
    const kim = await open("kim"), budi = await open("budi");
    const at = `${home.console}/#/incidents/${home.incident}/notices`;
    await kim.goto(at);
    const run = (page) => page.locator("section.sheet", { has: page.getByRole("heading", { name: w("notice.title", { run: "1" }), exact: true }) });
    await run(kim).getByRole("button", { name: w("Send a test"), exact: true }).click();
    await run(kim).getByLabel(w("To which address"), { exact: true }).fill("kim@shop.example");
    await run(kim).getByRole("button", { name: w("Send a test"), exact: true }).click();
    await kim.getByText(w("The test is on its way.")).waitFor();
    await run(kim).getByRole("button", { name: w("Send"), exact: true }).click();
    await kim.locator("dialog[open]").getByRole("button", { name: w("Send"), exact: true }).click();
    await run(kim).getByText(w("A second person has to agree before it goes out.")).waitFor();
    check((await run(kim).getByRole("button", { name: w("I agree"), exact: true }).count()) === 0, "nobody agrees to their own asking");
    await budi.goto(at);
    await run(budi).getByRole("button", { name: w("I agree"), exact: true }).click();
    await run(kim).locator(".tag.good", { hasText: w("done") }).waitFor({ timeout: 20000 });
    await run(kim).getByText(w("budget.of", { used: 12, limit: 12, share: "100%" })).waitFor();
    await look(kim, "incident-notice-sent");
    await nowhere(kim, ["Ji-woo Kim", "jiwoo@mail.example"], { dom: true });
    await kim.context().close();
    await budi.context().close();
  }),

  compensation_is_promised_by_two: acted(async ({ home, w, open, lang }) => {
    const kim = await open("kim"), budi = await open("budi");
    const at = `${home.console}/#/incidents/${home.incident}/redress`;
    await kim.goto(at);
    await kim.getByRole("button", { name: w("Begin"), exact: true }).click();
    await kim.getByLabel(w("redress.name"), { exact: true }).fill(home.hostile);
    await kim.getByLabel(w("Currency"), { exact: true }).selectOption("KRW");
    await kim.getByLabel(w("For each person"), { exact: true }).fill("50000");
    await kim.getByLabel(w("Good until"), { exact: true }).fill("2027-06-30");
    for (const [name, terms] of [["English", `You waive all claims. ${home.hostile}`], ["Bahasa Indonesia", "Berlaku untuk apa saja."], ["한국어", "무엇이든 살 수 있습니다."]]) await kim.getByLabel(w("redress.terms", { language: name }), { exact: true }).fill(terms);
    await kim.getByRole("button", { name: w("Draft it"), exact: true }).click();
    await kim.getByText(w("a waiver of rights")).waitFor();
    await look(kim, "incident-redress-flagged");
    same(await kim.locator("main img, main script").count(), 0, "terms are text");
    await kim.getByRole("button", { name: w("Promise it"), exact: true }).click();
    await kim.locator("dialog[open]").getByRole("button", { name: w("Promise it"), exact: true }).click();
    await kim.getByText(w("A second person has to agree: it stands under Team.")).waitFor();
    await budi.goto(`${home.console}/#/team`);
    await budi.locator("li.line", { hasText: w("approval.kind.campaign") }).getByRole("button", { name: w("I agree"), exact: true }).click();
    await budi.locator("li.line", { hasText: w("approval.kind.campaign") }).waitFor({ state: "detached" });
    await kim.reload();
    await kim.locator("article .tag.good", { hasText: w("promised") }).waitFor();
    await kim.getByText(new Intl.NumberFormat(lang, { style: "currency", currency: "KRW" }).format(600000)).first().waitFor();
    const [totals] = await Promise.all([kim.waitForEvent("download"), kim.getByRole("button", { name: w("Signed totals"), exact: true }).click()]);
    check(JSON.parse(readFileSync(await totals.path(), "utf8")).note.includes("amanah totals 1"), "the totals are a signed note");
    await look(kim, "incident-redress-promised");
    await kim.context().close();
    await budi.context().close();
  }),

  async who_looked_at_how_many_is_shown_by_the_hour() {
    await everywhere(async (page) => {
      await go(page, "watch");
      await page.waitForSelector("section > div > table");
      check((await page.locator("svg.hours rect").count()) >= 2, "hours with looks are bars");
      same(await page.locator("svg.hours .c-usual").count(), 1, "and what is usual a line");
      await look(page, "watch");
    });
  },

  a_reader_is_stopped_by_one_and_freed_by_two: acted(async ({ home, w, open }) => {
    const kim = await open("kim"), budi = await open("budi");
    await budi.goto(home.console);
    await budi.waitForSelector(".house");
    await kim.goto(`${home.console}/#/watch`);
    const row = kim.locator("tr", { hasText: "parcel labels" }).first();
    await row.getByRole("link", { name: w("What it did"), exact: true }).click();
    const did = kim.locator("section", { has: kim.getByRole("heading", { name: w("Look through the log"), exact: true }) }).locator("tbody tr");
    await did.first().waitFor();
    check((await did.allInnerTexts()).every((line) => line.includes("parcel labels")), "what one reader did, and nobody else");
    await go(kim, "watch");
    await row.getByRole("button", { name: w("Stop"), exact: true }).click();
    await kim.locator("dialog").getByRole("button", { name: w("Stop"), exact: true }).click();
    await row.getByRole("button", { name: w("Ask to let it look again"), exact: true }).click();
    await kim.getByText(w("A second person has to agree, below.")).waitFor();
    await kim.locator("li.line", { hasText: w("approval.kind.breaker") }).waitFor();
    await look(kim, "watch-stopped");
    check((await kim.locator("li.line", { hasText: w("approval.kind.breaker") }).getByRole("button", { name: w("I agree"), exact: true }).count()) === 0, "nobody agrees to their own asking");
    await go(budi, "watch");
    await budi.locator("li.line", { hasText: w("approval.kind.breaker") }).getByRole("button", { name: w("I agree"), exact: true }).click();
    await budi.locator("li.line", { hasText: w("approval.kind.breaker") }).waitFor({ state: "detached" });
    await budi.locator("tr", { hasText: "parcel labels" }).first().getByText(w("looks are tried again")).waitFor();
    const agree = async (kind) => { const line = budi.locator("li.line", { hasText: w(`approval.kind.${kind}`) }); await line.getByRole("button", { name: w("I agree"), exact: true }).click(); await line.waitFor({ state: "detached" }); };
    await folded(kim, w("Keep something silent"));
    await kim.getByLabel(w("What is not told"), { exact: true }).selectOption("dormant");
    await kim.getByLabel(w("Why"), { exact: true }).fill(home.hostile);
    await kim.getByRole("button", { name: w("Ask for silence"), exact: true }).click();
    await kim.locator("section", { has: kim.getByRole("heading", { name: w("mute.title"), exact: true }) }).getByText(w("A second person has to agree, below.")).waitFor();
    await agree("mute");
    await kim.locator("tr", { hasText: w("detector.dormant") }).getByText(home.hostile).waitFor();
    await folded(kim, w("Begin, or change who may see the list"));
    await kim.getByLabel(w("Mail domains of your own"), { exact: true }).fill("mail.toko.example");
    await kim.getByLabel(w("First who may see the list"), { exact: true }).selectOption({ label: "Kim" });
    await kim.getByLabel(w("Second who may see the list"), { exact: true }).selectOption({ label: "Budi" });
    await kim.getByRole("button", { name: w("Save the plan"), exact: true }).click();
    await kim.locator("li.line", { hasText: w("approval.kind.canary") }).waitFor();
    await agree("canary");
    await folded(kim, w("Hand one out"));
    await kim.getByLabel(w("Name of the partner"), { exact: true }).fill(home.hostile.slice(0, 40));
    await kim.getByRole("button", { name: w("Hand it out"), exact: true }).click();
    await kim.getByText(w("canary.planted")).waitFor();
    await kim.getByRole("button", { name: w("See the list"), exact: true }).click();
    await kim.getByText(w("canary.waits")).waitFor();
    await agree("canary");
    await kim.getByRole("button", { name: w("See the list"), exact: true }).click();
    await kim.locator("tr", { hasText: home.hostile.slice(0, 40) }).getByText("@mail.toko.example").waitFor();
    await look(kim, "watch-canaries");
    same(await kim.locator("main img, main script").count(), 0, "what was written is text");
    await kim.context().close();
    await budi.context().close();
  }),

  async who_works_here_and_what_the_shop_goes_by_is_shown() {
    await everywhere(async (page) => {
      await go(page, "team");
      await page.waitForSelector("table");
      await look(page, "team");
      for (const [part, ready] of SETTINGS) {
        await go(page, `settings/${part}`);
        await page.waitForSelector(`.tabs a[aria-current][href$="${part}"]`, { state: "attached" });
        await page.waitForSelector(ready);
        await look(page, `settings-${part}`);
      }
    });
  },

  a_colleague_comes_and_a_key_ends: acted(async ({ home, w, open }) => {
    const page = await open("kim");
    await page.goto(`${home.console}/#/team`);
    await page.getByLabel(w("Name"), { exact: true }).fill("Lee");
    await page.getByLabel(w("E-mail address"), { exact: true }).fill("lee@shop.example");
    await page.getByRole("button", { name: w("Add and invite"), exact: true }).click();
    await page.getByText(w("Hand this invitation over yourself")).waitFor();
    await page.getByRole("button", { name: w("I handed it over"), exact: true }).click();
    await page.locator("tr", { hasText: "lee@shop.example" }).getByText(w("invited")).waitFor();
    await page.locator("tr", { hasText: "lee@shop.example" }).getByRole("button", { name: w("Leaves"), exact: true }).click();
    await look(page, "team-leaving");
    await page.locator("dialog").getByRole("button", { name: w("Leaves"), exact: true }).click();
    await page.getByRole("heading", { name: w("team.left.title", { who: "Lee" }), exact: true }).waitFor();
    await page.locator("section", { has: page.getByRole("heading", { name: w("team.left.title", { who: "Lee" }), exact: true }) }).locator("td", { hasText: w("let in") }).first().waitFor();
    await look(page, "team-left");
    await page.getByRole("button", { name: w("Close"), exact: true }).click();
    await page.locator("tr", { hasText: "lee@shop.example" }).getByText(w("left"), { exact: true }).waitFor();
    const sari = page.locator("tr", { hasText: "sari@shop.example" });
    await sari.getByRole("button", { name: w("Change role"), exact: true }).click();
    await page.locator("dialog[open]").getByLabel(w("Role"), { exact: true }).selectOption("admin");
    await page.locator("dialog[open]").getByRole("button", { name: w("Change role"), exact: true }).click();
    await page.getByText(w("Asked. A second person has to agree, above.")).waitFor();
    await page.getByLabel(w("team.secret.name"), { exact: true }).fill(home.hostile);
    await page.getByRole("button", { name: w("Register a secret"), exact: true }).click();
    const secret = page.locator("tr", { hasText: home.hostile });
    await secret.getByRole("button", { name: w("Who knows it"), exact: true }).click();
    await page.locator("dialog[open]").getByLabel(w("Who knows it"), { exact: true }).selectOption({ label: "Sari" });
    await page.locator("dialog[open]").getByRole("button", { name: w("Add"), exact: true }).click();
    await secret.getByText("Sari").waitFor();
    await secret.getByRole("button", { name: w("It was changed"), exact: true }).click();
    await page.locator("dialog[open]").getByLabel(w("How it was changed"), { exact: true }).fill("a new one at the host");
    await page.locator("dialog[open]").getByLabel(w("How you saw that the old one is dead"), { exact: true }).fill("tried it: refused");
    await page.locator("dialog[open]").getByRole("button", { name: w("It was changed"), exact: true }).click();
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    same(await page.locator("main img, main script").count(), 0, "a name is text");
    await folded(page, w("Issue a key"));
    await page.getByLabel(w("What it is for"), { exact: true }).fill("for the auditor");
    await page.getByRole("button", { name: w("Issue it"), exact: true }).click();
    check((await page.locator(".note code", { hasText: "amk_" }).innerText()).length > 40, "the key, once");
    await page.locator(".note", { hasText: "amk_" }).getByRole("button", { name: w("I handed it over"), exact: true }).click();
    await page.locator("tr", { hasText: "for the auditor" }).getByText(w("role.auditor"), { exact: true }).waitFor();
    check(!(await page.content()).includes("amk_"), "and not again");
    await folded(page, w("Let somebody look at one customer"));
    await page.getByLabel(w("The customer's number"), { exact: true }).fill(home.ids["C-1"]);
    await page.getByLabel(w("Order or ticket that needs it"), { exact: true }).fill(home.hostile.slice(0, 60));
    await page.getByLabel(w("Which role"), { exact: true }).selectOption("warehouse");
    await page.getByRole("button", { name: w("Give the permission"), exact: true }).click();
    await page.locator("tr", { hasText: w("good now") }).getByText(w("role.warehouse")).waitFor();
    await look(page, "team-given");
    await page.locator("tr", { hasText: "parcel labels" }).getByRole("button", { name: w("End"), exact: true }).click();
    await page.locator("dialog").getByRole("button", { name: w("End"), exact: true }).click();
    await page.locator("tr", { hasText: "parcel labels" }).getByText(w("ended"), { exact: true }).waitFor();
    await page.goto(`${home.console}/#/settings/roles`);
    const support = page.locator("tr", { hasText: w("help desk") });
    await support.getByRole("button", { name: w("Change"), exact: true }).click();
    await page.getByLabel(w("Limit of a day"), { exact: true }).fill("10");
    await page.getByRole("button", { name: w("Save the role"), exact: true }).click();
    await support.getByText(w("people", { n: 10 })).waitFor();
    await page.getByText(w("Noted.")).waitFor();
    const own = await page.evaluate(() => fetch("/v1/roles").then((answer) => answer.json()).then((got) => got.items.find((one) => one.name === "support").own));
    same(own, ["daily"], "what was not said goes on by the shop's size");
    await page.getByLabel(w("e-mail address"), { exact: true }).selectOption("full");
    await page.getByRole("button", { name: w("Save the role"), exact: true }).click();
    await page.getByText(w("Asked. A second person has to agree: it stands under Team.")).waitFor();
    await look(page, "settings-role");
    await go(page, "settings/look");
    await page.getByLabel(w("Colours"), { exact: true }).selectOption("dark");
    same(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    await look(page, "settings-dark");
    same(await page.evaluate(() => Object.keys(localStorage).sort()), ["amanah.theme"], "all that is kept");
    await page.context().close();
  }),

  what_the_shop_goes_by_is_changed_and_loosened_by_two: acted(async ({ home, w, open }) => {
    const page = await open("kim");
    const at = (part) => page.goto(`${home.console}/#/settings/${part}`), sheet = (title) => page.locator("section.sheet", { has: page.getByRole("heading", { name: title, exact: true }) });
    await at("limits");
    await page.getByLabel(w("Which"), { exact: true }).selectOption({ label: w("warehouse") });
    await page.getByLabel(w("People a day"), { exact: true }).fill("7");
    await page.getByRole("button", { name: w("Set the limit"), exact: true }).click();
    await sheet(w("Limits of your own")).locator("tr", { hasText: w("warehouse") }).getByText("7", { exact: true }).waitFor();
    await page.getByLabel(w("Which"), { exact: true }).selectOption({ label: w("warehouse") });
    await page.getByLabel(w("People a day"), { exact: true }).fill("900");
    await page.getByRole("button", { name: w("Set the limit"), exact: true }).click();
    await page.getByText(w("Asked. A second person has to agree: it stands under Team.")).waitFor();
    await at("alerts");
    await page.getByLabel(w("What kind of place"), { exact: true }).selectOption("ocsf");
    await page.getByLabel(w("Name of the file, in the home"), { exact: true }).fill("found.jsonl");
    await page.getByRole("button", { name: w("Add the place"), exact: true }).click();
    const sink = page.locator("tr", { hasText: "found.jsonl" });
    await sink.getByRole("button", { name: w("Test"), exact: true }).click();
    await page.getByText(w("The test is on its way.")).waitFor();
    await sink.getByRole("button", { name: w("Remove"), exact: true }).click();
    await page.getByText(w("Asked. A second person has to agree: it stands under Team.")).waitFor();
    await look(page, "settings-alerts-asked");
    await at("mail");
    await sheet(w("Send a test mail")).getByLabel(w("To which address"), { exact: true }).fill("kim@shop.example");
    await page.getByRole("button", { name: w("Send a test"), exact: true }).click();
    await page.getByText(w("The test is on its way.")).waitFor();
    await page.getByLabel(w("Mails come from"), { exact: true }).fill("elsewhere@shop.example");
    await page.getByRole("button", { name: w("Save the mail host"), exact: true }).click();
    await page.getByText(w("Asked. A second person has to agree: it stands under Team.")).waitFor();
    await page.getByLabel(w("The host shows its name by"), { exact: true }).selectOption("own");
    await page.getByLabel(w("Certificates of the host"), { exact: true }).fill("no certificate");
    await page.getByRole("button", { name: w("Save the mail host"), exact: true }).click();
    await page.locator("[role=alert]").waitFor();
    await page.getByLabel(w("Certificates of the host"), { exact: true }).fill("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    await page.getByRole("button", { name: w("Save the mail host"), exact: true }).click();
    await page.getByText(w("Asked. A second person has to agree: it stands under Team.")).waitFor();
    await at("shop");
    await page.getByRole("button", { name: w("more"), exact: true }).waitFor();
    const book = sheet(w("Authorities")).locator("tbody tr"), some = await book.count();
    await page.getByLabel(w("Find in the book"), { exact: true }).fill("nobody has these words");
    await page.getByText(w("contact.not_found")).waitFor();
    await page.getByLabel(w("Find in the book"), { exact: true }).fill("");
    await page.getByRole("button", { name: w("more"), exact: true }).click();
    check((await book.count()) > some, "more of the book");
    await page.getByLabel(w("What it does"), { exact: true }).fill(home.hostile.slice(0, 40));
    await page.getByLabel(w("Country of its seat"), { exact: true }).fill("ID");
    await page.getByRole("button", { name: w("Save"), exact: true }).click();
    await page.waitForFunction(() => [...document.querySelectorAll("input")].some((one) => one.value === "ID"));
    await page.getByLabel(w("Who"), { exact: true }).fill(home.hostile);
    await page.getByLabel(w("Telephone, e-mail or page"), { exact: true }).fill("110");
    await page.getByRole("button", { name: w("Add to the book"), exact: true }).click();
    await page.locator("tr", { hasText: home.hostile }).getByRole("button", { name: w("Remove"), exact: true }).click();
    await page.locator("tr", { hasText: home.hostile }).waitFor({ state: "detached" });
    same(await page.locator("main img, main script").count(), 0, "what was written is text");
    await page.context().close();
  }),

  what_happened_is_written_down_and_weighed: acted(async ({ home, w, open }) => {
    const page = await open("kim");
    const at = (part) => page.goto(`${home.console}/#/incidents/${home.incident}/${part}`);
    const book = (title) => page.locator("section.sheet", { has: page.getByRole("heading", { name: title, exact: true }) });
    await at("happened");
    const causes = book(w("What may have caused it"));
    await causes.getByRole("button", { name: w("Add a possibility"), exact: true }).click();
    await causes.getByLabel(w("In your words"), { exact: true }).fill(home.hostile);
    await causes.getByRole("button", { name: w("Add"), exact: true }).click();
    const cause = causes.locator("li.line");
    await cause.getByRole("button", { name: w("Speaks for it"), exact: true }).click();
    await cause.getByLabel(w("In your words"), { exact: true }).fill("the key was used at night");
    await cause.getByLabel(w("What shows it"), { exact: true }).fill("line 1");
    await cause.getByRole("button", { name: w("Speaks for it"), exact: true }).click();
    await cause.getByText(w("hypothesis.weigh", { for: "1", against: "0" })).waitFor();
    await cause.getByRole("button", { name: w("It is the cause"), exact: true }).click();
    await cause.getByLabel(w("In your words"), { exact: true }).fill("nothing else fits");
    await cause.getByRole("button", { name: w("It is the cause"), exact: true }).click();
    await cause.getByText(w("the cause"), { exact: true }).waitFor();
    const claims = book(w("What is said in public"));
    await claims.getByRole("button", { name: w("Add a claim"), exact: true }).click();
    await claims.getByLabel(w("What was said"), { exact: true }).fill("only two were kept");
    await claims.getByLabel(w("Who says so"), { exact: true }).fill("a newspaper");
    await claims.getByLabel(w("How many people it speaks of"), { exact: true }).fill("2");
    await claims.getByLabel(w("What the number rests on"), { exact: true }).selectOption("device");
    await claims.getByRole("button", { name: w("Add"), exact: true }).click();
    await page.getByText(w("It says fewer than this shop counts as known, by its own log and by what was taken in.")).waitFor();
    await claims.getByRole("button", { name: w("I verified it"), exact: true }).click();
    await claims.getByLabel(w("What shows it"), { exact: true }).fill("line 1");
    await claims.getByRole("button", { name: w("I verified it"), exact: true }).click();
    await claims.getByText("somebody else than who made it must verify it").waitFor({ state: "attached" });
    const decisions = book(w("Decisions"));
    await decisions.getByRole("button", { name: w("Add a decision"), exact: true }).click();
    await decisions.getByLabel(w("What was to be decided"), { exact: true }).fill("whom to tell");
    await decisions.getByLabel(w("What was decided, and why"), { exact: true }).fill("everybody");
    await decisions.getByRole("button", { name: w("Add"), exact: true }).click();
    await decisions.getByText(w("log entries of then")).waitFor();
    await look(page, "incident-happened-filled");
    same(await page.locator("main img, main script").count(), 0, "what was written is text");
    await page.context().close();
  }),

  a_file_found_outside_is_matched_while_one_watches: acted(async ({ home, w, open, incident }) => {
    const page = await open("kim");
    await page.goto(`${home.console}/#/incidents/${home.incident}/evidence`);
    let rows = `email,name,ref,"${home.hostile.replaceAll('"', '""')}"\n`;
    for (let n = 0; n < 40000; n++) rows += n < 3000 ? `p${(n % 197) + 1}@mail.example,Person ${(n % 197) + 1},C-${(n % 197) + 1}\n` : `x${n}@elsewhere.example,"${home.hostile.replaceAll('"', '""')}",\n`;
    await page.setInputFiles("input[type=file]", { name: `${home.hostile}.csv`, mimeType: "text/csv", buffer: Buffer.from(rows) });
    await page.getByLabel(w("Where it is from"), { exact: true }).fill("the police");
    let goOn;
    const held = new Promise((done) => { goOn = done; });
    await page.route("**/evidence", async (route) => { await held; await route.continue(); });
    await page.getByRole("button", { name: w("Take it in"), exact: true }).click();
    await go(page, "today");
    await page.locator(".uploads [role=progressbar]").waitFor();
    await look(page, "today-upload");
    check(await page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true }))), "the browser asks before the window is closed");
    goOn();
    await page.locator(".uploads").waitFor({ state: "detached" });
    await page.goto(incident("evidence"));
    await page.getByRole("button", { name: w("Whose is it?"), exact: true }).waitFor();
    await page.getByRole("button", { name: w("Whose is it?"), exact: true }).click();
    await page.locator("[role=progressbar]").waitFor();
    await page.locator(".figures").waitFor({ timeout: 30000 });
    await look(page, "incident-evidence-matched");
    same(await page.locator("main img, main script").count(), 0, "the name of a file is text");
    await nowhere(page, ["p17@mail.example", "Person 17"], { dom: true });
    await page.getByRole("button", { name: w("Is it unchanged?"), exact: true }).click();
    await page.getByText(w("Every byte is what was taken in.")).waitFor();
    await page.context().close();
  }),

  a_leak_is_told_in_seven_answers_and_the_next_hour_is_laid_out: acted(async ({ home, w, open, at }) => {
    const page = await open("kim"), put = (label, text) => page.getByLabel(w(label), { exact: true }).fill(text);
    await page.goto(at("incidents"));
    await put("open.what", home.hostile);
    await page.getByLabel(w("open.kind"), { exact: true }).selectOption("mailbox");
    await put("guide.behind", home.hostile);
    await page.getByLabel(w("guide.suspect"), { exact: true }).selectOption({ label: "stolen key" });
    await put("guide.data", "names, of 40 people");
    let cut = true;
    page.unanswered = true;
    await page.route("**/v1/incidents/*/tasks", (route) => (cut && route.request().method() === "POST" ? (cut = false, route.abort()) : route.fallback()));
    await page.getByRole("button", { name: w("open.go"), exact: true }).click();
    await page.locator("main [role=alert]").waitFor();
    await page.getByRole("button", { name: w("open.go"), exact: true }).click();
    for (const step of ["guide.s1", "guide.s8"]) await page.locator("li.line", { hasText: w(step) }).waitFor();
    same(await page.locator("li.line", { hasText: w("guide.s1") }).count(), 1, "what was cut short goes on, and nothing is there twice");
    same(await page.locator("h1").innerText(), home.hostile, "a title is text");
    await look(page, "incident-guided");
    const id = /inc_\w+/.exec(page.url())[0], lines = await page.evaluate((of) => fetch(`/v1/incidents/${of}/timeline?limit=500`).then((got) => got.json()), id);
    same(lines.items.filter((one) => /^leak question/.test(one.source ?? "")).length, 5, "four answers, and whom it may be");
    const step = lines.items.find((one) => one.source === "leak step 1"), minutes = (Date.parse(step.due) - Date.parse(step.time)) / 60000;
    check(minutes > 9 && minutes < 11, `the next hour goes by the vault's clock: ${minutes}`);
    same(await page.locator("main img, main script").count(), 0);
    await page.goto(at("incidents"));
    await page.locator("main table a").nth(1).waitFor();
    same(await page.locator("main table a").count(), 2, "one more, not two");
    await page.context().close();
  }),

  a_thief_is_shut_out_and_what_blocks_the_end_is_said: acted(async ({ home, w, open }) => {
    const page = await open("kim");
    await page.goto(`${home.console}/#/incidents/${home.incident}/contain`);
    await page.getByRole("button", { name: w("See what would happen"), exact: true }).click();
    await page.getByText(w("Name somebody above first.")).waitFor();
    await page.getByRole("button", { name: w("Name somebody"), exact: true }).click();
    await page.getByLabel(w("Who"), { exact: true }).selectOption({ label: "stolen key" });
    await page.getByRole("button", { name: w("Add"), exact: true }).click();
    await page.locator("li.line .tag.warn").waitFor();
    await page.getByRole("button", { name: w("See what would happen"), exact: true }).click();
    await page.locator("dialog[open]").getByText(w("contain.key", { name: "stolen key" })).waitFor();
    await look(page, "incident-contain-sure");
    await page.locator("dialog[open]").getByRole("button", { name: w("Shut out"), exact: true }).click();
    await page.locator("td", { hasText: w("let in") }).first().waitFor();
    await page.locator("td .tag.good", { hasText: w("refused") }).first().waitFor();
    await look(page, "incident-contained");
    await page.goto(`${home.console}/#/incidents/${home.incident}/close`);
    await page.getByText(w("Somebody is still shut out")).waitFor();
    check(await page.getByRole("button", { name: w("Close the incident"), exact: true }).isDisabled(), "it cannot be closed yet");
    const [bundle] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: w("Make the file"), exact: true }).click()]);
    check((await home.run("verify", await bundle.path())).includes("stands in the ledger"), "the bundle is checked by the command");
    await look(page, "incident-close-blocked");
    await page.goto(`${home.console}/#/incidents/${home.incident}/contain`);
    await page.getByRole("button", { name: w("Let in again"), exact: true }).click();
    await page.locator("dialog[open]").getByRole("button", { name: w("Let in again"), exact: true }).click();
    await page.getByText(w("A second person has to agree: it stands under Team.")).waitFor();
    await page.context().close();
  }),
});
if (process.env.AMN_README && !failed) for (const name of ["today", "incident-scope", "person-shown"]) copyFileSync(`${SCREENS}/${name}-en-desktop.png`, `${process.env.AMN_README}/${name}.png`); // README's
await browser.close();
await close();
process.exit(failed ? 1 : 0);
