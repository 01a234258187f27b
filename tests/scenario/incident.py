#!/usr/bin/env python3
"""An incident from suspicion to closing, and everything a suspect might try to learn that there is one."""
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within
from receivers import Events

WORDS = "planted-words-of-the-incident"


def staff(home, name, **more):
    return home.good("POST", "/v1/staff", {"name": name, "email": f"{name}@shop.example", **more})["id"]


def key(home, role, *holders):
    return home.good("POST", "/v1/keys", {"role": role, "name": f"key of {role}", "holders": list(holders)})


def opened(home, title="A list is for sale", by=None, kind="other"):
    return home.good("POST", "/v1/incidents", {"title": title, "kind": kind, "source": "mail to the desk"}, key=by)["id"]


class Incident:
    def __init__(self, home, one, by=None):
        self.home, self.id, self.by, self.path = home, one, by, f"/v1/incidents/{one}"

    def add(self, kind, by=None, status=201, **members):
        answer = self.home.http("POST", f"{self.path}/{kind}", members, key=by or self.by)
        same(answer.status, status, f"{kind} {members}: {answer}")
        return answer.json.get("line") if status == 201 else answer.code

    def show(self, part=""):
        return self.home.good("GET", self.path + (part and "/" + part), key=self.by)

    def close(self, status=200, **members):
        answer = self.home.http("POST", self.path + "/close", members, key=self.by)
        same(answer.status, status, str(answer))
        return answer


def from_suspicion_to_closing():
    with Home() as home:
        home.start()
        ana, budi = staff(home, "ana"), staff(home, "budi")
        owner, second = key(home, "admin", ana)["key"], key(home, "admin", budi)["key"]
        incident = Incident(home, opened(home, by=owner), owner)
        incident.add("members", who=budi, text="knows the database")
        incident.add("instants", name="occurred", at="2026-06-24T00:00:00+09:00", source="web log", confidence="medium")
        first = incident.add("instants", name="aware", at="2025-11-17T07:00:00Z", source="the ministry's version")
        cause = incident.add("hypotheses", text=f"a key was kept {WORDS}")
        other = incident.add("hypotheses", text="a plugin was hacked")
        incident.add("hypotheses", of=cause, stance="for", text="it was used after its holder left", evidence=["entry 17"])
        incident.add("hypotheses", of=other, state="refuted", text="its files are as shipped")
        decided = incident.add("decisions", question="switch the shop off, or one key?", text="one key")
        incident.add("requests", name="KISA", text="the web logs", due="2027-01-01T00:00:00Z")
        incident.add("recovery", name="the police", text="one laptop, about 3,000 records by the company's word")
        task = incident.add("tasks", text="ask the host for its logs", who=budi, needs_evidence=True)
        same(incident.add("tasks", status=409, of=task, state="done"), "check.not_met")
        incident.add("tasks", by=second, of=task, state="done", evidence=["host ticket 5"])
        claim = incident.add("claims", text="no card data was taken")
        same(incident.add("claims", status=409, of=claim, state="verified", evidence=["scope"]), "check.not_met")
        incident.add("claims", by=second, of=claim, state="verified", evidence=["there is no such field"])
        incident.add("hours", text="two people, one night", minutes=960, amount=1500000, currency="IDR")
        state = incident.show()
        same([one["counts"] for one in state["instants"] if one["name"] == "aware"], [False, True], "the earliest")
        same(next(one for one in state["instants"] if one["counts"] and one["name"] == "aware")["line"], first)
        same(state["claims"][0]["state"], "verified")
        same([state["minutes"], state["costs"]], [960, [{"currency": "IDR", "amount": 1500000}]])
        decision = state["decisions"][0]
        same(decision["line"], decided)
        same(decision["lines"], decided - 1, "as much as was known then")
        check(decision["ledger"] > 0, "and the ledger as it was")
        refused = incident.close(409)
        same(sorted(one["pointer"] for one in refused.json["errors"]),
             ["/audit.none", "/cause", "/prevention.none", "/request.open"], "exactly what is missing")
        incident.add("hypotheses", of=cause, state="confirmed", cause=True)
        incident.add("requests", of=state["requests"][0]["line"], state="delivered", hash="ab" * 32, receipt="no. 8")
        audit = incident.add("audits", text="who else holds keys")
        incident.add("audits", of=audit, state="done", evidence=["list"])
        mended = incident.add("prevention", text="keys end when their holder leaves", check="the probe of a key that was kept",
                              fixes=cause)
        incident.add("checks", of=mended, state="failed", evidence=["probe let in"])
        same([one["code"] for one in incident.show()["missing"]], ["prevention.unpassed"])
        incident.add("checks", of=mended, state="passed", evidence=["probe refused"])
        same(home.http("POST", incident.path + "/close", {}, key=second).code, "role.act", "its owner closes it")
        same(incident.close(dry_run=True).json["state"], "would change")
        incident.close(text="done")
        same(incident.show()["state"], "closed")
        same(incident.add("notes", status=409, text="late"), "conflict")
        lines = incident.show("timeline")["items"]
        same([one["line"] for one in lines], list(range(1, len(lines) + 1)), "nothing was taken out of the timeline")
        incident.close(reopen=True, text="it is back")
        home.kill()
        home.start()
        same(incident.show()["state"], "open")
        home.run("ledger", "verify")
        for name in ("shop.db", "shop.db-wal"):
            path = os.path.join(os.path.dirname(home.database()), name)
            if os.path.exists(path):
                with open(path, "rb") as file:
                    check(WORDS.encode() not in file.read(), "what people wrote is sealed")


