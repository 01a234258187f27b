#!/usr/bin/env python3
"""Notices as npm's mailparser reads them: who, what and one text part, whatever name somebody has.

The package is put into AMN_PEERS_BUILD by its lock file; without nodejs, npm or the package it skips.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "scenario"))
from amanah import Home, check, same, skip, story, within  # noqa: E402
from mail_host import MailHost  # noqa: E402
from notices import SENDER, await_state, incident, looked_at  # noqa: E402

BUILD = pathlib.Path(os.environ.get("AMN_PEERS_BUILD") or HERE / "../../build/peers") / "mailparser"
HEADERS = ["auto-submitted", "content-transfer-encoding", "content-type", "date", "from", "message-id", "mime-version", "subject", "to"]
PLAIN = [("en", "Ann O'Neil"), ("id", "Siti Rahmawati binti Abdullah"), ("ko", "김민수"), ("ko", "아주긴이름" * 12)]
HOSTILE = [("en", "A\r\nBcc: thief@evil.example"), ("ko", "B\nTo: thief@evil.example\n\nText"), ("en", "C\u2028Bcc: t@evil.example"), ("id", "=?utf-8?q?x=0d=0aBcc:_t@evil.example?= <t@evil.example>"),
           ("ko", '"; DROP, t@evil.example, "'), ("en", "Eve\\\" <t@evil.example>,"), ("ko", "김\u202e민수"), ("id", "."),
           ("en", "{{code}}{{#known}}"), ("en", "<script>alert(1)</script>"), ("ko", "=?EUC-KR?B?sei5zrz2?="),
           ("id", "--x\u2029Content-Type: text/html")]


def installed():
    done = subprocess.run([HERE.parent / "npm.sh", HERE / "mailparser", BUILD, "read.mjs"], capture_output=True, text=True, timeout=240)
    if done.returncode == 77:
        skip(done.stdout.strip())
    same(done.returncode, 0, done.stdout)


def read_by_mailparser(home, mails):
    paths = [home.file(f"{at}.eml", mail.raw) for at, mail in enumerate(mails)]
    done = subprocess.run(["node", BUILD / "read.mjs", *paths], check=True, capture_output=True, timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()]


def one_line(name):
    """As a name stands in a mail: no line ends in it; readers make one blank of several."""
    return re.sub(r"[\0-\x20]+", " ", name)


def another_reader_finds_who_and_what_and_nothing_more():
    people = PLAIN + HOSTILE
    with Home() as home, MailHost() as host:
        home.start()
        home.ask("mail", "put", host.url, "--no-tls", "--sender", SENDER, "--name", "Toko 김")
        ids = [home.create(f"m{at}", lang=lang, name=name, email=f"m{at}@person.example") for at, (lang, name) in enumerate(people)]
        looked_at(home, ids, ["name", "email"])
        made = incident(home)
        home.run("notice", "draft", made)
        home.run("notice", "send", made, "1", "--yes")
        same(await_state(home, made, "done")["people"]["accepted"], len(people))
        mails = host.await_mails(len(people))
        for mail, read in zip(mails, read_by_mailparser(home, mails)):
            at = int(mail.to[1:].split("@")[0])
            ours = home.ask("notice", "person", made, "1", ids[at])["text"]
            same([(to["address"], one_line(to["name"])) for to in read["to"]], [(mail.to, one_line(people[at][1]))])
            same(read["from"], [{"address": SENDER, "name": "Toko 김"}])
            same(read["others"], [], "nobody else gets it")
            same(sorted(read["headers"]), HEADERS, "no header more, none twice")
            same([read["html"], read["attachments"]], [False, 0], "one part")
            same([read["type"]["value"], read["type"]["params"]], ["text/plain", {"charset": "utf-8"}])
            same(read["subject"], ours["subject"])
            same(read["text"].strip(), ours["body"].strip(), "the very words")
            within({"en": "Leaked of yours", "id": "bocor", "ko": "유출"}[people[at][0]], read["text"])
            same(read["auto"], "auto-generated")
            check(read["id"].startswith("<") and read["date"], "an id and a date")


if __name__ == "__main__":
    installed()
    story(another_reader_finds_who_and_what_and_nothing_more)
