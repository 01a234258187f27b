#!/usr/bin/env python3
"""One act contains: every suspect is shut out, the shop is frozen, what they held is rotated; and it survives kill -9."""
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within
from incident import Incident, key, opened, staff
from staff import colleagues

ROUNDS = 12


def alive(home, secret):
    return home.http("GET", "/v1/self", key=secret).status == 200


def shop(home):
    """Ana answers for the incident, Budi is suspected, Citra shares a key with him, Dewi could say yes."""
    people = {name: staff(home, name) for name in ("ana", "budi", "citra", "dewi")}
    keys = {"owner": key(home, "admin", people["ana"]), "own": key(home, "service", people["budi"]),
            "admin": key(home, "admin", people["budi"]), "shared": key(home, "service", people["budi"], people["citra"]),
            "other": key(home, "service", people["citra"]), "second": key(home, "admin", people["dewi"])}
    keys["made"] = home.good("POST", "/v1/keys", {"role": "service", "holders": [people["citra"]]}, key=keys["admin"]["key"])
    return people, keys


def named(home):
    people, keys = shop(home)
    owner = keys["owner"]["key"]
    incident = Incident(home, opened(home, by=owner), owner)
    incident.add("suspects", who=people["budi"])
    return people, keys, incident


def contain(incident, status=200, **members):
    answer = incident.home.http("POST", incident.path + "/contain", members, key=incident.by)
    same(answer.status, status, str(answer))
    return answer.json


def suspects_are_shut_out_and_others_work_on():
    with Home() as home:
        home.start()
        people, keys, incident = named(home)
        secret = home.good("POST", "/v1/secrets", {"name": "token signing key", "kind": "signing_key", "holders": [people["budi"]]})["id"]
        customer = home.create("1", name="Somebody")
        issued = home.good("POST", "/v1/passes", {"subject": customer, "client_network": "127.0.0.1"}, key=keys["admin"]["key"])
        look = {"subjects": [], "fields": ["name"], "purpose": "self", "pass": issued["pass"]}
        same(home.http("POST", "/v1/reveal", look).status, 200, "the pass is good")
        tried = contain(incident, dry_run=True)
        shut = {keys[name]["id"] for name in ("own", "admin", "shared", "made")}
        same([tried["state"], {one["id"] for one in tried["keys"]}], ["would be contained", shut])
        check(all(alive(home, keys[name]["key"]) for name in keys), "a dry run changes nothing")
        done = contain(incident)
        same([done["state"], {one["id"] for one in done["keys"]}, done["staff"]], ["contained", shut, [people["budi"]]])
        same({(one["before"], one["after"]) for one in done["keys"]}, {("let in", "refused")}, "seen over the listener")
        for name in ("own", "admin", "shared", "made"):
            answer = home.http("GET", "/v1/self", key=keys[name]["key"])
            same([answer.status, answer.code, answer.json["detail"]],
                 [401, "credential.unknown", "credential: this key was ended; ask for a new one"], "as any key that was ended")
        check(all(alive(home, keys[name]["key"]) for name in ("owner", "other", "second")), "others work on")
        same(home.http("POST", "/v1/reveal", look).code, "pass.expired", "passes that they issued are good no more")
        new = {one["rotated_from"]: one for one in done["rotated"]}
        same(set(new), {keys["shared"]["id"], keys["made"]["id"]}, "what others need as well was rotated")
        check(alive(home, new[keys["shared"]["id"]]["key"]), "to a key that works")
        listed = {one["id"]: one for one in home.good("GET", "/v1/keys")["items"]}
        same(listed[new[keys["shared"]["id"]]["id"]]["holders"], [people["citra"]], "without the suspect")
        state = incident.show()
        within(secret, " ".join(one["text"] for one in state["tasks"]))
        same({one["name"] for one in state["contain"]}, {"key", "person", "freeze", "probe", "rotate"})
        same(next(one["state"] for one in home.good("GET", "/v1/secrets")["items"]), "open")
        home.kill()
        home.start()
        check(not alive(home, keys["own"]["key"]), "after a restart too")
        again = contain(incident)
        same([again["rotated"], len(again["keys"])], [[], 4], "it is done once")
        home.run("ledger", "verify")


