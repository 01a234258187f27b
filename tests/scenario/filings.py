#!/usr/bin/env python3
"""Reports to authorities: each element a fact or a plain "not yet known", numbers from the count, filed with a receipt, amended."""
import hashlib
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within

NO, USAGE, MALFORMED = 1, 2, 400
DUTIES = {"kr-pipa/authority": "ko", "kr-network/authority": "ko", "id-pdp/authority": "id", "id-pp71/authority": "id",
          "eu-gdpr/authority": "en", "impact": "id", "surcharge": "ko"}
UNKNOWN = {"ko": "아직 알 수 없습니다", "id": "Belum diketahui", "en": "Not yet known"}
HOSTILE = "노트북 \u202e) >> endobj {{how}} </w:t> \" \\ %s \x1b[31m"


def leak(home, people=3):
    """A shop whose e-mails and names may be in a copy; an incident of it."""
    rows = "".join(f"{n},Person {n},p{n}@shop.example\n" for n in range(people))
    home.run("import", home.file("list.csv", "ref,name,email\n" + rows))
    one = home.run("incident", "open", "명단이 팔립니다", "kind=dump_for_sale", "--json").json["id"]
    return one


def draft(home, one, duty, *words):
    return home.run("report", "draft", one, duty, "--json", *words).json["report"]


def pdf_text(home, *words):
    path = home.file("report.pdf")
    home.run("report", *words, "--format", "pdf", "--out", path)
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True).stdout


def solid(text):
    return "".join(text.split())


def every_demanded_element_is_there_in_the_authoritys_language():
    with Home() as home:
        one = leak(home)
        for duty, language in DUTIES.items():
            report = draft(home, one, duty)
            same(report["language"], language)
            text = pdf_text(home, "draft", one, duty, "--dry-run")
            check(report["elements"] and report["to"], duty)
            for element in report["elements"]:
                check(element["text"], element)
                within(solid(element["label"]), solid(text), duty)
                if element["state"] != "known":
                    check(UNKNOWN[language] in element["text"], element)
            check("{{" not in text, text)
            within(solid(UNKNOWN[language]), solid(text))
        # every element of the regime's own list, by its own command
        law = home.run("law", "show", "kr-pipa", "--json").json
        must = next(row for row in law["duties"] if row["id"] == "authority")["must"]
        same([row["element"] for row in draft(home, one, "kr-pipa/authority")["elements"] if row["demand"] == "must"], must)
        for language in ("en", "id", "ko"):
            same(draft(home, one, "kr-pipa/authority", "--lang", language, "--dry-run")["language"], language)
        same(home.cli("report", "draft", one, "kr-pipa/persons").status, USAGE, "that is a notice")
        same(home.cli("report", "draft", one, "kr-pipa/nothing").status, NO)
        same(home.cli("report", "draft", one, "impact", "--lang", "fr").status, USAGE)


def numbers_and_what_is_not_affected_come_from_the_count():
    with Home() as home:
        one = leak(home, people=7)
        before = draft(home, one, "eu-gdpr/authority", "--dry-run")
        same([before["query"], before["not_affected"], before["fields"]], [None, [], []], "nothing was counted")
        home.run("incident", "scope", one, "copied_at=2099-01-01T00:00:00Z", "fields=email", "fields=name")
        counted = home.run("incident", "exposures", one, "--json").json
        report = draft(home, one, "eu-gdpr/authority")
        people = next(row for row in report["elements"] if row["element"] == "n_records")
        same([people["number"], people["possible"]], [counted["any"]["known"]["count"], counted["any"]["possible"]["count"]])
        same(people["possible"], 7)
        same({row["field"]: row["possible"] for row in report["fields"]}, {"email": 7, "name": 7})
        same(report["query"]["question"], counted["suspicion_hash"])
        timeline = home.run("incident", "show", one, "timeline", "--json").json["items"]
        scope = next(row for row in timeline if row["line"] == report["query"]["line"])
        same([scope["kind"], scope["entry"]], ["scope", report["query"]["entry"]])
        text = pdf_text(home, "show", one, str(home.run("report", "show", one, "--json").json["items"][-1]["line"]))
        within(counted["suspicion_hash"], solid(text))
        within(str(report["query"]["entry"]), text)


