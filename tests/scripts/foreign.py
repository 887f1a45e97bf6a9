# SPDX-License-Identifier: MIT
# ctest: LABELS no-valgrind
"""The library from another language, in threads that tutti did not make, loaded late by dlopen."""
import ctypes
import os
import sys
import threading

THREADS, TURNS, TIMEDOUT, EMPTY = 4, 2000, -5000, -5100
FOREVER = 2 ** 63 - 1


class Lock(ctypes.Structure):
    _fields_ = [("priv", ctypes.c_uint32 * 2), ("holder", ctypes.c_uint64)]


def load():
    tutti = ctypes.CDLL(os.path.join(os.environ["TUTTI_BUILD_DIR"], "libtutti.so"))
    pointer, time = ctypes.c_void_p, ctypes.c_int64
    lock = ctypes.POINTER(Lock)
    signatures = {
        "now": (time,), "after": (time, time), "sleep": (ctypes.c_int, time),
        "lock_acquire": (None, lock), "lock_release": (ctypes.c_int, lock),
        "lock_acquire_until": (ctypes.c_int, lock, time), "lock_locked": (ctypes.c_bool, lock),
        "queue_create": (ctypes.c_int, ctypes.POINTER(pointer), ctypes.c_size_t, pointer),
        "queue_put": (ctypes.c_int, pointer, pointer),
        "queue_get": (ctypes.c_int, pointer, pointer),
        "queue_get_until": (ctypes.c_int, pointer, pointer, time),
        "queue_size": (ctypes.c_size_t, pointer), "queue_free": (None, pointer),
        "strerror": (ctypes.c_char_p, ctypes.c_int),
    }
    for name, (result, *arguments) in signatures.items():
        function = getattr(tutti, "tutti_" + name)
        function.restype, function.argtypes = result, arguments
    return tutti


def in_threads(work):
    """Run work(i) in THREADS Python threads; whatever one of them raises is raised here."""
    raised = []

    def guarded(i):
        try:
            work(i)
        except BaseException as error:  # pylint: disable=broad-except
            raised.append(error)

    threads = [threading.Thread(target=guarded, args=(i,)) for i in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


def clock(tutti):
    def work(_):
        before = tutti.tutti_now()
        assert tutti.tutti_sleep(5_000_000) == 0
        assert tutti.tutti_now() - before >= 5_000_000
        assert tutti.tutti_after(FOREVER) == FOREVER

    in_threads(work)


def counting(tutti):
    """ctypes lets go of the interpreter's lock in every call, so these threads do race."""
    lock, counter = Lock(), ctypes.c_long(0)

    def work(_):
        for _ in range(TURNS):
            tutti.tutti_lock_acquire(lock)
            value = counter.value
            if value % 64 == 0:
                tutti.tutti_now()  # a chance for the others to come in between
            counter.value = value + 1
            assert tutti.tutti_lock_release(lock) == 0

    in_threads(work)
    assert counter.value == THREADS * TURNS, counter.value
    assert not tutti.tutti_lock_locked(lock)
    tutti.tutti_lock_acquire(lock)
    assert tutti.tutti_lock_acquire_until(lock, 0) == TIMEDOUT
    assert tutti.tutti_lock_release(lock) == 0
    assert tutti.tutti_lock_release(lock) < 0


def passing(tutti):
    """Half of the threads put, half get; each number arrives once."""
    queue, got, guard = ctypes.c_void_p(), [], threading.Lock()
    assert tutti.tutti_queue_create(ctypes.byref(queue), 8, None) == 0

    def work(i):
        mine = []
        for turn in range(TURNS):
            item = ctypes.c_uint64(i * TURNS + turn)
            if i % 2 == 0:
                assert tutti.tutti_queue_put(queue, ctypes.byref(item)) == 0
            else:
                assert tutti.tutti_queue_get(queue, ctypes.byref(item)) == 0
                mine.append(item.value)
        with guard:
            got.extend(mine)

    in_threads(work)
    want = [i * TURNS + turn for i in range(0, THREADS, 2) for turn in range(TURNS)]
    assert sorted(got) == want, (len(got), len(want))
    item = ctypes.c_uint64(7)
    assert tutti.tutti_queue_size(queue) == 0
    assert tutti.tutti_queue_get_until(queue, ctypes.byref(item), 0) == EMPTY
    assert item.value == 7
    tutti.tutti_queue_free(queue)


def main():
    if os.environ.get("TUTTI_SANITIZE"):
        print("skipped: the interpreter is not built with the sanitizer")
        sys.exit(77)
    tutti = load()
    for test in (clock, counting, passing):
        test(tutti)
        print(f"{test.__name__}: fine from {THREADS} foreign threads")
    assert tutti.tutti_strerror(EMPTY)


if __name__ == "__main__":
    main()
