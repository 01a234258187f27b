#!/usr/bin/env python3
"""Public words: one set of facts on every channel in three languages, held against the lint, published by a second person, and a timer."""
import base64
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within
from receivers import MailHost

NO, USAGE = 1, 2
LANGUAGES = ("en", "id", "ko")
CHANNELS = ("page", "email", "sms", "messenger", "social", "banner", "desk", "qa")
LIMITS = {"sms": (306, 134), "messenger": (1000, 1000), "social": (280, 140), "banner": (200, 100)}


def leak(home):
    """A confirmed leak with its first facts; what is not said stays not known."""
    home.run("import", home.file("list.csv", "ref,name,email\n" + "".join(f"{n},Person {n},p{n}@shop.example\n" for n in range(5))))
    title = "a list is for sale"
    one = (home.good("POST", "/v1/incidents", {"title": title, "kind": "other"})["id"] if home.daemon
           else home.run("incident", "open", title, "kind=dump_for_sale", "--json").json["id"])
    home.run("incident", "scope", one, "copied_at=2099-01-01T00:00:00Z", "fields=email", "fields=name")
    home.run("incident", "add", one, "circumstances", "name=leak_confirmed", "state=yes")
    home.run("incident", "add", one, "facts", "name=who", "text=Toko Amanah")
    for language, text in (("en", "A key was kept by somebody who had left."), ("id", "Sebuah kunci tidak dicabut."), ("ko", "회수되지 않은 키가 쓰였습니다.")):
        home.run("incident", "add", one, "facts", "name=how", f"lang={language}", f"text={text}")
    return one


def texts_of(statement):
    return {(row["lang"], row["channel"]): row["text"] for row in statement["texts"]}


def drafted(home, one, kind, *words):
    return home.run("statement", "draft", one, kind, "--json", *words).json


def one_set_of_facts_on_every_channel_in_three_languages():
    with Home() as home:
        one = leak(home)
        for kind in ("statement", "apology", "update"):
            made = drafted(home, one, kind)
            same(made["findings"], [], kind)
            texts = texts_of(made)
            same(sorted(texts), sorted((language, channel) for language in LANGUAGES for channel in CHANNELS))
            for (language, channel), text in texts.items():
                check(text and "{{" not in text and "}}" not in text, text)
                limit = LIMITS.get(channel, (20000, 20000))[language == "ko"]
                check(len(text) <= limit, f"{language} {channel}: {len(text)}")
            for channel in CHANNELS:
                within("5", texts[("ko", channel)], "the number of the count")
            for channel in ("page", "email", "qa", "desk"):
                within("A key was kept by somebody who had left.", texts[("en", channel)])
                within("Sebuah kunci tidak dicabut.", texts[("id", channel)])
            same("sorry" in texts[("en", "page")], kind == "apology")
            same("죄송" in texts[("ko", "social")], kind == "apology")
        within("not yet known", texts[("en", "page")], "what nobody said is not made up")
        same(home.cli("statement", "draft", one, "poem").status, USAGE)


def a_fact_that_differs_between_channels_fails_the_lint():
    with Home() as home:
        one = leak(home)
        line = str(drafted(home, one, "statement")["line"])
        sms = home.run("statement", "show", one, line, "--lang", "en", "--channel", "sms").text.strip()
        for text, rule in ((sms.replace("5", "4"), "number"), (sms + " It began on 2020-01-01.", "differs"), (sms + " See https://x.example/y", "link"),
                           (sms.replace("leaked", "may have been exposed"), "euphemism"), (sms + " Here is a voucher.", "offer"), (sms * 4, "length"),
                           (sms + " Passwords are safe.", "negation"), (sms + " A former employee did it.", "blame")):
            found = home.run("statement", "text", one, line, home.file("sms.txt", text), "--lang", "en", "--channel", "sms", "--json").json["findings"]
            check(rule in [row["rule"] for row in found if (row["lang"], row["channel"]) == ("en", "sms")], f"{rule}: {found}")
        page = home.run("statement", "show", one, line, "--lang", "ko", "--channel", "page").text
        found = home.run("statement", "text", one, line, home.file("page.txt", page.replace("이름", "")), "--lang", "ko", "--channel", "page",
                         "--json").json["findings"]
        check(any(row["rule"] == "element" for row in found), "a kind of data that leaked was left out")
        kept = home.run("statement", "text", one, line, home.file("own.txt", sms + " We work on it."), "--lang", "en", "--channel", "sms", "--json").json
        same([kept["findings"], texts_of(kept)[("en", "sms")]], [[], sms + " We work on it."])
        home.run("incident", "add", one, "facts", "name=relief", "lang=ko", "text=피해 구제를 privacy@shop.example 로 신청하십시오.")
        found = {(row["lang"], row["instead"]) for row in drafted(home, one, "statement", "--dry-run")["findings"]}
        same(found, {("en", "relief"), ("id", "relief")}, "said in one language alone")


