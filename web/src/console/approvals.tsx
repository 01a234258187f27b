// What waits for a second person, with what would change; whoever asked may take it back.
import type { JSX } from "preact";
import { ask, askAll } from "../ui/api";
import { Empty, Loaded, Rows, Sheet, Time, Trouble, useAct } from "../ui/parts";
import { t, word } from "../ui/words";
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
        const open = items.filter((one) => one.state === "waiting");
        return open.length === 0 ? <Empty>{t("today.nothing_waits")}</Empty> : (
          <ul class="plain stack">{open.map((one) => (
            <li key={one.approval} class="line">
              <strong>{word("approval.kind", one.kind)}</strong>
              <span class="small" lang="en">{one.what}</span>
              <span class="small soft">{t("today.asked_by", { who: word("reader", named(one.asker)) })} · <Time at={one.asked} /> · {t("approval.until")} <Time at={one.lapses} /></span>
              {one.changes?.length ? <Rows label={t("approval.changes")} of={one.changes} heads={[t("approval.member"), t("approval.was"), t("approval.now")]} row={(change) => [<code>{change.member}</code>, <Long of={change.was} />, <Long of={change.now} />]} /> : null}
              <div class="row">{can("approve") && one.asker !== self.reader ? <button type="button" class="slim main" disabled={act.busy} onClick={() => void say(one, "approve")}>{t("approval.yes")}</button> : null}<button type="button" class="slim" disabled={act.busy} onClick={() => void say(one, "cancel")}>{t(one.asker === self.reader ? "approval.back" : "approval.no")}</button></div>
            </li>))}</ul>);
      }}</Loaded>
    </Sheet>
  );
}

/** A text as long as a letter is there to be opened. */
function Long({ of }: { of: string }): JSX.Element {
  if (of.length <= 160) return <span class="said">{of || "–"}</span>;
  return <details><summary>{of.slice(0, 80)}…</summary><pre>{of}</pre></details>;
}
