# SPDX-License-Identifier: MIT
"""The tutorials' master: HOST PORT KEY. It serves its queues itself, or with PORT 0 says where."""
import queue
import sys
from multiprocessing.managers import BaseManager

task_queue = queue.Queue()
result_queue = queue.Queue()


def get_task_queue():
    return task_queue


def get_result_queue():
    return result_queue


class QueueManager(BaseManager):
    pass


def run(manager, shutdown):
    task, result = manager.get_task_queue(), manager.get_result_queue()
    for n in (3411, 1605, 1398, 4729, 5300, 7471, 68, 4219, 339, 7866):
        print(f"Put task {n}...", flush=True)
        task.put(n)
    print("Try get results...", flush=True)
    for _ in range(10):
        print(f"Result: {result.get(timeout=40)}", flush=True)
    if shutdown:
        manager.shutdown()
    print("master exit.", flush=True)


def main():
    host, port, key = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()
    if port != 0:
        QueueManager.register("get_task_queue")
        QueueManager.register("get_result_queue")
        manager = QueueManager(address=(host, port), authkey=key)
        manager.connect()
    else:
        QueueManager.register("get_task_queue", callable=get_task_queue)
        QueueManager.register("get_result_queue", callable=get_result_queue)
        manager = QueueManager(address=(host, port), authkey=key)
        manager.start()
        print(f"at {manager.address[1]}", flush=True)
    run(manager, port == 0)


if __name__ == "__main__":
    main()
