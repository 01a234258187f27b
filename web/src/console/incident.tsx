// One incident: its deadlines counting down, whose what leaked, how severe it is, reports, notices, tasks and timeline.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, heard, type Page } from "../ui/api";
import { Bars } from "../ui/chart";
import { Card, Choice, Confirm, Countdown, Empty, Figure, Input, Loaded, Meter, Note, Rows, Sheet, Tag, Time, Trouble, useAct, useAsk, type Asked } from "../ui/parts";
import { language, LANGUAGES, number, share, t, word } from "../ui/words";
import type { Clock, Clocks, Incident } from "./shapes";
import { useShared } from "./state";

const TABS = ["clocks", "scope", "severity", "reports", "notices", "tasks", "timeline"];
interface Line { line: number; entry: number; kind: string; time: string; author: string; text?: string; name?: string; state?: string; who?: string; due?: string; role?: string; source?: string; needs_evidence?: boolean; lang?: string; at?: string; of?: number; evidence_count?: number }

export function OneIncident({ id, tab }: { id: string; tab: string }): JSX.Element {
  const { can, named, tick } = useShared();
  const incident = useAsk((signal) => ask<Incident>("GET /v1/incidents/{id}", { id }, { signal }), [id, tick], 30000);
  const tabs = TABS.filter((one) => one !== "notices" || can("notify"));
  return (
    <>
      <Loaded of={incident}>{(got) => (
        <div class="head">
          <h1 tabIndex={-1}>{got.title}</h1><a href="#/incidents">{t("incidents.all")}</a>
          <p class="row"><Tag tone={got.state === "closed" ? "good" : "warn"}>{word("istate", got.state)}</Tag><span class="soft">{t("incident.by", { who: word("reader", named(got.owner)) })} · <Time at={got.opened} /></span></p>
        </div>
      )}</Loaded>
      <nav class="tabs" aria-label={t("incident.parts")}>{tabs.map((one) => <a key={one} href={`#/incidents/${id}/${one}`} {...(one === tab ? { "aria-current": "page" as const } : {})}>{t(`tab.${one}`)}</a>)}</nav>
      {tab === "clocks" ? <Deadlines id={id} /> : tab === "scope" ? <Scope id={id} /> : tab === "severity" ? <Severity id={id} /> : tab === "reports" ? <Reports id={id} />
        : tab === "notices" && can("notify") ? <Notices id={id} /> : tab === "tasks" ? <Tasks id={id} /> : tab === "timeline" ? <Timeline id={id} /> : <Empty>{t("none.about")}</Empty>}
    </>
  );
}

function Deadlines({ id }: { id: string }): JSX.Element {
  const clocks = useAsk(async (signal) => { const got = await ask<Clocks>("GET /v1/incidents/{id}/clocks", { id }, { signal }); heard(got.at); return got; }, [id], 60000);
  return (
    <Loaded of={clocks}>{(got) => {
      const due = (one: Clock) => one.candidates.find((at) => at.due && (at.state === "running" || at.state === "overdue")) ?? one.candidates.find((at) => at.due);
      const sorted = [...got.clocks].sort((a, b) => (due(a)?.due ?? "9").localeCompare(due(b)?.due ?? "9"));
      return (
        <div class="stack wide-gap">
          <Note><p>{t("clocks.about")}</p></Note>
          {got.uncovered.length ? <Note tone="warn"><p>{t("clocks.uncovered", { countries: got.uncovered.join(", ") })}</p></Note> : null}
          {sorted.length === 0 ? <Empty>{t("today.no_clocks")}</Empty> : <div class="grid">{sorted.map((one) => <OneClock key={`${one.regime}/${one.duty}`} id={id} clock={one} at={due(one)} again={clocks.again} />)}</div>}
        </div>
      );
    }}</Loaded>
  );
}

