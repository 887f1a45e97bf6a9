# SPDX-License-Identifier: MIT
# ctest: TIMEOUT 900 LABELS no-tsan LABELS no-valgrind LABELS no-qemu
"""The examples with processes do the same whether these are copies of the program or new ones; how
they do by the fork server, which is the default, their own tests have seen."""
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

SOURCE = os.environ["TUTTI_SOURCE_DIR"]
FOLDER = os.path.join(os.environ["TUTTI_BUILD_DIR"], "examples")


def with_processes():
    """Programs that start some by a call that has a start method."""
    for path in sorted(glob.glob(os.path.join(SOURCE, "examples/*.c"))):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        name = os.path.basename(path)[:-2]
        if re.search(r'tutti_process_start\(|"processes', text) and \
           os.access(os.path.join(FOLDER, name), os.X_OK):
            yield name


# rows: F28 P2 P9 P11 P12 P13 P14 P17 P18 P19 P21 P22 P23 P24 P25 P26 P27 P28 P29 P30
def attempt(name, method):
    """What was wrong, or nothing."""
    check = os.path.join(SOURCE, "tests/examples/check.py")
    done = subprocess.run([sys.executable, "-B", check, os.path.join(FOLDER, name)],
                          env=dict(os.environ, TUTTI_START_METHOD=method), check=False,
                          capture_output=True, text=True)
    return f"{method}: {done.stdout}{done.stderr}" if done.returncode else ""


def main():
    names = list(with_processes())
    if not names:
        print("skipped: the examples were not built")
        return 77
    assert len(names) > 20, names
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = [what for method in ("fork", "spawn")
                 for what in pool.map(attempt, names, [method] * len(names)) if what]
    print(f"{len(names)} programs", *found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
