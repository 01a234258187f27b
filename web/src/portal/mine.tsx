// Was I affected, and what of mine: by a one-time code to one's own mailbox, in this browser alone.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, Refused } from "../ui/api";
import { Input, Note, Sheet, Trouble, useAct } from "../ui/parts";
import { day, language, moment, t, word } from "../ui/words";
import { SeenBy } from "./seen";
import type { Asked, Held, Leak, Mine as Told, Shop } from "./shapes";
import { helpFor } from "./safe";
import { Payee } from "./payee";
import { Vouchers } from "./vouchers";

function AskCode({ onAsked }: { onAsked: (asked: Asked) => void }): JSX.Element {
  const [email, setEmail] = useState("");
  const { busy, problem, run } = useAct();
  const send = () => run(async () => {
    const asked = await ask<Asked>("POST /v1/portal/code", { email: email.trim(), lang: language() });
    setEmail("");
    onAsked(asked);
  });
  return (
    <form class="sheet" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <Input label={t("mine.email")} hint={t("mine.email.hint")} type="email" inputmode="email" autocomplete="email" value={email} onValue={setEmail} required maxlength={254} />
      <div class="row"><button type="submit" class="main" disabled={busy}>{t("mine.send")}</button></div>
      <Trouble of={problem} />
    </form>
  );
}

function EnterCode({ asked, onIn, onAgain }: { asked: Asked; onIn: () => void; onAgain: () => void }): JSX.Element {
  const [code, setCode] = useState("");
  const at = useRef<HTMLDivElement>(null);
  const { busy, problem, run } = useAct();
  useEffect(() => at.current?.focus(), []);
  return (
    <form class="sheet" onSubmit={(event) => { event.preventDefault(); void run(async () => { await ask("POST /v1/portal/enter", { code }); setCode(""); onIn(); }); }}>
      <div ref={at} tabIndex={-1} role="status" class="note">
        <p class="strong">{t("mine.sent")}</p>
        <p>{t(asked.wait_s > 60 ? "mine.wait" : "mine.soon", { n: Math.ceil(asked.wait_s / 60), minutes: asked.minutes })}</p>
      </div>
      <Input label={t("mine.code")} hint={t("mine.code.hint")} value={code} onValue={setCode} required inputmode="numeric" autocomplete="one-time-code" maxlength={12} />
      <div class="row">
        <button type="submit" class="main" disabled={busy}>{t("mine.enter")}</button>
        <button type="button" onClick={onAgain}>{t("mine.another")}</button>
      </div>
      <Trouble of={problem} />
      <details><summary>{t("mine.none")}</summary><ul class="list">{["spam", "other", "changed"].map((one) => <li key={one}>{t(`mine.none.${one}`)}</li>)}<li>{t("mine.none.lost")} <a href="#/write">{t("mine.none.write")}</a></li></ul></details>
    </form>
  );
}

const names = (fields: string[]) => fields.map((field) => word("field", field));

function LeakSheet({ leak }: { leak: Leak }): JSX.Element {
  return (
    <Sheet title={leak.known.length > 0 ? t("mine.leak.known") : t("mine.leak.possible")}>
      {leak.known.length > 0 ? <ul class="list strong">{names(leak.known).map((name) => <li key={name}>{name}</li>)}</ul> : null}
      {leak.possible.length > 0 ? <div class="stack tight"><p>{t("mine.leak.maybe")}</p><ul class="list">{names(leak.possible).map((name) => <li key={name}>{name}</li>)}</ul></div> : null}
      <dl class="facts">
        {leak.since ? <><dt>{t("mine.leak.when")}</dt><dd>{t(leak.until ? "mine.leak.span" : "mine.leak.since", { since: day(leak.since), until: day(leak.until) })}</dd></> : null}
        <dt>{t("mine.leak.told")}</dt><dd>{moment(leak.told)}</dd>
      </dl>
      <h3>{t("safe.do")}</h3>
      <ul class="list">{helpFor([...leak.known, ...leak.possible]).map((key) => <li key={key}>{t(key)}</li>)}<li>{t("notice.advice.never")}</li></ul>
    </Sheet>
  );
}

