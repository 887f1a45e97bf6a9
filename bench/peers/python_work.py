# SPDX-License-Identifier: MIT
"""The same in CPython, in a pool of two processes. Start and end of the pool are included."""
import concurrent.futures
import math
import sys
import time

THIRTEEN = [1116281, 1297337, 104395303, 472882027, 533000389, 817504243, 982451653,
            112272535095293, 112582705942171, 112272535095293, 115280095190773,
            115797848077099, 1099726899285419]


def is_prime(n):
    return all(n % d for d in range(3, math.isqrt(n) + 1, 2))


def sum_up(bounds):
    total = 0
    for i in range(*bounds):
        total += i
    return total


def main():
    quick = "--quick" in sys.argv
    numbers = THIRTEEN * (1 if quick else 5)
    start = time.perf_counter()
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        yes = list(pool.map(is_prime, numbers))
    print(f"primes {(time.perf_counter() - start) * 1e3:.6g} ms", flush=True)
    if sum(yes) != len(numbers) // 13 * 12:
        sys.exit("wrong primes")
    n = 10_000_000 if quick else 100_000_000
    start = time.perf_counter()
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        total = sum(pool.map(sum_up, [(1, n // 2 + 1), (n // 2 + 1, n + 1)]))
    print(f"sum {(time.perf_counter() - start) * 1e3:.6g} ms")
    if total != n * (n + 1) // 2:
        sys.exit("wrong sum")


main()
