#!/usr/bin/env python3
"""coverage_check.py finds what it is for: a page that is spoiled in one place must give the finding that is named beside it."""
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import coverage_check  # noqa: E402

TEST = "`tests/scenario/one.py:a_story`"
GOOD = {
    "docs/coverage.md": "| # | line | what is asked | here | test | state |\n|--:|---|---|---|---|---|\n" + "".join(
        f"| {n} | a line | a thing | `amanah run` | {TEST} | shown |\n" for n in range(1, coverage_check.ROWS)
    ) + f"| {coverage_check.ROWS} | a line | a thing | – | – | not yet |\n",
    "docs/threat-model.md": f"| a claim | {TEST} |\n",
    "docs/looks.md": "nothing is named here\n",
    "tests/scenario/one.py": "def a_story():\n    pass\n\n\nstory(a_story)\n",
    "tests/scenario/meson.build": "scenarios = [\n  ['one', 120],\n]\n",
}
ROW = f"| 7 | a line | a thing | `amanah run` | {TEST} | shown |\n"
# name, the page that is spoiled, what stands there, what stands there instead, a part of the one finding that must follow
BAD = (
    ("a row that is missing", "docs/coverage.md", ROW, "", "rows are not 1 to"),
    ("a row that is there twice", "docs/coverage.md", ROW, ROW + ROW, "rows are not 1 to"),
    ("a cell too few", "docs/coverage.md", ROW, ROW.replace("| a thing ", ""), "row 7: 5 cells"),
    ("a state of one's own", "docs/coverage.md", ROW, ROW.replace("shown", "nearly"), "state 'nearly'"),
    ("shown by no test", "docs/coverage.md", ROW, ROW.replace(TEST, "–"), "exactly when it names no test"),
    ("not yet, but a test", "docs/coverage.md", ROW, ROW.replace("shown", "not yet"), "exactly when it names no test"),
    ("shown without a command", "docs/coverage.md", ROW, ROW.replace("`amanah run`", "–"), "names no command or page"),
    ("a file that is gone", "docs/coverage.md", ROW, ROW.replace("one.py", "two.py"), "two.py does not exist"),
    ("a test that is gone", "docs/coverage.md", ROW, ROW.replace("a_story", "another"), "has no test another"),
    ("a claim without its test", "docs/threat-model.md", "a_story", "another", "threat-model.md:1"),
    ("a story that nobody runs", "tests/scenario/meson.build", "'one'", "'two'", "one.py is not in its list"),
    ("a way to a value without its test", "docs/looks.md", "nothing is named", TEST.replace("a_story", "another"), "looks.md:1"),
)


def findings(files):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return coverage_check.findings(root)


def main():
    wrong = [f"good pages: {line}" for line in findings(GOOD)]
    for name, page, before, after, part in BAD:
        found = findings(GOOD | {page: GOOD[page].replace(before, after)})
        if len(found) != 1 or part not in found[0]:
            wrong.append(f"{name}: {found}")
    print("\n".join(wrong) or f"coverage_check_test: {len(BAD)} kinds of fault are found")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
