#!/usr/bin/env python3
"""What keeps a leak from happening again is checked by the vault itself: each check fails before it is done, and passes after."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within
from incident import Incident, opened, staff


def prevention(incident, what, **more):
    return incident.add("prevention", text=what, check=what, fixes=incident.cause, **more)


def begun(home):
    incident = Incident(home, opened(home))
    incident.cause = incident.add("hypotheses", text="a key was kept")
    incident.add("hypotheses", of=incident.cause, state="confirmed", cause=True)
    return incident


def made(home, incident, line=None, status=200):
    answer = home.http("POST", f"{incident.path}/check", {"line": line} if line else None)
    same(answer.status, status, str(answer))
    return {row["prevention"]: row["state"] for row in answer.json["items"]} if status == 200 else answer.code


def each_fails_before_and_passes_after():
    with Home() as home:
        home.start()
        home.run("role", "put", "front", "--fields", "name,phone", "--purposes", "support", "--acts", "reveal,show", "--daily", "5000")
        ana = staff(home, "ana")
        kept = home.good("POST", "/v1/keys", {"role": "front", "name": "kept", "holders": [ana]})
        secret = home.ask("secret", "add", "token signing key", "--secret-kind", "signing_key")["id"]
        incident = begun(home)
        wanted = ["key_ended " + kept["id"], "key_refused " + kept["id"], "role_hides front phone", "role_lacks front reveal",
                  "role_daily front 800", "secret_rotated " + secret, "witnessed"]
        lines = {what: prevention(incident, "amanah " + what) for what in wanted}
        same(set(made(home, incident).values()), {"failed"}, "nothing was done yet")
        same(sorted(one["code"] for one in incident.show()["missing"] if one["code"].startswith("prev")), ["prevention.unpassed"] * len(wanted))
        # done, one by one
        home.run("key", "revoke", kept["id"], "--yes")
        home.run("role", "put", "front", "--fields", "name", "--purposes", "support", "--acts", "show", "--daily", "800")
        home.run("secret", "rotated", secret, "--proof", "a new key id in every token", "--old-dead", "a token by the old one is refused")
        home.good("POST", "/v1/ledger/pins", {"where": "at the accountant's"})
        after = made(home, incident)
        same({what: after[line] for what, line in lines.items()}, {what: "passed" for what in wanted})
        same([one["code"] for one in incident.show()["missing"] if one["code"].startswith("prev")], [], "each failed before")
        told = [row for row in incident.show("timeline")["items"] if row["kind"] == "check"]
        same(len(told), 2 * len(wanted), "what was seen is kept, before and after")
        check(all(len(row["hash"]) == 64 and row["source"] == "made by the vault" for row in told), "each with its hash")
        within("its probe at the listener: let in", told[1]["text"])
        within("its probe at the listener: refused", told[len(wanted) + 1]["text"])
        same(home.ask("ledger", "verify")["findings"], [])


def what_the_vault_checks_nobody_says_by_hand():
    with Home() as home:
        home.start()
        incident = begun(home)
        for bad in ("amanah", "amanah ", "amanah nothing", "amanah key_ended", "amanah role_hides support phone more",
                    "amanah role_hides support nothing", "amanah role_hides nobody phone", "amanah role_lacks support nothing",
                    "amanah role_daily support many", "amanah key_ended key_" + "0" * 26, "amanah sealed now"):
            answer = home.http("POST", incident.path + "/prevention", {"text": "x", "check": bad, "fixes": incident.cause})
            check(answer.status in (400, 404, 422) if bad != "amanah" else answer.status == 201, f"{bad}: {answer}")
        line = prevention(incident, "amanah sealed")
        same(incident.add("checks", status=409, of=line, state="passed", evidence=["my word"]), "check.not_met")
        same(made(home, incident, line), {line: "failed"}, "this home is sealed plain")
        by_hand = prevention(incident, "the lock of the office")
        same(made(home, incident, by_hand, status=404), "not_found", "that is for people")
        incident.add("checks", of=by_hand, state="failed", evidence=["it opens with a coin"])
        within("failed: amanah sealed: the root key is plain", home.run("incident", "check", incident.id).text)
        home.stop()
        done = home.cli("incident", "check", incident.id, str(line))
        same(done.status, 0, "without a daemon too")


def a_probe_that_was_not_tried_says_nothing():
    with Home() as home:
        key = home.ask("key", "issue", "--role", "support")["id"]
        incident = home.ask("incident", "open", "a leak")["id"]
        cause = home.ask("incident", "add", incident, "hypotheses", "text=a key")["line"]
        home.run("incident", "add", incident, "hypotheses", f"of={cause}", "state=confirmed", "cause=true")
        home.run("incident", "add", incident, "prevention", "text=keys end", f"check=amanah key_refused {key}", f"fixes={cause}")
        done = home.cli("incident", "check", incident)
        same(done.status, 1)
        within(b"could not be tried", done.err)
        same([row for row in home.ask("incident", "show", incident, "timeline")["items"] if row["kind"] == "check"], [], "and leaves no line")


if __name__ == "__main__":
    story(each_fails_before_and_passes_after, what_the_vault_checks_nobody_says_by_hand, a_probe_that_was_not_tried_says_nothing)
