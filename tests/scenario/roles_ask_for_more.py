#!/usr/bin/env python3
"""What a role asks for before its readers see anybody: a lesson, a second person's yes for many."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within
from staff import colleagues


def role(home, **more):
    home.good("POST", "/v1/roles", {"name": "desk", "fields": ["name"], "purposes": ["support"],
                                    "acts": ["reveal", "lookup"], "daily": 50, **more})


def person(home, name, named_role):
    staff = home.good("POST", "/v1/staff", {"name": name, "email": f"{name}@shop.example"})["id"]
    return home.good("POST", "/v1/keys", {"role": named_role, "holders": [staff]})["key"]


def refused(home, answer, code):
    same((answer.status, answer.code), (403, code), repr(answer))
    entry = home.good("GET", f"/v1/ledger/entries/{answer.json['receipt']['index']}")
    same((entry["kind"], entry["cause"]), ("refused", code))


def many_people_need_a_second_yes():
    with Home() as home:
        home.start()
        role(home, approval_above=2)
        people = [home.create(str(i), name="Ana") for i in range(6)]
        desk, (_, [boss]) = person(home, "ana", "desk"), colleagues(home, "budi")

        def look(*which):
            return home.reveal([people[i] for i in which], ["name"], purpose="support", key=desk)

        refused(home, look(0, 1, 2), "approval.needed")
        same(look(0, 1).status, 200)
        refused(home, look(2), "approval.needed")  # the third of the day
        same(look(1).status, 200, "the same person again")
        asked = home.http("POST", "/v1/approvals", {"reason": "recall", "subjects_max": 4, "minutes": 10}, key=desk)
        same(asked.status, 202, repr(asked))
        refused(home, look(2, 3), "approval.needed")  # nobody said yes
        shown = home.good("GET", "/v1/approvals", key=boss)["items"][-1]
        within("look at up to 4 people, of 6 customers, within 10 minutes: recall", shown["what"])
        home.good("POST", "/v1/approvals", {"reason": "notice", "subjects_max": 6}, key=desk)
        shown = home.good("GET", "/v1/approvals", key=boss)["items"][-1]
        within("6 people, which is everybody, of 6 customers", shown["what"], "whoever agrees sees that it is all of them")
        given = home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=boss)
        same(given.status, 200, repr(given))
        same(look(2, 3).status, 200)
        refused(home, look(4), "approval.needed")  # the fifth
        same(home.reveal(people, ["name"], key=boss).status, 200, "another reader is not bound by it")


def everybody_behind_a_reader_has_taken_the_lesson():
    with Home() as home:
        home.start()
        role(home, lesson="values-1")
        one = home.create("1", name="Ana")
        people, (ana, budi) = colleagues(home, "ana", "budi")
        staff, teachers = [person.id for person in people], [budi, ana]
        shared = home.good("POST", "/v1/keys", {"role": "desk", "holders": staff})["key"]
        nobody = home.issue("desk")

        def look(key):
            return home.reveal(one, ["name"], purpose="support", key=key)

        def taught(who, lesson):
            noted = home.http("POST", f"/v1/staff/{who}/lessons", {"lesson": lesson}, key=teachers[staff.index(who)])
            same(noted.status, 200, repr(noted))

        refused(home, look(shared), "role.lesson")
        found = home.http("POST", "/v1/lookup", {"field": "ref", "value": "1", "purpose": "support"}, key=shared)
        refused(home, found, "role.lesson")
        same(home.good("GET", "/v1/self", key=shared)["role"], "desk", "it may still ask what it is")
        same(home.http("GET", "/v1/events", key=shared).code, "role.act", "nothing of its role is told there")
        home.good("POST", "/v1/roles", {"name": "guard", "fields": [], "purposes": ["support"], "acts": ["watch"], "lesson": "values-1"})
        guard = home.good("POST", "/v1/keys", {"role": "guard", "holders": staff})["key"]
        same([home.http("GET", path, key=guard).code for path in ("/v1/alerts", "/v1/events")], ["role.lesson"] * 2)
        taught(staff[0], "values-1")
        taught(staff[1], "values-2")
        refused(home, look(shared), "role.lesson")  # one of the two has not
        taught(staff[1], "values-1")
        same(look(shared).status, 200)
        refused(home, look(nobody), "role.lesson")
        check(next(r for r in home.good("GET", "/v1/roles")["items"] if r["name"] == "desk")["lesson"] == "values-1",
              "the list says which")


def nobody_notes_a_lesson_for_themselves():
    with Home() as home:
        home.start()
        role(home, lesson="values-1")
        (ana, _), (session, other) = colleagues(home, "ana", "budi")
        own = home.good("POST", "/v1/keys", {"role": "admin", "holders": [ana.id]}, key=session)["key"]
        for key in (session, own, home.admin):  # the last has no name, so it may be hers
            noted = home.http("POST", f"/v1/staff/{ana.id}/lessons", {"lesson": "values-1"}, key=key)
            same((noted.status, noted.json["state"]), (202, "waiting"))
            within("took the lesson values-1", noted.json["what"])
        lessons = next(one for one in home.good("GET", "/v1/staff")["items"] if one["id"] == ana.id)["lessons"]
        same(lessons, [], "none is noted")
        home.good("POST", f"/v1/approvals/{noted.json['approval']}/approve", key=other)
        lessons = next(one for one in home.good("GET", "/v1/staff")["items"] if one["id"] == ana.id)["lessons"]
        same([lesson["name"] for lesson in lessons], ["values-1"])
        home.run("ledger", "verify")


story(many_people_need_a_second_yes, everybody_behind_a_reader_has_taken_the_lesson,
      nobody_notes_a_lesson_for_themselves)
