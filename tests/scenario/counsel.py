#!/usr/bin/env python3
"""Certificates for who acts for persons: of whoever's mandate stands, provable, and of nobody else a word."""
import base64
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, skip, story, within  # noqa: E402
from incident import Incident  # noqa: E402
from legal_hold import finish  # noqa: E402
from mail_host import MailHost  # noqa: E402
from notices import await_state, incident, looked_at, mail_set, said  # noqa: E402
from redress import Recipient, signed  # noqa: E402
from staff import colleagues  # noqa: E402

FIRM = "Kantor Hukum Adil & Co"


class Firm(Home):
    """A leak of nine of twelve people, and a law firm that acts for some; two people at work, and a shop front."""

    def __init__(self):
        super().__init__()
        self.start()
        self.ids = {n: self.create(f"C-{n}", name=f"Person {n}", email=f"p{n}@mail.example") for n in range(1, 13)}
        looked_at(self, [self.ids[n] for n in range(1, 10)], ["name", "email"])
        self.recipient = Recipient(self)

    def staffed(self, leak=None):
        self.leak = leak or incident(self)
        self.people, (self.boss, self.second) = colleagues(self, "ana", "budi")
        for one, what in zip(self.people, ("owner", "members")):
            self.run("incident", "add", self.leak, what, f"who={one.id}")

    def opened(self, lines, **more):
        made = self.good("POST", "/v1/counsel", {"incident": self.leak, "counsel": FIRM, "recipient": self.recipient.public},
                         key=self.boss)["id"]
        return made, self.named(made, lines, **more)

    def named(self, made, lines, **more):
        return self.good("POST", f"/v1/counsel/{made}/persons", {"lines": lines, **more}, key=self.boss)

    def begun(self, made):
        return self.http("POST", f"/v1/counsel/{made}/start", key=self.second)

    def filed(self, made):
        """What counsel finds: the manifest, and each certificate by its mandate."""
        path = self.file("certificates.age")
        told = self.ask("counsel", "file", made, "--out", path)
        octets = subprocess.run(["age", "-d", "-i", self.recipient.path, path], check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(octets)) as archive:
            files = {member.name: archive.extractfile(member).read() for member in archive}
        manifest = files.pop("manifest.txt").decode()
        same(told["people"], len(files))
        for name, content in files.items():
            within(f"{name} sha256 {hashlib.sha256(content).hexdigest()}", manifest)
        return manifest, {name.removesuffix(".json"): content for name, content in files.items()}

    def facts(self, certificate):
        """What it says, as a stranger checks it: without home, network or key of anybody."""
        path = self.file("certificate.json", certificate.decode())
        within("\n  customer sub_", self.cli("verify", path, "--vkey", self.vkey).text)
        told = json.loads(self.cli("verify", path, "--vkey", self.vkey, "--json").out)
        same((told["kind"], told["entry_kind"], told["vkey_from_file"]), ("certificate", "relief", False))
        lines = [line.split(" ", 1) for line in told["certificate"].strip().split("\n")]
        return {name: rest for name, rest in lines[1:]}

    def passed(self, subject, signin):
        return self.good("POST", "/v1/passes", {"subject": subject, "client_network": "192.0.2.7"}, key=signin)["pass"]


