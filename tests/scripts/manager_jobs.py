# SPDX-License-Identifier: MIT
"""The jobs of `tutti manager` by plain calls of Python's: put for `tutti worker`, taken for
`tutti map`, and what becomes of them when somebody goes."""
import multiprocessing
import os
import queue
import sys
import threading
import time
from multiprocessing.managers import BaseManager

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)
import machines  # noqa: E402


class JobsManager(BaseManager):
    pass


JobsManager.register("get_jobs")


def jobs_of(m):
    manager = JobsManager(address=("127.0.0.1", m.port), authkey=machines.KEY.encode())
    manager.connect()
    return manager.get_jobs()


def raises(exception, call, *arguments, **keywords):
    try:
        got = call(*arguments, **keywords)
    except exception:
        return
    sys.exit(f"{call}{arguments}: {got!r}, not {exception}")


def put_for_a_worker(jobs, m):
    with machines.Program("worker", m.where, "-j", "2"):
        first, second = jobs.put("square", "12"), jobs.put("square", b"13")
        third = jobs.put("square", argument="x")
        got = {number: (ok, result) for number, ok, result in
               (jobs.result(timeout=command.PATIENCE) for _ in range(3))}
        command.equal(got[first], (True, "12 * 12 = 144"), "a text for a text")
        command.equal(got[second], (True, b"13 * 13 = 169"), "bytes for bytes")
        ok, (code, words) = got[third]
        command.equal((ok, code < 0, words.startswith("not a whole number")), (False, True, True),
                      f"what fails says why: {words!r}")
        raises(queue.Empty, jobs.result, 0)
        wrong = jobs.put("square", [1, 2])
        command.equal(jobs.result()[:2], (wrong, False), "what it does not take")


def take_for_map(jobs, m):
    done = []
    worker = threading.Thread(target=lambda: done.append(
        machines.run("map", "--on", m.where, "square", "3", "4")))
    worker.start()
    for _ in range(2):
        number, name, argument = jobs.take(command.PATIENCE, ["square"])
        command.equal((name, argument in (b"3", b"4")), ("square", True), "a job of map's")
        command.equal(jobs.done(number, True, b"python was here"), True, "somebody waits for it")
    worker.join()
    command.equal((done[0].returncode, done[0].stdout), (0, b"python was here\n" * 2), "map")


def interrupt_map(jobs, m):
    """A job that nobody has taken goes with who has put it."""
    with machines.Program("map", "--on", m.where, "square", "1") as mapping:
        while jobs.qsize() == 0:
            time.sleep(0.002)
        mapping.signal(command.signal.SIGINT)
        mapping.ends(130)
    while jobs.qsize() > 0:
        time.sleep(0.002)


def others(port, job):
    """A process that takes one and goes."""
    class Where:
        pass
    m = Where()
    m.port = port
    os._exit(0 if jobs_of(m).take(10, [job])[1] == job else 1)


def leave(jobs, m):
    number = jobs.put("left behind", {"any": object})
    for _ in range(3):
        child = multiprocessing.get_context("spawn").Process(target=others,
                                                             args=(m.port, "left behind"))
        child.start()
        child.join()
        command.equal(child.exitcode, 0, "it has taken one")
    got, ok, (_, words) = jobs.result(command.PATIENCE)
    command.equal((got, ok, words), (number, False, "every worker that had it has gone"), "gone")


def misuse(jobs):
    raises(TypeError, jobs.put)
    raises(TypeError, jobs.put, 5)
    raises(ValueError, jobs.put, "")
    raises(ValueError, jobs.put, "a", 1, -1)
    raises(queue.Empty, jobs.take, 0)
    command.equal(jobs.done(12345), False, "nobody's")
    number = jobs.put("nobody takes this")
    command.equal((jobs.qsize(), jobs.cancel(number), jobs.qsize()), (1, True, 0), "cancelled")


def main():
    machines.need_machines()
    with machines.Manager() as m:
        jobs = jobs_of(m)
        put_for_a_worker(jobs, m)
        take_for_map(jobs, m)
        interrupt_map(jobs, m)
        leave(jobs, m)
        misuse(jobs)
        m.signal(command.signal.SIGTERM)
        m.ends()


if __name__ == "__main__":
    main()
