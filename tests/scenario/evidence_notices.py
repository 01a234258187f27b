#!/usr/bin/env python3
"""From a dump to the people in it: matched, counted, and told: exactly those, of exactly the fields that are theirs in the file."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within
from mail_host import MailHost
from notices import FACTS, await_state, customers, mail_set, person, said

LEAKED = range(1, 13)


def who_stands_in_a_dump_is_told_of_what_stands_there():
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        customers(home, 60)
        ids = {n: person(home, f"C-{n}") for n in (*LEAKED, 40)}
        home.reveal([ids[40]], ["name", "email", "phone"])  # an honest look, at somebody who is not in the file
        one = home.ask("incident", "open", "a list is for sale")["id"]
        rows = "ref,mail,name\n" + "".join(f"C-{n},P{n}@MAIL{n % 3}.example,Person {n}\n" for n in LEAKED)
        told = home.ask("evidence", "match", home.file("sold.csv", rows), "--incident", one)
        same([told["people"], told["verdict"]], [len(LEAKED), "ours"], str(told))
        for name, texts in FACTS.items():
            for lang, text in texts.items():
                home.run("incident", "add", one, "facts", f"name={name}", *([f"lang={lang}"] if lang else []), f"text={text}")
        scope = home.ask("incident", "scope", one, f"evidence={told['evidence']}")
        known = {row["field"]: row["known"]["count"] for row in scope["fields"]}
        same([known["email"], known["name"], known["phone"]], [len(LEAKED), len(LEAKED), 0])
        drafted = home.ask("notice", "draft", one)
        same(drafted["notice"]["people"]["queued"], len(LEAKED), "exactly those in the file")
        same(drafted["notice"]["missing"], "")
        home.run("notice", "send", one, "1", "--yes")
        same(await_state(home, one, "done")["people"]["accepted"], len(LEAKED))
        mails = {mail.to: mail for mail in host.await_mails(len(LEAKED))}
        same(sorted(mails), sorted(f"p{n}@mail{n % 3}.example" for n in LEAKED))
        words = {0: ("이메일 주소", "전화번호"), 1: ("alamat surel", "nomor telepon"), 2: ("e-mail address", "telephone number")}
        for n in LEAKED:
            items = [item.lower() for item in re.findall(r"^- (.*)$", said(mails[f"p{n}@mail{n % 3}.example"]), re.M)]
            same([word.lower() in items for word in words[n % 3]], [True, False], f"{n}: what stood in the file, and nothing else: {items}")
        check(home.run("ledger", "verify").status == 0, "the ledger holds")


def who_asked_to_hear_of_files_is_told_of_one_that_is_not_ours():
    """They enrol by a date in a field; a list of somebody else's holds some of them: no breach of the shop's, and no count, yet they hear of it."""
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        customers(home, 60)
        ids = {n: person(home, f"C-{n}") for n in range(1, 13)}
        one = home.ask("incident", "open", "a list of some forum")["id"]
        strangers = "".join(f"s{n}@elsewhere.example,Somebody {n}\n" for n in range(400))
        line = home.ask("evidence", "match", home.file("forum.csv", "mail,name\n" + strangers + "".join(
            f"p{n}@mail{n % 3}.example,Person {n}\n" for n in range(1, 11))), "--incident", one)
        same([line["verdict"], line["people"]], ["anothers", 10], str(line))
        line = line["evidence"]
        draft = ("notice", "draft", one, "kind=watch", f"number={line}", "--json")
        within("watch_identity", home.cli(*draft).text)
        home.run("field", "put", "watch_identity", "--kind", "date")

        def enrol(n, day, version=1):
            home.good("PATCH", f"/v1/subjects/{ids[n]}", {"fields": {"watch_identity": day}}, headers={"If-Match": f'"{version}"'})

        for n in (1, 2, 3, 4, 5, 12):
            enrol(n, "2026-01-31")
        enrol(6, "2199-01-01")
        for name, texts in FACTS.items():
            for lang, text in texts.items():
                home.run("incident", "add", one, "facts", f"name={name}", *([f"lang={lang}"] if lang else []), f"text={text}")
        same(home.cli("notice", "draft", one, "kind=watch", "number=9999").status, 1, "no such file")
        drafted = home.ask(*draft[:-1])
        same([drafted["notice"]["people"]["queued"], drafted["notice"]["missing"]], [6, ""], "who enrolled and stands in it; not who is elsewhere")
        home.run("field", "put", "do_not_contact", "--kind", "date")
        home.good("PATCH", f"/v1/subjects/{ids[4]}", {"fields": {"do_not_contact": "2026-02-01"}}, headers={"If-Match": '"2"'})
        enrol(5, None, 2)  # they think better of it before it is sent
        home.run("notice", "send", one, "1", "--yes")
        people = await_state(home, one, "done")["people"]
        same([people["accepted"], people["no_consent"]], [3, 3], "a day to come, one that was taken back, and who wants no mails")
        mails = {mail.to: said(mail) for mail in host.await_mails(3)}
        same(sorted(mails), sorted(f"p{n}@mail{n % 3}.example" for n in (1, 2, 3)))
        for n, words in {3: "고객님의 정보가 있습니다", 1: "bukan daftar milik", 2: "not a list of"}.items():
            within(words, mails[f"p{n}@mail{n % 3}.example"])
        check("telephone" not in mails["p2@mail2.example"].lower().split("what this can lead to")[0], "what stands in the file alone")
        ours = home.ask("evidence", "match", home.file("ours.csv", "ref,mail,name\n" + "".join(
            f"C-{n},p{n}@mail{n % 3}.example,Person {n}\n" for n in range(1, 13))), "--incident", one)
        same(ours["verdict"], "ours")
        again = home.ask("notice", "draft", one, "kind=watch", f"number={ours['evidence']}")
        same(again["notice"]["people"]["queued"], 5)
        text = home.ask("notice", "preview", one, "2", "--lang", "en")["body"]
        check("not a list of" not in text and "because you asked" in text, text)
        home.run("ledger", "verify")


if __name__ == "__main__":
    story(who_asked_to_hear_of_files_is_told_of_one_that_is_not_ours, who_stands_in_a_dump_is_told_of_what_stands_there)
