# SPDX-License-Identifier: MIT
"""Programs of tests/support/programs built together with the library's own sources."""
import glob
import os

SOURCE = os.environ["TUTTI_SOURCE_DIR"]
ROOMS = ("base", "os", "os/linux", "core", "sync", "exec", "loop", "wire", "proc", "front",
         "observe", "inspect", "sim")


def program(name):
    return os.path.join(SOURCE, "tests/support/programs", name + ".c")


def sources():
    machine = os.uname().machine
    found = glob.glob(os.path.join(SOURCE, "src/os/arch", machine, "*.S"))
    for room in ROOMS:
        found += sorted(glob.glob(os.path.join(SOURCE, "src", room, "*.c")))
    return found


def command(compiler, name, *flags):
    """The command line that builds all of it, but for where to."""
    include = "-I" + os.path.join(SOURCE, "include")
    return [compiler, "-std=gnu11", "-w", "-pthread", include, *flags, "-D_GNU_SOURCE",
            "-I" + os.path.join(SOURCE, "src"), program(name), *sources(), "-lm"]
