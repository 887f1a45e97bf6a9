# SPDX-License-Identifier: MIT
"""tutti fetch: order, how many at once, what is tried again, what fails, and what is said of it."""
import itertools
import json
import os
import re
import socket
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)
import pages  # noqa: E402


PIECE = 400000
LONG = "".join(f"line {n}\n" for n in range(90000))  # somewhat less than three pieces


def fetch(*arguments, status=0, said="", **options):
    """What it prints; said is a pattern for its words."""
    got = command.run("fetch", *arguments, **options)
    words = got.stderr.decode()
    if got.returncode != status or not re.fullmatch(said, words):
        sys.exit(f"fetch {arguments}: status {got.returncode}, not {status}: {words!r}")
    return got.stdout.decode()


def order():
    """As they were given, though the last one is there first."""
    gates = {f"/{n}": threading.Event() for n in range(5)}
    gates["/4"].set()
    chained = True

    def answer(x):
        gates[x.path].wait(command.PATIENCE)
        if chained and x.path != "/0":  # each lets the one before it go
            gates[f"/{int(x.path[1:]) - 1}"].set()
        x.reply(f"page {x.path}\n")

    with pages.Server(answer) as server:
        urls = [server.url(path) for path in gates]
        want = "".join(f"page /{n}\n" for n in range(5))
        command.equal(fetch(*urls), want, "bodies in order")
        gates["/0"].clear()
        chained = False
        process = command.start("fetch", "--json", "--unordered", *urls[:2])
        command.equal(json.loads(process.stdout.readline())["index"], 2, "unordered")
        gates["/0"].set()
        command.equal(json.loads(process.stdout.readline())["index"], 1, "unordered")
        command.equal(process.communicate(timeout=command.PATIENCE), (b"", b""), "unordered")


def many():
    """2,000, from standard input, with comments and blanks, in order."""
    first, two = itertools.count(), threading.Barrier(2)

    def answer(x):
        if next(first) < 2:  # of whom neither is answered before the other has asked
            two.wait(command.PATIENCE)
        x.reply(pages.title(x.path))

    with pages.Server(answer) as server:
        urls = [server.url(f"/{n}") for n in range(2000)]
        text = "# pages\n\n" + "\n".join(f"  {url}\r" for url in urls)
        out = fetch("--title", input=text.encode())
        command.equal(out.split("\n"), [f"/{n}" for n in range(2000)] + [""], "2,000 titles")
        if not 1 < server.most[""] <= 100:
            sys.exit(f"{server.most[''] } at once")
        command.equal(fetch("--title", "-a", "-", urls[7], input=urls[8].encode()), "/7\n/8\n",
                      "arguments and a file")


def at_once():
    """No more than -j, and that many; of one host no more than --per-host."""
    full = threading.Semaphore(0)
    gate = threading.Event()

    def answer(x):
        full.release()
        gate.wait(command.PATIENCE)
        x.reply("x")

    def run(server, hosts, *options):
        urls = [server.url(f"/{n}", host) for host in hosts for n in range(20)]
        process = command.start("fetch", "--json", *options, *urls)
        return process, len(urls)

    for hosts, options, total, each in (
            (["127.0.0.1"], ["-j", "7"], 7, 7),
            (["127.0.0.1", "127.0.0.2", "127.0.0.3"], ["--per-host", "4"], 12, 4),
            (["127.0.0.1", "127.0.0.2"], ["--per-host", "4", "-j", "6"], 6, 4)):
        gate.clear()
        with pages.Server(answer, "0.0.0.0") as server:
            process, count = run(server, hosts, *options)
            for _ in range(total):
                full.acquire(timeout=command.PATIENCE)
            gate.set()
            out, said = process.communicate(timeout=command.PATIENCE)
            command.equal((process.returncode, said, len(out.splitlines())), (0, b"", count),
                          f"{options}")
            while full.acquire(blocking=False):
                pass
            most = dict(server.most)
            command.equal(most.pop(""), total, f"{options}: at once")
            command.equal(max(most.values()), each, f"{options}: of one host")


def some_more(x, whole):
    """A piece of it from where it is asked for, and the connection breaks."""
    begin = int((x.headers["Range"] or "bytes=0-")[len("bytes="):-1])
    command.equal(x.headers["If-Range"], '"tag"' if begin else None, "If-Range")
    x.reply(whole[begin:begin + PIECE], 206 if begin else 200, ETag='"tag"',
            Content_Range=f"bytes {begin}-{len(whole) - 1}/{len(whole)}" if begin else None,
            Content_Length=len(whole) - begin)
    if begin + PIECE < len(whole):
        x.cut()


