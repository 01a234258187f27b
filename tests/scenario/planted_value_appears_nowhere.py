#!/usr/bin/env python3
"""Planted personal values go in by every door, right and wrong, and then are looked for everywhere but in a reveal."""
import base64
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tlog
from amanah import Home, check, same, story

PLANTED = {
    "ref": "REFQXPLANTED77",
    "name": "Plantaria Verborgen Qxzv",
    "email": "planted.qxzv@verborgen.example",
    "phone": "+82 10-7731-9452",
    "note": "qxzv-note-hidden-tulip",
    "address": "77 Verborgenlaan, Qxzvdorp",
    "recipient": "Recipientia Qxzvborg",
    "door_code": "#QXZV9917",
    "birth_date": "1931-07-29",
    "national_id": "310729-1234567",
}
OTHER = ["qxzv-reason-secret-oak", "qxzv-staff@verborgen.example", "Staffina Qxzvmann", "qxzv-bad-email-at-nowhere",
         "qxzv-unknown-field-value", "qxzv_unknown_field_name", "qxzv-holder-of-the-pin", "qxzv-lost-in-url",
         "qxzv-broken-json", "qxzvtoolong", "01077319452", "821077319452", "qxzv-bearer-text", "qxzv-not-a-purpose"]
LONG = "qxzvtoolong" * 2000
NAMED_PLACE = OTHER[5].encode()


def forms(value):
    """The value as it may hide: as it is, lower case, hex, base64 at its three alignments."""
    for text in {value, value.lower()}:
        raw = text.encode()
        yield raw
        yield raw.hex().encode()
        yield raw.hex().upper().encode()
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + raw)
            inner = coded[4 if shift else 0:len(coded) - 4]
            if len(inner) >= 12:
                yield inner


NEEDLES = {form: value for value in list(PLANTED.values()) + OTHER for form in forms(value)}


def look_in(place, data):
    for form, value in NEEDLES.items():
        check(form not in data, f"{value!r} is in {place}, as {form!r}")


def by_the_right_doors(home, answers):
    """Values where they belong; none of these answers may hold one, but for the reveal's, which is not kept."""
    ask = lambda *given, **more: answers.append(home.http(*given, **more)) or answers[-1]
    fields = {name: PLANTED[name] for name in ("name", "email", "phone", "note", "birth_date", "national_id")}
    fields["addresses"] = [{name: PLANTED[name] for name in ("address", "recipient", "door_code")}]
    made = ask("POST", "/v1/subjects", {"ref": PLANTED["ref"], "lang": "ko", "country": "KR", "fields": fields},
               headers={"Idempotency-Key": "one"})
    same(made.status, 201, f"{made}")
    one = made.json["id"]
    ask("POST", "/v1/subjects", {"ref": PLANTED["ref"], "lang": "ko", "country": "KR", "fields": fields},
        headers={"Idempotency-Key": "one"})
    ask("POST", "/v1/subjects", {"ref": PLANTED["ref"], "fields": {"name": PLANTED["name"]}})
    ask("PATCH", f"/v1/subjects/{one}", {"fields": {"note": PLANTED["note"] + " again"}}, headers={"If-Match": '"1"'})
    ask("PATCH", f"/v1/subjects/{one}", {"fields": {"note": PLANTED["note"]}}, headers={"If-Match": '"1"'})
    ask("GET", f"/v1/subjects/{one}")
    for field in ("ref", "email", "phone", "national_id"):
        found = ask("POST", "/v1/lookup", {"field": field, "value": PLANTED[field], "purpose": "support",
                                           "reason": OTHER[0]})
        same(found.json["ids"], [one], f"{field} finds the planted subject")
    shown = home.reveal(one, ["name", "email", "phone", "note", "addresses"], reason=OTHER[0])
    check(PLANTED["email"].encode() in shown.body, "a reveal does show it")
    shown = home.reveal(one, ["name"], purpose="qxzv-not-a-purpose", reason=OTHER[0])
    ask("POST", "/v1/staff", {"name": OTHER[2], "email": OTHER[1]})
    ask("POST", "/v1/ledger/pins", {"where": OTHER[6]})
    ask("GET", f"/v1/subjects/{one}/sightings?proofs=true")
    return one


