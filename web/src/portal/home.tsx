import type { JSX } from "preact";
import { t } from "../ui/words";
import type { Shop } from "./shapes";

const DOORS: [string, string][] = [["status", "/status/"], ["mine", "#/mine"], ["message", "#/message"], ["write", "#/write"], ["safe", "#/safe"], ["rights", "#/rights"]];

export function Home(_: { shop: Shop }): JSX.Element {
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("home.title")}</h1><p>{t("home.about")}</p></div>
      <ul class="doors plain">
        {DOORS.map(([name, at]) => (
          <li key={name}><a class="sheet" href={at}><h2>{t(`room.${name}`)}</h2><p>{t(`room.${name}.about`)}</p></a></li>
        ))}
      </ul>
    </>
  );
}
