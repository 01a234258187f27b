#!/usr/bin/env python3
"""A running vault's log, read over HTTP with an auditor's key, is judged by programs of others: Go's and npm's."""
import os
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tlog
from amanah import SKIPPED, Home, check, same, skip, story

PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../peers")
LOOKS = 640  # two full bundles, a partial one, a tile of level 1
THREADS = 8
ORACLE_S = 280


def look_around(home, one):
    def part(count):
        door = home.new_door()
        for _ in range(count):
            same(door.http("POST", "/v1/reveal", {"subjects": [one], "fields": ["name"], "purpose": "operations",
                                                  "reason": "to make entries"}).status, 200)
        door.close()
    threads = [threading.Thread(target=part, args=(LOOKS // THREADS,)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def export(home, folder):
    """The log as a directory in the layout of tlog-tiles; its checkpoint."""
    door = home.new_door(home.issue("auditor"))

    def fetch(path):
        answer = door.http("GET", f"/v1/ledger/{path}")
        same(answer.status, 200, f"{path}: {answer}")
        return answer.body
    log = tlog.Log(fetch)
    checkpoint = log.checkpoint()
    files = {"checkpoint": checkpoint.note.encode()}
    for level, number, width in tlog.tiles_of(checkpoint.size):
        files[tlog.tile_path(level, number, width)] = log.tile(level, number, width)
    for name, data in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
    leaves = [tlog.leaf_hash(entry) for entry in log.entries(checkpoint.size)]
    same(tlog.range_root(leaves), checkpoint.root, "the entries hash to the signed root")
    same(leaves, log.leaves(checkpoint.size), "and to the tiles")
    return checkpoint, door


def judge(*words):
    return subprocess.run(words, capture_output=True, timeout=ORACLE_S, check=False, text=True)


def flipped(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))


def go_reads_the_running_log_and_finds_a_changed_byte(home, folder):
    oracle = os.path.join(PEERS, "tlog_oracle.sh")
    done = judge(oracle, folder, home.vkey)
    if done.returncode == SKIPPED:
        return False
    same(done.returncode, 0, f"Go's tlog takes it: {done}")
    for name in ("tile/0/001", "tile/entries/000", "checkpoint"):
        flipped(os.path.join(folder, name), 40)
        check(judge(oracle, folder, home.vkey).returncode == 1, f"a changed byte in {name} is found")
        flipped(os.path.join(folder, name), 40)
    return True


def npm_takes_its_proofs_and_no_others(home, door, checkpoint):
    script = os.path.join(PEERS, "sigstore.sh")
    for index in (0, 255, 256, checkpoint.size // 2, checkpoint.size - 1):
        proof = door.http("GET", f"/v1/ledger/proof?index={index}").json
        entry = door.http("GET", f"/v1/ledger/entries/{index}").json["entry"]
        files = [home.file("proof", proof["proof"]), home.file("entry", tlog.base64.b64decode(entry))]
        done = judge(script, "--check", *files, home.vkey)
        if done.returncode == SKIPPED:
            return False
        same(done.returncode, 0, f"npm's sigstore takes entry {index}: {done}")
        flipped(files[1], 3)
        same(judge(script, "--check", *files, home.vkey).returncode, 1, "another entry is refused")
    return True


def programs_of_others_take_the_running_log():
    with Home() as home:
        home.start()
        look_around(home, home.create("A", name="Ana"))
        folder = os.path.join(home.folder, "log")
        checkpoint, door = export(home, folder)
        check(checkpoint.size > LOOKS, "it is long enough")
        ran = [go_reads_the_running_log_and_finds_a_changed_byte(home, folder),
               npm_takes_its_proofs_and_no_others(home, door, checkpoint)]
    print(f"        Go's tlog ran: {ran[0]}; npm's sigstore ran: {ran[1]}", flush=True)
    if not any(ran):
        skip("neither Go's tlog nor npm's sigstore can be had")


if __name__ == "__main__":
    story(programs_of_others_take_the_running_log)
