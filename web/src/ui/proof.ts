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

/**
 * The root that a leaf at a place of a tree of that size comes to by its path; null: the path is of another length. With `left`
 * only what stands left of it counts: the root of the tree that ended with that leaf.
 */
async function climb(leaf: Uint8Array<ArrayBuffer>, index: number, size: number, path: string[], left = false): Promise<Uint8Array<ArrayBuffer> | null> {
  let at = index, last = size - 1, hash = leaf;
  for (const text of path) {
    const other = bytes(text);
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      hash = await sha256(Uint8Array.of(1), other, hash);
      while (at % 2 === 0 && at !== 0) { at = Math.floor(at / 2); last = Math.floor(last / 2); }
    } else if (!left) hash = await sha256(Uint8Array.of(1), hash, other);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : null;
}

/** The root that a proof leads to, and that of the tree which ended with its leaf; null: it leads nowhere. */
export async function roots(proof: Proof): Promise<{ root: string; before: string } | null> {
  if (proof.index < 0 || proof.index >= proof.size) return null;
  const base64 = (hash: Uint8Array): string => btoa(String.fromCharCode(...hash)), leaf = bytes(proof.leaf_hash);
  const root = await climb(leaf, proof.index, proof.size, proof.hashes);
  const before = await climb(leaf, proof.index, proof.size, proof.hashes, true);
  return root && before && { root: base64(root), before: base64(before) };
}

/** Does this entry stand where the proof says, in the tree whose root the checkpoint names? */
export async function included(proof: Proof, entry: string): Promise<boolean> {
  const [, size, root] = proof.checkpoint.split("\n");
  if (Number(size) !== proof.size || !root || proof.index >= proof.size) return false;
  const leaf = await leafOf(entry);
  if (!same(leaf, bytes(proof.leaf_hash))) return false;
  const found = await climb(leaf, proof.index, proof.size, proof.hashes);
  return found !== null && same(found, bytes(root));
}

/** What a person is given of a look at them: the entry, and the way from their own leaf to the root that it holds. */
export interface OwnProof { entry: string; salt: string; subject: number; full: number; masked: number; position: number; path: string[]; inclusion: string[]; size: number }

/** Of an entry, which is a map in CBOR with numbers as keys: how many its set has, and the root over them. */
function setOf(entry: Uint8Array): { count: number; root: Uint8Array } | null {
  let at = 1, count = 0, root = new Uint8Array();
  const pairs = (entry[0] ?? 0) & 31;
  const head = (): [number, number] => {
    const first = entry[at++] ?? 0, low = first & 31;
    if (low < 24) return [first >> 5, low];
    let value = 0;
    for (let left = 1 << (low - 24); left > 0; left--) value = value * 256 + (entry[at++] ?? 0);
    return [first >> 5, value];
  };
  for (let i = 0; i < pairs; i++) {
    const [, key] = head(), [kind, value] = head();
    if (kind > 2) return null; // those come behind the root
    if (kind === 2 && key === 8) root = entry.slice(at, at + value);
    if (kind === 2) at += value;
    if (kind === 0 && key === 7) count = value;
    if (key >= 8) break;
  }
  return root.length === 32 && count > 0 ? { count, root } : null;
}

function be64(value: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value));
  return out;
}

/** Is this person among those whom the entry is about, with just these fields? */
export async function concerns(proof: OwnProof): Promise<boolean> {
  const set = setOf(bytes(proof.entry));
  if (!set || !Number.isSafeInteger(proof.full) || !Number.isSafeInteger(proof.masked)) return false;
  const leaf = await sha256(Uint8Array.of(0), bytes(proof.salt), be64(proof.subject), be64(proof.full), be64(proof.masked));
  const found = await climb(leaf, proof.position, set.count, proof.path);
  return found !== null && same(found, set.root);
}
