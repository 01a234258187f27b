#!/usr/bin/env python3
"""What the law makes of an incident: its facts, whose sources are named."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within

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
                      ("done", "name=kr-pipa", "at=2025-11-20T00:00:00Z"), ("postings", "name=kr-pipa/persons", "url=ftp://x", "at=2025-11-20T00:00:00Z")):
            refused = home.cli("incident", "add", one, *words)
            same(refused.status, USAGE, f"{words}: {refused}")
        for words in (("done", "name=kr-pipa/nobody", "at=2025-11-20T00:00:00Z"), ("acknowledgements", "name=xx-law"),
                      ("choices", "name=kr-pipa/weather", "answer=own")):
            same(home.cli("incident", "add", one, *words).status, NO, str(words))


story(facts_come_with_their_source_and_numbers_from_the_count, what_is_counted_nobody_types)
