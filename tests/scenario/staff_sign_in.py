#!/usr/bin/env python3
"""Staff sign in through the real program: by password and one-time code, by passkey, by a recovery code."""
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import PROGRAM, Home, check, command, environment, same, story, within  # noqa: E402
from passkey import EDDSA, ES256, RS256, Passkey  # noqa: E402
from staff import PASSWORD, Staff, totp  # noqa: E402

ORIGIN = "https://vault.example"


def refused(answer, status, code):
    same([answer.status, answer.code], [status, code], str(answer))


def a_person_enrols_and_signs_in_by_password_and_code():
    with Home() as home:
        home.start()
        kim = Staff(home, "kim@shop.example")
        sign_in = lambda **more: home.http("POST", "/v1/sessions", {"staff": kim.email, **more}, key="")
        refused(sign_in(password=PASSWORD, totp="000000"), 401, "credential.unknown")  # before the enrolment
        refused(home.http("POST", "/v1/enrol", {"invite": kim.invite, "password": "short"}, key=""), 422, "password.weak")
        kim.enrol()
        refused(home.http("POST", "/v1/enrol", {"invite": kim.invite, "password": PASSWORD}, key=""), 401,
                "credential.unknown")  # an invitation serves once
        answer = kim.sign_in()
        token = answer.json["token"]
        self = home.good("GET", "/v1/self", key=token)
        same([self["reader"], self["role"]], [kim.id, "admin"])
        # The same code, a code of long ago, a wrong password: all the same answer.
        wrong = [sign_in(password=PASSWORD, totp=totp(kim.secret, kim.used)),
                 sign_in(password=PASSWORD, totp=totp(kim.secret, int(time.time()) // 30 - 5)),
                 sign_in(password="another good password", totp="123456"),
                 home.http("POST", "/v1/sessions", {"staff": "nobody@shop.example", "password": PASSWORD,
                                                    "totp": "123456"}, key="")]
        for answer in wrong:
            refused(answer, 401, "credential.unknown")
        same(len({answer.json["detail"] for answer in wrong}), 1, "the answers tell the guesses apart")
        same(home.http("DELETE", "/v1/sessions", key=token).status, 200)
        refused(home.http("GET", "/v1/self", key=token), 401, "credential.unknown")


def a_code_is_refused_also_after_a_restart():
    with Home() as home:
        home.start()
        kim = Staff(home, "kim@shop.example").enrol()
        kim.sign_in()
        step = kim.used
        home.restart()
        answer = home.http("POST", "/v1/sessions", {"staff": kim.email, "password": PASSWORD,
                                                    "totp": totp(kim.secret, step)}, key="")
        refused(answer, 401, "credential.unknown")


def a_passkey_signs_in_and_its_copies_do_not():
    with Home() as home:
        home.start("--public-origin", ORIGIN)
        for number, algorithm in enumerate((ES256, EDDSA, RS256)):
            by_passkey(home, f"staff{number}@shop.example", Passkey(ORIGIN, algorithm))


def begin(home):
    return home.good("POST", "/v1/sessions", {"passkey": "begin"}, key="")["options"]


def finish(home, who, challenge, said):
    return home.http("POST", "/v1/sessions", {"passkey": "finish", "staff": who, "challenge": challenge, **said}, key="")


def by_passkey(home, email, device):
    made = home.good("POST", "/v1/staff", {"name": "Lee", "email": email, "role": "support"})
    enrol = lambda **more: home.http("POST", "/v1/enrol", {"invite": made["invite"], **more}, key="")
    options = enrol(passkey="begin").json["options"]
    same([options["rp"]["id"], options["authenticatorSelection"]["userVerification"]], ["vault.example", "required"])
    same(sorted(row["alg"] for row in options["pubKeyCredParams"]), [-257, -8, -7])
    challenge = options["challenge"]
    evil = device.create(challenge, origin="https://vault.example.evil.test")
    refused(enrol(passkey="finish", challenge=challenge, **evil), 401, "credential.unknown")
    said = device.create(challenge)
    done = enrol(passkey="finish", challenge=challenge, name="phone", **said)
    same([done.status, done.json["state"], len(done.json["recovery"])], [200, "active", 10], str(done))

    challenge = begin(home)["challenge"]
    said = device.get(challenge)
    answer = finish(home, made["id"], challenge, said)
    same(answer.status, 201, str(answer))
    same(home.good("GET", "/v1/self", key=answer.json["token"])["reader"], made["id"])
    refused(finish(home, made["id"], challenge, said), 401, "credential.unknown")  # replayed
    other = begin(home)["challenge"]
    refused(finish(home, made["id"], other, said), 401, "credential.unknown")  # of another challenge
    refused(finish(home, made["id"], other, device.get(other, count=1)), 401, "credential.unknown")  # a copy's counter
    refused(finish(home, made["id"], other, device.get(other, origin="https://evil.test")), 401, "credential.unknown")
    stranger = Passkey(ORIGIN, device.algorithm, credential=device.credential)
    stranger.count = 50
    refused(finish(home, made["id"], other, stranger.get(other)), 401, "credential.unknown")
    device.count = 60
    same(finish(home, email, other, device.get(other)).status, 201, "the real one goes on")


def a_stolen_session_cannot_guess_its_way_to_one_that_stays():
    with Home() as home:
        home.start()
        kim = Staff(home, "kim@shop.example").enrol()
        token = kim.sign_in().json["token"]
        add = lambda code: home.http("POST", "/v1/enrol", {"password": "another good password", "current": code}, key=token)
        codes = [add(totp(kim.secret, kim.used + 1000 + at)) for at in range(6)]
        refused(codes[0], 401, "credential.unknown")
        refused(codes[-1], 429, "session.wait")


def without_a_public_origin_passkeys_are_off():
    with Home() as home:
        home.start()
        refused(home.http("POST", "/v1/sessions", {"passkey": "begin"}, key=""), 409, "passkey.off")
        home.stop()
        within("--public-origin", home.cli("serve", home.path, "--public-origin", "vault.example").err.decode())


def a_recovery_code_gives_an_invitation_once():
    with Home() as home:
        home.start()
        kim = Staff(home, "kim@shop.example").enrol()
        token = kim.sign_in().json["token"]
        recover = lambda code, **more: home.http("POST", "/v1/sessions", {
            "staff": kim.email, "password": PASSWORD, "recovery": code, **more}, key="")
        refused(recover("0" * 16), 401, "credential.unknown")
        refused(recover(kim.recovery[0], password="another good password"), 401, "credential.unknown")
        got = recover(kim.recovery[0])
        same(got.status, 201, str(got))
        refused(recover(kim.recovery[0]), 401, "credential.unknown")
        kim.used = 0
        kim.enrol(got.json["invite"])
        refused(home.http("GET", "/v1/self", key=token), 401, "credential.unknown")  # what was open before has ended
        kim.sign_in()


def the_operator_recovers_the_last_admin_at_once_and_others_after_a_day():
    with Home() as home:
        home.start()
        kim = Staff(home, "kim@shop.example").enrol()
        alone = home.run("staff", "recover", kim.id, "--json").json
        same(home.http("POST", "/v1/enrol", {"invite": alone["invite"], "password": PASSWORD}, key="").status, 200)
        Staff(home, "lee@shop.example", name="Lee").enrol()
        waits = home.run("staff", "recover", kim.id, "--json").json
        refused(home.http("POST", "/v1/enrol", {"invite": waits["invite"], "password": PASSWORD}, key=""), 401,
                "credential.unknown")
        within("ATTENTION", home.run("staff", "recover", kim.id).text)


def by_command_too():
    with Home() as home:
        home.start()
        made = home.ask("staff", "add", "--name", "Kim", "--email", "kim@shop.example", "--role", "support")
        env = environment({"AMANAH_URL": f"http://127.0.0.1:{home.port}", "XDG_RUNTIME_DIR": home.folder,
                           "AMANAH_INVITE_FILE": home.file("invite", made["invite"] + "\n"),
                           "AMANAH_PASSWORD_FILE": home.file("password", PASSWORD + "\n")})
        enrol = subprocess.Popen([PROGRAM, "staff", "enrol"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env,
                                 text=True)
        said = [enrol.stdout.readline() for _ in range(15)]
        secret, step = said[3].strip(), int(time.time()) // 30
        done, _ = enrol.communicate(totp(secret, step - 1) + "\n")
        same([enrol.returncode, done], [0, "Done. Sign in with amanah sign-in.\n"], str(said))
        run = lambda *words, stdin="", **more: command(*words, stdin=stdin, env={**env, **more})
        same(run("self").status, 3, "nobody is signed in")
        entered = run("sign-in", stdin=f"kim@shop.example\n{totp(secret, step)}\n")
        same(entered.status, 0, str(entered))
        kept = home.file("amanah-session")
        same(os.stat(kept).st_mode & 0o777, 0o600)
        same(run("self", "--json").json["reader"], made["id"])
        other = run("self", AMANAH_URL=f"http://localhost:{home.port}")
        same(other.status, 3, "the session was shown to another vault")
        printed = run("sign-in", "--email", "kim@shop.example", "--print", stdin=totp(secret, step + 1) + "\n")
        check(printed.text.startswith("ams_") and not os.path.exists(kept), str(printed))
        same(run("self", AMANAH_KEY=printed.text.strip()).status, 0)
        same(run("sign-out", AMANAH_KEY=printed.text.strip()).text, "Signed out.\n")
        same(run("self", AMANAH_KEY=printed.text.strip()).status, 3)
        for words in (["sign-in"], ["staff", "enrol"], ["sign-out"]):
            within("curl", run(*words, "--output-curl").text)


def a_flood_of_sign_ins_stalls_no_look():
    with Home() as home:
        home.start("--proxy", "127.0.0.1")
        kim = Staff(home, "kim@shop.example").enrol()
        subject = home.create("1", name="Ana")
        slowest, answers, ending = [0.0], [], threading.Event()

        def flood(number):
            door = home.new_door("")
            while not ending.is_set():
                answers.append(door.http("POST", "/v1/sessions", {
                    "staff": f"x{number}@shop.example", "password": PASSWORD, "totp": "123456"}, key="",
                    headers={"X-Forwarded-For": f"192.0.2.{number}"}).status)

        threads = [threading.Thread(target=flood, args=(number,)) for number in range(24)]
        for thread in threads:
            thread.start()
        for _ in range(30):
            began = time.monotonic()
            same(home.reveal(subject, ["name"]).status, 200)
            slowest[0] = max(slowest[0], time.monotonic() - began)
            time.sleep(0.05)
        ending.set()
        for thread in threads:
            thread.join()
        within(503, answers, "what is too much is refused")
        check(set(answers) <= {401, 429, 503}, f"{set(answers)}")
        check(slowest[0] < 2, f"a look took {slowest[0]:.2f} s")
        kim.sign_in(door=home.new_door(""))  # the old line may have rested too long


if __name__ == "__main__":
    story(a_person_enrols_and_signs_in_by_password_and_code, a_code_is_refused_also_after_a_restart,
          a_passkey_signs_in_and_its_copies_do_not, without_a_public_origin_passkeys_are_off,
          a_stolen_session_cannot_guess_its_way_to_one_that_stays, a_recovery_code_gives_an_invitation_once,
          by_command_too,
          the_operator_recovers_the_last_admin_at_once_and_others_after_a_day, a_flood_of_sign_ins_stalls_no_look)
