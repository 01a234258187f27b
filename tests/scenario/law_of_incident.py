#!/usr/bin/env python3
"""What the law makes of an incident: its facts, whose sources are named."""
import http.server
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within
from mail_host import MailHost

USAGE, NO = 2, 1
LANGUAGES = ("en", "id", "ko")


def customers(home, count=40):
    rows = "ref,name,email,door_code,country,lang\n" + "".join(
        f"C-{n},Person {n},p{n}@mail.example,{1000 + n},{'KR' if n % 4 else 'ID'},{'ko' if n % 4 else 'id'}\n" for n in range(1, count + 1))
    home.run("import", home.file("customers.csv", rows))


def ingest(home, refs, day=6):
    """Lines of a web log that show names and entrance codes."""
    lines = "".join(f'203.0.113.9 - - [{day:02d}/Nov/2025:03:00:00 +0900] "GET /account?customer=C-{n} HTTP/1.1" 200 17 "-" "curl"\n' for n in refs)
    home.run("watch", "ingest", "--history", "--fields", "name,door_code", "--subject-param", "customer", home.file(f"access.{day}.log", lines))


def fact(told, element):
    return next(one for one in told["facts"] if one["element"] == element)


def add(home, one, kind, *words):
    return home.ask("incident", "add", one, kind, *words)["line"]


def facts_come_with_their_source_and_numbers_from_the_count():
    with Home() as home:
        customers(home)
        one = home.ask("incident", "open", "a leak", "at=2025-11-18T22:52:00+09:00", "source=its own report")["id"]
        told = home.ask("incident", "facts", one)
        same(len(told["facts"]), 33, "every element has its fact")
        same(told["scope"], None)
        for element in ("n_persons", "n_records", "data_items", "when", "how", "relief", "severity", "who"):
            same(fact(told, element)["state"], "not_yet", element)
        same(fact(told, "aware")["from"], "2025-11-18T13:52:00Z")
        within("its own report", fact(told, "aware")["text"]["ko"])
        ingest(home, range(1, 11))
        home.run("incident", "scope", one, "outside=payment processor:total")
        told = home.ask("incident", "facts", one)
        people = fact(told, "n_persons")
        same([people["number"], people["possible"], people["scope"], people["says"]], [10, 0, 1, "counted"])
        same(told["scope"]["not_provable"], ["payment processor"])
        items = fact(told, "data_items")["text"]
        same(items["en"], "name, entrance code")
        same(items["ko"], "이름, 공동현관 출입번호")
        within("kode pintu", items["id"])
        within("building", fact(told, "impact")["text"]["en"])
        within("출입번호를 지금 변경", fact(told, "self_help")["text"]["ko"])
        same(fact(told, "when")["from"], "2025-11-05T18:00:00Z", "the earliest trace that the count found")
        same({row["country"]: row["known"] for row in told["countries"]}, {"KR": 8, "ID": 2})
        door = next(row for row in told["fields"] if row["field"] == "door_code")
        same([door["affected"], door["known"], door["excluded"]], [True, 10, 30])
        # what people say, in each language; what was said last counts
        add(home, one, "facts", "name=how", "lang=en", "text=a signing key was kept")
        add(home, one, "facts", "name=how", "lang=ko", "text=서명키가 남아 있었음")
        line = add(home, one, "facts", "name=relief", "state=not_yet", "due=2026-01-31T00:00:00Z")
        told = home.ask("incident", "facts", one)
        same([fact(told, "how")["text"], fact(told, "how")["state"]], [{"en": "a signing key was kept", "ko": "서명키가 남아 있었음"}, "known"])
        relief = fact(told, "relief")
        same([relief["state"], relief["follows"], relief["line"], relief["knows"]], ["not_yet", "2026-01-31T00:00:00Z", line, "legal"])
        within("follows by 2026-01-31", home.run("incident", "facts", one).text)
        within("entrance code", home.run("incident", "facts", one).text)
        within("공동현관", home.run("incident", "facts", one, "--lang", "ko").text)
        add(home, one, "facts", f"of={line}", "state=withdrawn")
        check("follows" not in fact(home.ask("incident", "facts", one), "relief"), "withdrawn")


