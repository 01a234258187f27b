// One incident: its state, and its parts.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../../ui/api";
import { Empty, Loaded, Tag, Time, useAsk } from "../../ui/parts";
import { t, word } from "../../ui/words";
import type { Incident } from "../shapes";
import { useShared } from "../state";
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
import { Timeline } from "./timeline";

interface Part { name: string; act?: string; page: (at: { id: string; incident: Incident; again: () => void }) => JSX.Element }

const PARTS: Part[] = [
  { name: "clocks", page: Deadlines }, { name: "tasks", page: Tasks }, { name: "contain", page: Contain }, { name: "happened", page: Happened },
  { name: "evidence", page: Evidence }, { name: "scope", page: Scope }, { name: "severity", page: Severity }, { name: "facts", page: Facts },
  { name: "reports", page: Reports }, { name: "notices", act: "notify", page: Notices }, { name: "statements", page: Statements }, { name: "redress", act: "redress", page: Redress },
  { name: "timeline", page: Timeline }, { name: "close", page: Closing },
];

export function OneIncident({ id, tab }: { id: string; tab: string }): JSX.Element {
  const { can, named, tick } = useShared();
  const [open, setOpen] = useState(false);
  const incident = useAsk((signal) => ask<Incident>("GET /v1/incidents/{id}", { id }, { signal }), [id], 30000, tick);
  const parts = PARTS.filter((one) => !one.act || can(one.act));
  const part = parts.find((one) => one.name === tab);
  return (
    <Loaded of={incident}>{(got) => (
      <>
        <div class="head">
          <h1 tabIndex={-1}>{got.title}</h1><a href="#/incidents">{t("incidents.all")}</a>
          <p class="row"><Tag tone={got.state === "closed" ? "good" : "warn"}>{word("istate", got.state)}</Tag><span class="soft">{t("incident.by", { who: word("reader", named(got.owner)) })} · <Time at={got.opened} /></span></p>
        </div>
        <nav class="tabs" aria-label={t("incident.parts")} data-open={open}>
          <button type="button" class="menu" aria-expanded={open} onClick={() => setOpen(!open)}>{t("incident.part", { part: t(`tab.${part?.name ?? "clocks"}`) })}</button>
          <ul class="plain">{parts.map((one) => <li key={one.name}><a href={`#/incidents/${id}/${one.name}`} onClick={() => setOpen(false)} {...(one === part ? { "aria-current": "page" as const } : {})}>{t(`tab.${one.name}`)}</a></li>)}</ul>
        </nav>
        {part ? <part.page key={part.name} id={id} incident={got} again={incident.again} /> : <Empty>{t("none.about")}</Empty>}
      </>
    )}</Loaded>
  );
}
