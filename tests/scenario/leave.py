#!/usr/bin/env python3
"""Somebody stops working for the shop: what they held ends, what they could have held is found."""
import base64
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within
from receivers import MailHost


def staff(home, name, key=None, **more):
    return home.good("POST", "/v1/staff", {"name": name, "email": f"{name}@shop.example", **more}, key=key)["id"]


def key(home, role, holders, maker=None):
    return home.good("POST", "/v1/keys", {"role": role, "name": f"{role} key", "holders": holders}, key=maker)


def item(report, one):
    return next(item for item in report["items"] if item["id"] == one)


def alive(home, secret):
    return home.http("GET", "/v1/self", key=secret).status == 200


def a_key_that_was_kept_opens_nothing_any_more():
    with Home() as home:
        home.start()
        ana, budi = staff(home, "ana"), staff(home, "budi")
        one = home.create("1", name="Somebody")
        own, other = key(home, "service", [ana]), key(home, "service", [budi])
        same(home.reveal(one, ["name"], key=own["key"]).status, 200)
        report = home.good("POST", f"/v1/staff/{ana}/leave")
        gone = item(report, own["id"])
        same((gone["what"], gone["state"]), ("key", "closed"))
        refused = home.reveal(one, ["name"], key=own["key"])
        same((refused.status, refused.code), (401, "credential.unknown"))
        same(home.reveal(one, ["name"], key=other["key"]).status, 200, "others work on")
        home.kill()
        home.start()
        check(not alive(home, own["key"]), "after a restart too")
        home.run("ledger", "verify")


def the_probes_of_their_keys_are_tried_over_the_listener_before_and_after():
    with Home() as home:
        home.start()
        ana, budi = staff(home, "ana"), staff(home, "budi")
        own, shared = key(home, "service", [ana]), key(home, "service", [ana, budi])
        report = home.good("POST", f"/v1/staff/{ana}/leave")
        same(report["probed"], True)
        same([item(report, own["id"])[when] for when in ("before", "after")], ["let in", "refused"])
        same([item(report, shared["id"])[when] for when in ("before", "after")], ["let in", "let in"])
        again = home.good("POST", f"/v1/staff/{ana}/leave")
        same(again["left"], report["left"], "it is done once")


def who_ends_their_own_key_by_leaving_is_told_what_ended():
    with Home() as home:
        home.start()
        ana = staff(home, "ana")
        staff(home, "budi")
        own = key(home, "admin", [ana])
        answer = home.http("POST", f"/v1/staff/{ana}/leave", key=own["key"])
        same(answer.status, 200, repr(answer))
        gone = item(answer.json, own["id"])
        same((gone["state"], gone["before"], answer.json["probed"]), ("closed", "let in", False))
        check(not alive(home, own["key"]), "it ended")
        report = home.good("POST", f"/v1/staff/{ana}/leave")
        same((report["probed"], item(report, own["id"])["after"]), (True, "refused"), "another tries them once more")


def without_a_listener_it_says_that_nothing_was_tried():
    with Home() as home:
        home.start()
        ana = staff(home, "ana")
        own = key(home, "service", [ana])
        home.stop()
        report = home.run("staff", "leave", ana, "--yes", "--json").json
        same((report["probed"], item(report, own["id"])["before"]), (False, "not tried"))
        within("not tried", home.run("staff", "left", ana).text)


def a_shared_key_stays_on_the_list_until_it_is_rotated():
    with Home() as home:
        home.start()
        ana, budi = staff(home, "ana"), staff(home, "budi")
        shared = key(home, "service", [ana, budi])
        report = home.good("POST", f"/v1/staff/{ana}/leave")
        listed = item(report, shared["id"])
        same((listed["what"], listed["state"], report["state"]), ("shared key", "open", "open"))
        check(listed["ends"] < shared["expires"], "it ends within a day by itself")
        check(alive(home, shared["key"]), "the shop goes on meanwhile")
        within("amanah_leaves_open 1", home.http("GET", "/metrics").body.decode())
        successor = home.good("POST", f"/v1/keys/{shared['id']}/rotate")
        check(alive(home, successor["key"]), "whoever stays has a new one")
        same(home.http("DELETE", f"/v1/keys/{shared['id']}").status, 200)
        report = home.good("GET", f"/v1/staff/{ana}/leave")
        same(item(report, shared["id"])["state"], "closed")
        citra = staff(home, "citra")
        both = key(home, "service", [budi, citra])
        home.good("POST", f"/v1/staff/{citra}/leave", {"at_once": True})
        check(not alive(home, both["key"]), "at once, when that is asked")


def a_key_that_a_leaver_knows_gives_them_no_successor():
    with Home() as home:
        home.start()
        ana, budi = staff(home, "ana"), staff(home, "budi")
        shared = key(home, "service", [ana, budi])
        home.good("POST", f"/v1/staff/{ana}/leave")
        own = home.http("POST", f"/v1/keys/{shared['id']}/rotate", key=shared["key"])
        same((own.status, own.code), (403, "role.act"))
        successor = home.good("POST", f"/v1/keys/{shared['id']}/rotate")["id"]
        listed = next(one for one in home.good("GET", "/v1/keys")["items"] if one["id"] == successor)
        same(listed["holders"], [budi], "whoever stays")


