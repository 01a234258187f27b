// An inclusion proof, worked out here with WebCrypto (RFC 6962 section 2.1.1): what the page shows, not what anybody should rely on.
export interface Proof { index: number; size: number; leaf_hash: string; hashes: string[]; checkpoint: string }

function bytes(text: string): Uint8Array<ArrayBuffer> { return Uint8Array.from(atob(text), (char) => char.charCodeAt(0)); }
async function sha256(...parts: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}
function same(a: Uint8Array, b: Uint8Array): boolean { return a.length === b.length && a.every((byte, at) => byte === b[at]); }

/** The hash of an entry's bytes as a leaf of the tree. */
export async function leafOf(entry: string): Promise<Uint8Array<ArrayBuffer>> { return sha256(Uint8Array.of(0), bytes(entry)); }

/** Does this entry stand where the proof says, in the tree whose root the checkpoint names? */
export async function included(proof: Proof, entry: string): Promise<boolean> {
  const [, size, root] = proof.checkpoint.split("\n");
  if (Number(size) !== proof.size || !root || proof.index >= proof.size) return false;
  let at = proof.index, last = proof.size - 1, hash = await leafOf(entry);
  if (!same(hash, bytes(proof.leaf_hash))) return false;
  for (const text of proof.hashes) {
    const other = bytes(text);
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = await sha256(Uint8Array.of(1), other, hash);
      while (at % 2 === 0 && at !== 0) { at = Math.floor(at / 2); last = Math.floor(last / 2); }
    } else hash = await sha256(Uint8Array.of(1), hash, other);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && same(hash, bytes(root));
}
