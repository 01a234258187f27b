// Incidents: those that one may know of, and opening one.
import type { JSX } from "preact";
import { askAll } from "../ui/api";
import { Empty, Loaded, Rows, Sheet, Tag, Time } from "../ui/parts";
import { number, t, word } from "../ui/words";
import { Guide } from "./guide";
import { OneIncident } from "./incident/one";
import type { Incident } from "./shapes";
import { useLive } from "./live";
import { usePlace, useShared } from "./state";

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
      <Guide />
    </>
  );
}
