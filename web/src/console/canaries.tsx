// Made-up customers whom only a thief finds: planned by the shop's own mail domains, handed out, and seen once by two named people.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../ui/api";
import { Empty, Id, Note, Rows, Sheet, Time, Trouble, useAct } from "../ui/parts";
import { t } from "../ui/words";
import { Form } from "./settings/form";
import { useShared } from "./state";

interface Made { id: string; for: string; given: string; ref?: string; name?: string; email?: string; phone?: string }
type Seen = { canaries: number; items: Made[] };

export function Canaries({ onAsked }: { onAsked: () => void }): JSX.Element {
  const { names } = useShared();
  const of = (kind: string) => Object.entries(names).filter(([id]) => id.startsWith(kind));
  const keys = of("key_"), staff: [string, string][] = [["", t("canary.nobody")], ...of("staff_")];
  return (
    <Sheet title={t("canary.title")}>
      <p class="soft">{t("canary.about")}</p>
      <Look onAsked={onAsked} />
      <details>
        <summary>{t("canary.plant")}</summary>
        <Form kind="canary" again={() => undefined} done="canary.planted" send={({ whom, ...rest }) => { void whom; return ask("POST /v1/canaries", rest); }}
          of={(values) => [
            { name: "whom", of: [["partner", t("canary.partner")], ["key", t("canary.key")]] },
            values["whom"] === "key" ? { name: "key", of: keys } : { name: "partner" }]} />
      </details>
      <details>
        <summary>{t("canary.plan")}</summary>
        <p class="soft">{t("canary.plan.about")}</p>
        <Form kind="canary_plan" again={onAsked} asked="watch.waits" of={() => [{ name: "domains" }, { name: "first", of: staff }, { name: "second", of: staff }]}
          send={({ domains, first, second }) => ask("POST /v1/canaries/plan", {
            domains: String(domains).split(/[\s,]+/).filter(Boolean), keepers: [first, second].filter(Boolean) })} />
      </details>
    </Sheet>
  );
}

/** The list, in this page's memory only: whoever may see it sees it once for each time that the other agrees. */
function Look({ onAsked }: { onAsked: () => void }): JSX.Element {
  const [seen, setSeen] = useState<Seen>();
  const [waits, setWaits] = useState(false);
  const { named } = useShared();
  const act = useAct();
  const list = () => act.run(async () => {
    const got = await ask<Partial<Seen>>("POST /v1/canaries/list");
    setSeen(got.items ? { canaries: got.canaries ?? 0, items: got.items } : undefined);
    setWaits(!got.items);
    if (!got.items) onAsked();
  });
  return (
    <div class="stack">
      <Trouble of={act.problem} />
      {waits ? <Note><p role="status">{t("canary.waits")}</p></Note> : null}
      {seen ? (
        <>
          <div class="row apart"><p role="status">{t("canary.made", { n: seen.canaries })}</p><button type="button" class="slim" onClick={() => setSeen(undefined)}>{t("person.hide")}</button></div>
          {seen.items.length === 0 ? <Empty>{t("canary.none")}</Empty> : (
            <Rows label={t("canary.title")} of={seen.items} heads={[t("team.grants.to"), t("canary.given"), t("canary.looks")]} row={(one) => [
              <strong>{named(one.for)}</strong>, <Time at={one.given} />, <span class="said" lang="">{[one.ref, one.name, one.email, one.phone].filter(Boolean).join(" · ")} <Id of={one.id} /></span>]} />)}
        </>
      ) : <div><button type="button" disabled={act.busy} onClick={() => void list()}>{t("canary.list")}</button></div>}
    </div>
  );
}
