#!/usr/bin/env python3
"""Who guesses at a password locks themselves out, and nobody else: not the person, not from where they work."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within  # noqa: E402
from passkey import Passkey  # noqa: E402
from staff import Staff  # noqa: E402

ORIGIN = "https://vault.example"
WORK, TRAIN, ATTACKER = ({"X-Forwarded-For": ip} for ip in ("198.51.100.7", "198.51.100.8", "203.0.113.9"))


def guess(home, who, headers, password="a wrong password", code="123456"):
    return home.http("POST", "/v1/sessions", {"staff": who, "password": password, "totp": code}, key="", headers=headers)


def guesses_wait_longer_and_an_unknown_address_like_a_known_one():
    with Home() as home:
        home.hold_clock()
        home.stand_still()
        home.start("--proxy", "127.0.0.1")
        kim = Staff(home, "kim@shop.example").enrol()
        code = kim.code()
        for who in (kim.email, "nobody@shop.example"):
            same([guess(home, who, ATTACKER).status for _ in range(5)], [401] * 4 + [429], who)
            # The right password does not help from there, and is not told from a wrong one.
            answer = guess(home, who, ATTACKER, kim.password, code)
            same(answer.code, "session.wait")
            same(answer.headers["retry-after"], "4")


def an_attacker_elsewhere_cannot_lock_the_person_out():
    with Home() as home:
        home.hold_clock()
        home.stand_still()
        home.start("--proxy", "127.0.0.1", "--public-origin", ORIGIN)
        kim = Staff(home, "kim@shop.example").enrol()
        token = kim.sign_in(headers=WORK).json["token"]
        device = Passkey(ORIGIN)
        enrol = lambda **more: home.good("POST", "/v1/enrol", more, key=token, headers=WORK)
        challenge = enrol(passkey="begin", current=kim.code())["options"]["challenge"]
        enrol(passkey="finish", challenge=challenge, name="phone", **device.create(challenge))

        statuses = []
        for number in range(40):  # a network of its own for each guess
            statuses.append(guess(home, kim.email, {"X-Forwarded-For": f"203.0.113.{number}"}).status)
        same([statuses[:20], set(statuses[20:])], [[401] * 20, {429}], "strangers are slowed down together")
        same(guess(home, kim.email, TRAIN).code, "session.wait")  # a network nobody knows is a stranger
        answer = kim.sign_in(headers=WORK)  # but from where they were before nothing holds them up
        check(answer.json["wrong_guesses"] >= 20, f"they are told: {answer.json['wrong_guesses']}")
        challenge = home.good("POST", "/v1/sessions", {"passkey": "begin"}, key="")["options"]["challenge"]
        answer = home.http("POST", "/v1/sessions", {"passkey": "finish", "staff": kim.email, "challenge": challenge,
                                                    **device.get(challenge)}, key="", headers=TRAIN)
        same(answer.status, 201, f"nor a passkey from anywhere: {answer}")


def guesses_are_entries():
    with Home() as home:
        home.hold_clock()
        home.stand_still()
        home.start("--proxy", "127.0.0.1")
        kim = Staff(home, "kim@shop.example").enrol()
        for _ in range(3):
            guess(home, kim.email, ATTACKER)
        home.stop()  # what a minute gathered is written at the end too
        kinds = [home.ask("ledger", "show", str(index)) for index in range(home.ask("ledger", "checkpoint")["size"])]
        found = [entry for entry in kinds if entry["kind"] == "strangers"]
        same(sum(entry["count"] for entry in found), 3, str(found))
        within("session", {entry["kind"] for entry in kinds} | {"session"})


def a_lock_out_survives_a_killed_vault():
    with Home() as home:
        home.hold_clock()
        home.stand_still()
        home.start("--proxy", "127.0.0.1")
        kim = Staff(home, "kim@shop.example").enrol()
        kim.sign_in(headers=WORK)
        everybody = (kim.email, "nobody@shop.example")
        for number in range(6):  # four are free, before the fifth and the sixth they waited
            waits = [guess(home, who, ATTACKER) for who in everybody] if number >= 4 else []
            same({answer.code for answer in waits}, {"session.wait"} if waits else set())
            home.move_clock(max([0] + [int(answer.headers["retry-after"]) for answer in waits]))
            same([guess(home, who, ATTACKER).status for who in everybody], [401, 401], f"guess {number}")
        home.kill()
        home.start("--proxy", "127.0.0.1")
        for who in everybody:
            answer = guess(home, who, ATTACKER)
            same(answer.code, "session.wait", "a restart gives no free guess, and tells nobody from somebody")
            same(answer.headers["retry-after"], "16", "nor a shorter wait")
        answer = kim.sign_in(headers=WORK)
        check(answer.json["wrong_guesses"] >= 6, f"whom they guess at is told, and not held up: {answer}")
        home.stop()
        home.run("ledger", "verify")


if __name__ == "__main__":
    story(guesses_wait_longer_and_an_unknown_address_like_a_known_one, an_attacker_elsewhere_cannot_lock_the_person_out,
          guesses_are_entries, a_lock_out_survives_a_killed_vault)
