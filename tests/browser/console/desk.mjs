// The desk: what people want of the shop, read and answered by those who may.
import { go, isText, sheet } from "../cast.mjs";
import { check, look, nowhere, same } from "../stage.mjs";

const CONTACT = "somebody@mail.example";

export const desk = {
  what_somebody_says_is_taken_in_shown_and_answered: async ({ home, w, open, device }) => {
    const kim = await open("kim"), budi = await open("budi");
    await go(kim, "desk");
    await kim.getByText(w("Nothing of that kind.")).waitFor();
    await look(kim, "desk-empty");
    await go(budi, "desk");
    await kim.getByLabel(w("blank.ticket.kind"), { exact: true }).last().selectOption("scam");
    await kim.getByLabel(w("What they say"), { exact: true }).fill(home.hostile);
    await kim.getByLabel(w("Who wrote or called them"), { exact: true }).fill(home.hostile);
    await kim.getByLabel(w("blank.ticket.contact"), { exact: true }).fill(CONTACT);
    await kim.getByLabel(w("Country where they live"), { exact: true }).fill("ID");
    await kim.getByRole("button", { name: w("form.ticket.go"), exact: true }).click();
    const row = (page) => sheet(page, w("What was written")).locator("tbody tr");
    await row(kim).first().waitFor();
    await look(kim, "desk");
    await nowhere(kim, [CONTACT], { dom: true });
    await row(budi).getByText(w("nobody yet")).waitFor(); // as it happens
    await row(kim).locator("a").click();
    await kim.getByRole("button", { name: w("Show this ticket"), exact: true }).waitFor();
    await nowhere(kim, [CONTACT], { dom: true });
    await kim.getByRole("button", { name: w("Show this ticket"), exact: true }).click();
    await kim.locator(".value", { hasText: CONTACT }).waitFor();
    same(await kim.locator(".value", { hasText: home.hostile }).count(), 1, "who wrote to them");
    await kim.locator("li.line strong").getByText(w("They wrote"), { exact: true }).waitFor();
    same(await kim.locator("li.line p.said").first().innerText(), home.hostile, "what they say");
    await isText(kim);
    check((await sheet(kim, w("What they may ask for")).locator("li.line").count()) > 0, "their rights");
    await look(kim, "desk-ticket");
    const act = async (what, label, text) => {
      await kim.getByLabel(w("What you want to do"), { exact: true }).selectOption(what);
      await kim.getByLabel(w(label), { exact: true }).fill(text);
      if (what === "escalate") await kim.getByLabel(w("Who answers for it from now on"), { exact: true }).selectOption({ label: "Budi" });
      await sheet(kim, w("Do something")).getByRole("button", { name: w(`desk.do.${what}`), exact: true }).click();
      await kim.locator("li.line p.said", { hasText: text }).waitFor();
    };
    await act("escalate", "Why you give it to them", "Budi knows the couriers");
    await row(budi).getByText("Budi").waitFor();
    await act("note", "Your note, for colleagues only", `note ${home.hostile}`);
    await act("answer", "Your answer", "It was not us. Please do not pay.");
    await kim.getByText(w("Answered by e-mail"), { exact: true }).waitFor();
    await budi.getByText(w("Nothing of that kind.")).waitFor();
    await look(kim, "desk-ticket-answered");
    await act("close", "Why it is closed", "they thanked us");
    await kim.getByText(w("This ticket is closed.")).waitFor();
    await kim.getByRole("button", { name: w("Hide now"), exact: true }).click();
    await nowhere(kim, [CONTACT], { dom: true });
    check(!(kim.asked ?? "").includes(CONTACT), `in no address, ${device}`);
  },

  a_ticket_of_a_leak_is_there_for_those_who_may_know_of_it: async ({ home, w, open }) => {
    const kim = await open("kim"), budi = await open("budi");
    await go(kim, "desk");
    await kim.getByLabel(w("What they say"), { exact: true }).fill("my list was in the news");
    await kim.getByLabel(w("The customer's number"), { exact: true }).fill(home.ids["C-1002"]);
    await kim.getByLabel(w("blank.ticket.incident"), { exact: true }).selectOption(home.incident);
    await kim.getByRole("button", { name: w("form.ticket.go"), exact: true }).click();
    const row = sheet(kim, w("What was written")).locator("tbody tr a");
    await row.waitFor();
    const place = (await row.getAttribute("href")).slice(2);
    await go(budi, "desk");
    await budi.getByText(w("Nothing of that kind.")).waitFor();
    await go(budi, place);
    await budi.getByRole("button", { name: w("Show this ticket"), exact: true }).click();
    await budi.getByText(w("There is no such thing, or you may not see it.")).waitFor();
    await go(kim, place);
    await kim.getByRole("button", { name: w("Show this ticket"), exact: true }).click();
    await kim.locator(`a[href="#/incidents/${home.incident}"]`).waitFor();
  },

  a_ticket_goes_when_nobody_looks_and_a_letter_stays: async ({ w, apart }) => {
    const page = await apart("kim", (one) => one.clock.install());
    await go(page, "desk");
    await sheet(page, w("What was written")).locator("tbody tr a").first().click();
    await page.getByRole("button", { name: w("Show this ticket"), exact: true }).click();
    await page.locator("li.line p.said").first().waitFor();
    await page.getByLabel(w("Your answer"), { exact: true }).fill("half a letter");
    await page.clock.runFor(601000);
    await page.getByRole("button", { name: w("Show this ticket"), exact: true }).waitFor();
    same(await page.locator("li.line p.said").count(), 0, "what they said is gone");
    same(await page.getByLabel(w("Your answer"), { exact: true }).inputValue(), "half a letter");
  },
};
