// What keeps the vault itself: backups as the log has them, and what is done at its machine alone, with the command.
import type { JSX } from "preact";
import { ask } from "../../ui/api";
import { Loaded, Sheet, Time } from "../../ui/parts";
import { t } from "../../ui/words";
import { Command } from "../command";
import { useLive } from "../live";
import { useShared } from "../state";

interface Noted { time: string | null; entry: number; cause?: string }
interface Backups { well: boolean; made: Noted | null; failed: Noted | null; drill: Noted | null; drill_failed: Noted | null }

export function Safety(): JSX.Element {
  const { can } = useShared();
  return (
    <>
      {can("watch") ? <Kept /> : null}
      <Sheet title={t("safety.machine")}>
        <p class="soft">{t("safety.about")}</p>
        {["backup", "restore", "doctor", "seal"].map((one) => <Command key={one} about={t(`safety.${one}`)} line={`amanah ${one} ${one === "restore" ? "FILE HOME" : "HOME"}`} />)}
        <Command about={t("safety.witness")} line="amanah ledger witness --help" />
        <p><a href="#/ledger">{t("safety.ledger")}</a></p>
      </Sheet>
    </>
  );
}

function Kept(): JSX.Element {
  const backups = useLive(["backup"], (signal) => ask<Backups>("GET /v1/backups", {}, { signal }), []);
  const when = (one: Noted | null) => (one?.time ? <><Time at={one.time} /> · <a href={`#/ledger/${one.entry}`}>{t("seen.entry", { n: one.entry })}</a>{one.cause ? <> · <code>{one.cause}</code></> : null}</> : t("today.backup.never"));
  return (
    <Sheet title={t("today.backup")}>
      <Loaded of={backups}>{(got) => (
        <dl class="facts">
          <dt>{t("head.state")}</dt><dd class="strong">{t(got.well ? "safety.well" : "safety.not_well")}</dd>
          <dt>{t("today.backup")}</dt><dd>{when(got.made)}</dd><dt>{t("safety.failed")}</dt><dd>{when(got.failed)}</dd>
          <dt>{t("today.drill")}</dt><dd>{when(got.drill)}</dd><dt>{t("safety.drill_failed")}</dt><dd>{when(got.drill_failed)}</dd>
        </dl>
      )}</Loaded>
    </Sheet>
  );
}
