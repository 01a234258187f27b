#!/usr/bin/env python3
"""From a suspicion to whose what leaked: the two cases this was made for, scaled down, and one person's own answer."""
import os
import shutil
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within

CUSTOMERS = 60


def customers(home, count=CUSTOMERS):
    rows = "ref,name,email,country,lang\n" + "".join(
        f"C-{n},Person {n},p{n}@mail.example,{'KR' if n % 2 else 'ID'},{'ko' if n % 2 else 'id'}\n" for n in range(1, count + 1))
    home.run("import", home.file("customers.csv", rows))


def moment(home, more_s=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(home.now() + more_s))


def opened(home):
    if home.daemon:
        return home.good("POST", "/v1/incidents", {"title": "a leak", "kind": "other"})["id"]
    return home.ask("incident", "open", "a leak")["id"]


def count(home, incident, *words):
    counted = home.ask("incident", "scope", incident, *words)
    three(counted["any"], counted["everybody"])
    for row in counted["fields"] + counted["classes"]:
        three(row, counted["everybody"])
    return counted


def three(row, everybody):
    """Known, possible and excluded are all of the customers, whatever was asked."""
    known, excluded = row["known"], row["excluded"]
    same(known["count"] + row["possible"]["count"] + excluded["count"], everybody, str(row))
    same(known["full"] + known["masked"] + known["observed"], known["count"])
    for name in ("known", "possible", "excluded"):
        check(row[name]["persons"] <= row[name]["count"], f"no more persons than accounts: {row}")
    same(sum(excluded[name] for name in ("came_later", "erased_before", "not_held", "not_seen")), excluded["count"])


def numbers(row):
    return [row[name]["count"] for name in ("known", "possible", "excluded")]


def field(counted, name):
    return next(row for row in counted["fields"] if row["field"] == name)


def person(home, ref):
    return home.ask("lookup", "ref", "--purpose", "support", stdin=f"{ref}\n")["ids"][0]


def line(ref, day, month="Nov"):
    return f'203.0.113.9 - - [{day:02d}/{month}/2025:03:00:00 +0900] "GET /account?customer={ref} HTTP/1.1" 200 17 "-" "curl"\n'


def first_few_then_many():
    """Only the newest log is there at first; older ones are found ten days later."""
    with Home() as home:
        customers(home)
        newest = "".join(line(f"C-{n}", 6) for n in range(1, 6)) + line("X-1", 6)
        home.run("watch", "ingest", "--history", "--fields", "name,email", "--subject-param", "customer",
                 home.file("access.log", newest))
        incident = opened(home)
        home.run("incident", "add", incident, "instants", "name=detected", "at=2025-11-16T00:00:00Z")
        first = count(home, incident)
        same(numbers(first["any"]), [5, 0, CUSTOMERS - 5], "what the newest log knows")
        same(first["any"]["known"]["observed"], 5, "and it is marked as of a log")
        same(first["any"]["moved"], [], "nothing was counted before")
        same(first["of_nobody"], {"lines": 1, "rows": 1, "named": 1}, "somebody who is not in the list")
        same(numbers(field(first, "phone")), [0, 0, CUSTOMERS])
        week = count(home, incident, "from=2025-11-01T00:00:00Z", "to=2025-11-10T00:00:00Z")
        same([gap["ask"] for gap in week["gaps"]], ["gaps=2025-11-01T00:00:00Z/2025-11-05T00:00:00Z",
                                                   "gaps=2025-11-06T00:00:00Z/2025-11-10T00:00:00Z"], "days without a line")
        asked = count(home, incident, "from=2025-11-01T00:00:00Z", "to=2025-11-10T00:00:00Z", week["gaps"][0]["ask"])
        same(numbers(asked["any"]), [5, CUSTOMERS - 5, 0], "as it says, so it is asked")
        count(home, incident)
        older = "".join(line(f"C-{n}", n % 28 + 1, month) for month in ("Jun", "Jul") for n in range(1, 48))
        home.run("watch", "ingest", home.file("access.log.1", older))
        second = count(home, incident)
        same(numbers(second["any"]), [47, 0, CUSTOMERS - 47], "and with the older ones")
        same(second["any"]["moved"], [{"from": "excluded", "to": "known", "count": 42}], "the difference adds up")
        same(second["version"], 5)
        same(second["earliest"]["time"], "2025-05-31T18:00:00Z", "when it began, as far as logs go back")
        check(second["earliest"]["undetected_s"] > 150 * 86400, f"it was open for months: {second['earliest']}")
        check(first["earliest"]["undetected_s"] < 15 * 86400, f"by the newest log for days: {first['earliest']}")
        same({row["country"]: row["known"] for row in second["countries"]}, {"KR": 24, "ID": 23})
        again = home.ask("incident", "exposures", incident)
        same(again, {name: value for name, value in second.items() if name != "receipt"}, "the newest stands")
        # one person: which line of which file
        part = home.ask("incident", "exposures", incident, person(home, "C-40"))
        same([part["known_observed"], part["possible"]], [["name", "email"], []])
        same([item["kind"] for item in part["items"]], ["observed"])
        within("line", part["items"][0]["source"])
        check(part["items"][0]["proof"], "with its proof")
        nobody = home.ask("incident", "exposures", incident, person(home, "C-55"))
        check(nobody["items"] == [] and len(nobody["excluded"]) == 15, f"who was not seen: {nobody}")
        same(home.ask("ledger", "verify")["findings"], [])


