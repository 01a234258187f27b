// Files found outside: taken in sealed, part by part, and matched with the vault, in numbers. A match goes on when the page is left.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, Refused, type Page } from "../../ui/api";
import { Empty, Field, Figure, Input, Loaded, Note, Progress, Rows, Sheet, Tag, Time, Trouble, useAct } from "../../ui/parts";
import { number, share, t, word } from "../../ui/words";
import type { Line } from "../shapes";
import { useLive } from "../live";
import { useShared } from "../state";
import { takeIn } from "../uploads";

export function Evidence({ id }: { id: string }): JSX.Element {
  const files = useLive([`incident ${id}`], (signal) => ask<Page<Line>>("GET /v1/incidents/{id}/{part}", { id, part: "evidence", limit: 500 }, { signal }), [id]);
  const matches = useLive([`incident ${id}`], (signal) => ask<Page<Line>>("GET /v1/incidents/{id}/{part}", { id, part: "match", limit: 500 }, { signal }), [id]);
  return (
    <div class="stack wide-gap">
      <Upload id={id} again={files.again} />
      <Loaded of={files}>{({ items }) => items.length === 0 ? <Sheet title={t("evidence.held")}><Empty>{t("evidence.none")}</Empty></Sheet> : <>{[...items].reverse().map((one) => (
        <File key={one.line} id={id} file={one} matched={matches.data?.items.filter((match) => match.lines === one.line).at(-1)} again={() => { files.again(); matches.again(); }} />))}</>}</Loaded>
    </div>
  );
}

function Upload({ id, again }: { id: string; again: () => void }): JSX.Element {
  const [file, setFile] = useState<globalThis.File>();
  const [source, setSource] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const take = () => {
    if (!file) return;
    void takeIn(id, file, source).then(again);
    setFile(undefined);
    setSource("");
    if (input.current) input.current.value = "";
  };
  return (
    <Sheet title={t("evidence.title")}>
      <p class="soft">{t("evidence.about")}</p>
      <form onSubmit={(event) => { event.preventDefault(); take(); }}>
        <Field label={t("evidence.file")} hint={t("evidence.file.hint")}>{(ids) => <input {...ids} ref={input} type="file" required onChange={(event) => setFile(event.currentTarget.files?.[0] ?? undefined)} />}</Field>
        <Input label={t("evidence.source")} hint={t("evidence.source.hint")} value={source} onValue={setSource} required maxlength={200} autocomplete="off" />
        <div><button type="submit" class="main">{t("evidence.take")}</button></div>
      </form>
    </Sheet>
  );
}

interface Matched { verdict: string; confidence: string; reasons: string[]; lines: number; keyed: number; matched: number; people: number; people_maybe: number; closed: number; customers: number; passwords: number; fields: { field: string; compared: number; agreed: number }[]; canaries: unknown[]; taken: { not_before: string | null; not_after: string | null; absent_since: string | null; at_odds: boolean }; file: { format: string; read: string }; known_as: { incident?: string; line?: number; as: string }[] }
interface Going { busy: boolean; bytes: number; read: number; rows: number }

function size(bytes: number): string {
  const at = bytes >= 1e9 ? 3 : bytes >= 1e6 ? 2 : bytes >= 1e3 ? 1 : 0;
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: ["byte", "kilobyte", "megabyte", "gigabyte"][at] ?? "byte", maximumFractionDigits: 1, unitDisplay: at === 0 ? "long" : "short" }).format(bytes / 1000 ** at);
}