def by_the_wrong_doors(home, answers, one):
    ask = lambda *given, **more: answers.append(home.http(*given, **more)) or answers[-1]
    refused = [
        ask("POST", "/v1/subjects", {"ref": PLANTED["ref"] + "2", "fields": {OTHER[5]: OTHER[4]}}),
        ask("POST", "/v1/subjects", {"ref": PLANTED["ref"] + "3", "fields": {"email": OTHER[3]}}),
        ask("POST", "/v1/subjects", {"ref": PLANTED["ref"] + "4", "fields": {"note": LONG}}),
        ask("POST", "/v1/subjects", {"ref": PLANTED["ref"] + "5", "fields": {"phone": PLANTED["name"]}}),
        ask("POST", "/v1/subjects", {OTHER[5]: PLANTED["name"]}),
        ask("POST", "/v1/subjects", b'{"ref": "x", "fields": {"name": "qxzv-broken-json', kind="application/json"),
        ask("POST", "/v1/subjects", PLANTED["name"].encode(), kind="application/json"),
        ask("POST", "/v1/subjects", PLANTED["name"].encode(), kind="text/plain"),
        ask("POST", "/v1/lookup", {"field": OTHER[5], "value": PLANTED["name"], "purpose": "support"}),
        ask("POST", "/v1/lookup", {"field": "email", "value": "nobody." + PLANTED["email"], "purpose": "support"}),
        ask("POST", "/v1/lookup", {"field": "email", "value": PLANTED["name"], "purpose": "support"}),
        ask("POST", "/v1/reveal", {"subjects": [PLANTED["email"]], "fields": ["name"], "purpose": "support"}),
        ask("POST", "/v1/reveal", {"subjects": [one], "fields": [PLANTED["name"]], "purpose": "support"}),
        ask("GET", "/v1/subjects/qxzv-lost-in-url"),
        ask("GET", "/v1/subjects/" + PLANTED["email"]),
        ask("GET", "/v1/keys?after=qxzv-lost-in-url"),
        ask("GET", "/qxzv-lost-in-url?email=" + PLANTED["email"]),
        ask("GET", "/v1/self", key="amk_qxzv-bearer-text"),
        ask("GET", "/v1/self", key=PLANTED["email"]),
        ask("PATCH", f"/v1/subjects/{one}", {"fields": {"birth_date": PLANTED["name"]}}, headers={"If-Match": '"2"'}),
        ask("POST", "/v1/keys", {"role": PLANTED["name"]}),
        ask("POST", "/v1/roles", {"name": PLANTED["name"], "fields": [PLANTED["email"]], "purposes": [], "acts": [],
                                  "daily": 1}),
        ask("POST", "/v1/import", b"\xff\xfe" + PLANTED["name"].encode("utf-16-le"), kind="text/csv"),
    ]
    for answer in refused:
        check(400 <= answer.status < 500, f"it must be refused: {answer}")


LIST = f"""ref,name,email,phone,note
P1,{PLANTED["name"]},{OTHER[3]},{PLANTED["phone"]},{PLANTED["note"]}
P2,"{PLANTED["name"]},{PLANTED["email"]},{PLANTED["phone"]},{PLANTED["note"]}
P3,{PLANTED["name"]},{PLANTED["email"]},{PLANTED["name"]},{LONG}
,{PLANTED["name"]},{PLANTED["email"]},,
P5,{PLANTED["name"]},{PLANTED["email"]},{PLANTED["phone"]},{PLANTED["note"]},{OTHER[4]}
"""
LINES = "\n".join([
    json.dumps({"ref": "J1", "name": PLANTED["name"], "email": OTHER[3]}),
    json.dumps({"ref": "J2", OTHER[5]: OTHER[4]}),
    '{"ref": "J3", "name": "qxzv-broken-json',
    json.dumps([PLANTED["name"]]),
    json.dumps({"ref": "J4", "name": PLANTED["name"], "note": LONG}),
])


