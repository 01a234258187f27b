// Stop it: whom it may have been, shutting them out in one act with each step's probe, and letting in again by two.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, type Page } from "../../ui/api";
import { Confirm, Empty, Loaded, Note, Rows, Sheet, Tag, Time, useAct } from "../../ui/parts";
import { has, t, word } from "../../ui/words";
import type { Line } from "../shapes";
import { useShared } from "../state";
import { useLive } from "../live";
import { Book, type Kind } from "./book";

interface Contained { state: string; since: string; keys: { id: string; name: string; before: string; after: string }[]; staff: { id: string; name: string }[]; rotated: { id: string; key?: string; role: string; rotated_from: string }[] }

const suspects = (who: [string, string][]): Kind => ({
  path: "suspects", blanks: [{ name: "who", of: who }, { name: "text", kind: "area", optional: true }], tone: (line) => (line.state === "cleared" ? "good" : "warn"),
  more: (line) => <Who id={line.who} />, key: (line) => ({ who: line.who }),
  moves: [{ name: "cleared", sets: { state: "cleared" }, with: [{ name: "text", kind: "area" }], when: (line) => line.state === "named" }],
});

export function Who({ id }: { id: string | undefined }): JSX.Element {
  const { named } = useShared();
  return <strong>{id ? word("reader", named(id)) : "–"}</strong>;
}

export function Contain({ id, again }: { id: string; again: () => void }): JSX.Element {
  const { names, can } = useShared();
  const [turn, setTurn] = useState(0);
  const steps = useLive([`incident ${id}`, "approvals"], (signal) => ask<Page<Line>>("GET /v1/incidents/{id}/{part}", { id, part: "contain", limit: 500 }, { signal }), [id, turn]);
  const [would, setWould] = useState<Contained>();
  const [done, setDone] = useState<Contained>();
  const [lifting, setLifting] = useState(false);
  const [asked, setAsked] = useState(false);
  const look = useAct(), act = useAct(), lift = useAct();
  const bump = () => { setTurn((was) => was + 1); again(); };
  const who = Object.entries(names).sort((a, b) => a[1].localeCompare(b[1]));
  return (
    <div class="stack wide-gap">
      <Book id={id} kind={suspects(who)} title={t("book.suspects")} onChange={() => setWould(undefined)} />
      <Sheet title={t("contain.title")}>
        <p>{t("contain.about")}</p>
        {can("contain") ? (
          <>
            {look.problem?.code === "check.not_met" ? <Note tone="warn"><p role="status">{t("contain.nobody")}</p></Note> : null}
            <div class="row"><button type="button" class="main" disabled={look.busy} onClick={() => void look.run(async () => setWould(await ask<Contained>("POST /v1/incidents/{id}/contain", { id, dry_run: true })))}>{t("contain.see")}</button></div>
          </>
        ) : <Note><p>{t("contain.no_right")}</p></Note>}
        {done ? <Done of={done} /> : null}
      </Sheet>
      <Sheet title={t("contain.steps")}>
        <Loaded of={steps}>{({ items }) => items.length === 0 ? <Empty>{t("contain.none")}</Empty> : (
          <div class="stack">
            <Rows label={t("contain.steps")} of={items} heads={[t("head.when"), t("contain.step"), t("head.reader"), t("contain.found")]} row={(one) => [
              <Time at={one.time} />, <strong>{word("contain.step", one.name ?? "")}</strong>, one.who ? <Who id={one.who} /> : "–", <Found line={one} />]} />
            {can("contain") ? <div><button type="button" onClick={() => setLifting(true)}>{t("contain.lift")}</button></div> : null}
            {asked ? <Note><p role="status">{t("contain.lift.asked")}</p></Note> : null}
          </div>
        )}</Loaded>
      </Sheet>
      <Confirm open={would !== undefined} title={t("contain.sure")} yes={t("contain.go")} tone="bad" busy={act.busy} problem={act.problem} onNo={() => setWould(undefined)}
        onYes={() => void act.run(async () => { setDone(await ask<Contained>("POST /v1/incidents/{id}/contain", { id })); setWould(undefined); bump(); })}>
        <p>{t("contain.sure.about")}</p>
        <ul>{would?.keys.map((one) => <li key={one.id}>{t("contain.key", { name: one.name || one.id })}</li>)}{would?.staff.map((one) => <li key={one.id}>{t("contain.person", { name: one.name || one.id })}</li>)}<li>{t("contain.freeze")}</li></ul>
      </Confirm>
      <Confirm open={lifting} title={t("contain.lift.sure")} yes={t("contain.lift")} busy={lift.busy} problem={lift.problem} onNo={() => setLifting(false)}
        onYes={() => void lift.run(async () => { await ask("POST /v1/incidents/{id}/contain", { id, lift: true }); setLifting(false); setAsked(true); bump(); })}><p>{t("contain.lift.about")}</p></Confirm>
    </div>
  );
}

/** What a probe said is in the vault's words: shown as tried, and as refused or let in. */
function Found({ line }: { line: Line }): JSX.Element {
  const text = line.text ?? "";
  const last = text.endsWith("refused") ? "refused" : text.endsWith("let in") ? "let_in" : text.endsWith("not tried") ? "not_tried" : "";
  const before = text.includes("before:");
  return last ? <span>{t(before ? "contain.probe.before" : "contain.probe.after")} <Tag tone={last === "refused" ? "good" : last === "let_in" && !before ? "bad" : "plain"}>{t(`contain.probe.${last}`)}</Tag></span> : has(`contain.says.${line.name}`) ? <span class="small soft">{t(`contain.says.${line.name}`)}</span> : <span class="small soft" lang="en">{text}</span>;
}

function Done({ of }: { of: Contained }): JSX.Element {
  const probe = (said: string) => t(`contain.probe.${said.replace(" ", "_")}`);
  const shown = of.rotated.filter((one) => one.key);
  return (
    <div class="stack">
      <Note tone="good"><p role="status">{t("contain.done")} <Time at={of.since} /></p></Note>
      {of.keys.length ? <Rows label={t("contain.title")} of={of.keys} heads={[t("blast.key"), t("contain.probe.before"), t("contain.probe.after")]} row={(one) => [<strong>{one.name || one.id}</strong>, probe(one.before), <Tag tone={one.after === "refused" ? "good" : "bad"}>{probe(one.after)}</Tag>]} /> : null}
      {shown.length ? <Note tone="warn"><p class="strong">{t("contain.successor")}</p><dl class="facts">{shown.flatMap((one) => [<dt key={one.id}>{of.keys.find((key) => key.id === one.rotated_from)?.name ?? one.rotated_from}</dt>, <dd key={`${one.id}-k`}><code>{one.key}</code></dd>])}</dl></Note> : null}
    </div>
  );
}
