#!/usr/bin/env python3
"""All texts for people (pages, reports, public words, notices, mails, the lint): complete in three languages, spelled as hunspell knows them."""
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import check, same, story

HERE = pathlib.Path(__file__).resolve().parent
LOCALE = HERE.parents[1] / "locale"
DICTIONARIES = {"en": "en_US", "id": "id_ID", "ko": "ko_KR"}


def pairs(language, name="words.txt"):
    lines = (LOCALE / language / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split(" = ", 1) for line in lines if " = " in line and line[0] != "#")


def sections(language):
    return re.findall(r"^== (.*)$", (LOCALE / language / "statement.txt").read_text(encoding="utf-8"), re.M)


def headings(language):
    lines = (LOCALE / language / "lint.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and line[0] not in "# "]


def texts(language):
    yield from pairs(language).values()
    yield from (line for line in (LOCALE / language / "statement.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#" and line[:2] != "==")
    yield from (line.split(":", 1)[1] for line in headings(language))
    for folder in ("mail", "notice"):
        yield from (path.read_text(encoding="utf-8") for path in sorted((LOCALE / language / folder).glob("*.txt")))


def unknown(language, text):
    clear = re.sub(r"\{\{.*?\}\}|\(incident add .*?\)|amanah [a-z].*|--[a-z-]+|\d{4}-\d\d-\d\dT[\d:+]+|^Subject:", " ", text, flags=re.M)
    done = subprocess.run(["hunspell", "-d", DICTIONARIES[language], "-i", "utf-8", "-l"], input=clear, capture_output=True, check=True,
                          encoding="utf-8")
    known = (HERE / "spelling_words" / f"{language}.txt").read_text(encoding="utf-8").split()
    return sorted(set(done.stdout.split()) - set(known) - {"", "-"})


def the_three_languages_have_the_same_texts():
    for name, least in (("words.txt", 400), ("console.txt", 1000), ("portal.txt", 150)):
        plain = {language: {key for key in pairs(language, name) if not key.endswith(".1")} for language in DICTIONARIES}
        same(plain["id"] ^ plain["en"], set(), name)
        same(plain["ko"] ^ plain["en"], set(), name)
        check(len(plain["en"]) > least, "there are some")
    for folder in ("mail", "notice"):
        files = {language: sorted(path.name for path in (LOCALE / language / folder).glob("*.txt")) for language in DICTIONARIES}
        same([files["id"], files["ko"]], [files["en"], files["en"]])
    same(sections("id"), sections("en"))
    same(sections("ko"), sections("en"))
    rules = {language: {line.split(":", 1)[0] for line in headings(language) if not line.startswith("scale")} for language in DICTIONARIES}
    same(rules["id"], rules["en"])
    same(rules["ko"], rules["en"])


def every_refusal_has_words_for_pages():
    causes = re.findall(r'^CAUSE\(\w+, \w+, \d+, "([\w.]+)"', (LOCALE.parent / "src/base/causes.def").read_text(), re.M)
    check(len(causes) > 90, "there are some")
    for language in DICTIONARIES:
        words = (LOCALE / language / "console.txt").read_text()
        same([slug for slug in causes[1:] if f"\nproblem.{slug} = " not in words], [], language)


def every_reason_that_nothing_goes_out_has_words_for_pages():
    sources = [path.read_text() for folder in ("mail", "send") for path in sorted((LOCALE.parent / "src" / folder).rglob("*.c"))]
    said = {text for source in sources for text in re.findall(r'"((?:the (?:mail host|receiver|file|folder of)|this (?:program|machine)|it is no plain)[^"%]*)"', source)}
    check(len(said) > 25, "there are some")
    for language in DICTIONARIES:
        same(said - {key.removeprefix("said.") for key in pairs(language, "console.txt")}, set(), language)


def no_word_is_misspelled():
    for language in DICTIONARIES:
        same(unknown(language, "\n".join(texts(language))), [], language)


def a_misspelled_word_is_found():
    for language, word in (("en", "leakked"), ("id", "kebocorran"), ("ko", "유출됬습니다")):
        same(unknown(language, f"{word}\n"), [word])


if __name__ == "__main__":
    story(the_three_languages_have_the_same_texts, every_refusal_has_words_for_pages, every_reason_that_nothing_goes_out_has_words_for_pages,
          no_word_is_misspelled, a_misspelled_word_is_found)
