# SPDX-License-Identifier: MIT
# rows: +tls
# ctest: LABELS no-valgrind
"""Encrypted streams with ends of other make: the openssl command, Python's ssl and asyncio."""
import asyncio
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

SUPPORT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support")
sys.path.insert(0, SUPPORT)
import certificates  # noqa: E402
import command  # noqa: E402

MUCH = bytes(b"abcdefghijklmnopqrstuvwxyz"[i % 26] for i in range(1 << 20))
VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}


def build(folder):
    program = os.path.join(folder, "tls_peer")
    words = [os.environ.get("TUTTI_CC", "cc"), "-std=gnu11", "-Wall", "-Wextra", "-Werror",
             f"-I{SUPPORT}/../../include", "-o", program, f"{SUPPORT}/programs/tls_peer.c",
             "-L", command.BUILD, "-ltutti-net", "-ltutti", f"-Wl,-rpath,{command.BUILD}"]
    if os.environ.get("TUTTI_SANITIZE"):
        words.append("-fsanitize=" + os.environ["TUTTI_SANITIZE"])
    subprocess.run(words, check=True)
    return program


class Server:
    """A program that says on its standard output where it listens, and later what happened."""

    def __init__(self, *words, place=r"(\d+)"):
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.port = int(self.wait_for(place).group(1))

    def wait_for(self, pattern):
        for line in self.process.stdout:
            found = re.search(pattern, line)
            if found:
                return found
        return sys.exit(f"ended without {pattern}")

    def tells(self, expected):
        line = self.process.stdout.readline().rstrip("\n")
        if not line.startswith(expected):
            sys.exit(f"told: {line!r}, not {expected!r}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


def context(trust, version=None, protocols=("echo",)):
    made = ssl.create_default_context(cafile=trust)
    made.set_alpn_protocols(list(protocols))
    if version:
        made.minimum_version = made.maximum_version = VERSIONS[version]
    return made


def same(got, data, what):
    """Is it the data? If not, where it first is not: a megabyte is nothing to print."""
    if got != data:
        at = next((i for i, (a, b) in enumerate(zip(got, data)) if a != b),
                  min(len(got), len(data)))
        sys.exit(f"{what}: of {len(data)} bytes {len(got)} came, the first wrong one at {at}")


# -- our server ------------------------------------------------------------------------------------

def connect(server, made, **options):
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=command.PATIENCE)
    return made.wrap_socket(plain, server_hostname="localhost", **options)


def talk(s, data):
    """Write data on one thread and read it on another; close both halves with their words."""
    got = bytearray()
    writer = threading.Thread(target=s.sendall, args=(data,))
    writer.start()
    while len(got) < len(data):
        got += s.recv(65536)
    writer.join()
    same(got, data, "echo")


def python_asks(server, trust):
    for version in VERSIONS:
        made, session = context(trust, version), None
        for again in "fresh", "resumed":
            s = connect(server, made, session=session)
            talk(s, MUCH)
            command.equal((s.version(), s.selected_alpn_protocol(), s.session_reused),
                          (version, "echo", again == "resumed"), "Python")
            session = s.session
            s.unwrap().close()  # an end on both sides, said and heard
            server.tells(f"{version}, echo, {again}: OK")


def python_goes_wrong(server, trust, other):
    try:
        connect(server, context(other))
        sys.exit("Python trusts whom it should not")
    except ssl.SSLCertVerificationError:
        server.tells("no handshake: TUTTI_EAUTH: the other side says: ")
    try:
        connect(server, context(trust, protocols=["gopher"]))
        sys.exit("no protocol in common, and yet it goes on")
    except ssl.SSLError:
        server.tells("no handshake: EPROTONOSUPPORT: ")
    s = connect(server, context(trust))
    s.close()  # without a word
    server.tells("TLSv1.3, echo, fresh: ECONNRESET")
    with socket.create_connection(("127.0.0.1", server.port)) as plain:
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
        server.tells("no handshake: TUTTI_EPROTO: the other side does not talk TLS")


def asyncio_asks(server, trust):
    async def one():
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port,
                                                       ssl=context(trust),
                                                       server_hostname="localhost")
        writer.write(MUCH)
        got = await reader.readexactly(len(MUCH))
        writer.close()
        await writer.wait_closed()
        return got

    async def several():
        return await asyncio.gather(*(one() for _ in range(5)))

    for got in asyncio.run(several()):
        same(got, MUCH, "asyncio")
        server.tells("TLSv1.3, echo, fresh: OK")


