# SPDX-License-Identifier: MIT
"""CPython's own manager with the names of programs/manager_peer.c.

manager_reference.py ADDRESS KEY. It says where it listens, and ends with its standard input.
"""
import os
import queue
import sys
import threading
import time
from multiprocessing.managers import AcquirerProxy, DictProxy, EventProxy, ListProxy, SyncManager


class Counter:
    def __init__(self):
        self.count = 0

    def add(self, n):
        self.count += n
        return self.count

    def raise_zero(self):
        raise ZeroDivisionError("division by zero")

    def echo(self, *args, **kwargs):
        time.sleep(0.001)
        return args, kwargs


class Manager(SyncManager):
    pass


def register(name, kept, proxy=None):
    Manager.register(name, callable=lambda: kept, proxytype=proxy)


def main(address, key):
    host, _, port = address.rpartition(":")
    place = address[5:] if address.startswith("unix:") else (host, int(port))
    register("get_task_queue", queue.Queue())
    register("get_result_queue", queue.Queue())
    register("get_small_queue", queue.Queue(2))
    register("get_event", threading.Event(), EventProxy)
    register("get_lock", threading.Lock(), AcquirerProxy)
    register("get_table", {}, DictProxy)
    register("get_numbers", [], ListProxy)
    register("get_counter", Counter())
    server = Manager(place, key.encode()).get_server()
    at = server.address
    print("unix:" + at if isinstance(at, str) else "%s:%d" % at, flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
