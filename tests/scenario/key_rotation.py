#!/usr/bin/env python3
"""Rotation with an overlap that ends by itself, over HTTP, by session and by command."""
import base64
import datetime
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within  # noqa: E402

DAY_S, HOUR_S = 86400, 3600


def openssl(*words):
    done = subprocess.run(["openssl", *words], capture_output=True, check=False)
    check(done.returncode == 0, f"openssl {words[0]}: {done.stderr[-300:]!r}")
    return done.stdout


def pair(home, name):
    path = home.file(f"{name}.pem")
    openssl("genpkey", "-algorithm", "ed25519", "-out", path)
    return path, openssl("pkey", "-in", path, "-pubout").decode()


def session(home, key, path):
    text = home.good("POST", "/v1/sessions", {"key": key}, key="")["challenge"]
    signature = openssl("pkeyutl", "-sign", "-inkey", path, "-rawin", "-in", home.file("challenge", text))
    return home.good("POST", "/v1/sessions", {"key": key, "challenge": text, "signature":
                                              base64.b64encode(signature).decode()}, key="")["token"]


def rotate(home, old, body=None, **options):
    return home.http("POST", f"/v1/keys/{old}/rotate", body or {}, **options)


def row(home, key):
    return next(item for item in home.good("GET", "/v1/keys")["items"] if item["id"] == key)


def left_s(item):
    ends = datetime.datetime.fromisoformat(item["expires"].replace("Z", "+00:00"))
    return (ends - datetime.datetime.now(datetime.timezone.utc)).total_seconds()


def reader(home, key):
    answer = home.http("GET", "/v1/self", key=key)
    return answer.json["reader"] if answer.status == 200 else answer.code


def a_key_rotates_itself_and_both_work_for_a_while():
    with Home() as home:
        home.start()
        staff = home.good("POST", "/v1/staff", {"name": "Kim", "email": "kim@shop.example"})["id"]
        made = home.good("POST", "/v1/keys", {"role": "support", "name": "desk", "holders": [staff], "days": 30,
                                              "networks": ["127.0.0.0/8"]})
        same(rotate(home, made["id"], key=home.issue("support")).code, "role.act", "another key may not")
        answer = rotate(home, made["id"], key=made["key"])
        same(answer.status, 201, str(answer))
        check("receipt" in answer.json, "it is an entry")
        new = answer.json
        same([new["rotated_from"], new["role"]], [made["id"], "support"])
        old, following = row(home, made["id"]), row(home, new["id"])
        for name in ("name", "role", "holders", "networks"):
            same(following[name], old[name], name)
        check(DAY_S - 120 < left_s(old) <= DAY_S, "the old one ends in a day")
        check(29 * DAY_S < left_s(following) <= 30 * DAY_S, "the new one has the whole time")
        same([reader(home, made["key"]), reader(home, new["key"])], [made["id"], new["id"]], "both are let in")
        same(rotate(home, made["id"]).code, "conflict", "it has one successor")
        home.restart()  # upkeep runs at the end, and sees that the new one is used
        check(0 < left_s(row(home, made["id"])) <= HOUR_S, "an hour after the new one was used the old one ends")
        same(reader(home, made["key"]), made["id"], "until then it works")


def a_copied_plain_key_makes_itself_no_successor_from_afar():
    far = {"X-Forwarded-For": "198.51.100.7"}
    with Home() as home:
        home.start("--proxy", "127.0.0.1")
        plain = home.good("POST", "/v1/keys", {"role": "support"})
        bound, world = (home.good("POST", "/v1/keys", {"role": "support", "networks": networks})
                        for networks in (["198.51.100.0/24"], ["0.0.0.0/0"]))
        for one in (plain, world):
            same(home.http("GET", "/v1/self", key=one["key"], headers=far).status, 200)
            for body in ({}, {"public_key": pair(home, one["id"])[1]}):
                refused = rotate(home, one["id"], body, key=one["key"], headers=far)
                same((refused.status, refused.code), (403, "key.network"))
                entry = home.good("GET", f"/v1/ledger/entries/{refused.headers['amanah-receipt']}")
                same((entry["kind"], entry["cause"]), ("refused", "key.network"))
        same(rotate(home, bound["id"], key=bound["key"], headers=far).status, 201, "from its own networks")
        same(rotate(home, plain["id"], key=plain["key"]).status, 201, "and on this machine")


def a_key_that_signs_rotates_to_a_new_pair():
    with Home() as home:
        home.start()
        path, public = pair(home, "old")
        key = home.good("POST", "/v1/keys", {"role": "support", "public_key": public})["id"]
        token = session(home, key, path)
        same(rotate(home, key, key=token).code, "request.missing_member", "it needs a new pair")
        same(rotate(home, key, {"public_key": public}, key=token).code, "conflict", "the same pair is no rotation")
        new_path, new_public = pair(home, "new")
        new = rotate(home, key, {"public_key": new_public}, key=token)
        same(new.status, 201, str(new))
        check("key" not in new.json, "no secret is made")
        same(reader(home, session(home, new.json["id"], new_path)), new.json["id"])
        same(reader(home, token), key, "the old one's session goes on for now")
        same(home.http("DELETE", f"/v1/keys/{key}").status, 200)
        same(reader(home, token), "credential.unknown")
        same(rotate(home, key, {"public_key": pair(home, "third")[1]}).code, "conflict", "an ended key has no successor")


def a_secret_becomes_a_pair_by_command_without_a_daemon():
    with Home() as home:
        made = home.ask("key", "issue", "--role", "auditor")
        path, public = pair(home, "pair")
        said = home.run("key", "rotate", made["id"], "--public-key", home.file("pair.pub", public)).text
        check("amk_" not in said, said)
        listed = {item["id"]: item for item in home.ask("key", "list")["items"]}
        new = next(item for item in listed.values() if item.get("rotated_from") == made["id"])
        same([listed[made["id"]]["proof"], new["proof"], new["role"]], ["secret", "signature", "auditor"])
        signs = {"AMANAH_KEY_FILE": path, "AMANAH_KEY_ID": new["id"]}
        same(home.ask("self", env=signs)["reader"], new["id"])
        within(made["id"], home.run("key", "list").text)


story(a_copied_plain_key_makes_itself_no_successor_from_afar, a_key_rotates_itself_and_both_work_for_a_while,
      a_key_that_signs_rotates_to_a_new_pair,
      a_secret_becomes_a_pair_by_command_without_a_daemon)
