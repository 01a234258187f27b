#!/usr/bin/env python3
"""An auditor from outside: a key with an end, that reads the ledger and who saw whom, sees no value, and leaves a trace itself."""
import base64
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story
from bundle import Case, read_without_amanah, verified
from incident import Incident, opened

VALUE = "planted.person@surat.example"


def what_an_auditor_reads_and_what_not():
    with Home() as home:
        home.start()
        case = Case(home)
        made = home.good("POST", "/v1/keys", {"role": "auditor", "days": 2, "name": "the auditors"})
        auditor = made["key"]
        size = int(home.http("GET", "/v1/ledger/checkpoint", key=auditor).body.decode().split("\n")[1])
        for path in (f"/v1/ledger/entries/{size - 1}", "/v1/ledger/proof?index=0", "/v1/ledger/tile/entries/000.p/1", f"/v1/subjects/{case.customer}"):
            same(home.http("GET", path, key=auditor).status, 200, path)
        seen = home.good("GET", f"/v1/subjects/{case.customer}/sightings", key=auditor)
        check(any(one["kind"] == "reveal" for one in seen["items"]), "who saw whom")
        check(VALUE not in json.dumps(seen), "without the value")
        entry = home.good("GET", f"/v1/ledger/entries/{size}", key=case.by)
        same([entry["kind"], entry["reader"]], ["sightings", made["id"]], "the auditor's own look is an entry that others see")
        for method, path, body in (("POST", "/v1/reveal", {"subjects": [case.customer], "fields": ["email"], "purpose": "audit", "reason": "x"}),
                                   ("POST", "/v1/lookup", {"field": "email", "value": VALUE, "purpose": "audit", "reason": "x"}),
                                   ("GET", case.incident.path, None), ("GET", case.incident.path + "/timeline", None), ("POST", case.incident.path + "/export", {}),
                                   ("POST", case.incident.path + "/notes", {"text": "x"}), ("POST", "/v1/exports", {}),
                                   ("DELETE", f"/v1/subjects/{case.customer}", None), ("POST", "/v1/keys", {"role": "auditor"})):
            answer = home.http(method, path, body, key=auditor)
            check(answer.status in (400, 403, 404) and VALUE.encode() not in answer.body, f"{method} {path}: {answer}")
        path = case.bundle()  # what they are given of the incident, and check with their own programs
        verified(path, "--vkey", case.vkeys())
        read_without_amanah(path, home.vkey)


def what_an_auditor_reads_of_an_incident_and_what_not():
    """Only of one that they were made a member of; nothing is written, no person is in it, and each look is an entry."""
    with Home() as home:
        home.start()
        case = Case(home)
        other = Incident(home, opened(home, "another"))
        path, line = case.incident.path, None
        for row in home.good("GET", case.incident.path + "/evidence", key=case.by)["items"]:
            line = row["line"]
        if line is None:
            line = home.good("POST", path + "/evidence", {"name": "sold.csv", "data": base64.b64encode(f"email\n{VALUE}\n".encode()).decode()},
                             key=case.by)["line"]
        home.good("POST", f"{path}/evidence/{line}/match", {}, key=case.by)
        made = home.good("POST", "/v1/keys", {"role": "auditor", "days": 2, "name": "the auditors"})
        auditor, who = made["key"], made["id"]
        same(home.good("GET", "/v1/incidents", key=auditor)["items"], [], "no incident is there for them")
        same(home.http("GET", path, key=auditor).status, 404)
        case.incident.add("members", by=case.by, who=who)
        same([row["id"] for row in home.good("GET", "/v1/incidents", key=auditor)["items"]], [case.incident.id])
        for part in ("", "/timeline", "/claims", "/decisions", "/evidence"):
            before = size(home)
            told = home.good("GET", path + part, key=auditor)
            check(VALUE not in json.dumps(told), part)
            entry = home.good("GET", f"/v1/ledger/entries/{before}", key=case.by)
            same([entry["kind"], entry["reader"]], ["audit", who], f"their look at {part or 'all'} is an entry")
        check(told["items"], "custody of each file")
        verdict = home.good("POST", f"{path}/evidence/{line}/match", {}, key=auditor)
        check(verdict["verdict"] and VALUE not in json.dumps(verdict), "the verdict, in numbers")
        same(home.good("GET", f"/v1/ledger/entries/{verdict['receipt']['index']}")["kind"], "audit")
        bundle = home.http("POST", path + "/export", {}, key=auditor)
        same([bundle.status, VALUE.encode() in bundle.body], [200, False])
        kept = home.file("for-the-auditors.tar", bundle.body)
        verified(kept, "--vkey", case.vkeys())
        for method, what, body in (("POST", "/notes", {"text": "x"}), ("POST", "/members", {"who": who}), ("POST", "/close", {"text": "x"}),
                                   ("POST", "/scope", {"evidence": [str(line)]}), ("POST", f"/evidence/{line}/match", {"again": True}),
                                   ("POST", f"/evidence/{line}/match", {"progress": True}),
                                   ("POST", f"/evidence/{line}/read", {"reason": "x"}), ("POST", f"/evidence/{line}/release", {"text": "x"}),
                                   ("POST", "/evidence", {"name": "x", "data": "eA=="}), ("POST", "/export", {"personal": "exp_x"}),
                                   ("POST", "/contain", {}), ("POST", "/notices", {}), ("GET", f"/exposures/{case.customer}", None)):
            lines = len(home.good("GET", path + "/timeline?limit=1000", key=case.by)["items"])
            answer = home.http(method, path + what, body, key=auditor)
            check(answer.status in (400, 403, 404, 405) and VALUE.encode() not in answer.body, f"{method} {what}: {answer}")
            same(len(home.good("GET", path + "/timeline?limit=1000", key=case.by)["items"]), lines, f"{what}: nothing was written")
        same(home.http("GET", other.path, key=auditor).status, 404, "of another incident they hear nothing")
        case.incident.add("members", by=case.by, who=who, state="out")
        same(home.http("GET", path + "/timeline", key=auditor).status, 404, "taken back")
        home.run("ledger", "verify")


def size(home):
    return int(home.http("GET", "/v1/ledger/checkpoint").body.decode().split("\n")[1])


def the_right_ends_by_itself():
    with Home() as home:
        home.start()
        home.good("POST", "/v1/keys", {"role": "admin", "name": "stays"})
        auditor = home.good("POST", "/v1/keys", {"role": "auditor", "days": 2})["key"]
        incident = Incident(home, opened(home))
        incident.add("members", who=home.good("GET", "/v1/keys")["items"][-1]["id"])
        home.wait_days(1)
        same(home.http("GET", incident.path + "/timeline", key=auditor).status, 200)
        same(home.http("GET", "/v1/ledger/checkpoint", key=auditor).status, 200, "a day later")
        home.wait_days(1.1)
        same(home.http("GET", "/v1/ledger/checkpoint", key=auditor).status, 401, "two days later nobody had to think of it")
        same(home.http("GET", incident.path, key=auditor).status, 401)
        same(home.http("POST", "/v1/keys", {"role": "auditor", "days": 91}).status, 400, "no key is for longer than 90 days")


if __name__ == "__main__":
    story(what_an_auditor_reads_and_what_not, what_an_auditor_reads_of_an_incident_and_what_not, the_right_ends_by_itself)
