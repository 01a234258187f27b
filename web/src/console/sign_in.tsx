// Sign in by passkey, or by password and one-time code; set either up with an invitation; a recovery code gives one.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../ui/api";
import { Input, Note, Trouble, useAct } from "../ui/parts";
import { Qr } from "../ui/qr";
import { Speech } from "../ui/speech";
import { t, type Loader } from "../ui/words";
import { createPasskey, getPasskey, passkeysHere } from "./passkey";

type Way = "in" | "recover" | "invited";
const COOKIE = { headers: { "Amanah-Cookie": "1" }, quiet: true };

export function SignIn({ onIn, why, onSpeak, words }: { onIn: () => void; why?: "ended" | "idle"; onSpeak: () => void; words: Loader }): JSX.Element {
  const [way, setWay] = useState<Way>("in");
  const [invite, setInvite] = useState("");
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => { document.title = `${t(`door.${way}.title`)} – Amanah`; head.current?.focus(); }, [way]);
  return (
    <div class="door">
      <main class="sheet">
        <div class="row apart"><div class="brand"><img src="/mark.svg" alt="" /><span>Amanah<small>{t("brand")}</small></span></div></div>
        <h1 ref={head} tabIndex={-1}>{t(`door.${way}.title`)}</h1>
        {way === "in" && why ? <Note><p role="status">{t(`door.${why}`)}</p></Note> : null}
        {way === "in" ? <In onIn={onIn} /> : way === "recover" ? <Recover onInvite={(got) => { setInvite(got); setWay("invited"); }} /> : <Invited invite={invite} onDone={() => setWay("in")} />}
        <div class="row">
          {way !== "in" ? <button type="button" class="quiet slim" onClick={() => setWay("in")}>{t("door.in.title")}</button> : null}
          {way !== "invited" ? <button type="button" class="quiet slim" onClick={() => { setInvite(""); setWay("invited"); }}>{t("door.have_invite")}</button> : null}
          {way !== "recover" ? <button type="button" class="quiet slim" onClick={() => setWay("recover")}>{t("door.lost")}</button> : null}
        </div>
        <Speech words={words} onSpeak={onSpeak} />
      </main>
    </div>
  );
}

function In({ onIn }: { onIn: () => void }): JSX.Element {
  const [staff, setStaff] = useState("");
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const act = useAct();
  const byPassword = () => act.run(async () => {
    await ask("POST /v1/sessions", { staff, password, totp: totp.replace(/\s/g, "") }, COOKIE);
    setPassword("");
    onIn();
  });
  const byPasskey = () => act.run(async () => {
    const { options } = await ask<{ options: { challenge: string; rpId: string } }>("POST /v1/sessions", { passkey: "begin" }, { quiet: true });
    const signed = await getPasskey(options);
    await ask("POST /v1/sessions", { ...signed, passkey: "finish", challenge: options.challenge, staff }, COOKIE);
    onIn();
  });
  return (
    <div class="stack">
      <form onSubmit={(event) => { event.preventDefault(); void byPassword(); }}>
        <Input label={t("door.staff")} value={staff} onValue={setStaff} type="email" autocomplete="username webauthn" required />
        {passkeysHere() ? <button type="button" class="main" disabled={act.busy || staff === ""} onClick={() => void byPasskey()}>{t("door.by_passkey")}</button> : null}
        <p class="soft small">{t("door.or")}</p>
        <Input label={t("door.password")} value={password} onValue={setPassword} type="password" autocomplete="current-password" required />
        <Input label={t("door.totp")} hint={t("door.totp.hint")} value={totp} onValue={setTotp} inputmode="numeric" autocomplete="one-time-code" required maxlength={10} />
        <Trouble of={act.problem} />
        <button type="submit" disabled={act.busy}>{t("door.by_password")}</button>
      </form>
    </div>
  );
}

