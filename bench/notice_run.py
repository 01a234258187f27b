#!/usr/bin/env python3
"""A whole notice run into a mail host that is there already: notice_run.py URL COUNT. One line of JSON.

The program itself, with a home of COUNT made-up customers in three languages: drafting from the exposures of a count, the yes, then
sending, with every person's fields opened and every state, look and delivery written down durably. `seconds` is from the yes
to the run's end; `draft` is by itself.
"""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/scenario"))
from amanah import Home  # noqa: E402
from notices import SENDER, await_state, backup_copied, customers  # noqa: E402


def keeper_seconds(home):
    """Processor time of the daemon's own process, its sender's thread among it."""
    with open(f"/proc/{home.daemon.pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    url, count = sys.argv[1], int(sys.argv[2])
    with Home() as home:
        home.ask("mail", "put", url, "--no-tls", "--sender", SENDER)
        customers(home, count)
        made = backup_copied(home)
        home.start()
        began = time.monotonic()
        drafted = home.ask("notice", "draft", made)["notice"]
        draft = time.monotonic() - began
        used, began = keeper_seconds(home), time.monotonic()
        home.run("notice", "send", made, "1", "--yes")
        done = await_state(home, made, "done", seconds=600)
        seconds = time.monotonic() - began
        print(json.dumps({"people": drafted["people"]["queued"], "accepted": done["people"]["accepted"], "draft": round(draft, 3),
                          "seconds": round(seconds, 3), "per_second": round(count / seconds), "processor": round(keeper_seconds(home) - used, 2)}))


main()
