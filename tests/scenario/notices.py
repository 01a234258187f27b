#!/usr/bin/env python3
"""Every person told once: exactly their fields, in their language, by two people; nobody lost, nobody twice, all provable."""
import base64
import collections
import hashlib
import http.server
import json
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, Wrong, check, day_lasts, same, story, within  # noqa: E402
from mail_host import MailHost  # noqa: E402
from staff import colleagues  # noqa: E402

SENDER = "toko@shop.example"
FACTS = {"how": {"en": "A key of somebody who had left was used.", "id": "Kunci milik orang yang sudah keluar dipakai.",
                 "ko": "퇴사자의 인증키가 사용되었습니다."},
         "actions": {"en": "We ended the key.", "id": "Kunci itu kami matikan.", "ko": "인증키를 폐기했습니다."},
         "desk": {"": "privacy@shop.example"}, "relief": {"": "Write to privacy@shop.example."},
         "rights": {"": "You may claim damages."}}


def customers(home, count, first=1):
    langs = [("ko", "KR"), ("id", "ID"), ("en", "US")]
    rows = "ref,name,email,phone,country,lang\n" + "".join(
        f"C-{n},Person {n},p{n}@mail{n % 3}.example,+62812345{n:05d},{langs[n % 3][1]},{langs[n % 3][0]}\n"
        for n in range(first, first + count))
    home.run("import", home.file("customers.csv", rows))


def person(home, ref):
    return home.ask("lookup", "ref", "--purpose", "support", stdin=f"{ref}\n")["ids"][0]


def mail_set(home, host):
    home.ask("mail", "put", host.url, "--no-tls", "--sender", SENDER, "--name", "Toko Kim")


def incident(home, scope="from=2020-01-01T00:00:00Z", **more):
    made = home.ask("incident", "open", "a leak")["id"]
    for name, texts in {**FACTS, **more}.items():
        for lang, text in texts.items():
            home.run("incident", "add", made, "facts", f"name={name}", *([f"lang={lang}"] if lang else []), f"text={text}")
    home.run("incident", "scope", made, scope)
    return made


def backup_copied(home):
    """The suspicion under which everybody may be concerned."""
    return incident(home, f"copied_at={time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(home.now() + 1))}")


def looked_at(home, ids, fields):
    for at in range(0, len(ids), 1000):
        same(home.reveal(ids[at:at + 1000], fields).status, 200)


def status(home, made, run=1):
    return home.ask("notice", "status", made, str(run))


def said(mail):
    return mail.text.replace("\r\n", "\n")


def await_state(home, made, state, run=1, seconds=120):
    until = time.monotonic() + seconds
    while True:
        now = status(home, made, run)
        if now["state"] == state:
            return now
        if time.monotonic() > until:
            raise Wrong(f"the run is {now}, not {state}")
        time.sleep(0.1)


def each_gets_exactly_their_fields_in_their_language():
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        customers(home, 30)
        ids = {n: person(home, f"C-{n}") for n in range(1, 13)}
        looked_at(home, [ids[n] for n in range(1, 7)], ["name", "email"])
        looked_at(home, [ids[n] for n in range(4, 13)], ["phone"])
        made = incident(home)
        drafted = home.ask("notice", "draft", made)
        same(drafted["notice"]["people"]["queued"], 12)
        same(drafted["languages"], {"en": 4, "id": 4, "ko": 4})
        same(drafted["notice"]["missing"], "")
        check({"kr-pipa", "id-pdp"} <= set(drafted["notice"]["regimes"]), str(drafted["notice"]["regimes"]))
        sent = home.run("notice", "send", made, "1", "--yes").text
        within("notice 1", sent)
        done = await_state(home, made, "done")
        same(done["people"]["accepted"], 12)
        mails = {mail.to: mail for mail in host.await_mails(12)}
        same(len(mails), 12)
        words = {0: ("유출", "이메일 주소", "전화번호"), 1: ("kebocoran data", "alamat surel", "nomor telepon"),
                 2: ("data breach", "e-mail address", "telephone number")}
        for n in range(1, 13):
            mail = mails[f"p{n}@mail{n % 3}.example"]
            verdict, email, phone = words[n % 3]
            items = re.findall(r"^- (.*)$", said(mail), re.M)
            within(verdict, mail.text)
            same([any(email.lower() == item.lower() for item in items), any(phone.lower() == item.lower() for item in items)],
                 [n < 7, n > 3], f"{n}: {items}")
            same(mail.message["Auto-Submitted"], "auto-generated")
            check("http" not in mail.text, "a notice has no link")
            check(re.fullmatch(r"toko\+n[0-9a-z]{26}@shop\.example", mail.sender), mail.sender)
        same(len({mail.sender for mail in mails.values()}), 12, "each has a return path of its own")
        ledger = home.run("ledger", "verify")
        same(ledger.status, 0)
        looks = home.good("GET", f"/v1/subjects/{ids[1]}/sightings")["items"]
        check(any(look["kind"] == "run" for look in looks), f"a run is a look at each of its people: {looks}")


def root_of(leaf, at, count, path):
    """RFC 6962 section 2.1.1, written down as it stands there."""
    if count == 1:
        return leaf
    half = 1
    while half * 2 < count:
        half *= 2
    if at < half:
        return hashlib.sha256(b"\1" + root_of(leaf, at, half, path[:-1]) + path[-1]).digest()
    return hashlib.sha256(b"\1" + path[-1] + root_of(leaf, at - half, count - half, path[:-1])).digest()


