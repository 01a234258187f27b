"""Files of age, ours and those of others, each way.

    age_peer.py PROGRAM       with Debian's `age`: what it wrote we open, what we wrote it opens
    age_peer.py PROGRAM KIT   KIT is a folder of C2SP's test vectors (tests/peers/age_kit.sh brings them)

Exit 0 good, 1 bad, 77 skipped.
"""
import hashlib
import os
import pathlib
import pty
import shutil
import subprocess
import sys
import tempfile
import zlib

PROGRAM = sys.argv[1]
LENGTHS = [0, 1, 65535, 65536, 65537, 131072, 200001]
EXITS = {"success": {0}, "no match": {1}, "HMAC failure": {6}, "payload failure": {6}, "header failure": {2}}


def ours(*words, data=b""):
    """Run our program: exit status and output."""
    got = subprocess.run([PROGRAM, *words], input=data, capture_output=True, check=False)
    return got.returncode, got.stdout


def ours_good(*words, data=b""):
    status, out = ours(*words, data=data)
    assert status == 0, (words[0], status)
    return out


def typed(words, passphrase):
    """Run Debian's age with a terminal, where it asks for its passphrase."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(words[0], words)
    seen = b""
    try:
        while chunk := os.read(terminal, 1024):
            seen += chunk
            if b"passphrase" in seen and seen.rstrip().endswith(b":"):
                seen = b""
                os.write(terminal, passphrase.encode() + b"\n")
    except OSError:
        pass  # the other end is closed
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, words


def both_ways(folder):
    """One recipient, several, and a passphrase, for lengths around the seams of chunks."""
    people = []
    for name in ("one", "two"):
        identity = folder / name
        if name == "one":
            subprocess.run(["age-keygen", "-o", identity], check=True, capture_output=True)
            secret = next(row for row in identity.read_text().splitlines() if row.startswith("AGE-"))
            public = subprocess.run(["age-keygen", "-y", identity], check=True, capture_output=True,
                                    text=True).stdout.strip()
        else:
            secret, public = ours_good("new").decode().split()
            identity.write_text(secret + "\n")
            told = subprocess.run(["age-keygen", "-y", identity], check=True, capture_output=True, text=True)
            assert told.stdout.strip() == public, "the recipient of an identity of ours"
        people.append((identity, secret, public))
    file, text = folder / "file", folder / "text"
    for length in LENGTHS:
        data = os.urandom(length)
        text.write_bytes(data)
        subprocess.run(["age", "-o", file, "-r", people[0][2], "-r", people[1][2], text], check=True)
        for _, secret, _ in people:
            assert ours_good("open", secret, data=file.read_bytes()) == data, f"{length} bytes of theirs"
        for count in (1, 2):
            file.write_bytes(ours_good("seal-to", *(who[2] for who in people[:count]), data=data))
            for identity, _, _ in people[:count]:
                got = subprocess.run(["age", "-d", "-i", identity, file], check=True, capture_output=True)
                assert got.stdout == data, f"{length} bytes of ours"
        refused = subprocess.run(["age", "-d", "-i", people[1][0]], check=False, capture_output=True,
                                 input=ours_good("seal-to", people[0][2], data=data))
        assert refused.returncode != 0, "a stranger opens a file of ours"
    data = b"behind a passphrase\n" * 5000
    text.write_bytes(data)
    typed(["age", "-p", "-o", str(file), str(text)], "correct horse battery")
    assert ours_good("open", "correct horse battery", data=file.read_bytes()) == data, "their passphrase"
    assert ours("open", "correct horse", data=file.read_bytes())[0] == 1, "another passphrase"
    file.write_bytes(ours_good("seal-with", "correct horse battery", "15", data=data))
    text.unlink()
    typed(["age", "-d", "-o", str(text), str(file)], "correct horse battery")
    assert text.read_bytes() == data, "our passphrase"
    return len(LENGTHS)


def vector(path):
    """One vector of C2SP: True if it was judged, False if it is of a kind that we say we do not read."""
    raw = path.read_bytes()
    head, _, body = raw.partition(b"\n\n")
    rows = [row.split(": ", 1) for row in head.decode().splitlines()]
    if any(key == "armored" for key, _ in rows) or any(value.startswith("AGE-SECRET-KEY-PQ-") for _, value in rows):
        return False
    facts = dict(rows)
    if facts.get("compressed") == "zlib":
        body = zlib.decompress(body)
    secrets = [value for key, value in rows if key in ("identity", "passphrase")]
    status, out = ours("open", *secrets, data=body)
    wanted = EXITS[facts["expect"]]
    assert status in wanted, f"{path.name}: {facts['expect']}, but exit {status}"
    told = facts.get("payload", hashlib.sha256(b"").hexdigest())
    assert hashlib.sha256(out).hexdigest() == told, f"{path.name}: other text came out"
    return True


def main():
    if len(sys.argv) > 2:
        judged = [vector(path) for path in sorted(pathlib.Path(sys.argv[2]).iterdir())]
        print(f"age kit: {sum(judged)} vectors hold, {len(judged) - sum(judged)} are of armor or of other recipients")
        return 0 if sum(judged) > 80 else 1
    if not shutil.which("age") or not shutil.which("age-keygen"):
        print("SKIP: age is not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        print(f"age: {both_ways(pathlib.Path(folder))} lengths each way, and a passphrase")
    return 0


if __name__ == "__main__":
    sys.exit(main())
