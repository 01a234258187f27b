"""Alerts leave the vault by every way there is, in order, and nothing is lost while a receiver or the vault is away."""
import http.client
import json
import os
import re
import subprocess
import time

from amanah import Home, check, environment, same, story, within
from receivers import Events, Hook, MailHost, Rsyslog, wait_until
from staff import colleagues

STREAMS_MAX, STREAMS_EACH = 128, 16  # EVENTS_STREAMS_MAX, EVENTS_STREAMS_EACH of src/serve/events.h

# OCSF 1.3.0: what a Detection Finding, its metadata, product and finding_info must have.
OCSF_REQUIRED = ("activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time", "type_uid")


def put(home, **more):
    return home.good("POST", "/v1/sinks", more)


def told(home, sink):
    return next(row for row in home.good("GET", "/v1/sinks")["items"] if row["id"] == sink)


def ocsf_good(line):
    said = json.loads(line)
    for name in OCSF_REQUIRED:
        within(name, said, "an OCSF member is missing")
    same((said["class_uid"], said["category_uid"]), (2004, 2))
    same(said["type_uid"], 200400 + said["activity_id"])
    same(said["metadata"]["version"], "1.3.0")
    check(said["metadata"]["product"]["name"] and said["metadata"]["product"]["vendor_name"], "a product has a name")
    check(said["finding_info"]["uid"] and said["finding_info"]["title"], "a finding has an id and a title")
    return said


def certificate(home):
    paths = home.file("log.pem"), home.file("log.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-addext",
                    "basicConstraints=critical,CA:TRUE", "-keyout", paths[1], "-out", paths[0]], check=True,
                   env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return paths


def a_webhook_is_signed_and_told_again_until_it_answers():
    with Home() as home, Hook() as hook:
        home.start()
        made = put(home, kind="webhook", url=hook.url)
        hook.secret = made["secret"]
        home.good("POST", "/v1/sinks/test", {"id": made["id"]})
        hook.wait(1)
        same((hook.got[0]["event"], hook.got[0]["shop"]), ("test", "shop"))
        hook.status = 503
        for _ in range(5):
            home.good("POST", "/v1/sinks/test", {"id": made["id"]})
        wait_until(lambda: hook.tried >= 3, "it is tried again")
        row = told(home, made["id"])
        same((row["state"], row["waiting"], row["status"]), ("failing", 5, 503))
        hook.status = 200
        hook.wait(6)
        same(len(set(hook.ids)), 6, "each has an id of its own")
        row = told(home, made["id"])
        wait_until(lambda: told(home, made["id"])["told"] == 6, "all are counted")
        same((row["folded"], told(home, made["id"])["state"]), (0, "on"))
        check("secret" not in json.dumps(home.good("GET", "/v1/sinks")), "its secret is shown once")


def a_receiver_that_is_away_misses_nothing_not_even_after_kill_9():
    with Home() as home, Hook() as hook, Hook() as other:
        home.start()
        made, fine = put(home, kind="webhook", url=hook.url), put(home, kind="webhook", url=other.url)
        hook.secret, other.secret = made["secret"], fine["secret"]
        hook.down()
        for _ in range(3):
            home.good("POST", "/v1/sinks/test", {})
        other.wait(3)
        home.kill()
        home.start()
        for _ in range(3):
            home.good("POST", "/v1/sinks/test", {})
        other.wait(6)
        hook.up()
        hook.wait(6)
        firsts = list(dict.fromkeys(hook.ids))
        same(firsts, list(dict.fromkeys(other.ids)), "the same tellings in the same order, doubles aside")


def kill_9_between_does_not_lose_one():
    with Home() as home, Hook() as hook:
        home.start()
        hook.secret = put(home, kind="webhook", url=hook.url)["secret"]
        for turn in range(4):
            for _ in range(8):
                home.good("POST", "/v1/sinks/test", {})
            time.sleep(0.03 * turn)
            home.kill()
            home.start()
        wait_until(lambda: len(set(hook.ids)) >= 32, f"all 32 (there are {len(set(hook.ids))})")
        same(hook.wrong, [])
        firsts = list({said["id"]: said["time"] for said in reversed(hook.got)}.values())
        same(firsts, sorted(firsts, reverse=True), "first told in the order they happened")


