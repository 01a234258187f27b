// What the shop goes by.
import { SETTINGS, go, isText, sheet } from "../cast.mjs";
import { check, look } from "../stage.mjs";

export const settings = {
  who_works_here_and_what_the_shop_goes_by_is_shown: async ({ open }) => {
    const page = await open("kim");
    await go(page, "team");
    await page.waitForSelector("table");
    await look(page, "team");
    for (const [part, ready] of SETTINGS) {
      await go(page, `settings/${part}`);
      await page.waitForSelector(`.tabs a[aria-current][href$="${part}"]`, { state: "attached" });
      await page.waitForSelector(ready);
      await look(page, `settings-${part}`);
    }
  },

  what_the_shop_goes_by_is_changed_and_loosened_by_two: async ({ home, w, open }) => {
    const page = await open("kim");
    const at = (part) => go(page, `settings/${part}`);
    await at("limits");
    await page.getByLabel(w("Which"), { exact: true }).selectOption({ label: w("warehouse") });
    await page.getByLabel(w("People a day"), { exact: true }).fill("7");
    await page.getByRole("button", { name: w("Set the limit"), exact: true }).click();
    await sheet(page, w("Limits of your own")).locator("tr", { hasText: w("warehouse") }).getByText("7", { exact: true }).waitFor();
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
    await sheet(page, w("Send a test mail")).getByLabel(w("To which address"), { exact: true }).fill("kim@shop.example");
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
    const book = sheet(page, w("Authorities")).locator("tbody tr"), some = await book.count();
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
    await isText(page);
  },
};
