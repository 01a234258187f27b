// People: find one, see that they are here, show chosen values for a reason and for a minute, see who saw them, close, erase.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, type Page } from "../ui/api";
import { Choice, Confirm, Empty, Field, Id, Input, Loaded, Note, Rows, Sheet, Tag, Time, Trouble, useAct, useAsk } from "../ui/parts";
import { day, t, word } from "../ui/words";
import { useShared, usePlace } from "./state";

const SHOWN_S = 60; // how long values stand on the screen
const PURPOSES = ["support", "delivery", "order", "billing", "security", "fraud", "legal", "audit", "operations", "incident"];

interface FieldRow { name: string; group: string; index: string }
interface Person { id: string; status: string; version: number; lang: string; country: string; created: string; closed?: string; fields: string[] }
interface Sighting { index: number; time: string; kind: string; reader: string; role: string; purpose: string; fields: string[]; masked: string[] }
type Value = string | Value[] | { [name: string]: Value };

export function People(): JSX.Element {
  const at = usePlace();
  return at[1] ? <One key={at[1]} id={at[1]} /> : <Find />;
}

function usePurposes(): [string, string][] {
  const { self } = useShared();
  const mine = self.purposes.includes("*") ? PURPOSES : self.purposes;
  return mine.map((name) => [name, word("purpose", name)]);
}

function Find(): JSX.Element {
  const { self, can } = useShared();
  const purposes = usePurposes();
  const fields = useAsk((signal) => ask<Page<FieldRow>>("GET /v1/fields", {}, { signal }), []);
  const [field, setField] = useState("");
  const [value, setValue] = useState("");
  const [purpose, setPurpose] = useState(purposes[0]?.[0] ?? "");
  const [reason, setReason] = useState("");
  const [found, setFound] = useState<{ ids: string[]; index?: number }>();
  const act = useAct();
  const find = (name: string) => act.run(async () => {
    setFound(undefined);
    try {
      const got = await ask<{ ids: string[]; receipt: { index: number } }>("POST /v1/lookup", { field: name, value, purpose, reason });
      setFound({ ids: got.ids, index: got.receipt.index });
    } catch (error) {
      const status = (error as { problem?: { status: number; code: string } }).problem?.status;
      if (status !== 404) throw error;
      setFound({ ids: [] });
    }
    setValue("");
  });
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("room.people")}</h1><p class="soft">{t("people.about")}</p></div>
      {can("lookup") ? (
        <Sheet title={t("people.find")}>
          <Loaded of={fields}>{(got) => {
            const mine = got.items.filter((one) => one.index === "full" && self.fields.some((name) => name.split(".")[0] === one.name));
            const name = field || mine.find((one) => one.name === "email")?.name || mine[0]?.name || "";
            return mine.length === 0 ? <Empty>{t("people.no_fields")}</Empty> : (
              <form autoComplete="off" onSubmit={(event) => { event.preventDefault(); void find(name); }}>
                <div class="pair">
                  <Choice label={t("people.by")} value={name} onValue={setField} of={mine.map((one) => [one.name, word("field", one.name)])} />
                  <Input label={t("people.value")} value={value} onValue={setValue} required autocomplete="off" spellcheck={false} maxlength={254} />
                </div>
                <div class="pair">
                  <Choice label={t("people.purpose")} value={purpose} onValue={setPurpose} of={purposes} />
                  <Input label={t("people.reason")} hint={t("people.reason.hint")} value={reason} onValue={setReason} required autocomplete="off" maxlength={500} />
                </div>
                <Trouble of={act.problem} />
                <div class="row"><button type="submit" class="main" disabled={act.busy}>{t("people.go")}</button><span class="soft small">{t("people.logged")}</span></div>
              </form>
            );
          }}</Loaded>
          <div role="status">
            {found ? found.ids.length === 0 ? <Note><p>{t("people.none")}</p></Note> : (
              <div class="stack tight"><p class="strong">{t("people.found", { n: found.ids.length })}</p>
                <ul class="plain stack tight">{found.ids.map((id) => <li key={id}><a class="button" href={`#/people/${id}`}>{t("people.open")} <Id of={id} /></a></li>)}</ul></div>
            ) : null}
          </div>
        </Sheet>
      ) : <Empty>{t("people.no_lookup")}</Empty>}
    </>
  );
}

