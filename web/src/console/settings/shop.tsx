// The shop as laws see it, and whom to reach at authorities.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, type Page } from "../../ui/api";
import { Empty, Input, Loaded, Rows, Sheet, Trouble, useAct } from "../../ui/parts";
import { t } from "../../ui/words";
import { useLive } from "../live";
import { useShared } from "../state";
import { Form } from "./form";

type Profile = Record<"seat" | "currency" | "sector" | "marketplace" | "medium" | "name" | "contact" | "desk", string> & { turnover: number; prevention: number };
interface Contact { from: string; number?: number; regime: string; recipient: string; name: string; way: string; note: string }

export function Shop(): JSX.Element {
  const { can } = useShared();
  const profile = useLive(["settings"], (signal) => ask<Profile>("GET /v1/profile", {}, { signal }), []);
  const said = (number: number) => (number > 0 ? String(number) : "");
  const yes = (name: string): [string, string][] => [["", t("open.unknown")], ["yes", t(`${name}.yes`)], ["no", t(`${name}.no`)]];
  return (
    <>
      <Sheet title={t("shop.title")}>
        <p class="soft">{t("shop.about")}</p>
        <Loaded of={profile}>{(got) => !can("settings") ? <dl class="facts"><dt>{t("blank.shop.name")}</dt><dd>{got.name || "–"}</dd><dt>{t("blank.shop.seat")}</dt><dd>{got.seat || "–"}</dd></dl> : (
          <Form key={JSON.stringify(got)} kind="shop" again={profile.again}
            send={(members) => ask("POST /v1/profile", Object.fromEntries(Object.entries(members).map(([name, value]) => [name, value ?? "-"])))}
            of={() => [
              { name: "name", value: got.name, optional: true }, { name: "seat", value: got.seat, optional: true }, { name: "sector", value: got.sector, optional: true },
              { name: "marketplace", of: yes("answer"), value: got.marketplace }, { name: "medium", of: yes("answer"), value: got.medium },
              { name: "turnover", value: said(got.turnover), optional: true }, { name: "prevention", value: said(got.prevention), optional: true }, { name: "currency", value: got.currency, optional: true },
              { name: "contact", value: got.contact, optional: true }, { name: "desk", value: got.desk, optional: true }]} />
        )}</Loaded>
      </Sheet>
      <Contacts />
    </>
  );
}

const AT_ONCE = 8;

/** Found by any word of theirs; the shop's own first. */
function sought(items: Contact[], text: string): Contact[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const own = (one: Contact) => (one.from === "shop" ? 0 : 1);
  return items.filter((one) => { const all = Object.values(one).join(" ").toLowerCase(); return words.every((word) => all.includes(word)); })
    .sort((a, b) => own(a) - own(b));
}

function Contacts(): JSX.Element {
  const [find, setFind] = useState(""), [most, setMost] = useState(AT_ONCE);
  const book = useLive(["settings"], (signal) => ask<Page<Contact>>("GET /v1/contacts", {}, { signal }), []);
  const act = useAct();
  return (
    <>
      <Sheet title={t("contact.title")}>
        <Trouble of={act.problem} />
        <Loaded of={book}>{({ items }) => { const found = sought(items, find); return items.length === 0 ? <Empty>{t("contact.none")}</Empty> : (
          <div class="stack">
          <Input label={t("contact.find")} value={find} onValue={(text) => { setFind(text); setMost(AT_ONCE); }} type="search" autocomplete="off" maxlength={100} />
          {found.length === 0 ? <Empty>{t("contact.not_found")}</Empty> : null}
          <Rows label={t("contact.title")} of={found.slice(0, most)} heads={[t("contact.who"), t("contact.way"), t("contact.note"), t("watch.act")]} row={(one) => [
            <span><strong lang="">{one.name}</strong><br /><span class="small soft"><code>{[one.regime, one.recipient].filter(Boolean).join(" ")}</code></span></span>, <span class="said" lang="">{one.way || "–"}</span>, <span class="said small" lang="">{one.note || "–"}</span>,
            one.from === "shop" ? <button type="button" class="slim bad" disabled={act.busy} onClick={() => void act.run(async () => { await ask("POST /v1/contacts", { number: one.number, drop: true }); book.again(); })}>{t("sink.drop")}</button> : t("contact.law")]} />
          {found.length > most ? <div class="row"><button type="button" onClick={() => setMost(most + AT_ONCE)}>{t("more")}</button><span class="small soft">{t("contact.shown", { n: most, of: found.length })}</span></div> : null}
          </div>
        ); }}</Loaded>
      </Sheet>
      <Sheet title={t("contact.add")}>
        <Form kind="contact" again={book.again} send={(members) => ask("POST /v1/contacts", members)} of={() => [{ name: "name" }, { name: "way" }, { name: "note", optional: true }, { name: "regime", optional: true }]} />
      </Sheet>
    </>
  );
}
