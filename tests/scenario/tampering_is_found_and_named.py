#!/usr/bin/env python3
"""Bytes of a home are changed behind its back, one place at a time; `ledger verify` finds each and names it."""
import hashlib
import os
import random
import shutil
import sqlite3
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import amanah
from amanah import Home, check, same, story, within

PEOPLE = 24
LOOKS = 560  # two full bundles and a tail
THREADS = 8
TAMPERED = 6
SLOT_STEP, SLOT_BYTES = 512, 128


def look_around(home, ids):
    def part(mine):
        door = home.new_door()
        for number in mine:
            answer = door.http("POST", "/v1/reveal", {"subjects": [ids[number % len(ids)]], "fields": ["name"],
                                                      "purpose": "operations", "reason": f"look {number}"})
            same(answer.status, 200)
        door.close()
    threads = [threading.Thread(target=part, args=(range(at, LOOKS, THREADS),)) for at in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Scene:
    """A home with a history, an old copy of it, and pins of then and now."""

    def __init__(self, home):
        self.home = home
        home.start()
        self.ids = [home.create(f"R{n}", name=f"Name {n}", email=f"n{n}@example.org", phone=f"+1212555{n:04d}")
                    for n in range(PEOPLE)]
        rows = "ref,name,email\n" + "".join(f"I{n},Imported {n},i{n}@example.org\n" for n in range(PEOPLE))
        home.good("POST", "/v1/import", rows.encode(), kind="text/csv")
        home.issue("support")
        look_around(home, self.ids)
        home.stop()
        self.old = self.copy("old")
        home.start()
        self.patched = self.ids[3]
        for _ in range(2):
            version = home.http("GET", f"/v1/subjects/{self.patched}").headers["etag"]
            answer = home.http("PATCH", f"/v1/subjects/{self.patched}", {"fields": {"name": f"Other {version}"}},
                               headers={"If-Match": version})
            same(answer.status, 200)
        home.good("DELETE", f"/v1/subjects/{self.ids[4]}")
        self.issued = home.issue("auditor")
        home.values(self.ids[0], ["name"])
        self.incident = home.good("POST", "/v1/incidents", {"title": "a leak", "kind": "other"})["id"]
        for _ in range(2):
            home.good("POST", f"/v1/incidents/{self.incident}/scope", {"copied_at": [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(home.now()))]})
        self.pin = home.file("pin", home.http("GET", "/v1/ledger/checkpoint").body)
        self.size = int(home.http("GET", "/v1/ledger/checkpoint").body.split(b"\n")[1])
        home.stop()

    def copy(self, name):
        path = os.path.join(self.home.folder, name)
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.home.path, path)
        return path

    def tampered(self, change):
        path = self.copy("copy")
        database = sqlite3.connect(os.path.join(path, "shops", "shop", "shop.db"))
        change(database, path)
        database.commit()
        database.close()
        return path

    def verify(self, path, pin=False):
        return amanah.command("ledger", "verify", "--home", path, "--json", *(["--from", self.pin] if pin else []))


