// The files that Vite made as one C table, each compressed ahead: node pack.mjs WEB MADE OUTPUT TARGET DEPFILE
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [web, made, output, target, depfile] = process.argv.slice(2);
const DOORS = { console: "DOOR_CONSOLE", portal: "DOOR_PORTAL" };
const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

const manifest = JSON.parse(readFileSync(join(made, ".vite/manifest.json"), "utf8"));
const doors = new Map(); // file: set of doors that it is served at

function reach(key, door, seen) {
  const chunk = manifest[key];
  if (!chunk || seen.has(key)) return;
  seen.add(key);
  for (const file of [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]) {
    doors.set(file, (doors.get(file) ?? new Set()).add(door));
  }
  for (const next of [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]) reach(next, door, seen);
}

const files = [];
for (const [word, door] of Object.entries(DOORS)) {
  const html = `${word}.html`;
  if (!manifest[html]) continue;
  reach(html, door, new Set());
  files.push({ path: "/", file: html, doors: [door], immutable: false });
  for (const name of readdirSync(join(web, "public"))) {
    doors.set(name, (doors.get(name) ?? new Set()).add(door));
  }
}
for (const [file, at] of doors) files.push({ path: `/${file}`, file, doors: [...at], immutable: file.startsWith("assets/") });
files.sort((a, b) => (a.path < b.path ? -1 : 1));

const bytes = (data) => {
  const lines = [];
  for (let at = 0; at < data.length; at += 32) lines.push([...data.subarray(at, at + 32)].join(","));
  return lines.join(",\n");
};

let c = '/* Made by web/pack.mjs. */\n#include "serve/pages.h"\n';
const rows = [];
files.forEach((one, at) => {
  const plain = readFileSync(join(made, one.file));
  const forms = [
    ["\"br\"", brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })],
    ["\"gzip\"", gzipSync(plain, { level: 9 })],
  ].filter(([, packed]) => packed.length < plain.length);
  forms.push(["NULL", plain]);
  const type = TYPES[extname(one.file)];
  if (!type) throw new Error(`${one.file}: of no known type`);
  const etag = createHash("sha256").update(plain).digest("hex").slice(0, 32);
  forms.forEach(([, data], form) => (c += `static const uint8_t file_${at}_${form}[] = {${bytes(data)}};\n`));
  rows.push(`    {"${one.path}", "${type}", "\\"${etag}\\"", ${one.doors.map((door) => `1U << ${door}`).join(" | ")}, ` +
    `${one.immutable}, ${forms.length}, {${forms.map(([name], form) => `{${name}, file_${at}_${form}, sizeof file_${at}_${form}}`).join(", ")}}},\n`);
});
c += `const struct page_file page_rows[] = {\n${rows.join("")}};\nconst size_t page_row_count = ${rows.length};\n`;
writeFileSync(output, c);

// What it was made from, and the folders, so that a new file is seen.
function* walk(folder) {
  yield folder;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* walk(path);
    else yield path;
  }
}
const from = ["build", "pack.mjs", "vite.config.ts", "tsconfig.json", "package-lock.json", "console.html", "portal.html"]
  .map((name) => join(web, name)).filter((path) => { try { return statSync(path); } catch { return false; } });
const words = ["en", "id", "ko"].flatMap((lang) => ["console.txt", "portal.txt", "words.txt"].map((name) => join(web, "../locale", lang, name)))
  .filter((path) => { try { return statSync(path); } catch { return false; } });
const named = [join(web, "../law/elements.yaml"), join(web, "../src/prove/entries.def"), ...walk(join(web, "../playbooks"))];
writeFileSync(depfile, `${target}: ${[...from, ...words, ...named, ...walk(join(web, "src")), ...walk(join(web, "public"))].join(" \\\n ")}\n`);
