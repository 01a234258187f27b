// Stories of the console: as staff use it, in three languages, on a phone and at a desk.
import { check, look, nowhere, openBrowser, openHome, openPage, same, signIn, tell } from "./stage.mjs";

const home = await openHome();
const browser = await openBrowser();
const LANGS = ["en", "id", "ko"], DEVICES = ["phone", "desktop"];
const states = {};

/** In every language on every device, signed in once for all of them. */
async function everywhere(story) {
  for (const lang of LANGS) for (const device of DEVICES) {
    const page = await openPage(browser, home, { lang, device, state: states.kim });
    await page.goto(home.console);
    await page.waitForSelector(".house");
    await story(page, `${lang} ${device}`);
    await page.context().close();
  }
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
});
await browser.close();
await home.close();
process.exit(failed ? 1 : 0);
