#!/usr/bin/env python3
"""A drain is found, stopped and told; a restart keeps it, two people end it, and whoever writes the database does not."""
import base64
import os
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mmdb
from amanah import Home, check, same, story, within
from receivers import Events, Hook, MailHost, wait_until
from staff import Staff, colleagues

PEOPLE = 60
STOPPED_BY = 40  # people at most: trip.people of src/watch/detect/params.def is 20, a run of enumeration 24
BREAKER = 13     # kind of row
TAMPERED = 6


def person(home, name, role="admin"):
    """A member of staff, and a key that they alone hold."""
    staff = home.good("POST", "/v1/staff", {"name": name, "email": f"{name}@shop.example"})["id"]
    return home.good("POST", "/v1/keys", {"role": role, "holders": [staff]})["key"]


def desk(home, name="desk", acts=(), watch="trip"):
    """A role that is stopped from the first day on. What a new shop's roles do by default is another chapter."""
    home.good("POST", "/v1/roles", {"name": name, "fields": ["*"], "purposes": ["*"],
                                    "acts": ["reveal", "lookup", "show", *acts], "watch": watch})
    return home.good("POST", "/v1/keys", {"role": name})


def shop(home, people=PEOPLE):
    home.start()
    return [home.create(str(i), name=f"Ana {i}", email=f"a{i}@mail.example") for i in range(people)]


def drained(home, people, key):
    """Look at one after the other, as in the list, until refused: how many were seen, and the refusal."""
    for seen, subject in enumerate(people):
        answer = home.reveal(subject, ["name"], purpose="support", key=key)
        if answer.status != 200:
            return seen, answer
    return len(people), None


def text(mail):
    """The words of a mail."""
    return "".join(base64.b64decode(mail.split("\n\n", 1)[1]).decode().split())


def entries(home):
    size = int(home.http("GET", "/v1/ledger/checkpoint").body.decode().split("\n")[1])
    return [home.good("GET", f"/v1/ledger/entries/{at}") for at in range(size)]


def a_list_taken_in_order_is_stopped_and_told():
    with Home() as home, Hook() as hook, MailHost() as host:
        people = shop(home)
        home.good("POST", "/v1/mail", {"url": host.url, "starttls": "never", "from": "vault@shop.example"})
        hook.secret = home.good("POST", "/v1/sinks", {"kind": "webhook", "url": hook.url})["secret"]
        home.good("POST", "/v1/sinks", {"kind": "mail", "address": "owner@shop.example"})
        home.good("POST", "/v1/sinks", {"kind": "ocsf", "file": "found.jsonl"})
        thief, other = desk(home), home.issue("desk")
        with Events(home, home.admin) as events:
            seen, refused = drained(home, people, thief["key"])
            check(seen < STOPPED_BY, f"{seen} people were seen")
            same((refused.status, refused.code), (403, "breaker.open"))
            wait_until(lambda: any(got["stopped"] for got in hook.got), f"a post that says who is stopped: {hook.got}")
            wait_until(lambda: any(event[2].get("stopped") for event in events.got()), "an event that says so")
        said = next(got for got in hook.got if got["stopped"])
        same((said["detector"], said["severity"], said["reader"]), ("enumeration", "high", thief["id"]))
        listed = home.good("GET", "/v1/alerts")
        found = next(item for item in listed["items"] if item["detector"] == "enumeration")
        same((found["reader"], found["state"], found["breaker"], found["alert"]),
             (thief["id"], "open", "open", said["alert"]), "what is told is what is listed")
        same([(row["reader"], row["breaker"]) for row in listed["breakers"]], [(thief["id"], "open")])
        wait_until(lambda: any(thief["id"] in text(mail) for mail in host.mails()), "a mail that names the key")
        wait_until(lambda: os.path.exists(os.path.join(home.path, "shops", "shop", "alerts", "found.jsonl")), "a file")
        within("enumeration", home.run("watch", "alerts").text)
        within(thief["id"], home.run("watch", "status").text)
        status = next(item for item in home.good("GET", "/v1/watch/status")["items"] if item["reader"] == thief["id"])
        same((status["breaker"], status["habit"]["people_today"]), ("open", seen))
        metrics = home.http("GET", "/metrics").body.decode()
        within('amanah_breakers{state="open"} 1', metrics)
        within("amanah_breaker_trips_total 1\n", metrics)
        same(home.reveal(people[0], ["name"], purpose="support", key=other).status, 200, "nobody else is stopped")
        home.restart()
        same(home.reveal(people[0], ["name"], purpose="support", key=thief["key"]).code, "breaker.open")
        same(home.http("POST", "/v1/lookup", {"field": "email", "value": "a@b.example", "purpose": "support"},
                       key=thief["key"]).code, "breaker.open")
        same(home.http("GET", f"/v1/subjects/{people[0]}", key=thief["key"]).code, "breaker.open")
        log = entries(home)
        opened = max(at for at, entry in enumerate(log) if entry["kind"] == "authority" and entry["object_kind"] == BREAKER)
        theirs = [entry["kind"] for entry in log[opened:] if entry["reader"] == thief["id"]]
        check(theirs and set(theirs) == {"refused"}, f"behind the entry there is no look of theirs: {theirs}")
        home.run("ledger", "verify")


