#!/usr/bin/env python3
"""Keeper and front as processes: what each can do, and what happens when one of them dies."""
import os
import signal
import stat
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import PROGRAM, Home, Wrong, check, environment, same, story, within  # noqa: E402

NOBODY = "65534"
WAIT_S = 20


def front_of(home):
    """Its process id, by its parent and its name."""
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                parent = int(file.read().rsplit(")", 1)[1].split()[1])
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if parent == home.daemon.pid and words[1:2] == [b"front"]:
            return int(entry)
    return None


def wait_for(sentence, answers):
    until = time.monotonic() + WAIT_S
    while not (got := answers()):
        check(time.monotonic() < until, sentence)
        time.sleep(0.02)
    return got


def gone(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def sanitized():
    with open(PROGRAM, "rb") as program:
        return b"__asan_init" in program.read()


def the_front_has_no_rights_and_no_keys():
    with Home() as home:
        home.start()
        front = front_of(home)
        if os.geteuid() != 0 and not sanitized():
            try:
                os.listdir(f"/proc/{front}/fd")
            except PermissionError:
                return  # it is closed even to its own user: more cannot be seen from here
            raise Wrong("its memory and files are open to its user")
        with open(f"/proc/{front}/environ", "rb") as file:
            check(b"AMANAH" not in file.read(), "nothing of the keeper's environment")
        files = [os.readlink(f"/proc/{front}/fd/{fd}") for fd in os.listdir(f"/proc/{front}/fd")]
        check(not any(home.path in file for file in files), f"no file of the home: {files}")
        check(all(file.startswith(("socket:", "anon_inode:", "/dev/null", home.log)) for file in files), str(files))
        with open(f"/proc/{front}/maps", encoding="utf-8") as file:
            check(home.path not in file.read(), "no part of the home in its memory")
        if sanitized():
            return  # such a build keeps the doors that the leak check needs
        with open(f"/proc/{front}/status", encoding="utf-8") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        same([status["NoNewPrivs"], status["Seccomp"]], ["1", "2"])
        if os.geteuid() == 0:
            same(status["Uid"].split(), [NOBODY] * 4)
            same([status["Groups"].strip(), int(status["CapEff"], 16)], ["", 0])
        same(os.readlink(f"/proc/{front}/cwd"), "/")


def a_front_that_dies_is_started_again():
    with Home() as home:
        home.start()
        subject = home.create("1", name="Ana")
        for _ in range(2):
            front = front_of(home)
            os.kill(front, signal.SIGKILL)
            wait_for("a new front", lambda old=front: front_of(home) not in (None, old))
            home.door.close()
            same(home.values(subject, ["name"])[subject], {"name": "Ana"})
        same(home.daemon_said().count(b"front.lost"), 2)
        home.stop()


def a_front_that_cannot_live_ends_the_daemon():
    with Home() as home:
        home.start()
        until = time.monotonic() + WAIT_S
        while home.daemon.poll() is None:
            check(time.monotonic() < until, "it gives up")
            if front := front_of(home):
                try:
                    os.kill(front, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.02)
        same(home.daemon.returncode, 4, "unavailable")
        home.daemon = None


def a_keeper_that_dies_takes_the_front_along():
    with Home() as home:
        home.start()
        subject = home.create("1", name="Ana")
        front = front_of(home)
        os.kill(home.daemon.pid, signal.SIGKILL)
        home.daemon.wait()
        wait_for("the front ends with its keeper", lambda: gone(front))
        home.start()  # over the stale socket file
        same(home.values(subject, ["name"])[subject], {"name": "Ana"})
        home.stop()


def asked_to_end_it_finishes_what_runs():
    with Home() as home:
        home.start()
        rows = "ref,name\n" + "".join(f"C{n},Name {n}\n" for n in range(20000))
        got = []
        sender = threading.Thread(target=lambda: got.append(
            home.new_door().http("POST", "/v1/import", rows.encode(), kind="text/csv")))
        sender.start()
        wait_for("rows come in", lambda: home.http("POST", "/v1/lookup", {
            "field": "ref", "value": "C10", "purpose": "operations", "reason": "x"}).status == 200 or got)
        home.stop()
        sender.join()
        same([got[0].status, got[0].json.get("created")], [200, 20000], str(got[0])[:300])
        check(not os.path.exists(os.path.join(home.path, "socket")), "it leaves no socket behind")


def one_home_has_one_daemon():
    with Home() as home:
        home.start()
        second = subprocess.run([PROGRAM, "serve", home.path, "--listen", "127.0.0.1:0"], stdin=subprocess.DEVNULL,
                                capture_output=True, env=environment(), timeout=60, check=False)
        same(second.returncode, 1, second.stderr.decode())
        within("holds", second.stderr.decode())
        same(home.http("GET", "/healthz", key="").status, 200)
        about = os.stat(os.path.join(home.path, "socket"))
        check(stat.S_ISSOCK(about.st_mode), "the socket of the first stands")
        same(stat.S_IMODE(about.st_mode), 0o600)
        home.ask("self")


def a_command_and_http_see_the_same():
    with Home() as home:
        home.start()
        subject = home.create("1", name="Ana")
        same(home.ask("subject", "show", subject)["status"], "active")
        home.run("subject", "close", subject)
        same(home.http("GET", f"/v1/subjects/{subject}").json["status"], "closed")


if __name__ == "__main__":
    story(the_front_has_no_rights_and_no_keys, a_front_that_dies_is_started_again,
          a_front_that_cannot_live_ends_the_daemon, a_keeper_that_dies_takes_the_front_along,
          asked_to_end_it_finishes_what_runs, one_home_has_one_daemon, a_command_and_http_see_the_same)