function OneClock({ id, clock, at, again }: { id: string; clock: Clock; at: Clock["candidates"][number] | undefined; again: () => void }): JSX.Element {
  const { named } = useShared();
  const act = useAct();
  const name = `${clock.regime}/${clock.duty}`;
  return (
    <Card title={clock.title[language()] ?? clock.title["en"] ?? clock.regime}>
      <div class="row">{at?.due && !clock.proof ? <Countdown due={at.due} /> : null}{clock.proof ? <Tag tone="good">{t("clock.done")}</Tag> : null}<span class="small soft">{word("law.to", clock.to)} · {word("law.stage", clock.stage)}</span></div>
      {at?.due ? <p class="small">{t("clock.due")} <Time at={at.due} /></p> : <p class="small soft">{t("clock.no_due")}</p>}
      {clock.owed === "maybe" ? <p class="small soft">{t("clock.maybe")}</p> : null}
      {clock.required > 0 ? <div class="stack tight">
        <div class="row apart small"><span>{t("clock.ready")}</span><span class="number">{t("clock.held", { held: clock.held, required: clock.required })}</span></div>
        <Meter used={clock.held} most={clock.required} label={t("clock.ready")} good />
        {clock.missing.length ? <details><summary class="small">{t("clock.missing", { n: clock.missing.length })}</summary><ul class="small">{clock.missing.map((one) => <li key={one.element}>{word("element", one.element)} <span class="soft">({word("playbook.role", one.knows)})</span></li>)}</ul></details> : null}
      </div> : null}
      <Trouble of={act.problem} />
      <div class="row">
        {clock.acknowledged ? <span class="small">{t("clock.taken", { who: word("reader", named(clock.acknowledged.who)) })}</span>
          : <button type="button" class="slim" disabled={act.busy} onClick={() => void act.run(async () => { await ask("POST /v1/incidents/{id}/acknowledgements", { id, name }); again(); })}>{t("clock.take")}</button>}
        {clock.to === "authority" ? <button type="button" class="slim" disabled={act.busy} onClick={() => void act.run(async () => { await ask("POST /v1/incidents/{id}/reports", { id, duty: name }); location.hash = `#/incidents/${id}/reports`; })}>{t("clock.draft")}</button> : null}
      </div>
      <p class="small soft">{clock.source} · {word("law.sure", clock.sure)}</p>
    </Card>
  );
}

interface Counted { count: number; persons: number }
interface Exposure { field: string; class: string; known: Counted & { full: number; masked: number; observed: number; found: number }; possible: Counted & { reasons: { reason: string; count: number }[] }; excluded: Counted & { came_later: number; erased_before: number; not_held: number; not_seen: number; not_provable_in: unknown[] } }
interface Exposures { version: number; counted: string; entries: number; accounts: number; persons: number; suspicion: { from: string; to: string }; fields: Exposure[] }

function Scope({ id }: { id: string }): JSX.Element {
  const scope = useAsk((signal) => ask<Exposures>("GET /v1/incidents/{id}/exposures", { id }, { signal }), [id]);
  const none = scope.problem?.status === 404 || scope.problem?.status === 409;
  return (
    <div class="stack wide-gap">
      {none ? <Sheet title={t("scope.title")}><Empty>{t("scope.none")}</Empty></Sheet> : (
        <Sheet title={t("scope.title")}>
          <Loaded of={scope as Asked<Exposures>}>{(got) => {
            const fields = got.fields.filter((one) => one.known.count + one.possible.count > 0);
            const clear = got.fields.filter((one) => one.known.count + one.possible.count === 0);
            return (
              <div class="stack">
                <p class="soft small">{t("scope.counted", { version: got.version, people: got.persons })} <Time at={got.counted} /></p>
                <p>{t("scope.period")} <Time at={got.suspicion.from} /> – <Time at={got.suspicion.to} /></p>
                <div class="keys"><span><i class="k" />{t("scope.known")}</span><span><i class="p" />{t("scope.possible")}</span><span><i class="e" />{t("scope.excluded")}</span></div>
                {fields.length === 0 ? <Empty>{t("scope.nothing")}</Empty> : (
                  <>
                    <Bars label={t("scope.chart")} of={fields.map((one) => ({ name: word("field", one.field), parts: [{ kind: "known", value: one.known.count }, { kind: "possible", value: one.possible.count }, { kind: "excluded", value: one.excluded.count }] }))} />
                    <Rows label={t("scope.title")} of={fields} heads={[t("ledger.fields"), t("scope.known"), t("scope.possible"), t("scope.excluded"), t("scope.why")]} numbers={[1, 2, 3]} row={(one) => [
                      <strong>{word("field", one.field)}</strong>, number(one.known.count), number(one.possible.count), number(one.excluded.count), <Why of={one} />]} />
                  </>
                )}
                {clear.length ? <Note tone="good"><p>{t("scope.clear")} {clear.map((one) => word("field", one.field)).join(", ")}</p></Note> : null}
              </div>
            );
          }}</Loaded>
        </Sheet>
      )}
      <Recount id={id} again={scope.again} />
    </div>
  );
}

