# SPDX-License-Identifier: MIT
"""CPython's multiprocessing.Process by its fork server; the parent has touched a gigabyte."""
import multiprocessing
import sys
import time


def nothing():
    pass


def one(context):
    process = context.Process(target=nothing)
    process.start()
    process.join()
    if process.exitcode != 0:
        sys.exit("a process failed")


def main():
    context = multiprocessing.get_context("forkserver")
    n = 20 if "--quick" in sys.argv else 100
    touched = bytearray(b"\1") * (1 << 30)
    one(context)
    start = time.perf_counter()
    for _ in range(n):
        one(context)
    print(f"process_start {(time.perf_counter() - start) * 1e6 / n:.6g} µs")
    del touched


if __name__ == "__main__":
    main()
