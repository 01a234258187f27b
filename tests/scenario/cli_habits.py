#!/usr/bin/env python3
"""What a program of the command line should do by habit: homes, passphrases, keys, files, terminals, pipes, being killed."""
import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import PROGRAM, Home, check, command, environment, same, story, within  # noqa: E402
from cli_contract import CANARY, DENIED, DONE, LIST, NO, PARTLY, TAMPERED, UNAVAILABLE, USAGE, ids_of  # noqa: E402


def what_was_typed_is_never_repeated():
    with Home() as home:
        for words in ([CANARY], ["lookup", "email", CANARY], ["self", f"--{CANARY}"], ["self", f"--x={CANARY}"],
                      ["subject", "show", CANARY], ["lookup", CANARY, "--purpose", "support"],
                      ["subject", "reveal", CANARY, "--fields", "name", "--purpose", "support"]):
            done = home.cli(*words, stdin=CANARY + "\n")
            check(done.status != DONE, f"{words} went well")
            check(CANARY.encode() not in done.out + done.err, f"{words}: {done}")


def made_up_customers_are_the_same_for_a_seed():
    one = command("synth", "--subjects", "50", "--seed", "7")
    same(one.status, DONE)
    same(one.out, command("synth", "--subjects", "50", "--seed", "7").out)
    check(one.out != command("synth", "--subjects", "50", "--seed", "8").out, "another seed gave the same customers")
    same(one.out.count(b"\n"), 51)
    same(command("synth", "--subjects", "50").status, USAGE)


def a_home_is_named_made_once_and_missed_when_it_is_not_there():
    with Home() as home:
        again = command("init", home.path, "--seal", "plain")
        same(again.status, NO, repr(again))
        same(command("init", home.file("other")).status, USAGE)  # no seal
        same(command("init", home.file("other"), "--seal", "wax").status, USAGE)
        within(b"plain", command("init", home.file("third"), "--seal", "plain").err)
        same(command("self").status, USAGE)
        none = command("self", "--home", home.file("none"))
        same(none.status, NO, repr(none))
        same(command("self", "--home", home.path, "--url", "https://127.0.0.1:1").status, USAGE)


def a_passphrase_comes_from_a_file_and_can_be_changed():
    with Home(seal="passphrase", passphrase="correct horse") as home:
        home.run("self")
        wrong = home.file("wrong", "incorrect horse\n")
        same(home.cli("self", env={"AMANAH_PASSPHRASE_FILE": wrong}).status, UNAVAILABLE)
        same(home.cli("self", env={"AMANAH_PASSPHRASE_FILE": home.file("none")}).status, NO)
        new = home.file("new", "a longer horse\n")
        said = home.run("seal", home.path, "--seal", "passphrase", env={"AMANAH_NEW_PASSPHRASE_FILE": new}).text
        within("older copies of", said)
        same(home.cli("self").status, UNAVAILABLE)
        home.run("self", env={"AMANAH_PASSPHRASE_FILE": new})
        done = home.run("seal", home.path, "--seal", "plain", env={"AMANAH_PASSPHRASE_FILE": new})
        within(b"warning", done.err)
        home.passphrase = None
        home.run("self")
        os.makedirs(home.file("credentials"))
        home.file("credentials/passphrase", "by the unit\n")
        home.run("seal", home.path, "--seal", "passphrase",
                 env={"AMANAH_NEW_PASSPHRASE_FILE": home.file("credentials/passphrase")})
        home.run("self", env={"CREDENTIALS_DIRECTORY": home.file("credentials")})
        same(home.cli("self").status, USAGE)  # no file, no terminal


