// What others are told of a leak: in public, one by one, with compensation; and colleagues, as it happens.
import { readFileSync } from "node:fs";
import { go, isText, sheet } from "../cast.mjs";
import { check, look, nowhere } from "../stage.mjs";

export const told = {
  public_words_are_checked_and_published_by_another: async ({ home, w, open, lang, incident }) => {
    const kim = await open("kim"), budi = await open("budi");
    await go(budi, "incidents");
    await budi.getByText(w("There is none that you may see.")).waitFor();
    await go(budi, incident("timeline"));
    await budi.getByText(w("There is no such thing, or you may not see it.")).waitFor();
    check(!(await budi.content()).includes("Customer list copied"), "who is not let in learns nothing");
    await go(kim, incident("tasks"));
    await kim.getByRole("button", { name: w("Let somebody in"), exact: true }).click();
    await kim.getByLabel(w("Who"), { exact: true }).selectOption({ label: "Budi" });
    await kim.getByRole("button", { name: w("Add"), exact: true }).click();
    await kim.getByText(w("may know"), { exact: true }).waitFor();
    await go(kim, incident("facts"));
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
    await go(kim, incident("statements"));
    await kim.getByRole("button", { name: w("Draft it"), exact: true }).click();
    await kim.getByText(w("The check finds nothing.")).waitFor();
    await kim.getByText(w("Somebody else has to publish it")).waitFor();
    await kim.getByLabel(w("Where it is read"), { exact: true }).selectOption("sms");
    await kim.getByRole("button", { name: w("Change this text"), exact: true }).click();
    await kim.getByLabel(w("Your own text"), { exact: true }).fill(`${{ en: "Some of 5 people may have been exposed.", id: "Data 5 orang mungkin terpapar.", ko: "5명의 정보가 노출되었을 수 있습니다." }[lang]} ${home.hostile}`);
    await kim.getByRole("button", { name: w("Keep as a new draft"), exact: true }).click();
    await kim.getByText(w("a softer word than what happened")).first().waitFor();
    await look(kim, "incident-statement-faults");
    await isText(kim);
    await kim.getByRole("button", { name: w("Open"), exact: true }).click();
    await kim.getByText(w("The check finds nothing.")).waitFor();
    await go(budi, incident("statements"));
    await budi.getByRole("button", { name: w("It is published"), exact: true }).waitFor();
    check(await budi.getByRole("button", { name: w("It is published"), exact: true }).isDisabled(), "not with faults");
    await budi.getByRole("button", { name: w("Open"), exact: true }).click();
    await budi.getByText(w("The check finds nothing.")).waitFor();
    await budi.getByLabel(w("Where it was published"), { exact: true }).fill("shop.example, front page");
    await budi.getByRole("button", { name: w("It is published"), exact: true }).click();
    await budi.locator(".tag.good", { hasText: w("published") }).first().waitFor();
    await look(budi, "incident-statement-published");
  },

  what_another_did_is_seen_as_it_happens: async ({ w, open, apart, incident }) => {
    const kim = await open("kim");
    const budi = await apart("budi", (one) => one.addInitScript(() => { globalThis.setInterval = () => 0; })); // it cannot ask in turn
    const deaf = await apart("budi", async (one) => { await one.clock.install(); await one.route("**/v1/events", (route) => route.fulfill({ status: 429, body: "" })); });
    const add = async (text) => {
      await go(kim, incident("timeline"));
      await kim.getByLabel(w("Add what was seen, done or heard"), { exact: true }).fill(text);
      await kim.getByRole("button", { name: w("Add"), exact: true }).click();
      await kim.locator("li.line p", { hasText: text }).waitFor();
    };
    await go(budi, incident("timeline"));
    await budi.locator("[data-live=true]").waitFor({ state: "attached" });
    await go(deaf, incident("timeline"));
    await deaf.locator("li.line").first().waitFor();
    await add("seen as it happens");
    await budi.locator("li.line p", { hasText: "seen as it happens" }).waitFor();
    await deaf.locator("[data-live=false]").waitFor({ state: "attached" });
    await deaf.clock.runFor(31000);
    await deaf.locator("li.line p", { hasText: "seen as it happens" }).waitFor();
    await go(budi, "team");
    await go(kim, "settings/roles");
    await kim.locator("tr", { hasText: w("help desk") }).getByRole("button", { name: w("Change"), exact: true }).click();
    await kim.getByLabel(w("telephone number"), { exact: true }).selectOption("full");
    await kim.getByRole("button", { name: w("Save the role"), exact: true }).click();
    await budi.locator("li.line", { hasText: w("role.support") }).getByRole("button", { name: w("I agree"), exact: true }).waitFor();
    await go(kim, "team");
    await kim.locator("li.line", { hasText: w("role.support") }).getByRole("button", { name: w("Take it back"), exact: true }).click();
    await budi.getByText(w("Nothing waits.")).waitFor();
  },

  people_are_told_by_two_and_it_is_watched: async ({ w, open, incident }) => {
    const kim = await open("kim"), budi = await open("budi");
    await go(kim, incident("notices"));
    const run = (page) => sheet(page, w("notice.title", { run: "1" }));
    await run(kim).getByRole("button", { name: w("Send a test"), exact: true }).click();
    await run(kim).getByLabel(w("To which address"), { exact: true }).fill("kim@shop.example");
    await run(kim).getByRole("button", { name: w("Send a test"), exact: true }).click();
    await kim.getByText(w("The test is on its way.")).waitFor();
    await run(kim).getByRole("button", { name: w("Send"), exact: true }).click();
    await kim.locator("dialog[open]").getByRole("button", { name: w("Send"), exact: true }).click();
    await run(kim).getByText(w("A second person has to agree before it goes out.")).waitFor();
    check((await run(kim).getByRole("button", { name: w("I agree"), exact: true }).count()) === 0, "nobody agrees to their own asking");
    await go(budi, incident("notices"));
    await run(budi).getByRole("button", { name: w("I agree"), exact: true }).click();
    await run(kim).locator(".tag.good", { hasText: w("done") }).waitFor({ timeout: 20000 });
    await run(kim).getByText(w("budget.of", { used: 12, limit: 12, share: "100%" })).waitFor();
    await look(kim, "incident-notice-sent");
    await nowhere(kim, ["Ji-woo Kim", "jiwoo@mail.example"], { dom: true });
  },

  compensation_is_promised_by_two: async ({ home, w, open, lang, incident }) => {
    const kim = await open("kim"), budi = await open("budi");
    await go(kim, incident("redress"));
    await kim.getByRole("button", { name: w("Begin"), exact: true }).click();
    await kim.getByLabel(w("redress.name"), { exact: true }).fill(home.hostile);
    await kim.getByLabel(w("Currency"), { exact: true }).selectOption("KRW");
    await kim.getByLabel(w("For each person"), { exact: true }).fill("50000");
    await kim.getByLabel(w("Good until"), { exact: true }).fill("2027-06-30");
    for (const [name, terms] of [["English", `You waive all claims. ${home.hostile}`], ["Bahasa Indonesia", "Berlaku untuk apa saja."], ["한국어", "무엇이든 살 수 있습니다."]]) await kim.getByLabel(w("redress.terms", { language: name }), { exact: true }).fill(terms);
    await kim.getByRole("button", { name: w("Draft it"), exact: true }).click();
    await kim.getByText(w("a waiver of rights")).waitFor();
    await look(kim, "incident-redress-flagged");
    await isText(kim);
    await kim.getByRole("button", { name: w("Promise it"), exact: true }).click();
    await kim.locator("dialog[open]").getByRole("button", { name: w("Promise it"), exact: true }).click();
    await kim.getByText(w("A second person has to agree: it stands under Team.")).waitFor();
    await go(budi, "team");
    await budi.locator("li.line", { hasText: w("approval.kind.campaign") }).getByRole("button", { name: w("I agree"), exact: true }).click();
    await budi.locator("li.line", { hasText: w("approval.kind.campaign") }).waitFor({ state: "detached" });
    await kim.reload();
    await kim.locator("article .tag.good", { hasText: w("promised") }).waitFor();
    await kim.getByText(new Intl.NumberFormat(lang, { style: "currency", currency: "KRW" }).format(600000)).first().waitFor();
    const [totals] = await Promise.all([kim.waitForEvent("download"), kim.getByRole("button", { name: w("Signed totals"), exact: true }).click()]);
    check(JSON.parse(readFileSync(await totals.path(), "utf8")).note.includes("amanah totals 1"), "the totals are a signed note");
    await look(kim, "incident-redress-promised");
  },
};
