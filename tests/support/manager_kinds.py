# SPDX-License-Identifier: MIT
"""A client that asks what a manager serves beside queues (manager_client.py)."""
import array
import copy
import errno
import gc
import os
import queue
import socket
import threading
from multiprocessing.managers import RemoteError

from manager_client import (KindsManager, QueueManager, Took, connect, equal, eventually, main,
                            raises, strict)


def at(m):
    return m.address if isinstance(m.address, str) else "%s:%d" % m.address


def again(m, kind=KindsManager):
    """Another one of the same."""
    return connect(at(m), bytes(m._authkey), kind)


class Side(threading.Thread):
    """Somebody else, who has a connection of his own."""

    def __init__(self, call):
        super().__init__(daemon=True)
        self.call, self.result, self.error = call, None, None
        self.start()

    def run(self):
        try:
            self.result = self.call()
        except Exception as error:  # told to who waits for it
            self.error = error

    def done(self):
        self.join(60)
        equal(self.is_alive(), False)
        if self.error:
            raise self.error
        return self.result


def aside(call):
    return Side(call).done()


# -- those that wait -----------------------------------------------------------------------------


def events(m):
    e, other = m.Event(), m.Event()
    equal((e.is_set(), e.wait(0), e.wait(-1)), (False, False, False))
    with Took(0.1):
        equal(e.wait(0.1), False)
    waiting = [Side(e.wait) for _ in range(3)]
    equal(e.set(), None)
    equal([side.done() for side in waiting], [True] * 3)
    equal((e.is_set(), e.wait(), e.wait(5), other.is_set()), (True, True, True, False))
    equal((e.clear(), e.is_set()), (None, False))


def locks(m):
    lock = m.Lock()
    equal((lock.acquire(), lock.acquire(False)), (True, False))
    with Took(0.1):
        equal(lock.acquire(True, 0.1), False)
    equal(aside(lock.release), None)  # anybody may
    equal(raises(RuntimeError, lock.release).args, ("release unlocked lock",))
    equal((lock.acquire(True, 5), lock.release()), (True, None))
    raises(ValueError, lock.acquire, False, 5)
    raises(ValueError, lock.acquire, True, -2)
    equal((lock.acquire(True, -1), lock.release()), (True, None))
    with lock:
        equal(aside(lambda: lock.acquire(False)), False)
        side = Side(lambda: (lock.acquire(), lock.release()))
    equal(side.done(), (True, None))


def locks_outlive_connections(m):
    """The end of a thread, and up to 3.13 that of another proxy, closes one, and says nothing about
    what was acquired through it."""
    lock = m.get_lock()
    equal(aside(lock.acquire), True)
    equal((lock.acquire(False), lock.release(), lock.acquire()), (False, None, True))
    other = m.get_lock()
    other._callmethod("__str__")
    del other
    gc.collect()
    equal(aside(lambda: lock.acquire(True, 0.2)), False)
    equal(lock.release(), None)
    semaphore = m.Semaphore(1)
    equal(aside(semaphore.acquire), True)
    equal(semaphore.acquire(True, 0.2), False)


def locks_of_a_holder(m):
    lock = m.RLock()
    equal((lock.acquire(), lock.acquire(), lock.acquire(False)), (True, True, True))
    equal(aside(lambda: lock.acquire(False)), False)
    raises(RuntimeError, aside, lock.release)
    equal((lock.release(), lock.release()), (None, None))
    equal(aside(lambda: lock.acquire(False)), False)
    equal(lock.release(), None)
    raises(RuntimeError, lock.release)
    with lock, lock:
        side = Side(lambda: (lock.acquire(True, 60), lock.release()))
    equal(side.done(), (True, None))


def semaphores(m):
    s = m.Semaphore(2)
    equal([s.acquire(), s.acquire(), s.acquire(False)], [True, True, False])
    with Took(0.1):
        equal(s.acquire(True, 0.1), False)
    side = Side(s.acquire)
    s.release()
    equal((side.done(), s.acquire(False)), (True, False))
    for _ in range(5):
        equal(s.release(), None)
    equal([s.acquire(False) for _ in range(6)], [True] * 5 + [False])
    raises(ValueError, s.acquire, False, 1)
    equal([m.Semaphore().acquire(False), m.Semaphore(value=0).acquire(False)], [True, False])
    raises(RemoteError, m.Semaphore, -1)
    bounded = m.BoundedSemaphore(1)
    equal(raises(ValueError, bounded.release).args, ("Semaphore released too many times",))
    equal((bounded.acquire(), bounded.release()), (True, None))
    raises(ValueError, bounded.release)


