#!/usr/bin/env python3
"""The portal: what customers learn there without a credential, and what nobody does."""
import base64
import functools
import hashlib
import http.server
import json
import os
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
import xml.etree.ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Door, Home, Wrong, check, free_port, same, story, unbase64, within  # noqa: E402
from mail_host import MailHost  # noqa: E402

CODE = re.compile(r"^([0-9a-z]{5}-){5}[0-9a-z]$", re.M)
HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
PEOPLE = [  # ref, name, e-mail, telephone, country, language, address, entrance code
    ("C-1", "Ji-woo Kim", "jiwoo@mail.example", "+821012345678", "KR", "ko"),
    ("C-2", "Dewi Lestari", "dewi@mail.example", "+6281234567890", "ID", "id"),
    ("C-3", HOSTILE, "hostile@mail.example", "+12025550100", "US", "en"),
    ("C-4", "Ana Lim", "ana@mail.example", "+12025550101", "US", "en"),
    ("C-5", "Bo Park", "bo@mail.example", "+12025550102", "US", "en"),
]
FACTS = {"how": {"en": "A key of somebody who had left was used.", "id": "Kunci milik orang yang sudah keluar dipakai.",
                 "ko": "퇴사자의 인증키가 사용되었습니다."},
         "actions": {"en": "We ended the key.", "id": "Kunci itu kami matikan.", "ko": "인증키를 폐기했습니다."},
         "desk": {"": "privacy@shop.example"}, "relief": {"": "Write to privacy@shop.example."},
         "rights": {"": "You may claim damages."}}


TERMS = {"terms_en": "Good until 31 January 2030. What is left stays good. This does not waive any right.",
         "terms_id": "Berlaku sampai 31 Januari 2030. Sisanya tetap berlaku. Ini bukan pelepasan hak.",
         "terms_ko": "2030년 1월 31일까지 쓸 수 있습니다. 남은 금액은 계속 쓸 수 있습니다. 권리를 포기하는 것이 아닙니다."}


def portal_options(home):
    home.portal_port = free_port()
    home.portal = f"http://localhost:{home.portal_port}"
    return ("--portal", f"127.0.0.1:{home.portal_port}")


def leaked(home, host, sent=True):
    """Customers, of whom all but Ana were seen by a key; their notices, sent."""
    home.ask("mail", "put", host.url, "--no-tls", "--sender", "toko@shop.example", "--name", "Toko Kim")
    home.ask("profile", "put", "desk=privacy@shop.example")
    quote = lambda fields: ",".join('"' + field.replace('"', '""') + '"' for field in fields)
    rows = "\n".join(["ref,name,email,phone,country,lang", *map(quote, PEOPLE)]) + "\n"
    home.run("import", home.file("customers.csv", rows))
    ids = {ref: home.ask("lookup", "ref", "--purpose", "support", stdin=f"{ref}\n")["ids"][0] for ref, *_ in PEOPLE}
    key = home.good("POST", "/v1/keys", {"role": "service", "name": "parcel labels"})
    same(home.reveal([ids["C-1"], ids["C-2"], ids["C-3"]], ["name", "email", "phone"], key=key["key"]).status, 200)
    made = home.good("POST", "/v1/incidents", {"title": "Customer list copied", "kind": "other"})["id"]
    for name, texts in FACTS.items():
        for lang, text in texts.items():
            home.run("incident", "add", made, "facts", f"name={name}", *([f"lang={lang}"] if lang else []), f"text={text}")
    home.run("incident", "scope", made, f"keys={key['id']}", "from=2020-01-01T00:00:00Z")
    if sent:
        home.ask("notice", "draft", made)
        home.run("notice", "send", made, "1", "--yes")
        host.await_mails(3)
    return {"ids": ids, "incident": made, "hostile": HOSTILE}


RIGHT_CODES, LOOKS_OF_A_VISIT = 2000, 300  # CHECKED of src/answer/portal/gates.def; VISIT_LOOKS_MAX of visit.h


class Visitor(Door):
    """A browser at the portal: keeps its cookie."""

    def __init__(self, home):
        super().__init__(home.portal_port)
        self.cookie = ""

    def ask(self, method, path, body=None, **headers):
        sent = {"Sec-Fetch-Site": "same-origin", **headers}
        if self.cookie:
            sent["Cookie"] = self.cookie
        answer = self.http(method, path, body, key="", headers=sent)
        given = answer.headers.get("set-cookie")
        if given:
            self.cookie = given.split(";")[0]
        return answer

    def good(self, method, path, body=None, status=200):
        answer = self.ask(method, path, body)
        same(answer.status, status, f"{method} {path}: {answer}")
        return answer.json


def notice_codes(host):
    """By address: the code in the mail of its notice."""
    found = [(mail.to, CODE.search(mail.text.replace("\r\n", "\n"))) for mail in list(host.mails)]
    return {address: match.group() for address, match in found if match}


def code_of(host, address):
    return notice_codes(host)[address]


def a_message_is_told_from_a_false_one():
    with Home(shop="toko-kim") as home, MailHost() as host:
        home.start(*portal_options(home))
        leaked(home, host)
        anybody = Visitor(home)
        same(anybody.good("GET", "/v1/portal"), {"shop": "Toko Kim", "desk": "privacy@shop.example", "accounts": 0})
        code = code_of(host, "dewi@mail.example")
        told = anybody.good("POST", "/v1/portal/verify", {"code": f" {code.upper()} "})
        same([told["ours"], told["to"], told["state"]], [True, "d***@mail.example", "accepted"])
        check("dewi@" not in str(told), "the recipient is masked")
        entry = home.good("GET", f"/v1/ledger/entries/{told['receipt']['index']}")
        same([entry["kind"], entry["reader"], entry["object_kind"]], ["run", "portal", 3], "the look is an entry before its answer")
        size = home.ask("ledger", "checkpoint")["checkpoint"].split("\n")[1]
        same(anybody.good("POST", "/v1/portal/verify", {"code": code[:-1] + ("2" if code[-1] != "2" else "3")}), {"ours": False})
        same(home.ask("ledger", "checkpoint")["checkpoint"].split("\n")[1], size, "a wrong code says nothing about anybody: no entry")
        looks = home.good("GET", f"/v1/subjects/{home.ask('lookup', 'ref', '--purpose', 'support', stdin='C-2' + chr(10))['ids'][0]}/sightings")["items"]
        within("portal", [look["reader"] for look in looks])
        home.stop()
        same(home.run("ledger", "verify").status, 0)


