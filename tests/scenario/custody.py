#!/usr/bin/env python3
"""Files taken in as evidence: sealed, whole or not there, given out with a line each time, and found when changed."""
import base64
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import PROGRAM, Home, check, environment, same, story, within
from incident import Incident, key, opened, staff
from legal_hold import finish

PART = 512 * 1024
WORDS = b"planted-words-of-the-file-93b"
TAMPERED = 6


def folder(home):
    return os.path.join(home.path, "shops", home.shop, "evidence")


def files(home):
    return sorted(os.listdir(folder(home))) if os.path.isdir(folder(home)) else []


def large(size=9 * 1024 * 1024 + 17):
    text = hashlib.shake_256(b"a large log").digest(size - len(WORDS) - 100)
    return WORDS + text + WORDS + b"x" * (100 - len(WORDS))


def taken_in(home, one, text, name="access.log"):
    path = home.file(name, text)
    return home.ask("incident", "evidence", one, path, "--source", "the host, by courier")


def acts(home, one):
    return [(line["kind"], line.get("name")) for line in home.ask("incident", "custody", one)["custody"]]


def a_large_file_comes_back_as_it_was_taken_in():
    with Home() as home:
        home.start()
        one, text = opened(home), large()
        took = taken_in(home, one, text)
        same([took["hash"], took["bytes"]], [hashlib.sha256(text).hexdigest(), len(text)])
        line = str(took["line"])
        same(len(files(home)), 1)
        stored = os.path.join(folder(home), files(home)[0])
        with open(stored, "rb") as sealed:
            check(WORDS not in sealed.read(), "what lies on disk is sealed")
        same([os.stat(stored).st_mode & 0o777, os.stat(folder(home)).st_mode & 0o777], [0o600, 0o700])
        for said in (home.daemon_said(), open(home.database(), "rb").read()):
            check(b"access.log" not in said and WORDS not in said, "neither name nor words stand elsewhere")
        back = os.path.join(home.folder, "back")
        same(home.cli("incident", "evidence", one, line, "--out", back).status, 2, "without a reason")
        check(not os.path.exists(back), "nothing was given out")
        within("as it was taken in", home.run("incident", "evidence", one, line, "--out", back, "--reason", "for KISA").text)
        with open(back, "rb") as out:
            check(out.read() == text, "it is the same to the byte")
        same(os.stat(back).st_mode & 0o777, 0o600)
        check(home.run("incident", "evidence", one, line, "--out", "-", "--reason", "for the police").out == text, "by a pipe")
        home.restart()
        same(files(home), [files(home)[0].split(".")[0]], "it has its name by now")
        within("as it was taken in", home.run("incident", "verify", one).text)
        same(acts(home, one), [("evidence", "access.log"), ("evidence", "taken out"), ("evidence", "given out"),
                               ("evidence", "taken out"), ("evidence", "given out"), ("evidence", "checked")])
        told = home.ask("incident", "custody", one)
        size = int(told["ledger"]["checkpoint"].split("\n")[1])
        for act in told["custody"]:
            same(act["author"], "operator")
            check(act["entry"] < size, "each act is an entry below the checkpoint")
        same(told["custody"][1]["text"], "for KISA")
        home.run("ledger", "verify")


def a_changed_byte_a_cut_file_and_a_lost_one_are_found():
    with Home() as home:
        home.start()
        one, text = opened(home), large(3 * PART + 5)
        line = str(taken_in(home, one, text)["line"])
        home.restart()
        stored = os.path.join(folder(home), files(home)[0])
        with open(stored, "rb") as sealed:
            whole = sealed.read()
        box = PART + 28
        swapped = whole[:68] + whole[68 + box:68 + 2 * box] + whole[68:68 + box] + whole[68 + 2 * box:]
        flipped = bytearray(whole)
        flipped[68 + box + 1000] ^= 1
        for bad in (bytes(flipped), whole[:68 + 2 * box], whole[:-1], swapped, b""):
            with open(stored, "wb") as sealed:
                sealed.write(bad)
            done = home.cli("incident", "verify", one)
            same(done.status, TAMPERED, str(done))
            within("CHANGED", done.text)
            back = os.path.join(home.folder, "back")
            same(home.cli("incident", "evidence", one, line, "--out", back, "--reason", "x").status, TAMPERED)
            check(not os.path.exists(back) and not os.path.exists(back + ".part"), "no part of it is left")
        os.rename(stored, stored + ".away")
        same(home.cli("incident", "verify", one).status, TAMPERED)
        same(home.ask("incident", "show", one, "evidence")["items"][0]["state"], "changed")
        with open(stored, "wb") as sealed:
            sealed.write(whole)
        home.run("incident", "verify", one, line)
        same(home.ask("incident", "show", one, "evidence")["items"][0]["state"], "held")


def killed_in_the_middle_it_is_whole_or_not_there():
    with Home() as home:
        home.start()
        one = opened(home)
        for after in (1, 4):  # parts that came before the kill
            sending = subprocess.Popen([PROGRAM, "incident", "evidence", one, "-", "--name", "cut"], stdin=subprocess.PIPE,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env=environment({"AMANAH_HOME": home.path, **home.environment()}))
            sending.stdin.write(b"x" * (PART * (after + 1)))
            sending.stdin.flush()
            until = time.monotonic() + 20
            while not (files(home) and os.stat(os.path.join(folder(home), files(home)[0])).st_size >= PART * after):
                check(time.monotonic() < until, "the parts come")
                time.sleep(0.02)
            home.kill()
            sending.send_signal(signal.SIGKILL)
            sending.communicate()
            home.start()
            same([files(home), acts(home, one)], [[], []], "nothing half is left")
        text = large(2 * PART)
        took = taken_in(home, one, text)
        home.kill()  # its line is durable; what upkeep would have done is done at the next start
        home.start()
        check(len(files(home)) == 1 and not files(home)[0].endswith(".part"), "it is whole")
        home.run("incident", "verify", one, str(took["line"]))


