#!/usr/bin/env python3
"""An incident as a bundle: checked without a key, without the vault and without our program; any change in it is found."""
import base64
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, command, same, story, within
from cli_witness import Witness
from exports import Shop
from incident import Incident, key, opened, staff
from tlog import leaf_hash, node_hash, sha256

TAMPERED, NO = 6, 1
VALUE = "planted.person@surat.example"


def members(path):
    with tarfile.open(path) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive.getmembers()}


def packed(files, path):
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            one = tarfile.TarInfo(name)
            one.size = len(data)
            archive.addfile(one, io.BytesIO(data))
    return path


def signed_by(vkey, note):
    """The text of a note, once its Ed25519 line by this key was checked by another's code."""
    text, _, lines = note.decode().rpartition("\n\n")
    name, _, coded = vkey.split("+", 2)
    raw = base64.b64decode(coded)
    mine = [line for line in lines.splitlines() if line.split(" ")[1] == name]
    check(mine, f"no line by {name}")
    Ed25519PublicKey.from_public_bytes(raw[1:]).verify(base64.b64decode(mine[0].split(" ")[2])[4:], (text + "\n").encode())
    return text.splitlines()


def root_of(index, size, leaf, path):
    """RFC 9162, 2.1.3.2: the root that an inclusion proof leads to."""
    at, last, root = index, size - 1, leaf
    for one in path:
        if at & 1 or at == last:
            root = node_hash(one, root)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            root = node_hash(root, one)
        at >>= 1
        last >>= 1
    same(last, 0, "a proof of the right length")
    return root


def read_without_amanah(path, vkey):
    """docs/bundle.md, followed with hashlib, tarfile and an Ed25519 of another make. Its lines' texts, as CBOR."""
    files = members(path)
    manifest = signed_by(vkey, files["manifest.note"])
    same(manifest[0], "amanah bundle 1")
    said = dict(line.split(" ", 1) for line in manifest[2:])
    same(hashlib.sha256(files["SHA256SUMS"]).hexdigest(), said["sums"])
    listed = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    same(sorted([*listed, "SHA256SUMS", "manifest.note"]), sorted(files))
    for name, digest in listed.items():
        same(hashlib.sha256(files[name]).hexdigest(), digest, name)
    origin, size, root = signed_by(vkey, files["checkpoint"])[:3]
    same(origin, manifest[1])
    texts = []
    for n in range(1, int(said["lines"]) + 1):
        proof = files[f"proofs/{n:06}.tlog-proof"].decode().split("\n")
        same(proof[0], "c2sp.org/tlog-proof@v1")
        entry = base64.b64decode(proof[1].split(" ")[1])
        index, hashes = int(proof[2].split(" ")[1]), []
        for line in proof[3:]:
            if not line:
                break
            hashes.append(base64.b64decode(line))
        same(root_of(index, int(size), leaf_hash(entry), hashes), base64.b64decode(root), f"line {n} is in the ledger")
        opened_line = files[f"lines/{n:06}"]
        text = sha256(b"amanah incident text 1" + opened_line[32:])
        at = int(said["number"]).to_bytes(8, "big") + n.to_bytes(8, "big")
        check(sha256(b"amanah incident line 2" + at + text + opened_line[:32]) in entry, f"the entry holds the hash of line {n}")
        texts.append(opened_line[64:])
    for name in files:
        if name.startswith("promises/") and not name.endswith(".tlog-proof"):
            promise, line = (int(number) for number in name[len("promises/"):].split("-"))
            entry = base64.b64decode(files[name + ".tlog-proof"].decode().split("\n")[1].split(" ")[1])
            at = promise.to_bytes(8, "big") + line.to_bytes(4, "big")
            check(sha256(b"amanah matter 1" + at + files[name]) in entry, f"the entry holds the hash of {name}")
    return texts, said


