#!/usr/bin/env python3
"""While an incident is open nothing is erased or swept: who asks is told why, and it happens by itself afterwards."""
import os
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within
from incident import Incident, opened

TURN_S = 100  # upkeep comes once a minute


def finish(incident):
    """The shortest way to closing."""
    cause = incident.add("hypotheses", text="a key was kept")
    incident.add("hypotheses", of=cause, state="confirmed", cause=True)
    audit = incident.add("audits", text="who holds keys")
    incident.add("audits", of=audit, state="done")
    mended = incident.add("prevention", text="keys end", check="probe", fixes=cause)
    incident.add("checks", of=mended, state="failed", evidence=["let in"])
    incident.add("checks", of=mended, state="passed", evidence=["refused"])
    incident.close()


def status(home, customer):
    return home.http("GET", f"/v1/subjects/{customer}").status


def rows(home, table):
    with sqlite3.connect(f"file:{home.database()}?mode=ro", uri=True) as database:
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def an_erasure_waits_for_every_open_incident_and_is_then_carried_out_with_proof():
    with Home() as home:
        home.start()
        one, other = home.create("1", name="Somebody", email="some@shop.example"), home.create("2", name="Other")
        first, second = Incident(home, opened(home)), Incident(home, opened(home, "another"))
        asked = home.http("DELETE", f"/v1/subjects/{one}", {"reason": "planted reason 5c1"})
        same([asked.status, asked.json["status"]], [202, "waits"])
        within("legal hold", asked.json["why"])
        check("incident" not in asked.json["why"], "it does not say what for")
        index = asked.json["receipt"]["index"]
        same(home.good("GET", f"/v1/ledger/entries/{index}")["kind"], "hold")
        same(home.http("DELETE", f"/v1/subjects/{one}").status, 202, "asked again")
        same(rows(home, "erasure_waiting"), 1, "it waits once")
        within("is not erased yet", home.run("subject", "erase", one, "--yes").text)
        same(home.reveal(one, ["name"]).json["values"][0]["fields"]["name"], "Somebody", "it is there as before")
        with open(home.database(), "rb") as file:
            check(b"planted reason 5c1" not in file.read(), "why is sealed")
        finish(first)
        home.kill()
        home.start()
        same(status(home, one), 200, "the other one is open")
        same(home.http("DELETE", f"/v1/subjects/{one}").status, 202)
        finish(second)
        home.stop()  # upkeep runs at the end as well
        home.start()
        same(status(home, one), 410)
        same(rows(home, "erasure_waiting"), 0)
        same(status(home, other), 200, "nobody else")
        same(home.http("DELETE", f"/v1/subjects/{other}").status, 200, "from now on at once")
        home.run("ledger", "verify")


def it_is_carried_out_while_the_vault_runs():
    with Home() as home:
        home.start()
        one = home.create("1", name="Somebody")
        incident = Incident(home, opened(home))
        same(home.http("DELETE", f"/v1/subjects/{one}").status, 202)
        finish(incident)
        end = time.monotonic() + TURN_S
        while status(home, one) == 200 and time.monotonic() < end:
            time.sleep(1)
        same(status(home, one), 410)


def opened_again_it_holds_again():
    with Home() as home:
        home.start()
        one = home.create("1", name="Somebody")
        incident = Incident(home, opened(home))
        finish(incident)
        incident.close(reopen=True, text="it is back")
        same(home.http("DELETE", f"/v1/subjects/{one}").status, 202)
        home.stop()
        home.start()
        same(status(home, one), 200)


def forgotten_after(days, hold):
    """Which tables lost rows in so many days."""
    with Home() as home:
        home.start()
        customer = home.create("1", name="Somebody")
        home.good("POST", "/v1/roles", {"name": "packer", "fields": ["name"], "purposes": ["delivery"], "acts": ["reveal"],
                                        "daily": 10, "reason": False})
        home.good("POST", "/v1/grants", {"subject": customer, "role": "packer", "ticket": "17"})
        home.run("watch", "sink", "put", "owner@shop.example")
        home.good("POST", "/v1/sinks/test", {})
        home.good("POST", "/v1/sinks/test", {})
        if hold:
            opened(home)
        kept = {table: rows(home, table) for table in ("telling", "right_given")}
        home.wait_days(days)
        home.run("grant", "add", "--subject", customer, "--role", "packer", "--ticket", "18")
        home.stop()
        home.start()
        return {table for table, count in kept.items() if rows(home, table) < count + (table == "right_given")}


def nothing_is_forgotten_after_its_days_while_it_stands():
    same(forgotten_after(400, hold=False), {"telling", "right_given"}, "else it is forgotten")
    same(forgotten_after(400, hold=True), set())


if __name__ == "__main__":
    story(an_erasure_waits_for_every_open_incident_and_is_then_carried_out_with_proof, it_is_carried_out_while_the_vault_runs,
          opened_again_it_holds_again, nothing_is_forgotten_after_its_days_while_it_stands)
