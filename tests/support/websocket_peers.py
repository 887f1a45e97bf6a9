# SPDX-License-Identifier: MIT
"""Our end of a WebSocket (programs/websocket_peer.c) for tests with somebody else at the other."""
import os
import signal
import subprocess

import peers


def build(folder):
    """The program, with the libraries that were built; skips where there is no libtutti-net."""
    if not os.path.exists(os.path.join(peers.BUILD, "libtutti-net.so")):
        peers.skip("libtutti-net was not built")
    program = os.path.join(folder, "websocket_peer")
    flags = [f"-fsanitize={peers.SANITIZE}"] if peers.SANITIZE else []
    subprocess.run([os.environ.get("TUTTI_CC", "cc"), "-std=gnu11", "-Wall", "-Wextra", "-Werror",
                    "-O1", "-g", f"-I{peers.SOURCE}/include",
                    f"{peers.SOURCE}/tests/support/programs/websocket_peer.c", "-o", program,
                    *flags, f"-L{peers.BUILD}", f"-Wl,-rpath,{peers.BUILD}", "-ltutti-net",
                    "-ltutti"], check=True)
    return program


class Server:
    """One of ours, from its first line to SIGINT, after which it ends well."""

    def __init__(self, program, *words):
        self.process = subprocess.Popen(
            [program, "serve", *words], stdout=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        self.port = int(self.line())

    def line(self):
        return self.process.stdout.readline().rstrip("\n")

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.process.send_signal(signal.SIGINT)
        rest = self.process.stdout.read()
        self.process.stdout.close()
        status = self.process.wait(timeout=peers.PATIENCE)
        if kind is None:
            peers.equal((status, rest), (0, ""), "the server's end")


def ask(program, *words):
    """Exit status and what it said."""
    done = subprocess.run([program, *words], capture_output=True, text=True,
                          timeout=peers.PATIENCE, check=False)
    return done.returncode, done.stdout.strip()
