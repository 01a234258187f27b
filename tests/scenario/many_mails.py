#!/usr/bin/env python3
"""Many mails over few connections: into hosts that take them, slow down, limit, hang, cut, and cannot be trusted.

Each host counts what it took by Message-ID; the program that sends (bench/smtp_bench.c) says what it thinks became of each.
"""
import collections
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import check, free_port, same, skip, story  # noqa: E402
from mail_host import certificate, tls_context  # noqa: E402

PROGRAM = os.environ["AMN_SMTP_BENCH"]


class Host:
    """Speaks SMTP with PIPELINING as it is told; counts contents by Message-ID. `at(host, line, nth, verb)` may answer otherwise."""

    def __init__(self, at=None, tls=None, offer=True, pipelining=True):
        self.at, self.tls, self.offer, self.pipelining = at, tls, offer, pipelining
        self.taken, self.seen, self.lock, self.lines = collections.Counter(), collections.Counter(), threading.Lock(), 0
        self.now = self.most = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"smtp://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.lines += 1
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # answers leave one by one
            threading.Thread(target=self.serve, args=(line, self.lines), daemon=True).start()

    def serve(self, line, nth):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            self.talk(line, nth)
        except (OSError, ValueError, ssl.SSLError):
            pass
        finally:
            with self.lock:
                self.now -= 1
            line.close()

    def say(self, line, nth, verb, taken, good):
        other = self.at(self, nth, verb, taken) if self.at else None
        if other == "":
            raise ValueError("hangs up")
        if other == "hang":
            time.sleep(60)
            raise ValueError("hung")
        line.sendall((other or good).encode() + b"\r\n")
        if other and other.startswith("421"):
            raise ValueError("bye")
        return not other or other[0] in "23"

    def talk(self, line, nth):
        reader, tls, taken = line.makefile("rb"), False, 0
        self.say(line, nth, "CONNECT", taken, "220 host")
        while True:
            said = reader.readline(4096)
            if not said:
                return
            verb = said.split(b":")[0].split()[0].decode().upper()
            if verb == "EHLO":
                more = "250-PIPELINING\r\n" if self.pipelining else ""
                more += "250-STARTTLS\r\n" if self.tls and self.offer and not tls else ""
                self.say(line, nth, verb, taken, f"250-host\r\n{more}250 8BITMIME")
            elif verb == "STARTTLS":
                self.say(line, nth, verb, taken, "220 go")
                line = self.tls.wrap_socket(line, server_side=True)
                reader, tls = line.makefile("rb"), True
            elif verb == "DATA":
                if not self.say(line, nth, verb, taken, "354 go"):
                    continue
                mail = b""
                for part in iter(reader.readline, b".\r\n"):
                    if not part:
                        return
                    mail += part
                if not mail:  # nobody was to get it
                    self.say(line, nth, "NOBODY", taken, "554 nobody")
                    continue
                name = mail.split(b"Message-ID: <")[1].split(b">")[0].decode()
                with self.lock:
                    self.seen[name] += 1
                if self.say(line, nth, "END", taken, f"250 2.0.0 Ok: queued as {name}"):
                    taken += 1
                    with self.lock:
                        self.taken[name] += 1
            elif verb == "RCPT":
                person = said.split(b"<person")[1].split(b"@")[0].decode()
                self.say(line, nth, "RCPT " + person, taken, "250 ok")
            else:
                self.say(line, nth, verb, taken, "250 ok")
                if verb == "QUIT":
                    return


def send(url, count, *more):
    done = subprocess.run([PROGRAM, url, str(count), *map(str, more)], capture_output=True, text=True, timeout=120, check=True)
    return json.loads(done.stdout)


def each_once(host, count):
    same(len(host.taken), count)
    same(set(host.taken.values()), {1}, "a mail came more than once")


def all_arrive_over_few_connections():
    for pipelining in (True, False):
        with Host(pipelining=pipelining) as host:
            same(send(host.url, 2000)["arrived"], 2000)
            each_once(host, 2000)
            check(host.lines <= 9, f"{host.lines} connections for 2000 mails")


def a_limit_of_mails_a_connection_is_learned():
    for reply in ("421 4.7.0 too many", "452 4.5.3 too many"):
        refused = []

        def at(host, nth, verb, taken, reply=reply, refused=refused):
            if verb == "MAIL" and taken >= 10:
                refused.append(nth)
                return reply
            return None
        with Host(at) as host:
            same(send(host.url, 500)["arrived"], 500)
            each_once(host, 500)
            check(len(refused) < 30, f"was told {len(refused)} times of the limit")


