// Reports to authorities: each beside how ready it is, on paper, and that it was filed.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, heard, type Page } from "../../ui/api";
import { Card, Countdown, Empty, Input, Loaded, Meter, Sheet, Tag, Time, Trouble, useAct } from "../../ui/parts";
import { language, t, word } from "../../ui/words";
import type { Clock, Clocks, Line } from "../shapes";
import { useLive } from "../live";

export function Reports({ id }: { id: string }): JSX.Element {
  const reports = useLive([`incident ${id}`], (signal) => ask<Page<Line>>("GET /v1/incidents/{id}/reports", { id }, { signal }), [id]);
  const clocks = useLive([`incident ${id}`], async (signal) => { const got = await ask<Clocks>("GET /v1/incidents/{id}/clocks", { id }, { signal }); heard(got.at); return got.clocks; }, [id]);
  const act = useAct();
  const owed = (clocks.data ?? []).filter((one) => one.to === "authority");
  const drafted = new Set(reports.data?.items.map((one) => one.name));
  const again = () => { reports.again(); clocks.again(); };
  return (
    <div class="stack wide-gap">
      <Sheet title={t("tab.reports")}>
        <p class="soft">{t("reports.about")}</p>
        <Trouble of={act.problem} />
        <Loaded of={clocks}>{() => {
          const left = owed.filter((one) => !drafted.has(`${one.regime}/${one.duty}`));
          return left.length === 0 ? null : <ul class="plain stack">{left.map((one) => (
            <li key={`${one.regime}/${one.duty}`} class="line"><strong>{title(one)}</strong><Ready of={one} />
              <div><button type="button" class="slim" disabled={act.busy} onClick={() => void act.run(async () => { await ask("POST /v1/incidents/{id}/reports", { id, duty: `${one.regime}/${one.duty}` }); again(); })}>{t("clock.draft")}</button></div></li>))}</ul>;
        }}</Loaded>
        <Loaded of={reports}>{({ items }) => (items.length === 0 ? <Empty>{t("reports.none")}</Empty> : null)}</Loaded>
      </Sheet>
      {[...(reports.data?.items ?? [])].reverse().map((one) => <One key={one.line} id={id} report={one} clock={owed.find((clock) => `${clock.regime}/${clock.duty}` === one.name)} again={again} />)}
    </div>
  );
}

function title(clock: Clock): string { return `${clock.title[language()] ?? clock.title["en"] ?? clock.regime} · ${word("law.stage", clock.stage)}`; }

function Ready({ of }: { of: Clock }): JSX.Element {
  const at = of.candidates.find((one) => one.due);
  return (
    <div class="stack tight">
      {at?.due && !of.proof ? <div><Countdown due={at.due} /></div> : null}
      {of.required > 0 ? <><div class="row apart small"><span>{t("clock.ready")}</span><span class="number">{t("clock.held", { held: of.held, required: of.required })}</span></div><Meter used={of.held} most={of.required} label={t("clock.ready")} good /></> : null}
      {of.missing.length ? <details><summary class="small">{t("clock.missing", { n: of.missing.length })}</summary><ul class="small">{of.missing.map((one) => <li key={one.element}>{word("element", one.element)} <span class="soft">({word("playbook.role", one.knows)})</span></li>)}</ul></details> : null}
    </div>
  );
}

function One({ id, report, clock, again }: { id: string; report: Line; clock: Clock | undefined; again: () => void }): JSX.Element {
  const [open, setOpen] = useState(false);
  const [how, setHow] = useState("");
  const [receipt, setReceipt] = useState("");
  const act = useAct();
  return (
    <Card title={clock ? title(clock) : report.name ?? ""}>
      <div class="row"><Tag tone={report.state === "filed" ? "good" : "warn"}>{word("rstate", report.state ?? "")}</Tag><span class="small soft">{word("lang", report.lang ?? "")} · <Time at={report.time} /> · {t("timeline.line", { n: String(report.line) })}</span></div>
      {clock ? <Ready of={clock} /> : null}
      <div class="row">
        <a class="button" href={`/v1/incidents/${encodeURIComponent(id)}/reports/${report.line}/pdf`} download={`report-${report.line}.pdf`}>{t("reports.pdf")}</a>
        {report.state === "filed" || open ? null : <button type="button" onClick={() => setOpen(true)}>{t("reports.filed")}</button>}
      </div>
      {open && report.state !== "filed" ? (
        <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { await ask("POST /v1/incidents/{id}/reports/{line}/file", { id, line: report.line, how, receipt }); setOpen(false); again(); }); }}>
          <Input label={t("reports.how")} value={how} onValue={setHow} required maxlength={200} autocomplete="off" />
          <Input label={t("blank.receipt")} value={receipt} onValue={setReceipt} maxlength={200} autocomplete="off" />
          <Trouble of={act.problem} />
          <div class="row"><button type="submit" class="main" disabled={act.busy}>{t("reports.filed")}</button><button type="button" onClick={() => setOpen(false)}>{t("cancel")}</button></div>
        </form>
      ) : null}
    </Card>
  );
}
