#!/usr/bin/env python3
"""What the compiler cannot check about the tree: rows, doors, libraries, SQL, banned calls, documents.

    tests/tidy.py [FOLDER]     the findings, one a line; exit status 1 if there are any

src/layers holds the rows; ARCHITECTURE.md says why. Long files are listed and fail nothing.
"""
import re
import sys
from fnmatch import fnmatch
from pathlib import Path

FILE_LINES_MAX = 500
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")
BANNED = ("strcpy", "strcat", "sprintf", "strtok", "atoi", "rand", "time")
STANDARD = set("""
    alloca assert complex ctype dirent dlfcn elf endian errno execinfo fcntl fenv float ftw getopt glob grp iconv
    ifaddrs inttypes langinfo libgen limits locale malloc math netdb poll pthread pwd regex sched search semaphore
    setjmp signal spawn stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings
    sysexits syslog termios threads time uchar ucontext unistd utime wchar wctype wordexp immintrin cpuid x86intrin
    """.split())
STANDARD_FOLDERS = ("sys/", "linux/", "netinet/", "arpa/", "net/", "asm/", "bits/")
# Folders and files of the tree that a document may name in backquotes.
NAMED = re.compile(r"`((?:src|tests|docs|bench|demo|law|locale|web|\.ci)/[^`\s]*|[A-Z][A-Za-z]+(?:\.md)?|packages\.debian"
                   r"|meson\.build|\.clang-[a-z]+)`")
TOP_FILES = ("Makefile", "LICENSE")
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
SQL = re.compile(r'"\s*(?:SELECT|INSERT INTO|INSERT OR|UPDATE|DELETE FROM|CREATE (?:TABLE|INDEX|UNIQUE|TRIGGER|VIEW)|DROP|'
                 r'ALTER TABLE|BEGIN IMMEDIATE|PRAGMA)\b[^"]')
SECRET_NAME = re.compile(r"(?:^|_)(?:tag|mac|secret|token|pepper|signature|password|passphrase|digest)s?(?:_|$)")


class Layers:
    """src/layers, read: rows from the ground up, and the rules beside them."""

    def __init__(self, path):
        self.level, self.sees, self.tables, self.libs, self.only = {}, {}, set(), [], {}
        for line in path.read_text().splitlines():
            words = line.split("#")[0].split()
            if not words:
                continue
            if words[0] == "lib":
                self.libs.append((words[1], words[2], words[3:]))
            elif words[0] == "sees":
                self.sees[words[1]] = words[2:]
            elif words[0] == "table":
                self.tables.update(words[1:])
            elif words[0] == "only":
                self.only[words[1]] = words[2]
            else:
                level = len(set(self.level.values()))
                self.level.update({row: level for row in words})

    def row(self, name):
        """The row of a file named from src/, or None."""
        holders = [row for row in self.level if name.startswith(row + "/")]
        return max(holders, key=len, default=None)


def blank(text, keep_strings):
    """The text with comments (and strings) as spaces, line ends kept."""
    def space(found):
        token = found.group()
        if keep_strings and token[0] in "\"'":
            return token
        return re.sub(r"[^\n]", " ", token) if token[0] == "/" else token[0] + " " * (len(token) - 2) + token[0]
    return TOKEN.sub(space, text)


def sources(root, patterns=("*.c", "*.h", "*.def")):
    return sorted(path for pattern in patterns for path in (root / "src").rglob(pattern))


def each_line(path, root, text):
    name = path.relative_to(root).as_posix()
    for number, line in enumerate(text.splitlines(), 1):
        yield f"{name}:{number}", line


def may_include(layers, own, other, target):
    """Why a file of row `own` may not include `target`, which is in row `other`; None when it may."""
    if own == other or target in layers.tables:
        return None
    if own in layers.sees and other not in layers.sees[own]:
        return f"row {own} may see only {' '.join(layers.sees[own])}"
    if layers.level[other] >= layers.level[own]:
        return f"row {own} may not include from row {other}"
    return None


def local_include(root, layers, path, target):
    name = path.relative_to(root / "src").as_posix()
    own, here = layers.row(name), path.parent / target
    found = here if here.exists() else root / "src" / target
    if not found.exists():
        return f"includes {target}, which is not in src/"
    target = found.resolve().relative_to((root / "src").resolve()).as_posix()
    other = layers.row(target)
    if other is None:
        return f"includes {target}, which is in no row of src/layers"
    if target.endswith("_priv.h") and not name.startswith(target.rsplit("/", 1)[0] + "/"):
        return f"includes {target}, which is private to its folder"
    return may_include(layers, own, other, target)


