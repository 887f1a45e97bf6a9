# SPDX-License-Identifier: MIT
"""A client that asks a manager's queues (manager_client.py)."""
import collections
import copy
import decimal
import math
import multiprocessing
import pickle
import queue
import random
import sys
import threading
from multiprocessing.connection import Client
from multiprocessing.managers import RemoteError, Token, dispatch

import pickle_values
from manager_client import (Took, connect, equal, eventually, main, place, raises, strict)

METHODS = {"empty", "full", "get", "get_nowait", "join", "put", "put_nowait", "qsize", "task_done"}
SIGN = "'timeout' must be a non-negative number"


class OfMain:
    """Of a class that no other program can import."""

    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return type(other) is OfMain and other.x == self.x


def there_and_back(q, item):
    q.put(item)
    return q.get(timeout=30)


def connection(q):
    """What the calls of this thread go through."""
    q.qsize()
    return q._tls.connection


def shot(m, name, *args, **kwargs):
    """A request to the server itself."""
    conn = Client(m.address, authkey=bytes(m._authkey))
    try:
        return dispatch(conn, None, name, args, kwargs)
    finally:
        conn.close()


# -- forms of calls ------------------------------------------------------------------------------


def forms_of_put(m):
    q = m.get_task_queue()
    puts = (lambda: q.put(0), lambda: q.put(item=1), lambda: q.put(2, True),
            lambda: q.put(3, True, 5), lambda: q.put(4, block=False), lambda: q.put(5, timeout=1),
            lambda: q.put(item=6, block=True, timeout=None),
            lambda: q.put(timeout=1, item=7, block=1), lambda: q.put(8, False, -1),
            lambda: q.put_nowait(9), lambda: q.put_nowait(item=10),
            lambda: q.put(11, True, 0.25), lambda: q.put(12, None, 10 ** 30),
            lambda: q.put(13, timeout=True), lambda: q.put(14, [], None),
            lambda: q.put(15, timeout=-1))
    for call in puts:
        equal(call(), None)
    equal(q.qsize(), len(puts))
    equal([q.get() for _ in puts], list(range(len(puts))))


def forms_of_get(m):
    q = m.get_task_queue()
    gets = (q.get, lambda: q.get(True), lambda: q.get(True, 5),
            lambda: q.get(block=True, timeout=5),
            lambda: q.get(timeout=5, block=1), lambda: q.get(False), lambda: q.get(block=False),
            lambda: q.get(0, -1), lambda: q.get(timeout=None), lambda: q.get(timeout=0.5),
            lambda: q.get(True, 0), lambda: q.get(timeout=True), lambda: q.get("yes", 1.0),
            q.get_nowait)
    for i, call in enumerate(gets):
        q.put(i)
        equal(call(), i)
    equal(q.empty(), True)


def sizes_and_bounds(m):
    task, small = m.get_task_queue(), m.get_small_queue()
    equal((task.qsize(), task.empty(), task.full()), (0, True, False))
    equal((small.qsize(), small.empty(), small.full()), (0, True, False))
    for i in range(2):
        equal(small.put(i, timeout=0), None)
        task.put(i)
    equal((task.qsize(), task.empty(), task.full()), (2, False, False))
    equal((small.qsize(), small.empty(), small.full()), (2, False, True))
    for q in task, small:
        equal([q.get(), q.get()], [0, 1])


def empty_is_raised(m):
    q = m.get_task_queue()
    for call in (q.get_nowait, lambda: q.get(False), lambda: q.get(block=0), lambda: q.get(True, 0),
                 lambda: q.get(timeout=0), lambda: q.get(False, -1), lambda: q.get(None, 5)):
        equal(raises(queue.Empty, call).args, ())
    for seconds in 0.05, 0.3:
        with Took(seconds):
            equal(raises(queue.Empty, q.get, timeout=seconds).args, ())
    with Took(1):
        raises(queue.Empty, q.get, True, True)
    equal(q.qsize(), 0)


