#!/usr/bin/env python3
"""kill -9 of the whole vault, a hundred times at random moments, under mixed load over HTTP.

After each restart everything that was acknowledged is there, every receipt stands in the log, the log continues every
checkpoint seen before, and a request that was cut off acts once when it is sent again with its idempotency key.
AMN_KILLS and AMN_SEED change how often, and repeat a run's choices (not its timing).
"""
import base64
import os
import random
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../scenario"))
import amanah
import tlog
from amanah import Home, check, same

KILLS = int(os.environ.get("AMN_KILLS", "100"))
SEED = int(os.environ.get("AMN_SEED", str(time.time_ns() % 1000000)))
THREADS = 4
LOAD_S_MAX = 0.6
IMPORT_ROWS = 60
PEOPLE_MAX = 600  # of one worker: a day's budget of the admin role is 100,000 different people
SOUGHT_EVERY = 3  # of a worker's people, who are looked up: a reader may try as many values a day as there are customers
LIST_ROWS = 4000
LIST_KILLS = 8
REVEAL_MAX = 1000
FIELDS = ["ref", "name", "email", "phone", "note"]


class Person:
    def __init__(self, ref, values, identity=None, version=1):
        self.ref, self.values, self.id, self.version, self.erased = ref, values, identity, version, False


class Cut(Exception):
    """The vault went away: nobody knows whether it did what was asked."""


