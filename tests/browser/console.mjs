// Stories of the console: as staff use it, in three languages, on a phone and at a desk.
import { copyFileSync, readFileSync } from "node:fs";
import { SCREENS, check, firstView, look, nowhere, openBrowser, openHome, openPage, same, signIn, tell } from "./stage.mjs";

const home = await openHome();
const browser = await openBrowser();
const LANGS = ["en", "id", "ko"], DEVICES = ["phone", "desktop"];
const states = {};

/** In every language on every device: signed in once for all of them, one page each for all stories. */
const pages = new Map();
async function everywhere(story) {
  const told = await Promise.allSettled(LANGS.map(async (lang) => {
    for (const device of DEVICES) {
      const name = `${lang} ${device}`;
      if (!pages.has(name)) {
        pages.set(name, await openPage(browser, home, { lang, device, state: states.kim }));
        await pages.get(name).goto(home.console);
        await pages.get(name).waitForSelector(".house");
      }
      await story(pages.get(name), name);
    }
  }));
  for (const one of told) if (one.reason) throw one.reason;
}
const go = async (page, place) => { await page.evaluate((to) => { location.hash = `#/${to}`; }, place); await page.waitForFunction((to) => document.querySelector(`nav a[href="#/${to}"][aria-current]`), place.split("/")[0]); };

