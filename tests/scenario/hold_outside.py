#!/usr/bin/env python3
"""Logs beside the vault that stay: logrotate is stopped, each file is copied and proved, what shrinks is told at once."""
import json
import os
import random
import shutil
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import PROGRAM, Home, check, same, story, within
from incident import Incident, key, opened, staff
from legal_hold import finish
from receivers import wait_until

LOGROTATE = shutil.which("logrotate") or "/usr/sbin/logrotate"


class Logs:
    """A machine with logs that logrotate rotates, by a configuration that nobody changes for a hold."""

    def __init__(self, home):
        self.home = home
        self.folder = home.file("logs")
        self.conf = home.file("logrotate.d")
        self.dir = home.file("hold")
        for path in (self.folder, self.conf):
            os.mkdir(path, 0o755)
        self.main = home.file("logrotate.conf", f"include {self.conf}\n")
        with open(os.path.join(self.conf, "app"), "w", encoding="utf-8") as out:
            out.write(f"{self.folder}/*.log {{\n  su root root\n  size 1\n  rotate 2\n  copytruncate\n}}\n")
        for path in (self.main, os.path.join(self.conf, "app")):
            os.chmod(path, 0o644)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, mode="w"):
        with open(self.path(name), mode, encoding="utf-8") as out:
            out.write(text)

    def rotate(self):
        return subprocess.run([LOGROTATE, "-f", "-s", self.home.file("rotated"), self.main], check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode

    def hold(self, incident, *words, status=0, **options):
        done = self.home.cli("incident", "hold", incident, "--dir", self.dir, "--place", "web1", *words, "--json", **options)
        same(done.status, status, str(done))
        return done.json

    def states(self, answer):
        return {os.path.basename(row["path"]): row["state"] for row in answer["items"]}

    def copy(self, number, name):
        with open(os.path.join(self.dir, "copies", f"{number}-{name}"), encoding="utf-8") as file:
            return file.read()


def alerts(home):
    """How often the sink was told that something kept is not as it was."""
    path = os.path.join(home.path, "shops", "shop", "alerts", "alerts.jsonl")
    if not os.path.exists(path):
        return 0
    with open(path, encoding="utf-8") as file:
        said = [line for line in file if "a log that is kept" in line or '"held"' in line]
    for line in said:
        check("incident" not in line and "a.log" not in line and "inc_" not in line and "web1" not in line, f"it names neither file nor incident: {line}")
    return len(said)


def rotation_stops_for_what_is_held_and_for_nothing_else():
    with Home() as home:
        home.start()
        logs, incident = Logs(home), Incident(home, opened(home))
        logs.write("access.log", "one\n")
        logs.write("other.log", "one\n")
        first = logs.hold(incident.id, logs.path("access.log"), "--logrotate", logs.conf)
        same(logs.states(first), {"access.log": "held", "1-access.log": "held"}, "the file and its copy")
        same(logs.copy(1, "access.log"), "one\n")
        logs.rotate()
        check(os.path.getsize(logs.path("access.log")) == 4 and not os.path.exists(logs.path("access.log.1")), "it is not rotated, though it is forced")
        check(os.path.exists(logs.path("other.log.1")), "the others are, by the file that nobody changed")
        logs.write("access.log", "two\n", "a")
        same(logs.states(logs.hold(incident.id)), {"access.log": "held", "1-access.log": "held"}, "it may grow")
        same(logs.copy(1, "access.log"), "one\ntwo\n", "and its copy with it")
        same(stat.S_IMODE(os.stat(logs.dir).st_mode), 0o700)
        # hourly proofs do not fill the incident: they are written down, but not each as a line
        lines = incident.show()["lines"]
        for _ in range(5):
            logs.hold(incident.id)
        same(incident.show()["lines"], lines)
        held = incident.show("hold")["items"]
        same([row["text"] for row in held if row["name"] == "web1"][0], logs.path("access.log"))
        # closing ends it, here too
        finish(incident)
        done = home.run("incident", "hold", incident.id, "--dir", logs.dir, "--quiet")
        same(os.listdir(logs.conf), ["app"], f"nothing of it is left: {done}")
        logs.rotate()
        check(os.path.exists(logs.path("access.log.1")), "from now on it is rotated")
        same(logs.copy(1, "access.log"), "one\ntwo\n", "the copy stays")
        same(home.cli("incident", "hold", incident.id, "--dir", logs.dir).status, 1, "there is nothing to prove")
        home.stop()
        same(home.ask("ledger", "verify")["findings"], [])


def what_shrinks_changes_or_vanishes_is_told_at_once():
    with Home() as home:
        home.start()
        home.good("POST", "/v1/sinks", {"kind": "ocsf", "file": "alerts.jsonl"})
        logs, incident = Logs(home), Incident(home, opened(home))
        for name in ("a.log", "b.log", "c.log"):
            logs.write(name, f"{name} line one\n{name} line two\n")
        logs.hold(incident.id, *(logs.path(name) for name in ("a.log", "b.log", "c.log")), "--evidence")
        same(len([row for row in incident.show("evidence")["items"] if row["name"] == "b.log"]), 1, "sealed as well")
        lines = incident.show()["lines"]
        logs.write("a.log", "a.log line one\n")
        logs.write("b.log", "b.log LINE one\nb.log line two\nb.log line three\n")
        os.unlink(logs.path("c.log"))
        bad = logs.hold(incident.id, status=6)
        same({name: state for name, state in logs.states(bad).items() if not name[0].isdigit()},
             {"a.log": "shrank", "b.log": "changed", "c.log": "gone"})
        same({state for name, state in logs.states(bad).items() if name[0].isdigit()}, {"held"}, "the copies are as they were")
        same(logs.copy(2, "b.log"), "b.log line one\nb.log line two\n", "what was changed is not copied over it")
        same([bad["worse"], incident.show()["lines"] - lines], [3, 3], "each is a line")
        wait_until(lambda: alerts(home) == 1, "and one alert")
        same(logs.hold(incident.id, status=6)["worse"], 0, "and is told once")
        same(incident.show()["lines"] - lines, 3)
        logs.write("a.log", "a.log line one\na.log line two\na.log line three\n")
        again = logs.hold(incident.id, status=6)
        same(logs.states(again)["a.log"], "held", "put back, and longer")
        same(logs.copy(1, "a.log"), "a.log line one\na.log line two\na.log line three\n")
        with open(os.path.join(logs.dir, "copies", "3-c.log"), "r+b") as file:
            file.write(b"C")
        worse = logs.hold(incident.id, status=6)
        same(logs.states(worse)["3-c.log"], "changed", "a copy that somebody wrote to")
        same(logs.states(worse)["c.log"], "gone")
        within("there any more", json.dumps(incident.show("timeline")["items"]))
        same(home.ask("ledger", "verify")["findings"], [])


def a_place_that_falls_silent_is_noticed():
    with Home() as home:
        home.start()
        logs, incident = Logs(home), Incident(home, opened(home))
        logs.write("a.log", "one\n")
        logs.hold(incident.id, logs.path("a.log"))
        home.stop()
        home.ahead_s += 2 * 3600
        home.start()
        home.stop()  # upkeep runs at the end
        home.start()
        same([row for row in incident.show("hold")["items"] if row["state"] == "silent"], [])
        home.stop()
        home.ahead_s += 2 * 3600
        for _ in range(2):
            home.start()
            home.stop()
        home.start()
        silent = [row for row in incident.show("hold")["items"] if row["state"] == "silent"]
        same([row["name"] for row in silent], ["web1"], "once")
        same(logs.states(logs.hold(incident.id))["a.log"], "held", "it is heard of again")
        within(b"--reason", home.cli("incident", "hold", incident.id, "--dir", logs.dir, "--end").err)
        home.run("incident", "hold", incident.id, "--dir", logs.dir, "--end", "--reason", "the disk is sealed by the police", "--quiet")
        home.stop()
        home.ahead_s += 5 * 3600
        home.start()
        home.stop()
        home.start()
        same(len([row for row in incident.show("hold")["items"] if row["state"] == "silent"]), 1, "nobody waits for it any more")


def the_journal_and_a_program_of_ones_own():
    """journalctl is played by a stand-in here: there is no journal on a machine that only tests."""
    with Home() as home:
        home.start()
        logs, incident = Logs(home), Incident(home, opened(home))
        programs = home.file("bin")
        os.mkdir(programs)
        journald = home.file("journald.conf.d")
        os.mkdir(journald)
        for name, text in (("journalctl", '#!/bin/sh\nfor word in "$@"; do case $word in --cursor-file=*) cursor=${word#--cursor-file=};; esac; done\n'
                            '[ "$4" = export ] || exit 9\necho "MESSAGE=$(cat "$cursor" 2>/dev/null)"\necho x >> "$cursor"\n'),
                           ("own", '#!/bin/sh\n[ -z "$AMANAH_KEY" ] || echo "a key: $AMANAH_KEY"\necho "$1"\n')):
            path = os.path.join(programs, name)
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
            os.chmod(path, 0o755)
        env = {"PATH": programs + ":" + os.environ["PATH"]}
        first = logs.hold(incident.id, "--journald", journald, "--run", os.path.join(programs, "own"), env=env)
        same(logs.states(first), {"journal": "held", "command": "held"})
        [name] = os.listdir(journald)
        check(name.startswith("90-amanah-hold-") and name.endswith(".conf"), name)
        with open(os.path.join(journald, name), encoding="utf-8") as file:
            within("MaxRetentionSec=0", file.read())
        logs.hold(incident.id, env=env)
        with open(os.path.join(logs.dir, "copies", "command"), encoding="utf-8") as file:
            same(file.read(), "begin\nproof\n", "what it said, and no key of the vault's")
        with open(os.path.join(logs.dir, "copies", "journal"), encoding="utf-8") as file:
            same(file.read(), "MESSAGE=\nMESSAGE=x\n", "from where it ended")
        with open(os.path.join(programs, "own"), "a", encoding="utf-8") as out:
            out.write("exit 3\n")
        same(logs.hold(incident.id, status=5, env=env)["items"][0]["state"], "held", "one fails, the other is proved")
        finish(incident)
        home.cli("incident", "hold", incident.id, "--dir", logs.dir, env=env)
        same(os.listdir(journald), [])


def from_another_machine_by_a_key_and_only_who_may_know():
    with Home() as home:
        home.start()
        ana, machine = staff(home, "ana"), staff(home, "machine")
        owner, place = key(home, "admin", ana), key(home, "admin", machine)
        incident = Incident(home, opened(home, by=owner["key"]), owner["key"])
        logs = Logs(home)
        logs.write("a.log", "one\n")
        words = ("incident", "hold", incident.id, logs.path("a.log"), "--dir", logs.dir, "--place", "web1", "--json")
        away = {"AMANAH_HOME": "", "AMANAH_URL": f"http://127.0.0.1:{home.port}", "AMANAH_KEY": place["key"]}
        refused = home.cli(*words, env=away)
        same(refused.status, 1, "it is no member")
        check(not os.path.exists(logs.dir), "and nothing was put in place")
        incident.add("members", who=machine, text="its logs stay")
        same(logs.states(home.cli(*words, env=away).json)["a.log"], "held")


def killed_in_the_middle_it_is_made_good_by_the_same_command():
    """kill -9 of the command, and of the vault, at whatever moment: nothing is told to have shrunk, no copy is wrong."""
    rng = random.Random(int(os.environ.get("AMN_SEED", "5")))
    with Home() as home:
        home.start()
        home.good("POST", "/v1/sinks", {"kind": "ocsf", "file": "alerts.jsonl"})
        logs, incident = Logs(home), Incident(home, opened(home))
        names = [f"{n}.log" for n in range(6)]
        whole = {name: "" for name in names}
        for turn in range(8):
            words = [*(logs.path(name) for name in names), "--logrotate", logs.conf] if turn < 2 else []
            for name in names:
                more = f"{turn} {name}\n" * 20000
                whole[name] += more
                logs.write(name, more, "a")
            cut = subprocess.Popen([PROGRAM, "incident", "hold", incident.id, "--dir", logs.dir, "--place", "web1", *words],
                                   env=home.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
            time.sleep(rng.random() * 0.12)
            cut.kill()
            cut.wait()
            if turn % 3 == 2:
                home.kill()
                home.start()
            done = logs.states(logs.hold(incident.id, *words))
            same(set(done.values()), {"held"}, f"turn {turn}: {done}")
            for n, name in enumerate(names):
                check(logs.copy(n + 1, name) == whole[name], f"turn {turn}: the copy of {name} is the file")
            logs.rotate()
            check(all(os.path.getsize(logs.path(name)) == len(whole[name]) for name in names), "and it is not rotated")
        same(alerts(home), 0, "nothing shrank")
        home.stop()
        same(home.ask("ledger", "verify")["findings"], [])


story(killed_in_the_middle_it_is_made_good_by_the_same_command,
      rotation_stops_for_what_is_held_and_for_nothing_else, what_shrinks_changes_or_vanishes_is_told_at_once,
      a_place_that_falls_silent_is_noticed, the_journal_and_a_program_of_ones_own,
      from_another_machine_by_a_key_and_only_who_may_know)
