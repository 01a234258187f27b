"""A home of the real program, for stories: tests/scenario/*.py and tests/crash/*.py.

The environment variable AMANAH names the program (Meson sets it). Main class: Home. Example:

    with Home() as home:
        home.start()
        made = home.http("POST", "/v1/subjects", {"ref": "1", "fields": {"name": "Ana"}})
        same(made.status, 201)
"""
import base64
import http.client
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

PROGRAM = os.environ.get("AMANAH") or os.path.join(os.path.dirname(__file__), "../../build/amanah")
START_S = 60
STOP_S = 60
ANSWER_S = 60
COMMAND_S = 300
SKIPPED = 77


class Wrong(Exception):
    """What the story says is not so."""


def check(good, sentence):
    if not good:
        raise Wrong(sentence)


def same(got, want, sentence=""):
    if got != want:
        raise Wrong(f"{sentence or 'not as it should be'}: want {want!r}, got {got!r}")


def within(part, whole, sentence=""):
    if part not in whole:
        raise Wrong(f"{sentence or 'not there'}: want {part!r} in {str(whole)[:2000]!r}")


def skip(why):
    print(f"SKIP: {why}")
    sys.exit(SKIPPED)


def story(*chapters):
    """Run the chapters, functions without arguments whose names are true sentences."""
    failed = 0
    for chapter in chapters:
        began = time.monotonic()
        try:
            chapter()
            print(f"ok      {chapter.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as wrong:  # pylint: disable=broad-except
            failed += 1
            if not isinstance(wrong, Wrong):
                traceback.print_exc(file=sys.stdout)
            print(f"FAILED  {chapter.__name__}: {wrong!r}", flush=True)
    sys.exit(1 if failed else 0)


class Answer:
    """Of HTTP: status, headers (names in lower case), body."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("code")

    def __repr__(self):
        return f"{self.status} {self.body[:600]!r}"


class Ended:
    """Of a command: exit status, what it wrote."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def text(self):
        return self.out.decode(errors="replace")

    def __repr__(self):
        return f"exit {self.status}, {self.out[-600:]!r}, {self.err[-600:]!r}"


def day_lasts(seconds):
    """For what counts by the day: no midnight (UTC) for so long. Waits past one that comes sooner."""
    left = 24 * 3600 - time.time() % (24 * 3600)
    if left < seconds:
        time.sleep(left + 1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(more=None):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AMANAH")}
    return {**kept, **(more or {})}


def command(*words, stdin=b"", env=None, seconds=COMMAND_S, **options):
    """Run the program once."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    done = subprocess.run([PROGRAM, *map(str, words)], input=stdin, capture_output=True, env=environment(env),
                          timeout=seconds, check=False, **options)
    return Ended(done.returncode, done.stdout, done.stderr)


def killed_at(number, where=""):
    """What makes the program end by SIGKILL when it is about to rename a file, whose path has `where` in it, for that time."""
    return {"LD_PRELOAD": os.environ["AMN_KILLED_AT"], "KILLED_AT": str(number), "KILLED_IN": where,
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}


class Door:
    """One kept HTTP connection, for a thread of its own. Connection errors come through as OSError."""

    def __init__(self, port, key=None):
        self.port, self.key, self.line = port, key, None

    def close(self):
        if self.line:
            self.line.close()
        self.line = None

    def closed(self):
        """Has the other side closed the kept connection, which was idle for long?"""
        return bool(select.select([self.line.sock], [], [], 0)[0]) if self.line.sock else False

    def http(self, method, path, body=None, key=None, headers=None, kind=None):
        """`body`: bytes go as they are, with `kind` as their type; anything else as JSON. `key` "": none is sent."""
        sent = dict(headers or {})
        key = self.key if key is None else key
        if key:
            sent.setdefault("Authorization", f"Bearer {key}")
        if body is not None and not isinstance(body, (bytes, bytearray)) and not hasattr(body, "read"):
            body, kind = json.dumps(body).encode(), kind or "application/json"
        if kind:
            sent.setdefault("Content-Type", kind)
        for turn in (0, 1):  # a kept connection may have been closed meanwhile: try once on a new one
            if self.line and self.closed():
                self.close()
            fresh = self.line is None
            if fresh:
                self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)
            try:
                self.line.request(method, path, body=body, headers=sent)
                got = self.line.getresponse()
                answer = Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
                if answer.headers.get("connection", "").lower() == "close":
                    self.close()
                return answer
            except (http.client.HTTPException, OSError) as error:
                self.close()
                idle = isinstance(error, (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError))
                if turn or fresh or not idle or method not in ("GET", "HEAD"):
                    raise error if isinstance(error, OSError) else ConnectionError(str(error)) from error
        raise ConnectionError("unreachable")


class Home:
    def __init__(self, shop="shop", seal="plain", passphrase=None, init=True, folder=None):
        self.folder = folder or tempfile.mkdtemp(prefix="amanah-")
        self.mine = folder is None
        self.path = os.path.join(self.folder, "home")
        self.log = os.path.join(self.folder, "daemon.log")
        self.shop, self.seal, self.passphrase = shop, seal, passphrase
        self.ahead_s = 0  # by how much the program's clock is ahead of the machine's
        self.clock = ""  # a file by which it is moved while the program runs (clock_ahead.c)
        self.stands_at = 0  # where it stands still; 0: it goes
        self.daemon, self.port, self.door, self.admin, self.vkey, self.origin = None, None, None, None, None, None
        self.said = []  # every output of every command
        if init:
            self.init()

    def __enter__(self):
        return self

    def __exit__(self, kind, *rest):
        self.kill()
        if kind and os.path.exists(self.log):
            print("--- the daemon said:\n" + self.daemon_said().decode(errors="replace")[-4000:], flush=True)
        if self.mine:
            shutil.rmtree(self.folder, ignore_errors=True)
        return False

    def file(self, name, content=None):
        """A path beside the home; written with `content` if given."""
        path = os.path.join(self.folder, name)
        if content is not None:
            with open(path, "wb") as out:
                out.write(content.encode() if isinstance(content, str) else content)
        return path

    def database(self, shop=None):
        return os.path.join(self.path, "shops", shop or self.shop, "shop.db")

    def environment(self, key=None):
        env = {}
        if self.ahead_s or self.clock:
            env["LD_PRELOAD"] = os.environ["AMN_CLOCK_AHEAD"]
            env["CLOCK_AHEAD_S"] = str(self.ahead_s + int(os.environ.get("CLOCK_AHEAD_S", "0")))
            env["CLOCK_AHEAD_FILE"] = self.clock
            env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        if self.passphrase is not None:
            env["AMANAH_PASSPHRASE_FILE"] = self.file("passphrase", self.passphrase)
        if key:
            env["AMANAH_KEY"] = key
        return env

    def init(self):
        made = command("init", self.path, "--shop", self.shop, "--seal", self.seal, "--json", env=self.environment())
        same(made.status, 0, f"init failed: {made}")
        self.said += [made.out, made.err]
        self.admin, self.vkey, self.origin = (made.json[name] for name in ("key", "vkey", "origin"))

    def cli(self, *words, stdin=b"", key=None, env=None, seconds=COMMAND_S):
        """A command on this home, as the local operator or as the reader of `key`."""
        done = command(*words, stdin=stdin, seconds=seconds,
                       env={"AMANAH_HOME": self.path, **self.environment(key), **(env or {})})
        self.said += [done.out, done.err]
        return done

    def run(self, *words, **options):
        """The same, and it must succeed."""
        done = self.cli(*words, **options)
        same(done.status, 0, f"{' '.join(map(str, words[:3]))} failed: {done}")
        return done

    def ask(self, *words, **options):
        """The same, its JSON document."""
        return self.run(*words, "--json", **options).json

    def spawn(self, *options, limits=None, env=None):
        """Start `serve` without waiting. `limits` runs in the child before the program; `env` is its alone."""
        self.port = free_port()
        with open(self.log, "ab") as log:
            self.daemon = subprocess.Popen(
                [PROGRAM, "serve", self.path, "--listen", f"127.0.0.1:{self.port}", *options], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env=environment({**self.environment(), **(env or {})}), start_new_session=True, preexec_fn=limits)
        self.door = Door(self.port, self.admin)

    def start(self, *options, limits=None, env=None):
        self.spawn(*options, limits=limits, env=env)
        until = time.monotonic() + START_S
        while True:
            if self.daemon.poll() is not None:
                raise Wrong(f"serve ended with {self.daemon.returncode}: {self.daemon_said()[-2000:]!r}")
            try:
                if self.http("GET", "/healthz", key="").status == 200:
                    return
            except OSError:
                pass
            check(time.monotonic() < until, f"serve is not ready: {self.daemon_said()[-2000:]!r}")
            time.sleep(0.02)

    def stop(self):
        """SIGTERM; it must end by itself, with status 0."""
        daemon, self.daemon = self.daemon, None
        self.door.close()
        daemon.send_signal(signal.SIGTERM)
        try:
            status = daemon.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(daemon.pid, signal.SIGKILL)
            daemon.wait()
            raise Wrong("serve did not end when asked to") from None
        same(status, 0, f"serve ended badly: {self.daemon_said()[-2000:]!r}")

    def kill(self):
        """SIGKILL to keeper and front at once: they are a process group of their own."""
        daemon, self.daemon = self.daemon, None
        if not daemon:
            return
        try:
            os.killpg(daemon.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        daemon.wait()
        if self.door:
            self.door.close()

    def restart(self, *options):
        if self.daemon:
            self.stop()
        self.start(*options)

    def wait_days(self, days):
        """Days pass, with a restart."""
        serving = self.daemon is not None
        if serving:
            self.stop()
        self.ahead_s += int(days * 86400)
        if serving:
            self.start()

    def hold_clock(self):
        """Before the program starts: its clock goes on, and can be made to stand still."""
        self.clock = self.file("clock", bytes(16))

    def stand_still(self):
        """From here on the program's clock moves by move_clock() alone, however slow the machine is."""
        self.move_clock(int(self.now()))

    def move_clock(self, seconds):
        self.stands_at = int(self.stands_at + seconds)
        with open(self.clock, "r+b", buffering=0) as clock:
            clock.write(struct.pack("=qq", 0, self.stands_at))

    def now(self):
        """The program's time, in seconds."""
        return self.stands_at or time.time() + self.ahead_s

    def daemon_said(self):
        with open(self.log, "rb") as log:
            return log.read()

    def http(self, method, path, body=None, key=None, headers=None, kind=None):
        return self.door.http(method, path, body, key, headers, kind)

    def good(self, method, path, body=None, **options):
        """The same, it must be 2xx; its JSON document."""
        answer = self.http(method, path, body, **options)
        check(200 <= answer.status < 300, f"{method} {path} failed: {answer}")
        return answer.json

    def new_door(self, key=None):
        return Door(self.port, key or self.admin)

    def issue(self, role, **more):
        """A key's secret, asked over HTTP while it serves, else by command."""
        if self.daemon:
            return self.good("POST", "/v1/keys", {"role": role, **more})["key"]
        return self.ask("key", "issue", "--role", role)["key"]

    def create(self, ref, lang="en", country="US", key=None, **fields):
        return self.good("POST", "/v1/subjects", {"ref": ref, "lang": lang, "country": country, "fields": fields},
                         key=key)["id"]

    def reveal(self, ids, fields, purpose="operations", reason="test", key=None):
        ids = [ids] if isinstance(ids, str) else ids
        return self.http("POST", "/v1/reveal", {"subjects": ids, "fields": fields, "purpose": purpose,
                                                "reason": reason}, key=key)

    def values(self, ids, fields, **more):
        """What a reveal shows: id -> fields."""
        answer = self.reveal(ids, fields, **more)
        same(answer.status, 200, f"reveal failed: {answer}")
        return {row["id"]: row.get("fields", row.get("code")) for row in answer.json["values"]}


def unbase64(text):
    return base64.b64decode(text, validate=True)
