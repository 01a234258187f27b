#!/usr/bin/env python3
"""Every row of routes.def over HTTP: as it is meant, and in every way it must be refused."""
import base64
import hashlib
import http.client
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Door, Home, check, free_port, same, story, unbase64, within  # noqa: E402

ROUTES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/serve/routes.def")
CAUSES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/base/causes.def")
CANARY = "canary-91c7@shop.example"
RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
CSV = "ref,name,email\nL1,Lee,lee@shop.example\nL2,Mo,mo@shop.example\n"


def rows():
    with open(ROUTES, encoding="utf-8") as table:
        found = re.findall(r'^ROUTE\((\w+), "([^"]+)", (\w+), (\w+), (\w+), "', table.read(), re.M)
    check(len(found) > 20, "routes.def was not understood")
    return found


def base64ed(raw):
    return base64.b64encode(raw).decode()


def slugs():
    with open(CAUSES, encoding="utf-8") as table:
        return re.findall(r'^CAUSE\(\w+, \w+, \d+, "([^"]+)"', table.read(), re.M)


def problem(answer, status, code):
    same(answer.status, status, str(answer))
    same(answer.headers["content-type"], "application/problem+json")
    same(answer.headers["cache-control"], "no-store")
    told = answer.json
    same([told["status"], told["code"], told["type"]], [status, code, f"/errors/{code}"])
    same(told["instance"], answer.headers["x-request-id"])
    check(told["title"] and told["detail"], "a problem says what and why")
    check(CANARY.encode() not in answer.body, "an answer gives back what was sent")
    return told


def receipt(answer):
    told = answer.json["receipt"]
    same(str(told["index"]), answer.headers["amanah-receipt"])
    same(len(unbase64(told["leaf_hash"])), 32)
    size = int(told["checkpoint"].split("\n")[1])
    check(size > told["index"], "the checkpoint covers the entry")
    return told


def holds(document, schema, value, at):
    """An answer, and each part of it, against what the document says it is."""
    schema = resolve(document, schema)
    if "anyOf" in schema:
        schema = schema["anyOf"][0 if value is None else 1]
    types = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    if "type" in schema:
        check(type(value) is types[schema["type"]], f"{at}: no {schema['type']}: {value!r}")
    check(set(schema.get("required", ())) <= set(value if isinstance(value, dict) else schema.get("required", ())), f"{at}: lacks members: {value!r}")
    for name, part in schema.get("properties", {}).items():
        if name in value:
            holds(document, part, value[name], f"{at}.{name}")
    for part in value if isinstance(value, list) else ():
        holds(document, schema["items"], part, f"{at}[]")


def is_as_described(document, method, route, answer):
    """A good answer against the document; False: that does not say what is in it."""
    good = document["paths"][route.replace("*", "")][method.lower()]["responses"]["2XX"]["content"]
    described = answer.status < 300 and "schema" in good.get("application/json", {})
    if described:
        holds(document, good["application/json"]["schema"], answer.json, f"{method} {route}")
    return described


class Walk:
    """Good calls; remembers which rows were called."""

    def __init__(self, home):
        self.home, self.called, self.document, self.held = home, set(), None, 0

    def __call__(self, method, route, body=None, status=200, path=None, door=None, **options):
        self.called.add((method, route))
        answer = (door or self.home).http(method, path or route, body, **options)
        same(answer.status, status, f"{method} {route}: {answer}")
        named = re.fullmatch(r"[A-Za-z0-9._-]{1,64}", answer.headers.get("x-request-id", ""))
        same(named is None, route.startswith("/status/"), "a request has an id, but where all get the same answer")
        self.document = self.document or self.home.good("GET", "/openapi.json")
        self.held += is_as_described(self.document, method, route, answer)
        return answer


def portal_door(home):
    """A home with a portal, and who stands before it."""
    port = free_port()
    home.start("--portal", f"127.0.0.1:{port}")
    return Door(port)


def portal(walk, door):
    """Without a credential, on a listener of its own."""
    same(walk("GET", "/v1/portal", door=door).json["shop"], walk.home.shop)
    same(walk("POST", "/v1/portal/verify", {"code": "x"}, door=door).json, {"ours": False})
    asked = walk("POST", "/v1/portal/code", {"email": "nobody@shop.example"}, 202, door=door)
    same([asked.json, "HttpOnly" in asked.headers["set-cookie"]], [{"minutes": 10, "wait_s": 1}, True])
    same(walk("POST", "/v1/portal/enter", {"code": "00000000"}, 403, door=door).code, "portal.code")
    for method, path, body in (("GET", "/v1/portal/mine", None), ("GET", "/v1/portal/seen", None), ("GET", "/v1/portal/wallet", None),
                               ("POST", "/v1/portal/data", {"notice": "x"}), ("POST", "/v1/portal/payee", {"notice": "x"}),
                               ("POST", "/v1/portal/tickets", {"kind": "question", "text": "x", "mine": True})):
        same(walk(method, path, body, 401, door=door).code, "credential.missing", path)
    wrote = receipt(walk("POST", "/v1/portal/tickets", {"kind": "question", "text": "where is my parcel"}, 201, door=door))
    same(walk.home.good("GET", f"/v1/ledger/entries/{wrote['index']}")["kind"], "matter")
    within("Max-Age=0", walk("POST", "/v1/portal/leave", door=door).headers["set-cookie"])
    within("<!doctype html>", walk("GET", "/status/", door=door).body.decode())
    same(walk("GET", "/status/{file}", path="/status/status.json", door=door).json["words"], [])