function Why({ of }: { of: Exposure }): JSX.Element {
  const reasons: [string, number][] = [["full", of.known.full], ["masked", of.known.masked], ["observed", of.known.observed], ["found", of.known.found], ...of.possible.reasons.map((one): [string, number] => [one.reason, one.count]),
    ["not_seen", of.excluded.not_seen], ["not_held", of.excluded.not_held], ["came_later", of.excluded.came_later], ["erased_before", of.excluded.erased_before]];
  return <span class="small">{reasons.filter(([, count]) => count > 0).map(([name, count]) => `${word("why", name)}: ${number(count)}`).join("; ")}{of.excluded.not_provable_in.length ? `; ${t("scope.not_provable")}` : ""}</span>;
}

function Recount({ id, again }: { id: string; again: () => void }): JSX.Element {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const act = useAct();
  const instant = (text: string) => (text ? new Date(text).toISOString() : "");
  return (
    <Sheet title={t("recount.title")}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { await ask("POST /v1/incidents/{id}/scope", { id, from: instant(from), to: instant(to) }); again(); }); }}>
        <div class="pair"><Input label={t("recount.from")} type="datetime-local" value={from} onValue={setFrom} required /><Input label={t("recount.to")} hint={t("recount.to.hint")} type="datetime-local" value={to} onValue={setTo} /></div>
        <p class="soft small">{t("recount.about")}</p>
        <Trouble of={act.problem} />
        <div><button type="submit" disabled={act.busy}>{t("recount.go")}</button></div>
      </form>
    </Sheet>
  );
}

interface Severe { complete: boolean; answers: { factor: string; proposed?: string; answer?: string; reason?: string; who?: string; line?: number }[]; missing: string[]; people: number; score_hundredths?: number; band?: string; flips?: { factor: string; from?: string; to?: string; from_score?: number; to_score?: number; band: string; score_hundredths: number }[] }
const ANSWERS: Record<string, string[]> = {
  simple: ["leaked", "+1", "+2", "+3", "-1"], behavioural: ["leaked", "+1", "+2", "-1"], financial: ["leaked", "+1", "-1", "-2"], sensitive: ["leaked", "-1", "-2", "-3"],
  identification: ["negligible", "limited", "significant", "maximum"], confidentiality: ["no_evidence", "known", "unknown"], integrity: ["unused", "recoverable", "irrecoverable"], availability: ["recovered", "temporary", "lost"], malice: ["accident", "intended"],
};

