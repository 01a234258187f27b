#!/usr/bin/env python3
"""Turns locale/<language>/mail/*.txt, notice/*.txt and words.txt into one C file: embed.py LOCALE OUT.c OUT.d

The depfile names the folders and every text, so that a new or changed one makes the file anew.
"""
import pathlib
import sys

sys.dont_write_bytecode = True  # the source may be another user's
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "base"))
import c_text  # noqa: E402

HEAD = """/* Made by src/mail/embed.py from locale/. */
#include "mail/mail_priv.h"

#include <stddef.h>

#pragma GCC diagnostic ignored "-Woverlength-strings"

const struct mail_source mail_sources[] = {
"""


def c_words(file):
    """`key = text` lines as rows of a table."""
    made = ""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        key, equals, text = line.partition(" = ")
        if not equals or not text or not key.replace(".", "").replace("_", "").isalnum():
            sys.exit(f"{file}:{number}: must be `key = text`")
        made += f'    {{"{file.parent.name}", "{key}",\n' + c_text.literals(text) + "    },\n"
    return made


def c_texts(texts):
    """Whole files as rows of a table."""
    made = ""
    for text in texts:
        made += f'    {{"{text.parent.parent.name}", "{text.stem}",\n' + c_text.literals(text.read_text(encoding="utf-8")) + "    },\n"
    return made


def main(locale, out, depfile):
    folders = sorted(pathlib.Path(locale).glob("*/mail")) + sorted(pathlib.Path(locale).glob("*/notice"))
    texts = [text for folder in folders for text in sorted(folder.glob("*.txt"))]
    words = sorted(pathlib.Path(locale).glob("*/words.txt"))
    made = HEAD + c_texts(text for text in texts if text.parent.name == "mail")
    end = "    {NULL, NULL, NULL},\n};\n"
    made += end + "\nconst struct mail_source mail_notices[] = {\n"
    made += c_texts(text for text in texts if text.parent.name == "notice")
    made += end + "\nconst struct mail_source mail_words[] = {\n" + "".join(map(c_words, words)) + end
    pathlib.Path(out).write_text(made, encoding="utf-8")
    names = " ".join(str(path) for path in [locale, c_text.__file__, *folders, *texts, *words])
    pathlib.Path(depfile).write_text(f"{out}: {names}\n", encoding="utf-8")


main(*sys.argv[1:])
