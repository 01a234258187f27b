#!/usr/bin/env python3
"""A real Postfix between the vault and the world: notices go through it, and what it cannot deliver comes back over LMTP."""
import errno
import os
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import PROGRAM, Home, Wrong, check, same, skip, story  # noqa: E402
from mail_host import MailHost  # noqa: E402
from notices import await_state, incident, looked_at, mail_set, status  # noqa: E402

NOBODY = 65534
DAEMONS = "/usr/lib/postfix/sbin"
BOUNCE = ("Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n"
          "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; d@person.example\nAction: failed\nStatus: 5.1.1\n--x--\n")
MAIN = """compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
daemon_directory = {daemons}
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.example
mydestination =
inet_protocols = ipv4
inet_interfaces = 127.0.0.1
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_reject_unlisted_recipient = no
transport_maps = inline:{{ {{shop.example = lmtp:unix:{dir}/bounces.sock}}, {{gone.example = error:5.1.1 nobody of that name}} }}
default_transport = smtp:[127.0.0.1]:{next}
maillog_file = {dir}/log
maillog_file_prefixes = {dir}
"""
SERVICES = ("cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "rewrite unix - - n - - trivial-rewrite",
            "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce", "verify unix - - n - 1 verify",
            "flush unix n - n 1000? 0 flush", "proxymap unix - - n - - proxymap", "smtp unix - - n - - smtp", "lmtp unix - - n - - lmtp",
            "error unix - - n - - error", "retry unix - - n - - error", "discard unix - - n - - discard", "anvil unix - - n - 1 anvil",
            "scache unix - - n - 1 scache", "tlsmgr unix - - n 1000? 1 tlsmgr", "postlog unix-dgram n - n - 1 postlogd")


