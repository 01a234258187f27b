// What reports, notices and public words may say: each fact with where it is from, and writing down what only people know.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../../ui/api";
import { Choice, Input, Loaded, Rows, Sheet, Tag, Trouble, useAct } from "../../ui/parts";
import { LANGUAGES, language, t, word } from "../../ui/words";
import { useLive } from "../live";

interface Fact { element: string; state: string; text: Record<string, string>; says: string; knows: string; line?: number; source?: string }
// What a law asks, as src/answer/law/names.def names it; tests/browser/words.py holds the two together.
const FACTS = [
  "leak_confirmed", "leak_suspected", "partly_confirmed", "not_leaked", "persons_not_singled_out", "intrusion", "outside_access",
  "unauthorised_person", "improper_purpose", "by_others", "serious_disturbance", "significant_incident", "public_interest", "serious_harm",
  "significant_harm", "unintelligible", "pseudonymised", "path_known", "recovered", "risk_removed", "stopping_spread", "force_majeure",
  "contact_unknown", "disproportionate", "told_not_to", "state_interest",
];
const KINDS = ["sensitive", "unique_id", "financial", "identity_fraud"];
const RISKS = ["none", "some", "high", "unknown"], SAYS = ["yes", "no", "unknown"];

export function Facts({ id }: { id: string }): JSX.Element {
  const facts = useLive([`incident ${id}`], (signal) => ask<{ facts: Fact[] }>("GET /v1/incidents/{id}/facts", { id }, { signal }), [id]);
  return (
    <div class="stack wide-gap">
      <Loaded of={facts}>{({ facts: all }) => <Say id={id} of={all.filter((one) => one.says !== "counted")} again={facts.again} />}</Loaded>
      <Answer id={id} again={facts.again} />
      <Sheet title={t("facts.title")}>
        <Loaded of={facts}>{({ facts: all }) => (
          <Rows label={t("facts.title")} of={[...all].sort((a, b) => Number(a.state === "known") - Number(b.state === "known"))} heads={[t("facts.what"), t("head.state"), t("facts.text")]} row={(one) => [
            <strong>{word("element", one.element)}</strong>, <Tag tone={one.state === "known" ? "good" : "warn"}>{word("fstate", one.state)}</Tag>,
            one.state === "known" ? <span class="said">{one.text[language()] ?? one.text["any"] ?? Object.values(one.text)[0] ?? ""}{one.line ? <span class="small soft"> ({t("timeline.line", { n: String(one.line) })})</span> : null}</span> : <span class="small soft">{t("facts.knows", { role: word("playbook.role", one.knows) })}</span>]} />
        )}</Loaded>
      </Sheet>
    </div>
  );
}

function Say({ id, of, again }: { id: string; of: Fact[]; again: () => void }): JSX.Element {
  const [chosen, setName] = useState("");
  const [lang, setLang] = useState<string>(language());
  const [text, setText] = useState("");
  const act = useAct();
  const name = chosen || of.find((one) => one.state !== "known")?.element || of[0]?.element || "";
  return (
    <Sheet title={t("facts.say")}>
      <p class="soft">{t("facts.about")}</p>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { await ask("POST /v1/incidents/{id}/facts", { id, name, text, ...(lang ? { lang } : {}) }); setText(""); again(); }); }}>
        <div class="pair">
          <Choice label={t("facts.what")} value={name} onValue={setName} of={of.map((one) => [one.element, word("element", one.element)])} />
          <Choice label={t("language")} value={lang} onValue={setLang} of={[...Object.entries(LANGUAGES), ["", t("facts.any")]]} />
        </div>
        <Input label={t("blank.text")} value={text} onValue={setText} area required />
        <Trouble of={act.problem} />
        <div><button type="submit" class="main" disabled={act.busy}>{t("facts.go")}</button></div>
      </form>
    </Sheet>
  );
}

function Answer({ id, again }: { id: string; again: () => void }): JSX.Element {
  const [name, setName] = useState("leak_confirmed");
  const [state, setState] = useState("yes");
  const [done, setDone] = useState(false);
  const act = useAct();
  const answers = name === "risk" ? RISKS : SAYS;
  return (
    <Sheet title={t("circumstance.title")}>
      <p class="soft">{t("circumstance.about")}</p>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { await ask("POST /v1/incidents/{id}/circumstances", { id, name, state: answers.includes(state) ? state : answers[0] }); setDone(true); again(); }); }}>
        <div class="pair">
          <Choice label={t("severe.factor")} value={name} onValue={(one) => { setName(one); setDone(false); }} of={[...FACTS.map((one): [string, string] => [one, word("law.fact", one)]), ...KINDS.map((one): [string, string] => [one, word("law.kind", one)]), ["risk", t("circumstance.risk")]]} />
          <Choice label={t("severe.answer")} value={answers.includes(state) ? state : answers[0] ?? ""} onValue={setState} of={answers.map((one) => [one, name === "risk" && one !== "unknown" ? word("law.risk", one) : word("circumstance", one)])} />
        </div>
        <Trouble of={act.problem} />
        {done ? <p role="status" class="small">{t("pin.done")}</p> : null}
        <div><button type="submit" disabled={act.busy}>{t("severe.go")}</button></div>
      </form>
    </Sheet>
  );
}