class Case:
    """A shop with an incident that has something of everything."""

    def __init__(self, home):
        ana, budi = staff(home, "ana"), staff(home, "budi")
        self.home = home
        self.by, self.other = key(home, "admin", ana)["key"], key(home, "admin", budi)["key"]
        self.customer = home.create("B1", email=VALUE, name="Planted Person")
        home.reveal([self.customer], ["email"])
        self.incident = Incident(home, opened(home, by=self.by), self.by)
        self.incident.add("notes", text="words that nobody changes")
        self.incident.add("decisions", question="off, or one key?", text="one key")
        self.incident.add("claims", text="no card data was taken")
        home.good("POST", f"{self.incident.path}/evidence", {"name": "list.csv", "data": base64.b64encode(b"x@y.example\n").decode()}, key=self.by)
        home.good("POST", f"{self.incident.path}/scope", {}, key=self.by)
        belongs = {"text": "two years of watching", "due": "2099-01-01", "provider": "Watcher Ltd"}
        other, self.promise = (home.good("POST", "/v1/promises", {"kind": "identity_monitoring", **belongs, **more}, key=self.by)["id"]
                               for more in ({}, {"incident": self.incident.id}))
        self.shown = hashlib.sha256(b"the contract").hexdigest()
        for one in (other, self.promise):
            home.good("POST", f"/v1/promises/{one}/done", {"text": "signed", "proof": self.shown}, key=self.by)

    def bundle(self, name="bundle.tar", *more, **options):
        path = os.path.join(self.home.folder, name)
        self.home.run("incident", "export", self.incident.id, "--out", path, *more, key=self.by, **options)
        return path

    def vkeys(self, *more):
        return self.home.file("vkeys", "\n".join([self.home.vkey, *more]) + "\n")


def verified(path, *words, status=0):
    """`amanah verify` with nothing but the file: command() leaves no home and no key in the environment."""
    done = command("verify", path, *words)
    same(done.status, status, str(done))
    return done


def anybody_can_check_it_without_a_key():
    with Home() as home:
        home.start()
        case = Case(home)
        path, vkeys = case.bundle(), case.vkeys()
        told = json.loads(verified(path, "--vkey", vkeys, "--json").out)
        state = case.incident.show()
        same([told["holds"], told["incident"], told["lines"], told["vkey_from_file"]], [True, case.incident.id, state["lines"] - 1, False])
        within("taken from the bundle itself", verified(path).err.decode())
        texts, said = read_without_amanah(path, home.vkey)
        check(any(b"words that nobody changes" in one for one in texts), "the words are in the lines")
        same(said["incident"], case.incident.id)
        folder = os.path.join(home.folder, "out")
        os.mkdir(folder)
        subprocess.run(["tar", "-xf", path, "-C", folder], check=True)
        subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS"], check=True, cwd=folder)
        files = members(path)
        for name in ("incident.json", "scope.json", "claims.json", "decisions.json", "custody.json"):
            json.loads(files[name])
        same(json.loads(files["claims.json"])["claims"][0]["text"], "no card data was taken")
        same(json.loads(files["decisions.json"])["decisions"][0]["text"], "one key")
        same(json.loads(files["custody.json"])["evidence"][0]["name"], "list.csv")
        same(json.loads(files["scope.json"])["any"]["known"]["count"], 1)
        promise, = json.loads(files["promises.json"])["promises"]
        same((promise["id"], [(line["state"], line.get("proof")) for line in promise["lines"]]),
             (case.promise, [("open", None), ("kept", case.shown)]), "what was promised because of it, and what shows that it was kept")
        same(len([name for name in files if name.startswith("promises/")]), 4, "two lines, and the proof of each")
        check(not any(VALUE.encode() in data or b"Planted Person" in data for data in files.values()), "no customer's value is in it")
        newest = case.incident.show("timeline")["items"][-1]
        same([newest["kind"], newest["hash"]], ["bundle", hashlib.sha256(files["SHA256SUMS"]).hexdigest()], "that it was given out is a line")
        same(home.run("ledger", "verify").status, 0)
        case.incident.add("notes", text="later")
        check(json.loads(verified(case.bundle("second.tar"), "--vkey", vkeys, "--json").out)["lines"] == told["lines"] + 2, "the next has more")