def published_by_a_second_person_and_only_when_clean():
    with Home() as home:
        home.start()
        one = leak(home)
        path = f"/v1/incidents/{one}/statements"
        person = home.good("POST", "/v1/staff", {"name": "budi", "email": "budi@shop.example"})["id"]
        key = home.good("POST", "/v1/keys", {"role": "admin", "name": "his", "holders": [person]})["key"]
        other = home.good("POST", "/v1/keys", {"role": "admin", "name": "his second", "holders": [person]})["key"]
        home.good("POST", f"/v1/incidents/{one}/members", {"who": person})
        line = home.good("POST", path, {"kind": "statement"}, key=key)["line"]
        publish = {"where": "shop.example, front page"}
        same(home.http("POST", f"{path}/{line}/publish", publish, key=key).status, 409, "who drafted it")
        same(home.http("POST", f"{path}/{line}/publish", publish, key=other).status, 409, "the same person by another key")
        bad = home.good("POST", path, {"amends": line, "lang": "en", "channel": "banner", "text": "Personal data leaked: 7 people."}, key=key)
        same([row["rule"] for row in bad["findings"]], ["number"])
        within("1 fault", home.http("POST", f"{path}/{bad['line']}/publish", publish).json["detail"])
        done = home.good("POST", f"{path}/{line}/publish", {**publish, "hours": 12})
        same(done["state"], "published")
        same(home.http("POST", f"{path}/{line}/publish", publish).status, 409, "once")
        listed = home.good("GET", path)
        same([[row["line"], row["state"]] for row in listed["items"]], [[line, "published"], [bad["line"], "draft"]])
        same(listed["word_due"], done["word_due"])
        # more is found: what was drafted before says an old number, and may be published no more
        old = home.good("POST", path, {"kind": "update"}, key=key)["line"]
        home.run("import", home.file("more.csv", "ref,name,email\n99,Late,late@shop.example\n"))
        home.good("POST", f"/v1/incidents/{one}/scope", {"copied_at": ["2099-01-01T00:00:00Z"], "fields": ["email", "name"]})
        same(home.http("POST", f"{path}/{old}/publish", publish).status, 409)
        check("number" in [row["rule"] for row in home.good("GET", f"{path}/{old}")["findings"]], "6 people now")


def what_is_not_confirmed_is_not_published():
    with Home() as home:
        one = home.run("incident", "open", "a rumour", "kind=other", "--json").json["id"]
        found = drafted(home, one, "statement")["findings"]
        same({row["rule"] for row in found}, {"claim", "element"}, "not confirmed, and nobody said who speaks")
        within("circumstances", home.run("statement", "draft", one, "statement", "--dry-run").text)


def silence_is_told_to_who_answers_for_it():
    with Home() as home, MailHost() as host:
        home.start()
        home.good("POST", "/v1/mail", {"url": host.url, "starttls": "never", "from": "vault@shop.example"})
        one = leak(home)
        person = home.good("POST", "/v1/staff", {"name": "budi", "email": "budi@shop.example", "lang": "ko"})["id"]
        home.good("POST", "/v1/staff", {"name": "ana", "email": "ana@shop.example"})
        home.good("POST", f"/v1/incidents/{one}/members", {"who": person})
        home.good("POST", f"/v1/incidents/{one}/statements", {"kind": "statement"})
        due = home.good("GET", f"/v1/incidents/{one}/statements")["word_due"]

        def told():
            home.restart()  # upkeep runs when it stops, and what it queued goes out
            home.good("GET", "/v1/secrets")
            return [mail for mail in host.mails() if one in base64.b64decode(mail.split("\n\n", 1)[1]).decode(errors="replace")]

        home.wait_days(0.9)
        same(told(), [], "a day is not over")
        home.wait_days(0.2)
        home.restart()
        host.wait(1)
        (mail,) = told()
        within("budi@shop.example", mail)
        within("amanah statement draft", base64.b64decode(mail.split("\n\n", 1)[1]).decode())
        check(home.good("GET", f"/v1/incidents/{one}/statements")["word_due"] > due, "the next one comes a day later")
        home.wait_days(1)
        home.restart()
        host.wait(2)
        same(len(told()), 2, "silence grows")
        home.run("ledger", "verify")


def hostile_words_fill_no_variable():
    with Home() as home:
        one = leak(home)
        home.run("incident", "add", one, "facts", "name=relief", "text={{page}} {{sorry}} \u202e <script>")
        made = drafted(home, one, "apology")
        check("variable" in {row["rule"] for row in made["findings"]}, made["findings"])
        for text in texts_of(made).values():
            check(text.count("Whom it concerns:") <= 1, "a value is text, no template")


def a_home_writes_its_own_templates():
    with Home() as home:
        one = leak(home)
        source = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../locale/en/statement.txt"), encoding="utf-8").read()
        folder = os.path.join(home.path, "locale", "en")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "statement.txt"), "w", encoding="utf-8") as file:
            file.write(source.replace("Read what happened and what you can do.", "Read on."))
        within("Read on.", texts_of(drafted(home, one, "statement"))[("en", "banner")])
        with open(os.path.join(folder, "statement.txt"), "w", encoding="utf-8") as file:
            file.write(source.replace("{{kinds}}", "{{password}}"))
        refused = home.cli("statement", "draft", one, "statement")
        same(refused.status, USAGE)
        within("locale/en/statement.txt:", refused.err.decode())


if __name__ == "__main__":
    story(one_set_of_facts_on_every_channel_in_three_languages, a_fact_that_differs_between_channels_fails_the_lint,
          published_by_a_second_person_and_only_when_clean, what_is_not_confirmed_is_not_published, silence_is_told_to_who_answers_for_it,
          hostile_words_fill_no_variable, a_home_writes_its_own_templates)
