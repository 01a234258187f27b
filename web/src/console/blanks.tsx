// Forms whose blanks stand in a table: what each is called is in locale/, by the kind of thing and the blank's name.
import type { JSX } from "preact";
import { Choice, Input } from "../ui/parts";
import { has, t } from "../ui/words";

export interface Blank { name: string; kind?: "area" | "number" | "time" | "password" | "email"; of?: [string, string][]; optional?: boolean; value?: string; most?: number }

/** What stands in it: what was chosen, while it is there to be chosen. */
function valueOf(blank: Blank, values: Record<string, string>): string {
  const value = values[blank.name] ?? blank.value;
  if (blank.of && !blank.of.some(([name]) => name === value)) return blank.of[0]?.[0] ?? "";
  return value ?? "";
}

/** A blank is named by its kind and name in locale/, or by its name alone; a hint stands beside it if there is one. */
export function Blanks({ kind, of, values, onValue }: { kind: string; of: Blank[]; values: Record<string, string>; onValue: (name: string, value: string) => void }): JSX.Element {
  return (
    <>{of.map((blank) => {
      const own = `blank.${kind}.${blank.name}`, label = t(has(own) ? own : `blank.${blank.name}`);
      const hint = has(`${own}.hint`) ? `${own}.hint` : has(`blank.${blank.name}.hint`) ? `blank.${blank.name}.hint` : undefined;
      const value = valueOf(blank, values);
      const shared = { label, value, onValue: (text: string) => onValue(blank.name, text), ...(hint ? { hint: t(hint) } : {}) };
      if (blank.of) return <Choice key={blank.name} {...shared} of={blank.of} />;
      return <Input key={blank.name} {...shared} required={!blank.optional} maxlength={blank.most ?? (blank.kind === "area" ? 4000 : 500)} area={blank.kind === "area"}
        type={blank.kind === "time" ? "datetime-local" : blank.kind === "password" || blank.kind === "email" ? blank.kind : "text"} {...(blank.kind === "number" ? { inputmode: "numeric" as const, pattern: "[0-9]+" } : {})} autocomplete={blank.kind === "password" ? "new-password" : "off"} />;
    })}</>
  );
}

/** `why` and `done_how` are the line's text under another name. */
function member(blank: Blank): string { return blank.name === "why" || blank.name === "done_how" ? "text" : blank.name; }
export function said(of: Blank[], values: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(of.map((blank): [string, unknown] => {
    const value = valueOf(blank, values);
    return [member(blank), value === "" ? undefined : blank.kind === "number" ? Number(value) : blank.kind === "time" ? new Date(value).toISOString() : blank.name === "evidence" ? [value] : value];
  }));
}