/** A value or a list of them, as the vault masks them. */
function flat(value: unknown): string {
  if (Array.isArray(value)) return value.map(flat).join("; ");
  if (typeof value === "object" && value !== null) return Object.values(value).map(flat).join(", ");
  return String(value ?? "");
}

function MyData(): JSX.Element {
  const [notice, setNotice] = useState("");
  const [held, setHeld] = useState<Held>();
  const { busy, problem, run } = useAct();
  useEffect(() => {
    if (!held) return;
    const hide = () => { if (document.hidden) setHeld(undefined); };
    const timer = setTimeout(() => setHeld(undefined), 120000);
    document.addEventListener("visibilitychange", hide);
    return () => { clearTimeout(timer); document.removeEventListener("visibilitychange", hide); };
  }, [held]);
  return (
    <Sheet title={t("mine.data")}>
      {held ? (
        <>
          <p class="soft">{t("mine.data.masked")}</p>
          <dl class="facts held">{Object.entries(held).map(([name, value]) => { const field = name.replace(/\.mask$/, ""); return [<dt key={field}>{word("field", field)}</dt>, <dd key={`${field}:`} class="number">{flat(value)}</dd>]; })}</dl>
          <div><button type="button" onClick={() => setHeld(undefined)}>{t("mine.data.hide")}</button></div>
        </>
      ) : (
        <form onSubmit={(event) => { event.preventDefault(); void run(async () => { setHeld((await ask<{ fields: Held }>("POST /v1/portal/data", { notice: notice.trim() })).fields); setNotice(""); }); }}>
          <p>{t("mine.data.about")}</p>
          <Input label={t("message.code")} hint={t("message.code.hint")} value={notice} onValue={setNotice} required maxlength={64} autocomplete="off" />
          <div class="row"><button type="submit" disabled={busy}>{t("mine.data.show")}</button></div>
          <Trouble of={problem} />
        </form>
      )}
    </Sheet>
  );
}

function Inside({ told, onOut }: { told: Told; onOut: () => void }): JSX.Element {
  const leave = () => { void ask("POST /v1/portal/leave", {}, { quiet: true }).catch(() => undefined).then(onOut); };
  return (
    <>
      <div class="row apart"><p class="soft">{t("mine.until", { time: moment(told.until) })}</p><button type="button" class="slim" onClick={leave}>{t("mine.leave")}</button></div>
      {told.accounts.map((account, at) => (
        <div key={at} class="stack wide-gap">
          {told.accounts.length > 1 ? <h2>{t("mine.account", { n: at + 1 })}</h2> : null}
          {account.leaks.length === 0 ? <Note tone="good"><p class="strong">{t("mine.nothing")}</p><p>{t("mine.nothing.about")}</p></Note> : null}
          {account.leaks.map((leak) => <LeakSheet key={leak.told} leak={leak} />)}
          <Vouchers account={at} />
          <SeenBy account={at} />
        </div>
      ))}
      {told.payee ? <Payee /> : null}
      <MyData />
    </>
  );
}

export function Mine(_: { shop: Shop }): JSX.Element {
  const [told, setTold] = useState<Told | null>();
  const [asked, setAsked] = useState<Asked>();
  const load = async () => {
    try { setTold(await ask<Told>("GET /v1/portal/mine", {}, { quiet: true })); } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setTold(null);
    }
  };
  useEffect(() => { void load(); }, []);
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("room.mine")}</h1>{told ? null : <p>{t("mine.about")}</p>}</div>
      {told === undefined ? <p class="loading" role="status">{t("loading")}</p>
        : told ? <Inside told={told} onOut={() => { setTold(null); setAsked(undefined); }} />
          : asked ? <EnterCode asked={asked} onIn={() => void load()} onAgain={() => setAsked(undefined)} /> : <AskCode onAsked={setAsked} />}
    </>
  );
}
