// The log: an entry proved in the page, looked through, handed to who is outside.
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { folded, go } from "../cast.mjs";
import { check, look } from "../stage.mjs";

/** A witness as any other program is one: its key (C2SP signed-note), and the line by which it cosigns a checkpoint. */
function aWitness(name) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519"), kind = Buffer.from([4]);
  const key = Buffer.concat([kind, publicKey.export({ format: "der", type: "spki" }).subarray(-32)]);
  const id = createHash("sha256").update(`${name}\n`).update(key).digest().subarray(0, 4);
  return {
    vkey: `${name}+${id.toString("hex")}+${key.toString("base64")}`,
    line: (note, at) => {
      const text = note.slice(0, note.indexOf("\n\n") + 1), time = Buffer.alloc(8);
      time.writeBigUInt64BE(BigInt(at));
      return `— ${name} ${Buffer.concat([id, time, sign(null, Buffer.from(`cosignature/v1\ntime ${at}\n${text}`), privateKey)]).toString("base64")}`;
    },
  };
}

export const ledger = {
  an_entry_is_proved_in_the_page: async ({ open }) => {
    const page = await open("kim");
    await go(page, "ledger");
    await page.waitForSelector("table");
    await look(page, "ledger");
    await page.fill("input[inputmode=numeric]", "29");
    await page.click("section:has(input[inputmode=numeric]) button");
    await page.waitForSelector("h2:has-text('29')");
    await page.locator("section:has(h2:has-text('29')) button.main").click();
    await page.waitForSelector(".note.good");
    await look(page, "ledger-entry");
  },

  the_log_is_looked_through_and_handed_out: async ({ w, open }) => {
    const page = await open("kim");
    await go(page, "ledger");
    await page.getByText(w("Nobody outside holds a state of the log")).waitFor();
    const found = page.locator("section", { has: page.getByRole("heading", { name: w("Look through the log"), exact: true }) });
    await found.getByLabel(w("Who"), { exact: true }).selectOption({ label: "parcel labels" });
    await found.getByLabel(w("What"), { exact: true }).selectOption("reveal");
    await found.getByRole("button", { name: w("Find"), exact: true }).click();
    await found.locator("tbody tr").first().waitFor();
    const rows = await found.locator("tbody tr").allInnerTexts();
    check(rows.length >= 4 && rows.every((row) => row.includes(w("saw details")) && row.includes("parcel labels")), `looks of that key alone: ${rows}`);
    await found.getByLabel(w("From"), { exact: true }).fill("2026-01-01T00:00");
    await found.getByLabel(w("To"), { exact: true }).fill("2026-01-02T00:00");
    await found.getByRole("button", { name: w("Find"), exact: true }).click();
    await found.getByText(w("None so far.")).waitFor();
    await page.getByLabel(w("Who outside gets this state?"), { exact: true }).fill("our accountant");
    await page.getByRole("button", { name: w("I sent it"), exact: true }).click();
    await page.getByText(w("Noted.")).waitFor();
    await page.reload();
    await page.getByText(w("it cannot be rewritten unseen")).waitFor();
    const witness = aWitness("witness.example");
    await folded(page, w("Name a witness outside"));
    await page.getByLabel(w("Their key"), { exact: true }).first().fill(witness.vkey);
    await page.getByRole("button", { name: w("Name them"), exact: true }).click();
    await page.getByText(w("Noted.")).waitFor();
    await folded(page, w("Hand in what a witness signed"));
    const carried = page.locator("details[open] form", { has: page.locator("textarea") });
    await carried.getByLabel(w("Their key"), { exact: true }).fill(witness.vkey);
    await carried.getByLabel(w("The line that they signed"), { exact: true }).fill(witness.line("some other log\n1\nAAAA\n\n", 1));
    await carried.getByRole("button", { name: w("Keep their signature"), exact: true }).click();
    await carried.locator("[role=alert]").waitFor();
    await carried.getByLabel(w("The line that they signed"), { exact: true }).fill(witness.line(await carried.locator("pre").textContent(), Math.floor(await page.evaluate(() => fetch("/v1/self").then((got) => Date.parse(got.headers.get("Date")))) / 1000)));
    await carried.getByRole("button", { name: w("Keep their signature"), exact: true }).click();
    await page.getByText(w("It is good and kept.")).waitFor();
    await look(page, "ledger-witness");
  },

  a_proof_that_is_wrong_is_called_so: async ({ apart }) => {
    const page = await apart("kim", (one) => one.route("**/v1/ledger/proof?*", async (route) => {
      const answer = await route.fetch(), proof = await answer.json();
      proof.hashes[0] = proof.hashes[0].replace(/^./, (char) => (char === "A" ? "B" : "A"));
      await route.fulfill({ response: answer, json: proof });
    }));
    await go(page, "ledger/29");
    await page.locator("section:has(h2:has-text('29')) button.main").click();
    await page.waitForSelector(".note.bad");
  },
};
