"""A mail host for stories: takes mail over SMTP, with STARTTLS and sign-in if wanted, and misbehaves when told to.

    with MailHost() as host:
        home.ask("mail", "put", host.url, "--no-tls", "--sender", "toko@shop.example")
        mail = host.await_mails(1)[0]
"""
import base64
import email
import email.policy
import socket
import ssl
import subprocess
import threading
import time

from amanah import Wrong


def certificate(folder, name="mail"):
    """A self-signed certificate of 127.0.0.1: its path and its key's."""
    cert, key = f"{folder}/{name}.pem", f"{folder}/{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "1", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    return cert, key


class Mail:
    def __init__(self, sender, to, raw, tls):
        self.sender, self.to, self.raw, self.tls = sender, to, raw, tls
        self.message = email.message_from_bytes(raw, policy=email.policy.default)
        self.at = time.monotonic()

    @property
    def id(self):
        return self.message["Message-ID"]

    @property
    def text(self):
        return self.message.get_content()


class MailHost:
    """`replies`: SMTP verb -> answer in place of the good one; "" hangs up. `hold`: set it to withhold the last word."""

    def __init__(self, port=0, tls=None, offer=True, user=None, password=None):
        self.tls, self.offer, self.user, self.password = tls, offer, user, password
        self.replies, self.mails, self.commands, self.hold = {}, [], [], threading.Event()
        self.lock, self.lines = threading.Lock(), []
        self.listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Gone: nobody listens, and every line is cut."""
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.cut()

    def cut(self):
        """Every line that is open ends."""
        with self.lock:
            lines, self.lines = self.lines, []
        for line in lines:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            line.close()

    def accept(self):
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.lines.append(line)
            threading.Thread(target=self.serve, args=(line,), daemon=True).start()

    def serve(self, line):
        try:
            self.talk(line)
        except (OSError, ValueError):
            pass
        finally:
            line.close()

    def answer(self, line, verb, good):
        text = self.replies.get(verb, good)
        if not text:
            raise ValueError("hangs up")
        line.sendall(text.encode() + b"\r\n")
        return text[0] in "23"

    def talk(self, line):
        reader, tls, sender, to = line.makefile("rb"), False, None, None
        self.answer(line, "CONNECT", "220 mail.shop.example")
        while True:
            said = reader.readline(4096)
            if not said:
                return
            verb = said.split(b":")[0].split()[0].decode().upper() if said.strip() else ""
            with self.lock:
                self.commands.append(said)
            if verb == "EHLO":
                extra = "250-STARTTLS\r\n" if self.tls and self.offer and not tls else ""
                extra += "250-AUTH PLAIN\r\n" if self.user and tls else ""
                self.answer(line, verb, f"250-mail.shop.example\r\n{extra}250-8BITMIME\r\n250 SIZE 1000000")
            elif verb == "STARTTLS":
                self.answer(line, verb, "220 go on")
                line = self.tls.wrap_socket(line, server_side=True)
                with self.lock:
                    self.lines.append(line)
                reader, tls = line.makefile("rb"), True
            elif verb == "AUTH":
                given = said.split()
                blob = given[2] if len(given) > 2 else None
                if blob is None:
                    line.sendall(b"334 \r\n")
                    blob = reader.readline(4096).strip()
                good = base64.b64decode(blob) == f"\0{self.user}\0{self.password}".encode()
                self.answer(line, verb, "235 welcome" if good else "535 wrong")
            elif verb == "MAIL":
                sender = said.split(b"<")[1].split(b">")[0].decode()
                self.answer(line, verb, "250 ok")
            elif verb == "RCPT":
                to = said.split(b"<")[1].split(b">")[0].decode()
                self.answer(line, verb, "250 ok")
            elif verb == "DATA":
                if self.answer(line, verb, "354 go on"):
                    self.message(line, reader, sender, to, tls)
            elif verb == "QUIT":
                self.answer(line, verb, "221 bye")
                return
            else:
                self.answer(line, verb, "250 ok")

    def message(self, line, reader, sender, to, tls):
        raw = b""
        while True:
            part = reader.readline(4096)
            if not part:
                return
            if part == b".\r\n":
                break
            raw += part[1:] if part.startswith(b".") else part
        with self.lock:
            self.mails.append(Mail(sender, to, raw, tls))
        while self.hold.is_set():
            time.sleep(0.01)
        self.answer(line, "END", "250 taken")

    def await_mails(self, count, seconds=60):
        until = time.monotonic() + seconds
        while len(self.mails) < count:
            if time.monotonic() > until:
                raise Wrong(f"{len(self.mails)} mails came, not {count}")
            time.sleep(0.02)
        return list(self.mails)


def tls_context(cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context
