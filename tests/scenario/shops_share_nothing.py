#!/usr/bin/env python3
"""Two shops in one home: no key, id, value or ledger of one means anything in the other."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story
from staff import Staff


def two_shops(home):
    """A daemon with the shops `shop` and `other`; the second one's admin key."""
    home.start()
    made = home.ask("shop", "add", "other")
    return made


def a_key_of_one_shop_is_a_stranger_to_the_others_people():
    with Home() as home:
        other = two_shops(home)
        mine = home.create("SAME", name="Mine", email="same@example.org")
        theirs = home.create("SAME", name="Theirs", email="same@example.org", key=other["key"])
        check(mine != theirs, "the same ref makes another id")
        same(home.values(mine, ["name"]), {mine: {"name": "Mine"}})
        same(home.values(theirs, ["name"], key=other["key"]), {theirs: {"name": "Theirs"}})
        for one, key in ((theirs, home.admin), (mine, other["key"])):
            answer = home.reveal(one, ["name"], key=key)
            same((answer.status, answer.code), (404, "subject.not_found"), "an id of the other shop shows nobody")
            answer = home.http("GET", f"/v1/subjects/{one}", key=key)
            same((answer.status, answer.code), (400, "id.malformed"), "it was never issued here")
            same(home.http("DELETE", f"/v1/subjects/{one}", key=key).status, 400)
            answer = home.http("PATCH", f"/v1/subjects/{one}", {"fields": {"name": "X"}}, key=key, headers={"If-Match": '"1"'})
            same(answer.status, 400)
        for key, want in ((home.admin, mine), (other["key"], theirs)):
            found = home.good("POST", "/v1/lookup", {"field": "email", "value": "same@example.org",
                                                     "purpose": "operations"}, key=key)
            same(found["ids"], [want], "a lookup finds its own shop's alone")


def a_key_or_staff_id_of_one_shop_is_unknown_in_the_other():
    with Home() as home:
        other = two_shops(home)
        staff = home.good("POST", "/v1/staff", {"name": "Ana", "email": "ana@shop.example"})["id"]
        same(home.good("GET", "/v1/staff", key=other["key"])["items"], [], "the other shop has no staff")
        answer = home.http("POST", "/v1/keys", {"role": "support", "holders": [staff]}, key=other["key"])
        same((answer.status, answer.code), (400, "id.malformed"), "its staff cannot hold keys here")
        issued = home.good("POST", "/v1/keys", {"role": "support"})
        same(home.http("DELETE", f"/v1/keys/{issued['id']}", key=other["key"]).status, 400)
        same(home.good("GET", "/v1/self", key=issued["key"])["shop"], "shop")
        same(home.good("GET", "/v1/self", key=other["key"])["shop"], "other")
        home.good("POST", "/v1/roles", {"name": "packer", "fields": ["name"], "purposes": ["delivery"],
                                        "acts": ["reveal"], "daily": 9})
        home.good("POST", "/v1/fields", {"name": "shoe_size"})
        roles = {item["name"] for item in home.good("GET", "/v1/roles", key=other["key"])["items"]}
        fields = {item["name"] for item in home.good("GET", "/v1/fields", key=other["key"])["items"]}
        check("packer" not in roles and "shoe_size" not in fields, "roles and fields are each shop's own")


def a_forged_shop_tag_in_a_key_opens_nothing():
    with Home() as home:
        other = two_shops(home)
        alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
        # The first seven symbols hold the shop's tag: exchange them between two good keys.
        mixed = other["key"][:10] + home.admin[10:]
        for place in range(4, len(mixed)):
            if place % 7:
                continue
            other_symbol = alphabet[(alphabet.index(home.admin[place]) + 1) % 32]
            changed = home.admin[:place] + other_symbol + home.admin[place + 1:]
            same(home.http("GET", "/v1/self", key=changed).status, 401)
        same(home.http("GET", "/v1/self", key=mixed).status, 401)