def one_person_is_proved_and_their_code_is_known():
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        customers(home, 9)
        ids = [person(home, f"C-{n}") for n in range(1, 10)]
        looked_at(home, ids, ["email"])
        made = incident(home)
        home.run("notice", "draft", made)
        home.run("notice", "send", made, "1", "--yes")
        await_state(home, made, "done")
        mail = next(mail for mail in host.await_mails(9) if mail.to.startswith("p2@"))
        shown = home.ask("notice", "person", made, "1", ids[1])
        same([shown["state"], shown["delivered"]["to"], shown["text"]["as_delivered"]], ["accepted", "p***@mail2.example", True])
        same(shown["text"]["body"].strip(), said(mail).strip(), "the very words are made again")
        proof = shown["proof"]
        leaf = hashlib.sha256(b"\0" + bytes.fromhex(proof["record_cbor"])).digest()
        root = root_of(leaf, proof["place"], proof["records"], [bytes.fromhex(part) for part in proof["path"]])
        entry = home.good("GET", f"/v1/ledger/entries/{proof['entry']}")
        same([entry["object"], entry["object_kind"]], [base64.b64encode(root).decode(), 2], "the entry holds the root")
        code = re.search(r"^([0-9a-z]{5}-){5}[0-9a-z]$", said(mail), re.M).group()
        known = home.ask("notice", "verify", code)
        same([known["ours"], known["to"], known["state"]], [True, "p***@mail2.example", "accepted"])
        check(known["sent"].startswith("20"), "when it was sent")
        same(home.ask("notice", "verify", code.upper().replace("-", " ").replace("0", "O"))["ours"], True, "as people copy it")
        other = ("1" if code[3] != "1" else "2").join([code[:3], code[4:]])
        same(home.ask("notice", "verify", other), {"ours": False})
        home.run("rotate", "--rekey", "--yes")  # it was sealed under the data key of then
        again = home.ask("notice", "person", made, "1", ids[1])
        same([again["delivered"], again["proof"]], [shown["delivered"], shown["proof"]], "what was proved stays provable")
        same(home.ask("notice", "verify", code)["ours"], True)
        home.run("subject", "erase", ids[1], "--reason", "asked to", "--yes")  # waits for the hold while the incident is open
        same(home.run("ledger", "verify").status, 0)
        for word in ("p2@mail2", "Person 2"):
            check(word.encode() not in home.daemon_said(), f"{word} was said")


def told(host):
    """Customers who got a mail: staff hear of what is asked, too."""
    return sum(1 for mail in host.mails if mail.to.startswith("p"))


def two_who_know(home, made):
    """Two staff who may know of the incident, their keys, and where it is asked about."""
    staff, keys = colleagues(home, "ana", "budi")
    for one in staff:
        home.run("incident", "add", made, "members", f"who={one.id}")
    return staff, keys, f"/v1/incidents/{made}"


def claimed(home, host):
    """An incident of three people whose notice says what a claim says; nobody verified it yet."""
    home.start()
    mail_set(home, host)
    customers(home, 3)
    looked_at(home, [person(home, f"C-{n}") for n in range(1, 4)], ["email"])
    words = "Card numbers were not taken"
    made = incident(home, how={"en": f"A key was used. {words}.", "id": "Kunci dipakai.", "ko": "인증키가 사용되었습니다."})
    _, (by_ana, by_budi), path = two_who_know(home, made)
    claim = home.good("POST", path + "/claims", {"text": words}, key=by_ana)["line"]
    return made, path, claim, by_ana, by_budi


def two_people_start_it():
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        customers(home, 6)
        looked_at(home, [person(home, f"C-{n}") for n in range(1, 7)], ["email"])
        made = incident(home)
        (_, budi), (by_ana, by_budi), path = two_who_know(home, made)
        path += "/notices"
        drafted = home.good("POST", path, {}, key=by_ana)["notice"]
        asked = home.http("POST", f"{path}/{drafted['run']}/send", {}, key=by_ana)
        same([asked.status, asked.json["state"]], [202, "waiting"])
        within("notice 1 goes to 6 people", asked.json["what"])
        texts = {change["member"]: change["now"] for change in home.good("GET", "/v1/approvals", key=by_budi)["items"][0]["changes"]}
        for lang in ("en", "id", "ko"):
            for kind in ("notice", "care"):
                same(texts["says " + lang if kind == "notice" else "care " + lang].strip(), home.run("notice", "text", lang, kind).text.strip())
        time.sleep(1)
        same(told(host), 0, "nothing goes before the second yes")
        alone = home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=by_ana)
        same(alone.code, "approval.asker")
        key = home.good("POST", "/v1/keys", {"role": "admin", "holders": [budi.id]}, key=by_budi)["key"]
        within("applied", home.run("notice", "approve", made, "1", "--json", key=key).text)
        same(await_state(home, made, "done")["people"]["accepted"], 6)
        same(told(host), 6)


def a_new_way_of_mails_is_not_used():
    with Home() as home, MailHost() as host, MailHost() as thief:
        home.start()
        mail_set(home, host)
        customers(home, 3)
        looked_at(home, [person(home, f"C-{n}") for n in range(1, 4)], ["email"])
        home.wait_days(4)
        made = incident(home)
        home.run("notice", "draft", made)
        mail_set(home, thief)
        refused = home.cli("notice", "send", made, "1", "--yes")
        same(refused.status, 1)
        within("changed less than 72 hours ago", refused.err.decode())
        home.wait_days(3.1)
        home.run("notice", "send", made, "1", "--yes")
        await_state(home, made, "done")


