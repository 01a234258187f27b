#!/usr/bin/env python3
"""`make deb` makes a package that lintian and systemd find nothing wrong with, and whose program runs.

What is not played here: the service under a running systemd, which a test may not start on the machine it is on.
"""
import glob
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import amanah
from amanah import Home, check, same, story, within

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
EXPOSURE_MAX = 1.5  # of systemd-analyze security: 0 best, 10 worst
HOLD_EXPOSURE_MAX = 4.0  # it reads logs of any owner
FILES = ("usr/bin/amanah", "usr/share/man/man1/amanah.1.gz", "usr/share/bash-completion/completions/amanah",
         "usr/share/zsh/site-functions/_amanah", "usr/share/fish/vendor_completions.d/amanah.fish",
         "lib/systemd/system/amanah.service", "lib/systemd/system/amanah-backup.service",
         "lib/systemd/system/amanah-backup.timer", "lib/systemd/system/amanah-hold@.service",
         "lib/systemd/system/amanah-hold@.timer", "usr/lib/sysusers.d/amanah.conf", "etc/default/amanah",
         "usr/share/amanah/amanah-woocommerce.zip")
UNPACKED = tempfile.mkdtemp(prefix="amanah-deb-")


def run(*words, **options):
    done = subprocess.run(words, cwd=TOP, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)
    return done.returncode, done.stdout


def package():
    made = glob.glob(os.path.join(TOP, "build/deb/amanah_*.deb"))
    same(len(made), 1, "one package")
    return made[0]


def it_is_built_from_what_git_has():
    code, said = run(".ci/deb")
    same(code, 0, said)
    code, said = run("dpkg-deb", "-x", package(), UNPACKED)
    same(code, 0, said)
    for name in FILES:
        check(os.path.exists(os.path.join(UNPACKED, name)), f"{name} is in the package")


def what_setup_needs_is_there_once_it_is_installed():
    """As its postinst has systemd do it, in a root of its own."""
    done = [run(tool, f"--root={UNPACKED}", *words) for tool, words in (
        ("systemd-sysusers", ("amanah.conf",)), ("systemd-tmpfiles", ("--create", "amanah.conf")))]
    same([code for code, _ in done], [0, 0], str(done))
    for folder in ("etc/amanah", "var/lib/amanah"):
        same(stat.S_IMODE(os.stat(os.path.join(UNPACKED, folder)).st_mode), 0o700, folder)


def it_makes_a_backup_before_and_restarts_after_an_upgrade():
    folder = os.path.join(UNPACKED, "DEBIAN")
    code, said = run("dpkg-deb", "-e", package(), folder)
    same(code, 0, said)
    for name, words in (("preinst", "--full-hours 0"), ("postinst", "try-restart amanah.service")):
        with open(os.path.join(folder, name), encoding="utf-8") as script:
            within(words, script.read())


def lintian_finds_nothing():
    code, said = run("lintian", "--fail-on", "error,warning", package())
    same(code, 0, said)
    check(not re.search(r"^[EW]:", said, re.M), said)


def the_services_are_well_formed_and_shut_in():
    for name in ("amanah", "amanah-backup"):
        unit = os.path.join(UNPACKED, f"lib/systemd/system/{name}.service")
        here = os.path.join(UNPACKED, f"{name}.service")  # naming the program where it was unpacked
        with open(unit, encoding="utf-8") as words, open(here, "w", encoding="utf-8") as out:
            out.write(words.read().replace("/usr/bin/amanah", os.path.join(UNPACKED, "usr/bin/amanah")))
    shutil.copy(os.path.join(UNPACKED, "lib/systemd/system/amanah-backup.timer"), UNPACKED)
    for name in ("amanah.service", "amanah-backup.service", "amanah-backup.timer"):
        code, said = run("systemd-analyze", "verify", "--man=no", os.path.join(UNPACKED, name))
        same((code, said), (0, ""), f"systemd finds nothing wrong with {name}")
    for name in ("amanah", "amanah-backup"):
        unit = os.path.join(UNPACKED, f"lib/systemd/system/{name}.service")
        code, said = run("systemd-analyze", "security", "--no-pager", "--offline=yes", unit)
        found = re.search(r"exposure level for \S+: ([0-9.]+)", said)
        check(found and float(found.group(1)) <= EXPOSURE_MAX, f"exposure at most {EXPOSURE_MAX}: {said[-200:]}")


def the_hourly_proof_of_what_is_held_is_shut_in():
    units = os.path.join(UNPACKED, "lib/systemd/system")
    here = [os.path.join(UNPACKED, f"amanah-hold@inc_x.{kind}") for kind in ("service", "timer")]
    for path in here:
        with open(os.path.join(units, "amanah-hold@." + path.rsplit(".", 1)[1]), encoding="utf-8") as words:
            text = words.read().replace("/usr/bin/amanah", os.path.join(UNPACKED, "usr/bin/amanah"))
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
    code, said = run("systemd-analyze", "verify", "--man=no", *here)
    same((code, said), (0, ""), "systemd finds nothing wrong")
    code, said = run("systemd-analyze", "security", "--no-pager", "--offline=yes", here[0])
    found = re.search(r"exposure level for \S+: ([0-9.]+)", said)
    check(found and float(found.group(1)) <= HOLD_EXPOSURE_MAX, f"exposure at most {HOLD_EXPOSURE_MAX}: {said[-200:]}")


def it_needs_what_packages_debian_says():
    with open(os.path.join(TOP, "packages.debian"), encoding="utf-8") as rows:
        wanted = {line.split()[1] for line in rows if line.startswith("build ")} - {"build-essential"}
    with open(os.path.join(TOP, "debian/control"), encoding="utf-8") as control:
        words = control.read() + "\n"
    fonts = {name for name in wanted if name.startswith("fonts-")}  # PDFs are drawn with them when it runs
    built = re.search(r"Build-Depends:(.*?)\n\S*\n", words, re.S).group(1)
    named = {re.sub(r"\(.*?\)", "", name).strip() for name in built.split(",")} - {"debhelper-compat"}
    same(sorted(named - fonts), sorted(wanted - fonts), "Build-Depends")
    needed = re.search(r"\nDepends:(.*?)\n", words).group(1)
    check(all(name in needed for name in fonts), f"Depends names the fonts: {needed}")


def its_version_is_the_programs():
    code, said = run("dpkg-deb", "-f", package(), "Version")
    same(code, 0, said)
    within(said.strip(), run(os.path.join(UNPACKED, "usr/bin/amanah"), "version")[1])


def its_program_keeps_a_home():
    amanah.PROGRAM = os.path.join(UNPACKED, "usr/bin/amanah")
    with Home() as home:
        home.start()
        made = home.http("POST", "/v1/subjects", {"ref": "1", "fields": {"name": "Ana"}})
        same(made.status, 201)
    shutil.rmtree(UNPACKED)


story(it_is_built_from_what_git_has, what_setup_needs_is_there_once_it_is_installed, it_makes_a_backup_before_and_restarts_after_an_upgrade, lintian_finds_nothing, the_services_are_well_formed_and_shut_in,
      the_hourly_proof_of_what_is_held_is_shut_in,
      it_needs_what_packages_debian_says, its_version_is_the_programs, its_program_keeps_a_home)
