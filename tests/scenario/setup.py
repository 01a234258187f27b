#!/usr/bin/env python3
"""The first ten minutes: six questions, a sheet that must be shown to be at hand, a vault that runs and comes back."""
import glob
import os
import re
import shutil
import stat
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import check, command, same, skip, story, within
from setup_home import ANSWERS, New

NO, MALFORMED = 1, 2
if not shutil.which("pdftotext"):
    skip("pdftotext reads the sheet")


def it_is_made_sealed_backed_up_runs_and_comes_back():
    with New() as home:
        status, out, said = home.setup(ANSWERS(home, "ko", ("vault.shop.example", "", "")), lang="ko")
        same(status, 0, said)
        check(home.passphrase not in out + said, "the words are on the sheet only")
        within("certbot certonly --standalone -d vault.shop.example", said)
        home.admin = re.search(r'"key":"(amk_[^"]+)"', out).group(1)
        same(sorted(os.listdir(home.stick)), ["keys.age", "recovery.pdf"])
        for name in os.listdir(home.stick):
            same(stat.S_IMODE(os.stat(os.path.join(home.stick, name)).st_mode), 0o600, name)
        within(home.path, re.sub(r"\s+", "", home.sheet()[0]))
        check(home.cli("backups", "--json", "--home", home.path).json["well"], "made, and brought back once")
        home.start()
        one = home.create("a", email="a@shop.example")
        same(home.values([one], ["email"])[one]["email"], "a@shop.example")
        home.stop()
        backups = os.path.join(home.folder, "backups")
        same(home.cli("backup", home.path, "--scheduled", "--out", backups).status, 0)
        shutil.rmtree(home.path)  # the machine is gone
        done = home.cli("restore", *sorted(glob.glob(os.path.join(backups, "amanah-*.age"))), home.path, "--keys",
                        os.path.join(home.stick, "keys.age"), "--erasures-unknown", "--json",
                        env={"AMANAH_CUSTODY_FILE": home.file("sheet", home.passphrase)})
        same((done.status, done.json and done.json["subjects"]), (0, 1), f"{done}")


def nothing_is_made_without_the_sheet():
    with New() as home:
        status, out, said = home.setup(ANSWERS(home), prove=lambda groups, number: "0000" if groups[number] != "0000" else "1111")
        same(status, NO, said)
        check("amk_" not in out, "no key")
        check(not os.path.exists(home.path) and not os.path.exists(os.path.join(home.folder, "backups")), "nothing is there")
        check(not os.listdir(home.stick), "nor a sheet that opens nothing")
        status, out, said = home.setup(ANSWERS(home, lang="xx") + ("xx",) * 9)
        same(status, MALFORMED, said)
        check(not os.path.exists(home.path), "nothing is there")


def settings_of_the_service_are_written_for_it_alone():
    with New() as home:
        cert, key = home.file("cert.pem", "c"), home.file("key.pem", "k")
        keep = home.file("keep", f'#!/bin/sh\ncat > "{home.folder}/away-$AMANAH_BACKUP_NAME"\n')
        os.chmod(keep, 0o755)
        answers = ("id", "Toko!", "toko", os.path.join(home.folder, "none"), home.stick, "no.such /files", f"{cert} {key}",
                   "/bin/none", keep, "nobody", "owner@shop.example smtp://mail.shop.example")
        status, out, said = home.setup(answers, words=("--etc", home.etc), lang="id",
                                       prove=lambda groups, number: groups[number][:2].upper() + "- " + groups[number][2:])
        same(status, 0, said)
        for sentence in ("Nama diawali huruf kecil", "Folder itu tidak dapat dipakai", "Ketik dua berkas yang ada",
                         "Tidak ada program dengan nama itu", "Ketik alamatnya dulu"):
            same(said.count(sentence), 1, said)
        with open(os.path.join(home.etc, "amanah", "passphrase"), encoding="utf-8") as file:
            same(file.read(), home.passphrase)
        same(stat.S_IMODE(os.stat(os.path.join(home.etc, "amanah", "passphrase")).st_mode), 0o600)
        with open(os.path.join(home.etc, "default", "amanah"), encoding="utf-8") as file:
            text = file.read()
        within(f'AMANAH_OPTIONS="--listen 0.0.0.0:8420 --tls-cert {cert} --tls-key {key}"', text)
        within(f'AMANAH_BACKUP_OPTIONS="--command {keep}"', text)
        same(len(glob.glob(os.path.join(home.folder, "away-amanah-*-full.age"))), 1, "a copy went elsewhere")
        within("owner@shop.example", home.run("watch", "sink", "list").text)
        within("smtp://mail.shop.example", home.run("mail", "show").text)
        same(home.setup(ANSWERS(home))[0], NO, "it is there already")


def a_name_that_cannot_be_is_mended():
    cases = (("en", "Toko Siti", "", "toko-siti", "Shall it be toko-siti?"),
             ("id", "2. Warung _Bu_ Rina's -", "", "warung-bu-rina-s", "Bagaimana kalau warung-bu-rina-s?"),
             ("ko", "시티 Shop " + "x" * 90, "", "shop-" + "x" * 27, "shop-" + "x" * 27 + "(으)로 할까요?"),
             ("en", "Toko Siti", "siti", "siti", "Shall it be toko-siti?"),
             ("en", "시티", "", "shop", "A name begins with a small letter"))  # nothing to mend: it is asked as before
    for lang, name, then, want, asked in cases:
        sheets = []

        def wrong(groups, number, home, sheets=sheets):
            sheets.append(home.sheet()[0])
            return "0000" if groups[number] != "0000" else "1111"

        with New() as home:
            status, _, said = home.setup((lang, name, then, home.stick, "", "", ""), lang=lang,
                                         prove=lambda groups, number, home=home, wrong=wrong: wrong(groups, number, home))
            same(status, NO, said)
            within(asked, said)
            within(f" {want}", re.sub(r"\s+", " ", sheets[0]))


def it_takes_over_nothing_of_the_machine():
    with New() as home:
        done = command("setup", home.path, "--etc", "/etc")
        same(done.status, MALFORMED, f"{done}")
        check(not os.path.exists(home.path), "nothing is there")


story(it_is_made_sealed_backed_up_runs_and_comes_back, nothing_is_made_without_the_sheet,
      settings_of_the_service_are_written_for_it_alone, a_name_that_cannot_be_is_mended, it_takes_over_nothing_of_the_machine)
