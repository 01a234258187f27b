// The frame around every page: where one is, who one is, and whether what is shown is live.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ask, askAll } from "../ui/api";
import { Speech } from "../ui/speech";
import { Empty } from "../ui/parts";
import { t, word, type Loader } from "../ui/words";
import { Desk } from "./desk";
import { Incidents } from "./incidents";
import { Ledger } from "./ledger";
import { openStream, told, useTurn } from "./live";
import { People } from "./people";
import { SharedContext, usePlace, type Self, type Shared } from "./state";
import { Settings } from "./settings";
import { Team } from "./team";
import { Today } from "./today";
import { Uploads } from "./uploads";
import { Watch } from "./watch";

const IDLE_MS = 30 * 60000; // as a session of the vault

interface Room { name: string; acts: string[]; page: () => JSX.Element }

const ROOMS: Room[] = [
  { name: "today", acts: [], page: Today },
  { name: "people", acts: ["show"], page: People },
  { name: "desk", acts: ["desk"], page: Desk },
  { name: "incidents", acts: ["incident"], page: Incidents },
  { name: "watch", acts: ["watch"], page: Watch },
  { name: "ledger", acts: ["ledger"], page: Ledger },
  { name: "team", acts: ["staff"], page: Team },
  { name: "settings", acts: [], page: Settings },
];

export function House({ self, words, onSpeak, onOut }: { self: Self; words: Loader; onSpeak: () => void; onOut: (idle: boolean) => void }): JSX.Element {
  const at = usePlace();
  const { turn, live } = useTurn(["team"]);
  const [open, setOpen] = useState(false);
  const [names, setNames] = useState<Record<string, string>>({});
  const rooms = ROOMS.filter((room) => room.acts.every((act) => self.acts.includes(act)));
  const room = rooms.find((one) => one.name === (at[0] ?? "today"));
  const head = useRef<HTMLElement>(null);

  useEffect(() => (told(self.acts) ? openStream() : undefined), []);
  useEffect(() => { // a page that nobody touches signs its reader out: it asks by itself, so the vault does not see that they left
    let touched = Date.now();
    const touch = () => { touched = Date.now(); };
    const timer = setInterval(() => { if (Date.now() - touched > IDLE_MS) signOut(true); }, 30000);
    for (const kind of ["pointerdown", "keydown", "scroll"]) addEventListener(kind, touch, { passive: true });
    return () => { clearInterval(timer); for (const kind of ["pointerdown", "keydown", "scroll"]) removeEventListener(kind, touch); };
  }, []);
  useEffect(() => { // names beside ids, as far as one may know them
    const put = (items: { id: string; name: string }[]) => setNames((was) => ({ ...was, ...Object.fromEntries(items.filter((one) => one.name).map((one) => [one.id, one.name])) }));
    if (self.acts.includes("staff")) void askAll<{ id: string; name: string }>("GET /v1/staff").then((got) => put(got.items)).catch(() => undefined);
    if (self.acts.includes("keys")) void askAll<{ id: string; name: string }>("GET /v1/keys").then((got) => put(got.items)).catch(() => undefined);
  }, [turn]);
  useEffect(() => {
    setOpen(false);
    document.title = `${t(`room.${room?.name ?? "none"}`)} – ${self.shop}`;
    head.current?.querySelector<HTMLElement>("h1")?.focus();
    scrollTo(0, 0);
  }, [at.join("/"), room?.name]);

  const signOut = (idle = false) => { void ask("DELETE /v1/sessions", {}, { quiet: true }).catch(() => undefined).then(() => onOut(idle)); };
  const shared = useMemo<Shared>(() => ({
    self, signOut, names, named: (id) => names[id] ?? id, can: (act) => self.acts.includes(act), retheme: onSpeak, respeak: onSpeak,
  }), [self, names]);
  const Page = room?.page;
  return (
    <SharedContext.Provider value={shared}>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); head.current?.querySelector<HTMLElement>("h1")?.focus(); }}>{t("skip")}</a>
      <div class="house">
        <header class="side" data-open={open}>
          <div class="brand"><img src="/mark.svg" alt="" /><span>Amanah<small>{self.shop}</small></span></div>
          <button type="button" class="menu" aria-expanded={open} aria-controls="rooms" onClick={() => setOpen(!open)}>{t("menu")}</button>
          <nav id="rooms" aria-label={t("menu")}>
            <ul>{rooms.map((one) => <li key={one.name}><a href={`#/${one.name}`} {...(one === room ? { "aria-current": "page" as const } : {})}>{t(`room.${one.name}`)}</a></li>)}</ul>
          </nav>
          <div class="who">
            <span>{names[self.reader] ?? self.reader}<br /><span class="soft small">{word("role", self.role)}</span><br /><span class="soft small" data-live={live}>{t(live ? "live" : "not_live")}</span></span>
            <Speech words={words} onSpeak={onSpeak} />
            <button type="button" class="slim" onClick={() => signOut()}>{t("sign_out")}</button>
          </div>
        </header>
        <main id="main" ref={head}>
          <Uploads />
          {Page ? <Page /> : <><h1 tabIndex={-1}>{t("room.none")}</h1><Empty>{t("none.about")}</Empty></>}
        </main>
      </div>
    </SharedContext.Provider>
  );
}
