// The choice of language.
import type { JSX } from "preact";
import { LANGUAGES, language, speak, t, type Language, type Loader } from "./words";

export function Speech({ words, onSpeak }: { words: Loader; onSpeak: () => void }): JSX.Element {
  return (
    <label class="row">
      <span class="hidden">{t("language")}</span>
      <select value={language()} onChange={(event) => void speak(words, event.currentTarget.value as Language, true).then(onSpeak)}>
        {Object.entries(LANGUAGES).map(([tag, name]) => <option key={tag} value={tag} lang={tag}>{name}</option>)}
      </select>
    </label>
  );
}