def a_copied_database():
    """Nobody looked; a dump is offered for sale. Who was there when it was made, with what they had then?"""
    with Home() as home:
        customers(home)
        home.start()
        gone = person(home, "C-1")
        home.run("subject", "erase", gone, "--yes", "--reason", "asked for")
        time.sleep(1.1)
        copied, just = moment(home), moment(home, 1)
        time.sleep(2.1)
        late = home.create("late", name="Late Comer", email="late@mail.example")
        erased_since = person(home, "C-2")
        home.run("subject", "erase", erased_since, "--yes", "--reason", "asked for")
        incident = opened(home)
        counted = count(home, incident, f"copied_at={copied}", "fields=name", "fields=phone", f"from={copied}",
                        f"to={just}", "outside=warehouse:phone")
        same(counted["everybody"], CUSTOMERS + 1)
        name, phone = field(counted, "name"), field(counted, "phone")
        same(numbers(name), [0, CUSTOMERS - 1, 2], "all but who came since, and who was gone before")
        same([name["excluded"]["came_later"], name["excluded"]["erased_before"]], [1, 1])
        same([row["rule"] for row in name["possible"]["reasons"]], ["copy"])
        same(phone["possible"]["count"], 1, "of whom it is not kept any more whether they had one")
        same([phone["excluded"]["not_held"], phone["excluded"]["not_provable_in"]], [CUSTOMERS - 2, ["warehouse"]])
        same(counted["not_provable"], ["warehouse"])
        same(home.ask("incident", "exposures", incident, late)["excluded"], ["name", "phone"])
        # somebody was looked at as well: known outweighs possible
        key = home.issue("support")
        seen = person(home, "C-9")
        home.values([seen], ["name"], purpose="support", key=key)
        again = count(home, incident, f"copied_at={copied}", "fields=name", "fields=phone", f"from={copied}")
        same(numbers(field(again, "name")), [1, CUSTOMERS - 2, 2])
        same(field(again, "name")["moved"], [{"from": "possible", "to": "known", "count": 1}])


def by_one_key():
    """A key was kept by somebody who left: what it saw, and what it could have seen where nothing was written."""
    with Home() as home:
        customers(home, 20)
        home.start()
        home.run("role", "put", "front", "--fields", "name,email.mask", "--purposes", "support", "--acts", "reveal")
        kim = home.good("POST", "/v1/staff", {"name": "kim", "email": "kim@shop.example"})["id"]
        held = home.good("POST", "/v1/keys", {"role": "front", "name": "held", "holders": [kim]})
        people = [person(home, f"C-{n}") for n in range(1, 21)]
        home.values(people[:7], ["name"], purpose="support", key=held["key"])
        home.values(people[5:9], ["email.mask"], purpose="support", key=held["key"])
        home.values(people, ["name", "email"], purpose="support")
        incident = opened(home)
        by_key = count(home, incident, f"keys={held['id']}")
        same(numbers(by_key["any"]), [9, 0, 11])
        same([field(by_key, "name")["known"]["full"], field(by_key, "email")["known"]["masked"]], [7, 4])
        same({",".join(row["fields"]): row["known"] for row in by_key["combinations"]}, {"name": 5, "name,email": 2, "email": 2})
        same(numbers(count(home, incident, f"holders={kim}")["any"]), [9, 0, 11], "by who held it")
        same(numbers(count(home, incident, f"keys={held['id']}", "networks=192.0.2.0/24")["any"]), [0, 0, 20])
        same(numbers(count(home, incident, f"keys={held['id']}", "networks=127.0.0.1")["any"]), [9, 0, 11])
        same(numbers(count(home, incident, f"keys={held['id']}", "purposes=delivery")["any"]), [0, 0, 20])
        gap = count(home, incident, f"keys={held['id']}", f"gaps={moment(home, -3600)}/{moment(home)}")
        same(numbers(field(gap, "name")), [7, 13, 0], "in a gap it reached whoever it could")
        same(numbers(field(gap, "phone")), [0, 0, 20], "but no field that its role does not show")
        same(gap["version"], 6)
        # the person's own part, and its proof is the one that anybody can check
        part = home.ask("incident", "exposures", incident, people[6])
        same([part["known"], part["known_masked"]], [["name"], ["email"]])
        same(len(part["items"]), 2, "the other key's look is not among them")
        proofs = home.file("proofs.json")
        home.run("subject", "history", people[6], "--proofs", "--out", proofs)
        home.run("verify", proofs, "--vkey", home.vkey)
        whole = home.ask("subject", "history", people[6], "--proofs")["items"]
        for item in part["items"]:
            twin = next(one for one in whole if one["index"] == item["index"])
            same([item["proof"][name] for name in ("entry", "path", "position")],
                 [twin["proof"][name] for name in ("entry", "path", "position")])
        took = time.monotonic()
        for _ in range(20):
            home.good("GET", f"/v1/incidents/{incident}/exposures/{people[6]}")
        check((time.monotonic() - took) / 20 < 0.25, "and quickly")