function One({ id }: { id: string }): JSX.Element {
  const { can } = useShared();
  const person = useAsk((signal) => ask<Person>("GET /v1/subjects/{id}", { id }, { signal }), [id]);
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("person.title")}</h1><a href="#/people">{t("people.back")}</a><p class="soft"><Id of={id} /></p></div>
      <Loaded of={person}>{(got) => (
        <>
          <Sheet title={t("person.held")} side={<Tag tone={got.status === "active" ? "good" : "warn"}>{word("status", got.status)}</Tag>}>
            <dl class="facts">
              <dt>{t("person.since")}</dt><dd>{day(got.created)}</dd>
              <dt>{t("person.speaks")}</dt><dd>{word("lang", got.lang)}</dd>
              <dt>{t("person.country")}</dt><dd>{got.country}</dd>
            </dl>
            {can("reveal") ? <Reveal person={got} /> : <p class="soft">{got.fields.map((one) => word("field", one)).join(", ")}</p>}
          </Sheet>
          {can("history") ? <Seen id={id} /> : null}
          {can("change") || can("erase") ? <Ends person={got} again={person.again} /> : null}
        </>
      )}</Loaded>
    </>
  );
}

/** The values live here, in memory, until the minute is over, the page is hidden or left. */
function Reveal({ person }: { person: Person }): JSX.Element {
  const { self } = useShared();
  const purposes = usePurposes();
  const allowed = person.fields.flatMap((name): [string, boolean][] => self.fields.includes(name) ? [[name, true]] : self.fields.some((one) => one === `${name}.mask`) ? [[name, false]] : []);
  const [wanted, setWanted] = useState<string[]>([]);
  const [masked, setMasked] = useState(false);
  const [purpose, setPurpose] = useState(purposes[0]?.[0] ?? "");
  const [reason, setReason] = useState("");
  const [values, setValues] = useState<Record<string, Value>>();
  const [left, setLeft] = useState(0);
  const shown = useRef<HTMLDivElement>(null);
  const act = useAct();
  const hide = () => { setValues(undefined); setLeft(0); };
  useEffect(() => {
    if (!values) return;
    shown.current?.focus();
    const timer = setInterval(() => setLeft((was) => { if (was <= 1) { setValues(undefined); return 0; } return was - 1; }), 1000);
    const unseen = () => { if (document.hidden) hide(); };
    document.addEventListener("visibilitychange", unseen);
    return () => { clearInterval(timer); document.removeEventListener("visibilitychange", unseen); };
  }, [values !== undefined]);
  const reveal = () => act.run(async () => {
    const fields = wanted.map((name) => (masked || !self.fields.includes(name) ? `${name}.mask` : name));
    const got = await ask<{ values: { fields?: Record<string, Value> }[] }>("POST /v1/reveal", { subjects: [person.id], fields, purpose, reason });
    setValues(got.values[0]?.fields ?? {});
    setLeft(SHOWN_S);
  });
  if (values) {
    return (
      <div class="stack" ref={shown} tabIndex={-1} role="region" aria-label={t("person.values")}>
        <div class="row apart"><p class="soft small" aria-live="off">{t("person.vanish", { n: left })}</p><button type="button" onClick={hide}>{t("person.hide")}</button></div>
        <dl class="facts">{Object.entries(values).flatMap(([name, value]) => show(name, value))}</dl>
        {Object.keys(values).length === 0 ? <Empty>{t("person.no_values")}</Empty> : null}
      </div>
    );
  }
  return (
    <form onSubmit={(event) => { event.preventDefault(); void reveal(); }}>
      <fieldset>
        <legend>{t("person.which")}</legend>
        <div class="checks">{allowed.map(([name, full]) => (
          <label class="check" key={name}><input type="checkbox" checked={wanted.includes(name)} onChange={(event) => { const on = event.currentTarget.checked; setWanted((was) => (on ? [...was, name] : was.filter((one) => one !== name))); }} /><span>{word("field", name)} {full ? null : <span class="soft small">{t("person.masked")}</span>}</span></label>))}</div>
      </fieldset>
      {allowed.some(([, full]) => full) ? <label class="check"><input type="checkbox" checked={masked} onChange={(event) => setMasked(event.currentTarget.checked)} /><span>{t("person.only_masked")}</span></label> : null}
      <div class="pair">
        <Choice label={t("people.purpose")} value={purpose} onValue={setPurpose} of={purposes} />
        <Input label={t("people.reason")} hint={t("person.reason.hint")} value={reason} onValue={setReason} required autocomplete="off" maxlength={500} />
      </div>
      <Trouble of={act.problem} />
      <div class="row"><button type="submit" class="main" disabled={act.busy || wanted.length === 0}>{t("person.show", { n: SHOWN_S })}</button><span class="soft small">{t("people.logged")}</span></div>
    </form>
  );
}

