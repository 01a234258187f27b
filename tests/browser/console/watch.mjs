// Watching who looks: plots, budgets, alerts, and what two must agree to.
import { folded, go, isText } from "../cast.mjs";
import { check, look, same } from "../stage.mjs";

export const watch = {
  who_looked_at_how_many_is_shown_by_the_hour: async ({ open }) => {
    const page = await open("kim");
    await go(page, "watch");
    await page.waitForSelector("section > div > table");
    check((await page.locator("svg.hours rect").count()) >= 2, "hours with looks are bars");
    same(await page.locator("svg.hours .c-usual").count(), 1, "and what is usual a line");
    await look(page, "watch");
  },

  a_reader_is_stopped_by_one_and_freed_by_two: async ({ home, w, open }) => {
    const kim = await open("kim"), budi = await open("budi");
    await go(kim, "watch");
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
    await isText(kim);
  },
};
