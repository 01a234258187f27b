#!/usr/bin/env python3
"""Somebody copies the session of a member of staff: used from elsewhere it gets nothing and ends."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, same, story  # noqa: E402
from staff import Staff  # noqa: E402

WORK, THIEF = ({"X-Forwarded-For": ip} for ip in ("198.51.100.7", "203.0.113.9"))


def a_session_used_from_another_network_ends():
    with Home() as home:
        home.start("--proxy", "127.0.0.1")
        kim = Staff(home, "kim@shop.example").enrol()
        for as_cookie in (False, True):
            answer = kim.sign_in(headers={**WORK, **({"Amanah-Cookie": "1"} if as_cookie else {})})
            shown = {"Cookie": answer.headers["set-cookie"].split(";")[0]} if as_cookie else {
                "Authorization": f"Bearer {answer.json['token']}"}
            here = lambda network: home.http("GET", "/v1/self", key="", headers={**shown, **network})
            same([here(WORK).status, here(WORK).json["reader"]], [200, kim.id])
            stolen = here(THIEF)
            same([stolen.status, stolen.code], [401, "session.network"])
            same(here(WORK).status, 401, "it has ended for everybody")


def a_new_enrolment_ends_what_was_open():
    with Home() as home:
        home.start()
        kim = Staff(home, "kim@shop.example").enrol()
        token = kim.sign_in().json["token"]
        lee = Staff(home, "lee@shop.example", name="Lee").enrol()
        other = lee.sign_in().json["token"]
        ask = {"password": "another good password of mine", "current": kim.code()}
        made = home.good("POST", "/v1/enrol", ask, key=token)
        kim.secret, kim.used = made["totp"]["secret"], 0
        home.good("POST", "/v1/enrol", {"totp": kim.code()}, key=token)
        same(home.http("GET", "/v1/self", key=token).status, 401)
        same(home.http("GET", "/v1/self", key=other).status, 200)
        kim.password = ask["password"]
        kim.sign_in()


def a_session_alone_adds_no_other_way_in():
    with Home() as home:
        home.start("--public-origin", "https://vault.example")
        kim = Staff(home, "kim@shop.example").enrol()
        token = kim.sign_in().json["token"]
        for ask in ({"password": "another good password"}, {"passkey": "begin"}, {"passkey": "begin", "current": "123456"}):
            same(home.http("POST", "/v1/enrol", ask, key=token).status, 401, str(ask))
        same(home.http("POST", "/v1/enrol", {"password": "another good password"}, key="").status, 401)


if __name__ == "__main__":
    story(a_session_used_from_another_network_ends, a_new_enrolment_ends_what_was_open,
          a_session_alone_adds_no_other_way_in)