function show(name: string, value: Value): JSX.Element[] {
  const plain = name.replace(/\.(mask|last4)$/, "");
  const label = <dt key={`${name}-t`}>{word("field", plain)}</dt>;
  if (typeof value === "string") return [label, <dd key={name}><span class="value">{value}</span></dd>];
  if (Array.isArray(value)) return value.flatMap((one, at) => (typeof one === "string" ? show(name, one) : Object.entries(one).flatMap(([inner, text]) => show(inner, text as Value).map((part, line) => <div key={`${at}-${inner}-${line}`} style={{ display: "contents" }}>{part}</div>))));
  return Object.entries(value ?? {}).flatMap(([inner, text]) => show(inner, text));
}

function Seen({ id }: { id: string }): JSX.Element {
  const { named, can } = useShared();
  const [pages, setPages] = useState<string[]>([""]);
  return (
    <Sheet title={t("seen.title")}>
      <p class="soft">{t("seen.about")}</p>
      {pages.map((after, at) => <SeenPage key={after} id={id} after={after} named={named} ledger={can("ledger")} last={at === pages.length - 1} onMore={(next) => setPages((was) => [...was, next])} />)}
    </Sheet>
  );
}

function SeenPage({ id, after, named, ledger, last, onMore }: { id: string; after: string; named: (id: string) => string; ledger: boolean; last: boolean; onMore: (next: string) => void }): JSX.Element {
  const seen = useAsk((signal) => ask<Page<Sighting>>("GET /v1/subjects/{id}/sightings", { id, after, limit: 50 }, { signal }), [id, after]);
  return (
    <Loaded of={seen}>{(got) => got.items.length === 0 && after === "" ? <Empty>{t("seen.nobody")}</Empty> : (
      <div class="stack">
        <Rows label={t("seen.title")} of={got.items} heads={[t("head.when"), t("head.reader"), t("head.what"), t("head.why"), t("head.proof")]} row={(one) => [
          <Time at={one.time} />, <span>{word("reader", named(one.reader))}<br /><span class="soft small">{word("role", one.role)}</span></span>,
          <span>{word("kind", one.kind)}{one.fields.length ? <><br /><span class="small soft">{one.fields.map((name) => word("field", name) + (one.masked.includes(name) ? ` ${t("person.masked")}` : "")).join(", ")}</span></> : null}</span>,
          one.purpose ? word("purpose", one.purpose) : "–",
          ledger ? <a href={`#/ledger/${one.index}`}>{t("seen.entry", { n: one.index })}</a> : t("seen.entry", { n: one.index })]} />
        {last && got.next ? <div><button type="button" onClick={() => onMore(got.next ?? "")}>{t("more")}</button></div> : null}
      </div>
    )}</Loaded>
  );
}

function Ends({ person, again }: { person: Person; again: () => void }): JSX.Element | null {
  const { can } = useShared();
  const [open, setOpen] = useState<"close" | "erase" | "">("");
  const [reason, setReason] = useState("");
  const [waits, setWaits] = useState(false);
  const act = useAct();
  const done = () => { setOpen(""); setReason(""); act.clear(); };
  const yes = () => act.run(async () => {
    if (open === "close") await ask("POST /v1/subjects/{id}/close", { id: person.id });
    const got = open === "erase" ? await ask<{ status: string }>("DELETE /v1/subjects/{id}", { id: person.id, reason }) : undefined;
    done();
    setWaits(got?.status === "waits");
    if (got?.status === "erased") location.hash = "#/people"; else again();
  });
  return (
    <Sheet title={t("end.title")}>
      <div class="row">
        {can("change") && person.status === "active" ? <button type="button" onClick={() => setOpen("close")}>{t("end.close")}</button> : null}
        {can("erase") ? <button type="button" class="bad" onClick={() => setOpen("erase")}>{t("end.erase")}</button> : null}
      </div>
      {waits ? <Note tone="warn"><p role="status">{t("end.waits")}</p></Note> : null}
      <p class="soft small">{t("end.about")}</p>
      <Confirm open={open !== ""} title={t(open === "erase" ? "end.erase.sure" : "end.close.sure")} yes={t(open === "erase" ? "end.erase" : "end.close")} tone={open === "erase" ? "bad" : "main"} busy={act.busy} problem={act.problem} onYes={() => void yes()} onNo={done}>
        <p>{t(open === "erase" ? "end.erase.about" : "end.close.about")}</p>
        {open === "erase" ? <Field label={t("people.reason")}>{(ids) => <input {...ids} value={reason} required maxLength={500} autoComplete="off" onInput={(event) => setReason(event.currentTarget.value)} />}</Field> : null}
      </Confirm>
    </Sheet>
  );
}
