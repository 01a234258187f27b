// Team: who works here and how they get in, which keys there are, which secrets of the shop's own must be changed.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, askAll } from "../ui/api";
import { Choice, Confirm, Empty, Id, Input, Loaded, Note, Rows, Sheet, Tag, Time, Trouble, useAct } from "../ui/parts";
import { day, t, word } from "../ui/words";
import { Approvals } from "./approvals";
import { Leaving } from "./leaving";
import { Secrets } from "./secrets";
import { Form } from "./settings/form";
import { useLive } from "./live";
import { useShared } from "./state";

interface Colleague { id: string; name: string; email: string; role: string; state: string; created: string; passkeys: { name?: string }[] }
interface Key { id: string; name: string; role: string; holders: string[]; created: string; expires: string; unused_until: string; sessions: number; ended?: string }
interface Grant { id: string; subject: string; role?: string; key?: string; granter: string; made: string; expires: string; open: boolean }

export function Team(): JSX.Element {
  const { can } = useShared();
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("room.team")}</h1><p class="soft">{t("team.about")}</p></div>
      <Approvals />
      <People />
      {can("keys") ? <Keys /> : null}
      {can("grant") ? <Grants /> : null}
      {can("secrets") ? <Secrets /> : null}
    </>
  );
}

function useRoles(): [string, string][] {
  const { can } = useShared();
  const roles = useLive(["settings"], async (signal) => (can("roles") ? (await ask<{ items: { name: string }[] }>("GET /v1/roles", {}, { signal })).items : []), []);
  return (roles.data ?? []).map((one) => [one.name, word("role", one.name)]);
}

function People(): JSX.Element {
  const staff = useLive(["team"], (signal) => askAll<Colleague>("GET /v1/staff", {}, 2000, signal), []);
  const { self } = useShared();
  const roles = useRoles();
  const [leaving, setLeaving] = useState<Colleague>();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("support");
  const [invite, setInvite] = useState("");
  const [shown, setShown] = useState<Colleague>();
  const [changing, setChanging] = useState<Colleague>();
  const [wider, setWider] = useState("support");
  const [waits, setWaits] = useState(false);
  const add = useAct(), leave = useAct(), change = useAct();
  return (
    <>
      {shown ? <Leaving id={shown.id} name={shown.name} onClose={() => setShown(undefined)} /> : null}
    <Sheet title={t("team.people")}>
      <Loaded of={staff}>{({ items }) => (
        <Rows label={t("team.people")} of={items} heads={[t("team.name"), t("head.role"), t("head.state"), t("team.in"), t("team.since"), t("watch.act")]} row={(one) => [
          <span><strong>{one.name}</strong><br /><span class="small soft">{one.email}</span></span>, one.role ? word("role", one.role) : "–",
          <Tag tone={one.state === "active" ? "good" : one.state === "left" ? "plain" : "warn"}>{word("sstate", one.state)}</Tag>,
          one.state === "active" ? t(one.passkeys.length ? "team.passkey" : "team.password") : "–", day(one.created),
          one.state === "left" ? <button type="button" class="slim" onClick={() => setShown(one)}>{t("team.report")}</button> : one.id === self.reader ? "–" : (
            <span class="row">{roles.length ? <button type="button" class="slim" onClick={() => { setChanging(one); setWider(one.role); setWaits(false); }}>{t("team.role.change")}</button> : null}<button type="button" class="slim bad" onClick={() => setLeaving(one)}>{t("team.leaves")}</button></span>)]} />
      )}</Loaded>
      <h3>{t("team.add")}</h3>
      <form onSubmit={(event) => { event.preventDefault(); void add.run(async () => { const got = await ask<{ invite: string }>("POST /v1/staff", { name, email, role }); setInvite(got.invite); setName(""); setEmail(""); staff.again(); }); }}>
        <div class="pair"><Input label={t("team.name")} value={name} onValue={setName} required maxlength={100} /><Input label={t("team.email")} value={email} onValue={setEmail} type="email" required />{roles.length ? <Choice label={t("head.role")} value={role} onValue={setRole} of={roles} /> : null}</div>
        <Trouble of={add.problem} />
        {invite ? <Note tone="warn"><p role="status">{t("team.invite")}</p><code>{invite}</code><div><button type="button" class="slim" onClick={() => setInvite("")}>{t("team.handed")}</button></div></Note> : null}
        <div><button type="submit" disabled={add.busy}>{t("team.add.go")}</button></div>
      </form>
      <Confirm open={leaving !== undefined} title={t("team.leave.sure", { who: leaving?.name ?? "" })} yes={t("team.leaves")} tone="bad" busy={leave.busy} problem={leave.problem} onNo={() => setLeaving(undefined)}
        onYes={() => void leave.run(async () => { if (leaving) await ask("POST /v1/staff/{id}/leave", { id: leaving.id }); setShown(leaving); setLeaving(undefined); staff.again(); })}><p>{t("team.leave.about")}</p></Confirm>
      {waits ? <Note><p role="status">{t("team.role.waits")}</p></Note> : null}
      <Confirm open={changing !== undefined} title={t("team.role.title", { who: changing?.name ?? "" })} yes={t("team.role.change")} busy={change.busy} problem={change.problem} onNo={() => setChanging(undefined)}
        onYes={() => void change.run(async () => { if (changing) setWaits((await ask<{ approval?: string }>("POST /v1/staff/{id}/role", { id: changing.id, role: wider })).approval !== undefined); setChanging(undefined); staff.again(); })}>
        <p>{t("team.role.about")}</p><Choice label={t("head.role")} value={wider} onValue={setWider} of={roles} />
      </Confirm>
    </Sheet>
    </>
  );
}

