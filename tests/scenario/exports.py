#!/usr/bin/env python3
"""Exports: many people as a file that only the asker opens, once a second person has said yes; and nothing beside it."""
import base64
import csv
import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, skip, story, within
from incident import Incident, key, opened
from staff import colleagues

DOMAIN = "mail.toko.example"
CUSTOMERS = 150
WAIT_S = 60


class Identity:
    """An asker's own key, made and used by Debian's age."""

    def __init__(self, home, name="identity"):
        self.path = home.file(name)
        subprocess.run(["age-keygen", "-o", self.path], check=True, capture_output=True)
        self.public = subprocess.run(["age-keygen", "-y", self.path], check=True, capture_output=True, text=True).stdout.strip()

    def opens(self, octets):
        done = subprocess.run(["age", "-d", "-i", self.path], input=octets, capture_output=True, check=False)
        return done.stdout if done.returncode == 0 else None


def filled(home, count=CUSTOMERS):
    rows = "ref,name,email,phone,country,lang\n" + "".join(
        f"C{10000 + n},Person {n},p{n}@surat.example,+62812{3000000 + n},ID,id\n" for n in range(count))
    said = home.good("POST", "/v1/import", rows.encode(), kind="text/csv")
    same(said["created"], count)


class Shop:
    """Three people: ana asks, budi says yes, citra is nobody's second."""

    def __init__(self, home, canaries=True, count=CUSTOMERS):
        self.home = home
        people, sessions = colleagues(home, "ana", "budi", "citra")
        self.staff = dict(zip(("ana", "budi", "citra"), (one.id for one in people)))
        self.keys = {}
        for name, session in zip(self.staff, sessions):  # keys that each made for themself: they outlive a restart
            made = home.good("POST", "/v1/keys", {"role": "admin", "holders": [self.staff[name]]}, key=session)
            self.keys[name] = made["key"]
        if canaries:
            plan = {"domains": [DOMAIN], "keepers": [self.staff["ana"], self.staff["budi"]]}
            self.agree(self.ask("POST", "/v1/canaries/plan", plan, "ana").json["approval"])
        filled(home, count)
        self.identity = Identity(home)

    def ask(self, method, path, body=None, who="ana", **more):
        return self.home.http(method, path, body, key=self.keys[who], **more)

    def agree(self, approval, who="budi", status=200):
        answer = self.ask("POST", f"/v1/approvals/{approval}/approve", None, who)
        same(answer.status, status, str(answer))
        return answer

    def wanted(self, **members):
        return {"who": "all", "fields": ["ref", "name", "email"], "purpose": "operations", "reason": "a letter to all",
                "recipient": self.identity.public, **members}

    def asked(self, by="ana", **members):
        answer = self.ask("POST", "/v1/exports", self.wanted(**members), by)
        same(answer.status, 202, str(answer))
        return answer.json

    def state(self, export, who="ana"):
        return self.ask("GET", f"/v1/exports/{export}", who=who).json

    def until(self, export, *states, who="ana"):
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            shown = self.state(export, who)
            if shown["state"] in states:
                return shown
            time.sleep(0.02)
        check(False, f"{export} is {shown['state']} after {WAIT_S} s, not {states}")

    def done(self, **members):
        """An export asked for, approved and written: how it stands, and its octets."""
        asked = self.asked(**members)
        self.agree(asked["approval"])
        shown = self.until(asked["export"], "done", "stopped")
        same(shown["state"], "done", str(shown))
        got = self.ask("GET", f"/v1/exports/{asked['export']}/file")
        same(got.status, 200)
        same(hashlib.sha256(got.body).hexdigest(), shown["sha256"])
        same(len(got.body), shown["bytes"])
        return shown, got.body

    def rows(self, octets):
        return [json.loads(line) for line in self.identity.opens(octets).decode().splitlines()]

    def canaries(self):
        """The list, as its two keepers see it: id and whom it is for."""
        waits = self.ask("POST", "/v1/canaries/list", {}, "ana").json["approval"]
        self.agree(waits)
        return self.ask("POST", "/v1/canaries/list", {}, "ana").json["items"]


