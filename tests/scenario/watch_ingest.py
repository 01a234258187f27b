#!/usr/bin/env python3
"""Logs of systems outside the vault: read whole and as they grow, exactly once, seen in people's history for ever."""
import calendar
import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time

from amanah import PROGRAM, Home, Wrong, check, command, environment, same, story, within

ROUTES = ("GET /api/customers/{ref} = name,email", "GET /orders?customer={ref} = recipient,address",
          "GET /batch?ids={ref,} = name", "GET /admin/export = name,email,phone",
          "SELECT public.customers = name,email", "EVENT customer.view = name,phone")
AT = "20/Nov/2023:{:02d}:00:{:02d} +0900"
HOUR_UTC = "2023-11-20T01:00:00Z"  # of 10:00 +0900


def line(who, target, hour=10, second=0, status=200, address="10.0.0.9"):
    return f'{address} - {who} [{AT.format(hour, second)}] "GET {target} HTTP/1.1" {status} 17 "-" "curl"\n'


def customers(home, count=40):
    rows = "ref,name,email\n" + "".join(f"C-{n},Person {n},p{n}@mail.example\n" for n in range(1, count + 1))
    home.run("import", home.file("customers.csv", rows), "--on-conflict", "update")


def begin(home):
    customers(home)
    home.run("service", "put", "shop-frontend", "--fields", "name,email,recipient,address,phone", "--purposes", "support",
             *(word for route in ROUTES for word in ("--route", route)))


def ingest(home, *words, status=0):
    done = home.cli("watch", "ingest", *words, "--json")
    same(done.status, status, f"watch ingest {words}: {done}")
    return done.json["items"]


def person(home, ref):
    return home.ask("lookup", "ref", "--purpose", "support", stdin=f"{ref}\n")["ids"][0]


def observed(home, ref):
    """What the history says was seen outside."""
    items = home.ask("subject", "history", person(home, ref))["items"]
    return [item for item in items if item["kind"] == "observed"]


def ones(home, ref):
    return [(one["name"], one["hour"], ",".join(one["fields"]), one["line"], one["lines"])
            for item in observed(home, ref) for one in item["observed"]]


def sums(item):
    return tuple(item[name] for name in ("lines", "about_routes", "attributed", "unattributed", "broken"))


def state(home):
    return home.ask("watch", "ingest", "--lag")["items"]


def table(home):
    """All that is counted from the log, without what differs by when it was read."""
    with sqlite3.connect(f"file:{home.database()}?mode=ro", uri=True) as base:
        return [base.execute(f"SELECT {what} FROM {name} ORDER BY 1, 2, 3, 4").fetchall() for name, what in
                (("observed", "hour, reader, full, chunk, bitmap"),
                 ("unattributed", "hour, reader, full, named, lines, rows"),
                 ("outside_file", "id, hash, bytes, lines, broken, attributed, unattributed, newest_us"))]