function Recover({ onInvite }: { onInvite: (invite: string) => void }): JSX.Element {
  const [staff, setStaff] = useState("");
  const [password, setPassword] = useState("");
  const [recovery, setRecovery] = useState("");
  const act = useAct();
  return (
    <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => onInvite((await ask<{ invite: string }>("POST /v1/sessions", { staff, password, recovery: recovery.trim() }, { quiet: true })).invite)); }}>
      <p>{t("door.recover.about")}</p>
      <Input label={t("door.staff")} value={staff} onValue={setStaff} type="email" autocomplete="username" required />
      <Input label={t("door.password")} value={password} onValue={setPassword} type="password" autocomplete="current-password" required />
      <Input label={t("door.recovery")} value={recovery} onValue={setRecovery} required />
      <Trouble of={act.problem} />
      <button type="submit" class="main" disabled={act.busy}>{t("door.recover.go")}</button>
    </form>
  );
}

interface Totp { totp: { secret: string; uri?: string }; recovery: string[] }

function Invited({ invite: given, onDone }: { invite: string; onDone: () => void }): JSX.Element {
  const [invite, setInvite] = useState(given);
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState<Totp>();
  const [code, setCode] = useState("");
  const [kept, setKept] = useState<string[]>(); // recovery codes of a passkey, still to be written down
  const [done, setDone] = useState(false);
  const act = useAct();
  if (done) return <div class="stack"><Note tone="good"><p role="status">{t("door.set_up")}</p></Note><div><button type="button" class="main" onClick={onDone}>{t("door.in.title")}</button></div></div>;
  if (kept) return <div class="stack"><Note tone="good"><p role="status">{t("door.set_up")}</p></Note><Recovery codes={kept} /><div><button type="button" class="main" onClick={onDone}>{t("door.kept")}</button></div></div>;
  if (shown) {
    return (
      <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { await ask("POST /v1/enrol", { invite, totp: code.replace(/\s/g, "") }, { quiet: true }); setShown(undefined); setDone(true); }); }}>
        <p>{t("door.scan")}</p>
        {shown.totp.uri ? <Qr text={shown.totp.uri} label={t("door.scan.label")} /> : null}
        <p class="small">{t("door.by_hand")} <code>{shown.totp.secret}</code></p>
        <Recovery codes={shown.recovery} />
        <Input label={t("door.totp")} value={code} onValue={setCode} inputmode="numeric" autocomplete="one-time-code" required maxlength={10} />
        <Trouble of={act.problem} />
        <button type="submit" class="main" disabled={act.busy}>{t("door.confirm")}</button>
      </form>
    );
  }
  const byPasskey = () => act.run(async () => {
    const { options } = await ask<{ options: Parameters<typeof createPasskey>[0] }>("POST /v1/enrol", { invite, passkey: "begin" }, { quiet: true });
    const made = await createPasskey(options);
    const got = await ask<{ recovery: string[] }>("POST /v1/enrol", { invite, passkey: "finish", challenge: options.challenge, name: "passkey", ...made }, { quiet: true });
    setKept(got.recovery);
  });
  return (
    <form onSubmit={(event) => { event.preventDefault(); void act.run(async () => { setShown(await ask<Totp>("POST /v1/enrol", { invite, password }, { quiet: true })); setPassword(""); }); }}>
      <Input label={t("door.invite")} hint={t("door.invite.hint")} value={invite} onValue={(value) => setInvite(value.trim())} required spellcheck={false} />
      {passkeysHere() ? <button type="button" class="main" disabled={act.busy || invite === ""} onClick={() => void byPasskey()}>{t("door.make_passkey")}</button> : null}
      <p class="soft small">{t("door.or_password")}</p>
      <Input label={t("door.new_password")} hint={t("door.new_password.hint")} value={password} onValue={setPassword} type="password" autocomplete="new-password" required />
      <Trouble of={act.problem} />
      <button type="submit" disabled={act.busy}>{t("door.set_password")}</button>
    </form>
  );
}

function Recovery({ codes }: { codes: string[] }): JSX.Element {
  return <Note tone="warn"><p class="strong">{t("door.recovery.keep")}</p><ul class="plain code">{codes.map((one) => <li key={one}>{one}</li>)}</ul></Note>;
}
