# SPDX-License-Identifier: MIT
"""Check one example: check.py PROGRAM. The function of the program's name says what must hold."""
import os
import sys

import children
import daemons
import downloads
import generators
import locks
import managers
import pictures
import pools
import processes
import programs
import scheduling
import tasks
import thumbnails
import threads
import web
import windows
import run
from run import Late, Wrong

ATTEMPTS = 4


def main():
    program = os.path.abspath(sys.argv[1])
    name = os.path.basename(program)
    for module in (downloads, threads, daemons, locks, tasks, generators, pictures, processes,
                   children, pools, programs, scheduling, web, managers, thumbnails, windows):
        check = getattr(module, name, None)
        if check:
            break
    else:
        sys.exit(f"{name}: no test of it in tests/examples")
    for attempt in range(1, ATTEMPTS + 1):
        run.stretch = 2.0 ** (attempt - 1)
        try:
            return check(program)
        except Wrong as complaint:
            sys.exit(f"{name}: wrong: {complaint}")
        except Late as complaint:
            print(f"{name}: attempt {attempt}: late: {complaint}", file=sys.stderr)
    return sys.exit(f"{name}: late {ATTEMPTS} times out of {ATTEMPTS}")


if __name__ == "__main__":
    main()
