#!/usr/bin/env python3
"""clients/php/amanah.php against the real program: what it asks for, what it keeps, and what it refuses to believe."""
import base64
import json
import os
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, environment, same, skip, story, within  # noqa: E402

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
CLIENT = os.path.join(TOP, "clients/php/amanah.php")
PHP_8_ONLY = ("T_MATCH", "T_NULLSAFE_OBJECT_OPERATOR", "T_ENUM", "T_READONLY", "T_ATTRIBUTE")
PRELUDE = """
error_reporting(E_ALL);
set_error_handler(function ($no, $words, $file, $line) { throw new ErrorException($words, 0, $no, $file, $line); }, ~E_DEPRECATED);
require getenv('CLIENT');
$in = json_decode(getenv('IN'), true);
$ledger = isset($in['folder']) ? new Amanah\\Ledger($in['folder'], $in['vkey']) : null;
$key = isset($in['file']) ? new Amanah\\SigningKey($in['file']) : new Amanah\\PlainKey($in['key'] ?? 'amk_none');
$vault = new Amanah\\Client($in['url'], $key, $ledger, ['answer_ms' => 20000] + ($in['options'] ?? []));
try { $out = (function ($in, $vault, $ledger, $key) { %s })($in, $vault, $ledger, $key); }
catch (Amanah\\Failure $f) { $out = ['failure' => get_class($f), 'code' => $f->code_, 'status' => $f->status,
    'says' => $f->getMessage(), 'retry' => $f->retryAfter]; }
echo json_encode($out);
"""


class Shop(Home):
    def __init__(self):
        super().__init__()
        self.start()
        self.receipts = os.path.join(self.folder, "receipts")

    def php(self, code, **given):
        given = {"url": f"http://127.0.0.1:{self.port}", "key": self.admin, "folder": self.receipts, "vkey": self.vkey} | given
        given = {name: value for name, value in given.items() if value is not None}
        done = subprocess.run(["php", "-r", PRELUDE % code], capture_output=True, check=False, timeout=60, stdin=subprocess.DEVNULL,
                              env=environment({"CLIENT": CLIENT, "IN": json.dumps(given)}))
        check(done.returncode == 0 and done.stdout[:1] in (b"{", b"[", b'"') or done.stdout.strip().isdigit(), repr(done))
        return json.loads(done.stdout)

    def older(self, file, days):
        """Days pass, for the vault and for the client, whose key's file says when the key began."""
        self.wait_days(days)
        with open(file, encoding="utf-8") as text:
            kept = json.load(text)
        self.file(os.path.basename(file), json.dumps(kept | {name: kept[name] - days * 86400 for name in ("begun", "ends")
                                                             if name in kept}))

    def signing(self, role, **more):
        """A key that signs: its pair made by the client, its id written beside."""
        file = self.file(f"{role}.json")
        public = self.php("return ['public' => Amanah\\SigningKey::make($in['new'])];", new=file)["public"]
        made = self.good("POST", "/v1/keys", {"role": role, "public_key": public, **more})["id"]
        self.php("Amanah\\SigningKey::named($in['new'], $in['id']); return [];", new=file, id=made)
        return file, made


class Between:
    """Somebody between client and vault, who changes answers: `change(path, body)` gives the new body, None leaves it."""

    def __init__(self, home, change=None, lose=None):
        outer = self
        self.seen, self.lose = [], lose

        class Handler(BaseHTTPRequestHandler):
            def pass_on(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length) if length else None
                head = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "content-length")}
                outer.seen.append((self.command, self.path, head.get("Idempotency-Key")))
                answer = home.new_door("none").http(self.command, self.path, body, headers=head)
                if outer.lose and outer.lose(self.command, self.path, len(outer.seen)):
                    self.connection.close()
                    return
                told = change(self.path, answer.body) if change else None
                told = answer.body if told is None else told
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.headers["content-type"])
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            do_GET = do_POST = do_PATCH = do_DELETE = pass_on

            def log_message(self, format, *words):  # pylint: disable=redefined-builtin
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *rest: None
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *rest):
        self.server.shutdown()
        self.server.server_close()