def connections_that_are_turned_away_are_not_asked_for_again():
    def at(host, nth, verb, taken):
        return "421 4.7.0 too many connections" if verb == "CONNECT" and host.now > 2 else None
    with Host(at) as host:
        same(send(host.url, 1000)["arrived"], 1000)
        each_once(host, 1000)
        check(host.lines < 20, f"{host.lines} connections were tried")


def refusals_concern_their_own_mail_alone():
    replies = {"RCPT": {"3": "550 5.1.1 unknown", "4": "450 4.7.1 later", "5": "452 4.2.2 full"}}

    def at(host, nth, verb, taken):
        verb, _, person = verb.partition(" ")
        return replies.get(verb, {}).get(person)
    with Host(at) as host:
        got = send(host.url, 200)
        same([got["arrived"], got["refused"], got["later"], got["down"]], [197, 1, 2, 0])
        each_once(host, 197)


def a_cut_behind_the_content_leaves_a_known_unknown():
    cut = set()

    def at(host, nth, verb, taken):
        if verb == "END" and nth % 3 == 1 and taken == 4:
            cut.add(nth)
            return ""
        return None
    with Host(at) as host:
        got = send(host.url, 300, 1)
        check(len(cut) > 0, "nothing was cut")
        same([got["lost"], got["arrived"]], [len(cut), 300 - len(cut)])
        same(set(host.seen.values()), {1}, "a mail that may have arrived was sent again")
        same(len(host.seen), 300)


def a_host_that_hangs_is_given_up():
    with Host(lambda host, nth, verb, taken: "hang" if verb == "END" else None) as host:
        began, got = time.monotonic(), send(host.url, 5, 1, 700)
        check(time.monotonic() - began < 30, "waited too long")
        check(got["lost"] >= 1 and got["arrived"] == 0, str(got))
        same(set(host.seen.values()), {1})
    with Host(lambda host, nth, verb, taken: "hang" if verb == "CONNECT" else None) as host:
        same(send(host.url, 5, 1, 700)["down"], 5)


def without_tls_nothing_goes_out_where_it_is_asked_for():
    folder = tempfile.mkdtemp()
    try:
        cert, key = certificate(folder)
        other, _ = certificate(folder, "other")
        with Host(tls=tls_context(cert, key)) as host:
            same(send(host.url, 100, 4, 0, cert)["arrived"], 100)
            each_once(host, 100)
        with Host(tls=tls_context(cert, key)) as host:
            got = send(host.url, 5, 1, 0, other)
            same([got["down"], got["problem"]], [5, "the mail host's certificate is not one to be trusted"])
            same(len(host.seen), 0)
        with Host() as host:
            got = send(host.url, 5, 1, 0, cert)
            same([got["down"], got["problem"]], [5, "the mail host offers no STARTTLS"])
            same(len(host.seen), 0)
        with Host(lambda host, nth, verb, taken: "454 not now" if verb == "STARTTLS" else None,
                  tls=tls_context(cert, key)) as host:
            same(send(host.url, 5, 1, 0, cert)["down"], 5)
    finally:
        shutil.rmtree(folder)


def nobody_listens():
    got = send(f"smtp://127.0.0.1:{free_port()}", 20)
    same([got["down"], got["problem"]], [20, "the mail host cannot be reached"])


def postfix_takes_them_over():
    sink = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin")
    if not sink:
        skip("no smtp-sink")
    port = free_port()
    with subprocess.Popen([sink, *(["-u", "nobody"] if os.geteuid() == 0 else []), f"127.0.0.1:{port}", "100"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(100):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            same(send(f"smtp://127.0.0.1:{port}", 5000)["arrived"], 5000)
        finally:
            process.kill()


if __name__ == "__main__":
    story(all_arrive_over_few_connections, a_limit_of_mails_a_connection_is_learned,
          connections_that_are_turned_away_are_not_asked_for_again, refusals_concern_their_own_mail_alone,
          a_cut_behind_the_content_leaves_a_known_unknown, a_host_that_hangs_is_given_up,
          without_tls_nothing_goes_out_where_it_is_asked_for, nobody_listens, postfix_takes_them_over)
