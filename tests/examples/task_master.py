# SPDX-License-Identifier: MIT
"""task_master.py HOST SCALE KEY: as the tutorial has it, for p108_task_worker."""
import queue
import random
import sys
from multiprocessing.managers import BaseManager

task_queue = queue.Queue()
result_queue = queue.Queue()


class QueueManager(BaseManager):
    pass


def get_task_queue():
    return task_queue


def get_result_queue():
    return result_queue


if __name__ == "__main__":
    host, scale, key = sys.argv[1], float(sys.argv[2]), sys.argv[3].encode()
    QueueManager.register("get_task_queue", callable=get_task_queue)
    QueueManager.register("get_result_queue", callable=get_result_queue)
    manager = QueueManager(address=(host, 5000), authkey=key)
    manager.start()
    task = manager.get_task_queue()
    result = manager.get_result_queue()
    for i in range(10):
        n = random.randint(0, 10000)
        print("Put task %d..." % n)
        task.put(n)
    print("Try get results...", flush=True)
    for i in range(10):
        r = result.get(timeout=10 * scale)
        print("Result: %s" % r)
    manager.shutdown()
    print("master exit.")
