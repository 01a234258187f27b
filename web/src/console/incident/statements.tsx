// Public words: drafted from the facts for every channel in three languages, what the check finds in them, published by somebody else.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask, type Page } from "../../ui/api";
import { Choice, Countdown, Empty, Input, Loaded, Note, Sheet, Tag, Time, Trouble, useAct } from "../../ui/parts";
import { LANGUAGES, language, t, word } from "../../ui/words";
import type { Line } from "../shapes";
import { useLive } from "../live";
import { useShared } from "../state";

interface Finding { lang: string; channel: string; line: number; rule: string; word: string; instead: string }
interface Statement { line: number; state: string; kind: string; as_of: string; next: string; texts: { lang: string; channel: string; text: string }[]; findings?: Finding[]; problem?: string }
const CHANNELS = ["page", "email", "sms", "messenger", "social", "banner", "desk", "qa"];

export function Statements({ id }: { id: string }): JSX.Element {
  const all = useLive([`incident ${id}`], (signal) => ask<Page<Line> & { word_due?: string }>("GET /v1/incidents/{id}/statements", { id }, { signal }), [id]);
  const [kind, setKind] = useState("statement");
  const [open, setOpen] = useState(0);
  const [at, setAt] = useState({ lang: language() as string, channel: "page" });
  const act = useAct();
  const newest = open || all.data?.items.at(-1)?.line || 0;
  return (
    <div class="stack wide-gap">
      <Sheet title={t("public.title")}>
        <p class="soft">{t("public.about")}</p>
        {all.data?.word_due ? <p class="row"><span>{t("public.due")}</span><Countdown due={all.data.word_due} /></p> : null}
        <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { setOpen((await ask<{ line: number }>("POST /v1/incidents/{id}/statements", { id, kind })).line); all.again(); }); }}>
          <Choice label={t("public.kind")} value={kind} onValue={setKind} of={["statement", "apology", "update"].map((one) => [one, word("public.kind", one)])} />
          <Trouble of={act.problem} />
          <div><button type="submit" class="main" disabled={act.busy}>{t("public.draft")}</button></div>
        </form>
      </Sheet>
      <Loaded of={all}>{({ items }) => items.length === 0 ? <Sheet title={t("public.all")}><Empty>{t("public.none")}</Empty></Sheet> : (
        <>
          {newest ? <One key={newest} id={id} line={newest} author={items.find((one) => one.line === newest)?.author ?? ""} at={at} onAt={setAt} again={all.again} onDraft={setOpen} /> : null}
          <Sheet title={t("public.all")}>
            <ul class="plain stack">{[...items].reverse().map((one) => (
              <li key={one.line} class="line"><div class="row"><Tag tone={one.state === "published" ? "good" : "warn"}>{word("public.state", one.state ?? "")}</Tag><strong>{word("public.kind", one.name ?? "")}</strong></div>
                <span class="small soft">{t("timeline.line", { n: String(one.line) })} · <Time at={one.time} /></span>
                {one.line === newest ? null : <div><button type="button" class="slim" onClick={() => { setOpen(one.line); scrollTo(0, 0); }}>{t("people.open")}</button></div>}</li>))}</ul>
          </Sheet>
        </>
      )}</Loaded>
    </div>
  );
}