def conditions(m):
    c, order = m.Condition(), []

    def wait(name):
        with c:
            order.append(name)
            got = c.wait(60)
            order.append(name)
        return got

    for call in (c.wait, c.notify, c.notify_all, lambda: c.notify(2)):
        raises(RuntimeError, call)
    with c:
        with Took(0.1):
            equal(c.wait(0.1), False)
        equal(aside(lambda: c.acquire(False)), False)  # it is held again
    sides = []
    for name in "abcd":
        sides.append(Side(lambda name=name: wait(name)))
        eventually(lambda: len(order) == len(sides), "it waits")
    with c:
        equal(c.notify(), None)
        equal(len(order), 4)
    equal(sides[0].done(), True)
    with c:
        c.notify(2)
    equal([sides[1].done(), sides[2].done()], [True, True])
    with c:
        c.notify_all()
    equal(sides[3].done(), True)
    equal((order[:5], sorted(order[5:7]), order[7:]), (list("abcda"), ["b", "c"], ["d"]))


def conditions_for_something(m):
    c, items = m.Condition(), []

    def take():
        with c:
            return c.wait_for(lambda: items and items[0], 60)

    side = Side(take)
    for item in 0, 7:
        with c:
            items[:] = [item]
            c.notify_all()
    equal(side.done(), 7)
    with c, Took(0.1):
        equal(c.wait_for(lambda: False, 0.1), False)


def barriers(m):
    b = m.Barrier(3)
    equal((b.parties, b.n_waiting, b.broken), (3, 0, False))
    sides = [Side(b.wait) for _ in range(2)]
    eventually(lambda: b.n_waiting == 2, "two wait")
    equal(sorted([b.wait(60)] + [side.done() for side in sides]), [0, 1, 2])
    with Took(0.1):
        raises(threading.BrokenBarrierError, b.wait, 0.1)
    equal(b.broken, True)
    raises(threading.BrokenBarrierError, b.wait)
    equal((b.reset(), b.broken), (None, False))
    side = Side(b.wait)
    eventually(lambda: b.n_waiting == 1, "one waits")
    equal(b.abort(), None)
    raises(threading.BrokenBarrierError, side.done)
    with Took(0.1):
        raises(threading.BrokenBarrierError, m.Barrier(2, timeout=0.1).wait)
    with Took(0.1):
        raises(threading.BrokenBarrierError, m.Barrier(2, None, 0.1).wait)
    equal(m.Barrier(1).wait(), 0)


# -- those that hold something -------------------------------------------------------------------


def values(m):
    v = m.Value("i", 3)
    equal((v.get(), v.value, str(v)), (3, 3, "Value('i', 3)"))
    equal(v.set(4), None)
    v.value += 1
    equal((v.value, aside(v.get)), (5, 5))
    for x in 1.5, "text", None, [1, {"a": 2}], b"b", 2 ** 70:
        v.value = x
        equal(v.value, x)


def arrays(m):
    a = m.Array("i", [1, 2, 3])
    equal((len(a), a[0], a[-1], list(a)), (3, 1, 3, [1, 2, 3]))
    a[0], a[-1] = 9, -7
    equal((a[0:2], a[:], a[::-2]), (array.array("i", [9, 2]), array.array("i", [9, 2, -7]),
                                     array.array("i", [-7, 9])))
    a[0:2] = array.array("i", [5, 6, 7])
    equal(list(a), [5, 6, 7, -7])
    for i in 4, -5, 1000:
        raises(IndexError, lambda i=i: a[i])
        raises(IndexError, a.__setitem__, i, 1)
    raises(TypeError, a.__setitem__, 0, "x")
    raises(TypeError, a.__getitem__, "x")
    raises(OverflowError, a.__setitem__, 0, 1 << 40)
    equal(m.Array("d", (0.5, 2))[:], array.array("d", [0.5, 2.0]))
    equal(str(a), "array('i', [5, 6, 7, -7])")
    raises(RemoteError, m.Array, "?", [1])


def namespaces(m):
    n = m.Namespace(x=1, y="two")
    equal((n.x, n.y, str(n)), (1, "two", "Namespace(x=1, y='two')"))
    n.z = [1, 2]
    n.x += 1
    n._private = 3
    equal((n.z, n.x, n._private, aside(lambda: n.x)), ([1, 2], 2, 3, 2))
    del n.x
    raises(AttributeError, lambda: n.x)
    raises(AttributeError, delattr, n, "x")
    equal(str(n), "Namespace(y='two', z=[1, 2])")


