#!/usr/bin/env python3
"""Backups by themselves: what a timer runs is made, thinned out, tried and noted; what fails is said; killed, it goes on."""
import glob
import json
import os
import random
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import PROGRAM, Home, check, same, story, within

NO, UNAVAILABLE = 1, 4


class Kept(Home):
    def __init__(self, **more):
        super().__init__(**more)
        self.store = os.path.join(self.folder, "backups")
        os.mkdir(self.store)

    def words(self, *more):
        return ["backup", self.path, "--scheduled", "--out", self.store, *more]

    def turn(self, *more, status=0):
        done = self.cli(*self.words(*more))
        same(done.status, status, f"{done}")
        return done

    def files(self):
        return sorted(os.path.basename(name) for name in glob.glob(os.path.join(self.store, "amanah-*")))

    def kinds(self):
        return [re.search(r"-(full|increment)\.age$", name).group(1) for name in self.files()]

    def told(self):
        return json.loads(self.cli("backups", "--home", self.path, "--json").out)

    def chain(self):
        names = self.files()
        first = max(i for i, name in enumerate(names) if "-full" in name)
        return [os.path.join(self.store, name) for name in names[first:]]


def a_run_makes_tries_and_notes():
    with Kept() as home:
        home.run("import", home.file("c.csv", "ref,name\n" + "\n".join(f"r{i},Person" for i in range(300))))
        same(home.cli("backups", "--home", home.path).status, NO, "nothing was made yet")
        home.start()
        within("holds together", home.turn().err.decode())
        told = home.told()
        check(told["well"] and told["failed"] is None and told["drill_failed"] is None, f"{told}")
        same(told["made"]["manifest"], told["drill"]["manifest"], "what was made was tried")
        entry = home.good("GET", f"/v1/ledger/entries/{told['made']['entry']}")
        same((entry["kind"], entry["object_kind"]), ("backup", 1))
        same(entry["old_size"], told["made"]["size"])
        home.create("later")
        home.turn()
        same(home.kinds(), ["full", "increment"])
        same(home.told()["drill"], told["drill"], "a drill is due once a month")
        check(home.told()["made"]["size"] > told["made"]["size"], "the newer one is told of")
        text = home.good("GET", "/v1/watch/weekly")["text"]
        within(told["made"]["time"][:10], text)
        within("brought back as a drill", text)
        home.turn("--full-hours", "0", "--drill-days", "0")
        same(home.kinds(), ["full", "increment", "full"])
        check(not os.path.exists(home.path + ".drill.restoring"), "a drill leaves nothing")
        home.stop()
        same(home.ask("ledger", "verify")["findings"], [])
        lost = os.path.join(home.folder, "lost")
        os.rename(home.path, lost)
        same(home.cli("restore", *home.chain(), home.path, "--keys", lost).status, 0)
        same(home.run("ledger", "checkpoint").text.splitlines()[0], home.origin + ".2", "its own note came after it")
        same(home.ask("ledger", "verify")["findings"], [])


def old_generations_go_with_their_increments():
    with Kept() as home:
        other = os.path.join(home.store, "amanah-notes.txt")
        with open(other, "w", encoding="utf-8") as file:
            file.write("not a backup")
        for _ in range(4):
            home.turn("--full-hours", "0", "--generations", "2")
            home.turn("--generations", "2")
        same([name for name in home.files() if name.endswith(".txt")], ["amanah-notes.txt"])
        os.remove(other)
        same(home.kinds(), ["full", "increment", "full", "increment"])


def an_increment_never_follows_what_is_not_there():
    with Kept() as home:
        home.turn()
        same(home.cli("backup", home.path, "--out", os.path.join(home.folder, "by-hand.age")).status, 0)
        home.turn("--drill-days", "0")
        same(home.kinds(), ["full", "full"], "one by hand came in between")
        home.turn()
        os.remove(os.path.join(home.store, home.files()[-1]))
        home.turn("--drill-days", "0")
        same(home.kinds(), ["full", "full", "full"], "the last one was removed")


