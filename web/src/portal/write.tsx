// Complain, ask, use a right, tell of a scam: to the shop's desk. What was written is shown nowhere here again.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, randomId, Refused } from "../ui/api";
import { Choice, Input, Note, Trouble, useAct } from "../ui/parts";
import { language, moment, t } from "../ui/words";
import type { Shop, Taken } from "./shapes";

const KINDS = ["complaint", "question", "rights", "scam"];
const TEXT_MOST = 2600; // characters, of which none is longer than three bytes: the route takes 8,000
const COUNTRIES = "ADAEAFAGAIALAMAOARATAUAZBABBBDBEBFBGBHBIBJBNBOBRBSBTBWBYBZCACDCFCGCHCICLCMCNCOCRCUCVCYCZDEDJDKDMDODZECEEEGERESETFIFJFMFRGAGBGDGEGHGMGNGQGRGTGWGYHKHNHRHTHUIDIEILINIQIRISITJMJOJPKEKGKHKIKMKNKPKRKWKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMGMHMKMLMMMNMOMRMTMUMVMWMXMYMZNANENGNINLNONPNRNZOMPAPEPGPHPKPLPSPTPWPYQARORSRURWSASBSCSDSESGSISKSLSMSNSOSRSSSTSVSYSZTDTGTHTJTLTMTNTOTRTTTVTWTZUAUGUSUYUZVAVCVEVNVUWSYEZAZMZW".match(/../g) ?? [];

/** Countries by their names in the reader's language. */
function countries(): [string, string][] {
  const names = new Intl.DisplayNames([language()], { type: "region" });
  const sorted = COUNTRIES.map((code): [string, string] => [code, names.of(code) ?? code]).sort((a, b) => a[1].localeCompare(b[1], language()));
  return [["", t("write.country.none")], ...sorted];
}

function Advice(): JSX.Element {
  return <Note tone="warn"><p class="strong">{t("write.scam.now")}</p><p>{t("desk.scam")}</p><p>{t("notice.advice.never")}</p></Note>;
}

interface Sent { taken: Taken; to: "mine" | "contact" | "none" }

function Receipt({ of: { taken, to }, shop, onAgain }: { of: Sent; shop: Shop; onAgain: () => void }): JSX.Element {
  const at = useRef<HTMLDivElement>(null);
  useEffect(() => at.current?.focus(), []);
  return (
    <>
      <div ref={at} tabIndex={-1} role="status" class="note good">
        <p class="strong">{t("write.taken")}</p>
        <dl class="facts">
          <dt>{t("write.number")}</dt><dd class="number"><code>{taken.id}</code></dd>
          <dt>{t("write.due")}</dt><dd><time dateTime={taken.due}>{moment(taken.due)}</time></dd>
        </dl>
        <p>{t(taken.basis === "policy" ? "write.due.aim" : "write.due.law")}</p>
        <p>{t(`write.to.${to}`)}{to === "none" && shop.desk ? ` ${t("write.to.desk", { desk: shop.desk })}` : ""}</p>
        <p>{t("write.sealed")}</p>
      </div>
      {taken.kind === "scam" ? <Advice /> : null}
      <section class="sheet">
        <h2>{t("room.rights")}</h2>
        {taken.rights.map((right) => <div key={right.regime} class="stack tight">{right.title ? <h3>{right.title}</h3> : null}<p>{right.text}</p></div>)}
      </section>
      <div><button type="button" onClick={onAgain}>{t("write.again")}</button></div>
    </>
  );
}

/** As whom: each customer whose mailbox was proved, or somebody. */
function AsWhom({ accounts, value, onValue }: { accounts: number; value: string; onValue: (value: string) => void }): JSX.Element {
  const own = Array.from({ length: accounts }, (_, at): [string, string] => [String(at), accounts > 1 ? t("mine.account", { n: at + 1 }) : t("write.as.mine")]);
  return <Choice label={t("write.as")} hint={t(value ? "write.as.hint" : "write.as.none.hint")} value={value} onValue={onValue} of={[...own, ["", t("write.as.none")]]} />;
}

