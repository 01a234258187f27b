// One form of the settings: sends what its blanks say, and tells whether it holds now or waits for a second person.
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Note, Trouble, useAct } from "../../ui/parts";
import { t } from "../../ui/words";
import { Blanks, said, type Blank } from "../blanks";

interface Answer { state?: string; approval?: string; secret?: string }

export function Form({ kind, of, send, again, done = "pin.done", asked = "role.asked", children }: { kind: string; of: (values: Record<string, string>) => Blank[]; send: (members: Record<string, unknown>) => Promise<unknown>; again: () => void; done?: string; asked?: string; children?: ComponentChildren }): JSX.Element {
  const [values, setValues] = useState<Record<string, string>>({});
  const [answer, setAnswer] = useState<Answer>();
  const act = useAct();
  const blanks = of(values);
  const go = () => act.run(async () => {
    setAnswer(undefined);
    setAnswer((await send(said(blanks, values)) as Answer | undefined) ?? {});
    setValues({});
    again();
  });
  return (
    <form autoComplete="off" onSubmit={(event) => { event.preventDefault(); void go(); }}>
      <div class="pair"><Blanks kind={kind} of={blanks} values={values} onValue={(name, value) => setValues((was) => ({ ...was, [name]: value }))} /></div>
      {children}
      <Trouble of={act.problem} />
      {answer ? <Note tone={answer.approval ? "" : "good"}><p role="status">{t(answer.approval ? asked : done)}</p></Note> : null}
      {answer?.secret ? <Note tone="warn"><p>{t("sink.secret")}</p><code>{answer.secret}</code></Note> : null}
      <div><button type="submit" class="main" disabled={act.busy}>{t(`form.${kind}.go`)}</button></div>
    </form>
  );
}
