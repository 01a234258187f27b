#!/usr/bin/env python3
"""A witness cosigns the ledger's newest checkpoint, remembers how far it saw it, and refuses another history."""
import base64
import ctypes
import ctypes.util
import hashlib
import http.server
import os
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, same, skip, story, within  # noqa: E402

DONE, USAGE, UNAVAILABLE, TAMPERED = 0, 2, 4, 6
ED25519 = 1087  # EVP_PKEY_ED25519 of OpenSSL


class Signer:
    """Ed25519 by libcrypto, since Python's own library has none."""

    def __init__(self, seed):
        name = ctypes.util.find_library("crypto")
        if not name:
            skip("no libcrypto for Python")
        self.lib = lib = ctypes.CDLL(name)
        lib.EVP_PKEY_new_raw_private_key.restype = ctypes.c_void_p
        lib.EVP_PKEY_new_raw_private_key.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
        lib.EVP_PKEY_get_raw_public_key.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_size_t)]
        lib.EVP_MD_CTX_new.restype = ctypes.c_void_p
        lib.EVP_MD_CTX_free.argtypes = [ctypes.c_void_p]
        lib.EVP_DigestSignInit.argtypes = [ctypes.c_void_p] * 5
        lib.EVP_DigestSign.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_size_t),
                                       ctypes.c_char_p, ctypes.c_size_t]
        self.key = lib.EVP_PKEY_new_raw_private_key(ED25519, None, seed, 32)
        public, size = ctypes.create_string_buffer(32), ctypes.c_size_t(32)
        same(lib.EVP_PKEY_get_raw_public_key(self.key, public, ctypes.byref(size)), 1)
        self.public = public.raw

    def sign(self, message):
        context, out, size = self.lib.EVP_MD_CTX_new(), ctypes.create_string_buffer(64), ctypes.c_size_t(64)
        same(self.lib.EVP_DigestSignInit(context, None, None, None, self.key), 1)
        same(self.lib.EVP_DigestSign(context, out, ctypes.byref(size), message, len(message)), 1)
        self.lib.EVP_MD_CTX_free(context)
        return out.raw


class Witness:
    """C2SP tlog-witness on loopback: looks at sizes, takes proofs on trust. `mood` makes it misbehave."""

    def __init__(self, name=b"witness.example/w"):
        self.name, self.signer, self.size, self.asked, self.mood = name, Signer(b"w" * 32), 0, 0, "good"
        self.id = hashlib.sha256(name + b"\n\x04" + self.signer.public).digest()[:4]
        self.vkey = f"{name.decode()}+{self.id.hex()}+{base64.b64encode(bytes([4]) + self.signer.public).decode()}"
        witness = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                status, body = witness.answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, body):
        self.asked += 1
        head, _, note = body.partition(b"\n\n")
        text = note.split(b"\n\n")[0] + b"\n"
        old, size = int(head.split()[1]), int(text.split(b"\n")[1])
        if self.mood == "other history":
            return 422, b"the proof does not hold\n"
        if old != self.size:
            return 409, b"%d\n" % self.size
        self.size = size
        at = int(time.time())
        if self.mood == "other text":
            text = text.replace(b"\n", b"x\n", 1)
        signed = self.signer.sign(b"cosignature/v1\ntime %d\n" % at + text)
        line = base64.b64encode(self.id + struct.pack(">Q", at) + signed)
        return 200, "\u2014 ".encode() + self.name + b" " + line + b"\n"


def a_witness_cosigns_and_then_somebody_outside_knows():
    with Home() as home:
        witness = Witness()
        same(home.ask("ledger", "checkpoint")["outside"], False)
        words = ("ledger", "witness", "--vkey", witness.vkey, "--witness-url", witness.url)
        within("cosigned", home.run(*words).text)
        same(home.ask("ledger", "checkpoint")["outside"], True)
        same(witness.size, home.ask("ledger", "checkpoint")["size"])
        home.run("import", "-", stdin="ref,name\nA1,Ana\n")
        home.run(*words)  # it is known already, and the ledger has grown
        same(witness.size, home.ask("ledger", "checkpoint")["size"])
        home.run(*words)  # nothing new: it signs again
        home.run("ledger", "verify")


def a_daemon_is_cosigned_while_it_serves():
    with Home() as home:
        witness = Witness()
        home.start()
        home.run("ledger", "witness", "--vkey", witness.vkey, "--witness-url", witness.url)
        same(home.ask("ledger", "checkpoint")["outside"], True)
        home.stop()


def what_a_witness_says_is_checked():
    with Home() as home:
        witness = Witness()
        words = ("ledger", "witness", "--vkey", witness.vkey, "--witness-url", witness.url)
        for mood in ("other history", "other text"):
            witness.mood = mood
            done = home.cli(*words)
            same(done.status, TAMPERED, f"{mood}: {done}")
        same(home.ask("ledger", "checkpoint")["outside"], False)
        witness.server.shutdown()
        witness.server.server_close()
        same(home.cli(*words).status, UNAVAILABLE)
        same(home.cli("ledger", "witness", "--vkey", home.vkey, "--witness-url", witness.url).status, USAGE)


if __name__ == "__main__":
    story(a_witness_cosigns_and_then_somebody_outside_knows, a_daemon_is_cosigned_while_it_serves,
          what_a_witness_says_is_checked)
