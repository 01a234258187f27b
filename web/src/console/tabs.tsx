// The parts of a page: a row of links, on a phone behind a button that says which part is shown.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../ui/words";

export function Tabs({ label, family, at, of, shown }: { label: string; family: string; at: string; of: string[]; shown: string }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <nav class="tabs" aria-label={label} data-open={open}>
      <button type="button" class="menu" aria-expanded={open} onClick={() => setOpen(!open)}>{t("incident.part", { part: t(`${family}.${shown || of[0]}`) })}</button>
      <ul class="plain">{of.map((one) => <li key={one}><a href={`${at}/${one}`} onClick={() => setOpen(false)} {...(one === shown ? { "aria-current": "page" as const } : {})}>{t(`${family}.${one}`)}</a></li>)}</ul>
    </nav>
  );
}
