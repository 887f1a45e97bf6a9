# SPDX-License-Identifier: MIT
"""Our end of a connection (programs/peer.c) for tests that have somebody else at the other end."""
import os
import signal
import subprocess
import sys
import tempfile

SOURCE = os.environ["TUTTI_SOURCE_DIR"]
BUILD = os.environ["TUTTI_BUILD_DIR"]
SANITIZE = os.environ.get("TUTTI_SANITIZE")
PATIENCE = 250  # seconds until a test gives up; never what it measures


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def equal(got, want, what):
    if got != want:
        sys.exit(f"{what}: {got!r:.200}, not {want!r:.200}")


def build(folder):
    """The program, with the library that was built."""
    program = os.path.join(folder, "peer")
    flags = [f"-fsanitize={SANITIZE}"] if SANITIZE else []
    subprocess.run([os.environ.get("TUTTI_CC", "cc"), "-std=gnu11", "-Wall", "-Wextra", "-Werror",
                    "-O1", "-g", f"-I{SOURCE}/include",
                    f"{SOURCE}/tests/support/programs/peer.c", "-o", program, *flags,
                    f"-L{BUILD}", f"-Wl,-rpath,{BUILD}", "-ltutti"], check=True)
    return program


class Server:
    """One of ours, from its first line to SIGTERM, after which it ends well."""

    def __init__(self, program, what, address):
        self.process = subprocess.Popen([program, what, address], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        self.port = self.address.rpartition(":")[2]

    def line(self):
        return self.process.stdout.readline().strip()

    def resident(self):
        """Bytes."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.process.send_signal(signal.SIGTERM)
        self.process.stdin.close()
        rest = self.process.stdout.read()
        self.process.stdout.close()
        status = self.process.wait(timeout=PATIENCE)
        if kind is None:
            equal((status, rest), (0, ""), "the server's end")


def ask(program, address, data=b""):
    """Exit status, what came back, what it complained of."""
    done = subprocess.run([program, "ask", address], input=data, capture_output=True,
                          timeout=PATIENCE, check=False)
    return done.returncode, done.stdout, done.stderr.decode().strip()


def main(test):
    """Run test(program, folder)."""
    with tempfile.TemporaryDirectory(prefix="tutti-peers-") as folder:
        test(build(folder), folder)