function Severity({ id }: { id: string }): JSX.Element {
  const severe = useAsk((signal) => ask<Severe>("GET /v1/incidents/{id}/severity", { id }, { signal }), [id]);
  const [factor, setFactor] = useState("simple");
  const [answer, setAnswer] = useState("leaked");
  const [text, setText] = useState("");
  const act = useAct();
  const said = (name: string | undefined) => (name === undefined ? "–" : word("law.answer", name));
  return (
    <div class="stack wide-gap">
      <Sheet title={t("tab.severity")}>
        <Loaded of={severe}>{(got) => (
          <div class="stack">
            {got.complete ? <div class="figures"><Figure value={word("law.band", got.band ?? "")} label={t("severe.band", { score: number((got.score_hundredths ?? 0) / 100) })} /><Figure value={number(got.people)} label={t("severe.people", { n: got.people })} /></div>
              : <Note tone="warn"><p>{t("severe.missing", { what: got.missing.map((one) => (one === "data" ? t("severe.data") : word("law.factor", one))).join(", ") })}</p></Note>}
            <Rows label={t("tab.severity")} of={got.answers} heads={[t("severe.factor"), t("severe.answer"), t("severe.proposed"), t("severe.reason")]} row={(one) => [word("law.factor", one.factor), <strong>{said(one.answer)}</strong>, said(one.proposed), one.reason ?? "–"]} />
            {got.flips?.length ? <div class="stack tight"><h3>{t("severe.flips")}</h3><ul>{got.flips.map((one, at) => <li key={at}>{t("severe.flip", { factor: word("law.factor", one.factor), to: one.to ? said(one.to) : number(one.to_score ?? 0), band: word("law.band", one.band) })}</li>)}</ul></div> : null}
            <p class="small soft">{t("severe.about")}</p>
          </div>
        )}</Loaded>
      </Sheet>
      <Sheet title={t("severe.say")}>
        <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { await ask("POST /v1/incidents/{id}/severity", { id, name: factor, answer, text }); setText(""); severe.again(); }); }}>
          <div class="pair">
            <Choice label={t("severe.factor")} value={factor} onValue={(name) => { setFactor(name); setAnswer(ANSWERS[name]?.[0] ?? ""); }} of={Object.keys(ANSWERS).map((one) => [one, word("law.factor", one)])} />
            <Choice label={t("severe.answer")} value={answer} onValue={setAnswer} of={(ANSWERS[factor] ?? []).map((one) => [one, said(one)])} />
          </div>
          <Input label={t("severe.reason")} value={text} onValue={setText} required maxlength={1000} />
          <Trouble of={act.problem} />
          <div><button type="submit" disabled={act.busy}>{t("severe.go")}</button></div>
        </form>
      </Sheet>
    </div>
  );
}

function Reports({ id }: { id: string }): JSX.Element {
  const reports = useAsk((signal) => ask<Page<Line>>("GET /v1/incidents/{id}/reports", { id }, { signal }), [id], 30000);
  return (
    <Sheet title={t("tab.reports")}>
      <p class="soft">{t("reports.about")}</p>
      <Loaded of={reports}>{({ items }) => items.length === 0 ? <Empty>{t("reports.none")}</Empty> : (
        <Rows label={t("tab.reports")} of={items} heads={[t("reports.duty"), t("head.state"), t("person.speaks"), t("head.when"), t("reports.paper")]} row={(one) => [
          <code>{one.name}</code>, <Tag tone={one.state === "filed" ? "good" : "warn"}>{word("rstate", one.state ?? "")}</Tag>, word("lang", one.lang ?? ""), <Time at={one.time} />,
          <a href={`/v1/incidents/${encodeURIComponent(id)}/reports/${one.line}/pdf`} download={`report-${one.line}.pdf`}>{t("reports.pdf")}</a>]} />
      )}</Loaded>
      <div><a class="button" href={`#/incidents/${id}/clocks`}>{t("reports.draft")}</a></div>
    </Sheet>
  );
}

interface Run { run: number; state: string; drafted: string; missing: string; waits_for: string; regimes: string[]; problem?: string; approval: string | null; findings?: unknown[]; people: Record<string, number> }

function Notices({ id }: { id: string }): JSX.Element {
  const runs = useAsk((signal) => ask<{ items: Run[] }>("GET /v1/incidents/{id}/notices", { id }, { signal }), [id], 4000);
  const act = useAct();
  return (
    <div class="stack wide-gap">
      <Sheet title={t("tab.notices")}>
        <p class="soft">{t("notices.about")}</p>
        <Trouble of={act.problem} />
        <div><button type="button" class="main" disabled={act.busy} onClick={() => void act.run(async () => { await ask("POST /v1/incidents/{id}/notices", { id }); runs.again(); })}>{t("notices.draft")}</button></div>
      </Sheet>
      <Loaded of={runs}>{({ items }) => items.length === 0 ? <Empty>{t("notices.none")}</Empty> : <>{[...items].reverse().map((one) => <OneRun key={one.run} id={id} run={one} again={runs.again} />)}</>}</Loaded>
    </div>
  );
}

