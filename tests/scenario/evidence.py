#!/usr/bin/env python3
"""A file found outside: whose it is, who is in it, when it was taken, through whom; told in numbers, each an entry."""
import base64
import csv
import gzip
import io
import json
import lzma
import os
import random
import signal
import sqlite3
import sys
import time
import zipfile
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, killed_at, same, story, within
from incident import Incident, key, opened, staff
from legal_hold import finish

CUSTOMERS = 1000
COLUMNS = ("ref", "name", "email", "phone", "birth_date")


def made_up(home, count=CUSTOMERS, seed=7):
    """Customers of the vault, as `amanah synth` makes them, and taken in. Telephones of all countries are national there."""
    text = home.run("synth", "--subjects", str(count), "--seed", str(seed)).out.decode()
    return list(csv.DictReader(io.StringIO(text))), text


def as_csv(rows, columns=COLUMNS):
    out = io.StringIO()
    csv.writer(out).writerows([columns] + [[row[name] for name in columns] for row in rows])
    return out.getvalue().encode()


def strangers(home, count):
    """The same kind of people, of whom the vault knows nobody."""
    rows = made_up(home, count, seed=99)[0]
    for at, row in enumerate(rows):
        row["email"] = f"x{at}.{row['email']}"
        row["phone"] = f"+4479{10000000 + at}"
        row["ref"] = f"S{at:07}"
    return rows


def match(home, one, data, name="found", **more):
    """Taken in and matched by the command."""
    path = home.file(name, data)
    return home.ask("evidence", "match", path, "--incident", one, **more)


def near(got, want, sentence, percent=1):
    check(abs(got - want) <= max(1, want * percent / 100), f"{sentence}: {got}, not about {want}")


class Shop:
    """A home that serves, with customers and an incident."""

    def __init__(self):
        self.home = Home()

    def __enter__(self):
        self.home.__enter__()
        self.rows, text = made_up(self.home)
        self.home.run("import", self.home.file("customers.csv", text), "--quiet")
        self.home.start()
        self.one = opened(self.home)
        return self

    def __exit__(self, *rest):
        return self.home.__exit__(*rest)


def blocks(rows):
    return "".join(f"URL: https://shop.example/login\nUsername: {row['email']}\nPassword: p{at}\n=====\n"
                   for at, row in enumerate(rows)).encode()


def every_form_of_a_dump_names_the_same_people():
    with Shop() as shop:
        rows, lines = shop.rows[:400], as_csv(shop.rows[:400])
        text = lines.decode()
        insert = "CREATE TABLE `u` (`ref` text, `name` text, `email` text, `phone` text, `birth_date` date);\n" + "".join(
            "INSERT INTO `u` VALUES (" + ",".join("'" + row[name].replace("'", "''") + "'" for name in COLUMNS) + ");\n" for row in rows)
        copy = "COPY public.u (ref, name, email, phone, birth_date) FROM stdin;\n" + "".join(
            "\t".join(row[name] or "\\N" for name in COLUMNS) + "\n" for row in rows) + "\\.\n"
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("../../../etc/passwd", lines)
        forms = {
            "csv": lines, "tsv": text.replace(",", "\t").encode(), "semicolons": text.replace(",", ";").encode(),
            "json": json.dumps(rows).encode(), "jsonl": "".join(json.dumps(row) + "\n" for row in rows).encode(),
            "mysql": insert.encode(), "copy": copy.encode(),
            "list": "".join(f"{row['email']}:secret{at}\n" for at, row in enumerate(rows)).encode(), "blocks": blocks(rows),
            "gzip": gzip.compress(lines), "xz": lzma.compress(lines), "zip": archive.getvalue(),
            "utf-16": text.encode("utf-16"),
        }
        for name, data in forms.items():
            told = match(shop.home, shop.one, data, name)
            same(told["people"], 400, f"{name}: {told}")
            same(told["by"]["email"], 400, name)
            check(told["broken"] <= 1, f"{name}: {told['broken']} broken")
            same(told["verdict"], "ours", name)
        same(len(shop.home.good("GET", f"/v1/incidents/{shop.one}/match")["items"]), len(forms), "each match is a line")


