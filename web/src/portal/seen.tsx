// Who saw my data: every look, from the log, each with a proof that is worked out in this page.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../ui/api";
import { Empty, Sheet, Tag, Trouble, useAct } from "../ui/parts";
import { concerns, included, leafOf } from "../ui/proof";
import { moment, t, word } from "../ui/words";
import type { Look, Seen } from "./shapes";

async function proved(look: Look, checkpoint: string): Promise<boolean> {
  const leaf = btoa(String.fromCharCode(...await leafOf(look.proof.entry)));
  return await included({ index: look.index, size: look.proof.size, leaf_hash: leaf, hashes: look.proof.inclusion, checkpoint }, look.proof.entry) && concerns(look.proof);
}

function who(look: Look): string {
  if (look.reader === "portal") return t("seen.you");
  const role = word("role", look.role);
  return look.role ? role : word("reader", look.reader.replace(/_.*/, ""));
}

export function SeenBy({ account }: { account: number }): JSX.Element {
  const [looks, setLooks] = useState<{ look: Look; good: boolean }[]>();
  const [next, setNext] = useState<string | null>(null);
  const { busy, problem, run } = useAct();
  const more = () => run(async () => {
    const page = await ask<Seen>("GET /v1/portal/seen", { account, ...(next ? { after: next } : {}) });
    const checked = await Promise.all(page.items.map(async (look) => ({ look, good: await proved(look, page.checkpoint) })));
    setLooks([...(looks ?? []), ...checked]);
    setNext(page.next);
  });
  return (
    <Sheet title={t("seen.title")}>
      <p>{t("seen.about")}</p>
      {looks?.length === 0 ? <Empty>{t("seen.nobody")}</Empty> : null}
      {looks && looks.length > 0 ? (
        <ol class="plain stack">
          {looks.map(({ look, good }) => (
            <li key={look.index} class="line">
              <time dateTime={look.time}>{moment(look.time)}</time>
              <p><b>{who(look)}</b>{look.purpose ? `: ${word("purpose", look.purpose)}` : ""}</p>
              <p class="small">{look.fields.length + look.masked.length > 0 ? t("seen.fields", { fields: [...look.fields, ...look.masked].map((field) => word("field", field)).join(", ") }) : t(`seen.kind.${["grant", "pass", "run", "portal", "relief"].includes(look.kind) ? look.kind : "other"}`)}</p>
              <p><Tag tone={good ? "good" : "bad"}>{t(good ? "seen.good" : "seen.bad", { index: look.index })}</Tag></p>
            </li>
          ))}
        </ol>
      ) : null}
      {looks ? <p class="small soft">{t("seen.display")}</p> : null}
      <Trouble of={problem} />
      {!looks || next ? <div><button type="button" disabled={busy} onClick={() => void more()}>{t(looks ? "seen.more" : "seen.show")}</button></div> : null}
    </Sheet>
  );
}