def claims_stand_in_it_only_when_somebody_verified_them():
    with Home() as home:
        home.start()
        one = home.good("POST", "/v1/incidents", {"title": "a leak", "kind": "other"})["id"]
        path = f"/v1/incidents/{one}"
        claim = home.good("POST", path + "/claims", {"text": "Card numbers were not taken"})["line"]
        same(home.good("POST", path + "/reports", {"duty": "eu-gdpr/authority", "dry_run": True})["report"]["claims"], [])
        person = home.good("POST", "/v1/staff", {"name": "budi", "email": "budi@shop.example"})["id"]
        key = home.good("POST", "/v1/keys", {"role": "admin", "name": "his", "holders": [person]})["key"]
        home.good("POST", path + "/members", {"who": person})
        home.good("POST", path + "/claims", {"of": claim, "state": "verified", "evidence": ["query 7"]}, key=key)
        claims = home.good("POST", path + "/reports", {"duty": "eu-gdpr/authority"})["report"]["claims"]
        same([[row["line"], row["text"], row["evidence"]] for row in claims], [[claim, "Card numbers were not taken", 1]])


def filing_keeps_when_how_and_receipt_and_amending_shows_what_changed():
    with Home() as home:
        one = leak(home)
        home.run("incident", "add", one, "facts", "name=how", "lang=ko", "state=not_yet", "due=2027-01-05T00:00:00Z", "text=조사 중")
        first = home.run("report", "draft", one, "kr-pipa/authority", "--json").json
        within("2027-01-05 00:00 UTC", next(row["text"] for row in first["report"]["elements"] if row["element"] == "how"))
        line, sent = str(first["line"]), home.file("sent.pdf", "what was sent")
        same(home.cli("report", "file", one, line).status, USAGE, "how is missing")
        same(home.cli("report", "file", one, line, "--how", "form", "--at", "2099-01-01T00:00:00Z").status, USAGE, "still to come")
        home.run("report", "file", one, line, "--how", "privacy.go.kr form", "--receipt", "2026-11-0042", "--sent", sent,
                 "--at", "2026-11-22T01:02:03Z")
        same(home.cli("report", "file", one, line, "--how", "again").status, NO, "it was filed")
        kept = home.run("report", "show", one, line, "--json").json
        same([kept["state"], kept["now"]["receipt"], kept["now"]["at"]], ["filed", "2026-11-0042", "2026-11-22T01:02:03Z"])
        same(kept["now"]["hash"], hashlib.sha256(b"what was sent").hexdigest())
        done = home.run("incident", "show", one, "done", "--json").json["items"]
        same([[row["name"], row["at"], row["receipt"]] for row in done], [["kr-pipa/authority", "2026-11-22T01:02:03Z", "2026-11-0042"]])
        within("2026-11-0042", home.run("report", "show", one).text)
        within("2026-11-0042", solid(pdf_text(home, "show", one, line)))

        home.run("incident", "add", one, "facts", "name=how", "lang=ko", "text=회수되지 않은 접근키로 유출되었습니다.")
        second = home.run("report", "amend", one, line, "--json").json["report"]
        same([second["amends"], second["duty"]], [int(line), "kr-pipa/authority"])
        changes = {row["element"]: row for row in second["changes"]}
        same(list(changes), ["how"])
        within("2027-01-05", changes["how"]["before"])
        same(changes["how"]["after"], "회수되지 않은 접근키로 유출되었습니다.")
        page = solid(pdf_text(home, "amend", one, line, "--dry-run"))
        within(solid("회수되지 않은 접근키로 유출되었습니다."), page)
        within(solid("추가 신고"), page)
        check(solid("최초 신고") not in page, "what adds to the first report is not the first")
        check("1970-01-01" not in page and "timeline" not in page, "a time before all, or a word of the program")
        within(solid("최초 신고"), solid(pdf_text(home, "show", one, line)))
        same(home.cli("report", "amend", one, "1").status, NO, "that line is no report")
        home.run("ledger", "verify")


