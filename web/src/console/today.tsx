// Today: what goes on now, and what wants somebody's hand.
import type { JSX } from "preact";
import { ask, askAll, heard } from "../ui/api";
import { Countdown, Empty, Figure, Loaded, Meter, Note, Rows, Sheet, Tag, Time, Trouble, useAct } from "../ui/parts";
import { language, number, share, t, word } from "../ui/words";
import { Asked, isOpen } from "./approvals";
import { useShared } from "./state";
import { useLive } from "./live";
import type { Alerts, Approval, Clocks, Incident, ReaderRow, WatchStatus } from "./shapes";


export function Today(): JSX.Element {
  const { can } = useShared();
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("room.today")}</h1><p class="soft">{t("today.about")}</p></div>
      {can("watch") ? <Looks /> : null}
      <div class="grid">
        <div class="stack wide-gap">
          {can("watch") ? <OpenAlerts /> : null}
          <Waiting />
          {can("export") || can("approve") ? <Jobs /> : null}
          {can("watch") ? <Week /> : null}
        </div>
        {can("incident") ? <Deadlines /> : null}
      </div>
    </>
  );
}

function Looks(): JSX.Element {
  const status = useLive(["watch"], (signal) => ask<WatchStatus>("GET /v1/watch/status", {}, { signal }), []);
  return (
    <Sheet title={t("today.looks")}>
      <Loaded of={status}>{(got) => {
        const own = (row: ReaderRow) => row.budgets.find((one) => one.scope === "reader");
        const sum = (pick: (row: ReaderRow) => number) => got.items.reduce((all, row) => all + pick(row), 0);
        const busy = got.items.filter((row) => (own(row)?.day.used ?? 0) > 0 || row.breaker !== "closed");
        return (
          <div class="stack">
            <div class="figures">
              <Figure value={number(got.customers)} label={t("today.customers", { n: got.customers })} />
              <Figure value={number(sum((row) => own(row)?.minute.used ?? 0))} label={t("today.minute")} />
              <Figure value={number(sum((row) => own(row)?.day.used ?? 0))} label={t("today.day")} />
              <Figure value={number(got.items.filter((row) => row.breaker === "open").length)} label={t("today.stopped")} />
            </div>
            {busy.length === 0 ? <Empty>{t("today.nobody")}</Empty> : (
              <Rows label={t("today.looks")} of={busy} heads={[t("head.reader"), t("head.role"), t("head.today"), t("head.budget"), t("head.state")]} row={(row) => {
                const day = own(row)?.day ?? { used: 0, limit: 0 };
                return [<strong>{row.name || word("reader", row.reader)}</strong>, word("role", row.role), t("people", { n: day.used }),
                  day.limit >= 1e9 ? t("budget.none") : <div class="stack tight"><Meter used={day.used} most={day.limit} label={t("budget.day")} /><span class="small soft">{t("budget.of", { used: day.used, limit: day.limit, share: share(day.used, day.limit) })}</span></div>,
                  row.breaker === "closed" ? <Tag tone="good">{word("breaker", row.breaker)}</Tag> : <Tag tone="bad">{word("breaker", row.breaker)}</Tag>];
              }} />
            )}
          </div>
        );
      }}</Loaded>
    </Sheet>
  );
}

function OpenAlerts(): JSX.Element {
  const { named } = useShared();
  const alerts = useLive(["watch"], (signal) => ask<Alerts>("GET /v1/alerts", { limit: 20 }, { signal }), []);
  return (
    <Sheet title={t("today.alerts")}>
      <Loaded of={alerts}>{(got) => got.items.length === 0 ? <Empty>{t("today.calm")}</Empty> : (
        <ul class="plain stack">{got.items.slice(0, 5).map((one) => (
          <li key={one.alert} class="stack tight">
            <div class="row"><Tag tone={one.severity === "stop" || one.severity === "high" ? "bad" : "warn"}>{word("severity", one.severity)}</Tag><strong>{word("detector", one.detector)}</strong></div>
            <span class="small soft">{one.name ?? named(one.reader)} · {t("people", { n: one.people })} · <Time at={one.last} /></span>
          </li>))}</ul>
      )}</Loaded>
    </Sheet>
  );
}

interface Due { incident: Incident; title: string; duty: string; due: string }

async function deadlines(signal: AbortSignal): Promise<Due[]> {
  const { items } = await askAll<Incident>("GET /v1/incidents", {}, 200, signal);
  const all = await Promise.all(items.filter((one) => one.state !== "closed").slice(0, 20).map(async (incident) => {
    const got = await ask<Clocks>("GET /v1/incidents/{id}/clocks", { id: incident.id }, { signal });
    heard(got.at);
    return got.clocks.flatMap((clock) => clock.candidates.filter((one) => one.state === "running" && one.due).slice(0, 1)
      .map((one): Due => ({ incident, title: clock.title[language()] ?? clock.title["en"] ?? clock.regime, duty: clock.to, due: one.due ?? "" })));
  }));
  return all.flat().sort((a, b) => a.due.localeCompare(b.due));
}

