// One ticket: its words are a look, so they are asked for by hand, and stand in memory until time is over or the page is hidden or left.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ask } from "../ui/api";
import { Choice, Countdown, Id, Input, Note, Sheet, Tag, Time, Trouble, useAct, type Tone } from "../ui/parts";
import { t, word } from "../ui/words";
import type { Ticket } from "./shapes";
import { useShared } from "./state";

const SHOWN_S = 600; // long enough to read and to answer; what was written for an answer stays longer

interface TicketLine { line: number; entry: number; time: string; reader: string; state: string; act?: string; text?: string; contact?: string; sender?: string; lang?: string; country?: string; basis?: string }
interface Right { regime: string; title: string; text: string; source: string }
interface Shown extends Ticket { subject?: string; incident?: string; lines: TicketLine[]; rights: Right[] }

export function ticketTone(one: Ticket): Tone { return one.overdue ? "bad" : one.state === "open" ? "warn" : one.state === "answered" ? "good" : "plain"; }

export function OneTicket({ id }: { id: string }): JSX.Element {
  const [shown, setShown] = useState<Shown>();
  const act = useAct();
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => setShown(undefined), SHOWN_S * 1000);
    const unseen = () => { if (document.hidden) setShown(undefined); };
    document.addEventListener("visibilitychange", unseen);
    return () => { clearTimeout(timer); document.removeEventListener("visibilitychange", unseen); };
  }, [shown]);
  const look = () => act.run(async () => setShown(await ask<Shown>("GET /v1/desk/tickets/{id}", { id })));
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{shown ? word("tkind", shown.kind) : t("desk.ticket")}</h1><a href="#/desk">{t("desk.back")}</a><p class="soft"><Id of={id} /></p></div>
      <Sheet title={t("desk.said")} side={shown ? <Tag tone={ticketTone(shown)}>{word("tstate", shown.state)}</Tag> : undefined}>
        <Trouble of={act.problem} />
        {shown ? <Said of={shown} onHide={() => setShown(undefined)} /> : (
          <div class="row"><button type="button" class="main" disabled={act.busy} onClick={() => void look()}>{t("desk.show")}</button><span class="soft small">{t("people.logged")}</span></div>)}
      </Sheet>
      <Acts id={id} shown={shown} again={look} />
      {shown?.rights.length ? <Rights of={shown} /> : null}
    </>
  );
}

function Said({ of, onHide }: { of: Shown; onHide: () => void }): JSX.Element {
  const { named, can } = useShared();
  const first = of.lines[0];
  return (
    <div class="stack">
      <div class="row apart"><p class="soft small">{t("desk.vanish", { n: SHOWN_S / 60 })}</p><button type="button" onClick={onHide}>{t("person.hide")}</button></div>
      <dl class="facts">
        {of.due ? <><dt>{t("clock.due")}</dt><dd><Countdown due={of.due} /> <Time at={of.due} />{first?.basis ? <span class="small soft"> · {first.basis === "policy" ? t("desk.policy") : <code>{first.basis}</code>}</span> : null}</dd></> : null}
        <dt>{t("incidents.owner")}</dt><dd>{of.owner ? word("reader", named(of.owner)) : t("desk.nobody")}</dd>
        {of.subject ? <><dt>{t("person.title")}</dt><dd><a href={`#/people/${of.subject}`}><Id of={of.subject} /></a></dd></> : null}
        {of.incident ? <><dt>{t("blank.ticket.incident")}</dt><dd><a href={`#/incidents/${of.incident}`}><Id of={of.incident} /></a></dd></> : null}
        {first?.sender ? <><dt>{t("blank.ticket.sender")}</dt><dd><span class="value">{first.sender}</span></dd></> : null}
        {first?.contact ? <><dt>{t("blank.ticket.contact")}</dt><dd><span class="value">{first.contact}</span></dd></> : null}
        {first?.country ? <><dt>{t("person.country")}</dt><dd>{first.country}</dd></> : null}
        {first?.lang ? <><dt>{t("person.speaks")}</dt><dd>{word("lang", first.lang)}</dd></> : null}
      </dl>
      <ol class="plain stack">{of.lines.map((one) => (
        <li key={one.line} class="line">
          <span class="small soft">{t("timeline.line", { n: String(one.line) })} · <Time at={one.time} /> · {word("reader", named(one.reader))}{can("ledger") ? <> · <a href={`#/ledger/${one.entry}`}>{t("seen.entry", { n: one.entry })}</a></> : null}</span>
          <strong>{word("tact", (one.act ?? "opened").replaceAll(" ", "_"))}</strong>
          {one.text ? <p class="said" lang={one.line === 1 ? one.lang ?? "" : ""}>{one.text}</p> : null}
        </li>))}</ol>
    </div>
  );
}

