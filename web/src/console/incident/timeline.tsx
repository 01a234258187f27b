// Everything that was noted, in its order.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, type Page } from "../../ui/api";
import { Input, Loaded, Sheet, Time, Trouble, useAct } from "../../ui/parts";
import { t, word } from "../../ui/words";
import type { Line } from "../shapes";
import { useLive } from "../live";
import { useShared } from "../state";

export function Timeline({ id }: { id: string }): JSX.Element {
  const [pages, setPages] = useState([""]);
  const [turn, setTurn] = useState(0);
  const [text, setText] = useState("");
  const act = useAct();
  return (
    <Sheet title={t("tab.timeline")}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { await ask("POST /v1/incidents/{id}/notes", { id, text }); setText(""); setTurn((was) => was + 1); }); }}>
        <Input label={t("timeline.note")} hint={t("timeline.hint")} value={text} onValue={setText} area required />
        <Trouble of={act.problem} />
        <div><button type="submit" disabled={act.busy}>{t("timeline.add")}</button></div>
      </form>
      {pages.map((after, at) => <Lines key={`${after}-${turn}`} id={id} after={after} last={at === pages.length - 1} onMore={(next) => setPages((was) => [...was, next])} />)}
    </Sheet>
  );
}

function Lines({ id, after, last, onMore }: { id: string; after: string; last: boolean; onMore: (next: string) => void }): JSX.Element {
  const { named, can } = useShared();
  const lines = useLive([`incident ${id}`], (signal) => ask<Page<Line>>("GET /v1/incidents/{id}/{part}", { id, part: "timeline", after, limit: 100 }, { signal }), [id, after]);
  return (
    <Loaded of={lines}>{(got) => (
      <div class="stack">
        <ol class="plain stack">{got.items.map((one) => (
          <li key={one.line} class="line"><time dateTime={one.time}>{t("timeline.line", { n: String(one.line) })} · <Time at={one.time} /> · {word("reader", named(one.author))}{can("ledger") ? <> · <a href={`#/ledger/${one.entry}`}>{t("seen.entry", { n: one.entry })}</a></> : null}</time>
            <span><strong>{word("line", one.kind)}</strong>{one.name ? <> <code>{one.name}</code></> : null}</span>{one.text ? <p style={{ whiteSpace: "pre-wrap" }}>{one.text}</p> : null}</li>))}</ol>
        {last && got.next ? <div><button type="button" onClick={() => onMore(got.next ?? "")}>{t("more")}</button></div> : null}
      </div>
    )}</Loaded>
  );
}