def guessing_ends_and_who_has_a_code_is_not_held_up():
    with Home(shop="toko-kim") as home, MailHost() as host:
        home.start(*portal_options(home), "--proxy", "127.0.0.1")
        leaked(home, host)
        thief = Visitor(home)
        for n in range(60):
            same(thief.ask("POST", "/v1/portal/verify", {"code": f"guess{n}"}, **{"X-Forwarded-For": "192.0.2.66"}).status, 200)
        refused = thief.ask("POST", "/v1/portal/verify", {"code": "guess"}, **{"X-Forwarded-For": "192.0.2.66"})
        same([refused.status, refused.code], [429, "portal.wait"])
        check(3500 < int(refused.headers["retry-after"]) <= 3600, str(refused.headers))
        code = code_of(host, "jiwoo@mail.example")
        same(thief.ask("POST", "/v1/portal/verify", {"code": code}, **{"X-Forwarded-For": "192.0.2.67"}).json["ours"], True)
        for _ in range(RIGHT_CODES):  # each is an entry: who has one code must not fill the ledger with it
            thief.ask("POST", "/v1/portal/verify", {"code": code}, **{"X-Forwarded-For": "192.0.2.68"})
        same(thief.ask("POST", "/v1/portal/verify", {"code": code}, **{"X-Forwarded-For": "192.0.2.68"}).code, "portal.wait")
        same(thief.ask("POST", "/v1/portal/verify", {"code": code}, **{"X-Forwarded-For": "192.0.2.69"}).json["ours"], True)


def the_portal_has_its_own_routes_and_no_others():
    with Home(shop="toko-kim") as home, MailHost() as host:
        home.start(*portal_options(home))
        leaked(home, host, sent=False)
        anybody = Visitor(home)
        for method, path in (("GET", "/v1/self"), ("POST", "/v1/reveal"), ("GET", "/openapi.json"), ("GET", "/metrics"),
                             ("POST", "/v1/notices/verify"), ("GET", "/v1/subjects/x"), ("POST", "/v1/sessions")):
            answer = anybody.http(method, path, {} if method == "POST" else None, key=home.admin)
            same([answer.status, answer.code], [404, "route.not_found"], f"{method} {path}, with an admin's key")
        same(home.http("GET", "/v1/portal").code, "route.not_found", "nor has the API the portal's")
        same(anybody.ask("POST", "/v1/portal/verify", {"code": "x"}, **{"Sec-Fetch-Site": "cross-site"}).code, "session.csrf")
        for path in ("/v1/portal/mine", "/v1/portal/seen", "/v1/portal/wallet"):  # a look is an entry, also when nobody can read the answer
            for headers in ({"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.test"}):
                same(anybody.ask("GET", path, **headers).code, "session.csrf")
            same(anybody.ask("GET", path).code, "credential.missing")
        same(anybody.ask("GET", "/healthz", **{"Sec-Fetch-Site": "cross-site"}).status, 200)
        for len_, status in ((60000, 400), (70000, 413)):  # by its length and without one
            same(anybody.ask("POST", "/v1/portal/verify", {"x": "y" * len_}).status, status)
        with socket.create_connection(("127.0.0.1", home.portal_port), timeout=30) as line:
            line.sendall(b"POST /v1/portal/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
                         b"Transfer-Encoding: chunked\r\n\r\n" + b"1000\r\n" + b" " * 4096 + b"\r\n")
            for _ in range(20):
                line.sendall(b"1000\r\n" + b" " * 4096 + b"\r\n")
            line.sendall(b"0\r\n\r\n")
            within(b"413", line.recv(4096))
        same(anybody.ask("POST", "/v1/portal/verify", {"code": "x", "browser": "me"}).code, "request.unknown_member")
        same(anybody.ask("GET", "/healthz").json, {"ready": True})
        page = anybody.ask("GET", "/")
        for header, words in (("content-security-policy", "default-src 'none'"), ("x-content-type-options", "nosniff"),
                              ("referrer-policy", "no-referrer"), ("cross-origin-opener-policy", "same-origin")):
            within(words, page.headers[header])
        check("unsafe" not in page.headers["content-security-policy"], "nothing inline")
        within("frame-ancestors 'none'", page.headers["content-security-policy"])


def beyond_this_machine_it_wants_tls_and_of_several_shops_one():
    with Home(shop="toko-kim") as home:
        refused = home.cli("serve", home.path, "--listen", f"127.0.0.1:{free_port()}", "--portal", f"0.0.0.0:{free_port()}")
        same(refused.status, 2)
        within("--portal: beyond this machine only with TLS", refused.err.decode())
        home.run("shop", "add", "toko-lee")
        refused = home.cli("serve", home.path, "--listen", f"127.0.0.1:{free_port()}", *portal_options(home))
        same(refused.status, 2)
        within("--portal-shop", refused.err.decode())
        home.start(*portal_options(home), "--portal-shop", "toko-lee")
        same(Visitor(home).good("GET", "/v1/portal")["shop"], "toko-lee")