def lists(m):
    one = m.list([3, 1, 2])
    equal((len(one), one[0], one[-1], one[0:2], one[::-1], str(one)),
          (3, 3, 2, [3, 1], [2, 1, 3], "[3, 1, 2]"))
    equal((list(one), 2 in one, "x" in one), ([3, 1, 2], True, False))
    equal((one.append(4), one.insert(0, 0), one.extend((5, 1))), (None, None, None))
    equal(one[:], [0, 3, 1, 2, 4, 5, 1])
    equal((one.count(1), one.index(1), one.index(1, 3), one.pop(), one.pop(0)), (2, 2, 6, 1, 0))
    equal((one.remove(4), one.sort(), one[:], one.reverse(), one[:]),
          (None, None, [1, 2, 3, 5], None, [5, 3, 2, 1]))
    equal((one.sort(), one.sort(reverse=True), one[:]), (None, None, [5, 3, 2, 1]))
    one[0], one[1:3] = "five", ["a", "b", "c"]
    equal(one[:], ["five", "a", "b", "c", 1])
    del one[0]
    del one[0:2]
    equal(one[:], ["c", 1])
    equal((one + [2], one * 2, 2 * one), (["c", 1, 2], ["c", 1, "c", 1], ["c", 1, "c", 1]))
    one += [7]
    one *= 2
    equal(one[:], ["c", 1, 7, "c", 1, 7])
    equal(copy.deepcopy(one), ["c", 1, 7, "c", 1, 7])


def lists_refuse(m):
    one = m.list()
    equal((len(one), one[:]), (0, []))
    for kind, call in ((IndexError, one.pop), (IndexError, lambda: one[0]),
                       (ValueError, lambda: one.remove(1)), (ValueError, lambda: one.index(1)),
                       (TypeError, lambda: one["x"]), (TypeError, lambda: one + 1),
                       (TypeError, lambda: one.extend(1)), (TypeError, lambda: one.append()),
                       (IndexError, lambda: one.__setitem__(0, 1)),
                       (IndexError, lambda: one.__delitem__(0)),
                       (ValueError, lambda: one.__setitem__(slice(None, None, 0), [1]))):
        raises(kind, call)
    one.extend([1, "x"])
    raises(TypeError, one.sort)
    equal(sorted(map(str, one[:])), ["1", "x"])


def dicts(m):
    d = m.dict({"a": 1}, b=2)
    d[3] = [3]
    d[(1, 2)] = None
    equal((len(d), d["a"], d[3], d.get("b"), d.get("x"), d.get("x", 7)), (4, 1, [3], 2, None, 7))
    equal(("a" in d, "x" in d, 3.0 in d), (True, False, True))
    equal((d.keys(), d.values(), d.items()),
          (["a", "b", 3, (1, 2)], [1, 2, [3], None],
           [("a", 1), ("b", 2), (3, [3]), ((1, 2), None)]))
    equal((str(d), d.copy(), copy.deepcopy(d)), ("{'a': 1, 'b': 2, 3: [3], (1, 2): None}",) +
          ({"a": 1, "b": 2, 3: [3], (1, 2): None},) * 2)
    equal((d.pop("a"), d.pop("x", 0), d.popitem(), d.setdefault("b", 9), d.setdefault("c", 9)),
          (1, 0, ((1, 2), None), 2, 9))
    equal((d.update({"e": 5}), d.update([("f", 6)]), d.update(g=7), d.copy()),
          (None, None, None, {"b": 2, 3: [3], "c": 9, "e": 5, "f": 6, "g": 7}))
    del d["b"]
    equal(raises(KeyError, lambda: d["b"]).args, ("b",))
    equal(raises(KeyError, d.pop, "b").args, ("b",))
    raises(KeyError, d.__delitem__, (5, 6))
    raises(TypeError, d.__setitem__, [], 1)
    raises(TypeError, d.update, 1)
    equal((d.clear(), len(d)), (None, 0))
    raises(KeyError, d.popitem)
    equal(m.dict([(1, 2)]).copy(), {1: 2})


def iterators(m):
    d = m.dict(a=1, b=2)
    equal((list(d), sorted(d), dict(d)), (["a", "b"], ["a", "b"], {"a": 1, "b": 2}))
    it = iter(d)
    equal((next(it), next(it)), ("a", "b"))
    raises(StopIteration, next, it)
    d["c"] = 3  # what an iterator that is under way makes of this, is not asked
    equal(list(d), ["a", "b", "c"])


def queues(m):
    for make in m.Queue, m.JoinableQueue:
        q, small = make(), make(1)
        small.put(1)
        raises(queue.Full, small.put_nowait, 2)
        raises(queue.Empty, q.get_nowait)
        for i in range(3):
            q.put(i)
        equal([q.get(), q.get(), q.get(), small.get()], [0, 1, 2, 1])
        for _ in range(3):
            q.task_done()
        q.join()
        raises(ValueError, q.task_done)
    q = m.Queue(maxsize=2)
    q.put(1)
    q.put(2)
    equal((q.full(), q.qsize()), (True, 2))