def signed_by_the_ledger(home, shown):
    """The note beside a file, checked by another's Ed25519 as C2SP signed-note has it."""
    text, line = shown["note"].split("\n\n")
    origin, _, coded = home.vkey.split("+", 2)
    same((text + "\n").split("\n")[:4], ["amanah export 1", origin, shown["id"], f"sha256 {shown['sha256']}"])
    mark, name, signature = line.rstrip("\n").split(" ")
    same([mark, name], ["\u2014", origin])
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(coded)[1:])
    public.verify(base64.b64decode(signature)[4:], (text + "\n").encode())


def two_people_and_then_a_file_that_only_the_asker_opens():
    with Home() as home:
        home.start()
        same(home.http("POST", "/v1/exports", {}).status, 400)
        shop = Shop(home)
        asked = shop.asked()
        same([asked["state"], asked["what"]], ["waiting", f"export {CUSTOMERS} people (all) into a file for whoever asked"])
        shown = shop.state(asked["export"])
        same([shown["state"], shown["people"], shown["fields"]], ["asked", CUSTOMERS, ["ref", "name", "email"]])
        told = next(one for one in shop.ask("GET", "/v1/approvals", who="budi").json["items"] if one["approval"] == asked["approval"])
        changes = {one["member"]: one["now"] for one in told["changes"]}
        same([changes["people"], changes["fields"], changes["purpose"], changes["reason"], changes["recipient"]],
             [str(CUSTOMERS), "ref, name, email", "operations", "a letter to all", shop.identity.public], "nobody agrees blind")
        same(shop.ask("GET", f"/v1/exports/{asked['export']}/file").code, "conflict", "not before somebody agrees")
        shop.agree(asked["approval"], "ana", 403)
        shop.agree(asked["approval"])
        shown = shop.until(asked["export"], "done")
        whole = shop.ask("GET", f"/v1/exports/{asked['export']}/file")
        same([whole.status, whole.headers["content-type"], whole.headers["cache-control"], len(whole.body)],
             [200, "application/octet-stream", "no-store", shown["bytes"]])
        rows = shop.rows(whole.body)
        names = {f"Person {n}" for n in range(CUSTOMERS)}
        same({row["name"] for row in rows if row["name"] in names}, names, "everybody is in it")
        same({tuple(sorted(row)) for row in rows}, {("email", "id", "name", "ref", "state")}, "what was asked, no more")
        check([row["ref"] for row in rows] != sorted(row["ref"] for row in rows), "in no order")
        check(Identity(home, "other").opens(whole.body) is None, "nobody else opens it")
        same(shop.ask("GET", f"/v1/exports/{asked['export']}/file", who="budi").status, 404, "nor gets it: not who approved")
        same(shop.ask("GET", f"/v1/exports/{asked['export']}", who="budi").status, 200, "who hears of it")
        piece = shop.ask("GET", f"/v1/exports/{asked['export']}/file?from=5&bytes=7")
        same([piece.body, "etag" in piece.headers], [whole.body[5:12], False])
        same(shop.ask("GET", f"/v1/exports/{asked['export']}/file?from={shown['bytes']}").status, 400)
        same(home.http("GET", f"/v1/exports/{asked['export']}/file").status, 404, "and nobody without that name")
        entry = home.good("GET", f"/v1/ledger/entries/{shown['entries'][0]}")
        same([len(shown["entries"]), entry["kind"], entry["count"]], [1, "export", len(rows)], "one entry with its set")
        home.run("ledger", "verify")
        signed_by_the_ledger(home, shown)
        someone = next(row for row in rows if row["name"] == "Person 7")
        seen = home.good("GET", f"/v1/subjects/{someone['id']}/sightings")["items"]
        same([(look["kind"], look["purpose"]) for look in seen], [("export", "operations")], "and who it is about can see it")