def scripts_of_the_first_days_are_told_of_and_never_held_up():
    with Home() as home:
        people = shop(home, 140)
        for key in (home.admin, home.issue("service"), home.issue("service")):
            seen, refused = drained(home, people[:130], key)
            same((seen, refused), (130, None))
        listed = home.good("GET", "/v1/alerts")
        check(listed["items"], "it is seen all the same")
        same(listed["breakers"], [])
        slowed = desk(home, "slowly", watch="slow")
        seen, refused = drained(home, people[:130], slowed["key"])
        check(seen < STOPPED_BY, f"{seen} people were seen")
        same((refused.status, refused.code), (429, "breaker.slowed"))
        check(int(refused.headers["retry-after"]) >= 1, "it says when")
        same(home.reveal(people[0], ["name"], purpose="support", key=home.issue("slowly")).status, 200)


def from_the_eighth_day_on_a_service_is_stopped_by_itself():
    with Home() as home:
        people = shop(home)
        rows = "ref,name\n" + "".join(f"I{at},Budi {at}\n" for at in range(200))
        home.good("POST", "/v1/import", rows.encode(), kind="text/csv")
        home.wait_days(8)
        service, support, admin = (home.issue(role) for role in ("service", "support", "admin"))
        for key in (service, support):
            seen, refused = drained(home, people, key)
            check(seen < STOPPED_BY, f"{seen} people were seen: {home.good('GET', '/v1/alerts')}")
            same((refused.status, refused.code), (403, "breaker.open"))
        same(drained(home, people, admin), (PEOPLE, None), "a role that gives out rights is told of")
        same(len(home.good("GET", "/v1/alerts")["breakers"]), 2)


def from_another_country_is_told():
    with Home() as home:
        networks = {"192.0.2.0/24": "KR", "198.51.100.0/24": "KR", "203.0.113.0/24": "ID"}
        options = ("--proxy", "127.0.0.1", "--countries", home.file("countries.mmdb", mmdb.make(networks)))
        home.start(*options)
        kim = Staff(home, "kim@shop.example").enrol()
        people = [home.create(str(at), name=f"Ana {at}") for at in range(3)]  # fewer a day teach nothing

        def look(network):
            there = {"X-Forwarded-For": network}
            token = kim.sign_in(headers=there).json["token"]
            asked = {"subjects": people, "fields": ["name"], "purpose": "support"}
            same(home.http("POST", "/v1/reveal", asked, key=token, headers=there).status, 200)
            return [one["detector"] for one in home.good("GET", "/v1/alerts")["items"]]

        for _ in range(9):
            look("192.0.2.7")
            home.stop()
            home.ahead_s += 86400
            home.start(*options)
        check("first_seen" not in look("198.51.100.7"), "another network of a country that is known")
        within("first_seen", look("203.0.113.7"))
        home.stop()
        bad = home.cli("serve", home.path, "--countries", home.file("bad.mmdb", "no database"))
        same((bad.status, b"config.invalid" in bad.err), (2, True), str(bad))


def people_stop_alone_and_free_together():
    with Home() as home:
        people = shop(home)
        _, (ana, budi) = colleagues(home, "ana", "budi")
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


def one_person_alone_resets_nothing_for_a_day():
    with Home() as home:
        shop(home, 1)
        ana = person(home, "ana")
        key = home.good("POST", "/v1/keys", {"role": "service"})["id"]
        home.good("POST", f"/v1/breaker/{key}/trip", key=ana)
        asked = home.http("POST", f"/v1/breaker/{key}/reset", key=ana)
        same((asked.status, asked.json["state"]), (202, "delayed"))
        same(home.good("GET", "/v1/alerts")["breakers"][0]["breaker"], "open")