class Postfix:
    """With configuration, queue and port of its own; `next_port`: where it sends on to."""

    def __init__(self, next_port):
        self.dir = tempfile.mkdtemp(prefix="amanah-postfix-")
        os.chmod(self.dir, 0o755)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        for name in ("queue", "data"):
            os.mkdir(os.path.join(self.dir, name), 0o755)
        shutil.chown(os.path.join(self.dir, "data"), "postfix")
        with open(os.path.join(self.dir, "main.cf"), "w", encoding="ascii") as file:
            file.write(MAIN.format(dir=self.dir, daemons=DAEMONS, next=next_port))
        with open(os.path.join(self.dir, "master.cf"), "w", encoding="ascii") as file:
            file.write(f"127.0.0.1:{self.port} inet n - n - - smtpd\n" + "\n".join(SERVICES) + "\n")
        checked = subprocess.run(["/usr/sbin/postfix", "-c", self.dir, "check"], capture_output=True, check=False)
        self.said = checked.stderr.decode()
        self.master = subprocess.Popen([f"{DAEMONS}/master", "-c", self.dir, "-d"], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = f"smtp://127.0.0.1:{self.port}"

    def __enter__(self):
        until = time.monotonic() + 20
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
                    if line.recv(3) == b"220":
                        return self
            except OSError:
                pass
            if self.master.poll() is not None or time.monotonic() > until:
                raise Wrong(f"Postfix does not start: {self.said} {self.log()}")
            time.sleep(0.1)

    def log(self):
        try:
            with open(os.path.join(self.dir, "log"), encoding="utf-8", errors="replace") as file:
                return file.read()[-3000:]
        except OSError:
            return ""

    def __exit__(self, *_):
        self.master.terminate()
        self.master.wait(20)
        shutil.rmtree(self.dir, ignore_errors=True)


class Listener:
    """amanah notice lmtp at a path."""

    def __init__(self, home, path, *more):
        self.path = path
        self.process = subprocess.Popen([PROGRAM, "notice", "lmtp", path, *more], env={"AMANAH_HOME": home.path, **home.environment(None)},
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        until = time.monotonic() + 20
        while not os.path.exists(self.path) or os.stat(self.path).st_mode & 0o777 != 0o660:
            check(self.process.poll() is None and time.monotonic() < until, "the listener does not start")
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


def what_postfix_cannot_deliver_comes_back_over_lmtp():
    if os.geteuid() != 0 or not os.path.exists(f"{DAEMONS}/master"):
        skip("postfix is not installed, or this is not root, which its master must be")
    with Home() as home, MailHost() as host, Postfix(int(host.url.rsplit(":", 1)[1])) as postfix:
        home.start()
        mail_set(home, postfix)
        good = [home.create(f"g{n}", lang=lang, name=name, email=f"g{n}@person.example")
                for n, (lang, name) in enumerate([("ko", "김민수"), ("id", "Siti Rahma"), ("en", "Ann Lee")])]
        lost = home.create("lost", lang="ko", name="이없음", email="lost@gone.example")
        looked_at(home, [*good, lost], ["name", "email"])
        made = incident(home)
        home.run("notice", "draft", made)
        with Listener(home, os.path.join(postfix.dir, "bounces.sock"), "--group", "postfix"):
            home.run("notice", "send", made, "1", "--yes")
            until = time.monotonic() + 60
            while status(home, made)["people"]["bounced"] == 0 or len(host.mails) < 3:
                check(time.monotonic() < until, f"no bounce: {status(home, made)['people']} {postfix.log()}")
                time.sleep(0.2)
        now = await_state(home, made, "done")
        same([now["people"]["accepted"], now["people"]["bounced"], now["bounced"][0]["reply"]], [3, 1, 511])
        same({mail.to for mail in host.mails}, {f"g{n}@person.example" for n in range(3)})
        for mail in host.mails:
            check(mail.sender.startswith("toko+n"), mail.sender)
        proved = home.ask("notice", "person", made, "1", good[0])
        check("queued as" in proved["delivered"]["reply"], f"Postfix's own words are kept: {proved['delivered']['reply']}")


def hand_over(path, to, message):
    """As a mail host does: the code for each recipient."""
    with smtplib.LMTP(path) as line:
        same(line.ehlo("mx.example")[0], 250)
        same(line.mail("")[0], 250)
        for one in to:
            same(line.rcpt(one)[0], 250)
        codes = [line.data(message)[0]]
        return codes + [line.getreply()[0] for _ in to[1:]]


def others_may_not_write(path):
    """As another user, which only root can become here."""
    if os.geteuid() != 0:
        return
    group = os.getegid()
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        with socket.socket(socket.AF_UNIX) as line:
            check(line.connect_ex(path) == errno.EACCES, "anybody may write to the socket")
    finally:
        os.seteuid(0)
        os.setegid(group)


def the_listener_believes_nothing_and_loses_nothing():
    with Home() as home, MailHost() as host, tempfile.TemporaryDirectory() as folder:
        home.start()
        mail_set(home, host)
        looked_at(home, [home.create("d", lang="en", email="d@person.example")], ["email"])
        made = incident(home)
        home.run("notice", "draft", made)
        home.run("notice", "send", made, "1", "--yes")
        await_state(home, made, "done")
        path = host.await_mails(1)[0].sender
        made_up = path.replace("+n", "+n0")[:-len("@shop.example") - 1] + "@shop.example"
        os.chmod(folder, 0o755)
        with Listener(home, os.path.join(folder, "s")) as listener:
            others_may_not_write(listener.path)
            same(hand_over(listener.path, [path], "From: x\n\nan answer from a machine\n"), [550], "it is no bounce")
            same(status(home, made)["people"]["bounced"], 0)
            same(hand_over(listener.path, [path], BOUNCE + "x" * 60 + "\n" + ("x" * 60 + "\n") * 10000), [552])
            home.stop()
            same(hand_over(listener.path, [path], BOUNCE), [451], "the mail host keeps it")
            home.start()
            same(hand_over(listener.path, [made_up, path], BOUNCE), [550, 250], "each recipient has an answer of its own")
            same(hand_over(listener.path, [path], BOUNCE), [250], "once more changes nothing")
        same(status(home, made)["people"]["bounced"], 1)


if __name__ == "__main__":
    story(the_listener_believes_nothing_and_loses_nothing, what_postfix_cannot_deliver_comes_back_over_lmtp)
