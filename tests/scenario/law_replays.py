#!/usr/bin/env python3
"""Two known leaks as incidents: which deadlines applied, which were missed by how much, what the first notices left out."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within

H, M = 3600, 60


def add(home, one, kind, *words):
    return home.ask("incident", "add", one, kind, *words)["line"]


def rows(home, one, name):
    regime, duty = name.split("/")
    return [row for row in home.ask("law", "clocks", "--incident", one)["clocks"] if (row["regime"], row["duty"]) == (regime, duty)]


def by(row, who):
    return next(each for each in row["candidates"] if each.get("who") == who)


def line(ref, day):
    return f'203.0.113.9 - - [{day:02d}/Nov/2025:03:00:00 +0900] "GET /account?customer={ref} HTTP/1.1" 200 17 "-" "curl"\n'


def coupang():
    """November 2025, a thousandth of it: first few accounts, then nearly all; known on the 17th by the one, on the 18th by the other."""
    customers, first = 337, 5
    with Home() as home:
        listed = "ref,name,email,door_code,country,lang\n" + "".join(
            f"C-{n},Person {n},p{n}@mail.example,{1000 + n},KR,ko\n" for n in range(1, customers + 1))
        home.run("import", home.file("customers.csv", listed))
        home.run("profile", "put", "seat=KR", "name=The shop", "turnover=41000000000000", "currency=KRW", "prevention=50000000000")
        home.run("watch", "ingest", "--history", "--fields", "name,email", "--subject-param", "customer",
                 home.file("new.log", "".join(line(f"C-{n}", 6) for n in range(1, first + 1))))
        one = home.ask("incident", "open", "tokens were forged", "at=2025-11-18T22:52:00+09:00", "source=company")["id"]
        add(home, one, "instants", "name=aware", "at=2025-11-17T16:00:00+09:00", "source=government")
        home.run("incident", "scope", one)
        for name in ("leak_confirmed", "outside_access", "intrusion"):
            add(home, one, "circumstances", f"name={name}", "state=yes")
        add(home, one, "done", "name=kr-network-2024/authority", "at=2025-11-19T21:35:00+09:00", "receipt=KISA")
        add(home, one, "done", "name=kr-pipa-2023/authority", "at=2025-11-20T00:00:00+09:00", "until=2025-11-20T23:59:59+09:00")
        # the first message: "viewed" on the 18th, not since when; without the entrance codes
        add(home, one, "done", "name=kr-pipa-2023/persons", "at=2025-11-20T00:00:00+09:00", "until=2025-11-20T23:59:59+09:00",
            "says=how", "says=self_help", "says=actions", "says=relief", "says=desk")

        report, = rows(home, one, "kr-network-2024/authority")
        government, company = by(report, "government"), by(report, "company")
        same(report["candidates"][0]["who"], "government", "the earliest counts")
        same([government["state"], government["after_seconds"], government["by_seconds"]], ["missed", 53 * H + 35 * M, 29 * H + 35 * M])
        same([company["state"], company["after_seconds"], company["by_seconds"]], ["met", 22 * H + 43 * M, 1 * H + 17 * M])
        same(government["due_local"], "2025-11-18T16:00:00+09:00")
        same([report["zone"], report["proof"]["receipt"]], ["Asia/Seoul", "KISA"])
        pipc, = rows(home, one, "kr-pipa-2023/authority")
        same([by(pipc, "government")["state"], by(pipc, "company")["state"]], ["unsaid", "met"], "the hour is not known: it is not made up")
        told, = rows(home, one, "kr-pipa-2023/persons")
        same(told["proof"]["left_out"], ["data_items", "when"], "what the first notice did not say")
        for later in ("kr-pipa/persons", "kr-network/authority", "kr-pipa-possible/persons"):
            same(rows(home, one, later), [], "the rules of 2026 were not there yet")

        # older logs are found: the count grows, and what was reported is to be supplemented
        before = home.ask("incident", "facts", one)
        home.run("watch", "ingest", "--history", "--system", "app", "--fields", "name,email,door_code", "--subject-param", "customer",
                 home.file("old.log", "".join(line(f"C-{n}", n % 28 + 1) for n in range(1, customers + 1))))
        home.run("incident", "scope", one)
        after = home.ask("incident", "facts", one)
        number = lambda told, element: next(fact for fact in told["facts"] if fact["element"] == element)
        same([number(before, "n_persons")["number"], number(after, "n_persons")["number"]], [first, customers], "a recount, not a typed number")
        within("entrance code", number(after, "data_items")["text"]["en"])
        supplements = rows(home, one, "kr-network-2024/supplement")
        check(supplements and all(row["candidates"][0]["state"] == "running" for row in supplements), str(supplements))
        # what it can cost, by the rules of that day
        fines = home.ask("incident", "cost", one, "redress_each=50000")
        same([fines["redress"]["amount"], fines["redress"]["currency"]], [customers * 50000, "KRW"], "fifty thousand won each")
        surcharge = next(row for row in fines["fines"] if row["regime"] == "kr-pipa-2023" and row["kind"] == "surcharge" and not row["aggravated"])
        same(surcharge["amount"], 41000000000000 * 3 // 100, "three percent of the turnover")
        within("KRW 50,000,000,000", home.run("incident", "cost", one).text)


def tokopedia():
    """May 2020: before the law of 2022, by the regulations that the minister named; no notice to the owners is on record."""
    with Home() as home:
        listed = "ref,name,email,country,lang\n" + "".join(f"T-{n},Orang {n},o{n}@mail.example,ID,id\n" for n in range(1, 92))
        home.run("import", home.file("customers.csv", listed))
        home.run("profile", "put", "seat=ID")
        one = home.ask("incident", "open", "a list is for sale", "at=2020-05-03T00:00:00+07:00", "source=company")["id"]
        add(home, one, "instants", "name=aware", "at=2020-05-02T00:00:00+07:00", "source=monitor")
        home.run("incident", "scope", one, "copied_at=2020-03-20T00:00:00Z", "fields=name", "fields=email")
        add(home, one, "circumstances", "name=by_others", "state=yes")
        told = home.ask("incident", "facts", one)
        people = next(fact for fact in told["facts"] if fact["element"] == "n_persons")
        same([people["number"], people["possible"]], [0, 91], "a copy of the database: nobody is known, all are possible")
        owners, = rows(home, one, "id-mr20/persons")
        same([by(owners, "monitor")["due_local"], by(owners, "company")["due_local"]],
             ["2020-05-16T00:00:00+07:00", "2020-05-17T00:00:00+07:00"], "fourteen days from either day")
        same([each["state"] for each in owners["candidates"]], ["overdue", "overdue"])
        written, = rows(home, one, "id-pp71/persons")
        check(written["policy"], "no number in that regulation: an aim of this program")
        report, = rows(home, one, "id-pp71/authority")
        same([report["owed"], report["depends_on"]], ["maybe", ["serious_disturbance"]])
        for later in ("id-pdp/persons", "id-pp33/persons"):
            same(rows(home, one, later), [], "there was no such law")
        # the statement of 3 May: an "attempt", passwords protected, change yours. By that regulation the cause must be said.
        add(home, one, "done", "name=id-mr20/persons", "at=2020-05-03T12:00:00+07:00", "says=self_help")
        owners, = rows(home, one, "id-mr20/persons")
        same(owners["proof"]["left_out"], ["how"])


def severity_has_its_reasons():
    with Home() as home:
        listed = "ref,name,email,goods,country,lang\n" + "".join(f"T-{n},Orang {n},o{n}@mail.example,kopi,ID,id\n" for n in range(1, 11))
        home.run("import", home.file("customers.csv", listed))
        one = home.ask("incident", "open", "a list is for sale")["id"]
        told = home.ask("incident", "severity", one)
        same([told["complete"], told["missing"]], [False, ["data", "identification", "confidentiality", "integrity", "availability", "malice"]])
        home.run("incident", "scope", one, "copied_at=" + time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(home.now())))
        told = home.ask("incident", "severity", one)
        same({row["factor"]: row["proposed"] for row in told["answers"] if "proposed" in row},
             {"simple": "leaked", "behavioural": "leaked", "identification": "maximum"}, "what the count speaks for is proposed, never taken")
        same(home.cli("incident", "add", one, "severity", "name=malice", "answer=intended").status, 2, "without a reason")
        for factor, answer in (("behavioural", "leaked"), ("identification", "maximum"), ("confidentiality", "unknown"), ("integrity", "unused"),
                               ("availability", "recovered"), ("malice", "intended")):
            add(home, one, "severity", f"name={factor}", f"answer={answer}", f"text=because of {factor}")
        told = home.ask("incident", "severity", one)
        same([told["complete"], told["score_hundredths"], told["band"], told["people"]], [True, 300, "high", 10])
        check(any(flip["factor"] == "malice" and flip["band"] == "medium" for flip in told["flips"]), str(told["flips"]))
        page = home.run("incident", "severity", one).text
        within("because of malice", page)
        within("3.00", page)
        within("10 people", page.replace("\n", " "))
        add(home, one, "severity", "name=malice", "answer=accident", "text=a mistake after all")
        same(home.ask("incident", "severity", one)["score_hundredths"], 250, "the newest answer counts")
        within("(ENISA 2.50)", home.run("incident", "facts", one).text)


def what_it_would_cost_today():
    with Home() as home:
        home.run("import", home.file("list.csv", "ref,name,country\n" + "".join(f"{n},Orang {n},ID\n" for n in range(1, 1001))))
        same(home.cli("incident", "cost").status, 2, "where is the shop?")
        home.run("profile", "put", "seat=ID", "turnover=1000000000", "currency=IDR", "prevention=2000000")
        told = home.ask("incident", "cost", "notice_each=350", "redress_each=50000")
        same([told["people"], told["today"], told["spent"]], [1000, True, None])
        same([told["notice"]["amount"], told["redress"]["amount"], told["prevention"]["amount_a_year"]], [350000, 50000000, 2000000])
        fine = next(row for row in told["fines"] if row["regime"] == "id-pdp" and row["kind"] == "fine")
        same([fine["amount"], fine["currency"]], [20000000, "IDR"], "two percent")
        page = home.run("incident", "cost", "--lang", "id").text
        within("IDR 2,000,000 setahun", page)
        within("bukan perkiraan", page)


story(coupang, tokopedia, severity_has_its_reasons, what_it_would_cost_today)
