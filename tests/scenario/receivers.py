"""Receivers of alerts, for stories: webhooks that check their signature, rsyslog, a mail host, a reader of events.

Each listens on a loopback port of its own, keeps what it got, and can be taken away and put back. Main classes: Hook,
Rsyslog, MailHost, Events. Example:

    with Hook() as hook:
        hook.secret = made["secret"]
        hook.wait(1)
        same(hook.got[0]["event"], "test")
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time

from amanah import Wrong, check, environment, free_port, same

PATIENCE_S = 30


def wait_until(good, what, seconds=PATIENCE_S):
    until = time.monotonic() + seconds
    while not good():
        check(time.monotonic() < until, f"in {seconds} s not seen: {what}")
        time.sleep(0.05)


class Hook:
    """A webhook's receiver. `status` is what it answers; what it refuses it does not keep."""

    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/in"
        self.secret, self.status, self.location = None, 200, None
        self.got, self.ids, self.wrong, self.tried = [], [], [], 0
        self.ahead_s = 0  # by how much the vault's clock is ahead
        self.server = None

    def __enter__(self):
        self.up()
        return self

    def __exit__(self, *rest):
        self.down()

    def up(self):
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # pylint: disable=invalid-name
                hook.take(self)

            def do_GET(self):  # pylint: disable=invalid-name
                hook.wrong.append("a GET: a redirect was followed")
                self.send_error(405)

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
        self.server = None

    def take(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        self.tried += 1
        why = self.signature_wrong(request.headers.get("Amanah-Signature", ""), body)
        if why:
            self.wrong.append(why)
        if 200 <= self.status < 300 and not why:
            said = json.loads(body)
            self.got.append(said)
            self.ids.append(request.headers["Idempotency-Key"])
            same(said["id"], request.headers["Idempotency-Key"])
            same(said["event"], request.headers["Amanah-Event"])
        request.send_response(self.status)
        if self.location:
            request.send_header("Location", self.location)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def signature_wrong(self, header, body):
        """As docs/alerts.md says it is checked."""
        parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
        if abs(int(parts.get("t", 0)) - time.time() - self.ahead_s) > 300:
            return f"a signature of another time: {header}"
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        want = hmac.new(key, parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
        return None if hmac.compare_digest(want, parts["v1"]) else f"a signature that does not fit: {header}"

    def wait(self, count, seconds=PATIENCE_S):
        wait_until(lambda: len(self.got) >= count, f"{count} posts (there are {len(self.got)}, {self.wrong})", seconds)
        same(self.wrong, [])


class Rsyslog:
    """rsyslog as a process of its own, with its own configuration and files. TLS when it is given a certificate."""

    CONFIG = """
global(workDirectory="{folder}" {tls})
module(load="imptcp")
{module}
template(name="parts" type="list") {{
  constant(value="pri=") property(name="pri") constant(value=" host=") property(name="hostname")
  constant(value=" app=") property(name="programname") constant(value=" msgid=") property(name="msgid")
  constant(value=" sd=") property(name="structured-data") constant(value=" msg=") property(name="msg")
  constant(value="\\n")
}}
ruleset(name="take") {{ action(type="omfile" file="{out}" template="parts" flushOnTXEnd="on") }}
{input}
"""

    @staticmethod
    def there():
        return shutil.which("rsyslogd") or (os.path.exists("/usr/sbin/rsyslogd") and "/usr/sbin/rsyslogd")

    def __init__(self, folder, certificate=None, key=None):
        os.makedirs(folder, exist_ok=True)
        self.port, self.folder, self.out = free_port(), folder, os.path.join(folder, "got")
        self.url = f"{'tls' if certificate else 'tcp'}://127.0.0.1:{self.port}"
        tls, module, put = "", "", f'input(type="imptcp" port="{self.port}" address="127.0.0.1" ruleset="take")'
        if certificate:
            tls = (f'defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="{certificate}" '
                   f'defaultNetstreamDriverCertFile="{certificate}" defaultNetstreamDriverKeyFile="{key}"')
            module = ('module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" '
                      'streamDriver.authMode="anon")')
            put = f'input(type="imtcp" port="{self.port}" address="127.0.0.1" ruleset="take")'
        self.config = os.path.join(folder, "rsyslog.conf")
        with open(self.config, "w", encoding="utf-8") as config:
            config.write(self.CONFIG.format(folder=folder, out=self.out, tls=tls, module=module, input=put))
        self.process = None

    def __enter__(self):
        self.up()
        return self

    def __exit__(self, *rest):
        self.down()

    def up(self):
        pid = os.path.join(self.folder, "pid")
        self.process = subprocess.Popen([self.there(), "-n", "-f", self.config, "-i", pid], env=environment(),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self.listens, "rsyslog listens")

    def listens(self):
        check(self.process.poll() is None, "rsyslog ended")
        with open("/proc/net/tcp", encoding="ascii") as rows:
            return any(f":{self.port:04X} 00000000:0000 0A" in row for row in rows)

    def down(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
        self.process = None

    def lines(self):
        try:
            with open(self.out, encoding="utf-8") as got:
                return got.read().splitlines()
        except FileNotFoundError:
            return []

    def wait(self, count, seconds=PATIENCE_S):
        wait_until(lambda: len(self.lines()) >= count, f"{count} syslog lines (there are {len(self.lines())})", seconds)


class MailHost:
    """Postfix's smtp-sink: every mail becomes a file."""

    @staticmethod
    def there():
        return shutil.which("smtp-sink") or (os.path.exists("/usr/sbin/smtp-sink") and "/usr/sbin/smtp-sink")

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="amanah-mails-")
        os.chmod(self.folder, 0o777)  # it writes as somebody else
        self.port, self.process = free_port(), None
        self.url = f"smtp://127.0.0.1:{self.port}"

    def __enter__(self):
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen([self.there(), *user, "-d", f"{self.folder}/%M.", f"127.0.0.1:{self.port}", "32"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *rest):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def mails(self):
        """Those that came whole: (to, subject, body)."""
        found = []
        for name in sorted(os.listdir(self.folder)):
            with open(os.path.join(self.folder, name), "rb") as file:
                text = file.read().replace(b"\r\n", b"\n").decode(errors="replace")
            found.append(text)
        return found

    def wait(self, count, seconds=PATIENCE_S):
        wait_until(lambda: len(self.mails()) >= count, f"{count} mails (there are {len(self.mails())})", seconds)


class Events:
    """curl reads server-sent events into a file."""

    def __init__(self, home, key, last=None):
        self.path = home.file(f"events-{time.monotonic_ns()}")
        head = ["-H", f"Authorization: Bearer {key}"] + (["-H", f"Last-Event-ID: {last}"] if last is not None else [])
        with open(self.path, "wb") as out:
            self.process = subprocess.Popen(["curl", "-sN", *head, f"http://127.0.0.1:{home.port}/v1/events"], stdout=out,
                                            stderr=subprocess.DEVNULL, env=environment())

    def __enter__(self):
        wait_until(lambda: "retry:" in self.text() or self.process.poll() is not None, "the stream is open")
        return self

    def __exit__(self, *rest):
        self.process.kill()
        self.process.wait()

    def text(self):
        with open(self.path, encoding="utf-8") as got:
            return got.read()

    def got(self):
        """[(id, event, data)] of what came whole."""
        found = []
        for block in self.text().split("\n\n")[:-1]:
            lines = dict(re.findall(r"^(id|event|data): (.*)$", block, re.M))
            if "data" in lines and "id" in lines:
                found.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
        return found

    def changed(self):
        """[(kinds of things that changed, incidents)], as they were told."""
        told = [json.loads(data) for data in re.findall(r"^event: changed\ndata: (.*)\n\n", self.text(), re.M)]
        return [(set(one["what"]), set(one["incidents"])) for one in told]

    def hear(self, what, seconds=PATIENCE_S):
        """Wait until this changed; all incidents that were named so far."""
        wait_until(lambda: any(what in kinds | incidents for kinds, incidents in self.changed()), f"news of {what}", seconds)
        return set().union(*(incidents for _, incidents in self.changed()))

    def wait(self, count, seconds=PATIENCE_S):
        wait_until(lambda: len(self.got()) >= count, f"{count} events (there are {self.got()})", seconds)
        return self.got()

    def ended(self):
        try:
            return self.process.wait(PATIENCE_S) is not None
        except subprocess.TimeoutExpired:
            raise Wrong("the stream did not end") from None
