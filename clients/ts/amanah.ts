/*
 * A client of Amanah for programs on Node.js: calls typed by the vault's own OpenAPI document (api.d.ts, made by `npm run types`),
 * failures by their cause, and receipts whose signature is checked before an answer is given back, kept, and proved later.
 *
 *     const ledger = new Ledger(VKEY, new FileKeep("receipts.json"));
 *     const vault = new Vault({ url: "http://127.0.0.1:8420", key: () => KEY, ledger });
 *     const made = await vault.call("post", "/v1/subjects", { body: { ref: "17", fields: { name: "Siti" } } });
 *     await ledger.check(vault);
 */
import type { paths } from "./api.js";
import { roots, type Proof } from "./proof.ts";

export interface Receipt { index: number; leaf_hash: string; checkpoint: string }

/** What the vault refused: `code` is a cause, with a page in docs/errors. */
export class Failure extends Error {
  constructor(readonly code: string, readonly status: number, detail: string, readonly retryAfter: number | null) { super(detail); }
}
/** No answer came. The vault may have done it all the same. */
export class Unreachable extends Error {}
/** A receipt or proof that does not hold: stop, keep what there is, and look. */
export class Tampering extends Error {}

type Method = "get" | "post" | "put" | "patch" | "delete";
type MethodOf<P extends keyof paths> = { [M in Method]: paths[P][M] extends { responses: unknown } ? M : never }[Method];
type Path<P extends keyof paths, M extends MethodOf<P>> = paths[P][M] extends { parameters: { path: infer T } } ? T : never;
type Query<P extends keyof paths, M extends MethodOf<P>> = paths[P][M] extends { parameters: { query?: infer T } } ? T : never;
type Ask<P extends keyof paths, M extends MethodOf<P>> = paths[P][M] extends { requestBody?: infer T } ? NonNullable<T> : never;
type Body<P extends keyof paths, M extends MethodOf<P>> =
  [Ask<P, M>] extends [never] ? never : Ask<P, M> extends { content: { "application/json": infer T } } ? T : never;
export type Given<P extends keyof paths, M extends MethodOf<P>> =
  ([Path<P, M>] extends [never] ? { path?: never } : { path: Path<P, M> }) &
  ([Body<P, M>] extends [never] ? { body?: never } : { body: Body<P, M> }) &
  { query?: Query<P, M>; idempotency?: string };

type Done<P extends keyof paths, M extends MethodOf<P>> =
  paths[P][M] extends { responses: { "2XX": { content: infer T } } } ? T : never;
/** What the document says of a good answer. Where it says nothing of its members: an object of anything; what is no JSON: its text. */
export type Answer<P extends keyof paths, M extends MethodOf<P>> =
  Done<P, M> extends { "application/json": infer T } ? (unknown extends T ? Record<string, unknown> : T) : { text: string };

/** What opens its own sessions, such as SigningKey. `forget` a token that the vault takes no longer; true: another can be had. */
export interface Credential { token(vault: Vault): Promise<string>; forget(token: string): Promise<boolean> }

export interface Options {
  url: string;
  key: Credential | (() => string | Promise<string>); // or a key or a session's token, asked for at each call
  ledger?: Ledger;
  timeoutMs?: number;
}

const TRIES = 3;
const pause = (ms: number): Promise<void> => new Promise((done) => { setTimeout(done, ms); });

export class Vault {
  constructor(private readonly options: Options) {
    const { protocol, hostname } = new URL(options.url);
    const here = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
    if (protocol !== "https:" && !(protocol === "http:" && here)) throw new TypeError("a vault far away is asked by https only");
  }