def every_row_does_what_it_is_for():
    with Home() as home:
        door = portal_door(home)
        walk = Walk(home)
        made = walk("POST", "/v1/subjects", {"ref": "1", "lang": "ko", "country": "KR", "fields": {
            "name": "Kim Ana", "email": "ana@shop.example", "addresses": [
                {"recipient": "Kim", "address": "1 Street", "postcode": "12345", "door_code": "77#"}]}}, 201)
        receipt(made)
        subject = made.json["id"]
        one = f"/v1/subjects/{subject}"
        shown = walk("GET", "/v1/subjects/{id}", path=one)
        same([shown.json["status"], shown.json["country"]], ["active", "KR"])
        within("email", shown.json["fields"])
        check(b"ana@" not in shown.body, "show holds no values")
        changed = walk("PATCH", "/v1/subjects/{id}", {"fields": {"name": "Kim Bo", "email": None}}, path=one,
                       headers={"If-Match": shown.headers["etag"]}, kind="application/merge-patch+json")
        receipt(changed)
        check(changed.json["version"] > shown.json["version"], "a change makes a version")
        seen = walk("POST", "/v1/reveal", {"subjects": [subject], "fields": ["name", "addresses"],
                                           "purpose": "operations", "reason": "asked"})
        receipt(seen)
        same(seen.json["values"][0]["fields"]["name"], "Kim Bo")
        same(seen.json["values"][0]["fields"]["addresses"][0]["door_code"], "77#")
        found = walk("POST", "/v1/lookup", {"field": "ref", "value": "1", "purpose": "operations", "reason": "asked"})
        same(found.json["ids"], [subject])
        index = receipt(found)["index"]
        listed = walk("POST", "/v1/import", CSV.encode(), kind="text/csv")
        same([listed.json[name] for name in ("rows", "created", "refused_count")], [2, 2, 0])
        again = walk("POST", "/v1/import", CSV.encode(), kind="text/csv", path="/v1/import?dry_run=true")
        same([again.json["unchanged"], again.json["dry_run"]], [2, True])
        sightings = walk("GET", "/v1/subjects/{id}/sightings", path=one + "/sightings?limit=10&proofs=true")
        check(sightings.json["items"], "a look is a sighting")
        receipt(walk("POST", "/v1/subjects/{id}/close", path=one + "/close"))
        ledger(walk, index)
        people(walk)
        tried = walk("DELETE", "/v1/subjects/{id}", path=one + "?dry_run=true")
        check(tried.json.get("dry_run"), "a dry run says so")
        receipt(walk("DELETE", "/v1/subjects/{id}", {"reason": "asked"}, path=one))
        problem(home.http("GET", one), 410, "subject.erased")
        incidents(walk)  # from here on erasures wait
        compensation(walk)
        portal(walk, door)
        health = walk("GET", "/healthz", key="")
        same(health.json["ready"], True)
        metrics = walk("GET", "/metrics")
        within("amanah_http_responses_total", metrics.body.decode())
        check(subject.encode() not in metrics.body and b"ana@" not in metrics.body, "metrics hold no one")
        openapi(walk("GET", "/openapi.json", key="").json)
        check(walk.held > 15, "answers were held against the document")
        same(walk.called, {(method, path) for method, path, *_ in rows()}, "every row was called")


def compensation(walk):
    made = walk("POST", "/v1/campaigns", {"title": "Sorry", "who": "all", "currency": "KRW", "parts": ["shop=5000"],
                                          "until": "2030-01-31", "zone": "Asia/Seoul", "recipient": RECIPIENT,
                                          "terms_en": "Good.", "terms_id": "Baik.", "terms_ko": "좋습니다."}, 201)
    receipt(made)
    path = f"/v1/campaigns/{made.json['id']}"
    same(len(walk("GET", "/v1/campaigns").json["items"]), 1)
    receipt(walk("POST", "/v1/campaigns/{id}/change", {"budgets": ["shop=7000"]}, path=path + "/change"))
    # with staff around it waits for one of them; nobody of them is asked here
    asked = walk("POST", "/v1/campaigns/{id}/announce", {}, 202, path=path + "/announce")
    same(walk("GET", "/v1/campaigns/{id}", path=path).json["approval"], asked.json["approval"])
    problem(walk("GET", "/v1/campaigns/{id}/totals", None, 404, path=path + "/totals"), 404, "not_found")
    problem(walk("POST", "/v1/campaigns/{id}/codes", {}, 409, path=path + "/codes"), 409, "conflict")
    problem(walk("POST", "/v1/campaigns/{id}/payments", {"part": "shop", "recipient": RECIPIENT}, 409, path=path + "/payments"),
            409, "conflict")
    batch = "/v1/payments/pmt_" + "a" * 26
    problem(walk("GET", "/v1/payments/{id}", None, 400, path=batch), 400, "id.malformed")
    problem(walk("POST", "/v1/payments/{id}/file", {"purpose": "operations"}, 400, path=batch + "/file"), 400, "id.malformed")
    booked = walk("POST", "/v1/payments/book", {"lines": ["pay1,paid"]})
    receipt(booked)
    same(booked.json["refused"], [1], "no payment of ours")
    problem(walk("POST", "/v1/campaigns/{id}/rekey", {}, 409, path=path + "/rekey"), 409, "conflict")
    receipt(walk("POST", "/v1/desk/tickets", {"kind": "scam", "text": "x"}, 201))
    ticket = walk("GET", "/v1/desk/tickets").json["items"][0]["id"]
    receipt(walk("GET", "/v1/desk/tickets/{id}", path=f"/v1/desk/tickets/{ticket}"))
    receipt(walk("POST", "/v1/desk/tickets/{id}/{act}", {"text": "done"}, path=f"/v1/desk/tickets/{ticket}/close"))
    same(len(walk("GET", "/v1/desk/rights/{country}", path="/v1/desk/rights/KR?lang=ko").json["items"]), 1)
    pool = walk("POST", "/v1/pools", {"title": "x", "amount": 1, "currency": "KRW", "until": "2030-01-31", "text": "x"}, 201)
    receipt(pool)
    pool = f"/v1/pools/{pool.json['id']}"
    same(walk("GET", "/v1/pools").json["items"][0]["state"], "asked")
    problem(walk("POST", "/v1/pools/{id}/{act}", {}, 409, path=pool + "/share"), 409, "conflict")
    lost = {"subject": "sub_x", "amount": 1, "evidence": "0" * 64, "text": "x"}
    problem(walk("POST", "/v1/pools/{pool}/claims", lost, 409, path=pool + "/claims"), 409, "conflict")
    same(walk("GET", "/v1/pools/{pool}/claims", path=pool + "/claims").json["items"], [])
    problem(walk("GET", "/v1/claims/{id}", None, 400, path="/v1/claims/clm_x"), 400, "id.malformed")
    problem(walk("POST", "/v1/claims/{id}/{act}", {"text": "x"}, 400, path="/v1/claims/clm_x/grant"), 400, "id.malformed")
    counsel = "/v1/counsel/cns_" + "a" * 26
    request = {"incident": "inc_" + "a" * 26, "counsel": "A & Co", "recipient": RECIPIENT}
    problem(walk("POST", "/v1/counsel", request, 404), 404, "not_found")
    same(walk("GET", "/v1/counsel").json["items"], [])
    problem(walk("GET", "/v1/counsel/{id}", None, 400, path=counsel), 400, "id.malformed")
    problem(walk("POST", "/v1/counsel/{id}/persons", {"lines": ["x"]}, 400, path=counsel + "/persons"), 400, "id.malformed")
    problem(walk("POST", "/v1/counsel/{id}/file", {}, 400, path=counsel + "/file"), 400, "id.malformed")
    problem(walk("POST", "/v1/counsel/{id}/{act}", {}, 400, path=counsel + "/start"), 400, "id.malformed")
    problem(walk("POST", "/v1/mandates", {"pass": "x"}, 403), 403, "pass.unknown")
    promise = walk("POST", "/v1/promises", {"kind": "audit", "text": "x", "due": "2030-01-31"}, 201)
    receipt(promise)
    same(len(walk("GET", "/v1/promises").json["items"]), 1)
    receipt(walk("POST", "/v1/promises/{id}/{act}", {"text": "x"}, path=f"/v1/promises/{promise.json['id']}/note"))
    budi = walk("POST", "/v1/subjects", {"ref": "wallet", "fields": {"name": "Budi"}}, 201).json["id"]
    held = walk("GET", "/v1/subjects/{id}/wallet", path=f"/v1/subjects/{budi}/wallet")
    receipt(held)
    same(held.json["items"], [])
    problem(walk("POST", "/v1/wallet", {"id": budi, "codes": True}, 403), 403, "pass.missing")
    for verb in ("check", "reserve", "redeem"):
        body = {"code": "0000-0000-0000-0000"} if verb == "check" else {"code": "0000-0000-0000-0000", "amount": 1}
        problem(walk("POST", f"/v1/vouchers/{verb}", body, 404), 404, "voucher.unknown")
    for verb in ("capture", "void", "refund"):
        problem(walk("POST", f"/v1/vouchers/{verb}", {"redemption": "red_x"}, 400), 400, "id.malformed")


