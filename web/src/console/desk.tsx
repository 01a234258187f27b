// The desk: what people complain of, ask, tell of or want by right, the soonest due first. The list tells neither who nor what.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, askAll } from "../ui/api";
import { Choice, Countdown, Empty, Id, Loaded, Note, Rows, Sheet, Tag, Time } from "../ui/parts";
import { LANGUAGES, language, t, word } from "../ui/words";
import { useLive } from "./live";
import { Form } from "./settings/form";
import type { Incident, Ticket } from "./shapes";
import { usePlace, useShared } from "./state";
import { OneTicket, ticketTone } from "./ticket";

const STATES = ["open", "answered", "closed", "forgotten"], KINDS = ["complaint", "question", "scam", "rights"];
const MOST = 2000, AT_ONCE = 20;

export function Desk(): JSX.Element {
  const at = usePlace();
  return at[1] ? <OneTicket key={at[1]} id={at[1]} /> : <All />;
}

const soonest = (a: Ticket, b: Ticket) => (a.due ?? "9").localeCompare(b.due ?? "9") || a.opened.localeCompare(b.opened);

function All(): JSX.Element {
  const { named } = useShared();
  const [state, setState] = useState("open"), [kind, setKind] = useState(""), [shown, setShown] = useState(AT_ONCE);
  const tickets = useLive(["desk"], (signal) => askAll<Ticket>("GET /v1/desk/tickets", { state, kind, limit: 500 }, MOST, signal), [state, kind]);
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("room.desk")}</h1><p class="soft">{t("desk.about")}</p></div>
      <Sheet title={t("desk.list")}>
        <div class="pair">
          <Choice label={t("head.state")} value={state} onValue={(value) => { setState(value); setShown(AT_ONCE); }} of={STATES.map((one) => [one, word("tstate", one)])} />
          <Choice label={t("blank.ticket.kind")} value={kind} onValue={(value) => { setKind(value); setShown(AT_ONCE); }} of={[["", t("search.anything")], ...KINDS.map((one): [string, string] => [one, word("tkind", one)])]} />
        </div>
        <Loaded of={tickets}>{({ items, more }) => items.length === 0 ? <Empty>{t("desk.none")}</Empty> : (
          <div class="stack">
            <Rows label={t("desk.list")} of={[...items].sort(soonest).slice(0, shown)} heads={[t("desk.ticket"), t("clock.due"), t("head.state"), t("incidents.owner"), t("desk.opened")]} row={(one) => [
              <a href={`#/desk/${one.id}`}>{word("tkind", one.kind)} <Id of={one.id} /></a>, one.due ? <Countdown due={one.due} /> : "–", <Tag tone={ticketTone(one)}>{word("tstate", one.state)}</Tag>,
              one.owner ? word("reader", named(one.owner)) : t("desk.nobody"), <Time at={one.opened} />]} />
            {items.length > shown ? <div class="row"><button type="button" onClick={() => setShown(shown + AT_ONCE)}>{t("more")}</button><span class="small soft">{t("contact.shown", { n: shown, of: items.length })}</span></div> : null}
            {more ? <Note tone="warn"><p>{t("desk.bound", { n: items.length })}</p></Note> : null}
          </div>
        )}</Loaded>
      </Sheet>
      <TakeIn again={tickets.again} />
    </>
  );
}

/** What came by telephone or across the counter. */
function TakeIn({ again }: { again: () => void }): JSX.Element {
  const { can } = useShared();
  const incidents = useLive(["incidents"], async (signal) => (can("incident") ? (await askAll<Incident>("GET /v1/incidents", {}, 500, signal)).items : []), []);
  const [made, setMade] = useState<{ id: string; due: string }>();
  return (
    <Sheet title={t("desk.take")}>
      <p class="soft">{t("desk.take.about")}</p>
      <Form kind="ticket" again={again} send={async (members) => { setMade(undefined); setMade(await ask<{ id: string; due: string }>("POST /v1/desk/tickets", members)); return {}; }}
        of={(values) => [
          { name: "kind", of: KINDS.map((one) => [one, word("tkind", one)]) }, { name: "text", kind: "area", most: 2600 },
          ...(values["kind"] === "scam" ? [{ name: "sender", optional: true, most: 100 }] : []),
          { name: "subject", optional: true }, { name: "contact", kind: "email", optional: true, most: 254 },
          { name: "country", optional: true, most: 2 }, { name: "lang", of: Object.entries(LANGUAGES), value: language() },
          ...(incidents.data?.length ? [{ name: "incident", of: [["", t("desk.of_none")], ...incidents.data.map((one): [string, string] => [one.id, one.title])] as [string, string][] }] : [])]} />
      {made ? <p role="status"><a href={`#/desk/${made.id}`}><Id of={made.id} /></a> {t("clock.due")}: <Time at={made.due} /></p> : null}
    </Sheet>
  );
}
