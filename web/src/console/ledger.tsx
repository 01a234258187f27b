// The ledger: its newest checkpoint, any entry, and a proof that it is in there.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, now } from "../ui/api";
import { Input, Loaded, Note, Sheet, Tag, Time, Trouble, useAct, useAsk } from "../ui/parts";
import { number, t, word } from "../ui/words";
import { BUNDLE, bundle, type Found } from "./entries";
import { included, type Proof } from "../ui/proof";
import { Search } from "./search";
import { Witnesses } from "./witness";
import { useLive } from "./live";
import { usePlace, useShared } from "./state";

interface Entry { index: number; time: string; kind: string; reader: string; role: string; purpose: string; fields: string[]; masked: string[]; count?: number; leaf_hash: string; entry: string }

export function Ledger(): JSX.Element {
  const at = usePlace();
  const chosen = at[1] !== undefined && /^\d+$/.test(at[1]) ? Number(at[1]) : undefined;
  const [wanted, setWanted] = useState("");
  const point = useLive(["ledger"], (signal) => ask<string>("GET /v1/ledger/checkpoint", {}, { signal }), []);
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("room.ledger")}</h1><p class="soft">{t("ledger.about")}</p></div>
      {chosen !== undefined ? <One key={chosen} index={chosen} /> : null}
      <Loaded of={point}>{(text) => {
        const [origin = "", size = "0", root = ""] = text.split("\n");
        return (
          <>
            <Sheet title={t("ledger.checkpoint")}>
              <div class="figures"><div class="figure"><b>{number(Number(size))}</b><span>{t("ledger.entries")}</span></div></div>
              <dl class="facts"><dt>{t("ledger.origin")}</dt><dd><code>{origin}</code></dd><dt>{t("ledger.root")}</dt><dd><code>{root}</code></dd></dl>
              <details><summary>{t("ledger.note")}</summary><pre>{text}</pre></details>
            </Sheet>
            <Sheet title={t("ledger.search")}>
              <form onSubmit={(event) => { event.preventDefault(); location.hash = `#/ledger/${wanted.replace(/\D/g, "")}`; }}>
                <div class="pair"><Input label={t("ledger.number")} hint={t("ledger.number.hint", { n: Math.max(0, Number(size) - 1) })} value={wanted} onValue={setWanted} inputmode="numeric" pattern="[0-9]+" required /></div>
                <div><button type="submit" class="main">{t("ledger.show")}</button></div>
              </form>
            </Sheet>
            <Outside note={text} size={Number(size)} />
            <Search key={at[1] === "of" ? at[2] : ""} size={Number(size)} {...(at[1] === "of" && at[2] ? { of: at[2] } : {})} />
          </>
        );
      }}</Loaded>
    </>
  );
}

const DAY = 86400e3;

/** The newest entry that says that somebody outside was given a state, among those of the last day. */
async function pinned(size: number, signal: AbortSignal): Promise<Found | null> {
  for (let n = Math.floor((size - 1) / BUNDLE); n >= 0; n--) {
    const entries = await bundle(n, size, signal), hit = entries.find((one) => one.kind === "pin");
    if (hit) return hit;
    if ((entries.at(-1)?.time ?? 0) < now() - DAY) break;
  }
  return null;
}

/** Who outside holds a state: without one, whoever holds the machine could rewrite the log. */
function Outside({ note, size }: { note: string; size: number }): JSX.Element {
  const { can } = useShared();
  const newest = useAsk((signal) => pinned(size, signal), [size]);
  const witnesses = note.split("\n").filter((line) => line.startsWith("— ")).slice(1).map((line) => line.split(" ")[1] ?? "");
  const young = (at: number) => at > now() - DAY;
  return (
    <Sheet title={t("outside.title")}>
      <Loaded of={newest}>{(pin) => (
        <div class="stack">
          {witnesses.length || (pin && young(pin.time)) ? <Note tone="good"><p>{t("outside.good")}</p></Note> : <Note tone="warn"><p>{t("outside.none")}</p></Note>}
          <dl class="facts">
            <dt>{t("outside.given")}</dt><dd>{pin ? <><Time at={new Date(pin.time).toISOString()} /> · <a href={`#/ledger/${pin.index}`}>{t("seen.entry", { n: pin.index })}</a></> : t("outside.not_today")}</dd>
            <dt>{t("outside.witnesses")}</dt><dd>{witnesses.length ? witnesses.map((one) => <code key={one}>{one} </code>) : t("outside.nobody")}</dd>
          </dl>
        </div>
      )}</Loaded>
      {can("pin") ? <><Pin /><Witnesses note={note} /></> : null}
    </Sheet>
  );
}

function Pin(): JSX.Element {
  const [where, setWhere] = useState("");
  const [done, setDone] = useState(false);
  const act = useAct();
  return (
    <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { await ask("POST /v1/ledger/pins", { where }); setWhere(""); setDone(true); }); }}>
      <Input label={t("pin.where")} hint={t("pin.hint")} value={where} onValue={setWhere} required maxlength={200} />
      <Trouble of={act.problem} />
      {done ? <Note tone="good"><p role="status">{t("pin.done")}</p></Note> : null}
      <div><button type="submit" disabled={act.busy}>{t("pin.go")}</button></div>
    </form>
  );
}

function One({ index }: { index: number }): JSX.Element {
  const { named } = useShared();
  const entry = useAsk((signal) => ask<Entry>("GET /v1/ledger/entries/{index}", { index }, { signal }), [index]);
  const [checked, setChecked] = useState<{ good: boolean; size: number }>();
  const act = useAct();
  const prove = (one: Entry) => act.run(async () => {
    const proof = await ask<Proof>("GET /v1/ledger/proof", { index });
    setChecked({ good: await included(proof, one.entry), size: proof.size });
  });
  return (
    <Sheet title={t("seen.entry", { n: index })}>
      <Loaded of={entry}>{(one) => (
        <div class="stack">
          <dl class="facts">
            <dt>{t("head.when")}</dt><dd><Time at={one.time} /></dd>
            <dt>{t("head.what")}</dt><dd>{word("kind", one.kind)}</dd>
            <dt>{t("head.reader")}</dt><dd>{word("reader", named(one.reader))}{one.role ? <> · {word("role", one.role)}</> : null}</dd>
            {one.purpose ? <><dt>{t("head.why")}</dt><dd>{word("purpose", one.purpose)}</dd></> : null}
            {one.fields.length ? <><dt>{t("ledger.fields")}</dt><dd>{one.fields.map((name) => word("field", name) + (one.masked.includes(name) ? ` ${t("person.masked")}` : "")).join(", ")}</dd></> : null}
            <dt>{t("ledger.leaf")}</dt><dd><code>{one.leaf_hash}</code></dd>
          </dl>
          <div class="row"><button type="button" class="main" disabled={act.busy} onClick={() => void prove(one)}>{t("prove.go")}</button></div>
          <Trouble of={act.problem} />
          {checked ? (
            <Note tone={checked.good ? "good" : "bad"}>
              <p role="status"><Tag tone={checked.good ? "good" : "bad"}>{t(checked.good ? "prove.yes" : "prove.no")}</Tag> {t(checked.good ? "prove.yes.about" : "prove.no.about", { size: checked.size })}</p>
              <p class="small">{t("prove.display")}</p>
            </Note>
          ) : null}
        </div>
      )}</Loaded>
    </Sheet>
  );
}
