// Entries of the log as they stand in its bundles (C2SP tlog-tiles): read in the page, so that looking for some needs no index in the vault.
import KINDS from "../../../src/prove/entries.def";
import { askBytes } from "../ui/api";

export interface Found { index: number; time: number; kind: string; reader: number }

export const BUNDLE = 256; // entries in a full one

/** The path of bundle `n` of a log of `size` entries: three digits at a time, and how many it has when it is not full. */
export function bundlePath(n: number, size: number): string {
  const groups = [String(n % 1000).padStart(3, "0")];
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  const last = size - n * BUNDLE;
  return groups.join("/") + (last < BUNDLE ? `.p/${last}` : "");
}

/** An entry's kind, time and reader: the first members of a map in deterministic CBOR, whose keys ascend (docs/entry.cddl). */
function read(bytes: Uint8Array, index: number): Found {
  let at = 0;
  const number = (): number => {
    const head = (bytes[at++] ?? 0) & 31;
    if (head < 24) return head;
    let value = 0;
    for (let left = 1 << (head - 24); left > 0; left--) value = value * 256 + (bytes[at++] ?? 0);
    return value;
  };
  const members = number(), said: Record<number, number> = {};
  for (let one = 0; one < Math.min(members, 3); one++) {
    const key = number();
    if (key > 2) break;
    said[key] = number();
  }
  return { index, kind: KINDS[said[0] ?? 0] ?? String(said[0] ?? 0), time: (said[1] ?? 0) / 1000, reader: said[2] ?? 0 };
}

/** The entries of bundle `n`, the newest first. */
export async function bundle(n: number, size: number, signal?: AbortSignal): Promise<Found[]> {
  const bytes = await askBytes(`GET /v1/ledger/tile/entries/${bundlePath(n, size)}`, signal ? { signal } : {});
  const found: Found[] = [];
  for (let at = 0, index = n * BUNDLE; at + 2 <= bytes.length; index++) {
    const length = (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
    found.push(read(bytes.subarray(at + 2, at + 2 + length), index));
    at += 2 + length;
  }
  return found.reverse();
}
