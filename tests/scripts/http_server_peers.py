# SPDX-License-Identifier: MIT
# ctest: LABELS no-valgrind
"""The HTTP server with other people's clients: curl, wget, ab, wrk, h2load, CPython, aiohttp, and
nginx in front of it. What they get is compared byte by byte. Those that are not installed are left
out, aloud. (nghttp speaks HTTP/2 alone; h2load, of the same package, stands for it with --h1.)"""
import email.utils
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)
import serving  # noqa: E402

SUPPORT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support")
SMALL = b"a short line\n"
PIECES = b"".join(bytes([ord("a") + size % 26]) * size for size in range(1, 10001, 97))
BIG = os.urandom(1 << 20)
WHEN = 1000000000


def same(got, want, what):
    if got != want:
        at = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b),
                  min(len(got), len(want)))
        sys.exit(f"{what}: of {len(want)} bytes {len(got)} came, the first wrong one at {at}: "
                 f"{got[at:at + 60]!r}")


def build(folder):
    program = os.path.join(folder, "http_peer")
    words = [os.environ.get("TUTTI_CC", "cc"), "-std=gnu11", "-Wall", "-Wextra", "-Werror",
             f"-I{SUPPORT}/../../include", "-o", program, f"{SUPPORT}/programs/http_peer.c",
             "-L", command.BUILD, "-ltutti-net", "-ltutti", f"-Wl,-rpath,{command.BUILD}"]
    if os.environ.get("TUTTI_SANITIZE"):
        words.append("-fsanitize=" + os.environ["TUTTI_SANITIZE"])
    subprocess.run(words, check=True)
    return program