def published(home, made, kind="statement"):
    """A public word, drafted by one and published by another."""
    person = home.good("POST", "/v1/staff", {"name": "budi", "email": f"budi{kind}@shop.example"})["id"]
    key = home.good("POST", "/v1/keys", {"role": "admin", "name": "his", "holders": [person]})["key"]
    home.good("POST", f"/v1/incidents/{made}/members", {"who": person})
    line = home.good("POST", f"/v1/incidents/{made}/statements", {"kind": kind}, key=key)["line"]
    home.good("POST", f"/v1/incidents/{made}/statements/{line}/publish", {"where": "the portal"})


def announced(home, made):
    """What a statement needs to go: who speaks, that it is confirmed."""
    home.run("incident", "add", made, "circumstances", "name=leak_confirmed", "state=yes")
    home.run("incident", "add", made, "facts", "name=who", "text=Toko Kim")
    published(home, made)


def compensated(home, made):
    """A campaign for those of the leak, announced."""
    body = {"title": "Sorry", "incident": made, "currency": "KRW", "zone": "Asia/Seoul", "until": "2030-01-31",
            "parts": ["shop=5000", "travel=20000"], **TERMS}
    one = home.good("POST", "/v1/campaigns", body)["id"]
    home.good("POST", f"/v1/campaigns/{one}/announce")
    return one


def checked(home, folder):
    """As anybody may, with tools of the machine: the list of hashes, then the signature over it."""
    done = subprocess.run(["sha256sum", "--quiet", "-c", "status.note"], cwd=folder, capture_output=True, check=False)
    if done.returncode != 0:
        return False
    note = open(os.path.join(folder, "status.note"), "rb").read()
    text, _, signature = note.rpartition(b"\n\n")
    vkey = home.ask("ledger", "checkpoint")["vkey"]
    name, _, rest = vkey.partition("+")
    key = base64.b64decode(rest.partition("+")[2])[1:]
    word, signer, sealed = signature.decode().split(" ")
    same([word, signer], ["\u2014", name])
    for file, data in (("text", text + b"\n"), ("sig", base64.b64decode(sealed)[4:]),
                       ("key.der", bytes.fromhex("302a300506032b6570032100") + key)):
        home.file(file, data)
    return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", home.file("key.der"), "-rawin",
                           "-in", home.file("text"), "-sigfile", home.file("sig")], capture_output=True, check=False).returncode == 0


def public_words_are_signed_files_that_any_web_server_carries():
    with Home(shop="toko-kim") as home, MailHost() as host:
        home.start(*portal_options(home))
        made = leaked(home, host, sent=False)["incident"]
        anybody = Visitor(home)
        within("no word", anybody.ask("GET", "/status/").body.decode())
        announced(home, made)
        folder = os.path.join(os.path.dirname(home.path), "public")
        wrote = home.ask("portal", "publish", "--out", folder)
        same(wrote["files"], len(os.listdir(folder)))
        open_to = {os.stat(os.path.join(folder, name)).st_mode & 0o777 for name in os.listdir(folder)}
        same([oct(os.stat(folder).st_mode & 0o777), *map(oct, open_to)], ["0o755", "0o644"], "another user's web server can read them")
        check(checked(home, folder), "sha256sum and openssl find it good")
        pages = {name: open(os.path.join(folder, name), encoding="utf-8").read() for name in os.listdir(folder)}
        for lang, word in (("en", "What leaked:"), ("id", "<html lang=\"id\">"), ("ko", "유출된 항목:")):
            within(word, pages[f"{lang}.html"])
            check(len(pages[f"{lang}.html"].encode()) < 20 * 1024, "small enough for an old telephone")
            feed = xml.etree.ElementTree.fromstring(pages[f"{lang}.atom"])
            same(len(feed.findall("{http://www.w3.org/2005/Atom}entry")), 1)
        check("<script" not in "".join(pages.values()) and "http:" not in pages["en.html"].replace("http-equiv", ""), "no script, no third party")
        words = json.loads(pages["status.json"])
        same([word["kind"] for word in words["words"]], ["statement"])
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        got = urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/ko.html", timeout=5).read().decode()
        same(got, pages["ko.html"], "as python -m http.server carries it")
        server.shutdown()
        same(anybody.http("GET", "/status/en.html", key="").body.decode(), pages["en.html"], "the portal serves the same")
        for accept, lang in (("ko-KR,ko;q=0.9,en;q=0.8", "ko"), ("fr,id;q=0.2", "id"), ("en", "en")):
            within(f'<html lang="{lang}">', anybody.http("GET", "/status/", key="", headers={"Accept-Language": accept}).body.decode())
        same(anybody.http("GET", "/status/../home", key="").status, 404)
        home.run("incident", "add", made, "facts", "name=how", "lang=en", f"text={HOSTILE}")
        time.sleep(1.1)
        home.run("incident", "add", made, "facts", "name=how", "lang=id", f"text={HOSTILE}")
        home.run("incident", "add", made, "facts", "name=how", "lang=ko", f"text={HOSTILE}")
        published(home, made, "update")
        page = anybody.http("GET", "/status/en.html", key="").body.decode()
        check("<img" not in page and "<script>" not in page, "what somebody wrote is text")
        within("&lt;img src=x onerror=alert(1)&gt;", page)
        within('href="1.en.html"', page, "the first word stays")
        within("We have said more since", anybody.http("GET", "/status/1.en.html", key="").body.decode())
        check(home.ask("portal", "publish", "--out", folder)["files"] > wrote["files"], "once more, in its place")
        check(checked(home, folder), "and good again")
        with open(os.path.join(folder, "ko.html"), "a", encoding="utf-8") as page:
            page.write("<!-- changed -->")
        check(not checked(home, folder), "a changed page is found")
        home.run("portal", "publish", "--out", folder)
        note = os.path.join(folder, "status.note")
        with open(note, encoding="utf-8") as file:
            changed = file.read().replace("UTC", "KST", 1)
        with open(note, "w", encoding="utf-8") as file:
            file.write(changed)
        check(not checked(home, folder), "a changed list too")


