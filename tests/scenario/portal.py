#!/usr/bin/env python3
"""The portal: what customers learn there without a credential, and what nobody does."""
import base64
import functools
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
import xml.etree.ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Door, Home, check, free_port, same, story, within  # noqa: E402
from mail_host import MailHost  # noqa: E402

CODE = re.compile(r"^([0-9a-z]{5}-){5}[0-9a-z]$", re.M)
HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
PEOPLE = [  # ref, name, e-mail, telephone, country, language, address, entrance code
    ("C-1", "Ji-woo Kim", "jiwoo@mail.example", "+821012345678", "KR", "ko"),
    ("C-2", "Dewi Lestari", "dewi@mail.example", "+6281234567890", "ID", "id"),
    ("C-3", HOSTILE, "hostile@mail.example", "+12025550100", "US", "en"),
    ("C-4", "Ana Lim", "ana@mail.example", "+12025550101", "US", "en"),
]
FACTS = {"how": {"en": "A key of somebody who had left was used.", "id": "Kunci milik orang yang sudah keluar dipakai.",
                 "ko": "퇴사자의 인증키가 사용되었습니다."},
         "actions": {"en": "We ended the key.", "id": "Kunci itu kami matikan.", "ko": "인증키를 폐기했습니다."},
         "desk": {"": "privacy@shop.example"}, "relief": {"": "Write to privacy@shop.example."},
         "rights": {"": "You may claim damages."}}


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
    found = {mail.to: CODE.search(mail.text.replace("\r\n", "\n")) for mail in host.mails}
    return {address: match.group() for address, match in found.items() if match}


def code_of(host, address):
    return notice_codes(host)[address]


def a_message_is_told_from_a_false_one():
    with Home(shop="toko-kim") as home, MailHost() as host:
        home.start(*portal_options(home))
        leaked(home, host)
        anybody = Visitor(home)
        same(anybody.good("GET", "/v1/portal"), {"shop": "Toko Kim", "desk": "privacy@shop.example"})
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


if __name__ == "__main__":
    story(a_message_is_told_from_a_false_one, guessing_ends_and_who_has_a_code_is_not_held_up,
          public_words_are_signed_files_that_any_web_server_carries, the_portal_has_its_own_routes_and_no_others, beyond_this_machine_it_wants_tls_and_of_several_shops_one)
