# SPDX-License-Identifier: MIT
"""The ways of tutti fetch to a server: by a proxy, by TLS and whom it believes there, in time."""
import base64
import os
import re
import socket
import ssl
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import certificates  # noqa: E402  (the path comes first)
import command  # noqa: E402
import pages  # noqa: E402

ONCE = ["--retries", "0"]
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY", "no_proxy",
           "NO_PROXY")
NO_PROXIES = {k: v for k, v in os.environ.items() if k not in PROXIES}


def fetch(*arguments, status=0, said="", **environment):
    """What it prints; said is a pattern for its words."""
    got = command.run("fetch", *arguments, env={**NO_PROXIES, **environment})
    words = got.stderr.decode()
    if got.returncode != status or not re.fullmatch(said, words):
        sys.exit(f"fetch {arguments}: status {got.returncode}, not {status}: {words!r}")
    return got.stdout.decode()


def fails(*arguments, said, **environment):
    command.equal(fetch(*ONCE, *arguments, status=1, said=said, **environment), "", "what fails")


class Listener:
    """One that hands each connection to a thread of its own."""

    def __init__(self, serve):
        self.serve = serve
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.socket.getsockname()[1]
        self.secure_url = self.url.replace("http", "https") + "/"

    def accept(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.handle, args=(peer,), daemon=True).start()

    def handle(self, peer):
        with peer:
            try:
                self.serve(peer)
            except OSError:
                pass  # it went away

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.socket.close()


def read_head(peer):
    head = b""
    while b"\r\n\r\n" not in head:
        some = peer.recv(1000)
        if not some:
            raise OSError("no more")
        head += some
    return head.decode()


class Tunnels(Listener):
    """A proxy for CONNECT, to one port whatever is asked for; it keeps what it was asked."""

    def __init__(self, port, answer="200 fine"):
        super().__init__(self.tunnel)
        self.port, self.answer, self.heads = port, answer, []

    def tunnel(self, peer):
        self.heads.append(read_head(peer))
        peer.sendall(f"HTTP/1.1 {self.answer}\r\nContent-Length: 0\r\n\r\n".encode())
        if not self.answer.startswith("200"):
            return
        with socket.create_connection(("127.0.0.1", self.port)) as other:
            back = threading.Thread(target=pump, args=(other, peer), daemon=True)
            back.start()
            pump(peer, other)
            back.join()


def pump(a, b):
    try:
        while some := a.recv(65536):
            b.sendall(some)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the other one is gone


def by_proxy():
    """The proxy is asked for the whole URL; the server's name is the proxy's to look up."""
    url = "http://nowhere.invalid/page"
    with pages.Server(lambda x: x.reply(f"{x.path}\n")) as proxy:
        there = proxy.url("")
        for ways in ([["--proxy", there], {}], [["--proxy", there[len("http://"):]], {}],
                     [[], {"http_proxy": there}], [[], {"ALL_PROXY": there}],
                     [["--proxy", there], {"http_proxy": "http://127.0.0.1:1"}]):
            command.equal(fetch(*ways[0], url, **ways[1]), url + "\n", f"{ways}")
        command.equal(fetch("--proxy", "", proxy.url("/near"), http_proxy="http://127.0.0.1:1"),
                      "/near\n", "by none")
        fetch("--proxy", there.replace("//", "//me:secret@"), url)
        command.equal(proxy.asked[-1][1]["Proxy-Authorization"],
                      "Basic " + base64.b64encode(b"me:secret").decode(), "a login")
        command.equal(proxy.asked[-1][1]["Host"], "nowhere.invalid", "Host")


