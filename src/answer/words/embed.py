#!/usr/bin/env python3
"""Turns locale/<language>/<pattern> into one C table of such structs: embed.py LOCALE PATTERN NAME OUT.c OUT.d HEADER STRUCT"""
import pathlib
import sys

sys.dont_write_bytecode = True  # the source may be another user's
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "base"))
import c_text  # noqa: E402


def main(locale, pattern, name, out, depfile, header, struct):
    files = sorted(pathlib.Path(locale).glob(f"*/{pattern}"))
    made = f'/* Made by src/answer/words/embed.py from locale/. */\n#include "{header}"\n\n'
    made += '#pragma GCC diagnostic ignored "-Woverlength-strings"\n\n'
    made += f"const struct {struct} {name}[] = {{\n"
    for file in files:
        made += f'    {{"{file.relative_to(locale).parts[0]}", "{file.relative_to(locale)}",\n'
        made += c_text.literals(file.read_text(encoding="utf-8")) + "    },\n"
    pathlib.Path(out).write_text(made + "    {0},\n};\n", encoding="utf-8")
    folders = sorted({str(file.parent) for file in files})
    names = " ".join([locale, c_text.__file__, *folders, *map(str, files)])
    pathlib.Path(depfile).write_text(f"{out}: {names}\n", encoding="utf-8")


main(*sys.argv[1:])
