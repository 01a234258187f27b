#!/usr/bin/env python3
"""From a dump to the people in it: matched, counted, and told: exactly those, of exactly the fields that are theirs in the file."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story
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


if __name__ == "__main__":
    story(who_stands_in_a_dump_is_told_of_what_stands_there)
