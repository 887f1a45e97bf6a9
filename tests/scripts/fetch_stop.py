# SPDX-License-Identifier: MIT
"""The early ends of tutti fetch, and what a terminal shows meanwhile."""
import os
import pty
import re
import signal
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)
import pages  # noqa: E402
import serving  # noqa: E402

MEGABYTE = 1 << 20


class Slow:
    """/slow says that it was asked, and is answered when the gate is open."""

    def __init__(self):
        self.asked, self.gate = threading.Semaphore(0), threading.Event()

    def __call__(self, x):
        if x.path.startswith("/slow"):
            self.asked.release()
            self.gate.wait(command.PATIENCE)
        x.reply(f"{x.path}\n")

    def wait(self, times=1):
        for _ in range(times):
            if not self.asked.acquire(timeout=command.PATIENCE):
                sys.exit("it was not asked")


def interrupted():
    """What is there in order is printed, and nothing else said."""
    slow = Slow()
    with pages.Server(slow) as server:
        urls = [server.url(path) for path in ("/1", "/2", "/slow", "/3")]
        process = command.start("fetch", *urls)
        slow.wait()
        lines = process.stdout.readline() + process.stdout.readline()
        command.equal(lines, b"/1\n/2\n", "in order")
        process.send_signal(signal.SIGINT)
        command.equal(process.wait(command.PATIENCE), 130, "interrupted")
        command.equal(process.communicate(), (b"", b""), "interrupted")
        # while it waits for urls, and before it tries again
        process = command.start("fetch")
        process.stdin.write((urls[0] + "\n").encode())
        process.stdin.flush()
        command.equal(process.stdout.readline(), b"/1\n", "one")
        process.send_signal(signal.SIGINT)
        command.equal(process.wait(command.PATIENCE), 130, "interrupted while it reads")
        slow.gate.set()


def interrupted_between():
    asked = threading.Event()

    def answer(x):
        x.reply("no", 503, Retry_After="200")
        x.wfile.flush()
        asked.set()

    with pages.Server(answer) as server:
        process = command.start("fetch", server.url("/"))
        asked.wait(command.PATIENCE)
        process.send_signal(signal.SIGINT)
        command.equal(process.wait(command.PATIENCE), 130, "interrupted between two attempts")


def threads(process):
    """What its threads are called."""
    names, folder = [], f"/proc/{process.pid}/task"
    for thread in os.listdir(folder):
        try:
            with open(f"{folder}/{thread}/comm", encoding="utf-8") as f:
                names.append(f.read().strip())
        except OSError:
            pass  # it has ended
    return names


def is_caught(process, number):
    """Whether it still has a handler for that signal."""
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as f:
        caught = re.search(r"^SigCgt:\s*(\w+)$", f.read(), re.MULTILINE).group(1)
    return bool(int(caught, 16) >> (number - 1) & 1)


def interrupted_twice():
    """The first one waits for a page that is being taken apart; the second one for nothing."""
    endless = "(?=a*+)a"  # looks at all that follows for each a
    if b"PCRE2" in command.run("fetch", "--regex", "a", input=b"").stderr:
        print("a second Ctrl-C is not tested: the command was built without PCRE2")
        return
    with pages.Server(lambda x: x.reply("a" * 15 * MEGABYTE)) as server:
        process = command.start("fetch", "--regex", endless, server.url("/"),
                                server.url("/more"))
        serving.eventually(lambda: "tutti-blocking" in threads(process), lambda: "no thread")
        process.send_signal(signal.SIGINT)
        serving.eventually(lambda: not is_caught(process, signal.SIGINT), lambda: "not taken")
        command.equal(process.poll(), None, "after the first")
        process.send_signal(signal.SIGINT)
        command.equal(process.wait(command.PATIENCE), -signal.SIGINT, "the second")
        command.equal(process.communicate(), (b"", b""), "the second")


def reader_leaves():
    slow = Slow()
    with pages.Server(slow) as server:
        process = command.start("fetch", *[server.url(f"/{n}") for n in range(1000)],
                                server.url("/slow"))
        process.stdout.readline()
        process.stdout.close()
        command.equal(process.wait(command.PATIENCE), 141, "the reader leaves")
        command.equal(process.stderr.read(), b"", "the reader leaves")
        slow.gate.set()
    with pages.Server(slow) as server, open("/dev/full", "wb") as full:
        process = command.start("fetch", server.url("/1"), stdout=full)
        command.equal((process.wait(command.PATIENCE), process.stderr.read()),
                      (1, b"tutti: fetch: standard output: No space left on device\n"), "full")


