#!/usr/bin/env python3
"""Compensation: opened, announced by two people, its codes for one recipient alone; taken exactly once, refunded, added up again."""
import calendar
import contextlib
import csv
import hashlib
import io
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from xml.etree import ElementTree

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, skip, story, unbase64, within  # noqa: E402
from http_contract import is_as_described  # noqa: E402
from mail_host import MailHost  # noqa: E402
from staff import colleagues  # noqa: E402

TERMS = {"terms_en": "Good until 31 January 2030. What is left stays good. This does not waive any right.",
         "terms_id": "Berlaku sampai 31 Januari 2030. Sisanya tetap berlaku. Ini bukan pelepasan hak.",
         "terms_ko": "2030년 1월 31일까지 쓸 수 있습니다. 남은 금액은 계속 쓸 수 있습니다. 권리를 포기하는 것이 아닙니다."}
PARTS = ["shop=5000", "eats=5000", "travel=20000", "luxury=20000"]
UNKNOWN = "voucher.unknown"


class Recipient:
    def __init__(self, home):
        self.path = home.file("identity")
        subprocess.run(["age-keygen", "-o", self.path], check=True, capture_output=True)
        self.public = subprocess.run(["age-keygen", "-y", self.path], check=True, capture_output=True,
                                     text=True).stdout.strip()

    def open(self, path):
        done = subprocess.run(["age", "-d", "-i", self.path, path], capture_output=True, check=False)
        same(done.returncode, 0, f"age cannot open it: {done.stderr!r}")
        return done.stdout.decode()


def customers(home, count):
    rows = "ref,name,email,country,lang\n" + "".join(f"C-{n},Person {n},p{n}@mail.example,KR,ko\n" for n in range(count))
    home.run("import", home.file("customers.csv", rows))


@contextlib.contextmanager
def shop(people):
    """A home that runs, with customers; and who alone opens its codes."""
    with Home() as home:
        recipient = Recipient(home)
        customers(home, people)
        home.start()
        yield home, recipient


def campaign(home, recipient, **more):
    body = {"title": "Sorry", "who": "all", "currency": "KRW", "zone": "Asia/Seoul", "until": "2030-01-31",
            "recipient": recipient.public, "parts": PARTS, **TERMS, **more}
    made = home.good("POST", "/v1/campaigns", {name: value for name, value in body.items() if value is not None})
    home.good("POST", f"/v1/campaigns/{made['id']}/announce")
    return made["id"]


def codes(home, recipient, one):
    path = home.file("codes.age")
    home.run("redress", "codes", one, "--out", path)
    return list(csv.DictReader(io.StringIO(recipient.open(path))))


def checkout(home, acts=("redeem",)):
    home.good("POST", "/v1/roles", {"name": "checkout", "fields": [], "purposes": ["billing"], "acts": list(acts)})
    return home.issue("checkout")


def totals(home, one):
    return {part["part"]: part for part in home.good("GET", f"/v1/campaigns/{one}/totals")["parts"]}


def entries(home):
    size = int(home.http("GET", "/v1/ledger/checkpoint").body.split(b"\n")[1])
    return [home.good("GET", f"/v1/ledger/entries/{at}") for at in range(size)]


def adds_up(home, one):
    for part in totals(home, one).values():
        same(part["open"] + part["reserved"] + part["used"] - part["refunded"] + part["expired"], part["budget"], str(part))


def verified(home):
    done = home.ask("redress", "verify")
    check(done["holds"], str(done))
    return done["postings"]


