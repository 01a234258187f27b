#!/usr/bin/env python3
"""After an erasure nothing of the person is left: no value, no tag, no sealed record; others' proofs still hold."""
import os
import sqlite3
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within

FIELDS = ["ref", "name", "email", "phone", "note", "addresses"]
EXIT_NO = 1


def rows_of(home, sql):
    database = sqlite3.connect(home.database())
    rows = database.execute(sql).fetchall()
    database.close()
    return rows


def files_of(home):
    for folder, _, names in os.walk(home.path):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    yield name, file.read()


def nothing_of_an_erased_person_is_left_on_disk():
    with Home() as home:
        home.start()
        people = [home.create(f"E{n}", name=f"Erasable {n}", email=f"erase{n}@example.org", phone=f"+1212555{n:04d}",
                              note=f"note {n}") for n in range(5)]
        one = people[2]
        home.values(one, FIELDS, reason="they called about parcel 4711")
        home.http("PATCH", f"/v1/subjects/{one}", {"fields": {"note": "a later note"}}, headers={"If-Match": '"1"'})
        home.stop()
        records = {no: record for no, record in rows_of(home, "SELECT no, record FROM subject")}
        wrapped = [records[3][at:at + 40] for at in (40, 120, 200)]  # pieces of the sealed record
        check(all(any(piece in data for _, data in files_of(home)) for piece in wrapped), "it is there before")
        home.start()
        erased = home.good("DELETE", f"/v1/subjects/{one}", {"reason": "they asked"})
        same(erased["status"], "erased")
        home.stop()
        for name, data in files_of(home):
            for piece in wrapped:
                check(piece not in data, f"a piece of the sealed record is still in {name}")
        tombstone = dict(rows_of(home, "SELECT no, record FROM subject"))[3]
        check(len(tombstone) < 40, "a tombstone without keys remains")
        same(rows_of(home, "SELECT count(*) FROM tag_past WHERE no = 3"), [(0,)], "no old tag remains")
        same(home.ask("ledger", "verify")["findings"], [], "the ledger verifies")


def an_erased_person_is_neither_found_nor_shown():
    with Home() as home:
        home.start()
        one = home.create("E1", name="Ana", email="ana@example.org", phone="+12125550147")
        other = home.create("E2", name="Ben", email="ben@example.org")
        dry = home.good("DELETE", f"/v1/subjects/{one}?dry_run=true")
        check("dry_run" in dry, "a dry run says so")
        same(home.values(one, ["name"]), {one: {"name": "Ana"}}, "and changes nothing")
        home.good("DELETE", f"/v1/subjects/{one}")
        for field, value in (("ref", "E1"), ("email", "ana@example.org"), ("phone", "+12125550147")):
            answer = home.http("POST", "/v1/lookup", {"field": field, "value": value, "purpose": "operations"})
            same((answer.status, answer.code), (404, "subject.not_found"), f"no lookup by {field}")
            check("receipt" in answer.json, "a look that found nobody is an entry too")
        answer = home.reveal(one, ["name"])
        same((answer.status, answer.code), (410, "subject.erased"))
        shown = home.reveal([other, one], ["name"]).json["values"]
        same([(row["id"], row.get("code")) for row in shown], [(other, None), (one, "subject.erased")])
        same(home.http("DELETE", f"/v1/subjects/{one}").status, 410, "erased once")
        answer = home.http("PATCH", f"/v1/subjects/{one}", {"fields": {"name": "X"}}, headers={"If-Match": '"2"'})
        same(answer.status, 410)
        same(home.http("POST", f"/v1/subjects/{one}/close").status, 410)
        seen = home.http("GET", f"/v1/subjects/{one}/sightings")
        check(seen.status in (200, 410), f"who saw them may be gone, never an error: {seen}")
        again = home.create("E1", name="Ana Again")
        check(again != one, "the shop's own number may be used anew, for a new person")


def proofs_of_earlier_looks_hold_for_the_others():
    with Home() as home:
        home.start()
        people = [home.create(f"P{n}", name=f"Person {n}") for n in range(8)]
        home.values(people, ["name"])  # one look at all of them
        gone, stays = people[3], people[5]
        before = home.file("before.proof")
        home.run("subject", "history", stays, "--proofs", "--out", before)
        gone_proof = home.file("gone.proof")
        home.run("subject", "history", gone, "--proofs", "--out", gone_proof)
        home.good("DELETE", f"/v1/subjects/{gone}")
        after = home.file("after.proof")
        home.run("subject", "history", stays, "--proofs", "--out", after)
        for proof in (before, gone_proof, after):
            good = home.cli("verify", proof, "--vkey", home.vkey, "--json")
            same((good.status, good.json["holds"]), (0, True), f"{proof}: {good}")
        check(home.ask("verify", after, "--vkey", home.vkey)["entries"] >= 1, "the look is in it")
        home.stop()
        same(home.ask("ledger", "verify")["findings"], [])


def a_closed_person_is_kept_for_duties_and_can_be_erased():
    with Home() as home:
        home.start()
        one = home.create("C1", name="Ana")
        same(home.good("POST", f"/v1/subjects/{one}/close")["status"], "closed")
        same(home.good("GET", f"/v1/subjects/{one}")["status"], "closed")
        same(home.values(one, ["name"]), {one: {"name": "Ana"}}, "still owed duties, so still readable")
        home.good("DELETE", f"/v1/subjects/{one}")
        same(home.reveal(one, ["name"]).status, 410)


def the_command_wants_a_yes():
    with Home() as home:
        home.run("import", "-", stdin="ref,name\nY1,Ana\n")
        one = home.run("lookup", "ref", "--purpose", "operations", stdin="Y1\n").text.strip()
        check(home.cli("subject", "erase", one).status != 0, "no terminal, no --yes: refused")
        home.run("subject", "erase", one, "--yes", "--reason", "they asked")
        done = home.cli("subject", "reveal", one, "--fields", "name", "--purpose", "support")
        same(done.status, EXIT_NO)
        within(b"subject.erased", done.err)


if __name__ == "__main__":
    story(nothing_of_an_erased_person_is_left_on_disk, an_erased_person_is_neither_found_nor_shown,
          proofs_of_earlier_looks_hold_for_the_others, a_closed_person_is_kept_for_duties_and_can_be_erased,
          the_command_wants_a_yes)
