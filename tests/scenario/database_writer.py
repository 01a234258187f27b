#!/usr/bin/env python3
"""Somebody writes into the vault's database behind its back: nobody gains a right, and the right people hear of it."""
import os
import sqlite3
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, command, same, story, within
from mail_host import MailHost

TAMPERED, STAFF, KEY, ROLE, MAIL = 6, 1, 2, 3, 10


def write(home, sql):
    database = sqlite3.connect(home.database())
    database.execute(sql)
    database.commit()
    database.close()


def refused_by_the_vault(home):
    """Entries by the vault itself that say that stored bytes were changed."""
    size = int(home.http("GET", "/v1/ledger/checkpoint").body.split(b"\n")[1])
    entries = [home.good("GET", f"/v1/ledger/entries/{at}") for at in range(size)]
    return [one for one in entries if (one["kind"], one.get("cause")) == ("refused", "ledger.tampered")]


def a_row_that_nobody_made_lets_nobody_in_and_all_staff_are_told():
    with Home() as home, MailHost() as host:
        home.start()
        home.good("POST", "/v1/mail", {"url": host.url, "starttls": "never", "from": "vault@shop.example"})
        for name, lang in (("ana", "en"), ("budi", "id"), ("kim", "ko")):
            home.good("POST", "/v1/staff", {"name": name, "email": f"{name}@shop.example", "lang": lang})
        keys = len(home.good("GET", "/v1/keys")["items"])
        home.stop()
        write(home, f"INSERT INTO authority SELECT kind, 77, entry, body, mac FROM authority WHERE kind = {KEY} AND id = 1")
        home.start()
        same(len(home.good("GET", "/v1/keys")["items"]), keys, "the row is no key")
        same(len(refused_by_the_vault(home)), 1, "it is an entry")
        told = {mail.to: mail for mail in host.await_mails(3)}
        for who, words in (("ana", "were ignored"), ("budi", "diabaikan"), ("kim", "무시했고")):
            within(words, " ".join(told[f"{who}@shop.example"].text.split()))
        within("event=authority.forged shop=shop rows=1", home.daemon_said().decode())
        within("amanah_rows_forged 1", home.http("GET", "/metrics").body.decode())
        home.run("role", "put", "courier", "--fields", "name", "--purposes", "delivery", "--acts", "reveal")
        home.stop()
        found = command("ledger", "verify", "--home", home.path)
        same(found.status, TAMPERED, repr(found))
        within("key 77", (found.out + found.err).decode())
        write(home, f"DELETE FROM authority WHERE kind = {KEY} AND id = 77")
        same(command("ledger", "verify", "--home", home.path).status, 0, "removed, all is good again")


def a_row_that_was_widened_or_put_back_stops_the_shop_and_is_an_entry():
    changes = (f"UPDATE authority SET body = (SELECT body FROM authority WHERE kind = {ROLE} AND id = 1) "
               f"WHERE kind = {ROLE} AND id = 3",
               f"INSERT OR REPLACE INTO authority SELECT * FROM kept WHERE kind = {KEY}",
               f"DELETE FROM authority WHERE kind = {KEY} AND id = 2")
    with Home() as home:
        home.start()
        made = home.good("POST", "/v1/keys", {"role": "support"})
        home.stop()
        write(home, "CREATE TABLE kept AS SELECT * FROM authority")
        home.start()
        home.good("DELETE", f"/v1/keys/{made['id']}")
        home.stop()
        write(home, "CREATE TABLE good AS SELECT * FROM authority")
        for change in changes:
            write(home, change)
            home.spawn()
            same(home.daemon.wait(60), TAMPERED, "it is not served: nobody knows what the row should say")
            within("is not the one that entry" if "DELETE" not in change else "is missing", home.daemon_said().decode())
            home.daemon = None
            same(command("ledger", "verify", "--home", home.path).status, TAMPERED)
            write(home, "DELETE FROM authority")
            write(home, "INSERT INTO authority SELECT * FROM good")
        write(home, "DROP TABLE kept")
        write(home, "DROP TABLE good")
        home.start()
        same(home.http("GET", "/v1/self", key=made["key"]).status, 401, "the ended key stays ended")
        same(len(refused_by_the_vault(home)), len(changes), "each start that was refused is an entry")
        home.stop()
        home.run("ledger", "verify")


def staff_are_told_by_mail_that_the_shop_is_closed_by_rows_that_still_hold():
    with Home() as home, MailHost() as host:
        home.start()
        home.good("POST", "/v1/mail", {"url": host.url, "starttls": "never", "from": "vault@shop.example"})
        for name, lang in (("ana", "en"), ("budi", "id"), ("kim", "ko")):
            home.good("POST", "/v1/staff", {"name": name, "email": f"{name}@shop.example", "lang": lang})
        home.stop()
        before = len(host.mails)
        write(home, "CREATE TABLE good AS SELECT * FROM authority")
        # A role is widened, and the row of one person spoilt, so that one cannot be told.
        write(home, f"UPDATE authority SET body = (SELECT body FROM authority WHERE kind = {ROLE} AND id = 1) "
                    f"WHERE kind = {ROLE} AND id = 3")
        write(home, f"UPDATE authority SET body = x'80' WHERE kind = {STAFF} AND id = 2")
        for again in range(3):
            home.spawn()
            same(home.daemon.wait(60), TAMPERED)
            said = home.daemon_said().decode()
            within("is not the one that entry", said)
            within("its staff were told by mail", said)
            home.daemon = None
        told = {mail.to: " ".join(mail.text.split()) for mail in host.mails[before:]}
        same((sorted(told), len(host.mails) - before), (["ana@shop.example", "kim@shop.example"], 2),
             "once an hour, and nobody by a row that is not theirs")
        within("somebody changed its database behind its back", told["ana@shop.example"])
        within("row staff 2", told["ana@shop.example"])
        within("금고가 시작되지 않았습니다", told["kim@shop.example"])
        # Settings that were changed send nothing anywhere, and that is said.
        write(home, f"UPDATE authority SET body = x'80' WHERE kind = {MAIL}")
        home.spawn()
        same(home.daemon.wait(60), TAMPERED)
        home.daemon = None
        write(home, "DELETE FROM authority")
        write(home, "INSERT INTO authority SELECT * FROM good")
        write(home, "DROP TABLE good")
        home.start()
        same(len(host.mails) - before, 2)
        home.stop()
        home.run("ledger", "verify")


def without_a_mail_setting_that_holds_it_is_said_that_nobody_was_told():
    with Home() as home, MailHost() as host:
        home.start()
        home.good("POST", "/v1/mail", {"url": host.url, "starttls": "never", "from": "vault@shop.example"})
        home.good("POST", "/v1/staff", {"name": "ana", "email": "ana@shop.example", "lang": "en"})
        other = home.ask("shop", "add", "second")["key"]
        home.stop()
        before = len(host.mails)
        write(home, f"UPDATE authority SET body = x'80' WHERE kind = {MAIL}")
        home.start()  # the other shop goes on
        within("event=shop.unserved", home.daemon_said().decode())
        within("1 of the mails to its staff wait", home.daemon_said().decode())
        within("shop shop is not served", home.daemon_said().decode())
        home.good("GET", "/v1/self", key=other)
        same(len(host.mails), before)


story(a_row_that_nobody_made_lets_nobody_in_and_all_staff_are_told,
      a_row_that_was_widened_or_put_back_stops_the_shop_and_is_an_entry,
      staff_are_told_by_mail_that_the_shop_is_closed_by_rows_that_still_hold,
      without_a_mail_setting_that_holds_it_is_said_that_nobody_was_told)
