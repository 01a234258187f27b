#!/usr/bin/env python3
"""The pages' words: the same in three languages, with the same places to fill, and none that the pages ask for is missing."""
import os
import pathlib
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../scenario"))
from amanah import check, same, story  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "id", "ko")
PAGES = [name for name in ("console", "portal") if (TOP / "locale/en" / f"{name}.txt").exists()]


def pairs(language, name):
    lines = (TOP / "locale" / language / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split(" = ", 1) for line in lines if " = " in line and line[0] not in "#@"]
    same(len(dict(rows)), len(rows), f"{language}/{name}.txt: a key is there twice: {sorted(key for key, _ in rows)}")
    return dict(rows)


def places(text):
    return sorted(set(re.findall(r"\{\{(\w+)\}\}", text)))


def three_languages_say_the_same():
    for name in PAGES:
        english = pairs("en", name)
        for language in LANGUAGES[1:]:
            other = pairs(language, name)
            same(sorted(other), sorted(english), f"{language}/{name}.txt")
            for key, text in english.items():
                check(other[key].strip(), f"{language}: {key} is empty")
                if not key.endswith(".1"):
                    same(places(other[key]), places(text), f"{language}: {key}")


def no_page_asks_for_words_that_are_not_there():
    for name in PAGES:
        known = set(pairs("en", name)) | {line.split(" = ")[0] for line in (TOP / "locale/en/words.txt").read_text(encoding="utf-8").splitlines()}
        for file in [*(TOP / "web/src/ui").glob("*.ts*"), *(TOP / "web/src" / name).rglob("*.ts*")]:
            for key in re.findall(r"""\bt\("([^"]+)\"""", file.read_text(encoding="utf-8")):
                check(key in known, f"{file.name}: {key} has no words")


def no_page_has_sentences_of_its_own():
    for file in [*(TOP / "web/src").rglob("*.tsx")]:
        for text in re.findall(r"(?<!=)>([^<>{}=]*[A-Za-z]{3,} [A-Za-z]{3,}[^<>{}=]*)<", file.read_text(encoding="utf-8")):
            check(False, f"{file.name}: a sentence that is not in locale/: {text.strip()!r}")


def the_questions_of_the_law_are_those_of_the_program():
    asked = (TOP / "web/src/console/incident/facts.tsx").read_text(encoding="utf-8")
    names = (TOP / "src/answer/law/names.def").read_text(encoding="utf-8")
    listed = re.findall(r'"(\w+)"', re.search(r"const FACTS = \[(.*?)\]", asked, re.S)[1] + re.search(r"const KINDS = \[(.*?)\]", asked)[1])
    rows = re.findall(r'^(?:FACT|KIND)\(\w+, "(\w+)"\)', names, re.M)
    same(listed, [name for name in rows if name not in ("marketplace", "medium_or_larger")], "the shop's profile answers two; the page asks the others")


if __name__ == "__main__":
    story(three_languages_say_the_same, no_page_asks_for_words_that_are_not_there, no_page_has_sentences_of_its_own,
          the_questions_of_the_law_are_those_of_the_program)
