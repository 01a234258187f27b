// Shared pieces: what every page is put together from.
import type { ComponentChildren, JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { now, Refused, type Problem } from "./api";
import { has, language, moment, share, span, t } from "./words";

export interface Asked<T> { data?: T; problem?: Problem; loading: boolean; again: () => void }

/** What passes by itself: what was shown before may stay beside it. */
function passing(problem: Problem): boolean { return problem.status === 0 || problem.status === 429 || problem.status >= 500; }

/**
 * Ask on first sight, when `keys` change, every `every` ms while the page is looked at, and when something happened
 * (`nudge`). What was shown, and what somebody began to write in it, stays while the same is asked again.
 */
export function useAsk<T>(call: (signal: AbortSignal) => Promise<T>, keys: unknown[], every = 0, nudge = 0): Asked<T> {
  const [state, setState] = useState<{ data?: T; problem?: Problem; loading: boolean }>({ loading: true });
  const [turn, setTurn] = useState(0);
  const kept = useRef(JSON.stringify(keys));
  useEffect(() => {
    const stop = new AbortController();
    const same = kept.current === JSON.stringify(keys);
    kept.current = JSON.stringify(keys);
    setState((was) => (same ? { ...was, loading: true } : { loading: true }));
    call(stop.signal).then(
      (data) => { if (!stop.signal.aborted) setState({ data, loading: false }); },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        if (!(error instanceof Refused)) throw error;
        setState((was) => ({ ...(was.data !== undefined && passing(error.problem) ? { data: was.data } : {}), problem: error.problem, loading: false }));
      });
    return () => stop.abort();
  }, [...keys, turn, nudge]);
  useEffect(() => {
    if (every === 0) return;
    const timer = setInterval(() => { if (!document.hidden) setTurn((was) => was + 1); }, every);
    return () => clearInterval(timer);
  }, [every]);
  const again = useCallback(() => setTurn((was) => was + 1), []);
  return { ...state, again };
}

/** An act: runs once at a time, says what went wrong. */
export function useAct(): { busy: boolean; problem?: Problem; run: (act: () => Promise<void>) => Promise<void>; clear: () => void } {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const here = useRef(true);
  useEffect(() => () => { here.current = false; }, []);
  const run = async (act: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setProblem(undefined);
    try { await act(); } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (here.current) setProblem(error.problem);
    } finally { if (here.current) setBusy(false); }
  };
  return { busy, ...(problem ? { problem } : {}), run, clear: () => setProblem(undefined) };
}

/** What went wrong, in the reader's words; what the vault said of it, beneath, in its own. */
export function Trouble({ of }: { of: Problem | undefined }): JSX.Element | null {
  if (!of) return null;
  const key = [`problem.${of.code}`, `problem.${of.status}`, of.status >= 500 ? "problem.500" : "problem.other"].find(has) ?? "problem.other";
  return (
    <div class="note bad" role="alert">
      <p class="strong">{t(key)}{of.retry ? ` ${t("problem.retry", { span: span(of.retry * 1000) })}` : ""}</p>
      {of.detail || of.errors?.length ? <Said of={of} /> : null}
    </div>
  );
}

/** Why something does not go out: the vault has a list of such sentences, and the words have each of them. */
export function Why({ of }: { of: string }): JSX.Element {
  return has(`said.${of}`) ? <>{t(`said.${of}`)}</> : <span lang="en">{of}</span>;
}

/** What the vault said stands in English: to be opened, where somebody reads another language. */
function Said({ of }: { of: Problem }): JSX.Element {
  const said = (
    <>
      {of.detail ? <p class="small" lang="en">{of.detail}</p> : null}
      {of.errors?.length ? <ul class="small" lang="en">{of.errors.map((one) => <li key={one.pointer}><code>{one.pointer}</code>: {one.detail ?? one.code}</li>)}</ul> : null}
    </>
  );
  return language() === "en" ? said : <details><summary>{t("problem.said")}</summary>{said}</details>;
}

