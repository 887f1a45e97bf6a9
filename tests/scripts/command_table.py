# SPDX-License-Identifier: MIT
# ctest: TIMEOUT 900
"""Quoting and failures: the table of cases, run against `tutti map` and against GNU parallel.

Where GNU parallel is not installed, what it did is taken from the table. Its results are only
insisted on of the version that the table was made with; of others they are shown.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import command  # noqa: E402  (the path comes first)
from command_table import CASES, VERSION  # noqa: E402

TOOLS = {"show": """printf '[%s]' "$@"\necho\n""", "count": """printf %s "$1" | wc -c\n"""}


def run_in_fresh_directory(words, given):
    """(status, output, words on standard error) where nothing but our two tools is."""
    with tempfile.TemporaryDirectory() as work:
        tools = os.path.join(work, "tools")
        os.mkdir(tools)
        for name, text in TOOLS.items():
            with open(os.path.join(tools, name), "w", encoding="ascii") as file:
                file.write("#!/bin/sh\n" + text)
            os.chmod(os.path.join(tools, name), 0o755)
        path = os.pathsep.join([tools, os.environ["PATH"]])
        environment = {**os.environ, "PATH": path, "HOME": work, "SHELL": "/bin/sh",
                       "LC_ALL": "C.UTF-8"}
        got = subprocess.run(words, input=given, capture_output=True, cwd=work, env=environment,
                             timeout=command.PATIENCE, check=False)
        return got.returncode, got.stdout.replace(work.encode(), b"HOME"), got.stderr


def check_ours(case):
    shell = ["--shell"] if case.shell else []
    status, output, said = run_in_fresh_directory(
        [command.TUTTI, "map", "-k", *case.options, *shell, "--", *case.command], case.input)
    if (status, output) == (case.status, case.output):
        return True
    print(f"{case.name}: tutti: {status} {output!r}, not {case.status} {case.output!r}: {said!r}")
    return False


def check_theirs(case, exactly):
    status, output, said = run_in_fresh_directory(
        ["parallel", "--will-cite", "-k", *case.options, *case.command], case.input)
    want = case.theirs or (case.status, case.output)
    if (status, output) == want:
        return True
    print(f"{case.name}: GNU parallel: {status} {output!r}, not {want!r}: {said!r}")
    return not exactly


def version_of_parallel():
    if not shutil.which("parallel"):
        return None
    got = subprocess.run(["parallel", "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"GNU parallel (\S+)", got.stdout)
    return found and found[1]


def check_words():
    """Each difference is explained where a user looks for it."""
    page = os.path.join(HERE, "..", "..", "docs", "from-xargs-and-parallel.md")
    with open(page, encoding="utf-8") as file:
        text = " ".join(file.read().split())
    missing = sorted({case.why for case in CASES if case.theirs and case.why not in text})
    for why in missing:
        print(f"docs/from-xargs-and-parallel.md does not say: {why}")
    return not missing


def main():
    command.need_command()
    names = [case.name for case in CASES]
    command.equal(len(set(names)), len(names), "names of cases")
    if len(CASES) < 60 or any((case.theirs is None) != (case.why is None) for case in CASES):
        sys.exit("the table: fewer than 60 cases, or a difference without a reason")
    fine = [check_ours(case) for case in CASES] + [check_words()]
    version = version_of_parallel()
    if version:
        fine += [check_theirs(case, version == VERSION) for case in CASES]
        print(f"compared with GNU parallel {version}, whose table is of {VERSION}")
    else:
        print("GNU parallel is not installed: compared with what it did when the table was made")
    if not all(fine):
        sys.exit(f"{fine.count(False)} of {len(fine)} are not as they should be")
    same = sum(case.theirs is None for case in CASES)
    print(f"command_table: {len(CASES)} cases, {same} the same in GNU parallel")


main()