def a_web_log_tells_who_saw_whom():
    with Home() as home:
        begin(home)
        text = (line("kim", "/api/customers/C-1") + line("kim", "/api/customers/C-1", second=5) +
                line("-", "/api/customers/C%2D2?x=1", hour=11, address="2001:db8::7") + line("lee", "/orders?customer=C-1") +
                line("kim", "/api/customers/C-3", status=404) + line("kim", "/static/app.js") +
                line("kim", "/api/customers/nobody") + line("lee", "/admin/export") +
                line("lee", "/batch?ids=C-4,C-5,C-999") + "rubbish\n")
        path = home.file("access.log", text)
        rejects = home.file("rejects.csv")
        item = ingest(home, path, "--rejects", rejects, status=5)[0]
        same(sums(item), (10, 7, 6, 3, 1), f"lines, about a route, of whom, of nobody, broken: {item}")
        same(item["sha256"], hashlib.sha256(text.encode()).hexdigest())
        with open(rejects, encoding="utf-8") as listed:
            within("10,\"", listed.read(), "the broken line is listed by its number")
        same(sorted(ones(home, "C-1")), [("kim", HOUR_UTC, "name,email", 1, 2), ("lee", HOUR_UTC, "recipient,address", 4, 1)])
        same(ones(home, "C-2"), [("2001:db8::7", "2023-11-20T02:00:00Z", "name,email", 3, 1)], "an address is a reader too")
        same(ones(home, "C-3"), [], "a request that was refused showed nothing")
        same([one[0] for one in ones(home, "C-4") + ones(home, "C-5")], ["lee", "lee"], "a list in a parameter")
        source = observed(home, "C-2")[0]["source"]
        same(source, f"observed in {item['sha256']} line 3, hour 2023-11-20T02:00:00Z")
        within("observed in", home.run("subject", "history", person(home, "C-2")).text)
        report = home.ask("ledger", "verify")
        same(report["findings"], [], "the ledger tells the same")
        # whose history it is can be proved, offline, with every observation in it
        proofs = home.file("proofs.json")
        home.run("subject", "history", person(home, "C-1"), "--proofs", "--out", proofs)
        home.run("verify", proofs, "--vkey", home.vkey)
        with open(proofs, encoding="utf-8") as file:
            proof = json.load(file)
        look = next(look for look in proof["items"] if look["kind"] == "observed")
        look["proof"]["observed"]["ones"][0][3] += 1
        spoiled = home.file("spoiled.json", json.dumps(proof))
        check(home.cli("verify", spoiled, "--vkey", home.vkey).status != 0, "another line number is no proof")


def the_same_file_again_changes_nothing():
    with Home() as home:
        begin(home)
        text = "".join(line("kim", f"/api/customers/C-{n % 40 + 1}", second=n % 60) for n in range(500))
        path = home.file("access.log", text)
        ingest(home, path)
        before, entries = table(home), home.ask("ledger", "checkpoint")["size"]
        again = ingest(home, path)[0]
        check(again["unchanged"] and again["before"] == 500, f"it was read before: {again}")
        within("nothing new", home.run("watch", "ingest", path).text)
        moved = home.file("access.log.1")
        os.rename(path, moved)
        check(ingest(home, moved)[0]["unchanged"], "nor does another name")
        zipped = home.file("access.log.2.gz", gzip.compress(text.encode()))
        check(ingest(home, zipped, "--history")[0]["unchanged"], "nor does compressing it")
        copy = home.cli("watch", "ingest", "-", "--json", stdin=text)
        check(copy.json["items"][0]["unchanged"], f"nor does standard input: {copy}")
        older = home.file("older.log", text[:len(line('kim', '/api/customers/C-1')) * 3])
        within("older copy", home.run("watch", "ingest", older).text, "an older copy brings nothing")
        same(home.ask("ledger", "checkpoint")["size"], entries, "no entry was made")
        same(table(home), before)
        more = home.file("access.log.1", text + line("lee", "/api/customers/C-7"))
        same(sums(ingest(home, more)[0]), (1, 1, 1, 0, 0), "what was written since is read, and no more")
        same(ones(home, "C-7")[-1][0], "lee")
        same(ones(home, "C-7")[-1][3], 501, "lines are counted on")
        twin = home.file("twin.log", text[:text.index("C-21")].rsplit("\n", 1)[0] + "\n" + line("lee", "/api/customers/C-9") * 300)
        check(not ingest(home, twin)[0]["unchanged"], "a file that only begins alike is another one")
        same(home.ask("ledger", "verify")["findings"], [])