def hostile_words_break_no_pdf_json_or_template():
    with Home() as home:
        one = leak(home)
        for name in ("how", "where", "relief", "ioc"):
            home.run("incident", "add", one, "facts", f"name={name}", "text=@" + home.file("hostile", HOSTILE.replace("\x1b", "\t")))
        for duty in DUTIES:
            report = draft(home, one, duty)
            for row in report["elements"]:
                check("\x1b" not in row["text"], row)
            text = pdf_text(home, "draft", one, duty, "--dry-run")
            check("\u202e" not in text and "\x1b" not in text, "nothing turns or controls")
            if any(row["element"] == "how" for row in report["elements"]):
                within("endobj {{how}}", text, "what people wrote is text, no template")


def the_words_of_a_report_are_held_against_the_lint():
    with Home() as home:
        one = leak(home)
        home.run("incident", "add", one, "circumstances", "name=leak_confirmed", "state=yes")
        home.run("incident", "add", one, "facts", "name=how", "lang=ko", "text=정보가 노출되었습니다. 총 4,536명입니다.")
        found = {row["rule"]: row["word"] for row in draft(home, one, "kr-pipa/authority")["findings"]}
        same(found.get("euphemism"), "노출")
        same(found.get("number"), "4,536")
        within("노출", home.run("report", "draft", one, "kr-pipa/authority", "--dry-run").text)
        # what the program itself writes is clean, also while nothing but the leak is known
        bare = home.run("incident", "open", "a leak", "kind=other", "--json").json["id"]
        home.run("incident", "add", bare, "circumstances", "name=leak_confirmed", "state=yes")
        for duty in ("kr-pipa/authority", "id-pdp/authority", "eu-gdpr/authority", "impact", "surcharge"):
            same(draft(home, bare, duty, "--dry-run")["findings"], [], duty)
        for duty in ("kr-pipa/authority", "id-pdp/authority", "impact", "surcharge"):
            for language in ("en", "id", "ko"):
                rules = [row["rule"] for row in draft(home, bare, duty, "--dry-run", "--lang", language)["findings"]]
                check("must" not in rules, f"{duty} {language}: its title names the leak")


def a_fact_said_in_another_language_alone_is_found():
    with Home() as home:
        one = leak(home)
        home.run("incident", "add", one, "circumstances", "name=leak_confirmed", "state=yes")
        home.run("incident", "add", one, "facts", "name=how", "lang=ko", "text=회수되지 않은 접근키로 유출되었습니다.")
        def missing(*words):
            return [row["instead"] for row in draft(home, one, *words, "--dry-run")["findings"] if row["rule"] == "element"]
        same([missing("kr-pipa/authority"), missing("eu-gdpr/authority", "--lang", "ko")], [[], []])
        same([missing("kr-pipa/authority", "--lang", "en"), missing("impact")], [["how"], ["how"]])
        within("how", home.run("report", "draft", one, "eu-nis2/final", "--dry-run").text)
        home.run("incident", "add", one, "facts", "name=how", "lang=en", "text=A key that was not withdrawn was used.")
        same(missing("kr-pipa/authority", "--lang", "en"), [])
        home.run("incident", "add", one, "facts", "name=how", "text=접근키")  # for all languages: whoever wrote it meant so
        same(missing("impact"), [])