def each_export_has_made_up_customers_of_its_own():
    with Home() as home:
        home.start()
        shop = Shop(home)
        exports = [shop.done(), shop.done(who="active", format="csv", fields=["name", "email"])]
        listed = {one["id"]: one for one in shop.canaries() if one["for"].startswith("exp_")}
        own = [{one["id"] for one in listed.values() if one["for"] == shown["id"]} for shown, _ in exports]
        check(all(own) and not own[0] & own[1], f"each its own: {own}")
        rows = shop.rows(exports[0][1])
        same({row["id"] for row in rows} & set(listed), own[0], "in the dump of the first are those of the first alone")
        same(len(rows), CUSTOMERS + len(own[0]))
        table = list(csv.DictReader(io.StringIO(shop.identity.opens(exports[1][1]).decode())))
        same(sorted(table[0]), ["email", "id", "name"], "no state: all have the same")
        same({row["id"] for row in table} & set(listed), own[1])
        canary = next(row for row in table if row["id"] in own[1])
        same(canary["email"], listed[canary["id"]]["email"], "with an address that a dump is known by")
        within(f"@{DOMAIN}", canary["email"])
        thief = home.issue("service")
        same(home.reveal(canary["id"], ["name"], purpose="support", key=thief).status, 200)
        same(home.reveal(table[0]["id"], ["name"], purpose="support", key=thief).code, "breaker.open", "who touches one is stopped")
        incident = opened(home)
        dump = home.file("dump.csv", shop.identity.opens(exports[1][1]).decode())
        told = home.ask("evidence", "match", dump, "--incident", incident)
        same(told["canaries"], [{"given_to": exports[1][0]["id"], "count": len(own[1])}], "a dump tells which export it is from")
        own_look = shop.ask("GET", "/v1/self")
        same(own_look.status, 200, "but not who asked for the export")
        home.run("ledger", "verify")


def a_role_a_reason_and_a_second_person_are_needed():
    with Home() as home:
        home.start()
        alone = {"who": "all", "fields": ["email"], "purpose": "operations", "reason": "x",
                 "recipient": "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"}
        same(home.http("POST", "/v1/exports", alone).code, "approval.unnamed", "nobody works here who could agree")
        shop = Shop(home, canaries=False)
        home.good("POST", "/v1/roles", {"name": "letters", "fields": ["name", "email.mask"], "purposes": ["operations"],
                                        "acts": ["export"]})
        home.good("POST", "/v1/roles", {"name": "desk", "fields": ["name", "email"], "purposes": ["operations"],
                                        "acts": ["reveal"]})
        shop.keys["letters"] = key(home, "letters", shop.staff["ana"])["key"]
        shop.keys["desk"] = key(home, "desk", shop.staff["ana"])["key"]

        def refused(code, status, by="ana", **members):
            answer = shop.ask("POST", "/v1/exports", shop.wanted(**members), by)
            same([answer.code, answer.status], [code, status], str(members))
        refused("role.act", 403, "desk", fields=["name"])
        refused("role.field", 403, "letters", fields=["name", "email"])
        refused("role.purpose", 403, "letters", fields=["name"], purpose="marketing")
        refused("reason.missing", 422, reason="")
        refused("request.missing_member", 400, fields=[])
        refused("field.unknown", 422, fields=["shoe_size"])
        for wrong in (shop.identity.public[:-1] + ("q" if shop.identity.public[-1] != "q" else "p"), shop.identity.public.upper(), "age1"):
            refused("request.malformed", 400, recipient=wrong)
        same(shop.ask("POST", "/v1/exports", shop.wanted(who="everybody"), "ana").code, "request.malformed")
        same(shop.ask("POST", "/v1/exports", shop.wanted(format="xlsx"), "ana").code, "request.malformed")
        asked = shop.ask("POST", "/v1/exports", shop.wanted(fields=["name", "email.mask"]), "letters").json
        same(shop.ask("GET", f"/v1/exports/{asked['export']}").status, 200, "ana's own, by another key of hers")
        shop.agree(asked["approval"], "letters", 403)
        shop.agree(asked["approval"])
        shown = shop.until(asked["export"], "done", who="letters")
        got = shop.ask("GET", f"/v1/exports/{asked['export']}/file", who="letters").body
        check(all("*" in row["email.mask"] for row in shop.rows(got)), "masked as the role has it")
        refusal = shop.asked()
        same(shop.ask("POST", f"/v1/approvals/{refusal['approval']}/cancel", None, "budi").status, 200)
        same(shop.state(refusal["export"])["state"], "refused")
        over = shop.asked()
        same(shop.ask("POST", f"/v1/jobs/{over['job']}/cancel", None, "ana").json["state"], "cancelled")
        same(shop.ask("POST", f"/v1/approvals/{over['approval']}/approve", None, "budi").code, "approval.over")
        kept = shop.asked(fields=["name"])
        home.good("DELETE", f"/v1/keys/{home.good('GET', '/v1/keys')['items'][-1]['id']}")
        same(shop.state(shown["id"])["state"], "done", "what was made stays made")
        same(shop.state(kept["export"])["state"], "asked")


