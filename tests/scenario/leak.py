#!/usr/bin/env python3
"""The day of a leak: seven questions on an empty vault, an incident from them, the next hour, left and taken up again."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import PROGRAM, Home, check, environment, same, story, within

ANSWERS = ["Somebody offers our customer list", "4", "2026-11-20T09:00:00+07:00", "the mail key of the agency",
           "names and phones, about 800", "access.log since June", "the owner"]
USAGE, NO = 2, 1
LIST = "ref,name,email\n1,Ana Lim,ana@shop.example\n2,Budi Oh,budi@shop.example\n"
LOG = '192.0.2.9 - - [21/Nov/2026:10:00:0%d +0000] "GET /customer?customer=%d HTTP/1.1" 200 100 "-" "x"\n'


def leak(home, *words, answers=(), **options):
    done = home.cli("leak", *words, stdin="".join(f"{line}\n" for line in answers), **options)
    same(done.status, 0, str(done))
    return done


def steps(home, *words, **options):
    return leak(home, *words, "--json", **options).json


def timeline(home, one):
    return home.run("incident", "show", one, "timeline", "--json").json["items"]


def seven_answers_become_an_incident_on_a_vault_without_customers():
    with Home() as home:
        got = steps(home, answers=ANSWERS)
        same([one["state"] for one in got["steps"]], ["open"] * 8)
        shown = home.run("incident", "show", got["id"], "--json").json
        same([shown["title"], shown["kind"], shown["instants"][0]["at"]],
             [ANSWERS[0], "dump_for_sale", "2026-11-20T02:00:00Z"])
        same(shown["hypotheses"][0]["text"], ANSWERS[3])
        said = {one.get("source"): one.get("text") for one in timeline(home, got["id"])}
        same([said[f"leak question {n}"] for n in (5, 6, 7)], ANSWERS[4:])
        home.run("ledger", "verify")


def every_answer_may_be_left_empty():
    with Home() as home:
        for lang, title in (("en", "A leak, not described yet"), ("id", "Kebocoran, belum diuraikan"), ("ko", "유출, 아직 설명되지 않음")):
            one = steps(home, "--lang", lang, answers=[""] * 7)["id"]
            shown = home.run("incident", "show", one, "--json").json
            same([shown["title"], shown["kind"], len(shown["instants"])], [title, "other", 1])


def it_is_left_anywhere_and_goes_on_there():
    for stop in range(3, 7):
        with Home() as home:
            first = steps(home, answers=ANSWERS[:stop])
            before = timeline(home, first["id"])
            within(f"{stop + 1} ", leak(home, first["id"], answers=[]).err.decode(), "asks the one that is missing")
            same(timeline(home, first["id"]), before, "being asked again changes nothing")
            after = steps(home, first["id"], answers=ANSWERS[stop:])
            same([one["line"] for one in after["steps"]], [one["line"] for one in first["steps"]], "the same steps")
            asked = leak(home, first["id"], answers=[]).err.decode()
            check("of 7" not in asked, f"nothing is left to ask: {asked}")
            same(len(timeline(home, first["id"])), len(before) + 7 - stop)


def before_the_incident_there_is_nothing_to_keep():
    with Home() as home:
        for answers in ([], ANSWERS[:1], ANSWERS[:2], ["", ""], [ANSWERS[0], "x", "11", "many"], ANSWERS[:2] + ["noon"] * 3):
            done = home.cli("leak", stdin="".join(f"{line}\n" for line in answers))
            same(done.status, USAGE, f"{answers}: {done}")
        same(home.run("incident", "list", "--json").json["items"], [])
        got = steps(home, answers=[ANSWERS[0], "ten", "", "noon", ""])
        same(home.run("incident", "show", got["id"], "--json").json["kind"], "other", "a wrong answer is asked for again")


def whoever_is_named_by_id_is_a_suspect():
    with Home() as home:
        person = home.run("staff", "add", "--name", "Budi", "--email", "budi@shop.example", "--json").json["id"]
        got = steps(home, answers=ANSWERS[:3] + [person])
        same(home.run("incident", "show", got["id"], "--json").json["suspects"], [person])


def it_speaks_three_languages():
    with Home() as home:
        for language, word in (("en", "Seven questions"), ("id", "Tujuh pertanyaan"), ("ko", "일곱 가지를")):
            done = leak(home, "--lang", language, answers=ANSWERS)
            within(word, done.err.decode())
            check(not any(brace in done.out.decode() + done.err.decode() for brace in ("{{", "}}")), "no hole is left")


def the_commands_that_it_prints_work():
    with Home() as home:
        folder = home.file("work")
        os.makedirs(os.path.join(folder, "bin"))
        os.makedirs(os.path.join(folder, "log"))
        os.symlink(os.path.abspath(PROGRAM), os.path.join(folder, "bin", "amanah"))
        for name, text in (("customers.csv", LIST), ("access.log", LOG % (1, 1) + LOG % (2, 2)), ("log/web", "line\n")):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        person = home.run("staff", "add", "--name", "Budi", "--email", "budi@shop.example", "--json").json["id"]
        got = steps(home, answers=ANSWERS[:3] + [person] + ANSWERS[4:])
        env = environment({**home.environment(), "AMANAH_HOME": home.path,
                           "PATH": os.path.join(folder, "bin") + ":" + os.environ["PATH"]})
        for one in got["steps"]:
            words = one["command"].replace("staff_...", person).replace("key_...", person).replace("/var/log", "log")
            if "members who" in words:
                words = words.split("; ")[1]  # somebody is not both
            done = subprocess.run(words, shell=True, cwd=folder, env=env, capture_output=True, check=False)
            same(done.returncode, 0, f"{words}: {done}")
            home.run("incident", "task", got["id"], f"of={one['line']}", "state=done")
        same({one["state"] for one in steps(home, got["id"])["steps"]}, {"done"}, "what is done shows")
        check(os.path.exists(os.path.join(folder, "evidence", "log", "web")), "copied")
        within("[x]", leak(home, got["id"]).text)


if __name__ == "__main__":
    story(seven_answers_become_an_incident_on_a_vault_without_customers, every_answer_may_be_left_empty,
          it_is_left_anywhere_and_goes_on_there,
          before_the_incident_there_is_nothing_to_keep, whoever_is_named_by_id_is_a_suspect, it_speaks_three_languages,
          the_commands_that_it_prints_work)
