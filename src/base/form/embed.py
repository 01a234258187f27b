#!/usr/bin/env python3
"""Turns the *.yaml of a folder into one C table: embed.py FOLDER NAME OUT.c OUT.d. The depfile names the folder and every file."""
import pathlib
import sys

HEAD = """/* Made by src/base/form/embed.py. */
#include "base/form/form.h"

"""


def main(folder, name, out, depfile):
    files = sorted(pathlib.Path(folder).glob("*.yaml"))
    made, rows = HEAD, ""
    for number, file in enumerate(files):
        bytes_ = file.read_bytes()
        made += f"static const uint8_t file_{number}[] = {{\n"
        for at in range(0, len(bytes_), 24):
            made += "    " + "".join(f"{byte}," for byte in bytes_[at:at + 24]) + "\n"
        made += "};\n"
        rows += f'    {{"{file.name}", {{file_{number}, sizeof file_{number}}}}},\n'
    made += f"extern const struct form_file {name}[];\nconst struct form_file {name}[] = {{\n{rows}    {{0}},\n}};\n"
    pathlib.Path(out).write_text(made, encoding="utf-8")
    names = " ".join(str(path) for path in [folder, *files])
    pathlib.Path(depfile).write_text(f"{out}: {names}\n", encoding="utf-8")


main(*sys.argv[1:])