def what_is_counted_nobody_types():
    with Home() as home:
        one = home.ask("incident", "open", "a leak")["id"]
        for words in (("facts", "name=n_persons", "text=4536"), ("facts", "name=data_items", "text=names"), ("facts", "name=nothing", "text=x"),
                      ("facts", "name=how"), ("facts", "name=how", "lang=fr", "text=x"), ("circumstances", "name=risk", "state=yes"),
                      ("circumstances", "name=weather", "state=yes"), ("severity", "name=malice", "answer=perhaps", "text=x"),
                      ("done", "name=kr-pipa", "at=2025-11-20T00:00:00Z"), ("postings", "name=kr-pipa/persons", "url=ftp://x", "at=2025-11-20T00:00:00Z", "text=x")):
            refused = home.cli("incident", "add", one, *words)
            same(refused.status, USAGE, f"{words}: {refused}")
        for words in (("done", "name=kr-pipa/nobody", "at=2025-11-20T00:00:00Z"), ("acknowledgements", "name=xx-law"),
                      ("choices", "name=kr-pipa/weather", "answer=own")):
            same(home.cli("incident", "add", one, *words).status, NO, str(words))



def clock(home, one, name):
    regime, duty = name.split("/")
    told = home.ask("law", "clocks", "--incident", one)
    return next((row for row in told["clocks"] if row["regime"] == regime and row["duty"] == duty), None)


def begun(home, at="2026-11-20T09:00:00+09:00", source="the host"):
    customers(home)
    one = home.ask("incident", "open", "a leak", f"at={at}", f"source={source}")["id"]
    ingest(home, range(1, 11))
    home.run("incident", "scope", one)
    return one


def clocks_follow_the_facts():
    with Home() as home:
        one = begun(home)
        told = home.ask("law", "clocks", "--incident", one)
        applies = {row["regime"]: row for row in told["applies"]}
        check(applies["kr-pipa"]["by_people"] and not applies["kr-pipa"]["by_seat"], str(applies))
        same([applies["kr-pipa"]["people"], applies["id-pdp"]["people"]], [8, 2])
        check("eu-gdpr" not in applies, "nobody there, no seat there")
        person = clock(home, one, "kr-pipa/persons")
        same([person["owed"], person["depends_on"]], ["maybe", ["leak_confirmed"]])
        home.run("profile", "put", "seat=KR", "name=Toko Kim", "contact=Ana, +62 21 555", "marketplace=no")
        add(home, one, "circumstances", "name=leak_confirmed", "state=yes", "text=the sample matches")
        person = clock(home, one, "kr-pipa/persons")
        same([person["owed"], person["candidates"][0]["due"], person["candidates"][0]["due_local"]],
             ["yes", "2026-11-23T00:00:00Z", "2026-11-23T09:00:00+09:00"])
        same(person["candidates"][0]["who"], "the host")
        same(clock(home, one, "kr-pipa/authority")["owed"], "maybe", "ten people of a shop in Korea, but how it came about is not known")
        same(next(row for row in home.ask("law", "clocks", "--incident", one)["applies"] if row["regime"] == "kr-pipa")["people"], 10)
        add(home, one, "circumstances", "name=outside_access", "state=no")
        same(clock(home, one, "kr-pipa/authority"), None, "below every threshold")
        add(home, one, "circumstances", "name=outside_access", "state=yes")
        same(clock(home, one, "kr-pipa/authority")["owed"], "yes", "from outside, any number")
        # an earlier candidate moves the deadline, and both are shown
        add(home, one, "instants", "name=aware", "at=2026-11-19T09:00:00+09:00", "source=an employee's mail")
        person = clock(home, one, "kr-pipa/persons")
        same([each["due"] for each in person["candidates"]], ["2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"])
        page = home.run("law", "clocks", "--incident", one, "--lang", "ko").text
        within("맡은 사람 없음", page)
        within("2026-11-22T09:00:00+09:00 (Asia/Seoul; 2026-11-22T00:00:00Z)", page)
        calendar = home.run("law", "clocks", "--incident", one, "--ics", "-").text
        within("kr-pipa.persons.law@amanah", calendar.replace("\r\n ", ""))
        same(home.cli("law", "clocks", "--incident", one, "--country", "KR=5").status, USAGE)
        # somebody takes it; it is done in time by one candidate, and late by the other
        line = add(home, one, "acknowledgements", "name=kr-pipa", "text=Ana does it")
        same(clock(home, one, "kr-pipa/persons")["acknowledged"]["line"], line)
        done = add(home, one, "done", "name=kr-pipa/persons", "at=2026-11-22T10:00:00+09:00", "receipt=10 mails", "hash=" + "ab" * 32)
        person = clock(home, one, "kr-pipa/persons")
        same([each["state"] for each in person["candidates"]], ["missed", "met"])
        same([person["candidates"][0]["by_seconds"], person["proof"]["line"], person["proof"]["receipt"]], [3600, done, "10 mails"])
        add(home, one, "done", f"of={done}", "state=withdrawn")
        same(clock(home, one, "kr-pipa/persons")["proof"], None)
        add(home, one, "acknowledgements", f"of={line}", "state=given_back")
        same(clock(home, one, "kr-pipa/persons")["acknowledged"], None)


