// A role, changed: which details it sees in full or masked, what it is asked for first, how many people a day.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, type Page } from "../ui/api";
import { Choice, Input, Loaded, Note, Sheet, Trouble, useAct, useAsk } from "../ui/parts";
import { t, word } from "../ui/words";

export interface Role { name: string; fields: string[]; purposes: string[]; acts: string[]; minute: number; hour: number; daily: number; monthly: number; classes: string[]; reason: boolean; grant: boolean; pass: boolean; lesson: string; approval_above: number; watch: string; watch_alone: boolean; own: string[] }

export function EditRole({ role, onChange, onDone }: { role: Role; onChange: () => void; onDone: () => void }): JSX.Element {
  const fields = useAsk((signal) => ask<Page<{ name: string }>>("GET /v1/fields", {}, { signal }), []);
  const was = (name: string) => (role.fields.includes(name) ? "full" : role.fields.includes(`${name}.mask`) ? "mask" : "");
  const [seen, setSeen] = useState<Record<string, string>>({});
  const [daily, setDaily] = useState(role.own.includes("daily") ? String(role.daily) : "");
  const [reason, setReason] = useState(role.reason);
  const [grant, setGrant] = useState(role.grant);
  const [asked, setAsked] = useState<boolean>();
  const act = useAct();
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => { top.current?.scrollIntoView({ block: "start" }); }, []);
  const put = (names: string[]) => act.run(async () => {
    const known = names.flatMap((name) => { const how = seen[name] ?? was(name); return how === "full" ? [name] : how === "mask" ? [`${name}.mask`] : []; });
    const others = role.fields.filter((one) => !names.includes(one.replace(/\.mask$/, ""))); // forms that this page does not offer stay as they are
    const { own, ...rest } = role;
    const kept = (window: "minute" | "hour" | "monthly") => (own.includes(window) ? role[window] : 0); // what follows the shop's size goes on to
    const got = await ask<{ approval?: string }>("POST /v1/roles", { ...rest, fields: [...known, ...others], minute: kept("minute"), hour: kept("hour"), monthly: kept("monthly"), daily: Number(daily), reason, grant });
    setAsked(got.approval !== undefined);
    onChange();
  });
  return (
    <div ref={top}>
    <Sheet title={t("role.title", { role: word("role", role.name) })} side={<button type="button" class="slim" onClick={onDone}>{t("team.left.close")}</button>}>
      <p class="soft">{t("team.role.about")}</p>
      <Loaded of={fields}>{({ items }) => (
        <form onSubmit={(event) => { event.preventDefault(); void put(items.map((one) => one.name)); }}>
          <div class="pair">{items.map((one) => <Choice key={one.name} label={word("field", one.name)} value={seen[one.name] ?? was(one.name)} onValue={(how) => setSeen((old) => ({ ...old, [one.name]: how }))} of={[["", t("role.not")], ["mask", t("role.masked")], ["full", t("role.full")]]} />)}</div>
          <Input label={t("head.budget")} value={daily} onValue={setDaily} inputmode="numeric" pattern="[1-9][0-9]*" hint={t("role.own", { n: role.daily })} />
          <label class="check"><input type="checkbox" checked={reason} onChange={(event) => setReason(event.currentTarget.checked)} /><span>{t("role.reason")}</span></label>
          <label class="check"><input type="checkbox" checked={grant} onChange={(event) => setGrant(event.currentTarget.checked)} /><span>{t("role.grant")}</span></label>
          <Trouble of={act.problem} />
          {asked === undefined ? null : <Note tone={asked ? "" : "good"}><p role="status">{t(asked ? "role.asked" : "pin.done")}</p></Note>}
          <div><button type="submit" class="main" disabled={act.busy}>{t("role.go")}</button></div>
        </form>
      )}</Loaded>
    </Sheet>
    </div>
  );
}