def ledger(walk, index):
    note = walk("GET", "/v1/ledger/checkpoint")
    same(note.headers["content-type"], "text/plain; charset=utf-8")
    same(note.headers["cache-control"], "no-store")
    origin, size, root = note.body.decode().split("\n")[:3]
    same([origin, len(unbase64(root))], [walk.home.origin, 32])
    tile = walk("GET", "/v1/ledger/tile/{path*}", path=f"/v1/ledger/tile/0/000.p/{size}")
    same([len(tile.body), tile.headers["content-type"]], [32 * int(size), "application/octet-stream"])
    within("immutable", tile.headers["cache-control"])
    walk("GET", "/v1/ledger/tile/{path*}", path=f"/v1/ledger/tile/entries/000.p/{size}")
    same(walk.home.http("GET", "/v1/ledger/tile/9/000").status, 404)
    proof = walk("GET", "/v1/ledger/proof", path=f"/v1/ledger/proof?index={index}&size={size}")
    same([proof.json["index"], len(unbase64(proof.json["leaf_hash"]))], [index, 32])
    entry = walk("GET", "/v1/ledger/entries/{index}", path=f"/v1/ledger/entries/{index}")
    same([entry.json["index"], entry.json["leaf_hash"]], [index, proof.json["leaf_hash"]])
    walk("POST", "/v1/ledger/pins", {"where": "the accountant's drawer"})
    # No witness is there to cosign, so its words are refused; that the row answers is what is seen here.
    walk("POST", "/v1/ledger/witnesses", {"vkey": "nobody.example+00000000+AAAA"}, 400)