def other_logs_are_found_by_content():
    with Home() as home:
        begin(home)
        logs = {
            "json.log": [{"time_iso8601": "2023-11-20T10:00:00+09:00", "remote_addr": "10.0.0.9", "remote_user": "kim",
                          "request": "GET /api/customers/C-1 HTTP/1.1", "status": 200},
                         {"ts": 1700442000.5, "request": {"remote_ip": "10.0.0.8", "method": "GET",
                                                          "uri": "/api/customers/C-2"}, "status": 200}],
            "app.log": [{"when": "2023-11-20 10:00:00", "actor": {"id": "lee"}, "action": "customer.view", "who": "C-3"},
                        {"when": "2023-11-20 10:00:01", "actor": {"id": "lee"}, "action": "login"}],
        }
        for name, rows in logs.items():
            home.file(name, "".join(json.dumps(row) + "\n" for row in rows))
        mapping = home.file("map.txt", "time=when\nreader=actor.id\nroute=action\nsubject=who\n")
        same(sums(ingest(home, home.file("json.log"))[0]), (2, 2, 2, 0, 0))
        missing = home.cli("watch", "ingest", home.file("app.log"), "--map", f"@{mapping}")
        within(b"--zone", missing.err, "a time without a zone is not guessed")
        same(sums(ingest(home, home.file("app.log"), "--map", f"@{mapping}", "--zone", "+0900")[0]), (2, 1, 1, 0, 0))
        same(ones(home, "C-3"), [("lee", HOUR_UTC, "name,phone", 1, 1)])
        head = ('2023-11-20 10:00:00.123 KST,"shop","shopdb",47,"10.0.0.9:5432",65.1,1,"SELECT",2023-11-20 09:59:00 KST,3/7,'
                '0,LOG,00000,')
        tail = ',,,,,,,,,"psql","client backend",,0\n'
        audit = head + '"AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.customers,""select *\nfrom customers"",<none>,1200"' + tail
        item = ingest(home, home.file("pg.csv", audit + head + '"statement: select 1"' + tail))[0]
        same(sums(item), (2, 1, 0, 1, 0), "whom a query returned its log does not tell")
        with sqlite3.connect(home.database()) as base:
            same(base.execute("SELECT lines, rows, named FROM unattributed").fetchall(), [(1, 1200, 0)], "but how many")
        within(b"--kind", home.cli("watch", "ingest", home.file("prose.txt", "once upon a time\n" * 20)).err)
        same(home.ask("ledger", "verify")["findings"], [])


def a_log_is_followed_through_rotation():
    with Home() as home:
        begin(home)
        home.start()
        path = home.file("access.log", line("kim", "/api/customers/C-1"))
        follower = subprocess.Popen([PROGRAM, "watch", "ingest", path, "--follow", "--json"], stdout=subprocess.PIPE,
                                    env=environment({"AMANAH_HOME": home.path}))
        try:
            until_seen(home, "C-1")
            with open(path, "a", encoding="utf-8") as log:
                log.write(line("kim", "/api/customers/C-2") + line("kim", "/api/customers/C-3")[:40])
            until_seen(home, "C-2")
            same(observed(home, "C-3"), [], "half a line is no line yet")
            with open(path, "a", encoding="utf-8") as log:
                log.write(line("kim", "/api/customers/C-3")[40:])
            until_seen(home, "C-3")
            os.rename(path, path + ".1")
            with open(path + ".1", "a", encoding="utf-8") as log:
                log.write(line("kim", "/api/customers/C-4"))  # as a server does that has not opened the new one yet
            home.file("access.log", line("lee", "/api/customers/C-5"))
            until_seen(home, "C-4")
            until_seen(home, "C-5")
            with open(path, "r+", encoding="utf-8") as log:  # copytruncate
                log.truncate(0)
                log.write(line("lee", "/api/customers/C-6", second=6) + line("lee", "/api/customers/C-7", second=7))
            until_seen(home, "C-7")
            until_seen(home, "C-6")
            check(all(row["behind"] == 0 for row in state(home)), f"nothing is behind: {state(home)}")
            check(all(row["lag_s"] > 0 for row in state(home)), "the newest line's age is told")
            same(home.good("GET", "/v1/observed")["items"][0]["lines"], 4, "over HTTP as well")
        finally:
            follower.send_signal(signal.SIGTERM)
            said = follower.communicate(timeout=60)[0]
        same(follower.returncode, 0, f"it ends when asked to: {said}")
        same(json.loads(said)["items"][0]["attributed"], 7)
        home.stop()
        same(home.ask("ledger", "verify")["findings"], [])


