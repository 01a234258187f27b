#!/usr/bin/env python3
"""Canaries: made-up customers who look like the shop's own, count for nothing, and stop whoever touches one."""
import os
import re
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within
from receivers import Hook, wait_until
from staff import colleagues

DOMAIN = "mail.toko.example"
CREATED, IMPORTED = 90, 400


def customer(number):
    return {"name": f"Siti Nur {number}", "email": f"siti.nur{number}@surat.example", "phone": f"+62812{3000000 + number}"}


def fill(home, created=CREATED, imported=IMPORTED):
    """Customers with refs such as C10007: some made one by one, more by a list."""
    ids = [home.create(f"C{10000 + at}", lang="id", country="ID", **customer(at)) for at in range(created)]
    lines = ["ref,name,email,phone,country,lang"]
    for at in range(created, created + imported):
        one = customer(at)
        lines.append(f"C{10000 + at},{one['name']},{one['email']},{one['phone']},ID,id")
    if imported:
        said = home.good("POST", "/v1/import", "\n".join(lines).encode(), kind="text/csv")
        same((said["created"], said["refused"]), (imported, []), "whoever imports hears of their own rows only")
    return ids


def metric(home, name):
    lines = home.http("GET", "/metrics").body.decode().splitlines()
    return int(next(line for line in lines if line.startswith(f"amanah_{name} ")).split()[1])


def without_receipt(answer):
    return {name: value for name, value in answer.items() if name != "receipt"}


def plant(home, **whom):
    same(without_receipt(home.good("POST", "/v1/canaries", whom)), {"state": "planted"})
    return home.good("POST", "/v1/canaries/list", {})["items"][-1]