def whatever_the_law_calls_it_a_report_says_that_data_leaked():
    """Every report to an authority, in every language; and one in another language than the authority's says so."""
    with Home() as home:
        one = leak(home)
        home.run("incident", "add", one, "circumstances", "name=leak_confirmed", "state=yes")
        regimes = [row["id"] for row in home.run("law", "list", "--json").json["items"]]
        seen = 0
        for regime in regimes:
            shown = home.run("law", "show", regime, "--json").json
            duties = [duty["id"] for duty in shown["duties"] if duty["to"] == "authority"]
            for lang in ("en", "id", "ko") if duties else ():
                report = home.run("report", "draft", one, f"{regime}/{duties[0]}", "--lang", lang, "--dry-run", "--json").json["report"]
                same([row["rule"] for row in report["findings"] if row["rule"] == "must"], [], f"{regime} {lang}")
                same(report["asked_languages"], shown["languages"])
                seen += 1
        check(seen > 40, f"{seen}")
        within("the authority asks for Japanese", home.run("report", "draft", one, "jp-appi/preliminary", "--dry-run").text)
        check("language:" not in home.run("report", "draft", one, "kr-pipa/authority", "--dry-run").text, "Korean is asked for")
        within("Japanese: have it translated", home.run("law", "show", "jp-appi").text)


def the_programs_own_sentences_pass_the_lint():
    """A number stands with the time of its count in every report, so that only what people wrote is found fault with."""
    with Home() as home:
        one = leak(home, people=7)
        home.run("incident", "add", one, "circumstances", "name=leak_confirmed", "state=yes")
        home.run("incident", "scope", one, "copied_at=2099-01-01T00:00:00Z", "fields=email", "fields=name")
        for duty in DUTIES:
            for lang in ("en", "id", "ko"):
                same(draft(home, one, duty, "--lang", lang, "--dry-run")["findings"], [], f"{duty} {lang}")


def the_same_paper_comes_over_http():
    with Home() as home:
        home.start()
        one = home.good("POST", "/v1/incidents", {"title": "명단이 팔립니다", "kind": "other"})["id"]
        line = home.good("POST", f"/v1/incidents/{one}/reports", {"duty": "kr-pipa/authority"})["line"]
        home.run("report", "show", one, str(line), "--format", "pdf", "--out", home.file("drawn.pdf"))
        with open(home.file("drawn.pdf"), "rb") as file:
            drawn = file.read()
        paper = home.http("GET", f"/v1/incidents/{one}/reports/{line}/pdf")
        same([paper.status, paper.body == drawn], [200, True], paper)


def who_may_not_know_gets_no_report():
    with Home() as home:
        home.start()
        one = home.good("POST", "/v1/incidents", {"title": "a leak", "kind": "other"})["id"]
        line = home.good("POST", f"/v1/incidents/{one}/reports", {"duty": "impact"})["line"]
        person = home.good("POST", "/v1/staff", {"name": "budi", "email": "budi@shop.example"})["id"]
        suspect = home.good("POST", "/v1/keys", {"role": "admin", "name": "his", "holders": [person]})["key"]
        for method, path, body in (("GET", f"/v1/incidents/{one}/reports", None), ("GET", f"/v1/incidents/{one}/reports/{line}", None), ("GET", f"/v1/incidents/{one}/reports/{line}/pdf", None),
                                   ("POST", f"/v1/incidents/{one}/reports", {"duty": "impact"}),
                                   ("POST", f"/v1/incidents/{one}/reports/{line}/file", {"how": "x"})):
            same(home.http(method, path, body, key=suspect).status, 404, path)
        same(home.http("POST", f"/v1/incidents/{one}/reports", {}).status, MALFORMED)


if __name__ == "__main__":
    story(every_demanded_element_is_there_in_the_authoritys_language, numbers_and_what_is_not_affected_come_from_the_count,
          claims_stand_in_it_only_when_somebody_verified_them,
          filing_keeps_when_how_and_receipt_and_amending_shows_what_changed, hostile_words_break_no_pdf_json_or_template,
          the_words_of_a_report_are_held_against_the_lint, a_fact_said_in_another_language_alone_is_found, whatever_the_law_calls_it_a_report_says_that_data_leaked,
          the_programs_own_sentences_pass_the_lint, the_same_paper_comes_over_http, who_may_not_know_gets_no_report)