def a_hand_over_is_a_line_and_who_hands_over_is_out():
    with Home() as home:
        home.start()
        ana, budi = staff(home, "ana"), staff(home, "budi")
        first, second = key(home, "admin", ana)["key"], key(home, "admin", budi)["key"]
        incident = Incident(home, opened(home, by=first), first)
        incident.add("owner", who=budi, text="she is on leave from today")
        same(home.http("GET", incident.path, key=first).status, 404)
        after = Incident(home, incident.id, second)
        same(after.show()["owner"], budi)
        within("she is on leave", str(after.show("timeline")))


def seen(answer):
    """What somebody outside gets to see of an answer: all but the number of the request."""
    told = answer.json if answer.body else {}
    size = len(answer.body) - len(told.pop("instance", ""))
    headers = {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "date", "content-length")}
    return answer.status, told, headers, size


def tries(path):
    yield "GET", path, None
    for part in ("timeline", "tasks", "claims", "suspects", "nothing"):
        yield "GET", f"{path}/{part}", None
    for kind, body in (("notes", {"text": "x"}), ("tasks", {"text": "x", "due": "no time"}), ("tasks", {"of": 1, "state": "done"}),
                       ("members", {"who": "staff_x"}), ("owner", {}), ("checks", {"of": 9}), ("nothing", {})):
        yield "POST", f"{path}/{kind}", body
    yield "POST", f"{path}/close", {}
    yield "POST", f"{path}/close", {"dry_run": True}
    yield "POST", f"{path}/close", {"reopen": True, "text": "x"}


def a_suspect_is_told_what_anybody_is_told_of_an_incident_that_is_not_there():
    with Home() as home, Home() as empty:
        home.start()
        empty.start()
        ana, budi, citra = staff(home, "ana"), staff(home, "budi"), staff(home, "citra")
        owner, suspect, peer = (key(home, "admin", one)["key"] for one in (ana, budi, citra))
        shared = key(home, "admin", budi, citra)["key"]
        incident = Incident(home, opened(home, by=owner), owner)
        never = opened(empty)  # an id of another vault: here it is none
        incident.add("suspects", who=budi)
        for who in (suspect, peer, shared):
            for (method, path, body), (_, nowhere, _) in zip(tries(incident.path), tries(f"/v1/incidents/{never}")):
                there, gone = home.http(method, path, body, key=who), home.http(method, nowhere, body, key=who)
                same(seen(there), seen(gone), f"{method} {path}")
                same(there.status, 404)
            garbled = home.http("GET", "/v1/incidents/" + "x" * 26, key=who)
            same(seen(garbled), seen(home.http("GET", incident.path, key=who)), "no id looks better than another")
            same(home.good("GET", "/v1/incidents", key=who), {"items": [], "next": None})
            metrics = home.http("GET", "/metrics", key=who).body.decode()
            check(incident.id not in metrics and "amanah_incidents" not in metrics, "metrics count none")
        same([one["id"] for one in home.good("GET", "/v1/incidents", key=owner)["items"]], [incident.id])


