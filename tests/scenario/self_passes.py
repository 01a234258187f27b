#!/usr/bin/env python3
"""Who signs in is seen by the front end, and nobody else: attacks on self passes, each refused, and each an entry."""
import base64
import hmac
import os
import sqlite3
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within


class Shop(Home):
    """Two customers, a sign-in service and a front end."""

    def __init__(self):
        super().__init__()
        self.start()
        self.ana = self.create("1", email="ana@mail.example", name="Ana")
        self.budi = self.create("2", email="budi@mail.example", name="Budi")
        self.signin, self.front = self.issue("signin", name="sign-in"), self.issue("frontend", name="web")

    def issue_pass(self, subject, network="192.0.2.7", key=None):
        return self.http("POST", "/v1/passes", {"subject": subject, "client_network": network}, key=key or self.signin)

    def passed(self, subject, network="192.0.2.7"):
        made = self.issue_pass(subject, network)
        same(made.status, 201, repr(made))
        return made.json["pass"]

    def look(self, token, subjects=None, key=None, purpose="self"):
        body = {"fields": ["name", "email"], "purpose": purpose}
        body |= {"pass": token} if token else {}
        body |= {"subjects": subjects} if subjects else {}
        return self.http("POST", "/v1/reveal", body, key=key or self.front)

    def refused(self, answer, status, code):
        """A refusal with its cause, and an entry that says so."""
        same((answer.status, answer.code), (status, code), repr(answer))
        entry = self.good("GET", f"/v1/ledger/entries/{answer.json['receipt']['index']}")
        same((entry["kind"], entry["cause"]), ("refused", code), repr(entry))

    def metric(self, name):
        for line in self.http("GET", "/metrics").body.decode().splitlines():
            if line.startswith(f"amanah_{name} "):
                return int(line.split()[1])
        raise AssertionError(f"no metric {name}")


def a_customer_who_signed_in_sees_their_own_fields():
    with Shop() as home:
        found = home.http("POST", "/v1/lookup", {"field": "email", "value": "ana@mail.example", "purpose": "signin"},
                          key=home.signin)
        same(found.json["ids"], [home.ana], "the sign-in service finds who signs in")
        made = home.issue_pass(home.ana)
        check(made.json["pass"].startswith("amp_") and made.json["expires"], repr(made))
        for subjects in (None, [home.ana]):
            seen = home.look(made.json["pass"], subjects)
            same(seen.json["values"], [{"id": home.ana, "fields": {"name": "Ana", "email": "ana@mail.example"}}])
        entry = home.good("GET", f"/v1/ledger/entries/{seen.json['receipt']['index']}")
        same(entry["object_id"], made.json["receipt"]["index"], "the look names the entry of its pass")
        kinds = [look["kind"] for look in home.good("GET", f"/v1/subjects/{home.ana}/sightings")["items"]]
        within("pass", kinds)
        same(home.metric("passes_issued_total"), 1)
        same(home.metric("passes_seen_total"), 2)


def neither_half_can_do_it_alone():
    with Shop() as home:
        token = home.passed(home.ana)
        home.refused(home.look(None, [home.ana]), 403, "pass.missing")
        home.refused(home.look(token, key=home.signin), 403, "role.act")
        home.refused(home.issue_pass(home.ana, key=home.front), 403, "role.act")
        own = home.good("POST", "/v1/passes", {"subject": home.ana, "client_network": "192.0.2.7"})["pass"]
        home.refused(home.look(own, key=home.admin), 403, "pass.own")
        home.refused(home.look(token, purpose="support"), 403, "role.purpose")


def a_pass_for_another_subject_is_refused():
    with Shop() as home:
        token = home.passed(home.ana)
        home.refused(home.look(token, [home.budi]), 403, "pass.subject")
        home.refused(home.look(token, [home.ana, home.budi]), 403, "pass.subject")
        home.refused(home.look(token, ["sub_00000000000000000000000000"]), 403, "pass.subject")
        same(home.metric("passes_refused_total"), 3)


