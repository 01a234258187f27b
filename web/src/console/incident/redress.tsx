// What people are given: campaigns with their terms and what the check finds in them, promised by two, and what became of each budget.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, askFile } from "../../ui/api";
import { Bars } from "../../ui/chart";
import { Card, Choice, Confirm, Empty, Input, Loaded, Note, Rows, Sheet, Tag, Time, Trouble, useAct } from "../../ui/parts";
import { language, LANGUAGES, money, number, t, word } from "../../ui/words";
import { Command } from "../command";
import { useLive } from "../live";

interface PartOf { part: string; currency?: string; unit?: string; worth: number; planned: number; budget: number; open: number; reserved: number; used: number; refunded: number; expired: number }
interface Terms { there: boolean; flags: { flag: string; sentence: string }[]; conditions: number }
interface Campaign { id: string; title: string; state: string; people: number; codes_given: number; from: string; until: string; zone: string; announced_at: string | null; parts: PartOf[]; terms: Record<string, Terms>; incident?: string; approval?: string }

export function Redress({ id }: { id: string }): JSX.Element {
  const all = useLive(["redress", "approvals"], (signal) => ask<{ items: Campaign[] }>("GET /v1/campaigns", {}, { signal }), [id]);
  return (
    <div class="stack wide-gap">
      <Loaded of={all}>{({ items }) => {
        const here = items.filter((one) => one.incident === id);
        return here.length === 0 ? <Sheet title={t("redress.title")}><p class="soft">{t("redress.about")}</p><Empty>{t("redress.none")}</Empty></Sheet> : <>{here.map((one) => <One key={one.id} of={one} again={all.again} />)}</>;
      }}</Loaded>
      <Open id={id} again={all.again} />
    </div>
  );
}

function One({ of, again }: { of: Campaign; again: () => void }): JSX.Element {
  const [sure, setSure] = useState(false);
  const act = useAct(), totals = useAct();
  const worth = (part: PartOf, count: number) => (part.currency ? money(count, part.currency) : `${number(count)} ${part.unit ?? ""}`);
  const flags = [...new Set(Object.values(of.terms).flatMap((one) => one.flags.map((found) => found.flag)))];
  const promised = of.announced_at !== null;
  return (
    <Card title={of.title}>
      <div class="row"><Tag tone={promised ? "good" : "warn"}>{word("cstate", of.approval ? "asked" : of.state)}</Tag><span class="small soft">{t("people", { n: of.people })} · <Time at={of.from} /> – <Time at={of.until} /> ({of.zone})</span></div>
      {promised ? <Bars label={t("redress.chart")} of={of.parts.map((part) => ({ name: part.part, parts: [{ kind: "accent", value: part.used - part.refunded }, { kind: "possible", value: part.reserved }, { kind: "excluded", value: part.open }] }))} say={(at, value) => worth(of.parts[at] as PartOf, value)} /> : null}
      {promised ? <div class="keys"><span><i class="a" />{t("redress.used")}</span><span><i class="p" />{t("redress.reserved")}</span><span><i class="e" />{t("redress.left")}</span></div> : null}
      <Rows label={of.title} of={of.parts} heads={[t("redress.part"), t("redress.each"), t("redress.budget"), t("redress.used"), t("redress.reserved"), t("redress.left"), t("redress.expired")]} numbers={[1, 2, 3, 4, 5, 6]} row={(part) => [
        <strong>{part.part}</strong>, worth(part, part.worth), worth(part, promised ? part.budget : part.planned), worth(part, part.used - part.refunded), worth(part, part.reserved), worth(part, part.open), worth(part, part.expired)]} />
      <Checked terms={of.terms} />
      <Trouble of={totals.problem} />
      {of.approval ? <Note><p>{t("redress.waits")}</p></Note> : null}
      <div class="row">
        {promised || of.approval ? null : <button type="button" class="main" onClick={() => setSure(true)}>{t("redress.promise")}</button>}
        {promised ? <button type="button" disabled={totals.busy} onClick={() => void totals.run(() => askFile("GET /v1/campaigns/{id}/totals", { id: of.id }, `${of.id}.json`))}>{t("redress.totals")}</button> : null}
      </div>
      {promised ? <Command about={t("redress.codes")} line={`amanah redress codes ${of.id} --out codes.age`} /> : null}
      <Confirm open={sure} title={t("redress.sure")} yes={t("redress.promise")} busy={act.busy} problem={act.problem} onNo={() => setSure(false)}
        onYes={() => void act.run(async () => { await ask("POST /v1/campaigns/{id}/announce", { id: of.id, ...(flags.length ? { accepted: flags } : {}) }); setSure(false); again(); })}>
        <p>{t("redress.sure.about")}</p>
        {flags.length ? <Note tone="bad"><p>{t("redress.accept")}</p><ul>{flags.map((one) => <li key={one}>{word("cflag", one)}</li>)}</ul></Note> : null}
      </Confirm>
    </Card>
  );
}

