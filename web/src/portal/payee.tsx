// The bank account that compensation in money goes to: by the code of a notice too, as a mailbox alone is not enough for it.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../ui/api";
import { Input, Sheet, Trouble, useAct } from "../ui/parts";
import { t } from "../ui/words";

function Saved({ account }: { account: string }): JSX.Element {
  const at = useRef<HTMLDivElement>(null);
  useEffect(() => at.current?.focus(), [account]);
  return <div ref={at} tabIndex={-1} role="status" class="note good"><p>{t(account ? "payee.saved" : "payee.gone", { account })}</p></div>;
}

export function Payee(): JSX.Element {
  const [number, setNumber] = useState(""), [notice, setNotice] = useState("");
  const [saved, setSaved] = useState<string>();
  const { busy, problem, run } = useAct();
  const send = (given: string) => run(async () => {
    setSaved(undefined);
    setSaved((await ask<{ account: string }>("POST /v1/portal/payee", { notice: notice.trim(), number: given })).account);
    setNumber(""); setNotice("");
  });
  return (
    <Sheet title={t("payee.title")}>
      <form class="stack payee" onSubmit={(event) => { event.preventDefault(); void send(number.trim()); }}>
        <p>{t("payee.about")}</p>
        <Input label={t("payee.number")} hint={t("payee.number.hint")} value={number} onValue={setNumber} required maxlength={64} autocomplete="off" spellcheck={false} />
        <Input label={t("message.code")} hint={t("message.code.hint")} value={notice} onValue={setNotice} required maxlength={64} autocomplete="off" spellcheck={false} />
        <div class="row">
          <button type="submit" disabled={busy}>{t("payee.save")}</button>
          <button type="button" class="slim" disabled={busy || !notice.trim()} onClick={() => void send("")}>{t("payee.none")}</button>
        </div>
        <Trouble of={problem} />
        {saved === undefined ? null : <Saved account={saved} />}
      </form>
    </Sheet>
  );
}
