#!/usr/bin/env python3
"""Two daemons on one home, a stale socket, commands beside a daemon, a home that is none, and other ill starts."""
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import amanah
from amanah import Home, check, command, environment, same, story, within

USAGE, DENIED, UNAVAILABLE, TAMPERED = 2, 3, 4, 6
NEWER = 99
WAIT_S = 30


def serve_ends(path, env=None, **options):
    """`serve` that must end by itself; what it said."""
    done = subprocess.run([amanah.PROGRAM, "serve", path, "--listen", f"127.0.0.1:{amanah.free_port()}"], timeout=WAIT_S,
                          stdin=subprocess.DEVNULL, capture_output=True, env=environment(env), check=False, **options)
    return amanah.Ended(done.returncode, done.stdout, done.stderr)


def a_second_daemon_on_a_home_is_refused_and_the_first_goes_on():
    with Home() as home:
        home.start()
        one = home.create("A", name="Ana")
        second = serve_ends(home.path)
        check(second.status in (1, UNAVAILABLE), f"it is refused: {second}")
        within(b"home.locked", second.err)
        same(home.values(one, ["name"]), {one: {"name": "Ana"}}, "the first goes on")
        same(home.run("self").status, 0, "its socket is still there")


def a_command_beside_a_daemon_asks_the_daemon():
    with Home() as home:
        home.start()
        one = home.create("A", name="Ana")
        home.run("subject", "reveal", one, "--fields", "name", "--purpose", "support")
        items = home.good("GET", f"/v1/subjects/{one}/sightings")["items"]
        same([item["kind"] for item in items], ["reveal"], "one ledger, one order")
        home.stop()
        shown = home.run("subject", "reveal", one, "--field", "name", "--purpose", "support", "--quiet")
        same(shown.text.strip(), "Ana", "without a daemon the keeper is in the command")
        home.start()
        items = home.good("GET", f"/v1/subjects/{one}/sightings")["items"]
        same(len(items), 2, "and its look is in the same ledger")


def a_stale_socket_is_no_hindrance():
    with Home() as home:
        home.start()
        home.kill()
        check(os.path.exists(os.path.join(home.path, "socket")), "the killed daemon left its socket")
        same(home.run("self").status, 0, "a command works all the same")
        home.start()
        home.create("A", name="Ana")


def a_socket_that_nobody_reads_is_told():
    with Home() as home:
        with socket.socket(socket.AF_UNIX) as mute:
            here = os.getcwd()
            os.chdir(home.path)  # a socket's path is short
            mute.bind("socket")
            os.chdir(here)
            same(home.run("self").status, 0, "bound, but nobody listens: as stale")


def a_killed_front_comes_back_and_nothing_is_lost():
    with Home() as home:
        home.start()
        one = home.create("A", name="Ana")
        children = f"/proc/{home.daemon.pid}/task/{home.daemon.pid}/children"
        with open(children, encoding="ascii") as file:
            front = int(file.read().split()[0])
        os.kill(front, signal.SIGKILL)
        until = time.monotonic() + WAIT_S
        while True:
            try:
                if home.new_door().http("GET", "/healthz", key="").status == 200:
                    break
            except OSError:
                pass
            check(time.monotonic() < until, "the front comes back")
            time.sleep(0.05)
        with open(children, encoding="ascii") as file:
            check(int(file.read().split()[0]) != front, "it is another process")
        home.door.close()
        same(home.values(one, ["name"]), {one: {"name": "Ana"}})


def a_database_from_a_newer_version_is_left_alone():
    with Home() as home:
        database = sqlite3.connect(home.database())
        database.execute(f"PRAGMA user_version = {NEWER}")
        database.close()
        for done in (serve_ends(home.path), home.cli("self"), home.cli("ledger", "verify")):
            same(done.status, UNAVAILABLE, f"{done}")
            within(b"store.newer", done.err)
            within(b"newer version", done.err)


def a_wrong_passphrase_opens_nothing():
    with Home(seal="passphrase", passphrase="correct horse battery") as home:
        same(home.run("self").status, 0)
        home.start()
        home.create("A", name="Ana")
        home.stop()
        home.passphrase = "wrong horse battery"
        for done in (serve_ends(home.path, home.environment()), home.cli("self"), home.cli("ledger", "verify")):
            same(done.status, UNAVAILABLE, f"{done}")
            within(b"home.sealed", done.err)
            check(b"horse" not in done.err + done.out, "a passphrase is never echoed")


def what_is_no_home_is_told_so():
    with Home() as home:
        empty = os.path.join(home.folder, "empty")
        os.mkdir(empty)
        for path in (empty, os.path.join(home.folder, "nothing"), home.file("file", "no home")):
            for done in (serve_ends(path), command("self", "--home", path)):
                check(done.status in (1, USAGE, UNAVAILABLE, TAMPERED), f"{path}: {done}")
                check(len(done.err.strip().splitlines()) >= 1 and b"amanah:" in done.err, f"in words: {done}")
        check(not os.listdir(empty), "nothing was made there")
        again = command("init", home.path, "--seal", "plain")
        same(again.status, 1, "a home is not made over another")
        within(b"home.exists", again.err)


def broken_files_of_a_home_are_named():
    with Home() as home:
        for name, content in (("home", b""), ("home", b"\xff" * 40), ("shops/shop/keyring", b"\x00" * 10),
                              ("shops/shop/shop.db", b"this is no database at all, not in the least")):
            copy = os.path.join(home.folder, "copy")
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(home.path, copy)
            with open(os.path.join(copy, name), "wb") as file:
                file.write(content)
            done = serve_ends(copy)
            check(done.status in (1, USAGE, UNAVAILABLE, TAMPERED), f"{name}: {done}")
            check(b"amanah:" in done.err and b"Sanitizer" not in done.err, f"{name}: in words: {done}")


def an_unreadable_file_is_named():
    if os.geteuid() == 0:
        # Root reads everything: try as nobody, on a copy that is nobody's but for one file.
        run_as = {"user": 65534, "group": 65534, "extra_groups": []}
    else:
        run_as = {}
    with Home() as home:
        home.start()
        home.create("A", name="Ana")
        home.stop()
        os.chmod(home.folder, 0o755)
        for name in ("home", "shops/shop/keyring", "shops/shop/shop.db"):
            for folder, folders, files in os.walk(home.path):
                for entry in folders + files + ["."]:
                    if run_as:
                        os.chown(os.path.join(folder, entry), 65534, 65534)
            path = os.path.join(home.path, name)
            mode = os.stat(path).st_mode
            os.chmod(path, 0)
            done = serve_ends(home.path, **run_as)
            os.chmod(path, mode)
            check(done.status in (1, USAGE, DENIED, UNAVAILABLE), f"{name}: {done}")
            within(os.path.basename(name).encode(), done.err, "the file is named")
        done = subprocess.run([amanah.PROGRAM, "self", "--home", home.path], capture_output=True, env=environment(),
                              check=False, **run_as)
        same(done.returncode, 0, f"readable again, it works: {done}")


if __name__ == "__main__":
    story(a_second_daemon_on_a_home_is_refused_and_the_first_goes_on, a_command_beside_a_daemon_asks_the_daemon,
          a_stale_socket_is_no_hindrance, a_socket_that_nobody_reads_is_told, a_killed_front_comes_back_and_nothing_is_lost,
          a_database_from_a_newer_version_is_left_alone, a_wrong_passphrase_opens_nothing, what_is_no_home_is_told_so,
          broken_files_of_a_home_are_named, an_unreadable_file_is_named)