def each_shop_has_a_ledger_keys_and_files_of_its_own():
    with Home() as home:
        other = two_shops(home)
        check(other["vkey"] != home.vkey and other["origin"] != home.origin, "another log, another key")
        notes = {key: home.http("GET", "/v1/ledger/checkpoint", key=key).body for key in (home.admin, other["key"])}
        check(notes[home.admin] != notes[other["key"]], "other checkpoints")
        before = notes[other["key"]]
        home.create("ONLY-HERE", name="Mine")
        same(home.http("GET", "/v1/ledger/checkpoint", key=other["key"]).body, before, "the other's ledger stands still")
        same(home.run("verify", home.file("note", before), "--vkey", other["vkey"]).status, 0)
        check(home.cli("verify", home.file("note"), "--vkey", home.vkey).status != 0, "not signed by the first shop")
        shops = home.ask("shop", "list")["items"]
        same({row["shop"]: row["vkey"] for row in shops}, {"shop": home.vkey, "other": other["vkey"]})
        home.stop()
        with open(home.database("shop"), "rb") as one, open(home.database("other"), "rb") as two:
            check(one.read() != two.read(), "two databases")
        for shop in ("shop", "other"):
            same(home.ask("ledger", "verify", "--shop", shop)["findings"], [])
        answer = home.cli("ledger", "verify", "--json")
        same((answer.status, answer.json["shops"]), (0, 2), f"both verify: {answer}")


def the_same_address_in_two_shops_says_which_and_is_never_guessed_at():
    with Home() as home:
        other = two_shops(home)
        here = Staff(home, "kim@shop.example").enrol()
        home.door.key = other["key"]
        there = Staff(home, "kim@shop.example", password="another four words here").enrol()
        home.door.key = home.admin
        for person, shop, reader in ((here, "shop", here.id), (there, "other", there.id)):
            token = person.token(shop=shop)
            same(home.good("GET", "/v1/self", key=token)["shop"], shop)
        def refusal(**more):
            answer = home.http("POST", "/v1/sessions", {"totp": "123456", "password": "not this one at all", **more}, key="")
            return answer.status, answer.code, answer.json["detail"]
        want = refusal(staff="nobody@shop.example")
        same(want[:2], (401, "credential.unknown"))
        for ask in ({}, {"shop": "nowhere"}, {"shop": "other", "password": here.password}):
            got = refusal(staff="kim@shop.example", **ask)
            same(got, want, f"{ask}: said as of an address that nobody has")
        for person in (here, there):  # right in one of them, and which is not said
            answer = home.http("POST", "/v1/sessions", person.ask(), key="")
            same((answer.status, answer.code), (401, "credential.unknown"), "no shop is guessed")


def a_file_of_one_shop_put_into_the_other_does_not_open():
    with Home() as home:
        two_shops(home)
        home.create("A", name="Ana")
        home.stop()
        for name in ("keyring", "shop.db", "signed"):
            here, there = (os.path.join(home.path, "shops", shop, name) for shop in ("shop", "other"))
            with open(here, "rb") as one, open(there, "rb") as two:
                mine, theirs = one.read(), two.read()
            with open(there, "wb") as file:
                file.write(mine)
            done = home.cli("ledger", "verify", "--shop", "other")
            check(done.status != 0, f"{name} of another shop is found: {done}")
            with open(there, "wb") as file:
                file.write(theirs)
        same(home.run("ledger", "verify").status, 0, "put back, all is well")


if __name__ == "__main__":
    story(a_key_of_one_shop_is_a_stranger_to_the_others_people, a_key_or_staff_id_of_one_shop_is_unknown_in_the_other,
          a_forged_shop_tag_in_a_key_opens_nothing,
          the_same_address_in_two_shops_says_which_and_is_never_guessed_at, each_shop_has_a_ledger_keys_and_files_of_its_own,
          a_file_of_one_shop_put_into_the_other_does_not_open)
