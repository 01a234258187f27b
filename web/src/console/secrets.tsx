// Secrets of the shop's own systems, never the secrets themselves: registered, who knows each, and that one was changed and the old one seen dead.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, askAll } from "../ui/api";
import { Choice, Confirm, Empty, Input, Loaded, Rows, Sheet, Tag, Time, Trouble, useAct } from "../ui/parts";
import { t, word } from "../ui/words";
import { useLive } from "./live";
import { useShared } from "./state";

interface Secret { id: string; name: string; kind: string; state: string; holders: string[]; age_days: number; rotate_by: string }
const KINDS = ["signing_key", "database", "cloud", "server", "api", "password", "other"];

export function Secrets(): JSX.Element {
  const { named, names } = useShared();
  const secrets = useLive(["team"], (signal) => askAll<Secret>("GET /v1/secrets", {}, 2000, signal), []);
  const staff = Object.entries(names).filter(([id]) => id.startsWith("staff_"));
  const [at, setAt] = useState<{ secret: Secret; act: "rotated" | "holders" }>();
  const [name, setName] = useState("");
  const [kind, setKind] = useState("signing_key");
  const [holder, setHolder] = useState("");
  const [proof, setProof] = useState("");
  const [dead, setDead] = useState("");
  const add = useAct(), act = useAct();
  const done = () => { setAt(undefined); setProof(""); setDead(""); setHolder(""); act.clear(); };
  const yes = () => act.run(async () => {
    if (at?.act === "rotated") await ask("POST /v1/secrets/{id}/rotated", { id: at.secret.id, proof, old_dead: dead });
    else if (at) await ask("POST /v1/secrets/{id}/holders", { id: at.secret.id, holders: [holder || staff[0]?.[0] || ""] });
    done();
    secrets.again();
  });
  return (
    <Sheet title={t("team.secrets")}>
      <p class="soft">{t("team.secrets.about")}</p>
      <Loaded of={secrets}>{({ items }) => items.length === 0 ? <Empty>{t("team.secrets.none")}</Empty> : (
        <Rows label={t("team.secrets")} of={items} heads={[t("team.name"), t("team.kind"), t("head.state"), t("team.holders"), t("team.change_by"), t("watch.act")]} row={(one) => [
          <strong>{one.name}</strong>, word("secret", one.kind), <Tag tone={one.state === "good" ? "good" : "bad"}>{word("secstate", one.state)}</Tag>, one.holders.length ? one.holders.map(named).join(", ") : t("team.nobody"), <span><Time at={one.rotate_by} /><br /><span class="small soft">{t("team.days", { n: one.age_days })}</span></span>,
          <span class="row"><button type="button" class="slim" onClick={() => setAt({ secret: one, act: "holders" })}>{t("team.secret.hold")}</button><button type="button" class="slim" onClick={() => setAt({ secret: one, act: "rotated" })}>{t("team.secret.rotated")}</button></span>]} />
      )}</Loaded>
      <form onSubmit={(event) => { event.preventDefault(); void add.run(async () => { await ask("POST /v1/secrets", { name, kind }); setName(""); secrets.again(); }); }}>
        <div class="pair"><Input label={t("team.secret.name")} value={name} onValue={setName} required maxlength={100} autocomplete="off" /><Choice label={t("team.kind")} value={kind} onValue={setKind} of={KINDS.map((one) => [one, word("secret", one)])} /></div>
        <Trouble of={add.problem} />
        <div><button type="submit" disabled={add.busy}>{t("team.secret.add")}</button></div>
      </form>
      <Confirm open={at !== undefined} title={at?.secret.name ?? ""} yes={t(at?.act === "rotated" ? "team.secret.rotated" : "timeline.add")} busy={act.busy} problem={act.problem} onNo={done} onYes={() => void yes()}>
        {at?.act === "rotated" ? <><Input label={t("team.secret.proof")} value={proof} onValue={setProof} required maxlength={500} /><Input label={t("team.secret.dead")} value={dead} onValue={setDead} required maxlength={500} /></>
          : <Choice label={t("team.secret.hold")} value={holder || staff[0]?.[0] || ""} onValue={setHolder} of={staff} />}
      </Confirm>
    </Sheet>
  );
}
