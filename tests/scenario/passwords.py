#!/usr/bin/env python3
"""Leaked passwords for a shop's sign-up: five digits of a hash in, a range out, fed from a list and from what was found."""
import gzip
import hashlib
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within
from evidence import Shop
from incident import key, staff

NO, MALFORMED = 1, 2
LEAKED = ["rahasia123", "qwerty", "비밀번호", "P@ss:w0rd|;", "a" * 80]


def sha1(password):
    return hashlib.sha1(password.encode()).hexdigest().upper()


def brought(home, passwords, times=7):
    """A list as Have I Been Pwned gives it: ordered by hash, lines ended as there."""
    return home.file("brought.txt", "".join(f"{one}:{times}\r\n" for one in sorted(map(sha1, passwords))))


def span(home, prefix, by=None, **headers):
    answer = home.http("GET", f"/v1/passwords/range/{prefix}", key=by, headers=headers)
    same(answer.status, 200, str(answer))
    lines = answer.body.decode().split("\r\n")
    same(lines.pop(), "", "each line is ended")
    return dict(line.split(":") for line in lines), answer


def seen(home, password, **more):
    return int(span(home, sha1(password)[:5], **more)[0].get(sha1(password)[5:], 0))


def a_list_that_the_shop_brings():
    with Home() as home:
        home.start()
        same(span(home, "ABCDE")[0], {}, "nothing is known yet")
        within(f"{len(LEAKED)} leaked", home.run("password", "import", brought(home, LEAKED)).text)
        for password in LEAKED:
            same(seen(home, password), 7, password)
        same(seen(home, "none of them"), 0)
        lower, answer = span(home, sha1("qwerty")[:5].lower())
        check(sha1("qwerty")[5:] in lower, "small letters do as well")
        same([answer.headers["content-type"], answer.headers["cache-control"]], ["text/plain; charset=utf-8", "no-store"])
        for bad in ("ABCD", "ABCDEF", "ABCDG", "ABC%00"):
            same(home.http("GET", f"/v1/passwords/range/{bad}").status, 400, bad)
        many = [f"password {n}" for n in range(50000)]
        home.run("password", "import", brought(home, many, 2))
        same([seen(home, many[n]) for n in (0, 777, 49999)] + [seen(home, "qwerty")], [2, 2, 2, 0], "in place of the one before")
        shuffled = home.file("shuffled.txt", f"{sha1('a')}:1\n{'0' * 40}:1\n")
        same(home.cli("password", "import", shuffled).status, MALFORMED)
        same(home.cli("password", "import", home.file("words.txt", "qwerty\n")).status, MALFORMED)
        same(seen(home, many[0]), 2, "a list that is refused takes nobody's place")
        home.stop()
        path = os.path.join(home.path, "passwords", "brought.pwd")
        with open(path, "r+b") as cut:
            cut.truncate(os.path.getsize(path) - 5)
        home.start()
        check(home.http("GET", "/v1/passwords/range/ABCDE").status >= 500, "a damaged list is no list without leaked ones")


def lengths_tell_no_range():
    with Home() as home:
        home.start()
        home.run("password", "import", brought(home, LEAKED))
        lines, _ = span(home, sha1("qwerty")[:5], **{"Add-Padding": "true"})
        check(800 <= len(lines) < 1000, f"{len(lines)} lines")
        same(lines[sha1("qwerty")[5:]], "7", "the real one is among them")
        same({times for suffix, times in lines.items() if suffix != sha1("qwerty")[5:]}, {"0"}, "made-up ones count 0")
        check(all(len(suffix) == 35 and suffix == suffix.upper() for suffix in lines), "all look the same")
        same(list(lines), sorted(lines), "and stand in order")
        check(len({len(span(home, "00000", **{"Add-Padding": "true"})[0]) for _ in range(8)}) > 1, "not always as many")


