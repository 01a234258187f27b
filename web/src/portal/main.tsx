import "../ui/look.css";
import "./portal.css";
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, Refused } from "../ui/api";
import { Speech } from "../ui/speech";
import { speak, t, wanted, type Loader } from "../ui/words";
import { Home } from "./home";
import { Message } from "./message";
import { Mine } from "./mine";
import { Rights } from "./rights";
import { Safe } from "./safe";
import type { Shop } from "./shapes";
import { Write } from "./write";

const WORDS: Loader = {
  en: () => import("../../../locale/en/portal.txt"),
  id: () => import("../../../locale/id/portal.txt"),
  ko: () => import("../../../locale/ko/portal.txt"),
};

const ROOMS = { mine: Mine, message: Message, write: Write, safe: Safe, rights: Rights };
type Room = keyof typeof ROOMS;

function here(): Room | "" {
  const name = location.hash.replace(/^#\/?/, "");
  return name in ROOMS ? name as Room : "";
}

function App() {
  const [room, setRoom] = useState(here());
  const [shop, setShop] = useState<Shop>({ shop: "", desk: "", accounts: 0 });
  const [, setTurn] = useState(0);
  const main = useRef<HTMLElement>(null), first = useRef(true);
  useEffect(() => {
    const go = () => setRoom(here());
    addEventListener("hashchange", go);
    ask<Shop>("GET /v1/portal").then(setShop, (error: unknown) => { if (!(error instanceof Refused)) throw error; });
    return () => removeEventListener("hashchange", go);
  }, []);
  useEffect(() => {
    document.title = [room ? t(`room.${room}`) : t("home.title"), shop.shop].filter(Boolean).join(" – ");
  });
  useEffect(() => {
    if (!first.current) { main.current?.querySelector<HTMLElement>("h1")?.focus(); scrollTo(0, 0); }
    first.current = false;
  }, [room]);
  const Page = room ? ROOMS[room] : Home;
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.querySelector<HTMLElement>("h1")?.focus(); }}>{t("skip")}</a>
      <header class="top">
        <a class="brand" href="#/"><img src="/mark.svg" alt="" /><span>{shop.shop || t("brand")}<small>{t("brand.about")}</small></span></a>
        <Speech words={WORDS} onSpeak={() => setTurn((was) => was + 1)} />
      </header>
      <main id="main" ref={main}>
        {room ? <nav aria-label={t("way")}><a href="#/">{t("back")}</a></nav> : null}
        <Page shop={shop} />
      </main>
      <footer class="foot">
        {shop.desk ? <p>{t("foot.desk", { desk: shop.desk })}</p> : null}
        <p>{t("foot.kept")}</p>
      </footer>
    </>
  );
}

void speak(WORDS, wanted()).then(() => {
  const app = document.getElementById("app");
  if (app) render(<App />, app);
});
