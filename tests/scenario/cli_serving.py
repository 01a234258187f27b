#!/usr/bin/env python3
"""Every command of the table again, beside a daemon and from another machine (cli_contract.py: without one)."""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, same, story  # noqa: E402
from cli_contract import DONE, UNAVAILABLE, USAGE, Far, walk  # noqa: E402


def every_command_works_beside_a_daemon():
    with Home() as home:
        home.start()
        walk(home)
        home.stop()


def every_command_works_from_far_away():
    with Home() as home:
        home.start()
        walk(Far(home))
        home.stop()


def a_vault_far_away_must_be_trusted_before_it_gets_the_key():
    with Home() as home:
        cert, key = home.file("cert.pem"), home.file("key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "1", "-subj", "/CN=amanah", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                        "-out", cert], check=True, capture_output=True)
        home.spawn("--tls-cert", cert, "--tls-key", key)
        url = f"https://127.0.0.1:{home.port}"
        far, end = Far(home, url, {"AMANAH_CACERT": cert}), time.monotonic() + 30
        while far.cli("self").status != DONE and time.monotonic() < end:
            time.sleep(0.05)
        same(far.run("self", "--json").json["role"], "admin")
        same(far.cli("self", env={"AMANAH_CACERT": ""}).status, UNAVAILABLE)  # nobody this machine trusts signed it
        for bad in ("http://192.0.2.1", "http://127.0.0.1.example.org", "ftp://127.0.0.1", "https://", "https://a@b"):
            same(far.cli("self", env={"AMANAH_URL": bad}).status, USAGE, bad)


story(every_command_works_beside_a_daemon, every_command_works_from_far_away,
      a_vault_far_away_must_be_trusted_before_it_gets_the_key)
