#!/usr/bin/env python3
"""Somebody says 3 on a seized disk, the ledger says 40: both are kept, and each page says what each of them proves."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within
from bundle import members, verified
from incident import Incident, key, opened, staff

CUSTOMERS, KNOWN = 60, 40


def counted(home):
    """An incident of which 40 of 60 customers are known."""
    everybody = [home.create(f"C{n}", name=f"Person {n}", email=f"p{n}@surat.example") for n in range(CUSTOMERS)]
    same(home.reveal(everybody[:KNOWN], ["email"]).status, 200)
    return opened(home)


def both_numbers_stay():
    with Home() as home:
        home.start()
        incident = Incident(home, counted(home))
        disk = incident.add("claims", text="only 3 were kept", source="the company", people=3, basis="device")
        before = home.good("GET", incident.path + "/reconcile")
        same([before["count"], before["claims"][0]["relation"]], [None, "uncounted"])
        home.good("POST", incident.path + "/scope", {})
        word = incident.add("claims", text="it was half of them", source="the seller", people=50, basis="word")
        incident.add("claims", text="everybody twice", source="a paper", people=500, basis="word")
        incident.add("claims", text="no card was taken")
        told = home.good("GET", incident.path + "/reconcile")
        known, possible = told["count"]["known"], told["count"]["possible"]
        check(known >= KNOWN, f"known: {known}")
        same([(one["line"], one["people"], one["basis"]) for one in told["claims"]][:2], [(disk, 3, "device"), (word, 50, "word")])
        wanted = ["below", "within" if known <= 50 <= known + possible else "below" if known > 50 else "above", "above"]
        same([one["relation"] for one in told["claims"]], wanted)
        same([one["known"] for one in told["claims"]], [known] * 3, "the count stands beside each")

        text = home.run("incident", "reconcile", incident.id).text
        for sentence in ("the company says 3", "neither takes the other away", "at least so many were still on it",
                         "An image of the device", "nobody can change"):
            within(sentence, text)
        within("적어도 그만큼", home.run("incident", "reconcile", incident.id, "--lang", "ko").text)
        within("sedikitnya sejumlah itu", home.run("incident", "reconcile", incident.id, "--lang", "id").text)
        home.run("incident", "report", incident.id, "board", "--format", "html", "--out", home.file("board.html"))
        with open(home.file("board.html"), encoding="utf-8") as page:
            within("neither takes the other away", page.read())
        within("people: 3, by device", home.run("incident", "timeline", incident.id).text)
        path = os.path.join(home.folder, "bundle.tar")
        home.run("incident", "export", incident.id, "--out", path)
        verified(path)
        same(json.loads(members(path)["reconciliation.json"])["claims"], told["claims"])


def a_claim_says_what_it_rests_on():
    with Home() as home:
        home.start()
        incident = Incident(home, opened(home))
        same(incident.add("claims", status=400, text="x", people=3), "request.missing_member")
        same(incident.add("claims", status=400, text="x", basis="word"), "request.missing_member")
        same(incident.add("claims", status=400, text="x", people=3, basis="rumour"), "request.malformed")
        same(incident.add("notes", status=400, text="x", people=3, basis="word"), "request.unknown_member")
        claim = incident.add("claims", text="3", people=3, basis="device", source="the police")
        incident.add("claims", of=claim, state="false", text="it was another disk")
        same(home.good("GET", incident.path + "/reconcile")["claims"][0]["state"], "false", "kept, with what became of it")
        ana = staff(home, "ana")
        same(home.http("GET", incident.path + "/reconcile", key=key(home, "admin", ana)["key"]).status, 404, "no member")


if __name__ == "__main__":
    story(both_numbers_stay, a_claim_says_what_it_rests_on)
