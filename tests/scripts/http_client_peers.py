# SPDX-License-Identifier: MIT
# rows: F124
# ctest: LABELS no-valgrind
"""Our client of HTTP (programs/http_client_peer.c) and servers of other make: CPython's, and where
they are installed aiohttp and nghttpd, which speaks HTTP/2."""
import asyncio
import gzip
import http.server
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

SUPPORT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support")
sys.path.insert(0, SUPPORT)
import certificates  # noqa: E402
import command  # noqa: E402
import ports  # noqa: E402

MUCH = bytes(b"abcdefghijklmnopqrstuvwxyz"[i % 26] for i in range(1 << 20))


def build(folder):
    program = os.path.join(folder, "http_client_peer")
    words = [os.environ.get("TUTTI_CC", "cc"), "-std=gnu11", "-Wall", "-Wextra", "-Werror",
             f"-I{SUPPORT}/../../include", "-o", program, f"{SUPPORT}/programs/http_client_peer.c",
             "-L", command.BUILD, "-ltutti-net", "-ltutti", f"-Wl,-rpath,{command.BUILD}"]
    if os.environ.get("TUTTI_SANITIZE"):
        words.append("-fsanitize=" + os.environ["TUTTI_SANITIZE"])
    subprocess.run(words, check=True)
    return program


def total(data):
    s = 0
    for byte in data:
        s = (s * 31 + byte) & 0xFFFFFFFF
    return s


def line(data, status=200, shown=True):
    head = f"{status} {len(data)} {total(data)}"
    return f"{head} {data[:60].decode()}".rstrip() if shown else head


def same(got, expected):
    got, expected = [text.rstrip() for text in got], [text.rstrip() for text in expected]
    if got != expected:
        sys.exit(f"got\n    {got!r:.1000}\ninstead of\n    {expected!r:.1000}")


class Client:
    def __init__(self, program, place, **environment):
        self.program, self.place = program, place
        self.environment = dict(os.environ, **environment)

    def lines(self, what, *paths, more=()):
        urls = [self.place + path for path in paths]
        done = subprocess.run([self.program, what, *urls, *more], stdout=subprocess.PIPE,
                              env=self.environment, check=True, timeout=command.PATIENCE)
        return done.stdout.decode().split("\n")[:-1]