def a_key_comes_from_a_file_or_the_environment():
    with Home() as home:
        key = home.ask("key", "issue", "--role", "auditor")["key"]
        same(home.ask("self", env={"AMANAH_KEY": key})["role"], "auditor")
        same(home.ask("self", env={"AMANAH_KEY_FILE": home.file("key", key + "\n")})["role"], "auditor")
        same(home.ask("self")["reader"], "operator")
        same(home.cli("self", env={"AMANAH_KEY": "amk_nonsense"}).status, DENIED)
        same(home.cli("self", env={"AMANAH_KEY_FILE": home.file("empty", "")}).status, USAGE)
        same(home.cli("self", "--shop", "shop", env={"AMANAH_KEY": key}).status, USAGE)


def rows_that_are_refused_are_listed_and_the_rest_go_in():
    with Home() as home:
        rows = home.file("bad.csv", f"ref;Nama;email\nB1;Budi;{CANARY}x x\n;nobody;n@shop.example\nB2;\"Si\nti\";s@shop.example\n")
        rejects = home.file("rejects.csv")
        done = home.cli("import", rows, "--rejects", rejects)
        same(done.status, PARTLY, repr(done))
        within("1 created, 2 refused", done.text)
        with open(rejects, encoding="utf-8") as file:
            lines = file.read().splitlines()
        same(lines[0], "line,reason")
        same(sorted(int(line.split(",")[0]) for line in lines[1:]), [2, 3])
        check(CANARY not in "".join(lines), "a value is in the rejects")
        same(home.cli("import", rows, "--json").json["refused"], 2)
        same(home.cli("import", home.file("noref.csv", "colour\nred\n")).status, USAGE)
        same(home.cli("import", home.file("mapped.csv", "kode,x\nM1,Ana\n"), "--map", "ref=kode,name=x").status, DONE)
        same(home.cli("import", rows, "--on-conflict", "perhaps").status, USAGE)
        dry = home.run("import", home.file("more.csv", "ref,name\nN1,Ana\n"), "--dry-run")
        within("1 would be created", dry.text)
        same(home.cli("lookup", "ref", "--purpose", "operations", stdin="N1\n").status, NO)
        lines = home.file("rows.jsonl", '{"ref":"J1","name":"Ana","addresses":[{"address":"Jl. 1"}]}\nnot json\n')
        same(home.cli("import", lines).status, PARTLY)


def a_stale_socket_is_passed_over_and_a_held_home_is_named():
    with Home() as home:
        stale = socket.socket(socket.AF_UNIX)
        stale.bind(os.path.join(home.path, "socket"))
        stale.close()
        home.run("self")
        holder = subprocess.Popen(
            ["python3", "-c", "import fcntl,sys,time\nf=open(sys.argv[1],'r+')\nfcntl.flock(f,fcntl.LOCK_EX)\n"
             "print('held',flush=True)\ntime.sleep(60)", os.path.join(home.path, "lock")], stdout=subprocess.PIPE)
        holder.stdout.readline()
        try:
            held = home.cli("self")
            same(held.status, UNAVAILABLE, repr(held))
            within(b"its socket does not answer", held.err)
        finally:
            holder.kill()
            holder.wait()
        home.run("self")


def two_commands_on_one_home_wait_for_each_other():
    with Home() as home:
        home.file("list.csv", LIST)
        env = environment({"AMANAH_HOME": home.path})
        running = [subprocess.Popen([PROGRAM, "import", home.file("list.csv"), "--json"], env=env, stdout=subprocess.PIPE)
                   for _ in range(4)]
        counts = [json.loads(one.communicate()[0]) for one in running]
        same(sorted(one["created"] for one in counts), [0, 0, 0, 3])