function Checked({ terms }: { terms: Record<string, Terms> }): JSX.Element {
  const flags = Object.entries(terms).flatMap(([lang, one]) => one.flags.map((found) => ({ lang, ...found })));
  const absent = Object.entries(terms).filter(([, one]) => !one.there).map(([lang]) => word("lang", lang));
  return (
    <>
      {absent.length ? <Note tone="warn"><p>{t("redress.absent", { languages: absent.join(", ") })}</p></Note> : null}
      {flags.length === 0 ? absent.length ? null : <Note tone="good"><p>{t("redress.clean")}</p></Note> : (
        <Note tone="warn"><p class="strong">{t("redress.flags")}</p><ul>{flags.map((one, at) => <li key={at}>{word("cflag", one.flag)}: <q lang={one.lang}>{one.sentence.trim()}</q></li>)}</ul></Note>
      )}
    </>
  );
}

const PLACES: Record<string, string> = { KRW: "Asia/Seoul", IDR: "Asia/Jakarta", USD: "America/New_York", EUR: "Europe/Berlin", JPY: "Asia/Tokyo", SGD: "Asia/Singapore", GBP: "Europe/London" };

function Open({ id, again }: { id: string; again: () => void }): JSX.Element {
  const [open, setOpen] = useState(false);
  const [title, setTitle] = useState("");
  const [currency, setCurrency] = useState(language() === "ko" ? "KRW" : language() === "id" ? "IDR" : "USD");
  const [until, setUntil] = useState("");
  const [parts, setParts] = useState([{ name: "shop", each: "" }]);
  const [recipient, setRecipient] = useState("");
  const [terms, setTerms] = useState<Record<string, string>>({});
  const act = useAct();
  const digits = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const make = () => act.run(async () => {
    await ask("POST /v1/campaigns", { title, incident: id, currency, zone: PLACES[currency] ?? "Etc/UTC", until, parts: parts.map((one) => `${one.name}=${Math.round(Number(one.each) * 10 ** digits)}`), recipient,
      ...Object.fromEntries(Object.keys(LANGUAGES).map((lang) => [`terms_${lang}`, terms[lang] ?? ""])) });
    setOpen(false);
    again();
  });
  return (
    <Sheet title={t("redress.open")}>
      <p class="soft">{t("redress.open.about")}</p>
      {!open ? <div><button type="button" class="main" onClick={() => setOpen(true)}>{t("redress.begin")}</button></div> : (
        <form onSubmit={(event) => { event.preventDefault(); void make(); }}>
          <Input label={t("redress.name")} value={title} onValue={setTitle} required maxlength={200} autocomplete="off" />
          <div class="pair">
            <Choice label={t("redress.currency")} value={currency} onValue={setCurrency} of={Object.keys(PLACES).map((one) => [one, one])} />
            <Input label={t("redress.until")} hint={PLACES[currency] ?? ""} type="date" value={until} onValue={setUntil} required />
          </div>
          {parts.map((one, at) => {
            const put = (change: Partial<typeof one>) => setParts((was) => was.map((old, n) => (n === at ? { ...old, ...change } : old)));
            return (
              <div key={at} class="pair">
                <Input label={t("redress.each")} value={one.each} onValue={(each) => put({ each })} required inputmode="numeric" pattern={digits ? "[0-9]+([.][0-9]{1,2})?" : "[0-9]+"} autocomplete="off" />
                <Input label={t("redress.part")} hint={t("redress.part.hint")} value={one.name} onValue={(name) => put({ name })} required pattern="[a-z0-9_]+" maxlength={30} autocomplete="off" />
              </div>
            );
          })}
          <div class="row"><button type="button" class="slim" onClick={() => setParts((was) => [...was, { name: "", each: "" }])}>{t("redress.more")}</button>{parts.length > 1 ? <button type="button" class="slim" onClick={() => setParts((was) => was.slice(0, -1))}>{t("redress.fewer")}</button> : null}</div>
          {Object.entries(LANGUAGES).map(([lang, said]) => <Input key={lang} label={t("redress.terms", { language: said })} value={terms[lang] ?? ""} onValue={(text) => setTerms((was) => ({ ...was, [lang]: text }))} area required />)}
          <Input label={t("redress.recipient")} hint={t("redress.recipient.hint")} value={recipient} onValue={setRecipient} autocomplete="off" maxlength={100} />
          <Trouble of={act.problem} />
          <div class="row"><button type="submit" class="main" disabled={act.busy}>{t("redress.draft")}</button><button type="button" onClick={() => setOpen(false)}>{t("cancel")}</button></div>
        </form>
      )}
    </Sheet>
  );
}