def people(walk):
    staff = walk("POST", "/v1/staff", {"name": "Dewi", "email": "dewi@shop.example"}, 201).json["id"]
    listed = walk("GET", "/v1/staff", path="/v1/staff?limit=10").json["items"]
    same([[item["id"], item["state"]] for item in listed], [[staff, "invited"]])
    walk("POST", "/v1/staff/{id}/lessons", {"lesson": "privacy"}, 202, path=f"/v1/staff/{staff}/lessons")  # a key without a name
    wider = walk("POST", "/v1/staff/{id}/role", {"role": "support"}, 202, path=f"/v1/staff/{staff}/role")
    same(wider.json["state"], "delayed")
    invite = walk("POST", "/v1/staff/{id}/invite", None, 201, path=f"/v1/staff/{staff}/invite").json["invite"]
    check(invite.startswith("ami_"), "an invitation is shown once")
    got = walk("POST", "/v1/enrol", {"invite": invite, "password": "four words and more"}, key="").json
    check(got["totp"]["uri"].startswith("otpauth://totp/") and len(got["recovery"]) == 10, str(got))
    walk("POST", "/v1/staff/{id}/recover", None, 403, path=f"/v1/staff/{staff}/recover")  # only on the machine itself
    key = walk("POST", "/v1/keys", {"role": "support", "name": "desk", "holders": [staff], "days": 7}, 201,
               headers={"Idempotency-Key": "once"})
    check(key.json["key"].startswith("amk_"), "a key is shown once")
    replayed = walk.home.http("POST", "/v1/keys", {"role": "support", "name": "desk", "holders": [staff], "days": 7},
                              headers={"Idempotency-Key": "once"})
    same([replayed.json["id"], replayed.headers["idempotent-replayed"]], [key.json["id"], "true"])
    check(key.json["key"].encode() not in replayed.body, "a secret is shown once")
    problem(walk.home.http("POST", "/v1/keys", {"role": "support"}, headers={"Idempotency-Key": "once"}), 422,
            "idempotency.other_body")
    self = walk("GET", "/v1/self", key=key.json["key"])
    same([self.json["role"], self.json["reader"]], ["support", key.json["id"]])
    within('r=', self.headers["ratelimit"])
    within(key.json["id"], [item["id"] for item in walk("GET", "/v1/keys").json["items"]])
    again = walk("POST", "/v1/keys/{id}/rotate", path=f"/v1/keys/{key.json['id']}/rotate", status=201)
    same(again.json["rotated_from"], key.json["id"])
    asked = walk("POST", "/v1/sessions", {"key": key.json["id"]}, key="")
    within(key.json["id"], asked.json["challenge"])
    walk("DELETE", "/v1/sessions", status=400)  # a key has none to end: tests/scenario/key_sessions.py has
    walk("DELETE", "/v1/keys/{id}", path=f"/v1/keys/{key.json['id']}")
    problem(walk.home.http("GET", "/v1/self", key=key.json["key"]), 401, "credential.unknown")
    left = walk("POST", "/v1/staff/{id}/leave", path=f"/v1/staff/{staff}/leave").json
    same(left["id"], staff)
    same(walk("GET", "/v1/staff/{id}/leave", path=f"/v1/staff/{staff}/leave").json["left"], left["left"])
    walk("POST", "/v1/roles", {"name": "packer", "fields": ["name"], "purposes": ["delivery"], "acts": ["reveal"],
                               "daily": 10, "reason": False})
    within("packer", [item["name"] for item in walk("GET", "/v1/roles").json["items"]])
    walk("POST", "/v1/budgets", {"scope": "role", "id": "packer", "daily": 5})
    same(walk("GET", "/v1/budgets").json["items"], [{"scope": "role", "id": "packer", "minute": 0, "hour": 0, "daily": 5,
                                                     "monthly": 0}])
    within("packer", [item["role"] for item in walk("GET", "/v1/watch/blast-radius").json["roles"]])
    within("operator", [item["reader"] for item in walk("GET", "/v1/watch/status").json["items"]])
    same(walk("GET", "/v1/alerts").json["items"], [])
    stopped = walk.home.good("POST", "/v1/keys", {"role": "support"})["id"]
    same(walk.home.http("POST", "/v1/breaker/operator/trip").status, 400, "who holds the machine is never refused")
    same(walk("POST", "/v1/breaker/{reader}/trip", path=f"/v1/breaker/{stopped}/trip").json["breaker"], "open")
    same(walk("POST", "/v1/breaker/{reader}/reset", None, 202, path=f"/v1/breaker/{stopped}/reset").json["state"], "delayed")
    walk("POST", "/v1/mutes", {"detector": "dormant", "reason": "holidays", "days": 30}, 202)
    walk("POST", "/v1/canaries", {"partner": "courier"}, 409)
    ids = [walk.home.good("POST", "/v1/staff", {"name": f"Keeper {n}", "email": f"keeper{n}@shop.example"})["id"] for n in "12"]
    walk("POST", "/v1/canaries/plan", {"domains": ["mail.shop.example"], "keepers": ids}, 202)
    walk("POST", "/v1/canaries/list", None, 409)
    asked = walk("POST", "/v1/approvals", {"reason": "recall", "subjects_max": 500}, 202).json["approval"]
    within(asked, [item["approval"] for item in walk("GET", "/v1/approvals").json["items"]])
    walk("POST", "/v1/approvals/{id}/approve", status=403, path=f"/v1/approvals/{asked}/approve")  # by its asker
    walk("POST", "/v1/approvals/{id}/cancel", path=f"/v1/approvals/{asked}/cancel")
    exported = walk("POST", "/v1/exports", {"who": "all", "fields": ["name"], "purpose": "operations", "reason": "asked",
                                            "recipient": RECIPIENT}, 202)
    receipt(exported)
    export, job = exported.json["export"], exported.json["job"]
    within(export, [item["id"] for item in walk("GET", "/v1/exports").json["items"]])
    same(walk("GET", "/v1/exports/{id}", path=f"/v1/exports/{export}").json["state"], "asked")
    walk("GET", "/v1/exports/{id}/file", status=409, path=f"/v1/exports/{export}/file")  # nobody agreed yet
    within(job, [item["id"] for item in walk("GET", "/v1/jobs").json["items"]])
    same(walk("GET", "/v1/jobs/{id}", path=f"/v1/jobs/{job}").json["of"], export)
    receipt(walk("POST", "/v1/jobs/{id}/cancel", path=f"/v1/jobs/{job}/cancel"))
    receipt(walk("POST", "/v1/rotation", {"rekey": True}, 202))
    within(walk("GET", "/v1/rotation").json["state"], ["moving", "moved", "done"])
    walk("POST", "/v1/services", {"name": "frontend", "fields": ["name"], "purposes": ["self"],
                                  "routes": ["GET /api/customers/{ref} = name"]}, 201)
    within("frontend", [item["name"] for item in walk("GET", "/v1/services").json["items"]])
    same(walk("GET", "/v1/observed").json["items"], [], "no log from outside was read")
    log = b'{"log": 1}\n{"who": "kim"}\n'
    chunk = {"system": "frontend", "first": base64ed(hashlib.sha256(log[:11]).digest()), "hash": base64ed(hashlib.sha256(log).digest()),
             "to": len(log), "lines_to": 2, "name": "views", "routes": ["GET /api/customers/{ref}"],
             "rows": base64ed(b"\x01\x01\x03kim\x01" + b"\x00\x00\x01\x04\x01\x01\x01\x05right")}
    receipt(walk("POST", "/v1/observed", chunk))
    same(walk("POST", "/v1/observed", chunk, 409).code, "conflict")
    same(walk("POST", "/v1/observed", chunk | {"hash": "no base64"}, 400).code, "request.malformed")
    same(walk("GET", "/v1/observed").json["items"][0]["bytes"], len(log))
    secret = walk("POST", "/v1/secrets", {"name": "token signing key", "kind": "signing_key", "owner": staff}, 201).json["id"]
    walk("POST", "/v1/secrets/{id}/holders", {"holders": [staff]}, path=f"/v1/secrets/{secret}/holders")
    walk("POST", "/v1/secrets/{id}/rotated", {"proof": "ticket 7", "old_dead": "401 from the API"},
         path=f"/v1/secrets/{secret}/rotated")
    within(secret, [item["id"] for item in walk("GET", "/v1/secrets").json["items"]])
    subject = walk.home.create("right")
    walk("POST", "/v1/grants", {"subject": subject, "role": "packer", "ticket": "17"}, 201)
    within(subject, [item["subject"] for item in walk("GET", "/v1/grants").json["items"]])
    walk("POST", "/v1/passes", {"subject": subject, "client_network": "192.0.2.7"}, 201)
    walk("POST", "/v1/mail", {"url": "smtp://127.0.0.1:1", "from": "toko@shop.example", "starttls": "never"}, 202)
    walk("GET", "/v1/mail", status=404)  # it waits for the second yes
    walk("POST", "/v1/mail/test", {"to": "kim@shop.example"}, 404)
    same(walk("GET", "/v1/mail/queue").json["set"], False)
    hook = walk("POST", "/v1/sinks", {"kind": "webhook", "url": "http://127.0.0.1:1/"}, 201).json
    check(hook["secret"].startswith("whsec_"), "a webhook's secret is shown once")
    within(hook["id"], [item["id"] for item in walk("GET", "/v1/sinks").json["items"]])
    walk("POST", "/v1/sinks/test", {"id": hook["id"]}, 202)
    walk("DELETE", "/v1/sinks/{id}", status=202, path=f"/v1/sinks/{hook['id']}")  # it waits for the second yes
    within("looked", walk("GET", "/v1/watch/weekly").json["text"])
    receipt(walk("POST", "/v1/backups", {"outcome": "failed", "cause": "store.full"}))
    told = walk("GET", "/v1/backups").json
    same((told["well"], told["made"], told["failed"]["cause"]), (False, None, "store.full"))
    stream(walk)
    walk("POST", "/v1/fields", {"name": "size", "kind": "text", "bytes": 20}, 201)
    within("size", [item["name"] for item in walk("GET", "/v1/fields").json["items"]])


