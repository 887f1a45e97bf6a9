# SPDX-License-Identifier: MIT
"""A manager without a descriptor to spare says so once, and goes on when there is one: who came
meanwhile is served, and what was put is there."""
import multiprocessing.connection
import os
import queue
import resource
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)
import machines  # noqa: E402

LIMIT, CLIENTS = 40, 60


def connect(address, connected):
    """It proves the key and stays, without a request."""
    connected.put(multiprocessing.connection.Client(address, authkey=machines.KEY.encode()))


def main():
    machines.need_machines()
    with machines.Manager() as m:
        resource.prlimit(m.process.pid, resource.RLIMIT_NOFILE, (LIMIT, LIMIT))
        put = machines.Program("master", m.where, "12")
        connected = queue.Queue()
        threads = [threading.Thread(target=connect, args=(("127.0.0.1", m.port), connected),
                                    daemon=True) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        m.says("cannot accept just now: Too many open files\n")
        for _ in range(CLIENTS):  # each makes room for one that waits
            connected.get(timeout=command.PATIENCE).close()
        for thread in threads:
            thread.join()
        with machines.Program("worker", m.where, "square"):
            command.equal(put.ends(), "12 * 12 = 144\n", "what was put before")
        put.__exit__()
        command.equal(m.said().count("cannot accept"), 1, m.said())


main()
