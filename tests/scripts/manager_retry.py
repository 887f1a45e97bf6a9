# SPDX-License-Identifier: MIT
"""`tutti worker --retry` and `--wait`: managers that come late, go, and come back. And a job that
no worker there takes."""
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)
import machines  # noqa: E402


def check_works(where):
    out = machines.run("map", "--on", where, "square", "7")
    command.equal((out.returncode, out.stdout), (0, b"7 * 7 = 49\n"), out.stderr)
    out = machines.run("master", where, "8")
    command.equal((out.returncode, out.stdout), (0, b"8 * 8 = 64\n"), out.stderr)


def end(manager):
    manager.signal(signal.SIGTERM)
    manager.ends()


def free_place():
    with machines.Manager() as m:
        end(m)
        return m.where


def jobs_and_queues():
    where = free_place()
    with machines.Program("worker", "--retry", where, "square") as worker:
        worker.says("no manager is there yet .*; waiting for one\n")
        for n in range(2):
            with machines.Manager(listen=where[len("tcp://"):]) as m:
                worker.says(f"(?s)(the manager is there.*){{{n + 1}}}\n")
                check_works(where)
                end(m)
                worker.says(f"(?s)(has gone; looking for it.*){{{n + 1}}}\n")
        worker.signal(signal.SIGTERM)
        worker.ends()
        command.equal(worker.said().count("\n"), 5, worker.said())


def serve(script, port):
    server = subprocess.Popen([sys.executable, "-c", script, port, machines.KEY],
                              stdout=subprocess.PIPE)
    command.equal(server.stdout.readline(), b"up\n", "Python's manager")
    return server


def queues_alone():
    """As of a manager of Python's, which has no jobs; it takes one, and ends when idle."""
    where = free_place()
    script = ("import queue, sys\n"
              "from multiprocessing.managers import BaseManager\n"
              "q = [queue.Queue(), queue.Queue()]\n"
              "BaseManager.register('get_task_queue', lambda: q[0])\n"
              "BaseManager.register('get_result_queue', lambda: q[1])\n"
              "m = BaseManager(('127.0.0.1', int(sys.argv[1])), sys.argv[2].encode())\n"
              "s = m.get_server(); print('up', flush=True); s.serve_forever()\n")
    port = where.rpartition(":")[2]
    with machines.Program("worker", "--wait", "300", "--idle", "300", where, "square") as worker:
        worker.says("no manager is there yet .*; waiting for one\n")
        for n in range(2):
            server = serve(script, port)
            try:
                out = machines.run("master", where, "8")
                command.equal((out.returncode, out.stdout), (0, b"8 * 8 = 64\n"), out.stderr)
                worker.says(f"(?s)(the manager is there.*){{{n + 1}}}\n")
            finally:
                server.kill()
                server.wait()
                server.stdout.close()
            worker.says(f"(?s)(has gone; looking for it.*){{{n + 1}}}\n")
        worker.signal(signal.SIGTERM)
        worker.ends()


def ends_of_patience():
    where = free_place()
    with machines.Program("worker", "--wait", "0.1", where, "square") as worker:
        worker.ends(1)
        worker.says("no manager listens there\n")
    with machines.Program("worker", "--retry", "--idle", "0.1", where, "square") as worker:
        worker.ends(0)
    with machines.Manager() as m, \
            machines.Program("worker", "--wait", "0.1", m.where, "square") as worker:
        check_works(m.where)
        end(m)
        worker.ends(0)
        worker.says("the manager has shut down\n")


def nobody_takes_it():
    with machines.Manager() as m, machines.Program("worker", m.where, "square") as worker:
        check_works(m.where)
        with machines.Program("map", "--on", m.where, "prime", "7") as map_:
            said = ("no worker that is there takes the job 'prime', which waits for one that "
                    "does; they offer square\n")
            map_.says(said)
            m.says(said)
            with machines.Program("worker", m.where):
                map_.ends()
        end(m)
        worker.ends()


def main():
    machines.need_machines()
    jobs_and_queues()
    queues_alone()
    ends_of_patience()
    nobody_takes_it()


main()
