// Today, and people: found, shown for a while, hidden again.
import { go, isText, sheet } from "../cast.mjs";
import { check, look, nowhere, same } from "../stage.mjs";

export const people = {
  today_shows_what_goes_on: async ({ open }) => {
    const page = await open("kim");
    await go(page, "today");
    await page.waitForSelector(".figures");
    const left = page.locator("time .tag").first();
    await left.waitFor();
    check(/^(sisa )?2[34] |23시간|24시간/.test(await left.innerText()), `a deadline of a day goes by the vault's clock: ${await left.innerText()}`);
    await look(page, "today");
    await nowhere(page, ["Ji-woo", "jiwoo@mail.example", "dewi@mail.example"], { dom: true });
  },

  somebody_is_found_shown_for_a_while_and_hidden_again: async ({ open }) => {
    const secrets = ["Ji-woo Kim", "jiwoo@mail.example", "+821012345678"];
    const page = await open("kim");
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
  },

  values_vanish_by_themselves_and_when_the_page_is_left: async ({ home, w, apart }) => {
    const page = await apart("kim", (one) => one.clock.install());
    await go(page, `people/${home.ids["C-1002"]}`);
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
  },

  what_a_customer_wrote_is_text_and_nothing_else: async ({ home, open }) => {
    const page = await open("kim");
    await go(page, `people/${home.ids["C-1003"]}`);
    await page.waitForSelector("fieldset input[type=checkbox]");
    for (const box of await page.$$("fieldset input[type=checkbox]")) await box.check();
    await page.fill("form input[maxlength='500']", home.hostile);
    await page.click("form button[type=submit]");
    await page.waitForSelector(".value");
    const shown = await page.locator(".value").allTextContents();
    same(home.written.filter((text) => !shown.includes(text)), [], "each field that takes any text is shown as it was written");
    check(shown.filter((text) => text.startsWith("<img")).length >= home.written.length, `all of them: ${shown.length}`);
    await isText(page);
  },

  somebody_leaves_and_is_erased_once_no_leak_is_open: async ({ home, w, open }) => {
    const page = await open("kim"), end = (name) => sheet(page, w("end.title")).getByRole("button", { name: w(name), exact: true });
    await go(page, `people/${home.ids["C-3"]}`);
    await end("end.close").click();
    await look(page, "person-closing");
    await page.locator("dialog[open]").getByRole("button", { name: w("cancel"), exact: true }).click();
    await page.locator("dialog[open]").waitFor({ state: "detached" }); // nothing happens to somebody who thought better of it
    same(await page.locator(".tag", { hasText: w("status.closed") }).count(), 0, "nobody was closed");
    await end("end.close").click();
    await page.locator("dialog[open]").getByRole("button", { name: w("end.close"), exact: true }).click();
    await page.locator(".tag", { hasText: w("status.closed") }).waitFor();
    same(await end("end.close").count(), 0, "once");
    await end("end.erase").click();
    await page.locator("dialog[open]").getByLabel(w("people.reason"), { exact: true }).fill(home.hostile);
    await look(page, "person-erasing");
    await page.locator("dialog[open]").getByRole("button", { name: w("end.erase"), exact: true }).click();
    await page.getByText(w("It waits until no leak is being handled any more")).waitFor(); // a leak is open: nothing is destroyed meanwhile
    await look(page, "person-waits");
    await isText(page);
    await go(page, `people/${home.erased}`);
    await page.getByText(w("problem.subject.erased")).waitFor();
    await look(page, "person-erased");
  },
};
