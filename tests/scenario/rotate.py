#!/usr/bin/env python3
"""Keys are rotated while the vault goes on, cut off by kill -9 again and again: nobody's values or proofs are lost."""
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within
from incident import opened

CUSTOMERS = 6000
KILLS = int(os.environ.get("AMN_ROTATE_KILLS", "12"))
SEED = int(os.environ.get("AMN_SEED", str(time.time_ns() % 1000000)))
WAIT_S = 120


def filled(home, count=CUSTOMERS):
    rows = "ref,name,email\n" + "".join(f"C{n},Person {n},p{n}@shop.example\n" for n in range(count))
    said = home.good("POST", "/v1/import", rows.encode(), kind="text/csv")
    same(said["created"], count)


def found(home, at):
    return home.good("POST", "/v1/lookup", {"field": "ref", "value": f"C{at}", "purpose": "operations", "reason": "x"})["ids"][0]


def email_of(home, one):
    return home.values([one], ["email"])[one]["email"]


def done(home):
    until = time.time() + WAIT_S
    while True:
        said = home.good("GET", "/v1/rotation")
        if said["state"] not in ("moving", "moved"):
            return said
        check(time.time() < until, f"it comes to its end: {said}")
        time.sleep(0.02)


def the_vault_goes_on_while_keys_are_rotated():
    with Home() as home:
        home.start()
        filled(home)
        ids = [found(home, at) for at in (0, 17, CUSTOMERS - 1)]
        before = [home.good("GET", f"/v1/subjects/{one}")["version"] for one in ids]
        proof = home.file("before.json")
        home.run("subject", "history", ids[1], "--proofs", "--out", proof)
        slowest, looks, over = [0.0], [0], threading.Event()

        def look_on():
            while not over.is_set():
                began = time.time()
                same(email_of(home, ids[1]), "p17@shop.example")
                slowest[0] = max(slowest[0], time.time() - began)
                looks[0] += 1

        thread = threading.Thread(target=look_on)
        thread.start()
        said = home.run("rotate", "--rekey", "--yes", "--json").json
        over.set()
        thread.join()
        same([said["state"], said["epoch"], said["stuck"]], ["done", 2, 0])
        check(said["moved"] >= CUSTOMERS, "everybody was moved")
        within("custody copy", said["note"])
        check(looks[0] > 3, "looks went on")
        print(f"{CUSTOMERS} records; {looks[0]} looks meanwhile, the slowest in {slowest[0] * 1000:.0f} ms")
        same([email_of(home, one) for one in ids], ["p0@shop.example", "p17@shop.example", f"p{CUSTOMERS - 1}@shop.example"])
        same([home.good("GET", f"/v1/subjects/{one}")["version"] for one in ids], before, "no If-Match goes stale")
        within("It holds", home.run("verify", proof).text)
        home.run("subject", "history", ids[1], "--proofs", "--out", home.file("after.json"))
        within("It holds", home.run("verify", home.file("after.json")).text)
        home.run("ledger", "verify")
        home.restart()
        same(email_of(home, ids[2]), f"p{CUSTOMERS - 1}@shop.example")
        home.good("DELETE", f"/v1/subjects/{ids[1]}", {"reason": "asked for it"})
        home.run("ledger", "verify")


def cut_off_anywhere_it_goes_on():
    rng = random.Random(SEED)
    print(f"seed {SEED}")
    with Home() as home:
        home.start()
        filled(home)
        for at in range(KILLS):
            said = home.http("POST", "/v1/rotation", {"rekey": at % 3 != 1})
            check(said.status in (202, 409), str(said))
            time.sleep(rng.random() * 0.25)
            home.kill()
            if at % 4 == 0:
                home.run("ledger", "verify")  # as it lies there, half moved
            home.start()
            one = rng.randrange(CUSTOMERS)
            same(email_of(home, found(home, one)), f"p{one}@shop.example")
        same(done(home)["stuck"], 0)
        same(done(home)["state"], "done")
        home.run("ledger", "verify")
        for one in (0, CUSTOMERS // 2, CUSTOMERS - 1):
            same(email_of(home, found(home, one)), f"p{one}@shop.example")
        home.kill()
        home.run("ledger", "verify")


def a_backup_from_before_opens_with_a_custody_copy_only():
    with Home() as home:
        home.start()
        filled(home, 20)
        one = found(home, 7)
        home.run("backup", home.path, "--out", home.file("full.age"))
        secret = home.file("custody.txt", "a passphrase of its own\n")
        env = {"AMANAH_CUSTODY_FILE": secret}
        home.run("backup", home.path, "--custody", "--out", home.file("keys.age"), env=env)
        same(home.run("rotate", "--yes", "--json").json["state"], "done")
        same(email_of(home, one), "p7@shop.example")
        home.stop()
        os.rename(home.path, home.path + ".lost")
        dark = home.cli("restore", home.file("full.age"), home.path, "--keys", home.path + ".lost")
        check(dark.status != 0, "the keyring of today has no key for it")
        within("destroyed", dark.err.decode() + dark.text)
        home.run("restore", home.file("full.age"), home.path, "--keys", home.file("keys.age"), "--erasures-unknown", env=env)
        within("erasures_unknown", home.cli("subject", "show", one).err.decode())
        home.ahead_s += 25 * 3600
        home.start()
        home.stop()
        same(home.run("subject", "show", one, "--json").json["id"], one)
        home.run("ledger", "verify")


def while_an_incident_is_open_older_keys_stay():
    with Home() as home:
        home.start()
        filled(home, 20)
        incident = opened(home)
        said = home.run("rotate", "--rekey", "--yes")
        within("held", said.text)
        within("legal hold", said.text)
        counted = home.run("incident", "scope", incident, "from=2020-01-01T00:00:00Z", "keks=1", "--json").json
        same(counted["any"]["possible"]["count"], 20, "who was under the older key when it leaked")
        later = home.create("later")
        counted = home.run("incident", "scope", incident, "from=2020-01-01T00:00:00Z", "keks=1", "--json").json
        same(counted["any"]["possible"]["count"], 20, "but not who came after it")
        same(counted["everybody"], 21, later)
        home.run("ledger", "verify")


story(the_vault_goes_on_while_keys_are_rotated, cut_off_anywhere_it_goes_on,
      a_backup_from_before_opens_with_a_custody_copy_only, while_an_incident_is_open_older_keys_stay)
