# SPDX-License-Identifier: MIT
"""CPython: a multiprocessing.Queue each way, items of 64 bytes, the other process forked."""

import multiprocessing
import sys
import time

ITEM = bytes(64)


def produce(out, n):
    for _ in range(n):
        out.put(ITEM)


def answer(asked, out, n):
    for _ in range(n):
        out.put(asked.get())


def stream(n):
    q = multiprocessing.Queue()
    child = multiprocessing.Process(target=produce, args=(q, n + 1))
    child.start()
    q.get()
    start = time.perf_counter_ns()
    for _ in range(n):
        q.get()
    print(f"process_stream {n * 1e3 / (time.perf_counter_ns() - start):.6g} M/s")
    child.join()


def ping_pong(name, n, pause):
    there, back = multiprocessing.Queue(), multiprocessing.Queue()
    child = multiprocessing.Process(target=answer, args=(there, back, n + 1))
    child.start()
    spent = 0
    for i in range(n + 1):
        if pause:
            time.sleep(pause)
        start = time.perf_counter_ns()
        there.put(ITEM)
        back.get()
        if i:
            spent += time.perf_counter_ns() - start
    print(f"{name} {spent / n / 1e3:.6g} µs")
    child.join()


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    divide = 10 if "--quick" in sys.argv else 1
    mode = sys.argv[1]
    if mode == "stream":
        stream(300000 // divide)
    elif mode == "awake":
        ping_pong("process_awake", 20000 // divide, 0)
    else:
        ping_pong("process_asleep", 1000 // divide, 0.001)
