"""A home with a little of everything, for the pages to show: made-up customers, staff, looks, an alert, a leak with notices.

Prints one line of JSON (where the pages are, who may sign in) and goes on until standard input ends. With the word
`codes`, lines of standard input are answered: `code EMAIL` with a one-time code that was not used before.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../scenario"))
from amanah import Home, Wrong, free_port, same  # noqa: E402
from mail_host import MailHost  # noqa: E402
from staff import Staff  # noqa: E402

HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"  # what a customer, or a dump, can write
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


def stage(home, host):
    home.port_console = free_port()
    origin = f"http://localhost:{home.port_console}"
    options = ("--console", f"127.0.0.1:{home.port_console}", "--public-origin", origin)
    home.start(*options)
    kim = Staff(home, "kim@shop.example", name="Kim").enrol()
    budi = Staff(home, "budi@shop.example", name="Budi").enrol()
    home.ask("mail", "put", host.url, "--no-tls", "--sender", "toko@shop.example", "--name", "Toko Kim")
    rows = "ref,name,email,phone,country,lang\n" + "".join(
        '"' + '","'.join(field.replace('"', '""') for field in row) + '"\n' for row in PEOPLE)
    rows += "".join(f"C-{n},Person {n},p{n}@mail.example,+62812345{n:05d},ID,id\n" for n in range(1, 198))
    home.run("import", home.file("customers.csv", rows))
    ids = {ref: home.ask("lookup", "ref", "--purpose", "support", stdin=f"{ref}\n")["ids"][0]
           for ref in (*(row[0] for row in PEOPLE), *(f"C-{n}" for n in range(1, 10)))}
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
    made = ask("/v1/incidents", {"title": "Customer list copied", "kind": "drained_by_key"})
    at = f"/v1/incidents/{made['id']}"
    for name, texts in FACTS.items():
        for lang, text in texts.items():
            ask(f"{at}/facts", {"name": name, "text": text, **({"lang": lang} if lang else {})})
    ask(f"{at}/notes", {"text": HOSTILE})
    ask(f"{at}/scope", {"from": "2020-01-01T00:00:00Z"})
    return {"console": origin, "api": f"http://127.0.0.1:{home.port}", "incident": made["id"], "ids": ids,
            "hostile": HOSTILE, "reader": key["id"], "admin": home.admin, "token": token,
            "staff": {person.email: {"id": person.id, "password": person.password, "secret": getattr(person, "secret", "")}
                      for person in (kim, budi)}, "invite": sari.invite}, {person.email: person for person in (kim, budi)}


def main():
    with Home(shop="toko-kim") as home, MailHost() as host:
        told, people = stage(home, host)
        print(json.dumps(told), flush=True)
        for line in sys.stdin:
            word, _, rest = line.strip().partition(" ")
            if word == "code":
                print(json.dumps({"code": people[rest].code()}), flush=True)
            elif word == "run":
                print(json.dumps({"out": home.run(*json.loads(rest)).text}), flush=True)
            else:
                raise Wrong(f"the stage knows no {word!r}")


if __name__ == "__main__":
    main()
