// One incident: its state, and its parts.
import type { JSX } from "preact";
import { ask } from "../../ui/api";
import { Empty, Loaded, Tag, Time } from "../../ui/parts";
import { t, word } from "../../ui/words";
import type { Incident } from "../shapes";
import { useShared } from "../state";
import { Tabs } from "../tabs";
import { Closing } from "./closing";
import { Contain } from "./contain";
import { Deadlines } from "./deadlines";
import { Evidence } from "./evidence";
import { Facts } from "./facts";
import { Happened } from "./happened";
import { Notices } from "./notices";
import { Redress } from "./redress";
import { Reports } from "./reports";
import { Scope } from "./scope";
import { Severity } from "./severity";
import { Statements } from "./statements";
import { Tasks } from "./tasks";
import { useLive } from "../live";
import { Timeline } from "./timeline";

interface Part { name: string; act?: string; page: (at: { id: string; incident: Incident; again: () => void }) => JSX.Element }

const PARTS: Part[] = [
  { name: "clocks", page: Deadlines }, { name: "tasks", page: Tasks }, { name: "contain", page: Contain }, { name: "happened", page: Happened },
  { name: "evidence", page: Evidence }, { name: "scope", page: Scope }, { name: "severity", page: Severity }, { name: "facts", page: Facts },
  { name: "reports", page: Reports }, { name: "notices", act: "notify", page: Notices }, { name: "statements", page: Statements }, { name: "redress", act: "redress", page: Redress },
  { name: "timeline", page: Timeline }, { name: "close", page: Closing },
];

export function OneIncident({ id, tab }: { id: string; tab: string }): JSX.Element {
  const { can, named } = useShared();
  const incident = useLive([`incident ${id}`], (signal) => ask<Incident>("GET /v1/incidents/{id}", { id }, { signal }), [id]);
  const parts = PARTS.filter((one) => !one.act || can(one.act));
  const part = parts.find((one) => one.name === tab);
  if (incident.problem && !incident.data) return <><div class="head"><h1 tabIndex={-1}>{t("room.incidents")}</h1><a href="#/incidents">{t("incidents.all")}</a></div><Loaded of={incident}>{() => null}</Loaded></>;
  return (
    <Loaded of={incident}>{(got) => (
      <>
        <div class="head">
          <h1 tabIndex={-1}>{got.title}</h1><a href="#/incidents">{t("incidents.all")}</a>
          <p class="row"><Tag tone={got.state === "closed" ? "good" : "warn"}>{word("istate", got.state)}</Tag><span class="soft">{t("incident.by", { who: word("reader", named(got.owner)) })} · <Time at={got.opened} /></span></p>
        </div>
        <Tabs label={t("incident.parts")} family="tab" at={`#/incidents/${id}`} of={parts.map((one) => one.name)} shown={part?.name ?? ""} />
        {part ? <part.page key={part.name} id={id} incident={got} again={incident.again} /> : <Empty>{t("none.about")}</Empty>}
      </>
    )}</Loaded>
  );
}
