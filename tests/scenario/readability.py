#!/usr/bin/env python3
"""How hard notices are to read, as people get them: rendered in three languages, each below a bound.

English: the grade of Flesch and Kincaid (Kincaid et al. 1975). No such formula is established for Indonesian and Korean,
so there it is the length of sentences and of words. Whole sentences alone are counted: headings, labels and lists of fields would make
it look easier than it is.
With --print it tells the figures that docs/notices.md states.
"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story  # noqa: E402
from mail_host import MailHost  # noqa: E402
from notices import await_state, incident, looked_at, mail_set  # noqa: E402

# kind: most of (grade), (words a sentence, letters a word), (words a sentence, syllables a word)
BOUNDS = {"en": (6,), "id": (13, 6), "ko": (10, 3.5)}
EVERYTHING = ["name", "email", "phone", "address", "birth_date"]


def sentences(text):
    """The words of each. Lines that were broken for the mail are one again; the code and addresses are no words."""
    text = re.sub(r"^([0-9a-z]{5}-)+[0-9a-z]*$|\(code\)|\S+@\S+|\b\d[\d:.,/-]*\b|\bUTC\b", " ", text, flags=re.M)
    found = []
    for block in re.split(r"\n\s*\n|\n(?=- )|:[ \n]|(?<=:)$", text):
        found += [one for one in re.split(r"(?<=[.!?])[\s\"]+", block.strip()) if one[-1:] in (".", "!", "?")]
    return [words for words in (re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*", one) for one in found) if words]


def syllables(word):
    """Of an English word, near enough: groups of vowels, without a silent e."""
    word = re.sub(r"(?:[^laeiouy]es|[^dt]ed|[^laeiouy]e)$", lambda end: end.group()[0], word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def grade(text):
    each = sentences(text)
    words = [word for one in each for word in one]
    return 0.39 * len(words) / len(each) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def lengths(text):
    each = sentences(text)
    words = [word for one in each for word in one]
    return len(words) / len(each), sum(map(len, words)) / len(words)


def measured(lang, text):
    return (grade(text),) if lang == "en" else lengths(text)


def rendered():
    """(language, kind) -> text, to somebody of whom all of EVERYTHING leaked."""
    with Home() as home, MailHost() as host:
        home.start()
        mail_set(home, host)
        person = home.create("p", email="p@person.example", name="Ann", phone="+62812345678", birth_date="1980-01-01",
                             addresses=[{"address": "Jalan Merdeka 1", "postcode": "10111"}])
        looked_at(home, [person], EVERYTHING[:3])
        made = incident(home, rights={"en": "You may claim damages.", "id": "Anda dapat menuntut ganti rugi.", "ko": "손해배상을 청구하실 수 있습니다."},
                        relief={"en": "Write to privacy@shop.example.", "id": "Tulis ke privacy@shop.example.", "ko": "개인정보 담당자에게 연락해 주십시오."})
        home.run("notice", "draft", made)
        home.run("notice", "send", made, "1", "--yes")
        await_state(home, made, "done")
        looked_at(home, [person], EVERYTHING[3:])
        home.run("incident", "scope", made, "from=2020-01-01T00:00:00Z")
        home.run("notice", "draft", made, "kind=supplement", "after=1")
        texts = {}
        for lang in BOUNDS:
            first = home.ask("notice", "preview", made, "1", "--lang", lang)
            texts[lang, "notice"], texts[lang, "care"] = first["body"], first["care"]["body"]
            texts[lang, "supplement"] = home.ask("notice", "preview", made, "2", "--lang", lang)["body"]
        home.run("field", "put", "watch_identity", "--kind", "date")
        file = home.ask("evidence", "match", home.file("found.csv", f"mail\np@person.example\n"), "--incident", made)["evidence"]
        home.run("notice", "draft", made, "kind=watch", f"number={file}")
        for lang in BOUNDS:
            texts[lang, "watch"] = home.ask("notice", "preview", made, "3", "--lang", lang)["body"]
        return texts


def the_measure_is_the_published_one():
    same(round(grade("The cat sat on the mat."), 2), -1.45)
    check(grade("Notwithstanding considerable organisational uncertainty, unauthorised individuals obtained "
                "confidential information concerning participating customers.") > 20, "bureaucrats are hard to read")
    same(lengths("Data Anda bocor. Hubungi kami:\n- nama\n- alamat\n\nTulis ke\nkami."), (6 / 2, 24 / 6), "whole sentences")


def every_notice_is_easy_to_read():
    for (lang, kind), text in sorted(rendered().items()):
        found = measured(lang, text)
        check(len(sentences(text)) >= 6, f"{lang} {kind} has sentences: {sentences(text)}")
        if "--print" in sys.argv:
            print(lang, kind, *(f"{one:.1f}" for one in found))
        for one, most in zip(found, BOUNDS[lang]):
            check(one <= most, f"{lang} {kind}: {found}, at most {BOUNDS[lang]}")


if __name__ == "__main__":
    story(the_measure_is_the_published_one, every_notice_is_easy_to_read)