function Deadlines(): JSX.Element {
  const due = useLive(["incidents"], deadlines, []);
  return (
    <Sheet title={t("today.clocks")}>
      <Loaded of={due}>{(got) => got.length === 0 ? <Empty>{t("today.no_clocks")}</Empty> : (
        <ul class="plain stack">{got.slice(0, 6).map((one, at) => (
          <li key={at} class="stack tight"><div class="row apart"><span>{one.title}</span><Countdown due={one.due} /></div><span class="small soft">{word("to", one.duty)} · {one.incident.title}</span></li>))}
          {got.length > 6 ? <li class="soft small">{t("today.more_clocks", { n: got.length - 6 })}</li> : null}</ul>
      )}</Loaded>
    </Sheet>
  );
}

function Waiting(): JSX.Element {
  const { named } = useShared();
  const waiting = useLive(["approvals"], (signal) => askAll<Approval>("GET /v1/approvals", {}, 500, signal), []);
  return (
    <Sheet title={t("today.waiting")}>
      <Loaded of={waiting}>{({ items }) => {
        const open = items.filter(isOpen);
        return open.length === 0 ? <Empty>{t("today.nothing_waits")}</Empty> : (
          <ul class="plain stack">{open.slice(0, 5).map((one) => (
            <li key={one.approval} class="stack tight"><strong>{word("approval.kind", one.kind)}</strong><Asked of={one} /><span class="small soft">{t("today.asked_by", { who: word("reader", named(one.asker)) })} · <Time at={one.asked} /></span></li>))}</ul>);
      }}</Loaded>
    </Sheet>
  );
}

interface Job { id: string; state: string; done: number; total: number; asker: string; asked: string }

/** What takes long goes on in the vault, whoever looks; who asked for it, or may approve, can stop it. */
function Jobs(): JSX.Element | null {
  const { named } = useShared();
  const jobs = useLive(["jobs"], (signal) => askAll<Job>("GET /v1/jobs", {}, 200, signal), []);
  const act = useAct();
  const open = jobs.data?.items.filter((one) => one.state === "running" || one.state === "approved") ?? [];
  if (jobs.data && open.length === 0) return null;
  return (
    <Sheet title={t("jobs.title")}>
      <Trouble of={act.problem} />
      <Loaded of={jobs}>{() => (
        <ul class="plain stack">{open.map((one) => (
          <li key={one.id} class="line"><div class="row apart"><span>{t("jobs.of", { who: word("reader", named(one.asker)) })}</span><span class="small soft"><Time at={one.asked} /></span></div>
            <Meter used={one.done} most={one.total} label={t("jobs.title")} good /><span class="small soft">{t("budget.of", { used: one.done, limit: one.total, share: share(one.done, one.total) })}</span>
            <div><button type="button" class="slim bad" disabled={act.busy} onClick={() => void act.run(async () => { await ask("POST /v1/jobs/{id}/cancel", { id: one.id }); jobs.again(); })}>{t("jobs.stop")}</button></div></li>))}</ul>
      )}</Loaded>
    </Sheet>
  );
}

function Week(): JSX.Element {
  const { can } = useShared();
  const week = useLive(["approvals", "backup"], (signal) => ask<{ text: string }>("GET /v1/watch/weekly", { lang: language() }, { signal }), [language()]);
  const point = useLive(["ledger"], async (signal) => (can("ledger") ? ask<string>("GET /v1/ledger/checkpoint", {}, { signal }) : ""), []);
  return (
    <Sheet title={t("today.week")}>
      <Loaded of={week}>{(got) => <Note><p style={{ whiteSpace: "pre-line" }}>{got.text.trim()}</p></Note>}</Loaded>
      {can("backup") ? <Backup /> : null}
      {can("ledger") ? <Loaded of={point}>{(text) => { const [origin = "", size = "0"] = text.split("\n"); return <dl class="facts"><dt>{t("today.ledger")}</dt><dd class="number">{t("entries", { n: Number(size) })}</dd><dt>{t("ledger.origin")}</dt><dd><code>{origin}</code></dd></dl>; }}</Loaded> : null}
    </Sheet>
  );
}

interface Backups { well: boolean; made: { time: string | null } | null; drill: { time: string | null } | null }

function Backup(): JSX.Element {
  const backups = useLive(["backup"], (signal) => ask<Backups>("GET /v1/backups", {}, { signal }), []);
  return (
    <Loaded of={backups}>{(got) => (
      <dl class="facts">
        <dt>{t("today.backup")}</dt><dd>{got.made?.time ? <Time at={got.made.time} /> : t("today.backup.never")} {got.well || !got.made?.time ? null : <Tag tone="warn">{t("today.backup.old")}</Tag>}</dd>
        <dt>{t("today.drill")}</dt><dd>{got.drill?.time ? <Time at={got.drill.time} /> : t("today.backup.never")}</dd>
      </dl>
    )}</Loaded>
  );
}
