#!/usr/bin/env python3
"""Which service of the shop gets which fields and why, and how it is noticed when one asks for more."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, same, story, within
from staff import colleagues

ROUTES = ["GET /api/customers/{ref} = name,email.mask", "POST /api/labels/{id} = addresses"]


def service(home):
    return home.good("GET", "/v1/services")["items"][0]


def a_service_that_asks_for_more_than_it_declared_has_drifted():
    with Home() as home:
        home.start()
        one = home.create("1", name="Ana", phone="+628123456789")
        made, other = (home.good("POST", "/v1/keys", {"role": "service"}) for _ in range(2))
        declared = {"name": "courier", "keys": [made["id"]], "fields": ["name"], "purposes": ["delivery"],
                    "about": "prints labels", "recipients": "JNE, Indonesia"}
        same(home.http("POST", "/v1/services", declared).status, 201)
        same(home.http("POST", "/v1/services", declared).status, 200, "again is a change of the same one")
        home.reveal(one, ["name"], purpose="delivery", key=made["key"])
        home.stop()
        home.start()
        same(service(home)["state"], "as declared")
        home.reveal(one, ["name", "phone"], purpose="marketing", key=made["key"])
        home.reveal(one, ["name"], purpose="delivery", key=other["key"])
        same(home.good("GET", "/v1/services")["unmapped_keys"], [other["id"]], "a key that nobody declared")
        home.stop()  # the minute's upkeep is done once more
        home.start()
        drifted = service(home)
        same((drifted["state"], drifted["drift_fields"], drifted["drift_purposes"]),
             ("drift", ["phone"], ["marketing"]))
        within("amanah_services_drifting 1", home.http("GET", "/metrics").body.decode())
        same(home.http("POST", "/v1/services", {**declared, "fields": ["name", "phone"],
                                                "purposes": ["delivery", "marketing"]}).status, 200)
        same(service(home)["state"], "as declared", "declared anew, it begins again")
        home.run("ledger", "verify")


def declaring_more_takes_two_and_so_does_taking_back_a_drift():
    with Home() as home:
        home.start()
        one = home.create("1", name="Ana", phone="+628123456789")
        made = home.good("POST", "/v1/keys", {"role": "service"})
        declared = {"name": "courier", "keys": [made["id"]], "fields": ["name"], "purposes": ["delivery"]}
        same(home.http("POST", "/v1/services", declared).status, 201)
        people, (ana, budi) = colleagues(home, "ana", "budi")
        for wider in ({"fields": ["name", "phone"]}, {"purposes": ["delivery", "marketing"]}, {"keys": []}):
            asked = home.http("POST", "/v1/services", {**declared, **wider}, key=ana)
            same((asked.status, asked.json.get("state")), (202, "waiting"), str(wider))
        same(service(home)["fields"], ["name"])
        same(home.http("POST", "/v1/services", {**declared, "about": "prints labels"}, key=ana).status, 200)
        home.reveal(one, ["name", "phone"], purpose="delivery", key=made["key"])
        home.stop()  # the minute's upkeep is done once more
        home.start()
        same(service(home)["state"], "drift")
        ana, budi = (person.token() for person in people)
        asked = home.http("POST", "/v1/services", {**declared, "fields": ["name", "phone"]}, key=ana)
        same((asked.status, asked.json["state"]), (202, "waiting"))
        same(service(home)["state"], "drift", "it stays, for who must agree to see")
        home.good("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=budi)
        same((service(home)["state"], service(home)["fields"]), ("as declared", ["name", "phone"]))
        home.run("ledger", "verify")


def the_map_is_a_record_of_processing():
    with Home() as home:
        home.run("service", "put", "front end", "--fields", "name,email,addresses", "--purposes", "self", "--route",
                 ROUTES[0], "--route", ROUTES[1], "--about", "the shop's pages", "--basis", "contract", "--retention",
                 "not stored")
        page = home.run("service", "record").text
        for part in ("# Record of processing", "Controller: shop", "## front end", "legal ground: contract",
                     "recipients and countries: none named", "data: name, email, recipient, address, postcode, door_code"):
            within(part, page)


def a_map_that_says_nothing_clear_is_refused():
    with Home() as home:
        home.start()
        good = {"name": "x", "fields": ["name"], "purposes": ["delivery"]}
        for wrong, code in (({"fields": ["shoe"]}, "field.unknown"), ({"purposes": ["fun"]}, "purpose.unknown"),
                            ({"name": "x\u001b[2J"}, "field.format"), ({"about": "a\nb"}, "field.format"),
                            ({"routes": ["GET /x"]}, "request.malformed"), ({"routes": ["/x = name"]}, "request.malformed"),
                            ({"routes": ["GET /x = email"]}, "request.malformed"),
                            ({"routes": ["GET /x/{ref}/{id} = name"]}, "request.malformed"),
                            ({"routes": ["get /x = name"]}, "request.malformed"), ({"name": ""}, "request.missing_member"),
                            ({"keys": ["key_nobody"]}, "id.malformed")):
            answer = home.http("POST", "/v1/services", {**good, **wrong})
            same(answer.code, code, f"{wrong}: {answer}")
        routes = ["GET /orders?customer={ref} = name", "SELECT public.customers = name", "EVENT customer.view = name"]
        same(home.http("POST", "/v1/services", {**good, "name": "logs", "routes": routes}).status, 201,
             "routes that a log tells of: a parameter, a table, an application's own word")
        key = home.good("POST", "/v1/keys", {"role": "service"})["id"]
        same(home.http("POST", "/v1/services", {**good, "keys": [key]}).status, 201)
        same(home.http("POST", "/v1/services", {**good, "name": "y", "keys": [key]}).code, "conflict",
             "a key belongs to one service")


def who_ever_held_a_secret_is_known_and_a_rotation_is_proved():
    with Home() as home:
        home.start()
        ana, budi = (home.good("POST", "/v1/staff", {"name": name, "email": f"{name}@shop.example"})["id"]
                     for name in ("ana", "budi"))
        made = home.good("POST", "/v1/secrets", {"name": "token signing key", "kind": "signing_key", "owner": ana,
                                                 "fingerprint": "SHA256:old"})["id"]
        held = home.good("POST", f"/v1/secrets/{made}/holders", {"holders": [budi]})
        same((held["state"], held["holders"], held["ever_held"]), ("good", [ana, budi], [ana, budi]))
        rotated = {"proof": "ticket 7", "old_dead": "a token signed with it: 401", "fingerprint": "SHA256:new"}
        for wrong, code in (({"proof": ""}, "request.missing_member"), ({"old_dead": ""}, "request.missing_member"),
                            ({"fingerprint": "SHA256:old"}, "check.not_met"), ({"fingerprint": ""}, "request.missing_member")):
            same(home.http("POST", f"/v1/secrets/{made}/rotated", {**rotated, **wrong}).code, code, str(wrong))
        done = home.good("POST", f"/v1/secrets/{made}/rotated", rotated)
        same((done["holders"], done["ever_held"], done["old_dead"]), ([ana], [ana, budi], rotated["old_dead"]))
        same(home.http("POST", "/v1/secrets", {"name": "x", "kind": "cup of tea"}).code, "request.malformed")
        home.stop()
        home.start()
        same(home.good("GET", "/v1/secrets")["items"][0]["proof"], "ticket 7", "after a restart too")


story(a_service_that_asks_for_more_than_it_declared_has_drifted, declaring_more_takes_two_and_so_does_taking_back_a_drift,
      the_map_is_a_record_of_processing,
      a_map_that_says_nothing_clear_is_refused, who_ever_held_a_secret_is_known_and_a_rotation_is_proved)