export function Loaded<T>({ of, children }: { of: Asked<T>; children: (data: T) => ComponentChildren }): JSX.Element {
  if (of.problem) {
    return <div class="stack"><Trouble of={of.problem} /><div><button type="button" class="again" onClick={of.again}>{t("again")}</button></div>{of.data === undefined ? null : children(of.data)}</div>;
  }
  if (of.data === undefined) return <p class="loading" role="status">{t("loading")}</p>;
  return <>{children(of.data)}</>;
}

export function Sheet({ title, side, children, id }: { title: string; side?: ComponentChildren; children: ComponentChildren; id?: string }): JSX.Element {
  const made = useId();
  const name = id ?? made;
  return (
    <section class="sheet" aria-labelledby={name}>
      <div class="row apart"><h2 id={name}>{title}</h2>{side}</div>
      {children}
    </section>
  );
}

/** One of many of a kind: no landmark of its own. */
export function Card({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return <article class="sheet"><h2>{title}</h2>{children}</article>;
}

export function Empty({ children }: { children: ComponentChildren }): JSX.Element { return <p class="empty">{children}</p>; }

export type Tone = "bad" | "warn" | "good" | "plain" | "";
export function Tag({ tone = "", children }: { tone?: Tone; children: ComponentChildren }): JSX.Element { return <span class={`tag ${tone}`}>{children}</span>; }

export function Note({ tone = "", children }: { tone?: Tone; children: ComponentChildren }): JSX.Element { return <div class={`note ${tone}`}>{children}</div>; }

export function Figure({ value, label }: { value: ComponentChildren; label: string }): JSX.Element { return <div class="figure"><b>{value}</b><span>{label}</span></div>; }

let serial = 0;
export function useId(): string { const [id] = useState(() => `f${++serial}`); return id; }

interface FieldProps { label: string; hint?: string; wrong?: string | undefined; children: (ids: { id: string; "aria-describedby"?: string; "aria-invalid"?: boolean }) => ComponentChildren }
export function Field({ label, hint, wrong, children }: FieldProps): JSX.Element {
  const id = useId();
  const about = [hint ? `${id}-hint` : "", wrong ? `${id}-wrong` : ""].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, ...(about ? { "aria-describedby": about } : {}), ...(wrong ? { "aria-invalid": true } : {}) })}
      {hint ? <span class="hint" id={`${id}-hint`}>{hint}</span> : null}
      {wrong ? <span class="wrong" id={`${id}-wrong`}>{wrong}</span> : null}
    </div>
  );
}

interface InputProps { label: string; value: string; onValue: (value: string) => void; hint?: string; type?: string; required?: boolean; autocomplete?: string; inputmode?: "numeric" | "text" | "email"; maxlength?: number; pattern?: string; area?: boolean; spellcheck?: boolean }
export function Input({ label, value, onValue, hint, type = "text", required, area, ...rest }: InputProps): JSX.Element {
  return (
    <Field label={label} {...(hint ? { hint } : {})}>
      {(ids) => area
        ? <textarea {...ids} value={value} required={required ?? false} maxLength={rest.maxlength ?? 4000} onInput={(event) => onValue(event.currentTarget.value)} />
        : <input {...ids} {...rest} type={type} value={value} required={required ?? false} onInput={(event) => onValue(event.currentTarget.value)} />}
    </Field>
  );
}

export function Choice({ label, value, onValue, of, hint }: { label: string; value: string; onValue: (value: string) => void; of: [string, string][]; hint?: string }): JSX.Element {
  return (
    <Field label={label} {...(hint ? { hint } : {})}>
      {(ids) => <select {...ids} value={value} onChange={(event) => onValue(event.currentTarget.value)}>{of.map(([name, text]) => <option key={name} value={name}>{text}</option>)}</select>}
    </Field>
  );
}

