#!/usr/bin/env python3
"""The library of attacks, by the command: one JSON line each, a table for people, the same again for a seed."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import check, command, same, story, within

DONE, USAGE = 0, 2
OFF = ("--set", "enumeration.trip=0", "--set", "burst.trip=0", "--set", "canary.trip=0")
SMALL = ("watch", "simulate", "--shop-size", "800")


def lines(*words):
    done = command(*SMALL, "--json", *words)
    same(done.status, DONE, repr(done))
    return [json.loads(line) for line in done.text.splitlines()]


def an_attack_is_one_line_with_its_figures():
    (row,) = lines("--attack", "whole_table", "--seed", "7")
    same((row["attack"], row["shop"], row["seed"], row["ending"]), ("whole_table", 800, 7, "stopped"))
    check(row["by"] in ("enumeration", "burst", "canary"), row["by"])
    check(row["people"] <= 40 and row["share"] <= 0.05, "the whole table goes out before it is stopped")
    same(row["curve"][-1], [row["seconds"], row["people"]])
    check(row["alerts"] >= 1 and row["first_alert"]["people"] <= row["people"], "no alert")


def a_seed_gives_the_same_again():
    once = command(*SMALL, "--attack", "office_hours", "--seed", "3", "--json")
    same(once.out, command(*SMALL, "--attack", "office_hours", "--seed", "3", "--json").out)
    check(once.out != command(*SMALL, "--attack", "office_hours", "--seed", "4", "--json").out, "another seed is the same")


def forged_passes_show_nobody():
    (row,) = lines("--attack", "forged_passes")
    same((row["people"], row["ending"], row["by"]), (0, "in vain", ""))


def an_attack_that_is_never_stopped_says_so():
    (row,) = lines("--attack", "approved_read", "--canaries", "0")
    same((row["ending"], row["people"], row["share"]), ("missed", 800, 1.0))


def honest_days_are_counted_by_kind_of_reader():
    rows = {row["honest"]: row for row in lines("--attack", "none", "--seed", "2")}
    same(sorted(rows), ["front", "marketing", "orders", "partner", "service", "signin", "support", "warehouse"])
    for row in rows.values():
        check(0 < row["reader_days"] <= 2 * 90, repr(row))
        same(sum(row["alerts_by"].values()), row["alerts"])
        same(sum(row["trips_by"].values()), row["trips"])


def what_is_published_is_what_this_program_gives():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "../../bench/attacks/results.jsonl"), encoding="utf-8") as published:
        rows = [json.loads(line) for line in published]
    for attack in ("drain", "knowing", "guessed_emails", "forged_passes"):
        (now,) = lines("--attack", attack, "--seed", "101")
        (then,) = [row for row in rows if row.get("attack") == attack and
                   (row["shop"], row["seed"], row["canaries"]) == (800, 101, 20)]
        same(now, then, "bench/attacks/results.jsonl is stale: make it anew, and docs/watch.md")


def people_read_tables():
    done = command(*SMALL, "--attack", "whole_table")
    within("A shop of 800 customers and 20 canaries", done.text)
    within("people at first alert", done.text)
    within("false trips", command(*SMALL, "--attack", "none").text)


def a_number_of_the_detectors_can_be_tried_out():
    usual = lines("--attack", "whole_table", "--seed", "7")[0]
    deaf = lines("--attack", "whole_table", *OFF, "--seed", "7")[0]
    check(deaf["by"] not in ("enumeration", "burst", "canary") and deaf["people"] > usual["people"], "no detector was switched off")
    for wrong in ("enumeration.trip", "=1", "no.such=1", "enumeration.trip=", "enumeration.trip=x", "enumeration.run=1"):
        same(command(*SMALL, "--set", wrong).status, USAGE, wrong)


def wrong_numbers_are_refused():
    for wrong in (("--shop-size", "99"), ("--shop-size", "x"), ("--attack", "no_such"), ("--seed", "-1"),
                  ("--shop-size", "800", "--canaries", "801")):
        done = command("watch", "simulate", *wrong)
        same(done.status, USAGE, f"{wrong}: {done!r}")


if __name__ == "__main__":
    story(an_attack_is_one_line_with_its_figures, a_seed_gives_the_same_again, forged_passes_show_nobody,
          an_attack_that_is_never_stopped_says_so,
          what_is_published_is_what_this_program_gives, honest_days_are_counted_by_kind_of_reader, people_read_tables,
          a_number_of_the_detectors_can_be_tried_out, wrong_numbers_are_refused)
