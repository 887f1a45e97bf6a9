# SPDX-License-Identifier: MIT
"""What the C programs of the claims measure, by CPython: many that wait, and a peer to wait for.

    cpython_wait.py CLAIM [--quick | --smoke]
"""
import asyncio
import concurrent.futures
import multiprocessing
import os
import resource
import signal
import socket
import sys
import threading
import time

SIZES = {"": 0, "--quick": 1, "--smoke": 2}
FORK = multiprocessing.get_context("fork")
ANSWER = b"a" * 64


def report(name, value, unit):
    print(f"{name} {value:.6g} {unit}", flush=True)


def milliseconds(start):
    return (time.monotonic() - start) * 1e3


def kib(path, *words):
    with open(path, encoding="ascii") as file:
        return sum(float(line.split()[1]) for line in file if line.startswith(words))


def private_kib(pid):
    return (kib(f"/proc/{pid}/smaps_rollup", "Private_Clean:", "Private_Dirty:")
            + kib(f"/proc/{pid}/status", "VmPTE:"))


def c4(size):
    n = (1000, 500, 20)[size]
    processes = [FORK.Process(target=time.sleep, args=(600,)) for _ in range(n // 5)]
    for process in processes:
        process.start()
    time.sleep(0.2)
    asked = processes[-20:]
    report("process", sum(private_kib(process.pid) for process in asked) / len(asked), "KiB")
    for process in processes:
        process.kill()
        process.join()
    own, go_on = os.getpid(), threading.Event()

    async def coroutines():
        before, event = private_kib(own), asyncio.Event()
        tasks = [asyncio.create_task(event.wait()) for _ in range(n)]
        await asyncio.sleep(0.2)
        report("coroutine", (private_kib(own) - before) / n, "KiB")
        event.set()
        await asyncio.gather(*tasks)

    asyncio.run(coroutines())
    before = private_kib(own)
    threads = [threading.Thread(target=go_on.wait) for _ in range(n)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    report("thread", (private_kib(own) - before) / n, "KiB")
    go_on.set()
    for thread in threads:
        thread.join()


# -- a server with a delay, in a process of its own ------------------------------------------------

def serve(listener, delay):
    async def answer(reader, writer):
        while await reader.read(1):
            await asyncio.sleep(delay)
            writer.write(ANSWER)
        writer.close()

    async def run():
        server = await asyncio.start_server(answer, sock=listener)
        await server.serve_forever()

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    asyncio.run(run())


class Server:
    def __init__(self, delay):
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = listener.getsockname()[1]
        self.process = FORK.Process(target=serve, args=(listener, delay), daemon=True)
        self.process.start()
        listener.close()

    def __enter__(self):
        return self.port

    def __exit__(self, *_):
        self.process.terminate()
        self.process.join()


def ask(connection):
    connection.sendall(b"x")
    got = 0
    while got < len(ANSWER):
        block = connection.recv(len(ANSWER) - got)
        assert block, "the server has gone"
        got += len(block)


def fetch(port):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        ask(connection)


async def fetch_as_task(port, permits):
    async with permits:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"x")
        await reader.readexactly(len(ANSWER))
        writer.close()


def c12(size):
    n = (200, 200, 50)[size]
    with Server(0.1) as port:
        for name, pool in (("threads", concurrent.futures.ThreadPoolExecutor),
                           ("processes", concurrent.futures.ProcessPoolExecutor)):
            with pool(50) as workers:
                list(workers.map(fetch, [port] * 50))
                start = time.monotonic()
                list(workers.map(fetch, [port] * n))
                report(f"{name}_ms", milliseconds(start), "ms")

        async def all_of_them():
            permits = asyncio.Semaphore(50)
            await asyncio.gather(*(fetch_as_task(port, permits) for _ in range(n)))

        start = time.monotonic()
        asyncio.run(all_of_them())
        report("coroutines_ms", milliseconds(start), "ms")


def switches():
    return resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw


def exchanges(name, connections, all_of_them):
    before, start = switches(), time.monotonic()
    all_of_them(connections)
    report(f"{name}_ms", milliseconds(start), "ms")
    report(f"{name}_switches", switches() - before, "times")


def by_threads(connections):
    threads = [threading.Thread(target=ask, args=(one,)) for one in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


async def ask_as_tasks(port, n):
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(n)]

    async def one(reader, writer):
        writer.write(b"x")
        await reader.readexactly(len(ANSWER))

    before, start = switches(), time.monotonic()
    await asyncio.gather(*(one(*line) for line in lines))
    report("coroutines_ms", milliseconds(start), "ms")
    report("coroutines_switches", switches() - before, "times")
    for _, writer in lines:
        writer.close()


def c34(size):
    n = (100, 100, 10)[size]
    with Server(0.01) as port:
        connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(n)]
        exchanges("in_turn", connections, lambda all_of_them: [ask(one) for one in all_of_them])
        exchanges("threads", connections, by_threads)
        for connection in connections:
            connection.close()
        asyncio.run(ask_as_tasks(port, n))


# -- what blocks, and permits ----------------------------------------------------------------------

def c24(_):
    """A twentieth of the seconds, told as if it had been all of them."""
    async def block(seconds):
        time.sleep(seconds / 20)

    async def wait(seconds):
        await asyncio.sleep(seconds / 20)

    async def three(one, seconds):
        await asyncio.gather(*(one(seconds) for _ in range(3)))

    for name, one, seconds in (("p88_blocking", block, 1), ("p91_waiting", wait, 1),
                               ("p101_blocking", block, 2), ("p102_waiting", wait, 2)):
        start = time.monotonic()
        asyncio.run(three(one, seconds))
        report(name, milliseconds(start) / 50, "s")


def c25(_):
    async def pass_gate(permits):
        async with permits:
            await asyncio.sleep(0.01)

    async def rounds(n, k):
        permits, start = asyncio.Semaphore(k), time.monotonic()
        await asyncio.gather(*(pass_gate(permits) for _ in range(n)))
        return (time.monotonic() - start) / 0.01 / -(-n // k)

    report("longest", max(asyncio.run(rounds(n, k)) for n in range(1, 11) for k in range(1, 6)),
           "x")


# -- more tasks than CPUs --------------------------------------------------------------------------

def count_up(n):
    total = 0
    for i in range(n):
        total += i
    return total


def split(kind, parts, total):
    start = time.monotonic()
    all_of_them = [kind(target=count_up, args=(total // parts,)) for _ in range(parts)]
    for one in all_of_them:
        one.start()
    for one in all_of_them:
        one.join()
    return time.monotonic() - start


def c13(size):
    total, cpus = (5000000, 1000000, 1000)[size], len(os.sched_getaffinity(0))
    for name, parts in (("1", 1), ("2n", 2 * cpus), ("4n", 4 * cpus), ("64n", 64 * cpus)):
        for kind, one in (("processes", FORK.Process), ("threads", threading.Thread)):
            report(f"{kind}_{name}", split(one, parts, total) / split(one, cpus, total), "of-n")


if __name__ == "__main__":
    globals()[sys.argv[1].lower()](SIZES[(sys.argv[2:] or [""])[0]])
