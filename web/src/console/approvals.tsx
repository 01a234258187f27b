// What waits for a second person, with what would change; whoever asked may take it back.
import type { JSX } from "preact";
import { ask, askAll } from "../ui/api";
import { Empty, Loaded, Rows, Sheet, Time, Trouble, useAct } from "../ui/parts";
import { has, t, word } from "../ui/words";
import type { Approval } from "./shapes";
import { useLive } from "./live";
import { useShared } from "./state";

export function Approvals(): JSX.Element {
  const { named, can, self } = useShared();
  const waiting = useLive(["approvals"], (signal) => askAll<Approval>("GET /v1/approvals", {}, 500, signal), []);
  const act = useAct();
  const say = (one: Approval, word: "approve" | "cancel") => act.run(async () => { await ask(`POST /v1/approvals/{id}/${word}`, { id: one.approval }); waiting.again(); });
  return (
    <Sheet title={t("today.waiting")}>
      <Trouble of={act.problem} />
      <Loaded of={waiting}>{({ items }) => {
        const open = items.filter(isOpen);
        return open.length === 0 ? <Empty>{t("today.nothing_waits")}</Empty> : (
          <ul class="plain stack">{open.map((one) => (
            <li key={one.approval} class="line">
              <strong>{word("approval.kind", one.kind)}</strong>
              <Asked of={one} />
              <span class="small soft">{t("today.asked_by", { who: word("reader", named(one.asker)) })} · <Time at={one.asked} /> · {one.effective ? <strong>{t("approval.effective")} <Time at={one.effective} /></strong> : <>{t("approval.until")} <Time at={one.lapses} /></>}</span>
              {one.changes?.length ? <Rows label={t("approval.changes")} of={one.changes} heads={[t("approval.member"), t("approval.was"), t("approval.now")]} row={(change) => [has(`change.${change.member}`) ? t(`change.${change.member}`) : <code>{change.member}</code>, <Long of={change.was} />, <Long of={change.now} />]} /> : null}
              <div class="row">{can("approve") && one.asker !== self.reader ? <button type="button" class="slim main" disabled={act.busy} onClick={() => void say(one, "approve")}>{t("approval.yes")}</button> : null}<button type="button" class="slim" disabled={act.busy} onClick={() => void say(one, "cancel")}>{t(one.asker === self.reader ? "approval.back" : "approval.no")}</button></div>
            </li>))}</ul>);
      }}</Loaded>
    </Sheet>
  );
}

/** It waits for a second person; or, where nobody else could agree, for a day that everybody has to stop it. */
export function isOpen(one: Approval): boolean { return one.state === "waiting" || one.state === "delayed"; }

const NUMBERS = ["people", "people_before", "customers", "minutes", "fields", "acts", "purposes", "purposes_before", "days", "keys"];

/** What is asked, in the reader's language; approvals of older programs have an English line alone. */
export function Asked({ of }: { of: Approval }): JSX.Element {
  const { named } = useShared();
  const key = `loosening.${of.about?.code ?? ""}`;
  if (!of.about || !has(key)) return <span class="small" lang="en">{of.what}</span>;
  // a value of a list has a word of its own; ids have names; all else is somebody's own words
  const values = Object.entries(of.about.values).map(([name, value]) => [name, has(`${name}.${value}`) ? t(`${name}.${value}`) : NUMBERS.includes(name) ? Number(value) : name === "who" ? word("reader", named(value)) : name === "role_name" ? word("role", value) : value]);
  return <span class="small">{t(key, Object.fromEntries(values) as Record<string, string | number>)}</span>;
}

/** One value; a text as long as a letter is there to be opened. */
function Long({ of }: { of: string }): JSX.Element {
  if (of.length <= 160) return <span class="said">{has(`changed.${of}`) ? t(`changed.${of}`) : of || "–"}</span>;
  return <details><summary>{of.slice(0, 80)}…</summary><pre>{of}</pre></details>;
}