def openssl_asks(server, trust):
    for flag, version in ("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3"):
        words = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile", trust,
                 "-verify_return_error", "-verify_hostname", "localhost", "-servername",
                 "localhost", "-alpn", "echo", flag]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True) as client:
            # A line that begins with K changes the keys and with R begins anew, which is refused.
            letters = "a question\n" + ("K\nanother\n" if version == "TLSv1.3" else "")
            client.stdin.write(letters)
            client.stdin.flush()
            last = letters.splitlines()[-1]
            said = []
            for line in client.stdout:
                said.append(line.rstrip("\n"))
                if said[-1] == last:
                    break
            if "Verify return code: 0 (ok)" not in "\n".join(said) or last not in said:
                sys.exit("openssl: " + "\n".join(said))
            client.stdin.write("R\n" if version == "TLSv1.2" else "Q\n")
            client.stdin.flush()
            rest = client.communicate(timeout=command.PATIENCE)[0]
        if version == "TLSv1.2":
            command.equal("no renegotiation" in rest, True, rest)
            server.tells("TLSv1.2, echo, fresh: ")
        else:
            server.tells("TLSv1.3, echo, fresh: OK")


# -- our client ------------------------------------------------------------------------------------

def asks(program, port, trust, size):
    done = subprocess.run([program, "ask", f"localhost:{port}", trust, str(size)],
                          capture_output=True, text=True, timeout=command.PATIENCE, check=False)
    command.equal((done.returncode, done.stderr), (0, ""), "our client")
    return done.stdout.splitlines()


def python_answers(program, trust, other, pair):
    """A thread for each connection, that blocks: what comes goes back, up to the end."""
    for version in VERSIONS:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(*pair)
        made.set_alpn_protocols(["http/1.1"])
        made.minimum_version = made.maximum_version = VERSIONS[version]
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = threading.Thread(target=answer_three, args=(listener, made))
            server.start()
            port = listener.getsockname()[1]
            command.equal(asks(program, port, trust, len(MUCH)),
                          [f"{version}, http/1.1, fresh: OK", f"{version}, http/1.1, resumed: OK"],
                          "our client and Python")
            refused = asks(program, port, other, 1)
            command.equal(len(refused) == 1 and refused[0].startswith(
                "no handshake: TUTTI_EUNTRUSTED: localhost: its certificate is not trusted"),
                True, refused)
            server.join()


def answer_three(listener, made):
    for _ in range(3):
        plain, _ = listener.accept()
        plain.settimeout(command.PATIENCE)
        try:
            s = made.wrap_socket(plain, server_side=True, suppress_ragged_eofs=False)
        except (ssl.SSLError, OSError):
            plain.close()
            continue
        while True:
            data = s.recv(65536)
            if not data:
                break
            s.sendall(data)
        s.unwrap().close()


def asyncio_answers(program, trust, pair):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*pair)

    async def echo(reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def serve():
        server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=made)
        port = server.sockets[0].getsockname()[1]
        async with server:
            return await asyncio.to_thread(asks, program, port, trust, 1000)

    # It closes all as soon as it hears of an end, with what it has not written yet. So much fits.
    for line in asyncio.run(serve()):
        if not line.startswith("TLSv1.3, none, "):
            sys.exit(line)


def openssl_answers(program, trust, pair):
    words = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", pair[0], "-key", pair[1],
             "-alpn", "echo", "-www"]
    with Server(*words, place=r"^ACCEPT .*:(\d+)") as server:
        # Not what was asked for comes back but a page about the connection.
        lines = asks(program, server.port, trust, 1)
        command.equal(len(lines), 2, lines)
        for line in lines:
            if not line.startswith("TLSv1.3, echo, "):
                sys.exit(line)


def main():
    if not os.path.exists(os.path.join(command.BUILD, "libtutti-net.so")):
        command.skip("libtutti-net was not built")
    if not certificates.can_be_made():
        command.skip("there is no openssl command")
    with tempfile.TemporaryDirectory() as folder:
        program = build(folder)
        authority = certificates.make(folder, "authority")
        other = certificates.make(folder, "other")[0]
        pair = certificates.make(folder, "localhost", "DNS:localhost,IP:127.0.0.1", authority)
        trust = authority[0]
        with Server(program, "serve", *pair) as server:
            python_asks(server, trust)
            python_goes_wrong(server, trust, other)
            asyncio_asks(server, trust)
            openssl_asks(server, trust)
        python_answers(program, trust, other, pair)
        asyncio_answers(program, trust, pair)
        openssl_answers(program, trust, pair)
    print("tls peers: fine")


if __name__ == "__main__":
    main()