class Parallel:
    """The same call by many at once; what each was answered."""

    def __init__(self, home, key, threads=20):
        self.home, self.key, self.threads = home, key, threads

    def run(self, calls):
        answers, lock, left = [], threading.Lock(), list(calls)

        def work():
            door = self.home.new_door(self.key)
            while True:
                with lock:
                    if not left:
                        break
                    path, body, headers = left.pop()
                try:
                    got = door.http("POST", path, body, headers=headers)
                    with lock:
                        answers.append((got.status, got.json))
                except OSError:
                    with lock:
                        answers.append((0, {}))
            door.close()

        workers = [threading.Thread(target=work) for _ in range(self.threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return answers


def every_code_is_its_owners_and_opens_with_age():
    with shop(40) as (home, recipient):
        one = campaign(home, recipient)
        before = os.path.getsize(home.database())
        rows = codes(home, recipient, one)
        same(len(rows), 40)
        same(len({row[part] for row in rows for part in ("shop", "eats", "travel", "luxury")}), 160, "no code twice")
        check(all(row["id"].startswith("sub_") for row in rows), "rows name customers by their id")
        same(codes(home, recipient, one), rows, "made again they are the same")
        check(os.path.getsize(home.database()) - before < 300000, "no row a person")
        with open(home.file("codes.age"), "rb") as octets:
            within(b"age-encryption.org/v1", octets.read(40))
        key = checkout(home)
        told = home.good("POST", "/v1/vouchers/check", {"code": rows[0]["travel"]}, key=key)
        same([told[name] for name in ("part", "currency", "worth", "left", "state")],
             ["travel", "KRW", 20000, 20000, "good"])
        same(told["until"], "2030-01-31T15:00:00Z", "the last day ends where its zone is")
        check("sub_" not in str(told) and "serial" not in told, "a checkout learns nothing of whose it is")
        for path in ("/v1/campaigns", f"/v1/campaigns/{one}", "/v1/subjects/" + rows[0]["id"]):
            same(home.http("GET", path, key=key).status, 403, "a checkout's key sees nothing else")
        same(verified(home), 4, "the four budgets were put")


def a_slip_is_no_wrong_code_and_guessing_ends():
    with shop(3) as (home, recipient):
        rows = codes(home, recipient, campaign(home, recipient))
        key = checkout(home)
        code = rows[0]["shop"]

        def refused(text, **more):
            got = home.http("POST", "/v1/vouchers/check", {"code": text, **more}, key=key)
            return got.status, got.code

        slips = random.Random(5)
        for _ in range(40):
            at = slips.choice([i for i, sign in enumerate(code) if sign != "-"])
            other = slips.choice([sign for sign in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if sign != code[at]])
            same(refused(code[:at] + other + code[at + 1:]), (422, "voucher.slip"))
        for text in (code.lower(), code.replace("-", ""), code.replace("1", "l").replace("0", "o"), " ".join(code)):
            same(home.http("POST", "/v1/vouchers/check", {"code": text}, key=key).status, 200, "it is forgiven")
        same(refused(code[:-2]), (422, "voucher.malformed"))
        same(refused(code.replace(code[0], "U", 1)), (422, "voucher.malformed"))
        wrong = [made(random.Random(n)) for n in range(12)]
        for n in range(10):
            same(refused(wrong[n], client_network="203.0.113.9"), (404, UNKNOWN))
        got = home.http("POST", "/v1/vouchers/check", {"code": code, "client_network": "203.0.113.9"}, key=key)
        same([got.status, got.code], [429, "voucher.guesses"], "not even the right one any more")
        check(0 < int(got.headers["retry-after"]) <= 3600, "when to come back")
        same(home.http("POST", "/v1/vouchers/check", {"code": code, "client_network": "203.0.113.8"}, key=key).status, 200)
        home.restart()
        same(refused(code, client_network="203.0.113.9"), (429, "voucher.guesses"), "a restart forgets nothing")


def who_guesses_from_ever_new_networks_is_stopped_and_told_of():
    with shop(3) as (home, recipient):
        code = codes(home, recipient, campaign(home, recipient))[0]["shop"]
        key, other = checkout(home), home.issue("checkout")
        begin = entries(home)
        rng = random.Random(11)
        guesses = [("/v1/vouchers/check", {"code": made(rng), "client_network": f"10.{n >> 8}.{n & 255}.9"}, None)
                   for n in range(1300)]
        answers = Parallel(home, key, 8).run(guesses)
        same({status for status, _ in answers}, {404, 429})
        same(len([1 for status, _ in answers if status == 404]), 1000, "a key has a thousand, whatever the network")

        def asked(by, network):
            return home.http("POST", "/v1/vouchers/check", {"code": code, "client_network": network}, key=by)

        same(asked(key, "198.51.100.1").code, "voucher.guesses", "not even the right one")
        same(asked(other, "198.51.100.1").status, 200, "another checkout goes on")
        alerts = [alert for alert in home.good("GET", "/v1/alerts?all=true")["items"] if "voucher" in str(alert)]
        same(len(alerts), 1, "told once")
        within("voucher_guesses", str(alerts))
        home.wait_days(0.001)
        asked(other, "198.51.100.1")
        wrongs = [entry for entry in entries(home)[len(begin):] if entry.get("kind") == "campaign"]
        check(len(wrongs) < 60, f"{len(wrongs)} entries for 1301 codes")
        refused = [entry for entry in entries(home)[len(begin):] if entry.get("kind") == "refused"]
        check(len(refused) < 60, f"{len(refused)} refusals")
        same(sum(entry["count"] for entry in wrongs) + len(refused), 1301, "all are counted")
        home.restart()
        same(asked(key, "198.51.100.2").code, "voucher.guesses", "a restart forgets nothing")


SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def damm(numerals):
    check_sign = 0
    for numeral in numerals:
        doubled = (check_sign ^ numeral) << 1
        check_sign = doubled ^ 37 if doubled & 32 else doubled
    return check_sign


def made(rng):
    """A code with a good check symbol that nobody was given."""
    numerals = [rng.randrange(32) for _ in range(15)]
    return "".join(SIGNS[n] for n in numerals + [damm(numerals)])


def one_voucher_is_taken_once_by_a_thousand():
    with shop(5) as (home, recipient):
        one = campaign(home, recipient, parts=["shop=5000", "eats=100"], budgets=["eats=150"])
        rows = codes(home, recipient, one)
        key = checkout(home)
        body = {"code": rows[0]["shop"], "amount": 5000}
        answers = Parallel(home, key).run([("/v1/vouchers/redeem", body, None)] * 1000)
        same(len([1 for status, _ in answers if status == 200]), 1, "one of a thousand")
        same({told["code"] for status, told in answers if status != 200}, {"voucher.spent"})
        # a budget's last unit: 150 for five vouchers of 100
        eats = [("/v1/vouchers/redeem", {"code": row["eats"], "amount": 1}, None) for row in rows for _ in range(200)]
        random.Random(1).shuffle(eats)
        answers = Parallel(home, key).run(eats)
        same(len([1 for status, _ in answers if status == 200]), 150, "as many as there is budget for")
        within("voucher.budget", {told["code"] for status, told in answers if status != 200})
        part = totals(home, one)["eats"]
        same([part["open"], part["used"]], [0, 150])
        adds_up(home, one)
        same(verified(home), 2 + 1 + 150)


def a_checkout_reserves_captures_voids_and_refunds():
    with shop(2) as (home, recipient):
        day = time.strftime("%Y-%m-%d", time.gmtime(home.now() + 12 * 86400))
        one = campaign(home, recipient, until=day, refund_days=2)
        code = codes(home, recipient, one)[0]["travel"]
        key = checkout(home)

        document = home.good("GET", "/openapi.json")

        def ask(what, status=200, headers=None, **body):
            got = home.http("POST", f"/v1/vouchers/{what}", body, key=key, headers=headers)
            same(got.status, status, str(got))
            same(is_as_described(document, "POST", f"/v1/vouchers/{what}", got), status < 300)
            return got.json

        held = ask("reserve", code=code, amount=15000)
        same([held["state"], held["left"]], ["reserved", 5000])
        same(ask("redeem", 409, code=code, amount=5001)["code"], "voucher.spent")
        taken = ask("capture", redemption=held["redemption"], amount=12000)
        same([taken["state"], taken["captured"], taken["left"]], ["captured", 12000, 8000], "the rest went back")
        same(ask("capture", 409, redemption=held["redemption"])["code"], "voucher.state")
        same(ask("void", 409, redemption=held["redemption"])["code"], "voucher.state")
        same(ask("refund", 409, redemption=held["redemption"], amount=12001)["code"], "voucher.taken")
        back = ask("refund", redemption=held["redemption"], amount=2000)
        same([back["refunded"], back["left"]], [2000, 10000], "a refund can be used again")
        other = ask("reserve", code=code, amount=10000, seconds=1)
        ask("void", redemption=other["redemption"])
        lapsing = ask("reserve", code=code, amount=10000, seconds=60)
        same(ask("check", code=code)["left"], 0)
        home.wait_days(0.01)
        same(ask("check", code=code)["left"], 10000, "a reservation lapses by itself")
        same(ask("capture", 409, redemption=lapsing["redemption"])["code"], "voucher.state")
        again = {"Idempotency-Key": "order-7"}
        first = ask("redeem", code=code, amount=10000, headers=again)
        home.wait_days(5)
        same(ask("redeem", code=code, amount=10000, headers=again), first, "the same answer, days later")
        same(ask("redeem", 422, code=code, amount=9, headers=again)["code"], "idempotency.other_body")
        same(ask("redeem", 409, code=code, amount=1)["code"], "voucher.spent")
        adds_up(home, one)
        part = totals(home, one)["travel"]
        same([part["used"], part["refunded"], part["reserved"]], [22000, 2000, 0])
        # its end, in its zone; what was refunded is good for two days more
        until = calendar.timegm(time.strptime(ask("check", code=code)["until"], "%Y-%m-%dT%H:%M:%SZ"))
        same(time.strftime("%Y-%m-%dT%H", time.gmtime(until)), f"{day}T15", "in Korea that day is over")
        home.stop()
        home.ahead_s += int(until - home.now()) - 30
        home.start()
        same(ask("check", code=code)["state"], "used")
        home.wait_days(1 / 1440)
        same(ask("redeem", 410, code=code, amount=1)["code"], "voucher.over")
        back = ask("refund", redemption=first["redemption"], amount=4000)
        same(ask("redeem", code=code, amount=4000)["left"], 0, "also behind the end")
        back = ask("refund", redemption=first["redemption"], amount=1000)
        same(back["left"], 1000)
        part = totals(home, one)["travel"]
        same(part["open"], 1000, "what was open has expired, what was given back has not")
        adds_up(home, one)
        home.wait_days(2.1)
        same(ask("redeem", 410, code=code, amount=1)["code"], "voucher.over")
        same(totals(home, one)["travel"]["open"], 0)
        adds_up(home, one)
        verified(home)


def a_day_ends_where_its_zone_is():
    """One last day in four zones: each voucher ends at the midnight of its own, to the second."""
    with shop(2) as (home, recipient):
        key, last = checkout(home), day_in(home, 3)
        behind = calendar.timegm(time.strptime(last, "%Y-%m-%d")) + 86400  # the midnight of UTC
        ends = {"KST-9": behind - 9 * 3600, "Asia/Jakarta": behind - 7 * 3600, "UTC0": behind, "EST5": behind + 5 * 3600}
        held = {zone: codes(home, recipient, campaign(home, recipient, zone=zone, until=last))[0]["shop"] for zone in ends}

        def asked(zone, what, **body):
            return home.http("POST", f"/v1/vouchers/{what}", {"code": held[zone], **body}, key=key)

        for zone, end in ends.items():
            same(asked(zone, "check").json["until"], time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end)), zone)
        for zone, end in ends.items():
            home.wait_days((end - home.now() - 30) / 86400)
            later = [other for other in ends if ends[other] > end]
            same({asked(other, "redeem", amount=1).status for other in [zone, *later]}, {200}, f"half a minute before {zone} ends")
            home.wait_days(1 / 1440)
            same(asked(zone, "redeem", amount=1).code, "voucher.over", zone)
            same({asked(other, "redeem", amount=1).status for other in later}, {200} if later else set(), f"when {zone} has ended")
        verified(home)


