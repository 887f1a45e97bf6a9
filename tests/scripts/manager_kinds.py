# SPDX-License-Identifier: MIT
# ctest: TIMEOUT 240 LABELS no-valgrind LABELS no-qemu
"""Objects of each kind beside Python's own: the same random calls, by Python's own proxies.

A call must give the same result, or raise the same class, with the same words but where versions
of Python differ: of TypeError, OverflowError and AttributeError.
"""
import array
import ctypes
import multiprocessing
import multiprocessing.managers as managers
import os
import random
import signal
import sys
import threading
import time

LONG = bool(os.environ.get("TUTTI_TORTURE"))
SEED = int(os.environ.get("TUTTI_SEED", "20250309"))
CALLS = 40000 if LONG else 2500
KEY = b"abc"
PATIENCE = 60


class Bytes(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), ("size", ctypes.c_size_t), ("owner", ctypes.c_void_p)]


class Point:
    """Of a class that the manager knows nothing of; equal if its bytes are."""

    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return isinstance(other, Point) and self.x == other.x

    __hash__ = None

    def __repr__(self):
        return "Point(%d)" % self.x


def serve():
    library = ctypes.CDLL(os.path.join(os.environ["TUTTI_BUILD_DIR"], "libtutti-net.so"))
    m = ctypes.c_void_p()
    library.tutti_manager_create.argtypes = [ctypes.c_void_p, ctypes.c_char_p, Bytes]
    assert library.tutti_manager_create(
        ctypes.byref(m), b"127.0.0.1:0", Bytes(KEY, len(KEY), None)) == 0
    assert library.tutti_manager_serve_kinds(m) == 0
    assert library.tutti_manager_start(m) == 0
    return library, m


# -- values -------------------------------------------------------------------------------------

def number(r):
    return r.choice([r.randrange(-3, 4), r.randrange(-3, 4), r.choice([True, False]),
                     r.randrange(-300, 300) / 4, r.randrange(-2 ** 70, 2 ** 70),
                     r.choice([2 ** 63, -2 ** 63, 2.0 ** 63, 2 ** 53 + 1, 2.0 ** 53, 1e300,
                               -10 ** 320, float("inf")])])


def text(r):
    return "".join(r.choice("ab\u00e9\u4e2d\U0001f600") for _ in range(r.randrange(3)))


def hashable(r, deep=2):
    choices = [number, number, text, lambda r: text(r).encode(), lambda r: None]
    if deep:
        choices += [lambda r: tuple(hashable(r, deep - 1) for _ in range(r.randrange(3))),
                    lambda r: frozenset([text(r)])]
    return r.choice(choices)(r)


def value(r, deep=2):
    choices = [hashable, hashable, hashable]
    if deep:
        choices += [lambda r: [value(r, deep - 1) for _ in range(r.randrange(3))],
                    lambda r: tuple(value(r, deep - 1) for _ in range(r.randrange(3))),
                    lambda r: {hashable(r): value(r, deep - 1) for _ in range(r.randrange(2))},
                    lambda r: set(hashable(r, 1) for _ in range(r.randrange(3))),
                    lambda r: bytearray(b"ab"), lambda r: Point(r.randrange(2))]
    return r.choice(choices)(r)


def bound(r):
    return r.choice([None, r.randrange(-6, 7), r.randrange(-2, 3), 2 ** 65, -2 ** 65])


def place(r):
    if r.random() < 0.7:
        return r.choice([r.randrange(-6, 7), r.randrange(-6, 7), True, "x", 1.5, None, 2 ** 65])
    return slice(bound(r), bound(r), r.choice([None, 1, 1, 2, -1, -2, 3, 0, "x", -2 ** 65]))


def several(r, item=value):
    n = r.randrange(5)
    return r.choice([
        lambda: [item(r) for _ in range(n)], lambda: tuple(item(r) for _ in range(n)),
        lambda: range(r.randrange(-3, 3), r.randrange(-3, 6), r.choice([1, 2, -1])),
        lambda: text(r), lambda: b"ab", lambda: bytearray(b"xyz"), lambda: {1: 2, "a": 3},
        lambda: {text(r)}, lambda: array.array("i", [1, 2]), lambda: 5, lambda: None,
    ])()


# -- comparing ----------------------------------------------------------------------------------