function File({ id, file, matched, again }: { id: string; file: Line; matched: Line | undefined; again: () => void }): JSX.Element {
  const { named } = useShared();
  const [going, setGoing] = useState<Going>();
  const [result, setResult] = useState<Matched>();
  const [checked, setChecked] = useState("");
  const act = useAct(), check = useAct();
  const at = { id, line: file.line };
  const ended = useRef(true);
  useEffect(() => { ended.current = false; void follow(false).catch(() => undefined); return () => { ended.current = true; }; }, []);

  async function progress(): Promise<Going> { return ask<Going>("POST /v1/incidents/{id}/evidence/{line}/match", { ...at, progress: true }); }
  /** Ask how far it is until it is done; whoever leaves the page only stops asking. */
  async function follow(begun: boolean): Promise<void> {
    for (;;) {
      const now = await progress();
      if (ended.current) return;
      setGoing(now.busy || begun ? now : undefined);
      if (!now.busy) break;
      begun = false;
      await new Promise((done) => setTimeout(done, 500));
    }
    if (begun || going?.busy) setGoing(undefined);
  }
  const match = (anew: boolean) => act.run(async () => {
    setGoing({ busy: true, bytes: file.bytes ?? 0, read: 0, rows: 0 });
    const asking = ask<Matched>("POST /v1/incidents/{id}/evidence/{line}/match", { ...at, ...(anew ? { again: true } : {}) });
    let waits = true;
    const watching = (async () => { while (waits && !ended.current) { const now = await progress(); if (now.busy && waits) setGoing(now); await new Promise((done) => setTimeout(done, 300)); } })().catch(() => undefined);
    try {
      setResult(await asking.catch(async (error: unknown) => {
        if (!(error instanceof Refused) || (error.problem.status !== 503 && error.problem.status !== 0)) throw error;
        await follow(true); // a long one outlives its request: wait for its end, then ask what it found
        return ask<Matched>("POST /v1/incidents/{id}/evidence/{line}/match", at);
      }));
    } finally { waits = false; await watching; setGoing(undefined); }
    again();
  });
  const verify = () => check.run(async () => {
    const { taking } = await ask<{ taking: string }>("POST /v1/incidents/{id}/evidence/{line}/read", { ...at, check: true });
    let said: { state?: string } = {};
    while (!said.state && !ended.current) said = await ask("POST /v1/incidents/{id}/evidence/{line}/read", { ...at, check: true, taking });
    setChecked(said.state ?? "");
    again();
  });
  return (
    <Sheet title={file.name ?? ""} side={<Tag tone={file.state === "held" ? "good" : "bad"}>{word("state.evidence", file.state ?? "")}</Tag>}>
      <dl class="facts">
        <dt>{t("evidence.size")}</dt><dd>{size(file.bytes ?? 0)}</dd>
        <dt>{t("evidence.from")}</dt><dd>{file.source ?? "–"}</dd>
        <dt>{t("evidence.taken")}</dt><dd><Time at={file.time} />, {word("reader", named(file.author))} · {t("timeline.line", { n: String(file.line) })}</dd>
        <dt>SHA-256</dt><dd><code>{file.hash}</code></dd>
      </dl>
      {going ? <Progress label={t("evidence.matching", { rows: going.rows })} done={going.read} of={Math.max(going.bytes, 1)} note={t("evidence.leave")} /> : null}
      {result ? <Result id={id} line={file.line} of={result} /> : matched && !going ? <p class="strong">{word("evidence.verdict", matched.name ?? "")}</p> : null}
      <Trouble of={act.problem} />
      <Trouble of={check.problem} />
      {checked ? <Note tone={checked === "held" ? "good" : "bad"}><p role="status">{t(checked === "held" ? "evidence.same" : "evidence.other")}</p></Note> : null}
      <div class="row">
        {file.state !== "released" ? <button type="button" class={matched ? "" : "main"} disabled={act.busy || going !== undefined} onClick={() => void match(false)}>{t(matched ? "evidence.show" : "evidence.match")}</button> : null}
        {matched && file.state !== "released" ? <button type="button" class="quiet" disabled={act.busy} onClick={() => void match(true)}>{t("evidence.anew")}</button> : null}
        {file.state !== "released" ? <button type="button" class="quiet" disabled={check.busy} onClick={() => void verify()}>{t("evidence.check")}</button> : null}
      </div>
    </Sheet>
  );
}

function Result({ id, line, of }: { id: string; line: number; of: Matched }): JSX.Element {
  const act = useAct();
  const ours = of.verdict === "ours" || of.verdict === "partly";
  return (
    <div class="stack">
      <Note tone={ours ? "bad" : of.verdict === "undecided" ? "warn" : "good"}><p class="strong" role="status">{word("evidence.verdict", of.verdict)}</p><p>{word("evidence.sure", of.confidence)}</p><ul>{of.reasons.map((one) => <li key={one}>{word("evidence.reason", one)}</li>)}</ul></Note>
      <div class="figures">
        <Figure value={number(of.lines)} label={t("evidence.lines", { n: of.lines })} />
        <Figure value={number(of.people)} label={t("evidence.people", { n: of.people })} />
        <Figure value={share(of.people, of.customers)} label={t("evidence.share")} />
        {of.people_maybe ? <Figure value={number(of.people_maybe)} label={t("evidence.maybe")} /> : null}
        {of.canaries.length ? <Figure value={number(of.canaries.length)} label={t("evidence.canaries")} /> : null}
        {of.passwords ? <Figure value={number(of.passwords)} label={t("evidence.passwords")} /> : null}
      </div>
      {of.fields.length ? <Rows label={t("evidence.compared")} of={of.fields} heads={[t("ledger.fields"), t("evidence.agreed")]} numbers={[1]} row={(one) => [word("field", one.field), t("clock.held", { held: one.agreed, required: one.compared })]} /> : null}
      {of.taken.not_before || of.taken.not_after ? <p>{t("evidence.when")} {of.taken.not_before ? <>{t("evidence.not_before")} <Time at={of.taken.not_before} /></> : null} {of.taken.not_after ? <>{t("evidence.not_after")} <Time at={of.taken.not_after} /></> : null}{of.taken.at_odds ? ` ${t("evidence.at_odds")}` : ""}</p> : null}
      <Trouble of={act.problem} />
      {ours || of.verdict === "undecided" ? <div><button type="button" disabled={act.busy} onClick={() => void act.run(async () => { await ask("POST /v1/incidents/{id}/scope", { id, evidence: [String(line)] }); location.hash = `#/incidents/${id}/scope`; })}>{t("evidence.count")}</button></div> : null}
    </div>
  );
}
