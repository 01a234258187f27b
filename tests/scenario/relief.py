#!/usr/bin/env python3
"""What a person has of compensation: their wallet, whom it is shown to, and what of it is written down."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within  # noqa: E402
from redress import PARTS, Recipient, adds_up, campaign, checkout, codes, verified  # noqa: E402


class Shop(Home):
    """Two customers, who sign in at one service and are shown their own things by another."""

    def __init__(self):
        super().__init__()
        self.start()
        self.recipient = Recipient(self)
        self.ana = self.create("1", lang="id", country="ID", email="ana@mail.example", name="Ana")
        self.budi = self.create("2", lang="ko", country="KR", email="budi@mail.example", name="Budi")
        self.signin, self.front = self.issue("signin"), self.issue("frontend")

    def passed(self, subject):
        body = {"subject": subject, "client_network": "192.0.2.7"}
        return self.good("POST", "/v1/passes", body, key=self.signin)["pass"]

    def wallet(self, subject=None, key=None, **body):
        key = self.front if key is None else key
        return self.http("POST", "/v1/wallet", {"pass": self.passed(subject), **body} if subject else body, key=key)

    def kind(self, answer):
        entry = self.good("GET", f"/v1/ledger/entries/{answer.json['receipt']['index']}")
        return entry["kind"], entry["object_kind"]


def a_customer_sees_what_they_have_and_no_one_else_its_codes():
    with Shop() as home:
        one = campaign(home, home.recipient)
        drafted = home.good("POST", "/v1/campaigns", {"title": "Later", "who": "all", "parts": ["music=3 month"],
                                                      "until": "2030-01-31"})["id"]
        told = home.http("GET", f"/v1/subjects/{home.ana}/wallet")
        same(told.status, 200, repr(told))
        same(home.kind(told), ("relief", 1), "a look, with its entry")
        same([item["campaign"] for item in told.json["items"]], [one], "what was not announced is not told")
        check(drafted not in str(told.json), "nor named")
        item = told.json["items"][0]
        same([item["terms_lang"], item["until"]], ["id", "2030-01-31T15:00:00Z"], "in the customer's language")
        within("Berlaku", item["terms"])
        same([(part["part"], part["left"], part["usable"], part["state"]) for part in item["parts"]],
             [(name, int(worth), int(worth), "good") for name, worth in (part.split("=") for part in PARTS)])
        check("code" not in str(item["parts"]), "an operator is shown no code")
        refused = home.http("POST", "/v1/wallet", {"id": home.ana, "codes": True})
        same((refused.status, refused.code), (403, "pass.missing"), "not even when asked for")

        mine = home.wallet(home.ana, codes=True)
        same((mine.status, home.kind(mine)), (200, ("relief", 2)), repr(mine))
        travel = mine.json["items"][0]["parts"][2]
        rows = {row["id"]: row for row in codes(home, home.recipient, one)}
        same(travel["code"], rows[home.ana]["travel"], "the same code as everywhere")
        seen = [look["kind"] for look in home.good("GET", f"/v1/subjects/{home.ana}/sightings")["items"]]
        same(seen.count("relief"), 2, "both stand in who saw my data")

        taken = home.good("POST", "/v1/vouchers/redeem", {"code": travel["code"], "amount": 12000}, key=checkout(home))
        same(home.wallet(home.ana).json["items"][0]["parts"][2]["left"], 8000)
        home.good("POST", "/v1/vouchers/redeem", {"code": travel["code"], "amount": 8000}, key=home.issue("checkout"))
        spent = home.wallet(home.ana, codes=True).json["items"][0]["parts"][2]
        same((spent["state"], spent["left"], "code" in spent), ("used", 0, False), "a spent code is of no use")
        same(home.wallet(home.budi).json["items"][0]["parts"][2]["left"], 20000, "another's is another's")
        check(taken["redemption"] not in str(mine.json), "no redemption is told")
        adds_up(home, one)
        verified(home)
        home.stop()
        within("holds", home.run("ledger", "verify").text)


def a_wallet_is_refused_to_whom_it_is_not_for():
    with Shop() as home:
        campaign(home, home.recipient)
        for role, why in ((checkout(home), "a merchant"), (home.signin, "a sign-in service")):
            got = home.http("GET", f"/v1/subjects/{home.ana}/wallet", key=role)
            same((got.status, got.code), (403, "role.act"), why)
        got = home.http("GET", f"/v1/subjects/{home.ana}/wallet", key=home.front)
        same((got.status, got.code), (403, "pass.missing"), "a front end alone")
        token = home.passed(home.ana)
        got = home.http("POST", "/v1/wallet", {"id": home.budi, "pass": token}, key=home.front)
        same((got.status, got.code), (403, "pass.subject"), "with somebody else's pass")
        support = home.issue("support")
        got = home.http("GET", f"/v1/subjects/{home.ana}/wallet", key=support)
        same(got.code, "reason.missing")
        got = home.http("POST", "/v1/wallet", {"id": home.ana, "reason": "ticket 7"}, key=support)
        same(got.status, 200, "support sees what there is")
        home.good("POST", "/v1/roles", {"name": "few", "fields": [], "purposes": ["support"], "acts": ["wallet"],
                                        "daily": 1})
        few = home.issue("few")
        same(home.http("GET", f"/v1/subjects/{home.ana}/wallet", key=few).status, 200)
        got = home.http("GET", f"/v1/subjects/{home.budi}/wallet", key=few)
        same(got.status, 429, "whether somebody is affected is a look, and charged")
        home.restart()
        got = home.http("GET", f"/v1/subjects/{home.budi}/wallet", key=few)
        same(got.status, 429, "also behind a restart")


def a_code_that_its_owner_saw_is_no_trap():
    with Shop() as home:
        one = campaign(home, home.recipient)
        till = checkout(home)
        code = home.wallet(home.ana, codes=True).json["items"][0]["parts"][0]["code"]
        same(home.good("GET", f"/v1/campaigns/{one}")["codes_given"], 1, "it counts as handed out")
        home.kill()
        home.start()
        home.good("POST", "/v1/vouchers/redeem", {"code": code, "amount": 5000}, key=till)
        same(home.good("GET", f"/v1/campaigns/{one}")["state"], "announced", "nothing tripped")
        home.good("POST", f"/v1/campaigns/{one}/rekey")
        fresh = home.wallet(home.ana, codes=True).json["items"][0]["parts"]
        check("code" not in fresh[0] and fresh[1]["code"] != code, "after a new key its codes are the new ones")
        home.good("POST", "/v1/vouchers/redeem", {"code": fresh[1]["code"], "amount": 1}, key=till)


def the_command_shows_it():
    with Shop() as home:
        home.good("POST", "/v1/campaigns", {"title": "Later", "who": "all", "parts": ["music=3 month"], "until": "2030-01-31"})
        within("no campaign was announced", home.run("redress", "wallet", home.ana).text)
        campaign(home, home.recipient)
        shown = home.run("redress", "wallet", home.ana).text
        within("travel: 20000 KRW left of 20000 KRW, good", shown)
        token = home.file("pass", home.passed(home.ana))
        shown = home.run("redress", "wallet", "-", f"pass=@{token}", "codes=true", key=home.front).text
        check(any(len(line.strip()) == 19 and line.strip().count("-") == 3 for line in shown.splitlines()), shown)


if __name__ == "__main__":
    story(a_customer_sees_what_they_have_and_no_one_else_its_codes,
          a_wallet_is_refused_to_whom_it_is_not_for,
          a_code_that_its_owner_saw_is_no_trap,
          the_command_shows_it)