def nothing_in_them_is_newer_than_php_7_4():
    plugin = os.path.join(TOP, "plugins/woocommerce/amanah")
    for path in [CLIENT] + [os.path.join(plugin, name) for name in sorted(os.listdir(plugin))]:
        words = subprocess.run(["php", "-r", "foreach (token_get_all(file_get_contents($argv[1])) as $t) if (is_array($t)) "
                                "echo token_name($t[0]), ' ', $t[0] === T_STRING ? $t[1] : '', \"\\n\";", path],
                               capture_output=True, check=True).stdout.decode()
        for token in PHP_8_ONLY + ("T_STRING str_contains", "T_STRING str_starts_with", "T_STRING mixed", "T_STRING array_is_list"):
            check(token + "\n" not in words and token + " \n" not in words, f"{path}: {token} is not in PHP 7.4")
    with open(CLIENT, encoding="utf-8") as file:
        same(file.read().count("require"), 1, "its own example alone loads a file")


def a_customer_is_kept_changed_seen_and_erased():
    with Shop() as home:
        got = home.php("""
            $made = $vault->createSubject('c-1', ['name' => 'Siti', 'email' => 'siti@mail.example', 'addresses' => [
                ['recipient' => 'Siti', 'address' => "Jl. Melati 3", 'postcode' => '40111']]], ['lang' => 'id', 'country' => 'ID']);
            $id = $made['id'];
            $held = $vault->subject($id);
            $vault->patchSubject($id, $held['version'], ['name' => 'Siti R.', 'phone' => '+62 812 3456 7890']);
            $seen = $vault->reveal([$id], ['name', 'phone', 'addresses'], 'operations', ['reason' => 'test']);
            $found = array_merge($vault->lookup('email', 'SITI@mail.example', 'operations', 'test'),
                $vault->lookup('email', 'nobody@mail.example', 'operations', 'test'));
            $vault->closeSubject($id);
            $gone = $vault->eraseSubject($id, 'asked for');
            try { $vault->subject($id); $after = 'there'; } catch (Amanah\\Failure $f) { $after = [$f->code_, $f->status]; }
            return [$id, $seen, $found, $after, $ledger->waiting(), $ledger->check($vault), $ledger->waiting()];""")
        subject = got[0]
        same(got[1], {subject: {"name": "Siti R.", "phone": "+6281234567890",
                                "addresses": [{"recipient": "Siti", "address": "Jl. Melati 3", "postcode": "40111"}]}})
        same(got[2], [subject])
        same(got[3], ["subject.erased", 410])
        check(got[4] >= 6, "each act and look left a receipt")
        same([got[5], got[6]], [got[4], 0], "all of them hold")


def a_pass_and_a_grant_open_one_person():
    with Shop() as home:
        ana = home.create("1", name="Ana", email="ana@mail.example", addresses=[{"recipient": "Ana", "address": "A 1"}])
        budi = home.create("2", name="Budi")
        files = {role: home.signing(role)[0] for role in ("signin", "frontend", "orders", "warehouse")}
        given = home.php("return [$vault->issuePass($in['ana'], '192.0.2.7')];", file=files["signin"], ana=ana)[0]
        same(home.php("return $vault->reveal([], ['name'], 'self', ['pass' => $in['pass']]);", file=files["frontend"],
                      **{"pass": given}), {ana: {"name": "Ana"}})
        wrong = home.php("return $vault->reveal([$in['budi']], ['name'], 'self', ['pass' => $in['pass']]);",
                         file=files["frontend"], budi=budi, **{"pass": given})
        same([wrong["code"], wrong["status"]], ["pass.subject", 403])
        look = "return $vault->reveal([$in['ana']], ['recipient', 'address'], 'delivery');"
        same(home.php(look, file=files["warehouse"], ana=ana)["code"], "grant.missing")
        home.php("return $vault->grant($in['ana'], 'order 7', ['role' => 'warehouse']);", file=files["orders"], ana=ana)
        same(home.php(look, file=files["warehouse"], ana=ana), {ana: {"addresses": [{"recipient": "Ana", "address": "A 1"}]}})


