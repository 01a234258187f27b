#!/usr/bin/env python3
"""An auditor from outside: a key with an end, that reads the ledger and who saw whom, sees no value, and leaves a trace itself."""
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
                                   ("GET", case.incident.path, None), ("POST", case.incident.path + "/export", {}),
                                   ("POST", case.incident.path + "/notes", {"text": "x"}), ("POST", "/v1/exports", {}),
                                   ("DELETE", f"/v1/subjects/{case.customer}", None), ("POST", "/v1/keys", {"role": "auditor"})):
            answer = home.http(method, path, body, key=auditor)
            check(answer.status in (400, 403, 404) and VALUE.encode() not in answer.body, f"{method} {path}: {answer}")
        path = case.bundle()  # what they are given of the incident, and check with their own programs
        verified(path, "--vkey", case.vkeys())
        read_without_amanah(path, home.vkey)


def the_right_ends_by_itself():
    with Home() as home:
        home.start()
        home.good("POST", "/v1/keys", {"role": "admin", "name": "stays"})
        auditor = home.good("POST", "/v1/keys", {"role": "auditor", "days": 2})["key"]
        incident = Incident(home, opened(home))
        home.wait_days(1)
        same(home.http("GET", "/v1/ledger/checkpoint", key=auditor).status, 200, "a day later")
        home.wait_days(1.1)
        same(home.http("GET", "/v1/ledger/checkpoint", key=auditor).status, 401, "two days later nobody had to think of it")
        same(home.http("GET", incident.path, key=auditor).status, 401)
        same(home.http("POST", "/v1/keys", {"role": "auditor", "days": 91}).status, 400, "no key is for longer than 90 days")


if __name__ == "__main__":
    story(what_an_auditor_reads_and_what_not, the_right_ends_by_itself)
