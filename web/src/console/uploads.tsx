// Files on their way into the vault. They belong to the frame and not to a page, so whoever sends one may go on working elsewhere.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ask, randomId, Refused, type Problem } from "../ui/api";
import { Progress, Trouble } from "../ui/parts";
import { t } from "../ui/words";

const PART = 512 * 1024;     // as one part is sealed
const DIRECT = 0x8000;       // characters that a call may have as its arguments
const AWAY_MS = 4 * 60000;   // the vault drops a file that stays away for five minutes
const PAUSE_MS = 2000;

export interface Upload { id: string; incident: string; name: string; size: number; sent: number; problem?: Problem }

let all: Upload[] = [];
const listening = new Set<() => void>();
const stopped = new Set<string>();

function put(next: Upload[]): void {
  all = next;
  for (const call of [...listening]) call();
}
function change(id: string, by: Partial<Upload>): void { put(all.map((one) => (one.id === id ? { ...one, ...by } : one))); }

export function useUploads(): Upload[] {
  const [, turn] = useState(0);
  useEffect(() => {
    const call = () => turn((was) => was + 1);
    listening.add(call);
    return () => { listening.delete(call); };
  }, []);
  return all;
}

/** Stop one: what the vault has of it, it drops by itself. */
export function stopUpload(id: string): void { stopped.add(id); put(all.filter((one) => one.id !== id)); }
/** Nobody is signed in any more: nothing is sent, and no name of a file stays. */
export function stopUploads(): void { for (const one of all) stopped.add(one.id); put([]); }

async function base64(part: Blob): Promise<string> {
  const bytes = new Uint8Array(await part.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += DIRECT) text += String.fromCharCode(...bytes.subarray(at, at + DIRECT));
  return btoa(text);
}

function passing(problem: Problem): boolean { return problem.status === 0 || problem.status === 429 || problem.status === 503; }

/** One part, sent again under the same key while the vault is away for a while: taken twice, it counts once. */
async function part(members: Record<string, unknown>, id: string): Promise<{ upload?: string }> {
  const headers = { "Idempotency-Key": randomId() }, until = Date.now() + AWAY_MS;
  for (;;) {
    try {
      return await ask("POST /v1/incidents/{id}/evidence", members, { headers });
    } catch (error) {
      if (!(error instanceof Refused) || !passing(error.problem) || Date.now() > until || stopped.has(id)) throw error;
      await new Promise((done) => setTimeout(done, Math.max(PAUSE_MS, (error.problem.retry ?? 0) * 1000)));
    }
  }
}

export async function takeIn(incident: string, file: File, source: string): Promise<void> {
  const id = randomId();
  put([...all, { id, incident, name: file.name.slice(0, 200), size: file.size, sent: 0 }]);
  try {
    let upload: string | undefined;
    for (let at = 0, number = 0; at < file.size || number === 0; at += PART, number++) {
      const more = at + PART < file.size, data = await base64(file.slice(at, at + PART));
      if (stopped.has(id)) return;
      const got = await part({ id: incident, name: file.name.slice(0, 200), source, data, ...(upload ? { upload, part: number } : {}), ...(more ? { more } : {}) }, id);
      upload = got.upload;
      change(id, { sent: Math.min(at + PART, file.size) });
    }
    put(all.filter((one) => one.id !== id));
  } catch (error) {
    const gone = stopped.has(id);
    if (!gone) change(id, { problem: error instanceof Refused ? error.problem : { status: 0, code: "evidence.unreadable" } });
  }
}

/** On every page: how far each is; and the browser asks before the window is closed on one. */
export function Uploads(): JSX.Element | null {
  const uploads = useUploads();
  const busy = uploads.some((one) => !one.problem);
  useEffect(() => {
    if (!busy) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [busy]);
  useEffect(() => stopUploads, []);
  if (uploads.length === 0) return null;
  return (
    <section class="sheet uploads" aria-label={t("evidence.sending")}>
      {uploads.map((one) => (
        <div key={one.id} class="stack tight">
          {one.problem ? <><p><span lang="">{one.name}</span>: {t("evidence.lost")}</p><Trouble of={one.problem} /></> : <Progress label={`${t("evidence.sending")}: ${one.name}`} done={one.sent} of={one.size} note={t("evidence.leave")} />}
          <div class="row"><a href={`#/incidents/${one.incident}/evidence`}>{t("tab.evidence")}</a><button type="button" class="slim" onClick={() => stopUpload(one.id)}>{t(one.problem ? "team.left.close" : "jobs.stop")}</button></div>
        </div>))}
    </section>
  );
}