def a_key_that_signs_opens_sessions_and_renews_itself():
    with Shop() as home:
        file, first = home.signing("service", days=30)
        reader = "return $vault->self();"
        same(home.php(reader, file=file)["reader"], first)
        check(os.stat(file).st_mode & 0o077 == 0, "its file is its owner's alone")
        kept = json.load(open(file, encoding="utf-8"))
        same(home.php(reader, file=file)["reader"], first)
        same(json.load(open(file, encoding="utf-8"))["token"], kept["token"], "a session is used until it is over")
        home.restart()
        same(home.php(reader, file=file)["reader"], first, "a restart ends sessions, and a new one is opened by itself")
        old = home.file("stolen.json", open(file, "rb").read())
        for days in (10, 11):  # a key that nobody uses for 14 days ends
            home.older(file, days)
            home.php(reader, file=file)
            kept = json.load(open(file, encoding="utf-8"))
            same(kept["id"] == first, days == 10, "it is renewed when two thirds are over")
        second = json.load(open(file, encoding="utf-8"))["id"]
        check(second != first and "next" not in json.load(open(file, encoding="utf-8")), "the successor stands in the file")
        home.wait_days(1.5)
        same(home.php(reader, file=file)["reader"], second)
        same(home.php(reader, file=old)["code"], "credential.unknown", "a copy of the old pair opens nothing any more")


def a_process_that_dies_while_it_renews_leaves_a_key_that_works():
    with Shop() as home:
        file, first = home.signing("service", days=30)
        home.php("return $vault->self();", file=file)
        home.older(file, 10)
        home.php("return $vault->self();", file=file)
        home.older(file, 11)
        with Between(home, lose=lambda method, path, count: path.endswith("/rotate")) as between:
            home.php("return $vault->self();", file=file, url=between.url, options={"tries": 1})
            check(any(path.endswith("/rotate") for _, path, _ in between.seen), "it tried to")
        kept = json.load(open(file, encoding="utf-8"))
        same(kept["id"], first, "the answer was lost")
        within("next", kept)
        kept.pop("token")
        home.file("service.json", json.dumps(kept))
        home.php("return $vault->self();", file=file)
        renewed = json.load(open(file, encoding="utf-8"))
        check(renewed["id"] != first and renewed["seed"] == kept["next"]["seed"], "the same pair is asked for again")
        same(home.php("return $vault->self();", file=file)["reader"], renewed["id"])


def a_receipt_that_was_changed_is_refused():
    def forged(path, body):
        answer = json.loads(body)
        if path != "/v1/subjects" or "receipt" not in answer:
            return None
        lines = answer["receipt"]["checkpoint"].split("\n")
        lines[2] = base64.b64encode(bytes(32)).decode()
        answer["receipt"]["checkpoint"] = "\n".join(lines)
        return json.dumps(answer).encode()

    create = "return $vault->createSubject('c-' . $in['no'], ['name' => 'Ana']);"
    with Shop() as home:
        with Between(home, forged) as between:
            answer = home.php(create, url=between.url, no=1)
            same(answer["failure"], "Amanah\\Tampering", str(answer))
        other = Shop()
        with other:
            answer = home.php(create, url=f"http://127.0.0.1:{other.port}", key=other.admin, no=2)
            same(answer["failure"], "Amanah\\Tampering", "a log of another name")

        def moved(path, body):
            answer = json.loads(body)
            if path == "/v1/subjects":
                answer["receipt"]["leaf_hash"] = base64.b64encode(b"x" * 32).decode()
                return json.dumps(answer).encode()
            return None

        with Between(home, moved) as between:
            home.php(create, url=between.url, no=3)  # the checkpoint is good, and only a proof tells
        answer = home.php("return [$ledger->check($vault)];")
        same(answer["failure"], "Amanah\\Tampering", str(answer))
        within("is not the one", answer["says"])
        check(home.php("return [$ledger->waiting()];")[0] > 0, "what does not hold stays kept")


def a_fork_of_the_log_is_refused():
    """The vault's operator shows the shop one log and the auditor another, both signed by the shop's own key."""
    with Shop() as home:
        create = "return $vault->createSubject('c-' . $in['no'], ['name' => 'Ana']);"
        home.php(create, no=1)
        home.stop()
        copy = home.file("copy")
        shutil.copytree(home.path, copy)
        home.start()
        home.php(create, no=2)
        same(home.php("return [$ledger->check($vault)];")[0], 2)
        home.stop()
        shutil.rmtree(home.path)
        shutil.copytree(copy, home.path)
        home.start()
        shorter = home.php("return [$ledger->check($vault)];")
        same(shorter["failure"], "Amanah\\Tampering", "a log that got shorter")
        for no in range(3, 9):
            answer = home.php(create, no=no)
            if answer.get("failure"):
                break
        same(answer["failure"], "Amanah\\Tampering", "another log of the size that is kept")
        home.php(create, no=9, folder=None)
        longer = home.php("return [$ledger->check($vault)];")
        same(longer["failure"], "Amanah\\Tampering", "a longer one that goes on from elsewhere")