def incidents(walk):
    begun = walk("POST", "/v1/incidents", {"title": "a list is for sale", "kind": "dump_for_sale", "lang": "id"}, 201).json
    one = begun["id"]
    same(begun["tasks"], 7)
    path = f"/v1/incidents/{one}"
    same([item["id"] for item in walk("GET", "/v1/incidents").json["items"]], [one])
    task = walk("POST", "/v1/incidents/{id}/{kind}", {"text": "look at it"}, 201, path=path + "/tasks")
    receipt(task)
    same(walk("GET", "/v1/incidents/{id}", path=path).json["tasks"][-1]["line"], task.json["line"])
    same(len(walk("GET", "/v1/incidents/{id}/{part}", path=path + "/timeline?limit=2").json["items"]), 2)
    within("suspected", problem(walk("POST", "/v1/incidents/{id}/contain", {"dry_run": True}, 409, path=path + "/contain"), 409,
                                "check.not_met")["detail"])
    same(walk("GET", "/v1/incidents/{id}/exposures", None, 404, path=path + "/exposures").code, "not_found", "nothing was counted yet")
    counted = walk("POST", "/v1/incidents/{id}/scope", {"fields": ["email"]}, path=path + "/scope").json
    same([counted["version"], [one["field"] for one in counted["fields"]]], [1, ["email"]])
    same(walk("GET", "/v1/incidents/{id}/exposures", path=path + "/exposures").json["sets"], counted["sets"])
    someone = walk("POST", "/v1/subjects", {"ref": "exposed", "fields": {"name": "Kim"}}, 201).json["id"]
    same(walk("GET", "/v1/incidents/{id}/exposures/{subject}", None, 404, path=f"{path}/exposures/{someone}").code, "subject.not_found")
    same(walk("GET", "/v1/profile").json["seat"], "")
    same(walk("POST", "/v1/profile", {"seat": "ID"}).json["seat"], "ID")
    check(walk("GET", "/v1/incidents/{id}/clocks", path=path + "/clocks").json["clocks"], "it has deadlines")
    same(walk("GET", "/v1/incidents/{id}/severity", path=path + "/severity").json["complete"], False)
    check(walk("GET", "/v1/incidents/{id}/cost", path=path + "/cost").json["fines"], "what it can cost")
    same(walk("GET", "/v1/cost").json["today"], True)
    walk("POST", "/v1/contacts", {"name": "Komdigi", "way": "159", "regime": "id-pdp"}, 201)
    same([row["way"] for row in walk("GET", "/v1/contacts/{regime}", path="/v1/contacts/id-pdp").json["items"] if row["from"] == "shop"], ["159"])
    check(len(walk("GET", "/v1/contacts").json["items"]) > 5, "of all rules")
    same(len(walk("GET", "/v1/incidents/{id}/facts", path=path + "/facts").json["facts"]), 33)
    same(walk("POST", "/v1/incidents/{id}/orphans", None, 403, path=path + "/orphans").code, "role.act", "that is for who holds the machine")
    same(walk("POST", "/v1/incidents/{id}/check", None, 404, path=path + "/check").code, "not_found", "no prevention has one that the vault makes")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    kept = walk("POST", "/v1/incidents/{id}/holds", {"place": "web1", "files": [f"0 {empty} {empty} /var/log/a.log"]}, path=path + "/holds")
    receipt(kept)
    same([[row["path"], row["state"]] for row in kept.json["items"]], [["/var/log/a.log", "held"]])
    problem(walk("POST", "/v1/incidents/{id}/holds", {"place": "web1", "files": ["0 /var/log/a.log"]}, 400, path=path + "/holds"), 400, "request.malformed")
    same(walk("POST", "/v1/incidents/{id}/holds", {"place": "web1", "files": ["- /var/log/a.log"]}, path=path + "/holds").json["items"][0]["state"], "gone")
    drafted = walk("POST", "/v1/incidents/{id}/reports", {"duty": "kr-pipa/authority"}, 201, path=path + "/reports")
    receipt(drafted)
    line = drafted.json["line"]
    same([row["line"] for row in walk("GET", "/v1/incidents/{id}/reports", path=path + "/reports").json["items"]], [line])
    same(walk("GET", "/v1/incidents/{id}/reports/{line}", path=f"{path}/reports/{line}").json["report"], drafted.json["report"])
    paper = walk("GET", "/v1/incidents/{id}/reports/{line}/pdf", path=f"{path}/reports/{line}/pdf")
    same([paper.headers["content-type"], paper.body[:5], paper.headers["cache-control"]], ["application/pdf", b"%PDF-", "no-store"])
    walk("GET", "/v1/incidents/{id}/reports/{line}/pdf", None, 404, path=f"{path}/reports/1/pdf")
    receipt(walk("POST", "/v1/incidents/{id}/reports/{line}/file", {"how": "form", "receipt": "42"}, path=f"{path}/reports/{line}/file"))
    held = walk("POST", "/v1/incidents/{id}/words", {"lang": "en", "kind": "other", "text": "12 customers, for sure"}, path=path + "/words").json
    same([row["rule"] for row in held["findings"]], ["number"])
    words = walk("POST", "/v1/incidents/{id}/statements", {"kind": "apology"}, 201, path=path + "/statements")
    receipt(words)
    same(len(words.json["texts"]), 24)
    same([row["line"] for row in walk("GET", "/v1/incidents/{id}/statements", path=path + "/statements").json["items"]], [words.json["line"]])
    said = f"{path}/statements/{words.json['line']}"
    same(walk("GET", "/v1/incidents/{id}/statements/{line}", path=said).json["texts"], words.json["texts"])
    problem(walk("POST", "/v1/incidents/{id}/statements/{line}/publish", {"where": "here"}, 409, path=said + "/publish"), 409, "check.not_met")
    file = walk("POST", "/v1/incidents/{id}/evidence", {"name": "sample.csv", "data": "c2VlbgA="}, 201, path=path + "/evidence")
    receipt(file)
    same(file.json["bytes"], 5)
    held = f"{path}/evidence/{file.json['line']}"
    begun = walk("POST", "/v1/incidents/{id}/evidence/{line}/read", {"reason": "to the lawyer"}, path=held + "/read")
    receipt(begun)
    part = walk("POST", "/v1/incidents/{id}/evidence/{line}/read", {"taking": begun.json["taking"]}, path=held + "/read").json
    same(unbase64(part["data"]), b"seen\0")
    same(walk("GET", "/v1/passwords/range/{prefix}", None, path="/v1/passwords/range/21BD1").body, b"")
    same(walk("GET", "/v1/incidents/{id}/reconcile", None, path=path + "/reconcile").json["claims"], [])
    bundle = walk("POST", "/v1/incidents/{id}/export", {}, path=path + "/export")
    check(bundle.body[257:262] == b"ustar", "an archive")
    found = walk("POST", "/v1/incidents/{id}/evidence/{line}/match", {}, path=held + "/match")
    receipt(found)
    same([found.json["verdict"], found.json["people"]], ["undecided", 0])
    walk("POST", "/v1/incidents/{id}/evidence/{line}/release", {"reason": "x"}, 409, path=held + "/release")  # a hold stands
    notice = walk("POST", "/v1/incidents/{id}/notices", {"regimes": ["id-pdp"]}, 201, path=path + "/notices")
    receipt(notice)
    run = f"{path}/notices/{notice.json['notice']['run']}"
    same(walk("GET", "/v1/incidents/{id}/notices", path=path + "/notices").json["items"][0]["state"], "draft")
    same(walk("GET", "/v1/incidents/{id}/notices/{run}", path=run).json["people"]["accepted"], 0)
    within("data breach", walk("GET", "/v1/incidents/{id}/notices/{run}/preview", path=run + "/preview").json["body"])
    walk("GET", "/v1/incidents/{id}/notices/{run}/people/{subject}", None, 404, path=f"{run}/people/{someone}")
    walk("POST", "/v1/incidents/{id}/notices/{run}/{act}", {}, 409, path=run + "/pause")
    same(walk("POST", "/v1/notices/verify", {"code": "00000-00000-00000-00000-00000-0"}).json, {"ours": False})
    walk("POST", "/v1/notices/bounces", {"recipient": "toko+nx@shop.example", "message": "x"}, 400)
    within("Subject: ", walk("POST", "/v1/notices/texts", {"lang": "ko"}).json["text"])
    walk("POST", "/v1/notices/hook", {}, 404)
    walk("POST", "/v1/notices/letters", {"id": path.rsplit("/", 1)[1], "run": notice.json["notice"]["run"]}, 409)
    told = problem(walk("POST", "/v1/incidents/{id}/close", {}, 409, path=path + "/close"), 409, "check.not_met")
    within("/task.open", [error["pointer"] for error in told["errors"]])


