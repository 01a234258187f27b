// The end of an incident: what the audit looks at, what keeps it from happening again, what authorities asked for, what was
// got back; what still stands against closing; and the whole of it as a bundle that anybody can check.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, askFile, Refused } from "../../ui/api";
import { Confirm, Empty, Input, Loaded, Note, Sheet, Tag, Trouble, useAct, useAsk } from "../../ui/parts";
import { t, word } from "../../ui/words";
import type { Incident } from "../shapes";
import { Command } from "../command";
import { Book, type Kind } from "./book";

const WORDS = { name: "text", kind: "area" as const };
const audits: Kind = {
  path: "audits", blanks: [WORDS, { name: "due", kind: "time", optional: true }], tone: (line) => (line.state === "done" ? "good" : "warn"),
  moves: [{ name: "done", sets: { state: "done" }, with: [WORDS], when: (line) => line.state === "open" }],
};
const prevention: Kind = {
  path: "prevention", blanks: [WORDS, { name: "check" }, { name: "fixes", kind: "number" }],
  more: (line) => <><code>{line.check}</code> {line.failed ? <Tag tone={line.passed ? "good" : "warn"}>{t(line.passed ? "prevention.passed" : "prevention.failed")}</Tag> : <Tag tone="plain">{t("prevention.untried")}</Tag>}</>,
  moves: [
    { name: "failed", path: "checks", sets: { state: "failed" }, with: [WORDS, { name: "evidence" }], when: (line) => !line.check?.startsWith("amanah") && !line.failed },
    { name: "passed", path: "checks", sets: { state: "passed" }, with: [WORDS, { name: "evidence" }], when: (line) => !line.check?.startsWith("amanah") && !!line.failed && !line.passed },
  ],
};
const requests: Kind = {
  path: "requests", blanks: [{ name: "name" }, WORDS, { name: "due", kind: "time", optional: true }], tone: (line) => (line.state === "open" ? "warn" : "good"),
  more: (line) => <strong>{line.name}</strong>,
  moves: [
    { name: "delivered", sets: { state: "delivered" }, with: [WORDS, { name: "receipt", optional: true }], when: (line) => line.state === "open" },
    { name: "withdrawn", sets: { state: "withdrawn" }, with: [WORDS], when: (line) => line.state === "open", tone: "bad" },
  ],
};
const recovery: Kind = {
  path: "recovery", blanks: [WORDS, { name: "name", optional: true }], tone: (line) => (line.state === "verified" ? "good" : "warn"),
  more: (line) => (line.name ? <strong>{line.name}</strong> : null),
  moves: [{ name: "verified", sets: { state: "verified" }, with: [WORDS, { name: "evidence" }], when: (line) => line.state === "claimed" }],
};

export function Closing({ id, incident, again }: { id: string; incident: Incident; again: () => void }): JSX.Element {
  const [turn, setTurn] = useState(0);
  const bump = () => { setTurn((was) => was + 1); again(); };
  return (
    <div class="stack wide-gap">
      <Close id={id} incident={incident} turn={turn} again={bump} />
      <Book id={id} kind={audits} title={t("book.audits")} onChange={bump} />
      <Book id={id} kind={prevention} title={t("book.prevention")} onChange={bump} />
      <Checks id={id} again={bump} />
      <Book id={id} kind={requests} title={t("book.requests")} onChange={bump} />
      <Book id={id} kind={recovery} title={t("book.recovery")} onChange={bump} />
      <Bundle id={id} />
    </div>
  );
}

interface Lack { code: string; line?: string }
const TABS: Record<string, string> = { cause: "happened", "task.open": "tasks", "contain.stands": "contain" };

/** What stands against it, as the vault says it when it is asked to, without doing it. */
async function lacks(id: string, signal: AbortSignal): Promise<Lack[]> {
  try {
    await ask("POST /v1/incidents/{id}/close", { id, dry_run: true }, { signal });
    return [];
  } catch (error) {
    if (!(error instanceof Refused) || error.problem.code !== "check.not_met") throw error;
    return (error.problem.errors ?? []).map((one) => { const line = /line (\d+):/.exec(one.detail ?? "")?.[1]; return { code: one.pointer.slice(1), ...(line ? { line } : {}) }; });
  }
}