def without_proxy():
    """A proxy that is none."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        there = "127.0.0.1:%d" % s.getsockname()[1]
        fails("--proxy", there, "http://nowhere.invalid/",
              said=rf"tutti: fetch: http://nowhere.invalid/: proxy {there}: Connection refused\n")
    fails("--proxy", "socks5://127.0.0.1:1", "http://nowhere.invalid/",
          said=".*: proxy socks5://127.0.0.1:1: neither http nor https\n")
    fails("--proxy", "http://a b/", "http://nowhere.invalid/", said=".*: proxy http://a b/: .+\n")


def no_url():
    """What is no URL is named, also a word that is empty or looks like a comment; each once."""
    for url, why in (("foo", "it begins with neither http:// nor https://"),
                     ("#x", "it begins with neither http:// nor https://"),
                     ("", '"": it begins with neither http:// nor https://'),
                     ("ftp://x/", "neither http nor https")):
        fails(url, said=f"tutti: fetch: {url}: {why}\n")


def not_tls():
    """A server that speaks HTTP is asked by TLS."""
    with pages.Server(lambda x: x.reply("plain")) as server:
        url = secure(server, "/")
        fails(url, said=rf"tutti: fetch: {url}: 127\.0\.0\.1:\d+: what answers there does not "
              r"speak TLS( \(after .*)?\n")


def secure_server(folder, name, names):
    """(a server by TLS, who signed it): for those names."""
    pem, key = certificates.make(folder, name, names)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(pem, key)
    return pages.Server(lambda x: x.reply(f"{x.path}\n"), context=made), pem


def secure(server, path):
    return server.url(path).replace("http", "https")


def believed(folder):
    """Whom --cacert names, for the name that it has; and everybody with --insecure."""
    server, pem = secure_server(folder, "here", "IP:127.0.0.1")
    other, other_pem = secure_server(folder, "other", "DNS:elsewhere.invalid")
    empty = os.path.join(folder, "empty.pem")
    with open(empty, "w", encoding="ascii") as f:
        f.write("no certificate\n")
    with server, other:
        url, other_url = secure(server, "/a"), secure(other, "/a")
        command.equal(fetch("--cacert", pem, url), "/a\n", "--cacert")
        command.equal(fetch("--insecure", url, other_url), "/a\n/a\n", "--insecure")
        command.equal(fetch("--insecure", "--cacert", other_pem, url), "/a\n", "both")
        place = f"127.0.0.1:{server.port}"
        for options in [], ["--cacert", other_pem]:
            fails(*options, url, said=rf"tutti: fetch: {url}: {place}: .*certificate.*\n")
        fails("--cacert", other_pem, other_url, said=".*: 127.0.0.1:.*127.0.0.1.*\n")
        fails("--cacert", empty, url, said=rf".*{re.escape(empty)}.*\n")
        command.equal(server.paths(), ["/a"] * 3, "who was asked")
        # nor is it asked again: that will not pass
        fetch(url, status=1, said=r".*certificate.*\n")
        through(server.port, pem)


def through(port, pem):
    """By TLS through a proxy: with the server, which the proxy does not hear."""
    with Tunnels(port) as proxy:
        url = f"https://127.0.0.1:{port}/far"
        command.equal(fetch("--proxy", proxy.url, "--cacert", pem, url), "/far\n", "a tunnel")
        command.equal(fetch("--cacert", pem, url, https_proxy=proxy.url), "/far\n", "a tunnel")
        command.equal([head.split("\r\n")[0] for head in proxy.heads],
                      [f"CONNECT 127.0.0.1:{port} HTTP/1.1"] * 2, "CONNECT")
        fails("--proxy", proxy.url, url, said=".*certificate.*\n")
    for answer in "407 who are you", "403 no":
        with Tunnels(port, answer) as proxy:
            fails("--proxy", proxy.url, "--cacert", pem, url, said=f".*{answer[:3]}.*\n")
            command.equal(len(proxy.heads), 1, answer)


def in_time():
    """A connection is made when the other side has said what it has to, not when it listens."""
    gate = threading.Event()

    def silent(peer):
        gate.wait(command.PATIENCE)

    with Listener(silent) as listener:
        place = listener.url[len("http://"):]
        url = listener.secure_url
        fails("--connect-timeout", "0.2", url,
              said=rf"tutti: fetch: {url}: {place}: not connected in time\n")
        fails("--connect-timeout", "0.2", "--proxy", listener.url, "https://nowhere.invalid/",
              said=".*: not connected in time\n")
        fetch("--connect-timeout", "0.2", "--back-off", "0.01", "--retries", "1", url, status=1,
              said=r".*: not connected in time \(after 2 attempts\)\n")
        gate.set()


def main():
    command.need_command()
    if "fetch needs libtutti-net" in command.run("fetch", "x").stderr.decode():
        command.skip("the command was built without libtutti-net")
    with tempfile.TemporaryDirectory() as work:
        by_proxy()
        without_proxy()
        no_url()
        not_tls()
        in_time()
        if not certificates.can_be_made():
            command.skip("all but TLS is fine; there is no openssl to make certificates")
        believed(work)
    print("fetch_ways: fine")


main()