def full_is_raised(m):
    q = m.get_small_queue()
    q.put(1)
    q.put(2)
    for call in (lambda: q.put_nowait(3), lambda: q.put(3, False), lambda: q.put(3, timeout=0),
                 lambda: q.put(3, False, -1), lambda: q.put(block=None, item=3)):
        equal(raises(queue.Full, call).args, ())
    with Took(0.3):
        equal(raises(queue.Full, q.put, 3, True, 0.3).args, ())
    equal([q.get(), q.get(), q.qsize()], [1, 2, 0])


def signs_of_timeouts(m):
    """Whether or not it could be done at once."""
    task, small = m.get_task_queue(), m.get_small_queue()
    for n in range(2):
        equal(raises(ValueError, task.get, timeout=-1).args, (SIGN,))
        equal(raises(ValueError, small.get, True, -0.5).args, (SIGN,))
        equal(raises(ValueError, small.put, 1, timeout=-1).args, (SIGN,))
        task.put(n)
        small.put(n)
    raises(ValueError, small.put, 1, timeout=-1)  # it is full
    equal([task.get(), task.get(), small.get(), small.get()], [0, 1, 0, 1])


def wrong_arguments(m):
    """They are the call's error, and the connection goes on."""
    q = m.get_task_queue()
    for call in (q.put, lambda: q.put(1, 2, 3, 4), lambda: q.put(1, nope=2),
                 lambda: q.put(1, item=2), lambda: q.get(1, 2, 3), lambda: q.get(nope=1),
                 lambda: q.get(True, block=True), lambda: q.get(timeout="soon"),
                 lambda: q.qsize(1), lambda: q.task_done(1), lambda: q.join(timeout=1),
                 lambda: q.put_nowait(), lambda: q.get_nowait(True), lambda: q.empty(1),
                 lambda: q.full(x=1), lambda: q.get(True, (1,)), lambda: q.get(True, {})):
        raises(TypeError, call)
        equal(q.qsize(), 0)
    small = m.get_small_queue()
    raises(TypeError, small.put, 1, True, "soon")
    equal(small.qsize(), 0)


def no_such_method(m):
    q = m.get_task_queue()
    for name in "nope", "__class__", "__init__", "_put", "maxsize", "queue", "", "#RETURN", "a\0b":
        raises(RemoteError, q._callmethod, name)
        equal(q.qsize(), 0)
    raises(AttributeError, lambda: q.maxsize)
    for ident in "0", "nope", "", q._id + "x":
        q._id, kept = ident, q._id
        raises(RemoteError, q._callmethod, "qsize")
        q._id = kept
    equal(q.qsize(), 0)


def names_and_texts(m):
    q = m.get_task_queue()
    for text in str(q), q._callmethod("__repr__"), q._callmethod("__str__"):
        equal(text[:19], "<queue.Queue object", text)
    equal(repr(q)[:11], "<AutoProxy[")
    equal("#UNSERIALIZABLE" in str(raises(RemoteError, copy.deepcopy, q)), False)
    error = str(raises(RemoteError, q._callmethod, "#GETVALUE"))
    equal("Unserializable message: " in error, True, error)
    equal(q.qsize(), 0)


def unfinished_tasks(m):
    q = m.get_task_queue()
    while q.qsize() > 0:
        q.get()
    try:  # what earlier ones have left
        while True:
            q.task_done()
    except ValueError as error:
        equal(error.args, ("task_done() called too many times",))
    equal(q.join(), None)
    for i in range(3):
        q.put(i)
    joined = []
    t = threading.Thread(target=lambda: joined.append(q.join()), daemon=True)
    t.start()
    for i in range(3):
        equal(q.get(), i)
        equal(joined, [])
        equal(q.task_done(), None)
    t.join(60)
    equal(joined, [None])


# -- items ---------------------------------------------------------------------------------------


