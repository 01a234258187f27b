// How the shop sends mail: the host, a test, what waits.
import type { JSX } from "preact";
import { ask } from "../../ui/api";
import { Empty, Loaded, Note, Sheet, Time, Why } from "../../ui/parts";
import { LANGUAGES, language, number, t } from "../../ui/words";
import { useLive } from "../live";
import { useShared } from "../state";
import { Form } from "./form";

interface Mail { url: string; starttls: string; user: string; password: boolean; from: string; name: string; reply_to: string; lang: string; ca: boolean; changed: string; problem?: { what: string; since: string } }

export function Post(): JSX.Element {
  const { can } = useShared();
  const mail = useLive(["settings"], (signal) => ask<Mail>("GET /v1/mail", {}, { signal }).catch((error: { problem?: { status: number } }) => { if (error.problem?.status === 404) return null; throw error; }), []);
  return (
    <>
      <Sheet title={t("settings.mail")}>
        <Loaded of={mail}>{(got) => (
          <div class="stack">
            {got === null ? <Empty>{t("settings.no_mail")}</Empty> : (
              <dl class="facts"><dt>{t("settings.host")}</dt><dd><code>{got.url}</code></dd><dt>{t("settings.from")}</dt><dd>{got.name} <code>{got.from}</code></dd><dt>{t("team.since")}</dt><dd><Time at={got.changed} /></dd></dl>)}
            {got?.problem ? <Note tone="bad"><p><Why of={got.problem.what} /> · <Time at={got.problem.since} /></p></Note> : null}
            {can("status") ? <Queue /> : null}
          </div>
        )}</Loaded>
      </Sheet>
      <Loaded of={mail}>{(got) => (
        <>
          {got ? <Sheet title={t("mail.test")}><Form kind="mail_test" of={() => [{ name: "to", kind: "email" }]} again={() => undefined} done="notice.tested" send={async ({ to }) => { await ask("POST /v1/mail/test", { to, lang: language() }); return {}; }} /></Sheet> : null}
          <Sheet title={t("mail.change")}>
            <p class="soft">{t("mail.about")}</p>
            <Form key={got?.changed ?? ""} kind="mail" again={mail.again} send={({ trust, ...members }) => { void trust; return ask("POST /v1/mail", members); }}
                of={(values) => [
                  { name: "url", value: got?.url ?? "smtps://" }, { name: "starttls", of: ["required", "never"].map((one): [string, string] => [one, t(`mail.${one}`)]), value: got?.starttls ?? "required" },
                  { name: "user", value: got?.user ?? "", optional: true }, { name: "password", kind: "password", optional: true },
                  { name: "from", kind: "email", value: got?.from ?? "" }, { name: "name", value: got?.name ?? "", optional: true },
                  { name: "reply_to", kind: "email", value: got?.reply_to ?? "", optional: true }, { name: "lang", of: Object.entries(LANGUAGES), value: got?.lang ?? "en" },
                  { name: "trust", of: ["machine", "own"].map((one): [string, string] => [one, t(`mail.trust.${one}`)]), value: got?.ca ? "own" : "machine" },
                  ...((values["trust"] ?? (got?.ca ? "own" : "machine")) === "own" ? [{ name: "ca", kind: "area" as const, most: 16000 }] : [])]} />
          </Sheet>
        </>
      )}</Loaded>
    </>
  );
}

function Queue(): JSX.Element {
  const queue = useLive(["settings", "ledger"], (signal) => ask<{ waiting: number; sending: number; failed: number }>("GET /v1/mail/queue", {}, { signal }), []);
  return <Loaded of={queue}>{(got) => <p class="small soft">{t("mail.queue", { waiting: number(got.waiting ?? 0), failed: number(got.failed ?? 0) })}</p>}</Loaded>;
}