# -- CPython's own ---------------------------------------------------------------------------------

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, data, *headers, chunked=False):
        self.send_response(200)
        for name, value in headers:
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for at in range(0, len(data), 7777):
                piece = data[at:at + 7777]
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    def do_GET(self):
        if self.path == "/gzip":
            self.answer(gzip.compress(MUCH), ("Content-Encoding", "gzip"))
        elif self.path == "/chunked":
            self.answer(MUCH, chunked=True)
        elif self.path == "/both":
            self.answer(gzip.compress(MUCH), ("Content-Encoding", "gzip"), chunked=True)
        elif self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/page?moved")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path.startswith("/page"):
            self.answer(self.path.encode())
        else:
            self.send_error(404)

    def do_POST(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Type"] == "application/x-www-form-urlencoded":
            body = repr(urllib.parse.parse_qs(body.decode())).encode()
        self.answer(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 200  # or the system drops those who come at once


def pages(client):
    paths = ["/page", "/gzip", "/chunked", "/both", "/moved", "/none"]
    got = client.lines("get", *paths)
    same(got[:-1], [line(b"/page"), line(MUCH), line(MUCH), line(MUCH), line(b"/page?moved")])
    if not got[-1].startswith("404 "):
        sys.exit(got[-1])
    many = [f"/page?{i}" for i in range(100)]
    same(client.lines("get", *many), [line(path.encode()) for path in many])
    same(client.lines("stream", "/chunked"), [line(MUCH, shown=False)])
    same(client.lines("stream", "/both"), [line(MUCH, shown=False)])


def bodies(client):
    same(client.lines("post", "/", more=["a body"]), [line(b"a body")])
    same(client.lines("form", "/", more=["ä&=", "ö +%"]),
         [line(repr({"ä&=": ["ö +%"]}).encode())])
    same(client.lines("upload", "/", more=["300000"]), [line(b"u" * 300000)])


def python_server(program, folder):
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = Client(program, f"http://127.0.0.1:{server.server_port}")
    pages(client)
    bodies(client)
    server.shutdown()
    server.server_close()
    python_encrypted(program, folder)


def certify(folder):
    """The authority's file, and those of the server: certificate and key."""
    authority = certificates.make(folder, "authority")
    return authority[0], certificates.make(folder, "localhost", "DNS:localhost,IP:127.0.0.1",
                                           authority)


def python_encrypted(program, folder):
    if not certificates.can_be_made():
        return print("skipped: there is no openssl")
    authority, (pem, key) = certify(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = f"https://127.0.0.1:{server.server_port}"
    pages(Client(program, place, TRUST=authority))
    bodies(Client(program, place, TRUST=authority))
    said = Client(program, place).lines("get", "/page")[0]
    if not said.startswith("TUTTI_EUNTRUSTED 127.0.0.1:"):
        sys.exit(said)
    server.shutdown()
    server.server_close()
    return None


# -- aiohttp ---------------------------------------------------------------------------------------

def aiohttp_server(program, _):
    try:
        from aiohttp import web
    except ImportError:
        return print("skipped: there is no aiohttp")
    loop, place = asyncio.new_event_loop(), []
    ready = threading.Event()

    async def page(request):
        await asyncio.sleep(0.05)
        return web.Response(text=request.path_qs)

    async def packed(_):
        response = web.Response(body=MUCH)
        response.enable_compression()
        return response

    async def echo(request):
        return web.Response(body=await request.read())

    async def start():
        app = web.Application(client_max_size=1 << 24)
        app.add_routes([web.get("/page", page), web.get("/packed", packed), web.post("/", echo)])
        runner = web.AppRunner(app)
        await runner.setup()
        sock = socket.create_server(("127.0.0.1", 0))
        place.append(f"http://127.0.0.1:{sock.getsockname()[1]}")
        await web.SockSite(runner, sock).start()
        ready.set()

    threading.Thread(target=lambda: (loop.create_task(start()), loop.run_forever()),
                     daemon=True).start()
    ready.wait(command.PATIENCE)
    client = Client(program, place[0])
    many = [f"/page?{i}" for i in range(100)]
    same(client.lines("get", *many), [line(path.encode()) for path in many])
    same(client.lines("get", "/packed"), [line(MUCH)])
    same(client.lines("post", "/", more=["a body"]), [line(b"a body")])
    same(client.lines("upload", "/", more=["300000"]), [line(b"u" * 300000)])
    loop.call_soon_threadsafe(loop.stop)
    return None


# -- HTTP/2 ----------------------------------------------------------------------------------------

def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def nghttpd_server(program, folder):
    if not shutil.which("nghttpd") or not certificates.can_be_made():
        return print("skipped: there is no nghttpd")
    authority, (pem, key) = certify(folder)
    with open(os.path.join(folder, "page"), "wb") as f:
        f.write(MUCH)
    with ports.reserved() as port:
        server = subprocess.Popen(["nghttpd", "-a", "127.0.0.1", "-d", folder, "--echo-upload",
                                   str(port), key, pem], stdout=subprocess.DEVNULL)
        while server.poll() is None and not listens(port):
            time.sleep(0.01)
    try:
        client = Client(program, f"https://127.0.0.1:{port}", TRUST=authority)
        same(client.lines("get", *["/page"] * 50), [line(MUCH)] * 50)
        same(client.lines("stream", "/page"), [line(MUCH, shown=False)])
        same(client.lines("upload", "/", more=["300000"]), [line(b"u" * 300000)])
    finally:
        server.kill()
        server.wait()
    return None


def main():
    with tempfile.TemporaryDirectory() as folder:
        program = build(folder)
        python_server(program, folder)
        aiohttp_server(program, folder)
        nghttpd_server(program, folder)


main()