def items_like_names(m):
    """What is sent once only, and referred to by the item: Python's strings are shared."""
    q = m.get_task_queue()
    for item in ("put", "item", q._id, "get", "timeout", ("put", "put"), ["item", q._id],
                 {"timeout": 1}, {"put": "item"}, "#RETURN", "#ERROR", ("#RETURN", None), b"put"):
        equal(there_and_back(q, item), item)
        q.put(item=item, timeout=1)
        equal(q.get(), item)
        q.put(item, block=True, timeout=1)
        equal(q.get(), item)
    names = {"timeout": 1}
    q._callmethod("put", (names,), names)
    equal(q.get(), names)


def items_of_all_kinds(m):
    q, r = m.get_task_queue(), random.Random(7)
    for _ in range(150):
        item = pickle_values.value(r, 3)
        got = there_and_back(q, item)
        assert pickle_values.alike(item, got), (item, got)
    for item in pickle_values.loops():
        equal(repr(there_and_back(q, item)), repr(item))
    within = ([],)
    within[0].append(within)
    got = there_and_back(q, within)
    equal(got[0][0] is got, True)


def items_by_each_protocol(m):
    """As a client of another make might send them."""
    q, r = m.get_task_queue(), random.Random(8)
    conn = connection(q)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        for _ in range(20):
            item = pickle_values.value(r, 2)
            request = q._id, "put", (item,), {}
            conn.send_bytes(pickle.dumps(request, protocol))
            equal(conn.recv(), ("#RETURN", None))
            conn.send_bytes(pickle.dumps((q._id, "get", (), {"timeout": 30}), protocol))
            kind, got = conn.recv()
            assert kind == "#RETURN" and pickle_values.alike(item, got), (protocol, item, got)


def numbers(m):
    q = m.get_task_queue()
    for bits in (1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255 * 8 - 1, 255 * 8, 20000):
        for n in (1 << bits, (1 << bits) - 1):
            equal([there_and_back(q, n), there_and_back(q, -n)], [n, -n])
    for x in 0.0, -0.0, 1.5, 5e-324, math.inf, -math.inf, decimal.Decimal("1.50"), 1 - 2j:
        got = there_and_back(q, x)
        equal((got, repr(got)), (x, repr(x)))
    equal(math.isnan(there_and_back(q, math.nan)), True)


def identity_within_an_item(m):
    q, inside = m.get_task_queue(), [1]
    a, b, c = there_and_back(q, (inside, inside, [1]))
    equal((a is b, a is c, a), (True, False, [1]))


def items_of_many(m):
    q = m.get_task_queue()
    for item in (list(range(1001)), list(range(100000)), {i: str(i) for i in range(3000)},
                 set(range(2001)), tuple(range(5000)), "€" * 100000, ["x" * 70000] * 3,
                 [b"y" * 65536, "z" * 65535, bytearray(65537)]):
        equal(there_and_back(q, item), item)
    deep = []
    for _ in range(150):
        deep = [deep]
    equal(there_and_back(q, deep), deep)


def large_items(m):
    """Around where the client writes in two pieces, and 1 MiB and more."""
    q = m.get_task_queue()
    for size in 16300, 16384, 16385, 32768, 60000, 65536, 1 << 20, 5 << 20:
        for item in "s" * size, b"b" * size, bytearray(size):
            got = there_and_back(q, item)
            equal((type(got), len(got), got == item), (type(item), len(item), True))


def many_items(m):
    q = m.get_task_queue()
    for i in range(10000):
        q.put(i)
    equal(q.qsize(), 10000)
    for i in range(10000):
        equal(q.get(), i)
    equal(q.empty(), True)


def exceptions_are_items_too(m):
    q = m.get_task_queue()
    for error in ValueError("x"), queue.Empty(), KeyError("k"), OSError(2, "no"), StopIteration():
        got = there_and_back(q, error)
        equal((type(got), got.args), (type(error), error.args))


