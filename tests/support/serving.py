# SPDX-License-Identifier: MIT
"""`tutti serve` while it runs: where it listens is the line that it prints."""
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

import command


def need_serve():
    command.need_command()
    if not os.path.exists(os.path.join(command.BUILD, "tutti-web.so")):
        command.skip("libtutti-net was not built")


class Serve:
    def __init__(self, *arguments, **options):
        self.err = tempfile.TemporaryFile()
        self.process = command.start("serve", *arguments, stdin=subprocess.DEVNULL,
                                     stderr=self.err, **options)
        self.line = self.process.stdout.readline().decode()
        found = re.search(r" at (https?)://(\S+?):?(\d*)(?:/| on .*)\n$", self.line)
        if not found:
            self.process.kill()
            self.process.communicate()
            sys.exit(f"serve {arguments}: printed {self.line!r}, said {self.said()!r}")
        self.scheme, self.host, port = found.groups()
        self.port = int(port or 0)
        self.url = f"{self.scheme}://{self.host}:{port}/"

    def said(self):
        """All that it has written on standard error so far.

        It writes where the shared offset stands, so that one is not to be moved."""
        size = os.fstat(self.err.fileno()).st_size
        return os.pread(self.err.fileno(), size, 0).decode(errors="surrogateescape")

    def says(self, pattern):
        """Wait until it has said that."""
        return eventually(lambda: re.search(pattern, self.said()), lambda: self.said())

    def signal(self, number):
        self.process.send_signal(number)

    def ends(self, status=0):
        got = self.process.wait(command.PATIENCE)
        self.process.stdout.close()
        command.equal(got, status, f"serve: exit status, {self.said()!r}")

    def connect(self):
        s = socket.create_connection((self.host, self.port), timeout=command.PATIENCE)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s

    def ask(self, method, path, body=None, **headers):
        """Status, headers and body of one request on a connection of its own."""
        c = http.client.HTTPConnection(self.host, self.port, timeout=command.PATIENCE)
        try:
            return ask(c, method, path, body, **headers)
        finally:
            c.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            self.process.kill()
            self.process.communicate()
            print("it said:", self.said()[-2000:], file=sys.stderr)
        elif self.process.poll() is None:
            self.signal(signal.SIGTERM)
            self.ends()
        self.err.close()


def ask(connection, method, path, body=None, **headers):
    connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
    got = connection.getresponse()
    return got.status, got.headers, got.read()


def eventually(true, why):
    """Wait for what somebody else is about to do; that it is not done is an error after long."""
    deadline = time.monotonic() + command.PATIENCE
    while not (found := true()):
        if time.monotonic() > deadline:
            sys.exit(f"not before the end: {why()!r}")
        time.sleep(0.005)
    return found
