#!/usr/bin/env python3
"""A notice run against hosts that misbehave, people whose address was just changed, and what is looked at before it goes."""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within  # noqa: E402
from mail_host import MailHost  # noqa: E402
from many_mails import Host  # noqa: E402
from notices import await_state, incident, looked_at, mail_set, said, status  # noqa: E402


def people(home, count):
    ids = [home.create(f"h{n}", lang="en", name=f"Person {n}", email=f"person{n}@d{n}.example") for n in range(count)]
    looked_at(home, ids, ["email"])
    return ids


def await_people(home, made, **want):
    until = time.monotonic() + 60
    while (now := status(home, made))["people"] != {**now["people"], **want}:
        check(time.monotonic() < until, f"{now['people']}, not {want}")
        time.sleep(0.1)
    return now


def what_hosts_say_decides_where_people_stand():
    """550 is a refusal, 450 and 452 are later, a cut behind the content is a listed unknown: each of its own person."""
    once, lock = {"END": True, "RCPT 4": True, "RCPT 5": True}, threading.Lock()
    replies = {"RCPT 3": "550 5.1.1 unknown", "RCPT 4": "450 4.7.1 later", "RCPT 5": "452 4.2.2 full", "END": ""}

    def at(host, nth, verb, taken):
        with lock:
            if verb == "END" and taken < 1 or verb in replies and not once.pop(verb, verb == "RCPT 3"):
                return None
            return replies.get(verb)
    with Home() as home, Host(at) as host:
        home.start()
        mail_set(home, host)
        ids = people(home, 8)
        made = incident(home)
        home.run("notice", "draft", made)
        home.run("notice", "send", made, "1", "--yes")
        now = await_people(home, made, accepted=4, refused=1, waiting=2, unknown=1)
        same([now["refused"][0]["reply"], now["refused"][0]["subject"]], [550, ids[3]])
        same([now["doubted"], len(now["unknown"]), max(host.seen.values())], [1, 1, 1], "what may have arrived is listed")
        home.wait_days(0.01)
        done = await_state(home, made, "done")
        same([done["people"]["accepted"], done["people"]["refused"], len(host.seen)], [7, 1, 7])
        same(sorted(host.seen.values()), [1] * 6 + [2], "the unknown one came again, as the same message; nobody else's did")


def a_host_that_turns_all_away_holds_the_run_and_loses_nobody():
    """421 at the door: the run says why, and goes on when the host does."""
    state = {"away": True}
    with Home() as home, Host(lambda host, nth, verb, taken: "421 4.3.2 not now" if verb == "CONNECT" and state["away"] else None) as host:
        home.start()
        mail_set(home, host)
        people(home, 5)
        made = incident(home)
        home.run("notice", "draft", made)
        home.run("notice", "send", made, "1", "--yes")
        until = time.monotonic() + 30
        while "takes no mail" not in (status(home, made)["problem"] or ""):
            check(time.monotonic() < until, f"it does not say why: {status(home, made)}")
            time.sleep(0.1)
        same([status(home, made)["people"]["accepted"], len(host.seen)], [0, 0])
        state["away"] = False
        home.wait_days(0.02)
        same([await_state(home, made, "done")["people"]["accepted"], set(host.seen.values())], [5, {1}])


def who_just_changed_their_address_gets_no_code_there_yet():
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        ids = people(home, 3)
        tag = home.http("GET", f"/v1/subjects/{ids[0]}").headers["etag"]
        same(home.http("PATCH", f"/v1/subjects/{ids[0]}", {"fields": {"email": "thief@d9.example"}}, headers={"If-Match": tag}).status, 200)
        same([mail.to for mail in host.await_mails(1)], ["person0@d0.example"], "the old address is told")
        made = incident(home)
        home.run("notice", "draft", made)
        home.run("notice", "send", made, "1", "--yes")
        await_people(home, made, accepted=2, waiting=1)
        home.wait_days(2.9)
        time.sleep(1)
        check("thief@d9.example" not in {mail.to for mail in host.mails}, "71 hours later: nothing goes there")
        home.wait_days(0.2)
        same(await_state(home, made, "done")["people"]["accepted"], 3)
        same([mail.to for mail in host.mails].count("thief@d9.example"), 1, "after 72 hours it is theirs")


def it_is_looked_at_before_it_goes():
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        people(home, 3)
        made = incident(home)
        home.run("notice", "draft", made)
        shown = home.ask("notice", "preview", made, "1", "--lang", "ko")
        within("이메일 주소", shown["body"])
        check("{{" not in shown["body"] + shown["subject"], "it is shown as it goes out")
        home.run("notice", "test", made, "1", "to=me@shop.example", "lang=ko")
        mail = host.await_mails(1)[0]
        same(mail.to, "me@shop.example")
        within(shown["body"].strip(), said(mail), "the test is what the preview showed")
        within(shown["subject"], said(mail) + mail.message["Subject"])
        time.sleep(0.5)
        same([len(host.mails), status(home, made)["state"]], [1, "draft"], "nobody else got anything")


if __name__ == "__main__":
    story(what_hosts_say_decides_where_people_stand, a_host_that_turns_all_away_holds_the_run_and_loses_nobody,
          who_just_changed_their_address_gets_no_code_there_yet, it_is_looked_at_before_it_goes)
