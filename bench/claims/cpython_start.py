# SPDX-License-Identifier: MIT
"""What the C programs of the claims measure, by CPython: starting, switching, waiting.

    cpython_start.py CLAIM [--quick | --smoke]
"""
import asyncio
import concurrent.futures
import multiprocessing
import os
import resource
import sys
import threading
import time

SIZES = {"": 0, "--quick": 1, "--smoke": 2}


def report(name, value, unit):
    print(f"{name} {value:.6g} {unit}", flush=True)


def nothing(*_):
    pass


def microseconds(start, n):
    return (time.monotonic() - start) * 1e6 / n


def start_and_end(name, kind, n):
    start = time.monotonic()
    for _ in range(n):
        one = kind(target=nothing)
        one.start()
        one.join()
    report(name, microseconds(start, n), "µs")


def c1(size):
    n = (1000, 200, 5)[size]
    start_and_end("fork", multiprocessing.get_context("fork").Process, n // 10 + 1)
    start_and_end("thread", threading.Thread, n)
    start_and_end("fork_server", multiprocessing.get_context("forkserver").Process, n // 50 + 1)
    start_and_end("spawn", multiprocessing.get_context("spawn").Process, n // 100 + 1)

    async def empty():
        pass

    async def tasks():
        for _ in range(n):
            await asyncio.create_task(empty())

    start = time.monotonic()
    asyncio.run(tasks())
    report("coroutine", microseconds(start, n), "µs")


def between_threads(n):
    turned, state = threading.Condition(), {"n": n}

    def play(side):
        with turned:
            while state["n"] > 0:
                if state["n"] % 2 != side:
                    turned.wait()
                    continue
                state["n"] -= 1
                turned.notify()

    start = time.monotonic()
    two = [threading.Thread(target=play, args=(side,)) for side in (0, 1)]
    for thread in two:
        thread.start()
    for thread in two:
        thread.join()
    report("thread", microseconds(start, n) * 1e3, "ns")


def between_processes(n):
    there, back = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        for _ in range(n // 2):
            os.read(there[0], 1)
            os.write(back[1], b"x")
        os._exit(0)
    start = time.monotonic()
    for _ in range(n // 2):
        os.write(there[1], b"x")
        os.read(back[0], 1)
    report("process", microseconds(start, n) * 1e3, "ns")
    os.waitpid(child, 0)


def c2(size):
    n = (20000, 5000, 100)[size]

    async def take_turns():
        for _ in range(n):
            await asyncio.sleep(0)

    async def two():
        await asyncio.gather(take_turns(), take_turns())

    start = time.monotonic()
    asyncio.run(two())
    report("coroutine", microseconds(start, 2 * n) * 1e3, "ns")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    between_processes(n)
    between_threads(n)


def resident_kib():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1024


def c3(size):
    seconds = (1, 1, 0.02)[size]

    async def many(name, n):
        before, start = resident_kib(), time.monotonic()
        tasks = [asyncio.create_task(asyncio.sleep(seconds)) for _ in range(n)]
        await asyncio.sleep(0)
        report(f"{name}_kib", (resident_kib() - before) / n, "KiB")
        await asyncio.gather(*tasks)
        report(f"{name}_s", time.monotonic() - start, "s")

    asyncio.run(many("coroutines_10k", (10000, 10000, 1000)[size]))
    asyncio.run(many("coroutines_100k", (100000, 100000, 2000)[size]))


def by_pool(name, pool, n):
    start = time.monotonic()
    with pool(4) as workers:
        list(workers.map(nothing, range(n)))
    report(f"{name}_pool", microseconds(start, n), "µs")


def c5(size):
    n = (10000, 2000, 20)[size]
    start_and_end("process_each", multiprocessing.get_context("fork").Process, n // 50 + 1)
    by_pool("process", concurrent.futures.ProcessPoolExecutor, n)
    start_and_end("thread_each", threading.Thread, n)
    by_pool("thread", concurrent.futures.ThreadPoolExecutor, n)


def together(kind, n, seconds):
    start = time.monotonic()
    all_of_them = [kind(target=time.sleep, args=(seconds,)) for _ in range(n)]
    for one in all_of_them:
        one.start()
    for one in all_of_them:
        one.join()
    return time.monotonic() - start


def by_asyncio(durations, wait):
    async def both():
        await wait([asyncio.create_task(asyncio.sleep(seconds)) for seconds in durations])

    start = time.monotonic()
    asyncio.run(both())
    return time.monotonic() - start


async def gather(tasks):
    await asyncio.gather(*tasks)


def c11(size):
    n, seconds = ((999, 2), (999, 2), (20, 0.05))[size]
    report("processes_s", together(multiprocessing.get_context("fork").Process, n, seconds), "s")
    report("coroutines_s", by_asyncio([seconds] * n, gather), "s")
    report("threads_s", together(threading.Thread, n, seconds), "s")


def c16(_):
    """A twentieth of the seconds, told as if it had been all of them."""
    durations = [seconds / 20 for seconds in (5, 9, 7)]
    start = time.monotonic()
    for seconds in durations:
        time.sleep(seconds)
    report("in_turn", (time.monotonic() - start) * 20, "s")
    for name, kind in (("processes", multiprocessing.get_context("fork").Process),
                       ("threads", threading.Thread)):
        start = time.monotonic()
        all_three = [kind(target=time.sleep, args=(seconds,)) for seconds in durations]
        for one in all_three:
            one.start()
        for one in all_three:
            one.join()
        report(name, (time.monotonic() - start) * 20, "s")
    report("coroutines_wait", by_asyncio(durations, asyncio.wait) * 20, "s")
    report("coroutines_gather", by_asyncio(durations, gather) * 20, "s")


def c33(_):
    ended = {}

    async def end_at(number):
        await asyncio.sleep((10 - number) / 20)
        ended[number] = time.monotonic()
        return number

    async def both():
        latest = 0
        for one in asyncio.as_completed([end_at(number) for number in range(10)]):
            number = await one
            latest = max(latest, time.monotonic() - ended[number])
        report("as_completed_latest", latest * 1e6, "µs")
        await asyncio.wait([asyncio.create_task(end_at(number)) for number in range(10)])
        report("wait_first", (time.monotonic() - ended[9]) * 20, "units")
        report("wait_last", (time.monotonic() - ended[0]) * 20, "units")

    asyncio.run(both())


if __name__ == "__main__":
    globals()[sys.argv[1].lower()](SIZES[(sys.argv[2:] or [""])[0]])
