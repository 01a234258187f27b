#!/usr/bin/env python3
"""Another site makes a browser act with its session: the cookie alone gets nothing done."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within  # noqa: E402
from staff import Staff  # noqa: E402


def signed_in(home, **more):
    kim = Staff(home, "kim@shop.example").enrol()
    answer = kim.sign_in(headers={"Amanah-Cookie": "1", **more})
    check("token" not in answer.json and "cookie" not in answer.json, "no script may read the token")
    set_cookie = answer.headers["set-cookie"]
    return kim, set_cookie, set_cookie.split(";")[0], answer.json["csrf"]


def a_cookie_without_its_second_token_changes_nothing():
    with Home() as home:
        home.start()
        kim, set_cookie, cookie, csrf = signed_in(home)
        check(cookie.startswith("amanah=ams_"), cookie)
        for part in ("; Path=/", "; HttpOnly", "; SameSite=Strict"):
            within(part, set_cookie)
        ask = lambda method, path, body=None, **headers: home.http(method, path, body, key="", headers={
            "Cookie": f"theme=dark; {cookie}", **headers})
        same(ask("GET", "/v1/self").json["reader"], kim.id, "a GET needs no more")
        put = {"name": "shoe_size"}
        for wrong in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 32}, {"X-CSRF-Token": csrf[:-1]},
                      {"X-CSRF-Token": csrf + "0"}):
            answer = ask("POST", "/v1/fields", put, **wrong)
            same([answer.status, answer.code], [403, "session.csrf"], f"{wrong}: {answer}")
        for wrong in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.test"},
                      {"Origin": "null"}):
            for method, path, body in (("POST", "/v1/fields", put), ("GET", "/v1/self", None)):
                answer = ask(method, path, body, **{"X-CSRF-Token": csrf}, **wrong)
                same([answer.status, answer.code], [403, "session.csrf"], f"{wrong}: {answer}")
        names = [field["name"] for field in home.good("GET", "/v1/fields")["items"]]
        check("shoe_size" not in names, "nothing was changed")
        same(ask("POST", "/v1/fields", put, **{"X-CSRF-Token": csrf, "Sec-Fetch-Site": "same-origin",
                                               "Origin": f"http://127.0.0.1:{home.port}"}).status, 201)
        ended = ask("DELETE", "/v1/sessions", **{"X-CSRF-Token": csrf})
        same([ended.status, ended.headers["set-cookie"].split(";")[0]], [200, "amanah="])
        within("Max-Age=0", ended.headers["set-cookie"])
        same(ask("GET", "/v1/self").status, 401)


def another_site_cannot_sign_a_browser_in():
    with Home() as home:
        home.start()
        kim = Staff(home, "kim@shop.example").enrol()
        answer = home.http("POST", "/v1/sessions", kim.ask(), key="",
                           headers={"Amanah-Cookie": "1", "Sec-Fetch-Site": "cross-site"})
        same([answer.status, answer.code], [403, "session.csrf"])


def behind_tls_the_cookie_is_bound_to_its_host():
    with Home() as home:
        home.start("--public-origin", "https://vault.example")
        _, set_cookie, cookie, _ = signed_in(home)
        check(cookie.startswith("__Host-amanah=ams_"), cookie)
        within("; Secure", set_cookie)
        name, token = cookie.split("=")
        same(home.http("GET", "/v1/self", key="", headers={"Cookie": f"amanah={token}"}).status, 401)
        same(home.http("GET", "/v1/self", key="", headers={"Cookie": f"{name}={token}"}).status, 200)


if __name__ == "__main__":
    story(a_cookie_without_its_second_token_changes_nothing, another_site_cannot_sign_a_browser_in,
          behind_tls_the_cookie_is_bound_to_its_host)
