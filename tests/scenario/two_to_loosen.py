#!/usr/bin/env python3
"""Tightening needs one person, loosening two; alone it takes a day that everybody is told about."""
import datetime
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within
from staff import Staff, colleagues

COURIER = {"name": "courier", "fields": ["name", "phone.mask"], "purposes": ["delivery"], "acts": ["reveal"], "daily": 50,
           "reason": True}


def put(home, key=None, **changes):
    return home.http("POST", "/v1/roles", {**COURIER, **changes}, key=key)


def courier(home):
    return next(role for role in home.good("GET", "/v1/roles")["items"] if role["name"] == "courier")


def person(home, name, role="admin"):
    """A member of staff who alone holds a key."""
    staff = home.good("POST", "/v1/staff", {"name": name, "email": f"{name}@shop.example"})["id"]
    return staff, home.good("POST", "/v1/keys", {"role": role, "holders": [staff]})["key"]


def two(home):
    """Two colleagues with a session each."""
    home.start()
    same(put(home).status, 200)
    people, sessions = colleagues(home, "ana", "budi")
    return list(zip(people, sessions))


def while_nobody_works_there_the_shop_is_being_set_up():
    with Home() as home:
        home.start()
        same(put(home).status, 200)
        same(put(home, daily=5000).status, 200, "at once")
        same(courier(home)["daily"], 5000)


def one_person_alone_waits_a_day_and_can_take_it_back():
    with Home() as home:
        home.start()
        same(put(home).status, 200)
        _, ana = person(home, "ana")
        asked = put(home, key=ana, daily=5000)
        same((asked.status, asked.json["state"]), (202, "delayed"))
        within("role courier", asked.json["what"])
        same((asked.json["about"]["code"], asked.json["about"]["values"]["people"]), ("role", "5000"), "for pages, to say in any language")
        same(courier(home)["daily"], 50, "nothing has changed yet")
        shown = home.run("role", "put", "courier", "--fields", "name", "--purposes", "delivery", "--acts", "reveal",
                         "--daily", "900", key=ana).text
        within("takes effect by itself at", shown)
        ended = home.http("POST", f"/v1/approvals/{asked.json['approval']}/cancel", key=ana)
        same((ended.status, ended.json["state"]), (200, "cancelled"))
        again = home.http("POST", f"/v1/approvals/{asked.json['approval']}/cancel", key=ana)
        same((again.status, again.code), (409, "approval.over"))
        within('"loosening_delayed"', home.run("mail", "queue", "--json").text, "everybody is told")
        within("amanah_approvals_open 1", home.http("GET", "/metrics").body.decode())


def a_second_person_says_yes_and_nobody_else():
    with Home() as home:
        (staff, ana), (other, _) = two(home)
        asked = put(home, key=ana, fields=["name", "phone"])
        same((asked.status, asked.json["state"]), (202, "waiting"))
        path = f"/v1/approvals/{asked.json['approval']}/approve"
        second = home.good("POST", "/v1/keys", {"role": "admin", "holders": [staff.id]})["key"]
        shared = home.good("POST", "/v1/keys", {"role": "admin", "holders": [staff.id, other.id]})["key"]
        nobody = home.good("POST", "/v1/keys", {"role": "admin"})["key"]
        support = home.good("POST", "/v1/keys", {"role": "support", "holders": [other.id]})["key"]
        for key, code in ((ana, "approval.asker"), (second, "approval.asker"), (shared, "approval.unnamed"),
                          (nobody, "approval.unnamed"), (support, "role.act")):
            refused = home.http("POST", path, key=key)
            same((refused.status, refused.code), (403, code))
            entry = home.good("GET", f"/v1/ledger/entries/{refused.headers['amanah-receipt']}")
            same(entry["kind"], "refused", "and is an entry")
        same(home.cli("approval", "approve", asked.json["approval"]).status, 3, "the operator has no name")
        same(courier(home)["fields"], ["name", "phone.mask"])
        home.kill()
        home.start()
        budi = other.token()
        approved = home.http("POST", path, key=budi)
        same((approved.status, approved.json["state"]), (200, "applied"))
        same(courier(home)["fields"], ["name", "phone"])
        same(home.http("POST", path, key=budi).code, "approval.over")
        home.run("ledger", "verify")


def what_changed_meanwhile_is_left_alone():
    with Home() as home:
        (_, ana), (_, budi) = two(home)
        asked = put(home, key=ana, daily=80)
        same(put(home, key=ana, daily=20).status, 200, "tightening needs one")
        refused = home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=budi)
        same((refused.status, refused.code), (409, "approval.changed"))
        same(courier(home)["daily"], 20)


