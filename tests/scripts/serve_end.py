# SPDX-License-Identifier: MIT
"""How `tutti serve` ends: by signals, in time, leaving nothing; and how it lives with many loops
and few descriptors."""
import os
import re
import resource
import signal
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)
import serving  # noqa: E402

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def read(c, until):
    """What comes up to that text, or to the end."""
    got = b""
    while until not in got:
        more = c.recv(65536)
        if not more:
            break
        got += more
    return got


def begin(s):
    """A request whose handler is at work: it has asked for the body, which is yet to come."""
    c = s.connect()
    c.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
              b"Expect: 100-continue\r\n\r\n")
    command.equal(read(c, CONTINUE), CONTINUE, "a request begins")
    return c


def idle(s):
    c = s.connect()
    c.sendall(b"GET /echo HTTP/1.1\r\nHost: a\r\n\r\n")
    if not read(c, b"Host: a\n\n").endswith(b"Host: a\n\n"):
        sys.exit("no reply")
    return c


def refuses(s):
    try:
        s.connect().close()
        return False
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:  # which comes in the midst of closing
        return False


def gently(number, *loops):
    """Idle connections end at once, a request under way with its reply; nobody else comes in."""
    with serving.Serve("--demo", "--listen", "0", "--grace", "10m", "--quiet", *loops) as s:
        at_work, waiting = begin(s), idle(s)
        s.signal(number)
        command.equal(waiting.recv(100), b"", "an idle connection")
        serving.eventually(lambda: refuses(s), s.said)
        command.equal(s.process.poll(), None, "it waits")
        at_work.sendall(b"data")
        got = read(at_work, b"\n\ndata")
        if b"\r\nConnection: close\r\n" not in got or not got.endswith(b"data"):
            sys.exit(f"the reply to a request under way: {got!r}")
        command.equal(at_work.recv(100), b"", "its connection")
        s.ends()
        command.equal(s.said().replace("tutti: serve: requests under way may finish; once more "
                                       "ends it at once\n", ""), "", "it says nothing else")
        at_work.close()
        waiting.close()


def at_once():
    with serving.Serve("--demo", "--listen", "0", "--grace", "10m") as s:
        c = begin(s)
        s.signal(signal.SIGINT)
        s.says("once more ends it at once")
        s.signal(signal.SIGINT)
        command.equal(c.recv(100), b"", "cut")
        s.ends()
        c.close()


def in_time():
    for grace in "0.1", "0":
        with serving.Serve("--demo", "--listen", "0", "--grace", grace) as s:
            c = begin(s)
            s.signal(signal.SIGTERM)
            command.equal(c.recv(100), b"", "cut")
            s.ends()
            c.close()


def again_at_the_same_place(folder):
    with serving.Serve("--listen", "0", "--quiet", folder) as s:
        port = s.port
        connections = [s.connect() for _ in range(3)]
        s.ask("GET", "/")
    for c in connections:
        c.close()
    for _ in range(3):
        with serving.Serve("--listen", str(port), "--quiet", folder) as s:
            c = s.connect()
            c.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            read(c, b"</html>")
            c.close()
    path = os.path.join(folder, "socket")
    with serving.Serve("--listen", "unix:" + path, folder) as s:
        s.signal(signal.SIGKILL)
        s.ends(-signal.SIGKILL)
    if not os.path.exists(path):
        sys.exit("killed, and yet it has removed its socket")
    with serving.Serve("--listen", "unix:" + path, folder):
        pass
    if os.path.exists(path):
        sys.exit("the socket is still there")


def many_loops():
    """Four requests at work, more than there are loops, and a hundred beside them."""
    with serving.Serve("--demo", "--listen", "0", "-j", "3") as s:
        tasks = f"/proc/{s.process.pid}/task"
        serving.eventually(lambda: len(os.listdir(tasks)) >= 4, lambda: os.listdir(tasks))
        at_work = [begin(s) for _ in range(4)]
        statuses = []
        clients = [threading.Thread(target=lambda: statuses.append(s.ask("GET", "/echo")[0]))
                   for _ in range(100)]
        for t in clients:
            t.start()
        for t in clients:
            t.join()
        command.equal(statuses, [200] * 100, "many loops")
        for c in at_work:
            c.sendall(b"data")
            command.equal(read(c, b"\n\ndata")[-4:], b"data", "many loops")
            c.close()
        serving.eventually(lambda: len(s.said().splitlines()) == 104, s.said)
        for line in s.said().splitlines():
            if not re.fullmatch(r'127\.0\.0\.1 - - \[[^]]+\] "[^"]+" 200 \d+ "-" "-"', line):
                sys.exit(f"lines mix: {line!r}")
    with serving.Serve("--demo", "--listen", "0", "--loops", "0") as s:
        command.equal(s.ask("GET", "/echo")[0], 200, "-j 0")
    gently(signal.SIGTERM, "--loops", "2")


def few_descriptors():
    """Out of descriptors it says so, and goes on when there are some again."""
    with serving.Serve("--demo", "--listen", "0", "--quiet") as s:
        first = [idle(s)]
        used = max(int(fd) for fd in os.listdir(f"/proc/{s.process.pid}/fd")) + 1
        resource.prlimit(s.process.pid, resource.RLIMIT_NOFILE, (used + 3, used + 3))
        first += [idle(s) for _ in range(3)]
        late = [s.connect() for _ in range(6)]
        for c in late:
            c.sendall(b"GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        s.says("cannot accept just now: Too many open files")
        for c in first:
            c.close()
        for c in late:
            command.equal(read(c, b"\n\n")[:12], b"HTTP/1.1 200", "late")
            c.close()
        command.equal(len(s.said().splitlines()), 1, "it says so once")


def log_has_gone():
    """Who reads standard error has gone: the server stays."""
    near, far = os.pipe()
    process = command.start("serve", "--demo", "--listen", "0", stderr=far)
    os.close(far)
    os.close(near)
    port = int(re.search(rb":(\d+)/", process.stdout.readline())[1])
    for _ in range(2):
        c = serving.http.client.HTTPConnection("127.0.0.1", port, timeout=command.PATIENCE)
        command.equal(serving.ask(c, "GET", "/echo")[0], 200, "without a log")
        c.close()
    process.send_signal(signal.SIGTERM)
    command.equal((process.wait(command.PATIENCE), process.stdout.read()), (0, b""), "its end")


def main():
    serving.need_serve()
    gently(signal.SIGINT)
    gently(signal.SIGTERM)
    at_once()
    in_time()
    with tempfile.TemporaryDirectory() as folder:
        again_at_the_same_place(folder)
    many_loops()
    few_descriptors()
    log_has_gone()
    print("serve_end: fine")


main()
