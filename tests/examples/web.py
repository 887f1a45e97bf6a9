# SPDX-License-Identifier: MIT
"""The examples that serve or fetch pages."""
import concurrent.futures
import contextlib
import http.server
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request

from run import Wrong, at_least, below, run, same, stretched, wrong_unless


def p106_crawler_server(program):
    """Three clients at once wait as long as one."""
    names = ["bobo", "jay", "tom"]
    took = []

    def ask(text):
        port = re.search(r"serving on port (\d+)\n", text)
        if not port:
            return False
        start = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            pages = list(pool.map(lambda name: fetch(f"http://127.0.0.1:{port[1]}/{name}"), names))
        took.append((time.monotonic() - start) / stretched(0.25))
        same([re.findall(r"<title>(.*)</title>", page) for page in pages], [[n] for n in names])
        same([re.findall(r'<a id="feng" href="(.*?)"', page) for page in pages],
             [[f"http://127.0.0.1:5000/{name}.html"] for name in names])
        return True

    run(program, "127.0.0.1:0", scale=0.25, stop=ask)
    at_least(took[0], 2)
    below(took[0], 6)


def p104_get_request(program):
    """As the server saw it: params, headers, data, and a host that only a proxy knows."""
    shown(run(program))


def shown(done):
    texts = ["GET 127.0.0.1 Mozilla/5.0 人 & 民", "POST 127.0.0.1 Mozilla/5.0 name=feng",
             "GET feng.example tutti/0.1.0 "]
    same(done.lines, [f"{len(text.encode())} bytes: {text}" for text in texts])


class Visitor:
    """In a chat room: a WebSocket in as few words as will do."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=200)
        self.socket.sendall(b"GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
                            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        self.file = self.socket.makefile("rb")
        same(self.file.readline(), b"HTTP/1.1 101 Switching Protocols\r\n")
        while self.file.readline() != b"\r\n":
            pass

    def say(self, text):
        """As a frame, whose mask of zeroes leaves it as it is."""
        self.socket.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)

    def hear(self):
        head, size = self.file.read(2)
        return head, self.file.read(size)

    def leave(self):
        self.file.close()
        self.socket.close()


def websocket_chat(program):
    """What one says all hear, whoever has left meanwhile; at the end all are told so."""
    inside = []

    def visit(text):
        port = re.search(r"a room on port (\d+)\n", text)
        if not port:
            return False
        for i in range(3):
            inside.append(Visitor(int(port[1])))
            inside[i].say(b"I am %d" % i)
            same(inside[i].hear(), (0x81, b"I am %d" % i))  # it is in the room by now
        same([inside[0].hear() for _ in range(2)], [(0x81, b"I am 1"), (0x81, b"I am 2")])
        inside.pop().leave()
        same(inside[1].hear(), (0x81, b"I am 2"))
        inside[1].say(b"who is left?")
        same([visitor.hear() for visitor in inside], [(0x81, b"who is left?")] * 2)
        page = urllib.request.urlopen(f"http://127.0.0.1:{port[1]}/", timeout=200).read()
        wrong_unless(b"new WebSocket" in page, page)
        return True

    run(program, "127.0.0.1:0", scale=0.1, stop=visit)
    for visitor in inside:
        same(visitor.hear(), (0x88, b"\x03\xe9"))
        visitor.leave()


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=200) as reply:
            same(reply.headers["Content-Type"], "text/html; charset=utf-8")
            return reply.read().decode()
    except OSError as said:
        raise Wrong(f"{url}: {said}") from None


@contextlib.contextmanager
def site(pages, encrypted=False):
    """A server of these pages, as the beginning of its urls."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = pages.get(self.path[1:], "").encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if encrypted:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            context.load_cert_chain(self_signed(folder))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http{'s' if encrypted else ''}://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def self_signed(folder):
    """A file with a key and a certificate that nobody has reason to believe."""
    key, both = os.path.join(folder, "key"), os.path.join(folder, "both")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=nobody", "-days", "2",
                    "-keyout", key, "-out", both], check=True, capture_output=True)
    with open(key, encoding="ascii") as k, open(both, "a", encoding="ascii") as b:
        b.write(k.read())
    return both


# rows: F130 P103
def p103_titles(program):
    done = run(program, scale=0.1)
    same(sorted(done.lines), ["douban", "git", "jd", "python", "taobao"])
    at_least(done.seconds, 5)
    below(done.seconds, 15)
    pages = {name: f"<title>{name}</title>" for name in "abc"}
    pages["long"] = "<title>a</title><title>b</title>"
    pages["lines"] = "<title>\n</title>"
    for encrypted in (False, True):
        if encrypted and not shutil.which("openssl"):
            continue
        with site(pages, encrypted) as url:
            done = run(program, *[url + name for name in ("a", "b", "c", "long", "lines")])
            same(sorted(done.lines), ["a", "a</title><title>b", "b", "c"])
            same(done.err.count("no title"), 1)


def p105_crawler(program):
    done = run(program, scale=0.1)
    same(sorted(done.lines[:3]), ["/bobo.html", "/jay.html", "/tom.html"])
    at_least(done.seconds, 2)
    below(done.seconds, 6)
    pages = {name: f"<p><A ID=feng HREF={name}.html>x" for name in "ab"}
    with site(pages) as url:
        done = run(program, url + "a", url + "none", url + "b")
        same(sorted(done.lines[:3]), ["a.html", "b.html", f"{url}none: no such link"])
        done = run(program, "http://127.0.0.1:1/", url + "a", url + "b")
        same(len([line for line in done.lines if "efused" in line]), 1)
        same(sorted(line for line in done.lines[:3] if "efused" not in line), ["a.html", "b.html"])


def p105_limited(program):
    done = run(program, scale=0.1)
    same(done.lines[5:], [f"{name}: 90 bytes" for name in "abcde"])
    same(sorted(line[-1] for line in done.lines[:5]), list("abcde"))
    at_least(done.seconds, 4)
    below(done.seconds, 7)
