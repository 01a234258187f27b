// Look through the log by who, what and when: bundles are read in the page, the newest first, some at a time.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../ui/api";
import { Choice, Empty, Input, Rows, Sheet, Time, Trouble, useAct } from "../ui/parts";
import { number, t, word } from "../ui/words";
import KINDS from "../../../src/prove/entries.def";
import { BUNDLE, bundle, type Found } from "./entries";
import { useShared } from "./state";

const ENOUGH = 20, BUNDLES = 40; // found, or read, before somebody asks for more

interface Wanted { reader: string; kind: string; from: string; to: string }

export function Search({ size, of = "" }: { size: number; of?: string }): JSX.Element {
  const { names, named } = useShared();
  const [wanted, setWanted] = useState<Wanted>({ reader: of, kind: "", from: "", to: "" });
  const [found, setFound] = useState<Found[]>();
  const [next, setNext] = useState<number>(); // the entry to go on below; none: all were read
  const [read, setRead] = useState(0);
  const ids = useRef<Record<number, string>>({ 0: "system" }); // readers by the number that stands in entries
  const act = useAct();
  const put = (one: Partial<Wanted>) => setWanted((was) => ({ ...was, ...one }));
  /** Who a number is the vault alone says: asked once for each. */
  const who = async (one: Found): Promise<string> => (ids.current[one.reader] ??= (await ask<{ reader: string }>("GET /v1/ledger/entries/{index}", { index: one.index })).reader);
  const look = (below: number, had: Found[], seen: number) => act.run(async () => {
    const from = wanted.from ? Date.parse(wanted.from) : 0, to = wanted.to ? Date.parse(wanted.to) : Infinity;
    const all = [...had];
    let more = true;
    for (let left = BUNDLES; below > 0 && left > 0 && all.length - had.length < ENOUGH && more; left--) {
      for (const one of await bundle(Math.floor((below - 1) / BUNDLE), size)) {
        if (one.index >= below) continue;
        more = one.time >= from;
        if (!more || all.length - had.length >= ENOUGH) break;
        below = one.index;
        seen++;
        if (one.time > to || (wanted.kind && one.kind !== wanted.kind)) continue;
        const reader = await who(one);
        if (!wanted.reader || reader === wanted.reader) all.push(one);
      }
      setRead(seen);
    }
    setFound(all);
    setNext(more && below > 0 ? below : undefined);
  });
  const begin = () => { setFound(undefined); setRead(0); void look(size, [], 0); };
  useEffect(begin, []);
  const readers: [string, string][] = [["", t("search.anybody")], ["operator", word("reader", "operator")], ["system", word("reader", "system")], ...Object.entries(names)];
  const kinds = [...new Set(Object.values(KINDS))].map((one): [string, string] => [one, word("kind", one)]).sort((a, b) => a[1].localeCompare(b[1]));
  return (
    <Sheet title={t("search.title")}>
      <p class="soft">{t("search.about")}</p>
      <form onSubmit={(event) => { event.preventDefault(); begin(); }}>
        <div class="pair">
          <Choice label={t("head.reader")} value={wanted.reader} onValue={(reader) => put({ reader })} of={readers} />
          <Choice label={t("head.what")} value={wanted.kind} onValue={(kind) => put({ kind })} of={[["", t("search.anything")], ...kinds]} />
          <Input label={t("recount.from")} type="datetime-local" value={wanted.from} onValue={(from) => put({ from })} />
          <Input label={t("recount.to")} type="datetime-local" value={wanted.to} onValue={(to) => put({ to })} />
        </div>
        <Trouble of={act.problem} />
        <div class="row"><button type="submit" class="main" disabled={act.busy}>{t("people.go")}</button>{read ? <span class="small soft" role="status">{t("search.read", { n: read, of: size })}</span> : null}</div>
      </form>
      {found === undefined ? null : found.length === 0 ? <Empty>{t("search.none")}</Empty> : (
        <Rows label={t("search.title")} of={found} heads={[t("ledger.number"), t("head.when"), t("head.what"), t("head.reader")]} row={(one) => [
          <a href={`#/ledger/${one.index}`}>{number(one.index)}</a>, <Time at={new Date(one.time).toISOString()} />, word("kind", one.kind), word("reader", named(ids.current[one.reader] ?? ""))]} />
      )}
      {found && next !== undefined ? <div><button type="button" disabled={act.busy} onClick={() => void look(next, found, read)}>{t("search.back")}</button></div> : null}
    </Sheet>
  );
}
