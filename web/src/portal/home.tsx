import type { JSX } from "preact";
import { t } from "../ui/words";
import type { Shop } from "./shapes";

const DOORS = ["message", "safe"];

export function Home(_: { shop: Shop }): JSX.Element {
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("home.title")}</h1><p>{t("home.about")}</p></div>
      <ul class="doors plain">
        {DOORS.map((name) => (
          <li key={name}><a class="sheet" href={`#/${name}`}><h2>{t(`room.${name}`)}</h2><p>{t(`room.${name}.about`)}</p></a></li>
        ))}
      </ul>
    </>
  );
}