def what_it_must_say_it_says_or_does_not_go():
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        customers(home, 3)
        looked_at(home, [person(home, f"C-{n}") for n in range(1, 4)], ["email"])
        made = incident(home, rights={}, how={"en": "A key was used."})
        drafted = home.ask("notice", "draft", made, "regimes=kr-pipa", "regimes=sg-pdpa", "per_day=1")
        within("ko: kr-pipa: rights", drafted["notice"]["missing"])
        within("ko: how", drafted["notice"]["missing"])
        home.run("notice", "draft", made)
        same(home.cli("notice", "send", made, "1", "--yes").status, 1)
        good = incident(home)
        home.run("notice", "draft", good, "regimes=sg-pdpa")
        waits = home.cli("notice", "send", good, "3", "--yes")
        within("before sg-pdpa/authority is done", waits.err.decode())
        home.run("incident", "add", good, "done", "name=sg-pdpa/authority", "at=2026-11-22T00:00:00Z")
        own = home.run("notice", "text", "en", "notice").text
        bad = home.cli("notice", "text", "en", "notice", home.file("bad.txt", own.replace("{{contact}}", "us")))
        same(bad.status, 1)
        within("contact", bad.err.decode())
        worse = home.cli("notice", "text", "en", "notice", home.file("worse.txt", own.replace("{{code}}", "{{secret}}")))
        same(worse.status, 2)
        within("en/notice:", worse.err.decode())
        home.run("notice", "text", "en", "notice", home.file("mine.txt", own.replace("Dear ", "Good day, ")))
        home.run("notice", "draft", good, "regimes=sg-pdpa")
        within("Good day, Siti Rahma", home.run("notice", "preview", good, "4", "--lang", "en").text)
        home.run("notice", "send", good, "4", "--yes")
        await_state(home, good, "done", run=4)
        same(home.run("ledger", "verify").status, 0)


def words_are_held_against_the_lint():
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        customers(home, 6)
        looked_at(home, [person(home, f"C-{n}") for n in range(1, 7)], ["email"])
        made = incident(home, how={"en": "A key was used.", "id": "Kunci dipakai.", "ko": "이메일 주소가 노출되었습니다."})
        drafted = home.ask("notice", "draft", made)["notice"]
        same([[one[name] for name in ("lang", "text", "rule", "word", "instead")] for one in drafted["findings"]],
             [["ko", "how", "euphemism", "노출", "유출이라고 쓰십시오"]])
        refused = home.cli("notice", "send", made, "1", "--yes")
        same(refused.status, 1)
        within("ko, how: euphemism (노출): 유출이라고 쓰십시오", refused.err.decode())
        within("노출", home.run("notice", "status", made, "1").text)
        own = home.run("notice", "text", "ko", "notice").text
        for words, rule in (("쿠폰을 드립니다.", "offer (쿠폰)"), ("https://shop.example/", "link"), ("유출되었을 수 있습니다.", "euphemism")):
            bad = home.cli("notice", "text", "ko", "notice", home.file("bad.txt", own + words + "\n"))
            same(bad.status, 1)
            within("ko, template: " + rule, bad.err.decode())
        home.run("notice", "text", "ko", "notice", home.file("good.txt", own.replace(
            "{{#any_possible}}", "{{#any_possible}}\n유출되었을 수 있습니다:", 1)))  # of what is only possible it is right


