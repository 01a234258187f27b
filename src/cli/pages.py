#!/usr/bin/env python3
"""Turns the pages of docs/errors/ into one C file: pages.py FOLDER OUT.c OUT.d

The depfile names the folder and every page, so that a new or changed page makes the file anew.
"""
import pathlib
import sys

sys.dont_write_bytecode = True  # the source may be another user's
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "base"))
import c_text  # noqa: E402

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


def main(folder, out, depfile):
    pages = sorted(path for path in pathlib.Path(folder).glob("*.md") if path.stem != "README")
    text = HEAD
    for page in pages:
        text += f'    {{"{page.stem}",\n' + c_text.literals(page.read_text(encoding="utf-8")) + "    },\n"
    pathlib.Path(out).write_text(text + TAIL, encoding="utf-8")
    names = " ".join(str(path) for path in [folder, c_text.__file__, *pages])
    pathlib.Path(depfile).write_text(f"{out}: {names}\n", encoding="utf-8")


main(*sys.argv[1:])
