# SPDX-License-Identifier: MIT
"""CPython: one generator hands out numbers, taken by next()."""

import sys
import time


def count_up(limit):
    for i in range(limit):
        yield i


def main(items):
    source, total, step = count_up(items), 0, next
    start = time.perf_counter_ns()
    for _ in range(items):
        total += step(source)
    took = time.perf_counter_ns() - start
    assert total == items * (items - 1) // 2
    print(f"generator_next {took / items:.6g} ns")


main(300000 if "--quick" in sys.argv else 3000000)