def a_receiver_may_say_that_it_wants_no_more():
    with Home() as home, Hook() as hook:
        home.start()
        made = put(home, kind="webhook", url=hook.url)
        hook.secret, hook.status = made["secret"], 410
        home.good("POST", "/v1/sinks/test", {})
        wait_until(lambda: told(home, made["id"])["state"] == "gone", "it is gone")
        tried = hook.tried
        home.good("POST", "/v1/sinks/test", {})
        home.restart()
        time.sleep(1.5)
        same(hook.tried, tried, "it is left alone, after a restart too")
        hook.status = 200
        same(home.good("POST", "/v1/sinks", {"id": made["id"], "state": "on"})["state"], "on")
        home.good("POST", "/v1/sinks/test", {})
        hook.wait(1)


def no_redirect_is_followed_and_no_certificate_is_taken_on_trust():
    with Home() as home, Hook() as hook, Hook() as elsewhere:
        home.start()
        made = put(home, kind="webhook", url=hook.url)
        hook.secret, hook.status, hook.location = made["secret"], 307, elsewhere.url
        home.good("POST", "/v1/sinks/test", {})
        wait_until(lambda: told(home, made["id"])["state"] == "failing", "a redirect is a failure")
        within("redirect", told(home, made["id"])["problem"])
        same((elsewhere.tried, elsewhere.wrong), (0, []))
        for url in ("http://shop.example/in", "https://a:b@shop.example/", "ftp://127.0.0.1/", "https://x/#y"):
            same(home.http("POST", "/v1/sinks", {"kind": "webhook", "url": url}).code, "field.format", url)


def rsyslog_reads_every_line():
    if not Rsyslog.there():
        print("        (no rsyslogd here: left out)")
        return
    with Home() as home, Rsyslog(home.file("plain")) as plain:
        home.start()
        pem, key = certificate(home)
        with Rsyslog(home.file("secure"), pem, key) as secure, open(pem, encoding="ascii") as ca:
            line = put(home, kind="syslog", url=plain.url)["id"]
            safe = put(home, kind="syslog", url=secure.url, ca=ca.read())["id"]
            blind = put(home, kind="syslog", url=secure.url)["id"]
            for _ in range(3):
                home.good("POST", "/v1/sinks/test", {})
            plain.wait(3)
            secure.wait(3)
            for got in (plain, secure):
                row = got.lines()[0]
                within("pri=86 ", row, "authpriv.info")
                within(" app=amanah msgid=test ", row)
                check(re.search(r'sd=\[amanah@32473 id="evt_[0-9a-z]{26}" shop="shop"\]', row), row)
            wait_until(lambda: told(home, blind)["state"] == "failing", "an unknown certificate is refused")
            within("certificate", told(home, blind)["problem"])
            plain.down()
            home.good("POST", "/v1/sinks/test", {})
            secure.wait(4)
            wait_until(lambda: told(home, line)["state"] == "failing", "it is down")
            home.kill()
            home.start()
            plain.up()
            plain.wait(4)
            wait_until(lambda: told(home, line)["waiting"] == 0, "all was told")
            same(told(home, safe)["folded"], 0)


def findings_stand_in_a_file_also_when_it_is_rotated():
    with Home() as home:
        home.start()
        made = put(home, kind="ocsf", file="alerts.jsonl")
        path = os.path.join(home.path, "shops", "shop", "alerts", "alerts.jsonl")
        home.good("POST", "/v1/sinks/test", {})
        wait_until(lambda: os.path.exists(path), "the file is there")
        wait_until(lambda: told(home, made["id"])["told"] == 1, "it arrived")
        os.rename(path, path + ".1")
        home.good("POST", "/v1/sinks/test", {})
        wait_until(lambda: told(home, made["id"])["told"] == 2, "it arrived")
        for name in (path, path + ".1"):
            with open(name, encoding="utf-8") as file:
                lines = file.read().splitlines()
            same(len(lines), 1)
            same(ocsf_good(lines[0])["unmapped"]["event"], "test")
        outside = home.file("outside.jsonl")
        same(home.http("POST", "/v1/sinks", {"kind": "ocsf", "file": outside}).code, "role.act", "a path from afar")
        inside = os.path.join(home.path, "shops", "shop", "keyring")
        same(home.cli("watch", "sink", "put", inside).status, 2, "nothing of the home is written to")
        sink = home.ask("watch", "sink", "put", outside)["id"]
        home.run("watch", "sink", "test", sink)
        wait_until(lambda: os.path.exists(outside) and os.path.getsize(outside) > 0, "the operator's path")
        with open(outside, encoding="utf-8") as file:
            ocsf_good(file.readline())


