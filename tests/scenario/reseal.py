#!/usr/bin/env python3
"""Another seal is another root key: older seal files open nothing, older backups still come back, and a kill leaves one of the two."""
import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, killed_at, same, story, within

SEALED, TAMPERED, KILLED = 4, 6, -9
OLD, NEW = "six words make a good passphrase", "and these are six other words"
CUSTODY = "words of the copy of the keys"


def bytes_of(home, name="home"):
    with open(os.path.join(home.path, name), "rb") as file:
        return file.read()


def put_back(home, sealed):
    with open(os.path.join(home.path, "home"), "wb") as file:
        file.write(sealed)


def left(home):
    """Files of a change of seal that has not come to its end."""
    return [name for _, _, files in os.walk(home.path) for name in files if name.endswith((".next", "resealed"))]


def told(home, shop="shop"):
    """How often the ledger tells of another seal; it is whole."""
    done = home.ask("ledger", "verify")
    same(done["findings"], [])
    size = int(home.ask("ledger", "checkpoint", "--shop", shop)["checkpoint"].split("\n")[1])
    rows = [home.ask("ledger", "show", str(at), "--shop", shop) for at in range(size - 3, size)]
    return [row["object_kind"] for row in rows if row["kind"] == "reseal"]


def an_older_seal_file_opens_nothing():
    """With its own passphrase, which was the home's."""
    with Home(seal="passphrase", passphrase=OLD) as home:
        sealed = bytes_of(home)
        done = home.run("seal", home.path, "--seal", "passphrase", env={"AMANAH_NEW_PASSPHRASE_FILE": home.file("new", NEW)})
        within("older copies of", done.text)
        same(home.cli("self").status, SEALED, "the older passphrase")
        now = bytes_of(home)
        put_back(home, sealed)
        done = home.cli("self")
        same(done.status, TAMPERED, f"the older seal file: {done}")
        within("does not open under this home's root", done.err.decode())
        put_back(home, now)
        home.passphrase = NEW
        same(home.cli("self").status, 0)


def backups_of_both_roots_come_back():
    with Home() as home:
        home.ask("shop", "add", "second")
        custody = {"AMANAH_CUSTODY_FILE": home.file("custody", CUSTODY)}
        keys, full, later = (os.path.join(home.folder, name) for name in ("keys.age", "full.age", "later.age"))
        home.run("backup", home.path, "--custody", "--out", keys, env=custody)
        home.run("backup", home.path, "--out", full)
        ring = bytes_of(home, "shops/shop/keyring")
        home.run("seal", home.path, "--seal", "plain")
        check(bytes_of(home, "shops/shop/keyring") != ring and not left(home), "keyrings are under the new root, nothing waits")
        same([told(home, shop) for shop in ("shop", "second")], [[1], [1]], "each shop's ledger tells")
        home.run("backup", home.path, "--increment", "--out", later)
        home.run("seal", home.path, "--seal", "plain")
        same(home.cli("restore", full, later, home.path, "--dry-run").status, 0, "a chain over two roots, by a third")
        os.rename(home.path, home.path + ".lost")
        same(home.cli("restore", full, home.path, "--keys", keys, "--dry-run", env=custody).status, 0, "keys and backup of then")
        done = home.cli("restore", full, later, home.path, "--keys", keys, "--dry-run", env=custody)
        within("not of a home with these keys", done.err.decode(), "keys of then, a backup of now")


def killed_anywhere_it_is_the_old_root_or_the_new():
    """Sealed plain, both times: stretching a passphrase takes a second each."""
    with Home() as home:
        full, whole = os.path.join(home.folder, "full.age"), home.path + ".whole"
        home.run("backup", home.path, "--out", full)
        os.rename(home.path, whole)
        seen, waits = set(), True
        for number in [*range(1, 40), 0]:
            if number and not waits:
                continue  # what follows is how any vault is opened
            shutil.copytree(whole, home.path)
            before = bytes_of(home)
            status = home.cli("seal", home.path, "--seal", "plain", env=killed_at(number)).status
            check(status in (KILLED, 0), f"rename {number}: {status}")
            new = bytes_of(home) != before
            waits = not new or left(home)
            same(home.cli("restore", full, home.path, "--dry-run").status, 0, f"rename {number}: the older backup, beside what is left")
            done = told(home)  # opened as its writer: it is settled
            check(done in ([[1], [1, 1]] if new else [[]]), f"rename {number}: {done}")
            same(left(home), [])
            seen.add((new, status))
            if status == 0:
                same(home.cli("restore", full, home.path, "--dry-run").status, 0, "and after it")
            now = bytes_of(home)
            put_back(home, before)
            same(home.cli("self").status, TAMPERED if new else 0, f"rename {number}: the older seal file")
            put_back(home, now)
            shutil.rmtree(home.path)
        same(seen, {(False, KILLED), (True, KILLED), (True, 0)})


story(an_older_seal_file_opens_nothing, backups_of_both_roots_come_back, killed_anywhere_it_is_the_old_root_or_the_new)
