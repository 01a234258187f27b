// What is to be done, by whom and when, some of it only with proof; and who may know of the incident.
import type { JSX } from "preact";
import { Countdown, Tag } from "../../ui/parts";
import { t, word } from "../../ui/words";
import { useShared } from "../state";
import { Book, type Kind } from "./book";
import { Who } from "./contain";

const tasks = (who: [string, string][]): Kind => ({
  path: "tasks", blanks: [{ name: "text" }, { name: "who", of: [["", t("team.nobody")], ...who] }, { name: "due", kind: "time", optional: true }],
  tone: (line) => (line.state === "done" ? "good" : "plain"),
  order: (a, b) => Number(a.state !== "open") - Number(b.state !== "open") || (a.due ?? "9").localeCompare(b.due ?? "9"),
  more: (line) => (
    <>
      {line.state === "open" && line.due ? <Countdown due={line.due} /> : null}
      {line.who ? <Who id={line.who} /> : null}
      {line.role ? <span class="small soft">{word("playbook.role", line.role)}</span> : null}
      {line.needs_evidence ? <Tag tone="plain">{t("task.evidence")}</Tag> : null}
    </>
  ),
  moves: [
    { name: "done", sets: { state: "done" }, with: (line) => [{ name: "done_how" }, ...(line.needs_evidence ? [{ name: "evidence" }] : [])], when: (line) => line.state === "open" },
    { name: "dropped", sets: { state: "dropped" }, with: () => [{ name: "why" }], when: (line) => line.state === "open", tone: "bad" },
  ],
});
const members = (who: [string, string][]): Kind => ({
  path: "members", blanks: [{ name: "who", of: who }, { name: "text", optional: true }], tone: (line) => (line.state === "out" ? "plain" : "good"),
  more: (line) => <Who id={line.who} />, key: (line) => ({ who: line.who }),
  moves: [{ name: "out", sets: { state: "out" }, with: () => [{ name: "why" }], when: (line) => line.state !== "out", tone: "bad" }],
});
const owner = (who: [string, string][]): Kind => ({
  path: "owner", blanks: [{ name: "who", of: who }, { name: "why" }], more: (line) => <Who id={line.who} />, moves: [],
});

export function Tasks({ id, again }: { id: string; again: () => void }): JSX.Element {
  const { names } = useShared();
  const who = Object.entries(names).filter(([one]) => one.startsWith("staff_")).sort((a, b) => a[1].localeCompare(b[1]));
  return (
    <div class="stack wide-gap">
      <Book id={id} kind={tasks(who)} title={t("tab.tasks")} />
      <Book id={id} kind={members(who)} title={t("book.members")} />
      <Book id={id} kind={owner(who)} title={t("book.owner")} onChange={again} />
    </div>
  );
}
