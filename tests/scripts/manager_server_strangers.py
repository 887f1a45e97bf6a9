# SPDX-License-Identifier: MIT
# rows: F136 +peers
# ctest: TIMEOUT 900 LABELS no-valgrind
"""Our manager and what comes to its port that is no client, or a client that talks nonsense: it
says nothing to who has not proved the key, forgets who does not say anything, and goes on. And its
limits, its addresses and its own proxies, with every CPython that is found here.
"""
import multiprocessing
import os
import pickle
import queue
import signal
import socket
import struct
import sys
import tempfile
import time
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import manager_client  # noqa: E402
import manager_peers  # noqa: E402
import peers  # noqa: E402
from manager_peers import KEY  # noqa: E402

HEAD = struct.Struct("!i")
HEARD = (b"", 0), (HEAD.pack(59) + b"#CHALLENGE#{sha256}", 63)
FAILURE = HEAD.pack(9) + b"#FAILURE#"


def frame(body):
    return HEAD.pack(len(body)) + body


def raw(server):
    s = socket.create_connection(("127.0.0.1", server.port))
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", peers.PATIENCE, 0))
    return s


def rest(s):
    """All that still comes, to the end, however it comes."""
    got = b""
    try:
        while True:
            data = s.recv(65536)
            if not data:
                return got
            got += data
    except ConnectionResetError:
        return got


def exactly(s, n):
    got = b""
    while len(got) < n:
        data = s.recv(n - len(got))
        if not data:
            sys.exit(f"closed after {got!r}")
        got += data
    return got


def message(s):
    return exactly(s, HEAD.unpack(exactly(s, 4))[0])


def proved(server):
    """A connection whose handshake is done."""
    s = raw(server)
    connection = Connection(os.dup(s.fileno()))
    answer_challenge(connection, KEY.encode())
    deliver_challenge(connection, KEY.encode())
    connection.close()
    return s


def alive(server):
    q = manager_client.connect(server.address, KEY).get_task_queue()
    q.put("still here")
    peers.equal(q.get(timeout=30), "still here", "an item")


def eventually(condition, what):
    end = time.monotonic() + peers.PATIENCE
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"never: {what}")
        time.sleep(0.01)


# -- before the key is proved --------------------------------------------------------------------

NO_ANSWERS = (frame(b"x" * 16), frame(b"{sha256}" + b"x" * 32), frame(b"{md5}" + b"x" * 16),
              frame(b"x" * 32), frame(b"{sha512}" + b"x" * 64), frame(b"{sha256}"), frame(b"{"),
              frame(b"#WELCOME#"), frame(b"x" * 256))