def a_mail_says_it_in_the_readers_language():
    if not MailHost.there():
        print("        (no smtp-sink here: left out)")
        return
    with Home() as home, MailHost() as host:
        home.start()
        home.good("POST", "/v1/mail", {"url": host.url, "starttls": "never", "from": "vault@shop.example"})
        put(home, kind="mail", address="owner@shop.example", lang="id", offset="+07:00")
        home.good("POST", "/v1/sinks/test", {})
        host.wait(1)
        within("To: owner@shop.example", host.mails()[0].replace("<", "").replace(">", ""))
        within("Subject: shop: uji coba", host.mails()[0])


def whoever_watches_sees_events_as_they_come():
    with Home() as home:
        home.start()
        sink = put(home, kind="ocsf", file="x.jsonl")["id"]
        with Events(home, home.admin) as events:
            home.good("POST", "/v1/sinks/test", {})
            first = events.wait(1)[0]
            same((first[1], first[2]["event"]), ("test", "test"))
            home.good("POST", "/v1/sinks/test", {"id": sink})  # for that sink alone
            home.good("POST", "/v1/sinks/test", {})
            same([event[1] for event in events.wait(2)], ["test", "test"])
        home.good("POST", "/v1/sinks/test", {})
        home.kill()
        home.start()
        with Events(home, home.admin, last=first[0]) as events:
            ids = [event[0] for event in events.wait(2)]
            same(ids, [first[0] + 2, first[0] + 3], "from the one it knew last")
            with Events(home, home.admin) as late:
                time.sleep(1.5)
                same(late.got(), [], "from now on")
            key = home.good("POST", "/v1/keys", {"role": "admin"})
            with Events(home, key["key"]) as doomed:
                home.good("DELETE", f"/v1/keys/{key['id']}")
                check(doomed.ended(), "a stream ends with its key")
            home.stop()
            check(events.ended(), "and with the vault")
        home.start()
        with Events(home, home.issue("support")) as support, Events(home, home.admin) as admin:
            home.good("POST", "/v1/sinks/test", {})
            admin.wait(1)
            home.good("POST", "/v1/keys", {"role": "support"})
            check(admin.hear("team") == set(), "no incident where there is none")
            same((support.got(), support.changed()), ([], []), "a help desk is told neither")


def stream(home, key):
    """A line that asks for events, and the answer it has."""
    line = http.client.HTTPConnection("127.0.0.1", home.port, timeout=10)
    line.request("GET", "/v1/events", headers={"Authorization": f"Bearer {key}"})
    return line, line.getresponse()