def by_import(home, answers):
    headless = LIST.split("\n", 1)[1]
    for name, text, kind in (("list.csv", LIST, "text/csv"), ("list.jsonl", LINES, "application/x-ndjson"),
                             ("headless.csv", headless, "text/csv")):
        answers.append(home.http("POST", "/v1/import", text.encode(), kind=kind))
        rejects = home.file(name + ".rejects")
        home.cli("import", home.file(name, text), "--rejects", rejects)
        if os.path.exists(rejects):
            with open(rejects, "rb") as file:
                look_in("the rejects file", file.read())


def by_commands(home, one):
    """On standard error and output; the reveal's own output is not looked at."""
    home.cli("lookup", "email", "--purpose", "support", "--reason", OTHER[0], stdin=PLANTED["email"] + "\n")
    home.cli("lookup", "email", "--purpose", "support", stdin=OTHER[3] + "\n")
    home.cli("lookup", "phone", "--purpose", "support", stdin=PLANTED["name"] + "\n")
    home.cli("subject", "show", one)
    home.cli("subject", "show", PLANTED["email"])
    home.cli("subject", "history", one)
    home.cli("subject", "reveal", one, "--fields", PLANTED["name"], "--purpose", "support")
    home.cli("subject", "reveal", PLANTED["email"], "--fields", "name", "--purpose", "support")
    home.cli("key", "issue", "--role", PLANTED["name"])
    home.cli("ledger", "verify")
    home.cli("ledger", "verify", "--json")
    home.cli("self", "--" + OTHER[5])
    home.cli(OTHER[5])
    done = home.cli("subject", "reveal", one, "--field", "email", "--purpose", "support")
    same(done.text.strip(), PLANTED["email"], "the command shows it")
    home.said.remove(done.out)


def in_the_log(home, key):
    door = home.new_door(key)

    def fetch(path):
        answer = door.http("GET", f"/v1/ledger/{path}")
        same(answer.status, 200)
        return answer.body
    log = tlog.Log(fetch)
    size = log.checkpoint().size
    for level, number, width in tlog.tiles_of(size):
        look_in(f"tile {level}/{number}", log.tile(level, number, width))
    for index in range(size):
        look_in(f"entry {index}", door.http("GET", f"/v1/ledger/entries/{index}").body)
    for path in ("/metrics", "/openapi.json", "/healthz", "/v1/keys", "/v1/roles", "/v1/self"):
        look_in(path, home.http("GET", path).body)
    door.close()


def on_disk(home, when):
    for folder, _, names in os.walk(home.path):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    look_in(f"{name} {when}", file.read())


def what_was_planted_appears_nowhere():
    with Home() as home:
        answers = []
        home.start("--log-requests")
        one = by_the_right_doors(home, answers)
        by_the_wrong_doors(home, answers, one)
        by_import(home, answers)
        by_commands(home, one)
        in_the_log(home, home.issue("auditor"))
        on_disk(home, "while it runs")
        home.good("DELETE", f"/v1/subjects/{one}", {"reason": OTHER[0]})
        home.stop()
        home.cli("lookup", "email", "--purpose", "support", stdin=PLANTED["email"] + "\n")
        on_disk(home, "after it ended")
        for answer in answers:  # a member's name may be told, as a place or a column; never what stood there
            look_in(f"an answer {answer.status} with headers",
                    answer.body.replace(NAMED_PLACE, b"") + repr(answer.headers).encode())
        for said in home.said:
            look_in("what a command said", said.replace(NAMED_PLACE, b""))
        said = home.daemon_said()
        check(b"http.request" in said, "the daemon logs requests")
        look_in("what the daemon said", said)


if __name__ == "__main__":
    story(what_was_planted_appears_nowhere)
