#!/usr/bin/env python3
"""Turns the pages of docs/errors/ into one C file: pages.py FOLDER OUT.c OUT.d

The depfile names the folder and every page, so that a new or changed page makes the file anew.
"""
import pathlib
import sys

HEAD = """/* Made by src/cli/pages.py from docs/errors/. */
#include "cli/pages.h"

#include <stddef.h>
#include <string.h>

#pragma GCC diagnostic ignored "-Woverlength-strings"

static const struct {
    const char *slug, *text;
} pages[] = {
"""
TAIL = """    {NULL, NULL},
};

const char *page_text(const char *slug)
{
    for (size_t i = 0; pages[i].slug; i++) {
        if (strcmp(pages[i].slug, slug) == 0) return pages[i].text;
    }
    return NULL;
}
"""


def c_line(line):
    """One line of a page as a C string literal; bytes above ASCII in octal, so that no digit after them joins in."""
    out = ""
    for byte in (line + "\n").encode():
        char = chr(byte)
        if char == "\n":
            out += "\\n"
        elif char in '"\\?':
            out += "\\" + char
        else:
            out += char if 32 <= byte < 127 else f"\\{byte:03o}"
    return f'     "{out}"\n'


def main(folder, out, depfile):
    pages = sorted(path for path in pathlib.Path(folder).glob("*.md") if path.stem != "README")
    text = HEAD
    for page in pages:
        lines = page.read_text(encoding="utf-8").splitlines() or [""]
        text += f'    {{"{page.stem}",\n' + "".join(map(c_line, lines)) + "    },\n"
    pathlib.Path(out).write_text(text + TAIL, encoding="utf-8")
    names = " ".join(str(path) for path in [folder, *pages])
    pathlib.Path(depfile).write_text(f"{out}: {names}\n", encoding="utf-8")


main(*sys.argv[1:])