def a_claim_that_falls_before_the_second_yes_holds_it_back():
    with Home() as home, MailHost() as host:
        made, path, claim, by_ana, by_budi = claimed(home, host)
        home.good("POST", path + "/notices", {}, key=by_ana)
        same(home.http("POST", path + "/notices/1/send", {}, key=by_ana).status, 409, "nobody verified the claim")
        home.good("POST", path + "/claims", {"of": claim, "state": "verified", "evidence": ["query 7"]}, key=by_budi)
        asked = home.http("POST", path + "/notices/1/send", {}, key=by_ana)
        same(asked.status, 202, asked.body)
        home.good("POST", path + "/claims", {"of": claim, "state": "false"}, key=by_budi)
        home.good("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=by_budi)
        held = await_state(home, made, "paused")
        same([held["people"]["queued"], told(host)], [3, 0])
        same({one["text"] for one in held["findings"]}, {"how"})
        same(home.http("POST", path + "/notices/1/resume", key=by_ana).status, 409)
        within("held back when it was agreed to: en, how:", home.run("incident", "timeline", made).text)
        same(home.run("ledger", "verify").status, 0)


def a_claim_that_falls_while_it_is_sent_holds_the_rest_back():
    day_lasts(120)
    with Home() as home, MailHost() as host:
        made, path, claim, by_ana, by_budi = claimed(home, host)
        home.good("POST", path + "/claims", {"of": claim, "state": "verified", "evidence": ["query 7"]}, key=by_budi)
        home.good("POST", path + "/notices", {"per_day": 1}, key=by_ana)
        asked = home.http("POST", path + "/notices/1/send", {}, key=by_ana)
        home.good("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=by_budi)
        until = time.monotonic() + 30
        while status(home, made)["people"]["accepted"] < 1 and time.monotonic() < until:
            time.sleep(0.1)
        home.run("incident", "add", made, "facts", "name=where", "lang=en", "text=The web shop")
        time.sleep(1)
        same(status(home, made)["state"], "sending", "a fact that changes nothing in it holds nothing")
        home.good("POST", path + "/claims", {"of": claim, "state": "false"}, key=by_budi)
        held = await_state(home, made, "paused", seconds=30)
        same([held["people"]["accepted"], held["people"]["queued"], told(host)], [1, 2, 1], "the others wait")
        same({one["text"] for one in held["findings"]}, {"how"})
        within("held back by what the incident says now: en, how:", home.run("incident", "timeline", made).text)
        same(home.cli("notice", "resume", made, "1").status, 1)
        home.wait_days(1.1)
        time.sleep(2)
        same([status(home, made)["state"], told(host)], ["paused", 1], "nobody is written to")
        same(home.run("ledger", "verify").status, 0)


def it_tells_beforehand_how_long_it_takes():
    day_lasts(120)
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        customers(home, 800)
        made = backup_copied(home)
        drafted = home.ask("notice", "draft", made, "per_day=50")["notice"]
        same([drafted["time"][name] for name in ("people", "per_day", "days", "law_hours", "needs_per_day")], [800, 50, 16, 72, 267])
        within("800 people at your host's 50 a day is 16 days; the law gives 3", drafted["time"]["advice"])
        within("아직 확정되지 않았으나", home.run("notice", "preview", made, "1", "--lang", "ko").text, "possible is not said as known")
        home.run("notice", "send", made, "1", "--yes")
        until = time.monotonic() + 60
        while len(host.mails) < 50 and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(1)
        now = status(home, made)
        same([len(host.mails), now["people"]["accepted"], now["people"]["queued"]], [50, 50, 750], "no more than the host's day")
        paused = home.ask("notice", "pause", made, "1")
        same(paused["state"], "paused")
        home.wait_days(1)
        time.sleep(1)
        same(len(host.mails), 50, "paused is paused")
        home.run("notice", "resume", made, "1")
        until = time.monotonic() + 60
        while len(host.mails) < 100 and time.monotonic() < until:
            time.sleep(0.1)
        home.run("notice", "stop", made, "1", "--yes")
        time.sleep(0.5)
        stopped = status(home, made)
        same([stopped["state"], len(host.mails)], ["stopped", 100])
        same(home.cli("notice", "resume", made, "1").status, 1)


def hostile_names_make_no_header():
    names = ["A\\r\\nBcc: thief@evil.example", "=?utf-8?q?x?= <thief@evil.example>", '"; DROP', "{{code}}{{#known}}", "김\u202e민수", "."]
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        ids = [home.create(f"h{at}", lang="ko", name=name.replace("\\r\\n", " \u2028"), email=f"h{at}@person.example")
               for at, name in enumerate(names)]
        looked_at(home, ids, ["name"])
        made = incident(home)
        home.run("notice", "draft", made)
        home.run("notice", "send", made, "1", "--yes")
        same(await_state(home, made, "done")["people"]["accepted"], len(names))
        for mail in host.await_mails(len(names)):
            same(mail.message["Bcc"], None)
            same([address.addr_spec for address in mail.message["To"].addresses], [mail.to])
            check("{{" not in mail.text.replace("{{code}}{{#known}}", ""), "a name is not read as a template")
            same(mail.message.get_content_type(), "text/plain")


def who_cannot_be_mailed_is_listed_and_told_otherwise():
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        home.run("field", "put", "e_notice_consent", "--kind", "date")
        agreed = home.create("a", lang="id", country="ID", email="a@person.example", e_notice_consent="2024-05-01")
        silent = home.create("b", lang="id", country="ID", email="b@person.example")
        no_mail = home.create("c", lang="id", country="ID", phone="+628123456789", e_notice_consent="2024-05-01")
        unknown = home.create("d", lang="id", country="ID", email="d@person.example", e_notice_consent="2024-05-01")
        looked_at(home, [agreed, silent, no_mail, unknown], ["email", "phone"])
        made = incident(home)
        drafted = home.ask("notice", "draft", made, "regimes=id-mr20")["notice"]
        same([drafted["people"][name] for name in ("queued", "no_consent", "no_address")], [2, 1, 1])
        home.run("notice", "send", made, "1", "--yes")
        await_state(home, made, "done")
        same({mail.to for mail in host.mails}, {"a@person.example", "d@person.example"})
        path = next(mail.sender for mail in host.mails if mail.to.startswith("d@"))
        bounce = ("From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n\n"
                  "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
                  "Final-Recipient: rfc822; d@person.example\nAction: failed\nStatus: 5.1.1\n--x--\n")
        taken = home.ask("notice", "bounce", path, stdin=bounce)
        same([taken["run"], taken["bounced"], taken["status"]], [1, True, 511])
        same(home.cli("notice", "bounce", path.replace("+n", "+n0")[:-1], stdin=bounce).status, 2, "a made-up return path")
        now = status(home, made)
        same([now["people"]["accepted"], now["people"]["bounced"], now["bounced"][0]["reply"]], [1, 1, 511])
        same(home.run("notice", "list", made, "1", "no_address").text.split(), [no_mail])
        same(home.run("notice", "list", made, "1", "no_consent").text.split(), [silent])
        home.run("notice", "reached", made, "1", f"subjects={no_mail}", f"subjects={silent}", "text=letters of 2026-11-23")
        same(status(home, made)["people"]["reached_otherwise"], 2)
        same(home.cli("notice", "reached", made, "1", f"subjects={agreed}", "text=x").status, 1, "they were reached already")
        within("letters of 2026-11-23", home.run("incident", "timeline", made).text)


def consent_counts_where_a_law_wants_it_and_nowhere_else():
    """Not by name of one law: by what the data of laws say of a duty, in the people's own countries."""
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        ids = [home.create(f"{country}{n}", lang="en", country=country, email=f"{country}{n}@person.example".lower())
               for country in ("ID", "KR", "FR") for n in range(2)]
        looked_at(home, ids, ["email"])
        made = incident(home)
        unkept = home.ask("notice", "draft", made)["notice"]
        same([unkept["people"]["queued"], unkept["people"]["no_consent"]], [6, 0])
        check(unkept["consent"].startswith("ID: a law wants agreement"), "it is said that nobody can tell who agreed")
        home.run("field", "put", "e_notice_consent", "--kind", "date")
        agreed = home.create("ID3", lang="en", country="ID", email="id3@person.example", e_notice_consent="2024-05-01")
        ahead = home.create("ID4", lang="en", country="ID", email="id4@person.example", e_notice_consent="2199-01-01")
        looked_at(home, [agreed, ahead], ["email"])
        home.run("incident", "scope", made, "from=2020-01-01T00:00:00Z")
        drafted = home.ask("notice", "draft", made)["notice"]
        same([drafted["people"]["queued"], drafted["people"]["no_consent"], drafted["consent"]], [6, 2, ""])
        home.run("notice", "send", made, "2", "--yes")
        same(await_state(home, made, "done", run=2)["people"]["no_consent"], 3, "an agreement that is still to come is none")
        same({mail.to for mail in host.mails}, {f"{name}@person.example" for name in ("kr0", "kr1", "fr0", "fr1", "id3")})
        home.run("incident", "add", made, "choices", "name=id-mr20/repealed", "answer=repealed")
        same(home.ask("notice", "draft", made)["notice"]["people"]["no_consent"], 0, "the shop's lawyer decided that it binds no more")
        os.makedirs(os.path.join(home.path, "law"))
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../law/eu-gdpr.yaml"), encoding="utf-8") as file:
            text = file.read()
        with open(os.path.join(home.path, "law/eu-gdpr.yaml"), "w", encoding="utf-8") as file:
            file.write(text.replace("    to: persons\n", "    to: persons\n    electronic_consent: true\n", 1))
        same(home.ask("notice", "draft", made)["notice"]["people"]["no_consent"], 2, "another law that wants it, as data")


def whom_no_mail_reaches_gets_a_letter_or_is_told_by_hand():
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        mailed = home.create("m", lang="en", name="Ann Mail", email="m@person.example")
        letter = [home.create(f"l{n}", lang=lang, name=name, phone=f"+6281234560{n:02d}",
                              addresses=[{"address": f"Jalan Merdeka {n}", "postcode": f"1011{n}"}])
                  for n, (lang, name) in enumerate([("en", "Budi Letter"), ("id", "Citra Surat"), ("ko", "김우편")])]
        nobody = home.create("n", lang="en", name="Dian Nowhere", phone="+628123456099")
        looked_at(home, [mailed, *letter, nobody], ["name", "phone"])
        made = incident(home)
        home.run("notice", "draft", made)
        home.run("notice", "send", made, "1", "--yes")
        same(await_state(home, made, "done")["people"]["no_address"], 4)
        same(home.cli("notice", "draft", made, "channel=letter").status, 2, "it follows a run")
        drafted = home.ask("notice", "draft", made, "channel=letter", "after=1")["notice"]
        same([drafted["channel"], drafted["follows"], drafted["people"]["queued"], drafted["people"]["no_address"]], ["letter", 1, 3, 1])
        folder = os.path.join(home.folder, "letters")
        same(home.cli("notice", "letters", made, "2", folder).status, 1, "two people must have agreed")
        home.run("notice", "send", made, "2", "--yes")
        await_state(home, made, "sending", run=2)
        within("3 people, a letter each", home.run("notice", "letters", made, "2", folder).text)
        path = os.path.join(folder, "letters-2-0001.pdf")
        same(os.stat(path).st_mode & 0o777, 0o600)
        shown = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True).stdout.decode()
        for word in ("Budi Letter", "Jalan Merdeka 0", "10110", "Citra Surat", "김우편", "Leaked of yours", "telephone number", "유출된 개인정보"):
            within(word, shown)
        check("Ann Mail" not in shown and "Dian" not in shown, "nobody else is in it")
        same(len({page.split()[0] for page in shown.split("\f") if page.strip()}) >= 1, True)
        done = await_state(home, made, "done", run=2)
        same([done["people"]["accepted"], status(home, made)["people"]["reached_otherwise"]], [3, 3], "the first run knows")
        proved = home.ask("notice", "person", made, "2", letter[0])
        same([proved["delivered"]["to"], proved["text"]["as_delivered"]], ["letter ***10", True])
        looks = home.good("GET", f"/v1/subjects/{letter[0]}/sightings")["items"]
        check(any(look["kind"] == "run" and "postcode" in look["fields"] for look in looks), f"each letter is a look: {looks}")
        before = len(home.good("GET", f"/v1/subjects/{letter[1]}/sightings")["items"])
        within("2 people", home.run("notice", "letters", made, "2", folder, f"after={letter[0]}").text)
        check(os.path.exists(os.path.join(folder, "letters-2-0002.pdf")), "a file that is there is not written over")
        same(len(home.good("GET", f"/v1/subjects/{letter[1]}/sightings")["items"]), before + 1, "and once more is one more look")
        identity = subprocess.run(["age-keygen"], check=True, capture_output=True).stdout.decode()
        recipient = re.search(r"age1\S+", identity).group()
        home.run("notice", "letters", made, "2", folder, "--recipient", recipient)
        opened = subprocess.run(["age", "-d", "-i", home.file("id.txt", identity), os.path.join(folder, "letters-2-0001.pdf.age")],
                                check=True, capture_output=True).stdout
        same(opened[:5], b"%PDF-")
        drafted = home.ask("notice", "draft", made, "channel=list", "after=2")["notice"]
        same(drafted["people"]["queued"], 1)
        home.run("notice", "send", made, "3", "--yes")
        await_state(home, made, "sending", run=3)
        home.run("notice", "letters", made, "3", folder)
        listed = subprocess.run(["pdftotext", "-layout", os.path.join(folder, "list-3-0001.pdf"), "-"], check=True, capture_output=True)
        within("Dian", listed.stdout.decode())
        home.run("notice", "reached", made, "3", f"subjects={nobody}", "text=called on the 23rd")
        same(await_state(home, made, "done", run=3)["people"]["reached_otherwise"], 1)
        people = status(home, made)["people"]
        same([people["accepted"], people["reached_otherwise"], people["no_address"]], [1, 4, 0], "nobody is left")
        same(home.run("ledger", "verify").status, 0)
        for word in ("Jalan Merdeka", "김우편"):
            check(word.encode() not in home.daemon_said(), f"{word} was said")


def letters_and_text_messages_are_held_against_the_lint_as_mails_are():
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        gateway = Gateway(lambda body, count: (202, b"{}"))
        made, ids = unmailed(home, 3)
        home.create("paper", lang="ko", name="김우편", addresses=[{"address": "세종대로 1", "postcode": "04524"}])
        home.run("notice", "hook", f"url={gateway.url}/sms")
        home.run("incident", "add", made, "facts", "name=how", "lang=ko", "text=이메일 주소가 노출되었습니다. 쿠폰을 드립니다.")
        for run, channel in ((2, "hook"), (3, "letter"), (4, "list")):
            drafted = home.ask("notice", "draft", made, f"channel={channel}", "after=1")["notice"]
            same({(one["text"], one["rule"]) for one in drafted["findings"]}, {("how", "euphemism"), ("how", "offer")}, channel)
            refused = home.cli("notice", "send", made, str(run), "--yes")
            same(refused.status, 1, channel)
            within("ko, how: ", refused.err.decode())
        same(gateway.posts, [])
        home.run("incident", "add", made, "facts", "name=how", "lang=ko", "text=퇴사자의 인증키가 사용되었습니다.")
        home.run("notice", "draft", made, "channel=list", "after=1")
        home.run("notice", "send", made, "5", "--yes")
        await_state(home, made, "sending", run=5)
        home.run("notice", "letters", made, "5", home.folder)
        home.run("incident", "add", made, "claims", "text=퇴사자의 인증키가 사용되었습니다")  # nobody verified what it says
        same(home.cli("notice", "letters", made, "5", home.folder).status, 1, "no more are handed out")
        await_state(home, made, "paused", run=5, seconds=30)


class Gateway:
    """Takes posts, and answers each by what `say` makes of it: status and body."""

    def __init__(self, say):
        gateway, self.posts, self.lock = self, [], threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with gateway.lock:
                    gateway.posts.append((self.path, dict(self.headers.items()), body))
                    status, said = say(json.loads(body), len(gateway.posts))
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def unmailed(home, count):
    """An incident whose first run reached nobody: these people have a telephone number only."""
    ids = [home.create(f"t{n}", lang=["en", "id", "ko"][n % 3], name=f"Person {n}", phone=f"+6281234567{n:02d}") for n in range(count)]
    looked_at(home, ids, ["name", "phone"])
    made = incident(home)
    home.run("notice", "draft", made)
    home.run("notice", "send", made, "1", "--yes")
    same(await_state(home, made, "done")["people"]["no_address"], count)
    return made, ids


def text_messages_go_by_a_signed_hook():
    def say(body, count):
        if count == 1:
            return 503, b"later"
        return (422, b"no such number") if body["to"].endswith("03") else (202, b"{}")

    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        made, ids = unmailed(home, 5)
        gateway = Gateway(say)
        same(home.cli("notice", "hook").status, 1, "there is none")
        same(home.cli("notice", "hook", "url=http://elsewhere.example/x").status, 2, "not in clear to elsewhere")
        key = home.ask("notice", "hook", f"url={gateway.url}/sms?x=1")["public_key"]
        home.run("notice", "draft", made, "channel=hook", "after=1")
        home.run("notice", "send", made, "2", "--yes")
        until = time.monotonic() + 20
        while sum(status(home, made, 2)["people"][name] for name in ("accepted", "refused")) < 4 and time.monotonic() < until:
            time.sleep(0.1)
        home.wait_days(0.05)
        done = await_state(home, made, "done", run=2)
        same([done["people"]["accepted"], done["people"]["refused"]], [4, 1], "one was told no, one later")
        same(status(home, made)["people"]["reached_otherwise"], 4)
        by_id = collections.Counter(dict(headers)["Idempotency-Key"] for _, headers, _ in gateway.posts)
        same([len(by_id), max(by_id.values())], [5, 2], "the same id at both attempts")
        path, headers, body = next(post for post in gateway.posts if b"+628123456702" in post[2])
        said_ = json.loads(body)
        same([path, said_["to"], said_["lang"], said_["kind"]], ["/sms?x=1", "+628123456702", "ko", "notice"])
        within("전화번호", said_["leaked"])
        within("유출된 개인정보", said_["text"])
        check("Person 1" not in said_["text"], "nobody else is in it")
        time_, signature = re.fullmatch(r"t=(\d+),ed25519=([0-9a-f]{128})", headers["Amanah-Signature"]).groups()
        verify = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", home.file("key.pem", key), "-rawin",
                  "-sigfile", os.path.join(home.folder, "sig"), "-in", os.path.join(home.folder, "said")]
        with open(os.path.join(home.folder, "sig"), "wb") as file:
            file.write(bytes.fromhex(signature))
        for text, good in ((body, 0), (body.replace(b"notice", b"notjce", 1), 1)):
            with open(os.path.join(home.folder, "said"), "wb") as file:
                file.write(time_.encode() + b"." + text)
            same(subprocess.run(verify, capture_output=True, check=False).returncode, good, "openssl checks the signature")
        proved = home.ask("notice", "person", made, "2", ids[2])
        same([proved["delivered"]["reply"], proved["delivered"]["to"]], ["HTTP 202", proved["delivered"]["to"]])
        check(proved["delivered"]["to"].endswith("02") and "812345" not in proved["delivered"]["to"], proved["delivered"]["to"])
        home.wait_days(4)
        home.run("notice", "hook", f"url={gateway.url}/other")
        home.run("notice", "draft", made, "channel=hook", "after=2")
        refused = home.cli("notice", "send", made, "3", "--yes")
        within("changed less than 72 hours ago", refused.err.decode())
        same(home.run("ledger", "verify").status, 0)
        check(b"+62812345" not in home.daemon_said(), "no number is in the log")


