#!/usr/bin/env python3
"""Each command in docs/guide runs, in the order in which it stands there, in each language; and the languages have the same commands."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import PROGRAM, Wrong, check, environment, free_port, same, story  # noqa: E402

GUIDE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/guide")
LANGUAGES = ("en", "id", "ko")
# what a command prints, by the word that stands for it in the page
PRINTED = {"INCIDENT": r"\binc_[0-9a-z]+", "KEY": r"\bkey_[0-9a-z]+", "CUSTOMER": r"\bsub_[0-9a-z]+", "LINE": r"\bline (\d+)"}
TOLD = {"amanah doctor": (0, 1)}  # 1: something is still wrong, such as a mail host that is made up here
ANSWERS = "Somebody offers our list\n4\n\n\n\n\n\n"
START_S = 30
WORDS = {"en": "Our customers' personal data leaked. We ended the key.\n", "id": "Data pribadi pelanggan kami bocor. Kunci itu sudah kami akhiri.\n",
         "ko": "고객의 개인정보가 유출되었습니다. 그 키를 폐기했습니다.\n"}


def lines_of(language):
    with open(os.path.join(GUIDE, f"{language}.md"), encoding="utf-8") as page:
        return [line.strip() for line in page if line.startswith("    ")]


def command_of(line):
    """Without what is said in a language, and the law of its country: the same command stands in each."""
    return " ".join(re.sub(r'lang=\w+|--lang \w+|"[^"]*"|id-pdp|kr-pipa|country=\w+|seat=\w+', "", line).split())


class Reader:
    """Somebody who types what stands in the page."""

    def __init__(self, folder, language):
        self.folder, self.words, self.daemon = folder, {}, None
        for name in ("bin", "usb"):
            os.mkdir(os.path.join(folder, name))
        os.symlink(PROGRAM, os.path.join(folder, "bin", "amanah"))
        self.write("customers.csv", "ref,name,email,country,lang\n" +
                   "".join(f"C-{n},Person {n},p{n}@shop.example,ID,id\n" for n in range(1, 6)))
        self.write("our-words.txt", WORDS[language])
        self.write("answers", ANSWERS)
        self.env = environment({
            "PATH": os.path.join(folder, "bin") + ":" + os.environ["PATH"], "AMANAH_HOME": os.path.join(folder, "home"),
            "AMANAH_PASSPHRASE_FILE": self.write("passphrase", "correct horse battery staple"),
            "AMANAH_CUSTODY_FILE": self.write("custody", "another staple of a battery horse")})

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def type(self, line):
        typed = line.replace("/srv/amanah", os.path.join(self.folder, "home")).replace("/mnt/usb", os.path.join(self.folder, "usb"))
        for word, printed in self.words.items():
            typed = re.sub(rf"\b{word}\b", printed, typed)
        if typed.startswith("export "):
            return
        if typed.startswith("amanah serve"):
            self.serve(typed)
            return
        if typed == "amanah leak":
            typed += " --answers answers"
        done = subprocess.run(["sh", "-c", typed], cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False, timeout=60)
        check(done.returncode in TOLD.get(line, (0,)), f"{typed}: {done.returncode}\n{done.stdout}{done.stderr}")
        for word, pattern in PRINTED.items():
            for found in re.finditer(pattern, done.stdout):
                self.words[word] = found.group(found.lastindex or 0)

    def serve(self, typed):
        port = free_port()
        log = os.path.join(self.folder, "log")
        with open(log, "wb") as out:
            self.daemon = subprocess.Popen(["sh", "-c", "exec " + re.sub(r":8443", f":{port}", typed)], cwd=self.folder, env=self.env,
                                           stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        until = time.monotonic() + START_S
        while b"serve.started" not in open(log, "rb").read():  # pylint: disable=consider-using-with
            if self.daemon.poll() is not None or time.monotonic() > until:
                raise Wrong(open(log, "rb").read().decode())  # pylint: disable=consider-using-with
            time.sleep(0.05)

    def end(self):
        if self.daemon:
            self.daemon.terminate()
            self.daemon.wait(30)


def read(language):
    folder = tempfile.mkdtemp(prefix="amanah-guide-")
    reader = Reader(folder, language)
    try:
        lines = lines_of(language)
        check(len(lines) > 40, f"{len(lines)} commands")
        for line in lines:
            reader.type(line)
        with open(os.path.join(folder, "report.pdf"), "rb") as report:
            same(report.read(5), b"%PDF-")
    finally:
        reader.end()
        shutil.rmtree(folder, ignore_errors=True)


def the_english_page_runs():
    read("en")


def the_indonesian_page_runs():
    read("id")


def the_korean_page_runs():
    read("ko")


def each_language_has_the_same_commands():
    for language in LANGUAGES[1:]:
        same([command_of(line) for line in lines_of(language)], [command_of(line) for line in lines_of("en")], language)


def what_a_sentence_names_is_a_command_with_these_options():
    for language in LANGUAGES:
        with open(os.path.join(GUIDE, f"{language}.md"), encoding="utf-8") as page:
            named = re.findall(r"`amanah ([^`]+)`", page.read())
        check(len(named) > 5, f"{len(named)} in {language}")
        for text in named:
            words = text.split()
            count = next((at for at, word in enumerate(words) if not re.fullmatch(r"[a-z]+", word)), len(words))
            told = subprocess.run([PROGRAM, *words[:count], "--help"], capture_output=True, text=True, check=False, timeout=60)
            same(told.returncode, 0, text)
            for option in (word for word in words if word.startswith("--")):
                check(re.search(rf"^ +{option}\b", told.stdout, re.M), f"{text}: {option}")


if __name__ == "__main__":
    story(the_english_page_runs, the_indonesian_page_runs, the_korean_page_runs, each_language_has_the_same_commands,
          what_a_sentence_names_is_a_command_with_these_options)
