// What changed, as the vault tells it (server-sent events): a page asks again for what it shows of that, and in turn only while no
// stream stands. One stream a window, and none while nobody looks at it: browsers have few connections to give.
import { useEffect, useState } from "preact/hooks";
import { useAsk, type Asked } from "../ui/parts";

const ALERTS = ["alert.opened", "alert.grew", "alert.ended", "alert.test", "alert.more"];
const CALM_MS = 2000; // between two times that pages ask again, however much changes
const AGAIN_MS = 15000; // until a stream that was refused is tried again, then twice as long; and how often pages ask while there is none
const REFUSED_MS = 8 * 60000; // no longer than that: each try of who may not is an entry
const SLOW_MS = 60000; // what time alone changes: a budget that is free again, an approval that lapsed

const listening = new Set<(what: Set<string> | null) => void>();
let waiting: Set<string> | null = new Set(); // null: everything
let calm = 0, later: ReturnType<typeof setTimeout> | undefined;
let standing = false;

function flush(): void {
  const what = waiting;
  waiting = new Set();
  later = undefined;
  calm = Date.now() + CALM_MS;
  for (const call of [...listening]) call(what);
}

function news(what: string[] | null): void {
  if (what === null) waiting = null;
  else if (waiting) for (const one of what) waiting.add(one);
  if (later === undefined) later = setTimeout(flush, Math.max(0, calm - Date.now()));
}

function stands(now: boolean): void {
  if (standing === now) return;
  standing = now;
  for (const call of [...listening]) call(new Set());
}

/** Is anything told there to who may do these? The acts of src/keep/news.def. */
export function told(acts: string[]): boolean {
  return acts.some((act) => ["watch", "incident", "approve", "staff", "keys", "secrets", "grant", "settings", "roles", "ledger", "export", "redress", "pay", "desk"].includes(act));
}

/** Hold a stream while the page is looked at. What changed while there was none is not told: everything is asked for again. */
export function openStream(): () => void {
  let stream: EventSource | undefined, again: ReturnType<typeof setTimeout> | undefined, wait = AGAIN_MS;
  const close = () => { stream?.close(); stream = undefined; clearTimeout(again); stands(false); };
  const open = () => {
    close();
    if (document.hidden) return;
    const made = stream = new EventSource("/v1/events");
    made.onopen = () => { wait = AGAIN_MS; stands(true); news(null); };
    made.onerror = () => {
      stands(false);
      if (made.readyState !== EventSource.CLOSED) return;
      again = setTimeout(open, wait);
      wait = Math.min(2 * wait, REFUSED_MS);
    };
    made.addEventListener("changed", (event) => {
      const said = JSON.parse(String(event.data)) as { what: string[]; incidents: string[] };
      news([...said.what, ...said.incidents.map((id) => `incident ${id}`), ...(said.incidents.length ? ["incidents"] : [])]);
    });
    for (const kind of ALERTS) made.addEventListener(kind, () => news(["watch"]));
  };
  document.addEventListener("visibilitychange", open);
  open();
  return () => { document.removeEventListener("visibilitychange", open); close(); };
}

/** Counts up when one of these changed: `watch`, `team`, …, `incidents`, `incident ID`. */
export function useTurn(of: string[]): { turn: number; live: boolean } {
  const [state, setState] = useState({ turn: 0, live: standing });
  useEffect(() => {
    const call = (what: Set<string> | null) => {
      const mine = what === null || of.some((one) => what.has(one));
      setState((was) => (mine || was.live !== standing ? { turn: was.turn + (mine ? 1 : 0), live: standing } : was));
    };
    listening.add(call);
    call(new Set());
    return () => { listening.delete(call); };
  }, [of.join()]);
  return state;
}

/** Ask, and ask again whenever one of these changed. */
export function useLive<T>(of: string[], call: (signal: AbortSignal) => Promise<T>, keys: unknown[]): Asked<T> {
  const { turn, live } = useTurn(of);
  return useAsk(call, keys, live ? SLOW_MS : AGAIN_MS, turn);
}
