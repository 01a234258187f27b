// Settings: how these pages look to whoever reads them, and what the whole shop goes by.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../ui/api";
import { Choice, Empty, Loaded, Rows, Sheet } from "../ui/parts";
import { t, word } from "../ui/words";
import { useLive } from "./live";
import { EditRole, type Role } from "./role";
import { Limits } from "./settings/limits";
import { Post } from "./settings/post";
import { Safety } from "./settings/safety";
import { Shop } from "./settings/shop";
import { Sinks } from "./settings/sinks";
import { usePlace, useShared } from "./state";
import { Tabs } from "./tabs";
import { putTheme, theme, type Theme } from "./theme";

const PARTS: { name: string; act?: string; page: () => JSX.Element }[] = [
  { name: "look", page: Look }, { name: "roles", act: "roles", page: Roles }, { name: "limits", act: "settings", page: Limits },
  { name: "mail", act: "settings", page: Post }, { name: "alerts", act: "settings", page: Sinks }, { name: "shop", act: "incident", page: Shop },
  { name: "safety", act: "settings", page: Safety },
];

export function Settings(): JSX.Element {
  const { can } = useShared();
  const at = usePlace();
  const parts = PARTS.filter((one) => !one.act || can(one.act));
  const part = parts.find((one) => one.name === (at[1] ?? "look"));
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("room.settings")}</h1><p class="soft">{t("settings.about")}</p></div>
      <Tabs label={t("settings.parts")} family="settab" at="#/settings" of={parts.map((one) => one.name)} shown={part?.name ?? ""} />
      {part ? <part.page key={part.name} /> : <Empty>{t("none.about")}</Empty>}
    </>
  );
}

function Look(): JSX.Element {
  const [chosen, setChosen] = useState<Theme>(theme());
  return (
    <Sheet title={t("settings.look")}>
      <Choice label={t("settings.theme")} value={chosen} onValue={(one) => { setChosen(one as Theme); putTheme(one as Theme); }} of={[["auto", t("theme.auto")], ["light", t("theme.light")], ["dark", t("theme.dark")]]} />
    </Sheet>
  );
}

function Roles(): JSX.Element {
  const roles = useLive(["settings"], (signal) => ask<{ items: Role[] }>("GET /v1/roles", {}, { signal }), []);
  const [chosen, setChosen] = useState("");
  const how = (role: Role, field: string) => role.fields.includes(field);
  const edited = roles.data?.items.find((one) => one.name === chosen);
  return (
    <>
    <Sheet title={t("settings.roles")}>
      <p class="soft">{t("settings.roles.about")}</p>
      <Loaded of={roles}>{({ items }) => (
        <Rows label={t("settings.roles")} of={items} heads={[t("head.role"), t("settings.sees"), t("settings.masked"), t("settings.wants"), t("head.budget"), t("watch.act")]} row={(one) => {
          const full = one.fields.filter((name) => !name.includes(".")), masked = one.fields.filter((name) => name.endsWith(".mask")).map((name) => name.slice(0, -5)).filter((name) => !how(one, name));
          const wants = [one.reason ? t("settings.reason") : "", one.grant ? t("settings.grant") : "", one.pass ? t("settings.pass") : ""].filter(Boolean);
          return [<strong>{word("role", one.name)}</strong>, full.map((name) => word("field", name)).join(", ") || "–", masked.map((name) => word("field", name)).join(", ") || "–", wants.join(", ") || "–", t("people", { n: one.daily }), <button type="button" class="slim" aria-expanded={chosen === one.name} onClick={() => setChosen(chosen === one.name ? "" : one.name)}>{t("role.change")}</button>];
        }} />
      )}</Loaded>
    </Sheet>
    {edited ? <EditRole key={edited.name} role={edited} onChange={roles.again} onDone={() => setChosen("")} /> : null}
    </>
  );
}
