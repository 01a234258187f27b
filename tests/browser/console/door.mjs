// Coming in, and what those who do not get: sessions, passkeys, other sites.
import { go } from "../cast.mjs";
import { check, firstView, look, same, signIn } from "../stage.mjs";

export const door = {
  the_first_view_is_small: async ({ browser, home, lang, device }) => { if (lang === "en" && device === "phone") await firstView(browser, home); },

  a_stranger_signs_in_by_password_and_code: async ({ home, stranger, stay, device }) => {
    const dark = await stranger({ dark: device === "phone" });
    await dark.goto(home.console);
    await dark.waitForSelector("h1");
    await look(dark, "sign-in");
    const page = await stranger();
    await page.goto(home.console);
    await page.fill("input[type=email]", "kim@shop.example");
    await page.fill("input[type=password]", "wrong password here");
    await page.fill("input[autocomplete=one-time-code]", "000000");
    await page.click("button[type=submit]");
    await page.waitForSelector("[role=alert]");
    await look(page, "sign-in-refused");
    await signIn(page, home);
    const cookie = (await page.context().cookies()).find((one) => one.name === "amanah");
    same([cookie?.httpOnly, cookie?.sameSite], [true, "Strict"]);
    same(await page.evaluate(() => document.cookie), "", "no script sees the cookie");
    stay("kim", page);
  },

  a_new_colleague_makes_a_passkey_and_signs_in_with_it: async ({ home, w, stranger, device }) => {
    const page = await stranger();
    const client = await page.context().newCDPSession(page);
    await client.send("WebAuthn.enable");
    await client.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
    await page.goto(home.console);
    await page.bringToFront(); // who is asked for a passkey has to see why
    await page.getByRole("button", { name: w("I have an invitation"), exact: true }).click();
    await page.getByLabel(w("Invitation"), { exact: true }).fill(home.invite);
    await page.getByRole("button", { name: w("Make a passkey on this device"), exact: true }).click();
    await page.getByRole("button", { name: w("I wrote them down"), exact: true }).waitFor();
    await look(page, "passkey-made");
    await page.getByRole("button", { name: w("I wrote them down"), exact: true }).click();
    await page.fill("input[type=email]", "sari@shop.example");
    await page.getByRole("button", { name: w("Sign in with a passkey"), exact: true }).click();
    await page.waitForSelector(".house, [role=alert]");
    same(await page.locator("[role=alert]").allTextContents(), []);
    await page.waitForSelector(".house");
    same(await page.locator(".side nav a").allTextContents(), [w("room.today"), w("room.people"), w("room.desk"), w("room.settings")], "a help desk sees no more rooms than its role has");
    if (device === "phone") await page.getByRole("button", { name: w("menu"), exact: true }).click();
    await page.getByRole("button", { name: w("Sign out"), exact: true }).click();
    await page.waitForSelector("input[type=password]");
    await page.reload();
    await page.waitForSelector("input[type=password]");
  },

  other_pages_get_nothing_from_these: async ({ home, open, stranger }) => {
    const page = await open("kim");
    const got = await page.reload();
    const policy = got.headers()["content-security-policy"];
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"]) check(policy.includes(part), `the policy has ${part}: ${policy}`);
    const alone = await page.evaluate(() => fetch("/v1/incidents", { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"title":"by another page"}' }).then((answer) => answer.status));
    same(alone, 403, "the cookie alone changes nothing");
    const other = await (await stranger({ state: await page.context().storageState() })).context().newPage(); // which tells no fault: being refused is what is looked for
    await other.goto(`${home.api}/healthz`);
    await other.evaluate((at) => new Promise((done) => { const frame = document.createElement("iframe"); frame.src = at; frame.onload = done; document.body.append(frame); }), home.console);
    const framed = other.frames().at(-1);
    same(await framed.locator("#app").count(), 0, "no page is shown in a frame of another");
    const read = await other.evaluate((at) => fetch(`${at}/v1/self`, { credentials: "include" }).then(() => "read", () => "refused"), home.console);
    same(read, "refused", "no other page reads an answer");
  },

  who_is_away_for_half_an_hour_is_signed_out: async ({ home, w, apart }) => {
    let left = false;
    const page = await apart("kim", async (one) => {
      await one.clock.install();
      await one.route("**/v1/sessions", (route) => { left ||= route.request().method() === "DELETE"; return route.fulfill({ status: 204 }); }); // the other stories go on with it
    });
    await go(page, `people/${home.ids["C-1002"]}`);
    await page.waitForSelector("fieldset");
    await page.clock.runFor(29 * 60000);
    same(await page.locator(".house").count(), 1, "not before");
    await page.clock.runFor(2 * 60000);
    await page.getByText(w("door.idle")).waitFor();
    check(left, "the vault ended the session");
    same(await page.evaluate(() => location.hash), "", "nothing says where they were");
    check(!(await page.content()).includes(home.ids["C-1002"]), "nor whom they looked at");
  },
};
