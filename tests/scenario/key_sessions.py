#!/usr/bin/env python3
"""Keys that sign: sessions of a quarter of an hour, bound to networks, and what a stolen or retained one is worth."""
import base64
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within  # noqa: E402

FAR, ELSEWHERE = "198.51.100.7", "203.0.113.9"  # as a listed proxy tells them
STRANGER_TRIES_MAX = 1200                       # src/keeper/keeper_priv.h
IDENTITY = base64.b64encode(bytes([1]) + bytes(31)).decode()
FORGED = base64.b64encode(bytes([0x58]) + b"\x66" * 31 + bytes([1]) + bytes(31)).decode()


def openssl(*words, stdin=b""):
    done = subprocess.run(["openssl", *words], input=stdin, capture_output=True, check=False)
    check(done.returncode == 0, f"openssl {words[0]}: {done.stderr[-300:]!r}")
    return done.stdout


class Pair:
    """An Ed25519 pair made with openssl, as docs/http.md says."""

    def __init__(self, home, name):
        self.path = home.file(f"{name}.pem")
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.path)
        self.public = openssl("pkey", "-in", self.path, "-pubout").decode()
        self.home = home

    def sign(self, text):
        path = self.home.file("challenge", text)
        return base64.b64encode(openssl("pkeyutl", "-sign", "-inkey", self.path, "-rawin", "-in", path)).decode()


def from_network(network):
    return {"X-Forwarded-For": network}


def issue(home, name, **more):
    pair = Pair(home, name)
    made = home.http("POST", "/v1/keys", {"role": "admin", "name": name, "public_key": pair.public, **more})
    same(made.status, 201, str(made))
    check("key" not in made.json, "a key that signs has no secret")
    return made.json["id"], pair


def challenge(home, key, **more):
    given = home.http("POST", "/v1/sessions", {"key": key}, key="", **more)
    same(given.status, 200, str(given))
    return given.json["challenge"]


def prove(home, key, text, signature, **more):
    return home.http("POST", "/v1/sessions", {"key": key, "challenge": text, "signature": signature}, key="", **more)


def session(home, key, pair, **more):
    text = challenge(home, key, **more)
    opened = prove(home, key, text, pair.sign(text), **more)
    same(opened.status, 201, str(opened))
    return opened.json["token"]


def entries(home, kind, reader=None):
    size = int(home.http("GET", "/v1/ledger/checkpoint").body.split(b"\n")[1])
    found = [home.good("GET", f"/v1/ledger/entries/{index}") for index in range(size)]
    return [entry for entry in found if entry["kind"] == kind and (reader is None or entry.get("reader") == reader)]


def a_signed_challenge_opens_a_session_of_a_quarter_of_an_hour():
    with Home() as home:
        home.start()
        key, pair = issue(home, "robot")
        text = challenge(home, key)
        words = text.split(" ")
        same([words[:3], words[3], words[4], len(words)],
             [["amanah", "session", "1"], home.origin, key, 7], "the challenge says what it is for")
        opened = prove(home, key, text, pair.sign(text))
        same(opened.status, 201)
        token = opened.json["token"]
        check(token.startswith("ams_"), "a session's token is not a key")
        same(home.good("GET", "/v1/self", key=token)["reader"], key, "a session is its key")
        same(len(entries(home, "session", key)), 1)
        same(home.good("GET", "/v1/keys")["items"][-1]["sessions"], 1)
        same(home.http("DELETE", "/v1/sessions", key=token).status, 200)
        same(home.http("GET", "/v1/self", key=token).code, "credential.unknown", "it was ended")
        same(len(entries(home, "session", key)), 2)
        same(home.http("DELETE", "/v1/sessions").status, 400, "a plain key has no session to end")
        again = session(home, key, pair)
        home.restart()
        same(home.http("GET", "/v1/self", key=again).code, "credential.unknown", "a restart ends sessions")
        same(home.http("POST", "/v1/sessions", {}, key="").code, "request.missing_member")


def a_challenge_is_good_once_for_its_key_and_its_signature():
    with Home() as home:
        home.start()
        key, pair = issue(home, "robot")
        other, stranger = issue(home, "other")
        text = challenge(home, key)
        signature = pair.sign(text)
        same(prove(home, key, text, stranger.sign(text)).code, "credential.unknown", "signed by another pair")
        same(prove(home, other, text, stranger.sign(text)).code, "credential.unknown", "another key's challenge")
        same(prove(home, key, text + " ", pair.sign(text + " ")).code, "credential.unknown", "another text")
        forged = text[:-1] + ("0" if text[-1] != "0" else "1")
        same(prove(home, key, forged, pair.sign(forged)).code, "credential.unknown", "a text of our own")
        same(prove(home, key, text, "bm8=").code, "credential.unknown", "no signature")
        same(prove(home, key, text, signature[:-4]).code, "credential.unknown", "a short one")
        same(prove(home, key, text, FORGED).code, "credential.unknown", "a made-up one")
        same(prove(home, key, text, signature).status, 201)
        replay = prove(home, key, text, signature)
        same(replay.code, "credential.unknown", "a replayed challenge")
        home.restart()
        same(prove(home, key, text, signature).code, "credential.unknown", "a challenge from before the restart")
        told = entries(home, "strangers")
        check(any(entry.get("reader") == key for entry in told), "a replay is told under the key's own name")
        check(any("reader" not in entry or entry["reader"] == "system" for entry in told), "the rest are nobody's")


