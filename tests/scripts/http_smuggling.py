# SPDX-License-Identifier: MIT
"""Requests that two servers might read differently, through nginx as a proxy to ours: what nginx
believes it has asked, and what ours was asked, are the same. And the same bytes to ours alone."""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

SUPPORT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support")
sys.path.insert(0, SUPPORT)
import peers  # noqa: E402
import ports  # noqa: E402

CONFIG = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 100; }}
http {{
    log_format asked '$request_method $uri $upstream_status';
    access_log {folder}/asked asked;
    client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
    uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
    client_header_timeout 1; client_body_timeout 1; keepalive_timeout 1; lingering_close off;
    proxy_request_buffering {buffering};
    upstream ours {{ server 127.0.0.1:{ours}; keepalive 4; }}
    server {{
        listen 127.0.0.1:{port};
        ignore_invalid_headers off; underscores_in_headers on;
        location / {{
            proxy_pass http://ours; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_set_header Host $http_host; proxy_next_upstream off;
        }}
    }}
}}
"""

HOST = "Host: a\r\n"
POST = "POST /@/a HTTP/1.1\r\n" + HOST
INNER = "GET /@/inner HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n"
N = len(INNER) + 1  # with its number
# Each is followed by one more request, which may be taken for a part of it.
PAIRS = [
    "GET /@/a HTTP/1.1\r\n" + HOST + "\r\n",
    POST + "Content-Length: 3\r\n\r\nabc",
    CHUNKED + "3\r\nabc\r\n0\r\n\r\n",
    CHUNKED + "3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\n",
    POST + f"Content-Length: {N}\r\n\r\n{INNER}",
    POST + f"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{INNER}",
    POST + f"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{INNER}",
    POST + f"Content-Length: 0\r\nContent-Length: {N}\r\n\r\n{INNER}",
    POST + f"Content-Length: {N}, 0\r\n\r\n{INNER}",
    POST + f"Content-Length: +0\r\n\r\n{INNER}",
    POST + f"Content-Length: 0x0\r\n\r\n{INNER}",
    POST + f"Content-Length : {N}\r\n\r\n{INNER}",
    POST + f"Content_Length: {N}\r\n\r\n{INNER}",
    POST + f"Content-Length\x00: {N}\r\n\r\n{INNER}",
    POST + f"Content-Length: 0\r\n {N}\r\n\r\n{INNER}",
    POST + f"X: y\nContent-Length: {N}\r\n\r\n{INNER}",
    POST + f"X: y\rContent-Length: {N}\r\n\r\n{INNER}",
    POST + f"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{INNER}",
    POST + f"Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{INNER}",
    POST + f"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{INNER}",
    POST + f"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n{INNER}",
    POST + f"Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n{INNER}",
    POST + f"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n{INNER}",
    POST + f"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{INNER}",
    f"POST /@/a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{INNER}",
    "GET /@/a HTTP/1.1\r\nHost: a\r\n\n" + INNER,
    "GET /@/a HTTP/1.1\nHost: a\n\n" + INNER,
    CHUNKED + f"0\r\n\n{INNER}",
    CHUNKED + f"0\n\n{INNER}",
    CHUNKED + f"0\r\nX: y\n\n{INNER}",
    CHUNKED + f"3\nabc\n0\n\n{INNER}",
    CHUNKED + f"3\r\nabc\n0\r\n\r\n{INNER}",
    CHUNKED + f"3\r\nabcX\n0\r\n\r\n{INNER}",
    CHUNKED + f"2;\n{INNER}\r\n0\r\n\r\n",
    CHUNKED + f"0x{N:x}\r\n{INNER}\r\n0\r\n\r\n",
    CHUNKED + f"-0\r\n\r\n{INNER}",
    CHUNKED + f" 0\r\n\r\n{INNER}",
    CHUNKED + f"0 \r\n\r\n{INNER}",
    CHUNKED + f"10000000000000000\r\n\r\n{INNER}",
    POST + f"Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc{INNER}",
    POST + f"Upgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 3\r\n\r\nabc{INNER}",
    "GET /@/a\r\n\r\n" + INNER,
    "GET /@/a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + INNER,
    "GET http://b/@/a HTTP/1.1\r\nHost: a\r\n\r\n" + INNER,
    "GET  /@/a HTTP/1.1\r\nHost: a\r\n\r\n" + INNER,
    "\n\nGET /@/a HTTP/1.1\r\nHost: a\r\n\r\n" + INNER,
    "HEAD /@/a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + INNER,
]


class Ours:
    def __init__(self, folder):
        program = os.path.join(folder, "http_noted")
        flags = [f"-fsanitize={peers.SANITIZE}"] if peers.SANITIZE else []
        subprocess.run([os.environ.get("TUTTI_CC", "cc"), "-std=gnu11", "-Wall", "-Wextra",
                        "-Werror", f"-I{peers.SOURCE}/include", "-o", program, *flags,
                        f"{peers.SOURCE}/tests/support/programs/http_noted.c", f"-L{peers.BUILD}",
                        f"-Wl,-rpath,{peers.BUILD}", "-ltutti-net", "-ltutti"], check=True)
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.port = int(self.process.stdout.readline())

    def end(self):
        """What it was asked."""
        text, _ = self.process.communicate(timeout=peers.PATIENCE)
        peers.equal(self.process.returncode, 0, "our end")
        return text.splitlines()


class Proxy:
    def __init__(self, folder, ours, buffering):
        os.mkdir(folder)
        self.folder = folder
        with ports.reserved() as self.port:  # nginx cannot say which one it took
            self.begin(ours, buffering)

    def begin(self, ours, buffering):
        folder = self.folder
        with open(f"{folder}/conf", "w", encoding="ascii") as f:
            f.write(CONFIG.format(folder=folder, ours=ours.port, port=self.port,
                                  buffering=buffering))
        self.process = subprocess.Popen(["nginx", "-p", folder, "-c", f"{folder}/conf"],
                                        stderr=subprocess.DEVNULL)
        while self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.01)
        sys.exit("nginx does not listen")

    def end(self):
        """What ours answered 200. A connection is closed after all that is written about it."""
        self.process.terminate()
        self.process.wait(timeout=peers.PATIENCE)
        with open(f"{self.folder}/asked", encoding="latin-1") as f:
            lines = (line.rsplit(" ", 1) for line in f.read().splitlines())
            return [asked for asked, status in lines if status == "200"]


def say(port, text):
    """All of it at once; then whatever comes until the other side hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=peers.PATIENCE) as s:
        reply = b""
        try:
            s.sendall(text.encode("latin-1"))
            while piece := s.recv(65536):
                reply += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
        return reply