  /**
   * One call. Asked again, three times in all, is only what reads without being a look (get) or has an idempotency key, and what
   * the vault says it could not do for now: each look that was sent counts. An answer that is no JSON comes as { text }.
   */
  async call<P extends keyof paths, M extends MethodOf<P>>(method: M, path: P, given: Given<P, M>): Promise<Answer<P, M>> {
    const again = method === "get" || given.idempotency !== undefined, { key } = this.options;
    const url = this.target(path, given.path as object | undefined, given.query as object | undefined);
    for (let tried = 1, fresh = false; ; tried++) {
      const token = typeof key === "function" ? await key() : await key.token(this);
      try {
        return await this.once(method, url, token, given.body, given.idempotency) as Answer<P, M>;
      } catch (error) {
        if (error instanceof Failure && error.status === 401 && typeof key !== "function" && !fresh && await key.forget(token)) {
          fresh = true; // the session was over: nothing was done, and a new one is had at once
          continue;
        }
        const later = error instanceof Failure ? error.status === 503 : error instanceof Unreachable && again;
        if (!later || tried === TRIES) throw error;
        await pause(error instanceof Failure && error.retryAfter !== null ? error.retryAfter * 1000 : 100 * tried);
      }
    }
  }

  /** The same vault by this token; "": by none. */
  as(token: string): Vault { return new Vault({ ...this.options, key: () => token }); }

  private target(path: string, parts: object | undefined, query: object | undefined): URL {
    const values = new Map(Object.entries(parts ?? {}));
    const url = new URL(path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values.get(name)))), this.options.url);
    for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
    return url;
  }

  private async once(method: string, url: URL, token: string, body: unknown, idempotency: string | undefined): Promise<Record<string, unknown>> {
    const headers = new Headers();
    if (token !== "") headers.set("Authorization", `Bearer ${token}`);
    if (body !== undefined) headers.set("Content-Type", "application/json");
    if (idempotency !== undefined) headers.set("Idempotency-Key", idempotency);
    let answer: Response, text: string;
    try {
      answer = await fetch(url, { method: method.toUpperCase(), headers, redirect: "error",
        signal: AbortSignal.timeout(this.options.timeoutMs ?? 30_000), ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      text = await answer.text();
    } catch (error) { throw new Unreachable("the vault did not answer", { cause: error }); }
    const json: Record<string, unknown> = /json/.test(answer.headers.get("Content-Type") ?? "") ? object(text) : { text };
    if (!answer.ok) {
      const wait = Number(answer.headers.get("Retry-After") ?? NaN);
      throw new Failure(String(json["code"] ?? "unknown"), answer.status, String(json["detail"] ?? answer.statusText),
        Number.isFinite(wait) ? wait : null);
    }
    if (json["receipt"] !== undefined) await this.options.ledger?.take(json["receipt"] as Receipt);
    return json;
  }
}

function object(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text || "{}");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : {};
  } catch { return {}; }
}

/** What is kept of a log: the newest tree that was proved, and the receipts since. */
export interface Kept { checkpoint: string | null; receipts: Receipt[] }
export interface Keep { load(): Promise<Kept>; save(kept: Kept): Promise<void> }

/** In memory, for tests and for who keeps it elsewhere. */
export class MemoryKeep implements Keep {
  kept: Kept = { checkpoint: null, receipts: [] };
  async load(): Promise<Kept> { return structuredClone(this.kept); }
  async save(kept: Kept): Promise<void> { this.kept = structuredClone(kept); }
}

interface Tree { size: number; root: string }
/** None where it is no base64. */
function bytes(text: string): Uint8Array<ArrayBuffer> {
  try { return Uint8Array.from(atob(text), (char) => char.charCodeAt(0)); } catch { return new Uint8Array(0); }
}

export class Ledger {
  private readonly origin: string;
  private readonly hash: number[];
  private readonly key: Promise<CryptoKey>;
  private turn: Promise<unknown> = Promise.resolve();

  /** `vkey` as `amanah init` prints it: NAME+HASH+KEY (C2SP signed-note). */
  constructor(vkey: string, private readonly keep: Keep) {
    const [origin, hash, ...rest] = vkey.split("+"), raw = bytes(rest.join("+"));
    if (!origin || !/^[0-9a-f]{8}$/.test(hash ?? "") || raw.length !== 33 || raw[0] !== 1) throw new TypeError("no verifier key of Ed25519");
    this.origin = origin;
    this.hash = (hash ?? "").match(/../g)?.map((two) => parseInt(two, 16)) ?? [];
    this.key = crypto.subtle.importKey("raw", raw.slice(1), "Ed25519", false, ["verify"]);
  }

