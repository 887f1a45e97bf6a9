# SPDX-License-Identifier: MIT
"""The files of tutti fetch --out: what they are called, and how a part of one becomes whole."""
import json
import os
import signal
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)
import pages  # noqa: E402

BIG = bytes(n * n >> 7 & 255 for n in range(1 << 20))
HALF = 600000
QUICK = ["--back-off", "0.01"]


def fetch(*arguments, status=0):
    got = command.run("fetch", *arguments)
    if got.returncode != status:
        sys.exit(f"fetch {arguments}: status {got.returncode}, not {status}: {got.stderr.decode()}")
    return got.stdout.decode(), got.stderr.decode()


def contents(folder):
    found = {}
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        with open(os.path.join(folder, name), "rb") as f:
            found[name] = f.read()
    return found


def names():
    """One name in the folder, whatever the url; each url its own."""
    want = {
        "/": "index.html", "/a.html": "a.html", "/B/a.html": "a-2.html", "/C/a.html": "a-3.html",
        "/a%20b.txt": "a b.txt", "/%E4%BD%A0.txt": "\u4f60.txt", "/x?a=1&b=2": "x?a=1&b=2",
        "/x?a=/../b": "x?a=%2F..%2Fb", "/..%2f..%2fetc%2fpasswd": "%2E.%2F..%2Fetc%2Fpasswd",
        "/.bashrc": "%2Ebashrc", "/%2e%2e": "%2E.", "/%00%0a%1b": "%00%0A%1B",
        "/dir/": "index-2.html",
        "/x#part": "x", "/a-2.html": "a-2-2.html", "/?q": "index.html?q", "/50%": "50%25",
        "/noext": "noext", "/D/noext": "noext-2", "/E/x?a=1&b=2": "x-2?a=1&b=2"}
    with pages.Server(lambda x: x.reply(x.path)) as server:
        fetch("--out", "deep/names", *[server.url(path) for path in want])
        got = contents("deep/names")
        command.equal({name: path.split("#")[0].encode() for path, name in want.items()}, got,
                      "names")
        long = "/" + "y" * 500
        fetch("--out", "long", server.url(long + "1"), server.url(long + "2"))
        got = contents("long")
        command.equal(sorted(got.values()), [(long + "1").encode(), (long + "2").encode()], "long")
        command.equal({len(name) for name in got}, {200}, "long names")
        lines = [json.loads(line) for line in
                 fetch("--out", "names", "--json", server.url("/q"))[0].splitlines()]
        command.equal(lines[0]["file"], "names/q", "an object")
        # not through a link that lies where a part would be
        os.symlink("../stolen", "names/.q.part")
        fetch("--out", "names", server.url("/q"))
        command.equal(os.path.exists("stolen"), False, "a link")


class Parts:
    """A server of BIG that breaks off after HALF bytes, the first time."""

    def __init__(self, ranges=True, tag='"one"'):
        self.ranges, self.tag, self.cuts = ranges, tag, 1
        self.got = threading.Semaphore(0)
        self.hold = None

    def __call__(self, x):
        begin = 0
        if self.ranges and x.headers["Range"] and x.headers["If-Range"] == self.tag:
            begin = int(x.headers["Range"][len("bytes="):-1])
        body = BIG[begin:]
        if self.cuts > 0:
            self.cuts -= 1
            body = body[:HALF]
        if begin >= len(BIG):
            x.reply("", 416, Content_Range=f"bytes */{len(BIG)}")
            return
        x.reply(body, 206 if begin else 200, ETag=self.tag, Content_Length=len(BIG) - begin,
                Content_Range=f"bytes {begin}-{len(BIG) - 1}/{len(BIG)}" if begin else None)
        x.wfile.flush()
        if len(body) < len(BIG) - begin:
            self.got.release()
            if self.hold:
                self.hold.wait(command.PATIENCE)
            x.cut()


def ranges(server):
    return [headers["Range"] for _, headers in server.asked]


def broken():
    """Within a run the next attempt goes on where the last one ended, or begins anew."""
    for n, (parts, goes_on) in enumerate((
            (Parts(), True), (Parts(ranges=False), False), (Parts(tag='W/"one"'), False),
            (Parts(tag=None), False))):
        with pages.Server(parts) as server:
            fetch(*QUICK, "--out", f"broken{n}", server.url("/big"))
            command.equal(contents(f"broken{n}"), {"big": BIG}, f"broken {n}")
            second = ranges(server)[1]
            asked = second is not None and 0 < int(second[6:-1]) <= HALF
            command.equal(asked, goes_on or n == 1, f"broken {n}: {second}")


