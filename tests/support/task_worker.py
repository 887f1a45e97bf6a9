# SPDX-License-Identifier: MIT
"""The tutorials' worker: HOST PORT KEY, ten turns."""
import queue
import sys
from multiprocessing.managers import BaseManager


class QueueManager(BaseManager):
    pass


QueueManager.register("get_task_queue")
QueueManager.register("get_result_queue")
m = QueueManager(address=(sys.argv[1], int(sys.argv[2])), authkey=sys.argv[3].encode())
m.connect()
task, result = m.get_task_queue(), m.get_result_queue()
for _ in range(10):
    try:
        n = task.get(timeout=40)
        print(f"run task {n} * {n}...", flush=True)
        result.put(f"{n} * {n} = {n * n}")
    except queue.Empty:
        print("task queue is empty.", flush=True)
print("worker exit.", flush=True)