# -- who has them --------------------------------------------------------------------------------


def they_go(m):
    """Each is its own, and is gone when nobody has a proxy of it."""
    before = m._number_of_objects()
    kept = [m.list(), m.list(), m.dict(), m.Lock(), m.Queue(), m.Value("i", 1)]
    equal((m._number_of_objects(), len({proxy._id for proxy in kept})), (before + 6, 6))
    kept[0].append(1)
    equal((len(kept[0]), len(kept[1])), (1, 0))
    it = iter(kept[2])
    equal(m._number_of_objects(), before + 7)
    del it
    ident = kept.pop()._id
    eventually(lambda: m._number_of_objects() == before + 5, "the iterator and the value went")
    kept[0]._id, own = ident, kept[0]._id
    raises(RemoteError, kept[0].append, 2)
    kept[0]._id = own
    kept.clear()
    eventually(lambda: m._number_of_objects() == before, "all went")


def shared_ones(m):
    other = again(m)
    e, lock, table, numbers = m.get_event(), m.get_lock(), m.get_table(), m.get_numbers()
    side = Side(other.get_event().wait)
    e.set()
    equal(side.done(), True)
    e.clear()
    with lock:
        equal(aside(lambda: other.get_lock().acquire(False)), False)
    table["k"] = [1]
    numbers.extend([1, 2])
    equal((other.get_table().copy(), other.get_numbers()[:]), ({"k": [1]}, [1, 2]))
    table.clear()
    del numbers[:]
    equal(e._id, other.get_event()._id)


def own_object(m):
    m = again(m, QueueManager)
    counter = m.get_counter()
    before = counter.add(0)
    equal((counter.add(3), counter.add(-1), counter.add(2 ** 40)),
          (before + 3, before + 2, before + 2 + 2 ** 40))
    counter.add(-2 - 2 ** 40)
    raises(TypeError, counter.add, "x")
    raises(TypeError, counter.add)
    equal(raises(ZeroDivisionError, counter.raise_zero).args, ("division by zero",))
    equal(counter.echo(1, "two", x=[3]), ((1, "two"), {"x": [3]}))
    sides = [Side(lambda i=i: [counter.echo(i, n) for n in range(20)]) for i in range(8)]
    for i, side in enumerate(sides):
        equal(side.done(), [((i, n), {}) for n in range(20)])
    raises(AttributeError, lambda: counter.nope)


@strict
def codes_as_exceptions(m):
    counter = again(m, QueueManager).get_counter()
    for code, kind in ((-5100, queue.Empty), (-5101, queue.Full), (-5202, TypeError),
                       (-errno.EINVAL, ValueError), (-errno.ENOENT, KeyError),
                       (-errno.ERANGE, IndexError), (-errno.ENOSYS, AttributeError),
                       (-5103, threading.BrokenBarrierError), (-5000, TimeoutError),
                       (-errno.ENOMEM, MemoryError), (-errno.EACCES, PermissionError),
                       (-errno.ENOSPC, OSError), (-5205, RuntimeError), (-100007, RuntimeError)):
        error = raises(kind, counter.fail, code)
        if isinstance(error, OSError) and code > -5000:
            equal(error.errno, -code)
        equal(counter.add(0), counter.add(0))


@strict
def who_goes_is_told(m):
    """A method that waits ends when its caller has gone."""
    counter = again(m, QueueManager).get_counter()
    before = counter.add(0)

    def call():
        own = again(m, QueueManager).get_counter()
        own.add(0)
        sides.append(own._tls.connection)
        try:
            own.wait_for_ever()
        except (OSError, EOFError, TypeError):
            pass

    sides = []
    side = Side(call)
    eventually(lambda: counter.add(0) == before + 1000, "it is called")
    with socket.socket(fileno=os.dup(sides[0].fileno())) as s:
        s.shutdown(socket.SHUT_RDWR)
    side.done()
    eventually(lambda: counter.add(0) == before + 1001000, "it was cancelled")


def requests_refused(m):
    for call in (lambda: m.Queue(1, 2), lambda: m.Queue(nope=1), lambda: m.Semaphore("x"),
                 lambda: m.Barrier(), lambda: m.list(7), lambda: m.dict(7), lambda: m.Value("i"),
                 lambda: m.Array("i", "xy"), lambda: m.Event(1)):
        raises(RemoteError, call)


SCENES = (events, locks, locks_outlive_connections, locks_of_a_holder, semaphores, conditions,
          conditions_for_something, barriers, values, arrays, namespaces, lists, lists_refuse,
          dicts, iterators, queues, they_go, shared_ones, own_object, codes_as_exceptions,
          who_goes_is_told, requests_refused)

if __name__ == "__main__":
    main(SCENES, KindsManager)
