#!/usr/bin/env python3
"""Setup that is killed and begun again: it starts cleanly, or goes on where it was, and says which; nothing is lost or made twice.

It is killed before the first renaming of a file, begun again, killed before the second, and so on; once the home is there with
longer steps, unless AMN_LONG is in the environment.
"""
import glob
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import check, killed_at, same, skip, story, within
from setup_home import ANSWERS, New

KILLED, NO = -9, 1
STEP = 1 if os.environ.get("AMN_LONG") else 5
ON = {"en": "goes on where it was", "id": "dilanjutkan dari tempat ia terputus", "ko": "끊긴 곳에서 이어"}
ANEW = {"en": "was cut off before anything was made", "id": "terputus sebelum ada yang dibuat", "ko": "무엇을 만들기 전에 끊겼습니다"}
MAIL = "owner@shop.example smtp://mail.shop.example"
if not shutil.which("pdftotext"):
    skip("pdftotext reads the sheet")


def keys_of(home):
    return [row for row in home.ask("key", "list")["items"] if not row.get("ended")]


def it_starts_cleanly_until_the_home_is_there_and_goes_on_from_then():
    with New() as home:
        more, words, number, later, anew, on, shown = ("", "", MAIL), ("--etc", home.etc), 1, 2, 0, 0, []
        for attempt in range(100):
            there = os.path.exists(home.path)
            noted = os.path.exists(home.path + ".setup")
            lang = ("id", "ko", "en")[attempt % 3] if not there else lang
            said_in = lang_noted if noted else lang
            sheet = not there and os.path.exists(os.path.join(home.stick, "recovery.pdf"))
            status, out, said = home.setup(() if there else ANSWERS(home, lang, more), words=() if there else words, lang=lang,
                                           env=killed_at(later if there else number))
            lang_noted = lang
            shown += re.findall(r"^amk_\S+$|\"key\":\"(amk_[^\"]+)\"", out, re.M)
            check(status in (KILLED, 0), f"{status}: {said}")
            if there:
                within(ON[said_in], said)
                on += 1
                later += STEP
            elif noted:
                within(ANEW[said_in], said)
                anew += 1
            if not there:
                check(not sheet or noted, "no sheet lies there that setup does not know of")
                number += 1
            if status == 0:
                break
        same(status, 0, said)
        check(anew >= 5 and on >= 2, f"killed {anew} times before the home was there, {on} times after")
        same(sorted(os.listdir(home.stick)), ["keys.age", "recovery.pdf"])
        left = set(os.listdir(home.folder)) - {"stick", "etc", "home", "backups"}
        same({name for name in left if name.startswith("home")}, set(), "no note, no half home")
        same(len(keys_of(home)), 1, "one key holds")
        home.admin = shown[-1]
        same(len(home.ask("watch", "sink", "list")["items"]), 1, "one sink")
        within("smtp://mail.shop.example", home.run("mail", "show").text)
        check(home.cli("backups", "--json", "--home", home.path).json["well"], "backed up, and brought back once")
        with open(os.path.join(home.etc, "amanah", "passphrase"), encoding="utf-8") as file:
            same(file.read(), home.passphrase)
        home.start()
        home.create("a", email="a@shop.example")
        home.stop()
        same(home.ask("ledger", "verify")["findings"], [])
        status, out, said = home.setup(ANSWERS(home))
        same((status, "amk_" in out), (NO, False), said)
        for sentence in ("its setup came to its end", "penyiapannya sudah selesai", "설정이 끝났습니다"):
            within(sentence, said)


def only_who_has_the_sheet_goes_on():
    with New() as home:
        renames = 0
        while not os.path.exists(home.path):
            renames += 1
            home.setup(ANSWERS(home), env=killed_at(renames))
        home.passphrase = "-".join(["0000"] * 8)
        status, out, said = home.setup(())
        same((status, "amk_" in out), (NO, False), said)
        within("Those are not the words", said)
        home.words()
        home.passphrase = home.passphrase.upper().replace("-", " ").replace("0", "O")
        status, out, said = home.setup(())
        same(status, 0, said)
        within("amk_", out)


def it_writes_over_no_sheet_and_no_keys_of_another_vault():
    with New() as home:
        for name in ("recovery.pdf", "keys.age"):
            path = home.file("stick/" + name, "of another vault")
            status, _, said = home.setup(("id", "toko") + (home.stick,) * 10, lang="id")
            check(status != 0, said)
            within("tidak ditimpa", said)
            with open(path, encoding="utf-8") as file:
                same(file.read(), "of another vault")
            os.remove(path)
        check(not os.path.exists(home.path) and not glob.glob(home.path + "*"), "nothing is there")


story(it_starts_cleanly_until_the_home_is_there_and_goes_on_from_then, only_who_has_the_sheet_goes_on,
      it_writes_over_no_sheet_and_no_keys_of_another_vault)
