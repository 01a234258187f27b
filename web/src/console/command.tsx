// What is done by a command alone: the command, to be copied.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../ui/words";

export function Command({ about, line }: { about: string; line: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  return (
    <div class="stack tight">
      <p class="soft">{about}</p>
      <div class="row"><code>{line}</code><button type="button" class="slim" onClick={() => void navigator.clipboard.writeText(line).then(() => setCopied(true), () => setCopied(false))}>{t("command.copy")}</button>{copied ? <span class="small" role="status">{t("command.copied")}</span> : null}</div>
    </div>
  );
}