def what_is_found_after_a_report_must_be_told():
    with Home() as home:
        one = begun(home)
        add(home, one, "circumstances", "name=leak_confirmed", "state=yes")
        add(home, one, "circumstances", "name=intrusion", "state=yes")
        add(home, one, "circumstances", "name=outside_access", "state=yes")
        same(clock(home, one, "kr-network/supplement"), None, "nothing was reported yet")
        add(home, one, "done", "name=kr-network/authority", "at=2026-11-20T20:00:00+09:00")
        same(clock(home, one, "kr-pipa/authority-supplement"), None, "nor under this law")
        ingest(home, range(11, 31), 7)
        home.run("incident", "scope", one)
        add(home, one, "facts", "name=how", "lang=en", "text=a key was kept")
        rows = [row for row in home.ask("law", "clocks", "--incident", one)["clocks"] if (row["regime"], row["duty"]) == ("kr-network", "supplement")]
        same([row["candidates"][0]["state"] for row in rows], ["running"], "one supplement for what came together")
        within(": circumstance", rows[0]["candidates"][0]["why"] + ": circumstance")
        add(home, one, "done", "name=kr-network/supplement", "at=" + time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(home.now() + 1)))
        rows = [row for row in home.ask("law", "clocks", "--incident", one)["clocks"] if (row["regime"], row["duty"]) == ("kr-network", "supplement")]
        same([row["candidates"][0]["state"] for row in rows], ["met"])


def a_bad_rule_of_the_home_stops_no_incident():
    with Home() as home:
        one = begun(home)
        due = [row["due"] for row in clock(home, one, "kr-pipa/persons")["candidates"]]
        folder = os.path.join(home.path, "law")
        os.mkdir(folder)
        with open(os.path.join(folder, "kr-pipa.yaml"), "w", encoding="utf-8") as file:
            file.write("id: [\n")
        same(home.cli("law", "list").status, USAGE)
        told = home.run("law", "clocks", "--incident", one)
        within("kr-pipa.yaml", told.text)
        within("kr-pipa/persons", told.text)
        same([row["due"] for row in clock(home, one, "kr-pipa/persons")["candidates"]], due, "by the program's own rules")
        within("kr-pipa/persons", home.run("incident", "readiness", one).text)
        home.run("incident", "report", one, "next-24h")


def readiness_says_what_is_missing_and_who_knows():
    with Home() as home:
        one = begun(home)
        add(home, one, "circumstances", "name=leak_confirmed", "state=yes")
        before = clock(home, one, "kr-pipa/persons")
        missing = {row["element"]: row["knows"] for row in before["missing"]}
        same([before["required"], before["required"] - before["held"]], [8, len(missing)])
        same(missing["relief"], "legal")
        check("data_items" not in missing and "when" not in missing, str(missing))
        add(home, one, "facts", "name=rights", "lang=ko", "text=손해배상을 청구할 수 있습니다")
        same(clock(home, one, "kr-pipa/persons")["held"], before["held"] + 1)
        within("ask: legal", home.run("incident", "readiness", one).text)
        within("피해 구제절차", home.run("incident", "readiness", one, "--lang", "ko").text)


