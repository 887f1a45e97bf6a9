# SPDX-License-Identifier: MIT
# ctest: LABELS no-asan LABELS no-tsan LABELS no-valgrind LABELS no-coverage TIMEOUT 900
"""Thread-local variables over waits, with each compiler and optimiser that is there. The last of
them sees through the library's own sources, and could keep the address of a variable over a switch
of stacks."""
import os
import shutil
import subprocess
import sys
import tempfile

SOURCE = os.environ["TUTTI_SOURCE_DIR"]
BUILD = os.environ["TUTTI_BUILD_DIR"]
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))
import whole  # noqa: E402  (the path comes first)


def ways():
    """Name and command line of each."""
    archive = os.path.join(BUILD, "libtutti.a")
    include = "-I" + os.path.join(SOURCE, "include")
    for compiler in ("gcc", "clang"):
        if not shutil.which(compiler):
            print(compiler, "is not there")
            continue
        start = [compiler, "-std=gnu11", "-w", "-pthread", include]
        for level in ("-O0", "-O2"):
            yield (f"{compiler} {level}",
                   start + [level, whole.program("thread_locals"), archive, "-lm"])
        yield (f"{compiler} -O2 -flto, the library too",
               whole.command(compiler, "thread_locals", "-O2", "-flto"))


def main():
    failed = done = 0
    for name, command in ways():
        with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, "program")
            built = subprocess.run(command + ["-o", program], capture_output=True, text=True)
            if built.returncode != 0:
                missing = "-flto" in command and "plugin" in built.stderr
                print(name, "has no linker for it" if missing else "does not build:", built.stderr)
                failed += not missing
                continue
            run = subprocess.run([program], capture_output=True, text=True, timeout=250)
            good = run.returncode == 0 and run.stdout == "done\n"
            print(name, "ok" if good else f"status {run.returncode}: {run.stderr}")
            failed += not good
            done += good
    return 1 if failed or done == 0 else 0


sys.exit(main())
