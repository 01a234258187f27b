import "../ui/look.css";
import { render } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { ask, onSignedOut, Refused, setCsrf, type Problem } from "../ui/api";
import { Trouble } from "../ui/parts";
import { speak, t, wanted, type Loader } from "../ui/words";
import { House } from "./house";
import { SignIn } from "./sign_in";
import type { Self } from "./state";
import { putTheme } from "./theme";

export const WORDS: Loader = {
  en: () => import("../../../locale/en/console.txt"),
  id: () => import("../../../locale/id/console.txt"),
  ko: () => import("../../../locale/ko/console.txt"),
};

function App() {
  const [self, setSelf] = useState<Self | null | undefined>(undefined);
  const [problem, setProblem] = useState<Problem>(); // who is signed in could not be asked
  const [why, setWhy] = useState<"ended" | "idle">();
  const [, setTurn] = useState(0);
  const again = useCallback(() => setTurn((was) => was + 1), []);
  const find = useCallback(async () => {
    setProblem(undefined);
    try {
      const found = await ask<Self>("GET /v1/self", {}, { quiet: true });
      setCsrf(found.csrf ?? "");
      setSelf(found);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.problem.status === 401 || error.problem.status === 403) setSelf(null); else setProblem(error.problem);
    }
  }, []);
  useEffect(() => { void find(); return onSignedOut(() => { setCsrf(""); setWhy("ended"); setSelf(null); }); }, []);
  if (problem) return <div class="door"><main class="sheet"><h1 tabIndex={-1}>Amanah</h1><Trouble of={problem} /><div><button type="button" class="main" onClick={() => void find()}>{t("again")}</button></div></main></div>;
  if (self === undefined) return <p class="loading" role="status" />;
  if (self === null) return <SignIn onIn={() => { setWhy(undefined); void find(); }} {...(why ? { why } : {})} onSpeak={again} words={WORDS} />;
  return <House self={self} words={WORDS} onSpeak={again} onOut={(idle) => { setCsrf(""); setWhy(idle ? "idle" : undefined); setSelf(null); location.hash = ""; }} />;
}

putTheme();
void speak(WORDS, wanted()).then(() => {
  const app = document.getElementById("app");
  if (app) render(<App />, app);
});