def any_change_is_found():
    """A byte of each file; then what somebody would do who can make sums anew, but no signature."""
    with Home() as home:
        home.start()
        case = Case(home)
        vkeys, files = case.vkeys(), members(case.bundle())
        path = os.path.join(home.folder, "changed.tar")
        for name, data in files.items():
            changed = bytearray(data)
            changed[len(data) // 2] ^= 1
            done = command("verify", packed({**files, name: bytes(changed)}, path), "--vkey", vkeys)
            check(done.status != 0, f"{name} was changed, and it said {done}")
            without = {one: octets for one, octets in files.items() if one != name}
            done = command("verify", packed(without, path), "--vkey", vkeys)
            check(done.status != 0, f"{name} was left out, and it said {done}")
        verified(packed({**files, "more": b"x"}, path), "--vkey", vkeys, status=TAMPERED)
        stranger = "other.example" + home.vkey[home.vkey.index("+"):]
        check(command("verify", packed(files, path), "--vkey", stranger).status != 0, "another's ledger")
        whole = open(case.bundle("again.tar"), "rb").read()
        for length in (0, 100, 5000, len(whole) - 1024, len(whole) - 600):
            with open(path, "wb") as cut:
                cut.write(whole[:length])
            check(command("verify", path, "--vkey", vkeys).status != 0, f"cut to {length}")


def words_cannot_be_put_in_another_lines_place():
    """Even by the vault's own key: a bundle signed over other words than those of the ledger does not hold."""
    with Home() as home:
        home.start()
        case = Case(home)
        files = members(case.bundle())
        note = next(name for name, data in files.items() if name.startswith("lines/") and b"words that nobody changes" in data)
        salted = files[note][:64] + files[note][64:].replace(b"words that nobody", b"words that anybod")
        entry = base64.b64decode(files[f"proofs/{note[6:]}.tlog-proof"].decode().split("\n")[1].split(" ")[1])
        number = int(dict(line.split(" ", 1) for line in files["manifest.note"].decode().split("\n\n")[0].splitlines()[2:])["number"])
        for data, there in ((files[note], True), (salted, False)):
            text = sha256(b"amanah incident text 1" + data[32:])
            at = number.to_bytes(8, "big") + int(note[6:]).to_bytes(8, "big")
            same(sha256(b"amanah incident line 2" + at + text + data[:32]) in entry, there)


def witnesses_lines_are_checked():
    with Home() as home:
        witness = Witness()
        home.start()
        case = Case(home)
        home.run("ledger", "witness", "--vkey", witness.vkey, "--witness-url", witness.url)
        case.incident.add("notes", text="behind it")
        path = case.bundle()
        check(any(name.startswith("checkpoints/") for name in members(path)), "the cosigned checkpoint is in it")
        told = json.loads(verified(path, "--vkey", case.vkeys(witness.vkey), "--json").out)
        same(told["cosigned"], 1)
        same(json.loads(verified(path, "--vkey", case.vkeys(), "--json").out)["cosigned"], 0, "a witness that nobody named counts for nothing")


def personal_data_goes_in_only_when_two_agreed():
    with Home() as home:
        home.start()
        shop = Shop(home, canaries=False, count=20)
        one = home.good("GET", "/v1/subjects/" + home.create("Z1", email="z1@surat.example"))["id"]
        home.reveal([one], ["email"])
        incident = home.good("POST", "/v1/incidents", {"title": "sold", "kind": "other"}, key=shop.keys["ana"])["id"]
        home.good("POST", f"/v1/incidents/{incident}/scope", {}, key=shop.keys["ana"])
        asked = shop.asked(who="exposed", incident=incident, field="email", **{"class": "known"})
        path = os.path.join(home.folder, "with.tar")
        words = ("incident", "export", incident, "--out", path, "--personal", asked["export"])
        same(home.cli(*words, key=shop.keys["ana"]).status, NO, "nobody agreed yet")
        check(not os.path.exists(path), "nothing was written")
        shop.agree(asked["approval"])
        shop.until(asked["export"], "done")
        same(home.cli(*words, key=shop.keys["budi"]).status, NO, "who agreed is not who asked, and is no member")
        everybody = shop.done(who="all")[0]["id"]
        same(home.cli(*words[:-1], everybody, key=shop.keys["ana"]).status, NO, "an export of others than this incident's")
        home.run(*words, key=shop.keys["ana"])
        told = json.loads(verified(path, "--vkey", home.file("vkeys", home.vkey), "--json").out)
        check(told["personal"], "it says so")
        files = members(path)
        same([row["email"] for row in shop.rows(files["personal/export.age"])], ["z1@surat.example"])
        within(b"amanah export 1", files["personal/export.note"])
        check(files["personal/entry-000001.tlog-proof"].startswith(b"c2sp.org/tlog-proof"), "the entry of the export is proved")
        read_without_amanah(path, home.vkey)
        files["personal/export.age"] += b"x"
        verified(packed(files, path), "--vkey", home.file("vkeys", home.vkey), status=TAMPERED)


def it_is_for_who_may_know():
    with Home() as home:
        home.start()
        case = Case(home)
        path = f"{case.incident.path}/export"
        same(home.http("POST", path, {}, key=case.other).status, 404, "no member")
        answer = home.http("POST", path, {}, key=case.by)
        same([answer.status, answer.headers["cache-control"], answer.headers["content-type"]], [200, "no-store", "application/octet-stream"])
        with open(home.file("http.tar"), "wb") as out:
            out.write(answer.body)
        verified(os.path.join(home.folder, "http.tar"), "--vkey", case.vkeys())


if __name__ == "__main__":
    story(anybody_can_check_it_without_a_key, any_change_is_found, words_cannot_be_put_in_another_lines_place, witnesses_lines_are_checked,
          personal_data_goes_in_only_when_two_agreed, it_is_for_who_may_know)
