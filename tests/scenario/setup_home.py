"""A home that only `amanah setup` makes, by questions and a sheet: for setup.py and setup_again.py. Main class: New."""
import os
import re
import subprocess

import amanah
from amanah import Home, environment, same

TYPES = {"en": "Type all words", "id": "Ketik semua kata", "ko": "복구 용지의 글자를 1번부터"}
ASKS = {"en": r"From the sheet", "id": r"Dari lembar itu", "ko": r"용지에서, "}


class New(Home):
    """A home that only setup makes; nothing of the machine is touched, its /etc is a folder."""

    def __init__(self):
        super().__init__(shop="toko", seal="passphrase", init=False)
        self.stick = os.path.join(self.folder, "stick")
        self.etc = os.path.join(self.folder, "etc")
        self.groups = {}
        os.mkdir(self.stick)

    def sheet(self):
        text = subprocess.run(["pdftotext", "-layout", os.path.join(self.stick, "recovery.pdf"), "-"],
                              capture_output=True, text=True, check=True).stdout
        groups = dict(re.findall(r"^\s*([1-8])\s+([0-9a-z]{4})\s*$", text, re.M))
        same(sorted(groups), list("12345678"), text)
        return text, groups

    def setup(self, answers, prove=lambda groups, number: groups[number], words=(), lang="en", env=None):
        """Answer the questions; when a group, or the whole sheet, is asked for, look at the sheet."""
        words = [amanah.PROGRAM, "setup", self.path, "--json", *words]
        said, left, groups = [], list(answers), {}
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=environment(env)) as child:
            if left:
                self.tell(child, "\n".join(left))
            for line in child.stderr:
                said.append(line)
                asked = re.search(r"(\d)", line) if re.match(ASKS[lang], line) else None
                if asked:
                    groups = groups or self.sheet()[1]
                    self.groups = groups
                    self.words()
                    self.tell(child, prove(groups, asked.group(1)))
                elif line.startswith(TYPES[lang]):
                    self.tell(child, self.passphrase)
            out = child.stdout.read()
            try:
                child.stdin.close()
            except BrokenPipeError:
                pass
            status = child.wait()
        return status, out, "".join(said)

    @staticmethod
    def tell(child, line):
        try:
            child.stdin.write(line + "\n")
            child.stdin.flush()
        except BrokenPipeError:
            pass  # it was killed

    def words(self):
        self.passphrase = "-".join(self.groups[n] for n in "12345678")


def ANSWERS(home, lang="en", more=("", "", "")):  # pylint: disable=invalid-name
    return (lang, "toko", home.stick, *more)
