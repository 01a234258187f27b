#!/usr/bin/env python3
"""Two versions of the package, one after the other: a backup before, a database that is brought up, a plain refusal of going back, and
the way back.

dpkg installs into a folder of its own, so nothing of the machine is touched. The packages have the maintainer scripts of debian/ and
the program; what debhelper adds is looked at by package.py. The newer program is this one with a schema that has one step more.
"""
import glob
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import amanah
from amanah import Home, check, environment, same, skip, story, within

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
UNAVAILABLE = 4
if not shutil.which("dpkg-deb") or os.geteuid() != 0:
    skip("dpkg installs as root only")


class Machine(Home):
    """A root directory of its own, with a home where the package has it."""

    def __init__(self, **seal):
        super().__init__(init=False, **seal)
        self.root = os.path.join(self.folder, "root")
        for name in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/amanah", "etc/amanah", "usr/bin"):
            os.makedirs(os.path.join(self.root, name))
        self.file("root/var/lib/dpkg/status", "")
        if self.passphrase:
            self.file("root/etc/amanah/passphrase", self.passphrase)
        self.path = os.path.join(self.root, "var/lib/amanah/home")
        self.backups = os.path.join(self.root, "var/lib/amanah/backups")
        self.program = os.path.join(self.root, "usr/bin/amanah")

    def package(self, version, program):
        tree = os.path.join(self.folder, f"tree-{version}")
        for name in ("DEBIAN", "usr/bin", "etc/default"):
            os.makedirs(os.path.join(tree, name))
        shutil.copy(program, os.path.join(tree, "usr/bin/amanah"))
        shutil.copy(os.path.join(TOP, "debian/amanah.default"), os.path.join(tree, "etc/default/amanah"))
        control = f"Package: amanah\nVersion: {version}\nArchitecture: all\nMaintainer: A <a@shop.example>\nDescription: vault\n"
        scripts = {"control": control, "conffiles": "/etc/default/amanah\n"}
        for name in ("preinst", "postinst"):
            with open(os.path.join(TOP, "debian", name), encoding="utf-8") as script:
                scripts[name] = script.read().replace("#DEBHELPER#", "")
        for name, text in scripts.items():
            path = os.path.join(tree, "DEBIAN", name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(path, 0o755 if name in ("preinst", "postinst") else 0o644)
        made = os.path.join(self.folder, f"amanah_{version}.deb")
        subprocess.run(["dpkg-deb", "--build", "-Znone", tree, made], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(tree)
        return made

    def install(self, package):
        done = subprocess.run(["dpkg", f"--root={self.root}", "--force-script-chrootless", "--force-downgrade", "-i", package],
                              capture_output=True, text=True, env=environment(), check=False, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def fulls(self):
        return sorted(glob.glob(os.path.join(self.backups, "amanah-*-full.age")))


def up_with_a_backup_and_back_by_it():
    with Machine() as shop:
        old, new = shop.package("1.0", amanah.PROGRAM), shop.package("2.0", os.environ["AMANAH_NEXT"])
        code, said = shop.install(old)
        same(code, 0, said)
        amanah.PROGRAM = shop.program  # from here on what dpkg put there
        shop.init()
        shop.start()
        ana, rina = shop.create("a", name="Ana"), shop.create("r", name="Rina")
        same(shop.fulls(), [], "installing for the first time makes none")

        code, said = shop.install(new)  # beside the daemon, as it would be
        same(code, 0, said)
        same(len(shop.fulls()), 1, "the old version made a backup first")
        within(f"the way back to this version is {shop.fulls()[0]}", said)
        shop.stop()
        shop.start()
        same(shop.values([ana], ["name"])[ana]["name"], "Ana", "the new version brought the database up")
        late = shop.create("l", name="Late")
        same(shop.http("DELETE", f"/v1/subjects/{rina}").status, 200)
        shop.stop()
        same(shop.ask("ledger", "verify")["findings"], [])

        code, said = shop.install(old)
        same((code, len(shop.fulls())), (0, 2), said)
        done = shop.cli("serve", shop.path, "--listen", "127.0.0.1:0")
        same(done.status, UNAVAILABLE, f"{done}")
        within("install that version again, or bring back the backup that was made before it", done.err.decode())

        os.rename(shop.path, shop.path + ".newer")
        done = shop.cli("restore", shop.fulls()[1], shop.path, "--keys", shop.path + ".newer")
        check(done.status != 0 and not os.path.exists(shop.path), "the one made by the newer version is none of the older's")
        within("made by a newer version", done.err.decode())
        done = shop.cli("restore", shop.fulls()[0], shop.path, "--keys", shop.path + ".newer", "--json")
        same(done.status, 0, f"{done}")
        shop.start()
        same(shop.values([ana], ["name"])[ana]["name"], "Ana")
        for gone in (rina, late):
            check(shop.http("GET", f"/v1/subjects/{gone}").status in (404, 410), "erased since, and made since")
        shop.stop()
        same(shop.ask("ledger", "verify")["findings"], [])


def without_a_backup_it_does_not_go_on():
    with Machine(seal="passphrase", passphrase="correct horse battery staple") as shop:
        code, said = shop.install(shop.package("1.0", os.environ["AMANAH"]))
        same(code, 0, said)
        amanah.PROGRAM = shop.program
        shop.init()
        new = shop.package("2.0", os.environ["AMANAH_NEXT"])
        shop.file("root/etc/amanah/passphrase", "not the words of this home")
        code, said = shop.install(new)
        check(code != 0, said)
        within("no backup could be made before the upgrade", said)
        same(subprocess.run([shop.program, "backup", "--help"], capture_output=True, check=False).returncode, 0)
        with open(os.path.join(shop.root, "var/lib/dpkg/status"), encoding="utf-8") as status:
            check(re.search(r"Version: 1\.0", status.read()), "the older one stays")
        check(not glob.glob("/dev/shm/amanah-upgrade.*"), "no copy of the passphrase stays")
        shop.file("root/etc/amanah/upgrade-without-backup", "")
        same(shop.install(new)[0], 0, "whoever says so goes without")


story(up_with_a_backup_and_back_by_it, without_a_backup_it_does_not_go_on)
