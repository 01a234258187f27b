#!/usr/bin/env python3
"""A root key that the machine's TPM gives out: without a passphrase here, by the passphrase anywhere. The TPM is swtpm's."""
import os
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, skip, story, within
from setup_home import ANSWERS, New

SEALED = 4
START_S = 20
NO_PHRASE = {"AMANAH_PASSPHRASE_FILE": ""}
if not shutil.which("swtpm"):
    skip("swtpm plays the TPM")


class Tpm:
    """One chip, with a seed of its own. Its path must be short: a socket's name is."""

    def __init__(self, home, name):
        self.folder = os.path.join(home.folder, name)
        self.socket = os.path.join(self.folder, "s")
        os.mkdir(self.folder)
        self.start()

    def start(self):
        self.child = subprocess.Popen(["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.folder}", "--flags", "startup-clear",
                                       "--server", f"type=unixio,path={self.socket}",
                                       "--ctrl", f"type=unixio,path={self.socket}.ctrl"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + START_S
        while not os.path.exists(self.socket):
            check(self.child.poll() is None and time.monotonic() < until, "swtpm starts")
            time.sleep(0.05)

    def environment(self, **more):
        """It serves one caller, then ends: it is started anew, as the machine would be."""
        if self.child.poll() is None:
            self.stop()
        self.start()
        return {"AMANAH_TPM": f"swtpm:path={self.socket}", **more}

    def stop(self):
        self.child.terminate()
        self.child.wait(START_S)
        for path in (self.socket, self.socket + ".ctrl"):
            if os.path.exists(path):
                os.remove(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.stop()


def it_opens_without_a_passphrase_here_and_by_it_anywhere():
    with Home(init=False) as home, Tpm(home, "a") as here, Tpm(home, "b") as elsewhere:
        phrase = home.file("phrase", "six words are better than five")
        done = home.cli("init", home.path, "--seal", "tpm", env=here.environment(AMANAH_PASSPHRASE_FILE=phrase))
        same(done.status, 0, f"{done}")
        same(home.cli("self", env=here.environment()).status, 0, "nobody is asked for anything")
        done = home.cli("self", env=elsewhere.environment())
        same(done.status, SEALED, f"another chip: {done}")
        within("The passphrase opens it too", done.err.decode())
        done = home.cli("self", env={"AMANAH_TPM": "swtpm:path=" + os.path.join(home.folder, "none")})
        same(done.status, SEALED, f"no chip: {done}")
        same(home.cli("self", env=elsewhere.environment(AMANAH_PASSPHRASE_FILE=phrase)).status, 0, "the recovery sheet's words")
        wrong = home.file("wrong", "six other words than those were")
        same(home.cli("self", env=here.environment(AMANAH_PASSPHRASE_FILE=wrong)).status, SEALED)

        with open(os.path.join(home.path, "home"), "rb") as file:
            sealed = file.read()
        box = int.from_bytes(sealed[2:4], "big")
        for at in (0, 1, 2, 3, *range(4, 4 + box, box // 8)):
            with open(os.path.join(home.path, "home"), "wb") as file:
                file.write(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1:])
            check(home.cli("self", env=here.environment()).status != 0, f"byte {at} flipped")
        for cut in (1, 2, 3, 50, len(sealed) - 1):
            with open(os.path.join(home.path, "home"), "wb") as file:
                file.write(sealed[:cut])
            check(home.cli("self", env=here.environment(AMANAH_PASSPHRASE_FILE=phrase)).status != 0, f"cut at {cut}")
        with open(os.path.join(home.path, "home"), "wb") as file:
            file.write(sealed)
        same(home.cli("self", env=here.environment()).status, 0)
        within("sealed by this machine's TPM", home.cli("doctor", env=here.environment()).out.decode())
        same(home.cli("seal", home.path, "--seal", "passphrase",
                      env=here.environment(AMANAH_NEW_PASSPHRASE_FILE=wrong)).status, 0, "and back to a passphrase alone")
        same(home.cli("self", env={"AMANAH_PASSPHRASE_FILE": wrong}).status, 0)


def it_opens_only_while_its_registers_are_as_they_were():
    with Home(init=False) as home, Tpm(home, "a") as chip:
        phrase = home.file("phrase", "six words are better than five")
        same(home.cli("init", home.path, "--seal", "plain").status, 0)
        done = home.cli("seal", home.path, "--seal", "tpm", "--pcrs", "7,11",
                        env=chip.environment(AMANAH_NEW_PASSPHRASE_FILE=phrase))
        same(done.status, 0, f"{done}")
        same(home.cli("self", env=chip.environment()).status, 0)
        environment = chip.environment()
        extend(chip, 11)
        done = home.cli("self", env=environment)
        same(done.status, SEALED, f"{done}")
        same(home.cli("self", env=chip.environment()).status, 0, "as they were after the next start")
        for words in (("--seal", "hsm"), ("--seal", "tpm", "--pcrs", "24"), ("--seal", "plain", "--pcrs", "7")):
            same(home.cli("seal", home.path, *words, env=NO_PHRASE).status, 2, f"{words}")
        within("no HSM", home.cli("init", home.path + "2", "--seal", "hsm").err.decode())


def extend(chip, pcr):
    """TPM2_PCR_Extend, SHA-256, without a password, on a connection of its own."""
    password = bytes.fromhex("40000009" "0000" "01" "0000")
    body = pcr.to_bytes(4, "big") + len(password).to_bytes(4, "big") + password + bytes.fromhex("00000001" "000b") + b"x" * 32
    frame = bytes.fromhex("8002") + (10 + len(body)).to_bytes(4, "big") + bytes.fromhex("00000182") + body
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(chip.socket)
        line.sendall(frame)
        same(line.recv(4096)[6:10], b"\0\0\0\0", "extended")


def setup_seals_by_it_and_gives_no_passphrase_to_the_service():
    with New() as home, Tpm(home, "a") as chip:
        status, _, said = home.setup(ANSWERS(home, "id"), words=("--seal", "tpm", "--etc", home.etc), lang="id", env=chip.environment())
        same(status, 0, said)
        within("TPM mesin ini membuka brankas", said)
        words, home.passphrase = home.passphrase, None
        same(os.listdir(os.path.join(home.etc, "amanah")), [], "no file of the passphrase")
        for unit in ("amanah", "amanah-backup"):
            with open(os.path.join(home.etc, f"systemd/system/{unit}.service.d/tpm.conf"), encoding="utf-8") as file:
                within("DeviceAllow=/dev/tpmrm0 rw", file.read())
        done = home.cli("self", env=chip.environment())
        same(done.status, 0, f"{done}")
        shutil.rmtree(home.path)  # the machine is gone, and its chip
        backups = os.path.join(home.folder, "backups")
        done = home.cli("restore", os.path.join(backups, sorted(name for name in os.listdir(backups) if name.endswith(".age"))[0]),
                        home.path, "--keys", os.path.join(home.stick, "keys.age"), "--erasures-unknown",
                        env={"AMANAH_CUSTODY_FILE": home.file("sheet", words), "AMANAH_PASSPHRASE_FILE": home.file("sheet", words)})
        same(done.status, 0, f"{done}")
        done = home.cli("staff", "list", env={"AMANAH_PASSPHRASE_FILE": home.file("sheet", words)})
        same(done.status, 0, f"{done}")


story(it_opens_without_a_passphrase_here_and_by_it_anywhere, it_opens_only_while_its_registers_are_as_they_were,
      setup_seals_by_it_and_gives_no_passphrase_to_the_service)
