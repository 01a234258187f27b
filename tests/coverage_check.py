#!/usr/bin/env python3
"""docs/coverage.md has its 62 rows in order, every test that it, docs/threat-model.md or docs/looks.md names exists, and all stories run."""
import re
import sys
from pathlib import Path

ROWS = 62
NOT_RUN = ("amanah", "package")  # what stories are told with; what `make deb` runs
STATES = ("shown", "partly", "not yet")
TEST = re.compile(r"`(tests/[^`:]+)(?::([^`]+))?`")


def missing_tests(root, text, place):
    for path, name in TEST.findall(text):
        file = root / path
        if not file.exists():
            yield f"{place}: {path} does not exist"
        elif name and (not file.is_file() or not re.search(rf"\b{re.escape(name)}\b", file.read_text())):
            yield f"{place}: {path} has no test {name}"


def coverage(root):
    path = root / "docs/coverage.md"
    numbers = []
    for line in path.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not re.fullmatch(r"\d+", cells[0]):
            continue
        place = f"docs/coverage.md row {cells[0]}"
        numbers.append(int(cells[0]))
        if len(cells) != 6:
            yield f"{place}: {len(cells)} cells, not 6"
            continue
        _, _, _, command, test, state = cells
        if state not in STATES:
            yield f"{place}: state '{state}' is none of {', '.join(STATES)}"
        if (state == "not yet") != (not TEST.search(test)):
            yield f"{place}: a row is 'not yet' exactly when it names no test"
        if state != "not yet" and command in ("", "–"):
            yield f"{place}: names no command or page"
        yield from missing_tests(root, test, place)
    if numbers != list(range(1, ROWS + 1)):
        yield f"docs/coverage.md: rows are not 1 to {ROWS} in order"


def named(root, page):
    for number, line in enumerate((root / page).read_text().splitlines(), 1):
        yield from missing_tests(root, line, f"{page}:{number}")


def not_run(root):
    listed = (root / "tests/scenario/meson.build").read_text()
    for path in sorted((root / "tests/scenario").glob("*.py")):
        if path.stem not in NOT_RUN and re.search(r"^ *story\(", path.read_text(), re.M) and f"'{path.stem}'" not in listed:
            yield f"tests/scenario/meson.build: {path.name} is not in its list, so nobody runs it"


def findings(root):
    return [*coverage(root), *named(root, "docs/threat-model.md"), *named(root, "docs/looks.md"), *not_run(root)]


def main():
    found = findings(Path(__file__).resolve().parent.parent)
    for line in found:
        print(line)
    print(f"coverage: {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
