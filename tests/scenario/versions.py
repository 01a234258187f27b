#!/usr/bin/env python3
"""Two versions of the program and one home: the newer brings it up and loses nothing, the older then refuses it plainly.

tests/scenario/homes/schema-1.tar.xz is a home as the program made it whose stores had schema 1: three people, a key, a
member of staff. It is never made anew.
"""
import os
import sqlite3
import sys
import tarfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within

OLD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "homes", "schema-1.tar.xz")
UNAVAILABLE = 4


def schema(home):
    with sqlite3.connect(home.database()) as base:
        return base.execute("PRAGMA user_version").fetchone()[0]


def an_older_home_is_brought_up_and_loses_nothing():
    with Home(init=False) as home:
        with tarfile.open(OLD) as packed:
            packed.extractall(home.folder)
        same(schema(home), 1)
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


story(an_older_home_is_brought_up_and_loses_nothing, an_older_program_refuses_a_newer_home_and_leaves_it_alone)
