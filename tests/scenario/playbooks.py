#!/usr/bin/env python3
"""Playbooks: an incident of a kind begins with its tasks, in the reader's language; a home writes its own without a build."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within

KINDS = ["database_copied", "drained_by_key", "dump_for_sale", "lost_device", "mailbox", "plugin", "ransom", "signing_key",
         "spreadsheet_sent"]
OWN = """id: {id}
title: {{en: Ours}}
about: {{en: The shop next door}}
tasks:
  - {{id: ring, role: owner, due: 15m, needs_evidence: true, text: {{en: Ring the shop next door, ko: 옆 가게에 전화하기}}}}
"""
INVALID, NO = 2, 1


def own(home, name, text):
    folder = os.path.join(home.path, "playbooks")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name + ".yaml"), "w", encoding="utf-8") as file:
        file.write(text)


def tasks(home, one):
    return home.good("GET", f"/v1/incidents/{one}/tasks")["items"]


def opened(home, kind, **more):
    return home.good("POST", "/v1/incidents", {"title": "a leak", "kind": kind, **more})


def every_kind_begins_with_its_tasks():
    with Home() as home:
        home.start()
        listed = home.run("playbook", "list", "--json").json["items"]
        same([one["id"] for one in listed], KINDS)
        for one in listed:
            answer = opened(home, one["id"], at="2026-11-20T00:00:00Z", lang="ko")
            book = home.run("playbook", "show", one["id"], "--json").json
            got = tasks(home, answer["id"])
            same(answer["tasks"], one["tasks"])
            same([task["name"] for task in got], [f"{one['id']}/{task['id']}" for task in book["tasks"]])
            same([task["text"] for task in got], [task["text"]["ko"] for task in book["tasks"]])
            same([task["role"] for task in got], [task["role"] for task in book["tasks"]])
            same([task.get("needs_evidence", False) for task in got], [task["needs_evidence"] for task in book["tasks"]])
        same(opened(home, "other")["tasks"], 0)
        same(opened(home, "flood_of_frogs")["tasks"], 0, "an unknown kind is opened all the same")
        home.run("ledger", "verify")


def tasks_are_due_from_the_moment_of_knowing():
    with Home() as home:
        home.start()
        got = tasks(home, opened(home, "ransom", at="2026-11-20T00:00:00Z")["id"])
        due = {one["name"]: one["due"] for one in got}
        same([due["ransom/cut_off"], due["ransom/decide"]], ["2026-11-20T00:30:00Z", "2026-11-21T00:00:00Z"])


def another_kind_brings_its_tasks_once():
    with Home() as home:
        home.start()
        one = opened(home, "ransom", at="2026-11-20T00:00:00Z")["id"]
        began = tasks(home, one)
        path = f"/v1/incidents/{one}/kind"
        same(home.http("POST", path, {"name": "database_copied"}).status, 400, "it wants a reason")
        home.good("POST", path, {"name": "database_copied", "text": "the dump is older than the lock"})
        now = tasks(home, one)
        same(now[:len(began)], began, "what was to be done stays")
        more = now[len(began):]
        check(more and all(task["name"].startswith("database_copied/") and task["source"] == "playbook" for task in more), str(more))
        check(all(task["due"] > "2026-11-20T00:00:00Z" for task in more) and min(task["due"] for task in more) < "2026-11-21", "due from the moment of knowing")
        same(home.good("GET", f"/v1/incidents/{one}")["kind"], "database_copied")
        same(home.good("GET", "/v1/incidents")["items"][0]["kind"], "database_copied")
        for kind in ("ransom", "database_copied"):
            home.good("POST", path, {"name": kind, "text": "once more"})
        same(tasks(home, one), now, "each task once")
        home.good("POST", path, {"name": "flood_of_frogs", "text": "no playbook knows it"})
        same([home.good("GET", f"/v1/incidents/{one}")["kind"], len(tasks(home, one))], ["flood_of_frogs", len(now)])
        home.run("ledger", "verify")


def a_task_that_asks_for_evidence_ends_only_with_it():
    with Home() as home:
        home.start()
        one = opened(home, "mailbox")["id"]
        path = f"/v1/incidents/{one}/tasks"
        for task in tasks(home, one):
            bare = home.http("POST", path, {"of": task["line"], "state": "done"})
            same(bare.status, 409 if task.get("needs_evidence") else 201, str(task))
            if bare.status == 409:
                home.good("POST", path, {"of": task["line"], "state": "done", "evidence": ["ticket 1"]})
        same([one["state"] for one in tasks(home, one)], ["done"] * 6)
        check("task.open" not in str(home.good("GET", f"/v1/incidents/{one}")["missing"]), "none is open")


def a_home_writes_its_own_without_a_build():
    with Home() as home:
        home.start()
        own(home, "ransom", OWN.format(id="ransom"))
        own(home, "next_door", OWN.format(id="next_door"))
        for kind in ("ransom", "next_door"):
            same([one["text"] for one in tasks(home, opened(home, kind)["id"])], ["Ring the shop next door"])
        same(tasks(home, opened(home, "next_door", lang="ko")["id"])[0]["text"], "옆 가게에 전화하기")
        same([one["own"] for one in home.run("playbook", "list", "--json").json["items"]].count(True), 2)
        within("Ring the shop", home.run("playbook", "show", "next_door").text)


def a_bad_file_is_named_and_stops_no_incident():
    with Home() as home:
        home.start()
        own(home, "bad", OWN.format(id="bad").replace("15m", "soon"))
        answer = opened(home, "plugin")
        same(answer["tasks"], 7, "those of the program")
        within("bad.yaml:5: tasks[0].due", answer["playbook_problem"])
        found = home.cli("playbook", "check")
        same(found.status, INVALID)
        within("bad.yaml:5: tasks[0].due", found.err.decode())


def it_reads_in_three_languages():
    with Home() as home:
        for language, word in (("en", "done only with evidence"), ("id", "selesai hanya dengan bukti"), ("ko", "증거가 있어야 끝남")):
            for kind in KINDS:
                page = home.run("playbook", "show", kind, "--lang", language).text
                check("{{" not in page and page.count("[ ]") >= 5, page)
                within(word, page)
        same(home.cli("playbook", "show", "other").status, NO)


if __name__ == "__main__":
    story(every_kind_begins_with_its_tasks, tasks_are_due_from_the_moment_of_knowing, another_kind_brings_its_tasks_once, a_task_that_asks_for_evidence_ends_only_with_it,
          a_home_writes_its_own_without_a_build, a_bad_file_is_named_and_stops_no_incident, it_reads_in_three_languages)