def the_book_of_authorities():
    with Home() as home:
        listed = home.ask("contact", "list", "kr-pipa")["items"]
        same({row["recipient"] for row in listed}, {"pipc", "kisa"})
        home.run("contact", "put", "regime=kr-pipa", "recipient=kisa", "name=KISA 118", "way=118", "note=day and night")
        same([row["name"] for row in home.ask("contact", "list", "kr-pipa")["items"] if row["from"] == "shop"], ["KISA 118"])
        home.run("contact", "put", "number=1", "way=+82 2 118")
        same([row["way"] for row in home.ask("contact", "list")["items"] if row["from"] == "shop"], ["+82 2 118"])
        same(home.cli("contact", "put", "regime=kr-pipa", "recipient=nobody", "name=x", "way=y").status, NO)
        same(home.cli("contact", "put", "name=x").status, USAGE)
        home.run("contact", "put", "number=1", "drop=true")
        same([row for row in home.ask("contact", "list")["items"] if row["from"] == "shop"], [])
        same(home.cli("profile", "put", "seat=Korea").status, USAGE)
        same(home.cli("profile", "put", "turnover=5").status, USAGE, "an amount comes with its currency")
        home.run("profile", "put", "turnover=41000000000000", "currency=KRW", "medium=yes")
        told = home.ask("profile", "show")
        same([told["turnover"], told["currency"], told["medium"], told["seat"]], [41000000000000, "KRW", "yes", ""])
        home.run("profile", "put", "medium=-", "desk=help@shop.example")
        told = home.ask("profile", "show")
        same([told["medium"], told["desk"], told["turnover"]], ["", "help@shop.example", 41000000000000])
        same(home.ask("ledger", "verify")["findings"], [])


def a_question_to_an_authority():
    with Home() as home:
        one = home.ask("incident", "open", "a leak")["id"]
        asked = add(home, one, "consultations", "name=KISA", "text=Is a text message enough?", "at=2026-11-20T00:00:00Z")
        add(home, one, "consultations", f"of={asked}", "state=answered", "text=Yes, with all items", "receipt=2026-118")
        add(home, one, "consultations", f"of={asked}", "state=followed", "text=The messages say all items now")
        item, = home.ask("incident", "show", one, "consultations")["items"]
        same([item["state"], item["receipt"], item["text"]], ["followed", "2026-118", "Is a text message enough?"])
        same(home.cli("incident", "add", one, "consultations", "text=nobody is asked").status, USAGE)
        within("Yes, with all items", home.run("incident", "show", one, "timeline").text)


class Pages(http.server.BaseHTTPRequestHandler):
    body = b""

    def do_GET(self):
        self.send_response(200 if self.body else 404)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_):
        pass