def money_is_counted_in_its_smallest_unit():
    with shop(2) as (home, recipient):
        key = checkout(home)
        for currency, written, worth in (("KRW", "5000", 5000), ("IDR", "75000.50", 7500050), ("USD", "12.5", 1250)):
            one = campaign(home, recipient, currency=currency, parts=[f"shop={written}"])
            code = codes(home, recipient, one)[0]["shop"]
            taken = home.good("POST", "/v1/vouchers/redeem", {"code": code, "amount": worth - 1}, key=key)
            same([taken["currency"], taken["amount"], taken["left"]], [currency, worth - 1, 1], "one unit is left")
            same(totals(home, one)["shop"]["used"], worth - 1)
            adds_up(home, one)
        body = {"title": "Sorry", "who": "all", "until": "2030-01-31", "recipient": recipient.public}
        for currency, written in (("KRW", "5000.5"), ("KRW", "5000.0"), ("IDR", "1.005"), ("USD", "12.505"), ("USX", "1")):
            got = home.http("POST", "/v1/campaigns", {**body, "currency": currency, "parts": [f"shop={written}"]})
            check(got.status in (400, 422), f"{currency} {written}: {got}")
        verified(home)


def a_redemption_is_moved_by_the_key_that_made_it():
    with shop(2) as (home, recipient):
        one = campaign(home, recipient)
        code = codes(home, recipient, one)[0]["travel"]
        mine, other = checkout(home), home.issue("checkout")
        home.good("POST", "/v1/roles", {"name": "desk", "fields": [], "purposes": ["billing"], "acts": ["redeem", "redress"]})
        desk = home.issue("desk")
        held = home.good("POST", "/v1/vouchers/reserve", {"code": code, "amount": 9000}, key=mine)["redemption"]
        sold = home.good("POST", "/v1/vouchers/redeem", {"code": code, "amount": 7000}, key=mine)["redemption"]
        before, told = totals(home, one), []
        for what, body in (("capture", {"redemption": held}), ("void", {"redemption": held}), ("refund", {"redemption": sold}),
                           ("capture", {"redemption": sold}), ("refund", {"redemption": held, "amount": 99999})):
            got = home.http("POST", f"/v1/vouchers/{what}", body, key=other)
            same(got.status, 404, f"{what} by another key")
            told.append(without_case(got.json))
        same(totals(home, one), before, "nothing moved")
        home.good("POST", "/v1/vouchers/capture", {"redemption": held, "amount": 4000}, key=mine)
        same(home.good("POST", "/v1/vouchers/refund", {"redemption": sold}, key=desk)["refunded"], 7000, "who runs campaigns may")
        same(home.good("POST", "/v1/vouchers/refund", {"redemption": held}, key=mine)["refunded"], 4000)
        adds_up(home, one)
        verified(home)
        home.stop()
        store = sqlite3.connect(home.database())  # as if there had never been one of that id
        with store:
            store.execute("DELETE FROM voucher_taken")
        store.close()
        home.start()
        got = home.http("POST", "/v1/vouchers/void", {"redemption": held}, key=mine)
        same(told, [without_case(got.json)] * 5, "another key is told what it is told of an id that is none")


