#!/usr/bin/env python3
"""Two versions of the program and one home: the newer brings it up and loses nothing, the older then refuses it plainly.

tests/scenario/homes/schema-1.tar.xz is a home as the program made it whose stores had schema 1: three people, a key, a
member of staff. Those of schema-4.tar.xz took, held, gave back and captured vouchers. They are never made anew.
"""
import os
import sqlite3
import sys
import tarfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within

HOMES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "homes")
UNAVAILABLE = 4
HELD_AT = 1795378082  # when the home of schema 4 last held a voucher; what is held goes back after some hours


def schema(home):
    with sqlite3.connect(home.database()) as base:
        return base.execute("PRAGMA user_version").fetchone()[0]


def unpack(home, version):
    with tarfile.open(os.path.join(HOMES, f"schema-{version}.tar.xz")) as packed:
        packed.extractall(home.folder)
    same(schema(home), version)


def an_older_home_is_brought_up_and_loses_nothing():
    with Home(init=False) as home:
        unpack(home, 1)
        done = home.cli("ledger", "verify")
        same(done.status, UNAVAILABLE, f"what only reads changes nothing: {done}")
        within(b"made by an older version", done.err)
        same(schema(home), 1)
        found = home.run("lookup", "ref", "--purpose", "operations", stdin="r1\n").text.strip()
        check(schema(home) > 1, "whoever writes brings it up")
        shown = home.ask("subject", "reveal", found, "--fields", "name,email", "--purpose", "operations", "--reason", "asked")
        same(shown["values"][0]["fields"], {"name": "Ana Lim", "email": "ana@shop.example"})
        within("Rina Dewi", home.run("staff", "list").text)
        within("support", home.run("key", "list").text)
        same(home.ask("ledger", "verify")["findings"], [])
        store = os.path.join(home.folder, "backups")
        os.mkdir(store)
        same(home.cli("backup", home.path, "--scheduled", "--out", store).status, 0, "and is backed up, and comes back")


def vouchers_of_an_older_home_are_what_they_were():
    with Home(init=False) as home:
        unpack(home, 4)
        home.ahead_s = int(HELD_AT + 60 - time.time())
        told = home.ask("redress", "status")["items"]
        parts = {part["part"]: part for campaign in told for part in campaign["parts"]}
        same([parts["shop"][name] for name in ("open", "reserved", "used", "refunded")], [16500, 1000, 3000, 500])
        same([parts["eats"][name] for name in ("open", "reserved", "used", "refunded")], [19600, 0, 400, 0])
        check(schema(home) > 4, "it was brought up")
        done = home.ask("redress", "verify")
        same([done["holds"], done["postings"]], [True, 9], "each posting is its entry's, each redemption what they made of it")
        home.wait_days(1)
        shop = home.ask("redress", "status")["items"][0]["parts"][0]
        same([shop["part"], shop["open"], shop["reserved"]], ["shop", 17500, 0], "and what was held goes back in its time")


def an_older_program_refuses_a_newer_home_and_leaves_it_alone():
    with Home() as home:
        made = home.run("import", home.file("c.csv", "ref,name\n1,Ana\n"))
        check(made, "somebody is there")
        newest = schema(home)
        with sqlite3.connect(home.database()) as base:
            base.execute(f"PRAGMA user_version = {newest + 1}")  # as the next version would leave it
        for words in (("self",), ("ledger", "verify"), ("serve", home.path, "--listen", "127.0.0.1:0")):
            done = home.cli(*words)
            same(done.status, UNAVAILABLE, f"{done}")
            within(f"schema {newest + 1}, this one knows {newest}", done.err.decode())
        same(schema(home), newest + 1)
        with sqlite3.connect(home.database()) as base:
            base.execute(f"PRAGMA user_version = {newest}")
        same(home.ask("ledger", "verify")["findings"], [], "nothing was written")


story(an_older_home_is_brought_up_and_loses_nothing, vouchers_of_an_older_home_are_what_they_were,
      an_older_program_refuses_a_newer_home_and_leaves_it_alone)
