// Charts as SVG of our own: bars of parts, and bars over time. Each has its figures in a table beside it, for who sees no picture.
import type { JSX } from "preact";
import { number } from "./words";

export interface Bar { name: string; parts: { kind: "known" | "possible" | "excluded" | "accent"; value: number }[] }

/** Widths are shares of whatever room there is, so that letters keep their size on a phone. */
export function Bars({ of, label, say = (_, value) => number(value) }: { of: Bar[]; label: string; say?: (at: number, value: number) => string }): JSX.Element {
  const most = Math.max(1, ...of.map((bar) => bar.parts.reduce((sum, part) => sum + part.value, 0)));
  const high = 40;
  return (
    <svg class="chart" role="img" aria-label={label} height={of.length * high} width="100%">
      {of.map((bar, at) => {
        let from = 0;
        return (
          <g key={bar.name}>
            <text x="0" y={at * high + 13}>{bar.name}</text>
            <text x="100%" y={at * high + 13} text-anchor="end">{bar.parts.map((part) => say(at, part.value)).join(" · ")}</text>
            <rect class="c-track" x="0" y={at * high + 19} width="100%" height="12" rx="3" />
            {bar.parts.map((part) => {
              const share = (part.value / most) * 100, x = from;
              from += share;
              return part.value === 0 ? null : <rect key={part.kind} class={`c-${part.kind}`} x={`${x}%`} y={at * high + 19} width={`${Math.max(share, 0.6)}%`} height="12"><title>{say(at, part.value)}</title></rect>;
            })}
          </g>
        );
      })}
    </svg>
  );
}