def without_case(problem):
    return {name: value for name, value in problem.items() if name in ("type", "title", "status", "code", "detail")}


def codes_of_another_campaign_or_part_are_refused():
    with shop(3) as (home, recipient):
        one, two = campaign(home, recipient), campaign(home, recipient, parts=["music=3 month"], currency=None)
        key = checkout(home)
        first, second = codes(home, recipient, one)[0], codes(home, recipient, two)[0]

        def refused(**body):
            got = home.http("POST", "/v1/vouchers/redeem", {"amount": 1, **body}, key=key)
            return got.status, got.code

        same(refused(code=first["shop"], campaign=two), (409, "voucher.elsewhere"))
        same(refused(code=first["shop"], part="travel"), (409, "voucher.elsewhere"))
        same(refused(code=second["music"], campaign=one), (409, "voucher.elsewhere"))
        taken = home.good("POST", "/v1/vouchers/redeem", {"code": second["music"], "amount": 2, "campaign": two}, key=key)
        same([taken["unit"], taken["left"]], ["month", 1], "two of three free months")
        drafted = home.good("POST", "/v1/campaigns", {"title": "Later", "who": "all", "currency": "USD", "until": "2030-01-31",
                                                      "parts": ["a=12.50"], "recipient": recipient.public})
        same(drafted["parts"][0]["worth"], 1250, "minor units of a dollar")
        same(home.http("POST", f"/v1/campaigns/{drafted['id']}/codes").status, 409, "no codes of what is not announced")


def a_code_that_nobody_was_given_stops_its_campaign():
    with shop(4) as (home, recipient):
        one = campaign(home, recipient)
        rows = codes(home, recipient, one)
        key = checkout(home)
        spent = {"code": rows[1]["shop"], "amount": 2000}
        home.good("POST", "/v1/vouchers/redeem", spent, key=key)
        home.stop()
        store = sqlite3.connect(home.database())  # as if these codes had never been handed out
        with store:
            store.execute("DELETE FROM voucher_given")
        store.close()
        home.start()
        got = home.http("POST", "/v1/vouchers/redeem", {"code": rows[0]["shop"], "amount": 1}, key=key)
        same([got.status, got.code], [404, UNKNOWN], "whoever has it is told nothing")
        same(home.good("GET", f"/v1/campaigns/{one}")["state"], "halted")
        within("voucher", str(home.good("GET", "/v1/alerts?all=true")["items"]))
        same(home.http("POST", f"/v1/campaigns/{one}/codes").status, 409)
        home.good("POST", f"/v1/campaigns/{one}/rekey")
        fresh = codes(home, recipient, one)
        same([row["id"] for row in fresh], [row["id"] for row in rows])
        check(not {row["shop"] for row in rows} & {row["shop"] for row in fresh}, "every code is a new one")
        got = home.http("POST", "/v1/vouchers/redeem", spent, key=key)
        check(got.code in ("voucher.rekeyed", UNKNOWN), str(got))
        same(home.good("POST", "/v1/vouchers/check", {"code": fresh[1]["shop"]}, key=key)["left"], 3000,
             "what was left is left under the new code")
        home.good("POST", f"/v1/campaigns/{one}/rekey")
        again = codes(home, recipient, one)
        got = home.http("POST", "/v1/vouchers/redeem", {"code": fresh[0]["shop"], "amount": 1}, key=key)
        same([got.status, got.code], [410, "voucher.rekeyed"])
        home.good("POST", "/v1/vouchers/redeem", {"code": again[0]["shop"], "amount": 5000}, key=key)
        verified(home)