def no_more_streams_than_there_is_room_for():
    with Home() as home:
        home.start()
        lines = []

        def opened(key):
            lines.append(stream(home, key))
            return lines[-1][1].status
        same([opened(home.admin) for _ in range(STREAMS_EACH + 1)], [200] * STREAMS_EACH + [503], "one credential has its share")
        lines.pop()[0].close()
        for _ in range(STREAMS_MAX // STREAMS_EACH - 1):
            key = home.issue("admin")
            same([opened(key) for _ in range(STREAMS_EACH)], [200] * STREAMS_EACH)
        last = home.issue("admin")
        same(opened(last), 503)
        lines[0][1].close()
        lines[0][0].close()
        home.good("POST", "/v1/sinks/test", {})
        for _, got in lines[1:-1]:
            check(any(text.startswith(b"id: ") for text in iter(got.readline, b"")), "told of the test")

        def has_room():  # a closed one is seen within about a second, though nothing is written to it
            line, got = stream(home, last)
            line.close()
            return got.status == 200
        wait_until(has_room, "room for another stream", 60)
        for line, _ in lines[1:]:
            line.close()


def one_person_has_one_share_however_they_come_in():
    with Home() as home:
        home.start()
        people, sessions = colleagues(home, "ana", "budi")
        people = [one.id for one in people]
        keys = [home.good("POST", "/v1/keys", {"role": "admin", "holders": holders}, key=sessions[0])["key"] for holders in (people[:1], people)]
        lines = []

        def opened(key):
            lines.append(stream(home, key))
            return lines[-1][1].status
        same([opened(sessions[0]) for _ in range(STREAMS_EACH // 2)], [200] * (STREAMS_EACH // 2))
        same([opened(keys[0]) for _ in range(STREAMS_EACH // 2)], [200] * (STREAMS_EACH // 2))
        same([opened(sessions[0]), opened(keys[0])], [503, 503], "by a session or by a key of her own: her share is full")
        same([opened(sessions[1]), opened(keys[1])], [200, 200], "another person, and a key that both hold, have one of their own")
        for line, _ in lines:
            line.close()


def less_telling_takes_two():
    with Home() as home, Hook() as hook, Hook() as other:
        home.start()
        made = put(home, kind="webhook", url=hook.url)
        hook.secret = made["secret"]
        _, (ana, budi) = colleagues(home, "ana", "budi")
        hook.ahead_s = other.ahead_s = home.ahead_s
        asked = home.http("POST", "/v1/sinks", {"id": made["id"], "url": other.url}, key=ana)
        same((asked.status, asked.json["state"]), (202, "waiting"))
        home.good("POST", "/v1/sinks/test", {})
        hook.wait(1)
        same(home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", {}, key=ana).code, "approval.asker")
        home.good("POST", f"/v1/approvals/{asked.json['approval']}/approve", {}, key=budi)
        other.secret = made["secret"]
        home.good("POST", "/v1/sinks/test", {})
        other.wait(1)
        same(len(hook.got), 1)
        dropped = home.http("DELETE", f"/v1/sinks/{made['id']}", key=ana)
        same((dropped.status, dropped.json["state"]), (202, "waiting"))
        home.good("POST", f"/v1/approvals/{dropped.json['approval']}/approve", {}, key=budi)
        same(home.good("GET", "/v1/sinks")["items"], [])
        home.restart()
        same(home.good("GET", "/v1/sinks")["items"], [])
        home.run("ledger", "verify")


def the_week_is_told_in_plain_words():
    with Home() as home:
        home.start()
        same(home.run("watch", "weekly").text.splitlines()[0], "Nobody looked at any customer. Nothing unusual.")
        people = [home.create(str(i), name=f"Name {i}") for i in range(4)]
        ana = home.good("POST", "/v1/staff", {"name": "Ana", "email": "ana@shop.example"})["id"]
        own = home.good("POST", "/v1/keys", {"role": "support", "holders": [ana]})["key"]
        for key, ids in ((own, people[:3]), (home.issue("service"), people[2:])):
            same(home.reveal(ids, ["name"], purpose="support" if key == own else "operations", key=key).status, 200)
        text = home.run("watch", "weekly").text
        same(text.splitlines()[0], "1 person and 1 program looked at 4 customers. Nothing unusual.")
        within("- support: 1 person, 3 customers", text)
        within("- service: 1 program, 2 customers", text)
        within("could be rewritten unseen", text)
        within("No backup was made yet", text)
        same(home.cli("backup", home.path, "--out", home.file("backup.age")).status, 0)
        today = time.strftime("%Y-%m-%d", time.gmtime())
        within(f"The last backup was made on {today}", home.run("watch", "weekly").text)
        check("Ana" not in text and "Name" not in text, "nobody is named")


story(a_webhook_is_signed_and_told_again_until_it_answers, a_receiver_that_is_away_misses_nothing_not_even_after_kill_9,
      kill_9_between_does_not_lose_one, a_receiver_may_say_that_it_wants_no_more,
      no_redirect_is_followed_and_no_certificate_is_taken_on_trust, rsyslog_reads_every_line,
      findings_stand_in_a_file_also_when_it_is_rotated, a_mail_says_it_in_the_readers_language,
      whoever_watches_sees_events_as_they_come, no_more_streams_than_there_is_room_for,
      one_person_has_one_share_however_they_come_in, less_telling_takes_two,
      the_week_is_told_in_plain_words)