def accounts_that_are_one_person():
    """Two mailboxes and a telephone make one person of three accounts; who is known by one of them is known."""
    with Home() as home:
        home.start()
        three_of = [home.create("a", name="A", email="kim.one@gmail.com", phone="+821011112222"),
                    home.create("b", name="B", email="kimone+shop@gmail.com"),
                    home.create("c", name="C", email="other@mail.example", phone="+821011112222")]
        home.create("d", name="D", email="else@mail.example", phone="+821033334444")
        home.create("e", name="E")
        crowd = [home.create(f"x{n}", name="X", phone="+821099999999") for n in range(21)]
        home.values([three_of[1]], ["name"], purpose="support")
        incident = opened(home)
        counted = count(home, incident)
        same([counted["accounts"], counted["persons"]], [26, 24])
        same([row["field"] for row in counted["merged_by"]], ["email", "phone"])
        same(counted["too_common"], {"values": 1, "accounts_max": 20}, "a telephone of 21 is no person's")
        same([counted["any"][name]["persons"] for name in ("known", "possible", "excluded")], [1, 0, 23])
        same(numbers(counted["any"]), [1, 0, 25], "accounts are told beside them")
        home.values(three_of + crowd[:2], ["name"], purpose="support")
        again = count(home, incident)
        same([again["any"]["known"]["count"], again["any"]["known"]["persons"]], [5, 3])
        path = f"/v1/subjects/{three_of[0]}"
        home.good("PATCH", path, {"fields": {"email": "moved@mail.example", "phone": "+821055556666"}},
                  headers={"If-Match": home.http("GET", path).headers["etag"]})
        same(count(home, incident)["persons"], 26, "by present values alone: nothing joins the other two any more")


def who_may_not_know_is_told_nothing():
    with Home() as home:
        customers(home, 5)
        home.start()
        kim = home.good("POST", "/v1/staff", {"name": "kim", "email": "kim@shop.example"})["id"]
        suspect = home.good("POST", "/v1/keys", {"role": "admin", "name": "kim's", "holders": [kim]})["key"]
        incident = home.good("POST", "/v1/incidents", {"title": "x", "kind": "other"})["id"]
        home.good("POST", f"/v1/incidents/{incident}/suspects", {"who": kim, "text": "it was their key"})
        home.good("POST", f"/v1/incidents/{incident}/scope", {})
        never = incident[:-1] + ("a" if incident[-1] != "a" else "b")
        for method, path, body in (("POST", "/scope", {}), ("GET", "/exposures", None),
                                   ("GET", f"/exposures/{person(home, 'C-1')}", None)):
            told = [home.http(method, f"/v1/incidents/{one}{path}", body, key=suspect) for one in (incident, never)]
            same([answer.status for answer in told], [404, 404], path)
            same([answer.json["detail"] for answer in told][0], told[1].json["detail"], "in the same words")


def killed_while_it_counts():
    """Whatever moment it dies at: a version is there whole, with its line and sets, or not at all."""
    with Home() as home:
        customers(home)
        home.start()
        incident = opened(home)
        path = f"/v1/incidents/{incident}"
        for turn in range(6):
            door = home.new_door()
            ended = threading.Event()

            def ask():
                try:
                    while not ended.is_set():
                        door.http("POST", path + "/scope", {"copied_at": [moment(home)]})
                except (OSError, ValueError):
                    pass

            asking = threading.Thread(target=ask)
            asking.start()
            time.sleep(0.15 + 0.07 * turn)
            home.kill()
            ended.set()
            asking.join()
            home.start()
            lines = [row for row in home.good("GET", path + "/timeline?limit=1000")["items"] if row["kind"] == "scope"]
            check(lines, "something was counted")
            newest = home.good("GET", path + "/exposures")
            same(newest["version"], len(lines), "each line is a version, each version a line")
            part = home.good("GET", f"{path}/exposures/{person(home, 'C-3')}")
            same([part["version"], part["possible"][0]["rule"]], [len(lines), "copy"])
        home.stop()
        same(home.ask("ledger", "verify")["findings"], [])


