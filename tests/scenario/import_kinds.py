#!/usr/bin/env python3
"""Customer lists of every kind become the same customers: by command with and without a daemon, and over HTTP."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within

PARTLY = 5
PEOPLE = {
    "K1": {"name": "김하늘", "email": "haneul@example.org", "phone": "+821077319452"},
    "K2": {"name": "Siti, Rahayu", "email": "siti@example.org", "phone": "+628123456789"},
    "K3": {"name": 'Ann "Nan" Lee', "email": "ann@example.org", "phone": "+12125550147"},
}
LATIN = {"L1": {"name": "Zoë Müller", "email": "zoe@example.org"}, "L2": {"name": "José Peña", "email": "jose@example.org"}}
KOREAN = {f"H{n}": {"name": name, "email": f"h{n}@example.org"} for n, name in
          enumerate(("홍길동", "성춘향", "이몽룡", "심청이", "변학도"))}


def csv(people, comma=",", end="\n", headers=("ref", "name", "email", "phone")):
    def cell(text):
        quoted = any(mark in text for mark in (comma, '"', "\n"))
        return '"' + text.replace('"', '""') + '"' if quoted else text
    rows = [comma.join(headers)]
    rows += [comma.join([cell(ref)] + [cell(values.get(name, "")) for name in ("name", "email", "phone")[:len(headers) - 1]])
             for ref, values in people.items()]
    return end.join(rows) + end


def lines(people):
    return "".join(json.dumps({"ref": ref, **values}) + "\n" for ref, values in people.items())


EIGHT_BIT = ("ref", "name", "email")
LISTS = [
    ("comma", csv(PEOPLE).encode(), "text/csv", PEOPLE),
    ("semicolon", csv(PEOPLE, ";").encode(), "text/csv", PEOPLE),
    ("tab", csv(PEOPLE, "\t").encode(), "text/csv", PEOPLE),
    ("CRLF and a byte order mark", b"\xef\xbb\xbf" + csv(PEOPLE, end="\r\n").encode(), "text/csv", PEOPLE),
    ("UTF-16", b"\xff\xfe" + csv(PEOPLE).encode("utf-16-le"), "text/csv", PEOPLE),
    ("Indonesian headers", csv(PEOPLE, headers=("ID Pelanggan", "Nama", "Email", "No HP")).encode(), "text/csv", PEOPLE),
    ("Korean headers in CP949", csv(KOREAN, headers=("고객번호", "이름", "이메일")).encode("cp949"), "text/csv", KOREAN),
    ("Latin-1", csv(LATIN, headers=EIGHT_BIT).encode("latin-1"), "text/csv", LATIN),
    ("JSON lines", lines(PEOPLE).encode(), "application/x-ndjson", PEOPLE),
]


def counts(document):
    return [document[name] for name in ("created", "changed", "unchanged")]


def held(home, people):
    """What the vault holds of them, by ref."""
    found = {}
    for ref, values in people.items():
        answer = home.http("POST", "/v1/lookup", {"field": "ref", "value": ref, "purpose": "operations"})
        same(answer.status, 200, f"{ref} is there: {answer}")
        found[ref] = home.values(answer.json["ids"], list(values))[answer.json["ids"][0]]
    return found


def every_kind_of_list_becomes_the_same_customers():
    for name, data, kind, people in LISTS:
        with Home() as home:  # by command in process, then over HTTP, then by command through the daemon
            path = home.file("list", data)
            same(counts(home.ask("import", path)), [len(people), 0, 0], f"{name}: by command")
            home.start()
            same(held(home, people), people, f"{name}: what is held")
            again = home.good("POST", "/v1/import", data, kind=kind)
            same(counts(again), [0, 0, len(people)], f"{name}: over HTTP the second time")
            within("othing changed", home.run("import", "-", stdin=data).text, f"{name}: says so")
        with Home() as home:
            home.start()
            made = home.good("POST", "/v1/import", data, kind=kind)
            same(counts(made), [len(people), 0, 0], f"{name}: over HTTP")
            same(held(home, people), people, f"{name}: what is held after HTTP")


def changed_rows_become_new_versions_and_the_others_stay():
    with Home() as home:
        home.start()
        home.good("POST", "/v1/import", csv(PEOPLE).encode(), kind="text/csv")
        one = home.good("POST", "/v1/lookup", {"field": "ref", "value": "K2", "purpose": "operations"})["ids"][0]
        same(home.good("GET", f"/v1/subjects/{one}")["version"], 1)
        before = home.good("GET", "/metrics".replace("/metrics", "/v1/self"))
        check(before, "it serves")
        changed = {**PEOPLE, "K2": {**PEOPLE["K2"], "phone": "+628129999999"},
                   "K4": {"name": "New One", "email": "new@example.org", "phone": "+12125550199"}}
        dry = home.good("POST", "/v1/import?dry_run=true", csv(changed).encode(), kind="text/csv")
        same(counts(dry), [1, 1, 2], "a dry run says what would happen")
        same(home.good("GET", f"/v1/subjects/{one}")["version"], 1, "and changes nothing")
        same(counts(home.good("POST", "/v1/import", csv(changed).encode(), kind="text/csv")), [1, 1, 2])
        same(home.good("GET", f"/v1/subjects/{one}")["version"], 2)
        same(held(home, changed), changed)
        skipped = home.good("POST", "/v1/import?on_conflict=skip", csv(PEOPLE).encode(), kind="text/csv")
        same(skipped["changed"], 0, "skip changes nobody")
        same(held(home, changed), changed)


def a_malformed_row_is_refused_by_line_and_reason_and_the_rest_goes_in():
    text = ("ref,name,email\n"
            "R1,Good One,one@example.org\n"
            "R2,Bad Mail,not-a-mail\n"
            "R3,Good Three,three@example.org\n"
            ",No Ref,four@example.org\n"
            '"R5\nacross lines",Five,five@example.org\n'
            "R6,Too,many@example.org,cells,here\n"
            "R7,Good Seven,seven@example.org\n")
    with Home() as home:
        rejects = home.file("rejects")
        done = home.cli("import", home.file("list.csv", text), "--rejects", rejects, "--json")
        same(done.status, PARTLY, "part of it failed")
        refused = {row["line"]: row for row in done.json["refused_rows"]}
        check({3, 5} <= set(refused), f"lines 3 and 5 are refused: {refused}")
        check(2 not in refused and 4 not in refused and 9 not in refused, f"good lines are not: {refused}")
        with open(rejects, encoding="utf-8") as file:
            kept = file.read()
        within("3,", kept)
        check("not-a-mail" not in kept and "Bad Mail" not in kept, "no value is in the rejects")
        home.start()
        over_http = home.good("POST", "/v1/import", text.encode(), kind="text/csv")
        same([row["line"] for row in over_http["refused"]], sorted(refused), "HTTP refuses the same lines")
        same(over_http["created"], 0, "the others were in already")


def a_list_without_a_ref_column_is_refused_before_anything_is_written():
    text = "name,email\nAna,ana@example.org\n"
    with Home() as home:
        done = home.cli("import", home.file("list.csv", text))
        check(done.status not in (0, PARTLY), f"refused: {done}")
        within(b"ref", done.err)
        home.start()
        answer = home.http("POST", "/v1/import", text.encode(), kind="text/csv")
        check(400 <= answer.status < 500, f"refused: {answer}")
        within(b"ref", answer.body)
        within("amanah_subjects 0", home.http("GET", "/metrics").body.decode())
        mapped = home.good("POST", "/v1/import?map=ref=email,name=name", text.encode(), kind="text/csv")
        same(mapped["created"], 1, "with a map it goes in")


def a_long_list_streams_with_flat_memory():
    rows = 30000
    with Home() as home:
        path = home.file("list.csv", b"")
        with open(path, "w", encoding="utf-8") as file:
            file.write("ref,name,email,note\n")
            for n in range(rows):
                file.write(f"S{n},Stream {n},s{n}@example.org,{'x' * 300}\n")
        home.start()
        with open(path, "rb") as file:
            made = home.new_door().http("POST", "/v1/import", file, kind="text/csv")
        same(made.status, 200, f"{made}")
        same(counts(made.json), [rows, 0, 0])
        children = [int(pid) for pid in
                    open(f"/proc/{home.daemon.pid}/task/{home.daemon.pid}/children", encoding="ascii").read().split()]
        for pid in children:
            peak = [line for line in open(f"/proc/{pid}/status", encoding="ascii") if line.startswith("VmHWM")][0]
            if "asan" not in os.environ.get("AMN_BUILD", "") and int(peak.split()[1]) > 200 * 1024:
                check(False, f"the front took {peak.strip()}")


if __name__ == "__main__":
    story(every_kind_of_list_becomes_the_same_customers, changed_rows_become_new_versions_and_the_others_stay,
          a_malformed_row_is_refused_by_line_and_reason_and_the_rest_goes_in,
          a_list_without_a_ref_column_is_refused_before_anything_is_written, a_long_list_streams_with_flat_memory)