def three_stopped_in_a_day_stop_their_role():
    with Home() as home, Hook() as hook:
        people = shop(home)
        hook.secret = home.good("POST", "/v1/sinks", {"kind": "webhook", "url": hook.url})["secret"]
        _, (ana, budi) = colleagues(home, "ana", "budi")
        hook.ahead_s = home.ahead_s
        keys = [desk(home)["key"]] + [home.issue("desk") for _ in range(5)]
        watcher = home.issue("service")

        def sees(key):
            return home.reveal(people[0], ["name"], purpose="support", key=key).code

        for at, key in enumerate(keys[:3]):
            same(sees(keys[5]), None, f"{at} of them were stopped")
            same(drained(home, people, key)[1].code, "breaker.open")
        same([sees(key) for key in keys], ["breaker.open"] * 6)
        same(home.reveal(people[0], ["name"], purpose="support", key=watcher).status, 200, "another role goes on")
        listed = home.good("GET", "/v1/alerts")
        within(("role_desk", "open"), [(row["reader"], row["breaker"]) for row in listed["breakers"]])
        found = next(item for item in listed["items"] if item["detector"] == "role")
        same((found["reader"], found["severity"], found["breaker"]), ("role_desk", "critical", "open"))
        wait_until(lambda: any(got["reader"] == "role_desk" and got["stopped"] for got in hook.got), "a post that says so")
        status = {item["role"]: item["breaker"] for item in home.good("GET", "/v1/watch/status")["items"]}
        same((status["desk"], status["service"]), ("open", "closed"))
        asked = home.http("POST", "/v1/breaker/role_desk/reset", key=ana)
        same((asked.status, asked.json["state"]), (202, "waiting"))
        same(home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=ana).code, "approval.asker")
        same(sees(keys[5]), "breaker.open")
        same(home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=budi).status, 200)
        same([sees(key) for key in keys], ["breaker.open"] * 3 + [None] * 3, "those who did it stay stopped")
        same(drained(home, people, keys[3])[1].code, "breaker.open")
        same(sees(keys[5]), "breaker.open", "after a reset one more is enough")
        same(home.http("POST", "/v1/breaker/role_nobody/trip", key=ana).status, 404)
        same(home.http("POST", "/v1/breaker/role_service/trip", key=ana).json["breaker"], "open", "by one person, too")
        same(sees(watcher), "breaker.open")
        home.restart()
        same([sees(keys[5]), sees(watcher)], ["breaker.open"] * 2, "a restart keeps it")
        home.run("ledger", "verify")


def a_role_may_be_told_of_only():
    with Home() as home:
        people = shop(home)
        role = {"name": "desk", "fields": ["*"], "purposes": ["*"], "acts": ["reveal", "lookup", "show"], "watch": "trip"}
        home.good("POST", "/v1/roles", {**role, "watch_alone": True})
        keys = [home.issue("desk") for _ in range(4)]
        for key in keys[:3]:
            same(drained(home, people, key)[1].code, "breaker.open")
        same(home.reveal(people[0], ["name"], purpose="support", key=keys[3]).status, 200)
        listed = home.good("GET", "/v1/alerts")
        same([item["breaker"] for item in listed["items"] if item["detector"] == "role"], ["closed"])
        ana = person(home, "ana")
        same(home.http("POST", "/v1/roles", role, key=ana).status, 200, "to stop all of it is stricter: one is enough")
        same(home.http("POST", "/v1/roles", {**role, "watch_alone": True}, key=ana).status, 202, "and back takes two")
        shown = next(item for item in home.good("GET", "/v1/roles")["items"] if item["name"] == "desk")
        same(shown["watch_alone"], False)


def a_looser_stance_of_a_role_takes_two():
    with Home() as home:
        home.start()
        desk(home)
        ana = person(home, "ana")
        role = {"name": "desk", "fields": ["*"], "purposes": ["*"], "acts": ["reveal", "lookup", "show"]}
        for watch, status in (("alert", 202), ("slow", 202), ("default", 202), ("trip", 200), ("loud", 400)):
            same(home.http("POST", "/v1/roles", {**role, "watch": watch}, key=ana).status, status, watch)
        same(next(item for item in home.good("GET", "/v1/roles")["items"] if item["name"] == "desk")["watch"], "trip")


def a_muted_alert_is_not_told_but_trips():
    with Home() as home:
        people = shop(home)
        thief = desk(home)
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
        counted = [line for line in home.http("GET", "/metrics").body.decode().splitlines() if "muted_findings_total " in line]
        check(int(counted[-1].split()[1]) > 0, "what is muted is counted")
        home.restart()
        same(len(home.good("GET", "/v1/alerts")["mutes"]), 1)
        ana = person(home, "ana")
        same(home.http("POST", "/v1/mutes", {"detector": "coverage", "reason": "x", "days": 1}, key=ana).status, 202)


