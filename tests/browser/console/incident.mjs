// One leak, from every side and worked on.
import { readFileSync } from "node:fs";
import { PARTS, go, isText, sheet } from "../cast.mjs";
import { check, look, nowhere, same } from "../stage.mjs";

export const incident = {
  a_leak_is_seen_from_every_side: async ({ open, incident }) => {
    const page = await open("kim");
    await go(page, "incidents");
    await page.waitForSelector("table a");
    await look(page, "incidents");
    for (const [tab, ready] of PARTS) {
      await go(page, incident(tab));
      await page.waitForSelector(`.tabs a[aria-current][href$="${tab}"]`, { state: "attached" });
      await page.waitForSelector(ready);
      await look(page, `incident-${tab}`);
    }
    await nowhere(page, ["Ji-woo Kim", "jiwoo@mail.example"], { dom: true });
  },

  a_leak_is_worked_on: async ({ home, w, open, lang, incident }) => {
    const page = await open("kim");
    await go(page, incident("clocks"));
    const law = await page.evaluate(async ([id, one]) => (await fetch(`/v1/incidents/${id}/clocks`).then((got) => got.json())).clocks.find((clock) => clock.regime === "kr-pipa").title[one], [home.incident, lang]);
    const korea = page.locator("article", { hasText: law }).filter({ hasText: w("to the authority") }).first();
    await korea.getByRole("button", { name: w("I take care of it"), exact: true }).click();
    await korea.getByText(w("clock.taken", { who: "Kim" })).waitFor();
    await korea.getByRole("button", { name: w("Draft the report"), exact: true }).click();
    await page.waitForSelector("a[download], [role=alert]");
    same(await page.locator("[role=alert]").allTextContents(), []);
    const [paper] = await Promise.all([page.waitForEvent("download"), page.click("a[download]")]);
    check(readFileSync(await paper.path()).subarray(0, 5).toString() === "%PDF-", "the report is a PDF");
    await go(page, incident("timeline"));
    await page.fill("textarea", home.hostile);
    await page.click("main form button");
    await page.waitForFunction((text) => [...document.querySelectorAll("li.line p")].filter((one) => one.textContent === text).length === 2, home.hostile);
    await isText(page);
    await go(page, incident("severity"));
    await page.fill("input[maxlength='1000']", "names and addresses");
    await page.click("main form button");
    await page.getByRole("cell", { name: "names and addresses" }).waitFor();
    await go(page, incident("tasks"));
    const task = page.locator("li.line", { hasText: "List everybody who holds" });
    await task.getByRole("button", { name: w("It is done"), exact: true }).click();
    await task.locator("input").fill("asked the team");
    await task.getByRole("button", { name: w("It is done"), exact: true }).click();
    await task.locator(".tag.good").waitFor();
    await go(page, incident("notices"));
    await page.getByRole("button", { name: w("Draft a notice"), exact: true }).click();
    await page.getByRole("heading", { name: w("notice.title", { run: "1" }), exact: true }).waitFor();
    for (const [name, words] of [["English", "Dear"], ["Bahasa Indonesia", "Yth."], ["한국어", "유출"]]) {
      await page.getByRole("button", { name: w("notice.preview", { language: name }), exact: true }).click();
      await page.waitForFunction((text) => document.querySelector("article pre")?.textContent?.includes(text), words);
    }
    await look(page, "incident-notice-drafted");
  },

  what_happened_is_written_down_and_weighed: async ({ home, w, open, incident }) => {
    const page = await open("kim");
    const book = (title) => sheet(page, title);
    await go(page, incident("happened"));
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
    await isText(page);
  },

  a_leak_is_told_in_seven_answers_and_the_next_hour_is_laid_out: async ({ home, w, apart }) => {
    let cut = true;
    const page = await apart("kim", (one) => one.route("**/v1/incidents/*/tasks", (route) => (cut && route.request().method() === "POST" ? (cut = false, route.abort()) : route.fallback())));
    page.unanswered = true;
    const put = (label, text) => page.getByLabel(w(label), { exact: true }).fill(text);
    await go(page, "incidents");
    await put("open.what", home.hostile);
    await page.getByLabel(w("open.kind"), { exact: true }).selectOption("mailbox");
    await put("guide.behind", home.hostile);
    await page.getByLabel(w("guide.suspect"), { exact: true }).selectOption({ label: "stolen key" });
    await put("guide.data", "names, of 40 people");
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
    await isText(page);
    await go(page, "incidents");
    await page.locator("main table a").nth(1).waitFor();
    same(await page.locator("main table a").count(), 2, "one more, not two");
  },
};