def a_gateway_of_whatsapp_is_spoken_to_in_its_own_words():
    """A stand-in that answers as the Cloud API is documented to; the real one was not there to be tried."""
    def say(body, count):
        if count == 1:
            return 400, json.dumps({"error": {"message": "(#130429) Rate limit hit", "type": "OAuthException", "code": 130429,
                                              "fbtrace_id": "x"}}).encode()
        if body["to"].endswith("01"):
            return 400, b'{"error":{"message":"(#131026) Message undeliverable","type":"OAuthException","code":131026}}'
        return 200, json.dumps({"messaging_product": "whatsapp", "contacts": [{"input": body["to"], "wa_id": body["to"][1:]}],
                                "messages": [{"id": "wamid.HBgL"}]}).encode()

    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        made, _ = unmailed(home, 3)
        gateway = Gateway(say)
        url = f"url={gateway.url}/v23.0/106540352242922/messages"
        same(home.cli("notice", "hook", url, "form=whatsapp").status, 2, "without token")
        shown = home.run("notice", "hook", url, "form=whatsapp", "template=data_leak", f"token=@{home.file('token', 'EAAGsecret' + chr(10))}", "--json")
        check("EAAGsecret" not in shown.text, "the token is not told")
        home.run("notice", "draft", made, "channel=hook", "after=1")
        home.run("notice", "send", made, "2", "--yes")
        until = time.monotonic() + 20
        while len(gateway.posts) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        home.wait_days(0.05)
        done = await_state(home, made, "done", run=2)
        same([done["people"]["accepted"], done["people"]["refused"]], [2, 1])
        _, headers, body = next(post for post in gateway.posts if b"00" in post[2][:120])
        same(headers["Authorization"], "Bearer EAAGsecret")
        sent = json.loads(body)
        same([sent["messaging_product"], sent["type"], sent["template"]["name"], sent["template"]["language"]],
             ["whatsapp", "template", "data_leak", {"code": "en"}])
        values = [one["text"] for one in sent["template"]["components"][0]["parameters"]]
        same([values[0], values[1], values[2]], ["Toko Kim", "name, telephone number", "privacy@shop.example"])
        same(home.ask("notice", "verify", values[3])["ours"], True)
        check(not any("\n" in value or "    " in value for value in values), "what the API refuses is not in it")