NO_FRAMES = (frame(b""), HEAD.pack(257) + b"x" * 257, HEAD.pack(0x7fffffff), HEAD.pack(-2),
             HEAD.pack(-1) + struct.pack("!Q", 1 << 40), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
             b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\0" * 300, b"\xff" * 300)


def wrong_answers(server):
    """At most that it failed, and never a word more."""
    for data in NO_ANSWERS + NO_FRAMES:
        with raw(server) as s:
            challenge = message(s)
            peers.equal((challenge[:19], len(challenge)), (b"#CHALLENGE#{sha256}", 59), "challenge")
            s.sendall(data)
            said = rest(s)
            if said != FAILURE and (said or data in NO_ANSWERS):
                sys.exit(f"to {data!r:.60} it says {said!r:.200}")
    challenges = set()
    for _ in range(5):
        with raw(server) as s:
            challenges.add(message(s))
    peers.equal(len(challenges), 5, "challenges, each another")


def leaves_in_the_middle(server):
    """At any byte of the handshake."""
    for upto in range(0, 90, 7):
        with raw(server) as s:
            s.sendall((frame(b"y" * 16) + frame(b"#CHALLENGE#" + b"z" * 40) + b"\0\0\0")[:upto])


def by_bytes(server):
    """The whole of a client's talk in pieces of one byte; and its request with its verdict."""
    for piece in 1, 1000:
        with raw(server) as s:
            ends = socket.socketpair()
            ours = Connection(ends[0].detach())
            ours.send_bytes(message(s))
            relay = Connection(os.dup(ends[1].fileno()))
            answer = answered(relay)
            s.sendall(frame(answer))
            peers.equal(message(s), b"#WELCOME#", "the verdict")
            request = pickle.dumps((None, "dummy", (), {}), 4)
            text = b"#CHALLENGE#" + b"0123456789" * 2
            data = frame(text) + frame(b"#WELCOME#") + frame(request)
            for at in range(0, len(data), piece):
                s.sendall(data[at:at + piece])
            peers.equal(len(message(s)), 16, "its digest, as of old")
            peers.equal(pickle.loads(message(s)), ("#RETURN", None), "the reply")
            peers.equal(rest(s), b"", "after it")
            for end in ours, relay, ends[1]:
                end.close()


def answered(relay):
    """What Python would answer to the challenge in it."""
    class Half:
        def __init__(self, end):
            self.end, self.said = end, None

        def recv_bytes(self, size=None):
            return self.end.recv_bytes(size) if self.said is None else b"#WELCOME#"

        def send_bytes(self, data):
            self.said = data

    half = Half(relay)
    answer_challenge(half, KEY.encode())
    return half.said


def strangers(program):
    """More than it wants to know, who say nothing: clients get in nevertheless, and those go."""
    with manager_peers.ours(program, "strangers=20", "handshake=1") as server:
        alive(server)
        before = server.sockets()
        idle = [raw(server) for _ in range(60)]
        alive(server)
        for s in idle:
            said = rest(s)  # who had to go at once may not even have heard the challenge
            peers.equal((said[:23], len(said)) in HEARD, True, said)
            s.close()
        eventually(lambda: server.sockets() <= before, "all of them are forgotten")


# -- after it ------------------------------------------------------------------------------------

CLOSED = frame(b""), HEAD.pack(-2), HEAD.pack(-0x80000000)
TOO_LARGE = (HEAD.pack(0x7fffffff), HEAD.pack(-1) + struct.pack("!Q", 1 << 62),
             HEAD.pack(65 << 20) + b"x" * 1000)
NESTED = b"\x80\x04" + b"(" * 60000 + b"."
SPARSE = b"\x80\x04Nr\xff\xff\xff\x07."
DOUBLED = b"\x80\x04]\x940" + b"".join(b"h%ch%c\x86\x940" % (i, i) for i in range(60)) + b"h\x3c."
NONSENSE = (b"<?xml version='1.0'?>", b"x", b"\x80\x04.", b"\x80\x04N.", b"\x80\x04]", NESTED,
            SPARSE, DOUBLED,
            pickle.dumps("text"), pickle.dumps((1, 2)), pickle.dumps((None, "dummy", ())),
            pickle.dumps((None, 7, (), {})), pickle.dumps((None, "dummy", [], {})),
            pickle.dumps((None, "dummy", (), [])), pickle.dumps((3, "get", (), {})),
            pickle.dumps((None, "dummy", (), {1: 2})), pickle.dumps(("nope", "get", (), {})),
            pickle.dumps((None, None, (), {})), pickle.dumps([None, "dummy", (), {}]),
            b"\x80\x04cos\nsystem\n\x8c\x04true\x85R.",
            pickle.dumps((None, "dummy", (), {}), 4)[:-3])


def first_requests(server):
    """Nothing that can be answered: it says so, and closes."""
    for data in [frame(body) for body in NONSENSE] + list(CLOSED):
        with proved(server) as s:
            s.sendall(data)
            said = rest(s)
            if data not in CLOSED:
                kind, text = pickle.loads(said[4:])
                peers.equal((kind, type(text), "/" in text), ("#TRACEBACK", str, False), data[:60])
    alive(server)


def object_connection(server):
    s = proved(server)
    ask(s, (None, "accept_connection", ("stranger",), {}))
    return s


def ask(s, request):
    s.sendall(frame(request if isinstance(request, bytes) else pickle.dumps(request, 4)))
    return pickle.loads(message(s))


def later_requests(server):
    """A call that makes no sense is told so, and the next one is as before."""
    q = manager_client.connect(server.address, KEY).get_task_queue()
    with object_connection(server) as s:
        for body in NONSENSE:
            kind, text = ask(s, body)
            peers.equal((kind, type(text)), ("#TRACEBACK", str), body[:60])
            peers.equal(ask(s, (q._id, "qsize", (), {})), ("#RETURN", 0), body[:60])
    for data in CLOSED:
        with object_connection(server) as s:
            s.sendall(data)
            peers.equal(rest(s), b"", data[:60])
    for data in TOO_LARGE:  # it may read on, to say so behind the last byte of it
        with object_connection(server) as s:
            s.sendall(data)
            alive(server)


def long_heads(server):
    """Eight bytes for a size that would do with four."""
    q = manager_client.connect(server.address, KEY).get_task_queue()
    with object_connection(server) as s:
        body = pickle.dumps((q._id, "full", (), {}), 4)
        s.sendall(HEAD.pack(-1) + struct.pack("!Q", len(body)) + body)
        peers.equal(pickle.loads(message(s)), ("#RETURN", False), "the reply")


def announced_only(server):
    """Sixty who say that they will send 60 MiB and then do not: it gets no memory for them."""
    before, idle = server.resident(), []
    for _ in range(60):
        s = object_connection(server)
        s.sendall(HEAD.pack(60 << 20) + b"\x80\x04" + b"x" * 1000)
        idle.append(s)
    alive(server)
    grown = server.resident() - before
    peers.equal(grown < 64 << 20, True, f"{grown} bytes more: that")
    for s in idle:
        s.close()


def half_closed(server):
    """Who sends no more has gone: what waits for him is dropped."""
    q = manager_client.connect(server.address, KEY).get_task_queue()
    with object_connection(server) as s:
        s.sendall(frame(pickle.dumps((q._id, "get", (), {}), 4)))
        s.shutdown(socket.SHUT_WR)
        peers.equal(rest(s), b"", "to who has gone")
    q.put("for the next")
    peers.equal(q.get(timeout=30), "for the next", "the item")


# -- limits, addresses, its own side -------------------------------------------------------------


def limits(program):
    with manager_peers.ours(program, "message=100000", "queue=50000", "clients=8") as server:
        m = manager_client.connect(server.address, KEY)
        q = m.get_task_queue()
        manager_client.raises(queue.Full, fill, q)
        peers.equal(q.get()[:1], b"x", "the first")
        try:
            q.put(b"z" * 200000)
        except Exception as error:  # which one, is the limit's to say
            print("a message that is too large:", type(error).__name__)
        else:
            sys.exit("a message of 200,000 bytes, where 100,000 are the most")
        alive_again(server)


def fill(q):
    for _ in range(100):
        q.put(b"x" * 1000, timeout=0.05)


def alive_again(server):
    q = manager_client.connect(server.address, KEY).get_result_queue()
    q.put(1)
    peers.equal(q.get(), 1, "an item")


def old_and_new(program):
    """Without MD5 no Python up to 3.11 has a way in."""
    with manager_peers.ours(program, "no_md5") as server:
        for version, python in manager_peers.each_python():
            old = tuple(map(int, version.split(".")[:2])) < (3, 12)
            said = manager_peers.run_client(python, "manager_actor.py", server, "only_connect")
            peers.equal(said.split(), ["waiting", "AuthenticationError" if old else "None"],
                        version)


def classes(program):
    """Where only known ones are wanted, an object of another is the call's error."""
    with manager_peers.ours(program, "known_classes") as server:
        q = manager_client.connect(server.address, KEY).get_task_queue()
        for item in [1], "x", {"a": (1, 2)}, bytearray(b"x"), 1 + 2j, ValueError("as data"):
            q.put(item)
            peers.equal(repr(q.get()), repr(item), "an item")
        error = manager_client.raises(ValueError, q.put, multiprocessing.Event)
        print("an object of another class:", error)
        peers.equal(q.qsize(), 0, "items")


def addresses(program):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        for address in f"unix:{path}", f"unix:@tutti-manager-{os.getpid()}", "localhost:0":
            with manager_peers.ours(program, address=address) as server:
                if not address.startswith("unix:@"):
                    alive(server)
                for _, python in manager_peers.each_python():
                    said = manager_peers.run_client(python, "manager_actor.py", server,
                                                    "get", "get_task_queue", "0.01")
                    peers.equal(said.split(), ["waiting", "Empty"], address)
        peers.equal(os.listdir(folder), [], "what is left of the socket")


def in_tasks(program):
    """Of the program's own loop, until it is interrupted or a client shuts it down."""
    python = manager_peers.each_python()[-1][1]
    with manager_peers.ours(program, "serve") as server:
        alive(server)
        server.process.send_signal(signal.SIGINT)
        peers.equal(server.line(), "TUTTI_ECANCELED", "the end of serve")
    with manager_peers.ours(program, "serve") as server:
        alive(server)
        manager_peers.run_client(python, "manager_actor.py", server, "shut_down")
        peers.equal(server.line(), "OK", "the end of serve")


def both_sides(server):
    """What the program that serves puts and gets by its own proxies."""
    q = manager_client.connect(server.address, KEY).get_task_queue()
    peers.equal(server.say("put get_task_queue from here"), "OK", "put")
    peers.equal(q.get(), "from here", "the item")
    for item, text in ([1, "a"], "[1, 'a']"), (2 ** 70, str(2 ** 70)), (None, "None"):
        q.put(item)
        peers.equal(server.say("get get_task_queue"), "OK " + text, "get")
    peers.equal(server.say("try get_task_queue"), "TUTTI_EEMPTY", "try")
    peers.equal(server.say("size get_task_queue"), "OK 0", "size")


def test(program):
    with manager_peers.ours(program, "handshake=20") as server:
        alive(server)
        before = server.sockets()
        for scene in (wrong_answers, leaves_in_the_middle, by_bytes, first_requests, later_requests,
                      long_heads, announced_only, half_closed, both_sides):
            scene(server)
            alive(server)
            print("well:", scene.__name__, flush=True)
        eventually(lambda: server.sockets() <= before + 1, "all clients are forgotten")
    for scene in strangers, limits, old_and_new, classes, addresses, in_tasks:
        scene(program)
        print("well:", scene.__name__, flush=True)


if __name__ == "__main__":
    manager_peers.main(test)