function One({ id, line, author, at: { lang, channel }, onAt, again, onDraft }: { id: string; line: number; author: string; at: { lang: string; channel: string }; onAt: (at: { lang: string; channel: string }) => void; again: () => void; onDraft: (line: number) => void }): JSX.Element {
  const { self } = useShared();
  const got = useLive([`incident ${id}`], (signal) => ask<Statement>("GET /v1/incidents/{id}/statements/{line}", { id, line }, { signal }), [id, line]);
  const [own, setOwn] = useState<string>();
  const [where, setWhere] = useState("");
  const act = useAct(), publish = useAct();
  return (
    <Loaded of={got}>{(now) => {
      const text = now.texts.find((one) => one.lang === lang && one.channel === channel)?.text ?? "";
      const here = now.findings?.filter((one) => one.lang === lang && one.channel === channel) ?? [];
      const draft = now.state === "draft", clean = !now.findings?.length && !now.problem;
      return (
        <Sheet title={word("public.kind", now.kind)} side={<Tag tone={draft ? "warn" : "good"}>{word("public.state", now.state)}</Tag>}>
          <p class="small soft">{t("public.as_of")} <Time at={now.as_of} /> · {t("public.next")} <Time at={now.next} /></p>
          {draft ? <Found of={now} onShow={(one) => { onAt(one); setOwn(undefined); }} /> : null}
          <div class="pair">
            <Choice label={t("public.channel")} value={channel} onValue={(one) => { onAt({ lang, channel: one }); setOwn(undefined); }} of={CHANNELS.map((one) => [one, word("channel", one)])} />
            <Choice label={t("language")} value={lang} onValue={(one) => { onAt({ lang: one, channel }); setOwn(undefined); }} of={Object.entries(LANGUAGES)} />
          </div>
          {own === undefined ? <pre lang={lang}>{text}</pre> : (
            <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { onDraft((await ask<{ line: number }>("POST /v1/incidents/{id}/statements", { id, amends: line, lang, channel, text: own })).line); again(); }); }}>
              <Input label={t("public.own")} hint={t("public.own.hint")} value={own} onValue={setOwn} area required />
              <Trouble of={act.problem} />
              <div class="row"><button type="submit" class="main" disabled={act.busy}>{t("public.keep")}</button><button type="button" onClick={() => setOwn(undefined)}>{t("cancel")}</button></div>
            </form>
          )}
          {here.length ? <Note tone="warn"><ul>{here.map((one, at) => <li key={at}><Fault of={one} /></li>)}</ul></Note> : null}
          {draft && own === undefined ? <div><button type="button" onClick={() => setOwn(text)}>{t("public.change")}</button></div> : null}
          {!draft ? null : author === self.reader ? <Note><p>{t("public.second")}</p></Note> : (
            <form onSubmit={(event) => { event.preventDefault(); void publish.run(async () => { await ask("POST /v1/incidents/{id}/statements/{line}/publish", { id, line, where }); got.again(); again(); }); }}>
              <Input label={t("public.where")} hint={t("public.where.hint")} value={where} onValue={setWhere} required maxlength={200} autocomplete="off" />
              <Trouble of={publish.problem} />
              <div><button type="submit" class="main" disabled={publish.busy || !clean}>{t("public.publish")}</button></div>
              {clean ? null : <p class="small soft">{t("public.unclean")}</p>}
            </form>
          )}
        </Sheet>
      );
    }}</Loaded>
  );
}

/** What the check found, by where. */
function Found({ of, onShow }: { of: Statement; onShow: (one: Finding) => void }): JSX.Element {
  const found = of.findings ?? [];
  if (of.problem) return <Note tone="warn"><p lang="en">{of.problem}</p></Note>;
  if (found.length === 0) return <Note tone="good"><p>{t("public.clean")}</p></Note>;
  const places = [...new Map(found.map((one) => [`${one.lang}/${one.channel}`, one])).values()];
  return (
    <Note tone="warn">
      <p class="strong">{t("public.found", { n: found.length })}</p>
      <ul>{[...new Set(found.map((one) => one.rule))].map((rule) => <li key={rule}>{word("lint", rule)}{rule === "element" ? `: ${[...new Set(found.filter((one) => one.rule === rule).map((one) => word("element", one.instead)))].join(", ")}` : ""}</li>)}</ul>
      <div class="row">{places.map((one) => <button key={`${one.lang}/${one.channel}`} type="button" class="slim" onClick={() => onShow(one)}>{word("channel", one.channel)}, {word("lang", one.lang)}</button>)}</div>
    </Note>
  );
}

/** Rules whose list of words, in the text's language, says what to write instead. */
const INSTEAD = ["euphemism", "must", "blame", "spin", "final", "negation", "offer"];

function Fault({ of }: { of: Finding }): JSX.Element {
  return <>{word("lint", of.rule)}{of.rule === "element" ? `: ${word("element", of.instead)}` : ""}{of.word ? <>: <q>{of.word}</q></> : null}{INSTEAD.includes(of.rule) && of.instead ? <span class="small" lang={of.lang}> ({of.instead})</span> : null}</>;
}
