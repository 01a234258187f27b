// Stories of the portal: as customers use it, in three languages, on a phone and at a desk.
import jsQR from "jsqr";
import { FAULTS, faulty, saysSo } from "./faults.mjs";
import { check, firstView, look, nowhere, openBrowser, openHome, openPage, same, tell } from "./stage.mjs";
import { leftInEnglish, speaker } from "./words.mjs";

const home = await openHome("portal_stage.py");
const browser = await openBrowser();
const LANGS = ["en", "id", "ko"], DEVICES = ["phone", "desktop"];
const SECRETS = ["Ji-woo Kim", "jiwoo@mail.example", "+821012345678", "Dewi Lestari", "dewi@mail.example"];

/** What another program reads in a QR code of the page: its squares, drawn at five pixels each. */
async function scanned(svg) {
  const [box, path] = await Promise.all([svg.getAttribute("viewBox"), svg.locator("path").getAttribute("d")]);
  const side = Number(box.split(" ")[2]), scale = 5, data = new Uint8ClampedArray((side * scale) ** 2 * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let dy = 0; dy < scale; dy++) for (let dx = 0; dx < scale; dx++) data.fill(0, 4 * ((Number(y) * scale + dy) * side * scale + Number(x) * scale + dx), 4 * ((Number(y) * scale + dy) * side * scale + Number(x) * scale + dx) + 3);
  }
  return jsQR(data, side * scale, side * scale)?.data;
}

/** In every language on every device, each from a network of its own; dark where it is a phone in Korean. */
async function everywhere(story) {
  await Promise.all(LANGS.map(async (lang, at) => {
    for (const device of DEVICES) {
      const page = await openPage(browser, home, { lang, device, dark: lang === "ko" && device === "phone" });
      await page.setExtraHTTPHeaders({ "X-Forwarded-For": `192.0.2.${at * 2 + DEVICES.indexOf(device) + 1}` });
      await page.goto(home.console);
      await page.waitForSelector("h1");
      await story(page, lang, device);
      await page.context().close();
    }
  }));
}
const heading = () => document.querySelector("main h1")?.textContent ?? "";
/** Another room: its heading is there once it is, and each has its own. */
const go = async (page, place) => {
  const was = await page.evaluate(heading);
  await page.evaluate((to) => { location.hash = `#/${to}`; }, place);
  await page.waitForFunction((old) => ![old, ""].includes(document.querySelector("main h1")?.textContent ?? ""), was);
};

/** Ask for a code, read it in the mail, which is the COUNTth there, and come in with it. */
async function comeIn(page, email, count, wrong) {
  await page.fill("input[type=email]", email);
  await page.keyboard.press("Enter");
  await page.waitForSelector("input[autocomplete=one-time-code]");
  const code = /^ {4}(\d{8})\s*$/m.exec(await home.mail(email, count))?.[1] ?? "";
  await wrong?.(code);
  await page.fill("input[autocomplete=one-time-code]", `${code.slice(0, 4)} ${code.slice(4)}`);
  await page.keyboard.press("Enter");
}

/** In a visit: a ticket that is tied to who came in, with nothing asked that the shop knows. */
async function writesAsThemself(page, lang, device) {
  await go(page, "write");
  await page.waitForSelector("textarea");
  same(await page.locator("input[type=email]").count(), 0, "the shop has their address");
  await page.fill("textarea", `as myself ${lang} ${device}`);
  await look(page, "portal-write-mine");
  await page.click("form button[type=submit]");
  await page.waitForSelector(".note.good code");
  const own = await home.run("desk", "show", await page.locator(".note.good code").innerText());
  check(own.subject.startsWith("sub_") && own.lines[0].text === `as myself ${lang} ${device}`, "tied to them");
}

