#!/usr/bin/env python3
"""A grant takes two: who needs the look says so, somebody else looks, for one order and for a while."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within

ADDRESS = {"recipient": "Ana", "address": "Jalan Mawar 1", "postcode": "40115"}


class Shop(Home):
    """Two customers, a system that knows of orders and a warehouse."""

    def __init__(self):
        super().__init__()
        self.start()
        self.ana = self.create("1", name="Ana", phone="+62 811 1111 111", addresses=[ADDRESS], country="ID")
        self.budi = self.create("2", name="Budi", addresses=[ADDRESS], country="ID")
        self.orders, self.warehouse = self.issue("orders"), self.issue("warehouse")

    def grant(self, subject, ticket, key=None, **more):
        more = more or {"role": "warehouse"}
        return self.http("POST", "/v1/grants", {"subject": subject, "ticket": ticket, **more}, key=key or self.orders)

    def look(self, *subjects, key=None, fields=("recipient", "postcode"), **more):
        return self.http("POST", "/v1/reveal", {"subjects": subjects, "fields": fields, "purpose": "delivery", **more},
                         key=key or self.warehouse)

    def refused(self, answer, code, status=403):
        same((answer.status, answer.code), (status, code), repr(answer))
        if status == 403:
            entry = self.good("GET", f"/v1/ledger/entries/{answer.json['receipt']['index']}")
            same((entry["kind"], entry["cause"]), ("refused", code), repr(entry))


def the_warehouse_sees_whom_an_order_needs_and_nobody_else():
    with Shop() as home:
        home.refused(home.look(home.ana), "grant.missing")
        made = home.grant(home.ana, "order 17")
        same(made.status, 201, repr(made))
        seen = home.look(home.ana)
        same(seen.json["values"][0]["fields"]["addresses"], [{"recipient": "Ana", "postcode": "40115"}])
        entry = home.good("GET", f"/v1/ledger/entries/{seen.json['receipt']['index']}")
        same(entry["object_id"], made.json["receipt"]["index"], "the look names the entry of its grant")
        same(home.look(home.ana, grant=made.json["id"]).status, 200)
        home.refused(home.look(home.budi), "grant.missing")
        home.refused(home.look(home.ana, home.budi), "grant.missing")
        home.refused(home.look(home.budi, grant=made.json["id"]), "grant.missing")
        home.refused(home.look(home.ana, fields=["name"]), "role.field")
        same(home.grant(home.budi, "order 18").status, 201)
        same(len(home.look(home.ana, home.budi).json["values"]), 2)
        within("grant", [look["kind"] for look in home.good("GET", f"/v1/subjects/{home.ana}/sightings")["items"]])
        home.restart()
        same(home.look(home.ana).status, 200, "a grant outlives a restart")
        home.stop()
        home.run("ledger", "verify")


def a_ticket_is_used_once_for_a_subject():
    with Shop() as home:
        same(home.grant(home.ana, "order 17").status, 201)
        home.refused(home.grant(home.ana, "order 17"), "grant.used", 409)
        home.refused(home.grant(home.ana, "  order 17 "), "grant.used", 409)
        same(home.grant(home.budi, "order 17").status, 201, "an order of two people")
        same(home.grant(home.ana, "order 18").status, 201)
        said = home.http("GET", "/v1/grants", key=home.orders).body
        check(b"order 1" not in said, "tickets are not kept in words")


def self_made_grants_are_of_no_use():
    with Shop() as home:
        made = home.good("POST", "/v1/roles", {"name": "both", "fields": ["name"], "purposes": ["delivery"],
                                               "acts": ["grant", "reveal"], "daily": 50, "grant": True})
        same(made["name"], "both")
        staff = [home.good("POST", "/v1/staff", {"name": n, "email": f"{n}@shop.example"})["id"] for n in ("ana", "budi")]
        keys = [home.good("POST", "/v1/keys", {"role": "both", "holders": who})
                for who in (staff[:1], staff[:1], staff[1:])]
        one, same_person, other = (key["key"] for key in keys)
        same(home.grant(home.ana, "t1", key=one, role="both").status, 201)
        home.refused(home.look(home.ana, key=one, fields=["name"]), "grant.own")
        home.refused(home.look(home.ana, key=same_person, fields=["name"]), "grant.own")
        same(home.look(home.ana, key=other, fields=["name"]).status, 200)
        to_itself = {"subject": home.budi, "ticket": "t2", "key": keys[0]["id"]}
        home.refused(home.http("POST", "/v1/grants", to_itself, key=one), "grant.own")


def a_grant_can_be_for_one_key_and_for_some_fields():
    with Shop() as home:
        other = home.good("POST", "/v1/keys", {"role": "warehouse"})
        answer = home.http("POST", "/v1/grants", {"subject": home.ana, "ticket": "a", "key": other["id"],
                                                  "fields": ["recipient"], "minutes": 5}, key=home.orders)
        same(answer.status, 201, repr(answer))
        home.refused(home.look(home.ana), "grant.missing")
        home.refused(home.look(home.ana, key=other["key"]), "grant.missing")
        same(home.look(home.ana, key=other["key"], fields=["recipient"]).status, 200)


def grants_are_counted_against_their_maker():
    with Shop() as home:
        home.good("POST", "/v1/roles", {"name": "few", "fields": [], "purposes": [], "acts": ["grant"], "daily": 1})
        few = home.issue("few")
        same(home.grant(home.ana, "1", key=few).status, 201)
        same(home.grant(home.ana, "2", key=few).status, 201, "the same person again")
        answer = home.grant(home.budi, "3", key=few)
        same(answer.status, 429, repr(answer))
        check("retry-after" in answer.headers, repr(answer))
        home.restart()
        same(home.grant(home.budi, "3", key=few).status, 429, "after a restart, too")


def grants_are_listed_in_pages():
    with Shop() as home:
        for i in range(5):
            same(home.grant(home.ana, f"order {i}").status, 201)
        seen, after = [], None
        while True:
            page = home.good("GET", "/v1/grants?limit=2" + (f"&after={after}" if after else ""), key=home.orders)
            seen += page["items"]
            after = page["next"]
            if not after:
                break
        same(len({item["id"] for item in seen}), 5)
        check(all(item["open"] and item["subject"] == home.ana and item["role"] == "warehouse" for item in seen), seen)
        home.refused(home.http("GET", "/v1/grants", key=home.warehouse), "role.act")


def a_grant_says_what_is_wrong_with_it():
    with Shop() as home:
        cases = [({"role": "warehouse", "key": "key_x"}, 400), ({}, 400), ({"role": "nobody"}, 404),
                 ({"role": "warehouse", "minutes": 1441}, 400), ({"role": "warehouse", "fields": ["shoe"]}, 422)]
        for more, status in cases:
            answer = home.http("POST", "/v1/grants", {"subject": home.ana, "ticket": "t", **more}, key=home.orders)
            same(answer.status, status, repr(answer))
        same(home.grant(home.ana, " ").status, 400)
        same(home.grant("sub_00000000000000000000000000", "t").status, 400)
        answer = home.http("POST", "/v1/roles", {"name": "x", "fields": ["name"], "purposes": ["delivery"],
                                                 "acts": ["reveal", "lookup"], "daily": 5, "grant": True})
        same(answer.status, 400, "a lookup would tell of people without a grant")


def the_command_grants_and_lists():
    with Shop() as home:
        made = home.run("grant", "add", "--subject", home.ana, "--role", "warehouse", "--ticket", "17", "--minutes", "5").text
        within("Whoever made it cannot use it", made)
        listed = home.ask("grant", "list")["items"]
        same((listed[0]["subject"], listed[0]["granter"]), (home.ana, "operator"))
        within("warehouse", home.run("grant", "list").text)
        shown = home.ask("subject", "reveal", home.ana, "--fields", "recipient", "--purpose", "delivery", "--grant",
                         listed[0]["id"], key=home.warehouse)
        same(shown["values"][0]["fields"]["addresses"], [{"recipient": "Ana"}])


story(the_warehouse_sees_whom_an_order_needs_and_nobody_else, a_ticket_is_used_once_for_a_subject,
      self_made_grants_are_of_no_use, a_grant_can_be_for_one_key_and_for_some_fields, grants_are_counted_against_their_maker,
      grants_are_listed_in_pages, a_grant_says_what_is_wrong_with_it, the_command_grants_and_lists)
