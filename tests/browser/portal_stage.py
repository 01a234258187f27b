"""A home with a portal, for its pages to show: made-up customers of whom something leaked, told by mail.

Prints one line of JSON and goes on until standard input ends; `mail ADDRESS COUNT` is answered with the COUNTth mail that
came there; `run WORDS`, a list in JSON, with what that command says.
"""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../scenario"))
from amanah import Home, Wrong  # noqa: E402
from mail_host import MailHost  # noqa: E402
from portal import announced, compensated, leaked, notice_codes, portal_options, published  # noqa: E402


def mail_to(host, address, count):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        got = [mail for mail in list(host.mails) if mail.to == address]
        if len(got) >= count:
            return got[count - 1].text
        time.sleep(0.05)
    raise Wrong(f"no mail number {count} came to {address}")


def main():
    with Home(shop="toko-kim") as home, MailHost() as host:
        home.start(*portal_options(home), "--proxy", "127.0.0.1")
        home.run("field", "put", "bank_account", "--kind", "text")
        told = leaked(home, host)
        compensated(home, told["incident"])  # alone as yet: later it takes two
        announced(home, told["incident"])
        time.sleep(1.1)
        published(home, told["incident"], "update")
        print(json.dumps({**told, "console": home.portal, "codes": notice_codes(host)}), flush=True)
        for line in sys.stdin:
            word, _, rest = line.partition(" ")
            if word not in ("run", "mail"):
                raise Wrong(f"the stage knows no {word!r}")
            if word == "run":
                print(json.dumps({"out": home.ask(*json.loads(rest))}), flush=True)
            if word == "mail":
                address, count = rest.split()
                print(json.dumps({"text": mail_to(host, address, int(count))}), flush=True)


if __name__ == "__main__":
    main()
