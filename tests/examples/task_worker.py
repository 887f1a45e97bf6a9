# SPDX-License-Identifier: MIT
"""task_worker.py HOST SCALE: as the tutorial has it, for p107_task_master."""
import queue
import sys
import time
from multiprocessing.managers import BaseManager


class QueueManager(BaseManager):
    pass


if __name__ == "__main__":
    server_addr, scale = sys.argv[1], float(sys.argv[2])
    QueueManager.register("get_task_queue")
    QueueManager.register("get_result_queue")
    print("Connect to server %s..." % server_addr)
    m = QueueManager(address=(server_addr, 5000), authkey=b"abc")
    m.connect()
    task = m.get_task_queue()
    result = m.get_result_queue()
    for i in range(10):
        try:
            n = task.get(timeout=1 * scale)
            print("run task %d * %d..." % (n, n), flush=True)
            r = "%d * %d = %d" % (n, n, n * n)
            time.sleep(1 * scale)
            result.put(r)
        except queue.Empty:
            print("task queue is empty.")
    print("worker exit.")