def a_supplement_says_what_changed_and_care_follows():
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        home.run("field", "put", "do_not_contact", "--kind", "text")
        quiet = home.create("q", lang="en", email="q@person.example", do_not_contact="yes")
        ids = [home.create(f"s{n}", lang="en", email=f"s{n}@person.example", phone=f"+6281234567{n:02d}") for n in range(4)]
        looked_at(home, ids + [quiet], ["email"])
        made = incident(home)
        home.run("notice", "draft", made)
        home.run("notice", "send", made, "1", "--yes")
        same(await_state(home, made, "done")["people"]["accepted"], 5, "do-not-contact does not stop a legal notice")
        looked_at(home, ids[:2], ["phone"])
        home.run("incident", "scope", made, "from=2020-01-01T00:00:00Z")
        drafted = home.ask("notice", "draft", made, "kind=supplement", "after=1")["notice"]
        same(drafted["people"]["queued"], 2, "those for whom something changed")
        home.run("notice", "send", made, "2", "--yes")
        await_state(home, made, "done", run=2)
        mail = host.await_mails(7)[-1]
        within("- now certain: telephone number", mail.text)
        check("now certain: e-mail" not in mail.text, "what they know is not new")
        within("- e-mail address", mail.text)
        care = home.ask("notice", "draft", made, "kind=care", "after=1")["notice"]
        same(care["people"]["queued"], 4, "who asked not to be written to gets no reminder")