def what_they_could_have_held_is_found():
    with Home() as home:
        home.start()
        ana, budi = staff(home, "ana"), staff(home, "budi")
        admin = key(home, "admin", [ana])
        issued = key(home, "service", [budi], maker=admin["key"])
        deeper = key(home, "service", [budi], maker=key(home, "admin", [budi], maker=admin["key"])["key"])
        added = staff(home, "citra", key=admin["key"])
        unnamed = home.good("POST", "/v1/keys", {"role": "service"})
        secret = home.good("POST", "/v1/secrets", {"name": "token signing key", "kind": "signing_key", "owner": budi,
                                                   "holders": [ana]})["id"]
        strange = home.good("POST", "/v1/secrets", {"name": "database", "owner": budi})["id"]
        shared_admin = key(home, "admin", [ana, budi])
        report = home.good("POST", f"/v1/staff/{ana}/leave")
        check(not alive(home, shared_admin["key"]), "a key that gives out rights ends at once")
        for one, what in ((issued["id"], "key they issued"), (deeper["id"], "key they issued"),
                          (added, "person they added"), (unnamed["id"], "key without holder"), (secret, "secret")):
            same(item(report, one)["what"], what)
        check(strange not in [item["id"] for item in report["items"]], "what they never held is not listed")
        states = {item["id"]: item["state"] for item in home.good("GET", "/v1/secrets")["items"]}
        same((states[secret], states[strange]), ("open", "good"))
        home.good("POST", f"/v1/secrets/{secret}/rotated", {"proof": "ticket 9", "old_dead": "an old token: 401"})
        same(item(home.good("GET", f"/v1/staff/{ana}/leave"), secret)["state"], "closed")


def who_owns_a_secret_hears_each_week_that_it_was_not_rotated():
    with Home() as home, MailHost() as host:
        home.start()
        home.good("POST", "/v1/mail", {"url": host.url, "starttls": "never", "from": "vault@shop.example"})
        ana, budi = staff(home, "ana", lang="en"), staff(home, "budi", lang="en")
        secret, other = (home.good("POST", "/v1/secrets", {"name": name, "owner": budi, "holders": [ana]})["id"]
                         for name in ("token signing key", "backup bucket"))
        home.good("POST", f"/v1/staff/{ana}/leave")
        home.good("POST", f"/v1/secrets/{other}/rotated", {"proof": "ticket 8", "old_dead": "an old one: 403"})

        def told():
            home.restart()  # upkeep runs when it stops, and what it queued goes out
            home.good("GET", "/v1/secrets")
            return [mail for mail in host.mails() if "still has to be replaced" in mail]

        home.wait_days(6)
        same(told(), [], "not before a week")
        home.wait_days(2)
        home.restart()
        host.wait(1)
        (mail,) = told()
        words = base64.b64decode(mail.split("\n\n", 1)[1]).decode()
        for word in ("budi@shop.example", "Subject: shop: a secret still has to be replaced"):
            within(word, mail)
        for word in (f"token signing key, {secret}", "8 day(s)"):
            within(word, " ".join(words.split()))
        same(len(told()), 1, "once a week")
        home.wait_days(7)
        home.restart()
        host.wait(2)
        same(len(told()), 2)
        home.good("POST", f"/v1/secrets/{secret}/rotated", {"proof": "ticket 9", "old_dead": "an old token: 401"})
        home.wait_days(7)
        same(len(told()), 2, "it is done")
        home.run("ledger", "verify")


def what_they_had_asked_for_is_taken_back():
    with Home() as home:
        home.start()
        ana, budi = staff(home, "ana"), staff(home, "budi")
        mine, other = key(home, "admin", [ana])["key"], key(home, "admin", [budi])["key"]
        wide = {"name": "drain", "fields": ["*"], "purposes": ["*"], "acts": ["reveal"], "daily": 50000000}
        asked = home.http("POST", "/v1/roles", wide, key=mine)
        same(asked.status, 202)
        home.good("POST", f"/v1/staff/{ana}/leave")
        late = home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=other)
        same(late.code, "approval.over")


def a_key_that_the_asker_issued_is_no_second_person():
    with Home() as home:
        home.start()
        ana, budi = staff(home, "ana"), staff(home, "budi")
        mine = key(home, "admin", [ana])["key"]
        forged = key(home, "admin", [budi], maker=mine)["key"]
        puppet = staff(home, "puppet", key=mine)
        theirs = key(home, "admin", [puppet])["key"]
        wide = {"name": "drain", "fields": ["*"], "purposes": ["*"], "acts": ["reveal"], "daily": 50000000}
        asked = home.http("POST", "/v1/roles", wide, key=mine)
        same(asked.status, 202)
        for name, one in (("a key of another's, issued by the asker", forged), ("somebody the asker just added", theirs)):
            refused = home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=one)
            same((refused.status, refused.code), (403, "approval.asker"), name)


def the_page_can_be_read_by_a_human():
    with Home() as home:
        home.start()
        ana, budi = staff(home, "ana"), staff(home, "budi")
        key(home, "service", [ana, budi])
        page = home.run("staff", "leave", ana, "--yes").text
        for words in ("# Leave of staff_", "Sign-in and sessions: ended", "shared key", "To do: rotate it"):
            within(words, page)
        same(home.cli("staff", "leave", budi).status, 2, "without a terminal it wants --yes")


story(a_key_that_was_kept_opens_nothing_any_more, who_ends_their_own_key_by_leaving_is_told_what_ended,
      the_probes_of_their_keys_are_tried_over_the_listener_before_and_after,
      without_a_listener_it_says_that_nothing_was_tried, a_shared_key_stays_on_the_list_until_it_is_rotated,
      a_key_that_a_leaver_knows_gives_them_no_successor, what_they_could_have_held_is_found,
      who_owns_a_secret_hears_each_week_that_it_was_not_rotated, what_they_had_asked_for_is_taken_back,
      a_key_that_the_asker_issued_is_no_second_person, the_page_can_be_read_by_a_human)
