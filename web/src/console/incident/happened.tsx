// What happened: points in time, hypotheses with what speaks for and against them, claims made in public, decisions.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../../ui/api";
import { Empty, Loaded, Sheet, Tag, Time } from "../../ui/parts";
import { number, t, word } from "../../ui/words";
import { useLive } from "../live";
import { Book, counted, type Kind } from "./book";

const INSTANTS = ["occurred", "detected", "aware", "contained", "notified", "closed"];
const BASES = ["device", "file", "log", "sample", "word"];
const PROOF = { name: "evidence" }, WORDS = { name: "text", kind: "area" as const };

const instants = (): Kind => ({
  path: "instants", blanks: [{ name: "name", of: INSTANTS.map((one) => [one, word("instant", one)]) }, { name: "at", kind: "time" }, { name: "source" }, { name: "text", kind: "area", optional: true }],
  tone: (line) => (line.counts ? "good" : "plain"),
  more: (line) => <><strong>{word("instant", line.name ?? "")}: <Time at={line.at} /></strong>{line.counts ? <Tag tone="good">{t("instant.counts")}</Tag> : null}</>,
  moves: [
    { name: "chosen", sets: { state: "chosen" }, with: [WORDS], when: (line) => line.state === "candidate" },
    { name: "withdrawn", sets: { state: "withdrawn" }, with: [WORDS], when: (line) => line.state !== "withdrawn", tone: "bad" },
  ],
});
const hypotheses: Kind = {
  path: "hypotheses", blanks: [WORDS], tone: (line) => (line.state === "confirmed" ? "good" : "plain"),
  more: (line) => <>{line.cause ? <Tag tone="warn">{t("hypothesis.cause")}</Tag> : null}{counted(line)}</>,
  moves: [
    { name: "for", sets: { stance: "for" }, with: [WORDS, PROOF], when: (line) => line.state === "open" },
    { name: "against", sets: { stance: "against" }, with: [WORDS, PROOF], when: (line) => line.state === "open" },
    { name: "cause", sets: { state: "confirmed", cause: true }, with: [WORDS], when: (line) => !line.cause && line.state !== "refuted" },
    { name: "refuted", sets: { state: "refuted" }, with: [WORDS], when: (line) => line.state === "open", tone: "bad" },
  ],
};
const claims = (): Kind => ({
  path: "claims", blanks: [WORDS, { name: "source" }, { name: "people", kind: "number", optional: true }, { name: "basis", of: [["", "–"], ...BASES.map((one): [string, string] => [one, word("reconcile.basis", one)])], optional: true }],
  tone: (line) => (line.state === "verified" ? "good" : line.state === "false" ? "bad" : "warn"),
  moves: [
    { name: "verified", sets: { state: "verified" }, with: [PROOF], when: (line) => line.state === "unverified" },
    { name: "false", sets: { state: "false" }, with: [PROOF], when: (line) => line.state === "unverified", tone: "bad" },
  ],
});
const decisions: Kind = {
  path: "decisions", blanks: [{ name: "question" }, WORDS], moves: [],
  more: (line) => <><strong>{line.question ?? ""}</strong> <span class="small soft">{t("decision.then", { entries: line.ledger ?? 0, lines: line.lines ?? 0 })}</span></>,
};

export function Happened({ id }: { id: string }): JSX.Element {
  const [turn, setTurn] = useState(0);
  return (
    <div class="stack wide-gap">
      <Book id={id} kind={instants()} title={t("book.instants")} />
      <Book id={id} kind={hypotheses} title={t("book.hypotheses")} />
      <Book id={id} kind={claims()} title={t("book.claims")} onChange={() => setTurn(turn + 1)} />
      <Reconciled id={id} turn={turn} />
      <Book id={id} kind={decisions} title={t("book.decisions")} />
    </div>
  );
}

interface Reconcile { claims: { line: number; who?: string; source?: string; people: number; basis: string; relation: string }[] }

/** Claims that say how many, beside this shop's own count. */
function Reconciled({ id, turn }: { id: string; turn: number }): JSX.Element | null {
  const found = useLive([`incident ${id}`], (signal) => ask<Reconcile>("GET /v1/incidents/{id}/reconcile", { id }, { signal }), [id, turn]);
  if (!found.data?.claims.length && !found.problem) return null;
  return (
    <Sheet title={t("reconcile.title")}>
      <Loaded of={found}>{({ claims: all }) => all.length === 0 ? <Empty>{t("book.claims.none")}</Empty> : (
        <ul class="plain stack">{all.map((one) => <li key={one.line} class="line"><strong>{t("timeline.line", { n: String(one.line) })}: {number(one.people)}</strong><p>{word("reconcile.relation", one.relation)}</p><p class="small soft">{word("reconcile.proves", one.basis)} {word("reconcile.decides", one.basis)}</p></li>)}</ul>
      )}</Loaded>
    </Sheet>
  );
}

