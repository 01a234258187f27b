// Where alerts go beyond these pages: added by one, turned off, led elsewhere or dropped by two.
import type { JSX } from "preact";
import { ask, type Page } from "../../ui/api";
import { Empty, Loaded, Note, Rows, Sheet, Tag, Time, Trouble, Why, useAct } from "../../ui/parts";
import { number, t, word } from "../../ui/words";
import { useState } from "preact/hooks";
import { useLive } from "../live";
import { Form } from "./form";

interface Sink { id: string; kind: string; url?: string; file?: string; address?: string; state: string; severity: string; waiting: number; told: number; arrived?: string; problem?: string }
const TARGET: Record<string, "url" | "file" | "address"> = { webhook: "url", syslog: "url", ocsf: "file", mail: "address" };
const SEVERITIES = ["info", "low", "medium", "high", "critical"];

export function Sinks(): JSX.Element {
  const sinks = useLive(["settings", "watch"], (signal) => ask<Page<Sink>>("GET /v1/sinks", {}, { signal }), []);
  const [said, setSaid] = useState("");
  const act = useAct();
  const go = (route: string, members: Record<string, unknown>, done: string) => act.run(async () => {
    setSaid("");
    setSaid((await ask<{ approval?: string } | undefined>(route, members))?.approval ? "role.asked" : done);
    sinks.again();
  });
  return (
    <>
      <Sheet title={t("settings.sinks")}>
        <p class="soft">{t("sink.about")}</p>
        <Trouble of={act.problem} />
        {said ? <Note tone={said === "role.asked" ? "" : "good"}><p role="status">{t(said)}</p></Note> : null}
        <Loaded of={sinks}>{({ items }) => items.length === 0 ? <Empty>{t("settings.no_sinks")}</Empty> : (
          <Rows label={t("settings.sinks")} of={items} heads={[t("sink.where"), t("sink.least"), t("head.state"), t("sink.told"), t("watch.act")]} row={(one) => [
            <span><strong>{word("sinkkind", one.kind)}</strong><br /><code class="said">{one.url ?? one.file ?? one.address}</code></span>, word("severity", one.severity),
            <span><Tag tone={one.state === "on" ? "good" : "warn"}>{word("sinkstate", one.state)}</Tag>{one.problem ? <span class="small"><br /><Why of={one.problem} /></span> : null}</span>,
            <span>{number(one.told)}{one.arrived ? <><br /><span class="small soft"><Time at={one.arrived} /></span></> : null}</span>,
            <span class="row"><button type="button" class="slim" disabled={act.busy} onClick={() => void go("POST /v1/sinks/test", { id: one.id }, "notice.tested")}>{t("sink.test")}</button>
              <button type="button" class="slim" disabled={act.busy} onClick={() => void go("POST /v1/sinks", { id: one.id, state: one.state === "off" ? "on" : "off" }, "pin.done")}>{t(one.state === "off" ? "sink.on" : "sink.off")}</button>
              <button type="button" class="slim bad" disabled={act.busy} onClick={() => void go("DELETE /v1/sinks/{id}", { id: one.id }, "pin.done")}>{t("sink.drop")}</button></span>]} />
        )}</Loaded>
      </Sheet>
      <Sheet title={t("sink.add")}>
        <Form kind="sink" again={sinks.again} send={(members) => ask("POST /v1/sinks", members)}
          of={(values) => [{ name: "kind", of: Object.keys(TARGET).map((one) => [one, word("sinkkind", one)]) }, { name: TARGET[values["kind"] ?? "webhook"] ?? "url", ...(values["kind"] === "mail" ? { kind: "email" as const } : {}) }, { name: "severity", of: SEVERITIES.map((one) => [one, word("severity", one)]) }]} />
      </Sheet>
    </>
  );
}
