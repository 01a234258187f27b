// Stories of the console: as staff use it, in three languages, on a phone and at a desk.
import { check, look, nowhere, openBrowser, openHome, openPage, same, signIn, tell } from "./stage.mjs";

const home = await openHome();
const browser = await openBrowser();
const LANGS = ["en", "id", "ko"], DEVICES = ["phone", "desktop"];
const states = {};

/** In every language on every device, signed in once for all of them. */
async function everywhere(story) {
  await Promise.all(LANGS.map(async (lang) => {
    for (const device of DEVICES) {
      const page = await openPage(browser, home, { lang, device, state: states.kim });
      await page.goto(home.console);
      await page.waitForSelector(".house");
      await story(page, `${lang} ${device}`);
      await page.context().close();
    }
  }));
}
const go = async (page, place) => { await page.evaluate((to) => { location.hash = `#/${to}`; }, place); await page.waitForFunction((to) => document.querySelector(`nav a[href="#/${to}"][aria-current]`), place.split("/")[0]); };

const failed = await tell({
  async the_first_view_is_small() {
    const page = await openPage(browser, home);
    let bytes = 0;
    const client = await page.context().newCDPSession(page);
    await client.send("Network.enable");
    client.on("Network.loadingFinished", (event) => { bytes += event.encodedDataLength; });
    await page.goto(home.console, { waitUntil: "networkidle" });
    check(bytes > 5000 && bytes < 100 * 1024, `under 100 KB on the line: ${bytes}`);
    console.log(`        first view: ${bytes} bytes`);
    await page.context().close();
  },

  async a_stranger_signs_in_by_password_and_code() {
    for (const lang of LANGS) for (const device of DEVICES) {
      const page = await openPage(browser, home, { lang, device, dark: device === "phone" });
      await page.goto(home.console);
      await page.waitForSelector("h1");
      await look(page, "sign-in");
      await page.context().close();
    }
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

  async today_shows_what_goes_on() {
    await everywhere(async (page) => {
      await page.waitForSelector(".figures");
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
});
await browser.close();
await home.close();
process.exit(failed ? 1 : 0);
