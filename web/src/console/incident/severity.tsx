// How severe it is, by which answers, and which single other answer would change that.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../../ui/api";
import { Choice, Figure, Input, Loaded, Note, Rows, Sheet, Trouble, useAct } from "../../ui/parts";
import { useLive } from "../live";
import { number, t, word } from "../../ui/words";

interface Severe { complete: boolean; answers: { factor: string; proposed?: string; answer?: string; reason?: string; who?: string; line?: number }[]; missing: string[]; people: number; score_hundredths?: number; band?: string; flips?: { factor: string; from?: string; to?: string; from_score?: number; to_score?: number; band: string; score_hundredths: number }[] }
const ANSWERS: Record<string, string[]> = {
  simple: ["leaked", "+1", "+2", "+3", "-1"], behavioural: ["leaked", "+1", "+2", "-1"], financial: ["leaked", "+1", "-1", "-2"], sensitive: ["leaked", "-1", "-2", "-3"],
  identification: ["negligible", "limited", "significant", "maximum"], confidentiality: ["no_evidence", "known", "unknown"], integrity: ["unused", "recoverable", "irrecoverable"], availability: ["recovered", "temporary", "lost"], malice: ["accident", "intended"],
};

export function Severity({ id }: { id: string }): JSX.Element {
  const severe = useLive([`incident ${id}`], (signal) => ask<Severe>("GET /v1/incidents/{id}/severity", { id }, { signal }), [id]);
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
