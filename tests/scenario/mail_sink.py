#!/usr/bin/env python3
"""Mails that the vault sends: into a mail host that takes them, refuses them, is slow, gone or not to be trusted."""
import os
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, Wrong, check, free_port, same, story, within  # noqa: E402
from mail_host import MailHost, certificate, tls_context  # noqa: E402

SENDER, CANARY = "toko@shop.example", "canary-5c1e@person.example"
WAIT_S = 60


def put(home, url, *more, name="Toko Kim"):
    return home.ask("mail", "put", url, "--sender", SENDER, "--name", name, *more)


def send(home, to=CANARY, lang=None):
    return home.http("POST", "/v1/mail/test", {"to": to, **({"lang": lang} if lang else {})})


def change_addresses(home, count):
    """So many mails, each to the old address of somebody."""
    for at in range(count):
        who = home.create(f"mail{at}", email=f"{at}-{CANARY}")
        changed = home.http("PATCH", f"/v1/subjects/{who}", {"fields": {"email": f"new-{at}-{CANARY}"}},
                            headers={"If-Match": home.http("GET", f"/v1/subjects/{who}").headers["etag"]})
        same(changed.status, 200, repr(changed))


def queue(home):
    return home.good("GET", "/v1/mail/queue")


def await_queue(home, **want):
    until = time.monotonic() + WAIT_S
    while True:
        now = queue(home)
        if all(now[name] == count for name, count in want.items()):
            return now
        if time.monotonic() > until:
            raise Wrong(f"the queue is {now}, not {want}")
        time.sleep(0.05)


def nothing_personal(home, *more):
    """Neither in what the daemon and the commands said, nor in clear on disk."""
    for word in (CANARY, *more):
        said = home.daemon_said() + b"".join(home.said)
        check(word.encode() not in said, f"{word} was said")
        for folder, _, names in os.walk(home.path):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        check(word.encode() not in file.read(), f"{word} is in {name}")


def mails_arrive_as_they_were_written():
    with Home() as home, MailHost() as host:
        home.start()
        same(send(home).status, 404)  # mail is not set yet
        put(home, host.url, "--no-tls", "--reply-to", "tanya@shop.example", name="김 가게, \"Toko\"")
        for lang in ("ko", "id", "en"):
            same(send(home, lang=lang).status, 202)
        mails = {mail.message["Subject"]: mail for mail in host.await_mails(3)}
        same(set(mails), {'김 가게, "Toko": 메일이 정상적으로 전송됩니다', '김 가게, "Toko": email berfungsi',
                          '김 가게, "Toko": mail works'})
        same(len({mail.id for mail in mails.values()}), 3)
        for mail in mails.values():
            same([mail.sender, mail.to], [SENDER, CANARY])
            same(mail.message["From"].addresses[0].display_name, '김 가게, "Toko"')
            same(mail.message["From"].addresses[0].addr_spec, SENDER)
            same(mail.message["To"].addresses[0].addr_spec, CANARY)
            same(mail.message["Reply-To"].addresses[0].addr_spec, "tanya@shop.example")
            same(mail.message.get_content_type(), "text/plain")
            same(mail.message["Auto-Submitted"], "auto-generated")
            same(mail.message.defects, [])
            check(max(map(len, mail.raw.split(b"\r\n"))) <= 78, "a long line")
            within('김 가게, "Toko"', mail.text)
        within("Content-Transfer-Encoding: base64", mails['김 가게, "Toko": mail works'].raw.decode("ascii"))
        same(await_queue(home, waiting=0, sending=0, sent=3)["items"], [])
        shown = home.run("mail", "queue").text
        within("sent      3", shown)
        home.stop()
        nothing_personal(home)


def a_change_of_the_address_is_told_to_the_old_one_and_erasure_takes_it_back():
    with Home() as home, MailHost() as host:
        home.start()
        put(home, host.url, "--no-tls")
        one, two = home.create("1", email=CANARY), home.create("2", email="second-" + CANARY)
        version = home.http("GET", f"/v1/subjects/{one}").headers["etag"]
        home.good("PATCH", f"/v1/subjects/{one}", {"fields": {"email": "new-" + CANARY}}, headers={"If-Match": version})
        mail = host.await_mails(1)[0]
        same(mail.to, CANARY)
        await_queue(home, sent=1)
        host.close()
        version = home.http("GET", f"/v1/subjects/{two}").headers["etag"]
        home.good("PATCH", f"/v1/subjects/{two}", {"fields": {"email": "3-" + CANARY}}, headers={"If-Match": version})
        await_queue(home, waiting=1)
        home.good("DELETE", f"/v1/subjects/{two}", {})
        same(queue(home)["waiting"], 0)
        home.stop()
        nothing_personal(home)


def a_host_that_is_gone_delays_nothing_and_loses_nothing():
    with Home() as home:
        port = free_port()
        home.start()
        put(home, f"smtp://127.0.0.1:{port}", "--no-tls")
        for _ in range(8):
            began = time.monotonic()
            same(send(home).status, 202)
            check(time.monotonic() - began < 2, "an ask waited for the mail host")
        change_addresses(home, 12)
        now = await_queue(home, waiting=20, sending=0)
        same(now["problem"], "the mail host cannot be reached")
        within("cannot be reached", home.run("mail", "queue").text)
        within("cannot be reached", home.run("mail", "show").text)
        metrics = home.http("GET", "/metrics").body.decode()
        within('amanah_mails{state="waiting"} 20\n', metrics)
        within("amanah_mail_host_down 1\n", metrics)
        home.restart()  # it has the queue still
        await_queue(home, waiting=20)
        with MailHost(port) as host:
            mails = host.await_mails(20)
            same(len({mail.id for mail in mails}), 20)
            await_queue(home, waiting=0, sent=20)
            check("problem" not in queue(home), "the problem is over")
            same(len(host.mails), 20)
        home.stop()
        nothing_personal(home)


