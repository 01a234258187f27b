#!/usr/bin/env python3
"""clients/ts against the real program: made from its OpenAPI document, compiled strictly, run by node; what it keeps and doesn't believe."""
import filecmp
import glob
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, environment, same, skip, story, within

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT = os.path.join(HERE, "../../clients/ts")
BUILD = os.path.join(os.environ.get("AMN_PEERS_BUILD", "/tmp/amanah-peers"), "ts")
if not shutil.which("node") or not shutil.which("npm"):
    skip("nodejs or npm is not installed")


def run(*words, **more):
    done = subprocess.run(words, cwd=BUILD, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=240, **more)
    return done.returncode, done.stdout + done.stderr


def tools():
    """By the lock file, once for as long as that stays the same."""
    os.makedirs(BUILD, exist_ok=True)
    lock, have = os.path.join(CLIENT, "package-lock.json"), os.path.join(BUILD, "package-lock.json")
    if not (os.path.exists(have) and filecmp.cmp(lock, have, False) and os.path.exists(os.path.join(BUILD, "node_modules/.bin/tsc"))):
        for name in ("package.json", "package-lock.json"):
            shutil.copy(os.path.join(CLIENT, name), BUILD)
        code, said = run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        if code != 0:
            os.remove(have)
            skip("npm cannot bring the compiler: " + said[-200:])