const failed = await tell({
  the_first_view_is_small: () => firstView(browser, home),

  async a_stranger_signs_in_by_password_and_code() {
    await Promise.all(LANGS.map(async (lang) => {
      for (const device of DEVICES) {
        const page = await openPage(browser, home, { lang, device, dark: device === "phone" });
        await page.goto(home.console);
        await page.waitForSelector("h1");
        await look(page, "sign-in");
        await page.context().close();
      }
    }));
    const page = await openPage(browser, home);
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
  },

  async a_new_colleague_makes_a_passkey_and_signs_in_with_it() {
    const page = await openPage(browser, home);
    const client = await page.context().newCDPSession(page);
    await client.send("WebAuthn.enable");
    await client.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
    await page.goto(home.console);
    await page.getByRole("button", { name: "I have an invitation" }).click();
    await page.getByLabel("Invitation").fill(home.invite);
    await page.getByRole("button", { name: "Make a passkey on this device" }).click();
    await page.getByRole("button", { name: "I wrote them down" }).waitFor();
    await look(page, "passkey-made");
    await page.getByRole("button", { name: "I wrote them down" }).click();
    await page.fill("input[type=email]", "sari@shop.example");
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.waitForSelector(".house, [role=alert]");
    same(await page.locator("[role=alert]").allTextContents(), []);
    await page.waitForSelector(".house");
    same(await page.locator(".side nav a").allTextContents(), ["Today", "People", "Settings"], "a help desk sees no more rooms than its role has");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForSelector("input[type=password]");
    await page.reload();
    await page.waitForSelector("input[type=password]");
    await page.context().close();
  },

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

  async values_vanish_by_themselves_and_when_the_page_is_left() {
    const page = await openPage(browser, home, { state: states.kim });
    await page.clock.install();
    await page.goto(`${home.console}/#/people/${home.ids["C-1002"]}`);
    const reveal = async () => {
      await page.waitForSelector("fieldset input[type=checkbox]");
      await page.check("fieldset label:has-text('e-mail') input");
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
  },

  async what_a_customer_wrote_is_text_and_nothing_else() {
    const page = await openPage(browser, home, { state: states.kim });
    await page.goto(`${home.console}/#/people/${home.ids["C-1003"]}`);
    await page.waitForSelector("fieldset input[type=checkbox]");
    for (const box of await page.$$("fieldset input[type=checkbox]")) await box.check();
    await page.fill("form input[maxlength='500']", home.hostile);
    await page.click("form button[type=submit]");
    await page.waitForSelector(".value");
    check((await page.locator(".value").allTextContents()).includes(home.hostile), "it is shown as it is");
    same(await page.locator("main img, main script").count(), 0, "and made nothing");
    await page.context().close();
  },

  async other_pages_get_nothing_from_these() {
    const page = await openPage(browser, home, { state: states.kim });
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
  },

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

  async the_log_is_looked_through_and_handed_out() {
    const page = await openPage(browser, home, { state: states.kim });
    await page.goto(`${home.console}/#/ledger`);
    await page.getByText("Nobody outside holds a state of the log").waitFor();
    const found = page.locator("section", { has: page.getByRole("heading", { name: "Look through the log" }) });
    await found.getByLabel("Who").selectOption({ label: "parcel labels" });
    await found.getByLabel("What").selectOption("reveal");
    await found.getByRole("button", { name: "Find" }).click();
    await found.locator("tbody tr").first().waitFor();
    const rows = await found.locator("tbody tr").allInnerTexts();
    check(rows.length >= 4 && rows.every((row) => row.includes("saw details") && row.includes("parcel labels")), `looks of that key alone: ${rows}`);
    await found.getByLabel("From").fill("2026-01-01T00:00");
    await found.getByLabel("To").fill("2026-01-02T00:00");
    await found.getByRole("button", { name: "Find" }).click();
    await found.getByText("None so far.").waitFor();
    await page.getByLabel("Who outside gets this state?").fill("our accountant");
    await page.getByRole("button", { name: "I sent it" }).click();
    await page.getByText("Noted.").waitFor();
    await page.reload();
    await page.getByText("it cannot be rewritten unseen").waitFor();
    await page.context().close();
  },

  async a_proof_that_is_wrong_is_called_so() {
    const page = await openPage(browser, home, { state: states.kim });
    await page.route("**/v1/ledger/proof?*", async (route) => {
      const answer = await route.fetch(), proof = await answer.json();
      proof.hashes[0] = proof.hashes[0].replace(/^./, (char) => (char === "A" ? "B" : "A"));
      await route.fulfill({ response: answer, json: proof });
    });
    await page.goto(`${home.console}/#/ledger/29`);
    await page.locator("section:has(h2:has-text('29')) button.main").click();
    await page.waitForSelector(".note.bad");
    await page.context().close();
  },

  async a_leak_is_seen_from_every_side() {
    await everywhere(async (page) => {
      await go(page, "incidents");
      await page.waitForSelector("table a");
      await look(page, "incidents");
      for (const [tab, ready] of [["clocks", ".meter"], ["scope", "svg.chart"], ["severity", "table"], ["reports", "main section"], ["notices", "main section"], ["tasks", "li.line"], ["timeline", "ol li.line"], ["contain", "main section"],
        ["happened", "li.line"], ["evidence", "form"], ["close", ".note"],
        ["facts", "table"], ["statements", "form"], ["redress", "main section"]]) {
        await page.evaluate(([id, part]) => { location.hash = `#/incidents/${id}/${part}`; }, [home.incident, tab]);
        await page.waitForSelector(`.tabs a[aria-current][href$="${tab}"]`, { state: "attached" });
        await page.waitForSelector(ready);
        await look(page, `incident-${tab}`);
      }
      await nowhere(page, ["Ji-woo Kim", "jiwoo@mail.example"], { dom: true });
    });
  },

  async a_leak_is_worked_on() {
    const page = await openPage(browser, home, { state: states.kim });
    await page.goto(`${home.console}/#/incidents/${home.incident}/clocks`);
    const korea = page.locator("article", { hasText: "Personal Information Protection Act" }).filter({ hasText: "to the authority" }).first();
    await korea.getByRole("button", { name: "I take care of it" }).click();
    await korea.getByText("Kim takes care of it").waitFor();
    await korea.getByRole("button", { name: "Draft the report" }).click();
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
    await task.getByRole("button", { name: "It is done" }).click();
    await task.locator("input").fill("asked the team");
    await task.getByRole("button", { name: "It is done" }).click();
    await task.locator(".tag.good").waitFor();
    await page.goto(`${home.console}/#/incidents/${home.incident}/notices`);
    await page.getByRole("button", { name: "Draft a notice" }).click();
    await page.getByRole("heading", { name: "Notice 1" }).waitFor();
    for (const [name, words] of [["English", "Dear"], ["Bahasa Indonesia", "Yth."], ["한국어", "유출"]]) {
      await page.getByRole("button", { name: `Read in ${name}` }).click();
      await page.waitForFunction((text) => document.querySelector("article pre")?.textContent?.includes(text), words);
    }
    await look(page, "incident-notice-drafted");
    await page.context().close();
  },

  async public_words_are_checked_and_published_by_another() {
    const kim = await openPage(browser, home, { state: states.kim }), at = `${home.console}/#/incidents/${home.incident}`;
    const budi = await openPage(browser, home);
    await signIn(budi, home, "budi@shop.example");
    states.budi = await budi.context().storageState();
    await budi.goto(`${home.console}/#/incidents`);
    await budi.getByText("There is none that you may see.").waitFor();
    await budi.goto(`${at}/timeline`);
    await budi.getByText("There is no such thing, or you may not see it.").waitFor();
    check(!(await budi.content()).includes("Customer list copied"), "who is not let in learns nothing");
    await kim.goto(`${at}/tasks`);
    await kim.getByRole("button", { name: "Let somebody in" }).click();
    await kim.getByLabel("Who", { exact: true }).selectOption({ label: "Budi" });
    await kim.getByRole("button", { name: "Add", exact: true }).click();
    await kim.getByText("may know", { exact: true }).waitFor();
    await kim.goto(`${at}/facts`);
    for (const [about, text] of [["who", "Toko Kim"], ["contact", "privacy@shop.example"]]) {
      await kim.getByLabel("About", { exact: true }).selectOption(about);
      await kim.getByLabel("Language").last().selectOption("");
      await kim.getByLabel("In your words").fill(text);
      await kim.getByRole("button", { name: "Write it down" }).click();
      await kim.locator("td .said", { hasText: text }).first().waitFor();
    }
    await kim.getByLabel("Question", { exact: true }).selectOption("leak_confirmed");
    await kim.getByRole("button", { name: "Answer" }).click();
    await kim.getByText("Noted.").waitFor();
    await kim.goto(`${at}/statements`);
    await kim.getByRole("button", { name: "Draft it" }).click();
    await kim.getByText("The check finds nothing.").waitFor();
    await kim.getByText("Somebody else has to publish it").waitFor();
    await kim.getByLabel("Where it is read").selectOption("sms");
    await kim.getByRole("button", { name: "Change this text" }).click();
    await kim.getByLabel("Your own text").fill(`Some of 5 people may have been exposed. ${home.hostile}`);
    await kim.getByRole("button", { name: "Keep as a new draft" }).click();
    await kim.getByText("a softer word than what happened").first().waitFor();
    await look(kim, "incident-statement-faults");
    same(await kim.locator("main img, main script").count(), 0, "what was written is text");
    await kim.getByRole("button", { name: "Open", exact: true }).click();
    await kim.getByText("The check finds nothing.").waitFor();
    await budi.goto(`${at}/statements`);
    await budi.getByRole("button", { name: "It is published" }).waitFor();
    check(await budi.getByRole("button", { name: "It is published" }).isDisabled(), "not with faults");
    await budi.getByRole("button", { name: "Open", exact: true }).click();
    await budi.getByText("The check finds nothing.").waitFor();
    await budi.getByLabel("Where it was published").fill("shop.example, front page");
    await budi.getByRole("button", { name: "It is published" }).click();
    await budi.locator(".tag.good", { hasText: "published" }).first().waitFor();
    await look(budi, "incident-statement-published");
    await budi.context().close();
    await kim.context().close();
  },

  async what_another_did_is_seen_as_it_happens() {
    const kim = await openPage(browser, home, { state: states.kim }), budi = await openPage(browser, home, { state: states.budi, device: "phone" });
    const deaf = await openPage(browser, home, { state: states.budi }), at = `${home.console}/#/incidents/${home.incident}`;
    await budi.addInitScript(() => { globalThis.setInterval = () => 0; }); // it cannot ask in turn
    await deaf.clock.install();
    await deaf.route("**/v1/events", (route) => route.fulfill({ status: 429, body: "" }));
    const add = async (text) => {
      await kim.goto(`${at}/timeline`);
      await kim.getByLabel("Add what was seen, done or heard").fill(text);
      await kim.getByRole("button", { name: "Add", exact: true }).click();
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
    await kim.locator("tr", { hasText: "help desk" }).getByRole("button", { name: "Change" }).click();
    await kim.getByLabel("telephone number").selectOption("full");
    await kim.getByRole("button", { name: "Save the role" }).click();
    await budi.locator("li.line", { hasText: "support" }).getByRole("button", { name: "I agree" }).waitFor();
    await kim.goto(`${home.console}/#/team`);
    await kim.locator("li.line", { hasText: "support" }).getByRole("button", { name: "Take it back" }).click();
    await budi.getByText("Nothing waits.").waitFor();
    for (const page of [kim, budi, deaf]) await page.context().close();
  },

  async people_are_told_by_two_and_it_is_watched() {
    const kim = await openPage(browser, home, { state: states.kim }), budi = await openPage(browser, home, { state: states.budi, device: "phone" });
    const at = `${home.console}/#/incidents/${home.incident}/notices`;
    await kim.goto(at);
    const run = (page) => page.locator("section.sheet", { has: page.getByRole("heading", { name: "Notice 1" }) });
    await run(kim).getByRole("button", { name: "Send a test" }).click();
    await run(kim).getByLabel("To which address").fill("kim@shop.example");
    await run(kim).getByRole("button", { name: "Send a test" }).click();
    await kim.getByText("The test is on its way.").waitFor();
    await run(kim).getByRole("button", { name: "Send", exact: true }).click();
    await kim.locator("dialog[open]").getByRole("button", { name: "Send", exact: true }).click();
    await run(kim).getByText("A second person has to agree before it goes out.").waitFor();
    check((await run(kim).getByRole("button", { name: "I agree" }).count()) === 0, "nobody agrees to their own asking");
    await budi.goto(at);
    await run(budi).getByRole("button", { name: "I agree" }).click();
    await run(kim).locator(".tag.good", { hasText: "done" }).waitFor({ timeout: 20000 });
    await run(kim).getByText("12 of 12 (100%)").waitFor();
    await look(kim, "incident-notice-sent");
    await nowhere(kim, ["Ji-woo Kim", "jiwoo@mail.example"], { dom: true });
    await kim.context().close();
    await budi.context().close();
  },

  async compensation_is_promised_by_two() {
    const kim = await openPage(browser, home, { state: states.kim }), budi = await openPage(browser, home, { state: states.budi });
    const at = `${home.console}/#/incidents/${home.incident}/redress`;
    await kim.goto(at);
    await kim.getByRole("button", { name: "Begin" }).click();
    await kim.getByLabel("What it is called").fill(home.hostile);
    await kim.getByLabel("Currency").selectOption("KRW");
    await kim.getByLabel("For each person").fill("50000");
    await kim.getByLabel("Good until").fill("2027-06-30");
    for (const [name, terms] of [["English", `You waive all claims. ${home.hostile}`], ["Bahasa Indonesia", "Berlaku untuk apa saja."], ["한국어", "무엇이든 살 수 있습니다."]]) await kim.getByLabel(`Terms in ${name}`).fill(terms);
    await kim.getByRole("button", { name: "Draft it" }).click();
    await kim.getByText("a waiver of rights").waitFor();
    await look(kim, "incident-redress-flagged");
    same(await kim.locator("main img, main script").count(), 0, "terms are text");
    await kim.getByRole("button", { name: "Promise it" }).click();
    await kim.locator("dialog[open]").getByRole("button", { name: "Promise it" }).click();
    await kim.getByText("A second person has to agree: it stands under Team.").waitFor();
    await budi.goto(`${home.console}/#/team`);
    await budi.locator("li.line", { hasText: "is announced" }).getByRole("button", { name: "I agree" }).click();
    await budi.locator("li.line", { hasText: "is announced" }).waitFor({ state: "detached" });
    await kim.reload();
    await kim.locator("article .tag.good", { hasText: "promised" }).waitFor();
    await kim.getByText("₩600,000").first().waitFor();
    const [totals] = await Promise.all([kim.waitForEvent("download"), kim.getByRole("button", { name: "Signed totals" }).click()]);
    check(JSON.parse(readFileSync(await totals.path(), "utf8")).note.includes("amanah totals 1"), "the totals are a signed note");
    await look(kim, "incident-redress-promised");
    await kim.context().close();
    await budi.context().close();
  },

  async a_reader_is_stopped_by_one_and_freed_by_two() {
    await everywhere(async (page) => {
      await go(page, "watch");
      await page.waitForSelector("section > div > table");
      check((await page.locator("svg.hours rect").count()) >= 2, "hours with looks are bars");
      same(await page.locator("svg.hours .c-usual").count(), 1, "and what is usual a line");
      await look(page, "watch");
    });
    const kim = await openPage(browser, home, { state: states.kim }), budi = await openPage(browser, home, { state: states.budi });
    await budi.goto(home.console);
    await budi.waitForSelector(".house");
    await kim.goto(`${home.console}/#/watch`);
    const row = kim.locator("tr", { hasText: "parcel labels" }).first();
    await row.getByRole("link", { name: "What it did" }).click();
    const did = kim.locator("section", { has: kim.getByRole("heading", { name: "Look through the log" }) }).locator("tbody tr");
    await did.first().waitFor();
    check((await did.allInnerTexts()).every((line) => line.includes("parcel labels")), "what one reader did, and nobody else");
    await go(kim, "watch");
    await row.getByRole("button", { name: "Stop" }).click();
    await kim.locator("dialog").getByRole("button", { name: "Stop" }).click();
    await row.getByRole("button", { name: "Ask to let it look again" }).click();
    await kim.getByText("A second person has to agree, below.").waitFor();
    await kim.locator("li.line", { hasText: "may look again" }).waitFor();
    await look(kim, "watch-stopped");
    check((await kim.locator("li.line", { hasText: "may look again" }).getByRole("button", { name: "I agree" }).count()) === 0, "nobody agrees to their own asking");
    await go(budi, "watch");
    await budi.locator("li.line", { hasText: "may look again" }).getByRole("button", { name: "I agree" }).click();
    await budi.locator("li.line", { hasText: "may look again" }).waitFor({ state: "detached" });
    await budi.locator("tr", { hasText: "parcel labels" }).first().getByText("looks are tried again").waitFor({ timeout: 15000 });
    await kim.context().close();
    await budi.context().close();
  },

  async a_colleague_comes_and_a_key_ends() {
    await everywhere(async (page) => {
      await go(page, "team");
      await page.waitForSelector("table");
      await look(page, "team");
      for (const [part, ready] of [["look", "main select"], ["roles", "main table"], ["limits", "main form"], ["mail", "main dl"], ["alerts", "main form"], ["shop", "main table"], ["safety", "main code"]]) {
        await go(page, `settings/${part}`);
        await page.waitForSelector(`.tabs a[aria-current][href$="${part}"]`, { state: "attached" });
        await page.waitForSelector(ready);
        await look(page, `settings-${part}`);
      }
    });
    const page = await openPage(browser, home, { state: states.kim });
    await page.goto(`${home.console}/#/team`);
    await page.getByLabel("Name").fill("Lee");
    await page.getByLabel("E-mail address").fill("lee@shop.example");
    await page.getByRole("button", { name: "Add and invite" }).click();
    await page.getByText("Hand this invitation over yourself").waitFor();
    await page.getByRole("button", { name: "I handed it over" }).click();
    await page.locator("tr", { hasText: "lee@shop.example" }).getByText("invited").waitFor();
    await page.locator("tr", { hasText: "lee@shop.example" }).getByRole("button", { name: "Leaves" }).click();
    await look(page, "team-leaving");
    await page.locator("dialog").getByRole("button", { name: "Leaves" }).click();
    await page.getByRole("heading", { name: "Lee has left" }).waitFor();
    await page.locator("section", { has: page.getByRole("heading", { name: "Lee has left" }) }).locator("td", { hasText: "let in" }).first().waitFor();
    await look(page, "team-left");
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.locator("tr", { hasText: "lee@shop.example" }).getByText("left", { exact: true }).waitFor();
    const sari = page.locator("tr", { hasText: "sari@shop.example" });
    await sari.getByRole("button", { name: "Change role" }).click();
    await page.locator("dialog[open]").getByLabel("Role").selectOption("admin");
    await page.locator("dialog[open]").getByRole("button", { name: "Change role" }).click();
    await page.getByText("Asked. A second person has to agree, above.").waitFor();
    await page.getByLabel("What it is called").fill(home.hostile);
    await page.getByRole("button", { name: "Register a secret" }).click();
    const secret = page.locator("tr", { hasText: home.hostile });
    await secret.getByRole("button", { name: "Who knows it" }).click();
    await page.locator("dialog[open]").getByLabel("Who knows it").selectOption({ label: "Sari" });
    await page.locator("dialog[open]").getByRole("button", { name: "Add" }).click();
    await secret.getByText("Sari").waitFor();
    await secret.getByRole("button", { name: "It was changed" }).click();
    await page.locator("dialog[open]").getByLabel("How it was changed").fill("a new one at the host");
    await page.locator("dialog[open]").getByLabel("How you saw that the old one is dead").fill("tried it: refused");
    await page.locator("dialog[open]").getByRole("button", { name: "It was changed" }).click();
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    same(await page.locator("main img, main script").count(), 0, "a name is text");
    await page.locator("tr", { hasText: "parcel labels" }).getByRole("button", { name: "End" }).click();
    await page.locator("dialog").getByRole("button", { name: "End" }).click();
    await page.locator("tr", { hasText: "parcel labels" }).getByText("ended", { exact: true }).waitFor();
    await page.goto(`${home.console}/#/settings/roles`);
    const support = page.locator("tr", { hasText: "help desk" });
    await support.getByRole("button", { name: "Change" }).click();
    await page.getByLabel("Limit of a day").fill("10");
    await page.getByRole("button", { name: "Save the role" }).click();
    await support.getByText("10 people").waitFor();
    await page.getByText("Noted.").waitFor();
    const own = await page.evaluate(() => fetch("/v1/roles").then((answer) => answer.json()).then((got) => got.items.find((one) => one.name === "support").own));
    same(own, ["daily"], "what was not said goes on by the shop's size");
    await page.getByLabel("e-mail address").selectOption("full");
    await page.getByRole("button", { name: "Save the role" }).click();
    await page.getByText("Asked. A second person has to agree: it stands under Team.").waitFor();
    await look(page, "settings-role");
    await go(page, "settings/look");
    await page.getByLabel("Colours").selectOption("dark");
    same(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    await look(page, "settings-dark");
    same(await page.evaluate(() => Object.keys(localStorage).sort()), ["amanah.theme"], "all that is kept");
    await page.context().close();
  },

  async what_the_shop_goes_by_is_changed_and_loosened_by_two() {
    const page = await openPage(browser, home, { state: states.kim, device: "phone" });
    const at = (part) => page.goto(`${home.console}/#/settings/${part}`), sheet = (title) => page.locator("section.sheet", { has: page.getByRole("heading", { name: title, exact: true }) });
    await at("limits");
    await page.getByLabel("Which").selectOption({ label: "warehouse" });
    await page.getByLabel("People a day").fill("7");
    await page.getByRole("button", { name: "Set the limit" }).click();
    await sheet("Limits of your own").locator("tr", { hasText: "warehouse" }).getByText("7", { exact: true }).waitFor();
    await page.getByLabel("Which").selectOption({ label: "warehouse" });
    await page.getByLabel("People a day").fill("900");
    await page.getByRole("button", { name: "Set the limit" }).click();
    await page.getByText("Asked. A second person has to agree: it stands under Team.").waitFor();
    await at("alerts");
    await page.getByLabel("What kind of place").selectOption("ocsf");
    await page.getByLabel("Name of the file, in the home").fill("found.jsonl");
    await page.getByRole("button", { name: "Add the place" }).click();
    const sink = page.locator("tr", { hasText: "found.jsonl" });
    await sink.getByRole("button", { name: "Test" }).click();
    await page.getByText("The test is on its way.").waitFor();
    await sink.getByRole("button", { name: "Remove" }).click();
    await page.getByText("Asked. A second person has to agree: it stands under Team.").waitFor();
    await look(page, "settings-alerts-asked");
    await at("mail");
    await sheet("Send a test mail").getByLabel("To which address").fill("kim@shop.example");
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("The test is on its way.").waitFor();
    await page.getByLabel("Mails come from").fill("elsewhere@shop.example");
    await page.getByRole("button", { name: "Save the mail host" }).click();
    await page.getByText("Asked. A second person has to agree: it stands under Team.").waitFor();
    await at("shop");
    await page.getByLabel("What it does").fill(home.hostile.slice(0, 40));
    await page.getByLabel("Country of its seat").fill("ID");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForFunction(() => [...document.querySelectorAll("input")].some((one) => one.value === "ID"));
    await page.getByLabel("Who", { exact: true }).fill(home.hostile);
    await page.getByLabel("Telephone, e-mail or page").fill("110");
    await page.getByRole("button", { name: "Add to the book" }).click();
    await page.locator("tr", { hasText: home.hostile }).getByRole("button", { name: "Remove" }).click();
    await page.locator("tr", { hasText: home.hostile }).waitFor({ state: "detached" });
    same(await page.locator("main img, main script").count(), 0, "what was written is text");
    await page.context().close();
  },

  async what_happened_is_written_down_and_weighed() {
    const page = await openPage(browser, home, { state: states.kim });
    const at = (part) => page.goto(`${home.console}/#/incidents/${home.incident}/${part}`);
    const book = (title) => page.locator("section.sheet", { has: page.getByRole("heading", { name: title, exact: true }) });
    await at("happened");
    const causes = book("What may have caused it");
    await causes.getByRole("button", { name: "Add a possibility" }).click();
    await causes.getByLabel("In your words").fill(home.hostile);
    await causes.getByRole("button", { name: "Add", exact: true }).click();
    const cause = causes.locator("li.line");
    await cause.getByRole("button", { name: "Speaks for it" }).click();
    await cause.getByLabel("In your words").fill("the key was used at night");
    await cause.getByLabel("What shows it").fill("line 1");
    await cause.getByRole("button", { name: "Speaks for it" }).click();
    await cause.getByText("1 for, 0 against").waitFor();
    await cause.getByRole("button", { name: "It is the cause" }).click();
    await cause.getByLabel("In your words").fill("nothing else fits");
    await cause.getByRole("button", { name: "It is the cause" }).click();
    await cause.getByText("the cause", { exact: true }).waitFor();
    const claims = book("What is said in public");
    await claims.getByRole("button", { name: "Add a claim" }).click();
    await claims.getByLabel("What was said").fill("only two were kept");
    await claims.getByLabel("Who says so").fill("a newspaper");
    await claims.getByLabel("How many people it speaks of").fill("2");
    await claims.getByLabel("What the number rests on").selectOption("device");
    await claims.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("It says fewer than are known by this shop's own log.").waitFor();
    await claims.getByRole("button", { name: "I verified it" }).click();
    await claims.getByLabel("What shows it").fill("line 1");
    await claims.getByRole("button", { name: "I verified it" }).click();
    await claims.getByText("somebody else than who made it must verify it").waitFor();
    const decisions = book("Decisions");
    await decisions.getByRole("button", { name: "Add a decision" }).click();
    await decisions.getByLabel("What was to be decided").fill("whom to tell");
    await decisions.getByLabel("What was decided, and why").fill("everybody");
    await decisions.getByRole("button", { name: "Add", exact: true }).click();
    await decisions.getByText("log entries of then").waitFor();
    await look(page, "incident-happened-filled");
    same(await page.locator("main img, main script").count(), 0, "what was written is text");
    await page.context().close();
  },

  async a_file_found_outside_is_matched_while_one_watches() {
    const page = await openPage(browser, home, { state: states.kim, device: "phone" });
    await page.goto(`${home.console}/#/incidents/${home.incident}/evidence`);
    let rows = "email,name,ref\n";
    for (let n = 0; n < 40000; n++) rows += n < 3000 ? `p${(n % 197) + 1}@mail.example,Person ${(n % 197) + 1},C-${(n % 197) + 1}\n` : `x${n}@elsewhere.example,"${home.hostile.replaceAll('"', '""')}",\n`;
    await page.setInputFiles("input[type=file]", { name: `${home.hostile}.csv`, mimeType: "text/csv", buffer: Buffer.from(rows) });
    await page.getByLabel("Where it is from").fill("the police");
    await page.getByRole("button", { name: "Take it in" }).click();
    await page.getByRole("button", { name: "Whose is it?" }).waitFor();
    await page.getByRole("button", { name: "Whose is it?" }).click();
    await page.locator("[role=progressbar]").waitFor();
    await page.locator(".figures").waitFor({ timeout: 30000 });
    await look(page, "incident-evidence-matched");
    same(await page.locator("main img, main script").count(), 0, "the name of a file is text");
    await nowhere(page, ["p17@mail.example", "Person 17"], { dom: true });
    await page.getByRole("button", { name: "Is it unchanged?" }).click();
    await page.getByText("Every byte is what was taken in.").waitFor();
    await page.context().close();
  },

  async a_thief_is_shut_out_and_what_blocks_the_end_is_said() {
    const page = await openPage(browser, home, { state: states.kim });
    await page.goto(`${home.console}/#/incidents/${home.incident}/contain`);
    await page.getByRole("button", { name: "See what would happen" }).click();
    await page.getByText("Name somebody above first.").waitFor();
    await page.getByRole("button", { name: "Name somebody" }).click();
    await page.getByLabel("Who", { exact: true }).selectOption({ label: "stolen key" });
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.locator("li.line .tag.warn").waitFor();
    await page.getByRole("button", { name: "See what would happen" }).click();
    await page.locator("dialog[open]").getByText("The key stolen key ends").waitFor();
    await look(page, "incident-contain-sure");
    await page.locator("dialog[open]").getByRole("button", { name: "Shut out" }).click();
    await page.locator("td", { hasText: "let in" }).first().waitFor();
    await page.locator("td .tag.good", { hasText: "refused" }).first().waitFor();
    await look(page, "incident-contained");
    await page.goto(`${home.console}/#/incidents/${home.incident}/close`);
    await page.getByText("Somebody is still shut out").waitFor();
    check(await page.getByRole("button", { name: "Close the incident" }).isDisabled(), "it cannot be closed yet");
    const [bundle] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Make the file" }).click()]);
    check((await home.run("verify", await bundle.path())).includes("stands in the ledger"), "the bundle is checked by the command");
    await look(page, "incident-close-blocked");
    await page.goto(`${home.console}/#/incidents/${home.incident}/contain`);
    await page.getByRole("button", { name: "Let in again" }).click();
    await page.locator("dialog[open]").getByRole("button", { name: "Let in again" }).click();
    await page.getByText("A second person has to agree: it stands under Team.").waitFor();
    await page.context().close();
  },
});
if (process.env.AMN_README && !failed) for (const name of ["today", "incident-scope", "person-shown"]) copyFileSync(`${SCREENS}/${name}-en-desktop.png`, `${process.env.AMN_README}/${name}.png`); // README's
await browser.close();
await home.close();
process.exit(failed ? 1 : 0);
