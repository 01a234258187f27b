#!/usr/bin/env python3
"""TLS: served with a certificate, exchanged while it runs, and nothing but loopback without it."""
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import PROGRAM, Home, check, environment, free_port, same, skip, story, within  # noqa: E402

READY_S = 30


def certificate(home, name, common):
    """A key and a self-signed certificate for 127.0.0.1; their paths."""
    key, cert = home.file(f"{name}.key"), home.file(f"{name}.crt")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", f"/CN={common}", "-addext",
                    "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return cert, key


def spawn(home, listen, *options):
    with open(home.log, "ab") as log:
        home.daemon = subprocess.Popen([PROGRAM, "serve", home.path, "--listen", listen, *options],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                                       env=environment(), start_new_session=True)
    said = home.daemon.stdout.readline().decode()
    check(said.startswith("listening on "), f"it says where: {said!r} {home.daemon_said()!r}")
    home.port = int(said.rsplit(":", 1)[1])
    return said.split()[-1]


def context(trusted, **bounds):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(trusted)
    for name, version in bounds.items():
        setattr(made, name, version)
    return made


def talk(home, trusted, path="/healthz", **bounds):
    with socket.create_connection(("127.0.0.1", home.port), timeout=20) as plain:
        with context(trusted, **bounds).wrap_socket(plain, server_hostname="127.0.0.1") as line:
            return ask(line, path), line.version()


def ask(line, path="/healthz"):
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    said = b""
    while not said.endswith(b"}"):
        piece = line.recv(65536)
        check(piece, f"an answer that was cut: {said!r}")
        said += piece
    return said


def end(home):
    daemon, home.daemon = home.daemon, None
    daemon.send_signal(signal.SIGTERM)
    same(daemon.wait(30), 0, "it ends by itself")
    daemon.stdout.close()


def wait_for(sentence, answers):
    until = time.monotonic() + READY_S
    while not answers():
        check(time.monotonic() < until, sentence)
        time.sleep(0.05)


def modern_tls_is_spoken_and_nothing_older():
    with Home() as home:
        cert, key = certificate(home, "one", "one")
        url = spawn(home, "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key)
        check(url.startswith("https://127.0.0.1:"), url)
        for version, name in ((ssl.TLSVersion.TLSv1_3, "TLSv1.3"), (ssl.TLSVersion.TLSv1_2, "TLSv1.2")):
            said, spoken = talk(home, cert, minimum_version=version, maximum_version=version)
            within(b"200 OK", said)
            same(spoken, name)
        old = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{home.port}", "-tls1_1", "-cipher",
                              "ALL@SECLEVEL=0"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
        check(old.returncode != 0, "TLS 1.1 is refused")
        with socket.create_connection(("127.0.0.1", home.port), timeout=20) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            check(b"200" not in plain.recv(65536), "plain HTTP gets nothing")
        end(home)


def a_new_certificate_is_taken_while_old_connections_go_on():
    with Home() as home:
        cert, key = certificate(home, "one", "one")
        new_cert, new_key = certificate(home, "two", "two")
        live_cert, live_key = home.file("live.crt"), home.file("live.key")
        shutil.copy(cert, live_cert)
        shutil.copy(key, live_key)
        spawn(home, "127.0.0.1:0", "--tls-cert", live_cert, "--tls-key", live_key)
        with socket.create_connection(("127.0.0.1", home.port), timeout=20) as plain:
            with context(cert).wrap_socket(plain, server_hostname="127.0.0.1") as old:
                within(b"200 OK", ask(old))
                shutil.copy(new_cert, live_cert)
                home.daemon.send_signal(signal.SIGHUP)  # the key does not fit yet: the old pair stays
                wait_for("a pair that does not fit is said", lambda: b"tls.refused" in home.daemon_said())
                within(b"200 OK", talk(home, cert)[0])
                shutil.copy(new_key, live_key)
                home.daemon.send_signal(signal.SIGHUP)
                wait_for("the new pair is served", lambda: trusts(home, new_cert))
                check(not trusts(home, cert), "the old one is not served any more")
                within(b"200 OK", ask(old))
                os.unlink(live_key)
                home.daemon.send_signal(signal.SIGHUP)
                wait_for("a missing file is said", lambda: home.daemon_said().count(b"tls.refused") == 2)
                within(b"200 OK", talk(home, new_cert)[0])
        end(home)


def trusts(home, cert):
    try:
        return b"200 OK" in talk(home, cert)[0]
    except ssl.SSLError:
        return False


def refused(home, *options):
    done = subprocess.run([PROGRAM, "serve", home.path, *options], stdin=subprocess.DEVNULL, capture_output=True,
                          env=environment(), timeout=60, check=False)
    return done.returncode, done.stderr.decode()


def only_loopback_is_served_without_tls():
    with Home() as home:
        cert, key = certificate(home, "one", "one")
        for listen in ("0.0.0.0:0", "[::]:0", "192.0.2.1:0"):
            status, said = refused(home, "--listen", listen)
            same(status, 2, said)
            within("TLS", said)
        for options in (("--tls-cert", cert), ("--tls-key", key), ("--listen", "nowhere"), ("--listen", "127.0.0.1"),
                        ("--listen", "127.0.0.1:99999"), ("--listen", "shop.example:1"), ("--proxy", "proxy.example")):
            same(refused(home, *options)[0], 2, str(options))
        status, said = refused(home, "--listen", "127.0.0.1:0", "--tls-cert", home.file("none"), "--tls-key", key)
        same(status, 2, said)
        other = certificate(home, "two", "two")[1]
        check(refused(home, "--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", other)[0] != 0, "no fit")
        spawn(home, "0.0.0.0:0", "--tls-cert", cert, "--tls-key", key)
        within(b"200 OK", talk(home, cert)[0])
        end(home)


def a_taken_port_is_said():
    with Home() as home, Home() as other:
        home.start()
        status, said = refused(other, "--listen", f"127.0.0.1:{home.port}")
        same(status, 2, said)
        within("choose another port", said)


def the_loopback_of_ipv6_is_served():
    with Home() as home:
        try:
            with socket.socket(socket.AF_INET6) as probe:
                probe.bind(("::1", 0))
        except OSError:
            return  # a machine without IPv6
        url = spawn(home, f"[::1]:{free_port()}")
        check(url.startswith("http://[::1]:"), url)
        with socket.create_connection(("::1", home.port), timeout=20) as line:
            within(b"200 OK", ask(line))
        end(home)


if __name__ == "__main__":
    if not shutil.which("openssl"):
        skip("no openssl to make certificates with")
    story(modern_tls_is_spoken_and_nothing_older, a_new_certificate_is_taken_while_old_connections_go_on,
          only_loopback_is_served_without_tls, a_taken_port_is_said, the_loopback_of_ipv6_is_served)
