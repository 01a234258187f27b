#!/usr/bin/env python3
"""Turns law/*.yaml into one C file: embed.py LAW OUT.c OUT.d. The depfile names the folder and every file."""
import pathlib
import sys

HEAD = """/* Made by src/answer/law/embed.py from law/. */
#include "answer/law/law_priv.h"

"""


def main(law, out, depfile):
    files = sorted(pathlib.Path(law).glob("*.yaml"))
    made, rows = HEAD, ""
    for number, file in enumerate(files):
        bytes_ = file.read_bytes()
        made += f"static const uint8_t file_{number}[] = {{\n"
        for at in range(0, len(bytes_), 24):
            made += "    " + "".join(f"{byte}," for byte in bytes_[at:at + 24]) + "\n"
        made += "};\n"
        rows += f'    {{"{file.name}", {{file_{number}, sizeof file_{number}}}}},\n'
    made += f"const struct law_file law_files[] = {{\n{rows}    {{0}},\n}};\n"
    pathlib.Path(out).write_text(made, encoding="utf-8")
    names = " ".join(str(path) for path in [law, *files])
    pathlib.Path(depfile).write_text(f"{out}: {names}\n", encoding="utf-8")


main(*sys.argv[1:])
