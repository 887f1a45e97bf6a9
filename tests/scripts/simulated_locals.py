# SPDX-License-Identifier: MIT
# ctest: LABELS no-asan LABELS no-tsan LABELS no-valgrind LABELS no-coverage LABELS no-qemu
"""The report of a simulated run says that the program's thread-local variables are shared, if the
program has any, and nothing of them if it has none or if that is not known."""
import os
import subprocess
import sys
import tempfile

SOURCE = os.environ["TUTTI_SOURCE_DIR"]
BUILD = os.environ["TUTTI_BUILD_DIR"]
SHARED = ["-L" + BUILD, "-Wl,-rpath," + BUILD, "-ltutti"]
STATIC = [os.path.join(BUILD, "libtutti.a")]
PROGRAM = r"""
#include <tutti/sim.h>
#include <tutti/tutti.h>

static %s int seen;

int main(int argc, char **argv)
{
        (void)argv;
        seen = argc;
        tutti_sim_fail("as asked, %%d", seen);
}
"""


def report(storage, library):
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "p.c"), os.path.join(folder, "p")
        with open(source, "w", encoding="utf-8") as f:
            f.write(PROGRAM % storage)
        subprocess.run(["cc", "-O1", "-I" + os.path.join(SOURCE, "include"), source] + library +
                       ["-pthread", "-o", program], check=True)
        return subprocess.run([program], env={**os.environ, "TUTTI_SIM": "1"}, text=True,
                              capture_output=True, timeout=250).stderr


def main():
    failed = 0
    for storage, library, told in (("_Thread_local volatile", SHARED, True),
                                   ("volatile", SHARED, False),
                                   ("_Thread_local volatile", STATIC, False)):
        text = report(storage, library)
        if "as asked, 1" not in text or ("thread-local variables" in text) != told:
            print("not so:", storage, library, text)
            failed = 1
    return failed


sys.exit(main())