def again():
    """What may pass is tried again, what may not is not; each failure is said once, in order."""
    count = {}

    def answer(x):
        n = count[x.path] = count.get(x.path, 0) + 1
        if x.path in ("/503", "/429") and n <= 2:
            x.reply("later", int(x.path[1:]), Retry_After="0")
        elif x.path == "/cut":
            some_more(x, LONG.encode())
        elif x.path == "/always":
            x.reply("no", 500)
        elif x.path == "/never":
            x.reply("no", 404)
        elif x.path == "/nobody":
            x.cut()
        else:
            x.reply(f"fine {x.path}\n")

    quick = ["--back-off", "0.01"]
    with pages.Server(answer) as server:
        def of(*paths):
            return [server.url(path) for path in paths]

        command.equal(fetch(*quick, *of("/503", "/429", "/cut", "/x")),
                      "fine /503\nfine /429\n" + LONG + "fine /x\n", "tried again")
        command.equal(count, {"/503": 3, "/429": 3, "/cut": 3, "/x": 1}, "how often")
        said = "".join(rf"tutti: fetch: {re.escape(server.url(path))}: {why}\n" for path, why in (
            ("/never", "status 404"), ("/always", r"status 500 \(after 3 attempts\)"),
            ("/nobody", r".*\(after 3 attempts\)")))
        out = fetch(*quick, *of("/never", "/a", "/always", "/nobody", "/b"), status=1, said=said)
        command.equal(out, "fine /a\nfine /b\n", "the others")
        command.equal((count["/never"], count["/always"]), (1, 3), "how often")
        if count["/nobody"] < 3:  # more: a connection that was kept may just have been too old
            sys.exit(f"/nobody: asked {count['/nobody']} times")
        count.clear()
        fetch(*quick, "--retries", "0", "--quiet", *of("/503"), status=1)
        fetch(*quick, "--data", "x", "--quiet", *of("/always"), status=1)
        command.equal(count, {"/503": 1, "/always": 1}, "no retries; a POST")


def long_wait():
    """Who says that it will take an hour is not waited for."""
    with pages.Server(lambda x: x.reply("no", 503, Retry_After="3600")) as server:
        fetch(server.url("/"), status=1, said=".*status 503\n")
        command.equal(len(server.asked), 1, "an hour")


def refused():
    """No URL, no server, no HTTP."""
    once = ["--retries", "0"]
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        fetch(*once, f"http://127.0.0.1:{s.getsockname()[1]}/", status=1, said=".*efused\n")
    for bad in ("nothing", "ftp://127.0.0.1/x", "http://", "http://a b/"):
        fetch(bad, status=1, said=f"tutti: fetch: {re.escape(bad)}: .+\n")
    with socket.create_server(("127.0.0.1", 0)) as server:
        def speak():
            peer, _ = server.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(b"220 mail.example.org ESMTP\r\n")

        threading.Thread(target=speak, daemon=True).start()
        fetch(*once, f"http://127.0.0.1:{server.getsockname()[1]}/", status=1,
              said="tutti: fetch: .+\n")


def limits():
    """Of time, of silence, of size."""
    gate = threading.Event()

    def answer(x):
        if x.path == "/big":
            x.reply(b"x" * 1000)
            return
        if x.path == "/silent":
            x.send_response(200)
            x.send_header("Content-Length", "10")
            x.end_headers()
            x.wfile.write(b"half ")
            x.wfile.flush()
        gate.wait(command.PATIENCE)

    once = ["--retries", "0"]
    with pages.Server(answer) as server:
        for path in "/silent", "/mute":
            fetch(*once, "--json", "--timeout", "0.2", server.url(path), status=1,
                  said=".*took longer than 0.2 s\n")
            fetch(*once, "--json", "--stall", "0.2", server.url(path), status=1,
                  said=".*nothing came for 0.2 s\n")
        # on a busy machine it takes a while until it is asked for
        fetch(*once, "--max-time", "2", "--json", server.url("/silent"), status=1,
              said=".*time was up\ntutti: fetch: --max-time is over, .*\n")
        fetch("--max-size", "999", server.url("/big"), status=1, said=".*999 bytes\n")
        command.equal(fetch("--max-size", "1000", server.url("/big")), "x" * 1000, "just fits")
        gate.set()


