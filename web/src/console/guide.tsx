// The day of a leak: seven questions open an incident, and the next hour is laid out as its tasks. What `amanah leak` does, in a page;
// each answer and each step is a line with its question or step as source, so that either goes on where the other stopped.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask, Once } from "../ui/api";
import { Choice, Input, Sheet, Trouble, useAct } from "../ui/parts";
import { language, t, word } from "../ui/words";
import type { Incident } from "./shapes";
import { useShared } from "./state";

const KINDS = ["drained_by_key", "signing_key", "database_copied", "dump_for_sale", "spreadsheet_sent", "mailbox", "lost_device", "plugin", "ransom"];
const STEPS = [10, 15, 20, 30, 40, 45, 50, 60]; // minutes after the opening until which each is to be done
const QUESTIONS = ["behind", "data", "look", "answers"] as const; // the fourth to the seventh; the first three open it

type Said = Record<(typeof QUESTIONS)[number], string>;

/** What follows the opening, in its order. */
function lines(said: Said, suspect: string, opened: number): { kind: string; members: Record<string, unknown> }[] {
  const answers = QUESTIONS.map((name, at) => ({
    kind: name === "behind" && said[name] ? "hypotheses" : "notes", members: { text: said[name] || t("guide.unknown"), source: `leak question ${at + 4}` } }));
  const steps = STEPS.map((minutes, at) => ({
    kind: "tasks", members: { text: t(`guide.s${at + 1}`), source: `leak step ${at + 1}`, due: new Date(opened + minutes * 60000).toISOString() } }));
  return [...answers, ...(suspect ? [{ kind: "suspects", members: { who: suspect, source: "leak question 4" } }] : []), ...steps];
}

export function Guide(): JSX.Element {
  const { names } = useShared();
  const [title, setTitle] = useState("");
  const [kind, setKind] = useState("");
  const [aware, setAware] = useState("");
  const [suspect, setSuspect] = useState("");
  const [said, setSaid] = useState<Said>({ behind: "", data: "", look: "", answers: "" });
  const begun = useRef<{ id: string; left: ReturnType<typeof lines> }>(); // sent again after a failure, it goes on
  const once = useRef(new Once());                                        // and opens no second one, nor writes a line twice
  const act = useAct();
  const begin = () => act.run(async () => {
    if (!begun.current) {
      const made = await once.current.ask<{ id: string }>("POST /v1/incidents", { title, kind: kind || "other", ...(aware ? { at: new Date(aware).toISOString() } : {}), source: "leak", lang: language() });
      const { opened } = await ask<Incident>("GET /v1/incidents/{id}", { id: made.id }); // by the vault's clock
      begun.current = { id: made.id, left: lines(said, suspect, Date.parse(opened)) };
    }
    const { id, left } = begun.current;
    for (let one = left[0]; one; one = left[0]) {
      await once.current.ask("POST /v1/incidents/{id}/{kind}", { id, kind: one.kind, ...one.members });
      left.shift();
    }
    location.hash = `#/incidents/${id}/tasks`;
  });
  return (
    <Sheet title={t("open.title")}>
      <p class="soft">{t("guide.about")}</p>
      <form autoComplete="off" onSubmit={(event) => { event.preventDefault(); void begin(); }}>
        <Input label={t("open.what")} hint={t("open.what.hint")} value={title} onValue={setTitle} required maxlength={200} />
        <Choice label={t("open.kind")} value={kind} onValue={setKind} of={[["", t("open.unknown")], ...KINDS.map((one): [string, string] => [one, word("playbook", one)])]} />
        <Input label={t("guide.aware")} hint={t("guide.aware.hint")} value={aware} onValue={setAware} type="datetime-local" />
        <Input area label={t("guide.behind")} hint={t("guide.behind.hint")} value={said.behind} onValue={(text) => setSaid({ ...said, behind: text })} />
        <Choice label={t("guide.suspect")} hint={t("guide.suspect.hint")} value={suspect} onValue={setSuspect} of={[["", t("open.unknown")], ...Object.entries(names)]} />
        {QUESTIONS.slice(1).map((one) => <Input key={one} area label={t(`guide.${one}`)} hint={t(`guide.${one}.hint`)} value={said[one]} onValue={(text) => setSaid({ ...said, [one]: text })} />)}
        <Trouble of={act.problem} />
        <div class="row"><button type="submit" class="main" disabled={act.busy}>{t("open.go")}</button><span class="soft small">{t("guide.next")}</span></div>
      </form>
    </Sheet>
  );
}
