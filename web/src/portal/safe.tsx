// How to protect oneself, by what leaked: the words of the notices.
import type { JSX } from "preact";
import { t } from "../ui/words";
import type { Shop } from "./shapes";

/** Which fields lead to which risk and advice: as src/answer/notice/says.c has them. */
const KINDS: [string[], string, string | null][] = [
  [["name", "email", "phone"], "fact.impact.phish", "fact.help.phish"],
  [["address"], "fact.impact.visit", "fact.help.visit"],
  [["door_code"], "fact.impact.door", "fact.help.door"],
  [["recipient"], "fact.impact.others", "fact.help.others"],
  [["order_ref", "goods", "ordered_at", "total"], "notice.risk.fraud", "fact.help.orders"],
  [["national_id", "birth_date"], "fact.impact.identity", "fact.help.identity"],
  [["note"], "fact.impact.unclear", "fact.help.unclear"],
];

/** What helps against what leaked, each once. */
export function helpFor(fields: string[]): string[] {
  return KINDS.filter(([of]) => of.some((field) => fields.includes(field))).flatMap(([, , help]) => help ?? []);
}

export function Safe(_: { shop: Shop }): JSX.Element {
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("room.safe")}</h1><p>{t("safe.about")}</p></div>
      <p class="note warn">{t("notice.advice.never")}</p>
      {KINDS.map(([fields, risk, advice]) => (
        <article key={risk} class="sheet">
          <h2>{t("safe.if", { fields: fields.map((field) => t(`field.${field}`)).join(", ") })}</h2>
          <dl class="facts"><dt>{t("safe.risk")}</dt><dd>{t(risk)}</dd>{advice ? <><dt>{t("safe.do")}</dt><dd>{t(advice)}</dd></> : null}</dl>
        </article>
      ))}
    </>
  );
}
