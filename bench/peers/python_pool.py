# SPDX-License-Identifier: MIT
"""CPython's ThreadPoolExecutor with two workers: submit and result. A tenth of the jobs."""
import concurrent.futures
import sys
import time


def square(n):
    return n * n


def main():
    n = 10_000 if "--quick" in sys.argv else 100_000
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        start = time.perf_counter()
        futures = [pool.submit(square, i) for i in range(n)]
        for i, future in enumerate(futures):
            if future.result() != i * i:
                sys.exit("a result is wrong")
        print(f"pool_results {n / 1e6 / (time.perf_counter() - start):.6g} M/s")


main()