const failed = await tell({
  the_first_view_is_small: () => firstView(browser, home),

  async the_questions_are_there_in_the_readers_language() {
    await everywhere(async (page, lang) => {
      await page.waitForFunction(() => document.querySelector(".brand")?.textContent?.includes("Toko Kim"));
      same(await page.evaluate(() => document.documentElement.lang), lang);
      await look(page, "portal-home");
      for (const door of await page.$$eval(".doors a", (all) => all.map((one) => one.getAttribute("href")))) {
        check(/^#\/\w+$|^\/status\/$/.test(door ?? ""), `a door that leads somewhere: ${door}`);
      }
      for (const room of ["safe", "rights"]) {
        await go(page, room);
        await look(page, `portal-${room}`);
      }
    });
    const page = await openPage(browser, home);
    await page.goto(home.console);
    await page.selectOption(".top select", "ko");
    await page.waitForFunction(() => document.documentElement.lang === "ko");
    await page.reload();
    await page.waitForFunction(() => document.documentElement.lang === "ko");
    same(await page.evaluate(() => ({ ...localStorage })), { "amanah.language": "ko" }, "all that is kept");
    await page.context().close();
  },

  async public_words_are_read_without_a_script() {
    for (const lang of LANGS) for (const device of DEVICES) {
      const page = await openPage(browser, home, { lang, device, dark: lang === "id" && device === "phone" });
      await page.goto(`${home.console}/status/`);
      same(await page.evaluate(() => document.documentElement.lang), lang, "the browser's language");
      same(await page.locator("ol li").count(), 2, "every word with its date");
      same(await page.locator("script").count(), 0);
      await look(page, "portal-status");
      await page.click("ol li:last-child a");
      await page.waitForSelector(".old");
      await page.goBack();
      await page.click("nav a[lang=ko]");
      await page.waitForFunction(() => document.documentElement.lang === "ko");
      await page.context().close();
    }
  },

  async a_message_is_told_from_a_false_one() {
    await everywhere(async (page) => {
      await go(page, "message");
      await page.fill("input", home.codes["dewi@mail.example"].toUpperCase());
      await page.keyboard.press("Enter");
      await page.waitForSelector(".note.good");
      check((await page.locator(".note.good").innerText()).includes("d***@mail.example"), "the recipient, masked");
      same(await page.locator("form .note.warn").count(), 1, "and that a message to somebody else is false");
      await look(page, "portal-message-ours");
      await nowhere(page, SECRETS, { dom: true });
      await page.fill("input", "zzzzz-zzzzz-zzzzz-zzzzz-zzzzz-z");
      await page.click("form button[type=submit]");
      await page.waitForSelector(".note.bad");
      await look(page, "portal-message-false");
    });
  },

  async somebody_sees_what_of_theirs_leaked_and_nobody_else_does() {
    const people = { en: "hostile@mail.example", id: "dewi@mail.example", ko: "jiwoo@mail.example" }, mails = {};
    await everywhere(async (page, lang, device) => {
      const email = people[lang];
      await go(page, "mine");
      await page.waitForSelector("input[type=email]");
      await look(page, "portal-mine-ask");
      let right = "";
      mails[email] = (mails[email] ?? 1) + 1;
      await comeIn(page, email, mails[email], async (code) => {
        right = code;
        await page.locator("details summary").click();
        await look(page, "portal-mine-code");
        await nowhere(page, [...SECRETS, code], { dom: true });
        await page.fill("input[autocomplete=one-time-code]", code === "00000000" ? "00000001" : "00000000");
        await page.keyboard.press("Enter");
        await page.waitForSelector("[role=alert]");
      });
      await page.waitForSelector("section.sheet ul.list.strong");
      same(await page.locator("section.sheet ul.list.strong li").count(), 3, "three kinds of data of theirs");
      const cookie = (await page.context().cookies()).find((one) => one.name === "amanah-portal");
      same([cookie?.httpOnly, cookie?.sameSite], [true, "Strict"]);
      await look(page, "portal-mine");
      await nowhere(page, [...SECRETS, email, right], { dom: true });
      const sheets = page.locator("section.sheet");
      await sheets.nth(1).locator("button").click();
      await page.waitForSelector(".voucher svg.qr");
      same(await page.locator(".voucher").count(), 2);
      for (const voucher of await page.locator(".voucher").all()) {
        same(await scanned(voucher.locator("svg.qr")), await voucher.locator("code").innerText(), "a scanner reads the code that stands beside it");
      }
      await sheets.nth(2).locator("button").click();
      await page.waitForSelector("li.line .tag");
      same(await page.locator("li.line .tag.bad").count(), 0, "each look is proved");
      check(await page.locator("li.line .tag.good").count() > 3, "and there are some");
      const account = page.locator("form.payee"), given = `110-234-56789${DEVICES.indexOf(device)}`; // another each time: else nothing changes, and no mail tells it
      await account.locator("input").first().fill("DE00 3704 0044 0532 0130 00");
      await account.locator("input").last().fill(home.codes[email]);
      await account.locator("button[type=submit]").click();
      await account.locator("[role=alert]").waitFor();
      await account.locator("input").first().fill(given);
      await account.locator("button[type=submit]").click();
      await account.locator(".note.good").waitFor();
      check((await account.innerText()).includes(`***${given.slice(-4)}`), "its end alone is shown");
      check((await home.mail(email, ++mails[email])).includes(`***${given.slice(-4)}`), "and a mail tells it");
      await nowhere(page, [given, given.replaceAll("-", ""), home.codes[email]], { dom: true });
      await page.locator("form:not(.payee) input").fill(home.codes[email]);
      await page.locator("form:not(.payee) button[type=submit]").click();
      await page.waitForSelector("dl.held");
      check((await page.locator("dl.held").innerText()).includes("***"), "masked");
      await nowhere(page, [...SECRETS, email], { dom: true });
      same(await page.locator("main img, main script").count(), 0, "what a customer wrote is text");
      await look(page, "portal-mine-all");
      await writesAsThemself(page, lang, device);
      await go(page, "mine");
      await page.locator("main .row.apart button").click();
      await page.waitForSelector("input[type=email]");
      check(!(await page.content()).includes("***"), "gone with the visit");
    });
  },

  async a_bent_proof_is_called_so() {
    const page = await openPage(browser, home);
    await page.goto(`${home.console}/#/mine`);
    await comeIn(page, "ana@mail.example", 1);
    await page.waitForSelector(".note.good");
    await page.route("**/v1/portal/seen*", async (route) => {
      const answer = await route.fetch(), seen = await answer.json();
      seen.items[0].proof.salt = `A${seen.items[0].proof.salt.slice(1)}` === seen.items[0].proof.salt ? `B${seen.items[0].proof.salt.slice(1)}` : `A${seen.items[0].proof.salt.slice(1)}`;
      await route.fulfill({ response: answer, json: seen });
    });
    await page.locator("section.sheet").nth(1).locator("button").click();
    await page.waitForSelector("li.line .tag.bad");
    same(await page.locator("li.line .tag.bad").count(), 1, "that one, and no other");
    await page.context().close();
  },

  async somebody_writes_to_the_shop_and_is_told_by_when_it_answers() {
    await everywhere(async (page, lang) => {
      const said = `${home.hostile} canary-write-${lang}`;
      await go(page, "write");
      await page.check("label.pick:last-of-type input");
      await page.waitForSelector("form .note.warn");
      same(await page.locator("form .note.warn p").count(), 3, "what to do about a scam, before anything is sent");
      await look(page, "portal-write");
      const inputs = page.locator("form input:not([type=radio])");
      await inputs.nth(0).fill(`0812 ${home.hostile}`);
      await page.fill("textarea", said);
      await page.fill("input[type=email]", "somebody@mail.example");
      same(await page.locator("option[value=KR]").innerText(), { en: "South Korea", id: "Korea Selatan", ko: "대한민국" }[lang], "countries in the reader's words");
      await page.selectOption("form select", "ID");
      let lost;
      page.unanswered = true;
      await page.route("**/v1/portal/tickets", async (route) => { lost = (await (await route.fetch()).json()).id; await route.abort(); }, { times: 1 });
      await page.click("form button[type=submit]");
      await page.waitForSelector("[role=alert]");
      same(await page.inputValue("textarea"), said, "no answer came: what was written stays");
      await page.click("form button[type=submit]");
      await page.waitForSelector(".note.good code");
      const number = await page.locator(".note.good code").innerText();
      check(/^tkt_\w+$/.test(number), `a number: ${number}`);
      same(number, lost, "sent again, it is the same ticket");
      const due = Date.parse(await page.locator(".note.good time").getAttribute("datetime") ?? "");
      check(due > Date.now() && due < Date.now() + 86400e3, "by when, within a day");
      same(await page.evaluate(() => document.activeElement?.className), "note good", "and it is read out");
      same(await page.locator("main .note.warn").count(), 1, "advice once more");
      await look(page, "portal-write-sent");
      await nowhere(page, ["canary-write", "somebody@mail.example"], { dom: true });
      same(await page.locator("main img, main script").count(), 0);
      const kept = (await home.run("desk", "show", number)).lines[0];
      same([kept.text, kept.sender, kept.contact, kept.lang, kept.country], [said, `0812 ${home.hostile}`, "somebody@mail.example", lang, "ID"]);
      await page.click("main > div > button");
      await page.waitForSelector("textarea");
      same(await page.inputValue("textarea"), "", "what was sent is gone from the page");
    });
  },

  async who_came_in_writes_as_themself_unless_they_choose_otherwise() {
    const page = await openPage(browser, home);
    await page.goto(`${home.console}/#/mine`);
    await comeIn(page, "bo@mail.example", 1);
    await page.waitForSelector(".note.good");
    await go(page, "write");
    await page.waitForSelector("form select");
    await page.selectOption("form select", "");
    await page.waitForSelector("input[type=email]");
    await page.fill("textarea", "as somebody");
    await page.click("form button[type=submit]");
    await page.waitForSelector(".note.good code");
    check(!("subject" in await home.run("desk", "show", await page.locator(".note.good code").innerText())), "not tied");
    await page.click("main > div > button");
    await page.waitForSelector("form select");
    await page.selectOption("form select", "0");
    await page.fill("textarea", "too late");
    await page.context().clearCookies();
    await page.click("form button[type=submit]");
    await page.waitForSelector("[role=alert]");
    await page.waitForSelector("input[type=email]");
    same(await page.inputValue("textarea"), "too late", "the visit is over: what was written stays, and may go without a name");
    same(page.faults, []);
    await page.context().close();
  },

  async what_is_typed_is_text_and_nothing_else() {
    const page = await openPage(browser, home);
    await page.goto(home.console);
    for (const room of ["message", "mine", "write"]) {
      await go(page, room);
      await page.waitForSelector("form");
      if (room === "write") await page.check("label.pick:last-of-type input");
      for (const field of await page.locator("form :is(input:not([type=radio]), textarea)").all()) {
        await field.evaluate((at) => { at.form.noValidate = true; });
        await field.fill(home.hostile.slice(0, await field.evaluate((at) => (at.maxLength > 0 ? at.maxLength : 4000))));
      }
      await page.click("form button[type=submit]");
      await page.waitForSelector("form :is(.note.bad, [role=alert])");
      same(await page.locator("main img, main script").count(), 0, `what is typed at ${room} is text`);
    }
    same(page.faults, []);
    await Promise.all([page.waitForEvent("console", (line) => line.text().startsWith("policy:")), page.evaluate(() => fetch("https://elsewhere.invalid/").catch(() => undefined))]);
    check(page.faults.some((one) => one.includes("policy: connect-src")), `what the policy forbids fails a story: ${page.faults}`);
    await page.context().close();
  },

  async what_fails_is_said_on_every_page() {
    await Promise.all(LANGS.map(async (lang, nth) => {
      const page = await openPage(browser, home, { lang, device: DEVICES[nth % 2] }), at = await faulty(page, []), w = speaker(lang, "portal");
      for (const [turn, fault] of FAULTS.filter((one) => one.status !== 404).entries()) {
        at.fault = fault;
        await page.goto("about:blank"); // whose page it is cannot be asked either
        await page.goto(home.console);
        await page.waitForSelector(".doors a");
        same(await leftInEnglish(page, lang), [], `home, ${fault.name}, ${lang}: left in English`);
        for (const room of ["safe", "rights"]) await go(page, room);
        for (const [line, room] of ["message", "mine", "write"].entries()) {
          await go(page, room);
          const field = page.locator("main form :is(input:not([type=radio]), textarea)").first();
          await field.fill(room === "mine" ? "ana@mail.example" : home.codes["dewi@mail.example"]);
          await page.locator("main form button[type=submit]").click();
          await saysSo(page, { name: room, lang, fault, w, axe: line === turn });
          same(await field.inputValue(), room === "mine" ? "ana@mail.example" : home.codes["dewi@mail.example"], "what was typed stays");
        }
        await look(page, `portal-fault-${fault.status ?? "away"}`);
      }
      await page.context().close();
    }));
  },

  async all_of_it_works_by_keyboard() {
    const page = await openPage(browser, home);
    await page.goto(home.console);
    await page.waitForSelector(".doors a");
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("href") ?? document.activeElement?.tagName);
    await page.keyboard.press("Tab");
    same(await focused(), "#main", "first a way past the head");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    same(await focused(), "SELECT");
    await page.keyboard.press("Tab");
    for (const door of ["/status/", "#/mine", "#/message"]) {
      same(await focused(), door, "door by door");
      if (door !== "#/message") await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await page.waitForSelector("form");
    same(await page.evaluate(() => document.activeElement?.tagName), "H1", "a new page is read from its heading");
    await page.context().close();
  },
});
await browser.close();
await home.close();
process.exit(failed ? 1 : 0);