class Server:
    def __init__(self, program, folder):
        self.process = subprocess.Popen(
            [program, folder], stdout=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def turns(self):
        """With this very request, which is counted when it is over."""
        with urllib.request.urlopen(self.url + "/turns", timeout=command.PATIENCE) as got:
            return int(got.read()) + 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(command.PATIENCE)
        self.process.stdout.close()


def run(*words, cwd=None, data=None):
    got = subprocess.run(words, capture_output=True, timeout=command.PATIENCE, cwd=cwd, input=data,
                         check=False)
    if got.returncode != 0:
        sys.exit(f"{words}: {got.returncode}, {got.stderr[-500:]!r}")
    return got.stdout


# -- one function for each peer --------------------------------------------------------------------

def curl(s, work):
    def get(*words, **options):
        return run("curl", "-sS", "--fail-with-body", *words, **options)

    same(get(s.url + "/small"), SMALL, "curl: small")
    same(get("--http1.0", s.url + "/small"), SMALL, "curl: HTTP/1.0")
    same(get("--http2", s.url + "/small"), SMALL, "curl: an upgrade to HTTP/2 is left alone")
    same(get(s.url + "/pieces"), PIECES, "curl: chunks")
    same(get("--http1.0", s.url + "/pieces"), PIECES, "curl: HTTP/1.0, up to the end")
    same(get(s.url + "/srv/big"), BIG, "curl: a file")
    same(get("-r", "1000-1999", s.url + "/srv/big"), BIG[1000:2000], "curl: a range")
    same(get("-r", "-5", s.url + "/srv/big"), BIG[-5:], "curl: the last bytes")
    part = os.path.join(work, "part")
    with open(part, "wb") as f:
        f.write(BIG[:400000])
    get("-C", "-", "-o", part, s.url + "/srv/big")
    with open(part, "rb") as f:
        same(f.read(), BIG, "curl: the rest of a file")
    head = get("-I", s.url + "/srv/big").decode()
    for line in "HTTP/1.1 200 OK", f"Content-Length: {len(BIG)}", "Accept-Ranges: bytes":
        if line + "\r\n" not in head:
            sys.exit(f"curl: HEAD lacks {line}: {head}")
    code = ["-o", os.path.join(work, "out"), "-w", "%{http_code} %{size_download}"]
    for after, want in (0, f"304 0"), (-1, f"200 {len(BIG)}"):
        date = email.utils.formatdate(WHEN + after, usegmt=True)
        command.equal(get(*code, "-z", date, s.url + "/srv/big"), want.encode(), "curl: -z")
    tag = os.path.join(work, "tag")
    get("--etag-save", tag, *code, s.url + "/srv/big")
    command.equal(get("--etag-compare", tag, *code, s.url + "/srv/big"), b"304 0", "curl: a tag")
    same(get("--data-binary", "@-", s.url + "/echo", data=BIG), BIG, "curl: POST")
    same(get("-H", "Expect: 100-continue", "--expect100-timeout", "1000", "--data-binary", "@-",
             s.url + "/echo", data=BIG), BIG, "curl: POST, asked for")
    same(get("-T", "-", s.url + "/echo", data=BIG), BIG, "curl: PUT in chunks")
    urls = [word for path in ("/small", "/pieces", "/small", "/turns")
            for word in ("-o", os.path.join(work, "out"), s.url + path)]
    command.equal(get("-w", "%{num_connects} ", *urls), b"1 0 0 0 ", "curl: one connection")
    got = subprocess.run(["curl", "-sS", "--path-as-is", s.url + "/srv/../secret"],
                         capture_output=True, timeout=command.PATIENCE, check=False).stdout
    command.equal(got, b"404 Not Found\n", "curl: ..")


def wget(s, work):
    same(run("wget", "-qO-", s.url + "/small"), SMALL, "wget: small")
    same(run("wget", "-qO-", s.url + "/pieces"), PIECES, "wget: chunks")
    folder = os.path.join(work, "wget")
    os.mkdir(folder)
    path = os.path.join(folder, "big")
    with open(path, "wb") as f:
        f.write(BIG[:123456])
    run("wget", "-qc", s.url + "/srv/big", cwd=folder)
    with open(path, "rb") as f:
        same(f.read(), BIG, "wget: the rest of a file")
    command.equal(int(os.stat(path).st_mtime), WHEN, "wget: its time")
    got = subprocess.run(["wget", "-N", s.url + "/srv/big"], cwd=folder, capture_output=True,
                         timeout=command.PATIENCE, check=False, env={**os.environ, "LC_ALL": "C"})
    if got.returncode != 0 or b"not modified" not in got.stderr:
        sys.exit(f"wget: -N: {got.stderr!r}")


def wget_follows_a_list(work):
    """A tree that is copied by the lists of its folders is the tree."""
    tree, copy = os.path.join(work, "tree"), os.path.join(work, "copy")
    names = ["a b", "c&d;e", "q?r=s#t", "100%", "colon:name", "\u00fc\u4e2d.txt", "sub dir/'x'",
             "sub dir/deep<er>/y\"", "~user"]
    os.mkdir(copy)
    for name in names:
        os.makedirs(os.path.dirname(os.path.join(tree, name)), exist_ok=True)
        with open(os.path.join(tree, name), "wb") as f:
            f.write(name.encode() * 100)
    with serving.Serve("--listen", "0", "--quiet", tree) as s:
        run("wget", "-qrnH", "-np", "--restrict-file-names=nocontrol", "-R", "index.html",
            "-e", "robots=off", s.url, cwd=copy)
    for name in names:
        with open(os.path.join(copy, name), "rb") as f:
            same(f.read(), name.encode() * 100, f"wget: {name}")


def ab(s, _):
    for path, size in ("/small", len(SMALL)), ("/srv/big", len(BIG)):
        got = run("ab", "-q", "-k", "-s", "200", "-n", "100", "-c", "8", s.url + path).decode()
        for row, want in (("Complete requests", 100), ("Failed requests", 0),
                          ("Keep-Alive requests", 100), ("HTML transferred", 100 * size)):
            found = re.search(rf"^{row}: +(\d+)", got, re.M)
            if not found or int(found[1]) != want:
                sys.exit(f"ab: {path}: {row} is not {want}: {got}")


def wrk(s, _):
    for path in "/small", "/pieces":
        got = run("wrk", "-t1", "-c16", "-d2s", "--timeout", "200s", s.url + path).decode()
        if not re.search(r"^ +[1-9]\d* requests in", got, re.M) or "rrors" in got or \
                "Non-2xx" in got:
            sys.exit(f"wrk: {got}")


def h2load(s, _):
    got = run("h2load", "--h1", "-n", "200", "-c", "8", s.url + "/pieces").decode()
    if "200 succeeded, 0 failed, 0 errored, 0 timeout" not in got:
        sys.exit(f"h2load: {got}")


def cpython(s, _):
    before = s.turns()
    c = http.client.HTTPConnection("127.0.0.1", s.port, timeout=command.PATIENCE)
    for _ in range(50):
        same(serving.ask(c, "GET", "/small")[2], SMALL, "http.client: small")
        same(serving.ask(c, "GET", "/pieces")[2], PIECES, "http.client: chunks")
        same(serving.ask(c, "HEAD", "/srv/big")[2], b"", "http.client: HEAD")
    blocks = iter([BIG[:1], BIG[1:1000], BIG[1000:]])
    same(serving.ask(c, "POST", "/echo", blocks)[2], BIG, "http.client: POST in chunks")
    c.close()
    command.equal(s.turns(), before + 2, "http.client: one connection")
    with urllib.request.urlopen(s.url + "/srv/big", timeout=command.PATIENCE) as got:
        same(got.read(), BIG, "urllib")


def pipelined(s, _):
    """A thousand requests, then as many replies, in order."""
    n = 1000
    with socket.create_connection(("127.0.0.1", s.port), timeout=command.PATIENCE) as c:
        for i in range(n):
            body = str(i).encode()
            c.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s" %
                      (len(body), body))
        c.shutdown(socket.SHUT_WR)
        got = b""
        while True:
            more = c.recv(65536)
            if not more:
                break
            got += more
    # A body that two reads of the server's found may come back as two chunks.
    replies = re.findall(rb"HTTP/1\.1 200 OK\r\n.*?\r\n\r\n((?:[1-9a-f]\r\n\d+\r\n)+)0\r\n\r\n",
                         got, re.S)
    bodies = [b"".join(reply.split(b"\r\n")[1::2]) for reply in replies]
    wrong = [(i, body) for i, body in enumerate(bodies) if body != b"%d" % i]
    command.equal((len(bodies), wrong[:3]), (n, []), "pipelined")


