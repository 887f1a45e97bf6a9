# SPDX-License-Identifier: MIT
"""Managers for clients of other make: ours (programs/manager_peer.c), and CPython's own, which
shows that what the clients ask is right."""
import os
import signal
import subprocess
import sys
import tempfile

import peers
import pythons

OLDEST = 3, 9
KEY = "a key of no consequence"
HERE = os.path.dirname(os.path.abspath(__file__))


def build(folder):
    """The program, with the libraries that were built; skips where there is no libtutti-net."""
    if not os.path.exists(os.path.join(peers.BUILD, "libtutti-net.so")):
        peers.skip("libtutti-net was not built")
    program = os.path.join(folder, "manager_peer")
    flags = [f"-fsanitize={peers.SANITIZE}"] if peers.SANITIZE else []
    subprocess.run([os.environ.get("TUTTI_CC", "cc"), "-std=gnu11", "-Wall", "-Wextra", "-Werror",
                    "-O1", "-g", f"-I{peers.SOURCE}/include",
                    f"{peers.SOURCE}/tests/support/programs/manager_peer.c", "-o", program,
                    *flags, f"-L{peers.BUILD}", f"-Wl,-rpath,{peers.BUILD}", "-ltutti-net",
                    "-ltutti"], check=True)
    return program


class Server:
    """One that listens, from its first line to its end."""

    def __init__(self, *words):
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        self.address = self.line()
        if not self.address:
            sys.exit(f"{words}: it ended with {self.process.wait()}")

    @property
    def port(self):
        return int(self.address.rpartition(":")[2])

    def line(self):
        return self.process.stdout.readline().rstrip("\n")

    def say(self, line):
        """To ours, and what it answers."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.line()

    def resident(self):
        """Bytes."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def sockets(self):
        """How many it has open. Its other descriptors, as a poller's, come when they are needed."""
        return sum(self.is_socket(name) for name in os.listdir(f"/proc/{self.process.pid}/fd"))

    def is_socket(self, name):
        try:
            return os.readlink(f"/proc/{self.process.pid}/fd/{name}").startswith("socket:")
        except FileNotFoundError:
            return False

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.end()
        else:
            self.process.kill()
            self.process.communicate()

    def end(self):
        """Well, and without another word."""
        self.process.stdin.close()
        try:
            status = self.process.wait(timeout=peers.PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = f"none in {peers.PATIENCE} s"
        rest = self.process.stdout.read()
        self.process.stdout.close()
        peers.equal((status, rest), (0, ""), "the server's end")


def ours(program, *options, address="127.0.0.1:0", key=KEY):
    return Server(program, address, key, *options)


def theirs(python, address="127.0.0.1:0", key=KEY):
    """CPython's, with the same names; its end is its standard input's too."""
    return Server(python, "-B", os.path.join(HERE, "manager_reference.py"), address, key)


def client(python, script, server, *words, key=KEY):
    """The command line of a client."""
    return [python, "-B", os.path.join(HERE, script), server.address, key, *words]


def run_client(python, script, server, *words, key=KEY):
    """Let it ask all that it knows, and say it aloud if it has a complaint."""
    done = subprocess.run(client(python, script, server, *words, key=key), text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False,
                          timeout=4 * peers.PATIENCE)
    if done.returncode != 0:
        sys.exit(f"{python} {script} {' '.join(words)}: exit status {done.returncode}\n"
                 f"{done.stdout}{done.stderr}")
    return done.stdout


def each_python():
    """[(version as a text, path)]"""
    found = [(".".join(map(str, version)), path)
             for version, path in pythons.interpreters(OLDEST).items()]
    return found or peers.skip("no CPython from 3.9 on")


def main(test):
    """Run test(program)."""
    with tempfile.TemporaryDirectory(prefix="tutti-manager-") as folder:
        test(build(folder))