def requests():
    """What the server gets to see."""
    def answer(x):
        size = int(x.headers.get("Content-Length") or 0)
        x.reply(f"{x.command} {x.headers['User-Agent']} {x.headers['X-Word']} "
                f"{x.headers['Authorization']} {x.rfile.read(size).decode()}\n")

    def redirect(x):
        if x.path == "/end":
            x.reply("the end\n")
        else:
            x.reply("", 302, Location="/end")

    with pages.Server(answer) as server:
        out = fetch("-H", "X-Word: one", "--user", "me:secret", server.url("/"))
        if not re.fullmatch(r"GET tutti/[\d.]+ one Basic bWU6c2VjcmV0 \n", out):
            sys.exit(f"the server saw {out!r}")
        out = fetch("--user-agent", "me", "--data", "a=b", server.url("/"))
        command.equal(out, "POST me None None a=b\n", "a body")
        command.equal(fetch("--method", "PUT", "--user-agent", "me", server.url("/")),
                      "PUT me None None \n", "a method")
    with pages.Server(redirect) as server:
        got = json.loads(fetch("--json", server.url("/begin")))
        command.equal((got["status"], got["final"], got["bytes"]),
                      (200, server.url("/end"), 8), "redirected")
        fetch("--redirects", "0", "--json", server.url("/begin"))
        command.equal(server.paths().count("/end"), 1, "not followed")


def objects():
    with pages.Server(lambda x: x.reply("x" * 10, 404 if x.path == "/no" else 200)) as server:
        lines = fetch("--json", server.url("/a"), server.url("/no"), status=1, said=".*404\n")
    good, bad = map(json.loads, lines.splitlines())
    command.equal((good["index"], good["url"], good["status"], good["bytes"], good["attempts"],
                   good["type"]),
                  (1, server.url("/a"), 200, 10, 1, "text/html; charset=utf-8"), "an object")
    command.equal((bad["index"], bad["status"], bad["error"]["text"]), (2, 404, "status 404"),
                  "a failed one")
    if not 0 <= good["seconds"] < command.PATIENCE:
        sys.exit(f"seconds: {good}")


def misused():
    for words in (["--title", "--xpath", "//a", "x"], ["--continue", "x"], ["--tag", "x"],
                  ["-j", "0", "x"], ["-j", "x", "x"], ["--nothing"], ["--timeout", "x", "x"],
                  ["--unordered", "x"], ["--out"], ["--first", "x"], ["-H", "nothing", "x"],
                  ["--out", "x", "--title", "x"], ["--max-size", "-1", "x"]):
        fetch(*words, status=2, said=r"tutti: fetch: .+\nTry 'tutti fetch --help'.\n")
    fetch("-a", "nowhere/at/all", status=2, said=".*nowhere/at/all: No such file.*\n")
    fetch("--cacert", "nowhere/at/all", "x", status=2, said=".*nowhere/at/all: .+\n")
    fetch("--out", "/dev/null/x", "x", status=2, said=".*/dev/null/x: .+\n")
    command.equal(fetch(input=b""), "", "nothing to do")


def as_a_job():
    """tutti map has it too, on every engine."""
    with pages.Server(lambda x: x.reply(pages.title(x.path), 404 if x.path == "/no" else 200)) \
            as server:
        urls = [server.url(f"/{n}") for n in range(8)]
        for on in ("tasks", "threads", "processes:2", "inline"):
            got = command.run("map", "--on", on, "title", *urls)
            command.equal((got.returncode, got.stdout.decode(), got.stderr),
                          (0, "".join(f"/{n}\n" for n in range(8)), b""), f"titles on {on}")
        got = command.run("map", "--json", "--on", "tasks", "--keep-going", "fetch", urls[0],
                          server.url("/no"))
        good, bad = map(json.loads, got.stdout.splitlines())
        command.equal((got.returncode, good["result"]), (1, pages.title("/0")), "a page")
        if "404" not in bad["error"]["text"]:
            sys.exit(f"a failed job: {bad}")


def main():
    command.need_command()
    if "fetch needs libtutti-net" in command.run("fetch", "x").stderr.decode():
        command.skip("the command was built without libtutti-net")
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        for part in (order, many, at_once, again, long_wait, refused, limits, requests, objects,
                     misused, as_a_job):
            part()
    print("fetch: fine")


main()