def terms_that_take_back_what_they_give_are_not_announced():
    with shop(3) as (home, recipient):
        _, (boss, second) = colleagues(home, "ana", "budi")
        unfair = {**TERMS, "terms_en": "By using it you waive all claims. Members only: register again. Orders above 50."}
        made_one = home.good("POST", "/v1/campaigns", {"title": "Sorry", "who": "all", "currency": "KRW", "until": "2030-01-31",
                                                       "recipient": recipient.public, "parts": PARTS, **unfair})
        one = made_one["id"]
        same([flag["flag"] for flag in made_one["terms"]["en"]["flags"]], ["waiver", "reregister", "spend"])
        same(made_one["terms"]["ko"]["flags"], [], "that it is no waiver may be said")
        same(made_one["terms"]["en"]["conditions"], 3)
        got = home.http("POST", f"/v1/campaigns/{one}/announce")
        same([got.status, got.code], [409, "check.not_met"])
        home.good("POST", f"/v1/campaigns/{one}/change", {"terms_en": TERMS["terms_en"], "budgets": ["travel=100000"]})
        asked = home.http("POST", f"/v1/campaigns/{one}/announce", key=boss)
        same(asked.status, 202, "it waits for a second person")
        same(home.good("GET", f"/v1/campaigns/{one}")["state"], "asked")
        same(home.http("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=boss).status, 403)
        home.good("POST", f"/v1/approvals/{asked.json['approval']}/approve", key=second)
        same(home.good("GET", f"/v1/campaigns/{one}")["state"], "announced")
        told = home.good("GET", f"/v1/campaigns/{one}/totals")
        entry = home.good("GET", f"/v1/ledger/entries/{told['terms_entry']}")
        same(unbase64(entry["object"]).hex(), told["terms_sha256"], "what was promised stands in the ledger")
        same(hashlib.sha256(told["terms"].encode()).hexdigest(), told["terms_sha256"], "and anybody can hash it")
        within(TERMS["terms_ko"], told["terms"])
        got = home.http("POST", f"/v1/campaigns/{one}/change", {"until": "2029-12-31"}, key=boss)
        same([got.status, got.code], [409, "check.not_met"], "shorter only with a new announcement")
        got = home.http("POST", f"/v1/campaigns/{one}/change", {"terms_en": unfair["terms_en"], "accepted": ["waiver"]}, key=boss)
        same([got.status, got.code], [409, "check.not_met"])
        same(home.http("POST", f"/v1/campaigns/{one}/change", {"budgets": ["travel=1"]}, key=boss).status, 409)
        longer = home.http("POST", f"/v1/campaigns/{one}/change", {"until": "2030-12-31"}, key=boss)
        same(longer.status, 202, "to the better it is two people's, too: it is money")
        shown = home.run("redress", "totals", one).text
        within("part travel KRW budget 100000 open 100000", shown)
        check(signed(home.vkey, shown), "as it is printed anybody can check it")


def a_campaign_follows_the_count_of_its_incident():
    """Known by a look, possible by a copied database; who came later has nothing, whoever asks."""
    with Home() as home:
        recipient = Recipient(home)
        home.start()
        people = [home.create(f"C-{n}", name=f"Person {n}", email=f"p{n}@mail.example") for n in range(12)]
        mother = home.good("POST", "/v1/subjects", {"ref": "L-1", "kind": "linked", "lang": "ko", "country": "KR",
                                                    "fields": {"name": "Receives The Parcels"}})["id"]
        closed, seen = people[3], [people[3], people[5]]
        home.good("POST", f"/v1/subjects/{closed}/close")
        time.sleep(1.1)
        copied = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(home.now()))
        time.sleep(2.1)
        erased = people.pop(7)  # exposed by the copy, and gone since
        home.run("subject", "erase", erased, "--yes", "--reason", "asked for")
        late = home.create("late", name="Late Comer", email="late@mail.example")
        home.values(seen, ["name"], purpose="support")
        incident = home.good("POST", "/v1/incidents", {"title": "a leak", "kind": "other"})["id"]
        asked = {"title": "Sorry", "incident": incident, "currency": "KRW", "until": "2030-01-31", "parts": PARTS,
                 "recipient": recipient.public}
        same(home.http("POST", "/v1/campaigns", asked).status, 404, "nothing was counted yet")
        counted = home.ask("incident", "scope", incident, f"copied_at={copied}", f"from={copied}", "fields=name", "fields=email")
        same([counted["any"][name]["count"] for name in ("known", "possible", "excluded")], [2, 11, 1])
        first = {}

        def opened(**more):
            one = campaign(home, recipient, who=None, incident=incident, **more)
            shown = home.good("GET", f"/v1/campaigns/{one}")
            same([shown["incident"], shown["count"]], [incident, 1])
            rows = codes(home, recipient, one)
            unseen = {"known": 0}.get(more.get("class"), 2 - bool(more.get("linked")))
            same(shown["people"] - unseen, len(rows), "each has a code but who was erased, or is only linked")
            first[one] = rows[0]["shop"]
            return {row["id"]: row for row in rows}

        everybody, known, possible = opened(), opened(**{"class": "known"}), opened(**{"class": "possible"})
        same(set(everybody), set(people), "known and possible")
        same(set(known), set(seen))
        same(set(possible), set(people) - set(seen))
        same(set(opened(linked=True)), set(people) | {mother}, "who is linked to a customer, where it was chosen")
        check(not {late, erased} & set(everybody), "who is in no exposure has no voucher")
        key = checkout(home)
        same(home.good("POST", "/v1/vouchers/redeem", {"code": known[closed]["travel"], "amount": 20000}, key=key)["left"], 0,
             "who closed their account uses it without registering again")
        same(home.good("GET", f"/v1/subjects/{closed}")["status"], "closed", "and is closed as before")
        same(len(set(first.values())), 4, "a code a campaign")
        one = list(first)[0]
        home.ask("incident", "scope", incident, f"from={copied}")
        same(home.good("GET", f"/v1/campaigns/{one}")["people"], 13, "a newer count changes nothing of what was promised")
        verified(home)


def what_was_announced_is_changed_by_announcing_anew():
    with shop(3) as (home, recipient):
        one = campaign(home, recipient, until=day_in(home, 60))
        code = codes(home, recipient, one)[0]["travel"]
        key = checkout(home)

        def change(status, **body):
            got = home.http("POST", f"/v1/campaigns/{one}/change", body)
            same(got.status, status, str(got))
            return got

        def promised():
            told = home.good("GET", f"/v1/campaigns/{one}/totals")
            note = signed(home.vkey, told["note"])
            within(f"terms sha256 {told['terms_sha256']} in entry {told['terms_entry']}", note)
            same(hashlib.sha256(told["terms"].encode()).hexdigest(), told["terms_sha256"])
            entry = home.good("GET", f"/v1/ledger/entries/{told['terms_entry']}")
            same(unbase64(entry["object"]).hex(), told["terms_sha256"], "as the ledger has it")
            return told, note

        first, note = promised()
        for forged in (note.replace("open 60000", "open 59999"), note.replace("used 0", "used 1")):
            check(forged != note, "it says so")
            try:
                signed(home.vkey, first["note"].replace(note, forged))
            except InvalidSignature:
                continue
            check(False, "a changed sum was signed")
        # to the better: more money, longer
        change(200, until=day_in(home, 90), budgets=["travel=90000"], refund_days=40)
        second, note = promised()
        check(second["terms_sha256"] != first["terms_sha256"] and second["terms_entry"] > first["terms_entry"], "announced anew")
        within("announcement 2\n", second["terms"])
        within("part travel KRW budget 90000 open 90000", note)
        same(home.good("POST", "/v1/vouchers/check", {"code": code}, key=key)["until"], until_of(home, 90), "the same code is good longer")
        # to the worse: never without saying so, never sooner than 14 days from that
        for worse in ({"until": day_in(home, 30)}, {"refund_days": 3},
                      {"terms_en": TERMS["terms_en"] + " Only for orders above 50."}):
            same(change(409, **worse).code, "check.not_met")
        same(change(409, until=day_in(home, 13), announce=True).code, "check.not_met", "13 days are too few")
        same(promised()[0]["terms_sha256"], second["terms_sha256"], "what was refused changed nothing")
        change(200, until=day_in(home, 15), announce=True)
        third, _ = promised()
        within("announcement 3\n", third["terms"])
        same(home.good("POST", "/v1/vouchers/check", {"code": code}, key=key)["until"], until_of(home, 15))
        for announcement in (first, second):  # what had been promised stays in the ledger
            entry = home.good("GET", f"/v1/ledger/entries/{announcement['terms_entry']}")
            same(unbase64(entry["object"]).hex(), announcement["terms_sha256"])
        same(change(409, budgets=["travel=80000"], announce=True).status, 409, "a budget never shrinks")
        for _ in range(2):  # a key that nobody uses for 14 days ends
            home.wait_days(8.3)
            promised()
            got = home.http("POST", "/v1/vouchers/check", {"code": code}, key=key)
            same(got.status, 200)
        same(home.http("POST", "/v1/vouchers/redeem", {"code": code, "amount": 1}, key=key).code, "voucher.over")
        adds_up(home, one)
        verified(home)


def day_in(home, days):
    return time.strftime("%Y-%m-%d", time.gmtime(home.now() + days * 86400))


def until_of(home, days):
    """That day is over in Korea."""
    return day_in(home, days) + "T15:00:00Z"


def signed(vkey, note):
    """The text of a note, once its line by this key was checked by an Ed25519 of another make."""
    text, _, lines = note.rpartition("\n\n")
    name, _, coded = vkey.split("+", 2)
    line, = [line.split(" ") for line in lines.splitlines() if line.split(" ")[1] == name]
    Ed25519PublicKey.from_public_bytes(unbase64(coded)[1:]).verify(unbase64(line[2])[4:], (text + "\n").encode())
    return text + "\n"


def a_kill_loses_nothing_and_pays_nothing_twice():
    with shop(60) as (home, recipient):
        one = campaign(home, recipient)
        rows = codes(home, recipient, one)
        key = checkout(home)
        rng, paid = random.Random(9), {}
        for turn in range(4):
            calls = [("/v1/vouchers/redeem", {"code": rows[n]["shop"], "amount": 1000}, {"Idempotency-Key": f"o-{n}"})
                     for n in range(60) for _ in range(2)]
            rng.shuffle(calls)
            stopper = threading.Timer(rng.uniform(0.02, 0.2), home.kill)
            stopper.start()
            for status, told in Parallel(home, key, 8).run(calls):
                if status == 200:
                    paid[told["redemption"]] = told["amount"]
            stopper.join()
            home.start()
            check(turn < 4, "")
        for n in range(60):  # each order is asked once more: it is paid now, or was
            told = home.good("POST", "/v1/vouchers/redeem", {"code": rows[n]["shop"], "amount": 1000},
                             key=key, headers={"Idempotency-Key": f"o-{n}"})
            paid[told["redemption"]] = told["amount"]
        same(len(paid), 60, "every order has one redemption")
        same(totals(home, one)["shop"]["used"], 60000)
        adds_up(home, one)
        verified(home)


def whose_record_was_changed_holds_up_nobodys_reminder():
    with shop(0) as (home, recipient), MailHost() as host:
        home.run("mail", "put", host.url, "--sender", "toko@shop.example", "--name", "Toko", "--no-tls")
        for n in range(3):
            home.create(f"R-{n}", lang="en", country="US", email=f"r{n}@mail.example")
        one = campaign(home, recipient, until=day_in(home, 10), remind=["7"])
        home.stop()
        with sqlite3.connect(home.database()) as database:
            rows = database.execute("SELECT no, record FROM subject ORDER BY no").fetchall()
            no, record = rows[1]
            database.execute("UPDATE subject SET record = ? WHERE no = ?", (record[:-1] + bytes([record[-1] ^ 1]), no))
        home.start()
        home.wait_days(4)
        for _ in range(3):
            home.restart()  # what is due is done at each end, too
        same([(row["state"], row["told"]) for row in home.good("GET", f"/v1/campaigns/{one}")["remind"]], [("done", 2)])
        until = time.monotonic() + 60
        while len(host.mails) < 2 and time.monotonic() < until:
            time.sleep(0.02)
        same(sorted(mail.to for mail in host.mails), ["r0@mail.example", "r2@mail.example"], "each once")
        same([item["count"] for item in entries(home) if item["kind"] == "remind"], [2])


def who_has_something_left_is_reminded_once_a_lead():
    with shop(5) as (home, recipient), MailHost() as host:
        home.run("mail", "put", host.url, "--sender", "toko@shop.example", "--name", "Toko", "--no-tls")
        home.run("field", "put", "do_not_contact", "--kind", "text")
        home.create("quiet", lang="en", country="US", email="quiet@mail.example", do_not_contact="yes")
        ana = home.create("ana", lang="id", country="ID", name="Ana", email="ana@mail.example")
        bank = home.create("bank", lang="ko", country="KR", name="Bank")
        key, last = checkout(home), day_in(home, 10)
        for wrong in (["0"], ["7", "7"], ["400"], ["week"], ["1", "2", "3", "4", "5"]):
            same(home.http("POST", "/v1/campaigns", {"title": "x", "who": "all", "until": last, "parts": ["a=1 x"], "remind": wrong}).status,
                 400, str(wrong))
        one = campaign(home, recipient, until=last, remind=["2", "7"])
        begins = [item["begins"][:16] for item in home.good("GET", f"/v1/campaigns/{one}")["remind"]]
        same(begins, [day_in(home, 3) + "T00:00", day_in(home, 8) + "T00:00"], "nine in the morning in Seoul, the longest lead first")
        rows = codes(home, recipient, one)

        def use(row, *parts):
            for part, amount in parts:
                home.good("POST", "/v1/vouchers/redeem", {"code": row[part], "amount": amount}, key=key)

        everything = [(part.split("=")[0], int(part.split("=")[1])) for part in PARTS]
        use(rows[0], *everything)
        use(rows[1], ("shop", 1500))
        home.http("DELETE", f"/v1/subjects/{rows[2]['id']}")

        def told(*states):
            got = home.good("GET", f"/v1/campaigns/{one}")["remind"]
            same(tuple((item["state"], item["told"]) for item in got), states)

        def mails(count):
            """Of all that came the messages, each once: after a kill nobody knows whether one arrived, and the very same comes again."""
            until = time.monotonic() + 60
            while len({mail.id for mail in host.mails}) < count:
                check(time.monotonic() < until, f"{len(host.mails)} mails came")
                time.sleep(0.02)
            return {mail.id: mail for mail in host.mails}.values()

        told(("waiting", 0), ("waiting", 0))
        home.wait_days(4)
        home.stop()  # what is due is done before it ends; the mails lie there
        for _ in range(3):
            home.start()
            threading.Timer(random.uniform(0, 0.2), home.kill).run()
        home.start()
        told(("done", 4), ("waiting", 0))
        first = {mail.to: mail for mail in mails(4)}
        same(sorted(first), ["ana@mail.example", "p1@mail.example", "p3@mail.example", "p4@mail.example"])
        within("shop: 3500 KRW, " + last, first["p1@mail.example"].text)
        within("아직 쓰지 않은", first["p1@mail.example"].text)
        said = first["ana@mail.example"].text
        within(f"shop: 5000 KRW, sampai {last} 23:59 (Asia/Seoul)", said)
        within("toko@shop.example", said)
        check("http" not in said and rows[-1]["shop"] not in said, "no link and no code")
        use(rows[3], *everything)
        home.wait_days(4.5)
        home.wait_days(0)
        told(("done", 4), ("done", 3))
        same(sorted(mail.to for mail in mails(7))[:2], ["ana@mail.example"] * 2, "once for each lead")
        home.wait_days(3)
        home.wait_days(0)
        told(("done", 4), ("done", 3))
        same(len(mails(7)), 7, "nothing behind the end")
        noted = [item for item in entries(home) if item["kind"] == "remind"]
        same([(item["count"], ana in str(item)) for item in noted], [(4, False), (3, False)])
        kinds = [look["kind"] for look in home.good("GET", f"/v1/subjects/{ana}/sightings")["items"]]
        same(kinds.count("remind"), 2, "it stands in their history")
        check("remind" not in str(home.good("GET", f"/v1/subjects/{bank}/sightings")), "who has no address is not opened")
        verified(home)
        home.stop()
        same(home.cli("ledger", "verify").status, 0)


def tampered(home, *changes):
    """Each change of the database by itself is found when the ledger is added up again."""
    home.stop()
    verified(home)
    for change in changes:
        kept = home.file("kept.db")
        shutil.copy(home.database(), kept)
        store = sqlite3.connect(home.database())
        with store:
            check(store.execute(change).rowcount > 0, change)
        store.close()
        same(home.cli("redress", "verify").status, 6, change)
        shutil.copy(kept, home.database())


def a_row_that_somebody_changed_is_found():
    with shop(3) as (home, recipient):
        one = campaign(home, recipient)
        rows = codes(home, recipient, one)
        key = checkout(home)
        taken = [home.good("POST", "/v1/vouchers/redeem", {"code": row["shop"], "amount": 3000}, key=key)["redemption"] for row in rows]
        home.good("POST", "/v1/vouchers/refund", {"redemption": taken[0], "amount": 500}, key=key)
        tampered(home, "UPDATE voucher SET used = 0 WHERE id & 255 = 2",
                 "UPDATE voucher_taken SET voucher = voucher + 1 WHERE id = 2",
                 "UPDATE voucher_taken SET captured = 0, state = 3 WHERE id = 2",
                 "UPDATE voucher_taken SET reader = reader + 1 WHERE id = 1",  # whose sale it was
                 "UPDATE voucher_taken SET reserved = 4000 WHERE id = 3",
                 "UPDATE voucher_taken SET entry = entry + 1 WHERE id = 3",
                 "DELETE FROM voucher_taken WHERE id = 3",
                 "DELETE FROM voucher_act WHERE redemption = 1",
                 "UPDATE voucher_act SET amount = 1 WHERE redemption = 1",
                 "UPDATE voucher_account SET used = used - 3000, open = open + 3000 WHERE part = 1",
                 "DELETE FROM voucher_account WHERE part = 2")
        verified(home)


class Bank:
    """A campaign that two people pay by bank, and the files that its bank is sent."""

    NUMBERS = ["110-234-567890", "GB82 WEST 1234 5698 7654 32", "GB00WEST12345698765432", "=HYPERLINK(1)", "4444-1111", None]

    def __init__(self, home):
        self.home, self.recipient = home, Recipient(home)
        home.start()
        home.run("field", "put", "bank_account", "--kind", "text")
        self.people = [home.create(f"C-{n}", name=f'=P "{n}" & Co <x>', **({"bank_account": number} if number else {}))
                       for n, number in enumerate(self.NUMBERS)]
        self.one = campaign(home, self.recipient, parts=["shop=5000", "music=3 month"])
        _, (self.boss, self.second) = colleagues(home, "ana", "budi")

    def batch(self, **more):
        """One that two people agreed on."""
        path = f"/v1/campaigns/{self.one}/payments"
        asked = self.home.http("POST", path, {"part": "shop", "recipient": self.recipient.public, **more}, key=self.boss)
        same(asked.status, 202, str(asked))
        early = self.home.http("POST", f"/v1/payments/{asked.json['payments']}/file", {"purpose": "operations"}, key=self.boss)
        same(early.status, 409, "nobody agreed yet")
        approve = f"/v1/approvals/{asked.json['approval']}/approve"
        same(self.home.http("POST", approve, key=self.boss).status, 403, "nobody agrees with themself")
        self.home.good("POST", approve, key=self.second)
        return asked.json["payments"]

    def text(self, batch):
        path = self.home.file("payments.age")
        told = self.home.ask("redress", "file", batch, "purpose=operations", "reason=compensation", "--out", path)
        return told["people"], self.recipient.open(path)

    def rows(self, batch):
        return {row["account"]: row for row in csv.DictReader(io.StringIO(self.text(batch)[1]))}

    def book(self, *lines):
        return self.home.good("POST", "/v1/payments/book", {"lines": list(lines)})

    def shown(self, batch):
        told = self.home.ask("redress", "payments", batch)
        return told["reserved"], told["paid"], told["returned"]


def money_goes_by_bank_once():
    """Reserved and written, again with the same ids, also after a kill; returned, paid anew; who was erased is in no file."""
    with Home() as home:
        bank = Bank(home)
        refused = home.http("POST", f"/v1/campaigns/{bank.one}/payments", {"part": "music", "recipient": bank.recipient.public})
        same(refused.status, 400, "a benefit is no money")
        first, second, third, late, anew = *(bank.batch() for _ in range(4)), bank.batch(again=True)
        rows = bank.rows(first)
        same(sorted(rows), ["110234567890", "44441111", "GB82WEST12345698765432"])
        same({row["amount"] for row in rows.values()}, {"5000"}, "won have no smaller unit")
        check(all(row["name"].startswith("'=P") for row in rows.values()), "no spreadsheet takes a name for a formula")
        same(bank.shown(first), (3, 0, 0))
        same(home.ask("redress", "payments", first)["unusable"], 2, "a wrong check number, and what is no number")
        same(totals(home, bank.one)["shop"]["reserved"], 15000)
        home.kill()
        home.start()
        again = bank.rows(first)
        same({at: row["id"] for at, row in again.items()}, {at: row["id"] for at, row in rows.items()}, "the same ids")
        same(bank.rows(second), {}, "nobody is in two batches")
        other = {"fields": {"bank_account": "999-1"}}
        same(home.http("PATCH", f"/v1/subjects/{bank.people[0]}", other, headers={"If-Match": '"1"'}).status, 200)
        same(sorted(bank.rows(first)), ["44441111", "GB82WEST12345698765432"], "another number waits, though it was reserved for")
        home.run("subject", "erase", bank.people[4], "--yes", "--reason", "asked for")
        same(sorted(bank.rows(first)), ["GB82WEST12345698765432"], "who was erased is in no file")
        paid, back, gone = (rows[at]["id"] for at in ("110234567890", "GB82WEST12345698765432", "44441111"))
        check(gone in home.ask("redress", "payments", first)["open"], "and can still be booked")
        told = bank.book(f"{paid},paid", f"{back},returned,AC04", f"{gone},returned", "pay123,paid", f"{paid},lost")
        same((told["booked"], told["before"], told["refused"]), (3, 0, [4, 5]))
        told = bank.book(f"{paid},paid", f"{back},returned,AC04", f"{back},paid")
        same((told["booked"], told["before"], told["refused"]), (0, 2, [3]), "told twice it is booked once")
        same(bank.shown(first), (0, 1, 2))
        part = totals(home, bank.one)["shop"]
        same((part["reserved"], part["used"]), (0, 5000))
        same(bank.rows(third), {}, "what came back is not paid again by itself")
        id_anew = bank.rows(anew)["GB82WEST12345698765432"]["id"]
        check(id_anew != back, "a new attempt has an id of its own")
        given = {"fields": {"bank_account": "777-1"}}
        same(home.http("PATCH", f"/v1/subjects/{bank.people[5]}", given, headers={"If-Match": '"1"'}).status, 200)
        same((bank.rows(late), home.ask("redress", "payments", late)["waiting"]), ({}, 1), "an account of today waits three days")
        said = home.run("redress", "book", "-", stdin=f'\ufeffid,status,reason\r\n"{id_anew}","paid"\r\n\r\n{back},paid\r\nKW1,paid\r\n').text
        same(said, "1 booked, 0 were before\nnot booked: line 4\nnot booked: line 5\n", "as a spreadsheet saves it; by its numbers in the file")
        same(bank.shown(anew), (0, 1, 0))
        same(bank.book(f"{id_anew},returned,AC06")["booked"], 1, "it came back a week later")
        same(totals(home, bank.one)["shop"]["refunded"], 5000)
        adds_up(home, bank.one)
        same(verified(home), 2 + 3 + 1 + 2 + 3, "two parts funded, three reserved, one paid, two back, and one of them anew")
        log = b"".join(home.http("GET", f"/v1/ledger/entries/{at}").body for at in range(len(entries(home))))
        check(not any(word in log for word in (b"110234567890", b"WEST", b"HYPERLINK")), "no number stands in an entry")
        tampered(home, "UPDATE payment SET batch = 2 WHERE attempt = 1", "UPDATE payment SET batch = 99 WHERE attempt = 2",
                 "DELETE FROM payment WHERE attempt = 2", "UPDATE payment SET attempt = 3 WHERE attempt = 2",
                 "UPDATE payment SET voucher = voucher + 1 WHERE attempt = 2",
                 "UPDATE payment SET redemption = redemption + 900 WHERE attempt = 2")


def a_file_for_the_bank_is_pain_001():
    """As the message definition has it: elements in their order, sums that fit, an IBAN as one, other numbers as such."""
    with Home() as home:
        bank = Bank(home)
        same(home.http("POST", f"/v1/campaigns/{bank.one}/payments", {"part": "shop", "recipient": bank.recipient.public,
                                                                      "format": "pain.001"}).status, 400, "who pays?")
        count, text = bank.text(bank.batch(format="pain.001", payer="Toko & Co", payer_account="DE89 3704 0044 0532 0130 00",
                                           payer_bank="COBADEFFXXX", date="2027-01-29"))
        same(count, 3)
        space = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
        initiation = ElementTree.fromstring(text)[0]

        def names(at):
            return [child.tag.removeprefix(space) for child in at]

        head, information = initiation
        same(names(head), ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"])
        same(names(information), ["PmtInfId", "PmtMtd", "NbOfTxs", "CtrlSum", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt",
                                  *["CdtTrfTxInf"] * 3])
        same([head[2].text, head[3].text], ["3", "15000"])
        same(information.find(f"{space}DbtrAcct/{space}Id/{space}IBAN").text, "DE89370400440532013000")
        orders = information.findall(f"{space}CdtTrfTxInf")
        for order in orders:
            same(names(order), ["PmtId", "Amt", "Cdtr", "CdtrAcct"])
            same((order[1][0].get("Ccy"), order[1][0].text), ("KRW", "5000"))
            check(len(order[0][0].text) <= 35 and order[0][0].text.isalnum(), order[0][0].text)
            check(order[2][0].text.endswith("& Co <x>"), "a name is a name, whatever marks it has")
        kinds = [names(order[3][0])[0] for order in orders]
        same(sorted(kinds), ["IBAN", "Othr", "Othr"])
        same(len({order[0][0].text for order in orders}), 3)


if __name__ == "__main__":
    if not shutil.which("age"):
        skip("the age command is not installed")
    story(every_code_is_its_owners_and_opens_with_age,
          a_slip_is_no_wrong_code_and_guessing_ends,
          who_guesses_from_ever_new_networks_is_stopped_and_told_of,
          one_voucher_is_taken_once_by_a_thousand,
          a_checkout_reserves_captures_voids_and_refunds,
          a_day_ends_where_its_zone_is,
          money_is_counted_in_its_smallest_unit,
          a_redemption_is_moved_by_the_key_that_made_it,
          codes_of_another_campaign_or_part_are_refused,
          a_code_that_nobody_was_given_stops_its_campaign,
          terms_that_take_back_what_they_give_are_not_announced,
          a_campaign_follows_the_count_of_its_incident,
          what_was_announced_is_changed_by_announcing_anew,
          a_kill_loses_nothing_and_pays_nothing_twice,
          who_has_something_left_is_reminded_once_a_lead, whose_record_was_changed_holds_up_nobodys_reminder,
          a_row_that_somebody_changed_is_found,
          money_goes_by_bank_once,
          a_file_for_the_bank_is_pain_001)
