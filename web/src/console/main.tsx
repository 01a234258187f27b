import "../ui/look.css";
import { render } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { ask, onSignedOut, Refused, setCsrf } from "../ui/api";
import { speak, wanted, type Loader } from "../ui/words";
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
  const [, setTurn] = useState(0);
  const again = useCallback(() => setTurn((was) => was + 1), []);
  const find = useCallback(async () => {
    try {
      const found = await ask<Self>("GET /v1/self", {}, { quiet: true });
      setCsrf(found.csrf ?? "");
      setSelf(found);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setSelf(null);
    }
  }, []);
  useEffect(() => { void find(); return onSignedOut(() => { setCsrf(""); setSelf(null); }); }, []);
  if (self === undefined) return <p class="loading" role="status" />;
  if (self === null) return <SignIn onIn={() => void find()} onSpeak={again} words={WORDS} />;
  return <House self={self} words={WORDS} onSpeak={again} onOut={() => { setCsrf(""); setSelf(null); location.hash = ""; }} />;
}

putTheme();
void speak(WORDS, wanted()).then(() => {
  const app = document.getElementById("app");
  if (app) render(<App />, app);
});