def being_named_takes_effect_at_once_and_membership_does_not_outweigh_it():
    with Home() as home:
        home.start()
        ana, budi, citra = staff(home, "ana"), staff(home, "budi"), staff(home, "citra")
        owner, second = key(home, "admin", ana)["key"], key(home, "admin", budi)["key"]
        both = key(home, "admin", budi, citra)
        incident = Incident(home, opened(home, by=owner), owner)
        incident.add("members", who=budi)
        same(home.http("GET", incident.path, key=second).status, 200)
        same(home.http("GET", incident.path, key=both["key"]).status, 404, "not all who hold it are members")
        same(incident.add("suspects", status=409, who=budi), "conflict")
        incident.add("suspects", who=both["id"])  # a key: so whoever holds it is suspected
        same(home.http("GET", incident.path, key=second).status, 404, "at once")
        with Events(home, owner) as told, Events(home, second) as untold:
            incident.add("notes", text="news for whoever may know")
            same(told.hear(incident.id), {incident.id})
            home.good("POST", "/v1/keys", {"role": "support"})
            same(untold.hear("team"), set(), "what came later was told, and of the incident nothing")
        same(incident.add("members", status=422, who=citra), "reason.missing")
        incident.add("suspects", who=both["id"], state="cleared")
        same(home.http("GET", incident.path, key=second).status, 200)


def peers_by_role_are_let_in_only_with_a_reason():
    with Home() as home:
        home.start()
        ana, budi, citra = (staff(home, name, role="support") for name in ("ana", "budi", "citra"))
        owner = key(home, "admin", ana)["key"]
        incident = Incident(home, opened(home, by=owner), owner)
        incident.add("suspects", who=budi)
        incident.add("members", who=citra)
        incident.add("members", who=citra, state="out")
        incident.add("suspects", who=budi, peers="role")
        same(incident.add("members", status=422, who=citra), "reason.missing")
        incident.add("members", who=citra, text="runs the desk; told nothing of whom we suspect")


def time_tells_nothing():
    """Medians of many tries, in turns: what is hidden takes no longer than what is not there."""
    with Home() as home, Home() as empty:
        home.start()
        empty.start()
        ana, budi = staff(home, "ana"), staff(home, "budi")
        owner, suspect = key(home, "admin", ana)["key"], key(home, "admin", budi)["key"]
        incident = Incident(home, opened(home, by=owner), owner)
        incident.add("suspects", who=budi)
        for i in range(150):
            incident.add("notes", text=f"line {i} of many")
        took = {incident.path: [], f"/v1/incidents/{opened(empty)}": []}
        for _ in range(400):
            for path, times in took.items():
                began = time.perf_counter()
                same(home.http("GET", path, key=suspect).status, 404)
                times.append(time.perf_counter() - began)
        hidden, gone = (statistics.quantiles(times, n=10)[0] for times in took.values())  # while nothing else ran
        began = time.perf_counter()
        for _ in range(20):
            incident.show()
        whole = (time.perf_counter() - began) / 20
        print(f"        hidden {hidden * 1e6:.0f} us, not there {gone * 1e6:.0f} us, shown {whole * 1e6:.0f} us")
        check(abs(hidden - gone) < 0.1 * gone + 20e-6, f"hidden {hidden}, not there {gone}")


def what_the_ledger_shows_of_a_line_is_a_hash():
    with Home() as home:
        home.start()
        ana = staff(home, "ana")
        owner = key(home, "admin", ana)["key"]
        incident = Incident(home, opened(home, by=owner), owner)
        answer = home.http("POST", incident.path + "/suspects", {"who": staff(home, "budi")}, key=owner)
        index = answer.json["receipt"]["index"]
        entry = home.good("GET", f"/v1/ledger/entries/{index}")
        same(entry["kind"], "incident")
        check("reader" not in entry or entry["reader"] == "system", f"not who wrote it: {entry}")
        check(not entry["role"] and not entry["fields"] and "commitments" not in entry, f"nor anything else: {entry}")


def a_line_that_was_taken_out_or_changed_is_found():
    import sqlite3
    for harm in ("DELETE FROM incident_line WHERE n = 3", "DELETE FROM incident_line WHERE n = 4",
                 "UPDATE incident_line SET sealed = (SELECT sealed FROM incident_line WHERE n = 3) WHERE n = 4",
                 "DELETE FROM incident"):
        with Home() as home:
            home.start()
            incident = Incident(home, opened(home))
            incident.add("notes", text="one")
            incident.add("notes", text="two")
            home.stop()
            with sqlite3.connect(home.database()) as database:
                database.execute(harm)
            database.close()
            found = home.cli("ledger", "verify")
            same(found.status, 6, f"{harm}: {found}")
            within("incident", found.text)


if __name__ == "__main__":
    story(from_suspicion_to_closing, a_hand_over_is_a_line_and_who_hands_over_is_out,
          a_suspect_is_told_what_anybody_is_told_of_an_incident_that_is_not_there,
          being_named_takes_effect_at_once_and_membership_does_not_outweigh_it,
          peers_by_role_are_let_in_only_with_a_reason, time_tells_nothing, what_the_ledger_shows_of_a_line_is_a_hash,
          a_line_that_was_taken_out_or_changed_is_found)
