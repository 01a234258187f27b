// Whose what leaked: the newest count by field with its reasons, and counting again.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../../ui/api";
import { Bars } from "../../ui/chart";
import { Empty, Input, Loaded, Note, Rows, Sheet, Time, Trouble, useAct, useAsk, type Asked } from "../../ui/parts";
import { number, t, word } from "../../ui/words";

interface Counted { count: number; persons: number }
interface Exposure { field: string; class: string; known: Counted & { full: number; masked: number; observed: number; found: number }; possible: Counted & { reasons: { reason: string; count: number }[] }; excluded: Counted & { came_later: number; erased_before: number; not_held: number; not_seen: number; not_provable_in: unknown[] } }
interface Exposures { version: number; counted: string; entries: number; accounts: number; persons: number; suspicion: { from: string; to: string }; fields: Exposure[] }

export function Scope({ id }: { id: string }): JSX.Element {
  const scope = useAsk((signal) => ask<Exposures>("GET /v1/incidents/{id}/exposures", { id }, { signal }), [id]);
  const none = scope.problem?.status === 404 || scope.problem?.status === 409;
  return (
    <div class="stack wide-gap">
      {none ? <Sheet title={t("scope.title")}><Empty>{t("scope.none")}</Empty></Sheet> : (
        <Sheet title={t("scope.title")}>
          <Loaded of={scope as Asked<Exposures>}>{(got) => {
            const fields = got.fields.filter((one) => one.known.count + one.possible.count > 0);
            const clear = got.fields.filter((one) => one.known.count + one.possible.count === 0);
            return (
              <div class="stack">
                <p class="soft small">{t("scope.counted", { version: got.version, people: got.persons })} <Time at={got.counted} /></p>
                <p>{t("scope.period")} <Time at={got.suspicion.from} /> – <Time at={got.suspicion.to} /></p>
                <div class="keys"><span><i class="k" />{t("scope.known")}</span><span><i class="p" />{t("scope.possible")}</span><span><i class="e" />{t("scope.excluded")}</span></div>
                {fields.length === 0 ? <Empty>{t("scope.nothing")}</Empty> : (
                  <>
                    <Bars label={t("scope.chart")} of={fields.map((one) => ({ name: word("field", one.field), parts: [{ kind: "known", value: one.known.count }, { kind: "possible", value: one.possible.count }, { kind: "excluded", value: one.excluded.count }] }))} />
                    <Rows label={t("scope.title")} of={fields} heads={[t("ledger.fields"), t("scope.known"), t("scope.possible"), t("scope.excluded"), t("scope.why")]} numbers={[1, 2, 3]} row={(one) => [
                      <strong>{word("field", one.field)}</strong>, number(one.known.count), number(one.possible.count), number(one.excluded.count), <Why of={one} />]} />
                  </>
                )}
                {clear.length ? <Note tone="good"><p>{t("scope.clear")} {clear.map((one) => word("field", one.field)).join(", ")}</p></Note> : null}
              </div>
            );
          }}</Loaded>
        </Sheet>
      )}
      <Recount id={id} again={scope.again} />
    </div>
  );
}

function Why({ of }: { of: Exposure }): JSX.Element {
  const reasons: [string, number][] = [["full", of.known.full], ["masked", of.known.masked], ["observed", of.known.observed], ["found", of.known.found], ...of.possible.reasons.map((one): [string, number] => [one.reason, one.count]),
    ["not_seen", of.excluded.not_seen], ["not_held", of.excluded.not_held], ["came_later", of.excluded.came_later], ["erased_before", of.excluded.erased_before]];
  return <span class="small">{reasons.filter(([, count]) => count > 0).map(([name, count]) => `${word("why", name)}: ${number(count)}`).join("; ")}{of.excluded.not_provable_in.length ? `; ${t("scope.not_provable")}` : ""}</span>;
}

function Recount({ id, again }: { id: string; again: () => void }): JSX.Element {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const act = useAct();
  const instant = (text: string) => (text ? new Date(text).toISOString() : "");
  return (
    <Sheet title={t("recount.title")}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { await ask("POST /v1/incidents/{id}/scope", { id, from: instant(from), to: instant(to) }); again(); }); }}>
        <div class="pair"><Input label={t("recount.from")} type="datetime-local" value={from} onValue={setFrom} required /><Input label={t("recount.to")} hint={t("recount.to.hint")} type="datetime-local" value={to} onValue={setTo} /></div>
        <p class="soft small">{t("recount.about")}</p>
        <Trouble of={act.problem} />
        <div><button type="submit" disabled={act.busy}>{t("recount.go")}</button></div>
      </form>
    </Sheet>
  );
}