def a_new_role_that_another_holds_already_needs_one_person():
    with Home() as home:
        (_, ana), _ = two(home)
        same(put(home, key=ana, name="packer", fields=["name"], daily=10).status, 200, "it is within courier")
        wide = {"name": "drain", "fields": ["*"], "purposes": ["*"], "acts": ["reveal"], "daily": 5000000}
        same(home.http("POST", "/v1/roles", wide, key=ana).status, 202, "no role may do this")


def nobody_hands_out_more_than_they_have():
    with Home() as home:
        home.start()
        home.good("POST", "/v1/roles", {"name": "desk-lead", "fields": ["name"], "purposes": ["support"],
                                        "acts": ["keys", "staff", "reveal"], "daily": 20})
        lead = home.good("POST", "/v1/keys", {"role": "desk-lead"})["key"]
        for path, body in (("/v1/keys", {"role": "admin"}), ("/v1/keys", {"role": "service"}),
                           ("/v1/staff", {"name": "x", "email": "x@shop.example", "role": "admin"})):
            refused = home.http("POST", path, body, key=lead)
            same((refused.status, refused.code), (403, "role.act"), path)
        same(home.http("POST", "/v1/keys", {"role": "desk-lead"}, key=lead).status, 201, "its own, it may")


def the_words_reach_the_command_line():
    with Home() as home:
        ana, budi = (home.good("POST", "/v1/keys", {"role": "admin", "holders": [who.id]}, key=session)["key"]
                     for who, session in two(home))
        asked = home.run("role", "put", "courier", "--fields", "name,phone", "--purposes", "delivery", "--acts",
                         "reveal", "--daily", "50", "--json", key=ana).json
        listed = home.run("approval", "list", key=budi).text
        within("waiting", listed)
        within(asked["approval"], listed)
        home.run("approval", "cancel", asked["approval"], key=budi)
        ask = home.run("approval", "ask", "--people", "500", "--minutes", "30", "--reason", "recall of a faulty part",
                       "--json", key=ana).json
        same((ask["state"], ask["subjects_max"]), ("waiting", 500))
        done = home.run("approval", "approve", ask["approval"], "--json", key=budi).json
        same(done["state"], "permitted")
        check(done["until"] > done["decided"], "for a while")


DRAIN = {"name": "drain", "fields": ["*"], "purposes": ["*"], "acts": ["reveal"], "daily": 50000000}


def a_key_without_a_name_hides_nobody():
    with Home() as home:
        (_, ana), (other, budi) = two(home)
        unnamed = home.good("POST", "/v1/keys", {"role": "admin"}, key=ana)["key"]
        for asker, approver, why in (
                (unnamed, ana, "ana made the key that asked"),
                (unnamed, home.good("POST", "/v1/keys", {"role": "admin", "holders": [other.id]}, key=unnamed)["key"],
                 "the key that asked made the one that approves")):
            asked = home.http("POST", "/v1/roles", DRAIN, key=asker)
            same(asked.status, 202)
            refused = home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=approver)
            same((refused.status, refused.code), (403, "approval.asker"), why)
        given = home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=budi)
        same(given.json.get("state"), "applied", "budi had no hand in it, and the new role is there")
        home.run("ledger", "verify")


def whoever_was_invited_anew_by_the_asker_is_no_second_person():
    with Home() as home:
        (_, ana), _ = two(home)
        citra = Staff(home, "citra@shop.example")  # added by the operator, and never enrolled
        invite = home.good("POST", f"/v1/staff/{citra.id}/invite", key=ana)["invite"]
        token = citra.enrol(invite).token()
        asked = home.http("POST", "/v1/roles", DRAIN, key=ana)
        refused = home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=token)
        same((refused.status, refused.code), (403, "approval.asker"), "ana saw the invitation")


def one_admin_is_no_two_people_by_keys_with_two_names():
    with Home() as home:
        (ana, _), (budi, _) = two(home)
        first = [home.good("POST", "/v1/keys", {"role": "admin", "holders": [who.id]})["key"] for who in (ana, budi)]
        by_operator = [home.ask("key", "issue", "--role", "admin", "--holder", who.id)["key"] for who in (ana, budi)]

        def tried(keys):
            asked = home.http("POST", "/v1/roles", DRAIN, key=keys[0])
            same((asked.status, asked.json["state"]), (202, "waiting"), "budi could sign in")
            refused = home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=keys[1])
            same((refused.status, refused.code), (403, "approval.asker"))
            entry = home.good("GET", f"/v1/ledger/entries/{refused.headers['amanah-receipt']}")
            same((entry["kind"], entry["cause"]), ("refused", "approval.asker"))

        for keys in (first, by_operator, [first[0], by_operator[1]], [by_operator[0], first[1]]):
            tried(keys)
        home.wait_days(8)
        tried(first)  # age makes them no better
        check("drain" not in [role["name"] for role in home.good("GET", "/v1/roles")["items"]], "no drain")