def a_changed_file_is_found_and_named():
    with Home() as home:
        home.run("import", home.file("list.csv", LIST))
        one = ids_of(home)["A1"]
        home.run("subject", "reveal", one, "--fields", "name", "--purpose", "support")
        person, receipt = home.file("person.json"), home.file("receipt.json")
        home.run("subject", "history", one, "--proofs", "--out", person)
        shown = home.run("subject", "reveal", one, "--fields", "name", "--purpose", "support", "--json")
        home.file("receipt.json", shown.out)
        same(home.cli("verify", receipt).status, USAGE)  # a receipt carries no key
        home.run("verify", receipt, "--vkey", home.vkey)
        home.run("verify", receipt, "--vkey", home.file("vkey", home.vkey + "\n"))
        with open(person, encoding="utf-8") as file:
            proof = json.load(file)
        for change in ("index", "kind", "time"):
            changed = json.loads(json.dumps(proof))
            changed["items"][0][change] = 0 if change == "index" else "import"
            same(home.cli("verify", home.file("changed.json", json.dumps(changed))).status, TAMPERED, change)
        proof["items"][0]["proof"]["full"] += 8
        same(home.cli("verify", home.file("changed.json", json.dumps(proof))).status, TAMPERED)
        same(home.cli("verify", home.file("nonsense", "nonsense")).status, USAGE)


def the_same_call_is_printed_for_curl_without_the_secret():
    with Home() as home:
        for words in (["subject", "reveal", "a", "--fields", "name", "--purpose", "support"],
                      ["subject", "erase", "a"], ["import", "list.csv"], ["lookup", "email", "--purpose", "support"],
                      ["ledger", "prove", "3"], ["key", "list"], ["subject", "history", "a", "--proofs"]):
            done = home.run(*words, "--output-curl", key=home.admin)
            check(done.text.startswith("curl ") and done.text.count("\n") == 1, repr(done))
            check(home.admin not in done.text, "the key is printed")
            subprocess.run(["bash", "-n", "-c", done.text], check=True)
        same(home.cli("shop", "list", "--output-curl").status, USAGE)


def the_least_role_is_printed_and_is_enough():
    with Home() as home:
        home.start()
        person = home.create("1", name="Ana", email="ana@example.org", phone="+12125550101")
        calls = ((["subject", "reveal", person, "--fields", "name,phone.last4", "--purpose", "delivery"], b""),
                 (["lookup", "email", "--purpose", "delivery"], b"ana@example.org\n"),
                 (["subject", "show", person], b""), (["key", "list"], b""), (["ledger", "checkpoint"], b""))
        for number, (words, typed) in enumerate(calls):
            role = json.loads(home.run(*words, "--output-role", "--json").text)
            home.good("POST", "/v1/roles", {"name": f"least{number}", **role})
            key = home.good("POST", "/v1/keys", {"role": f"least{number}", "name": "least"})["key"]
            home.run(*words, key=key, stdin=typed)
            for member in ("acts", "fields", "purposes"):  # and nothing of it can be left out
                if not role[member]:
                    continue
                home.good("POST", "/v1/roles", {"name": f"less{number}-{member}", **role, member: role[member][:-1]})
                less = home.good("POST", "/v1/keys", {"role": f"less{number}-{member}", "name": "less"})["key"]
                same(home.cli(*words, key=less, stdin=typed).status, DENIED, f"{words} without {member}")
            line = home.run(*words, "--output-role").text
            check(line.startswith("amanah role put NAME --acts ") and line.count("\n") == 1, repr(line))
        same(home.cli("self", "--output-role").text, "Any role allows this: a credential is enough.\n")
        same(home.cli("shop", "list", "--output-role").status, USAGE)


def terminal(words, env, *asked):
    """Run on a terminal, typing the second of each pair when its first is shown; everything that it showed."""
    child, screen = pty.fork()
    if child == 0:
        os.execve(PROGRAM, [PROGRAM, *words], environment(env))
    shown, seen, asked, end = b"", 0, list(asked), time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([screen], [], [], 0.1)[0]:
            try:
                piece = os.read(screen, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        if asked and asked[0][0] in shown[seen:]:
            seen = len(shown)
            os.write(screen, asked.pop(0)[1])
    os.close(screen)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), shown


