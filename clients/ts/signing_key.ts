/*
 * A key that signs, in a file of Node's: opens sessions of a quarter of an hour by its private half, and has a successor made when
 * two thirds of its time are over. The next pair is in the file before the vault hears of it, and asked for again by the same
 * idempotency key: a process that dies at any moment leaves a key that works. One process at a time.
 *
 *     const publicKey = await SigningKey.make("support.json");        // amanah key issue --public-key …
 *     await SigningKey.named("support.json", "key_…");                // the id that it printed
 *     const vault = new Vault({ url, key: new SigningKey("support.json"), ledger });
 */
import { createPrivateKey, createPublicKey, randomBytes, randomUUID, sign, type KeyObject } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { Failure, Tampering, type Credential, type Vault } from "./amanah.ts";

interface Held {
  id: string; seed: string; // the private half, 32 bytes in base64
  token?: string; until?: number; // of the session; ms
  begun?: number; ends?: number; // of the key
  next?: { seed: string; again: string };
}

const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex"); // RFC 8410: what stands before a seed
const SPARE_MS = 60_000;
const CHALLENGE = "amanah session 1 ";

function pair(seed: string): KeyObject {
  const bytes = Buffer.from(seed, "base64");
  if (bytes.length !== 32) throw new TypeError("the file of this key holds no seed of 32 bytes");
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, bytes]), format: "der", type: "pkcs8" });
}

function publicHalf(seed: string): string {
  return createPublicKey(pair(seed)).export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
}

export class SigningKey implements Credential {
  private turn: Promise<unknown> = Promise.resolve();
  constructor(private readonly path: string) {}

  /** Make a pair for a key to be issued, in a file that must not be there; its public half in base64. */
  static async make(path: string): Promise<string> {
    const seed = randomBytes(32).toString("base64");
    await writeFile(path, JSON.stringify({ id: "", seed }), { mode: 0o600, flag: "wx", flush: true });
    return publicHalf(seed);
  }

  static async named(path: string, id: string): Promise<void> {
    const key = new SigningKey(path);
    await key.keep({ ...await key.read(), id });
  }

  /** A session's token: the one it has, or a new one. */
  token(vault: Vault): Promise<string> {
    return this.alone(async () => {
      let held = await this.read();
      if (held.id === "") throw new TypeError("the file of this key names no key yet: SigningKey.named()");
      if (held.token !== undefined && Date.now() < (held.until ?? 0) - SPARE_MS) return held.token;
      held = await this.renewed(vault, await this.opened(vault, held));
      return held.token ?? "";
    });
  }

  /** That session is over: a restart of the vault ends all. */
  forget(token: string): Promise<boolean> {
    return this.alone(async () => {
      const { token: had, until, ...rest } = await this.read();
      if (had === token) await this.keep(rest);
      return until !== undefined || had !== token;
    });
  }

  private async opened(vault: Vault, held: Held): Promise<Held> {
    const given = await vault.as("").call("post", "/v1/sessions", { body: { key: held.id } });
    const challenge = String(given.challenge ?? "");
    if (!challenge.startsWith(CHALLENGE)) throw new Tampering("what came is no challenge, and is not signed");
    const signature = sign(null, Buffer.from(challenge), pair(held.seed)).toString("base64");
    const session = await vault.as("").call("post", "/v1/sessions", { body: { key: held.id, challenge, signature } });
    const now: Held = { ...held, token: String(session.token), until: Date.parse(String(session.expires)) };
    await this.keep(now);
    return now;
  }

  /** What fails is tried again with the next session: until the key ends there is time. */
  private async renewed(vault: Vault, held: Held): Promise<Held> {
    try {
      return await this.followedInTime(vault, vault.as(held.token ?? ""), held);
    } catch (error) {
      if (error instanceof Failure) return held;
      throw error;
    }
  }

  private async followedInTime(vault: Vault, by: Vault, held: Held): Promise<Held> {
    if (held.ends === undefined || held.begun === undefined) {
      const ends = Date.parse((await by.call("get", "/v1/self", {})).expires ?? "");
      if (Number.isNaN(ends)) return held;
      held = { ...held, ends, begun: Date.now() };
      await this.keep(held);
    }
    const { begun = 0, ends = 0 } = held;
    return Date.now() < begun + (ends - begun) * 2 / 3 ? held : this.followed(vault, by, held);
  }

  private async followed(vault: Vault, by: Vault, held: Held): Promise<Held> {
    const next = held.next ?? { seed: randomBytes(32).toString("base64"), again: randomUUID() };
    if (!held.next) await this.keep({ ...held, next });
    const made = await by.call("post", "/v1/keys/{id}/rotate",
      { path: { id: held.id }, body: { public_key: publicHalf(next.seed) }, idempotency: next.again });
    const following: Held = { id: made.id, seed: next.seed, begun: Date.now(), ends: Date.parse(made.expires ?? "") };
    await this.keep(following);
    return this.opened(vault, following); // its first use leaves the old one an hour
  }

  private async read(): Promise<Held> { return JSON.parse(await readFile(this.path, "utf8")) as Held; }

  private async keep(held: Held): Promise<void> {
    await rm(`${this.path}.new`, { force: true }); // of a process that died: its mode would stay
    await writeFile(`${this.path}.new`, JSON.stringify(held), { mode: 0o600, flag: "wx", flush: true });
    await rename(`${this.path}.new`, this.path);
  }

  /** One after the other: what is kept is read, changed and written. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work, work);
    this.turn = done.catch(() => undefined);
    return done;
  }
}