def one_admin_is_no_two_people_by_two_new_colleagues():
    with Home() as home:
        two(home)
        puppets = [Staff(home, f"{name}@shop.example", name=name).enrol().token() for name in ("citra", "dewi")]
        asked = home.http("POST", "/v1/roles", DRAIN, key=puppets[0])
        same((asked.status, asked.json["state"]), (202, "waiting"))
        refused = home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=puppets[1])
        same((refused.status, refused.code), (403, "approval.asker"), "one admin saw both invitations")


def who_made_their_own_key_approves_with_it():
    with Home() as home:
        (_, ana), (budi, session) = two(home)
        own = home.good("POST", "/v1/keys", {"role": "admin", "holders": [budi.id]}, key=session)["key"]
        asked = home.http("POST", "/v1/roles", DRAIN, key=ana)
        given = home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=own)
        same((given.status, given.json.get("state")), (200, "applied"), repr(given))


def removing_the_others_gains_nobody_a_shorter_wait():
    with Home() as home:
        (_, ana), (budi, _) = two(home)
        home.good("POST", f"/v1/staff/{budi.id}/leave", key=ana)
        asked = home.http("POST", "/v1/roles", DRAIN, key=ana)
        same((asked.status, asked.json["state"]), (202, "delayed"), "the shop can go on")
        days = (seconds(asked.json["effective"]) - home.now()) / 86400
        check(7.9 < days < 8.1, f"a week and a day after they left, not {days} days")
        within('"loosening_delayed"', home.run("mail", "queue", "--json").text, "also told to who left")
        home.wait_days(8.2)
        same(home.run("role", "list").text.count("drain"), 0, "not yet")
        home.restart()  # what is due is done at an end too
        within("drain", home.run("role", "list").text)


def seconds(time_said):
    return datetime.datetime.fromisoformat(time_said.replace("Z", "+00:00")).timestamp()


def changes(home, key, approval):
    listed = next(one for one in home.good("GET", "/v1/approvals", key=key)["items"] if one["approval"] == approval)
    return {change["member"]: (change["was"], change["now"]) for change in listed["changes"]}


def nobody_agrees_blind():
    with Home() as home:
        (_, ana), (budi, session) = two(home)
        invited = home.good("POST", f"/v1/staff/{budi.id}/invite", key=ana)
        check("budi" not in invited["what"] and "changes" in invited, "the line for all names nobody")
        same(home.http("POST", f"/v1/approvals/{invited['approval']}/approve", key=ana).code, "approval.asker")
        seen = changes(home, session, invited["approval"])
        same((seen["name"][1], seen["email"][1], seen["role"][1]), ("budi", "budi@shop.example", "admin"))
        home.good("POST", "/v1/mail", {"url": "smtp://127.0.0.1:25", "starttls": "never", "from": "a@shop.example"}, key=ana)
        mail = next(one for one in home.good("GET", "/v1/approvals", key=session)["items"] if "mail" in one["what"])
        home.good("POST", f"/v1/approvals/{mail['approval']}/approve", key=session)
        again = home.good("POST", "/v1/mail", {"url": "smtp://127.0.0.1:25", "starttls": "never", "from": "b@evil.example",
                                               "reply_to": "c@evil.example"}, key=ana)
        same(changes(home, session, again["approval"]),
             {"from": ("a@shop.example", "b@evil.example"), "reply_to": ("", "c@evil.example")}, "every member that changes")
        wide = put(home, key=ana, fields=["name", "phone", "email"], reason=False).json
        same(changes(home, session, wide["approval"]),
             {"fields": ("name, phone.mask", "name, email, phone"), "reason": ("yes", "no")})
        more = home.good("POST", "/v1/budgets", {"scope": "shop", "daily": 900000}, key=ana)
        same(changes(home, session, more["approval"])["daily"][1], "900000")
        shown = home.run("approval", "list").text
        for words in ("from: b@evil.example (was a@shop.example)", "email: budi@shop.example"):
            within(words, shown)


