// Watch: who could see how many, who did, what was unusual; stop a reader, and let one go on by two people.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, askAll, now } from "../ui/api";
import { Confirm, Empty, Id, Loaded, Meter, Note, Rows, Sheet, Tag, Time, Trouble, useAct } from "../ui/parts";
import { number, share, t, word } from "../ui/words";
import { Approvals } from "./approvals";
import { Canaries } from "./canaries";
import { Hours } from "./hours";
import { Mutes } from "./mutes";
import type { Alert, ReaderRow, WatchStatus } from "./shapes";
import { useLive } from "./live";
import { useShared } from "./state";

interface Blast { customers: number; items: { key: string; name: string; role: string; people: Record<string, number>; per_mille: Record<string, number> }[] }
const WINDOWS = ["minute", "hour", "day", "month"] as const;

export function Watch(): JSX.Element {
  const [asked, setAsked] = useState(0);
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("room.watch")}</h1><p class="soft">{t("watch.about")}</p></div>
      <Readers onAsked={() => setAsked(asked + 1)} />
      <AllAlerts />
      <Radius />
      <Mutes onAsked={() => setAsked(asked + 1)} />
      <Canaries onAsked={() => setAsked(asked + 1)} />
      <Approvals key={asked} />
    </>
  );
}

function Readers({ onAsked }: { onAsked: () => void }): JSX.Element {
  const status = useLive(["watch"], (signal) => ask<WatchStatus>("GET /v1/watch/status", {}, { signal }), []);
  const [stop, setStop] = useState<ReaderRow>();
  const [asked, setAsked] = useState("");
  const act = useAct();
  const own = (row: ReaderRow) => row.budgets.find((one) => one.scope === "reader");
  const reset = (row: ReaderRow) => act.run(async () => {
    const got = await ask<{ state?: string }>("POST /v1/breaker/{reader}/reset", { reader: row.reader });
    setAsked(got.state ?? "done");
    onAsked();
    status.again();
  });
  return (
    <Sheet title={t("watch.readers")}>
      <Trouble of={stop ? undefined : act.problem} />
      {asked ? <Note><p role="status">{t(asked === "waiting" ? "watch.waits" : "watch.freed")}</p></Note> : null}
      <Loaded of={status}>{(got) => (
        <div class="stack">
          <h3>{t("hours.title")}</h3>
          <Hours of={got.items} now={now()} />
          <Rows label={t("watch.readers")} of={got.items} heads={[t("head.reader"), ...WINDOWS.map((one) => t(`window.${one}`)), t("watch.usual"), t("head.state"), t("watch.act")]} row={(row) => [
            <span><strong>{row.name || word("reader", row.reader)}</strong><br /><span class="small soft">{word("role", row.role)}</span><Did reader={row.reader} /></span>,
            ...WINDOWS.map((window) => { const used = own(row)?.[window] ?? { used: 0, limit: 0 }; return used.limit >= 1e9 ? number(used.used) : <div class="stack tight"><Meter used={used.used} most={used.limit} label={t(`window.${window}`)} /><span class="small">{t("watch.of", { used: used.used, limit: used.limit })}</span></div>; }),
            row.habit.usual_a_day > 0 ? t("watch.a_day", { n: row.habit.usual_a_day }) : t("watch.learning"),
            <Tag tone={row.breaker === "closed" ? "good" : "bad"}>{word("breaker", row.breaker)}</Tag>,
            row.reader === "operator" ? "–" : row.breaker === "closed" ? <button type="button" class="slim bad" onClick={() => setStop(row)}>{t("watch.stop")}</button> : <button type="button" class="slim" disabled={act.busy} onClick={() => void reset(row)}>{t("watch.free")}</button>]} />
        </div>
      )}</Loaded>
      <Confirm open={stop !== undefined} title={t("watch.stop.sure", { who: stop?.name || stop?.reader || "" })} yes={t("watch.stop")} tone="bad" busy={act.busy} problem={act.problem} onNo={() => setStop(undefined)}
        onYes={() => void act.run(async () => { if (stop) await ask("POST /v1/breaker/{reader}/trip", { reader: stop.reader }); setStop(undefined); setAsked(""); status.again(); })}><p>{t("watch.stop.about")}</p></Confirm>
    </Sheet>
  );
}

/** Its entries in the log: what an alert, or a number, rests on. */
function Did({ reader }: { reader: string }): JSX.Element | null {
  const { can } = useShared();
  return can("ledger") ? <><br /><a class="small" href={`#/ledger/of/${reader}`}>{t("watch.did")}</a></> : null;
}

function AllAlerts(): JSX.Element {
  const { named } = useShared();
  const [all, setAll] = useState(false);
  const alerts = useLive(["watch"], (signal) => askAll<Alert>("GET /v1/alerts", { all: all ? true : undefined }, 500, signal), [all]);
  return (
    <Sheet title={t("today.alerts")} side={<label class="check"><input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} /><span>{t("watch.over")}</span></label>}>
      <Loaded of={alerts}>{({ items }) => items.length === 0 ? <Empty>{t("today.calm")}</Empty> : (
        <Rows label={t("today.alerts")} of={items} heads={[t("head.what"), t("watch.grave"), t("head.reader"), t("watch.concerned"), t("watch.first"), t("watch.last"), t("watch.findings")]} row={(one) => [
          <strong>{word("detector", one.detector)}</strong>, <Tag tone={one.severity === "critical" || one.severity === "high" ? "bad" : "warn"}>{word("severity", one.severity)}</Tag>,
          <span>{one.name || word("reader", named(one.reader))}<Did reader={one.reader} /></span>, number(one.people), <Time at={one.first} />, <Time at={one.last} />,
          number(one.findings)]} />
      )}</Loaded>
    </Sheet>
  );
}

function Radius(): JSX.Element {
  const blast = useLive(["team", "settings"], (signal) => ask<Blast>("GET /v1/watch/blast-radius", {}, { signal }), []);
  return (
    <Sheet title={t("blast.title")}>
      <p class="soft">{t("blast.about")}</p>
      <Loaded of={blast}>{(got) => got.items.length === 0 ? <Empty>{t("blast.none")}</Empty> : (
        <Rows label={t("blast.title")} of={got.items} heads={[t("blast.key"), ...WINDOWS.map((one) => t(`window.${one}`))]} row={(one) => [
          <span><strong>{one.name || <Id of={one.key} />}</strong><br /><span class="small soft">{word("role", one.role)}</span></span>,
          ...WINDOWS.map((window) => <span class={(one.per_mille[window] ?? 0) >= 500 ? "strong" : ""}>{number(one.people[window] ?? 0)} <span class="small soft">({share(one.people[window] ?? 0, got.customers)})</span></span>)]} />
      )}</Loaded>
    </Sheet>
  );
}
