// Team: who works here and how they get in, which keys there are, which secrets of the shop's own must be changed.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, askAll } from "../ui/api";
import { Choice, Confirm, Empty, Input, Loaded, Note, Rows, Sheet, Tag, Time, Trouble, useAct, useAsk } from "../ui/parts";
import { day, t, word } from "../ui/words";
import { Approvals } from "./approvals";
import { useShared } from "./state";

interface Colleague { id: string; name: string; email: string; role: string; state: string; created: string; passkeys: { name?: string }[] }
interface Key { id: string; name: string; role: string; holders: string[]; created: string; expires: string; unused_until: string; sessions: number; ended?: string }
interface Secret { id: string; name: string; kind: string; state: string; holders: string[]; age_days: number; rotate_by: string }

export function Team(): JSX.Element {
  const { can } = useShared();
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("room.team")}</h1><p class="soft">{t("team.about")}</p></div>
      <Approvals />
      <People />
      {can("keys") ? <Keys /> : null}
      {can("secrets") ? <Secrets /> : null}
    </>
  );
}

function useRoles(): [string, string][] {
  const { can } = useShared();
  const roles = useAsk(async (signal) => (can("roles") ? (await ask<{ items: { name: string }[] }>("GET /v1/roles", {}, { signal })).items : []), []);
  return (roles.data ?? []).map((one) => [one.name, word("role", one.name)]);
}

function People(): JSX.Element {
  const staff = useAsk((signal) => askAll<Colleague>("GET /v1/staff", {}, 2000, signal), []);
  const { self } = useShared();
  const roles = useRoles();
  const [leaving, setLeaving] = useState<Colleague>();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("support");
  const [invite, setInvite] = useState("");
  const add = useAct(), leave = useAct();
  return (
    <Sheet title={t("team.people")}>
      <Loaded of={staff}>{({ items }) => (
        <Rows label={t("team.people")} of={items} heads={[t("team.name"), t("head.role"), t("head.state"), t("team.in"), t("team.since"), t("watch.act")]} row={(one) => [
          <span><strong>{one.name}</strong><br /><span class="small soft">{one.email}</span></span>, one.role ? word("role", one.role) : "–",
          <Tag tone={one.state === "active" ? "good" : one.state === "left" ? "plain" : "warn"}>{word("sstate", one.state)}</Tag>,
          one.state === "active" ? t(one.passkeys.length ? "team.passkey" : "team.password") : "–", day(one.created),
          one.state !== "left" && one.id !== self.reader ? <button type="button" class="slim bad" onClick={() => setLeaving(one)}>{t("team.leaves")}</button> : "–"]} />
      )}</Loaded>
      <h3>{t("team.add")}</h3>
      <form onSubmit={(event) => { event.preventDefault(); void add.run(async () => { const got = await ask<{ invite: string }>("POST /v1/staff", { name, email, role }); setInvite(got.invite); setName(""); setEmail(""); staff.again(); }); }}>
        <div class="pair"><Input label={t("team.name")} value={name} onValue={setName} required maxlength={100} /><Input label={t("team.email")} value={email} onValue={setEmail} type="email" required />{roles.length ? <Choice label={t("head.role")} value={role} onValue={setRole} of={roles} /> : null}</div>
        <Trouble of={add.problem} />
        {invite ? <Note tone="warn"><p role="status">{t("team.invite")}</p><code>{invite}</code><div><button type="button" class="slim" onClick={() => setInvite("")}>{t("team.handed")}</button></div></Note> : null}
        <div><button type="submit" disabled={add.busy}>{t("team.add.go")}</button></div>
      </form>
      <Confirm open={leaving !== undefined} title={t("team.leave.sure", { who: leaving?.name ?? "" })} yes={t("team.leaves")} tone="bad" busy={leave.busy} problem={leave.problem} onNo={() => setLeaving(undefined)}
        onYes={() => void leave.run(async () => { if (leaving) await ask("POST /v1/staff/{id}/leave", { id: leaving.id }); setLeaving(undefined); staff.again(); })}><p>{t("team.leave.about")}</p></Confirm>
    </Sheet>
  );
}

function Keys(): JSX.Element {
  const { named } = useShared();
  const keys = useAsk((signal) => askAll<Key>("GET /v1/keys", {}, 2000, signal), []);
  const [ending, setEnding] = useState<Key>();
  const act = useAct();
  return (
    <Sheet title={t("team.keys")}>
      <p class="soft">{t("team.keys.about")}</p>
      <Loaded of={keys}>{({ items }) => items.length === 0 ? <Empty>{t("blast.none")}</Empty> : (
        <Rows label={t("team.keys")} of={items} heads={[t("team.name"), t("head.role"), t("team.holders"), t("team.since"), t("team.ends"), t("watch.act")]} row={(one) => [
          <strong>{one.name || one.id}</strong>, word("role", one.role), one.holders.length ? one.holders.map(named).join(", ") : t("team.nobody"), day(one.created), day(one.expires),
          one.ended ? <Tag tone="plain">{t("team.ended")}</Tag> : <button type="button" class="slim bad" onClick={() => setEnding(one)}>{t("team.end")}</button>]} />
      )}</Loaded>
      <Confirm open={ending !== undefined} title={t("team.end.sure", { name: ending?.name || ending?.id || "" })} yes={t("team.end")} tone="bad" busy={act.busy} problem={act.problem} onNo={() => setEnding(undefined)}
        onYes={() => void act.run(async () => { if (ending) await ask("DELETE /v1/keys/{id}", { id: ending.id }); setEnding(undefined); keys.again(); })}><p>{t("team.end.about")}</p></Confirm>
    </Sheet>
  );
}

function Secrets(): JSX.Element {
  const { named } = useShared();
  const secrets = useAsk((signal) => askAll<Secret>("GET /v1/secrets", {}, 2000, signal), []);
  return (
    <Sheet title={t("team.secrets")}>
      <p class="soft">{t("team.secrets.about")}</p>
      <Loaded of={secrets}>{({ items }) => items.length === 0 ? <Empty>{t("team.secrets.none")}</Empty> : (
        <Rows label={t("team.secrets")} of={items} heads={[t("team.name"), t("team.kind"), t("head.state"), t("team.holders"), t("team.age"), t("team.change_by")]} row={(one) => [
          <strong>{one.name}</strong>, word("secret", one.kind), <Tag tone={one.state === "good" ? "good" : "bad"}>{word("secstate", one.state)}</Tag>, one.holders.length ? one.holders.map(named).join(", ") : t("team.nobody"), t("team.days", { n: one.age_days }), <Time at={one.rotate_by} />]} />
      )}</Loaded>
    </Sheet>
  );
}