class Shop(Home):
    def __init__(self):
        super().__init__()
        self.start()

    def play(self, step, **given):
        given = {"step": step, "url": f"http://127.0.0.1:{self.port}", "key": self.admin, "vkey": self.vkey,
                 "file": os.path.join(self.folder, "receipts.json"), **given}
        done = subprocess.run(["node", os.path.join(BUILD, "play.mjs")], capture_output=True, text=True, check=False, timeout=60,
                              env=environment({"IN": json.dumps(given)}), stdin=subprocess.DEVNULL)
        same(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def call(self, method, route, **given):
        return self.play("call", method=method, path=route, given=given)

    def kept(self):
        return read(os.path.join(self.folder, "receipts.json"))


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def it_is_made_from_what_the_vault_says_and_compiles_strictly():
    tools()
    for old in glob.glob(os.path.join(BUILD, "*.ts")):
        os.remove(old)
    for path in (*glob.glob(os.path.join(CLIENT, "*.ts")), os.path.join(CLIENT, "tsconfig.json"),
                 *glob.glob(os.path.join(HERE, "ts_client/*"))):
        shutil.copy(path, BUILD)
    with Home() as home:
        home.start()
        with open(os.path.join(BUILD, "openapi.json"), "w", encoding="utf-8") as file:
            json.dump(home.good("GET", "/openapi.json"), file)
    for words in (("npm", "run", "types"), ("npm", "run", "check"), ("npm", "run", "build")):
        code, said = run(*words)
        same(code, 0, said)


def it_calls_keeps_and_proves():
    with Shop() as shop:
        made = shop.call("post", "/v1/subjects", body={"ref": "17", "fields": {"name": "Siti"}}, idempotency="one")["out"]
        same(shop.call("post", "/v1/subjects", body={"ref": "17", "fields": {"name": "Siti"}}, idempotency="one")["out"]["id"], made["id"],
             "the same again is the same")
        seen = shop.call("post", "/v1/reveal", body={"subjects": [made["id"]], "fields": ["name"], "purpose": "operations", "reason": "x"})
        same(seen["out"]["values"][0]["fields"]["name"], "Siti")
        same(shop.call("get", "/v1/subjects/{id}", path={"id": made["id"]})["out"]["id"], made["id"])
        same(len(shop.kept()["receipts"]), 3)
        tree = shop.play("check")["out"]
        same((shop.kept()["receipts"], tree["size"] > 10), ([], True), "proved and folded into one checkpoint")
        shop.create("more")
        check(shop.play("check")["out"]["size"] > tree["size"], "the log goes on from there")
        refused = shop.call("get", "/v1/subjects/{id}", path={"id": "sub_x"})
        same((refused.get("failed"), refused.get("code"), refused.get("status")), ("Failure", "id.malformed", 400), f"{refused}")
        same(shop.play("call", method="get", path="/v1/self", given={}, url="http://127.0.0.1:1").get("failed"), "Unreachable")
        same(shop.play("call", method="get", path="/v1/self", given={}, url="http://vault.example").get("failed"), "TypeError")


def a_key_that_signs_opens_sessions_and_renews_itself():
    with Shop() as shop:
        file = os.path.join(shop.folder, "support.json")
        public = shop.play("make", signing=file)["out"]["public_key"]
        same(shop.play("make", signing=file).get("failed"), "Error", "a pair that is there is not written over")
        same(shop.play("many", signing=file).get("failed"), "TypeError", "it has no name yet")
        key = shop.good("POST", "/v1/keys", {"role": "support", "name": "ts", "public_key": public, "networks": ["127.0.0.0/8"]})["id"]
        with open(f"{file}.new", "w", encoding="utf-8"):  # of a process that died
            os.chmod(f"{file}.new", 0o644)
        shop.play("named", signing=file, id=key)
        same(oct(os.stat(file).st_mode & 0o777), "0o600")
        same(shop.play("many", signing=file)["out"], [key] * 3, "three at once")
        same([row["sessions"] for row in shop.good("GET", "/v1/keys")["items"] if row["id"] == key], [1], "by one session")
        held = read(file)
        shop.play("many", signing=file)
        same(read(file), held, "and the next process by the same")
        shop.stop()
        shop.start()
        same(shop.play("many", signing=file)["out"], [key] * 3, "a restart ended it: another is opened")
        check(read(file)["token"] != held["token"], "another one")
        held = read(file)
        shop.file("support.json", json.dumps({**held, "until": 0, "begun": 0, "ends": 1}))  # its time is over by two thirds
        following = set(shop.play("many", signing=file)["out"])
        check(len(following) == 1 and following != {key}, f"its successor: {following}")
        check(read(file)["seed"] != held["seed"] and "next" not in read(file), "with a pair of its own")
        left = {**held, "until": 0, "next": {"seed": read(file)["seed"], "again": "again"}}
        shop.file("support.json", json.dumps({**left, "seed": "AAAA"}))
        same(shop.play("many", signing=file).get("failed"), "TypeError", "a file that was cut")


def a_process_that_dies_while_it_renews_leaves_a_key_that_works():
    with Shop() as shop:
        file = os.path.join(shop.folder, "support.json")
        public = shop.play("make", signing=file)["out"]["public_key"]
        key = shop.good("POST", "/v1/keys", {"role": "support", "name": "ts", "public_key": public})["id"]
        shop.play("named", signing=file, id=key)
        shop.play("many", signing=file)
        before = {**read(file), "until": 0, "begun": 0, "ends": 1}
        next_file = os.path.join(shop.folder, "next.json")
        following = shop.play("make", signing=next_file)["out"]["public_key"]
        died = {**before, "next": {"seed": read(next_file)["seed"], "again": "the same again"}}
        made = shop.http("POST", f"/v1/keys/{key}/rotate", {"public_key": following}, key=before["token"],
                         headers={"Idempotency-Key": "the same again"})  # the vault heard of it, the process no answer
        same(made.status, 201)
        shop.file("support.json", json.dumps(died))
        same(shop.play("many", signing=file)["out"], [made.json["id"]] * 3, "it finds the one that was made")
        same([read(file)["seed"], "next" in read(file)], [read(next_file)["seed"], False])


def it_believes_nothing_that_the_log_did_not_sign_or_does_not_hold():
    with Shop() as shop, Shop() as other:
        shop.call("post", "/v1/subjects", body={"ref": "17", "fields": {"name": "Siti"}})
        good = shop.kept()
        receipt = good["receipts"][0]
        origin, size, root, _, signature = receipt["checkpoint"].split("\n")[:5]
        forged = ("\n".join((origin, size, ("B" if root[0] == "A" else "A") + root[1:], "", signature, "")),
                  "\n".join((origin, str(int(size) + 1), root, "", signature, "")),
                  "\n".join((origin + "x", size, root, "", signature, "")), "\n".join((origin, size, root, "", "")), "")
        for checkpoint in forged:
            same(shop.play("forge", receipt={**receipt, "checkpoint": checkpoint}).get("failed"), "Tampering", checkpoint)
        same(shop.play("forge", receipt={**receipt, "index": int(size)}).get("failed"), "Tampering", "outside its own tree")
        same(shop.kept(), good, "none of it was kept")
        for change in ({"index": 0}, {"leaf_hash": root}):
            shop.file("receipts.json", json.dumps({**good, "receipts": [{**receipt, **change}]}))
            same(shop.play("check").get("failed"), "Tampering", f"{change}")
        shop.file("receipts.json", json.dumps(good))
        same(shop.play("check", url=f"http://127.0.0.1:{other.port}", key=other.admin).get("failed"), "Tampering", "another log")
        check("size" in shop.play("check").get("out", {}), f"and what is true holds: {shop.play('check')}")
        within("no verifier key", shop.play("check", vkey="a+b+c")["says"])


story(it_is_made_from_what_the_vault_says_and_compiles_strictly, it_calls_keeps_and_proves,
      a_key_that_signs_opens_sessions_and_renews_itself, a_process_that_dies_while_it_renews_leaves_a_key_that_works,
      it_believes_nothing_that_the_log_did_not_sign_or_does_not_hold)
