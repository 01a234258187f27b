#!/usr/bin/env python3
"""A home is lost, and comes back: from its disk, from another machine, from a chain of backups; and never as what it is not."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Door, Home, check, command, free_port, same, story, within
from staff import colleagues

WORDS = "six words make a good passphrase"
CUSTODY = "other words for the copy of the keys"
PLANTED = "planted-7f3a@example.org"
NO, MALFORMED, TAMPERED = 1, 2, 6


class Kept(Home):
    """A home with people in it. Stretching a passphrase takes a second each time: most stories do without."""

    def __init__(self, **more):
        super().__init__(**more)
        self.custody = {"AMANAH_CUSTODY_FILE": self.file("custody", CUSTODY)}
        self.people = []

    def fill(self, count=300):
        rows = ["ref,name,email,lang,country"]
        rows += [f"r{i},Person {i},person{i}@example.org,en,US" for i in range(count)]
        self.run("import", self.file("c.csv", "\n".join(rows)))

    def backup(self, name, *words):
        path = os.path.join(self.folder, name)
        done = self.cli("backup", self.path, "--out", path, *words)
        same(done.status, 0, f"backup failed: {done}")
        return path

    def lose(self, where="lost"):
        lost = os.path.join(self.folder, where)
        os.rename(self.path, lost)
        return lost

    def restore(self, *words, env=None):
        return self.cli("restore", *words, env={**self.custody, **(env or {})})

    def people_now(self):
        with sqlite3.connect(self.database()) as base:
            return base.execute("SELECT count(*) FROM subject").fetchone()[0]


def a_lost_disk_comes_back_and_goes_on():
    with Kept(seal="passphrase", passphrase=WORDS) as home:
        home.fill()
        home.start()
        some = home.create("x", email=PLANTED, name="Planted")
        full = home.backup("full.age")
        home.stop()
        check(PLANTED.encode() not in open(full, "rb").read(), "no value in clear")
        os.remove(home.database())
        done = home.restore(full, home.path)
        same(done.status, 0, f"restore: {done}")
        within("301 subjects", done.text)
        home.start()
        same(home.reveal([some], ["email"]).json["values"][0]["fields"]["email"], PLANTED)
        same(home.ask("ledger", "verify")["findings"], [])
        check(os.path.exists(home.path + ".before-restore"), "what was there stands aside")


def the_newest_state_keeps_its_log_and_an_older_one_begins_another():
    with Kept() as home:
        home.fill()
        full = home.backup("full.age")
        lost = home.lose()
        same(home.restore(full, home.path, "--keys", lost).status, 0)
        same(home.run("ledger", "checkpoint").text.splitlines()[0], home.origin, "nothing came after it")
        home.run("import", home.file("d.csv", "ref,name\nlater,Later\n"))
        later = home.lose("later")
        same(home.restore(full, home.path, "--keys", later).status, 0)
        done = home.run("ledger", "checkpoint")
        same(done.text.splitlines()[0], home.origin + ".2", "an old copy gets a log of its own")
        within("old copy", done.err.decode())
        same(home.ask("ledger", "verify")["findings"], [])
        same(home.people_now(), 300)
        home.start()
        same(home.http("GET", "/v1/keys").status, 200, "no right was changed in between: keys stay")


def rights_that_were_taken_since_stay_taken():
    with Kept() as home:
        home.fill(20)
        full = home.backup("full.age")
        home.start()
        key = home.good("POST", "/v1/keys", {"role": "support"})["id"]
        same(home.http("DELETE", f"/v1/keys/{key}").status, 200)
        home.stop()
        same(home.restore(full, home.path, "--keys", home.lose()).status, 0)
        home.start()
        same(home.http("GET", "/v1/keys").status, 401, "every key ended, as a revocation may be lost")


def erased_behind_a_backup(home):
    """Somebody, and a backup of before they were erased."""
    home.fill(20)
    home.start()
    gone = home.create("gone", email="gone@example.org")
    full = home.backup("full.age")
    same(home.http("DELETE", f"/v1/subjects/{gone}").status, 200)
    home.stop()
    return gone, full


def people_who_were_erased_since_do_not_come_back():
    with Kept() as home:
        gone, full = erased_behind_a_backup(home)
        same(home.restore(full, home.path, "--keys", home.lose()).status, 0)
        home.start()
        same(home.http("GET", f"/v1/subjects/{gone}").status, 410)


ROW = 48


def lists_that_are_not_whole_are_refused(home, full, keys, erased):
    """Cut at a row and within one, its end gone, doubled, flipped; named beside --erasures-unknown the good rows count."""
    with open(erased, "rb") as file:
        whole = file.read()
    same(len(whole), 3 * ROW, "two rows and the end")
    flipped = bytes([whole[20] ^ 1])
    broken = {"its end is gone": whole[:-ROW], "a row is gone": whole[:ROW] + whole[-ROW:],
              "doubled": whole + whole, "flipped": whole[:20] + flipped + whole[21:]}
    for what, bytes_ in broken.items():
        path = home.file("broken", bytes_)
        said = home.restore(full, home.path, "--keys", keys, "--erased", path)
        check(said.status != 0 and not os.path.exists(home.path), what)
        within("is not whole", said.err.decode())
        within("bring a whole copy of it (--erased FILE)", said.err.decode())
    empty = home.restore(full, home.path, "--keys", keys, "--erased", home.file("broken", b""))
    within("is empty, and no list", empty.err.decode())
    check(not os.path.exists(home.path), "an empty list is none, whatever list lies beside the keys")
    tried = home.restore(full, home.path, "--keys", keys, "--erased", erased, "--dry-run", "--json").json
    same(tried["erasures"], 2, "a copy that is kept can be tried")
    path = home.file("broken", broken["its end is gone"])
    went = home.restore(full, home.path, "--keys", keys, "--erased", path, "--erasures-unknown", "--json")
    same((went.status, went.json["erasures"]), (0, 2))
    with open(os.path.join(home.path, "shops", home.shop, "restored"), encoding="ascii") as file:
        same(file.read(), "restored, erasures unknown\n", "it is quiet at first")
    home.lose("unwhole")


def a_list_that_was_cut_in_the_home_itself_is_refused_too():
    with Kept() as home:
        gone, full = erased_behind_a_backup(home)
        lost = home.lose()
        path = os.path.join(lost, "shops", home.shop, "erased")
        os.truncate(path, ROW)
        within("is not whole", home.restore(full, home.path, "--keys", lost).err.decode())
        same(home.restore(full, home.path, "--keys", lost, "--erasures-unknown").status, 0)
        home.start()
        same(home.http("GET", f"/v1/subjects/{gone}").code, "restore.erasures_unknown", "quiet, though `signed` is known")
        home.stop()
        same(os.path.getsize(os.path.join(home.path, "shops", home.shop, "erased")), 2 * ROW, "the start gave it an end")


def another_machine_needs_the_keys_and_the_list_of_erasures():
    with Kept() as home:
        home.fill(20)
        home.start()
        gone = home.create("gone", email="gone@example.org")
        later = home.create("later", email="later@example.org")
        full = home.backup("full.age")
        keys = os.path.join(home.folder, "keys.age")
        same(home.cli("backup", home.path, "--custody", "--out", keys, env=home.custody).status, 0)
        home.door.close()  # it may have rested too long
        for who in (gone, later):
            same(home.http("DELETE", f"/v1/subjects/{who}").status, 200)
        home.stop()
        erased = os.path.join(home.folder, "erased")
        shutil.copy(os.path.join(home.path, "shops", home.shop, "erased"), erased)
        lost = home.lose()
        within("not_found", home.restore(full, home.path).err.decode())
        within("restore.erasures_unknown", home.restore(full, home.path, "--keys", keys).err.decode())
        wrong = {"AMANAH_CUSTODY_FILE": home.file("wrong", "not these words")}
        within("home.sealed", home.restore(full, home.path, "--keys", keys, env=wrong).err.decode())
        check(not os.path.exists(home.path) and not os.path.exists(home.path + ".restoring"), "nothing was begun")
        lists_that_are_not_whole_are_refused(home, full, lost, erased)
        brought = home.restore(full, home.path, "--keys", keys, "--erased", erased)
        same(brought.status, 0)
        within("list of erasures: 2, the newest of", brought.text)
        home.admin = home.ask("key", "issue", "--role", "admin")["key"]  # the operator of the new machine
        home.start()
        for who in (gone, later):
            same(home.http("GET", f"/v1/subjects/{who}").status, 410)
        home.stop()
        home.lose("again")
        same(home.restore(full, home.path, "--keys", keys, "--erasures-unknown").status, 0)
        home.admin = home.ask("key", "issue", "--role", "admin")["key"]
        home.start()
        same(home.http("GET", f"/v1/subjects/{gone}").code, "restore.erasures_unknown", "not yet")


def at_portal_nobody_is_shown(portal):
    def ask(method, path, body=None):
        return portal.http(method, f"/v1/portal{path}", body, key="")
    for path, body in (("/code", {"email": "stays@example.org"}), ("/enter", {"code": "12345678"}), ("/verify", {"code": "x"}),
                       ("/data", {"notice": "x"})):
        same(ask("POST", path, body).code, "restore.erasures_unknown", path)
    for path in ("/mine", "/seen", "/wallet"):
        same(ask("GET", path).code, "restore.erasures_unknown", path)
    same(ask("GET", "").status, 200, "whose portal it is")
    same(ask("POST", "/tickets", {"kind": "question", "text": "Is it you?"}).status, 201, "words to the desk come in")


def without_the_list_of_erasures_nobody_is_shown_until_two_agree_or_a_day_has_passed():
    with Kept() as home:
        home.start()
        (ana,), _ = colleagues(home, "ana")
        gone, stays = home.create("gone", email="gone@example.org"), home.create("stays", email="stays@example.org")
        full = home.backup("full.age")
        keys = os.path.join(home.folder, "keys.age")
        same(home.cli("backup", home.path, "--custody", "--out", keys, env=home.custody).status, 0)
        home.stop()
        home.lose()
        within("until a second person agrees", home.restore(full, home.path, "--keys", keys, "--erasures-unknown").text)
        home.admin = home.ask("key", "issue", "--role", "admin")["key"]
        within('"loosening_delayed"', home.run("mail", "queue", "--json").text, "everybody is told")

        def refused():
            asks = (("GET", f"/v1/subjects/{stays}", None),
                    ("POST", "/v1/reveal", {"subjects": [stays], "fields": ["email"], "purpose": "support"}),
                    ("POST", "/v1/lookup", {"field": "email", "value": "stays@example.org", "purpose": "support"}),
                    ("POST", "/v1/payments/pay1/file", {"purpose": "operations"}))
            return [home.http(*ask[:2], ask[2]).code for ask in asks]

        def waiting():
            return next(row for row in home.good("GET", "/v1/approvals")["items"] if row["state"] == "delayed")

        no = ["restore.erasures_unknown"] * 4
        port = free_port()
        home.start("--portal", f"127.0.0.1:{port}")
        same(refused(), no)
        at_portal_nobody_is_shown(Door(port))
        within("erasures_unknown", home.cli("subject", "history", stays).err.decode())
        same(home.http("DELETE", f"/v1/subjects/{gone}").status, 200, "who is known to be erased is, meanwhile")
        home.stop()
        home.start()
        same(refused(), no, "after a restart")
        path = f"/v1/approvals/{waiting()['approval']}"
        same(home.http("POST", f"{path}/approve").status, 403, "a key that nobody is named by")
        same(home.http("POST", f"{path}/cancel").status, 200)
        same(refused(), no, "cancelled, it stays")
        home.stop()
        shutil.copytree(home.path, home.path + ".waits")
        home.start()
        path = f"/v1/approvals/{waiting()['approval']}"
        same(home.http("POST", f"{path}/approve", key=ana.token()).json["state"], "applied")
        same(home.http("GET", f"/v1/subjects/{stays}").status, 200, "two agree")
        same(home.http("GET", f"/v1/subjects/{gone}").status, 410)
        home.stop()
        same(home.ask("ledger", "verify")["findings"], [])
        shutil.rmtree(home.path)
        os.rename(home.path + ".waits", home.path)
        home.start()
        home.wait_days(23 / 24)
        same(refused(), no, "not before a day has passed")
        home.wait_days(2 / 24)
        home.restart()  # what is due is done once a minute, and at an end
        same(home.http("GET", f"/v1/subjects/{stays}").status, 200, "a day")


def a_chain_gives_every_point_of_it():
    with Kept() as home:
        home.fill(200)
        within("not_found", home.cli("backup", home.path, "--increment", "--out", home.folder).err.decode())
        chain, people = [home.backup("0.age")], [200]
        for turn in range(1, 4):
            rows = [f"t{turn}-{i},Person" for i in range(30)]
            home.run("import", home.file("t.csv", "ref,name\n" + "\n".join(rows)))
            chain.append(home.backup(f"{turn}.age", "--increment"))
            people.append(people[-1] + 30)
        check(os.path.getsize(chain[1]) < os.path.getsize(chain[0]), "an increment is smaller")
        keys = home.lose()
        for turn in range(4):
            same(home.restore(*chain[:turn + 1], home.path, "--keys", keys).status, 0)
            same(home.people_now(), people[turn], f"point {turn}")
            shutil.rmtree(home.path)
        for wrong in (chain[1:], [chain[0], chain[2]], [chain[0], chain[1], chain[3]], [chain[0], chain[0]]):
            same(home.restore(*wrong, home.path, "--keys", keys).status, MALFORMED, "not a chain")
            check(not os.path.exists(home.path), "nothing is there")


def a_drill_checks_all_and_leaves_nothing():
    with Kept() as home:
        home.fill()
        full = home.backup("full.age")
        before = sorted(os.listdir(home.folder))
        done = home.restore(full, home.path, "--dry-run", "--json")
        same((done.status, done.json["subjects"], done.json["drill"]), (0, 300, True), str(done))
        same(sorted(os.listdir(home.folder)), before)


def what_is_cut_or_changed_is_refused():
    with Kept() as home:
        home.fill(20)
        with open(home.backup("full.age"), "rb") as file:
            whole = file.read()
        keys = home.lose()
        spoiled = [whole[:n] for n in (0, 10, 400, len(whole) // 2, len(whole) - 1)]
        spoiled += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:] for at in range(3, len(whole), len(whole) // 20)]
        spoiled += [whole + b"x", whole + whole]
        for number, content in enumerate(spoiled):
            done = home.restore(home.file("spoiled.age", content), home.path, "--keys", keys)
            check(done.status in (NO, MALFORMED, TAMPERED), f"spoiled {number}: {done}")
            check(not os.path.exists(home.path) and not os.path.exists(home.path + ".restoring"), f"spoiled {number}")


def who_has_the_recipient_but_no_key_of_the_home_makes_no_backup():
    """A backup of another home, or one put together by somebody who can only encrypt to this home."""
    with Kept() as home, Kept() as other:
        home.fill(20)
        other.fill(20)
        foreign = other.backup("full.age")
        keys = home.lose()
        within("not_found", home.restore(foreign, home.path, "--keys", keys).err.decode())
        check(not os.path.exists(home.path), "nothing is there")


def public_tools_open_it():
    with Kept() as home:
        home.fill()
        identity = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True).stdout
        to = [line.split()[-1] for line in identity.splitlines() if "public key" in line][0]
        full = home.backup("full.age", "--to", to)
        tree = os.path.join(home.folder, "tree")
        os.mkdir(tree)
        clear = subprocess.run(["age", "-d", "-i", home.file("identity", identity), full], capture_output=True, check=True)
        subprocess.run(["tar", "-x", "-C", tree], input=clear.stdout, check=True)
        with sqlite3.connect(os.path.join(tree, "shops", home.shop, "shop.db")) as base:
            same(base.execute("PRAGMA integrity_check").fetchone()[0], "ok")
            same(base.execute("SELECT count(*) FROM subject").fetchone()[0], 300)
        with open(os.path.join(tree, "manifest"), encoding="utf-8") as file:
            within(f"shop {home.shop} {home.origin} ", file.read())
        names = [name for _, _, files in os.walk(tree) for name in files]
        check("keyring" not in names and "home" not in names, "no key is in it")
        keys = os.path.join(home.folder, "keys.age")
        same(home.cli("backup", home.path, "--custody", "--out", keys, env=home.custody).status, 0)
        within(b"-> scrypt ", open(keys, "rb").read())


def it_is_made_while_the_daemon_works():
    with Kept() as home:
        home.fill()
        home.start()
        stop, made = threading.Event(), []

        def work():
            door = home.new_door()
            while not stop.is_set():
                answer = door.http("POST", "/v1/subjects", {"ref": f"w{len(made)}", "fields": {"name": "W"}})
                same(answer.status, 201)
                made.append(answer.json["id"])

        worker = threading.Thread(target=work)
        worker.start()
        try:
            while len(made) < 50:
                pass
            done = home.cli("backup", home.path, "--command", f"cat > {home.folder}/piped.age")
            same(done.status, 0, f"backup: {done}")
            known = len(made)
            failed = home.cli("backup", home.path, "--command", "cat > /dev/null; false")
            same(failed.status, 4, "a command that fails is no backup")
        finally:
            stop.set()
            worker.join()
        home.stop()
        keys = home.lose()
        done = home.restore(os.path.join(home.folder, "piped.age"), home.path, "--keys", keys, "--json")
        same(done.status, 0, f"restore: {done}")
        people = json.loads(done.out)["subjects"]
        check(350 <= people <= 301 + known, f"as of one moment: {people}")


def where_a_home_is_nothing_is_overwritten():
    with Kept() as home:
        home.fill(20)
        full = home.backup("full.age")
        same(home.restore(full, home.path).status, NO)
        within("home.exists", home.restore(full, home.path).err.decode())
        same(command("backup", os.path.join(home.folder, "nothing")).status, NO)


story(a_lost_disk_comes_back_and_goes_on, the_newest_state_keeps_its_log_and_an_older_one_begins_another,
      rights_that_were_taken_since_stay_taken, people_who_were_erased_since_do_not_come_back,
      another_machine_needs_the_keys_and_the_list_of_erasures, a_list_that_was_cut_in_the_home_itself_is_refused_too,
      without_the_list_of_erasures_nobody_is_shown_until_two_agree_or_a_day_has_passed, a_chain_gives_every_point_of_it,
      a_drill_checks_all_and_leaves_nothing, what_is_cut_or_changed_is_refused,
      who_has_the_recipient_but_no_key_of_the_home_makes_no_backup, public_tools_open_it,
      it_is_made_while_the_daemon_works, where_a_home_is_nothing_is_overwritten)