def whoever_has_a_mandate_that_stands_is_certified():
    """Seen by one and started by another; erased and withdrawn ones are in no file; a kill makes none twice."""
    with Firm() as home:
        home.staffed()
        made, told = home.opened(["C-1,2026-01-31,M-1," + "ab" * 32, f"{home.ids[2]},2026-01-31,M-2", "C-11,2026-01-31,M-3",
                                  "C-3,2026-01-31,M-4", "C-4,2026-01-31,M-5"], seen=True)
        same([item["state"] for item in told["named"]], ["seen"] * 5)
        more = home.named(made, ["C-5,2026-01-31,M-6", "C-77,2026-01-31,M-7", "C-1,2026-01-31,M-8", "C-6,tomorrow,M-9",
                                 "C-6,2999-01-31,M-10", "sub_x,2026-01-31,M-11", "C-6,2026-01-31,M,12"])
        same([(item["line"], item["why"]) for item in more["refused"]],
             [(7, "unknown"), (8, "twice"), (9, "malformed"), (10, "malformed"), (11, "unknown"), (12, "malformed")])
        mandates = [item["mandate"] for item in told["named"] + more["named"]]
        same(home.http("POST", f"/v1/counsel/{made}/file", key=home.boss).code, "conflict")
        same(home.http("POST", f"/v1/counsel/{made}/persons", {"lines": ["C-7,2026-01-31,M"]}, key=home.second).code, "role.act")
        same(home.http("POST", f"/v1/counsel/{mandates[5]}/seen", key=home.second).code, "role.act", "who opened it saw them")
        same(home.http("POST", f"/v1/counsel/{made}/start", key=home.boss).code, "approval.asker", "one person alone")
        same(home.begun(made).status, 200)
        same(home.http("POST", f"/v1/counsel/{mandates[5]}/seen", key=home.boss).code, "conflict", "nobody says so alone now")
        same(home.http("POST", f"/v1/counsel/{made}/persons", {"lines": ["C-7,2026-01-31,M"]}, key=home.boss).code, "conflict")
        home.run("counsel", "withdraw", mandates[3], "text=by letter")
        first = home.good("POST", f"/v1/counsel/{made}/file", key=home.boss)
        same((first["more"], first["data"]), (True, ""), "entries first, the file behind them")
        home.kill()
        home.start()
        manifest, files = home.filed(made)
        same(set(files), {mandates[at] for at in (0, 1, 2, 4)}, "seen, and not withdrawn")
        check(signed(home.vkey, manifest), "the manifest is signed")
        within("lines 12\n", manifest)
        within("The other lines have no certificate", manifest)
        check(not any(word in manifest for word in ("C-5", "M-4", "M-6", "M-7", home.ids[3])),
              "nobody else is in it")
        facts = home.facts(files[mandates[0]])
        same([facts[name] for name in ("affected", "known", "customer", "counsel", "reference", "mandate-shown", "mandate-sha256")],
             ["known", "name email", home.ids[1], FIRM, "M-1", "seen by the shop", "ab" * 32])
        check(facts["since"] < facts["until"] <= facts["counted"] <= facts["made"] and facts["incident"] == home.leak, str(facts))
        other = home.facts(files[mandates[2]])
        same((other["affected"], "known" in other, "since" in other), ("not counted", False, False), "and it says no more")
        home.kill()
        home.start()
        _, again = home.filed(made)
        same([json.loads(again[at])["certificate"] for at in mandates[:3]],
             [json.loads(files[at])["certificate"] for at in mandates[:3]], "a second file has the same certificates")
        forged = json.loads(files[mandates[0]])
        for name, value in (("certificate", forged["certificate"].replace("known name", "known phone")),
                            ("certificate", json.loads(files[mandates[2]])["certificate"])):
            path = home.file("forged.json", json.dumps({**forged, name: value}))
            same(home.cli("verify", path, "--vkey", home.vkey).status, 6, "a changed or exchanged one does not hold")
        looks = home.ask("subject", "history", home.ids[1])["items"]
        same([item["kind"] for item in looks].count("relief"), 2, "named, and certified: they find both")
        home.ask("incident", "scope", home.leak)
        newer = home.facts(home.filed(made)[1][mandates[0]])
        same((facts["count"], newer["count"]), ("1", "2"), "a newer count, a newer certificate")
        log = b"".join(base64.b64decode(home.good("GET", f"/v1/ledger/entries/{at}")["entry"])
                       for at in range(home.ask("ledger", "checkpoint")["size"]))
        check(FIRM.encode() not in log and b"M-1" not in log, "no word of it is in the ledger")
        home.boss = home.people[0].token()
        finish(Incident(home, home.leak, by=home.boss))
        home.run("subject", "erase", home.ids[4], "--yes", "--reason", "asked for")
        manifest, files = home.filed(made)
        same(set(files), {mandates[at] for at in (0, 1, 2)}, "who was erased is in no file any more")
        check("M-5" not in manifest, "nor in its manifest")
        home.run("ledger", "verify")
        same(home.http("POST", f"/v1/counsel/{made}/drop", key=home.boss).status, 200)
        same(home.http("POST", f"/v1/counsel/{made}/file", key=home.boss).code, "conflict", "nothing more is answered")


def a_person_says_themself_that_they_gave_it():
    """By handing on the code of their notice, or with a self pass; and nobody else can for them."""
    with Firm() as home, MailHost() as host:
        mail_set(home, host)
        other = incident(home)
        home.run("notice", "draft", other)
        home.run("notice", "send", other, "1", "--yes")
        await_state(home, other, "done")
        codes = {}
        for mail in host.await_mails(9):
            codes[int(re.match(r"p(\d+)@", mail.to)[1])] = re.search(r"^([0-9a-z]{5}-){5}[0-9a-z]$", said(mail), re.M).group()
        home.staffed(other)
        wrong = ("1" if codes[5][3] != "1" else "2").join([codes[5][:3], codes[5][4:]])
        made, told = home.opened([f"{codes[2]},2026-01-31,K-2", "C-3,2026-01-31,K-3", "C-4,2026-01-31,K-4", f"{wrong},2026-01-31,K-5"])
        same([item["state"] for item in told["named"]], ["confirmed", "named", "named"])
        same(told["refused"], [{"line": 4, "why": "unknown"}])
        by_code, by_pass, by_nobody = (item["mandate"] for item in told["named"])
        same(home.begun(made).status, 200)
        same(set(home.filed(made)[1]), {by_code})
        signin, front = home.issue("signin"), home.issue("frontend")

        def own(subject, **more):
            return home.http("POST", "/v1/mandates", {"pass": home.passed(subject, signin), **more}, key=front)

        shown = own(home.ids[3]).json["items"]
        same([(item["id"], item["counsel"], item["reference"], item["state"]) for item in shown], [(by_pass, FIRM, "K-3", "named")])
        same(own(home.ids[3], mandate=by_nobody, act="confirm").status, 404, "somebody else's")
        same(own(home.ids[9]).json["items"], [])
        same(home.http("POST", "/v1/mandates", {}, key=front).status, 400, "without a pass")
        same(own(home.ids[3], mandate=by_pass, act="confirm").json["items"][0]["state"], "confirmed")
        manifest, files = home.filed(made)
        same(set(files), {by_code, by_pass})
        same(home.facts(files[by_pass])["mandate-shown"], "self pass")
        same(home.facts(files[by_code])["mandate-shown"], "code of their notice")
        check(not any(code in manifest + str(files) for code in codes.values()), "no code is handed on")
        same(own(home.ids[2], mandate=by_code, act="withdraw").json["items"][0]["state"], "withdrawn")
        same(own(home.ids[2], mandate=by_code, act="confirm").status, 409, "for good")
        same(set(home.filed(made)[1]), {by_pass})
        same(home.ask("counsel", "show", made)["withdrawn"], 1)
        home.run("ledger", "verify")


if __name__ == "__main__":
    if not shutil.which("age"):
        skip("the age command is not installed")
    story(whoever_has_a_mandate_that_stands_is_certified,
          a_person_says_themself_that_they_gave_it)
