#!/usr/bin/env python3
"""Every command of the table, without a daemon: what it prints, its exit status (cli_serving.py: beside one; cli_usage.py: wrong usage)."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, command, same, story, within  # noqa: E402

LIST = "ref,name,email\nA1,Ana Lim,ana@shop.example\nA2,Budi Oh,budi@shop.example\nA3,Cho Min,cho@shop.example\n"
CANARY = "canary-7f3a@shop.example"
DONE, NO, USAGE, DENIED, UNAVAILABLE, PARTLY, TAMPERED = range(7)
# Commands of other stories: what they need runs there.
ELSEWHERE = {"notice lmtp", "serve", "setup", "demo", "backup", "restore", "sign-in", "sign-out", "staff enrol"}


def table():
    listed = command("help", "--json")
    same(listed.status, DONE)
    return {row["command"]: row for row in listed.json["commands"]}


def ids_of(home):
    return {ref: home.run("lookup", "ref", "--purpose", "operations", stdin=ref + "\n").text.strip()
            for ref in ("A1", "A2", "A3")}


class Far:
    """A home that serves, seen from elsewhere: every command over HTTP, as the admin unless a key is given."""

    def __init__(self, home, url=None, env=None):
        self.home, self.vkey, self.file = home, home.vkey, home.file
        self.env = {"AMANAH_URL": url or f"http://127.0.0.1:{home.port}", **(env or {})}

    def cli(self, *words, stdin=b"", key=None, env=None):
        return command(*words, stdin=stdin, env={**self.env, "AMANAH_KEY": key or self.home.admin, **(env or {})})

    def run(self, *words, **options):
        done = self.cli(*words, **options)
        same(done.status, DONE, f"{words}: {done}")
        return done


def pair(home, name):
    """An Ed25519 pair: the paths of its private and its public key."""
    private, public = home.file(f"{name}.pem"), home.file(f"{name}.pub")
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", private], check=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
    return private, public


def signs_and_rotates(run, home):
    private, public = pair(home, "robot")
    robot = run("key issue", "--role", "auditor", "--public-key", public, "--network", "127.0.0.0/8", "--json").json["id"]
    signs = {"AMANAH_KEY_FILE": private, "AMANAH_KEY_ID": robot}
    same(run("self", "--json", env=signs).json["reader"], robot, "it signs by itself")
    check(run("key session", env=signs).text.startswith("ams_"), "a token for other programs")
    run("key session", status=USAGE)
    run("self", env={"AMANAH_KEY_FILE": private}, status=USAGE)
    run("self", env={"AMANAH_KEY_FILE": pair(home, "other")[0], "AMANAH_KEY_ID": robot}, status=DENIED)
    run("key rotate", robot, status=USAGE)  # a key without a secret needs a new pair
    following = run("key rotate", robot, "--public-key", pair(home, "next")[1], "--json").json
    same(following["rotated_from"], robot)


def reads_the_law(run, home):
    within("kr-pipa", run("law list").text)
    listed = {row["id"]: row for row in run("law list", "--json").json["items"]}
    same([listed[name]["from"] for name in ("kr-pipa", "id-pp33")], ["2026-09-11", "2027-01-16"])
    within("개인정보 보호법", run("law show", "kr-pipa", "--lang", "ko").text)
    shown = run("law show", "id-pdp", "--json").json
    same([duty["due"] for duty in shown["duties"] if duty["to"] in ("authority", "persons") and "due" in duty], ["72h", "72h"])
    run("law show", "xx-none", status=NO)
    run("law show", "kr-pipa", "--lang", "fr", status=USAGE)
    within("19 regimes", run("law check").text)
    own = home.file("xx-own.yaml", "id: xx-own\ntitle: {en: Own}\nlaw: none\ncountry: KR\nlanguages: [ko]\nsure: general\n"
                    "applies: {persons: [KR], sure: general}\n"
                    "duties: [{id: a, to: persons, from: aware, due: 48h, must: [who], sure: general}]\n")
    within("Fine", run("law check", own).text)
    with open(own, encoding="utf-8") as file:
        bad = home.file("xx-bad.yaml", file.read().replace("xx-own", "xx-bad").replace("48h", "soon"))
    refused = run("law check", bad, status=USAGE)
    within("xx-bad.yaml:8: duties[0].due", refused.err.decode())


def keeps_the_clocks(run):
    """Korea, November 2025, with both moments of knowing."""
    leak = ["--country", "KR=33700000", "--country", "TW=200000", "--seat", "KR", "--at", "2025-11-29T00:00:00+09:00",
            "--aware", "2025-11-18T22:52:00+09:00=company/its own report", "--aware", "2025-11-17T16:00:00+09:00=government",
            "--fact", "leak_confirmed", "--fact", "outside_access", "--fact", "intrusion=yes", "--fact", "risk=high",
            "--done", "kr-network-2024/authority=2025-11-19T21:35:00+09:00"]
    said = run("law clocks", *leak).text
    within("done 29 h 35 min too\n", said)
    within("1 h 17\n", said)
    within("TW: ask a lawyer there", said)
    told = run("law clocks", *leak, "--json").json
    same(told["uncovered"], ["TW"])
    clocks = {(one["regime"], one["duty"]): one for one in told["clocks"]}
    report = clocks["kr-network-2024", "authority"]["candidates"]
    same([(one["who"], one["state"], one["by_seconds"], one["after_seconds"]) for one in report],
         [("government", "missed", 29 * 3600 + 35 * 60, 53 * 3600 + 35 * 60),
          ("company", "met", 3600 + 17 * 60, 22 * 3600 + 43 * 60)])
    same([one["due_local"] for one in report], ["2025-11-18T16:00:00+09:00", "2025-11-19T22:52:00+09:00"])
    same([key for key in clocks if key[0] == "kr-pipa"], [], "the rules of 2026 did not bind in 2025")
    within("정보주체에게", run("law clocks", *leak, "--lang", "ko").text)
    calendar = run("law clocks", *leak, "--ics", "-").text
    within("DTSTART:20251120T070000Z\r\n", calendar)
    check("kr-network-2024/authority" not in calendar, "what was done is no deadline any more")
    for wrong in (["--aware", "yesterday"], ["--country", "Korea=1"], ["--fact", "bad_luck"], ["--fact", "risk=some_day"],
                  ["--switch", "kr-network/user-notice=perhaps"], ["--done", "kr-pipa/nothing=2025-11-19T21:35:00Z"],
                  ["--instant", "thought=2025-11-19T21:35:00Z"], ["--fact", "intrusion=no"]):
        run("law clocks", *leak, *wrong, status=USAGE)
    run("law clocks", "--country", "KR=1", status=USAGE)  # when the shop became aware must be said
    coming = run("law calendar", "--at", "2026-11-22T00:00:00Z", "--json").json["dates"]
    same([one["on"] for one in coming], ["2027-01-16", "2027-03-09", "2027-05-13", "2028-07-17"])
    within("BEGIN:VEVENT", run("law calendar", "--ics", "-", "--at", "2026-11-22T00:00:00Z").text)
    answers = [word for answer in ("behavioural=leaked", "identification=maximum", "confidentiality=unknown",
                                   "integrity=unused", "availability=recovered", "malice=intended")
               for word in ("--answer", answer)]
    severe = run("law severity", *answers, "--country", "KR=33673817", "--json").json
    same([severe["score_hundredths"], severe["band"], severe["people"]], [300, "high", 33673817])
    check({"factor": "malice", "from": "intended", "to": "accident", "score_hundredths": 250, "band": "medium"}
          in severe["flips"], "the flip of malice")
    within("3.00: high", run("law severity", *answers).text)
    run("law severity", *answers[2:], status=USAGE)  # no class of data
    costs = {(one["regime"], one["fine"]): one for one in
             run("law cost", "--country", "KR=1000", "--turnover", "KRW=41000000000000", "--at", "2026-11-22T00:00:00Z",
                 "--json").json["items"]}
    same([costs["kr-pipa", name]["amount"] for name in ("fine", "surcharge", "statutory-damages")],
         [30000000, 1230000000000, 3000000000])
    same(costs["kr-network", "fine"]["amount"], 50000000)
    within("KRW 30,000,000", run("law cost", "--country", "KR=1000").text)
    run("law cost", "--turnover", "much", status=USAGE)
    run("law severity", *answers[:-2], status=USAGE)  # an answer is missing


def walk(home):
    """Run every command once as it is meant; the commands that were run."""
    far = isinstance(home, Far)
    ran = set()

    def run(name, *rest, status=DONE, **options):
        ran.add(name)
        done = home.cli(*name.split(), *rest, **options)
        same(done.status, status, f"{name}: {done}")
        return done

    within("3 created", run("import", home.file("list.csv", LIST)).text)
    within("Nothing changed", run("import", home.file("list.csv")).text)
    counts = run("import", "-", "--json", stdin=LIST).json
    same([counts[name] for name in ("rows", "created", "changed", "unchanged", "refused")], [3, 0, 0, 3, 0])
    one, two, three = ids_of(home).values()
    run("lookup", "email", "--purpose", "support", stdin="ana@shop.example\n")
    run("lookup", "email", "--purpose", "support", stdin=CANARY + "\n", status=NO)
    same(run("subject show", one, "--json").json["status"], "active")
    within("Ana Lim", run("subject reveal", one, two, "--fields", "name,email.mask", "--purpose", "support").text)
    same(run("subject reveal", one, "--field", "email", "--purpose", "support", "--quiet").text, "ana@shop.example\n")
    within("reveal", run("subject history", one).text)
    within("Closed", run("subject close", two).text)
    run("subject erase", three, status=USAGE)  # no terminal, no --yes
    within("nothing was changed", run("subject erase", three, "--dry-run").text)
    run("subject erase", three, "--yes")
    run("subject reveal", three, "--fields", "name", "--purpose", "support", status=NO)
    run("subject reveal", one, three, "--fields", "name", "--purpose", "support", status=PARTLY)

    staff = run("staff add", "--name", "Kim", "--email", "kim@shop.example", "--json").json["id"]
    within(staff, run("staff list").text)
    within("Not yet", run("staff taught", staff, "--lesson", "privacy").text)
    within("Not yet", run("staff role", staff, "support").text)
    within("no role", run("staff role", staff, "none").text)
    within("ami_", run("staff invite", staff).text)
    within("ami_" if not far else "", run("staff recover", staff, status=DENIED if far else DONE).text)
    made = run("key issue", "--role", "support", "--name", "desk", "--holder", staff, "--days", "30", "--json").json
    within(made["id"], run("key list").text)
    same(run("self", "--json", key=made["key"]).json["role"], "support")
    run("subject erase", one, "--yes", key=made["key"], status=DENIED)
    run("key revoke", made["id"], "--yes")
    run("self", key=made["key"], status=DENIED)
    within("Leave of", run("staff leave", staff, "--yes").text)
    within("ended", run("staff left", staff).text)
    signs_and_rotates(run, home)
    run("role put", "courier", "--fields", "name,addresses", "--purposes", "delivery", "--acts", "reveal", "--daily", "9")
    within("courier", run("role list").text)
    within("role courier", run("budget put", "role", "courier", "--daily", "5").text)
    run("budget put", "role", "nobody", "--daily", "5", status=NO)
    within("courier", run("budget list").text)
    within("warehouse", run("watch blast-radius").text)
    within("operator", run("watch status").text)
    within("whole_table", run("watch simulate", "--shop-size", "100", "--attack", "whole_table").text)
    idle = run("key issue", "--role", "support", "--json").json["id"]
    within("open", run("watch trip", idle, "--yes").text)
    within(idle, run("watch alerts", "--all").text)
    run("watch reset", idle)
    run("watch canary list", status=NO)
    run("watch canary plant", "--partner", "courier", status=NO)
    run("watch canary begin", "--domain", "mail.shop.example", status=2)  # with staff, two are named
    run("watch mute", "--detector", "dormant", "--reason", "holidays", "--days", "30")
    asked = run("approval ask", "--people", "500", "--minutes", "30", "--reason", "recall", "--json").json["approval"]
    within(asked, run("approval list").text)
    run("approval approve", asked, status=3)  # the operator has no name
    run("approval cancel", asked)
    run("service put", "frontend", "--fields", "name", "--purposes", "self", "--route", "GET /c/{ref} = name")
    within("as declared", run("service list").text)
    within("# Record of processing", run("service record").text)
    secret = run("secret add", "token signing key", "--secret-kind", "signing_key", "--json").json["id"]
    run("secret hold", secret, "--holder", staff)
    run("secret rotated", secret, "--proof", "ticket 7", "--old-dead", "401 from the API")
    within("token signing key", run("secret list").text)
    sink = run("watch sink put", "owner@shop.example", "--lang", "id", "--offset", "+07:00", "--json").json["id"]
    within("owner@shop.example", run("watch sink list").text)
    run("watch sink test", sink)
    run("watch sink put", "--sink", sink, "--severity", "grave", status=USAGE)
    same(run("watch sink put", "--sink", sink, "--state", "off", "--json").json["state"], "delayed")  # it loosens
    same(run("watch sink drop", sink, "--json").json["state"], "delayed")
    within("looked at", run("watch weekly").text)
    within("never", run("backups", status=NO).text)
    run("mail show", status=NO)  # it is not set
    run("mail put", "smtp://mail.shop.example", "--sender", "toko@shop.example", "--no-tls", status=USAGE)
    word = home.file("mail password", "s3cret-of-the-mail-host\n")
    put = run("mail put", "smtp://127.0.0.1:1", "--sender", "toko@shop.example", "--name", "Toko", "--user", "toko",
              "--password-file", word, "--lang", "id", "--json").json
    same(put["state"], "delayed")  # there is staff, so it is loosening
    run("mail test", "kim@shop.example", status=NO)
    within("Mail is not set", run("mail queue").text)
    answers = home.file("answers", "Somebody offers our list\n4\n\n")
    within("contain", run("leak", "--answers", answers, "--lang", "ko").text)
    run("leak", "--answers", home.file("too few", "Somebody\n"), status=USAGE)
    within("ransom", run("playbook list", "--lang", "ko").text)
    same(run("playbook show", "ransom", "--json").json["tasks"][0]["id"], "cut_off")
    run("playbook show", "other", status=NO)
    within("9 playbooks", run("playbook check").text)
    run("playbook check", home.file("bad.yaml", "id: bad\n"), status=USAGE)
    text = home.file("notice.txt", "Your data leaked.\nWe take this seriously; see https://shop.example/x\n")
    found = run("words check", text, "--json", status=NO).json["findings"]
    same([[row["line"], row["rule"]] for row in found], [[2, "spin"], [2, "link"]])
    within("leave it out", run("words check", text, status=NO).text)
    run("words check", home.file("clean.txt", "개인정보 유출을 알려 드립니다.\n"), "--lang", "ko", "--kind", "statement")
    run("words check", text, "--kind", "poem", status=USAGE)
    incident = run("incident open", "a list is for sale", "kind=dump_for_sale", "--json").json["id"]
    within(incident, run("incident list").text)
    task = run("incident task", incident, "text=look at it", "needs_evidence=true", "--json").json["line"]
    run("incident task", incident, f"of={task}", "state=done", status=NO)
    run("incident task", incident, f"of={task}", "state=done", "evidence=sample.csv", "evidence=ticket 5")
    within("claim", run("incident claim", incident, "text=no card data was taken").text)
    run("incident add", incident, "notes", "text=@" + home.file("note of it", "seen\non two lines\n"))
    run("incident add", incident, "notes", "words=x", status=USAGE)
    run("incident add", incident, "nothing", "text=x", status=NO)
    within("look at it", run("incident show", incident).text)
    within("on two lines", run("incident show", incident, "timeline").text)
    within("ticket 5", run("incident show", incident, "timeline", "--json").text)
    run("promise add", "audit", "text=an audit by others", "due=2099-01-31", f"incident={incident}")
    board = run("incident report", incident, "board").text
    within("not yet known", board)
    within("to be kept by", board)
    within("an audit by others", board)
    within("ID", run("profile put", "seat=ID", "name=Toko Kim").text)
    within("turnover: not said", run("profile show").text)
    run("contact put", "name=Komdigi", "way=159", "regime=id-pdp")
    within("159", run("contact list", "id-pdp").text)
    within("id-pdp", run("law clocks", "--incident", incident).text)
    within("ask: legal", run("incident readiness", incident).text)
    within("Not answered", run("incident severity", incident).text)
    run("incident probe", incident, status=NO)  # nothing stands
    within("not forecasts", run("incident cost").text)
    within("<section>", run("incident report", incident, "next-24h", "--format", "html").text)
    run("incident report", incident, "poster", status=USAGE)
    report = run("report draft", incident, "kr-pipa/authority", "--json").json["line"]
    within("not known yet", run("report draft", incident, "impact", "--dry-run").text)
    within("유출등", run("report show", incident, str(report)).text)
    within("draft", run("report show", incident).text)
    within("유출등", run("report amend", incident, str(report), "--format", "text").text)
    within("filed", run("report file", incident, str(report), "--how", "form", "--receipt", "42").text)
    run("report draft", incident, "kr-pipa/persons", status=USAGE)
    counted = home.file("counted.txt", "Your data leaked: a data breach. As of today 12 customers.\n")
    run("words check", counted)
    same([row["rule"] for row in run("words check", counted, "--incident", incident, "--json", status=NO).json["findings"]], ["number"])
    within("12", run("words check", "-", "--incident", incident, "--part", "--possible", stdin="12 people leaked\n", status=NO).text)
    public = run("statement draft", incident, "statement", "--json").json["line"]
    within("claim", run("statement draft", incident, "update", "--dry-run").text)
    within("next public word", run("statement list", incident).text)
    banner = run("statement show", incident, str(public), "--lang", "ko", "--channel", "banner").text
    within("유출", banner)
    within("== id sms", run("statement show", incident, str(public)).text)
    run("statement text", incident, str(public), home.file("banner.txt", banner), "--lang", "ko", "--channel", "banner")
    run("statement publish", incident, str(public), "--where", "here", status=NO)
    within("Not on any", run("password check", "-", stdin="four words of mine\n").text)
    within("No claim", run("incident reconcile", incident).text)
    run("incident export", incident, status=USAGE)
    run("incident export", incident, "--out", home.file("incident.tar"))
    within("It holds", run("verify", home.file("incident.tar")).text)
    run("incident contain", incident, "--dry-run", status=NO)  # nobody is suspected
    run("incident contain", incident, status=USAGE)
    run("incident contain", incident, "--lift", "--yes", status=NO)
    within("datetime,timestamp_desc,message", run("incident timeline", incident).text)
    lines = [json.loads(line) for line in run("incident timeline", incident, "--format", "jsonl").text.splitlines()]
    same([line["line"] for line in lines], list(range(1, len(lines) + 1)))
    within("look at it", " ".join(line["message"] for line in lines))
    run("incident exposures", incident, status=NO)
    within("not known yet; ask: legal", run("incident facts", incident, "--lang", "ko").text)
    within("any field", run("incident scope", incident, "fields=email").text)
    run("incident scope", incident, "fields=nothing", status=USAGE)
    same(run("incident exposures", incident, "--json").json["version"], 1)
    within("field,email,", run("incident exposures", incident, "--format", "csv").text)
    within("known: email", run("incident exposures", incident, one).text)  # the import compared
    far = isinstance(home, Far)  # what belongs to no incident is for who holds the machine
    run("incident orphans", incident, status=DENIED if far else DONE)
    run("incident orphans", incident, "0" * 32, "--yes", "--reason", "x", status=DENIED if far else NO)
    run("incident check", incident, status=NO)  # no prevention has a check that the vault makes
    run("incident check", incident, "one", status=USAGE)
    kept_log, hold = home.file("kept.log", "a line"), home.file("hold")
    run("incident hold", incident, kept_log, status=USAGE)  # where its list and copies shall lie is not said
    run("incident hold", incident, kept_log, "--dir", "hold", status=USAGE)
    run("incident hold", incident, "--dir", hold, status=NO)  # nothing is kept there yet
    within("held 6 bytes", run("incident hold", incident, kept_log, "--dir", hold).text)
    same([row["state"] for row in run("incident hold", incident, "--dir", hold, "--json").json["items"]], ["held", "held"])
    run("incident hold", incident, "--dir", hold, "--end", "--reason", "it was copied")
    line = run("incident evidence", incident, home.file("sample.csv", "seen"), "--source", "the host", "--json").json["line"]
    within("sample.csv", run("incident evidence", incident).text)
    run("incident evidence", incident, str(line), "--out", home.file("sample.back"), "--reason", "to the lawyer")
    within("as it was taken in", run("incident verify", incident).text)
    same(len(run("incident custody", incident, "--json").json["custody"]), 8)  # of the file, and of what was kept
    run("evidence match", str(line), status=USAGE)
    within("Nothing certain", run("evidence match", str(line), "--incident", incident).text)
    run("incident release", incident, str(line), "--reason", "x", "--yes", status=NO)  # a hold stands
    run("incident release", incident, str(line), status=USAGE)
    recipient = "recipient=age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    offer = run("redress open", "Sorry", "who=all", "currency=KRW", "parts=shop=5000", "until=2030-01-31", recipient,
                "terms_en=Good.", "terms_id=Baik.", "terms_ko=.", "--json").json["id"]
    within("5000 KRW each", run("redress status").text)
    run("redress change", offer, "terms_ko=좋습니다.", "budgets=shop=20000")
    run("redress announce", offer, status=USAGE)
    run("redress announce", offer, "--yes")
    within("Sorry", run("redress status", offer).text)
    run("redress totals", offer, status=NO)  # a second person has not agreed yet
    run("redress codes", offer, "--out", home.file("codes.age"), status=NO)
    run("redress rekey", offer, "--yes", status=NO)
    run("redress pay", offer, "shop", recipient, status=NO)  # the same
    run("redress payments", "pmt_x", status=USAGE)
    run("redress file", "pmt_x", "purpose=operations", "--out", home.file("bank.age"), status=USAGE)
    within("0 booked", run("redress book", "-", stdin="id,status\npay1,paid\n").text)
    run("redress wallet", "sub_x", status=USAGE)
    said = run("desk open", "complaint", "text=late").text.split(":")[0]
    within(said, run("desk list").text)
    within("late", run("desk show", said).text)
    run("desk note", said, "text=asked")
    run("desk escalate", said, "who=staff_x", "text=why", status=USAGE)
    run("desk answer", said, "text=sorry", "mail=true", status=NO)  # nobody left an address
    run("desk answer", said, "text=sorry")
    run("desk close", said, "text=done")
    pool = run("claim open", "Losses", "amount=100", "currency=KRW", "until=2030-01-31", "text=theft").text.split(":")[0]
    within("Losses", run("claim pools").text)
    run("claim confirm", pool, status=DENIED)  # somebody with a name does
    run("claim share", pool, "--yes", status=NO)
    run("claim make", pool, "subject=sub_x", "amount=1", "evidence=" + "0" * 64, "text=x", status=NO)
    run("claim list", pool)
    run("claim show", "clm_x", status=USAGE)
    for act in ("propose", "grant", "refuse"):
        run(f"claim {act}", "clm_x", "text=x", status=USAGE)
    run("counsel open", "inc_x", "counsel=A & Co", recipient, status=NO)
    run("counsel list")
    run("counsel name", "cns_x", "-", stdin="x,2026-01-31,y\n", status=USAGE)
    run("counsel file", "cns_x", "--out", home.file("certificates.age"), status=USAGE)
    for act in ("show", "seen", "start", "withdraw", "drop"):
        run(f"counsel {act}", "cns_x", status=USAGE)
    run("counsel own", "pass=x", status=DENIED)
    promised = run("promise add", "audit", "text=a yearly audit", "due=2030-01-31").text.split(":")[0]
    within("a yearly audit", run("promise list").text)
    run("promise note", promised, "text=began")
    run("promise done", promised, "text=done", "proof=x", status=USAGE)
    run("promise drop", promised, "text=no money")
    within("PIPA", run("desk rights", "KR", "lang=en").text)
    run("redress check", "-", stdin="0000-0000-0000-0000\n", status=NO)
    run("redress reserve", "0000-0000-0000-0000", "amount=1", status=NO)
    run("redress redeem", "0000-0000-0000-0000", "amount=1", status=NO)
    for act in ("capture", "void", "refund"):
        run(f"redress {act}", "red_x", status=USAGE)
    within("draft", run("notice draft", incident, "regimes=id-pdp").text)
    within("notice 1", run("notice status", incident).text)
    within("Siti Rahma", run("notice preview", incident, "1", "--lang", "id").text)
    run("notice test", incident, "1", "to=x@shop.example")
    run("notice list", incident, "1", "no_address")
    within("state: ", run("notice person", incident, "1", one).text)
    run("notice send", incident, "1", "--yes", status=NO)  # it does not say yet whom to reach
    run("notice approve", incident, "1", status=NO)
    for act in ("pause", "resume"):
        run(f"notice {act}", incident, "1", status=NO)
    run("notice reached", incident, "1", f"subjects={one}", "text=by letter", status=NO)
    run("notice hook", status=NO)  # there is none
    run("notice letters", incident, "1", os.path.dirname(home.file("x", "x")), status=NO)  # it goes by mail
    run("notice stop", incident, "1", "--yes")
    within("none of ours", run("notice verify", "00000-00000-00000-00000-00000-0").text)
    run("notice bounce", "toko+nx@shop.example", home.file("bounce", "x"), status=USAGE)
    within("Subject:", run("notice text", "en", "notice").text)
    run("incident close", incident, "--dry-run", status=NO)
    run("incident reopen", incident, "--reason", "x", status=NO)
    run("grant add", "--subject", one, "--role", "courier", "--ticket", "17", "--minutes", "5")
    within("courier", run("grant list").text)
    recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    words = ["--fields", "name", "--purpose", "operations", "--reason", "asked", "--recipient", recipient]
    run("export ask", "--who", "all", one, *words, status=USAGE)
    run("export ask", one, "--exposed", "email=known", *words, status=USAGE)
    exported = run("export ask", "--who", "active", *words, "--json").json
    within("asked", run("export show", exported["export"]).text)
    within(exported["export"], run("export list").text)
    run("export get", exported["export"], "--out", home.file("none.age"), status=NO)
    within("active", run("job list").text + run("export list").text)
    within("export", run("job show", exported["job"]).text)
    within("cancelled", run("job cancel", exported["job"]).text)
    run("export ask", "--incident", incident, "--exposed", "email=known", *words[2:])
    run("rotate", status=USAGE)  # nobody is here to say yes
    within("would begin", run("rotate", "--rekey", "--dry-run").text)
    run("rotate", "--status", status=NO)
    within("held", run("rotate", "--yes").text)  # an incident is open
    within("epoch", run("rotate", "--status", "--json").text)
    run("field put", "shoe_size", "--kind", "text", "--bytes", "8")
    within("shoe_size", run("field list").text)

    checkpoint = run("ledger checkpoint", "--json").json
    same(checkpoint.get("vkey"), None if far else home.vkey)  # from far away the key has to be known
    note = home.file("note")
    run("ledger checkpoint", "--out", note)
    within("kind", run("ledger show", "1").text)
    proof = home.file("1.tlog-proof")
    run("ledger prove", "1", "--out", proof)
    run("ledger show", "999999", status=NO)
    pin = home.file("pin")
    run("ledger pin", "--out", pin)
    run("ledger pin", "--command", f"cat > {home.file('pin2')}")
    run("ledger pin", "--command", "exit 3", status=UNAVAILABLE)
    web_log = home.file("access.log", '10.0.0.9 - kim [20/Nov/2023:10:00:00 +0900] "GET /c/none HTTP/1.1" 200 1\n')
    run("service put", "logged", "--fields", "name", "--purposes", "support", "--route", "GET /c/{ref} = name")
    run("watch ingest", web_log, "--system", "logged", status=USAGE if far else DONE)  # that is for the home's own machine
    run("watch ingest", "--lag")
    if not far:
        run("ledger verify", "--from", pin)
        within("postings", run("redress verify").text)
    run("ledger witness", "--vkey", home.vkey, "--witness-url", "http://127.0.0.1:1", status=USAGE)  # no witness's key
    for file in (note, proof, pin):
        within("It holds", run("verify", file, "--vkey", home.vkey).text)
    person = home.file("person.json")
    run("subject history", one, "--proofs", "--out", person)
    same(run("verify", person, "--vkey", home.vkey, "--json").json["kind"], "person")
    other = home.vkey[:-6] + ("AAAAAA" if home.vkey[-6:] != "AAAAAA" else "BBBBBB")
    check(home.cli("verify", proof, "--vkey", other).status != DONE, "verify takes another key")

    reads_the_law(run, home)
    keeps_the_clocks(run)

    if far:
        run("shop list", status=USAGE)  # that is for the home's own machine
        return ran
    run("shop add", "second")
    same(run("shop list", "--json").json["items"][0].keys() & {"shop", "origin", "vkey"}, {"shop", "origin", "vkey"})
    run("self", status=USAGE)  # which of the two shops?
    same(run("self", "--shop", "second", "--json").json["shop"], "second")
    return ran


def every_command_works_without_a_daemon_and_none_is_forgotten():
    with Home() as home:
        ran = walk(home) | {"init", "help", "version", "completion", "synth", "seal", "doctor", "password import", "portal publish"}  # chapters of their own
    same(sorted(set(table()) - ran - ELSEWHERE), [])


if __name__ == "__main__":
    story(every_command_works_without_a_daemon_and_none_is_forgotten)