def noise(row, kind, at):
    row = dict(row)
    local, domain = row["email"].split("@")
    digits = "".join(c for c in row["phone"] if c.isdigit())
    if kind == "upper case":
        row["email"] = row["email"].upper()
    if kind == "tags":
        row["email"] = f"{local}+shop{at}@{domain}"
    if kind == "blanks and brackets":
        row["email"] = f"  <{row['email']}> "
    if kind == "mailto":
        row["email"] = f"mailto:{row['email']}"
    if kind == "telephones alone":
        row["email"] = ""
    if kind == "telephones as numbers":
        row["email"], row["phone"] = "", digits.lstrip("0")
    return row


def noise_costs_no_people_and_claims_no_strangers():
    """Precision and recall over lists with noise of each kind: half of the lines are strangers'."""
    with Shop() as shop:
        others = strangers(shop.home, 400)
        ours = [row for row in shop.rows if row["country"] in ("KR", "ID") and row["phone"]][:400]
        unique = {row["phone"] for row in ours if sum(one["phone"] == row["phone"] for one in shop.rows) == 1}
        by_phone = sum(row["phone"] in unique for row in ours)
        for kind in ("none", "upper case", "tags", "blanks and brackets", "mailto", "telephones alone", "telephones as numbers"):
            rows = [noise(row, kind, at) for at, row in enumerate(ours)] + others
            random.Random(5).shuffle(rows)
            told = match(shop.home, shop.one, as_csv(rows), kind)
            wanted = by_phone if kind.startswith("telephones") else len(ours)
            check(wanted * 0.99 <= told["people"] <= wanted, f"{kind}: {told['people']} of {wanted}")
            same(told["matched"], told["people"], f"{kind}: no stranger is claimed")
            same(told["verdict"], "partly", f"{kind}: its customer numbers give it away")
        broken = as_csv(ours).replace(b"\n", b"\n\"never closed\n", 3)
        told = match(shop.home, shop.one, broken, "broken lines")
        check(told["broken"] >= 3 and told["people"] >= 390, f"what is broken is counted, the rest is read: {told}")


def whose_it_is():
    with Shop() as shop:
        home, one = shop.home, shop.one
        others = strangers(home, 800)
        bare = ("name", "email", "phone")
        told = match(home, one, as_csv(shop.rows, bare), "all of them, without numbers")
        same([told["verdict"], told["confidence"]], ["ours", "medium"], str(told["reasons"]))
        near(told["customers_share"], 1000, "share of the customers, of 1,000")
        told = match(home, one, as_csv(shop.rows[:200] + others, bare), "a shop whose customers are partly ours")
        same([told["verdict"], told["people"]], ["anothers", 200], "a list of another shop is not claimed")
        check("nothing_own" in told["reasons"], str(told["reasons"]))
        near(told["others"], 800, "people who are no customers", percent=8)
        told = match(home, one, as_csv(others, bare), "nobody of ours")
        same([told["verdict"], told["people"], told["reasons"]], ["anothers", 0, ["nobody"]])
        names = [row["name"] for row in shop.rows[300:]] + [row["name"] for row in shop.rows[:300]]
        mixed = [dict(row, name=name, phone="") for row, name in zip(shop.rows, names)]
        told = match(home, one, as_csv(mixed, ("name", "email")), "addresses with names of others")
        same(told["verdict"], "made_up", str(told))
        check("contradicts" in told["reasons"], str(told["reasons"]))
        told = match(home, one, b"a,b\n1,2\n3,4\n", "numbers")
        same([told["verdict"], told["reasons"]], ["undecided", ["no_keys"]])
        told = match(home, one, "".join(f"{row['email']},x,hunter2\n" for row in shop.rows[:100]).encode(), "a column of passwords")
        same(told["people"], 100)
        within("your customers' data", home.run("evidence", "match", home.file("all", as_csv(shop.rows)), "--incident", one).text)
        within("고객", home.run("evidence", "match", home.file("all"), "--incident", one, "--lang", "ko").text)