def objects_of_modules(m):
    """Which the server may have as well."""
    q = m.get_task_queue()
    item = pickle_values.Point(1, collections.OrderedDict(a=[pickle_values.Pair(1, 2)]))
    equal(there_and_back(q, item), item)


@strict
def objects_of_main(m):
    """Whose class only this program has."""
    q = m.get_task_queue()
    equal(there_and_back(q, [OfMain("x"), OfMain]), [OfMain("x"), OfMain])
    q.put(OfMain(q._id), timeout=1)
    equal(q.get_nowait(), OfMain(q._id))
    q.put(item=OfMain("put"), block=True)
    equal(q.get(), OfMain("put"))


@strict
def objects_that_act(m):
    """Python makes an object of it here, and only here: it is not done for the server."""
    q = m.get_task_queue()
    item = pickle_values.Called("who")
    equal(there_and_back(q, item), item)
    nobody = b"\x80\x04\x8c\x09no_module\x8c\x04name\x93)R."
    conn = connection(q)
    request = (b"\x80\x04(\x8c" + bytes([len(q._id)]) + q._id.encode() + b"\x8c\x03put"
               + nobody[2:-1] + b"\x85}t.")
    conn.send_bytes(request)
    equal(conn.recv(), ("#RETURN", None))
    raises(ModuleNotFoundError, q.get)
    equal(q.qsize(), 0)


def items_that_cannot_be_sent(m):
    """Nothing of it reaches the server."""
    q = m.get_task_queue()
    try:
        q.put(lambda: None)
    except (pickle.PicklingError, AttributeError):
        equal(q.qsize(), 0)
    else:
        raise AssertionError("a lambda was pickled")


def proxies_as_items(m):
    """The receiver connects with its own process's key."""
    task, results = m.get_task_queue(), m.get_result_queue()
    multiprocessing.current_process().authkey = bytes(m._authkey)
    task.put(results)
    got = task.get()
    got.put("through it")
    equal(results.get(), "through it")
    task.put({"answer": results, "n": 3})
    got = task.get()
    got["answer"].put(got["n"])
    equal(results.get(), 3)


# -- proxies and their counts --------------------------------------------------------------------


def counts(m):
    """Nobody else is there. What the server keeps for itself is counted before."""
    def count_of(q):
        lines = m._debug_info().splitlines() + [""]
        found = [line for line in lines if line.startswith(f"  {q._id}:       refcount=")]
        equal(len(found), 1, lines)
        return int(found[0].rpartition("=")[2])

    first = m.get_task_queue()
    before = count_of(first)
    second = m.get_task_queue()
    equal((first._id, count_of(first)), (second._id, before + 1))
    info = m._debug_info().splitlines()
    at = [i for i, line in enumerate(info) if first._id in line][0]
    equal(info[at + 1][:23], "    <queue.Queue object")
    equal(m._number_of_objects() >= 1, True)
    del second
    equal(count_of(first), before)


def what_create_says(m):
    conn = Client(m.address, authkey=bytes(m._authkey))
    ident, exposed = dispatch(conn, None, "create", ("get_task_queue",))
    equal((type(ident), type(exposed)), (str, tuple))
    equal(METHODS <= set(exposed), True, exposed)
    equal(all(name.isidentifier() for name in exposed), True)
    token = Token("get_task_queue", m.address, ident)
    equal(METHODS <= set(shot(m, "get_methods", token)), True)
    shot(m, "incref", ident)
    shot(m, "decref", ident)
    shot(m, "decref", ident)


def requests_refused(m):
    for name, args in (("nope", ()), ("create", ()), ("create", ("get_nothing",)), ("dummy", (1,)),
                       ("incref", ("nope",)), ("decref", ("nope",)), ("incref", ()),
                       ("__init__", ()), ("serve_client", ()), ("get_methods", ()),
                       ("create", (7,)), ("accept_connection", (1, 2, 3))):
        error = raises(RemoteError, shot, m, name, *args)
        assert "-" * 75 in str(error)
    raises(RemoteError, m.get_nothing)
    equal(m.get_task_queue().qsize(), 0)