def attempt(call):
    try:
        return "gives", call()
    except Exception as error:  # pylint: disable=broad-except
        return "raises", error


def like(a, b):
    """Equal, of the same type all the way down, and in the same order."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(like, a, b))
    if isinstance(a, dict):
        return like(list(a), list(b)) and like(list(a.values()), list(b.values()))
    return a == b


def same(ours, theirs):
    if ours[0] != theirs[0]:
        return False
    if ours[0] == "gives":
        return like(ours[1], theirs[1])
    a, b = ours[1], theirs[1]
    if type(a) is not type(b):
        return False
    if isinstance(a, (TypeError, OverflowError, MemoryError, AttributeError)):
        return True
    if "<opaque" in str(a):
        return True  # the text of an object is made by its class, which the manager has not
    words = [str(e).replace("be positive", "be a non-negative number") for e in (a, b)]
    return words[0] == words[1] if len(words[1]) < 100 else words[0][:90] == words[1][:90]


def check(what, ours, theirs, *more):
    if not same(ours, theirs):
        sys.exit("%s, seed %d: %r, where Python %r %r" % (what, SEED, ours, theirs, more))


def compare(r, proxy, real, calls, n=1):
    """Call both n times, with the same."""
    for _ in range(n):
        name, make = r.choice(calls)
        args, kwargs = make(r)
        before = repr(real)[:1000]
        ours = attempt(lambda: proxy._callmethod(name, args, kwargs))
        theirs = attempt(lambda: getattr(real, name)(*args, **kwargs))
        if theirs[0] == "gives" and type(theirs[1]).__name__ in (
                "dict_keys", "dict_values", "dict_items"):
            theirs = "gives", list(theirs[1])
        if theirs[0] == "gives" and "reverse" in type(theirs[1]).__name__:
            ours, theirs = ("gives", list(ours[1])), ("gives", list(theirs[1]))
        check("%s%r %r" % (name, args, kwargs), ours, theirs, before)


# -- kinds --------------------------------------------------------------------------------------

def args_of(*makers):
    return lambda r: (tuple(m(r) for m in makers), {})


LIST = [
    ("__add__", args_of(several)), ("__contains__", args_of(value)),
    ("__delitem__", args_of(place)), ("__getitem__", args_of(place)), ("__len__", args_of()),
    ("__mul__", args_of(lambda r: r.choice([0, 1, 2, -1, True, "x", 2 ** 70]))),
    ("__rmul__", args_of(lambda r: r.choice([0, 1, 2]))), ("__reversed__", args_of()),
    ("__setitem__", args_of(lambda r: r.randrange(-6, 7), value)),
    ("__setitem__", args_of(place, several)), ("append", args_of(value)),
    ("append", args_of(value)), ("append", args_of()), ("count", args_of(value)),
    ("extend", args_of(several)), ("index", args_of(value)),
    ("index", args_of(value, lambda r: r.randrange(-6, 7), lambda r: r.randrange(-6, 7))),
    ("index", args_of(value, lambda r: 2 ** 65)), ("index", args_of(value, lambda r: "x")),
    ("insert", args_of(lambda r: r.randrange(-6, 7), value)), ("insert", args_of(value)),
    ("pop", args_of()), ("pop", args_of(lambda r: r.choice([0, -1, 3, -9, "x", 2 ** 65]))),
    ("pop", args_of(lambda r: 0, lambda r: 1)), ("remove", args_of(value)),
    ("reverse", args_of()), ("clear", args_of()), ("copy", args_of()),
    ("__imul__", args_of(lambda r: r.choice([0, 1, 1, 2]))),
]


def check_list(manager, r):
    done = 0
    while done < CALLS:
        start = [value(r) for _ in range(r.randrange(6))]
        proxy, real = manager.list(start), list(start)
        for _ in range(60):
            compare(r, proxy, real, LIST)
            check("its state", ("gives", proxy[:]), ("gives", real[:]))
            done += 1
            if len(real) > 40:
                break


def orderable(r):
    kinds = [number, number, text, lambda r: text(r).encode(),
             lambda r: (number(r), text(r)), lambda r: [number(r)] * r.randrange(3)]
    return r.choice(kinds)


def check_sort(manager, r):
    for _ in range(CALLS // 10):
        of = orderable(r)
        items = [of(r) for _ in range(r.choice([0, 1, 2, 5, 30, 63, 64, 65, 300]))]
        if r.random() < 0.3 and items:
            items[r.randrange(len(items))] = orderable(r)(r)
        if r.random() < 0.1 and items:
            items[0] = r.choice([None, {}, Point(1)])
        proxy, real, down = manager.list(items), list(items), r.random() < 0.5
        theirs = attempt(lambda: real.sort(reverse=down))
        check("sort of %r" % items, attempt(lambda: proxy.sort(reverse=down)), theirs)
        if theirs[0] == "gives":
            check("sorted %r" % items, ("gives", proxy[:]), ("gives", real))


def key(r):
    if r.random() < 0.9:
        return hashable(r)
    return r.choice([[1], {1: 2}, {1}, (1, [2]), bytearray(b"a"), set(), [], {}])


def pairs(r):
    return r.choice([
        lambda: {hashable(r): value(r) for _ in range(3)},
        lambda: [(hashable(r), value(r)) for _ in range(3)],
        lambda: (["a", 1], "xy"), lambda: [(1,)], lambda: ["ab", (1, 2, 3)], lambda: [1],
        lambda: 5, lambda: None, lambda: [([], 1)]])()


DICT = [
    ("__contains__", args_of(key)), ("__delitem__", args_of(key)), ("__getitem__", args_of(key)),
    ("__len__", args_of()), ("__setitem__", args_of(key, value)),
    ("__setitem__", args_of(key, value)), ("__setitem__", args_of(key)), ("copy", args_of()),
    ("get", args_of(key)), ("get", args_of(key, value)), ("get", args_of()),
    ("items", args_of()), ("keys", args_of()), ("values", args_of()), ("pop", args_of(key)),
    ("pop", args_of(key, value)), ("popitem", args_of()), ("setdefault", args_of(key)),
    ("setdefault", args_of(key, value)), ("update", args_of(pairs)), ("update", args_of(pairs)),
    ("update", lambda r: ((), {"a": value(r)})), ("update", args_of(pairs, pairs)),
    ("fromkeys", args_of(several)), ("__or__", args_of(lambda r: {hashable(r): 1})),
    ("__ior__", args_of(pairs)), ("__ror__", args_of(lambda r: {hashable(r): 1})),
    ("__reversed__", args_of()),
]


def check_dict(manager, r):
    done = 0
    while done < CALLS:
        start = {hashable(r): value(r) for _ in range(r.randrange(6))}
        proxy, real = manager.dict(start), dict(start)
        for _ in range(60):
            compare(r, proxy, real, DICT)
            check("its state", ("gives", proxy.copy()), ("gives", real.copy()))
            done += 1
        assert like(list(proxy), list(real)) and proxy.keys() == list(real.keys())
        proxy.clear()
        assert len(proxy) == 0


def check_bounds(manager):
    """One call does not make the server build more than it may have."""
    ones, word = manager.list([1]), manager.list(["x" * 2 ** 20])
    for call in (lambda: ones * 10 ** 9, lambda: 10 ** 9 * ones, lambda: ones.__imul__(10 ** 9),
                 lambda: ones.extend(range(10 ** 9)), lambda: word * 10 ** 5,
                 lambda: ones.__setitem__(slice(0, 0), range(10 ** 9))):
        kind, error = attempt(call)
        assert kind == "raises" and type(error) is MemoryError and "more than" in str(error), error
    for call in (lambda: manager.list(range(10 ** 9)), lambda: manager.Array("i", range(10 ** 9)),
                 lambda: manager.list(range(10 ** 20))):
        kind, error = attempt(call)
        assert kind == "raises" and "more than 4000000 items" in str(error), error
    assert len(ones) == 1 and ones[:] == [1]


def check_iterator(manager):
    d = manager.dict({"a": 1, (1, 2): 2})
    iterator = iter(d)
    assert next(iterator) == "a" and next(iterator) == (1, 2)
    kind, error = attempt(lambda: next(iterator))
    assert kind == "raises" and type(error) is StopIteration, error
    kind, error = attempt(lambda: iterator.send(1))
    assert kind == "raises" and type(error) is AttributeError, error


def item_for(letter):
    def make(r):
        if r.random() < 0.1:
            return r.choice(["x", None, 1.5, 2 ** 70, -2 ** 70, 10 ** 400])
        if letter in "fd":
            return number(r) if r.random() < 0.5 else r.random()
        bits = 8 * array.array(letter).itemsize
        low = -2 ** (bits - 1) if letter.islower() else 0
        return r.randrange(low - 2, low + 2 ** bits + 2)
    return make


def check_array(manager, r):
    for _ in range(max(CALLS // 40, 60)):
        letter = r.choice("bBhHiIlLqQfd")
        item = item_for(letter)
        start = r.choice([lambda: [item(r) for _ in range(r.randrange(4))],
                          lambda: several(r, item)])()
        kind, proxy = attempt(lambda: manager.Array(letter, start))
        wanted, real = attempt(lambda: managers.Array(letter, start))
        assert kind == wanted, (letter, start, proxy, real)
        if kind == "raises":
            assert type(real).__name__ in str(proxy), (proxy, real)
            continue
        calls = [("__len__", args_of()), ("__getitem__", args_of(place)),
                 ("__setitem__", args_of(lambda r: r.randrange(-6, 7), item)),
                 ("__setitem__", args_of(place, lambda r: r.choice(
                     [array.array(letter, [1] * r.randrange(4)), array.array("d"), [1], 5])))]
        compare(r, proxy, real, calls, 30)
        check("its state", ("gives", proxy[:]), ("gives", real[:]))
        assert str(proxy) == str(real), (str(proxy), str(real))


def check_plain(manager, r):
    for _ in range(CALLS // 20):
        v = value(r)
        proxy, real = manager.Value("i", v), managers.Value("i", v)
        v = value(r)
        check("get", attempt(proxy.get), attempt(real.get))
        check("set", attempt(lambda: proxy.set(v)), attempt(lambda: real.set(v)))
        check("value", ("gives", proxy.value), ("gives", real.value))
        names = {r.choice("abc"): number(r) for _ in range(3)}
        proxy, real = manager.Namespace(**names), managers.Namespace(**names)
        for name in "abcd":
            check(name, attempt(lambda: getattr(proxy, name)), attempt(lambda: getattr(real, name)))
        assert str(proxy) == str(real), (str(proxy), str(real))
        check("delete", attempt(lambda: delattr(proxy, "a")), attempt(lambda: delattr(real, "a")))
        proxy.a = real.a = v
        check("a", ("gives", proxy.a), ("gives", real.a))
    for plain in ([1, "a", [2, (3,)]], [], [{1: 2}]):
        assert str(manager.list(plain)) == str(plain)
    assert str(manager.dict({"a": [1], (1,): None})) == str({"a": [1], (1,): None})
    assert str(manager.Value("i", [1])) == "Value('i', [1])"


# -- those that synchronise ---------------------------------------------------------------------

TRY = [("acquire", args_of(lambda r: False)), ("acquire", lambda r: ((), {"blocking": False})),
       ("acquire", args_of(lambda r: True, lambda r: 0)),
       ("acquire", args_of(lambda r: False, lambda r: 1)),
       ("release", args_of()), ("release", args_of()),
       ("release", args_of(lambda r: 1.5, lambda r: 2))]
LATCH = TRY + [("acquire", args_of(lambda r: True, lambda r: r.choice([-2, "x", None, 0, 0.0])))]
COUNTED = TRY + [("release", args_of(lambda r: r.choice([1, 2, 0, -1]))),
                 ("acquire", args_of(lambda r: True, lambda r: r.choice([0, -1, -0.5])))]
EVENT = [("set", args_of()), ("clear", args_of()), ("is_set", args_of()),
         ("wait", args_of(lambda r: r.choice([0, -1, 0.0]))), ("wait", args_of(value, value))]
CONDITION = LATCH + [("wait", args_of(lambda r: r.choice([0, -1]))), ("notify", args_of()),
                     ("notify", args_of(lambda r: r.choice([0, 1, 5]))),
                     ("notify_all", args_of()), ("wait", args_of(value, value))]
BARRIER = [("wait", args_of(lambda r: r.choice([0, -1]))), ("abort", args_of()),
           ("reset", args_of()), ("wait", args_of(value, value)),
           ("__getattribute__", args_of(lambda r: r.choice(
               ["parties", "n_waiting", "broken", "zzz", 3])))]


def check_sync(manager, r):
    for _ in range(max(CALLS // 500, 5)):
        n = r.randrange(3)
        for proxy, real, calls in [
                (manager.Lock(), threading.Lock(), LATCH),
                (manager.RLock(), threading.RLock(), LATCH),
                (manager.Semaphore(n), threading.Semaphore(n), COUNTED),
                (manager.BoundedSemaphore(n), threading.BoundedSemaphore(n), COUNTED),
                (manager.Event(), threading.Event(), EVENT),
                (manager.Condition(), threading.Condition(), CONDITION),
                (manager.Barrier(1 + n), threading.Barrier(1 + n), BARRIER)]:
            compare(r, proxy, real, calls, 60)


def in_threads(n, work):
    results = [None] * n

    def run(i):
        results[i] = attempt(lambda: work(i))

    threads = [threading.Thread(target=run, args=(i,)) for i in range(n)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(PATIENCE)
        assert not t.is_alive(), results
    return results


def check_waiting(manager):
    barrier = manager.Barrier(3)
    indexes = sorted(in_threads(3, lambda i: barrier.wait()))
    assert indexes == [("gives", 0), ("gives", 1), ("gives", 2)], indexes

    event = manager.Event()
    assert in_threads(3, lambda i: event.set() if i == 2 else event.wait()) == [
        ("gives", True), ("gives", True), ("gives", None)]

    condition, done = manager.Condition(), manager.list()

    def produce(i):
        with condition:
            if i == 0:
                assert condition.wait_for(lambda: len(done) == 3, PATIENCE)
            else:
                done.append(i)
                condition.notify_all()

    assert in_threads(4, produce) == [("gives", None)] * 4

    counter, lock = manager.Value("i", 0), manager.Lock()

    def count(_):
        for _ in range(50):
            with lock:
                counter.value += 1

    assert in_threads(4, count) == [("gives", None)] * 4
    assert counter.value == 200


def hold_and_wait(address, tokens):
    manager = managers.SyncManager(address, authkey=KEY)
    manager.connect()
    multiprocessing.current_process().authkey = KEY
    proxies = [kind(token, "pickle", manager=manager, authkey=KEY) for kind, token in tokens]
    for p in proxies[:-1]:
        p.acquire()
    proxies[-1].wait()


def await_waiting(barrier, n):
    end = time.monotonic() + PATIENCE
    while barrier.n_waiting != n:
        assert time.monotonic() < end, barrier.n_waiting
        time.sleep(0.01)


def check_deaths(manager):
    """What was held when a connection went stays taken; what may be released by anybody is free
    then."""
    made = [manager.Lock(), manager.BoundedSemaphore(1), manager.RLock(), manager.Condition(),
            manager.Barrier(2)]
    child = multiprocessing.get_context("fork").Process(
        target=hold_and_wait, args=(manager.address, [(type(p), p._token) for p in made]))
    child.start()
    await_waiting(made[-1], 1)
    child.kill()
    child.join(PATIENCE)
    assert child.exitcode == -signal.SIGKILL, child.exitcode
    await_waiting(made[-1], 0)
    for p in made[:-1]:
        assert p.acquire(True, 0.2) is False, p
    for p in made[:2]:
        p.release()
        assert p.acquire(False), p
    for p in made[2:-1]:
        assert type(attempt(p.release)[1]) is RuntimeError, p


def main():
    if os.environ.get("TUTTI_SANITIZE"):
        print("skipped: the interpreter is not built with the sanitizer")
        sys.exit(77)
    library, m = serve()
    manager = managers.SyncManager(
        ("127.0.0.1", library.tutti_manager_port(m)), authkey=KEY)
    manager.connect()
    r = random.Random(SEED)
    check_list(manager, r)
    check_sort(manager, r)
    check_dict(manager, r)
    check_iterator(manager)
    check_bounds(manager)
    check_array(manager, r)
    check_plain(manager, r)
    check_sync(manager, r)
    check_waiting(manager)
    check_deaths(manager)
    assert library.tutti_manager_shutdown(m) == 0
    library.tutti_manager_free(m)


if __name__ == "__main__":
    main()
