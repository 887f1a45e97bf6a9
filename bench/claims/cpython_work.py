# SPDX-License-Identifier: MIT
"""What the C programs of the claims measure, by CPython: computing, locking, exchanging.

    cpython_work.py CLAIM [--quick | --smoke]
"""
import asyncio
import concurrent.futures
import multiprocessing
import os
import queue
import random
import sys
import tempfile
import threading
import time

SIZES = {"": 0, "--quick": 1, "--smoke": 2}
PRIMES = (1116281, 1297337, 104395303, 472882027, 533000389, 817504243, 982451653,
          112272535095293, 112582705942171, 112272535095293, 115280095190773, 115797848077099,
          1099726899285419)
FORK = multiprocessing.get_context("fork")


def report(name, value, unit):
    print(f"{name} {value:.6g} {unit}", flush=True)


def milliseconds(start):
    return (time.monotonic() - start) * 1e3


def is_prime(n):
    d = 3
    while d * d <= n:
        if n % d == 0:
            return False
        d += 2
    return True


def try_prime(n):
    start = time.thread_time()
    prime = is_prime(n)
    return prime, time.thread_time() - start


def prime_list(size):
    """A part of it where it is not to take long: what it takes is told as of the whole."""
    return sorted(PRIMES if size == 0 else PRIMES[:9] if size == 1 else PRIMES[:2], reverse=True)


def primes_on(name, pool, size):
    numbers = prime_list(size)
    with pool(16) as workers:
        list(workers.map(is_prime, [3] * 16))
        start = time.monotonic()
        found = list(workers.map(try_prime, numbers))
        wall = time.monotonic() - start
    assert sum(prime for prime, _ in found) == min(len(numbers), 12), found
    report(f"{name}_cores", sum(cpu for _, cpu in found) / wall, "CPUs")


def c6(size):
    primes_on("processes", concurrent.futures.ProcessPoolExecutor, size)


def c7(size):
    primes_on("processes", concurrent.futures.ProcessPoolExecutor, size)
    primes_on("threads", concurrent.futures.ThreadPoolExecutor, size)


def c8(size):
    """The interpreter has that lock."""
    primes_on("threads", concurrent.futures.ThreadPoolExecutor, size)


def c32(size):
    numbers = prime_list(size)
    share = sum(n ** 0.5 for n in numbers if is_prime_known(n)) / sum(
        n ** 0.5 for n in PRIMES if is_prime_known(n))
    start = time.monotonic()
    for n in numbers:
        is_prime(n)
    report("list_ms", milliseconds(start) / share, "ms")
    most = (10 ** 8, 10 ** 7, 1000)[size]
    total, start = 0, time.monotonic()
    for n in range(1, most + 1):
        total += n
    report("sum_ms", milliseconds(start) * 10 ** 8 / most, "ms")
    assert total == most * (most + 1) // 2


def is_prime_known(n):
    """Of the list all are but one, which has a small divisor and costs nothing."""
    return n != PRIMES[8]


def sum_part(numbers, begin, end, results):
    total = 0
    for i in range(begin, end):
        total += numbers[i]
    results.put(total)


def c9(size):
    for name, n in (("1m", 10 ** 6), ("10m", 10 ** 7))[:(2, 1, 1)[size]]:
        n = n if size < 2 else 1000
        numbers, results = list(range(1, n + 1)), FORK.Queue()
        start, total = time.monotonic(), 0
        for number in numbers:
            total += number
        report(f"size_{name}_one", milliseconds(start), "ms")
        start = time.monotonic()
        eight = [FORK.Process(target=sum_part, args=(numbers, n * i // 8, n * (i + 1) // 8,
                                                     results)) for i in range(8)]
        for process in eight:
            process.start()
        assert sum(results.get() for _ in eight) == total
        for process in eight:
            process.join()
        report(f"size_{name}_processes", milliseconds(start), "ms")


def word(factors):
    product = 1
    for i in range(factors):
        product *= i
    return product


def c10(size):
    """The tutorial's million of factors, a fifth of what C does: not to be set side by side."""
    factors = (1000000, 200000, 100)[size]
    start = time.monotonic()
    for _ in range(100):
        word(factors)
    report("tutorial_one_ms", milliseconds(start), "ms")
    for name, kind in (("threads", threading.Thread), ("processes", FORK.Process)):
        start = time.monotonic()
        jobs = [kind(target=word, args=(factors,)) for _ in range(100)]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join()
        report(f"tutorial_{name}_ms", milliseconds(start), "ms")