  /** The tree that a checkpoint names, if the log's key signed it. */
  async tree(checkpoint: string): Promise<Tree> {
    const end = checkpoint.indexOf("\n\n"), text = checkpoint.slice(0, end + 1), [origin, size, root] = text.split("\n");
    const signed = new TextEncoder().encode(text);
    if (end < 0 || origin !== this.origin || !/^(0|[1-9][0-9]{0,15})$/.test(size ?? "") || !root) throw new Tampering("a checkpoint of another log");
    for (const line of checkpoint.slice(end + 2).split("\n")) {
      const [dash, name, signature] = line.split(" ");
      if (dash !== "\u2014" || name !== this.origin || !signature) continue;
      const raw = bytes(signature);
      if (!this.hash.every((byte, at) => raw[at] === byte)) continue;
      if (await crypto.subtle.verify("Ed25519", await this.key, raw.slice(4), signed)) return { size: Number(size), root };
    }
    throw new Tampering("a checkpoint that the log's key did not sign");
  }

  /** Check a receipt's signature and keep it. Called by Vault for each answer that has one. */
  take(receipt: Receipt): Promise<void> {
    return this.alone(async () => {
      const tree = await this.tree(receipt.checkpoint), kept = await this.keep.load();
      if (receipt.index >= tree.size) throw new Tampering("a receipt that is not in its own tree");
      const newest = kept.checkpoint === null ? null : await this.tree(kept.checkpoint);
      if (newest && newest.size === tree.size && newest.root !== tree.root) {
        kept.receipts.push(receipt); // it is evidence
        await this.keep.save(kept);
        throw new Tampering("two trees of one size");
      }
      kept.receipts.push(receipt);
      await this.keep.save(kept);
    });
  }

  /**
   * Prove what was kept: each entry stands in the newest tree as its receipt said, and each receipt's tree, and the newest that was
   * proved before, is its beginning. What held is folded into one checkpoint. The key's role needs the act `ledger`.
   */
  check(vault: Vault): Promise<Tree> {
    return this.alone(async () => {
      const kept = await this.keep.load();
      const newest = (await vault.call("get", "/v1/ledger/checkpoint", {})).text;
      if (typeof newest !== "string") throw new Tampering("no checkpoint");
      const tree = await this.tree(newest);
      if (kept.checkpoint !== null) await this.begins(vault, kept.checkpoint, tree);
      for (const receipt of kept.receipts) {
        await this.begins(vault, receipt.checkpoint, tree);
        if ((await this.proof(vault, receipt.index, tree)).leaf_hash !== receipt.leaf_hash) throw new Tampering("an entry was exchanged");
      }
      await this.keep.save({ checkpoint: newest, receipts: [] });
      return tree;
    });
  }

  private async begins(vault: Vault, checkpoint: string, newest: Tree): Promise<void> {
    const older = await this.tree(checkpoint);
    if (older.size > newest.size) throw new Tampering("the log was cut");
    if (older.size === 0) return;
    const proof = await this.proof(vault, older.size - 1, newest);
    if ((await roots(proof))?.before !== older.root) throw new Tampering("the log was rewritten");
  }

  private async proof(vault: Vault, index: number, tree: Tree): Promise<Proof> {
    const proof: Proof = { checkpoint: "", ...await vault.call("get", "/v1/ledger/proof", { query: { index, size: tree.size } }) };
    const led = await roots(proof).catch(() => null); // it may be anything
    if (proof.index !== index || proof.size !== tree.size || led?.root !== tree.root) throw new Tampering("a proof that leads elsewhere");
    return proof;
  }

  /** One after the other: what is kept is read, changed and written. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work, work);
    this.turn = done.catch(() => undefined);
    return done;
  }
}
