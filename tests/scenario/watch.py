#!/usr/bin/env python3
"""A drain is found and stopped: nobody behind its entry is seen, a restart keeps it, and two people end it."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within

PEOPLE = 60
BREAKER = 13  # kind of row


def person(home, name):
    """A member of staff who alone holds a key."""
    staff = home.good("POST", "/v1/staff", {"name": name, "email": f"{name}@shop.example"})["id"]
    return home.good("POST", "/v1/keys", {"role": "admin", "holders": [staff]})["key"]


def shop(home):
    home.start()
    return [home.create(str(i), name=f"Ana {i}") for i in range(PEOPLE)]


def drained(home, people, key):
    """Look at one after the other, as in the list, until refused: how many were seen, and the refusal."""
    for seen, subject in enumerate(people):
        answer = home.reveal(subject, ["name"], purpose="support", key=key)
        if answer.status != 200:
            return seen, answer
    return len(people), None


def entries(home):
    size = int(home.http("GET", "/v1/ledger/checkpoint").body.decode().split("\n")[1])
    return [home.good("GET", f"/v1/ledger/entries/{at}") for at in range(size)]


def a_list_taken_in_order_is_stopped():
    with Home() as home:
        people = shop(home)
        thief = home.good("POST", "/v1/keys", {"role": "service"})
        other = home.issue("service")
        seen, refused = drained(home, people, thief["key"])
        check(seen < 30, f"{seen} people were seen")
        same((refused.status, refused.code), (403, "breaker.open"))
        listed = home.good("GET", "/v1/alerts")
        found = [item for item in listed["items"] if item["detector"] == "enumeration"]
        same([(item["reader"], item["state"], item["breaker"]) for item in found], [(thief["id"], "open", "open")])
        same([(row["reader"], row["breaker"]) for row in listed["breakers"]], [(thief["id"], "open")])
        within("enumeration", home.run("watch", "alerts").text)
        same(home.reveal(people[0], ["name"], purpose="support", key=other).status, 200, "nobody else is stopped")
        home.restart()
        same(home.reveal(people[0], ["name"], purpose="support", key=thief["key"]).code, "breaker.open")
        same(home.http("POST", "/v1/lookup", {"field": "email", "value": "a@b.example", "purpose": "support"},
                       key=thief["key"]).code, "breaker.open")
        log = entries(home)
        opened = max(at for at, entry in enumerate(log) if entry["kind"] == "authority" and entry["object_kind"] == BREAKER)
        theirs = [entry["kind"] for entry in log[opened:] if entry["reader"] == thief["id"]]
        check(theirs and set(theirs) == {"refused"}, f"behind the entry there is no look of theirs: {theirs}")
        home.run("ledger", "verify")


def people_stop_alone_and_free_together():
    with Home() as home:
        people = shop(home)
        ana, budi = person(home, "ana"), person(home, "budi")
        desk = home.good("POST", "/v1/keys", {"role": "service"})
        same(home.http("POST", f"/v1/breaker/{desk['id']}/reset", key=ana).status, 409, "it is not stopped")
        same(home.http("POST", f"/v1/breaker/{desk['id']}/trip", key=ana).json["breaker"], "open")
        same(home.reveal(people[0], ["name"], purpose="support", key=desk["key"]).code, "breaker.open")
        asked = home.http("POST", f"/v1/breaker/{desk['id']}/reset", key=ana)
        same((asked.status, asked.json["state"]), (202, "waiting"))
        same(home.reveal(people[0], ["name"], purpose="support", key=desk["key"]).code, "breaker.open")
        path = f"/v1/approvals/{asked.json['approval']}/approve"
        same(home.http("POST", path, key=ana).code, "approval.asker")
        same(home.http("POST", path, key=budi).status, 200)
        same(home.reveal(people[0], ["name"], purpose="support", key=desk["key"]).status, 200, "a few, watched closely")
        many = home.http("POST", "/v1/reveal", {"subjects": people, "fields": ["name"], "purpose": "support"}, key=desk["key"])
        check(many.code in ("breaker.open", "breaker.slowed"), repr(many))
        same(home.http("POST", f"/v1/breaker/{desk['id']}/trip", key=desk["key"]).code, "role.act")


def a_muted_alert_is_not_told_but_trips():
    with Home() as home:
        people = shop(home)
        thief = home.good("POST", "/v1/keys", {"role": "service"})
        for wrong in ({"reason": "load test", "days": 1}, {"detector": "nothing", "reason": "x", "days": 1},
                      {"detector": "enumeration", "reason": "x", "days": 91}):
            check(home.http("POST", "/v1/mutes", wrong).status in (400, 422), str(wrong))
        same(home.http("POST", "/v1/mutes", {"detector": "enumeration", "reader": thief["id"], "reason": "load test",
                                             "days": 1}).status, 200)
        _, refused = drained(home, people, thief["key"])
        same(refused.code, "breaker.open")
        listed = home.good("GET", "/v1/alerts")
        same([item for item in listed["items"] if item["detector"] == "enumeration"], [])
        same([(mute["detector"], mute["reason"]) for mute in listed["mutes"]], [("enumeration", "load test")])
        home.restart()
        same(len(home.good("GET", "/v1/alerts")["mutes"]), 1)
        ana = person(home, "ana")
        same(home.http("POST", "/v1/mutes", {"detector": "coverage", "reason": "x", "days": 1}, key=ana).status, 202)


def what_was_learned_and_is_gone_is_said():
    with Home() as home:
        people = shop(home)
        same(home.reveal(people[0], ["name"], purpose="support", key=home.issue("service")).status, 200)
        home.restart()
        home.restart()
        same(home.good("GET", "/v1/alerts?all=true")["items"], [])
        home.stop()
        os.remove(os.path.join(home.path, "shops", os.listdir(os.path.join(home.path, "shops"))[0], "watch"))
        home.start()
        home.restart()
        same([item["detector"] for item in home.good("GET", "/v1/alerts?all=true")["items"]], ["memory_lost"])


if __name__ == "__main__":
    story(a_list_taken_in_order_is_stopped, people_stop_alone_and_free_together, a_muted_alert_is_not_told_but_trips,
          what_was_learned_and_is_gone_is_said)