def stream(walk):
    """Server-sent events begin at once, and do not end."""
    walk.called.add(("GET", "/v1/events"))
    line = http.client.HTTPConnection("127.0.0.1", walk.home.port, timeout=10)
    line.request("GET", "/v1/events", headers={"Authorization": f"Bearer {walk.home.admin}"})
    got = line.getresponse()
    same((got.status, got.headers["content-type"], got.headers["cache-control"]), (200, "text/event-stream", "no-store"))
    same(got.readline(), b"retry: 2000\n")
    line.close()


def openapi(document):
    """Its structure, by the parts of the specification that a client generator needs."""
    same(document["openapi"], "3.1.0")
    want = {(method.lower(), re.sub(r"\*", "", path)) for method, path, *_ in rows()}
    got = {(method, path) for path, item in document["paths"].items() for method in item}
    same(got, want, "the document and the table")
    names, problems = [], set(document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"])
    for path, item in document["paths"].items():
        for method, operation in item.items():
            names.append(operation["operationId"])
            parameters = [resolve(document, parameter) for parameter in operation["parameters"]]
            in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
            same(in_path, set(re.findall(r"{(\w+)}", path)), f"{method} {path}: its path parameters")
            for parameter in parameters:
                check(parameter["in"] in ("path", "query", "header") and "type" in parameter["schema"], path)
            check("default" in operation["responses"], path)
            resolve(document, operation["responses"]["default"])
            for media in operation.get("requestBody", {}).get("content", {}).values():
                schema = media["schema"]
                check(set(schema.get("required", [])) <= set(schema.get("properties", {})), path)
    same(len(names), len(set(names)), "operation ids are unique")
    same(problems, set(slugs()) - {"ok"}, "the codes of problems")


def resolve(document, part):
    while "$ref" in part:
        target = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        part = target
    return part


def filled(path):
    return re.sub(r"{\w+\*?}", lambda found: {"{path*}": "0/000", "{index}": "0", "{line}": "1", "{run}": "1"}.get(found[0], "x" * 26), path)


def every_row_refuses_what_it_must():
    with Home() as home:
        door = portal_door(home)
        for method, path, verb, body, reply in rows():
            here = filled(path)
            if path.startswith(("/v1/portal", "/status/")):
                problem(home.http(method, here, body_for(body)), 404, "route.not_found")
                if body in ("JSON", "OPTIONAL"):
                    refused_bodies(door, method, here)
                same(door.http(method, here + "?surprise=1", body_for(body)).code, "request.unknown_member", here)
                continue
            answer = home.http("TRACE" if method == "PUT" else "PUT", here)
            problem(answer, 405, "route.method")
            within(method, answer.headers["allow"].split(", "))
            if reply in ("HEALTH", "OPENAPI"):
                continue
            if (method, path) not in (("POST", "/v1/sessions"), ("POST", "/v1/enrol")):  # it is how a credential is got
                refused_without_a_key(home, method, here, body)
            if reply != "METRICS":
                same(home.http(method, here + "?surprise=1", body_for(body), headers=if_match(method),
                               kind=kind_for(body)).code, "request.unknown_member", f"{method} {path}")
            if body == "NONE":
                problem(home.http(method, here, {"a": 1}), 400, "request.malformed")
            elif body in ("JSON", "OPTIONAL"):
                refused_bodies(home, method, here)
            else:
                problem(home.http(method, here, b"x", kind="image/png"), 415, "request.media_type")
                problem(home.http(method, here, b"name\nx\n", kind="text/csv"), 400, "request.malformed")


def body_for(body):
    return {"JSON": {}, "ROWS": b"ref\n1\n"}.get(body)


def kind_for(body):
    return {"ROWS": "text/csv"}.get(body)


def if_match(method):
    return {"If-Match": '"1"'} if method == "PATCH" else {}


GOOD = {
    "/v1/subjects": {"ref": "r", "fields": {}}, "/v1/lookup": {"field": "ref", "value": "v", "purpose": "operations"},
    "/v1/reveal": {"subjects": ["x" * 26], "fields": ["name"], "purpose": "operations"},
    "/v1/mail": {"url": "smtp://127.0.0.1:1", "from": "x@shop.example"}, "/v1/mail/test": {"to": "x@shop.example"},
    "/v1/observed": {"system": "s", "first": "", "hash": "", "to": 1, "lines_to": 1},
    "/v1/ledger/pins": {"where": "x"}, "/v1/backups": {"outcome": "failed"},
    "/v1/ledger/witnesses": {"vkey": "x"}, "/v1/keys": {"role": "support"},
    "/v1/staff": {"name": "x", "email": "x@shop.example"}, "/v1/roles": {
        "name": "x", "fields": [], "purposes": [], "acts": [], "daily": 1}, "/v1/fields": {"name": "x"},
    "/v1/budgets": {"scope": "shop"}, "/v1/incidents": {"title": "x", "kind": "other"}, "/v1/secrets": {"name": "x"}, "/v1/services": {"name": "x", "fields": [], "purposes": []},
    "/v1/secrets": {"name": "x"}, "/v1/staff/{id}/lessons": {"lesson": "x"}, "/v1/staff/{id}/role": {"role": "support"},
    "/v1/secrets/{id}/holders": {"holders": []}, "/v1/secrets/{id}/rotated": {"proof": "x", "old_dead": "x"},
    "/v1/approvals": {"reason": "x", "subjects_max": 1}, "/v1/grants": {"subject": "x" * 26, "ticket": "1"},
    "/v1/profile": {"seat": "ID"}, "/v1/contacts": {"name": "x", "way": "y"},
    "/v1/sinks": {"kind": "mail", "address": "x@shop.example"},
    "/v1/incidents/{id}/holds": {"place": "x"}, "/v1/incidents/{id}/evidence": {"name": "x", "data": "eA=="}, "/v1/incidents/{id}/evidence/1/release": {"reason": "x"},
    "/v1/incidents/{id}/statements": {"kind": "apology"}, "/v1/incidents/{id}/statements/1/publish": {"where": "x"},
    "/v1/incidents/{id}/words": {"lang": "en", "text": "x"}, "/v1/incidents/{id}/reports": {"duty": "impact"}, "/v1/incidents/{id}/reports/1/file": {"how": "x"},
    "/v1/incidents/{id}/evidence": {"name": "x", "data": "eA=="}, "/v1/incidents/{id}/evidence/1/release": {"reason": "x"},
    "/v1/exports": {"who": "all", "fields": ["name"], "purpose": "operations", "reason": "x", "recipient": RECIPIENT},
    "/v1/mutes": {"reason": "x", "days": 1}, "/v1/notices/verify": {"code": "x"}, "/v1/notices/texts": {"lang": "en"},
    "/v1/notices/letters": {"id": "x", "run": 1}, "/v1/notices/hook": {},
    "/v1/notices/bounces": {"recipient": "x", "message": "x"},
    "/v1/canaries/plan": {"domains": ["x.example"]}, "/v1/canaries": {"partner": "x"},
    "/v1/passes": {"subject": "x" * 26, "client_network": "192.0.2.7"},
    "/v1/campaigns": {"title": "x", "parts": ["a=1 b"], "until": "2030-01-31"}, "/v1/vouchers/check": {"code": "x"},
    "/v1/campaigns/{id}/payments": {"part": "x", "recipient": RECIPIENT}, "/v1/payments/{id}/file": {"purpose": "x"},
    "/v1/payments/book": {"lines": ["x"]},
    "/v1/vouchers/reserve": {"code": "x", "amount": 1}, "/v1/vouchers/redeem": {"code": "x", "amount": 1},
    "/v1/pools": {"title": "x", "amount": 1, "currency": "KRW", "until": "2030-01-31", "text": "x"}, "/v1/claims/{id}/{id}": {"text": "x"},
    "/v1/pools/{id}/claims": {"subject": "x", "amount": 1, "evidence": "0" * 64, "text": "x"},
    "/v1/counsel": {"incident": "x", "counsel": "x", "recipient": RECIPIENT}, "/v1/counsel/{id}/persons": {"lines": ["x"]},
    "/v1/mandates": {"pass": "x"},
    "/v1/promises": {"kind": "audit", "text": "x", "due": "2030-01-31"}, "/v1/promises/{id}/{id}": {"text": "x"},
    "/v1/desk/tickets": {"kind": "scam", "text": "x"}, "/v1/desk/tickets/{id}/{id}": {"text": "x"}, "/v1/wallet": {"id": "x"}, "/v1/vouchers/capture": {"redemption": "x"}, "/v1/vouchers/void": {"redemption": "x"}, "/v1/vouchers/refund": {"redemption": "x"},
}


def refused_without_a_key(home, method, path, body):
    sent = GOOD.get(path.replace("x" * 26, "{id}"), {}) if body == "JSON" else body_for(body)
    query = "?index=0" if path.endswith("/proof") else ""
    for key, code in (("", "credential.missing"), ("amk_" + "0" * 60, "credential.unknown")):
        answer = home.http(method, path + query, sent, key=key, headers=if_match(method), kind=kind_for(body))
        same(answer.code, code, f"{method} {path}: {answer}")
        same([answer.status, answer.headers["www-authenticate"]], [401, "Bearer"])


def refused_bodies(home, method, path):
    for sent, kind, status, code in (
            (b"{", "application/json", 400, "request.malformed"),
            (b"[]", "application/json", 400, "request.malformed"),
            (b'{"a":"\\u0000"}', "application/json", 400, "request.malformed"),
            (b'{"a":"\xff"}', "application/json", 400, "request.malformed"),
            (b"{}", "text/plain", 415, "request.media_type"),
            (b"{}", None, 415, "request.media_type"),
            (f'{{"{CANARY}":"{CANARY}"}}'.encode(), "application/json", 400, "request.unknown_member"),
            (b'{"surprise":{"' + CANARY.encode() + b'":[1,[2]]}}', "application/json", 400, "request.unknown_member")):
        told = problem(home.http(method, path, sent, kind=kind, headers=if_match(method)), status, code)
        if code == "request.unknown_member":
            check(told["errors"], "a wrong member is pointed at")


def a_subject_changes_only_from_its_newest_version():
    with Home() as home:
        home.start()
        subject = home.create("1", name="Ana")
        one = f"/v1/subjects/{subject}"
        problem(home.http("PATCH", one, {"lang": "ko"}), 428, "subject.if_match")
        tag = home.http("GET", one).headers["etag"]
        same(home.http("PATCH", one, {"lang": "ko"}, headers={"If-Match": tag}).status, 200)
        problem(home.http("PATCH", one, {"lang": "id"}, headers={"If-Match": tag}), 412, "subject.stale")
        problem(home.http("PATCH", one, {"lang": "id"}, headers={"If-Match": "newest"}), 400, "request.malformed")
        same(home.http("GET", one).json["lang"], "ko")


def a_look_that_finds_nobody_has_a_receipt():
    with Home() as home:
        home.start()
        answer = home.http("POST", "/v1/lookup", {"field": "email", "value": CANARY, "purpose": "operations",
                                                  "reason": "asked"})
        problem(answer, 404, "subject.not_found")
        receipt(answer)


def a_spent_budget_says_which_and_until_when():
    with Home() as home:
        home.start()
        ids = [home.create(str(n), name="Ana") for n in range(3)]
        home.good("POST", "/v1/roles", {"name": "slow", "fields": ["name"], "purposes": ["delivery"],
                                        "acts": ["reveal"], "daily": 2, "reason": False})
        key = home.issue("slow")
        for subject in ids[:2]:
            same(home.reveal(subject, ["name"], purpose="delivery", key=key).status, 200)
        answer = home.reveal(ids[2], ["name"], purpose="delivery", key=key)
        told = problem(answer, 429, "budget.day")
        same({**told["budget"], "refills_at": ""}, {"scope": "reader", "window": "day", "limit": 2, "used": 2, "refills_at": ""})
        check(0 < int(answer.headers["retry-after"]) <= 86400, "when to come again")
        same([answer.headers["ratelimit"], answer.headers["ratelimit-policy"]],
             [f'"day";r=0;t={answer.headers["retry-after"]}', '"day";q=2'])


def a_head_is_a_get_without_its_body():
    with Home() as home:
        home.start()
        line = http.client.HTTPConnection("127.0.0.1", home.port, timeout=20)
        for _ in range(2):
            line.request("HEAD", "/healthz")
            got = line.getresponse()
            same([got.status, got.read()], [200, b""])
        line.request("GET", "/healthz", headers={"X-Request-Id": "a.b-c_1"})
        got = line.getresponse()
        same([got.getheader("X-Request-Id"), json.loads(got.read())["ready"]], ["a.b-c_1", True])
        line.request("GET", "/healthz", headers={"X-Request-Id": "a b\"c"})
        check(line.getresponse().getheader("X-Request-Id") != 'a b"c', "a strange id is not taken over")


def an_import_tells_what_it_did_and_what_it_refused():
    with Home() as home:
        home.start()
        rows_sent = ["Kode,이름,email"] + [f"C{n},Name {n},c{n}@shop.example" for n in range(2500)]
        rows_sent[1200] = 'C1199,"broken,'
        answer = home.http("POST", "/v1/import?map=ref=Kode", "\n".join(rows_sent).encode(), kind="text/csv")
        same(answer.status, 200, str(answer))
        told = answer.json
        same([told["created"], told["refused_count"], told["refused"][0]["line"]], [2499, 1, 1201], str(told)[:900])
        same({row["column"]: row["target"] for row in told["mapping"]}, {"Kode": "ref", "이름": "name", "email": "email"})
        receipt(answer)
        bad = "\n".join(["ref,email"] + [f"B{n},no at sign" for n in range(1200)]).encode()
        told = home.good("POST", "/v1/import", bad, kind="text/csv")
        same([told["created"], told["refused_count"], len(told["refused"])], [0, 1200, 1000])
        same([told["refused"][999]["line"], told["refused"][999]["code"]], [1001, "field.format"])
        lines = b'{"ref":"C1","name":"New"}\n{"ref":"N1","name":"Newer"}\n{"ref":\n'
        told = home.good("POST", "/v1/import?on_conflict=update", lines, kind="application/x-ndjson")
        same([told["changed"], told["created"], told["refused_count"]], [1, 1, 1], str(told))
        key = home.issue("support")
        problem(home.http("POST", "/v1/import", CSV.encode(), kind="text/csv", key=key), 403, "role.act")
        problem(home.http("POST", "/v1/import?map=nothing=gone", CSV.encode(), kind="text/csv"), 400,
                "request.malformed")


def nothing_that_was_sent_is_in_the_log():
    with Home() as home:
        home.start("--log-requests")
        home.create("1", name=CANARY, email=CANARY)
        for path in (f"/{CANARY}", f"/v1/subjects/{CANARY}", f"/v1/self?{CANARY}={CANARY}"):
            check(home.http("GET", path).status in (400, 404), path)
        home.http("POST", "/v1/lookup", {"field": "email", "value": CANARY, "purpose": CANARY})
        home.http("POST", "/v1/reveal", {CANARY: CANARY})
        home.http("GET", "/v1/self", headers={"X-Request-Id": CANARY, "Authorization": f"Bearer {CANARY}"})
        home.stop()
        said = home.daemon_said()
        check(CANARY.encode() not in said, "what was sent is in the log")
        check(home.admin.encode() not in said, "the key is in the log")
        within(b'event=http.request method=POST route=/v1/subjects status=201 us=', said)


if __name__ == "__main__":
    story(every_row_does_what_it_is_for, every_row_refuses_what_it_must,
          a_subject_changes_only_from_its_newest_version, a_look_that_finds_nobody_has_a_receipt,
          a_spent_budget_says_which_and_until_when, a_head_is_a_get_without_its_body,
          an_import_tells_what_it_did_and_what_it_refused, nothing_that_was_sent_is_in_the_log)