AIOHTTP = """
import asyncio, aiohttp, hashlib, sys
url, want = sys.argv[1], sys.stdin.buffer.read()
async def blocks():
    for at in range(0, len(want), 100000):
        yield want[at:at + 100000]
async def get(session, path):
    async with session.get(url + path) as got:
        assert got.status == 200, got.status
        return await got.read()
async def main():
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=20)) as session:
        for body in await asyncio.gather(*(get(session, "/small") for _ in range(200))):
            assert body == b"a short line\\n", body
        for body in await asyncio.gather(*(get(session, "/srv/big") for _ in range(5))):
            assert body == want
        async with session.post(url + "/echo", data=blocks()) as got:
            assert await got.read() == want
asyncio.run(main())
"""


def python_with_aiohttp():
    for python in sys.executable, "/usr/bin/python3":
        if subprocess.run([python, "-c", "import aiohttp"], capture_output=True,
                          check=False).returncode == 0:
            return python
    return None


def aiohttp(s, _):
    run(python_with_aiohttp(), "-c", AIOHTTP, s.url, data=BIG)


# -- nginx in front of ours ------------------------------------------------------------------------

NGINX = """
daemon off;
master_process off;
pid {work}/pid;
error_log {work}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_max_body_size 10m;
    client_body_temp_path {work}/body;
    proxy_temp_path {work}/proxy;
    fastcgi_temp_path {work}/fastcgi;
    uwsgi_temp_path {work}/uwsgi;
    scgi_temp_path {work}/scgi;
    upstream ours {{ server 127.0.0.1:{port}; keepalive 4; }}
    server {{
        listen unix:{work}/socket;
        location / {{
            proxy_pass http://ours;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_request_buffering off;
        }}
    }}
}}
"""