def it_counts_in_budgets_and_stops_nobody():
    with Home() as home:
        home.hold_clock()
        home.start()
        shop = Shop(home, canaries=False)
        home.good("POST", "/v1/roles", {"name": "letters", "fields": ["name", "email"], "purposes": ["operations"],
                                        "acts": ["export", "reveal"], "daily": 20, "hour": 20, "minute": 20, "monthly": 40})
        shop.keys["letters"] = key(home, "letters", shop.staff["ana"])["key"]
        home.stand_still()  # 20 a minute: the export's count in this one, and no other minute begins
        asked = shop.ask("POST", "/v1/exports", shop.wanted(fields=["name"]), "letters").json
        shop.agree(asked["approval"])
        shop.until(asked["export"], "done", who="letters")

        def used():
            rows = home.good("GET", "/v1/watch/status")["items"]
            budgets = next(row for row in rows if row["role"] == "letters")["budgets"]
            return {one["scope"]: one["month"]["used"] for one in budgets}
        same(used(), {"reader": CUSTOMERS, "holder": CUSTOMERS, "role": CUSTOMERS, "shop": CUSTOMERS}, "everybody counts")
        reach = [row for row in home.good("GET", "/v1/watch/blast-radius")["items"] if row["role"] == "letters"]
        check(reach and str(CUSTOMERS) not in json.dumps(reach), f"but makes no key's reach larger: {reach}")
        ids = [row["id"] for row in shop.rows(shop.ask("GET", f"/v1/exports/{asked['export']}/file", who="letters").body)]
        fresh = [home.create(f"N{n}", name=f"New {n}") for n in range(120)]
        random.Random(7).shuffle(fresh)  # in the order of their making it would be enumeration
        for one in fresh[:20]:
            same(home.reveal(one, ["name"], key=shop.keys["letters"]).status, 200, "it may still look at its 20")
        same(home.reveal(fresh[20], ["name"], key=shop.keys["letters"]).code, "budget.day", "and at no more")
        same(home.reveal(ids[0], ["name"], key=shop.keys["letters"]).status, 200, "but at whom it saw already")
        home.restart()
        same(used()["reader"], CUSTOMERS + 20, "the same after a restart")
        same(home.reveal(fresh[21], ["name"], key=shop.keys["letters"]).status, 429)
        same(home.reveal(fresh[21], ["name"], key=shop.keys["budi"]).status, 200, "nobody else is held up")


