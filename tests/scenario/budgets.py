#!/usr/bin/env python3
"""Budgets: exact, for everybody whom a look is charged to, through restarts, and told before anything happened."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within

SHOP = 800


def people(home, count):
    """So many customers: the ids of the first 60, who were made one by one; the others came by import."""
    ids = [home.create(f"c{n}", name=f"Customer {n}", email=f"c{n}@mail.example") for n in range(min(count, 60))]
    lines = ["ref,name,email"] + [f"c{n},Customer {n},c{n}@mail.example" for n in range(len(ids), count)]
    path = home.file("customers.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    if len(lines) > 1:
        home.run("import", path)
    return ids


def look(home, key, subject, **more):
    return home.reveal(subject, ["name"], purpose="support", key=key, **more)


def drain(home, key, ids, **more):
    """How many people the key sees before it is stopped; and the refusal."""
    for seen, subject in enumerate(ids):
        answer = look(home, key, subject, **more)
        if answer.status != 200:
            return seen, answer
    return len(ids), None


def staff(home, name):
    return home.good("POST", "/v1/staff", {"name": name, "email": f"{name}@shop.example"})["id"]


def a_shop_of_800_loses_less_than_5_in_100_to_one_key():
    with Home() as home:
        home.start()
        ids = people(home, SHOP)
        service, support = home.issue("service"), home.issue("support")
        radius = {item["role"]: item for item in home.good("GET", "/v1/watch/blast-radius")["roles"]}
        for key, role, more in ((service, "service", {}), (support, "support", {"reason": "asked for it"})):
            seen, refused = drain(home, key, ids, **more)
            same(seen, radius[role]["people"]["day"], "the blast radius says it beforehand")
            check(0 < seen < SHOP * 5 // 100, f"{role}: {seen} people")
            same([refused.status, refused.json["budget"]["scope"], refused.json["budget"]["used"]], [429, "reader", seen])
            check(refused.json["budget"]["refills_at"] > "20", "when it refills")
            same(look(home, key, ids[0], **more).status, 200, "who was seen already may be seen again")


def a_shop_in_its_first_days_is_not_in_its_own_way():
    with Home() as home:
        home.start()
        ids = people(home, 40)
        same(drain(home, home.issue("service"), ids)[0], 40)
        same(drain(home, home.issue("support"), ids, reason="asked for it")[0], 40)


def what_was_spent_is_spent_after_a_restart():
    with Home() as home:
        home.start()
        ids = people(home, 60)
        home.good("POST", "/v1/roles", {"name": "slow", "fields": ["name"], "purposes": ["support"], "acts": ["reveal", "lookup"],
                                        "daily": 7})
        key = home.issue("slow")
        same(drain(home, key, ids)[0], 7)
        for kill in (False, True):
            if kill:
                home.kill()
            else:
                home.stop()
            home.start()
            refused = look(home, key, ids[10])
            same([refused.status, refused.json["budget"]["used"]], [429, 7])
            same(look(home, key, ids[3]).status, 200)


def everybody_who_holds_a_key_is_charged():
    with Home() as home:
        home.start()
        ids = people(home, 60)
        ana = staff(home, "ana")
        home.run("budget", "put", "holder", ana, "--daily", "9")
        keys = [home.good("POST", "/v1/keys", {"role": "service", "holders": [ana]})["key"] for _ in range(3)]
        same(drain(home, keys[0], ids[:6])[0], 6)
        seen, refused = drain(home, keys[1], ids[6:])
        same([seen, refused.json["budget"]["scope"]], [3, "holder"], "however many keys she has")
        same(drain(home, keys[2], ids[20:])[0], 0)
        home.stop()
        home.start()
        same(drain(home, keys[2], ids[20:])[1].json["budget"]["scope"], "holder")


def a_role_a_network_and_the_shop_have_budgets_of_their_own():
    with Home() as home:
        home.start()
        ids = people(home, 60)
        for scope, name in (("role", "service"), ("network", "127.0.0.1"), ("shop", None)):
            other = home.issue("service")
            body = {"scope": scope, "daily": 1, **({"id": name} if name else {})}
            same(home.http("POST", "/v1/budgets", body).status, 200)
            drain(home, other, ids[:1])
            refused = drain(home, other, ids[1:])[1]
            same([refused.status, refused.json["budget"]["scope"]], [429, scope])
            home.good("POST", "/v1/budgets", {**body, "daily": 1000})


def one_class_of_fields_may_have_less():
    with Home() as home:
        home.start()
        ids = [home.create(str(n), name="Ana", birth_date="1990-01-0" + str(n + 1)) for n in range(5)]
        home.good("POST", "/v1/roles", {"name": "identity", "fields": ["name", "birth_date"], "purposes": ["support"],
                                        "acts": ["reveal"], "classes": ["identity=2"]})
        key = home.issue("identity")
        for subject in ids[:2]:
            same(home.reveal(subject, ["birth_date"], purpose="support", key=key).status, 200)
        refused = home.reveal(ids[2], ["birth_date"], purpose="support", key=key)
        same([refused.status, refused.json["budget"]["class"]], [429, "identity"])
        same(look(home, key, ids[2]).status, 200, "its name may still be seen")
        home.stop()
        home.start()
        same(home.reveal(ids[3], ["birth_date"], purpose="support", key=key).status, 429)


def values_tried_are_counted_whether_somebody_has_them_or_not():
    with Home() as home:
        home.start()
        people(home, 60)
        home.good("POST", "/v1/roles", {"name": "guesser", "fields": ["email"], "purposes": ["support"], "acts": ["lookup"],
                                        "daily": 6})
        key = home.issue("guesser")

        def guess(n):
            return home.http("POST", "/v1/lookup", {"field": "email", "value": f"c{n}@mail.example", "purpose": "support"}, key=key)
        same([guess(n).status for n in (0, 1, 2, 1000, 1001, 1002)], [200, 200, 200, 404, 404, 404])
        refused = guess(3)
        same([refused.status, refused.json["budget"]["class"]], [429, "tries"])
        same(guess(1003).status, 429, "a hit and a miss are refused alike")
        same(guess(0).status, 200)
        home.stop()
        home.start()
        same([guess(3).status, guess(1003).status, guess(0).status], [429, 429, 200])


def a_comparison_is_a_look_and_making_people_is_none():
    with Home() as home:
        home.start()
        people(home, 40)
        home.good("POST", "/v1/roles", {"name": "sync", "fields": ["*"], "purposes": ["*"], "acts": ["create", "change", "import"],
                                        "daily": 5})
        key = home.issue("sync")
        rows = "ref,name\n" + "".join(f"new{n},Somebody\n" for n in range(30))
        made = home.http("POST", "/v1/import", rows.encode(), key=key, headers={"Content-Type": "text/csv"})
        same([made.status, made.json["created"]], [200, 30])
        again = home.http("POST", "/v1/import", rows.encode(), key=key, headers={"Content-Type": "text/csv"})
        within("budget.", again.body.decode(), "it would tell that 30 people are as they were")
        for n in range(5):
            same(home.http("POST", "/v1/subjects", {"ref": f"c{n}", "fields": {}}, key=key).status, 409)
        same(home.http("POST", "/v1/subjects", {"ref": "c9", "fields": {}}, key=key).code, "budget.day")
        same(home.http("POST", "/v1/subjects", {"ref": "fresh", "fields": {}}, key=key).status, 201)


def more_than_before_needs_two_and_less_needs_one():
    with Home() as home:
        home.start()
        people(home, 40)
        ana = staff(home, "ana")
        key = home.good("POST", "/v1/keys", {"role": "admin", "holders": [ana]})["key"]
        same(home.http("POST", "/v1/budgets", {"scope": "shop", "daily": 10}, key=key).status, 200)
        asked = home.http("POST", "/v1/budgets", {"scope": "shop", "daily": 5000}, key=key)
        same([asked.status, asked.json["state"]], [202, "delayed"])
        same(home.good("GET", "/v1/budgets")["items"][0]["daily"], 10)
        same(home.http("POST", "/v1/budgets", {"scope": "shop", "daily": 9}, key=key).status, 200)
        for body in ({"scope": "moon", "id": "x"}, {"scope": "shop", "id": "x"}, {"scope": "network", "id": "here"},
                     {"scope": "network", "id": "192.0.2.7", "monthly": 5}, {"scope": "network", "id": "192.0.2.0/24"},
                     {"scope": "reader", "id": "key_0"}, {"scope": "role"}):
            same(home.http("POST", "/v1/budgets", body).status, 400)
        same(home.http("POST", "/v1/budgets", {"scope": "role", "id": "nobody"}).status, 404)
        home.run("ledger", "verify")


story(a_shop_of_800_loses_less_than_5_in_100_to_one_key, a_shop_in_its_first_days_is_not_in_its_own_way,
      what_was_spent_is_spent_after_a_restart, everybody_who_holds_a_key_is_charged,
      a_role_a_network_and_the_shop_have_budgets_of_their_own, one_class_of_fields_may_have_less,
      values_tried_are_counted_whether_somebody_has_them_or_not, a_comparison_is_a_look_and_making_people_is_none,
      more_than_before_needs_two_and_less_needs_one)