def it_also_goes_elsewhere():
    with Kept() as home:
        away = os.path.join(home.folder, "away")
        os.mkdir(away)
        home.turn("--command", f'cat > "{away}/$AMANAH_BACKUP_NAME"')
        same(os.listdir(away), home.files())
        with open(os.path.join(away, home.files()[0]), "rb") as there, open(home.chain()[0], "rb") as here:
            same(there.read(), here.read())
        home.turn("--command", "cat > /dev/null; false", status=UNAVAILABLE)
        told = home.told()
        same((told["well"], told["failed"]["cause"]), (False, "service.unavailable"))
        within("failed", home.run("watch", "weekly").text)
        home.turn("--command", "cat > /dev/null")
        check(home.told()["well"], "a good one since")


def a_spoiled_backup_fails_its_drill():
    with Kept() as home:
        home.turn()
        path = home.chain()[0]
        with open(path, "r+b") as file:
            file.seek(os.path.getsize(path) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
        done = home.cli(*home.words("--drill-days", "0"))
        check(done.status != 0, f"{done}")
        told = home.told()
        check(not told["well"] and told["drill_failed"], f"{told}")
        within("drill of", home.run("watch", "weekly").text)
        check(not os.path.exists(home.path + ".drill.restoring"), "nothing stays")
        home.turn("--full-hours", "0", "--drill-days", "0")
        check(home.told()["well"], "the next full one is good")


def nobody_is_told_of_what_was_not_made():
    with Kept() as home, Kept() as other:
        home.turn()
        other.turn()
        home.start()
        with open(os.path.join(other.path, "backed"), encoding="utf-8") as file:
            foreign = file.read()
        with open(os.path.join(home.path, "backed"), encoding="utf-8") as file:
            ours = file.read()
        for body, status in ((foreign, 400), (ours, 409), (ours[:-5], 400), ("", 400), (ours.replace("shop ", "Shop "), 400)):
            same(home.http("POST", "/v1/backups", {"outcome": "made", "manifest": body}).status, status, body[:20])
        same(home.http("POST", "/v1/backups", {"outcome": "well"}).status, 400)
        same(home.http("POST", "/v1/backups", {"outcome": "failed", "cause": "no.such"}).status, 400)
        key = home.good("POST", "/v1/keys", {"role": "support"})["key"]
        same(home.http("POST", "/v1/backups", {"outcome": "failed", "cause": "store.full"}, key=key).status, 403)


def killed_at_any_moment_it_goes_on():
    with Kept() as home:
        home.run("import", home.file("c.csv", "ref,name\n" + "\n".join(f"r{i},Person" for i in range(2000))))
        home.start()
        rng = random.Random(int(os.environ.get("AMN_SEED", "11")))
        began = time.monotonic()
        home.turn("--full-hours", "0", "--drill-days", "0")
        whole = time.monotonic() - began
        killed = 0
        for number in range(12):
            home.create(f"k{number}")
            words = home.words("--full-hours", "0" if number % 3 == 0 else "24", "--drill-days", "0", "--quiet")
            with subprocess.Popen([PROGRAM, *words], stderr=subprocess.DEVNULL) as child:
                try:
                    child.wait(rng.random() * whole)
                except subprocess.TimeoutExpired:
                    child.send_signal(signal.SIGKILL)
                    killed += 1
        check(killed > 0, "none was killed")
        home.turn("--drill-days", "0")
        check(home.told()["well"], f"{home.told()}")
        check(not glob.glob(os.path.join(home.store, "*.part")), "no parts stay")
        check(not os.path.exists(home.path + ".drill.restoring"), "nor what a drill was building")
        home.stop()
        same(home.ask("ledger", "verify")["findings"], [])
        lost = os.path.join(home.folder, "lost")
        os.rename(home.path, lost)
        same(home.cli("restore", *home.chain(), home.path, "--keys", lost).status, 0)


story(a_run_makes_tries_and_notes, old_generations_go_with_their_increments,
      an_increment_never_follows_what_is_not_there, it_also_goes_elsewhere, a_spoiled_backup_fails_its_drill,
      nobody_is_told_of_what_was_not_made, killed_at_any_moment_it_goes_on)