def later():
    """A run that fails keeps what came; one with --continue goes on, one without does not."""
    for options, goes_on in (["--continue"], True), ([], False):
        with pages.Server(Parts()) as server:
            _, said = fetch("--retries", "0", "--out", "later", server.url("/big"), status=1)
            command.equal("kept for --continue" in said, True, "said")
            command.equal(sorted(contents("later")), [".big.from", ".big.part"], "kept")
            fetch(*options, "--out", "later", server.url("/big"))
            command.equal(contents("later"), {"big": BIG}, "later")
            command.equal(ranges(server)[1] is not None, goes_on, f"later: {options}")
        os.remove("later/big")


def changed():
    """The rest of another file is not put behind the first part."""
    parts = Parts()
    with pages.Server(parts) as server:
        fetch("--retries", "0", "--out", "changed", server.url("/big"), status=1)
        parts.tag = '"two"'
        fetch("--continue", "--out", "changed", server.url("/big"))
        command.equal(contents("changed"), {"big": BIG}, "changed")
        # nor that of another url
        parts.cuts = 1
        fetch("--retries", "0", "--out", "changed2", server.url("/big"), status=1)
        fetch("--continue", "--out", "changed2", server.url("/Other/big"))
        command.equal(contents("changed2"), {"big": BIG}, "another url")
        command.equal(ranges(server)[-1], None, "another url")


def whole_part():
    """All bytes were there, and only the name was missing."""
    with pages.Server(Parts()) as server:
        fetch("--retries", "0", "--out", "whole", server.url("/big"), status=1)
        with open("whole/.big.part", "wb") as f:
            f.write(BIG)
        fetch("--continue", "--out", "whole", server.url("/big"))
        command.equal(contents("whole"), {"big": BIG}, "whole")


def stopped():
    """By Ctrl-C, or killed: a later run goes on all the same."""
    for number, status in (signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL):
        parts = Parts()
        parts.hold = threading.Event()
        with pages.Server(parts) as server:
            process = command.start("fetch", "--out", "stopped", server.url("/big"))
            parts.got.acquire(timeout=command.PATIENCE)
            while contents("stopped").get(".big.from", b"").count(b"\n") < 2:
                if process.poll() is not None:
                    sys.exit(f"it ended: {process.communicate()}")
            process.send_signal(number)
            command.equal(process.wait(command.PATIENCE), status, "stopped")
            command.equal(process.communicate(), (b"", b""), "stopped")
            parts.hold.set()
            fetch("--continue", "--out", "stopped", server.url("/big"))
            command.equal(contents("stopped"), {"big": BIG}, "stopped")
            command.equal(ranges(server)[-1] is not None, True, "went on")
        os.remove("stopped/big")


def there_already():
    with pages.Server(lambda x: x.reply("new")) as server:
        os.mkdir("there")
        with open("there/a", "w", encoding="utf-8") as f:
            f.write("old")
        out, _ = fetch("--skip-existing", "--json", "--out", "there", server.url("/a"),
                       server.url("/b"))
        command.equal([json.loads(line).get("skipped") for line in out.splitlines()],
                      [True, None], "skipped")
        command.equal(contents("there"), {"a": b"old", "b": b"new"}, "skipped")
        command.equal(server.paths(), ["/b"], "asked for")
        fetch("--out", "there", server.url("/a"))
        command.equal(contents("there"), {"a": b"new", "b": b"new"}, "again")


def failures():
    """No file of an error page, none left of what failed, and a folder that cannot be written."""
    with pages.Server(lambda x: x.reply("no", 404)) as server:
        fetch("--out", "failed", server.url("/a"), status=1)
        command.equal(contents("failed"), {}, "no file")
    with pages.Server(lambda x: x.reply(BIG)) as server:
        os.makedirs("taken/big")
        _, said = fetch("--out", "taken", server.url("/big"), status=1)
        command.equal("taken/big: " in said, True, said)
        command.equal(os.listdir("taken"), ["big"], "nothing left")


def main():
    command.need_command()
    if "fetch needs libtutti-net" in command.run("fetch", "x").stderr.decode():
        command.skip("the command was built without libtutti-net")
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        for part in (names, broken, later, changed, whole_part, stopped, there_already, failures):
            part()
        os.chdir("/")
    print("fetch_files: fine")


main()