function OneRun({ id, run, again }: { id: string; run: Run; again: () => void }): JSX.Element {
  const [sure, setSure] = useState(false);
  const [lang, setLang] = useState("");
  const act = useAct();
  const people = Object.values(run.people).reduce((sum, one) => sum + one, 0);
  const done = people - (run.people["queued"] ?? 0) - (run.people["sending"] ?? 0) - (run.people["waiting"] ?? 0);
  const acts = run.state === "draft" ? ["send"] : run.state === "sending" ? ["pause"] : run.state === "paused" ? ["resume", "stop"] : [];
  const go = (name: string) => act.run(async () => { await ask("POST /v1/incidents/{id}/notices/{run}/{act}", { id, run: run.run, act: name }); setSure(false); again(); });
  return (
    <Sheet title={t("notice.title", { run: String(run.run) })} side={<Tag tone={run.state === "done" ? "good" : run.state === "draft" ? "plain" : "warn"}>{word("nstate", run.state)}</Tag>}>
      <div class="stack tight">
        <div class="row apart small"><span>{t("notice.told")}</span><span class="number">{t("budget.of", { used: done, limit: people, share: share(done, people) })}</span></div>
        <div class="meter" role="progressbar" aria-label={t("notice.told")} aria-valuemin={0} aria-valuemax={people} aria-valuenow={done}><i style={{ width: `${people ? (done / people) * 100 : 0}%` }} /></div>
        <p class="small soft">{Object.entries(run.people).filter(([, count]) => count > 0).map(([name, count]) => `${word("nperson", name)}: ${number(count)}`).join(" · ")}</p>
      </div>
      {run.missing ? <Note tone="warn"><p>{t("notice.missing")} <span lang="en">{run.missing}</span></p></Note> : null}
      {run.problem ? <Note tone="warn"><p lang="en">{run.problem}</p></Note> : null}
      {run.approval && run.state === "draft" ? <Note><p>{t("notice.second")}</p></Note> : null}
      <Trouble of={sure ? undefined : act.problem} />
      <div class="row">
        {acts.map((name) => <button key={name} type="button" class={name === "stop" ? "bad" : name === "send" ? "main" : ""} disabled={act.busy || (name === "send" && run.approval !== null)} onClick={() => { if (name === "send") setSure(true); else void go(name); }}>{t(`notice.${name}`)}</button>)}
        {Object.entries(LANGUAGES).map(([tag, name]) => <button key={tag} type="button" class="quiet slim" aria-expanded={lang === tag} onClick={() => setLang(lang === tag ? "" : tag)}>{t("notice.preview", { language: name })}</button>)}
      </div>
      {lang ? <Preview id={id} run={run.run} lang={lang} /> : null}
      <Confirm open={sure} title={t("notice.send.sure", { n: people })} yes={t("notice.send")} busy={act.busy} problem={act.problem} onYes={() => void go("send")} onNo={() => setSure(false)}><p>{t("notice.send.about")}</p></Confirm>
    </Sheet>
  );
}

function Preview({ id, run, lang }: { id: string; run: number; lang: string }): JSX.Element {
  const text = useAsk((signal) => ask<{ subject: string; body: string }>("GET /v1/incidents/{id}/notices/{run}/preview", { id, run, lang }, { signal }), [id, run, lang]);
  return <Loaded of={text}>{(got) => <article lang={lang} class="stack tight"><h3>{got.subject}</h3><pre>{got.body}</pre></article>}</Loaded>;
}

function Tasks({ id }: { id: string }): JSX.Element {
  const tasks = useAsk((signal) => ask<{ items: Line[] }>("GET /v1/incidents/{id}/{part}", { id, part: "tasks", limit: 500 }, { signal }), [id], 30000);
  return (
    <Sheet title={t("tab.tasks")}>
      <Loaded of={tasks}>{({ items }) => items.length === 0 ? <Empty>{t("tasks.none")}</Empty> : (
        <ul class="plain stack">{[...items].sort((a, b) => Number(a.state !== "open") - Number(b.state !== "open") || (a.due ?? "9").localeCompare(b.due ?? "9")).map((one) => <OneTask key={one.line} id={id} task={one} again={tasks.again} />)}</ul>
      )}</Loaded>
    </Sheet>
  );
}