function Close({ id, incident, turn, again }: { id: string; incident: Incident; turn: number; again: () => void }): JSX.Element {
  const closed = incident.state === "closed";
  const missing = useAsk((signal) => (closed ? Promise.resolve([]) : lacks(id, signal)), [id, turn, closed]);
  const [sure, setSure] = useState(false);
  const [text, setText] = useState("");
  const act = useAct();
  const kinds = (all: Lack[]) => [...new Set(all.map((one) => one.code))].map((code) => ({ code, lines: all.filter((one) => one.code === code && one.line).map((one) => one.line ?? "") }));
  return (
    <Sheet title={t(closed ? "close.again" : "close.title")} side={<Tag tone={closed ? "good" : "warn"}>{word("istate", incident.state)}</Tag>}>
      <p class="soft">{t(closed ? "close.closed" : "close.about")}</p>
      {closed ? null : <Loaded of={missing}>{(all) => all.length === 0 ? <Note tone="good"><p>{t("close.nothing")}</p></Note> : (
        <Note tone="warn">
          <p class="strong">{t("close.missing", { n: all.length })}</p>
          <ul>{kinds(all).map((one) => <li key={one.code}>{word("lack", one.code)}{one.lines.length ? <span class="small"> ({t("close.lines", { lines: one.lines.join(", ") })})</span> : null}{TABS[one.code] ? <> <a href={`#/incidents/${id}/${TABS[one.code]}`}>{t("close.there")}</a></> : null}</li>)}</ul>
        </Note>)}</Loaded>}
      <div><button type="button" class={closed ? "" : "main"} disabled={!closed && (missing.data === undefined || missing.data.length > 0)} onClick={() => setSure(true)}>{t(closed ? "close.reopen" : "close.go")}</button></div>
      <Confirm open={sure} title={t(closed ? "close.reopen.sure" : "close.sure")} yes={t(closed ? "close.reopen" : "close.go")} busy={act.busy} problem={act.problem} onNo={() => setSure(false)}
        onYes={() => void act.run(async () => { await ask("POST /v1/incidents/{id}/close", { id, text, ...(closed ? { reopen: true } : {}) }); setSure(false); setText(""); again(); })}>
        <Input label={t("blank.text")} value={text} onValue={setText} area required={closed} />
      </Confirm>
    </Sheet>
  );
}

interface Checked { items: { line: number; prevention: number; state: string; text: string }[] }

function Checks({ id, again }: { id: string; again: () => void }): JSX.Element {
  const [found, setFound] = useState<Checked>();
  const act = useAct();
  return (
    <Sheet title={t("checks.title")}>
      <p class="soft">{t("checks.about")}</p>
      <Trouble of={act.problem} />
      {found ? found.items.length === 0 ? <Empty>{t("checks.none")}</Empty> : <ul class="plain stack" role="status">{found.items.map((one) => <li key={one.line} class="line"><Tag tone={one.state === "passed" ? "good" : "warn"}>{t(one.state === "passed" ? "prevention.passed" : "prevention.failed")}</Tag><span class="small" lang="en">{one.text}</span></li>)}</ul> : null}
      <div><button type="button" disabled={act.busy} onClick={() => void act.run(async () => { setFound(await ask<Checked>("POST /v1/incidents/{id}/check", { id })); again(); })}>{t("checks.go")}</button></div>
    </Sheet>
  );
}

function Bundle({ id }: { id: string }): JSX.Element {
  const [done, setDone] = useState(false);
  const act = useAct();
  return (
    <Sheet title={t("bundle.title")}>
      <p>{t("bundle.about")}</p>
      <Trouble of={act.problem} />
      {act.busy ? <p class="loading" role="status">{t("bundle.making")}</p> : done ? <Note tone="good"><p role="status">{t("bundle.done")} <code>amanah verify {id}.tar --vkey keys</code></p></Note> : null}
      <div><button type="button" disabled={act.busy} onClick={() => void act.run(async () => { await askFile("POST /v1/incidents/{id}/export", { id }, `${id}.tar`); setDone(true); })}>{t("bundle.go")}</button></div>
      <details><summary>{t("bundle.personal")}</summary><div class="stack">
        <Command about={t("bundle.ask")} line={`amanah export ask --incident ${id} --fields name,email --purpose incident --recipient AGE1… --reason "…"`} /><Command about={t("bundle.take")} line={`amanah incident export ${id} --personal EXPORT`} />
      </div></details>
    </Sheet>
  );
}
