#!/usr/bin/env python3
"""An incident on paper: two pages for the board, one for the next 24 hours; only what the timeline says, in three languages."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within

UNKNOWN = {"en": "not yet known", "id": "belum diketahui", "ko": "아직 알 수 없음"}
LINES_OF_A_PAGE, USAGE, NO = 60, 2, 1


def report(home, one, page, *words):
    return home.run("incident", "report", one, page, *words).text


def begun(home, kind="drained_by_key", title="A <b>leak</b> & more"):
    return home.run("incident", "open", title, f"kind={kind}", "at=2026-11-20T00:00:00Z", "--json").json["id"]


def what_is_missing_is_said():
    with Home() as home:
        one = begun(home)
        for language, words in UNKNOWN.items():
            board = report(home, one, "board", "--lang", language)
            check(board.count(words) >= 8, board)
            check("{{" not in board, board)
            same(board.count("\f"), 1, "two pages")
            day = report(home, one, "next-24h", "--lang", language)
            same([day.count("\f"), day.count("[ ]")], [0, 7])
        within("그 키를 차단하고", report(home, one, "next-24h", "--lang", "ko"), "its tasks in the page's language")
        same(home.cli("incident", "report", one, "poster").status, USAGE)
        same(home.cli("incident", "report", one, "board", "--format", "csv").status, USAGE)
        same(home.cli("incident", "report", one, "board", "--lang", "fr").status, USAGE)


def numbers_are_those_of_the_timeline_and_the_newest_count():
    with Home() as home:
        one = begun(home)
        home.run("import", home.file("list.csv", "ref,name,email\n1,Ana Lim,ana@shop.example\n2,Budi Oh,budi@shop.example\n"))
        home.run("incident", "scope", one, "fields=email")
        counted = home.run("incident", "exposures", one, "--json").json
        home.run("incident", "add", one, "hours", "text=a night", "minutes=960", "amount=1500000", "currency=IDR")
        home.run("incident", "add", one, "instants", "name=contained", "at=2026-11-20T05:00:00Z")
        task = home.run("incident", "show", one, "tasks", "--json").json["items"][0]["line"]
        home.run("incident", "add", one, "tasks", f"of={task}", "state=done", "evidence=probe refused")
        home.run("incident", "claim", one, "text=not verified by anybody")
        board = report(home, one, "board")
        for words in (f"Newest count: {counted['version']},", "Minutes of work: 960", "IDR 1,500,000", "Contained: 2026-11-20 05:00:00 UTC",
                      "Tasks done: 1 / 7", "Countries of the people, seat of the shop: not yet known"):
            within(words, board)
        any_field = counted["any"]
        within("People, any field: " + ", ".join(f"{part} {any_field[part]['count']}" for part in ("known", "possible", "excluded")), board)
        check("not verified by anybody" not in board, "what nobody verified is not said")
        check(f"[ ] {task} " not in report(home, one, "next-24h"), "what is done is not to be done")


def the_law_is_asked_for_the_people_of_the_newest_count():
    with Home() as home:
        one = begun(home)
        rows = "ref,name,email,country\n1,Ana Lim,ana@shop.example,ID\n2,Budi Oh,budi@shop.example,KR\n"
        home.run("import", home.file("list.csv", rows))
        home.run("incident", "scope", one, "fields=email", "copied_at=2026-11-20T00:00:00Z")
        board = report(home, one, "board", "--lang", "id")
        for words in ("id-pdp/authority", "kr-pipa/", "alamat surel: diketahui 0, mungkin 2, dikecualikan 0"):
            within(words, board)
        check("id-pdp" not in report(home, one, "board", "--country", "KR=1"), "what the command line says goes before")
        for n in range(8):  # as many tasks as the questions of `amanah leak` leave
            home.run("incident", "task", one, f"text=Tentukan siapa yang boleh tahu, dan siapa yang mungkin berada di baliknya {n}")
        for page, pages in (("board", 2), ("next-24h", 1)):
            for language in UNKNOWN:
                path = home.file("page.pdf")
                home.run("incident", "report", one, page, "--lang", language, "--format", "pdf", "--out", path)
                drawn = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True).stdout
                same(drawn.count("\f"), pages, f"{page} {language}: pages as they are drawn")


def the_clocks_run_from_the_incidents_own_moment_of_knowing():
    with Home() as home:
        one = begun(home)
        board = report(home, one, "board", "--country", "ID=1200", "--at", "2026-11-20T01:00:00Z")
        within("id-pdp/authority: to the authority: 2026-11-23T07:00:00+07:00: 71 h 0 min left", board)
        day = report(home, one, "next-24h", "--country", "KR=5", "--at", "2026-11-20T01:00:00Z")
        check("kr-pipa/authority" not in day, "72 hours are not within the next 24")
        late = report(home, one, "next-24h", "--country", "ID=1200", "--at", "2026-11-24T00:00:00Z")
        within("id-pdp/authority", late)
        within("LATE", late)


def it_stays_on_its_pages_whatever_there_is():
    with Home() as home:
        home.start()
        one = home.good("POST", "/v1/incidents", {"title": "long " * 55, "kind": "drained_by_key"})["id"]
        path = f"/v1/incidents/{one}"
        for i in range(40):
            home.good("POST", path + "/tasks", {"text": f"{i} " + "words and more words " * 30, "due": "2026-11-20T00:00:00Z"})
            home.good("POST", path + "/decisions", {"text": "decided " * 60})
            home.good("POST", path + "/requests", {"name": "KISA", "text": "요청합니다 " * 60})
        for page in ("board", "next-24h"):
            for language in UNKNOWN:
                text = report(home, one, page, "--lang", language, *(f"--country={code}=5" for code in ("ID", "KR", "SG", "DE", "JP")))
                for sheet in text.split("\f"):
                    check(len(sheet.splitlines()) <= LINES_OF_A_PAGE, f"{page} {language}: {len(sheet.splitlines())} lines")


def html_prints_without_script_or_request():
    with Home() as home:
        one = begun(home)
        for page, sheets in (("board", 2), ("next-24h", 1)):
            html = report(home, one, page, "--format", "html", "--lang", "id")
            same([html.count("<section>"), html.count("</section>")], [sheets, sheets])
            check(not re.search(r"<script|src=|href=|url\(|@import|https?://", html), "no script, and nothing is fetched")
            within("A &lt;b&gt;leak&lt;/b&gt; &amp; more", html)
            check("<b>" not in html, "what people wrote is text")
            for words in ("break-after:page", "@page", "default-src 'none'", 'lang="id"'):
                within(words, html)
        path = home.file("day.html")
        home.run("incident", "report", one, "next-24h", "--format", "html", "--out", path)
        with open(path, encoding="utf-8") as file:
            within("</html>", file.read())


def pdf_says_what_the_text_says():
    with Home() as home:
        one = begun(home, title="유출 \u202e) /JavaScript {{x}} \x07")
        for page, language in (("board", "ko"), ("next-24h", "id"), ("board", "en")):
            path = home.file("page.pdf")
            words = ("--lang", language, "--at", "2026-11-20T01:00:00Z", "--country", "KR=5")
            home.run("incident", "report", one, page, *words, "--format", "pdf", "--out", path)
            text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True).stdout
            same(text.count("\f"), 2 if page == "board" else 1, "pages")
            within(UNKNOWN[language] if page == "board" else one, text)
            within("유출", text)
            check("\u202e" not in text, "nothing turns the line around")
            for word in re.findall(r"[\w/.-]+\w", report(home, one, page, *words) if language != "ko" else ""):
                within(word, text)
            with open(path, "rb") as file:
                first = file.read()
            home.run("incident", "report", one, page, *words, "--format", "pdf", "--out", path)
            with open(path, "rb") as file:
                check(file.read() == first, "the same page is the same bytes")


def who_may_not_know_gets_no_report():
    with Home() as home:
        home.start()
        one = home.good("POST", "/v1/incidents", {"title": "a leak", "kind": "other"})["id"]
        person = home.good("POST", "/v1/staff", {"name": "budi", "email": "budi@shop.example"})["id"]
        suspect = home.good("POST", "/v1/keys", {"role": "admin", "name": "his", "holders": [person]})["key"]
        home.good("POST", f"/v1/incidents/{one}/suspects", {"who": person})
        same(home.http("GET", f"/v1/incidents/{one}", key=suspect).status, 404)
        done = home.cli("incident", "report", one, "board", key=suspect, env={"AMANAH_URL": f"http://127.0.0.1:{home.port}"})
        check(done.status != 0 and not done.out, str(done))


if __name__ == "__main__":
    story(what_is_missing_is_said, numbers_are_those_of_the_timeline_and_the_newest_count,
          the_law_is_asked_for_the_people_of_the_newest_count,
      the_clocks_run_from_the_incidents_own_moment_of_knowing, it_stays_on_its_pages_whatever_there_is,
          html_prints_without_script_or_request, pdf_says_what_the_text_says, who_may_not_know_gets_no_report)
