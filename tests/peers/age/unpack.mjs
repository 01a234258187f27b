// Writes each vector of the package as a file of its own into the folder named.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as kit from "cctv-age";

const vectors = kit.default ?? kit;
mkdirSync(process.argv[2], { recursive: true });
for (const [name, octets] of Object.entries(vectors)) {
    if (!/^[a-z0-9_]+$/.test(name)) throw new Error(`a vector named ${name}`);
    writeFileSync(join(process.argv[2], name), octets);
}
