// One kind of line of an incident: what there is of it, a form for one more, and what may become of each. A table says what.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, type Page } from "../../ui/api";
import { Empty, Loaded, Sheet, Tag, Time, Trouble, useAct, type Tone } from "../../ui/parts";
import { number, t, word } from "../../ui/words";
import { Blanks, said, type Blank } from "../blanks";
import { useLive } from "../live";
import type { Line } from "../shapes";
import { useShared } from "../state";

/** What may become of a line: `with` is what has to be said of it, `sets` what it becomes. */
export interface Move { name: string; sets: Record<string, unknown>; with: Blank[] | ((line: Line) => Blank[]); when?: (line: Line) => boolean; path?: string; tone?: "bad" | "main" }
export interface Kind { path: string; blanks: Blank[]; moves: Move[]; tone?: (line: Line) => Tone; more?: (line: Line) => JSX.Element | null; key?: (line: Line) => Record<string, unknown>; order?: (a: Line, b: Line) => number }

const wanted = (move: Move, line: Line) => (typeof move.with === "function" ? move.with(line) : move.with);

export function Book({ id, kind, title, onChange }: { id: string; kind: Kind; title: string; onChange?: () => void }): JSX.Element {
  const lines = useLive([`incident ${id}`], (signal) => ask<Page<Line>>("GET /v1/incidents/{id}/{part}", { id, part: kind.path, limit: 500 }, { signal }), [id]);
  const [values, setValues] = useState<Record<string, string>>({});
  const [open, setOpen] = useState(false);
  const act = useAct();
  const changed = () => { lines.again(); onChange?.(); };
  const add = () => act.run(async () => { await ask("POST /v1/incidents/{id}/{kind}", { id, kind: kind.path, ...said(kind.blanks, values) }); setValues({}); setOpen(false); changed(); });
  return (
    <Sheet title={title}>
      <p class="soft">{t(`book.${kind.path}.about`)}</p>
      <Loaded of={lines}>{({ items }) => items.length === 0 ? <Empty>{t(`book.${kind.path}.none`)}</Empty>
        : <ul class="plain stack">{(kind.order ? [...items].sort(kind.order) : items).map((one) => <One key={one.line} id={id} kind={kind} line={one} again={changed} />)}</ul>}</Loaded>
      {open ? (
        <form onSubmit={(event) => { event.preventDefault(); void add(); }}>
          <Blanks kind={kind.path} of={kind.blanks} values={values} onValue={(name, value) => setValues((was) => ({ ...was, [name]: value }))} />
          <Trouble of={act.problem} />
          <div class="row"><button type="submit" class="main" disabled={act.busy}>{t("timeline.add")}</button><button type="button" onClick={() => { setOpen(false); act.clear(); }}>{t("cancel")}</button></div>
        </form>
      ) : <div><button type="button" onClick={() => setOpen(true)}>{t(`book.${kind.path}.add`)}</button></div>}
    </Sheet>
  );
}

function One({ id, kind, line, again }: { id: string; kind: Kind; line: Line; again: () => void }): JSX.Element {
  const { named, can } = useShared();
  const [move, setMove] = useState<Move>();
  const [values, setValues] = useState<Record<string, string>>({});
  const act = useAct();
  const go = (one: Move) => act.run(async () => {
    await ask("POST /v1/incidents/{id}/{kind}", { id, kind: one.path ?? kind.path, ...(kind.key?.(line) ?? { of: line.line }), ...one.sets, ...said(wanted(one, line), values) });
    setMove(undefined);
    setValues({});
    again();
  });
  const moves = kind.moves.filter((one) => one.when?.(line) ?? true);
  return (
    <li class="line">
      <span class="small soft">{t("timeline.line", { n: String(line.line) })} · <Time at={line.time} /> · {word("reader", named(line.author))}{can("ledger") ? <> · <a href={`#/ledger/${line.entry}`}>{t("seen.entry", { n: line.entry })}</a></> : null}</span>
      <div class="row">{line.state ? <Tag tone={kind.tone?.(line) ?? "plain"}>{word(`state.${kind.path}`, line.state)}</Tag> : null}{kind.more?.(line)}</div>
      {line.text ? <p class="said">{line.text}</p> : null}
      {line.due ? <p class="small soft">{t("clock.due")} <Time at={line.due} /></p> : null}
      {line.people !== undefined ? <p class="small soft">{t("people", { n: line.people })}{line.basis ? ` · ${word("reconcile.basis", line.basis)}` : ""}</p> : null}
      {line.source ? <p class="small soft">{t("blank.source")}: {line.source}</p> : null}
      {move ? (
        <form onSubmit={(event) => { event.preventDefault(); void go(move); }}>
          <Blanks kind={kind.path} of={wanted(move, line)} values={values} onValue={(name, value) => setValues((was) => ({ ...was, [name]: value }))} />
          <Trouble of={act.problem} />
          <div class="row"><button type="submit" class={move.tone ?? "main"} disabled={act.busy}>{t(`move.${kind.path}.${move.name}`)}</button><button type="button" onClick={() => { setMove(undefined); act.clear(); }}>{t("cancel")}</button></div>
        </form>
      ) : (
        <>
          <Trouble of={act.problem} />
          {moves.length ? <div class="row">{moves.map((one) => <button key={one.name} type="button" class={`slim ${one.tone === "bad" ? "bad" : ""}`} disabled={act.busy} onClick={() => { act.clear(); if (wanted(one, line).length) setMove(one); else void go(one); }}>{t(`move.${kind.path}.${one.name}`)}</button>)}</div> : null}
        </>
      )}
    </li>
  );
}

export function counted(line: Line): JSX.Element | null {
  return line.for?.length || line.against?.length ? <span class="small soft">{t("hypothesis.weigh", { for: number(line.for?.length ?? 0), against: number(line.against?.length ?? 0) })}</span> : null;
}