def shared_values_name_nobody_alone():
    with Home() as home:
        home.start()
        for at in range(30):
            home.create(f"D{at}", name=f"Desk {at}", email=f"desk{at}@shop.example", phone="+821012340000")
        home.create("F1", name="Ayah", email="ayah@keluarga.example", phone="+6281255550001")
        home.create("F2", name="Ibu", email="ibu@keluarga.example", phone="+6281255550001")
        one = opened(home)
        told = match(home, one, b"phone\n+821012340000\n+6281255550001\n", "two telephones")
        same([told["matched"], told["shared"], told["people"], told["people_maybe"]], [0, 1, 0, 2],
             "the desk's is nobody's, the family's is two people's")
        told = match(home, one, b"email,phone\nibu@keluarga.example,+6281255550001\n", "with an address")
        same([told["matched"], told["people"], told["agreeing"], told["shared"]], [1, 1, 1, 0], "the address tells whose it is")
        told = match(home, one, b"email,phone\nibu@keluarga.example,+821012340000\nayah@keluarga.example,+6281255550001\n", "crossed")
        same([told["matched"], told["people"]], [2, 2])


def when_it_was_taken_and_through_whom():
    with Home() as home:
        home.start()
        home.good("POST", "/v1/canaries/plan", {"domains": ["mail.toko.example"]})
        ids = [home.create(f"C{1000 + at}", country="ID", lang="id", name=f"Siti Nur {at}", email=f"siti{at}@surat.example",
                           phone=f"+62812{3000000 + at}") for at in range(60)]
        home.good("POST", "/v1/canaries", {"partner": "courier"})
        canary = home.good("POST", "/v1/canaries/list", {})["items"][-1]
        copied = [{"ref": f"C{1000 + at}", "name": f"Siti Nur {at}", "email": f"siti{at}@surat.example"} for at in range(60)]
        before = home.now()
        home.wait_days(10)
        home.door.key = home.admin
        changed = home.now()
        home.good("PATCH", f"/v1/subjects/{ids[5]}", {"fields": {"email": "baru@surat.example"}}, headers={"If-Match": '"1"'})
        home.good("POST", f"/v1/subjects/{ids[6]}/close")
        home.good("DELETE", f"/v1/subjects/{ids[7]}", {"reason": "asked"})
        home.wait_days(10)
        for at in range(60, 100):
            home.create(f"C{1000 + at}", country="ID", lang="id", name=f"Siti Nur {at}", email=f"siti{at}@surat.example",
                        phone=f"+62812{3000000 + at}")
        one = opened(home)
        told = match(home, one, as_csv(copied + [canary], ("ref", "name", "email")), "an old copy with a canary")
        same([told["people"], told["closed"], told["past"]], [59, 1, 1], f"the erased one is nobody any more: {told}")
        same(told["canaries"], [{"given_to": "courier", "count": 1}], "it went through the courier")
        same([told["verdict"], told["confidence"]], ["ours", "high"])
        check("canaries" in told["reasons"], str(told["reasons"]))
        seconds = {name: told["taken"][name] and time.mktime(time.strptime(told["taken"][name][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
                   for name in ("not_before", "not_after", "absent_since")}
        check(seconds["not_before"] <= before + 5, f"not before the newest of them came: {told['taken']}")
        check(abs(seconds["not_after"] - changed) < 600, f"not after an address in it was given up: {told['taken']}")
        check(seconds["absent_since"] >= changed + 9 * 86400, f"none of those who came later is in it: {told['taken']}")


def columns_the_vault_has_no_field_for_are_told_and_a_key_by_its_canary():
    with Home() as home:
        home.start()
        home.good("POST", "/v1/canaries/plan", {"domains": ["mail.toko.example"]})
        rows = [{"ref": f"C{at}", "email": f"siti{at}@surat.example", "loyalty tier": ("gold", "tin")[at % 2], "last ip": f"198.51.100.{at}"}
                for at in range(40)]
        for row in rows:
            home.create(row["ref"], country="ID", lang="id", email=row["email"])
        courier = home.good("POST", "/v1/keys", {"role": "service", "name": "courier"})["id"]
        home.good("POST", "/v1/canaries", {"key": courier})
        canary = home.good("POST", "/v1/canaries/list", {})["items"][-1]
        one = opened(home)
        told = match(home, one, as_csv([*rows, {"ref": canary["ref"], "email": canary["email"], "loyalty tier": "", "last ip": ""}],
                                       ("ref", "email", "loyalty tier", "last ip")), "with more")
        same(told["canaries"], [{"given_to": courier, "count": 1}], "which key's")
        same({row["column"]: row["looks_like"] for row in told["unknown"]}, {"loyalty tier": "other", "last ip": "network"})


def a_file_becomes_exposures():
    with Shop() as shop:
        home, one = shop.home, shop.one
        line = match(home, one, as_csv(shop.rows[:300], ("ref", "name", "email")), "copy")["evidence"]
        bare = match(home, one, as_csv(shop.rows[:5] + strangers(home, 200), ("name", "email")), "another")["evidence"]
        unmatched = home.ask("incident", "evidence", one, home.file("later", b"email\n"), "--source", "x")["line"]
        path = f"/v1/incidents/{one}"
        for bad, status in ((bare, 409), (unmatched, 409), (9999, 409), ("x", 400)):
            same(home.http("POST", path + "/scope", {"evidence": [str(bad)]}).status, status, str(bad))
        key_of = home.issue("support")
        someone = home.good("POST", "/v1/lookup", {"field": "email", "value": shop.rows[500]["email"], "purpose": "support", "reason": "a call"}, key=key_of)["ids"][0]
        home.reveal([someone], ["name"], purpose="support", key=key_of)
        told = home.ask("incident", "scope", one, f"evidence={line}")
        by_field = {row["field"]: row["known"] for row in told["fields"]}
        same([by_field[name]["count"] for name in ("email", "name", "ref", "phone", "address")], [300, 300, 300, 0, 0],
             "who is in the file, of the fields that agree; looks are not suspected")
        same(by_field["email"]["found"], 300, "by the file alone")
        found = home.good("POST", "/v1/lookup", {"field": "email", "value": shop.rows[7]["email"], "purpose": "support", "reason": "a call"}, key=key_of)["ids"][0]
        part = home.good("GET", f"{path}/exposures/{found}")
        same(sorted(part["known_found"]), ["email", "name", "ref"], str(part))
        same(home.good("GET", f"{path}/exposures/{someone}")["known_found"], [], "who is not in it is not exposed by it")
        both = home.ask("incident", "scope", one, f"evidence={line}", "from=2020-01-01T00:00:00Z")
        names = next(row["known"] for row in both["fields"] if row["field"] == "name")
        check(names["count"] >= 301 and names["full"] >= 1, f"with a time, looks count beside it: {names}")
        within("files only", home.run("incident", "scope", one, f"evidence={line}").text)
        home.run("ledger", "verify")
        with sqlite3.connect(home.database()) as store:
            store.execute("DELETE FROM exposure_set WHERE hash IN (SELECT hash FROM exposure_set LIMIT 1)")
        same(home.cli("ledger", "verify").status, 6, "a set that is gone is found")


def a_file_is_known_again():
    with Shop() as shop:
        home, one = shop.home, shop.one
        first = as_csv(shop.rows[:600])
        old = match(home, one, first, "first")
        same(old["known_as"], [], "new")
        line = old["evidence"]
        lines = first.splitlines(keepends=True)
        shuffled = random.Random(3).sample(lines[1:], 200)
        rows = shop.rows
        cases = {
            "same": json.dumps([{name: row[name] for name in reversed(COLUMNS)} for row in rows[:600]]).encode(),
            "part": b"".join(lines[:1] + shuffled), "superset": as_csv(rows[:1000]), "overlaps": as_csv(rows[300:900]),
        }
        for relation, data in cases.items():
            known = match(home, one, data, relation)["known_as"]
            mine = [row for row in known if row["line"] == line]
            same([row["relation"] for row in mine], [relation], f"{relation}: {known}")
        same(match(home, one, as_csv(strangers(home, 300)), "new")["known_as"], [], "of other people")
        incident = Incident(home, one)
        finish(incident)
        same(incident.show()["state"], "closed")
        two = opened(home, "the list again")
        again = match(home, two, as_csv(rows[:900]), "again")
        same([[row["incident"], row["relation"]] for row in again["known_as"] if row["line"] == line], [[one, "superset"]])
        same(incident.show()["state"], "open", "it was found with more in it: the old incident is open again")
        within("found again", json.dumps(incident.show("timeline")))


def each_match_is_an_entry_and_only_members_may():
    with Shop() as shop:
        home, one = shop.home, shop.one
        path = f"/v1/incidents/{one}"
        data = base64.b64encode(as_csv(shop.rows[:50])).decode()
        line = home.good("POST", path + "/evidence", {"name": "sold.csv", "data": data})["line"]
        answer = home.http("POST", f"{path}/evidence/{line}/match", {})
        same(answer.status, 200, str(answer))
        entry = home.good("GET", f"/v1/ledger/entries/{answer.json['receipt']['index']}")
        same([entry["kind"], entry["count"]], ["evidence_match", 50], str(entry))
        same(sorted(entry["fields"]), ["birth_date", "email", "name", "phone", "ref"], "which fields, and nobody's name")
        again = home.http("POST", f"{path}/evidence/{line}/match", {}).json
        same(again["people"], 50, "what was found is told again")
        check("receipt" not in again, "nothing new was looked at")
        anew = home.http("POST", f"{path}/evidence/{line}/match", {"again": True}).json
        check(anew["receipt"]["index"] > answer.json["receipt"]["index"], "anew is another look")
        same(home.http("POST", f"{path}/evidence/{line + 90}/match", {}).status, 404)
        same(home.good("POST", f"{path}/evidence/{line}/match", {"progress": True})["busy"], False)
        nosy = key(home, "admin", staff(home, "nosy"))["key"]
        for ask in ({}, {"progress": True}):
            same(home.http("POST", f"{path}/evidence/{line}/match", ask, key=nosy).status, 404, "there is no such incident for them")
        for secret in (shop.rows[3]["email"], shop.rows[3]["name"]):
            check(secret.encode() not in home.daemon_said(), "the daemon says nothing of anybody")
        home.run("ledger", "verify")


def numbers(told):
    """All that a match found; not how it came about."""
    kept = {name: value for name, value in told.items() if name not in ("receipt", "evidence", "known_as")}
    return {**kept, "file": {name: value for name, value in kept["file"].items() if name != "resumed"}}


def killed_matching(home, path, kept):
    """Ask for a match of a vault that is killed when it is about to keep for that time how far it is, and start it again."""
    home.stop()
    home.start(env=killed_at(kept, "/matching/"))
    try:
        answer = home.new_door().http("POST", path, {})
        check(answer.status >= 500, f"it ended before: {answer}")
    except OSError:
        pass  # the vault was killed
    home.kill()
    home.start()


def a_match_that_was_killed_goes_on_from_there():
    """Killed three times, twice as a daemon and once as a command: the numbers are those of one clean run."""
    with Shop() as shop:
        home, one = shop.home, shop.one
        lines = as_csv((shop.rows + strangers(home, 1000)) * 200).replace(b"\n", b"\nx,y,no address,12,z\n", 40)
        where = home.file("large.csv", lines)
        line = home.ask("incident", "evidence", one, where, "--source", "a forum")["line"]
        path = f"/v1/incidents/{one}/evidence/{line}/match"
        kept = Path(home.path, "shops", home.shop, "matching")
        for time_of_keeping in (1, 2, 2):
            killed_matching(home, path, time_of_keeping)
        home.stop()
        killed = home.cli("evidence", "match", where, "--incident", one, env=killed_at(1, "/matching/"))
        same(killed.status, -signal.SIGKILL, str(killed))
        home.start()
        held = [file.read_bytes() for file in kept.iterdir()]
        check(held, "how far it was is on disk")
        check(not any(row["email"].encode() in file for row in shop.rows for file in held), "and says nothing")
        told = home.ask("evidence", "match", where, "--incident", one)
        check(told["file"]["resumed"] >= 262_144, f"the same file is known, and the match went on: {told['file']}")
        same([told["people"], told["verdict"]], [CUSTOMERS, "partly"], str(told))
        check(told["broken"] + told["unreadable"] >= 40, "what was broken before counts as well")
        same(list(kept.iterdir()), [], "what was kept on the way is gone")
        clean = home.good("POST", path, {"again": True})
        same(clean["file"]["resumed"], 0)
        same(numbers(told), numbers(clean), "the same as one clean run")
        same([row["line"] for row in home.good("GET", f"/v1/incidents/{one}/evidence")["items"]], [line], "taken in once")
        home.run("incident", "verify", one)
        home.run("ledger", "verify")


def who_is_erased_meanwhile_is_nobody():
    """Of a packed file, too: it is unpacked from its beginning, and what was matched is passed over."""
    with Shop() as shop:
        home, one = shop.home, shop.one
        packed = gzip.compress(as_csv(shop.rows * 280), compresslevel=1)
        line = home.ask("incident", "evidence", one, home.file("large.csv.gz", packed), "--source", "a forum")["line"]
        path = f"/v1/incidents/{one}/evidence/{line}/match"
        killed_matching(home, path, 2)
        found = home.good("POST", "/v1/lookup", {"field": "email", "value": shop.rows[3]["email"], "purpose": "support", "reason": "asked"},
                          key=home.issue("support"))["ids"][0]
        incident = Incident(home, one)
        finish(incident)  # while it is open nobody is erased
        home.good("DELETE", f"/v1/subjects/{found}", {"reason": "asked"})
        incident.close(reopen=True, text="the file was not done")
        told = home.good("POST", path, {})
        same([told["file"]["packed"], told["parsed"]], ["gzip", CUSTOMERS * 280], str(told))
        check(told["file"]["resumed"] > 0, "it went on")
        same(told["people"], CUSTOMERS - 1, "whoever was erased since is in no set of it")


def a_bomb_and_a_cut_file_are_told():
    with Shop() as shop:
        told = match(shop.home, shop.one, lzma.compress(b"0" * (300 << 20)), "a bomb")
        same([told["file"]["read"], told["people"]], ["bomb", 0])
        whole = gzip.compress(as_csv(shop.rows * 3))
        told = match(shop.home, shop.one, whole[:len(whole) // 2], "cut")
        same(told["file"]["read"], "damaged")
        check(told["people"] > 100, "what could be read counts")
        told = match(shop.home, shop.one, gzip.compress(gzip.compress(as_csv(shop.rows))), "packed twice")
        same([told["file"]["nested"], told["people"]], [1, 0])
        shop.home.good("GET", "/healthz")


def without_a_daemon_it_works_as_well():
    with Shop() as shop:
        shop.home.stop()
        told = match(shop.home, shop.one, as_csv(shop.rows[:10]), "few")
        same([told["people"], told["verdict"]], [10, "ours"])


if __name__ == "__main__":
    story(every_form_of_a_dump_names_the_same_people, noise_costs_no_people_and_claims_no_strangers, whose_it_is,
          shared_values_name_nobody_alone, columns_the_vault_has_no_field_for_are_told_and_a_key_by_its_canary, a_file_becomes_exposures, a_file_is_known_again, when_it_was_taken_and_through_whom, each_match_is_an_entry_and_only_members_may,
          a_match_that_was_killed_goes_on_from_there, who_is_erased_meanwhile_is_nobody, a_bomb_and_a_cut_file_are_told, without_a_daemon_it_works_as_well)
