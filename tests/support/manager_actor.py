# SPDX-License-Identifier: MIT
"""A client of a manager that does one thing, and says what came of it:

    manager_actor.py ADDRESS KEY ACTION [WORD...]

What was raised is said as its class's name. Before a call that may wait it says "waiting".
"""
import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.connection import Client
from multiprocessing.managers import dispatch

import manager_client
from manager_client import KindsManager, connect, equal


def say(what):
    print(what, flush=True)


def tell(call):
    say("waiting")
    try:
        say(repr(call()))
    except Exception as error:  # said
        say(type(error).__name__)


def queue_of(m, name):
    q = getattr(m, name)()
    q.qsize()  # from now on there is a connection
    return q


# -- calls ---------------------------------------------------------------------------------------


def get(address, key, name="get_task_queue", *seconds):
    q = queue_of(connect(address, key), name)
    tell(lambda: q.get(timeout=float(seconds[0])) if seconds else q.get())


def length(address, key):
    """Of what it gets."""
    q = queue_of(connect(address, key), "get_task_queue")
    tell(lambda: len(q.get()))


def put(address, key, name, text):
    q = queue_of(connect(address, key), name)
    tell(lambda: q.put(text))


def acquire(address, key):
    lock = connect(address, key, KindsManager).get_lock()
    lock._callmethod("__str__")
    tell(lock.acquire)


def only_connect(address, key):
    tell(lambda: connect(address, key) and None)


def shut_down(address, key):
    conn = Client(manager_client.place(address), authkey=key.encode())
    tell(lambda: dispatch(conn, None, "shutdown"))


def keep(address, key):
    """A proxy, over what its manager does: a word on standard input, and it asks once more."""
    q = queue_of(connect(address, key), "get_task_queue")
    say("ready")
    for line in sys.stdin:
        if line == "again\n":
            del q._tls.connection
        tell(q.qsize)


# -- interrupted ---------------------------------------------------------------------------------


class Enough(Exception):
    pass


def interrupt(*_):
    raise Enough


def interrupted(address, key):
    """A signal's handler raises; the answer to the next call is of that, and no item is lost."""
    m = connect(address, key)
    task, small = queue_of(m, "get_task_queue"), queue_of(m, "get_small_queue")
    small.put(1)
    small.put(2)
    signal.signal(signal.SIGALRM, interrupt)
    for call in task.get, lambda: task.get(timeout=1000), lambda: small.put(3), task.join:
        if call == task.join:
            task.put(0)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        try:
            call()
        except Enough:
            pass
        else:
            raise AssertionError("it was not interrupted")
        equal((task.qsize(), small.qsize()), (1 if call == task.join else 0, 2))
        equal((task.full(), small.full()), (False, True))
    equal([task.get(), small.get(), small.get(), small.qsize()], [0, 1, 2, 0])
    for i in range(3):
        task.put(i)
    equal([task.get() for _ in range(3)], [0, 1, 2])
    say("well")


# -- many ----------------------------------------------------------------------------------------


def many(address, key, n):
    """Each connects, and all take what all have put."""
    failed, got, lock = [], [], threading.Lock()
    start = threading.Barrier(int(n))

    def work(i):
        try:
            start.wait()
            q = connect(address, key).get_task_queue()
            for k in range(10):
                q.put((os.getpid(), i, k))
            for k in range(10):
                item = q.get(timeout=60)
                with lock:
                    got.append(item)
        except Exception as error:  # told
            failed.append(error)

    threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(int(n))]
    for t in threads:
        t.start()
    for t in threads:
        t.join(80)
        equal(t.is_alive(), False)
    equal(failed, [])
    say(repr(got))


# -- children ------------------------------------------------------------------------------------


def child(task, results):
    for n in iter(task.get, None):
        results.put(n * n)


def first_child(task, results, begin):
    begin.wait(60)
    child(task, results)


def children(address, key, method):
    """Processes that are given proxies."""
    context = multiprocessing.get_context(method)
    multiprocessing.current_process().authkey = key.encode()
    m = connect(address, key)
    task, results = queue_of(m, "get_task_queue"), queue_of(m, "get_result_queue")
    workers = [context.Process(target=child, args=(task, results)) for _ in range(2)]
    for p in workers:
        p.start()
    for n in range(50):
        task.put(n)
    equal(sorted(results.get(timeout=60) for _ in range(50)), [n * n for n in range(50)])
    for _ in workers:
        task.put(None)
    for p in workers:
        p.join(60)
        equal(p.exitcode, 0)
    equal((task.qsize(), results.qsize()), (0, 0))
    say("well")


def children_alone(address, key, method):
    """The parent lets go of its proxies before its child uses them."""
    context = multiprocessing.get_context(method)
    m = connect(address, key)
    task, results = m.get_task_queue(), m.get_result_queue()
    begin = context.Event()
    p = context.Process(target=first_child, args=(task, results, begin))
    p.start()
    del task, results
    begin.set()
    task, results = m.get_task_queue(), m.get_result_queue()
    task.put(7)
    equal(results.get(timeout=60), 49)
    task.put(None)
    p.join(60)
    equal(p.exitcode, 0)
    say("well")


def pool(address, key, method):
    """A proxy among a job's arguments connects with the key of its process."""
    multiprocessing.current_process().authkey = key.encode()
    q = queue_of(connect(address, key), "get_task_queue")
    with multiprocessing.get_context(method).Pool(2) as workers:
        for i in range(6):
            workers.apply(put_one, (q, i))
    equal(sorted(q.get(timeout=60) for _ in range(6)), list(range(6)))
    say("well")


def put_one(q, i):
    q.put(i)


if __name__ == "__main__":
    where, secret, action, *words = sys.argv[1:]
    globals()[action](where, secret, *words)
