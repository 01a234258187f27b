#!/usr/bin/env python3
"""Mails into Postfix's smtp-sink, by the vault and by Postfix's own smtp-source: bench/mail.py [MAILS] [ROUNDS]

The queue is filled while the sink is away, so that what is measured is sending alone: from the first mail taken to the
last one written down as sent. Both load the same sink on the same machine; rounds alternate.
"""
import os
import socket
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/scenario"))
from amanah import Home, free_port  # noqa: E402

SINK, SOURCE = "/usr/sbin/smtp-sink", "/usr/sbin/smtp-source"
BYTES, CONNECTIONS, FILLERS, POLL_S = 700, 16, 8, 0.2


class Sink:
    def __init__(self, port):
        user = ["-u", "nobody"] if os.getuid() == 0 else []
        self.child = subprocess.Popen([SINK, *user, f"127.0.0.1:{port}", "100"], stderr=subprocess.DEVNULL)
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()


def fill(home, count):
    def some(share):
        door = home.new_door()
        for _ in range(share):
            assert door.http("POST", "/v1/mail/test", {"to": "kim@shop.example"}).status == 202
        door.close()
    threads = [threading.Thread(target=some, args=(count // FILLERS,)) for _ in range(FILLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def cpu(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def vault(home, port, count):
    fill(home, count)
    def sent_now():
        return home.good("GET", "/v1/mail/queue")["sent"], time.monotonic()
    before, _ = sent_now()
    with Sink(port):
        while (first := sent_now())[0] == before:
            time.sleep(0.05)
        spent = cpu(home.daemon.pid)
        last = first
        while (now := sent_now())[0] < before + count:
            last = now
            time.sleep(POLL_S)
        first, began = first
        sent, took = last[0], last[1] - began  # the end is seen too late by up to POLL_S
        if sent == first:
            sent, took = now[0], now[1] - began
    return (sent - first) / took, (cpu(home.daemon.pid) - spent) / (now[0] - first) * 1e6


def source(port, count):
    with Sink(port):
        began = time.monotonic()
        subprocess.run([SOURCE, "-d", "-s", str(CONNECTIONS), "-m", str(count), "-l", str(BYTES), f"127.0.0.1:{port}"],
                       check=True, capture_output=True)
        return count / (time.monotonic() - began)


def main(count=20000, rounds=3):
    ours, theirs, micros = [], [], []
    with Home() as home:
        port = free_port()
        home.start()
        home.run("mail", "put", f"smtp://127.0.0.1:{port}", "--sender", "toko@shop.example", "--no-tls")
        for _ in range(rounds):
            theirs.append(source(port, count))
            rate, us = vault(home, port, count)
            ours.append(rate)
            micros.append(us)
            print(f"smtp-source {theirs[-1]:,.0f}/s, vault {rate:,.0f}/s, {us:.0f} us of CPU a mail", flush=True)
    print(f"median: smtp-source {statistics.median(theirs):,.0f}/s, vault {statistics.median(ours):,.0f}/s, "
          f"{statistics.median(micros):.0f} us a mail; "
          f"{statistics.median(a / b for a, b in zip(ours, theirs)) * 100:.0f} %")


main(*map(int, sys.argv[1:]))
