import { defineConfig } from "vite";
import { existsSync, readFileSync } from "node:fs";

// locale/<language>/console.txt: `key = text`, as all texts of the house; a module that exports the pairs.
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
    const pairs = [...shared, ...read(text)];
    return `export default ${JSON.stringify(Object.fromEntries(pairs))}`;
  },
};

export default defineConfig({
  plugins: [words],
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
