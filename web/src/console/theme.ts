const KEPT = "amanah.theme";
export type Theme = "auto" | "light" | "dark";
export function theme(): Theme { const kept = localStorage.getItem(KEPT); return kept === "light" || kept === "dark" ? kept : "auto"; }
export function putTheme(chosen: Theme = theme()): void {
  if (chosen === "auto") { localStorage.removeItem(KEPT); delete document.documentElement.dataset["theme"]; return; }
  localStorage.setItem(KEPT, chosen);
  document.documentElement.dataset["theme"] = chosen;
}
