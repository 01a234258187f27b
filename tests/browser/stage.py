"""A home with a little of everything, for the pages to show: made-up customers, staff, looks, an alert, a leak with notices.

It is made once and stands six times, for each language on each device, since what a story changes in one must not meet it in
another. Prints one line of JSON (where the pages of each are, who may sign in) and goes on until standard input ends. Lines of it
are answered: `code HOME EMAIL` with a one-time code that was not used before, `run HOME ["words"]` with what a command says.
"""
import copy
import json
import os
import random
import re
import shutil
import socket
import sys
import tempfile
from contextlib import ExitStack

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../scenario"))
from amanah import Home, Wrong, same  # noqa: E402
from mail_host import MailHost  # noqa: E402
from staff import Staff  # noqa: E402

HOMES = [f"{lang}-{device}" for lang in ("en", "id", "ko") for device in ("phone", "desktop")]
HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"  # what a customer, or a dump, can write
FIELDS = re.findall(r"^FIELD\(\w+, \d+, \"(\w+)\", \"(\w*)\", \w+, TEXT, \w+, \w+, (\d+)\)", open(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/keep/fields.def"), encoding="utf-8").read(), re.M)
PEOPLE = [
    ("C-1001", "Ji-woo Kim", "jiwoo@mail.example", "+821012345678", "KR", "ko"),
    ("C-1002", "Dewi Lestari", "dewi@mail.example", "+6281234567890", "ID", "id"),
    ("C-1003", HOSTILE, "hostile@mail.example", "+12025550100", "US", "en"),
]
FACTS = {"how": {"en": "A key of somebody who had left was used.", "id": "Kunci milik orang yang sudah keluar dipakai.",
                 "ko": "퇴사자의 인증키가 사용되었습니다."},
         "actions": {"en": "We ended the key.", "id": "Kunci itu kami matikan.", "ko": "인증키를 폐기했습니다."},
         "desk": {"": "privacy@shop.example"}, "relief": {"": "Write to privacy@shop.example."},
         "rights": {"": "You may claim damages."}}


def kept_port():
    """A free port that stays free between two starts: below those that the kernel gives to connections."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def serving(home):
    """The options of a home with a console."""
    home.port_console = kept_port()
    home.origin_console = f"http://localhost:{home.port_console}"
    return "--console", f"127.0.0.1:{home.port_console}", "--public-origin", home.origin_console


def written():
    """Every field that takes any text, and one that the shop added, as somebody hostile fills it."""
    fields = {"gift_words": HOSTILE}
    for name, group, most in FIELDS:
        (fields.setdefault(group, [{}])[0] if group else fields)[name] = HOSTILE[:int(most)]
    return fields


def stage(home, host):
    options = serving(home)
    home.start(*options)
    home.run("field", "put", "gift_words", "--kind", "text")
    kim = Staff(home, "kim@shop.example", name="Kim").enrol()
    budi = Staff(home, "budi@shop.example", name="Budi").enrol()
    home.ask("mail", "put", host.url, "--no-tls", "--sender", "toko@shop.example", "--name", "Toko Kim")
    rows = "ref,name,email,phone,country,lang\n" + "".join(
        '"' + '","'.join(field.replace('"', '""') for field in row) + '"\n' for row in PEOPLE)
    rows += "".join(f"C-{n},Person {n},p{n}@mail.example,+62812345{n:05d},ID,id\n" for n in range(1, 198))
    home.run("import", home.file("customers.csv", rows))
    ids = {ref: home.ask("lookup", "ref", "--purpose", "support", stdin=f"{ref}\n")["ids"][0]
           for ref in (*(row[0] for row in PEOPLE), *(f"C-{n}" for n in range(1, 10)))}
    hostile = f"/v1/subjects/{ids['C-1003']}"
    home.good("PATCH", hostile, {"fields": written()},
              headers={"If-Match": home.http("GET", hostile).headers["etag"]})
    key = home.good("POST", "/v1/keys", {"role": "service", "name": "parcel labels"})
    look = lambda count: same(home.reveal(list(ids.values())[:count], ["name", "email", "phone"], key=key["key"]).status, 200)
    look(5)
    home.stop()
    home.ahead_s += 8 * 86400  # long enough ago that they count as two people
    home.start(*options)
    waits = home.good("GET", "/v1/approvals", None, key=kim.token())["items"][0]["approval"]
    home.good("POST", f"/v1/approvals/{waits}/approve", {}, key=kim.token())
    look(6)
    for hours, people in ((4 * 24, 4), (3, 9), (2, 0)):  # and notices go by a way that has stood for three days
        home.stop()
        home.ahead_s += hours * 3600
        home.start(*options)
        if people:
            look(people)
    sari = Staff(home, "sari@shop.example", name="Sari", role="support")
    look(3)
    home.good("POST", "/v1/keys", {"role": "service", "name": "stolen key"})
    home.ask("secret", "add", "token signing key", "--secret-kind", "signing_key")
    token = kim.token()
    ask = lambda path, body: home.good("POST", path, body, key=token)
    erased = home.good("POST", "/v1/subjects", {"ref": "C-0", "lang": "id", "country": "ID", "fields": {"name": "Gone"}})["id"]
    home.good("DELETE", f"/v1/subjects/{erased}", {"reason": "they asked for it"})
    made = ask("/v1/incidents", {"title": "Customer list copied", "kind": "drained_by_key"})
    at = f"/v1/incidents/{made['id']}"
    for name, texts in FACTS.items():
        for lang, text in texts.items():
            ask(f"{at}/facts", {"name": name, "text": text, **({"lang": lang} if lang else {})})
    ask(f"{at}/notes", {"text": HOSTILE})
    ask(f"{at}/scope", {"from": "2020-01-01T00:00:00Z"})
    home.stop()
    home.ahead_s += 90  # so that nobody's next code has to be waited for
    return {"incident": made["id"], "ids": ids, "erased": erased, "hostile": HOSTILE, "written": [HOSTILE[:int(most)] for _, _, most in FIELDS] + [HOSTILE], "invite": sari.invite, "key": key["id"],
            "staff": {person.email: {"password": person.password} for person in (kim, budi)}}, (kim, budi)


def twin(home, folder):
    """Another of the same, in a folder of its own."""
    shutil.copytree(home.path, os.path.join(folder, "home"))
    other = Home(shop=home.shop, init=False, folder=folder)
    other.admin, other.ahead_s = home.admin, home.ahead_s
    return other


def of(people, home):
    """Staff at another home: their codes are used up at each by itself."""
    own = {}
    for person in people:
        own[person.email] = copy.copy(person)
        own[person.email].home = home
    return own


def main():
    with ExitStack() as stack:
        host = stack.enter_context(MailHost())
        first = stack.enter_context(Home(shop="toko-kim"))
        told, people = stage(first, host)
        homes = {HOMES[0]: first}
        for name in HOMES[1:]:
            homes[name] = stack.enter_context(twin(first, stack.enter_context(tempfile.TemporaryDirectory(prefix="amanah-"))))
        staff = {name: of(people, home) for name, home in homes.items()}
        for home in homes.values():
            home.start(*serving(home))
        print(json.dumps({name: {**told, "console": home.origin_console, "api": f"http://127.0.0.1:{home.port}"}
                          for name, home in homes.items()}), flush=True)
        for line in sys.stdin:
            word, name, rest = line.strip().split(" ", 2)
            if word == "code":
                print(json.dumps({"code": staff[name][rest].code()}), flush=True)
            elif word == "run":
                print(json.dumps({"out": homes[name].run(*json.loads(rest)).text}), flush=True)
            else:
                raise Wrong(f"the stage knows no {word!r}")


if __name__ == "__main__":
    main()
