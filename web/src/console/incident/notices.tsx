// Notices to the people concerned: drafted, read in each language, sent by two, and how far they are.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, askAll } from "../../ui/api";
import { Confirm, Empty, Input, Loaded, Note, Sheet, Tag, Trouble, Why, useAct, useAsk } from "../../ui/parts";
import { language, LANGUAGES, number, share, t, word } from "../../ui/words";
import type { Approval } from "../shapes";
import { Command } from "../command";
import { useLive } from "../live";
import { useShared } from "../state";

interface Run { time?: { days: number; law_hours: number; advice: string }; run: number; state: string; drafted: string; missing: string; waits_for: string; regimes: string[]; problem?: string; approval: string | null; findings?: unknown[]; people: Record<string, number> }

export function Notices({ id }: { id: string }): JSX.Element {
  const runs = useLive([`incident ${id}`, "approvals"], (signal) => ask<{ items: Run[] }>("GET /v1/incidents/{id}/notices", { id }, { signal }), [id]);
  const act = useAct();
  return (
    <div class="stack wide-gap">
      <Sheet title={t("tab.notices")}>
        <p class="soft">{t("notices.about")}</p>
        <Trouble of={act.problem} />
        <div><button type="button" class="main" disabled={act.busy} onClick={() => void act.run(async () => { await ask("POST /v1/incidents/{id}/notices", { id }); runs.again(); })}>{t("notices.draft")}</button></div>
        <details><summary>{t("notices.others")}</summary><div class="stack">
          <Command about={t("notices.letter")} line={`amanah notice draft ${id} channel=letter after=1`} /><Command about={t("notices.print")} line={`amanah notice letters ${id} 2 FOLDER`} /><Command about={t("notices.hook")} line="amanah notice hook --help" />
        </div></details>
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
  const acts = run.state === "draft" && !run.approval ? ["send"] : run.state === "sending" ? ["pause"] : run.state === "paused" ? ["resume", "stop"] : [];
  const go = (name: string) => act.run(async () => { await ask("POST /v1/incidents/{id}/notices/{run}/{act}", { id, run: run.run, act: name }); setSure(false); again(); });
  return (
    <Sheet title={t("notice.title", { run: String(run.run) })} side={<Tag tone={run.state === "done" ? "good" : run.state === "draft" ? "plain" : "warn"}>{word("nstate", run.state)}</Tag>}>
      <div class="stack tight">
        <div class="row apart small"><span>{t("notice.told")}</span><span class="number">{t("budget.of", { used: done, limit: people, share: share(done, people) })}</span></div>
        <div class="meter" role="progressbar" aria-label={t("notice.told")} aria-valuemin={0} aria-valuemax={people} aria-valuenow={done}><i style={{ width: `${people ? (done / people) * 100 : 0}%` }} /></div>
        <p class="small soft">{Object.entries(run.people).filter(([, count]) => count > 0).map(([name, count]) => `${word("nperson", name)}: ${number(count)}`).join(" · ")}</p>
      </div>
      {run.missing ? <Note tone="warn"><p>{t("notice.missing")} <span lang="en">{run.missing}</span></p></Note> : null}
      {run.problem ? <Note tone="warn"><p><Why of={run.problem} /></p></Note> : null}
      {run.approval && run.state === "asked" ? <Agree approval={run.approval} again={again} /> : null}
      <Trouble of={sure ? undefined : act.problem} />
      <div class="row">
        {acts.map((name) => <button key={name} type="button" class={name === "stop" ? "bad" : name === "send" ? "main" : ""} disabled={act.busy || (name === "send" && run.approval !== null)} onClick={() => { if (name === "send") setSure(true); else void go(name); }}>{t(`notice.${name}`)}</button>)}
        {Object.entries(LANGUAGES).map(([tag, name]) => <button key={tag} type="button" class="quiet slim" aria-expanded={lang === tag} onClick={() => setLang(lang === tag ? "" : tag)}>{t("notice.preview", { language: name })}</button>)}
      </div>
      {run.state === "draft" ? <Test id={id} run={run.run} /> : null}
      {lang ? <Preview id={id} run={run.run} lang={lang} /> : null}
      <Confirm open={sure} title={t("notice.send.sure", { n: people })} yes={t("notice.send")} busy={act.busy} problem={act.problem} onYes={() => void go("send")} onNo={() => setSure(false)}><p>{t("notice.send.about")}</p></Confirm>
    </Sheet>
  );
}

/** Whoever did not ask for it may agree; whoever asked waits. */
function Agree({ approval, again }: { approval: string; again: () => void }): JSX.Element {
  const { self, can } = useShared();
  const asked = useLive(["approvals"], (signal) => askAll<Approval>("GET /v1/approvals", {}, 500, signal), [approval]);
  const act = useAct();
  const mine = asked.data?.items.find((one) => one.approval === approval)?.asker === self.reader;
  return (
    <Note>
      <p>{t("notice.second")}</p>
      <Trouble of={act.problem} />
      {asked.data && !mine && can("approve") ? <div><button type="button" class="main" disabled={act.busy} onClick={() => void act.run(async () => { await ask("POST /v1/approvals/{id}/approve", { id: approval }); again(); })}>{t("approval.yes")}</button></div> : null}
    </Note>
  );
}

function Test({ id, run }: { id: string; run: number }): JSX.Element {
  const [open, setOpen] = useState(false);
  const [to, setTo] = useState("");
  const [sent, setSent] = useState(false);
  const act = useAct();
  if (!open) return <div class="row"><button type="button" class="quiet slim" onClick={() => { setOpen(true); setSent(false); }}>{t("notice.test")}</button>{sent ? <span class="small" role="status">{t("notice.tested")}</span> : null}</div>;
  return (
    <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { await ask("POST /v1/incidents/{id}/notices/{run}/{act}", { id, run, act: "test", to, lang: language() }); setSent(true); setOpen(false); setTo(""); }); }}>
      <Input label={t("notice.test.to")} hint={t("notice.test.hint")} type="email" value={to} onValue={setTo} required autocomplete="off" />
      <Trouble of={act.problem} />
      <div class="row"><button type="submit" disabled={act.busy}>{t("notice.test")}</button><button type="button" onClick={() => setOpen(false)}>{t("cancel")}</button></div>
    </form>
  );
}

function Preview({ id, run, lang }: { id: string; run: number; lang: string }): JSX.Element {
  const text = useAsk((signal) => ask<{ subject: string; body: string }>("GET /v1/incidents/{id}/notices/{run}/preview", { id, run, lang }, { signal }), [id, run, lang]);
  return <Loaded of={text}>{(got) => <article lang={lang} class="stack tight"><h3>{got.subject}</h3><pre>{got.body}</pre></article>}</Loaded>;
}