function OneTask({ id, task, again }: { id: string; task: Line; again: () => void }): JSX.Element {
  const [text, setText] = useState("");
  const [evidence, setEvidence] = useState("");
  const [open, setOpen] = useState(false);
  const act = useAct();
  const done = () => act.run(async () => {
    await ask("POST /v1/incidents/{id}/tasks", { id, of: task.line, state: "done", text, ...(evidence ? { evidence: [evidence] } : {}) });
    setOpen(false);
    again();
  });
  return (
    <li class="line">
      <div class="row">{task.state === "open" ? task.due ? <Countdown due={task.due} /> : <Tag tone="plain">{word("tstate", "open")}</Tag> : <Tag tone="good">{word("tstate", task.state ?? "")}</Tag>}{task.role ? <span class="small soft">{word("playbook.role", task.role)}</span> : null}{task.needs_evidence ? <span class="small soft">{t("task.evidence")}</span> : null}</div>
      <p>{task.text}</p>
      {task.state === "open" ? open ? (
        <form onSubmit={(event) => { event.preventDefault(); void done(); }}>
          <Input label={t("task.how")} value={text} onValue={setText} required maxlength={2000} />
          {task.needs_evidence ? <Input label={t("task.proof")} hint={t("task.proof.hint")} value={evidence} onValue={setEvidence} required maxlength={200} /> : null}
          <Trouble of={act.problem} />
          <div class="row"><button type="submit" class="main" disabled={act.busy}>{t("task.done")}</button><button type="button" onClick={() => setOpen(false)}>{t("cancel")}</button></div>
        </form>
      ) : <div><button type="button" class="slim" onClick={() => setOpen(true)}>{t("task.done")}</button></div> : null}
    </li>
  );
}

function Timeline({ id }: { id: string }): JSX.Element {
  const [pages, setPages] = useState([""]);
  const [turn, setTurn] = useState(0);
  const [text, setText] = useState("");
  const act = useAct();
  return (
    <Sheet title={t("tab.timeline")}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { await ask("POST /v1/incidents/{id}/notes", { id, text }); setText(""); setTurn((was) => was + 1); }); }}>
        <Input label={t("timeline.note")} hint={t("timeline.hint")} value={text} onValue={setText} area required />
        <Trouble of={act.problem} />
        <div><button type="submit" disabled={act.busy}>{t("timeline.add")}</button></div>
      </form>
      {pages.map((after, at) => <Lines key={`${after}-${turn}`} id={id} after={after} last={at === pages.length - 1} onMore={(next) => setPages((was) => [...was, next])} />)}
    </Sheet>
  );
}

function Lines({ id, after, last, onMore }: { id: string; after: string; last: boolean; onMore: (next: string) => void }): JSX.Element {
  const { named, can } = useShared();
  const lines = useAsk((signal) => ask<Page<Line>>("GET /v1/incidents/{id}/{part}", { id, part: "timeline", after, limit: 100 }, { signal }), [id, after]);
  return (
    <Loaded of={lines}>{(got) => (
      <div class="stack">
        <ol class="plain stack">{got.items.map((one) => (
          <li key={one.line} class="line"><time dateTime={one.time}>{t("timeline.line", { n: String(one.line) })} · <Time at={one.time} /> · {word("reader", named(one.author))}{can("ledger") ? <> · <a href={`#/ledger/${one.entry}`}>{t("seen.entry", { n: one.entry })}</a></> : null}</time>
            <span><strong>{word("line", one.kind)}</strong>{one.name ? <> <code>{one.name}</code></> : null}</span>{one.text ? <p style={{ whiteSpace: "pre-wrap" }}>{one.text}</p> : null}</li>))}</ol>
        {last && got.next ? <div><button type="button" onClick={() => onMore(got.next ?? "")}>{t("more")}</button></div> : null}
      </div>
    )}</Loaded>
  );
}
