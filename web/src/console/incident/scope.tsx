// Whose what leaked: the newest count by field with its reasons, and counting again.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../../ui/api";
import { Bars } from "../../ui/chart";
import { Choice, Empty, Input, Loaded, Note, Rows, Sheet, Time, Trouble, useAct, useAsk, type Asked } from "../../ui/parts";
import { Command } from "../command";
import { useLive } from "../live";
import { useShared } from "../state";
import { number, t, word } from "../../ui/words";

interface Counted { count: number; persons: number }
interface Exposure { field: string; class: string; known: Counted & { full: number; masked: number; observed: number; found: number }; possible: Counted & { reasons: { reason: string; count: number }[] }; excluded: Counted & { came_later: number; erased_before: number; not_held: number; not_seen: number; not_provable_in: unknown[] } }
interface Exposures { version: number; counted: string; entries: number; accounts: number; persons: number; suspicion: { from: string; to: string }; fields: Exposure[] }

export function Scope({ id }: { id: string }): JSX.Element {
  const scope = useLive([`incident ${id}`], (signal) => ask<Exposures>("GET /v1/incidents/{id}/exposures", { id }, { signal }), [id]);
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
  const { names } = useShared();
  const fields = useAsk((signal) => ask<{ items: { name: string }[] }>("GET /v1/fields", {}, { signal }), []);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [who, setWho] = useState("");
  const [only, setOnly] = useState<string[]>([]);
  const act = useAct();
  const instant = (text: string) => (text ? new Date(text).toISOString() : "");
  const suspect = who === "" ? {} : who.startsWith("staff_") ? { staff: [who] } : { keys: [who] };
  return (
    <Sheet title={t("recount.title")}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { await ask("POST /v1/incidents/{id}/scope", { id, from: instant(from), to: instant(to), ...suspect, ...(only.length ? { fields: only } : {}) }); again(); }); }}>
        <div class="pair"><Input label={t("recount.from")} type="datetime-local" value={from} onValue={setFrom} required /><Input label={t("recount.to")} hint={t("recount.to.hint")} type="datetime-local" value={to} onValue={setTo} /></div>
        <Choice label={t("recount.who")} value={who} onValue={setWho} of={[["", t("recount.anybody")], ...Object.entries(names).sort((a, b) => a[1].localeCompare(b[1]))]} />
        <Loaded of={fields}>{({ items }) => (
          <fieldset>
            <legend>{t("recount.fields")}</legend>
            <div class="checks">{items.map(({ name }) => <label class="check" key={name}><input type="checkbox" checked={only.includes(name)} onChange={(event) => { const on = event.currentTarget.checked; setOnly((was) => (on ? [...was, name] : was.filter((one) => one !== name))); }} /><span>{word("field", name)}</span></label>)}</div>
          </fieldset>
        )}</Loaded>
        <p class="soft small">{t("recount.about")}</p>
        <Trouble of={act.problem} />
        <div><button type="submit" disabled={act.busy}>{t("recount.go")}</button></div>
      </form>
      <details><summary>{t("recount.others")}</summary><Command about={t("recount.others.about")} line={`amanah incident scope ${id} --help`} /></details>
    </Sheet>
  );
}
