// The public API, and nothing but it: what these pages can do, anybody with the same right can do by curl.
export interface Problem { status: number; code: string; title?: string; detail?: string; errors?: { pointer: string; code: string; detail?: string }[]; retry?: number; approval?: string }

export class Refused extends Error {
  constructor(readonly problem: Problem) { super(problem.code); }
}

type Members = Record<string, unknown>;

let csrf = "";
let ahead = 0; // by how much the vault's clock is ahead of this machine's, ms
const leaving = new Set<() => void>();

export function setCsrf(value: string): void { csrf = value; }
export function now(): number { return Date.now() + ahead; }
/** The vault said what time it is: deadlines go by its clock, not by this machine's. */
export function heard(at: string): void { ahead = Date.parse(at) - Date.now(); }
/** Called when the vault says that nobody is signed in any more. */
export function onSignedOut(call: () => void): () => void { leaving.add(call); return () => leaving.delete(call); }

interface More { signal?: AbortSignal; headers?: Record<string, string>; quiet?: boolean }

async function send(route: string, members: Members, more: More): Promise<Response> {
  const [method = "GET", pattern = ""] = route.split(" ");
  const rest: Members = { ...members };
  let path = pattern.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(rest[name]);
    delete rest[name];
    return encodeURIComponent(value);
  });
  const headers: Record<string, string> = { Accept: "application/json", ...more.headers };
  const given = Object.entries(rest).filter(([, value]) => value !== undefined && value !== "");
  let body: string | undefined;
  if (method === "GET") {
    if (given.length > 0) path += `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
  } else {
    if (csrf) headers["X-CSRF-Token"] = csrf;
    if (method === "POST") headers["Idempotency-Key"] ??= randomId();
    if (given.length > 0 || method === "POST") {
      body = JSON.stringify(Object.fromEntries(given));
      headers["Content-Type"] = "application/json";
    }
  }
  let answer: Response;
  try {
    answer = await fetch(path, { method, headers, credentials: "same-origin", cache: "no-store", redirect: "error", ...(body !== undefined ? { body } : {}), ...(more.signal ? { signal: more.signal } : {}) });
  } catch (error) {
    if (more.signal?.aborted) throw error;
    throw new Refused({ status: 0, code: "unreachable" });
  }
  if (answer.ok) return answer;
  const said = await read(answer);
  const problem: Problem = typeof said === "object" && said !== null ? { code: "error", ...(said as object), status: answer.status } : { status: answer.status, code: "error" };
  const retry = Number(answer.headers.get("Retry-After"));
  if (retry > 0) problem.retry = retry;
  if (answer.status === 401 && !more.quiet) leaving.forEach((call) => call());
  throw new Refused(problem);
}

async function read(answer: Response): Promise<unknown> {
  return (answer.headers.get("Content-Type") ?? "").includes("json") ? answer.json() : answer.text();
}

/** `ask("POST /v1/incidents/{id}/close", {id, …})`: members fill the path, the rest is the body, or the query of a GET. */
export async function ask<T = unknown>(route: string, members: Members = {}, more: More = {}): Promise<T> {
  return (await read(await send(route, members, more))) as T;
}

export async function askBytes(route: string, more: More = {}): Promise<Uint8Array> {
  return new Uint8Array(await (await send(route, {}, more)).arrayBuffer());
}

/** What is asked for as a file, given to the browser to keep. */
export async function askFile(route: string, members: Members, name: string): Promise<void> {
  const at = URL.createObjectURL(await (await send(route, members, {})).blob());
  const link = document.createElement("a");
  link.href = at;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(at), 60000);
}

/** As good as nobody else's: for what is sent again and must be done once. */
export function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Asks one thing after another. What failed and is asked again in the same words has the same key: an answer that was lost on its way does not make it be done twice. */
export class Once {
  private words = "";
  private key = "";
  ask<T = unknown>(route: string, members: Members = {}): Promise<T> {
    const words = JSON.stringify([route, members]);
    if (words !== this.words) [this.words, this.key] = [words, randomId()];
    return ask<T>(route, members, { headers: { "Idempotency-Key": this.key } });
  }
}

export interface Page<T> { items: T[]; next: string | null }

/** All pages of a list, up to a bound that is said when it is reached. */
export async function askAll<T>(route: string, members: Members = {}, most = 5000, signal?: AbortSignal): Promise<{ items: T[]; more: boolean }> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const page = await ask<Page<T>>(route, { ...members, after }, signal ? { signal } : {});
    items.push(...page.items);
    after = page.next ?? undefined;
  } while (after && items.length < most);
  return { items, more: after !== undefined };
}