def mails_to(host, address):
    return [mail for mail in list(host.mails) if mail.to == address and not CODE.search(mail.text.replace("\r\n", "\n"))]


def code_for(visitor, host, address, lang="en", **headers):
    """Asked for and read in the mailbox."""
    before = len(mails_to(host, address))
    same(visitor.ask("POST", "/v1/portal/code", {"email": address, "lang": lang}, **headers).status, 202)
    until = time.monotonic() + 60
    while len(mails_to(host, address)) == before:
        check(time.monotonic() < until, "no code came")
        time.sleep(0.02)
    mail = mails_to(host, address)[-1]
    found = re.search(r"^    (\d{8})\s*$", mail.text, re.M)
    check(found and "http" not in mail.text and found.group(1) not in mail.message["Subject"], mail.text)
    return found.group(1)


def came_in(home, host, address, **headers):
    visitor = Visitor(home)
    code = code_for(visitor, host, address)
    same(visitor.ask("POST", "/v1/portal/enter", {"code": code}, **headers).status, 200)
    return visitor


def entries(home, kind):
    size = int(home.ask("ledger", "checkpoint")["checkpoint"].split("\n")[1])
    return [entry for entry in (home.good("GET", f"/v1/ledger/entries/{n}") for n in range(size)) if entry["kind"] == kind]


def gives_an_account(home, host, dewi, no):
    """Where compensation in money goes: with the notice's code, told of by mail, in their record as any other field."""
    given = {"notice": code_of(host, "dewi@mail.example"), "number": "110-234-561234"}
    same(dewi.ask("POST", "/v1/portal/payee", given).status, 404, "a shop without that field pays nobody by bank")
    same(dewi.good("GET", "/v1/portal/mine")["payee"], False)
    home.run("field", "put", "bank_account", "--kind", "text")
    same(dewi.good("GET", "/v1/portal/mine")["payee"], True)
    wrong = {**given, "notice": code_of(host, "jiwoo@mail.example")}
    same(dewi.ask("POST", "/v1/portal/payee", wrong).code, "portal.code", "another's notice")
    same(dewi.ask("POST", "/v1/portal/payee", {**given, "number": "GB00 WEST 1234 5698 7654 32"}).code, "field.format")
    told = dewi.good("POST", "/v1/portal/payee", given)
    same(told["account"], "***1234", "its end alone")
    entry = home.good("GET", f"/v1/ledger/entries/{told['receipt']['index']}")
    same([entry["kind"], entry["reader"], entry["object_kind"]], ["portal", "portal", 7])
    same(home.reveal(no, ["bank_account"]).json["values"][0]["fields"]["bank_account"], "110234561234")
    within("***1234", next(mail.text for mail in awaited(host, "dewi@mail.example", "***1234")))
    same(dewi.good("POST", "/v1/portal/payee", {**given, "number": ""})["account"], "")
    check("bank_account" not in home.reveal(no, ["bank_account"]).json["values"][0]["fields"], "who takes it out no longer asks")