def numbered(i, text):
    last = f"GET /@/last HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n"
    return (text + last).replace("@", f"{i:02d}")


def of_pair(i, asked):
    return [line for line in asked if re.match(rf"\S+ /{i:02d}/", line)]


def compare(folder, buffering):
    ours = Ours(folder)
    proxy = Proxy(os.path.join(folder, "nginx-" + buffering), ours, buffering)
    for i, pair in enumerate(PAIRS):
        say(proxy.port, numbered(i, pair))
    asked, was_asked = proxy.end(), ours.end()
    for i, pair in enumerate(PAIRS):
        got = [line.rsplit(" ", 1)[0] for line in of_pair(i, was_asked)]
        sent = of_pair(i, asked)
        if got != sent:
            sys.exit(f"{pair!r}: nginx asked {sent}, ours was asked {got}")
    peers.equal(len(of_pair(0, was_asked)), 2, "through nginx")


def alone(folder):
    """What is refused is the last, and ends with words that say so."""
    ours, refused = Ours(folder), []
    for i, pair in enumerate(PAIRS):
        reply = say(ours.port, numbered(i, pair))
        if not re.match(rb"HTTP/1\.1 [1245]\d\d ", reply):
            sys.exit(f"{pair!r}: {reply!r:.200}")
        last = [m.start() for m in re.finditer(rb"HTTP/1\.1 \d\d\d ", reply)][-1]
        if b"\r\nConnection: close\r\n" not in reply[last:]:
            sys.exit(f"{pair!r}: it ended without a word")
        refused.append(reply[9:10] in b"45")
    was_asked = ours.end()
    for i, pair in enumerate(PAIRS):
        served = of_pair(i, was_asked)
        if refused[i] and served or not refused[i] and f"/{i:02d}/a" not in served[0]:
            sys.exit(f"{pair!r}: served {served}")
    peers.equal(refused[0] or not any(refused), False, "ours alone")


def main():
    with tempfile.TemporaryDirectory(prefix="tutti-smuggling-") as folder:
        alone(folder)
        if not shutil.which("nginx"):
            peers.skip("no nginx")
        compare(folder, "on")
        compare(folder, "off")


main()
