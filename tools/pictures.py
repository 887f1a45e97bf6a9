#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The pictures in docs/pictures: pictures.py BUILD_DIR [--write]

Each is what a program draws in virtual time, where it is the same each time: without --write this
says which of them are not what the programs of BUILD_DIR draw now.
"""
import os
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
PICTURES = os.path.join(ROOT, "docs", "pictures")


def traced(build, path):
    program = os.path.join(build, "examples", "p113_drink_smoke_eat")
    subprocess.run([program], env=dict(os.environ, TUTTI_SIM="1", TUTTI_TRACE=path), check=True,
                   stdout=subprocess.DEVNULL)


def scheduled(build, path):
    subprocess.run([os.path.join(build, "tutti"), "sched", "--svg", path], check=True,
                   stdout=subprocess.DEVNULL)


DRAWN = {"drink-smoke-eat.svg": traced, "feedback-queue.svg": scheduled}


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def main():
    build, write = sys.argv[1], "--write" in sys.argv[2:]
    old = []
    with tempfile.TemporaryDirectory() as folder:
        for name, draw in DRAWN.items():
            drawn = os.path.join(folder, name)
            draw(build, drawn)
            if read(drawn) == read(os.path.join(PICTURES, name)):
                continue
            old.append(name)
            if write:
                with open(os.path.join(PICTURES, name), "w", encoding="utf-8") as file:
                    file.write(read(drawn))
    if old:
        print("written:" if write else "not as drawn now (tools/pictures.py BUILD --write):", *old)
    return 1 if old and not write else 0


if __name__ == "__main__":
    sys.exit(main())
