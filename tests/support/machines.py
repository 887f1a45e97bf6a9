# SPDX-License-Identifier: MIT
"""`tutti manager`, `tutti worker` and what connects to them."""
import os
import re
import subprocess
import sys
import tempfile
import time

import command

KEY = "scripts"


def need_machines():
    command.need_command()
    if not os.path.exists(os.path.join(command.BUILD, "tutti-web.so")):
        command.skip("libtutti-net was not built")


def environment(key=KEY):
    given = {name: value for name, value in os.environ.items() if name != "TUTTI_AUTHKEY"}
    return dict(given, TUTTI_AUTHKEY=key) if key is not None else given


class Program:
    """A subcommand that runs in the background; what it prints goes to files."""

    def __init__(self, *arguments, key=KEY, stdin=subprocess.DEVNULL):
        self.what = " ".join(arguments[:1])
        self.out, self.err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        self.process = command.start(*arguments, stdin=stdin, stdout=self.out, stderr=self.err,
                                     env=environment(key))

    @staticmethod
    def read(file):
        """The offset is shared with who writes, so it is not to be moved."""
        return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode()

    def printed(self):
        return self.read(self.out)

    def said(self):
        return self.read(self.err)

    def prints(self, pattern):
        """Wait until it has printed that."""
        return self.await_text(self.printed, pattern)

    def says(self, pattern):
        return self.await_text(self.said, pattern)

    def await_text(self, text, pattern):
        end = time.monotonic() + command.PATIENCE
        while time.monotonic() < end:
            over = self.process.poll() is not None
            found = re.search(pattern, text())
            if found:
                return found
            if over:
                break
            time.sleep(0.002)
        sys.exit(f"{self.what}: no {pattern!r} in {text()!r}; {self.said()!r}")

    def signal(self, number):
        self.process.send_signal(number)

    def ends(self, status=0):
        got = self.process.wait(command.PATIENCE)
        command.equal(got, status, f"{self.what}: exit status; {self.printed()!r} {self.said()!r}")
        return self.printed()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.out.close()
        self.err.close()


class Manager(Program):
    def __init__(self, *arguments, listen="127.0.0.1:0", **options):
        super().__init__("manager", "--listen", listen, *arguments, **options)
        self.where = self.prints(r" at ((?:tcp|unix):\S+)\n")[1]
        self.port = int(self.where.rpartition(":")[2]) if self.where[0] == "t" else 0


def run(*arguments, key=KEY, **options):
    return command.run(*arguments, env=environment(key), **options)
