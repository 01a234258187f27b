// Settings: how these pages look to whoever reads them, and what the whole shop goes by.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../ui/api";
import { Choice, Empty, Loaded, Rows, Sheet, Tag, useAsk } from "../ui/parts";
import { t, word } from "../ui/words";
import { EditRole, type Role } from "./role";
import { putTheme, theme, type Theme } from "./theme";
import { useShared } from "./state";

interface Mail { url: string; from: string; name: string; lang?: string }
interface Sink { id: string; kind: string; state: string; severity: string }

export function Settings(): JSX.Element {
  const { can } = useShared();
  const [chosen, setChosen] = useState<Theme>(theme());
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("room.settings")}</h1><p class="soft">{t("settings.about")}</p></div>
      <Sheet title={t("settings.look")}>
        <Choice label={t("settings.theme")} value={chosen} onValue={(one) => { setChosen(one as Theme); putTheme(one as Theme); }} of={[["auto", t("theme.auto")], ["light", t("theme.light")], ["dark", t("theme.dark")]]} />
      </Sheet>
      {can("roles") ? <Roles /> : null}
      {can("settings") ? <Post /> : null}
    </>
  );
}

function Roles(): JSX.Element {
  const roles = useAsk((signal) => ask<{ items: Role[] }>("GET /v1/roles", {}, { signal }), []);
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

function Post(): JSX.Element {
  const mail = useAsk((signal) => ask<Mail>("GET /v1/mail", {}, { signal }).catch((error: { problem?: { status: number } }) => { if (error.problem?.status === 404) return null; throw error; }), []);
  const sinks = useAsk((signal) => ask<{ items: Sink[] }>("GET /v1/sinks", {}, { signal }), []);
  return (
    <Sheet title={t("settings.post")}>
      <p class="soft">{t("settings.post.about")}</p>
      <Loaded of={mail}>{(got) => got === null ? <Empty>{t("settings.no_mail")}</Empty> : <dl class="facts"><dt>{t("settings.host")}</dt><dd><code>{got.url}</code></dd><dt>{t("settings.from")}</dt><dd>{got.name} <code>{got.from}</code></dd></dl>}</Loaded>
      <h3>{t("settings.sinks")}</h3>
      <Loaded of={sinks}>{({ items }) => items.length === 0 ? <Empty>{t("settings.no_sinks")}</Empty> : <p>{t("settings.count", { n: items.length })}: {items.map((one) => <span key={one.id}><Tag>{one.kind}</Tag> </span>)}</p>}</Loaded>
    </Sheet>
  );
}