def awaited(host, address, words):
    """Mails that came there with these words, once there are any."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        got = [mail for mail in mails_to(host, address) if words in mail.text]
        if got:
            return got
        time.sleep(0.05)
    raise Wrong(f"no mail to {address} says {words}")


def a_code_shows_what_leaked_and_more_takes_the_notice():
    with Home(shop="toko-kim") as home, MailHost() as host:
        home.start(*portal_options(home))
        ids = leaked(home, host)["ids"]
        dewi = Visitor(home)
        same(dewi.ask("GET", "/v1/portal/mine").status, 401)
        code = code_for(dewi, host, "dewi@mail.example", lang="id")
        within("Ketik kode itu", mails_to(host, "dewi@mail.example")[-1].text)
        asked = dewi.cookie
        thief = Visitor(home)
        same(thief.ask("POST", "/v1/portal/enter", {"code": code}).code, "portal.code", "it is bound to the browser that asked")
        same(dewi.ask("POST", "/v1/portal/enter", {"code": "00000000" if code != "00000000" else "1" * 8}).code, "portal.code")
        same(dewi.ask("GET", "/v1/portal/mine").status, 401, "not in yet")
        came = dewi.good("POST", "/v1/portal/enter", {"code": f"{code[:4]} {code[4:]}"})
        check(dewi.cookie != asked, "another cookie than before")
        thief.cookie = asked
        same(thief.ask("GET", "/v1/portal/mine").status, 401, "the one before is worth nothing")
        same(dewi.ask("POST", "/v1/portal/enter", {"code": code}).code, "portal.code", "once")
        mine = dewi.good("GET", "/v1/portal/mine")
        leak = mine["accounts"][0]["leaks"][0]
        same([len(mine["accounts"]), sorted(leak["known"]), leak["possible"]], [1, ["email", "name", "phone"], []])
        check(leak["since"] and leak["told"], str(leak))
        check("dewi" not in str(mine).lower() and "+62" not in str(mine), "a mailbox alone shows kinds of data, no value")
        for answer, kind in ((came, 2), (mine, 3)):
            entry = home.good("GET", f"/v1/ledger/entries/{answer['receipt']['index']}")
            same([entry["kind"], entry["reader"], entry["object_kind"], entry["count"]], ["portal", "portal", kind, 1])
        same(dewi.ask("POST", "/v1/portal/data", {"notice": code_of(host, "jiwoo@mail.example")}).code, "portal.code", "another's notice")
        held = dewi.good("POST", "/v1/portal/data", {"notice": code_of(host, "dewi@mail.example")})
        same([held["fields"]["email.mask"], held["fields"]["name.mask"], held["fields"]["phone.mask"]],
             ["d***@mail.example", "D*** L***", "***7890"])
        check("dewi@" not in str(held) and "Lestari" not in str(held), "masked")
        gives_an_account(home, host, dewi, ids["C-2"])
        ana = came_in(home, host, "ana@mail.example")
        same(ana.good("GET", "/v1/portal/mine")["accounts"], [{"leaks": []}], "nothing of hers")
        curious = came_in(home, host, "ana@mail.example")
        looked = [curious.ask("GET", "/v1/portal/mine").status for _ in range(LOOKS_OF_A_VISIT + 1)]
        same((looked.count(200), looked[-1]), (LOOKS_OF_A_VISIT, 429), "a visit has so many looks: each is an entry")
        same(dewi.ask("GET", "/v1/portal/mine").status, 200, "another has its own")
        seen = dewi.good("GET", "/v1/portal/seen")
        kinds = [item["kind"] for item in seen["items"]]
        check({"reveal", "run", "portal"} <= set(kinds), str(kinds))
        for item in seen["items"]:
            check(proved(item, seen["checkpoint"]), f"entry {item['index']} is proved")
        bad = json.loads(json.dumps(seen["items"][0]))
        bad["proof"]["inclusion"] = bad["proof"]["inclusion"][::-1] + ["AAAA"]
        check(not proved(bad, seen["checkpoint"]), "and a bent proof is none")
        compensated(home, home.good("GET", "/v1/incidents")["items"][0]["id"])
        wallet = dewi.good("GET", "/v1/portal/wallet?lang=id")
        parts = wallet["items"][0]["parts"]
        same([(part["part"], part["left"], part["state"]) for part in parts], [("shop", 5000, "good"), ("travel", 20000, "good")])
        within("Berlaku sampai", wallet["items"][0]["terms"])
        home.good("POST", "/v1/vouchers/redeem", {"code": parts[0]["code"], "amount": 1000})
        same(dewi.good("GET", "/v1/portal/wallet")["items"][0]["parts"][0]["left"], 4000, "the code that was shown is good, and the remainder follows")
        same(ana.good("GET", "/v1/portal/wallet")["items"], [], "who is not concerned has none")
        same(dewi.ask("POST", "/v1/portal/leave").status, 200)
        same(dewi.ask("GET", "/v1/portal/mine").status, 401)
        home.restart(*portal_options(home))
        same(Visitor(home).good("POST", "/v1/portal/verify", {"code": code_of(host, "dewi@mail.example")})["ours"], True)
        within("portal", [look["reader"] for look in home.good("GET", f"/v1/subjects/{ids['C-2']}/sightings")["items"]])
        home.stop()
        same(home.run("ledger", "verify").status, 0)


def root_from(leaf, at, size, path):
    """RFC 9162 section 2.1.3.2."""
    first, last, root = at, size - 1, leaf
    for part in path:
        if last == 0:
            return None
        if first % 2 or first == last:
            root = hashlib.sha256(b"\1" + part + root).digest()
            while first and first % 2 == 0:
                first, last = first >> 1, last >> 1
        else:
            root = hashlib.sha256(b"\1" + root + part).digest()
        first, last = first >> 1, last >> 1
    return root if last == 0 else None


def proved(item, checkpoint):
    proof = item["proof"]
    entry, size, root = unbase64(proof["entry"]), *checkpoint.split("\n")[1:3]
    leaf = hashlib.sha256(b"\0" + entry).digest()
    there = root_from(leaf, item["index"], int(size), [unbase64(part) for part in proof["inclusion"]])
    own = hashlib.sha256(b"\0" + unbase64(proof["salt"]) + b"".join(proof[name].to_bytes(8, "big") for name in ("subject", "full", "masked"))).digest()
    count = entry_count(entry)
    mine = root_from(own, proof["position"], count, [unbase64(part) for part in proof["path"]])
    return int(size) == proof["size"] and there == base64.b64decode(root) and mine is not None and mine == cbor(entry)[0][8]


def cbor(data, at=0):
    """An item of deterministic CBOR as entries have it, and where it ends."""
    kind, low, at = data[at] >> 5, data[at] & 31, at + 1
    if low >= 24:
        size = 1 << (low - 24)
        low, at = int.from_bytes(data[at:at + size], "big"), at + size
    if kind == 2:
        return data[at:at + low], at + low
    if kind in (4, 5):
        items = []
        for _ in range(low * (kind - 3)):
            item, at = cbor(data, at)
            items.append(item)
        return (dict(zip(items[::2], items[1::2])) if kind == 5 else items), at
    return low, at


def entry_count(entry):
    return cbor(entry)[0].get(7, 0)


def whether_an_address_is_known_is_nowhere_to_be_seen():
    with Home(shop="toko-kim") as home, MailHost() as host:
        home.start(*portal_options(home), "--proxy", "127.0.0.1")
        leaked(home, host)
        shapes, times = {"dewi@mail.example": set(), "nobody@mail.example": set()}, {"dewi@mail.example": [], "nobody@mail.example": []}
        for n in range(40):
            for address in shapes:
                visitor = Visitor(home)
                visitor.cookie = ""
                began = time.perf_counter()
                answer = visitor.ask("POST", "/v1/portal/code", {"email": address, "lang": "en"}, **{"X-Forwarded-For": f"192.0.{n}.{len(address)}"})
                times[address].append(time.perf_counter() - began)
                told = {name: len(value) if name in ("set-cookie", "x-request-id", "date") else value for name, value in answer.headers.items()}
                told.pop("x-request-id", None)
                body = answer.json
                check(isinstance(body.pop("wait_s"), int), "how long it takes goes by the queue alone")
                told.pop("content-length", None)
                shapes[address].add(json.dumps([answer.status, told, body], sort_keys=True))
                visitor.close()
        same(shapes["dewi@mail.example"], shapes["nobody@mail.example"], "the same bytes")
        quick = {address: statistics.quantiles(taken, n=10)[0] for address, taken in times.items()}  # nothing else ran then
        ratio = quick["dewi@mail.example"] / quick["nobody@mail.example"]
        check(0.67 < ratio < 1.5, f"the same time: {quick}")
        until = time.monotonic() + 20
        while home.good("GET", "/v1/ledger/entries/0") and not mails_to(host, "dewi@mail.example") and time.monotonic() < until:
            time.sleep(0.05)
        check(Visitor(home).ask("POST", "/v1/portal/code", {"email": "jiwoo@mail.example"}, **{"X-Forwarded-For": "203.0.113.1"}).status == 202, "behind them")
        while not mails_to(host, "jiwoo@mail.example"):  # all before have been looked at then
            check(time.monotonic() < until + 60, "no code came")
            time.sleep(0.05)
        same(len(mails_to(host, "dewi@mail.example")), 3, "three an hour to one address; whoever asks is not told")
        same(len(mails_to(host, "nobody@mail.example")), 0)
        for address in shapes:  # entering: the same for both
            visitor = Visitor(home)
            visitor.ask("POST", "/v1/portal/code", {"email": address}, **{"X-Forwarded-For": "198.51.100.1"})
            tries = [visitor.ask("POST", "/v1/portal/enter", {"code": f"{n:08}"}, **{"X-Forwarded-For": "198.51.100.1"}) for n in range(7)]
            same([(one.status, one.code, one.json["detail"]) for one in tries], [(403, "portal.code", tries[0].json["detail"])] * 7, address)
        base = sqlite3.connect(f"file:{home.database()}?mode=ro", uri=True)
        held = b"".join(str(row).encode() for (table,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
                        for row in base.execute(f'SELECT * FROM "{table}"'))
        base.close()
        check(b"nobody@mail" not in held and b"dewi@mail" not in held, "who asked stands nowhere in the store")
        check(b"@mail.example" not in home.daemon_said(), "nor in the log")


def five_tries_and_no_more_and_guessing_ends():
    with Home(shop="toko-kim") as home, MailHost() as host:
        home.start(*portal_options(home), "--proxy", "127.0.0.1")
        leaked(home, host)
        visitor = Visitor(home)
        code = code_for(visitor, host, "dewi@mail.example", **{"X-Forwarded-For": "192.0.2.1"})
        for n in range(5):
            same(visitor.ask("POST", "/v1/portal/enter", {"code": f"{n:08}"}, **{"X-Forwarded-For": "192.0.2.1"}).code, "portal.code")
        same(visitor.ask("POST", "/v1/portal/enter", {"code": code}, **{"X-Forwarded-For": "192.0.2.1"}).code, "portal.code", "the right one, too late")
        for _ in range(24):
            visitor.ask("POST", "/v1/portal/enter", {"code": "1"}, **{"X-Forwarded-For": "192.0.2.1"})
        same(visitor.ask("POST", "/v1/portal/enter", {"code": code}, **{"X-Forwarded-For": "192.0.2.1"}).code, "portal.wait")
        other = came_in(home, host, "jiwoo@mail.example", **{"X-Forwarded-For": "192.0.2.2"})
        same(other.ask("GET", "/v1/portal/mine").status, 200, "others are not held up")
        for n in range(3):
            same(Visitor(home).ask("POST", "/v1/portal/code", {"email": f"x{n}@mail.example"}, **{"X-Forwarded-For": "192.0.2.3"}).status, 202)
        crowd = Visitor(home).ask("POST", "/v1/portal/code", {"email": "y@mail.example"}, **{"X-Forwarded-For": "192.0.2.3"})
        if crowd.status != 202:  # those before were still waiting: as many as one source may have in the queue
            same([crowd.status, crowd.code], [429, "portal.wait"])
            check(int(crowd.headers["retry-after"]) >= 1, "it tells the wait")
        same(Visitor(home).ask("POST", "/v1/portal/code", {"email": "no address"}).code, "field.format")


def a_crowd_waits_its_turn_and_is_told_how_long():
    with Home(shop="toko-kim") as home, MailHost() as host:
        home.start(*portal_options(home), "--proxy", "127.0.0.1")
        leaked(home, host, sent=False)
        visitor, waits = Visitor(home), []
        refused = [visitor.ask("POST", "/v1/portal/code", {"email": f"x{n}@mail.example"}, **{"X-Forwarded-For": "192.0.2.66"})
                   for n in range(20)]
        same([one.status for one in refused].count(429) > 0, True, "one source has a few in the queue at most")
        check(all(int(one.headers["retry-after"]) >= 1 for one in refused if one.status == 429), "and is told when to come back")
        for n in range(100):
            answer = visitor.ask("POST", "/v1/portal/code", {"email": f"y{n}@mail.example"}, **{"X-Forwarded-For": f"198.51.{n}.1"})
            same(answer.status, 202, "everybody else is let in behind it")
            waits.append(answer.json["wait_s"])
        check(waits[0] <= 2 and waits[-1] > waits[0], f"each is told the wait, which grows: {waits[0]} … {waits[-1]}")
        began, dewi = time.monotonic(), Visitor(home)
        told = dewi.ask("POST", "/v1/portal/code", {"email": "dewi@mail.example"}, **{"X-Forwarded-For": "203.0.113.9"}).json["wait_s"]
        while not mails_to(host, "dewi@mail.example"):
            check(time.monotonic() < began + told + 60, "no code came")
            time.sleep(0.02)
        took = time.monotonic() - began  # `bench/portal` measures how near: here others use the machine
        check(told - 4 < took < told + 30, f"it came about when it was told: {took:.1f} s of {told} s")


def who_changed_their_address_lately_or_is_erased_gets_no_code():
    with Home(shop="toko-kim") as home, MailHost() as host:
        home.start(*portal_options(home))
        ids = leaked(home, host, sent=False)["ids"]
        tag = home.http("GET", f"/v1/subjects/{ids['C-4']}").headers["etag"]
        same(home.http("PATCH", f"/v1/subjects/{ids['C-4']}", {"fields": {"email": "eve@mail.example"}}, headers={"If-Match": tag}).status, 200)
        visitor, dewi = Visitor(home), Visitor(home)
        same(visitor.ask("POST", "/v1/portal/code", {"email": "eve@mail.example"}).status, 202)
        code_for(dewi, host, "dewi@mail.example")
        same(mails_to(host, "eve@mail.example"), [], "whoever took an account over gets no code for 72 hours")
        same(dewi.ask("GET", "/v1/portal/mine").status, 401)
        asked = [entry for entry in entries(home, "portal") if entry["object_kind"] == 1]
        same([entry.get("count", 0) for entry in asked], [0, 1], "each look for an address is an entry, found or not")
        home.run("subject", "erase", ids["C-2"], "--yes", "--reason", "asked")
        same(visitor.ask("POST", "/v1/portal/code", {"email": "dewi@mail.example"}).status, 202)


def a_code_ends_after_ten_minutes_and_a_visit_after_thirty():
    with Home(shop="toko-kim") as home, MailHost() as host:
        home.hold_clock()
        home.start(*portal_options(home))
        leaked(home, host, sent=False)
        late, early = Visitor(home), Visitor(home)
        asked = home.now()
        code, good = code_for(late, host, "dewi@mail.example"), code_for(early, host, "jiwoo@mail.example")
        home.stand_still()
        had = home.now()
        at = lambda when: home.move_clock(when - home.now())
        at(asked + 10 * 60 - 2)
        same(early.ask("POST", "/v1/portal/enter", {"code": good}).status, 200, "just before it ends")
        entered = home.now()
        at(had + 10 * 60 + 2)
        same(late.ask("POST", "/v1/portal/enter", {"code": code}).code, "portal.code", "and just after")
        same(early.ask("GET", "/v1/portal/mine").status, 200, "who came in stays in")
        at(entered + 30 * 60 - 2)
        same(early.ask("GET", "/v1/portal/mine").status, 200, "for half an hour from then")
        at(entered + 30 * 60 + 2)
        same(early.ask("GET", "/v1/portal/mine").code, "credential.missing", "and no longer")
        same(early.good("GET", "/v1/portal")["accounts"], 0)


SAID = "my parcel canary-write-88 was opened"
TICKET = {"kind": "complaint", "text": SAID, "lang": "en"}


def what_is_written_reaches_the_desk_and_nobody_else():
    with Home(shop="toko-kim") as home, MailHost() as host:
        home.start(*portal_options(home))
        ids = leaked(home, host, sent=False)["ids"]
        anybody, size = Visitor(home), home.ask("ledger", "checkpoint")["checkpoint"].split("\n")[1]
        told = anybody.good("POST", "/v1/portal/tickets", {**TICKET, "contact": "Somebody@Mail.example", "country": "ID"}, 201)
        same(sorted(told), ["basis", "due", "id", "kind", "receipt", "rights", "state"])
        same(told["basis"], "policy", "no law there says by when a complaint is answered")
        same(sorted(right["regime"] for right in told["rights"])[0][:3], "id-")
        entry = home.good("GET", f"/v1/ledger/entries/{told['receipt']['index']}")
        same([entry["kind"], entry["reader"]], ["matter", "portal"], "an entry before its answer")
        check(int(size) == told["receipt"]["index"], "that one alone: it is about no customer")
        within(told["id"], home.run("desk", "list", "state=open").text)
        shown = home.run("desk", "show", told["id"]).text
        for word in (SAID, "portal", "mail.example"):
            within(word, shown)
        for method, path in (("GET", f"/v1/portal/tickets/{told['id']}"), ("GET", f"/v1/desk/tickets/{told['id']}"),
                             ("POST", f"/v1/portal/tickets/{told['id']}/close"), ("GET", "/v1/portal/tickets")):
            check(anybody.ask(method, path, {} if method == "POST" else None).status in (404, 405), f"nobody reads it by its number: {path}")
        for lang, kind, word in (("id", "scam", "Jangan dijawab"), ("ko", "scam", "답장하지"), ("en", "scam", "Do not answer it")):
            scam = anybody.good("POST", "/v1/portal/tickets", {"kind": kind, "text": SAID, "sender": f"0812 {HOSTILE}", "lang": lang}, 201)
            within(word, scam["advice"][0])
            same(scam["kind"], "scam")
        listed = home.ask("desk", "list", "kind=scam")["items"]
        same(len(listed), 3, "shown to the desk as such")
        within(f"sender: 0812 {HOSTILE}", home.run("desk", "show", scam["id"]).text)
        same(anybody.ask("POST", "/v1/portal/tickets", {**TICKET, "mine": True}).code, "credential.missing", "nobody came in")
        dewi = came_in(home, host, "dewi@mail.example")
        same(dewi.good("GET", "/v1/portal")["accounts"], 1)
        same(dewi.ask("POST", "/v1/portal/tickets", {**TICKET, "mine": True, "account": 1}).status, 404)
        own = dewi.good("POST", "/v1/portal/tickets", {"kind": "rights", "text": SAID, "mine": True, "lang": "id"}, 201)
        check(ids["C-2"] not in json.dumps(own), "the answer does not say whose it is")
        same(home.good("GET", f"/v1/desk/tickets/{own['id']}")["subject"], ids["C-2"], "tied to her who came in")
        looks = [look["kind"] for look in dewi.good("GET", "/v1/portal/seen")["items"]]
        within("portal", looks)
        noted = entries(home, "portal")
        within(6, [one["object_kind"] for one in noted])
        alone = dewi.good("POST", "/v1/portal/tickets", TICKET, 201)
        check("subject" not in home.good("GET", f"/v1/desk/tickets/{alone['id']}"), "nor tied where she did not want it")
        home.run("desk", "answer", told["id"], "text=We look into it.", "mail=true")
        host.await_mails(2)
        within("somebody@mail.example", [mail.to.lower() for mail in list(host.mails)])
        once, count = {"Idempotency-Key": "a1" * 16}, len(home.good("GET", "/v1/desk/tickets?limit=100")["items"])
        twice = [anybody.ask("POST", "/v1/portal/tickets", {**TICKET, "kind": "question"}, **once) for _ in range(2)]
        same([one.status for one in twice], [201, 201])
        same([twice[1].json, twice[1].headers.get("idempotent-replayed")], [twice[0].json, "true"], "sent again, it is the same ticket")
        same(len(home.good("GET", "/v1/desk/tickets?limit=100")["items"]), count + 1)
        same(anybody.ask("POST", "/v1/portal/tickets", {**TICKET, "kind": "complaint"}, **once).code, "idempotency.other_body")
        size = int(home.ask("ledger", "checkpoint")["checkpoint"].split("\n")[1])
        ledger = json.dumps([home.good("GET", f"/v1/ledger/entries/{n}") for n in range(size)])
        for word in ("canary-write", "omebody@", "onerror"):
            check(word not in ledger, f"no entry holds it: {word}")
            check(word.encode() not in home.daemon_said(), f"nor the log: {word}")
        home.stop()
        stored = b"".join(open(os.path.join(folder, name), "rb").read() for folder, _, names in os.walk(home.path) for name in names
                          if os.path.isfile(os.path.join(folder, name)))
        for word in (b"canary-write", b"omebody@", b"onerror"):
            check(word not in stored, f"nor any file, unsealed: {word}")
        same(home.run("ledger", "verify").status, 0)


def writing_is_bounded_and_hostile_bytes_are_text():
    with Home(shop="toko-kim") as home:
        home.start(*portal_options(home), "--proxy", "127.0.0.1")
        anybody = Visitor(home)
        write = lambda body, source: anybody.ask("POST", "/v1/portal/tickets", body, **{"X-Forwarded-For": source})
        for wrong, code in (({"kind": "promise"}, "request.malformed"), ({"kind": "claim"}, "request.malformed"), ({"text": ""}, None), ({"text": "x" * 8001}, None),
                            ({"contact": "no address"}, "field.format"), ({"contact": "a@mail.example\r\nBcc: b@mail.example"}, "field.format"),
                            ({"sender": "x" * 301}, None), ({"country": "KOR"}, None), ({"lang": "english"}, None), ({"subject": "sub_x"}, "request.unknown_member"),
                            ({"browser": "amb_x"}, "request.unknown_member"), ({"account": 8}, None)):
            refused = write({**TICKET, **wrong}, "192.0.2.1")
            check(400 <= refused.status < 500 and refused.status != 429, f"{wrong}: {refused}")
            if code:
                same(refused.code, code, str(wrong))
        same(home.good("GET", "/v1/desk/tickets")["items"], [], "nothing of that was taken in")
        for bad in (b'{"kind":"scam","text":"\xff\xfe"}', b'{"kind":"scam","text":"\\ud800"}', b'{"kind":"scam","text":"a', b"\0" * 64):
            refused = anybody.http("POST", "/v1/portal/tickets", bad, key="", headers={"Content-Type": "application/json"})
            same([refused.status // 100, refused.status == 429], [4, False], str(bad))
        for text in ("\x1b]0;owned\x07\x1b[2J\u202egnp.exe", HOSTILE, "' OR 1=1; DROP TABLE matter; --", "\u0000%n%n\n{{shop}}\n.\nRCPT TO:<x>"):
            answer = write({**TICKET, "text": text}, "192.0.2.2")
            if answer.status == 201:
                same(home.good("GET", f"/v1/desk/tickets/{answer.json['id']}")["lines"][0]["text"], text, "as it was said")
                raw = home.run("desk", "show", answer.json["id"]).out
                check(b"\x1b" not in raw and b"\x07" not in raw and "\u202e".encode() not in raw, f"a terminal is told nothing: {raw}")
            else:
                same(answer.status // 100, 4, text)
        taken = [write(TICKET, "192.0.2.3").status for _ in range(12)]
        same(taken, [201] * 10 + [429] * 2, "ten an hour from one network")
        refused = write(TICKET, "192.0.2.3")
        same(refused.code, "portal.wait")
        check(3000 < int(refused.headers["retry-after"]) <= 3600, "and it says when")
        same(write(TICKET, "192.0.2.4").status, 201, "others are not held up")
        same(anybody.ask("POST", "/v1/portal/tickets", TICKET, **{"Sec-Fetch-Site": "cross-site"}).code, "session.csrf", "nor does another site write in somebody's name")


if __name__ == "__main__":
    story(a_message_is_told_from_a_false_one, guessing_ends_and_who_has_a_code_is_not_held_up,
          a_code_shows_what_leaked_and_more_takes_the_notice, whether_an_address_is_known_is_nowhere_to_be_seen,
          five_tries_and_no_more_and_guessing_ends, a_code_ends_after_ten_minutes_and_a_visit_after_thirty, a_crowd_waits_its_turn_and_is_told_how_long,
          who_changed_their_address_lately_or_is_erased_gets_no_code, what_is_written_reaches_the_desk_and_nobody_else,
          writing_is_bounded_and_hostile_bytes_are_text,
          public_words_are_signed_files_that_any_web_server_carries, the_portal_has_its_own_routes_and_no_others, beyond_this_machine_it_wants_tls_and_of_several_shops_one)