def a_terminal_is_asked_and_coloured_unless_told_not_to():
    with Home() as home:
        env = {"AMANAH_HOME": home.path, "TERM": "xterm"}
        home.run("import", home.file("list.csv", LIST))
        one = ids_of(home)["A1"]
        status, shown = terminal(["subject", "erase", one], env, (b"[y/N]", b"n\n"))
        same(status, NO, shown)
        home.run("subject", "show", one)
        status, shown = terminal(["subject", "erase", one], env, (b"[y/N]", b"y\n"))
        same(status, DONE, shown)
        status, shown = terminal(["self", "--nothing"], env)
        within(b"\x1b[31mamanah:", shown)
        status, shown = terminal(["self", "--nothing"], {**env, "NO_COLOR": "1"})
        check(b"\x1b" not in shown, "coloured in spite of NO_COLOR")


def a_passphrase_is_typed_without_echo():
    with Home(init=False) as home:
        status, shown = terminal(["init", home.path, "--seal", "passphrase"], {}, (b"New passphrase:", b"correct horse\n"),
                                 (b"Once more:", b"correct horse\n"))
        same(status, DONE, shown)
        check(b"correct horse" not in shown, "the passphrase is shown")
        status, shown = terminal(["self", "--home", home.path], {}, (b"Passphrase of the home:", b"correct horse\n"))
        same(status, DONE, shown)
        status, shown = terminal(["self", "--home", home.path], {}, (b"Passphrase of the home:", b"wrong horse\n"))
        same(status, UNAVAILABLE, shown)
        env = {"AMANAH_HOME": home.path}
        status, shown = terminal(["password", "check"], env, (b"Password:", b"four words of mine\n"), (b"Passphrase", b"correct horse\n"))
        same(status, DONE, shown)
        check(b"four words" not in shown, "the password is shown")
        within(b"Not on any list", shown)


def an_import_shows_how_far_it_is_on_a_terminal_alone():
    with Home() as home:
        rows = home.file("many.csv", command("synth", "--subjects", "60000", "--seed", "3").out)
        status, shown = terminal(["import", rows], {"AMANAH_HOME": home.path, "TERM": "xterm"})
        same(status, DONE, shown)
        within(b" a second, ", shown)
        within(b" left", shown)
        quiet = home.run("import", rows)
        check(b"a second" not in quiet.err, "a bar without a terminal")


def an_import_that_was_killed_goes_on_where_it_was():
    with Home() as home:
        rows = home.file("many.csv", command("synth", "--subjects", "30000", "--seed", "4").out)
        running = subprocess.Popen([PROGRAM, "import", rows], env=environment({"AMANAH_HOME": home.path}),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.15)
        running.send_signal(signal.SIGKILL)
        running.communicate()
        second = home.ask("import", rows)
        same(second["created"] + second["unchanged"], 30000)
        same(home.ask("import", rows)["unchanged"], 30000)
        home.run("ledger", "verify")


def a_gone_reader_is_no_crash():
    with Home() as home:
        home.run("import", home.file("many.csv", command("synth", "--subjects", "3000", "--seed", "5").out))
        running = subprocess.Popen([PROGRAM, "synth", "--subjects", "1000000", "--seed", "1"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment())
        running.stdout.read(10)
        running.stdout.close()
        said = running.stderr.read()
        same(running.wait(), UNAVAILABLE, said)
        within(b"standard output", said)


story(what_was_typed_is_never_repeated, made_up_customers_are_the_same_for_a_seed,
      a_home_is_named_made_once_and_missed_when_it_is_not_there, a_passphrase_comes_from_a_file_and_can_be_changed,
      a_key_comes_from_a_file_or_the_environment, rows_that_are_refused_are_listed_and_the_rest_go_in,
      a_stale_socket_is_passed_over_and_a_held_home_is_named, two_commands_on_one_home_wait_for_each_other,
      a_changed_file_is_found_and_named, the_same_call_is_printed_for_curl_without_the_secret,
      the_least_role_is_printed_and_is_enough, a_terminal_is_asked_and_coloured_unless_told_not_to,
      a_passphrase_is_typed_without_echo, an_import_shows_how_far_it_is_on_a_terminal_alone,
      an_import_that_was_killed_goes_on_where_it_was, a_gone_reader_is_no_crash)