def they_look_like_customers_and_count_for_nothing():
    with Home() as home:
        home.start()
        same(home.http("POST", "/v1/canaries", {"partner": "courier"}).status, 409, "first a domain")
        same(home.http("POST", "/v1/canaries/plan", {"domains": ["no domain"]}).status, 400)
        home.good("POST", "/v1/canaries/plan", {"domains": [DOMAIN]})
        ids = fill(home)
        same(metric(home, "subjects"), CREATED + IMPORTED, "nobody counts them")
        same(home.good("GET", "/v1/watch/blast-radius")["customers"], CREATED + IMPORTED)
        key = home.issue("service")
        seen = [plant(home, partner="courier"), plant(home, key=home.good("GET", "/v1/keys")["items"][-1]["id"])]
        made = home.good("POST", "/v1/canaries/list", {})["canaries"]
        check((CREATED + IMPORTED) // 300 <= made <= (CREATED + IMPORTED) // 30, f"one in 40, in a small shop: {made}")
        same(seen[0]["for"], "courier")
        customers = home.values(ids[:40], ["ref", "name", "email", "phone"], key=key)
        for one in seen:
            check(re.fullmatch(r"C[1-9]\d{4}", one["ref"]), f"a ref as theirs: {one}")
            check(re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", one["name"]), f"a name: {one}")
            check(re.fullmatch(r"[a-z]+\.[a-z]+\d+@" + re.escape(DOMAIN), one["email"]), f"an address: {one}")
            check(re.fullmatch(r"\+62812?\d+", one["phone"]) and len(one["phone"]) == len("+628123000000"), f"a phone: {one}")
            for fields in customers.values():
                check(not set(fields.values()) & {one[name] for name in ("ref", "name", "email", "phone")}, "no value of theirs")
        home.restart()
        same(metric(home, "subjects"), CREATED + IMPORTED, "not after a restart either")
        home.run("ledger", "verify")


def whoever_names_one_is_stopped_at_once():
    with Home() as home, Hook() as hook:
        home.start()
        hook.secret = home.good("POST", "/v1/sinks", {"kind": "webhook", "url": hook.url})["secret"]
        home.good("POST", "/v1/canaries/plan", {"domains": [DOMAIN]})
        ids = fill(home, 30, 0)
        one = plant(home, partner="courier")
        subject = one["id"]

        def reveal(key):
            return home.reveal(subject, ["name"], purpose="support", key=key)

        def lookup(field):
            return lambda key: home.http("POST", "/v1/lookup", {"field": field, "value": one[field], "purpose": "support"},
                                         key=key)
        ways = {"reveal": (reveal, 200), "among others": (lambda key: home.reveal(ids[:5] + [subject], ["name"],
                                                                               purpose="support", key=key), 200),
                "e-mail": (lookup("email"), 200), "phone": (lookup("phone"), 200), "ref": (lookup("ref"), 200),
                "show": (lambda key: home.http("GET", f"/v1/subjects/{subject}", key=key), 200),
                "close": (lambda key: home.http("POST", f"/v1/subjects/{subject}/close", key=key), 200)}
        for at, (name, (act, status)) in enumerate(ways.items()):
            role = {"name": f"way{at}", "fields": ["*"], "purposes": ["*"], "acts": ["reveal", "lookup", "show", "change"]}
            home.good("POST", "/v1/roles", role)  # one each: the second of a role would stop all of it
            key = home.good("POST", "/v1/keys", {"role": f"way{at}"})
            answer = act(key["key"])
            same(answer.status, status, f"{name}: it is answered as for anybody")
            same(home.reveal(ids[0], ["name"], purpose="support", key=key["key"]).code, "breaker.open", name)
            wait_until(lambda key=key: any(got["reader"] == key["id"] and got["stopped"] for got in hook.got), f"{name}: a post")
        way, other = (home.issue("way0") for _ in range(2))
        same(home.reveal(ids[0], ["name"], purpose="support", key=other).status, 200)
        same(reveal(way).status, 200)
        same(home.reveal(ids[0], ["name"], purpose="support", key=other).code, "breaker.open", "two of a role: all of it")
        wait_until(lambda: hook.got[-1]["reader"] == "role_way0", "a post about the role")
        hook.got.pop()
        check(all((got["detector"], got["severity"]) == ("canary", "critical") for got in hook.got), repr(hook.got))
        admin = home.issue("admin")
        same(home.http("DELETE", f"/v1/subjects/{subject}", key=admin).status, 200, "erased as anybody is")
        same(home.reveal(ids[0], ["name"], key=admin).code, "breaker.open", "an admin, too, on the first day")
        same(home.http("GET", f"/v1/subjects/{subject}").status, 410)
        home.run("subject", "show", ids[0])
        same(metric(home, "subjects"), 30)
        home.run("ledger", "verify")


def two_named_people_see_the_list_and_nobody_else():
    with Home() as home:
        home.start()
        names = ("ana", "budi", "chandra")
        people, sessions = colleagues(home, *names)
        staff = {name: one.id for name, one in zip(names, people)}
        keys = dict(zip(names, sessions))

        def ask(path, body, who):
            return home.http("POST", path, body, key=keys[who])
        plan = {"domains": [DOMAIN], "keepers": [staff["ana"], staff["budi"]]}
        same(ask("/v1/canaries/plan", {"domains": [DOMAIN]}, "ana").status, 400, "with staff, two are named")
        same(ask("/v1/canaries/plan", {**plan, "keepers": [staff["ana"]] * 2}, "ana").status, 404)
        waits = ask("/v1/canaries/plan", plan, "ana").json["approval"]
        same(ask(f"/v1/approvals/{waits}/approve", None, "chandra").status, 200)
        same(ask("/v1/canaries", {"partner": "courier"}, "chandra").status, 200, "planting is no secret")
        same(ask("/v1/canaries/list", {}, "chandra").status, 403)
        same(home.http("POST", "/v1/canaries/list", {}).status, 403, "nor the admin key of nobody")
        waits = ask("/v1/canaries/list", {}, "ana")
        same(waits.status, 202)
        check("@" not in waits.body.decode(), "nothing is shown yet")
        path = f"/v1/approvals/{waits.json['approval']}/approve"
        same(ask(path, None, "chandra").status, 403)
        same(ask(path, None, "budi").status, 200)
        same(ask("/v1/canaries/list", {}, "budi").status, 202, "who approves does not see it")
        shown = ask("/v1/canaries/list", {}, "ana")
        same((shown.status, [item["for"] for item in shown.json["items"]]), (200, ["courier"]))
        same(ask("/v1/canaries/list", {}, "ana").status, 202, "once")
        same(ask("/v1/canaries/plan", plan, "chandra").status, 403)
        home.run("ledger", "verify")


def the_database_tells_nobody_which_they_are():
    with Home() as home:
        home.start()
        home.good("POST", "/v1/canaries/plan", {"domains": [DOMAIN]})
        fill(home, 20, 100)
        one = plant(home, partner="a partner with a long name")
        plant(home, key=home.good("GET", "/v1/keys")["items"][0]["id"])
        home.stop()
        with sqlite3.connect(home.database()) as database:
            lengths = database.execute("SELECT count(*), count(DISTINCT length(body)) FROM authority WHERE kind = 12").fetchone()
            same(lengths, (3, 1), "the plan and those handed out have the same length")
        for folder, _, names in os.walk(home.path):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    data = file.read()
                for part in (DOMAIN, one["email"], one["name"], "a partner"):
                    check(part.encode() not in data, f"{part} stands in {name}")


def an_incident_counts_customers_alone():
    with Home() as home:
        home.start()
        home.good("POST", "/v1/canaries/plan", {"domains": [DOMAIN]})
        fill(home)
        plant(home, partner="courier")
        thief = home.issue("service")
        made = home.good("POST", "/v1/canaries/list", {})["items"][-1]
        home.http("POST", "/v1/reveal", {"subjects": [made["id"]], "fields": ["name"], "purpose": "support"}, key=thief)
        incident = home.good("POST", "/v1/incidents", {"title": "a leak", "kind": "other"})["id"]
        copied = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(home.now() + 60))
        for asked in ({"fields": ["name"]}, {"fields": ["name"], "copied_at": [copied]}):
            counted = home.good("POST", f"/v1/incidents/{incident}/scope", asked)
            same(counted["everybody"], CREATED + IMPORTED)
            same(counted["any"]["known"]["count"], 0, "nobody was seen but one who is made up")
            same(sum(row["known"] + row["possible"] + row["excluded"] for row in counted["countries"]), CREATED + IMPORTED)


if __name__ == "__main__":
    story(they_look_like_customers_and_count_for_nothing, whoever_names_one_is_stopped_at_once,
          two_named_people_see_the_list_and_nobody_else, the_database_tells_nobody_which_they_are,
          an_incident_counts_customers_alone)
