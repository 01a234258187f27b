// People of each hour as a plot, with the busiest hour of a usual day as a line across. The same figures stand in a table below it.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Choice, Empty, Rows } from "../ui/parts";
import { number, t, word } from "../ui/words";
import type { ReaderRow } from "./shapes";

const HOUR = 3600e3, HIGH = 140, WIDE = 480;

function clock(at: number): string { return new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(at)); }

/** `now`: when the hours were told; the last is the one that runs. */
export function Hours({ of, now }: { of: ReaderRow[]; now: number }): JSX.Element {
  const busy = of.filter((row) => row.habit.hours.some((people) => people > 0)).sort((a, b) => Math.max(...b.habit.hours) - Math.max(...a.habit.hours));
  const [chosen, setChosen] = useState("");
  const row = busy.find((one) => one.reader === chosen) ?? busy[0];
  if (!row) return <Empty>{t("hours.none")}</Empty>;
  const hours = row.habit.hours, usual = row.habit.busiest_hour, top = Math.max(1, usual, ...hours) * 1.08;
  const begin = Math.floor(now / HOUR) * HOUR - (hours.length - 1) * HOUR, step = WIDE / hours.length, y = (people: number) => HIGH - (people / top) * HIGH;
  const name = row.name || word("reader", row.reader), most = Math.max(...hours);
  return (
    <div class="stack">
      <Choice label={t("head.reader")} value={row.reader} onValue={setChosen} of={busy.map((one) => [one.reader, one.name || word("reader", one.reader)])} />
      <svg class="hours" role="img" aria-label={t("hours.chart", { who: name, most })} viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" height={HIGH} width="100%">
        {hours.map((people, at) => (people === 0 ? null : <rect key={at} class={usual > 0 && people > usual ? "c-known" : "c-accent"} x={at * step + 1} width={step - 2} y={y(people)} height={HIGH - y(people)}><title>{`${clock(begin + at * HOUR)}: ${number(people)}`}</title></rect>))}
        <line class="c-floor" x1="0" x2={WIDE} y1={HIGH} y2={HIGH} />
        {usual > 0 ? <line class="c-usual" x1="0" x2={WIDE} y1={y(usual)} y2={y(usual)} /> : null}
      </svg>
      <div class="row apart small soft"><span>{clock(begin)}</span><span>{t("hours.now")}</span></div>
      <div class="keys"><span><i class="a" />{t("hours.people")}</span>{usual > 0 ? <><span><i class="u" />{t("hours.usual", { n: usual })}</span><span><i class="k" />{t("hours.above")}</span></> : <span>{t("hours.learning")}</span>}</div>
      <details><summary class="small">{t("hours.table")}</summary>
        <Rows label={t("hours.table")} of={hours.map((people, at) => ({ people, at })).filter((one) => one.people > 0).reverse()} heads={[t("window.hour"), t("watch.concerned")]} numbers={[1]} row={(one) => [clock(begin + one.at * HOUR), number(one.people)]} />
      </details>
    </div>
  );
}