def system_include(root, layers, path, target):
    if target.startswith(STANDARD_FOLDERS) or (target.endswith(".h") and target[:-2] in STANDARD):
        return None
    name = path.relative_to(root / "src").as_posix()
    found = [(library, folder) for library, folder, headers in layers.libs
             if any(fnmatch(target, header) for header in headers)]
    if any(name.startswith(folder + "/") for _, folder in found):
        return None
    if found:
        return f"{found[0][0]} belongs in {' and '.join('src/' + folder for _, folder in found)} alone"
    return f"<{target}> is of a library that src/layers does not name"


def includes(root):
    layers = Layers(root / "src/layers")
    for path in sources(root):
        if layers.row(path.relative_to(root / "src").as_posix()) is None:
            yield f"{path.relative_to(root)}: in no row of src/layers"
            continue
        for place, line in each_line(path, root, blank(path.read_text(), keep_strings=True)):
            found = re.match(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', line)
            if not found:
                continue
            local, system = found.groups()
            why = local_include(root, layers, path, local) if local else system_include(root, layers, path, system)
            if why:
                yield f"{place}: {why}"


def calls(root):
    layers = Layers(root / "src/layers")
    banned = re.compile(rf"(?<![\w.>])({'|'.join(BANNED)})\s*\(")
    named = re.compile(rf"(?<![\w.>])({'|'.join(layers.only) or '(?!)'})\s*\(")
    compare = re.compile(r"\bmemcmp\s*\(([^;]*)")
    for path in sources(root):
        name = path.relative_to(root / "src").as_posix()
        for place, line in each_line(path, root, blank(path.read_text(), keep_strings=False)):
            for call in banned.findall(line):
                yield f"{place}: {call}() is banned"
            for call in named.findall(line):
                if not name.startswith(layers.only[call] + "/"):
                    yield f"{place}: {call}() may be called in src/{layers.only[call]} alone"
            for arguments in compare.findall(line):
                if any(SECRET_NAME.search(word) for word in re.findall(r"\w+", arguments)):
                    yield f"{place}: memcmp() on a tag; use bytes_equal_ct()"


def sql(root):
    for path in sources(root, ("*.c", "*.h")):
        name = path.relative_to(root / "src").as_posix()
        if name.startswith(("store/sqlite/", "store/postgres/")):
            continue
        for place, line in each_line(path, root, blank(path.read_text(), keep_strings=True)):
            if SQL.search(line):
                yield f"{place}: SQL stands only in src/store/sqlite and src/store/postgres"


def unfinished(root):
    word = re.compile(rf"\b({'|'.join(UNFINISHED)})\b")
    for folder in ("src", "tests", "web", "bench", "demo"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in (".c", ".h", ".def", ".py", ".sh", ".ts", ".mjs", ".js", ".go", ".build"):
                continue
            if "node_modules" in path.parts:
                continue
            for place, line in each_line(path, root, path.read_text(errors="replace")):
                if word.search(line):
                    yield f"{place}: an unfinished mark: do it, or say in the documents what is not there"


def documents(root):
    """Every path that ARCHITECTURE.md names exists; `*` stands for some, `<word>` for any."""
    path = root / "ARCHITECTURE.md"
    if not path.exists():
        yield "ARCHITECTURE.md: missing"
        return
    for place, line in each_line(path, root, path.read_text()):
        for name in NAMED.findall(line):
            if "/" not in name and "." not in name and name not in TOP_FILES:
                continue
            pattern = re.sub(r"<[^>]*>", "*", name)
            if not (any(root.glob(pattern)) if "*" in pattern else (root / name).exists()):
                yield f"{place}: names {name}, which does not exist"


def error_pages(root):
    table = root / "src/base/causes.def"
    rows = re.findall(r'^CAUSE\(\w+, \w+, \d+, "([^"]+)"', table.read_text(), re.M) if table.exists() else []
    wanted = {slug for slug in rows if slug != "ok"}
    there = {path.stem: path for path in (root / "docs/errors").glob("*.md")}
    for slug in sorted(wanted - set(there)):
        yield f"docs/errors/{slug}.md: missing; src/base/causes.def has this cause"
    for slug in sorted(set(there) - wanted):
        yield f"docs/errors/{slug}.md: no cause in src/base/causes.def has this name"
    for slug in sorted(wanted & set(there)):
        if len(there[slug].read_text().split()) < 15:
            yield f"docs/errors/{slug}.md: says too little; what it means, what to do"


def long_files(root):
    for path in sources(root):
        lines = path.read_text().count("\n")
        if lines > FILE_LINES_MAX:
            yield f"{path.relative_to(root).as_posix()}: {lines} lines; does it still hold one thing?"


CHECKS = (includes, calls, sql, unfinished, documents, error_pages)


def findings(root):
    return [line for check in CHECKS for line in check(root)]


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    found = findings(root)
    for line in long_files(root):
        print(f"long: {line}")
    for line in found:
        print(line)
    print(f"tidy: {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