def slow_reader():
    """More than a pipe holds waits for its reader, and all of it arrives."""
    slow = Slow()
    with pages.Server(slow) as server:  # what is printed last waits for the reader too
        ear, mouth = os.pipe()
        os.set_blocking(mouth, False)
        filled = 0
        while True:
            try:
                filled += os.write(mouth, b"x" * 4096)
            except BlockingIOError:
                break
        os.set_blocking(mouth, True)
        process = command.start("fetch", server.url("/1"), server.url("/slow"), stdout=mouth)
        os.close(mouth)
        slow.wait()
        slow.gate.set()
        got = b""
        while len(got) < filled + 9:
            got += os.read(ear, 1 << 20) or sys.exit(f"{len(got)} of {filled + 9} bytes")
        command.equal(got[filled:], b"/1\n/slow\n", "a full pipe")
        command.equal(process.wait(command.PATIENCE), 0, "a full pipe")
        os.close(ear)
    with pages.Server(lambda x: x.reply(x.path[1:] * MEGABYTE)) as server:
        process = command.start("fetch", *[server.url(f"/{c}") for c in "abcd"])
        out, said = process.communicate(timeout=command.PATIENCE)
        command.equal((process.returncode, said), (0, b""), "slow reader")
        command.equal(out == "".join(c * MEGABYTE for c in "abcd").encode(), True, "all of it")


def terminal(*arguments, stdout=-1, until=None, then=None):
    """(status, what the terminal got): standard error is it; then() once it shows until."""
    master, slave = pty.openpty()
    process = command.start("fetch", *arguments, stderr=slave,
                            stdout=slave if stdout is None else stdout)
    os.close(slave)
    text = b""
    while True:
        try:
            text += os.read(master, 65536)
        except OSError:
            break
        if until and re.search(until, text):
            then()
            until = None
    os.close(master)
    if process.stdout:
        process.stdout.read()
    return process.wait(command.PATIENCE), text.decode().replace("\r\n", "\n")


def progress():
    slow = Slow()

    def answer(x):
        if x.path != "/slow":
            slow(x)
            return
        x.send_response(200)
        x.send_header("Content-Length", str(4 * MEGABYTE))
        x.end_headers()
        x.wfile.write(b"x" * (2 * MEGABYTE))
        x.wfile.flush()
        slow.gate.wait(command.PATIENCE)
        x.wfile.write(b"x" * (2 * MEGABYTE))

    with pages.Server(answer) as server:
        urls = [server.url(path) for path in ("/1", "/2", "/slow", "/3")]
        shows = rb"fetch 3/4  2\.1 MB .* left\x1b\[K\r\n   50%  2\.1 MB of 4\.2 MB  .*/s  slow"
        status, text = terminal("--out", "out", *urls, until=shows, then=slow.gate.set)
        command.equal(status, 0, "progress")
        if not re.search(r"fetch 4/4  4\.2 MB  .*\n", text):
            sys.exit(f"no full line: {text!r}")
        if not re.search(r"tutti: fetch: 4 fetched, 0 failed, 4\.2 MB in .*\n$", text):
            sys.exit(f"no report: {text!r}")
        # a failure has a line of its own
        status, text = terminal("--out", "out", "--retries", "0", urls[0], "ftp://x/")
        if status != 1 or not re.search(r"(^|\n|\x1b\[J)tutti: fetch: ftp://x/: .*\n", text):
            sys.exit(f"failures beside it: {status} {text!r}")
        command.equal(terminal("--no-progress", "--out", "out", *urls), (0, ""), "none wanted")
        command.equal(terminal(urls[0], stdout=None), (0, "/1\n"), "results on that terminal")
        got = command.run("fetch", "--progress", "--out", "out", *urls)
        command.equal((got.returncode, got.stderr), (0, b""), "no terminal")


def main():
    command.need_command()
    if "fetch needs libtutti-net" in command.run("fetch", "x").stderr.decode():
        command.skip("the command was built without libtutti-net")
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        for part in (interrupted, interrupted_between, interrupted_twice, reader_leaves,
                     slow_reader, progress):
            part()
        os.chdir("/")
    print("fetch_stop: fine")


main()