class Worker:
    """One thread of load over its own people, and what was acknowledged to it."""

    def __init__(self, home, number, rng):
        self.home, self.number, self.rng = home, number, rng
        self.people, self.keys, self.receipts, self.serial = [], [], [], 0
        self.cut = None     # the retry of a request whose outcome is unknown
        self.wrong = None
        self.replayed = self.acted = 0

    def next_ref(self):
        self.serial += 1
        return f"W{self.number}-{self.serial}"

    def new_values(self, ref):
        return {"name": f"Person {ref} {self.rng.randrange(10**6)}", "email": f"{ref.lower()}@example.org",
                "phone": f"+1212555{self.rng.randrange(10**4):04d}", "note": uuid.UUID(int=self.rng.getrandbits(128)).hex}

    def ask(self, method, path, body=None, **options):
        try:
            answer = self.door.http(method, path, body, **options)
        except OSError as gone:
            raise Cut from gone
        if answer.status == 503:
            raise Cut  # the keeper died before the front did: as unknown as no answer
        if answer.headers.get("content-type", "").startswith("application/json"):
            document = answer.json
            if "receipt" in document:
                self.receipts.append(document["receipt"])
        return answer

    def change(self, method, path, body, take, headers=None, kind=None, key=None):
        """A change with an idempotency key; if it is cut off, it is kept to be sent again."""
        sent = {"Idempotency-Key": key or uuid.uuid4().hex, **(headers or {})}

        def send():
            answer = self.ask(method, path, body, headers=sent, kind=kind)
            check(200 <= answer.status < 300, f"{method} {path} refused: {answer}")
            if answer.headers.get("idempotent-replayed"):
                self.replayed += 1
            else:
                self.acted += 1
            take(answer.json)
        self.cut = send
        send()
        self.cut = None

    def alive(self):
        return [person for person in self.people if not person.erased and person.id]

    def create(self):
        ref = self.next_ref()
        person = Person(ref, self.new_values(ref))

        def take(document):
            person.id = document["id"]
            self.people.append(person)
        self.change("POST", "/v1/subjects", {"ref": ref, "lang": "en", "country": "US", "fields": person.values}, take)

    def patch(self):
        person = self.rng.choice(self.alive())
        changed = {"note": uuid.UUID(int=self.rng.getrandbits(128)).hex, "phone": f"+1212555{self.rng.randrange(10**4):04d}"}

        def take(document):
            same(document["version"], person.version + 1, "a patch makes one version")
            person.version += 1
            person.values.update(changed)
        self.change("PATCH", f"/v1/subjects/{person.id}", {"fields": changed}, take,
                    headers={"If-Match": f'"{person.version}"'})

    def erase(self):
        person = self.rng.choice(self.alive())

        def take(document):
            same(document["status"], "erased")
            person.erased = True
        self.change("DELETE", f"/v1/subjects/{person.id}", None, take)

    def issue(self):
        def take(document):
            if document["key"] != "already shown":
                self.keys.append(document["key"])
        self.change("POST", "/v1/keys", {"role": "support", "name": f"key of {self.number}"}, take)

    def load_list(self):
        people = []
        for _ in range(IMPORT_ROWS):
            ref = self.next_ref()
            people.append(Person(ref, self.new_values(ref)))
        rows = ["ref,name,email,phone,note"]
        rows += [",".join([person.ref] + [person.values[name] for name in FIELDS[1:]]) for person in people]

        def take(document):
            same(document["refused"], [], "no row is refused")
            same(document["created"] + document["unchanged"], len(people), "each row is in")
            self.people += people
        self.change("POST", "/v1/import", ("\n".join(rows) + "\n").encode(), take, kind="text/csv")

    def look(self):
        people = self.rng.sample(self.alive(), min(5, len(self.alive())))
        answer = self.ask("POST", "/v1/reveal", {"subjects": [person.id for person in people], "fields": FIELDS,
                                                 "purpose": "operations"})
        same(answer.status, 200, f"a look is refused: {answer}")
        for person, row in zip(people, answer.json["values"]):
            same(row["fields"], {"ref": person.ref, **person.values}, "a look shows what was written")

    def find(self, person):
        answer = self.ask("POST", "/v1/lookup", {"field": "ref", "value": person.ref, "purpose": "operations"})
        same(answer.status, 200, f"{person.ref} is not found: {answer}")
        same(len(answer.json["ids"]), 1, f"{person.ref} is there once")
        check(person.id in (None, answer.json["ids"][0]), f"{person.ref} has another id")
        person.id = answer.json["ids"][0]

    def sought(self):
        """Those who are looked up, the same ones through the whole run."""
        return [person for person in self.people if not person.erased and int(person.ref.split("-")[1]) % SOUGHT_EVERY == 1]

    def lookup(self):
        people = self.sought()
        if people:
            self.find(self.rng.choice(people))

    def turn(self):
        acts = [(self.create, 6), (self.look, 6), (self.lookup, 4), (self.patch, 5), (self.erase, 2), (self.issue, 1),
                (self.load_list, 1)]
        act = self.rng.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
        if len(self.alive()) < 3:
            act = self.create
        elif len(self.people) > PEOPLE_MAX and act in (self.create, self.load_list):
            act = self.patch
        act()

    def run(self, door, stop):
        self.door = door
        try:
            while not stop.is_set():
                self.turn()
        except Cut:
            pass
        except amanah.Wrong as wrong:
            self.wrong = wrong
        finally:
            door.close()

    def verify(self, door):
        """After a restart: send again what was cut off, then compare everything."""
        self.door = door
        if self.cut:
            self.cut()
            self.cut = None
        known = [person for person in self.people if person.id]
        for at in range(0, len(known), REVEAL_MAX):
            part = known[at:at + REVEAL_MAX]
            answer = self.ask("POST", "/v1/reveal", {"subjects": [person.id for person in part], "fields": FIELDS,
                                                     "purpose": "operations"})
            if len(part) == 1 and part[0].erased:
                same(answer.status, 410)
                continue
            same(answer.status, 200, f"acknowledged people cannot be looked at: {answer}")
            for person, row in zip(part, answer.json["values"]):
                if person.erased:
                    same(row.get("code"), "subject.erased", f"{person.ref} stays erased")
                else:
                    same(row.get("fields"), {"ref": person.ref, **person.values}, f"{person.ref} is as acknowledged")
        people = self.sought()
        for person in self.rng.sample(people, min(8, len(people))):
            self.find(person)
            shown = self.ask("GET", f"/v1/subjects/{person.id}")
            same(shown.json["version"], person.version, f"{person.ref} has the acknowledged version")
        for key in self.rng.sample(self.keys, min(2, len(self.keys))):
            same(self.ask("GET", "/v1/self", key=key).json["role"], "support", "an acknowledged key works")