def lists_of_people_and_those_of_an_incident():
    with Home() as home:
        home.start()
        shop = Shop(home)
        everybody = {row["ref"]: row["id"] for row in shop.rows(shop.done(fields=["ref"])[1])}
        some = [everybody[f"C{10000 + n}"] for n in (3, 5, 8)]
        shown, octets = shop.done(who="listed", subjects=some, fields=["email"])
        rows = {row["id"]: row for row in shop.rows(octets)}
        check(set(some) <= set(rows) and len(rows) == 4, "those and one that is made up")
        same(shop.ask("POST", "/v1/exports", shop.wanted(who="listed", subjects=some + some[:1])).status, 400)
        closed = everybody["C10020"]
        same(home.http("POST", f"/v1/subjects/{closed}/close").status, 200)
        rows = shop.rows(shop.done(who="closed", fields=["ref"])[1])
        check(closed in {row["id"] for row in rows} and len(rows) == 2, "those who left")
        check(all("state" not in row for row in rows), "a made-up one cannot be told by its state")

        reader = home.good("POST", "/v1/keys", {"role": "service", "name": "stolen"})
        for one in some:
            same(home.reveal(one, ["email"], purpose="support", key=reader["key"]).status, 200)
        incident = opened(home, by=shop.keys["ana"])
        same(shop.ask("POST", "/v1/exports", shop.wanted(who="exposed", incident=incident, fields=[])).code, "not_found")
        counted = shop.ask("POST", f"/v1/incidents/{incident}/scope", {"keys": [reader["id"]]})
        same([counted.status, counted.json["any"]["known"]["count"]], [200, 3], str(counted))
        same(shop.ask("POST", "/v1/exports", shop.wanted(who="exposed", incident=incident), "citra").status, 404, "need to know")
        asked = shop.asked(who="exposed", incident=incident, field="email", **{"class": "known", "fields": []})
        within("ids alone", json.dumps(shop.ask("GET", "/v1/approvals", who="budi").json))
        shop.agree(asked["approval"])
        shop.until(asked["export"], "done")
        rows = shop.rows(shop.ask("GET", f"/v1/exports/{asked['export']}/file").body)
        check(set(some) < {row["id"] for row in rows} and len(rows) == 4, "those whom the count names")
        same({tuple(row) for row in rows}, {("id", "state", "known", "possible")}, "ids by field and class")
        same({tuple(row["known"]) for row in rows}, {("email",)})
        none = shop.ask("POST", "/v1/exports", shop.wanted(who="exposed", incident=incident, field="phone"))
        same(none.code, "not_found", "nobody")
        table = shop.identity.opens(shop.done(who="exposed", incident=incident, fields=["name"], format="csv")[1]).decode()
        same(next(csv.reader(io.StringIO(table))), ["id", "state", "known", "possible", "name"])
        within(",email,,Person ", table)


def a_frozen_shop_exports_nothing():
    with Home() as home:
        home.start()
        shop = Shop(home, canaries=False)
        ready, _ = shop.done()
        waits = shop.asked()
        incident = Incident(home, opened(home, by=shop.keys["ana"]), shop.keys["ana"])
        incident.add("suspects", who=shop.staff["citra"])
        same(shop.ask("POST", f"{incident.path}/contain", {}).status, 200)
        same(shop.ask("POST", "/v1/exports", shop.wanted()).code, "shop.frozen")
        same(shop.ask("GET", f"/v1/exports/{ready['id']}/file").code, "shop.frozen", "a file that is ready stays here")
        same(shop.ask("POST", f"/v1/approvals/{waits['approval']}/approve", None, "budi").code, "shop.frozen")
        same(shop.state(waits["export"])["state"], "asked")


def a_running_one_is_stopped_when_the_shop_is_frozen():
    with Home() as home:
        home.start()
        shop = Shop(home, canaries=False, count=20000)
        incident = Incident(home, opened(home, by=shop.keys["ana"]), shop.keys["ana"])
        incident.add("suspects", who=shop.staff["citra"])
        asked = shop.asked(fields=["ref", "name", "email", "phone"])
        shop.agree(asked["approval"])
        same(shop.ask("POST", f"{incident.path}/contain", {}).status, 200)
        shown = shop.until(asked["export"], "stopped", "done")
        same(shown["state"], "stopped", str(shown))
        within("frozen", shown["why"])
        folder = os.path.join(os.path.dirname(home.database()), "exports")
        time.sleep(1)
        same(os.listdir(folder) if os.path.exists(folder) else [], [], "and nothing of it lies there")
        home.run("ledger", "verify")


