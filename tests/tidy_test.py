#!/usr/bin/env python3
"""tidy.py finds what it is for: small bad trees go in, and each must give exactly the finding that is named beside it."""
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import tidy  # noqa: E402

LAYERS = """
base
crypto
answer/scope answer/evidence
keeper
serve
sees serve base
table keeper/verbs.def
lib argon2 crypto argon2.h
only batch_commit keeper
"""
GOOD = {
    "src/layers": LAYERS,
    "src/base/bytes.h": "struct slice;\n",
    "src/base/causes.def": 'CAUSE(OK, OK, 200, "ok", "Done")\nCAUSE(SPENT, SPENT, 429, "budget.spent", "Spent")\n',
    "src/crypto/aead.c": '#include "base/bytes.h"\n#include "crypto/crypto_priv.h"\n#include <argon2.h>\n#include <stdio.h>\n'
                         "/* strcpy() and SELECT are words here */ int n = x.time(1) + bytes_equal_ct(tag, mine);\n"
                         'const char *text = "strcpy(a, b) is bad";\n',
    "src/crypto/crypto_priv.h": "\n",
    "src/answer/scope/scope.h": '#include "crypto/aead.h"\n',
    "src/crypto/aead.h": "\n",
    "src/answer/evidence/match.c": "\n",
    "src/keeper/batch.c": '#include "answer/scope/scope.h"\nvoid f(void) { batch_commit(x); }\n',
    "src/keeper/verbs.def": "VERB(SELF)\n",
    "src/serve/front.c": '#include "base/bytes.h"\n#include "keeper/verbs.def"\n',
    "docs/errors/budget.spent.md": "The reader has looked at as many people as it may today. Wait, or ask an admin for more.\n",
    "ARCHITECTURE.md": "`src/keeper/batch.c`, `src/answer/`, `src/*/aead.c`, `src/<row>/`, `reveal`, `OK`\n",
}
# name, the file that is spoiled, its text, a part of the one finding that must follow
BAD = (
    ("an include upwards", "src/base/bytes.h", '#include "crypto/aead.h"\n', "row base may not include from row crypto"),
    ("an include of a neighbour", "src/answer/evidence/match.c", '#include "answer/scope/scope.h"\n', "may not include"),
    ("the front sees keys", "src/serve/front.c", '#include "crypto/aead.h"\n', "row serve may see only base"),
    ("a private header", "src/keeper/batch.c", '#include "crypto/crypto_priv.h"\n', "private to its folder"),
    ("a header that is not there", "src/keeper/batch.c", '#include "crypto/gone.h"\n', "not in src/"),
    ("a file in no row", "src/loose/a.c", "\n", "in no row"),
    ("a library in a second folder", "src/keeper/batch.c", "#include <argon2.h>\n", "argon2 belongs in src/crypto alone"),
    ("a library without a row", "src/base/bytes.h", "#include <zlib.h>\n", "does not name"),
    ("a door used elsewhere", "src/crypto/aead.c", "void f(void) { batch_commit(x); }\n", "in src/keeper alone"),
    ("a banned call", "src/crypto/aead.c", "void f(void) { strcpy (a, b); }\n", "strcpy() is banned"),
    ("the machine's time", "src/crypto/aead.c", "long t = time(NULL);\n", "time() is banned"),
    ("memcmp on a tag", "src/crypto/aead.c", "int n = memcmp(want, box_tag, 16);\n", "bytes_equal_ct"),
    ("SQL outside the store", "src/keeper/batch.c", 'run("SELECT seq FROM entry");\n', "SQL stands only"),
    ("an unfinished mark", "src/keeper/batch.c", "/* " + "TO" + "DO later */\n", "unfinished"),
    ("a path that is gone", "ARCHITECTURE.md", "see `src/keeper/gone.c`\n", "does not exist"),
    ("a cause without a page", "src/base/causes.def", GOOD["src/base/causes.def"]
     + 'CAUSE(SEALED, UNAVAILABLE, 503, "home.sealed", "Sealed")\n', "home.sealed.md: missing"),
    ("a page without a cause", "docs/errors/old.md", "x\n", "no cause"),
    ("a page that says nothing", "docs/errors/budget.spent.md", "Spent.\n", "says too little"),
)


def findings_of(files):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tidy.findings(root)


def main():
    failed = 0
    found = findings_of(GOOD)
    if found:
        failed += 1
        print("the good tree:", *found, sep="\n  ")
    for name, path, text, want in BAD:
        found = findings_of({**GOOD, path: text})
        if len(found) != 1 or want not in found[0]:
            failed += 1
            print(f"{name}: want one finding with '{want}', got", *found, sep="\n  ")
    print(f"tidy_test: {len(BAD) + 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
