// The deadlines of an incident counting down, who took each, what is known of what must be said.
import type { JSX } from "preact";
import { ask, heard } from "../../ui/api";
import { Card, Countdown, Empty, Loaded, Meter, Note, Tag, Time, Trouble, useAct } from "../../ui/parts";
import { language, t, word } from "../../ui/words";
import type { Clock, Clocks } from "../shapes";
import { useLive } from "../live";
import { useShared } from "../state";

export function Deadlines({ id }: { id: string }): JSX.Element {
  const clocks = useLive([`incident ${id}`], async (signal) => { const got = await ask<Clocks>("GET /v1/incidents/{id}/clocks", { id }, { signal }); heard(got.at); return got; }, [id]);
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
