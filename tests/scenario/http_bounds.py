#!/usr/bin/env python3
"""What a stranger can throw at the front: sizes, depths, slowness, garbage, crowds. The others must not notice."""
import os
import random
import resource
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, same, story, within  # noqa: E402
from portal import portal_options  # noqa: E402
from receivers import wait_until  # noqa: E402

SLOW_S = 45  # above every time bound of the front
SEED = int(os.environ.get("AMN_SEED", "20251129"))


def dial(home):
    line = socket.create_connection(("127.0.0.1", home.port), timeout=SLOW_S)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def hear(line):
    """Everything until the other side ends."""
    said = b""
    try:
        while piece := line.recv(65536):
            said += piece
    except ConnectionResetError:
        pass
    return said


def post(path, body, key, *headers):
    head = [f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {key}", "Content-Type: application/json",
            f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def answer_to(home, sent):
    with dial(home) as line:
        try:
            line.sendall(sent)
        except OSError:
            pass  # it may have answered and closed already
        return hear(line)


def status_of(said):
    return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/1.1 ") else 0


def serves(home):
    same(home.http("GET", "/v1/self").status, 200, "it goes on serving")


def texts_beyond_their_bounds_are_refused():
    with Home() as home:
        home.start()
        deep = b'{"fields":' + b"[" * 200000 + b"]" * 200000 + b"}"
        many = b'{"subjects":[' + b",".join([b'"x"'] * 1001) + b'],"fields":["name"],"purpose":"support"}'
        wide = b"{" + b",".join(b'"m%d":0' % n for n in range(300)) + b"}"
        values = b'{"ref":"r","fields":{"addresses":[' + b",".join([b'{"recipient":"x"}'] * 65) + b"]}}"
        large = b'{"ref":"r","fields":{"name":"' + b"x" * 20000 + b'"}}'
        over = b'{"ref":"' + b"x" * (1024 * 1024) + b'"}'
        for path, body, status, code in (
                ("/v1/reveal", deep, 400, b"request.malformed"), ("/v1/reveal", many, 400, b"request.too_many"),
                ("/v1/reveal", wide, 400, b"request.malformed"), ("/v1/subjects", values, 400, b"request.too_many"),
                ("/v1/subjects", large, 422, b"field.too_long"), ("/v1/subjects", over, 413, b"request.too_large"),
                ("/v1/reveal", b"", 400, b"request.malformed")):
            said = answer_to(home, post(path, body, home.admin))
            same(status_of(said), status, f"{path} {body[:60]!r}: {said[:300]!r}")
            within(code, said)
        for size in ("99999999999", "18446744073709551616", "9000000"):  # more than is read to its end
            said = answer_to(home, f"POST /v1/reveal HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                   f"Content-Length: {size}\r\n\r\n".encode())
            check(status_of(said) in (400, 413), f"length {size}: {said[:200]!r}")
        serves(home)


def heads_beyond_their_bounds_are_refused():
    with Home() as home:
        home.start()
        for head in (b"GET /" + b"x" * 40000, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: " + b"y" * 40000,
                     b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X-A: y\r\n" * 4000,
                     b"GET /?" + b"a=b&" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"):
            said = answer_to(home, head + b"\r\n\r\n")
            check(400 <= status_of(said) < 500 or said == b"", f"{head[:30]!r}: {said[:200]!r}")
        serves(home)


def two_ways_to_read_a_request_are_none():
    """Smuggling: a length twice, a length beside chunks, an unknown coding, a bare line end."""
    with Home() as home:
        home.start()
        tail = b"Host: x\r\nContent-Type: application/json\r\nAuthorization: Bearer " + home.admin.encode() + b"\r\n"
        for head in (b"Content-Length: 2\r\nContent-Length: 30\r\n", b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
                     b"Content-Length: 2, 30\r\n", b"Content-Length: -2\r\n", b"Content-Length: +2\r\n"):
            said = answer_to(home, b"POST /v1/reveal HTTP/1.1\r\n" + tail + head + b"Connection: close\r\n\r\n{}"
                             b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            check(b" 200 " not in said and b"\"ready\"" not in said, f"{head!r} let one through: {said[:600]!r}")
        serves(home)


def garbage_harms_nobody():
    with Home() as home:
        home.start()
        dice = random.Random(SEED)
        words = [b"GET ", b"POST /v1/reveal", b" HTTP/1.1\r\n", b"\r\n", b"Host: x\r\n", b"Content-Length: 10\r\n", b"%00",
                 b"Transfer-Encoding: chunked\r\n", b"5\r\n", b"{\"a\":", b"\x16\x03\x01", b"\0", b"/", b"?", b"\xff\xfe"]
        for _ in range(300):
            noise = b"".join(dice.choice(words) if dice.random() < 0.8 else dice.randbytes(dice.randrange(40))
                             for _ in range(dice.randrange(1, 14)))
            with dial(home) as line:
                try:
                    line.sendall(noise)
                except OSError:
                    pass
        serves(home)
        within(b"serve.started", home.daemon_said())
        check(b"front.lost" not in home.daemon_said(), f"the front fell (AMN_SEED={SEED})")


def slow_ones_are_ended_and_cost_nobody():
    with Home() as home:
        home.start()
        began = time.monotonic()
        drip = b"POST /v1/reveal HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nContent-Type: application/json\r\n\r\n"
        silent, head, body, idle = (dial(home) for _ in range(4))
        body.sendall(drip)
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        ends, open_lines = {}, {"silent": silent, "head": head, "body": body, "idle": idle}
        for line in open_lines.values():
            line.setblocking(False)
        while open_lines and time.monotonic() - began < SLOW_S:
            for name, line in list(open_lines.items()):
                try:
                    if name in ("head", "body"):
                        line.send(b"x")
                    if line.recv(65536) == b"":
                        ends[name] = time.monotonic() - began
                except BlockingIOError:
                    pass
                except OSError:
                    ends[name] = time.monotonic() - began
                if name in ends:
                    open_lines.pop(name).close()
            serves(home)
            time.sleep(0.5)
        same(set(ends), {"silent", "head", "body", "idle"}, f"all were ended: {ends}")
        check(max(ends.values()) < 30, f"in time: {ends}")


def a_crowd_is_served_and_beyond_it_waits():
    with Home() as home:
        home.start()
        crowd = [dial(home) for _ in range(1000)]
        for line in crowd:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        for line in crowd:
            within(b"200 OK", line.recv(65536))
        more = []
        for _ in range(200):  # they wait in the kernel until others leave
            more.append(dial(home))
            more[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        for line in crowd:
            line.close()
        for line in more:
            within(b"200 OK", line.recv(65536))
            line.close()
        serves(home)


FILES, FILES_OWN, WANTS = 564, 64, {"api": 1024, "portal": 16384}  # of src/serve/serve_priv.h
PORTAL_MOST = WANTS["portal"] * (FILES - FILES_OWN) // sum(WANTS.values())


def portal_with_few_files(home):
    home.start(*portal_options(home), limits=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES)))
    within(b"event=front.few_files", home.daemon_said(), "the operator is told")


def came(home, source):
    """A connection from an address of this machine that asked once, and whether it was answered."""
    line = socket.socket()
    line.settimeout(SLOW_S)
    line.bind((source, 0))
    line.connect(("127.0.0.1", home.portal_port))
    try:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        return line, line.recv(65536).startswith(b"HTTP/1.1 200")
    except (ConnectionResetError, BrokenPipeError):
        return line, False


def one_source_holds_an_eighth_of_the_portals_places():
    with Home() as home:
        portal_with_few_files(home)
        mine = [came(home, "127.0.0.1") for _ in range(PORTAL_MOST // 8 + 3)]
        same([good for _, good in mine], [True] * (PORTAL_MOST // 8) + [False] * 3)
        other, good = came(home, "127.0.0.2")
        check(good, "whoever comes from elsewhere is let in")
        mine[0][0].close()
        wait_until(lambda: came(home, "127.0.0.1")[1], "the place that came free", SLOW_S)
        for line, _ in [*mine, (other, True)]:
            line.close()


def who_says_nothing_makes_room_for_who_waits():
    with Home() as home:
        portal_with_few_files(home)
        crowd = [came(home, f"127.0.0.{1 + n // 50}") for n in range(PORTAL_MOST)]
        check(all(good for _, good in crowd), "all places are taken")
        began = time.monotonic()
        late, good = came(home, "127.0.0.99")
        check(good and time.monotonic() - began < 8, "served before the others' ten seconds of silence are over")
        for line, _ in [*crowd, (late, True)]:
            line.close()


def many_at_once_each_get_their_own_answer():
    with Home() as home:
        home.start()
        ids = [home.create(str(n), name=f"Name {n}") for n in range(8)]
        wrong = []

        def look(turn):
            door = home.new_door()
            for n in range(50):
                pick = (turn + n) % 8
                answer = door.http("POST", "/v1/reveal", {"subjects": [ids[pick]], "fields": ["name"],
                                                          "purpose": "support", "reason": "x"})
                if answer.status != 200 or answer.json["values"][0]["fields"]["name"] != f"Name {pick}":
                    wrong.append(answer)

        threads = [threading.Thread(target=look, args=(turn,)) for turn in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        same(wrong, [], "each its own")


def pipelined_requests_are_answered_in_order():
    with Home() as home:
        home.start()
        with dial(home) as line:
            for n in range(20):
                line.sendall(f"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: r{n}.\r\n\r\n".encode())
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            said = hear(line).decode()
        places = [said.index(f"X-Request-Id: r{n}.\r\n") for n in range(20)]
        same(places, sorted(places), "in order")


if __name__ == "__main__":
    story(texts_beyond_their_bounds_are_refused, heads_beyond_their_bounds_are_refused,
          two_ways_to_read_a_request_are_none, garbage_harms_nobody, slow_ones_are_ended_and_cost_nobody,
          a_crowd_is_served_and_beyond_it_waits, one_source_holds_an_eighth_of_the_portals_places,
          who_says_nothing_makes_room_for_who_waits, many_at_once_each_get_their_own_answer,
          pipelined_requests_are_answered_in_order)