function Grants(): JSX.Element {
  const { named, names } = useShared();
  const roles = useRoles();
  const grants = useLive(["team"], (signal) => askAll<Grant>("GET /v1/grants", {}, 500, signal), []);
  return (
    <Sheet title={t("team.grants")}>
      <p class="soft">{t("team.grants.about")}</p>
      <Loaded of={grants}>{({ items }) => items.length === 0 ? <Empty>{t("team.grants.none")}</Empty> : (
        <Rows label={t("team.grants")} of={items} heads={[t("team.grants.to"), t("person.title"), t("blank.source"), t("team.since"), t("team.ends"), t("head.state")]} row={(one) => [
          <strong>{one.role ? word("role", one.role) : named(one.key ?? "")}</strong>, <a href={`#/people/${one.subject}`}><Id of={one.subject} /></a>, word("reader", named(one.granter)), <Time at={one.made} />, <Time at={one.expires} />,
          <Tag tone={one.open ? "good" : "plain"}>{t(one.open ? "team.grants.open" : "team.ended")}</Tag>]} />
      )}</Loaded>
      <details>
        <summary>{t("team.grants.add")}</summary>
        <Form kind="grant" again={grants.again} send={({ whom, ...rest }) => { void whom; return ask("POST /v1/grants", rest); }}
          of={(values) => [
            { name: "subject" }, { name: "ticket", most: 64 },
            { name: "whom", of: [["role", t("head.role")], ["key", t("blast.key")]] },
            values["whom"] === "key" ? { name: "key", of: Object.entries(names).filter(([id]) => id.startsWith("key_")) } : { name: "role", of: roles, value: "support" },
            { name: "minutes", kind: "number", value: "60" }]} />
      </details>
    </Sheet>
  );
}

function Keys(): JSX.Element {
  const { named, names } = useShared();
  const roles = useRoles();
  const [made, setMade] = useState("");
  const keys = useLive(["team"], (signal) => askAll<Key>("GET /v1/keys", {}, 2000, signal), []);
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
      {made ? <Note tone="warn"><p role="status">{t("team.key.once")}</p><code>{made}</code><div><button type="button" class="slim" onClick={() => setMade("")}>{t("team.handed")}</button></div></Note> : null}
      {roles.length ? (
        <details>
          <summary>{t("team.key.add")}</summary>
          <p class="soft">{t("team.key.about")}</p>
          <Form kind="key" again={keys.again} send={async ({ holder, networks, ...rest }) => {
            const got = await ask<{ key?: string; approval?: string }>("POST /v1/keys", {
              ...rest, ...(holder ? { holders: [holder] } : {}), ...(networks ? { networks: String(networks).split(/[\s,]+/).filter(Boolean) } : {}) });
            setMade(got.key ?? "");
            return got;
          }} of={() => [
            { name: "name" }, { name: "role", of: roles, value: "auditor" }, { name: "days", kind: "number", value: "14" },
            { name: "holder", of: [["", t("team.nobody")], ...Object.entries(names).filter(([id]) => id.startsWith("staff_"))] },
            { name: "public_key", kind: "area", optional: true }, { name: "networks", optional: true }]} />
        </details>) : null}
      <Confirm open={ending !== undefined} title={t("team.end.sure", { name: ending?.name || ending?.id || "" })} yes={t("team.end")} tone="bad" busy={act.busy} problem={act.problem} onNo={() => setEnding(undefined)}
        onYes={() => void act.run(async () => { if (ending) await ask("DELETE /v1/keys/{id}", { id: ending.id }); setEnding(undefined); keys.again(); })}><p>{t("team.end.about")}</p></Confirm>
    </Sheet>
  );
}
