// What everybody may ask of a shop that holds their data.
import type { JSX } from "preact";
import { t } from "../ui/words";
import type { Shop } from "./shapes";

const RIGHTS = ["see", "correct", "erase", "stop", "damage", "authority"];

export function Rights({ shop }: { shop: Shop }): JSX.Element {
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("room.rights")}</h1><p>{t("rights.about")}</p></div>
      {RIGHTS.map((one) => <article key={one} class="sheet"><h2>{t(`rights.${one}`)}</h2><p>{t(`rights.${one}.how`)}</p></article>)}
      <p><a href="#/write">{t("rights.write")}</a></p>
      {shop.desk ? <p class="note"><span>{t("rights.desk")} <b>{shop.desk}</b></span></p> : null}
    </>
  );
}