def a_page_stands_for_thirty_days_and_a_probe_shows_it():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/notice"
    with Home() as home:
        one = home.ask("incident", "open", "a leak", "at=2026-11-20T00:00:00Z")["id"]
        same(home.cli("incident", "probe", one).status, NO, "nothing to look at")
        line = add(home, one, "postings", "name=kr-pipa/persons", f"url={url}", "at=2026-11-21T00:00:00Z", "text=개인정보 유출 안내")
        same(home.cli("incident", "probe", one).status, NO, "no such page")
        Pages.body = "<h1>Sale</h1>".encode()
        within("missing", home.cli("incident", "probe", one).out.decode())
        Pages.body = "<h1>개인정보 유출 안내</h1>".encode()

        def posting():
            return home.ask("law", "clocks", "--incident", one)["postings"][0]

        for _ in range(15):
            home.run("incident", "probe", one)
            home.ahead_s += 86400
        told = posting()
        same([told["proven_seconds"] // 86400, told["needed_seconds"] // 86400, told["found"]], [14, 30, "seen"])
        refused = home.cli("incident", "add", one, "postings", f"of={line}", "state=ended")
        same(refused.status, NO, "half of the time is not all of it")
        home.ahead_s += 3 * 86400
        home.run("incident", "probe", one)
        same(posting()["proven_seconds"] // 86400, 14, "what nobody looked at is not proven")
        for _ in range(17):
            home.ahead_s += 86400
            home.run("incident", "probe", one)
        home.run("incident", "add", one, "postings", f"of={line}", "state=ended")
        same(home.cli("incident", "probe", one).status, NO, "nothing stands any more")
        same(home.cli("incident", "add", one, "postings", "name=kr-pipa/persons", f"url={url}", "at=2026-11-21T00:00:00Z").status, USAGE,
             "which words must stand there?")
    server.shutdown()


def staff(home, name, lang, role="admin"):
    person = home.good("POST", "/v1/staff", {"name": name, "email": f"{name}@shop.example", "lang": lang})["id"]
    return person, home.good("POST", "/v1/keys", {"role": role, "name": name, "holders": [person]})["key"]


def at(home, hours=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(home.now() + hours * 3600))


def nobody_takes_it_and_it_escalates():
    """A quarter of the time, then everybody who may approve; halves and more; too late. Suspects hear nothing."""
    with Home() as home, MailHost() as host:
        customers(home)
        home.start()
        home.good("POST", "/v1/mail", {"url": host.url, "starttls": "never", "from": "vault@shop.example"})
        ana, ana_key = staff(home, "ana", "ko")
        staff(home, "budi", "id")
        cici, _ = staff(home, "cici", "en")
        home.good("POST", "/v1/profile", {"seat": "KR"}, key=ana_key)
        one = home.good("POST", "/v1/incidents", {"title": "a leak of secrets", "kind": "other", "at": at(home)}, key=ana_key)["id"]
        path = f"/v1/incidents/{one}"
        home.good("POST", path + "/suspects", {"who": cici}, key=ana_key)
        home.good("POST", path + "/circumstances", {"name": "leak_confirmed", "state": "yes"}, key=ana_key)
        said = passed(home, host, 0.1)
        same(heard(said), {"ana"}, "the owner is told that a clock runs")
        within("kr-pipa/persons", said[0].text)
        within("아직 맡은 사람이 없습니다", said[0].text)
        check("secrets" not in said[0].text, "no word of what happened")
        said = passed(home, host, 20)
        same(heard(said), {"ana", "budi"}, "a quarter is over and nobody took it")
        within("belum ada yang mengambilnya", next(mail for mail in said if "budi" in mail.to).text)
        same(heard(passed(home, host, 0.1)), set(), "each step once")
        home.good("POST", path + "/acknowledgements", {"name": "kr-pipa"}, key=ana_key)
        said = passed(home, host, 18)
        same(heard(said), {"ana"}, "half of the time: whoever does it is reminded")
        within("절반", next(mail for mail in said if "ana" in mail.to).text)
        said = passed(home, host, 40)
        same(heard(said), {"ana", "budi"}, "too late")
        rows = home.good("GET", path + "/clocks", key=ana_key)["clocks"]
        row = next(row for row in rows if row["regime"] == "kr-pipa" and row["duty"] == "persons")
        same([step["step"] for step in row["reminders"]], ["begun", "escalated", "half", "overdue"])
        same([row["candidates"][0]["state"], row["acknowledged"]["who"][:4]], ["overdue", "key_"])
        home.good("POST", path + "/done", {"name": "kr-pipa/persons", "at": at(home)}, key=ana_key)
        same(heard(passed(home, host, 30)), set(), "done is done")
        check("cici@shop.example" not in [mail.to for mail in host.mails if "law clocks" in mail.text], "a suspect hears nothing")


def what_escalates_goes_to_the_sinks_of_alerts():
    """Once a step, without a word of which incident or law; and not while somebody of the staff is suspected."""
    with Home() as home:
        home.start()
        _, ana_key = staff(home, "ana", "ko")
        cici, _ = staff(home, "cici", "en")
        home.good("POST", "/v1/profile", {"seat": "KR"}, key=ana_key)
        home.good("POST", "/v1/sinks", {"kind": "ocsf", "file": "alerts.jsonl"})

        def told():
            home.wait_days(0)
            return [row for row in home.good("GET", "/v1/alerts?all=true")["items"] if row["detector"] == "deadline"]

        def opened():
            one = home.good("POST", "/v1/incidents", {"title": "a leak of secrets", "kind": "other", "at": at(home)}, key=ana_key)["id"]
            home.good("POST", f"/v1/incidents/{one}/circumstances", {"name": "leak_confirmed", "state": "yes"}, key=ana_key)
            return one

        hidden = opened()
        home.good("POST", f"/v1/incidents/{hidden}/suspects", {"who": cici}, key=ana_key)
        home.wait_days(20 / 24)
        same(told(), [], "cici may read where alerts go")
        home.good("POST", f"/v1/incidents/{hidden}/acknowledgements", {"name": "kr-pipa"}, key=ana_key)
        opened()
        home.wait_days(1 / 24)
        same(told(), [], "there is time")
        home.wait_days(20 / 24)
        same([(row["severity"], row["people"]) for row in told()], [("high", 0)])
        home.wait_days(1 / 24)
        same(len(told()), 1, "each step once")
        with open(os.path.join(home.path, "shops", "shop", "alerts", "alerts.jsonl"), encoding="utf-8") as file:
            lines = file.read()
        within("deadline", lines)
        check("secrets" not in lines and "inc_" not in lines and "pipa" not in lines, "no word of what happened")
        home.run("ledger", "verify")


def a_page_that_does_not_stand_is_told():
    """Each day anew, to who answers for it, without a word of what happened; not while it is seen, nor when it ended."""
    with Home() as home, MailHost() as host:
        home.start()
        home.good("POST", "/v1/mail", {"url": host.url, "starttls": "never", "from": "vault@shop.example"})
        ana, ana_key = staff(home, "ana", "ko")
        cici, _ = staff(home, "cici", "en")
        one = home.good("POST", "/v1/incidents", {"title": "a leak of secrets", "kind": "other", "at": at(home)}, key=ana_key)["id"]
        path = f"/v1/incidents/{one}"
        home.good("POST", path + "/suspects", {"who": cici}, key=ana_key)
        url = "https://shop.example/notice"
        posting = home.good("POST", path + "/postings", {"name": "kr-pipa/persons", "url": url, "at": at(home), "text": "유출"}, key=ana_key)["line"]

        def told(hours):
            said = [mail for mail in passed(home, host, hours) if "페이지" in mail.text]
            check(all("secrets" not in mail.text and url not in mail.text for mail in said), "no word of what happened")
            return [(mail.to, "kr-pipa/persons" in mail.text, "아무도" in mail.text) for mail in said]

        same(told(1), [], "there is a day to look")
        same(told(27), [("ana@shop.example", True, True)], "nobody looked")
        same(told(1), [], "once a day")
        home.good("POST", path + "/probes", {"of": posting, "state": "seen"}, key=ana_key)
        same(told(25), [], "it stands")
        home.good("POST", path + "/probes", {"of": posting, "state": "missing"}, key=ana_key)
        same(told(0.1), [("ana@shop.example", True, False)], "it is gone")
        same(told(25), [("ana@shop.example", True, False)], "and the day after")
        home.good("POST", path + "/probes", {"of": posting, "state": "seen"}, key=ana_key)
        same(told(1), [], "it is back")
        home.run("ledger", "verify")


def heard(said, name="kr-pipa/persons"):
    return {mail.to.split("@")[0] for mail in said if name in mail.text}


def passed(home, host, hours):
    """So many hours pass; the mails about deadlines that came."""
    before = len(host.mails)
    home.wait_days(hours / 24)
    home.wait_days(0)  # what is due is done when it ends, and sent when it starts
    until = time.monotonic() + 20
    quiet = 0
    while time.monotonic() < until and quiet < 8:
        time.sleep(0.25)
        waiting = home.good("GET", "/v1/mail/queue")
        quiet = quiet + 1 if waiting["waiting"] + waiting["sending"] == 0 else 0
    return [mail for mail in host.mails[before:] if "amanah law clocks" in mail.text]


story(facts_come_with_their_source_and_numbers_from_the_count, what_is_counted_nobody_types, clocks_follow_the_facts,
      what_is_found_after_a_report_must_be_told, readiness_says_what_is_missing_and_who_knows, a_bad_rule_of_the_home_stops_no_incident,
      the_book_of_authorities, a_question_to_an_authority,
      a_page_stands_for_thirty_days_and_a_probe_shows_it, a_page_that_does_not_stand_is_told,
      nobody_takes_it_and_it_escalates, what_escalates_goes_to_the_sinks_of_alerts)
