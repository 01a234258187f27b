// Reports to authorities: as they were drafted, and on paper.
import type { JSX } from "preact";
import { ask, type Page } from "../../ui/api";
import { Empty, Loaded, Rows, Sheet, Tag, Time, useAsk } from "../../ui/parts";
import { t, word } from "../../ui/words";
import type { Line } from "../shapes";

export function Reports({ id }: { id: string }): JSX.Element {
  const reports = useAsk((signal) => ask<Page<Line>>("GET /v1/incidents/{id}/reports", { id }, { signal }), [id], 30000);
  return (
    <Sheet title={t("tab.reports")}>
      <p class="soft">{t("reports.about")}</p>
      <Loaded of={reports}>{({ items }) => items.length === 0 ? <Empty>{t("reports.none")}</Empty> : (
        <Rows label={t("tab.reports")} of={items} heads={[t("reports.duty"), t("head.state"), t("person.speaks"), t("head.when"), t("reports.paper")]} row={(one) => [
          <code>{one.name}</code>, <Tag tone={one.state === "filed" ? "good" : "warn"}>{word("rstate", one.state ?? "")}</Tag>, word("lang", one.lang ?? ""), <Time at={one.time} />,
          <a href={`/v1/incidents/${encodeURIComponent(id)}/reports/${one.line}/pdf`} download={`report-${one.line}.pdf`}>{t("reports.pdf")}</a>]} />
      )}</Loaded>
      <div><a class="button" href={`#/incidents/${id}/clocks`}>{t("reports.draft")}</a></div>
    </Sheet>
  );
}
