#!/usr/bin/env python3
"""`amanah demo` tells its page on made-up customers, prints none of their values, leaves nothing behind."""
import csv
import http.client
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import amanah
from amanah import check, command, same, story, within

STEPS = 16
SECONDS_MAX = 60 * (4 if "build-check" in amanah.PROGRAM else 1)
COLUMNS = 80
SEED = "2025"
UNAVAILABLE = 4


def columns(line):
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in line)


def made_up_values():
    rows = csv.DictReader(io.StringIO(command("synth", "--subjects", "20000", "--seed", SEED).text))
    for row in rows:
        yield from (row[name] for name in ("name", "email", "phone", "address", "recipient", "door_code") if row[name])


def it_tells_every_step_in_eighty_columns_and_no_value():
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        done = command("demo", env={"TMPDIR": folder})
        same(done.status, 0, f"it plays to its end: {done}")
        check(time.monotonic() - began < SECONDS_MAX, "within a minute")
        same(os.listdir(folder), [], "and leaves nothing behind")
    text = done.out.decode()
    same(re.findall(r"^ ?(\d+)\. ", text, re.M), [str(step + 1) for step in range(STEPS)], "all steps")
    for line in text.splitlines():
        check(columns(line) <= COLUMNS, f"too wide: {line}")
    check("\033" not in text, "no colours where there is no terminal")
    for words in ("After 200 people of 20,000", "made up", "410 subject.erased", "Found and named", "entry", "Known: 200 people", "Excluded: 19,800",
                  "id-pdp: tell the authority", "refused, the sentence named",
                  "Everything holds together"):
        within(words, " ".join(text.split()))
    told = set(re.findall(r"\S+", text))
    for value in made_up_values():
        check(value not in told and (" " not in value or value not in text), f"{value!r} of a customer is printed")


def as_one_document_with_json():
    done = command("demo", "--json")
    same(done.status, 0)
    steps = done.json["steps"]
    same([step["step"] for step in steps], list(range(1, STEPS + 1)))
    for step in steps:
        check(step["title"] and step["done"] and step["came_out"] and step["why"], f"told in full: {step}")


def with_stay_it_serves_until_it_is_interrupted():
    with tempfile.TemporaryDirectory() as folder:
        play = subprocess.Popen([amanah.PROGRAM, "demo", "--stay"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, env=amanah.environment({"TMPDIR": folder}))
        text = ""
        while "customers.csv" not in text:
            line = play.stdout.readline().decode()
            check(line, f"it goes on: {text[-500:]}")
            text += line
        port = int(re.search(r"AMANAH_URL=http://127\.0\.0\.1:(\d+)", text)[1])
        with open(re.search(r"AMANAH_KEY_FILE=(\S+)", text)[1], encoding="ascii") as file:
            key = file.read().strip()
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        line.request("GET", "/v1/self", headers={"Authorization": f"Bearer {key}"})
        answer = line.getresponse()
        same((answer.status, json.loads(answer.read())["role"]), (200, "support"), "the printed key works")
        play.send_signal(signal.SIGINT)
        same(play.wait(60), 0, "Ctrl-C ends it well")
        same(os.listdir(folder), [], "and everything is gone")
        try:
            line.close()
            line.request("GET", "/healthz")
            check(False, "its daemon is gone")
        except OSError:
            pass


def an_interrupted_demo_takes_its_daemon_and_folder_along():
    with tempfile.TemporaryDirectory() as folder:
        play = subprocess.Popen([amanah.PROGRAM, "demo"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=amanah.environment({"TMPDIR": folder}))
        while b"five readers get keys" not in play.stdout.readline():
            check(play.poll() is None, "it is playing")
        play.send_signal(signal.SIGTERM)
        said = play.communicate(timeout=60)[1]
        same(play.returncode, UNAVAILABLE)
        within(b"interrupted", said)
        same(os.listdir(folder), [])


if __name__ == "__main__":
    story(it_tells_every_step_in_eighty_columns_and_no_value, as_one_document_with_json,
          with_stay_it_serves_until_it_is_interrupted, an_interrupted_demo_takes_its_daemon_and_folder_along)
