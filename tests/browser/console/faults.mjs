// What fails is said.
import { LANGS, PARTS, SETTINGS, go } from "../cast.mjs";
import { FAULTS, faulty, saysSo } from "../faults.mjs";
import { DEVICES, look, same } from "../stage.mjs";
import { leftInEnglish } from "../words.mjs";

export const faults = {
  what_fails_is_said_on_every_page: async ({ home, w, apart, lang, device }) => {
    let at;
    const page = await apart("kim", async (one) => { at = await faulty(one, ["/v1/self", "/v1/events", `/v1/incidents/${home.incident}`]); });
    const tab = (place) => [`.tabs a[aria-current][href="#/${place}"]`]; // two of one room follow each other only where a tab tells them apart
    const places = [["today"], ["people"], ["incidents"], [`people/${home.ids["C-1"]}`], ["ledger"], ["incidents/inc_ofsomebodyelse"], ["watch"], ["desk"], ["ledger/29"], ["team"],
      ...PARTS.map(([part]) => `incidents/${home.incident}/${part}`).map((place) => [place, tab(place)]), ...SETTINGS.slice(1).map(([part]) => `settings/${part}`).map((place) => [place, tab(place)])];
    await go(page, "settings/look"); // which asks for nothing
    for (const [turn, fault] of FAULTS.entries()) {
      at.fault = fault;
      for (const [line, [place, marks = []]] of places.entries()) {
        if ((line + turn) % 2 === Object.keys(DEVICES).indexOf(device)) continue; // each fault of each page on one of them
        await page.evaluate((to) => { location.hash = `#/${to}`; }, place);
        const axe = line % LANGS.length === LANGS.indexOf(lang) && line % FAULTS.length === turn;
        await saysSo(page, { name: place, lang, fault, w, axe, marks: [`nav a[href="#/${place.split("/")[0]}"][aria-current]`, ...marks] });
      }
    }
    await look(page, "fault");
    at.fault = undefined;
    await go(page, "incidents");
    await page.waitForSelector("main table a");
    at.fault = { name: "over", status: 401, code: "credential.unknown" };
    await go(page, "watch");
    await page.getByText(w("door.ended")).waitFor();
    same(await leftInEnglish(page, lang), [], "left in English");
    await look(page, "fault-over");
  },
};