def what_fails_says_why_and_is_repeated_only_where_that_is_harmless():
    with Shop() as home:
        create = "return $vault->createSubject('c-1', ['email' => $in['email'] ?? 'a@mail.example']);"
        with Between(home, lose=lambda method, path, count: count == 1) as between:
            made = home.php(create, url=between.url)
            check(made["id"].startswith("sub_"), str(made))
            same(len({again for _, _, again in between.seen}), 1, "the same idempotency key")
            same(len(between.seen), 2)
        with Between(home, lose=lambda method, path, count: True) as between:
            look = home.php("return $vault->reveal([$in['id']], ['email'], 'operations', ['reason' => 'x']);", url=between.url,
                            id=made["id"])
            same([look["failure"], len(between.seen)], ["Amanah\\Unreachable", 1], "a look is not repeated")
        taken = home.php(create)
        same([taken["code"], taken["status"]], ["subject.ref_taken", 409])
        bad = home.php(create.replace("c-1", "c-2"), email="planted no address")
        same([bad["code"], bad["status"]], ["field.format", 422])
        check("planted" not in str(bad), "no message repeats what was sent")
        same(home.php("return $vault->createSubject('c-3', ['name' => \"\\xff\"]);")["code"], "request.malformed", "no UTF-8")
        with open(os.path.join(home.receipts, "new.jsonl"), "r+b") as file:
            kept = file.read()
            file.truncate(17 * 1024 * 1024)
        same(home.php("return $vault->self() + $vault->createSubject('c-4', []);")["code"], "client.files", "receipts that nobody checks")
        with open(os.path.join(home.receipts, "new.jsonl"), "wb") as file:
            file.write(kept)
        home.stop()
        gone = home.php(create)
        same([gone["failure"], gone["code"]], ["Amanah\\Unreachable", "unreachable"])
        home.start()
        for url in ("http://vault.example", "ftp://127.0.0.1", "http://127.0.0.1.evil.example"):
            refused = home.php("try { new Amanah\\Client($in['bad'], $key); return []; } catch (InvalidArgumentException $e) "
                               "{ return ['refused' => 1]; }", bad=url)
            same(refused, {"refused": 1}, url)


def what_the_shops_own_pages_showed_becomes_sightings():
    with Shop() as home:
        ana = home.create("wc-user-1", name="Ana")
        home.good("POST", "/v1/services", {"name": "pages", "about": "pages of staff", "fields": ["name", "email"],
                                           "purposes": ["support"],
                                           "routes": ["EVENT customer.view = name,email", "EVENT customers.export = name"]})
        prelude = "$log = new Amanah\\Sightings($in['folder'], 'pages');"
        same(home.php(prelude + """
            for ($i = 0; $i < 3; $i++) $log->note('kim', 'EVENT customer.view', ['wc-user-1', 'nobody']);
            $log->note('1', 'EVENT customers.export', [], 12);
            return [$log->waiting() > 0, $log->send($vault), $log->waiting(), $log->send($vault)];"""), [True, 8, 0, 0])
        seen = [look for look in home.good("GET", f"/v1/subjects/{ana}/sightings")["items"] if look["kind"] == "observed"]
        same(len(seen), 1)
        within("kim", json.dumps(seen))
        note = prelude + "$log->note('lee', 'EVENT customer.view', ['wc-user-1']); return [$log->send($vault)];"
        with Between(home, lose=lambda method, path, count: count == 1) as between:
            answer = home.php(note, url=between.url, options={"tries": 1})
            same(answer["failure"], "Amanah\\Unreachable")
        same(home.php(prelude + "return [$log->send($vault)];"), [1], "an answer was lost: nothing is counted twice")
        state = home.good("GET", "/v1/observed")["items"][0]
        same([state["lines"], state["behind"]], [9, 0])
        home.run("ledger", "verify")


if not shutil.which("php"):
    skip("php is not here")
story(nothing_in_them_is_newer_than_php_7_4, a_customer_is_kept_changed_seen_and_erased, a_pass_and_a_grant_open_one_person,
      a_key_that_signs_opens_sessions_and_renews_itself, a_process_that_dies_while_it_renews_leaves_a_key_that_works,
      a_receipt_that_was_changed_is_refused, a_fork_of_the_log_is_refused,
      what_fails_says_why_and_is_repeated_only_where_that_is_harmless, what_the_shops_own_pages_showed_becomes_sightings)
