#!/usr/bin/env python3
"""Whoever takes an account over changes its contacts first: the old address is told, the new one gets no codes for 72 h."""
import datetime
import os
import sqlite3
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story


def mails(home):
    """Mails of kind 1, contact_changed, that wait; what they say is sealed."""
    base = sqlite3.connect(f"file:{home.database()}?mode=ro", uri=True)
    try:
        return base.execute("SELECT count(*) FROM mail WHERE kind = 1 AND length(message) > 0").fetchone()[0]
    finally:
        base.close()


def patch(home, who, **fields):
    tag = home.http("GET", f"/v1/subjects/{who}").headers["etag"]
    answer = home.http("PATCH", f"/v1/subjects/{who}", {"fields": fields}, headers={"If-Match": tag})
    same(answer.status, 200, repr(answer))


def held(home, who):
    return home.good("GET", f"/v1/subjects/{who}").get("contact_held_until")


def a_change_is_told_and_holds_codes_back():
    with Home() as home:
        home.start()
        ana = home.create("1", email="ana@mail.example", phone="+62 811 1111 111", name="Ana")
        same((held(home, ana), mails(home)), (None, 0), "what was there from the start is no change")
        patch(home, ana, name="Ana Lim")
        patch(home, ana, email="ANA@mail.example ")
        same((held(home, ana), mails(home)), (None, 0), "the same address in another spelling is no change")
        patch(home, ana, email="eve@mail.example")
        until = datetime.datetime.fromisoformat(held(home, ana).replace("Z", "+00:00"))
        hours = (until - datetime.datetime.now(datetime.timezone.utc)).total_seconds() / 3600
        check(71.9 < hours <= 72, f"{hours} hours")
        same(mails(home), 1, "the old address is told")
        patch(home, ana, phone="+62 822 2222 222")
        same(mails(home), 2, "of a new telephone number, too")
        home.restart()
        check(held(home, ana), "a restart forgets nothing")
        check(b"mail.example" not in home.daemon_said(), "no address in the log")
        home.stop()
        home.run("ledger", "verify")


def who_had_no_address_is_told_nothing_but_held():
    with Home() as home:
        home.start()
        ana = home.create("1", name="Ana")
        patch(home, ana, phone="+62 811 1111 111")
        same(mails(home), 0)
        check(held(home, ana), "codes wait all the same")


def an_import_tells_everybody_whose_contacts_it_changes():
    with Home() as home:
        home.start()
        rows = ["ref,email,name"] + [f"{i},a{i}@mail.example,Ana" for i in range(300)]
        home.run("import", "-", "--quiet", stdin="\n".join(rows) + "\n")
        same(mails(home), 0)
        changed = [row.replace("@mail", "@other") if i % 2 else row for i, row in enumerate(rows)]
        dry = home.run("import", "-", "--quiet", "--dry-run", stdin="\n".join(changed) + "\n")
        same((dry.status, mails(home)), (0, 0), "a dry run tells nobody")
        home.run("import", "-", "--quiet", stdin="\n".join(changed) + "\n")
        same(mails(home), 150)
        one = home.good("POST", "/v1/lookup", {"field": "ref", "value": "0", "purpose": "support"})["ids"][0]
        check(held(home, one), "an import holds codes back, too")
        same(home.http("DELETE", f"/v1/subjects/{one}", {"reason": "asked"}).status, 200)
        same(mails(home), 149, "mails to who was erased are taken back")


story(a_change_is_told_and_holds_codes_back, who_had_no_address_is_told_nothing_but_held,
      an_import_tells_everybody_whose_contacts_it_changes)