def a_minors_guardian_is_told_and_letters_say_so():
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        home.run("field", "put", "guardian_email", "--kind", "email")
        year = time.gmtime(home.now()).tm_year
        def child(ref, age, country, **more):
            return home.create(ref, lang="en", country=country, name=f"Kid {ref}", email=f"{ref}@person.example",
                               birth_date=f"{year - age}-01-01", **more)
        young = child("young", 12, "KR", guardian_email="mother@person.example")
        teen = child("teen", 15, "KR", guardian_email="father@person.example")
        abroad = child("abroad", 15, "ID", guardian_email="aunt@person.example")
        alone = child("alone", 12, "KR", addresses=[{"address": "1 Long Street", "postcode": "04524"}])
        grown = child("grown", 40, "ID", guardian_email="old@person.example")
        french = child("french", 15, "FR", guardian_email="mere@person.example")
        german = child("german", 15, "DE", guardian_email="mutter@person.example")
        looked_at(home, [young, teen, abroad, alone, grown, french, german], ["email"])
        made = incident(home)
        drafted = home.ask("notice", "draft", made, "regimes=kr-pipa")["notice"]
        same({row["country"]: row["minor_under"] for row in drafted["countries"]}, {"": 18, "KR": 14, "ID": 18, "FR": 15, "DE": 16})
        home.run("notice", "send", made, "1", "--yes")
        done = await_state(home, made, "done")
        same([done["people"]["accepted"], done["people"]["no_address"]], [6, 1], "no notice goes to a child whose guardian is not known")
        mails = {mail.to: mail for mail in host.mails}
        same(set(mails), {"mother@person.example", "teen@person.example", "aunt@person.example", "grown@person.example",
                          "french@person.example", "mutter@person.example"})
        within("To the guardian of Kid young", mails["mother@person.example"].text)
        within("Dear Kid teen", mails["teen@person.example"].text)
        check("guardian" not in mails["grown@person.example"].text, "who is grown up is told by themselves")
        within("30 days", str(done["instead"]), "what the law has for those whom nothing reaches")
        within("whom nothing reaches, in public (kr-pipa)", home.run("notice", "status", made, "1").text)
        home.run("notice", "draft", made, "channel=letter", "after=1", "regimes=kr-pipa")
        home.run("notice", "send", made, "2", "--yes")
        await_state(home, made, "sending", run=2)
        home.run("notice", "letters", made, "2", home.folder)
        shown = subprocess.run(["pdftotext", "-layout", os.path.join(home.folder, "letters-2-0001.pdf"), "-"], check=True,
                               capture_output=True).stdout.decode()
        within("To the guardian of Kid alone", shown)
        os.makedirs(os.path.join(home.path, "law"))
        with open(os.path.join(home.path, "law/minors.yaml"), "w", encoding="utf-8") as file:
            file.write("minors:\n  - {under: 18, decides: parents, sure: general}\n"
                       "  - {country: FR, under: 16, decides: parents, sure: general}\n")
        drafted = home.ask("notice", "draft", made, "regimes=kr-pipa")["notice"]
        same({row["country"]: row["minor_under"] for row in drafted["countries"]}["FR"], 16, "the shop's lawyer corrects it")


