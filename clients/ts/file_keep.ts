/* Receipts in a file of Node's: written whole, then renamed. One process at a time. */
import { readFile, rename, writeFile } from "node:fs/promises";
import type { Keep, Kept } from "./amanah.ts";

export class FileKeep implements Keep {
  constructor(private readonly path: string) {}
  async load(): Promise<Kept> {
    try {
      return JSON.parse(await readFile(this.path, "utf8")) as Kept;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return { checkpoint: null, receipts: [] };
      throw error;
    }
  }
  async save(kept: Kept): Promise<void> {
    await writeFile(`${this.path}.new`, JSON.stringify(kept), { mode: 0o600, flush: true });
    await rename(`${this.path}.new`, this.path);
  }
}
