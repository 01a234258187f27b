// Incidents: those that one may know of, and opening one.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, askAll } from "../ui/api";
import { Choice, Empty, Input, Loaded, Rows, Sheet, Tag, Time, Trouble, useAct } from "../ui/parts";
import { number, t, word } from "../ui/words";
import { OneIncident } from "./incident/one";
import type { Incident } from "./shapes";
import { useLive } from "./live";
import { usePlace, useShared } from "./state";

const KINDS = ["drained_by_key", "signing_key", "database_copied", "dump_for_sale", "spreadsheet_sent", "mailbox", "lost_device", "plugin", "ransom"];

export function Incidents(): JSX.Element {
  const at = usePlace();
  return at[1] ? <OneIncident key={at[1]} id={at[1]} tab={at[2] ?? "clocks"} /> : <All />;
}

function All(): JSX.Element {
  const { named } = useShared();
  const all = useLive(["incidents"], (signal) => askAll<Incident>("GET /v1/incidents", {}, 1000, signal), []);
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("room.incidents")}</h1><p class="soft">{t("incidents.about")}</p></div>
      <Sheet title={t("incidents.list")}>
        <Loaded of={all}>{({ items }) => items.length === 0 ? <Empty>{t("incidents.none")}</Empty> : (
          <Rows label={t("incidents.list")} of={items} heads={[t("incidents.title"), t("head.state"), t("incidents.opened"), t("incidents.owner"), t("incidents.lines")]} numbers={[4]} row={(one) => [
            <a href={`#/incidents/${one.id}`}>{one.title}</a>, <Tag tone={one.state === "closed" ? "good" : "warn"}>{word("istate", one.state)}</Tag>,
            <Time at={one.opened} />, word("reader", named(one.owner)), number(one.lines)]} />
        )}</Loaded>
      </Sheet>
      <Open />
    </>
  );
}

function Open(): JSX.Element {
  const [title, setTitle] = useState("");
  const [kind, setKind] = useState("");
  const act = useAct();
  return (
    <Sheet title={t("open.title")}>
      <p class="soft">{t("open.about")}</p>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { const made = await ask<{ id: string }>("POST /v1/incidents", { title, kind }); location.hash = `#/incidents/${made.id}`; }); }}>
        <Input label={t("open.what")} hint={t("open.what.hint")} value={title} onValue={setTitle} required maxlength={200} />
        <Choice label={t("open.kind")} value={kind} onValue={setKind} of={[["", t("open.unknown")], ...KINDS.map((one): [string, string] => [one, word("playbook", one)])]} />
        <Trouble of={act.problem} />
        <div><button type="submit" class="main" disabled={act.busy}>{t("open.go")}</button></div>
      </form>
    </Sheet>
  );
}
