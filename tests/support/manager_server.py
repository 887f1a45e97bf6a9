# SPDX-License-Identifier: MIT
"""A manager of Python's own, for clients of ours: manager_server.py KEY HOST:PORT|PATH

It says where it serves, and goes when its standard input ends.
"""
import os
import queue
import sys
import threading
from multiprocessing import managers


class Odd:
    """Methods that end in unusual ways."""

    def __init__(self):
        self.calls = 0

    def count(self):
        self.calls += 1
        return self.calls

    def fail(self, module, name, *args):
        raise getattr(__import__(module, fromlist=["x"]), name)(*args)

    def unpicklable(self):
        return threading.Lock()

    def around(self):
        """A list that contains itself."""
        items = [1]
        items.append(items)
        return items

    def nothing(self):
        return None

    def echo(self, *args, **kwargs):
        return args, kwargs

    def sleep(self, seconds):
        threading.Event().wait(seconds)


class Manager(managers.SyncManager):
    pass


def share(name, made, **kwargs):
    Manager.register(name, callable=lambda: made, **kwargs)


def main():
    key, where = sys.argv[1], sys.argv[2]
    host, _, port = where.rpartition(":")
    address = where if os.sep in where else (host, int(port))
    share("get_tasks", queue.Queue())
    share("get_small", queue.Queue(2))
    share("get_odd", Odd())
    share("my_rlock", threading.RLock(), proxytype=managers.AcquirerProxy)
    share("my_lock", threading.Lock(), proxytype=managers.AcquirerProxy)
    share("my_condition", threading.Condition(), proxytype=managers.ConditionProxy)
    share("my_barrier", threading.Barrier(2), proxytype=managers.BarrierProxy)
    share("my_dict", {}, proxytype=managers.DictProxy)
    server = Manager(address, key.encode()).get_server()
    at = server.address
    print(f"{at[0]}:{at[1]}" if isinstance(at, tuple) else f"unix:{at}", flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    server.serve_forever()


main()