def after_care_goes_by_itself():
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        home.run("field", "put", "do_not_contact", "--kind", "text")
        ids = [home.create(f"s{n}", lang="en", email=f"s{n}@person.example") for n in range(3)]
        looked_at(home, ids, ["email"])
        made, quiet = incident(home), incident(home)
        for each, more in ((made, []), (quiet, ["no_care=true"])):
            home.run("notice", "draft", each, *more)
        shown = home.run("notice", "preview", made, "1", "--lang", "en").text
        agreed = home.ask("notice", "preview", made, "1", "--lang", "en")["care"]
        within(agreed["body"], shown.split("by itself:")[1], "what follows is shown before anybody agrees")
        check("care" not in home.ask("notice", "preview", quiet, "2", "--lang", "en"), "none follows")
        home.run("notice", "send", made, "1", "--yes")
        home.run("notice", "send", quiet, "2", "--yes")
        await_state(home, made, "done")
        await_state(home, quiet, "done", run=2)
        same(home.http("PATCH", f"/v1/subjects/{ids[2]}", {"fields": {"do_not_contact": "yes"}}, headers={"If-Match": '"1"'}).status, 200)
        home.wait_days(27)
        time.sleep(1)
        same(len(host.mails), 6, "nothing before a month is over")
        for days, step in ((5, 1), (61, 2)):
            home.wait_days(days)
            now = await_state(home, made, "done", run=2 + step)
            same([now["kind"], now["follows"], now["people"]["accepted"], now["people"]["no_consent"]], ["care", 1, 2, 1])
            mail = host.await_mails(6 + 2 * step)[-1]
            same(mail.message["Subject"], agreed["subject"])
            same([line for line in said(mail).splitlines() if "Siti" not in line and "(code)" not in line][2:8],
                 agreed["body"].splitlines()[2:8], "it says what was shown")
            same(mail.to in ("s0@person.example", "s1@person.example"), True, "who asked not to be written to is left alone")
        home.stop()
        home.wait_days(320)
        home.start()
        await_state(home, made, "done", run=5)
        time.sleep(1)
        same([len(host.mails), len(home.ask("notice", "status", made)["items"])], [12, 4], "of two that were missed the last one goes, once")
        same(len(home.ask("notice", "status", quiet)["items"]), 1)
        within("after-care by itself, 12 months after notice 1", home.run("incident", "timeline", made).text)
        same(home.run("ledger", "verify").status, 0)


class Sink:
    """
    Counts what it takes by Message-ID, over connections that pipeline; slow enough to be caught in the act. The first ones it
    has taken (`taken`) and does not answer until it may (`answers`): whoever sent them is killed in between.
    """

    def __init__(self, delay=0.002):
        self.delay, self.seen, self.lock, self.stop = delay, collections.Counter(), threading.Lock(), False
        self.taken, self.answers = threading.Event(), threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"smtp://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.talk, args=(line,), daemon=True).start()

    def talk(self, line):
        try:
            reader = line.makefile("rb")
            line.sendall(b"220 sink\r\n")
            for said in reader:
                verb = said[:4].upper()
                if verb == b"EHLO":
                    line.sendall(b"250-sink\r\n250 PIPELINING\r\n")
                elif verb == b"DATA":
                    line.sendall(b"354 go\r\n")
                    mail = b"".join(iter(reader.readline, b".\r\n"))
                    name = re.search(rb"Message-ID: <(.*?)>", mail).group(1)
                    with self.lock:
                        self.seen[name] += 1
                    self.taken.set()
                    self.answers.wait()
                    time.sleep(self.delay)
                    line.sendall(b"250 2.0.0 Ok: queued\r\n")
                elif verb == b"QUIT":
                    line.sendall(b"221 bye\r\n")
                    return
                else:
                    line.sendall(b"250 ok\r\n")
        except (OSError, AttributeError):
            pass


def killed_again_and_again_nobody_is_lost():
    people, kills = int(os.environ.get("AMN_NOTICE_PEOPLE", "1500")), int(os.environ.get("AMN_NOTICE_KILLS", "12"))
    with Home() as home:
        sink = Sink()
        home.ask("mail", "put", sink.url, "--no-tls", "--sender", SENDER)
        customers(home, people)
        made = backup_copied(home)
        same(home.ask("notice", "draft", made)["notice"]["people"]["queued"], people)
        home.run("notice", "send", made, "1", "--yes")
        rng = random.Random(int(os.environ.get("AMN_SEED", "7")))
        home.start()
        check(sink.taken.wait(60), "something is sent")
        home.kill()
        sink.answers.set()
        for _ in range(kills - 1):
            home.start()
            time.sleep(rng.uniform(0.02, max(0.05, people * 0.0012 / kills)))
            home.kill()
        home.start()
        done = await_state(home, made, "done", seconds=600)
        same(done["people"]["accepted"], people)
        same(len(sink.seen), people, "nobody is lost")
        twice = sum(1 for count in sink.seen.values() if count > 1)
        print(f"        {people} people, {kills} kills: {twice} got the same message again, of {done['doubted']} known as unknown")
        check(0 < twice <= done["doubted"], f"{twice} were sent again, of {done['doubted']} it is known")
        home.stop()
        same(home.run("ledger", "verify").status, 0)


if __name__ == "__main__":
    story(each_gets_exactly_their_fields_in_their_language, one_person_is_proved_and_their_code_is_known, two_people_start_it,
          a_new_way_of_mails_is_not_used, what_it_must_say_it_says_or_does_not_go, words_are_held_against_the_lint,
          a_claim_that_falls_before_the_second_yes_holds_it_back,
          a_claim_that_falls_while_it_is_sent_holds_the_rest_back, letters_and_text_messages_are_held_against_the_lint_as_mails_are,
          it_tells_beforehand_how_long_it_takes,
          hostile_names_make_no_header, who_cannot_be_mailed_is_listed_and_told_otherwise,
          consent_counts_where_a_law_wants_it_and_nowhere_else,
          whom_no_mail_reaches_gets_a_letter_or_is_told_by_hand, text_messages_go_by_a_signed_hook,
          a_minors_guardian_is_told_and_letters_say_so, after_care_goes_by_itself,
          a_gateway_of_whatsapp_is_spoken_to_in_its_own_words, a_supplement_says_what_changed_and_care_follows,
          killed_again_and_again_nobody_is_lost)