def until_seen(home, ref, seconds=30):
    until = time.monotonic() + seconds
    who = person(home, ref)
    while not any(item["kind"] == "observed" for item in home.ask("subject", "history", who)["items"]):
        check(time.monotonic() < until, f"{ref} was never seen")
        time.sleep(0.1)


def history(lines=60000):
    return "".join(line(f"staff{n % 7}", f"/api/customers/C-{n * 7919 % 45 + 1}", hour=n * 24 // lines, second=n % 60)
                   for n in range(lines))


def a_killed_ingest_ends_as_a_whole_one():
    text = history()
    with Home() as home, Home() as clean:
        for one in (home, clean):
            begin(one)
        zipped = home.file("old.log.gz", gzip.compress(text.encode()[:len(text) // 2], 1) +
                           gzip.compress(text.encode()[len(text) // 2:], 1))
        shutil.copy(zipped, clean.file("old.log.gz"))
        ingest(clean, clean.file("old.log.gz"), "--history")
        home.start()
        for turn in range(6):
            reader = subprocess.Popen([PROGRAM, "watch", "ingest", zipped, "--history"], stdout=subprocess.DEVNULL,
                                      env=environment({"AMANAH_HOME": home.path}))
            time.sleep(0.02 + 0.05 * turn)
            if turn % 2:
                reader.kill()
            else:
                home.kill()
            reader.wait(60)
            if not turn % 2:
                home.start()
        done = ingest(home, zipped, "--history")[0]
        same(done["sha256"], hashlib.sha256(text.encode()).hexdigest(), f"it was read to its end: {done}")
        home.stop()
        mine, whole = table(home), table(clean)
        same(mine[0], whole[0], "who was seen by whom")
        same(mine[1], whole[1], "and what nobody could be told of")
        same(mine[2], whole[2], "each line counted once")
        same(home.ask("ledger", "verify")["findings"], [])


def a_shop_begins_with_a_list_and_old_logs():
    """The day of its leak: nothing was ever moved into the vault but a list of customers."""
    with Home() as home:
        begin(home)
        thief = "".join(line("-", f"/api/customers/C-{n}", hour=3, second=n % 60, address="203.0.113.9") for n in range(1, 38))
        days = [home.file(f"access.log.{n}.gz", gzip.compress((line("kim", f"/api/customers/C-{n}") + (thief if n == 2 else
                "")).encode())) for n in (1, 2, 3)]
        same([sums(item)[2] for item in ingest(home, *days, "--history")], [1, 38, 1])
        within("203.0.113.9", [one[0] for one in ones(home, "C-20")], "who took it is known")
        same([one for one in ones(home, "C-39")], [], "and who was not taken")
        secret = b"203.0.113.9"
        for folder, _, files in os.walk(home.path):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    check(secret not in file.read(), f"an address of the log stands in {name}")
        auditor = home.ask("key", "issue", "--role", "auditor")["key"]
        item = [item for item in home.ask("subject", "history", person(home, "C-20"), key=auditor)["items"]
                if item["kind"] == "observed"][0]
        check("name" not in item["observed"][0], "who may not take in logs sees a number for each reader")
        same(home.cli("watch", "ingest", days[0], key=auditor).status, 3, "nor may they take in any")


def a_leak_is_sized_before_any_service_was_declared():
    """A shop with nothing but customers' refs: the newest logs tell of few, older ones of many more."""
    with Home() as home:
        rows = "ref\n" + "".join(f"C-{n}\n" for n in range(1, 601))
        home.run("import", home.file("customers.csv", rows), "--on-conflict", "update")

        def day(date, first, last):
            return "".join(f'203.0.113.{n % 200} - - [{date}:03:{n // 60 % 60:02d}:{n % 60:02d} +0900] '
                           f'"GET /v2/profile?lang=ko&customer=C-{n} HTTP/1.1" 200 17 "-" "curl"\n' for n in range(first, last))

        new = home.file("access.log", day("18/Nov/2025", 1, 46))
        names = [f"access.log.{n}.gz" for n in (2, 10, 9)]  # 10 is the oldest, whatever the order of the words
        spans = [("01/Nov/2025", 20, 200), ("24/Jun/2025", 150, 420), ("02/Jul/2025", 400, 580)]
        old = [home.file(name, gzip.compress(day(*span).encode())) for name, span in zip(names, spans)]
        words = ("--fields", "name,email,addresses", "--subject-param", "customer", "--history")
        within(b"--subject-param", home.cli("watch", "ingest", new, "--fields", "name").err, "half a declaration is none")
        within(b"--fields", home.cli("watch", "ingest", new, "--subject-param", "customer").err)
        within(b"--fields", home.cli("watch", "ingest", new).err, "what is missing is said")
        same(home.ask("service", "list")["items"], [], "and nothing was declared by that")
        same(sums(ingest(home, new, *words)[0]), (45, 45, 45, 0, 0))
        same([seen(home, n) for n in (1, 45, 46, 300)], [True, True, False, False], "the first count: 45")
        items = ingest(home, *old, *words)
        same([os.path.basename(item["file"]) for item in items], [names[1], names[2], names[0]], "the oldest log is read first")
        same([seen(home, n) for n in (1, 45, 46, 300, 579, 580)], [True] * 5 + [False], "and what it was in truth: 579")
        service = home.ask("service", "list")["items"][0]
        same([service["name"], service["routes"][0]["route"]], ["outside", "ANY /{...}?customer={ref}"], "it is an ordinary service")
        same(home.ask("watch", "status")["outside"][0]["files"], 4)
        check(home.ask("watch", "status")["outside"][0]["lag_s"] > 0, "how old the newest line is")
        other = home.cli("watch", "ingest", new, "--fields", "name", "--subject-param", "customer")
        within(b"--system", other.err, "what was declared is never changed by the way")
        same(other.status, 1)
        same(home.cli("watch", "ingest", new, "--fields", "nothing", "--subject-param", "x", "--system", "new").status, 2)
        same(home.ask("ledger", "verify")["findings"], [])


def seen(home, number):
    return len(observed(home, f"C-{number}")) > 0


def a_mapping_is_declaration_enough():
    with Home() as home:
        customers(home, 3)
        rows = [{"ts": "2023-11-20T01:00:00Z", "who": "C-1", "actor": "kim"}, {"ts": "2023-11-20T01:00:01Z", "actor": "kim"},
                {"ts": "2023-11-20T01:00:02Z", "who": "C-2", "actor": "lee", "path": "/x"}]
        path = home.file("app.log", "".join(json.dumps(row) + "\n" for row in rows))
        words = ("--map", "time=ts,subject=who,reader=actor,route=path", "--fields", "name,phone", "--system", "crm")
        same(sums(ingest(home, path, *words)[0]), (3, 2, 2, 0, 0), "a line that names nobody says nothing")
        same(ones(home, "C-1"), [("kim", HOUR_UTC, "name,phone", 1, 1)])
        same(ones(home, "C-2"), [("lee", HOUR_UTC, "name,phone", 3, 1)])
        same(home.ask("watch", "ingest", "--lag")["items"][0]["system"], "crm")


def hostile_logs_are_counted_and_do_no_harm():
    with Home() as home:
        begin(home)
        good = line("kim", "/api/customers/C-1")
        junk = "{not json\n" * 40 + "\x1b[2J\x07\n" + "x" * 600_000 + "\n" + '10.0.0.9 - - [20/Nov/2023:10:00:00 +0900] "GET \n'
        reject = home.file("rejects.csv")
        item = ingest(home, home.file("junk.log", "\n".join(("# rubbish", "", "at its head")) * 20 + "\n" + good), status=5)[0]
        same(item["attributed"], 1, "rubbish at the head of a log hides nothing behind it")
        item = ingest(home, home.file("junk2.log", good + junk + line("kim", "/api/customers/C-2")), "--rejects", reject, status=5)[0]
        same((item["attributed"], item["broken"]), (2, 43), "each broken line is counted, one of 600,000 bytes as well")
        with open(reject, encoding="utf-8") as listed:
            text = listed.read()
        same(text.count("\n"), 44, "and listed by number and reason")
        check("x1b" not in text and "\x1b" not in text and "xxx" not in text, "nothing of a line is repeated")
        zoneless = home.file("app.log", '{"time":"2023-11-20 10:00:00","path":"/api/customers/C-1"}\n' +
                             '{"time":"2023-11-20T01:00:00Z","path":"/api/customers/C-3","user":"kim"}\n')
        same(ingest(home, zoneless, status=5)[0]["attributed"], 1, "one bad time does not stop a log")
        for turn in range(2):
            huge = home.file(f"huge{turn}.log", f'{{"ts":"2023-11-20T01:00:00Z","path":"/admin/export","n":{10 ** 15 - 1},"turn":{turn}}}\n' * 40)
            same(ingest(home, huge, "--map", "time=ts,route=path,rows=n")[0]["unattributed"], 40, "numbers without measure are bounded")
        for name in ("zeros.log.gz", "lines.log.gz"):
            bomb = os.path.join(home.folder, name)
            with gzip.open(bomb, "wb") as out:
                for _ in range(200 if name[0] == "z" else 50):
                    out.write((b"\0" if name[0] == "z" else b"\n") * 1_000_000)
            reader = subprocess.Popen([PROGRAM, "watch", "ingest", bomb, "--kind", "nginx", "--history", "--quiet"],
                                      stdout=subprocess.DEVNULL, env=environment({"AMANAH_HOME": home.path}))
            _, status, used = os.wait4(reader.pid, 0)
            check(os.waitstatus_to_exitcode(status) in (0, 5), f"a bomb is read like any log: {status}")
            check(used.ru_maxrss < 100_000, f"in bounded memory: {used.ru_maxrss} KiB")
        os.symlink("/etc/passwd", os.path.join(home.folder, "link.log"))
        linked = home.cli("watch", "ingest", os.path.join(home.folder, "link.log"))
        check(b"root" not in linked.out + linked.err, "a link elsewhere shows nothing of what it leads to")
        several = home.cli("watch", "ingest", os.path.join(home.folder, "link.log"), home.file("none.log"),
                           home.file("last.log", line("lee", "/api/customers/C-4")), "--json")
        same((several.status, len(several.json["items"])), (5, 1), f"one that is no log does not keep others from being read: {several}")
        same(ones(home, "C-4")[0][0], "lee")
        same(home.ask("ledger", "verify")["findings"], [])


def honest_days(first, days, thief_from, thief_takes):
    """Six agents at their work, and somebody who goes through the list at night; days are counted from `first`."""
    chance, taken, out = random.Random(5), 1, []
    for day in range(days):
        events = [(first + day * 86400 + 9 * 3600 + chance.randrange(9 * 3600), f"agent{agent}", f"10.0.0.{agent + 5}",
                   chance.randrange(1, 2001)) for agent in range(6) for _ in range(chance.randrange(20, 45))]
        if day >= thief_from:
            events += [(first + day * 86400 + 2 * 3600 + n * 20, "-", "203.0.113.9", taken + n) for n in range(thief_takes)]
            taken += thief_takes
        for at, who, address, number in sorted(events):
            stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(at))
            out.append(f'{address} - {who} [{stamp}] "GET /v2/p?customer=C-{number} HTTP/1.1" 200 1 "-" "x"\n')
    return "".join(out)


def a_drain_in_an_old_log_is_found_where_it_began():
    first = 1748736000  # 1 June 2025, UTC
    rows = "ref\n" + "".join(f"C-{n}\n" for n in range(1, 2001))
    words = ("--history", "--fields", "name,email", "--subject-param", "customer")
    with Home() as home, Home() as quiet:
        for one in (home, quiet):
            one.run("import", one.file("customers.csv", rows))
        ingest(quiet, quiet.file("honest.log", honest_days(first, 30, 99, 0)), *words)
        same(quiet.ask("watch", "alerts", "--all")["items"], [], "honest work alone raises nothing")
        # the newer half first, as one does: the older one is judged from its own beginning all the same
        lines = honest_days(first, 30, 12, 60).splitlines(True)
        half = next(n for n, text in enumerate(lines) if "20/Jun" in text)
        ingest(home, home.file("new.log", "".join(lines[half:])), *words)
        ingest(home, home.file("old.log", "".join(lines[:half])), *words)
        items = home.ask("watch", "alerts", "--all")["items"]
        found = sorted(item["first"] for item in items if item["detector"] == "enumeration" and item["name"] == "203.0.113.9")
        same(found[:1], ["2025-06-13T02:00:00Z"], f"the first night of the drain: {items}")
        check(all(item["observed"] and item["breaker"] == "none" and not item["trips"] for item in items), f"alert only: {items}")
        same({item["system"] for item in items}, {"outside"})
        check(not any(item["name"].startswith("agent") and item["detector"] == "enumeration" for item in items), f"not of honest work: {items}")
        reader = items[0]["reader"]
        within(b"outside", home.cli("watch", "trip", reader, "--yes").err, "nobody can be stopped there from here")
        auditor = home.ask("key", "issue", "--role", "auditor")["key"]
        seen_by = home.cli("watch", "alerts", "--all", "--json", key=auditor)
        if seen_by.status == 0:
            check(not any("name" in item for item in seen_by.json["items"]), "names in a log are for who may take in logs")
        same(home.ask("ledger", "verify")["findings"], [])


def a_drain_that_goes_on_is_told_as_it_is_followed():
    with Home() as home:
        rows = "ref\n" + "".join(f"C-{n}\n" for n in range(1, 2001))
        home.run("import", home.file("customers.csv", rows))
        told = os.path.join(home.folder, "told.jsonl")
        home.run("watch", "sink", "put", told)
        home.start()
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
        text = "".join(f'203.0.113.9 - - [{stamp}] "GET /v2/p?customer=C-{n} HTTP/1.1" 200 1 "-" "x"\n' for n in [2000] + list(range(1, 80)))
        path = home.file("access.log", text)
        follower = subprocess.Popen([PROGRAM, "watch", "ingest", path, "--follow", "--fields", "name", "--subject-param", "customer",
                                     "--quiet"], stdout=subprocess.DEVNULL, env=environment({"AMANAH_HOME": home.path}))
        try:
            until = time.monotonic() + 60
            while not [item for item in home.ask("watch", "alerts")["items"] if item["detector"] == "enumeration"]:
                check(time.monotonic() < until, "the drain was never told of")
                time.sleep(0.2)
        finally:
            follower.send_signal(signal.SIGTERM)
            follower.wait(60)
        item = home.ask("watch", "alerts")["items"][0]
        same((item["state"], item["observed"]), ("open", True))
        check(abs(time.time() - calendar.timegm(time.strptime(item["first"][:19], "%Y-%m-%dT%H:%M:%S"))) < 120, "it is of now")
        until = time.monotonic() + 60
        while not (os.path.exists(told) and '"observed":true' in open(told, encoding="utf-8").read()):
            check(time.monotonic() < until, "what is sent out does not say that it was seen outside")
            time.sleep(0.2)
        check("203.0.113" not in open(told, encoding="utf-8").read(), "no address is sent out")


def spoiled_observations_are_found():
    spoil = {"observed": "DELETE FROM observed WHERE rowid IN (SELECT 1)",
             "a set": "UPDATE observed SET hour = hour + 1", "a row": "DELETE FROM observed",
             "a count": "UPDATE unattributed SET lines = lines + 1", "a position": "UPDATE outside_file SET bytes = bytes - 1",
             "a file": "DELETE FROM outside_file", "a name": "UPDATE outside_reader SET sealed = (SELECT sealed FROM "
             "outside_reader WHERE id = 2) WHERE id = 1"}
    del spoil["observed"]
    with Home() as home:
        begin(home)
        ingest(home, home.file("access.log", line("kim", "/api/customers/C-1") + line("lee", "/admin/export")))
        whole = home.file("whole.db")
        shutil.copy(home.database(), whole)
        for what, statement in spoil.items():
            with sqlite3.connect(home.database()) as base:
                base.execute(statement)
            done = home.cli("ledger", "verify", "--json")
            check(done.status != 0 and done.json["findings"], f"{what} was changed, and nobody noticed: {done}")
            for end in ("", "-wal", "-shm"):
                if os.path.exists(home.database() + end):
                    os.remove(home.database() + end)
            shutil.copy(whole, home.database())
        same(home.ask("ledger", "verify")["findings"], [])


def an_erased_person_stays_proved_and_unnamed():
    with Home() as home:
        begin(home)
        path = home.file("access.log", line("kim", "/api/customers/C-1") + line("kim", "/api/customers/C-2"))
        ingest(home, path)
        home.run("subject", "erase", person(home, "C-1"), "--yes")
        same(home.ask("ledger", "verify")["findings"], [], "the entry still verifies without their key")
        more = home.file("more.log", line("kim", "/api/customers/C-1", second=9) + line("kim", "/api/customers/C-2", second=9))
        same(sums(ingest(home, more)[0]), (2, 2, 1, 1, 0), "who was erased is nobody")
        same(home.ask("ledger", "verify")["findings"], [])


def what_cannot_be_read_is_said():
    with Home() as home:
        customers(home, 2)
        path = home.file("access.log", line("kim", "/api/customers/C-1"))
        within(b"--route", home.cli("watch", "ingest", path).err, "without routes nothing can be told")
        begin(home)
        for words, said in ((("--kind", "word"), b"--kind"), (("--zone", "nowhere"), b"--zone"),
                            (("--map", "time=x", "--kind", "nginx"), b"--map"), (("--follow", "--history"), b"--follow"),
                            (("--system", "nobody"), b"--system")):
            done = home.cli("watch", "ingest", path, *words)
            check(done.status != 0 and said in done.err, f"{words}: {done}")
        same(home.cli("watch", "ingest", home.file("none.log")).status, 1, "a file that is not there")
        check(home.cli("watch", "ingest", home.folder).status != 0, "a folder")
        text = history(20000).encode()
        cut = ingest(home, home.file("cut.gz", gzip.compress(text)[:-2000]), status=5)[0]
        check(cut["cut"] and cut["attributed"] > 0, f"what is good of a cut file is taken: {cut}")
        whole = ingest(home, home.file("cut.gz", gzip.compress(text)))[0]
        same(whole["before"] + whole["lines"], 20000, "and the rest when it is whole")
        same(state(home)[0]["lines"], 20000)
        zeros = b"\0" * 70000 + line("kim", "/api/customers/C-2", second=1).encode() * 2
        same(sums(ingest(home, home.file("sparse.log", zeros), "--kind", "nginx", status=5)[0])[2:], (1, 0, 1),
             "zeros that a truncation left")
        same(home.ask("ledger", "verify")["findings"], [])


if __name__ == "__main__":
    story(a_web_log_tells_who_saw_whom, the_same_file_again_changes_nothing, other_logs_are_found_by_content,
          a_log_is_followed_through_rotation, a_killed_ingest_ends_as_a_whole_one, a_shop_begins_with_a_list_and_old_logs,
          a_leak_is_sized_before_any_service_was_declared, a_mapping_is_declaration_enough,
          hostile_logs_are_counted_and_do_no_harm, a_drain_in_an_old_log_is_found_where_it_began,
          a_drain_that_goes_on_is_told_as_it_is_followed, spoiled_observations_are_found, an_erased_person_stays_proved_and_unnamed, what_cannot_be_read_is_said)
