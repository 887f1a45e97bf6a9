# SPDX-License-Identifier: MIT
"""The manual page is true: its examples run and give what they should, and it has every option that
the command has, no more."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

SOURCE = os.path.join(command.HERE, "..", "..")
WANT = [  # of each example: patterns for all that it prints
    r"9592\n(\./\S+\t[0-9a-f]{64}\n){4}500500\n1500500\n",
    r'\{"index":1,"input":"7","result":"true",.*\}\n\{"index":2,"input":"18446744073709551557",'
    r'"error":\{"code":-\d+,"name":"TUTTI_EJOBTIMEDOUT",.*\}\nsome failed\n',
    "",
    r"a\tA\nb\tB\nc\tC\n",
    r"algorithm (?s:.*)\nparallel .*\n",
    r"measure\.c is written\. (?s:.*)\n3 bytes\n5 bytes\n"]


def section(page, name):
    return re.search(rf"^\.SH {name}\n(.*?)(?=^\.SH |\Z)", page, re.M | re.S)[1]


def plain(text):
    return text.replace("\\-", "-").replace("\\e", "\\")


def options(text):
    return set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", text))


def run_example(script, want, work, environment):
    got = subprocess.run(["bash", "-euc", script], cwd=work, env=environment, capture_output=True,
                         text=True, timeout=command.PATIENCE, check=False)
    command.equal(got.returncode, 0, f"{script}: {got.stderr}")
    if not re.fullmatch(want, got.stdout):
        sys.exit(f"{script}: printed {got.stdout!r}")


def main():
    command.need_command()
    with open(os.path.join(SOURCE, "docs/man/tutti.1"), encoding="utf-8") as f:
        page = f.read()
    for line in re.split(r"^\.br\n", section(page, "SYNOPSIS"), flags=re.M):
        command.equal(line.count("tutti"), 1, f"one command in a line of the synopsis: {line}")
    for name in ["map", "check", "sched", "tour", "ps", "fetch", "serve", "manager", "worker",
                 "master"]:
        web = os.path.join(command.BUILD, "tutti-web.so")
        if name in ("fetch", "serve", "manager", "worker", "master") and not os.path.exists(web):
            continue
        documented = options(plain(section(page, "OPTIONS OF TUTTI " + name.upper())))
        shown = options(command.run(name, "--help").stdout.decode()) | {"--help"}
        command.equal(sorted(documented), sorted(shown), f"options: the page, {name} --help")
    for name in re.findall(r"^  (\w+) ", command.run("--help").stdout.decode(), re.M):
        if f".SS tutti {name}\n" not in page:
            sys.exit(f"the page has no tutti {name}")
    examples = re.findall(r"^\.nf\n(.*?)^\.fi$", section(page, "EXAMPLES"), re.M | re.S)
    with tempfile.TemporaryDirectory() as work:
        tools = os.path.join(work, "tools")
        os.mkdir(tools)
        with open(os.path.join(tools, "pkg-config"), "w", encoding="utf-8") as f:
            f.write(f"#!/bin/sh\necho -I{os.path.abspath(SOURCE)}/include\n")
        os.chmod(os.path.join(tools, "pkg-config"), 0o755)
        os.symlink(shutil.which(os.environ.get("TUTTI_CC", "cc")), os.path.join(tools, "cc"))
        path = os.pathsep.join([tools, command.BUILD, os.environ["PATH"]])
        for name in "abc":
            with open(os.path.join(work, name), "w", encoding="utf-8") as f:
                f.write(name)
        command.equal(len(examples), len(WANT), "examples")
        for script, want in zip(examples, WANT):
            run_example(plain(script), want, work, {**os.environ, "PATH": path})
        with open(os.path.join(work, "squares"), encoding="utf-8") as f:
            command.equal(f.read(), "".join(f"{n} * {n} = {n * n}\n" for n in range(1, 2001)),
                          "two runs")
    print("manual: fine")


main()
