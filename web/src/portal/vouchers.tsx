// My vouchers: what is left of each part, until when, and its code as text and QR, shown when asked for.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../ui/api";
import { Empty, Sheet, Tag, Trouble, useAct } from "../ui/parts";
import { Qr } from "../ui/qr";
import { day, language, money, number, t, word } from "../ui/words";
import type { Offer, Part } from "./shapes";

function amount(part: Part, of: number): string {
  return part.currency ? money(of, part.currency) : `${number(of)} ${part.unit ?? ""}`;
}

export function Vouchers({ account }: { account: number }): JSX.Element {
  const [offers, setOffers] = useState<Offer[]>();
  const { busy, problem, run } = useAct();
  const show = () => run(async () => setOffers((await ask<{ items: Offer[] }>("GET /v1/portal/wallet", { account, lang: language() })).items));
  return (
    <Sheet title={t("vouchers.title")}>
      {offers ? null : <p>{t("vouchers.about")}</p>}
      {offers?.length === 0 ? <Empty>{t("vouchers.none")}</Empty> : null}
      {offers?.map((offer) => (
        <article key={offer.title} class="stack">
          <h3>{offer.title}</h3>
          {offer.parts.map((part) => (
            <div key={part.part} class="voucher">
              <div class="stack tight">
                <p class="strong">{part.part} <Tag tone={part.state === "good" ? "good" : "plain"}>{word("voucher", part.state)}</Tag></p>
                <p class="number">{t("vouchers.left", { left: amount(part, part.left), worth: amount(part, part.worth) })}</p>
                <p class="soft small">{t("vouchers.until", { day: day(part.until) })}</p>
                {part.code ? <p><code class="number">{part.code}</code></p> : null}
              </div>
              {part.code ? <Qr text={part.code} label={t("vouchers.qr", { part: part.part })} /> : null}
            </div>
          ))}
          <details><summary>{t("vouchers.terms")}</summary><pre>{offer.terms}</pre></details>
        </article>
      ))}
      <Trouble of={problem} />
      {offers ? null : <div><button type="button" disabled={busy} onClick={() => void show()}>{t("vouchers.show")}</button></div>}
    </Sheet>
  );
}
