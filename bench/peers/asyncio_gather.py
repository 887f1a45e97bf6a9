# SPDX-License-Identifier: MIT
"""asyncio: 100,000 tasks each sleep 300 ms, all at once; gather waits for all of them."""

import asyncio
import sys
import time


async def sleeps():
    await asyncio.sleep(0.3)
    return 1


async def wave(n):
    awake = sum(await asyncio.gather(*[asyncio.create_task(sleeps()) for _ in range(n)]))
    if awake != n:
        sys.exit("not every task has slept")


async def main(n):
    await wave(n)
    start, before = time.perf_counter_ns(), time.process_time_ns()
    await wave(n)
    print(f"gather {(time.process_time_ns() - before) / n:.6g} ns")
    print(f"gather_elapsed {(time.perf_counter_ns() - start) / 1e6:.6g} ms")


asyncio.run(main(10000 if "--quick" in sys.argv else 100000))