def no_value_is_anywhere_beside_the_file():
    with Home() as home:
        home.start("--log-requests")
        shop = Shop(home)
        planted = {"name": "Plantaria Exportova", "email": "planted.export@verborgen.example", "reason": "planted-reason-of-export"}
        home.create("PLANTED-REF-1", name=planted["name"], email=planted["email"])
        shown, octets = shop.done(reason=planted["reason"])
        within(planted["email"], shop.identity.opens(octets).decode(), "there it is")
        answers = [shop.ask("GET", path).body for path in
                   ("/v1/exports", f"/v1/exports/{shown['id']}", "/v1/jobs", f"/v1/jobs/{shown['job']}", "/metrics")]
        answers.append(home.http("GET", "/metrics").body)
        size = int(home.http("GET", "/v1/ledger/checkpoint").body.decode().split("\n")[1])
        answers += [home.http("GET", f"/v1/ledger/entries/{at}").body for at in range(size)]
        home.stop()
        answers.append(home.daemon_said().encode() if isinstance(home.daemon_said(), str) else home.daemon_said())
        for folder, _, files in os.walk(home.path):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    answers.append(file.read())
        for value in list(planted.values()) + ["PLANTED-REF-1"]:
            check(not any(value.encode() in answer for answer in answers), f"{value} is somewhere else")


def it_outlives_kill_nine_with_one_entry_and_its_canaries():
    with Home() as home:
        home.start()
        shop = Shop(home, count=6000)
        for kill_after_s in (0.0, 0.02, 0.05, 0.1, 0.15, 0.25):
            asked = shop.asked(fields=["ref", "name", "email", "phone"])
            shop.agree(asked["approval"])
            time.sleep(kill_after_s)
            home.kill()
            home.start()
            shown = shop.until(asked["export"], "done")
            same(len(shown["entries"]), 1, "one entry, however often it was begun")
            rows = shop.rows(shop.ask("GET", f"/v1/exports/{asked['export']}/file").body)
            same(len(rows), home.good("GET", f"/v1/ledger/entries/{shown['entries'][0]}")["count"])
            same(len({row["id"] for row in rows}), len(rows))
            own = [one for one in shop.canaries() if one["for"] == asked["export"]]
            same(len(own), len(rows) - 6000, "and no canary twice")
            check(own and {one["id"] for one in own} <= {row["id"] for row in rows}, "it is in the file")
        kinds = [home.good("GET", f"/v1/ledger/entries/{at}")["kind"]
                 for at in range(int(home.http("GET", "/v1/ledger/checkpoint").body.decode().split("\n")[1]))]
        same(kinds.count("export"), 6)
        home.run("ledger", "verify")


def jobs_are_asked_after_and_ended_and_files_go_after_a_day():
    with Home() as home:
        home.start()
        shop = Shop(home, canaries=False, count=20000)
        asked = shop.asked()
        job = f"/v1/jobs/{asked['job']}"
        same([shop.ask("GET", job).json[name] for name in ("kind", "of", "state", "done", "total")],
             ["export", asked["export"], "asked", 0, 20000])
        same([shop.ask("GET", job, who=who).status for who in ("budi", "ana")], [200, 200])
        desk = home.issue("support")
        same(home.http("GET", job, key=desk).status, 404, "nobody else's")
        same(home.http("GET", "/v1/jobs", key=desk).json["items"], [])
        shop.agree(asked["approval"])
        seen = set()
        while shop.ask("GET", job).json["state"] != "done":
            seen.add(shop.ask("GET", job).json["done"])
        check(len(seen) > 1, f"how far it is can be seen: {seen}")
        same(shop.ask("GET", job).json["done"], 20000)
        folder = os.path.join(os.path.dirname(home.database()), "exports")
        same(len(os.listdir(folder)), 1)
        pages = [one["id"] for one in shop.ask("GET", "/v1/jobs?limit=1").json["items"]]
        same(pages, [asked["job"]])
        done = shop.ask("POST", job + "/cancel", None)
        same([done.status, done.json["state"]], [200, "cancelled"])
        same(shop.ask("GET", f"/v1/exports/{asked['export']}/file").code, "conflict", "its file is gone")
        deadline = time.monotonic() + 70
        while os.listdir(folder) and time.monotonic() < deadline:
            time.sleep(0.1)
        same(os.listdir(folder), [])
        same(shop.ask("POST", job + "/cancel", None).status, 409, "it is over")
        second, _ = shop.done(fields=["ref"])
        home.wait_days(2)
        same(shop.ask("GET", f"/v1/exports/{second['id']}/file").code in ("conflict", "credential.unknown"), True)
        same(os.listdir(folder), [], "nor is there one after a day")
        home.run("ledger", "verify")