def nothing_is_loosened_and_no_credential_made_until_two_people_lift_it():
    with Home() as home:
        home.start()
        _, (ana, budi) = colleagues(home, "ana", "budi")
        citra = staff(home, "citra")
        own = key(home, "service", citra)
        incident = Incident(home, opened(home, by=ana), ana)
        incident.add("suspects", who=citra)
        contain(incident)
        for method, path, body in (("POST", "/v1/roles", {"name": "packer", "fields": [], "purposes": [], "acts": []}),
                                   ("POST", "/v1/keys", {"role": "service"}), ("POST", "/v1/approvals", {"reason": "x", "subjects_max": 9}),
                                   ("POST", "/v1/staff", {"name": "x", "email": "x@shop.example"}),
                                   ("POST", "/v1/budgets", {"scope": "shop", "daily": 10 ** 6}),
                                   ("POST", "/v1/mail", {"url": "smtp://127.0.0.1:1", "from": "x@shop.example", "starttls": "never"})):
            for who in (budi, ana):
                refused = home.http(method, path, body, key=who)
                same([refused.status, refused.code], [423, "shop.frozen"], f"{path}: {refused}")
        check(home.run("key", "issue", "--role", "service").text, "the operator can")
        asked = contain(incident, 202, lift=True)
        same(asked["state"], "waiting")
        check(not alive(home, own["key"]), "while it waits")
        same(home.http("POST", f"/v1/approvals/{asked['approval']}/approve", key=ana).status, 403, "not by its asker")
        home.good("POST", f"/v1/approvals/{asked['approval']}/approve", key=budi)
        check(alive(home, own["key"]), "lifted")
        same(home.http("POST", "/v1/keys", {"role": "service"}, key=budi).status, 201)


def who_contains_needs_the_act_and_must_know_of_the_incident():
    with Home() as home:
        home.start()
        people, keys, incident = named(home)
        answer = home.http("POST", incident.path + "/contain", {}, key=keys["second"]["key"])
        same([answer.status, answer.code], [404, "not_found"])
        handler = home.good("POST", "/v1/roles", {"name": "desk", "fields": [], "purposes": ["security"], "acts": ["incident"],
                                                  "daily": 1, "reason": False})
        same(home.http("POST", incident.path + "/contain", {}, key=key(home, "desk", people["citra"])["key"]).code, "role.act")
        check(handler, "a role for who writes, and may not contain")


def it_stands_before_it_can_be_closed():
    with Home() as home:
        home.start()
        _, _, incident = named(home)
        contain(incident)
        within("/contain.stands", str(incident.close(409).json["errors"]))


def without_a_listener_it_says_that_nothing_was_tried():
    with Home() as home:
        home.start()
        _, keys, incident = named(home)
        home.stop()
        done = home.run("incident", "contain", incident.id, "--yes", "--json").json
        same({(one["before"], one["after"]) for one in done["keys"]}, {("not tried", "not tried")})
        home.start()
        check(not alive(home, keys["own"]["key"]), "and it holds")


def a_kill_in_the_middle_is_made_good_by_the_same_act():
    halves = 0
    for turn in range(ROUNDS):
        with Home() as home:
            home.start()
            _, keys, incident = named(home)
            asking = threading.Thread(target=lambda: swallow(incident))
            asking.start()
            time.sleep(random.Random(turn).uniform(0.0, 0.03))
            home.kill()
            asking.join()
            home.start()
            before = incident.show()["contain"]
            halves += bool(before) and not any(one["name"] == "probe" for one in before)
            done = contain(incident)
            steps = [(one["name"], one.get("who")) for one in incident.show()["contain"]]
            same(len(steps), len(set(steps)), f"no step was done twice: {steps}")
            same(sum(name == "probe" for name, _ in steps), 4, "each key was tried afterwards")
            same({one["after"] for one in done["keys"]}, {"refused"})
            same(sum(name == "rotate" for name, _ in steps), 2)
            check(not alive(home, keys["own"]["key"]), "shut out")
            home.run("ledger", "verify")
    print(f"        cut off between the suspension and its probes: {halves} of {ROUNDS}")


def swallow(incident):
    try:
        incident.home.http("POST", incident.path + "/contain", {}, key=incident.by)
    except OSError:
        pass


if __name__ == "__main__":
    story(suspects_are_shut_out_and_others_work_on, nothing_is_loosened_and_no_credential_made_until_two_people_lift_it,
          who_contains_needs_the_act_and_must_know_of_the_incident, it_stands_before_it_can_be_closed,
          without_a_listener_it_says_that_nothing_was_tried, a_kill_in_the_middle_is_made_good_by_the_same_act)