def only_who_may_know_and_only_once():
    with Home() as home:
        home.start()
        ana, budi = staff(home, "ana"), staff(home, "budi")
        owner, suspect = key(home, "admin", ana)["key"], key(home, "admin", budi)["key"]
        one = opened(home, by=owner)
        Incident(home, one, owner).add("suspects", who=budi)
        path = f"/v1/incidents/{one}/evidence"
        body = {"name": "dump.csv", "data": base64.b64encode(WORDS).decode()}
        took = home.http("POST", path, body, key=owner)
        same([took.status, took.json["bytes"]], [201, len(WORDS)])
        line, none = took.json["line"], "/v1/incidents/inc_" + "a" * 26 + "/evidence"
        for mine, other in ((path, none), (f"{path}/{line}/read", f"{none}/{line}/read"),
                            (f"{path}/{line}/release", f"{none}/{line}/release")):
            sent = body if mine == path else {"reason": "x"}
            told, unknown = home.http("POST", mine, sent, key=suspect), home.http("POST", other, sent, key=suspect)
            same([told.status, told.code], [404, "not_found"])
            same([unknown.status, unknown.json["detail"]], [404, told.json["detail"]], "as if there were none")
        begun = home.good("POST", f"{path}/{line}/read", {"reason": "to the lawyer"}, key=owner)
        stolen = {"taking": begun["taking"]}
        same(home.http("POST", f"{path}/{line}/read", stolen).code, "not_found", "another reader, the same number")
        got = home.good("POST", f"{path}/{line}/read", stolen, key=owner)
        same([base64.b64decode(got["data"] + "=="), got["more"]], [WORDS, False])
        first = home.good("POST", path, {"name": "two", "more": True, "data": base64.b64encode(b"a" * PART).decode()}, key=owner)
        end = {"name": "two", "upload": first["upload"], "part": 1, "data": base64.b64encode(b"b").decode()}
        same(home.http("POST", path, {**end, "part": 2}, key=owner).code, "conflict")
        ended = home.good("POST", path, end, key=owner)
        same(home.good("POST", path, end, key=owner)["line"], ended["line"], "an answer that was lost, asked again")
        same(home.http("POST", path, {"name": "none", "data": ""}, key=owner).status, 400)
        same(home.http("POST", path, {"name": "bad", "data": "***"}, key=owner).status, 400)


def nothing_is_released_while_a_hold_stands():
    with Home() as home:
        home.start()
        incident = Incident(home, opened(home))
        line = str(taken_in(home, incident.id, large(PART))["line"])
        release = ("incident", "release", incident.id, line, "--reason", "given back", "--yes")
        within("legal hold", home.cli(*release).err.decode())
        finish(incident)
        home.run("incident", "verify", incident.id)
        home.run(*release, "--dry-run")
        same(len(files(home)), 1)
        home.run(*release)
        home.restart()
        same(files(home), [], "the file is gone")
        same(home.ask("incident", "show", incident.id, "evidence")["items"][0]["state"], "released")
        same(home.cli("incident", "evidence", incident.id, line, "--out", "-", "--reason", "x").status, 1)
        same(acts(home, incident.id)[-1], ("evidence", "released"), "its lines stay")
        home.run("ledger", "verify")


def files_whose_lines_were_lost_are_listed_and_destroyed():
    """An old copy of the database is put back: the file is there, the line that named it is not."""
    with Home() as home:
        home.start()
        incident = Incident(home, opened(home))
        kept = taken_in(home, incident.id, large(PART))["line"]
        home.stop()
        old = home.file("old.db")
        shutil.copy(home.database(), old)
        home.start()
        taken_in(home, incident.id, large(2 * PART))
        same(len(files(home)), 2)
        same(home.ask("incident", "orphans", incident.id)["items"], [], "each has its line")
        home.stop()
        for end in ("-wal", "-shm"):
            if os.path.exists(home.database() + end):
                os.unlink(home.database() + end)
        shutil.copy(old, home.database())
        home.start()
        [lost] = home.ask("incident", "orphans", incident.id)["items"]
        check(lost["bytes"] > 2 * PART and len(files(home)) == 2, str(lost))
        destroy = ("incident", "orphans", incident.id, lost["file"], "--yes", "--reason", "its incident is not known any more")
        within("legal hold", home.cli(*destroy).err.decode())
        finish(incident)
        home.run("incident", "orphans", incident.id, lost["file"], "--dry-run")
        same(len(files(home)), 2)
        home.run(*destroy)
        home.restart()
        same([home.ask("incident", "orphans", incident.id)["items"], len(files(home))], [[], 1], "it is gone, the other is there")
        home.run("incident", "verify", incident.id, str(kept))
        told = home.ask("incident", "show", incident.id, "evidence")["items"][-1]
        same([told["state"], told["file"], told["text"]], ["released", lost["file"], "its incident is not known any more"])
        home.run("ledger", "verify")


if __name__ == "__main__":
    story(a_large_file_comes_back_as_it_was_taken_in, a_changed_byte_a_cut_file_and_a_lost_one_are_found,
          killed_in_the_middle_it_is_whole_or_not_there, only_who_may_know_and_only_once,
          nothing_is_released_while_a_hold_stands, files_whose_lines_were_lost_are_listed_and_destroyed)
