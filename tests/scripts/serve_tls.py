# SPDX-License-Identifier: MIT
"""`tutti serve --tls-cert`: files over TLS, who is turned away, and how it ends."""
import http.client
import os
import signal
import ssl
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import certificates  # noqa: E402  (the path comes first)
import command  # noqa: E402
import serving  # noqa: E402


def connection(s, trust):
    made = ssl.create_default_context(cafile=trust)
    return http.client.HTTPSConnection("localhost", s.port, context=made,
                                       timeout=command.PATIENCE)


def files(s, trust, big):
    c = connection(s, trust)
    command.equal(serving.ask(c, "GET", "/a.txt")[::2], (200, b"0123456789"), "a file")
    command.equal(serving.ask(c, "GET", "/a.txt", Range="bytes=-2")[::2], (206, b"89"), "a part")
    command.equal(serving.ask(c, "GET", "/none")[0], 404, "none")
    if serving.ask(c, "GET", "/big.bin")[2] != big:
        sys.exit("a large file came otherwise")
    c.close()


def turned_away(s, trust):
    try:
        c = http.client.HTTPSConnection("localhost", s.port, timeout=command.PATIENCE,
                                        context=ssl.create_default_context())
        c.request("GET", "/")
        sys.exit("a client trusts whom it should not")
    except ssl.SSLCertVerificationError:
        s.says(r"tutti: serve: 127\.0\.0\.1:\d+: the other side says: ")
    with s.connect() as c:
        c.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        while c.recv(100):
            pass
    s.says(r"tutti: serve: 127\.0\.0\.1:\d+: the other side does not talk TLS")
    silent = s.connect()  # it holds nobody up
    c = connection(s, trust)
    command.equal(serving.ask(c, "GET", "/a.txt")[0], 200, "after all that")
    c.close()
    return silent


def ends(s, trust):
    """Who is idle is told so: an end with its word, not a connection that was cut."""
    c = connection(s, trust)
    command.equal(serving.ask(c, "GET", "/a.txt")[0], 200, "idle")
    c.sock.suppress_ragged_eofs = False
    s.signal(signal.SIGTERM)
    command.equal(c.sock.recv(100), b"", "the end")
    c.close()


def main():
    serving.need_serve()
    if not certificates.can_be_made():
        command.skip("there is no openssl")
    with tempfile.TemporaryDirectory() as work:
        pem, key = certificates.make(work, "localhost", "DNS:localhost,IP:127.0.0.1")
        both, site = (os.path.join(work, name) for name in ("both.pem", "site"))
        big = os.urandom(1 << 20)
        with open(both, "wb") as out:
            for name in pem, key:
                with open(name, "rb") as f:
                    out.write(f.read())
        os.mkdir(site)
        for name, data in ("a.txt", b"0123456789"), ("big.bin", big):
            with open(os.path.join(site, name), "wb") as f:
                f.write(data)
        for words in ["--tls-cert", pem, "--tls-key", key], ["--tls-cert", both, "--loops", "2"]:
            with serving.Serve("--listen", "127.0.0.1:0", *words, site) as s:
                command.equal(s.line, f"serving {site} at https://127.0.0.1:{s.port}/\n", "line")
                files(s, pem, big)
                silent = turned_away(s, pem)
                ends(s, pem)
                silent.close()
                s.ends()
        got = command.run("serve", "--tls-cert", pem, site)
        command.equal((got.returncode, got.stdout), (1, b""), "no key")
        if not (got.stderr.startswith(b"tutti: serve: " + pem.encode()) and
                got.stderr.endswith(b"; --tls-key FILE names the file that has it\n")):
            sys.exit(f"no key: {got.stderr!r}")
    print("serve_tls: fine")


main()