def what_the_vaults_own_log_lost():
    """An old copy of the vault is put back: what it had written down since is gone, and whoever was there may have been seen."""
    with Home() as home:
        customers(home, 20)
        home.start()
        key = home.issue("support")
        home.values([person(home, "C-1")], ["name"], purpose="support", key=key)
        incident = opened(home)
        whole = count(home, incident, "fields=name")
        same([numbers(whole["any"]), whole["own_gaps"]], [[1, 0, 19], []], "nothing was lost yet")
        home.stop()
        old = home.file("old.db")
        shutil.copy(home.database(), old)
        home.start()
        looked = [person(home, f"C-{n}") for n in (2, 3)]
        home.values(looked, ["name"], purpose="support", key=key)
        home.stop()
        for end in ("", "-wal", "-shm"):
            if os.path.exists(home.database() + end):
                os.unlink(home.database() + end)
        shutil.copy(old, home.database())
        home.start()
        counted = count(home, incident, "fields=name", "fields=phone")
        [gap] = [row for row in counted["own_gaps"] if row["kind"] == "restored"]
        check(gap["counted"] and gap["lost_entries"] >= 3, f"two lookups and a look at least: {gap}")
        same(numbers(field(counted, "name")), [1, 19, 0], "nobody can be excluded")
        same([row["rule"] for row in field(counted, "name")["possible"]["reasons"]], ["lost"])
        same(numbers(field(counted, "phone")), [0, 0, 20], "but from a field that nobody had")
        before = count(home, incident, "fields=name", f"to={gap['from']}")
        same([row for row in before["own_gaps"] if row["kind"] == "restored"], [], "not when it ended before that")
        again = home.ask("incident", "exposures", incident, looked[0])
        same(again["excluded"], ["name"], "of that count")
        within("is lost (", home.run("incident", "scope", incident).text)
        # three hours without an entry: told when asked for, as most shops sleep at night
        home.stop()
        home.ahead_s += 3 * 3600
        home.start()
        kinds = [[row["kind"] for row in count(home, incident, "fields=name", *words)["own_gaps"]].count("quiet")
                 for words in ([], ["quiet_hours=2"], ["quiet_hours=4"])]
        same(kinds, [0, 1, 0])
        # months without an entry, and before the vault was made
        home.stop()
        home.ahead_s += 40 * 86400
        home.start()
        late = count(home, incident, "fields=name", "from=2020-01-01T00:00:00Z")
        same(sorted({row["kind"] for row in late["own_gaps"]}), ["before", "quiet", "restored"])
        quiet = max((row for row in late["own_gaps"] if row["kind"] == "quiet"), key=lambda row: row["to"])
        check(not quiet["counted"] and quiet["ask"].startswith("gaps="), str(quiet))
        same(numbers(count(home, incident, "fields=phone", quiet["ask"])["any"]), [0, 0, 20], "asked for, it is counted by what they hold")
        home.stop()
        same(home.ask("ledger", "verify")["findings"], [])


def the_vault_goes_on_while_it_counts():
    """A count of many people takes its time; whoever needs an address meanwhile does not wait for it."""
    many = 200_000
    with Home() as home:
        customers(home, many)
        home.start()
        incident, key = opened(home), home.issue("support")
        one = person(home, "C-77")
        counting, looking = home.new_door(), home.new_door()
        took, looks = {}, []

        def ask():
            took["began"] = time.monotonic()
            took["answer"] = counting.http("POST", f"/v1/incidents/{incident}/scope", {"copied_at": [moment(home)]})
            took["ended"] = time.monotonic()

        asking = threading.Thread(target=ask)
        asking.start()
        while asking.is_alive():
            began = time.monotonic()
            seen = looking.http("POST", "/v1/reveal", {"subjects": [one], "fields": ["name"], "purpose": "support", "reason": "asked"}, key=key)
            same(seen.status, 200)
            looks.append((began, time.monotonic()))
        asking.join()
        same(took["answer"].status, 200)
        any_field = took["answer"].json["any"]
        same(any_field["known"]["count"] + any_field["possible"]["count"], many, "and everybody is counted")
        within = [end - begin for begin, end in looks if begin > took["began"] and end < took["ended"]]
        check(len(within) >= 5, f"only {len(within)} looks in {took['ended'] - took['began']:.3f} s")
        check(sorted(within)[len(within) // 2] < (took["ended"] - took["began"]) / 4, "none of them waited for it")


story(first_few_then_many, a_copied_database, by_one_key, accounts_that_are_one_person, who_may_not_know_is_told_nothing, killed_while_it_counts,
      what_the_vaults_own_log_lost, the_vault_goes_on_while_it_counts)
