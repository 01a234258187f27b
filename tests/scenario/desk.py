#!/usr/bin/env python3
"""The desk: who writes is answered in time, told their rights, and what they wrote is read by nobody unseen."""
import calendar
import hashlib
import os
import shutil
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, Wrong, check, same, story, within  # noqa: E402
from mail_host import MailHost  # noqa: E402
from staff import Staff, colleagues  # noqa: E402

SAID = "my parcel canary-desk-77 was opened"


def entry(home, answer):
    return home.good("GET", f"/v1/ledger/entries/{answer['receipt']['index']}")


def mail_with(host, words, to=None):
    """The first mail that says these words, to that address: to whom, and all its words."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for mail in host.await_mails(1):
            said = str(mail.message["Subject"]) + mail.message.get_content()
            if words in said and to in (None, mail.to):
                return mail.to, said
        time.sleep(0.05)
    raise Wrong(f"no mail says {words}")


def mailing(home, host):
    home.run("mail", "put", host.url, "--sender", "toko@shop.example", "--name", "Toko", "--no-tls")


def days(home, ticket):
    """In how many days it is due."""
    got = home.good("GET", "/v1/desk/tickets?limit=1000")["items"]
    due = next(item["due"] for item in got if item["id"] == ticket)
    return (calendar.timegm(time.strptime(due[:19], "%Y-%m-%dT%H:%M:%S")) - home.now()) / 86400


def a_ticket_has_the_time_that_its_law_gives():
    with Home() as home:
        home.start()
        ana = home.create("1", lang="id", country="ID", email="ana@mail.example", name="Ana")
        budi = home.create("2", lang="ko", country="KR", email="budi@mail.example", name="Budi")
        for subject, kind, basis, until in ((ana, "rights", "id-pdp", 3), (budi, "rights", "kr-pipa", 10),
                                            (ana, "complaint", "policy", 14), (budi, "scam", "policy", 1)):
            told = home.good("POST", "/v1/desk/tickets", {"kind": kind, "subject": subject, "text": SAID})
            same(told["basis"], basis)
            check(until - 0.1 < days(home, told["id"]) <= until, f"{kind} {basis}: {days(home, told['id'])}")
            made = entry(home, told)
            same(made["kind"], "matter")
            check("canary-desk" not in str(made) and subject not in str(made), "no word of it, nor whose it is")
        same([item["kind"] for item in home.good("GET", "/v1/desk/tickets?kind=rights&state=open")["items"]], ["rights"] * 2)
        same(home.good("GET", "/v1/desk/tickets?state=answered")["items"], [])
        same(home.http("GET", "/v1/desk/tickets?state=someday").status, 400)
        within("법정손해배상", str(told["rights"]), "their rights in their language")
        within("비밀번호", str(told["advice"]), "what to do about a scam")
        eu = home.good("POST", "/v1/desk/tickets", {"kind": "rights", "country": "DE", "lang": "en", "text": SAID})
        same(eu["basis"], "eu-gdpr")
        check(27 < days(home, eu["id"]) < 31.1, "one month")
        nowhere = home.good("GET", "/v1/desk/rights/BR?lang=id")["items"]
        same([(right["regime"], right["sure"]) for right in nowhere], [("", "general")])
        within("Anda", nowhere[0]["text"])
        shown = home.run("desk", "rights", "KR", "lang=ko").text
        within("분쟁조정위원회", shown)
        same(len(home.good("GET", "/v1/desk/rights/ID")["items"]), 2, "the law, and the minister's regulation")


def a_ticket_is_read_answered_escalated_and_closed():
    with Home() as home, MailHost() as host:
        home.start()
        mailing(home, host)
        colleagues(home, "dewi")
        dewi = next(item["id"] for item in home.good("GET", "/v1/staff")["items"] if item["name"] == "dewi")
        ana = home.create("1", lang="id", country="ID", email="ana@mail.example", name="Ana")
        one = home.ask("desk", "open", "complaint", f"text=@{home.file('said', SAID)}", f"subject={ana}")["id"]
        listed = home.run("desk", "list").text
        within(one, listed)
        check(ana not in listed and "canary" not in listed, "a list tells neither who nor what")
        seen = home.good("GET", f"/v1/desk/tickets/{one}")
        same([line["text"] for line in seen["lines"]], [SAID])
        same((entry(home, seen)["kind"], seen["subject"]), ("relief", ana))
        kinds = [look["kind"] for look in home.good("GET", f"/v1/subjects/{ana}/sightings")["items"]]
        same(kinds.count("relief"), 1, "who read it stands in the customer's history")
        home.run("desk", "escalate", one, f"who={dewi}", "text=she knows couriers")
        same(mail_with(host, one)[0], "dewi@shop.example")
        same(home.good("GET", f"/v1/desk/tickets/{one}")["owner"], dewi)
        home.run("desk", "note", one, "text=asked the courier")
        answered = home.ask("desk", "answer", one, "text=We are sorry; it is paid back.", "mail=true")
        same((answered["state"], answered["due"]), ("answered", None))
        to, words = mail_with(host, "paid back")
        same(to, "ana@mail.example")
        within("Jawaban kami", words, "in the customer's language")
        same(home.run("desk", "close", one, "text=done").status, 0)
        same(home.cli("desk", "note", one, "text=more").status, 1, "a closed one stays closed")
        lines = home.good("GET", f"/v1/desk/tickets/{one}")["lines"]
        same([line["act"] for line in lines], ["opened", "escalated", "note", "answered by mail", "closed"])
        home.stop()
        with sqlite3.connect(home.database()) as base:
            dump = b"".join(bytes(row[0]) for row in base.execute("SELECT bytes FROM matter_line"))
        check(b"canary" not in dump and b"courier" not in dump, "sealed at rest")


def what_somebody_changed_behind_its_back_is_found():
    changes = (None, "UPDATE matter SET due_us = due_us + 86400000000 WHERE no = 1", "UPDATE matter SET subject = 2 WHERE no = 1",
               "DELETE FROM matter_line WHERE matter = 2", "DELETE FROM matter WHERE no = 2")
    with Home() as home:
        home.start()
        ana = home.create("1", lang="id", country="ID", name="Ana")
        home.good("POST", "/v1/desk/tickets", {"kind": "rights", "subject": ana, "text": SAID})
        home.good("POST", "/v1/desk/tickets", {"kind": "scam", "text": SAID, "sender": "shop@evil.example"})
        home.stop()
        whole = home.file("whole.db")
        shutil.copy(home.database(), whole)
        for change in changes:
            shutil.copy(whole, home.database())
            if change:
                base = sqlite3.connect(home.database())
                base.execute(change)
                base.commit()
                base.close()
            same(home.cli("ledger", "verify").status, 6 if change else 0, str(change))


def what_is_erased_takes_its_words_along():
    with Home() as home:
        home.start()
        ana = home.create("1", lang="id", country="ID", name="Ana")
        one = home.good("POST", "/v1/desk/tickets", {"kind": "complaint", "subject": ana, "text": SAID})["id"]
        home.http("DELETE", f"/v1/subjects/{ana}")
        seen = home.good("GET", f"/v1/desk/tickets/{one}")
        check("canary" not in str(seen) and len(seen["lines"]) == 1, "that there was one stays, what it said is gone")
        home.stop()
        same(home.cli("ledger", "verify").status, 0)


def what_nobody_known_said_is_destroyed_in_time():
    with Home() as home:
        home.start()
        said = {"text": SAID, "contact": "canary-mail@mail.example", "sender": "canary-sender"}
        question, scam = (home.good("POST", "/v1/desk/tickets", {"kind": kind, **said})["id"] for kind in ("question", "scam"))
        ana = home.good("POST", "/v1/desk/tickets", {"kind": "question", "text": SAID, "subject": home.create("1", name="Ana")})["id"]
        home.wait_days(200)
        home.run("desk", "note", question, "text=canary-note")
        home.wait_days(200)
        home.stop()
        within(SAID, str(home.ask("desk", "show", question)), "kept so long after the last line, not the first")
        base = sqlite3.connect(home.database())
        key = base.execute("SELECT matter, key FROM matter_key WHERE matter = 1").fetchone()
        base.close()
        home.start()
        home.wait_days(170)
        home.stop()
        seen = home.ask("desk", "show", question)
        same((seen["state"], seen["due"], [line["state"] for line in seen["lines"]]), ("forgotten", None, ["open", "open", "forgotten"]))
        check("canary" not in str(seen), "that there was one stays, what it said is gone")
        for other in (scam, ana):
            within(SAID, str(home.ask("desk", "show", other)), "kept for longer, and a customer's for as long as the customer")
        same(home.cli("desk", "note", question, "text=more").status, 1)
        same(home.cli("ledger", "verify").status, 0)
        base = sqlite3.connect(home.database())
        same(base.execute("SELECT count(*) FROM matter_key WHERE matter = 1").fetchone()[0], 0)
        base.execute("INSERT INTO matter_key VALUES (?, ?)", key)
        base.commit()
        base.close()
        same(home.cli("ledger", "verify").status, 6, "whoever puts its key back is found")


def who_waits_too_long_is_not_forgotten():
    with Home() as home, MailHost() as host:
        home.start()
        mailing(home, host)
        home.good("POST", "/v1/sinks", {"kind": "ocsf", "file": "alerts.jsonl"})
        colleagues(home, "dewi", roles=[("dewi", "support")])
        one = home.good("POST", "/v1/desk/tickets", {"kind": "scam", "text": SAID})["id"]
        home.wait_days(1.1)
        home.wait_days(0)
        same(mail_with(host, one)[0], "dewi@shop.example")
        alerts = home.good("GET", "/v1/alerts?all=true")["items"]
        same([alert["detector"] for alert in alerts if alert["detector"] == "desk"], ["desk"])
        within("1 person waits", str(home.good("GET", "/v1/watch/weekly?lang=en")))
        within(one, home.run("desk", "list", "overdue=true").text)


def a_promise_is_reminded_of_and_kept_with_proof():
    with Home() as home, MailHost() as host:
        home.start()
        mailing(home, host)
        (dewi,), _ = colleagues(home, "dewi")
        home.good("POST", "/v1/sinks", {"kind": "ocsf", "file": "alerts.jsonl"})
        incident = home.good("POST", "/v1/incidents", {"title": "a leak", "kind": "other"})["id"]
        home.good("POST", f"/v1/incidents/{incident}/members", {"who": dewi.id})
        due = time.strftime("%Y-%m-%d", time.gmtime(home.now() + 3 * 86400))
        body = {"kind": "identity_monitoring", "text": "two years for everybody", "due": due, "provider": "Watcher Ltd", "years": 2,
                "enrolment": "by letter until June", "cost": 12000000, "currency": "KRW", "purpose": "duty", "incident": incident}
        made = home.good("POST", "/v1/promises", body)
        one = made["id"]
        same(home.good("GET", f"/v1/ledger/entries/{made['receipt']['index']}")["kind"], "matter")
        item = home.good("GET", "/v1/promises")["items"][0]
        same({name: item[name] for name in ("kind", "text", "provider", "years", "enrolment", "cost", "currency", "purpose")},
             {**{name: body[name] for name in body if name not in ("due", "incident")}, "years": "2"})
        home.run("promise", "note", one, "text=4120 people enrolled")
        end = calendar.timegm(time.strptime(due, "%Y-%m-%d")) + 86400
        home.wait_days((end - home.now()) / 86400 - 0.5)  # whatever time of day it is
        home.wait_days(0)
        to, said = mail_with(host, one)
        same(to, "dewi@shop.example")
        check("should have" not in said, "a reminder before it is late")
        home.wait_days(1.6)
        home.wait_days(0)
        mail_with(host, "should have been kept")
        within("1 promise of yours is overdue", str(home.good("GET", "/v1/watch/weekly?lang=en")))
        check(home.good("GET", "/v1/promises?open=true")["items"][0]["overdue"], "it says so")
        refused = home.http("POST", f"/v1/promises/{one}/done", {"text": "all have it"})
        same((refused.status, refused.code), (409, "check.not_met"), "nothing shows it")
        proof = hashlib.sha256(b"the contract").hexdigest()
        home.run("promise", "done", one, "text=all have it", f"proof={proof}")
        shown = home.run("promise", "list", f"incident={incident}").text
        for word in ("kept", "4120 people enrolled", proof, "Watcher Ltd"):
            within(word, shown)
        same(home.good("GET", "/v1/promises?open=true")["items"], [])
        same(home.cli("promise", "drop", one, "text=no").status, 1, "a kept one stays kept")
        key = home.issue("support")
        same(home.http("GET", "/v1/promises", key=key).status, 403)
        home.stop()
        same(home.cli("ledger", "verify").status, 0)


EVIDENCE = hashlib.sha256(b"an invoice").hexdigest()


def losses_are_shared_out_of_a_pool_to_the_unit():
    with Home() as home:
        home.start()
        staff, (dewi, eko) = colleagues(home, "dewi", "eko")
        people = [home.create(str(n), lang="id", country="ID", name=f"P{n}") for n in range(5)]
        until = time.strftime("%Y-%m-%d", time.gmtime(home.now() + 2 * 86400))
        body = {"title": "Losses", "amount": 100, "currency": "KRW", "until": until, "text": "what was stolen with leaked data"}
        pool = home.good("POST", "/v1/pools", body, key=dewi)["id"]

        def claim(who, amount, key=None):
            said = {"subject": who, "amount": amount, "evidence": EVIDENCE, "text": SAID}
            return home.http("POST", f"/v1/pools/{pool}/claims", said, key=key)

        def act(one, what, key, **more):
            return home.http("POST", f"/v1/claims/{one}/{what}", {"text": "as the invoice says", **more}, key=key)

        same(claim(people[0], 50).code, "conflict", "nobody confirmed the pool")
        same(home.http("POST", f"/v1/pools/{pool}/confirm", {}, key=dewi).code, "approval.asker", "not the one who opened it")
        confirmed = home.http("POST", f"/v1/pools/{pool}/confirm", {}, key=eko)
        same(confirmed.status, 200, repr(confirmed))
        same(claim(people[0], 50, home.issue("warehouse")).status, 403)
        made = [claim(who, amount, key=dewi) for who, amount in zip(people, (50, 30, 40, 2, 90))]
        same({one.status for one in made}, {201}, repr(made[0]))
        check("canary" not in str(entry(home, made[0].json)), "no word of it in the log")
        ids = [one.json["id"] for one in made]
        same(claim(people[0], 9).code, "conflict", "one at a time")
        same(act(ids[0], "grant", eko).code, "conflict", "an amount is proposed first")
        same(act(ids[2], "propose", dewi, amount=41).status, 400, "no more than was claimed")
        for one, amount in zip(ids, (0, 0, 19, 0, 0)):
            same(act(one, "propose", dewi, **({"amount": amount} if amount else {})).status, 200)
        same(act(ids[0], "grant", dewi).code, "approval.asker", "two people decide")
        for one in ids[:4]:
            same(act(one, "grant", eko).status, 200)
        same(home.http("POST", f"/v1/pools/{pool}/share", {}, key=dewi).code, "check.not_met", "it is still open")
        home.wait_days(3.1)
        same(claim(people[1], 1).code, "conflict", "too late")
        same(home.http("POST", f"/v1/pools/{pool}/share", {}).code, "check.not_met", "one waits for a decision")
        within("wait for a decision", home.cli("claim", "share", pool, "--yes").err.decode())
        eko = staff[1].token()
        same(act(ids[4], "refuse", eko).status, 200)
        told = home.good("POST", f"/v1/pools/{pool}/share", {})
        same([told[name] for name in ("state", "granted", "shared")], ["shared", 0, 100], "the pool, to the unit")
        listed = {item["id"]: (item["state"], item["amount"]) for item in home.good("GET", f"/v1/pools/{pool}/claims")["items"]}
        same([listed[one] for one in ids], [("shared", 49), ("shared", 30), ("shared", 19), ("shared", 2), ("refused", 90)])
        same(home.http("POST", f"/v1/pools/{pool}/share", {}).code, "conflict", "once")
        check(people[0] not in str(home.good("GET", f"/v1/pools/{pool}/claims")), "a list tells nobody")
        seen = home.good("GET", f"/v1/claims/{ids[2]}")
        same([(line["state"], line["amount"]) for line in seen["lines"]],
             [("made", 40), ("proposed", 19), ("granted", 19), ("shared", 19)])
        same(seen["lines"][0]["evidence"], EVIDENCE)
        kinds = [look["kind"] for look in home.good("GET", f"/v1/subjects/{people[2]}/sightings")["items"]]
        within("relief", kinds, "who read it stands in the customer's history")
        home.stop()
        same(home.cli("ledger", "verify").status, 0)


def pool_of(home, dewi, eko, *people):
    """A pool of 100, open, of which each claims 60."""
    until = time.strftime("%Y-%m-%d", time.gmtime(home.now() + 2 * 86400))
    body = {"title": "Losses", "amount": 100, "currency": "KRW", "until": until, "text": "what was stolen"}
    pool = home.good("POST", "/v1/pools", body, key=dewi)["id"]
    home.good("POST", f"/v1/pools/{pool}/confirm", {}, key=eko)
    said = {"amount": 60, "evidence": EVIDENCE, "text": SAID}
    return pool, [home.good("POST", f"/v1/pools/{pool}/claims", {"subject": who, **said})["id"] for who in people]


def a_row_changed_behind_its_back_is_not_paid():
    changes = ("UPDATE matter SET state = 3 WHERE kind = 7", "UPDATE matter SET state = 3, amount = 1 << 60 WHERE kind = 7",
               "UPDATE matter SET about = 99 WHERE kind = 7", "UPDATE matter SET amount = 1000 WHERE kind = 6",
               "UPDATE matter_line SET bytes = substr(bytes, 1, 36) || x'00000003' || substr(bytes, 41) WHERE matter > 1",
               "UPDATE matter_line SET entry = 1 << 40 WHERE matter > 1")
    with Home() as home:
        home.start()
        _, (dewi, eko) = colleagues(home, "dewi", "eko")
        pool, (claim,) = pool_of(home, dewi, eko, home.create("1", name="Ana"))
        home.wait_days(3.1)
        home.stop()
        whole = home.file("whole.db")
        shutil.copy(home.database(), whole)
        for change in changes:
            shutil.copy(whole, home.database())
            base = sqlite3.connect(home.database())
            base.execute(change)
            base.commit()
            base.close()
            home.start()
            same(home.http("POST", f"/v1/pools/{pool}/share", {}).code, "ledger.tampered", change)
            if "kind = 6" not in change:
                refused = home.http("POST", f"/v1/claims/{claim}/propose", {"text": "as the invoice says"})
                same(refused.code, "ledger.tampered", change)
            home.stop()
            same(home.cli("ledger", "verify").status, 6, change)


def who_was_erased_holds_up_nobody():
    with Home() as home:
        home.start()
        _, (dewi, eko) = colleagues(home, "dewi", "eko")
        ana, budi = home.create("1", name="Ana"), home.create("2", name="Budi")
        pool, (gone, stays) = pool_of(home, dewi, eko, ana, budi)
        ticket = home.good("POST", "/v1/desk/tickets", {"kind": "complaint", "subject": ana, "text": SAID})["id"]
        for one in (gone, stays):
            home.good("POST", f"/v1/claims/{one}/propose", {"text": "as the invoice says"}, key=dewi)
        home.good("POST", f"/v1/claims/{stays}/grant", {"text": "agreed"}, key=eko)
        home.http("DELETE", f"/v1/subjects/{ana}")
        same(home.http("POST", f"/v1/claims/{gone}/grant", {"text": "agreed"}, key=eko).code, "subject.erased")
        same(home.http("POST", "/v1/desk/tickets", {"kind": "complaint", "subject": ana, "text": SAID}).code, "subject.erased")
        same(home.good("POST", f"/v1/desk/tickets/{ticket}/close", {"text": SAID})["state"], "closed", "nobody waits")
        seen = home.good("GET", f"/v1/desk/tickets/{ticket}")
        same([("text" in line, line["state"]) for line in seen["lines"]], [(False, "open"), (False, "closed")], "without words")
        same([item["waiting"] for item in home.good("GET", "/v1/pools")["items"]], [0])
        home.wait_days(3.1)
        same(home.good("POST", f"/v1/pools/{pool}/share", {})["shared"], 60)
        home.stop()
        same(home.cli("ledger", "verify").status, 0)


def a_suspect_sees_nothing_that_belongs_to_the_incident():
    with Home() as home, MailHost() as host:
        home.start()
        mailing(home, host)
        people = [Staff(home, f"{name}@shop.example", name=name).id for name in ("ana", "budi")]
        owner, suspect = (home.issue("admin", holders=[one]) for one in people)
        incident = home.good("POST", "/v1/incidents", {"title": "a leak", "kind": "other"}, key=owner)["id"]
        home.good("POST", f"/v1/incidents/{incident}/suspects", {"who": people[1]}, key=owner)
        until = time.strftime("%Y-%m-%d", time.gmtime(home.now() + 9 * 86400))
        belongs = {"text": SAID, "incident": incident}
        ticket = home.good("POST", "/v1/desk/tickets", {"kind": "scam", **belongs}, key=owner)["id"]
        promise = home.good("POST", "/v1/promises", {"kind": "audit", "due": until, **belongs}, key=owner)["id"]
        body = {"title": "Losses", "amount": 100, "currency": "KRW", "until": until, **belongs}
        pool = home.good("POST", "/v1/pools", body, key=owner)["id"]
        for path in ("/v1/desk/tickets", "/v1/promises", "/v1/pools"):
            same(len(home.good("GET", path, key=owner)["items"]), 1, path)
            same(home.good("GET", path, key=suspect)["items"], [], path)
        for method, path, sent in (("GET", f"/v1/desk/tickets/{ticket}", None), ("POST", f"/v1/desk/tickets/{ticket}/close", {"text": "x"}),
                                   ("POST", f"/v1/promises/{promise}/drop", {"text": "x"}),
                                   ("POST", f"/v1/pools/{pool}/confirm", {}), ("GET", f"/v1/pools/{pool}/claims", None)):
            got = home.http(method, path, sent, key=suspect)
            same((got.status, got.code), (404, "not_found"), path)
        refused = home.http("POST", f"/v1/desk/tickets/{ticket}/escalate", {"text": "x", "who": people[1]}, key=owner)
        same(refused.code, "conflict", "nobody is given what they may not know of")
        other = home.good("POST", "/v1/desk/tickets", {"kind": "scam", "text": SAID}, key=owner)["id"]
        home.wait_days(1.1)
        told = [(to, ticket in said) for to, said in (mail_with(host, other, to=f"{name}@shop.example") for name in ("ana", "budi"))]
        same(told, [("ana@shop.example", True), ("budi@shop.example", False)], "nor told of it by mail")
        same(home.http("POST", f"/v1/desk/tickets/{ticket}/close", {"text": "x"}, key=owner).status, 200)


def who_is_alone_waits_as_long_as_with_any_approval():
    with Home() as home:
        home.start()
        home.good("POST", "/v1/roles", {"name": "payer", "acts": ["redress", "desk"], "fields": [], "purposes": []})
        staff, (dewi, _) = colleagues(home, "dewi", "eko")
        until = time.strftime("%Y-%m-%d", time.gmtime(home.now() + 60 * 86400))
        body = {"title": "Losses", "amount": 100, "currency": "KRW", "until": until, "text": "what was stolen"}
        pool = home.good("POST", "/v1/pools", body, key=dewi)["id"]
        home.good("POST", f"/v1/staff/{staff[1].id}/leave")
        home.wait_days(1.2)

        def confirm(key):
            return home.http("POST", f"/v1/pools/{pool}/confirm", {}, key=key).code

        same(confirm(staff[0].token()), "check.not_met", "nobody gets there by removing the others")
        home.wait_days(7)
        same(confirm(home.issue("admin")), "approval.unnamed", "a key without a name decides nothing")
        same(confirm(home.issue("admin", holders=[person.id for person in staff[:1]] + [Staff(home, "f@shop.example").id])),
             "approval.unnamed", "nor one of several")
        same(confirm(home.issue("payer", holders=[staff[0].id])), "role.act", "nor who may approve nothing")
        home.wait_days(1)
        same(home.http("POST", f"/v1/pools/{pool}/confirm", {}, key=staff[0].token()).status, 200)


def only_the_desk_reads_tickets():
    with Home() as home:
        home.start()
        one = home.good("POST", "/v1/desk/tickets", {"kind": "complaint", "text": SAID})["id"]
        key = home.issue("warehouse")
        for path in ("/v1/desk/tickets", f"/v1/desk/tickets/{one}"):
            got = home.http("GET", path, key=key)
            same((got.status, got.code), (403, "role.act"))
        got = home.http("POST", "/v1/desk/tickets", {"kind": "wish", "text": SAID})
        same((got.status, got.code), (400, "request.malformed"))


if __name__ == "__main__":
    story(a_ticket_has_the_time_that_its_law_gives,
          a_ticket_is_read_answered_escalated_and_closed,
          what_somebody_changed_behind_its_back_is_found,
          what_is_erased_takes_its_words_along,
          what_nobody_known_said_is_destroyed_in_time,
          who_waits_too_long_is_not_forgotten,
          a_promise_is_reminded_of_and_kept_with_proof,
          losses_are_shared_out_of_a_pool_to_the_unit,
          a_row_changed_behind_its_back_is_not_paid,
          who_was_erased_holds_up_nobody,
          a_suspect_sees_nothing_that_belongs_to_the_incident,
          who_is_alone_waits_as_long_as_with_any_approval,
          only_the_desk_reads_tickets)