def a_forged_pass_is_refused_and_counted():
    """A signing key that a leaver kept makes tokens of the shop, and none of the vault."""
    with Shop() as home:
        token = home.passed(home.ana)
        signed = base64.urlsafe_b64encode(hmac.digest(b"the shop's own signing key", home.ana.encode(), "sha256")).decode()
        forged = [token[:-1] + ("a" if token[-1] != "a" else "b"), token[:12] + token[11:-1], "amp_" + "a" * len(token[4:]),
                  f"eyJhbGciOiJIUzI1NiJ9.{signed}", "amp_", "amp_" + signed, home.admin, token.replace("amp_", "amk_")]
        for one in forged:
            home.refused(home.look(one), 403, "pass.unknown")
        same(home.metric("passes_never_issued_total"), len(forged))
        same(home.look(token).status, 200, "the real one still is good")


def a_pass_outlives_a_restart_and_not_its_customer():
    with Shop() as home:
        ana, budi = home.passed(home.ana), home.passed(home.budi)
        home.restart()
        same(home.look(ana).status, 200)
        same(home.http("DELETE", f"/v1/subjects/{home.budi}", {"reason": "asked for"}).status, 200)
        home.refused(home.look(budi), 403, "pass.unknown")
        same(home.issue_pass(home.budi).status, 410)
        home.stop()
        same(home.cli("ledger", "verify").status, 0)


def a_pass_of_another_shop_is_none_here():
    with Shop() as home:
        token = home.passed(home.ana)
        other = home.ask("shop", "add", "second")["key"]
        made = home.good("POST", "/v1/subjects", {"ref": "1", "fields": {"name": "Eve"}}, key=other)["id"]
        front = home.good("POST", "/v1/keys", {"role": "frontend"}, key=other)["key"]
        answer = home.look(token, [made], key=front)
        same((answer.status, answer.code), (403, "pass.unknown"))


def passes_spread_over_networks_are_counted():
    with Shop() as home:
        for i in range(5):
            home.passed(home.ana, f"198.51.100.{i}")
        home.passed(home.ana, "203.0.113.9")
        home.passed(home.budi, "203.0.113.9")
        home.passed(home.budi, "2001:db8::1")
        home.passed(home.ana, "2001:db8::2")  # the same household
        same(home.metric("passes_networks"), 7)
        same(home.metric("passes_subjects_of_one_network"), 2)
        for bad in ("", "ana", "300.1.1.1", "192.0.2.7/33", "192.0.2.7/", "::/129", "192.0.2.7/-1"):
            check(home.issue_pass(home.ana, bad).status == 400, bad)


def whoever_writes_the_database_makes_no_pass():
    with Shop() as home:
        ana = home.passed(home.ana)
        home.passed(home.budi)
        home.stop()
        changes = ("UPDATE right_given SET until = until + 1000000000000, keep = keep + 1000000000000",
                   "UPDATE right_given SET no = 2 WHERE no = 1",
                   "UPDATE right_given SET body = (SELECT body FROM right_given WHERE no = 2) WHERE no = 1")
        for change in changes:
            with open(home.database(), "rb") as file:
                kept = file.read()
            with sqlite3.connect(home.database()) as base:
                base.execute(change)
            base.close()
            check(home.cli("ledger", "verify").status != 0, change)
            home.start()
            answer = home.look(ana)
            same((answer.status, answer.code), (500, "ledger.tampered"), change)
            home.stop()
            with open(home.database(), "wb") as file:
                file.write(kept)
            for more in ("-wal", "-shm"):
                if os.path.exists(home.database() + more):
                    os.remove(home.database() + more)
        home.run("ledger", "verify")


story(a_customer_who_signed_in_sees_their_own_fields, neither_half_can_do_it_alone, a_pass_for_another_subject_is_refused,
      a_forged_pass_is_refused_and_counted, a_pass_outlives_a_restart_and_not_its_customer,
      a_pass_of_another_shop_is_none_here, passes_spread_over_networks_are_counted,
      whoever_writes_the_database_makes_no_pass)
