# SPDX-License-Identifier: MIT
"""Jobs that do nothing in two processes: ProcessPoolExecutor.submit, or with "async" Pool."""
import concurrent.futures
import multiprocessing
import sys
import time


def same(n):
    return n


def run(submit, get, n):
    futures = [submit(i) for i in range(n)]
    for i, future in enumerate(futures):
        if get(future) != i:
            sys.exit("a result is wrong")


def measure(submit, get):
    n = 2000 if "--quick" in sys.argv else 20_000
    run(submit, get, 1000)
    start = time.perf_counter()
    run(submit, get, n)
    print(f"process_jobs {n / 1e6 / (time.perf_counter() - start):.6g} M/s")


def main():
    if "async" in sys.argv:
        with multiprocessing.Pool(2) as pool:
            measure(lambda i: pool.apply_async(same, (i,)), lambda result: result.get())
    else:
        with concurrent.futures.ProcessPoolExecutor(2) as pool:
            measure(lambda i: pool.submit(same, i), lambda future: future.result())


if __name__ == "__main__":
    main()