/** Rows that become cards on a phone. */
export function Rows<T>({ of, heads, row, label, numbers = [] }: { of: T[]; heads: string[]; row: (one: T) => ComponentChildren[]; label: string; numbers?: number[] }): JSX.Element {
  return (
    <table class="rows">
      <caption class="hidden">{label}</caption>
      <thead><tr>{heads.map((head, at) => <th key={head} scope="col" class={numbers.includes(at) ? "num" : ""}>{head}</th>)}</tr></thead>
      <tbody>{of.map((one, line) => <tr key={line}>{row(one).map((cell, at) => <td key={at} data-head={heads[at]} class={numbers.includes(at) ? "num" : ""}><div>{cell}</div></td>)}</tr>)}</tbody>
    </table>
  );
}

/** How much is used up, which is worse the more it is; with `good`, how much is there. */
export function Meter({ used, most, label, good = false }: { used: number; most: number; label: string; good?: boolean }): JSX.Element {
  const part = most > 0 ? Math.min(1, used / most) : 0;
  return <div class={`meter ${good ? "" : part >= 0.9 ? "bad" : part >= 0.6 ? "warn" : ""}`} role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={most} aria-valuenow={Math.min(used, most)}><i style={{ width: `${part * 100}%` }} /></div>;
}

/** How far something is that goes on. */
export function Progress({ label, done, of, note }: { label: string; done: number; of: number; note?: string }): JSX.Element {
  return (
    <div class="stack tight" role="status">
      <div class="row apart small"><span class="said">{label}</span><span class="number">{share(done, of)}</span></div>
      <div class="meter" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={of} aria-valuenow={done}><i style={{ width: `${of ? (done / of) * 100 : 0}%` }} /></div>
      {note ? <p class="small soft">{note}</p> : null}
    </div>
  );
}

/** Time left, counting down by itself; said as overdue when it is over. */
export function Countdown({ due }: { due: string }): JSX.Element {
  const [, turn] = useState(0);
  useEffect(() => { const timer = setInterval(() => turn((was) => was + 1), 15000); return () => clearInterval(timer); }, []);
  const left = Date.parse(due) - now();
  return <time dateTime={due} title={moment(due)}><Tag tone={left < 0 ? "bad" : left < 24 * 3600e3 ? "warn" : "plain"}>{left < 0 ? t("overdue", { span: span(left) }) : t("left", { span: span(left) })}</Tag></time>;
}

export function Time({ at }: { at: string | null | undefined }): JSX.Element { return at ? <time dateTime={at}>{moment(at)}</time> : <span>–</span>; }

/** A question before an act that cannot be taken back, or that takes something from somebody. */
export function Confirm({ open, title, children, yes, tone = "main", busy, problem, onYes, onNo }: { open: boolean; title: string; children: ComponentChildren; yes: string; tone?: "main" | "bad"; busy: boolean; problem?: Problem | undefined; onYes: () => void; onNo: () => void }): JSX.Element | null {
  const at = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (open && !at.current?.open) at.current?.showModal();
    if (!open && at.current?.open) at.current.close();
  }, [open]);
  return (
    <dialog ref={at} aria-labelledby={id} onClose={onNo}>
      {open ? (
        <form method="dialog" onSubmit={(event) => { event.preventDefault(); onYes(); }}>
          <h2 id={id}>{title}</h2>
          {children}
          <Trouble of={problem} />
          <div class="row"><button type="submit" class={tone} disabled={busy}>{yes}</button><button type="button" onClick={onNo}>{t("cancel")}</button></div>
        </form>
      ) : null}
    </dialog>
  );
}

/** A long id: its kind and beginning are enough to tell them apart; all of it for a screen reader, a copy and a hover. */
export function Id({ of }: { of: string }): JSX.Element {
  return <code title={of}>{of.length > 18 ? `${of.slice(0, of.indexOf("_") + 7)}…` : of}</code>;
}