def others_see_and_take_back_what_they_asked_for_alone():
    with Home() as home:
        home.start()
        same(put(home).status, 200)
        _, (ana, citra, dewi) = colleagues(home, "ana", "citra", "dewi", roles={"citra": "support", "dewi": "support"})
        invited = home.good("POST", "/v1/staff/" + home.good("GET", "/v1/staff")["items"][0]["id"] + "/invite", key=ana)
        mine = home.good("POST", "/v1/approvals", {"reason": "a recall", "subjects_max": 10}, key=citra)
        listed = home.good("GET", "/v1/approvals", key=citra)["items"]
        same([one["approval"] for one in listed], [mine["approval"]])
        check("changes" not in listed[0], "and not what others are to agree to")
        same(home.good("GET", "/v1/approvals", key=dewi)["items"], [])
        for who, what in ((dewi, mine), (citra, invited)):
            refused = home.http("POST", f"/v1/approvals/{what['approval']}/cancel", key=who)
            same((refused.status, refused.code), (403, "role.act"))
        same(home.good("POST", f"/v1/approvals/{mine['approval']}/cancel", key=citra)["state"], "cancelled")


def a_role_is_widened_by_two_and_narrowed_by_one():
    with Home() as home:
        home.start()
        same(put(home).status, 200)
        (_, budi, citra), (ana, session, desk) = colleagues(home, "ana", "budi", "citra", roles={"citra": "support"})
        path = f"/v1/staff/{citra.id}/role"
        refused = home.http("POST", path, {"role": "admin"}, key=desk)
        same((refused.status, refused.code), (403, "role.act"), "nobody promotes themselves")
        asked = home.http("POST", path, {"role": "admin"}, key=ana)
        same((asked.status, asked.json["state"]), (202, "waiting"))
        seen = changes(home, session, asked.json["approval"])
        same((seen["name"][1], seen["role"][1], seen["new role"][1]), ("citra", "support", "admin"))
        same(home.good("GET", "/v1/self", key=desk)["role"], "support")
        home.good("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=session)
        same(home.good("GET", "/v1/self", key=desk)["role"], "admin", "also of a session that is open")
        same(home.good("POST", path, {"role": "auditor"}, key=ana)["role"], "auditor")
        same(home.good("POST", path, {}, key=ana)["role"], "")
        same(home.http("GET", "/v1/self", key=desk).status, 401, "without a role nobody is signed in")
        home.good("POST", f"/v1/staff/{budi.id}/role", {"role": "support"}, key=ana)
        alone = home.http("POST", "/v1/roles", DRAIN, key=ana)
        days = (seconds(alone.json["effective"]) - home.now()) / 86400
        check(7.9 < days < 8.1, f"whom they just demoted could have said no: a week and a day, not {days} days")
        home.restart()
        home.run("ledger", "verify")


def removing_the_right_to_approve_from_a_role_shortens_no_wait():
    with Home() as home:
        home.start()
        same(put(home).status, 200)
        lead = {"name": "lead", "fields": ["name"], "purposes": ["support"], "daily": 20}
        home.good("POST", "/v1/roles", {**lead, "acts": ["approve", "status"]})
        _, (ana, _) = colleagues(home, "ana", "budi", roles={"budi": "lead"})
        home.good("POST", "/v1/roles", {**lead, "acts": ["status"]}, key=ana)
        alone = home.http("POST", "/v1/roles", DRAIN, key=ana)
        days = (seconds(alone.json["effective"]) - home.now()) / 86400
        check(7.9 < days < 8.1, f"a week and a day, not {days} days")


def any_language_says_why_and_nobody_fills_the_list():
    with Home() as home:
        (_, ana), (_, budi) = two(home)
        for at in range(20):
            asked = home.http("POST", "/v1/approvals", {"reason": "x" * at + "고객" * 30, "subjects_max": 10}, key=ana)
            same(asked.status, 202)
        full = home.http("POST", "/v1/approvals", {"reason": "one more", "subjects_max": 10}, key=ana)
        same((full.status, full.code), (400, "request.too_many"))
        same(len(home.good("GET", "/v1/approvals", key=budi)["items"]), 20)
        same(home.http("POST", "/v1/approvals", {"reason": "mine", "subjects_max": 10}, key=budi).status, 202)


story(while_nobody_works_there_the_shop_is_being_set_up, one_person_alone_waits_a_day_and_can_take_it_back,
      a_second_person_says_yes_and_nobody_else, what_changed_meanwhile_is_left_alone,
      a_new_role_that_another_holds_already_needs_one_person, nobody_hands_out_more_than_they_have, the_words_reach_the_command_line,
      a_key_without_a_name_hides_nobody, whoever_was_invited_anew_by_the_asker_is_no_second_person,
      one_admin_is_no_two_people_by_keys_with_two_names, one_admin_is_no_two_people_by_two_new_colleagues,
      who_made_their_own_key_approves_with_it, removing_the_others_gains_nobody_a_shorter_wait,
      a_role_is_widened_by_two_and_narrowed_by_one, removing_the_right_to_approve_from_a_role_shortens_no_wait,
      nobody_agrees_blind, others_see_and_take_back_what_they_asked_for_alone,
      any_language_says_why_and_nobody_fills_the_list)
