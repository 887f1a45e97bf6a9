# SPDX-License-Identifier: MIT
"""A test program in virtual time: virtual.py COMMAND... runs it in turn and under other schedules.

All that differs from run to run is drawn from the seed, so what fails once fails again:
TUTTI_SIM=... as printed, in the environment of the program.
"""
import os
import subprocess
import sys

SEEDS = 100 if os.environ.get("TUTTI_TORTURE") == "1" else 3
STEPS = 50_000_000  # beyond this it is a livelock


def settings():
    yield f"fifo,steps={STEPS}"
    for strategy in ("random", "pct:2", "pct:3"):
        for seed in range(1, SEEDS + 1):
            yield f"{strategy},seed={seed},steps={STEPS}"


def main():
    for words in settings():
        done = subprocess.run(sys.argv[1:], env=dict(os.environ, TUTTI_SIM=words), check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            sys.stdout.buffer.write(done.stdout)
            sys.exit(f"status {done.returncode} with TUTTI_SIM={words}")


main()
