// How many people a reader, a holder, a network, a role or the whole shop may look at: less holds at once, more takes two.
import type { JSX } from "preact";
import { ask } from "../../ui/api";
import { Empty, Loaded, Rows, Sheet } from "../../ui/parts";
import { number, t, word } from "../../ui/words";
import { useLive } from "../live";
import { useShared } from "../state";
import { Form } from "./form";

interface Limit { scope: string; id: string; minute: number; hour: number; daily: number; monthly: number }
const WINDOWS = ["minute", "hour", "daily", "monthly"] as const;

export function Limits(): JSX.Element {
  const { names, named, can } = useShared();
  const limits = useLive(["settings"], (signal) => ask<{ items: Limit[] }>("GET /v1/budgets", {}, { signal }), []);
  const roles = useLive(["settings"], async (signal) => (can("roles") ? (await ask<{ items: { name: string }[] }>("GET /v1/roles", {}, { signal })).items : []), []);
  const people = Object.entries(names).sort((a, b) => a[1].localeCompare(b[1]));
  const whom = (scope: string): [string, string][] => scope === "role" ? (roles.data ?? []).map((one) => [one.name, word("role", one.name)]) : scope === "holder" ? people.filter(([id]) => id.startsWith("staff_")) : people;
  return (
    <>
      <Sheet title={t("limit.title")}>
        <p class="soft">{t("limit.about")}</p>
        <Loaded of={limits}>{({ items }) => items.length === 0 ? <Empty>{t("limit.none")}</Empty> : (
          <Rows label={t("limit.title")} of={items} heads={[t("limit.of"), ...WINDOWS.map((one) => t(`blank.limit.${one}`))]} row={(one) => [
            <span><strong>{word("limitscope", one.scope)}</strong>{one.id ? <><br /><span class="small soft">{one.scope === "role" ? word("role", one.id) : named(one.id)}</span></> : null}</span>,
            ...WINDOWS.map((window) => (one[window] > 0 ? number(one[window]) : t("limit.own")))]} />
        )}</Loaded>
      </Sheet>
      <Sheet title={t("limit.change")}>
        <Form kind="limit" again={limits.again} send={({ scope, ...rest }) => ask("POST /v1/budgets", { scope, ...rest })}
          of={(values) => { const scope = values["scope"] ?? "role"; return [
            { name: "scope", of: ["role", "reader", "holder", "network", "shop"].map((one) => [one, word("limitscope", one)]) },
            ...(scope === "shop" ? [] : scope === "network" ? [{ name: "id" }] : [{ name: "id", of: whom(scope) }]),
            ...WINDOWS.filter((one) => scope !== "network" || one !== "monthly").map((name) => ({ name, kind: "number" as const, optional: true }))]; }} />
      </Sheet>
    </>
  );
}
