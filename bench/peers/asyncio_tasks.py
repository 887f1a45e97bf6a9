# SPDX-License-Identifier: MIT
"""asyncio: create 1,000 tasks that return at once, gather them; many times over."""

import asyncio
import sys
import time

BATCH = 1000


async def nothing():
    return None


async def main(batches):
    for _ in range(2):
        await asyncio.gather(*[asyncio.create_task(nothing()) for _ in range(BATCH)])
    start = time.perf_counter_ns()
    for _ in range(batches):
        await asyncio.gather(*[asyncio.create_task(nothing()) for _ in range(BATCH)])
    print(f"task {(time.perf_counter_ns() - start) / (batches * BATCH):.6g} ns")


asyncio.run(main(30 if "--quick" in sys.argv else 300))
