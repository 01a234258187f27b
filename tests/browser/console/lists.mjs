// Lists that are longer than a page: walked to their end, with nothing left out and nothing twice.
import { asks, go, sheet } from "../cast.mjs";
import { check, same } from "../stage.mjs";

const many = (count, make) => Array.from({ length: count }, (_, n) => make(n));

/** Press what shows more until there is no more; every text of `rows`, each of which is another. */
async function walked(button, rows) {
  await rows.first().waitFor();
  let turns = 0;
  for (; (await button.count()) > 0; turns++) {
    const before = await rows.count();
    await button.click();
    await rows.nth(before).waitFor();
  }
  check(turns > 0, "there was more than one page");
  const texts = await rows.allInnerTexts();
  same(new Set(texts).size, texts.length, "nothing stands there twice");
  return texts;
}

export const lists = {
  the_log_is_read_to_its_first_entry: async ({ w, open }) => {
    const page = await open("kim");
    await go(page, "ledger");
    const log = sheet(page, w("Look through the log")), size = Number((await asks(page, "GET /v1/ledger/proof?index=0", [null])).size);
    const texts = await walked(log.getByRole("button", { name: w("search.back"), exact: true }), log.locator("tbody tr"));
    check(texts.length >= size, `every entry: ${texts.length} of ${size}`);
    same(await log.locator("tbody tr").last().locator("a").getAttribute("href"), "#/ledger/0");
  },

  who_saw_somebody_is_read_to_the_first_look: async ({ home, w, open }) => {
    const page = await open("kim"), id = home.ids["C-2"];
    await asks(page, "POST /v1/reveal", many(60, (n) => ({ subjects: [id], fields: ["name.mask"], purpose: "support", reason: `order ${n}` })));
    await go(page, `people/${id}`);
    const seen = sheet(page, w("seen.title"));
    const texts = await walked(seen.getByRole("button", { name: w("more"), exact: true }), seen.locator("tbody tr"));
    check(texts.length >= 60, `all looks: ${texts.length}`);
  },

  what_happened_in_a_leak_is_read_to_its_last_line: async ({ home, w, open, incident }) => {
    const page = await open("kim");
    await asks(page, `POST /v1/incidents/${home.incident}/notes`, many(110, (n) => ({ text: `seen ${n}` })));
    await go(page, incident("timeline"));
    const texts = await walked(page.getByRole("button", { name: w("more"), exact: true }), page.locator("ol li.line"));
    check(texts.at(-1).includes("seen 109"), `the last line: ${texts.at(-1)}`);
  },

  who_waits_at_the_desk_is_read_to_whom_there_is_most_time_for: async ({ w, open }) => {
    const page = await open("kim");
    await asks(page, "POST /v1/desk/tickets", many(45, (n) => ({ kind: n % 2 ? "question" : "complaint", text: `ask ${n}`, country: "ID", lang: "id" })));
    await go(page, "desk");
    const list = sheet(page, w("What was written"));
    await list.locator("tbody tr").nth(19).waitFor();
    const texts = await walked(list.getByRole("button", { name: w("more"), exact: true }), list.locator("tbody tr"));
    check(texts.length >= 45, `every ticket: ${texts.length}`);
    const due = await list.locator("tbody time[datetime] .tag").evaluateAll((tags) => tags.map((tag) => tag.parentElement.dateTime));
    same(due, [...due].sort(), "the soonest first");
  },
};