def what_was_cut_off_is_sent_again_as_the_same_message():
    with Home() as home, MailHost() as host:
        home.start()
        put(home, host.url, "--no-tls")
        host.hold.set()
        send(home)
        first = host.await_mails(1)[0]
        same(queue(home)["sending"], 1)
        home.kill()
        host.hold.clear()
        listed = home.ask("mail", "queue")
        same([listed["unknown"], listed["items"][0]["state"], listed["items"][0]["kind"]], [1, "unknown", "test"])
        home.start()
        again = host.await_mails(2)[1]
        same([again.id, again.to, again.text], [first.id, first.to, first.text])
        await_queue(home, unknown=0, sent=1)
        host.replies["END"] = ""  # it hangs up where its last word should be
        send(home)
        host.await_mails(3)
        await_queue(home, unknown=1, sent=1)
        home.stop()
        nothing_personal(home)


def what_the_host_refuses_for_good_is_listed():
    with Home() as home, MailHost() as host:
        home.start()
        put(home, host.url, "--no-tls")
        host.replies["RCPT"] = f"550 no such mailbox {CANARY}"
        send(home)
        failed = await_queue(home, failed=1)["items"][0]
        same([failed["state"], failed["reply"], failed["attempts"]], ["failed", 550, 1])
        host.replies["RCPT"] = "450 greylisted"
        send(home)
        time.sleep(0.5)
        now = await_queue(home, waiting=1)
        later = [item for item in now["items"] if item["state"] == "waiting"][0]
        same([later["reply"], later["attempts"]], [450, 1])
        host.replies = {"MAIL": "553 not you"}
        send(home)
        await_queue(home, waiting=2)
        same(queue(home)["problem"], "the mail host refuses the sender's address")
        home.stop()
        nothing_personal(home)


def over_tls_with_certificates_of_ones_own():
    with Home() as home:
        cert, key = certificate(home.folder)
        other, _ = certificate(home.folder, "other")
        word = home.file("word", "pass-7c4e-word\n")
        with MailHost(tls=tls_context(cert, key), user="toko", password="pass-7c4e-word") as host:
            home.start()
            settings = ("--user", "toko", "--password-file", word)
            put(home, host.url, *settings)  # the machine does not know who signed it
            send(home)
            until = time.monotonic() + WAIT_S
            while "problem" not in queue(home) and time.monotonic() < until:
                time.sleep(0.05)
            same(queue(home)["problem"], "the mail host's certificate is not one to be trusted")
            put(home, host.url, *settings, "--ca", other)
            time.sleep(1)
            same(host.mails, [])
            put(home, host.url, *settings, "--ca", cert)
            mail = host.await_mails(1)[0]
            check(mail.tls, "it came in the clear")
            check(not any(said.startswith(b"AUTH") for said in host.commands[:2]), "signed in before TLS")
            await_queue(home, sent=1)
            put(home, host.url, "--ca", cert, name="Another Name", *settings[:2])  # the password may stay away
            send(home)
            same(len(host.await_mails(2)), 2)
            host.password = "another"
            host.cut()
            send(home)
            while "problem" not in queue(home) and time.monotonic() < until + WAIT_S:
                time.sleep(0.05)
            same(queue(home)["problem"], "the mail host refuses the user and password")
        with MailHost(tls=tls_context(cert, key), offer=False) as host:
            put(home, host.url, "--ca", cert)
            time.sleep(2)
            same(host.mails, [])
            check(not any(said.startswith(b"MAIL") for said in host.commands), "it went on without TLS")
            same(queue(home)["problem"], "the mail host offers no STARTTLS")
        home.stop()
        nothing_personal(home, "pass-7c4e-word")


def into_the_sink_of_postfix():
    sink = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")
    if not sink:
        print("        (no smtp-sink here: left out)")
        return
    with Home() as home:
        port = free_port()
        home.start()
        put(home, f"smtp://127.0.0.1:{port}", "--no-tls")
        change_addresses(home, 200)
        user = ["-u", "nobody"] if os.getuid() == 0 else []
        running = subprocess.Popen([sink, *user, f"127.0.0.1:{port}", "100"], stderr=subprocess.DEVNULL)
        try:
            until = time.monotonic() + WAIT_S
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    check(time.monotonic() < until, "smtp-sink does not listen")
                    time.sleep(0.05)
            await_queue(home, waiting=0, sending=0, unknown=0, failed=0, sent=200)
        finally:
            running.kill()
            running.wait()
        home.stop()


def tests_fill_nobodys_mailbox():
    with Home() as home:
        home.start()
        home.good("POST", "/v1/mail", {"url": "smtp://127.0.0.1:9", "starttls": "never", "from": "a@shop.example"})
        for _ in range(10):
            same(home.http("POST", "/v1/mail/test", {"to": "b@elsewhere.example"}).status, 202)
        refused = home.http("POST", "/v1/mail/test", {"to": "b@elsewhere.example"})
        same(refused.code, "service.busy")
        check(3500 < int(refused.headers["retry-after"]) <= 3600, "until the first is an hour old")


if __name__ == "__main__":
    story(tests_fill_nobodys_mailbox, mails_arrive_as_they_were_written,
          a_change_of_the_address_is_told_to_the_old_one_and_erasure_takes_it_back,
          a_host_that_is_gone_delays_nothing_and_loses_nothing, what_was_cut_off_is_sent_again_as_the_same_message,
          what_the_host_refuses_for_good_is_listed, over_tls_with_certificates_of_ones_own, into_the_sink_of_postfix)
