# SPDX-License-Identifier: MIT
# rows: F133 F137 F138 +peers
# ctest: TIMEOUT 900 LABELS no-valgrind
"""Our manager and clients that die, stop, are interrupted or are many, and its end under them, with
every CPython that is found here. Nothing of it loses an item or holds the others up.
"""
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import manager_client  # noqa: E402
import manager_peers  # noqa: E402
import peers  # noqa: E402
from manager_peers import KEY  # noqa: E402

LARGE = 24 << 20  # more than the system keeps for a connection


class Actor:
    """One of manager_actor.py's, from its start to its end."""

    def __init__(self, python, server, *words, key=KEY, waits=True):
        self.process = subprocess.Popen(
            manager_peers.client(python, "manager_actor.py", server, *words, key=key),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if waits:
            self.waits()

    def line(self):
        return self.process.stdout.readline().rstrip("\n")

    def waits(self):
        """Until its request is on its way: it sleeps, and only its answer can be what it awaits."""
        peers.equal(self.line(), "waiting", "a client")
        eventually(lambda: state(self.process.pid) == "S", "the client waits")

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def signal(self, number):
        self.process.send_signal(number)
        if number == signal.SIGSTOP:
            eventually(lambda: state(self.process.pid) == "T", "the client stops")

    def killed(self):
        self.process.kill()
        self.process.communicate()

    def ends(self, line):
        """With that."""
        out = self.process.communicate(timeout=2 * peers.PATIENCE)[0]
        peers.equal((out.rstrip("\n"), self.process.returncode), (line, 0), "a client's end")


def state(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        return f.read().rpartition(") ")[2][0]


def eventually(condition, what):
    end = time.monotonic() + peers.PATIENCE
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"never: {what}")
        time.sleep(0.01)


def queues(server, *names):
    """Of a client here."""
    m = manager_client.connect(server.address, KEY)
    return [getattr(m, f"get_{name}_queue")() for name in names]


# -- who dies ------------------------------------------------------------------------------------


def dies_in_get(python, server):
    actor = Actor(python, server, "get")
    actor.killed()
    q, = queues(server, "task")
    for i in range(3):
        q.put(i)
    peers.equal([q.get(timeout=30) for _ in range(3)], [0, 1, 2], "the items")


def one_of_three_dies(python, server):
    actors = [Actor(python, server, "get") for _ in range(3)]
    actors[1].killed()
    q, = queues(server, "task")
    q.put("first")
    actors[0].ends("'first'")
    q.put("second")
    actors[2].ends("'second'")
    peers.equal(q.qsize(), 0, "the items left")


def dies_in_put(python, server):
    """What it wanted to put does not come later."""
    q, = queues(server, "small")
    q.put(1)
    q.put(2)
    Actor(python, server, "put", "get_small_queue", "of the dead").killed()
    actor = Actor(python, server, "put", "get_small_queue", "of the living")
    peers.equal([q.get(timeout=30) for _ in range(3)], [1, 2, "of the living"], "the items")
    actor.ends("None")
    peers.equal(q.qsize(), 0, "the items left")


def dies_in_acquire(python, server):
    lock = manager_client.connect(server.address, KEY, manager_client.KindsManager).get_lock()
    lock.acquire()
    Actor(python, server, "acquire").killed()
    actor = Actor(python, server, "acquire")
    lock.release()
    actor.ends("True")
    peers.equal(lock.acquire(False), False, "to get a lock that the other has")
    lock.release()


def stops_in_get(python, server):
    """What was sent to it, it has; nobody else waits for it."""
    task, results = queues(server, "task", "result")
    actor = Actor(python, server, "get")
    actor.signal(signal.SIGSTOP)
    task.put("kept")
    for i in range(100):
        results.put(i)
        peers.equal(results.get(timeout=30), i, "an item beside")
    actor.signal(signal.SIGCONT)
    actor.ends("'kept'")
    peers.equal(task.qsize(), 0, "the items left")


def stops_for_ever(python, server):
    """An item that could not be sent off is the next one's."""
    q, = queues(server, "task")
    actor = Actor(python, server, "length")
    actor.signal(signal.SIGSTOP)
    q.put(b"x" * LARGE)
    q.put("behind it")
    eventually(lambda: q.qsize() == 1, "the large one is on its way")
    actor.killed()
    item = q.get(timeout=30)
    peers.equal((type(item), len(item)), (bytes, LARGE), "the item that came back")
    peers.equal(q.get(timeout=30), "behind it", "the next item")


def slow_but_alive(python, server):
    """It gets all of it, once it goes on."""
    q, = queues(server, "task")
    actor = Actor(python, server, "length")
    actor.signal(signal.SIGSTOP)
    q.put(b"x" * LARGE)
    eventually(lambda: q.qsize() == 0, "the large one is on its way")
    actor.signal(signal.SIGCONT)
    actor.ends(str(LARGE))


# -- who is interrupted, or many -------------------------------------------------------------------


def is_interrupted(python, server):
    Actor(python, server, "interrupted", waits=False).ends("well")


def has_children(python, server):
    for method in "fork", "spawn", "forkserver":
        for action in "children", "children_alone", "pool":
            Actor(python, server, action, method, waits=False).ends("well")


def all_at_once(pythons, server, n=50):
    """Fifty threads of each Python connect at the same time."""
    actors = [Actor(python, server, "many", str(n), waits=False) for _, python in pythons]
    got = []
    for actor in actors:
        out = actor.process.communicate(timeout=3 * peers.PATIENCE)[0]
        peers.equal(actor.process.returncode, 0, "a client of many")
        got += eval(out)  # tuples of numbers
    want = [(actor.process.pid, i, k) for actor in actors for i in range(n) for k in range(10)]
    peers.equal(sorted(got), sorted(want), "all items")


# -- the end ---------------------------------------------------------------------------------------


def ends_under_clients(python, program):
    with manager_peers.ours(program, "grace=0") as server:
        waiting = [Actor(python, server, "get"),
                   Actor(python, server, "get", "get_task_queue", "99")]
        idle = Actor(python, server, "keep", waits=False)
        peers.equal(idle.line(), "ready", "an idle client")
        peers.equal(server.say("shutdown"), "OK", "shutdown")
        for actor in waiting:
            out = actor.process.communicate(timeout=peers.PATIENCE)[0].strip()
            peers.equal(out in ("EOFError", "ConnectionResetError"), True, out)
        idle.say("ask")
        out = idle.process.communicate(timeout=peers.PATIENCE)[0].split()[1:]
        peers.equal(out in (["EOFError"], ["BrokenPipeError"], ["ConnectionResetError"]), True, out)
        Actor(python, server, "only_connect", waits=False).ends("waiting\nConnectionRefusedError")
        peers.equal(server.say("try get_task_queue"), "TUTTI_ESHUTDOWN", "our own proxy")
        with manager_peers.ours(program, address=server.address) as other:
            peers.equal(other.address, server.address, "the port, free again")


def ends_with_grace(python, program):
    with manager_peers.ours(program, "grace=30") as server:
        actor = Actor(python, server, "get", "get_task_queue", "1")
        Actor(python, server, "shut_down", waits=False).ends("waiting\nNone")
        actor.ends("Empty")
        peers.equal(server.say("join"), "OK", "join")
    with manager_peers.ours(program, "grace=0.1") as server:
        actor = Actor(python, server, "get")
        Actor(python, server, "shut_down", waits=False).ends("waiting\nNone")
        peers.equal(server.say("join"), "OK", "join")
        out = actor.process.communicate(timeout=peers.PATIENCE)[0].strip()
        peers.equal(out in ("EOFError", "ConnectionResetError"), True, out)


def goes_on(python, program):
    with manager_peers.ours(program, "keep_running") as server:
        Actor(python, server, "shut_down", waits=False).ends("waiting\nRemoteError")
        queues(server, "task")[0].put(1)
        peers.equal(server.say("get get_task_queue"), "OK 1", "its own proxy")


def starts_again(python, program):
    """An old proxy that connects again is of the same object."""
    with manager_peers.ours(program) as server:
        address = server.address
        actor = Actor(python, server, "keep", waits=False)
        peers.equal(actor.line(), "ready", "a client")
    with manager_peers.ours(program, address=address) as server:
        peers.equal(server.say("put get_task_queue new"), "OK", "put")
        actor.say("again")
        actor.ends("waiting\n1")
        peers.equal(server.say("get get_task_queue"), "OK 'new'", "get")


def test(program):
    pythons = manager_peers.each_python()
    with manager_peers.ours(program) as server:
        for version, python in pythons:
            for scene in (dies_in_get, one_of_three_dies, dies_in_put, dies_in_acquire,
                          stops_in_get, stops_for_ever, slow_but_alive, is_interrupted,
                          has_children):
                scene(python, server)
            print("CPython", version, flush=True)
        all_at_once(pythons, server)
    for version, python in pythons:
        for scene in ends_under_clients, ends_with_grace, goes_on, starts_again:
            scene(python, program)
        print("CPython", version, "and the end", flush=True)


if __name__ == "__main__":
    manager_peers.main(test)
