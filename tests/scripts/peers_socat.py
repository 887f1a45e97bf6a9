# SPDX-License-Identifier: MIT
# rows: F42 F106
# ctest: LABELS no-valgrind
"""Streams and packets with socat at the other end, as server and as client."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import peers  # noqa: E402  (the path comes first)

NAME = f"tutti-peers-socat-{os.getpid()}"
MUCH = bytes(range(256)) * 8192  # 2 MiB


def socat(*words, data=b""):
    done = subprocess.run(["socat", "-T", "40", *words], input=data, capture_output=True,
                          timeout=peers.PATIENCE, check=True)
    return done.stdout


def clients(program, folder):
    """socat asks ours: all comes back, also after it has said that it has no more."""
    for what, address, form in (
            ("echo", "127.0.0.1:0", "TCP4:127.0.0.1:{}"),
            ("after", "127.0.0.1:0", "TCP4:127.0.0.1:{}"),
            ("after", "[::1]:0", "TCP6:[::1]:{}"),
            ("after", f"unix:{folder}/ours", f"UNIX-CONNECT:{folder}/ours"),
            ("after", f"unix:@{NAME}", f"ABSTRACT-CONNECT:{NAME}")):
        with peers.Server(program, what, address) as server:
            for data in (b"", b"x", MUCH):
                got = socat("-t", "40", "-", form.format(server.port), data=data)
                peers.equal(got, data, f"{what} at {address}")
                peers.equal(server.line(), "served well", what)


def listening(words):
    """socat as a server, and the line by which it says that it listens."""
    server = subprocess.Popen(["socat", "-d", "-d", *words], stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if "listening on" in line:
            return server, line.rsplit(" ", 1)[1].strip()
    sys.exit("socat does not listen")


def servers(program, folder):
    """Ours asks socat, whose end is cat."""
    for words, form in ((("TCP4-LISTEN:0,bind=127.0.0.1,fork", "EXEC:cat"), "127.0.0.1:{}"),
                        ((f"UNIX-LISTEN:{folder}/theirs,fork", "EXEC:cat"),
                         f"unix:{folder}/theirs")):
        server, place = listening(words)
        try:
            for data in (b"", b"x", MUCH):
                got = peers.ask(program, form.format(place.rpartition(":")[2]), data)
                peers.equal(got, (0, data, ""), f"socat {words[0]}")
        finally:
            server.terminate()
            server.communicate()


def packets(program):
    process = subprocess.Popen([program, "packets", "127.0.0.1:0"], stdout=subprocess.PIPE)
    try:
        port = process.stdout.readline().decode().strip().rpartition(":")[2]
        for data in (b"one", b"two" * 400):
            got = socat("-t", "40", "-b", "65000", "-",
                        f"UDP4:127.0.0.1:{port},shut-null,null-eof", data=data)
            peers.equal(got, data, "a packet, and an empty one for the end")
    finally:
        process.kill()
        process.communicate()


def test(program, folder):
    clients(program, folder)
    servers(program, folder)
    packets(program)


if not shutil.which("socat"):
    peers.skip("socat is not there: make deps-all")
peers.main(test)
