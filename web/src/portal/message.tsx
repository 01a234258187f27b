// Is a message that somebody got really the shop's? Said by its notice code, with the date and the recipient in part.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../ui/api";
import { Input, Note, Trouble, useAct } from "../ui/parts";
import { moment, t } from "../ui/words";
import type { Checked, Shop } from "./shapes";

function Answer({ of, shop }: { of: Checked; shop: string }): JSX.Element {
  const at = useRef<HTMLDivElement>(null);
  useEffect(() => at.current?.focus(), [of]);
  if (!of.ours) {
    return (
      <div ref={at} tabIndex={-1} role="status" class="note bad">
        <p class="strong">{t("message.not_ours", { shop })}</p>
        <p>{t("message.not_ours.slip")}</p>
        <p>{t("message.not_ours.do")}</p>
        <p><a href="#/write">{t("message.tell")}</a></p>
      </div>
    );
  }
  return (
    <div ref={at} tabIndex={-1} role="status" class="stack">
      <Note tone="good">
        <p class="strong">{t(of.sent ? "message.ours" : "message.ours.unsent", { shop, date: moment(of.sent) })}</p>
        {of.to ? <p>{t("message.to")} <b class="number">{of.to}</b></p> : null}
      </Note>
      {of.to ? <Note tone="warn"><p class="strong">{t("message.other")}</p><p>{t("message.other.do")}</p><p><a href="#/write">{t("message.tell")}</a></p></Note> : null}
    </div>
  );
}

export function Message({ shop }: { shop: Shop }): JSX.Element {
  const [code, setCode] = useState("");
  const [answer, setAnswer] = useState<Checked>();
  const { busy, problem, run } = useAct();
  const name = shop.shop || t("brand");
  const check = () => run(async () => {
    setAnswer(undefined);
    setAnswer(await ask<Checked>("POST /v1/portal/verify", { code: code.trim() }));
  });
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("room.message")}</h1><p>{t("message.about", { shop: name })}</p></div>
      <form class="sheet" onSubmit={(event) => { event.preventDefault(); void check(); }}>
        <Input label={t("message.code")} hint={t("message.code.hint")} value={code} onValue={(value) => { setCode(value); setAnswer(undefined); }} required maxlength={64} autocomplete="off" spellcheck={false} />
        <div class="row"><button class="main" type="submit" disabled={busy}>{busy ? t("message.checking") : t("message.check")}</button></div>
        <Trouble of={problem} />
        {answer ? <Answer of={answer} shop={name} /> : null}
      </form>
      <section class="stack">
        <h2>{t("message.always")}</h2>
        <ul class="list">{["link", "ask", "call", "code", "ending"].map((one) => <li key={one}>{t(`message.always.${one}`)}</li>)}</ul>
      </section>
    </>
  );
}
