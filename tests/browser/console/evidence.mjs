// What was found outside, and shutting out who took it.
import { go, isText } from "../cast.mjs";
import { check, look, nowhere } from "../stage.mjs";

export const evidence = {
  a_file_found_outside_is_matched_while_one_watches: async ({ home, w, open, incident }) => {
    const page = await open("kim");
    await go(page, incident("evidence"));
    let rows = `email,name,ref,"${home.hostile.replaceAll('"', '""')}"\n`;
    for (let n = 0; n < 40000; n++) rows += n < 3000 ? `p${(n % 197) + 1}@mail.example,Person ${(n % 197) + 1},C-${(n % 197) + 1}\n` : `x${n}@elsewhere.example,"${home.hostile.replaceAll('"', '""')}",\n`;
    await page.setInputFiles("input[type=file]", { name: `${home.hostile}.csv`, mimeType: "text/csv", buffer: Buffer.from(rows) });
    await page.getByLabel(w("Where it is from"), { exact: true }).fill("the police");
    let goOn;
    const held = new Promise((done) => { goOn = done; });
    await page.route("**/evidence", async (route) => { await held; await route.continue(); }, { times: 1 });
    await page.getByRole("button", { name: w("Take it in"), exact: true }).click();
    await go(page, "today");
    await page.locator(".uploads [role=progressbar]").waitFor();
    await look(page, "today-upload");
    check(await page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true }))), "the browser asks before the window is closed");
    goOn();
    await page.locator(".uploads").waitFor({ state: "detached" });
    await go(page, incident("evidence"));
    await page.getByRole("button", { name: w("Whose is it?"), exact: true }).waitFor();
    await page.getByRole("button", { name: w("Whose is it?"), exact: true }).click();
    await page.locator("[role=progressbar]").waitFor();
    await page.locator(".figures").waitFor({ timeout: 30000 });
    await look(page, "incident-evidence-matched");
    await isText(page);
    await nowhere(page, ["p17@mail.example", "Person 17"], { dom: true });
    await page.getByRole("button", { name: w("Is it unchanged?"), exact: true }).click();
    await page.getByText(w("Every byte is what was taken in.")).waitFor();
  },

  a_thief_is_shut_out_and_what_blocks_the_end_is_said: async ({ home, w, open, incident }) => {
    const page = await open("kim");
    await go(page, incident("contain"));
    await page.getByRole("button", { name: w("See what would happen"), exact: true }).click();
    await page.getByText(w("Name somebody above first.")).waitFor();
    await page.getByRole("button", { name: w("Name somebody"), exact: true }).click();
    await page.getByLabel(w("Who"), { exact: true }).selectOption({ label: "stolen key" });
    await page.getByRole("button", { name: w("Add"), exact: true }).click();
    await page.locator("li.line .tag.warn").waitFor();
    await page.getByRole("button", { name: w("See what would happen"), exact: true }).click();
    await page.locator("dialog[open]").getByText(w("contain.key", { name: "stolen key" })).waitFor();
    await look(page, "incident-contain-sure");
    await page.locator("dialog[open]").getByRole("button", { name: w("Shut out"), exact: true }).click();
    await page.locator("td", { hasText: w("let in") }).first().waitFor();
    await page.locator("td .tag.good", { hasText: w("refused") }).first().waitFor();
    await look(page, "incident-contained");
    await go(page, incident("close"));
    await page.getByText(w("Somebody is still shut out")).waitFor();
    check(await page.getByRole("button", { name: w("Close the incident"), exact: true }).isDisabled(), "it cannot be closed yet");
    const [bundle] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: w("Make the file"), exact: true }).click()]);
    check((await home.run("verify", await bundle.path())).includes("stands in the ledger"), "the bundle is checked by the command");
    await look(page, "incident-close-blocked");
    await go(page, incident("contain"));
    await page.getByRole("button", { name: w("Let in again"), exact: true }).click();
    await page.locator("dialog[open]").getByRole("button", { name: w("Let in again"), exact: true }).click();
    await page.getByText(w("A second person has to agree: it stands under Team.")).waitFor();
  },
};