export function Write({ shop }: { shop: Shop }): JSX.Element {
  const [kind, setKind] = useState("complaint"), [text, setText] = useState(""), [sender, setSender] = useState("");
  const [contact, setContact] = useState(""), [country, setCountry] = useState("");
  const [accounts, setAccounts] = useState<number>(), [account, setAccount] = useState("");
  const [sent, setSent] = useState<Sent>();
  const tried = useRef({ said: "", key: "" }); // the same once more, as when no answer came, is one ticket
  const { busy, problem, run } = useAct();
  const cameIn = (count: number) => { setAccounts(count); setAccount(count > 0 ? "0" : ""); };
  useEffect(() => {
    ask<Shop>("GET /v1/portal").then((told) => cameIn(told.accounts), (error: unknown) => { cameIn(0); if (!(error instanceof Refused)) throw error; });
  }, []);
  const send = () => run(async () => {
    const who = account ? { mine: true, account: Number(account) } : { contact: contact.trim(), country };
    const ticket = { kind, text: text.trim(), lang: language(), ...(kind === "scam" ? { sender: sender.trim() } : {}), ...who };
    const said = JSON.stringify(ticket);
    if (tried.current.said !== said) tried.current = { said, key: randomId() };
    try {
      const taken = await ask<Taken>("POST /v1/portal/tickets", ticket, { headers: { "Idempotency-Key": tried.current.key } });
      tried.current = { said: "", key: "" };
      setSent({ taken, to: account ? "mine" : contact.trim() ? "contact" : "none" });
      setText(""); setSender(""); setContact("");
    } catch (error) {
      if (error instanceof Refused && error.problem.status === 401) cameIn(0); // what was written stays
      throw error;
    }
  });
  if (sent) return <><div class="head"><h1 tabIndex={-1}>{t("room.write")}</h1></div><Receipt of={sent} shop={shop} onAgain={() => setSent(undefined)} /></>;
  const head = <div class="head"><h1 tabIndex={-1}>{t("room.write")}</h1><p>{t("write.about")}</p></div>;
  // No form before it is known who writes: what somebody types must not move under their hands.
  if (accounts === undefined) return <>{head}<p class="loading" role="status">{t("loading")}</p></>;
  return (
    <>
      {head}
      <form class="sheet" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        {accounts > 0 ? null : <p class="soft small">{t("write.sign")} <a href="#/mine">{t("room.mine")}</a></p>}
        <fieldset>
          <legend>{t("write.kind")}</legend>
          {KINDS.map((one) => <label key={one} class="pick"><input type="radio" name="kind" checked={kind === one} onChange={() => setKind(one)} /><span>{t(`write.kind.${one}`)}</span></label>)}
        </fieldset>
        {kind === "scam" ? <><Advice /><Input label={t("write.sender")} hint={t("write.sender.hint")} value={sender} onValue={setSender} maxlength={100} autocomplete="off" /></> : null}
        <Input area label={t(kind === "scam" ? "write.text.scam" : "write.text")} hint={t(kind === "scam" ? "write.text.scam.hint" : "write.text.hint")} value={text} onValue={setText} required maxlength={TEXT_MOST} />
        {accounts > 0 ? <AsWhom accounts={accounts} value={account} onValue={setAccount} /> : null}
        {account ? null : (
          <>
            <Input label={t("write.contact")} hint={t("write.contact.hint")} type="email" inputmode="email" autocomplete="email" value={contact} onValue={setContact} maxlength={254} />
            <Choice label={t("write.country")} hint={t("write.country.hint")} value={country} onValue={setCountry} of={countries()} />
          </>
        )}
        <Trouble of={problem} />
        <div class="row"><button type="submit" class="main" disabled={busy}>{busy ? t("write.sending") : t("write.send")}</button></div>
      </form>
    </>
  );
}
