#!/usr/bin/env python3
"""Keys that are TLS client certificates: pinned by their public key, whoever signed them."""
import http.client
import json
import os
import ssl
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story  # noqa: E402

KINDS = {"ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"], "rsa": ["-newkey", "rsa:2048"],
         "ed25519": ["-newkey", "ed25519"]}


def openssl(*words):
    done = subprocess.run(["openssl", *words], capture_output=True, check=False)
    check(done.returncode == 0, f"openssl {words[0]}: {done.stderr[-300:]!r}")
    return done.stdout


class Certificate:
    """A pair and a self-signed certificate."""

    def __init__(self, home, name, kind="ec", days=30):
        self.home, self.name = home, name
        self.key, self.path = home.file(f"{name}.key"), home.file(f"{name}.crt")
        openssl("req", "-x509", *KINDS[kind], "-nodes", "-keyout", self.key, "-out", self.path, "-days", str(days),
                "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1")
        with open(self.path, encoding="ascii") as file:
            self.pem = file.read()

    def renewed(self, days):
        """Another certificate of the same pair; of a negative number of days one that has expired."""
        request = self.home.file(f"{self.name}.csr")
        other = Certificate.__new__(Certificate)
        other.home, other.name, other.key = self.home, self.name, self.key
        other.path = self.home.file(f"{self.name}{days}.crt")
        openssl("req", "-new", "-key", self.key, "-subj", f"/CN={self.name} renewed", "-out", request)
        openssl("x509", "-req", "-in", request, "-signkey", self.key, "-days", str(days), "-out", other.path)
        with open(other.path, encoding="ascii") as file:
            other.pem = file.read()
        return other


class Line:
    """A kept HTTPS connection with a client certificate, or without one."""

    def __init__(self, home, server, client=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(server.path)
        if client:
            context.load_cert_chain(client.path, client.key)
        self.line = http.client.HTTPSConnection("127.0.0.1", home.port, context=context, timeout=20)

    def ask(self, method="GET", path="/v1/self", body=None, headers=None):
        sent = {"Content-Type": "application/json"} if body is not None else {}
        self.line.request(method, path, None if body is None else json.dumps(body), {**sent, **(headers or {})})
        got = self.line.getresponse()
        return got.status, json.loads(got.read())


def serve(home, *options):
    server = Certificate(home, "server")
    home.spawn("--tls-cert", server.path, "--tls-key", server.key, *options)
    while True:
        try:
            Line(home, server).ask(path="/healthz")
            return server
        except OSError:
            check(home.daemon.poll() is None, f"serve ended: {home.daemon_said()[-1000:]!r}")


def admin(home):
    return {"Authorization": f"Bearer {home.admin}"}


def register(home, server, client, **more):
    status, told = Line(home, server).ask("POST", "/v1/keys", {"role": "support", "certificate": client.pem, **more},
                                          admin(home))
    same(status, 201, str(told))
    check("key" not in told, "a certificate has no other secret")
    return told


def a_registered_certificate_is_its_key_whatever_its_kind():
    with Home() as home:
        server = serve(home)
        for kind in KINDS:
            client = Certificate(home, kind, kind)
            key = register(home, server, client)["id"]
            line = Line(home, server, client)
            for _ in range(2):  # on a kept connection
                status, told = line.ask()
                same([status, told.get("reader"), told.get("role")], [200, key, "support"], kind)
        status, told = line.ask("DELETE", f"/v1/keys/{key}")
        same([status, told["code"]], [403, "role.act"], "it has its role and no more")
        status, told = line.ask(headers=admin(home))
        same(told["role"], "admin", "who sends a credential is taken at that")
        status, told = line.ask(headers={"Authorization": "Bearer amk_wrong"})
        same(told["code"], "credential.unknown", "a wrong credential is never mended by a certificate")
        same(Line(home, server).ask("DELETE", f"/v1/keys/{key}", headers=admin(home))[0], 200)
        same(line.ask()[1]["code"], "credential.unknown", "once revoked, not even on a connection from before")


def another_shop_cannot_draw_a_certificate_to_itself():
    with Home() as home:
        server = serve(home)
        client = Certificate(home, "ec")
        register(home, server, client)
        same(Line(home, server, client).ask()[0], 200)
        other = home.run("shop", "add", "other", "--json").json["key"]
        status, told = Line(home, server).ask("POST", "/v1/keys", {"role": "admin", "certificate": client.pem},
                                              {"Authorization": f"Bearer {other}"})
        same(status, 201, str(told))
        status, told = Line(home, server, client).ask()
        same([status, told["code"]], [401, "credential.unknown"], "it is sent to neither, and told why")
        check("several shops" in told["detail"], str(told))


def nobody_is_let_in_by_another_certificate():
    with Home() as home:
        server = serve(home)
        client = Certificate(home, "client")
        register(home, server, client)
        same(Line(home, server).ask()[1]["code"], "credential.missing", "no certificate is asked for, and fine")
        same(Line(home, server, Certificate(home, "client")).ask()[1]["code"], "credential.unknown",
             "the same name, another pair")
        stolen = Certificate(home, "thief")
        openssl("x509", "-in", client.path, "-out", stolen.path)  # the certificate without its private key
        try:
            Line(home, server, stolen).ask()
            check(False, "a certificate without its private key came through")
        except (ssl.SSLError, OSError):
            pass


def it_is_pinned_by_its_public_key_and_ends_with_the_certificate():
    with Home() as home:
        server = serve(home)
        client = Certificate(home, "client", days=10)
        expired = client.renewed(-1)
        status, told = Line(home, server).ask("POST", "/v1/keys", {"role": "support", "certificate": expired.pem},
                                              admin(home))
        same([status, told["code"]], [400, "request.malformed"], "an expired one is not registered")
        key = register(home, server, client)
        full = register(home, server, Certificate(home, "other", days=1000))
        check(key["expires"] < full["expires"], "a key ends no later than its certificate")
        same(Line(home, server, client.renewed(20)).ask()[0], 200, "a renewed certificate of the same pair")
        status, told = Line(home, server, expired).ask()
        same([status, told["code"]], [401, "credential.unknown"], "an expired one of the same pair")
        status, told = Line(home, server).ask("POST", "/v1/keys", {"role": "support", "certificate": client.pem},
                                              admin(home))
        same([status, told["code"]], [409, "conflict"], "and no pair twice")


def a_certificate_is_bound_to_its_networks():
    with Home() as home:
        server = serve(home, "--proxy", "127.0.0.1")
        client = Certificate(home, "client")
        register(home, server, client, networks=["198.51.100.0/24"])
        line = Line(home, server, client)
        same(line.ask(headers={"X-Forwarded-For": "198.51.100.7"})[0], 200)
        same(line.ask(headers={"X-Forwarded-For": "203.0.113.9"})[1]["code"], "key.network")


story(a_registered_certificate_is_its_key_whatever_its_kind, another_shop_cannot_draw_a_certificate_to_itself,
      nobody_is_let_in_by_another_certificate,
      it_is_pinned_by_its_public_key_and_ends_with_the_certificate,
      a_certificate_is_bound_to_its_networks)