def a_retained_signing_key_opens_nothing_once_revoked():
    with Home() as home:
        home.start()
        key, pair = issue(home, "left")
        token = session(home, key, pair)
        same(home.http("GET", "/v1/self", key=token).status, 200)
        same(home.http("DELETE", f"/v1/keys/{key}").status, 200)
        same(home.http("GET", "/v1/self", key=token).code, "credential.unknown", "its sessions end with it")
        text = challenge(home, key)
        same(prove(home, key, text, pair.sign(text)).code, "credential.unknown")
        home.restart()
        check(entries(home, "strangers", key), "who still holds it and tries is told by an entry, with the key")


def a_key_is_bound_to_its_networks():
    with Home() as home:
        home.start("--proxy", "127.0.0.1")
        key, pair = issue(home, "robot", networks=[f"{FAR}/32", "2001:db8::/32"])
        same(home.good("GET", "/v1/keys")["items"][-1]["networks"], [FAR, "2001:db8::/32"])
        token = session(home, key, pair, headers=from_network(FAR))
        same(home.http("GET", "/v1/self", key=token, headers=from_network(FAR)).status, 200)
        same(home.http("GET", "/v1/self", key=token, headers=from_network("2001:db8:1::1")).status, 200)
        stolen = home.http("GET", "/v1/self", key=token, headers=from_network(ELSEWHERE))
        same([stolen.status, stolen.code], [403, "key.network"])
        refused = entries(home, "refused", key)
        same([len(refused), refused[-1]["cause"]], [1, "key.network"], "it is an entry under the key's name")
        text = challenge(home, key, headers=from_network(ELSEWHERE))
        same(prove(home, key, text, pair.sign(text), headers=from_network(ELSEWHERE)).code, "key.network")
        same(prove(home, key, text, pair.sign(text), headers=from_network(FAR)).status, 201)
        plain = home.issue("support", networks=["10.0.0.0/8"])
        same(home.http("GET", "/v1/self", key=plain).code, "key.network", "this machine is none of them")
        same(home.http("GET", "/v1/self", key=plain, headers=from_network("10.9.8.7")).status, 200)


def what_cannot_be_a_key_is_refused_with_its_reason():
    with Home() as home:
        home.start()
        _, pair = issue(home, "robot")
        rsa = home.file("rsa.pem")
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", rsa)
        cases = [({"public_key": "words"}, 400), ({"public_key": IDENTITY}, 400),
                 ({"public_key": openssl("pkey", "-in", rsa, "-pubout").decode()}, 400),
                 ({"public_key": pair.public}, 409),
                 ({"public_key": pair.public, "certificate": "x"}, 400), ({"certificate": "words"}, 400),
                 ({"networks": ["10.0.0.1/8"]}, 400), ({"networks": ["here"]}, 400),
                 ({"networks": [f"10.0.0.{n}" for n in range(17)]}, 400), ({"holders": ["staff_0"]}, 400)]
        for more, status in cases:
            answer = home.http("POST", "/v1/keys", {"role": "support", **more})
            same(answer.status, status, f"{list(more)}: {answer}")
        same(len(home.good("GET", "/v1/keys")["items"]), 2, "none of them was issued")
        raw = base64.b64encode(openssl("pkey", "-in", Pair(home, "second").path, "-pubout", "-outform", "DER")).decode()
        same(home.http("POST", "/v1/keys", {"role": "support", "public_key": raw}).status, 201)


def nobody_speaks_the_front_s_own_words():
    with Home() as home:
        home.start()
        for bearer in ("cert:" + "0" * 64, "shop:shop", "shop:", "cert:"):
            same(home.http("GET", "/v1/self", key=bearer).code, "credential.unknown", bearer)


def a_flood_of_wrong_proofs_waits_and_disturbs_nobody():
    with Home() as home:
        home.start("--proxy", "127.0.0.1")
        key, pair = issue(home, "robot")
        token = session(home, key, pair, headers=from_network(FAR))
        text, slowed = challenge(home, key), None
        for _ in range(3 * STRANGER_TRIES_MAX):  # a minute may end meanwhile
            answer = prove(home, key, text, FORGED, headers=from_network(FAR))
            if answer.status != 401:
                slowed = answer
                break
        same([slowed.status, slowed.code], [503, "service.busy"])
        check(1 <= int(slowed.headers["retry-after"]) <= 60, "it says when to try again")
        same(home.http("GET", "/v1/self", key=token, headers=from_network(FAR)).status, 200)
        session(home, key, pair, headers=from_network(ELSEWHERE))
        home.restart("--proxy", "127.0.0.1")
        told = entries(home, "strangers")
        check(0 < len(told) <= 6, "a flood is a few entries, not thousands")
        within(True, [entry["count"] >= STRANGER_TRIES_MAX // 2 for entry in told], "and they count it")


story(a_signed_challenge_opens_a_session_of_a_quarter_of_an_hour,
      a_challenge_is_good_once_for_its_key_and_its_signature,
      a_retained_signing_key_opens_nothing_once_revoked,
      a_key_is_bound_to_its_networks,
      what_cannot_be_a_key_is_refused_with_its_reason,
      nobody_speaks_the_front_s_own_words,
      a_flood_of_wrong_proofs_waits_and_disturbs_nobody)
