#!/usr/bin/env python3
"""The disk fills up under a running vault, which says so in plain words, does nothing by halves, and goes on after."""
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, skip, story, within

DISK = "16m"
NOTE = "x" * 3500
FULL = ("store.full", "ledger.unwritable")
REFUSALS = 8  # one after the other: then it is full
TRIES = 20000
READY_S = 20
LIMIT_ROOM = 256 * 1024
BLOCK = 64 * 1024
ROOM = 2 * 1024 * 1024


class SmallDisk:
    """A tmpfs of its own, where mounting is allowed."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="amanah-disk-")
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", self.path], capture_output=True,
                              check=False)
        if made.returncode:
            os.rmdir(self.path)
            skip("no tmpfs can be mounted here")
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.path], check=False)
        os.rmdir(self.path)

    def fill(self, room=0):
        """A ballast file takes what is left, but for `room` bytes."""
        with open(os.path.join(self.path, "ballast"), "wb", buffering=0) as file:
            size = BLOCK
            while size:
                try:
                    file.write(b"\0" * size)
                except OSError:
                    size //= 2
            file.truncate(max(0, file.tell() - room))

    def empty(self):
        os.unlink(os.path.join(self.path, "ballast"))


def person(n):
    return {"ref": f"D{n}", "fields": {"name": f"Name {n}", "email": f"d{n}@example.org", "note": NOTE}}


def fill_with_people(home, first=0):
    """Create until it is refused; how many went in, and the refusal."""
    for n in range(first, first + TRIES):
        for _ in range(REFUSALS):  # the store gives pages back when a write fails: there may be room for one more
            answer = home.http("POST", "/v1/subjects", person(n), headers={"Idempotency-Key": f"key {n}"})
            if answer.status == 201:
                break
        if answer.status != 201:
            return n, answer
    check(False, "the disk is never full")


def in_plain_words(answer, disk=True):
    same(answer.status, 503, f"unavailable: {answer}")
    check(answer.code in FULL, f"it says which: {answer}")
    check("disk" in answer.json["detail"] if disk else answer.json["detail"], f"in plain words: {answer}")


def subjects(home):
    return [line for line in home.http("GET", "/metrics").body.decode().splitlines() if line.startswith("amanah_subjects ")]


def refused_while_full(home, people, disk=True):
    """No change and no look is possible, for neither could be logged; reading the ledger is."""
    first, before = people[0], home.http("GET", "/v1/ledger/checkpoint").body
    large = {**person(TRIES)["fields"], "addresses": [{"address": NOTE[:900]} for _ in range(20)]}  # larger than what was
    in_plain_words(home.http("POST", "/v1/subjects", {"ref": "F1", "fields": large}), disk)
    answer = home.reveal(first, ["name"])
    if answer.status != 200:  # a small entry may still find room in the log that is open
        in_plain_words(answer, disk)
        check(b"Name 0" not in answer.body, "and no value leaves")
    in_plain_words(home.http("POST", "/v1/import", ("ref,name,note\n" + "".join(
        f"I{n},Imported {n},{NOTE}\n" for n in range(200))).encode(), kind="text/csv"), disk)
    same(home.http("GET", "/v1/ledger/checkpoint").status, 200, "the ledger can still be read")
    health = home.http("GET", "/healthz", key="")
    same((health.status, health.json["ready"]), (503, False), "and a monitor is told")
    within("disk", health.json["reason"])
    same(home.http("GET", "/v1/ledger/entries/0").status, 200)
    check(before, "a checkpoint")


def works_again(home, count):
    """After space was freed: what was refused is not there by halves, and can be done now."""
    until = time.monotonic() + READY_S
    while home.http("GET", "/healthz", key="").status != 200:
        check(time.monotonic() < until, "ready again, by itself")
        time.sleep(0.2)
    same(subjects(home), [f"amanah_subjects {count + 1}"], "nobody was made by a refused request")
    again = home.http("POST", "/v1/subjects", person(count), headers={"Idempotency-Key": f"key {count}"})
    same(again.status, 201, f"the refused request works now: {again}")
    check("idempotent-replayed" not in again.headers, "the refusal was not kept as its answer")
    for value in (f"D{count - 1}", "D0", "FIRST"):
        same(home.http("POST", "/v1/lookup", {"field": "ref", "value": value, "purpose": "operations"}).status, 200)
    same(home.http("POST", "/v1/lookup", {"field": "ref", "value": "F1", "purpose": "operations"}).status, 404)
    same(home.http("POST", "/v1/lookup", {"field": "ref", "value": "I7", "purpose": "operations"}).status, 404)
    home.stop()
    same(home.ask("ledger", "verify")["findings"], [], "the ledger verifies")


def a_full_disk_is_told_and_nothing_is_done_by_halves():
    with SmallDisk() as disk, Home(folder=disk.path) as home:
        home.start()
        first = home.create("FIRST", name="Name 0")
        disk.fill(ROOM)
        count, refusal = fill_with_people(home)
        in_plain_words(refusal)
        disk.fill()
        count, refusal = fill_with_people(home, count)  # the log's own file may have had room
        in_plain_words(refusal)
        refused_while_full(home, [first])
        disk.empty()
        works_again(home, count)


def a_vault_that_was_killed_on_a_full_disk_starts_after_space_is_freed():
    with SmallDisk() as disk, Home(folder=disk.path) as home:
        home.start()
        home.create("FIRST", name="Name 0")
        disk.fill(ROOM)
        count, _ = fill_with_people(home)
        home.kill()
        done = home.cli("self")
        check(done.status in (0, 4), f"on the full disk a command works or says why: {done}")
        disk.empty()
        home.start()
        works_again(home, count)


def commands_say_it_too():
    with SmallDisk() as disk, Home(folder=disk.path) as home:
        rows = home.file("list.csv", "ref,name,note\n" + "".join(f"I{n},Imported {n},{NOTE}\n" for n in range(500)))
        disk.fill()
        done = home.cli("import", rows)
        same(done.status, 4, f"unavailable: {done}")
        within(b"disk", done.err)
        disk.empty()
        same(home.ask("import", rows)["created"], 500, "and a second run ends as a clean one")
        same(home.ask("ledger", "verify")["findings"], [])


def a_file_that_may_not_grow_is_told_and_can_grow_again():
    """Without any mount: the limit of a file's size stands for the disk."""
    with Home() as home:
        size = os.path.getsize(home.database()) + LIMIT_ROOM

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        home.start(limits=limit)
        first = home.create("FIRST", name="Name 0")
        count, refusal = fill_with_people(home)
        in_plain_words(refusal, disk=False)
        refused_while_full(home, [first], disk=False)
        resource.prlimit(home.daemon.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        works_again(home, count)


if __name__ == "__main__":
    story(a_file_that_may_not_grow_is_told_and_can_grow_again, a_full_disk_is_told_and_nothing_is_done_by_halves,
          a_vault_that_was_killed_on_a_full_disk_starts_after_space_is_freed, commands_say_it_too)
