# SPDX-License-Identifier: MIT
"""CPython's own manager, and the client in Python of all managers:

    python_manager.py serve              three queues; prints its port, ends with its standard input
    python_manager.py start PORT N       what a worker's start takes, in seconds
    python_manager.py put PORT N SIZE    and a put of so many bytes
    python_manager.py calls PORT N       calls, of which there are N; it waits for a line to begin
"""
import os
import queue
import sys
import threading
import time
from multiprocessing.managers import BaseManager

NAMES = "get_task_queue", "get_result_queue", "get_log_queue"


class Manager(BaseManager):
    pass


def serve():
    queues = {name: queue.Queue() for name in NAMES}
    for name in NAMES:
        Manager.register(name, callable=lambda name=name: queues[name])
    server = Manager(("127.0.0.1", 0), b"abc").get_server()
    print(server.address[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    server.serve_forever()


def worker(port):
    m = Manager(("127.0.0.1", port), b"abc")
    m.connect()
    return [getattr(m, name)() for name in NAMES]


def start(port, n):
    """From nothing to the first item; what it takes to let go is not counted."""
    filler = worker(port)
    spent = 0
    for i in range(n):
        filler[0].put(i)
        if filler[0]._tls.connection:  # the thread's, which is not to be there already
            filler[0]._tls.connection.close()
            del filler[0]._tls.connection
        begun = time.perf_counter()
        proxies = worker(port)
        proxies[0].get()
        spent += time.perf_counter() - begun
        del proxies
        if hasattr(filler[0]._tls, "connection"):
            filler[0]._tls.connection.close()
            del filler[0]._tls.connection
    print(spent / n)


def put(port, n, size):
    q, item, spent = worker(port)[0], bytes(size), 0
    for i in range(n + 1):
        begun = time.perf_counter()
        q.put(item)
        spent += time.perf_counter() - begun if i else 0
        q.get()
    print(spent / n)


def calls(port, n):
    q = worker(port)[0]
    q.qsize()
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(n // 2):
        q.put(7)
        q.get()
    print("done", flush=True)


if __name__ == "__main__":
    for known in NAMES:
        Manager.register(known)
    globals()[sys.argv[1]](*map(int, sys.argv[2:]))