const ACTS = ["answer", "escalate", "note", "close"];

/** What may be done stays on the page while the words of the ticket do not: nobody loses a letter to a clock. */
function Acts({ id, shown, again }: { id: string; shown: Shown | undefined; again: () => Promise<void> }): JSX.Element | null {
  const { self, names } = useShared();
  const [what, setWhat] = useState("answer"), [text, setText] = useState(""), [mail, setMail] = useState(true), [whom, setWhom] = useState(self.reader);
  const [done, setDone] = useState(false);
  const act = useAct();
  if (!shown && text === "") return null;
  if (shown && (shown.state === "closed" || shown.state === "forgotten")) return <Note><p>{t(shown.state === "closed" ? "desk.closed" : "desk.forgotten")}</p></Note>;
  const post = shown ? shown.subject !== undefined || (shown.lines[0]?.contact ?? "") !== "" : false;
  const people = Object.entries(names).filter(([one]) => one.startsWith("staff_") && one !== self.reader).sort((a, b) => a[1].localeCompare(b[1]));
  const go = () => act.run(async () => {
    setDone(false);
    await ask("POST /v1/desk/tickets/{id}/{act}", { id, act: what, text, ...(what === "answer" && post && mail ? { mail: true } : {}), ...(what === "escalate" ? { who: whom } : {}) });
    setText("");
    setDone(true);
    await again();
  });
  return (
    <Sheet title={t("desk.act")}>
      <form autoComplete="off" onSubmit={(event) => { event.preventDefault(); void go(); }}>
        <div class="pair">
          <Choice label={t("desk.what")} value={what} onValue={setWhat} of={ACTS.map((one) => [one, t(`desk.do.${one}`)])} />
          {what === "escalate" ? <Choice label={t("desk.whom")} value={whom} onValue={setWhom} of={[[self.reader, t("desk.me")], ...people]} /> : null}
        </div>
        <Input label={t(`desk.text.${what}`)} value={text} onValue={setText} area required maxlength={2600} />
        {what === "answer" ? post ? <label class="check"><input type="checkbox" checked={mail} onChange={(event) => setMail(event.currentTarget.checked)} /><span>{t("desk.mail")}</span></label> : <p class="soft small">{t("desk.no_address")}</p> : null}
        <Trouble of={act.problem} />
        {done ? <Note tone="good"><p role="status">{t("pin.done")}</p></Note> : null}
        <div><button type="submit" class={what === "close" ? "bad" : "main"} disabled={act.busy || !shown}>{t(`desk.do.${what}`)}</button></div>
      </form>
    </Sheet>
  );
}

/** What the law of their country gives them, in their own language: to be read out, or put into an answer. */
function Rights({ of }: { of: Shown }): JSX.Element {
  return (
    <Sheet title={t("desk.rights")}>
      <p class="soft">{t("desk.rights.about")}</p>
      <ul class="plain stack" lang={of.lines[0]?.lang ?? ""}>{of.rights.map((one) => <li key={one.regime} class="line"><strong>{one.title}</strong><p class="said">{one.text}</p><span class="small soft">{one.source}</span></li>)}</ul>
    </Sheet>
  );
}