def c14(size):
    n, lock = (2000000, 200000, 100)[size], threading.Lock()
    start = time.monotonic()
    for _ in range(n):
        with lock:
            pass
    report("uncontended", milliseconds(start) * 1e6 / n, "ns")


def c15(size):
    n, state, lock = (1000000, 100000, 400)[size], {"n": 0}, threading.Lock()

    async def count():
        for i in range(n // 4):
            state["n"] += 1
            if i % 1000 == 0:
                await asyncio.sleep(0)

    async def four():
        await asyncio.gather(*(count() for _ in range(4)))

    def count_locked():
        for _ in range(n // 4):
            with lock:
                state["n"] += 1

    start = time.monotonic()
    asyncio.run(four())
    report("coroutines_ns", milliseconds(start) * 1e6 / n, "ns")
    threads = [threading.Thread(target=count_locked) for _ in range(4)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report("threads_ns", milliseconds(start) * 1e6 / n, "ns")
    assert state["n"] == 2 * n


def put_all(to, item, n):
    for _ in range(n):
        to(item)


def exchange(name, put, get, kind, n):
    writer = kind(target=put_all, args=(put, b"x" * 64, n))
    writer.start()
    get()
    start = time.monotonic()
    for _ in range(n - 1):
        get()
    report(f"{name}_small", milliseconds(start) * 1e3 / n, "µs")
    writer.join()


def c18(size):
    n = (20000, 5000, 50)[size]
    shared, (reader, writer), own = FORK.Queue(), FORK.Pipe(False), queue.Queue()
    exchange("process_queue", shared.put, shared.get, FORK.Process, n)
    exchange("pipe", writer.send_bytes, reader.recv_bytes, FORK.Process, n)
    exchange("thread_queue", own.put, own.get, threading.Thread, n)


def c23(size):
    state = {}

    def deposit():
        new = state["balance"] + 1
        time.sleep(0.01)
        state["balance"] = new

    left = []
    for _ in range((50, 10, 1)[size]):
        state["balance"] = 0
        threads = [threading.Thread(target=deposit) for _ in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        left.append(state["balance"])
    for name, value in (("least", min(left)), ("median", sorted(left)[len(left) // 2]),
                        ("most", max(left))):
        report(f"threads_{name}", value, "of-100")


def writes_so_far():
    with open("/proc/self/io", encoding="ascii") as file:
        return int(next(line for line in file if line.startswith("syscw")).split()[1])


def c26(size):
    n = (100000, 100000, 1000)[size]
    for name, flush in (("buffered", False), ("flushed", True)):
        with tempfile.TemporaryFile("w") as out:
            before, start = writes_so_far(), time.monotonic()
            for i in range(n):
                print("Ping", i % 10, file=out, flush=flush)
            out.flush()
            report(f"{name}_ms", milliseconds(start), "ms")
            report(f"{name}_writes", writes_so_far() - before, "calls")


def c28(size):
    n, local, lock, shared = (500000, 100000, 100)[size], threading.local(), threading.Lock(), {}
    local.value = shared[threading.current_thread()] = 1
    start = time.monotonic()
    for _ in range(n):
        local.value  # pylint: disable=pointless-statement
    report("thread_local", milliseconds(start) * 1e6 / n, "ns")
    start = time.monotonic()
    for _ in range(n):
        with lock:
            shared[threading.current_thread()]  # pylint: disable=expression-not-assigned
    report("locked_dict", milliseconds(start) * 1e6 / n, "ns")


def share(table, lock, entries, n):
    draw = random.Random(n)
    for i in range(n):
        key = draw.randrange(entries)
        if i % 4:
            table[key]  # pylint: disable=pointless-statement
        elif lock:
            with lock:
                table[key] = 1
        else:
            table[key] = 1


def c31(size):
    entries, n = (100000, 10000, 100)[size], (400000, 40000, 100)[size]
    lock, own = threading.Lock(), dict.fromkeys(range(entries), 0)
    with FORK.Manager() as manager:
        managed = manager.dict(own)
        for name, table, count in (("threads", own, n), ("manager", managed, n // 40)):
            of_threads = lock if name == "threads" else None
            threads = [threading.Thread(target=share, args=(table, of_threads, entries, count // 4))
                       for _ in range(4)]
            start = time.monotonic()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            report(name, count * 1e3 / milliseconds(start), "1/s")


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    globals()[sys.argv[1].lower()](SIZES[(sys.argv[2:] or [""])[0]])
