// The ledger: its newest checkpoint, any entry, and a proof that it is in there.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../ui/api";
import { Empty, Input, Loaded, Note, Rows, Sheet, Tag, Time, Trouble, useAct, useAsk } from "../ui/parts";
import { number, t, word } from "../ui/words";
import { included, type Proof } from "./proof";
import { usePlace, useShared } from "./state";

interface Entry { index: number; time: string; kind: string; reader: string; role: string; purpose: string; fields: string[]; masked: string[]; count?: number; leaf_hash: string; entry: string }
const NEWEST = 20;

export function Ledger(): JSX.Element {
  const at = usePlace();
  const { tick, can } = useShared();
  const chosen = at[1] !== undefined && /^\d+$/.test(at[1]) ? Number(at[1]) : undefined;
  const [wanted, setWanted] = useState("");
  const point = useAsk((signal) => ask<string>("GET /v1/ledger/checkpoint", {}, { signal }), [], 15000, tick);
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
              {can("pin") ? <Pin /> : null}
            </Sheet>
            <Sheet title={t("ledger.search")}>
              <form onSubmit={(event) => { event.preventDefault(); location.hash = `#/ledger/${wanted.replace(/\D/g, "")}`; }}>
                <div class="pair"><Input label={t("ledger.number")} hint={t("ledger.number.hint", { n: Math.max(0, Number(size) - 1) })} value={wanted} onValue={setWanted} inputmode="numeric" pattern="[0-9]+" required /></div>
                <div><button type="submit" class="main">{t("ledger.show")}</button></div>
              </form>
            </Sheet>
            <Newest size={Number(size)} />
          </>
        );
      }}</Loaded>
    </>
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

function Newest({ size }: { size: number }): JSX.Element {
  const { named } = useShared();
  const entries = useAsk((signal) => Promise.all(Array.from({ length: Math.min(NEWEST, size) }, (_, at) => ask<Entry>("GET /v1/ledger/entries/{index}", { index: size - 1 - at }, { signal }))), [size]);
  return (
    <Sheet title={t("ledger.newest")}>
      <Loaded of={entries}>{(got) => got.length === 0 ? <Empty>{t("ledger.empty")}</Empty> : (
        <Rows label={t("ledger.newest")} of={got} heads={[t("ledger.number"), t("head.when"), t("head.what"), t("head.reader")]} row={(one) => [
          <a href={`#/ledger/${one.index}`}>{number(one.index)}</a>, <Time at={one.time} />, word("kind", one.kind), word("reader", named(one.reader))]} />
      )}</Loaded>
    </Sheet>
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