def flip(table, column, where="1", at=None):
    """Flip one bit of the first row there is: in the middle, or where `at(bytes)` says."""
    def change(database, _):
        row = database.execute(f"SELECT rowid, {column} FROM {table} WHERE {where} LIMIT 1").fetchone() \
            if table not in KEYED else database.execute(
                f"SELECT {KEYED[table]}, {column} FROM {table} WHERE {where} LIMIT 1").fetchone()
        check(row, f"there is a row in {table}")
        *key, blob = row
        blob = bytearray(blob)
        blob[at(blob) if at else len(blob) // 2] ^= 4
        names = KEYED.get(table, "rowid").split(", ")
        database.execute(f"UPDATE {table} SET {column} = ? WHERE " + " AND ".join(f"{name} = ?" for name in names),
                         [bytes(blob), *key])
    return change


def other_fields(database, _):
    check(database.execute("UPDATE exposure_part SET full = 1 WHERE source > 0").rowcount > 0, "there is a part")


def one_more_count(database, _):
    database.execute("INSERT INTO exposure_part SELECT incident, version + 1, part, source, at, full, masked, count, hash"
                     " FROM exposure_part WHERE version = 2")


def smaller_set(database, _):
    """A part gets the empty set, with the right name and number for it: only the incident's line knows better."""
    name = hashlib.sha256(b"amanah set 1").digest()
    check(database.execute("UPDATE exposure_part SET hash = ?, count = 0 WHERE source > 0", (name,)).rowcount > 0, "there is a part")


KEYED = {"exposure_set": "hash, chunk", "authority": "kind, id", "ledger_checkpoint": "kind, size", "subject_past": "no, entry",
         "subject_leaf": "no, entry", "tag_past": "no, field, tag, since",
         "sighting": "hour, reader, full, masked, chunk",
         "sighting_span": "span, hour, reader, full, masked, chunk"}


def drop(table, where):
    def change(database, _):
        check(database.execute(f"DELETE FROM {table} WHERE {where}").rowcount > 0, f"there is a row in {table}")
    return change


def inside_entry(number):
    """The place of a byte inside that entry of a bundle."""
    def at(blob):
        start = 0
        for _ in range(number):
            start += 2 + struct.unpack_from(">H", blob, start)[0]
        return start + 2 + struct.unpack_from(">H", blob, start)[0] // 2
    return at


def flip_file(name, at):
    def change(_, path):
        path = os.path.join(path, "shops", "shop", name)
        with open(path, "r+b") as file:
            data = bytearray(file.read())
            data[at % len(data)] ^= 4
            file.seek(0)
            file.write(data)
    return change


def flip_signed(_, path):
    """Both slots of the file of the last signed size."""
    for slot in (0, 1):
        flip_file("signed", slot * SLOT_STEP + 10)(None, path)


def swap_names(database, _):
    """Two subjects exchange their records."""
    rows = database.execute("SELECT no, record FROM subject WHERE no IN (1, 2)").fetchall()
    for (no, _), (_, record) in zip(rows, reversed(rows)):
        database.execute("UPDATE subject SET record = ? WHERE no = ?", (record, no))


def put_old_record_back(scene, with_entry):
    def change(database, _):
        old = sqlite3.connect(os.path.join(scene.old, "shops", "shop", "shop.db"))
        rows = dict((no, (entry, record)) for no, entry, record in old.execute("SELECT no, entry, record FROM subject"))
        for no, entry, record in database.execute("SELECT no, entry, record FROM subject").fetchall():
            if rows[no] == (entry, record):
                continue
            database.execute("UPDATE subject SET record = ?, entry = ? WHERE no = ?",
                             (rows[no][1], rows[no][0] if with_entry else entry, no))
            break
        else:
            check(False, "a record has changed since")
    return change


def put_old_key_back(scene):
    """The authority rows as they were before the last key was issued."""
    def change(database, _):
        old = sqlite3.connect(os.path.join(scene.old, "shops", "shop", "shop.db"))
        database.execute("DELETE FROM authority")
        database.executemany("INSERT INTO authority (kind, id, entry, body, mac) VALUES (?, ?, ?, ?, ?)",
                             old.execute("SELECT kind, id, entry, body, mac FROM authority").fetchall())
    return change


def cut_tail(scene):
    """The last rows of the ledger go, and its newest checkpoint becomes an older one, as a clever hand would do it."""
    def change(database, path):
        put_old_key_back(scene)(database, path)
        old = sqlite3.connect(os.path.join(scene.old, "shops", "shop", "shop.db"))
        newest = old.execute("SELECT one, size, time_us, note FROM ledger_newest").fetchone()
        database.execute("DELETE FROM ledger_tail")
        database.executemany("INSERT INTO ledger_tail (first, count, entries, leaves, aside) VALUES (?, ?, ?, ?, ?)",
                             old.execute("SELECT first, count, entries, leaves, aside FROM ledger_tail").fetchall())
        database.execute("DELETE FROM ledger_newest")
        database.execute("INSERT INTO ledger_newest (one, size, time_us, note) VALUES (?, ?, ?, ?)", newest)
        database.execute("DELETE FROM ledger_checkpoint WHERE size > ?", (newest[1],))
        database.execute("DELETE FROM ledger_authority WHERE entry >= ?", (newest[1],))
    return change


def tag_place(blob):
    return 20 if len(blob) > 20 else len(blob) // 2


def every_changed_place_is_found_and_named():
    with Home() as home:
        scene = Scene(home)
        good = scene.verify(home.path, pin=True)
        same((good.status, good.json["findings"]), (0, []), "the real home verifies")
        check(good.json["pin_matched"], "the pin is of this home")
        bundle = random.Random(7).randrange(256)
        cases = [
            ("an entry in a bundle", flip("ledger_bundle", "entries", "n = 1", inside_entry(bundle)), f"entry {256 + bundle}"),
            ("what stands beside a bundle", flip("ledger_bundle", "aside", "n = 1"), "bundle 1"),
            ("an entry in the tail", flip("ledger_tail", "entries", at=inside_entry(0)), "entry 512"),
            ("a leaf in the tail", flip("ledger_tail", "leaves", at=lambda leaves: 3), "entry 512"),
            ("what stands beside the tail", flip("ledger_tail", "aside"), "512"),
            ("a tile of level 0", flip("ledger_tile", "hashes", "level = 0 AND n = 1"), "0"),
            ("a tile of level 1", flip("ledger_tile", "hashes", "level = 1"), "1"),
            ("the newest checkpoint's root", flip("ledger_newest", "note", at=lambda note: note.index(b"\n\n") - 5), "checkpoint"),
            ("the newest checkpoint's signature", flip("ledger_newest", "note", at=lambda note: len(note) - 9), "checkpoint"),
            ("a kept checkpoint", flip("ledger_checkpoint", "note", at=lambda note: note.index(b"\n\n") - 5), "checkpoint"),
            ("a sealed record", flip("subject", "record", "no = 7"), "subject 7"),
            ("the head of a sealed record", flip("subject", "record", "no = 7", at=lambda record: 3), "subject 7"),
            ("an authority row", flip("authority", "body"), "authority"),
            ("the mac of an authority row", flip("authority", "mac"), "authority"),
            ("index tags", flip("tag_page", "rows", at=tag_place), "index"),
            ("the file of what was signed last", flip_signed, "signed"),
            ("two records exchanged", swap_names, "subject 1"),
            ("a deleted subject", drop("subject", "no = 9"), "subject 9"),
            ("a deleted tail row", drop("ledger_tail", "first = (SELECT max(first) FROM ledger_tail)"), "ledger"),
            ("a deleted bundle", drop("ledger_bundle", "n = 0"), "0"),
            ("a deleted tile of level 0", drop("ledger_tile", "level = 0 AND n = 0"), "0"),
            ("a deleted tile of level 1", drop("ledger_tile", "level = 1"), "1"),
            ("a deleted authority row", drop("authority", "kind = 2 AND id = (SELECT max(id) FROM authority WHERE kind = 2)"), "authority"),
            ("all deleted checkpoints", drop("ledger_newest", "1"), "checkpoint"),
            ("deleted index pages", drop("tag_page", "id = (SELECT max(id) FROM tag_page)"), "index"),
            ("an old record put back", put_old_record_back(scene, False), "subject"),
            ("an old record put back with its entry", put_old_record_back(scene, True), "subject"),
            ("old authority rows put back", put_old_key_back(scene), "authority"),
            ("a cut tail", cut_tail(scene), "signed"),
            ("the hash of a replaced record", flip("subject_past", "hash"), "subject"),
            ("a set of a count", flip("exposure_set", "bitmap", at=lambda bitmap: len(bitmap) - 1), "scope"),
            ("a set of a count that is gone", drop("exposure_set", "1"), "scope"),
            ("a count's set told of others' fields", other_fields, "scope"),
            ("a count without a set", drop("exposure_part", "part = 2 AND version = 2"), "scope"),
            ("a count that nobody made", one_more_count, "scope"),
            ("a set exchanged with its name", smaller_set, "scope"),
            ("the leaf of an erased subject", flip("subject_leaf", "leaf"), "entry"),
        ]
        missed = []
        for name, change, word in cases:
            done = scene.verify(scene.tampered(change))
            document = done.json
            findings = document.get("findings") or [document.get("detail", "")]
            print(f"        {name}: {findings[0]}", flush=True)
            if done.status != TAMPERED or word not in " | ".join(findings):
                missed.append(f"{name}: want {word!r}, got exit {done.status}, {findings}")
        same(missed, [], "each must be found and named")


def a_cut_tail_without_the_signed_file_is_found_against_a_pin():
    with Home() as home:
        scene = Scene(home)

        def cut_cleanly(database, path):
            cut_tail(scene)(database, path)
            os.unlink(os.path.join(path, "shops", "shop", "signed"))
        done = scene.verify(scene.tampered(cut_cleanly), pin=True)
        same(done.status, TAMPERED, f"found against the pin: {done}")


def an_old_copy_of_the_home_is_found_against_a_pin_and_opens_a_new_log():
    with Home() as home:
        scene = Scene(home)
        done = scene.verify(scene.old, pin=True)
        same(done.status, TAMPERED, f"the whole old home is found against the pin: {done}")
        within("pin", done.json["findings"][0])
        # Only the database is old: the signed file beside it knows better, at once and without any pin.
        shutil.copy(os.path.join(scene.old, "shops", "shop", "shop.db"), home.database())
        done = scene.verify(home.path)
        same(done.status, TAMPERED, f"an old database beside the newer signed file is found: {done}")
        home.start()
        status = home.cli("shop", "list", "--json")
        same(status.status, 0)
        origin = status.json["items"][0]["origin"]
        check(origin != home.origin, "the restored shop has a new log")
        same(home.http("GET", "/v1/ledger/entries/0").status, 401, "a key was issued since the copy, so all have ended")
        home.door.key = home.ask("key", "issue", "--role", "admin")["key"]
        first = home.good("GET", "/v1/ledger/entries/0")
        size = int(home.http("GET", "/v1/ledger/checkpoint").body.split(b"\n")[1])
        kinds = {home.good("GET", f"/v1/ledger/entries/{index}")["kind"]: index for index in range(max(0, size - 3), size)}
        check("log_opened" in kinds or first["kind"] == "log_opened", "an entry tells of the new log")
        home.stop()
        within("ledger.reopened", home.daemon_said().decode(), "the daemon says it loudly")
        done = scene.verify(home.path, pin=True)
        same(done.status, TAMPERED, f"the restored home is found against the pin: {done}")


if __name__ == "__main__":
    story(every_changed_place_is_found_and_named, a_cut_tail_without_the_signed_file_is_found_against_a_pin,
          an_old_copy_of_the_home_is_found_against_a_pin_and_opens_a_new_log)