class Witness:
    """Remembers every checkpoint ever seen, and judges the log against them."""

    def __init__(self):
        self.roots, self.notes = {}, {}

    def see(self, note):
        if note in self.notes:
            return
        checkpoint = tlog.Checkpoint(note)
        self.notes[note] = checkpoint.size
        before = self.roots.setdefault(checkpoint.size, checkpoint.root)
        same(checkpoint.root, before, f"two roots were signed for size {checkpoint.size}")

    def judge(self, home, workers):
        door = home.new_door()

        def fetch(path):
            answer = door.http("GET", f"/v1/ledger/{path}")
            same(answer.status, 200, f"{path} is not served: {answer}")
            return answer.body
        log = tlog.Log(fetch)
        newest = log.checkpoint()
        check(newest.size >= max(self.roots, default=0), "the log has shrunk")
        self.see(newest.note)
        receipts = [receipt for worker in workers for receipt in worker.receipts]
        for receipt in receipts:
            self.see(receipt["checkpoint"])
        leaves = log.leaves(newest.size)
        found = tlog.roots_at(leaves, [size for size in self.roots])
        for size, root in self.roots.items():
            same(found.get(size), root, f"the log does not continue its checkpoint of size {size}")
        for receipt in receipts:
            same(base64.b64encode(leaves[receipt["index"]]).decode(), receipt["leaf_hash"],
                 f"entry {receipt['index']} is not the acknowledged one")
        for receipt in receipts[-2:]:
            proof = door.http("GET", f"/v1/ledger/proof?index={receipt['index']}").json
            hashes = [base64.b64decode(part) for part in proof["hashes"]]
            root = tlog.Checkpoint(proof["checkpoint"]).root
            check(tlog.inclusion_holds(leaves[receipt["index"]], receipt["index"], proof["size"], hashes, root),
                  f"the proof of entry {receipt['index']} does not hold")
        door.close()
        return newest


def load(home, workers, rng):
    stop = threading.Event()
    threads = [threading.Thread(target=worker.run, args=(home.new_door(), stop)) for worker in workers]
    for thread in threads:
        thread.start()
    time.sleep(rng.random() * LOAD_S_MAX)
    home.kill()
    stop.set()
    for thread in threads:
        thread.join()
    for worker in workers:
        if worker.wrong:
            raise worker.wrong


def what_was_acknowledged_outlives_a_hundred_kills():
    print(f"AMN_SEED={SEED} AMN_KILLS={KILLS}", flush=True)
    rng = random.Random(SEED)
    with Home() as home:
        workers = [Worker(home, number, random.Random(rng.getrandbits(64))) for number in range(THREADS)]
        witness, newest, killed = Witness(), None, 0
        while killed < KILLS:
            home.start()
            for worker in workers:
                worker.verify(home.new_door())
            newest = witness.judge(home, workers)
            load(home, workers, rng)
            killed += 1
            if rng.random() < 0.15:  # and while it starts
                home.spawn()
                time.sleep(rng.random() * 0.15)
                home.kill()
                killed += 1
        home.start()
        for worker in workers:
            worker.verify(home.new_door())
        newest = witness.judge(home, workers)
        home.stop()
        people = sum(len(worker.people) for worker in workers)
        print(f"{killed} kills, {people} people, {newest.size} entries, {len(witness.notes)} checkpoints, "
              f"{sum(worker.replayed for worker in workers)} replayed", flush=True)
        judged = home.cli("ledger", "verify", "--json", "--from", home.file("pin", min(witness.notes, key=witness.notes.get)))
        same((judged.status, judged.json["findings"]), (0, []), f"ledger verify finds something: {judged}")
        good = home.cli("verify", home.file("checkpoint", newest.note), "--vkey", home.vkey)
        same(good.status, 0, f"the checkpoint is not signed: {good}")


def subjects_of(home):
    """How many there are, as a line of the metrics."""
    if not home.daemon:
        home.start()
    metrics = home.http("GET", "/metrics").body.decode().splitlines()
    return [line for line in metrics if line.startswith("amanah_subjects ")]