def unix_connection(path):
    c = http.client.HTTPConnection("localhost", timeout=command.PATIENCE)
    c.sock = socket.socket(socket.AF_UNIX)
    c.sock.settimeout(command.PATIENCE)
    c.sock.connect(path)
    return c


def can_connect(path):
    try:
        unix_connection(path).close()
        return True
    except OSError:
        return False


def through_nginx(s, path):
    before = s.turns()
    c = unix_connection(path)
    for _ in range(20):
        same(serving.ask(c, "GET", "/small")[2], SMALL, "nginx: small")
        same(serving.ask(c, "GET", "/pieces")[2], PIECES, "nginx: chunks")
    same(serving.ask(c, "GET", "/srv/big")[2], BIG, "nginx: a file")
    got, _, body = serving.ask(c, "GET", "/srv/big", Range="bytes=5-9")
    command.equal((got, body), (206, BIG[5:10]), "nginx: a range")
    same(serving.ask(c, "POST", "/echo", BIG)[2], BIG, "nginx: POST")
    same(serving.ask(c, "POST", "/echo", iter([BIG[:7], BIG[7:]]))[2], BIG,
         "nginx: POST in chunks")
    command.equal(serving.ask(c, "HEAD", "/srv/big")[2], b"", "nginx: HEAD")
    command.equal(serving.ask(c, "GET", "/none")[0], 404, "nginx: 404")
    c.close()
    command.equal(s.turns(), before + 2, "nginx: one connection to ours")


def nginx(s, work):
    folder = os.path.join(work, "nginx")
    os.mkdir(folder)
    settings = os.path.join(folder, "nginx.conf")
    with open(settings, "w", encoding="utf-8") as f:
        f.write(NGINX.format(work=folder, port=s.port))
    program = subprocess.Popen(["nginx", "-c", settings, "-p", folder, "-e",
                                os.path.join(folder, "error.log")], stderr=subprocess.PIPE)
    try:
        path = os.path.join(folder, "socket")
        serving.eventually(lambda: program.poll() is not None or can_connect(path), lambda: "nginx")
        if program.poll() is not None:
            sys.exit(f"nginx: {program.stderr.read()!r}")
        through_nginx(s, path)
    finally:
        program.kill()
        program.communicate()


def main():
    if not os.path.exists(os.path.join(command.BUILD, "libtutti-net.so")):
        command.skip("libtutti-net was not built")
    os.environ["PATH"] += os.pathsep + "/usr/sbin"
    with tempfile.TemporaryDirectory() as work:
        program, folder = build(work), os.path.join(work, "files")
        os.mkdir(folder)
        for path, data in (os.path.join(folder, "big"), BIG), (os.path.join(work, "secret"), b"s"):
            with open(path, "wb") as f:
                f.write(data)
            os.utime(path, (WHEN, WHEN))
        with Server(program, folder) as s:
            cpython(s, work)
            pipelined(s, work)
            for peer in curl, wget, ab, wrk, h2load, nginx:
                if shutil.which(peer.__name__):
                    peer(s, work)
                else:
                    print("left out:", peer.__name__, "is not installed")
            if python_with_aiohttp():
                aiohttp(s, work)
            else:
                print("left out: aiohttp is not installed")
        if shutil.which("wget") and os.access(command.TUTTI, os.X_OK):
            wget_follows_a_list(work)
    print("http_server_peers: fine")


main()