def who_is_suspected_is_not_told():
    with Home() as home:
        people = shop(home)
        desk(home, "lead", ["watch"])
        staff = [home.good("POST", "/v1/staff", {"name": name, "email": f"{name}@shop.example"})["id"]
                 for name in ("ana", "budi", "chandra")]

        def key(*holders):
            return home.good("POST", "/v1/keys", {"role": "lead", "holders": [staff[at] for at in holders]})["key"]
        thief, also_hers, shared, innocent = key(0), key(0), key(0, 1), key(2)
        with Events(home, also_hers) as hers, Events(home, innocent) as theirs:
            _, refused = drained(home, people, thief)
            same(refused.code, "breaker.open")
            wait_until(lambda: any(event[2].get("stopped") for event in theirs.got()), "an event for who is not suspected")
            time.sleep(1)
            same(hers.got(), [], "no event for her")
        for reader, told in ((thief, 0), (also_hers, 0), (shared, 0), (innocent, 1), (home.admin, 1)):
            listed = home.good("GET", "/v1/alerts", key=reader)
            same((len([item for item in listed["items"] if item["breaker"] == "open"]) > 0, len(listed["breakers"])),
                 (bool(told), told))
            open_now = [item for item in home.good("GET", "/v1/watch/status", key=reader)["items"] if item["breaker"] == "open"]
            same(len(open_now), told)


def whoever_writes_the_database_frees_nobody():
    """Issue 3's attack: the row of a breaker is reset, put back as it was, or taken away, behind the vault's back."""
    with Home() as home:
        shop(home, 2)
        key = home.good("POST", "/v1/keys", {"role": "service"})["id"]
        columns = "entry, body, mac"

        def row():
            home.stop()
            with sqlite3.connect(home.database()) as database:
                got = database.execute(f"SELECT {columns} FROM authority WHERE kind = {BREAKER}").fetchall()
            home.start()
            return got
        home.good("POST", f"/v1/breaker/{key}/trip")
        home.good("POST", f"/v1/breaker/{key}/reset")
        (freed,) = row()
        home.good("POST", f"/v1/breaker/{key}/trip")
        (stopped,) = row()
        within(b"open since", stopped[1])
        attacks = {
            "said to be free": (stopped[0], stopped[1].replace(b"open since", b"shut since"), stopped[2]),
            "as it was when it was free": freed,
            "that one, under the newest entry": (stopped[0], freed[1], freed[2]),
            "taken away": None,
        }
        home.stop()
        for name, forged in attacks.items():
            with sqlite3.connect(home.database()) as database:
                if forged:
                    database.execute(f"UPDATE authority SET entry = ?, body = ?, mac = ? WHERE kind = {BREAKER}", forged)
                else:
                    database.execute(f"DELETE FROM authority WHERE kind = {BREAKER}")
            verified = home.cli("ledger", "verify")
            same(verified.status, TAMPERED, name)
            home.spawn()
            same(home.daemon.wait(60), TAMPERED, f"{name}: nobody is served")
            home.daemon = None
            within("breaker", home.daemon_said().decode().splitlines()[-1], name)
            with sqlite3.connect(home.database()) as database:
                database.execute(f"DELETE FROM authority WHERE kind = {BREAKER}")
                database.execute("INSERT INTO authority (kind, id, entry, body, mac) VALUES (?, 1, ?, ?, ?)",
                                 (BREAKER, *stopped))
        home.start()
        same(home.good("GET", "/v1/alerts")["breakers"][0]["breaker"], "open")


def what_was_learned_and_is_gone_is_said():
    with Home() as home, Hook() as hook:
        people = shop(home)
        hook.secret = home.good("POST", "/v1/sinks", {"kind": "webhook", "url": hook.url})["secret"]
        same(home.reveal(people[0], ["name"], purpose="support", key=home.issue("service")).status, 200)
        home.restart()
        home.restart()
        same(home.good("GET", "/v1/alerts?all=true")["items"], [])
        home.stop()
        os.remove(os.path.join(home.path, "shops", "shop", "watch"))
        home.start()
        home.restart()
        same([item["detector"] for item in home.good("GET", "/v1/alerts?all=true")["items"]], ["memory_lost"])
        hook.wait(1)
        same((hook.got[0]["detector"], hook.got[0]["stopped"]), ("memory_lost", False))


if __name__ == "__main__":
    story(a_list_taken_in_order_is_stopped_and_told, scripts_of_the_first_days_are_told_of_and_never_held_up,
          from_the_eighth_day_on_a_service_is_stopped_by_itself, from_another_country_is_told,
          people_stop_alone_and_free_together, one_person_alone_resets_nothing_for_a_day,
          three_stopped_in_a_day_stop_their_role, a_role_may_be_told_of_only,
          a_looser_stance_of_a_role_takes_two, a_muted_alert_is_not_told_but_trips, who_is_suspected_is_not_told,
          whoever_writes_the_database_frees_nobody, what_was_learned_and_is_gone_is_said)