def passwords_of_a_dump_are_kept_as_hashes_alone():
    with Shop() as shop:
        home, rows = shop.home, shop.rows[:300]
        secret = "planted-password-8fd1"
        lines = "".join(f"{row['email']}:{secret if at % 2 else f'other-{at}'}\n" for at, row in enumerate(rows))
        told = home.ask("evidence", "match", home.file("combo.txt", lines), "--incident", shop.one)
        same([told["people"], told["passwords"]], [300, 151])
        same([seen(home, secret), seen(home, "other-0"), seen(home, "other-1")], [150, 1, 0])
        home.run("password", "import", brought(home, [secret]))
        same(seen(home, secret), 157, "both lists count")
        home.ask("evidence", "match", str(told["evidence"]), "--incident", shop.one, "--again")
        same(seen(home, secret), 157, "matched again, its list takes its own place")
        home.stop()
        found = subprocess.run(["grep", "-rlaF", secret, home.path], stdout=subprocess.PIPE, check=False).stdout.decode()
        same(found, "", "the password itself is nowhere in the home")
        home.start()
        same(seen(home, secret), 157, "and they are there after a restart")
        hashed = "email,password\n" + "".join(f"{row['email']},{hashlib.md5(row['ref'].encode()).hexdigest()}\n" for row in rows)
        same(home.ask("evidence", "match", home.file("hashed.csv", hashed), "--incident", shop.one)["passwords"], 0, "a hash is no password")


def a_file_in_another_packing_counts_once():
    with Shop() as shop:
        home, rows = shop.home, shop.rows[:200]
        lines = [f"{row['email']}:{'common' if at % 2 else f'other-{at}'}\n" for at, row in enumerate(rows)]
        plain = home.ask("evidence", "match", home.file("combo.txt", "".join(lines)), "--incident", shop.one)
        same([seen(home, "common"), seen(home, "other-0")], [100, 1])
        packed = home.file("combo.txt.gz", gzip.compress("".join(lines).encode()))
        told = home.ask("evidence", "match", packed, "--incident", shop.one)
        same([told["known_as"][0]["relation"], told["passwords"]], ["same", 101])
        same([seen(home, "common"), seen(home, "other-0")], [100, 1], "its passwords were counted already")
        more = lines + [f"{shop.rows[200 + at]['email']}:{'common' if at else 'fresh'}\n" for at in range(4)]
        told = home.ask("evidence", "match", home.file("more.txt", "".join(more)), "--incident", shop.one)
        same(told["known_as"][0]["relation"], "same", "four rows of 200 are less than a sketch tells")
        same([seen(home, "common"), seen(home, "other-0"), seen(home, "fresh")], [103, 1, 1], "what is more counts")
        for line in (plain["evidence"], told["evidence"], plain["evidence"]):
            home.ask("evidence", "match", str(line), "--incident", shop.one, "--again")
            same([seen(home, "common"), seen(home, "other-0"), seen(home, "fresh")], [103, 1, 1], "whichever is matched again")


def a_sign_up_asks_and_nobody_takes_it_all():
    with Home() as home:
        home.start()
        home.run("password", "import", brought(home, LEAKED))
        same(home.http("GET", "/v1/passwords/range/ABCDE", key="amk_none").status, 401, "a credential is needed")
        by = key(home, "orders", staff(home, "ana"))["key"]
        size = home.ask("ledger", "checkpoint")["size"]
        statuses = [home.http("GET", f"/v1/passwords/range/{n:05X}", key=by).status for n in range(1205)]
        check(200 in statuses and 429 in statuses and statuses.count(200) <= 1200, "600 a minute")
        refused = home.http("GET", "/v1/passwords/range/ABCDE", key=by)
        if refused.status == 429:
            same(refused.code, "rate.spent")
        same(home.ask("ledger", "checkpoint")["size"], size + statuses.count(429) + (refused.status == 429), "refusals alone have entries: a range is about nobody")


def the_command_sends_five_digits():
    with Home() as home:
        home.start()
        home.run("password", "import", brought(home, LEAKED))
        said = home.cli("password", "check", "-", stdin="qwerty\n")
        same(said.status, NO)
        within("7 times", said.err.decode())
        within("Not on any", home.run("password", "check", home.file("good", "4 random words of mine\n")).text)
        curl = home.run("password", "check", home.file("bad", "qwerty"), "--output-curl").text
        within(sha1("qwerty")[:5], curl)
        check(sha1("qwerty")[5:] not in curl and "qwerty" not in curl, curl)


if __name__ == "__main__":
    story(a_list_that_the_shop_brings, lengths_tell_no_range, passwords_of_a_dump_are_kept_as_hashes_alone, a_file_in_another_packing_counts_once,
          a_sign_up_asks_and_nobody_takes_it_all, the_command_sends_five_digits)
