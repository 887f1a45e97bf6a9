# SPDX-License-Identifier: MIT
# rows: F155
# ctest: LABELS no-asan LABELS no-tsan LABELS no-valgrind LABELS no-coverage TIMEOUT 900
"""A simulated run depends on its seed and on nothing else: not on the compiler, nor on where things
lie in memory, nor on the process."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = os.environ["TUTTI_SOURCE_DIR"]
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))
import whole  # noqa: E402  (the path comes first)

WAYS = (("gcc", "-O2"), ("clang", "-O1"))
SETTINGS = [f"{strategy},seed={seed}" for strategy in ("fifo", "random", "pct:3", "random,early")
            for seed in (1, 2, 3)]
TIMES = 3
SECONDS = 800


def build(folder):
    """The programs, by compiler: all that are there, at the same time."""
    building = {}
    for compiler, level in WAYS:
        if not shutil.which(compiler):
            print(compiler, "is not there")
            continue
        program = os.path.join(folder, compiler)
        building[program] = subprocess.Popen(
            whole.command(compiler, "same_twice", level) + ["-o", program])
    for program, process in building.items():
        if process.wait(timeout=SECONDS) != 0:
            sys.exit(f"{os.path.basename(program)} does not build it")
    return list(building)


def run(program, words):
    """What it printed with the hash of all that happened, and where its memory lay."""
    done = subprocess.run([program], capture_output=True, text=True, timeout=250, check=False,
                          env=dict(os.environ, TUTTI_SIM=words + ",stats"))
    figures = re.search(r"([0-9.]+) s of virtual time in .*; (\d+ steps, hash [0-9a-f]{16})",
                        done.stderr)
    if done.returncode != 0 or not figures:
        sys.exit(f"{program} with {words}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return (done.stdout, figures[1], figures[2]), done.stderr.split("\n")[0]


def main():
    places, all_runs = set(), set()
    with tempfile.TemporaryDirectory() as folder:
        programs = build(folder)
        for words in SETTINGS:
            runs = [run(program, words) for program in programs for _ in range(TIMES)]
            different = {what for what, _ in runs}
            if len(different) > 1:
                sys.exit("\n\n".join([f"with {words} it is not the same:", *map(str, different)]))
            places |= {place for _, place in runs}
            all_runs |= different
            print(words, runs[0][0][1:])
    with open("/proc/sys/kernel/randomize_va_space", encoding="ascii") as f:
        if f.read().strip() != "0" and len(places) <= len(programs):
            sys.exit("memory lay in the same place each time: nothing is shown")
    if len(all_runs) != len(SETTINGS):
        sys.exit("two settings gave the same run: nothing is shown")


main()
