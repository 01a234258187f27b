// Witnesses outside: one is named by its key; what it signed is carried here by hand, since these pages call nobody but their vault.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../ui/api";
import { Note, Trouble, useAct, Input } from "../ui/parts";
import { t } from "../ui/words";
import { Command } from "./command";
import { Form } from "./settings/form";

export function Witnesses({ note }: { note: string }): JSX.Element {
  return (
    <>
      <details>
        <summary>{t("witness.name")}</summary>
        <p class="soft">{t("witness.about")}</p>
        <Form kind="witness" again={() => undefined} of={() => [{ name: "vkey" }, { name: "url", optional: true }]} send={(members) => ask("POST /v1/ledger/witnesses", members)} />
        <Command about={t("witness.command")} line="amanah ledger witness --vkey KEY --witness-url URL" />
      </details>
      <details>
        <summary>{t("witness.carry")}</summary>
        <Carry note={note} />
      </details>
    </>
  );
}

/** The state that was there when this was opened: the log grows, and the witness signs what it was given. */
function Carry({ note }: { note: string }): JSX.Element {
  const [given, setGiven] = useState(note);
  const [vkey, setVkey] = useState("");
  const [line, setLine] = useState("");
  const [done, setDone] = useState(false);
  const act = useAct();
  const send = () => act.run(async () => {
    setDone(false);
    await ask("POST /v1/ledger/witnesses", { vkey: vkey.trim(), checkpoint: given, line: `${line.trim().split("\n").at(-1) ?? ""}\n` });
    setLine("");
    setDone(true);
  });
  return (
    <form autoComplete="off" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <p class="soft">{t("witness.carry.about")}</p>
      <pre>{given}</pre>
      {given === note ? null : <div class="row"><span class="small soft">{t("witness.older")}</span><button type="button" class="slim" onClick={() => setGiven(note)}>{t("witness.newest")}</button></div>}
      <Input label={t("blank.witness.vkey")} hint={t("blank.witness.vkey.hint")} value={vkey} onValue={setVkey} required maxlength={500} autocomplete="off" spellcheck={false} />
      <Input area label={t("witness.line")} hint={t("witness.line.hint")} value={line} onValue={setLine} required maxlength={1000} />
      <Trouble of={act.problem} />
      {done ? <Note tone="good"><p role="status">{t("witness.kept")}</p></Note> : null}
      <div><button type="submit" disabled={act.busy}>{t("witness.go")}</button></div>
    </form>
  );
}
