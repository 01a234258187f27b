// What is not told for a while: a detector, a reader or both, by two people. It stops readers all the same.
import type { JSX } from "preact";
import { ask } from "../ui/api";
import { Empty, Loaded, Rows, Sheet, Time } from "../ui/parts";
import { has, t, word } from "../ui/words";
import { useLive } from "./live";
import { Form } from "./settings/form";
import type { Alerts } from "./shapes";
import { useShared } from "./state";

const DETECTORS = ["enumeration", "fruitless", "slow_rise", "riding", "coverage", "first_seen", "dormant", "grantless", "burst", "passes", "drift", "held", "deadline", "desk", "voucher", "voucher_guesses", "memory_lost", "rows_forged", "role"];

export function Mutes({ onAsked }: { onAsked: () => void }): JSX.Element {
  const { named, names } = useShared();
  const alerts = useLive(["watch", "settings"], (signal) => ask<Alerts>("GET /v1/alerts", { limit: 1 }, { signal }), []);
  const readers = Object.entries({ operator: word("reader", "operator"), ...names });
  return (
    <Sheet title={t("mute.title")}>
      <p class="soft">{t("mute.about")}</p>
      <Loaded of={alerts}>{({ mutes }) => mutes.length === 0 ? <Empty>{t("mute.none")}</Empty> : (
        <Rows label={t("mute.title")} of={mutes} heads={[t("head.what"), t("head.reader"), t("blank.mute.reason"), t("team.ends")]} row={(one) => [
          one.detector ? word("detector", one.detector) : t("mute.all"), one.reader ? word("reader", named(one.reader)) : t("mute.everybody"), <span class="said" lang="">{one.reason || "–"}</span>, <Time at={one.until} />]} />
      )}</Loaded>
      <details>
        <summary>{t("mute.add")}</summary>
        <Form kind="mute" again={() => { alerts.again(); onAsked(); }} send={(members) => ask("POST /v1/mutes", members)} asked="watch.waits"
          of={() => [
            { name: "detector", of: [["", t("mute.all")], ...DETECTORS.filter((one) => has(`detector.${one}`)).map((one): [string, string] => [one, word("detector", one)])], value: "first_seen" },
            { name: "reader", of: [["", t("mute.everybody")], ...readers] },
            { name: "reason" }, { name: "days", kind: "number", value: "7" }]} />
      </details>
    </Sheet>
  );
}
