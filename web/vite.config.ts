import { defineConfig } from "vite";
import { existsSync, readdirSync, readFileSync } from "node:fs";

// locale/<language>/console.txt: `key = text`, as all texts of the house; a module that exports the pairs.
/** Names that the data of others already has in three languages: elements of reports, kinds of leak. */
function titles(id: string): [string, string][] {
  if (!id.endsWith("/console.txt")) return [];
  const top = id.replace(/locale\/\w+\/[^/]+$/, ""), lang = /locale\/(\w+)\//.exec(id)?.[1] ?? "en";
  const clean = (text: string) => text.trim().replace(/^"(.*)"$/, "$1");
  const elements = [...readFileSync(`${top}law/elements.yaml`, "utf8").matchAll(/^ *- \{id: (\w+), labels: \{en: (.*), id: (.*), ko: (.*)\}\}$/gm)]
    .map((row): [string, string] => [`element.${row[1]}`, clean(row[lang === "en" ? 2 : lang === "id" ? 3 : 4] ?? "")]);
  const kinds = readdirSync(`${top}playbooks`).filter((name) => name.endsWith(".yaml")).map((name): [string, string] => {
    const text = readFileSync(`${top}playbooks/${name}`, "utf8"), title = new RegExp(`^title:(?:\\n  .*)*?\\n  ${lang}: (.*)$`, "m").exec(text)?.[1] ?? "";
    return [`playbook.${name.replace(".yaml", "")}`, clean(title)];
  });
  return [...elements, ...kinds];
}

const words = {
  name: "words",
  enforce: "pre" as const,
  load(id: string) {
    if (!/locale\/\w+\/\w+\.txt$/.test(id)) return null;
    const text = readFileSync(id, "utf8");
    const read = (lines: string) => lines.split("\n").filter((line) => line.includes(" = ") && !line.startsWith("#"))
      .map((line): [string, string] => { const at = line.indexOf(" = "); return [line.slice(0, at), line.slice(at + 3)]; });
    const wanted = /^@words (.*)$/m.exec(text)?.[1]?.split(" ") ?? [];
    const shared = read(readFileSync(id.replace(/[^/]+$/, "words.txt"), "utf8")).filter(([key]) => wanted.some((family) => key.startsWith(family)));
    const pairs = [...shared, ...titles(id), ...read(text)];
    return `export default ${JSON.stringify(Object.fromEntries(pairs))}`;
  },
};

/** Kinds of entries by their number, from the program's own table. */
const entries = {
  name: "entries",
  enforce: "pre" as const,
  load(id: string) {
    if (!id.endsWith("/entries.def")) return null;
    const rows = [...readFileSync(id, "utf8").matchAll(/^ENTRY\(\w+, (\d+), "(\w+)"/gm)];
    return `export default ${JSON.stringify(Object.fromEntries(rows.map((row) => [row[1], row[2]])))}`;
  },
};

export default defineConfig({
  plugins: [words, entries],
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2022",
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // a data: URL would need a hole in the policy
    cssCodeSplit: true,
    rollupOptions: { input: ["console.html", "portal.html"].filter((name) => existsSync(name)) },
  },
});
