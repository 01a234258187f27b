#!/usr/bin/env python3
"""What the table of commands makes: wrong usage that is refused, help, JSON, the manual, completions."""
import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, check, command, same, story, within  # noqa: E402
from cli_contract import DONE, LIST, NO, USAGE, table  # noqa: E402


def wrong_usage_exits_with_two_and_says_what_to_do():
    with Home() as home:
        for name, row in table().items():
            words = name.split()
            for wrong in (["--no-such-option"], ["x"] * (row["most"] + 1)):
                if len(wrong) > 100:
                    continue
                done = home.cli(*words, *wrong)
                same(done.status, USAGE, f"{name} {wrong}: {done}")
                check(re.match(rb"amanah: .+: .+\[command\.usage\]", done.err), f"{name}: {done}")
                same(done.out, b"")
            if row["least"] > 0:
                same(home.cli(*words).status, USAGE, name)
        for words in ([], ["nothing"], ["subject"], ["ledger", "nothing"], ["self", "--json", "--json"]):
            same(home.cli(*words).status, USAGE, str(words))


def every_command_has_help_and_json_is_one_document():
    rows = table()
    for name, row in rows.items():
        done = command(*name.split(), "--help")
        same(done.status, DONE)
        within(row["about"], done.text)
        within("--help", command("help", *name.split()).text)
    with Home() as home:
        home.run("import", home.file("list.csv", LIST))
        for words in (["self"], ["key", "list"], ["role", "list"], ["field", "list"], ["staff", "list"], ["shop", "list"],
                      ["ledger", "checkpoint"], ["ledger", "show", "0"], ["ledger", "prove", "0"], ["ledger", "verify"],
                      ["version"], ["help"]):
            json.loads(home.run(*words, "--json").out)
        refused = home.cli("subject", "show", "sub_0", "--json")
        same(refused.status, USAGE if refused.json["code"] == "id.malformed" else NO, repr(refused))
        missing = home.cli("lookup", "email", "--purpose", "support", "--json", stdin="nobody@shop.example\n")
        same(missing.json["code"], "subject.not_found")
        within("receipt", missing.json)
        bad = home.cli("import", home.file("none.csv"), "--json")
        same((bad.status, bad.json["code"]), (NO, "not_found"))


def the_page_of_commands_is_the_table():
    page = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/commands.md")
    with open(page, "rb") as file:
        check(file.read() == command("help", "--markdown").out,
              "stale; make it anew: amanah help --markdown > docs/commands.md")


def the_manual_page_has_every_command_and_no_mistake():
    page = command("help", "--man").out
    rows = json.loads(command("help", "--json").out)["commands"]
    same(page.decode().count("\n.SS "), len(rows))
    if shutil.which("man"):
        read = subprocess.run(["man", "--warnings=all", "--encoding=UTF-8", "--local-file", "-"], input=page,
                              env={**os.environ, "MANWIDTH": "200", "LC_ALL": "C.UTF-8"}, capture_output=True, check=True)
        same(read.stderr, b"")
        text = read.stdout.decode()
        for row in rows:
            within(f"amanah {row['command']}", text)


def help_explains_every_error():
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
    with open(os.path.join(top, "src/base/causes.def"), encoding="utf-8") as file:
        causes = re.findall(r'^CAUSE\((\w+), \w+, (\d+), "([^"]+)"', file.read(), re.M)
    check(len(causes) > 40, "causes.def was not read")
    for name, status, slug in causes:
        for code in (slug, name):
            within(f"HTTP status {status}", command("help", code).text)
    same(command("help", "no.such.code").status, NO)
    with open(os.path.join(top, "docs/errors/subject.erased.md"), encoding="utf-8") as file:
        within(file.read(), command("help", "subject.erased").text)


def completions_are_scripts_of_their_shells():
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../completions")
    for shell, name in (("bash", "amanah.bash"), ("zsh", "_amanah"), ("fish", "amanah.fish")):
        made = command("completion", shell)
        same(made.status, DONE)
        with open(os.path.join(top, name), "rb") as file:
            check(file.read() == made.out, f"stale; make it anew: amanah completion {shell} > completions/{name}")
        for word in ("reveal", "on-conflict"):
            within(word, made.text)
    fish = command("completion", "fish").text.splitlines()
    same(len(fish), len(set(fish)), "a line stands twice")
    same([line.split(" -f -a ")[1] for line in fish if " -f -a sink" in line], ["sink"])
    within("watch; and __fish_seen_subcommand_from sink' -f -a put -d ", "\n".join(fish))
    typed = (("ini", "init"), ("subject re", "reveal"), ("subject erase --d", "--dry-run"), ("watch ing", "ingest"), ("watch sin", "sink"),
             ("watch sink pu", "put"), ("watch sink put --js", "--json"), ("watch sink put URL --js", "--json"), ("seal /x --pc", "--pcrs"))
    script = command("completion", "bash").text + "".join(
        f'COMP_WORDS=(amanah {line}); COMP_CWORD={len(line.split())}; _amanah; printf "%s\\n" "${{COMPREPLY[*]}}"\n' for line, _ in typed)
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    same(done.stdout.split("\n")[:-1], [offered for _, offered in typed], done.stderr)
    same(command("completion", "tcsh").status, USAGE)


def version_and_help_need_no_home():
    within("amanah", command("--version").text)
    within(command("version", "--json").json["version"], command("--version").text)
    within("usage:", command("--help").text)
    same(command("--help").out, command("help").out)


story(wrong_usage_exits_with_two_and_says_what_to_do, every_command_has_help_and_json_is_one_document,
      the_page_of_commands_is_the_table, the_manual_page_has_every_command_and_no_mistake,
      help_explains_every_error, completions_are_scripts_of_their_shells, version_and_help_need_no_home)
