// Somebody leaves: what ended, what was tried at the door, and what has to be changed because they knew it.
import type { JSX } from "preact";
import { ask } from "../ui/api";
import { Loaded, Note, Rows, Sheet, Tag, Time } from "../ui/parts";
import { useLive } from "./live";
import { t, word } from "../ui/words";

interface Left { state: string; left: string; open: number; items: { what: string; id: string; state: string; name?: string; before?: string; after?: string; todo?: string }[] }

export function Leaving({ id, name, onClose }: { id: string; name: string; onClose: () => void }): JSX.Element {
  const left = useLive(["team"], (signal) => ask<Left>("GET /v1/staff/{id}/leave", { id }, { signal }), [id]);
  const probe = (said: string | undefined) => (said ? t(`contain.probe.${said.replace(" ", "_")}`) : "–");
  return (
    <Sheet title={t("team.left.title", { who: name })} side={<button type="button" class="slim" onClick={onClose}>{t("team.left.close")}</button>}>
      <Loaded of={left}>{(got) => (
        <div class="stack">
          <p class="small soft"><Time at={got.left} /></p>
          {got.open === 0 ? <Note tone="good"><p>{t("team.left.clear")}</p></Note> : <Note tone="warn"><p>{t("team.left.open", { n: got.open })}</p></Note>}
          <Rows label={t("team.report")} of={got.items} heads={[t("head.what"), t("team.name"), t("contain.probe.before"), t("contain.probe.after"), t("head.state")]} row={(one) => [
            word("left", one.what.replaceAll(" ", "_")), <strong>{one.name ?? <code>{one.id}</code>}</strong>, probe(one.before), probe(one.after),
            <Tag tone={one.state === "open" ? "warn" : "good"}>{word("left.state", one.state)}</Tag>]} />
        </div>
      )}</Loaded>
    </Sheet>
  );
}