def somebody_erased_meanwhile_is_not_in_it():
    with Home() as home:
        home.start()
        shop = Shop(home, count=20000)
        ids = [home.create(f"E{n}", name=f"Gone {n}") for n in range(40)]
        asked = shop.asked(fields=["name"])
        shop.agree(asked["approval"])
        for one in ids:
            same(home.http("DELETE", f"/v1/subjects/{one}").status, 200)
        shown = shop.until(asked["export"], "done")
        rows = {row["id"] for row in shop.rows(shop.ask("GET", f"/v1/exports/{asked['export']}/file").body)}
        count = home.good("GET", f"/v1/ledger/entries/{shown['entries'][0]}")["count"]
        check(len(rows) <= count and len(rows & set(ids)) < 40, f"{len(rows)} of {count}")
        home.run("ledger", "verify")


def looks_are_answered_while_many_are_exported():
    with Home() as home:
        home.start()
        shop = Shop(home, canaries=False, count=20000)
        one = home.create("LOOK", name="Somebody")
        service = home.issue("service")
        asked = shop.asked(fields=["ref", "name", "email", "phone"])
        shop.agree(asked["approval"])
        slowest = 0
        while shop.ask("GET", f"/v1/jobs/{asked['job']}").json["state"] != "done":
            began = time.monotonic()
            same(home.reveal(one, ["name"], purpose="support", key=service).status, 200)
            slowest = max(slowest, time.monotonic() - began)
        check(slowest < 2, f"a look took {slowest:.2f} s")


def commands_ask_agree_and_take_without_a_daemon():
    with Home() as home:
        home.start()
        shop = Shop(home)
        ana = shop.keys["ana"]
        home.stop()
        out = home.file("people.age")
        asked = home.run("export", "ask", "--who", "active", "--fields", "name,email", "--purpose", "operations",
                         "--reason", "a letter", "--recipient", shop.identity.public, "--json", key=ana).json
        within("a second person", home.run("help", "export", "ask").text)
        same(home.cli("export", "get", asked["export"], "--out", out, key=ana).status, 1)
        home.run("approval", "approve", asked["approval"], key=shop.keys["budi"])
        shown = home.run("export", "show", asked["export"], "--json", key=ana).json
        same(shown["state"], "done", "who keeps no process running does it at once")
        within(asked["export"], home.run("export", "list", key=ana).text)
        home.run("export", "get", asked["export"], "--out", out, key=ana)
        with open(out, "rb") as file:
            names = {row["name"] for row in shop.rows(file.read())}
        check({f"Person {n}" for n in range(CUSTOMERS)} <= names, "everybody is in it")
        within("export", home.run("job", "list", key=ana).text)
        within("done", home.run("job", "show", asked["job"], key=ana).text)
        within("cancelled", home.run("job", "cancel", asked["job"], key=ana).text)


if __name__ == "__main__":
    if not shutil.which("age"):
        skip("age is not installed")
    story(two_people_and_then_a_file_that_only_the_asker_opens, each_export_has_made_up_customers_of_its_own,
          a_role_a_reason_and_a_second_person_are_needed, it_counts_in_budgets_and_stops_nobody,
          lists_of_people_and_those_of_an_incident, a_frozen_shop_exports_nothing,
          a_running_one_is_stopped_when_the_shop_is_frozen, no_value_is_anywhere_beside_the_file,
          it_outlives_kill_nine_with_one_entry_and_its_canaries, jobs_are_asked_after_and_ended_and_files_go_after_a_day,
          somebody_erased_meanwhile_is_not_in_it, looks_are_answered_while_many_are_exported,
          commands_ask_agree_and_take_without_a_daemon)