@strict
def one_that_is_left(m):
    """An object that is served under its name is there, however often it is let go."""
    q = m.get_task_queue()
    q.put("kept")
    for _ in range(5):
        try:
            shot(m, "decref", q._id)
        except RemoteError:
            pass
    equal(q.get(timeout=30), "kept")
    shot(m, "incref", q._id)


def threads(m):
    """Each has a connection of its own."""
    task, results = m.get_task_queue(), m.get_result_queue()

    def work():
        for n in iter(task.get, None):
            results.put((n, n * n))

    workers = [threading.Thread(target=work, daemon=True) for _ in range(8)]
    for t in workers:
        t.start()
    for n in range(400):
        task.put(n)
    equal(sorted(results.get(timeout=60) for _ in range(400)), [(n, n * n) for n in range(400)])
    for _ in workers:
        task.put(None)
    for t in workers:
        t.join(60)
        equal(t.is_alive(), False)
    equal((task.qsize(), results.qsize()), (0, 0))


def waits_in_both_directions(m):
    """Who waits for an item, and for room, is woken by another connection."""
    q, got = m.get_small_queue(), []
    t = threading.Thread(target=lambda: got.extend(q.get() for _ in range(100)), daemon=True)
    t.start()
    for i in range(100):
        q.put(i)
    t.join(60)
    equal(got, list(range(100)))
    for i in range(2):
        q.put(i)
    t = threading.Thread(target=lambda: [q.put(i) for i in range(2, 100)], daemon=True)
    t.start()
    equal([q.get() for _ in range(100)], list(range(100)))
    t.join(60)
    equal(q.qsize(), 0)


def many_calls_on_their_way(m):
    """Nobody has to wait for an answer before he asks again, if it comes at once."""
    q = m.get_task_queue()
    conn = connection(q)
    for i in range(50):
        conn.send((q._id, "put", (i,), {}))
    equal([conn.recv() for _ in range(50)], [("#RETURN", None)] * 50)
    for i in range(50):
        conn.send((q._id, "get", (), {"block": False}))
    equal([conn.recv() for _ in range(50)], [("#RETURN", i) for i in range(50)])


def keys(m):
    """Each that is wrong, and each side that has one."""
    address, key = m.address, bytes(m._authkey)
    at = address if isinstance(address, str) else "%s:%d" % address
    at = "unix:" + at if isinstance(address, str) else at
    for wrong in b"", b"x", key[:-1], key + b"0", key.upper(), b"y" * 1000:
        error = raises(multiprocessing.AuthenticationError, connect, at, wrong)
        equal(error.args, ("digest sent was rejected",))
    equal(place(at), address)
    connect(at, key).get_task_queue().qsize()


def everything_was_taken(m):
    """Last: no scene has left anything, and the objects that were only ours have gone."""
    for q in m.get_task_queue(), m.get_result_queue(), m.get_small_queue():
        equal(q.qsize(), 0)
    eventually(lambda: threading.active_count() == 1, "our threads ended")


SCENES = (forms_of_put, forms_of_get, sizes_and_bounds, empty_is_raised, full_is_raised,
          signs_of_timeouts, wrong_arguments, no_such_method, names_and_texts, unfinished_tasks,
          items_like_names, items_of_all_kinds, items_by_each_protocol, numbers,
          identity_within_an_item, items_of_many, large_items, many_items, exceptions_are_items_too,
          objects_of_modules, objects_of_main, objects_that_act, items_that_cannot_be_sent,
          proxies_as_items, counts, what_create_says, requests_refused, one_that_is_left, threads,
          waits_in_both_directions, many_calls_on_their_way, keys, everything_was_taken)

if __name__ == "__main__":
    main(SCENES)