def dump(home, refs):
    """Every value of everybody, by ref, asked over HTTP."""
    found, lock = {}, threading.Lock()

    def part(mine):
        door, ids = home.new_door(), {}
        for ref in mine:
            answer = door.http("POST", "/v1/lookup", {"field": "ref", "value": ref, "purpose": "operations"})
            ids[ref] = answer.json["ids"] if answer.status == 200 else []
        shown = {}
        known = [ids[ref][0] for ref in mine if ids[ref]]
        for at in range(0, len(known), REVEAL_MAX):
            answer = door.http("POST", "/v1/reveal", {"subjects": known[at:at + REVEAL_MAX], "purpose": "operations",
                                                      "fields": FIELDS + ["addresses", "birth_date", "orders"]})
            shown.update({row["id"]: row["fields"] for row in answer.json["values"]})
        door.close()
        with lock:
            found.update({ref: [shown[identity] for identity in ids[ref]] for ref in mine})
    threads = [threading.Thread(target=part, args=(refs[at::THREADS],)) for at in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found, subjects_of(home)


def upload(home, path):
    """Stream the list over HTTP; None when it was cut off."""
    try:
        with open(path, "rb") as rows:
            answer = home.new_door().http("POST", "/v1/import", rows, kind="text/csv")
        return answer.json if answer.status == 200 else None
    except OSError:
        return None


def killed_while(rng, seconds, act, kill):
    thread = threading.Thread(target=act)
    thread.start()
    time.sleep(rng.random() * seconds)
    kill()
    thread.join()


def whole(document):
    check(document and not document["refused"], f"no row is refused: {document}")
    same(document["created"] + document["changed"] + document["unchanged"], LIST_ROWS, "each row is in")
    return document


def an_import_that_was_killed_ends_as_a_clean_one():
    rng = random.Random(SEED + 1)
    with Home() as clean, Home() as torn, Home() as passed, Home() as streamed:
        path = clean.file("list.csv", amanah.command("synth", "--subjects", LIST_ROWS, "--seed", SEED).out)
        with open(path, encoding="utf-8") as rows:
            refs = [line.split(",")[0] for line in rows][1:]
        began = time.monotonic()
        same(clean.ask("import", path)["created"], LIST_ROWS)
        seconds = time.monotonic() - began
        for _ in range(LIST_KILLS):  # in process, without a daemon
            child = subprocess.Popen([amanah.PROGRAM, "import", path, "--home", torn.path], stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL, env=amanah.environment())
            killed_while(rng, seconds, child.wait, child.kill)
        print(f"by command: {LIST_KILLS} kills, {subjects_of(torn)}", flush=True)
        for _ in range(LIST_KILLS):  # by command through a daemon, which is killed under it
            passed.start()
            killed_while(rng, seconds / 2, lambda: passed.cli("import", path), passed.kill)
        whole(torn.ask("import", path))
        passed.start()
        whole(passed.ask("import", path))
        print(f"through a daemon: {LIST_KILLS} kills", flush=True)
        for _ in range(LIST_KILLS):
            streamed.start()
            killed_while(rng, seconds / 2, lambda: upload(streamed, path), streamed.kill)
        streamed.start()
        last = whole(upload(streamed, path))
        print(f"over HTTP: {LIST_KILLS} kills, the last run created {last['created']}", flush=True)
        for home in (clean, torn):
            home.restart()
        want = dump(clean, refs)
        same(len(want[0]), LIST_ROWS)
        for home in (torn, passed, streamed):
            got = dump(home, refs)
            same(got[1], want[1], "as many subjects as after a clean run")
            check(got[0] == want[0], "values differ from those of a clean run")
            home.stop()
            judged = home.cli("ledger", "verify", "--json")
            same((judged.status, judged.json["findings"]), (0, []), f"ledger verify finds something: {judged}")


if __name__ == "__main__":
    amanah.story(what_was_acknowledged_outlives_a_hundred_kills, an_import_that_was_killed_ends_as_a_clean_one)
