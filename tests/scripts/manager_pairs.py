# SPDX-License-Identifier: MIT
# rows: F139
"""`tutti manager`, `tutti master` and `tutti worker`, each with the tutorials' programs in Python
as the others, in all combinations."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)
import machines  # noqa: E402

NUMBERS = (3411, 1605, 1398, 4729, 5300, 7471, 68, 4219, 339, 7866)
SQUARES = "".join(f"{n} * {n} = {n * n}\n" for n in NUMBERS)
RUNS = "".join(f"run task {n} * {n}...\n" for n in NUMBERS)


def python(name, port):
    return subprocess.Popen(
        [sys.executable, "-B", os.path.join(command.HERE, f"task_{name}.py"), "127.0.0.1",
         str(port), machines.KEY], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)


def finish(process, what):
    out, err = process.communicate(timeout=command.PATIENCE)
    command.equal((process.returncode, err), (0, b""), what)
    return out.decode()


def results_of_python(out):
    return "".join(re.findall(r"Result: (.*\n)", out))


def start_worker(kind, m):
    if kind == "python":
        return python("worker", m.port)
    return machines.Program("worker", m.where, "square")


def end_worker(kind, worker):
    if kind == "python":
        command.equal(finish(worker, "the worker"), RUNS + "worker exit.\n", "it prints")
        return
    worker.signal(command.signal.SIGTERM)
    command.equal(worker.ends(), RUNS + "worker exit.\n", "it prints")
    command.equal(worker.said(), "", "it says")
    worker.__exit__()


def run_master(kind, m):
    if kind == "python":
        return results_of_python(finish(python("master", m.port), "the master"))
    done = machines.run("master", m.where, *map(str, NUMBERS))
    command.equal((done.returncode, done.stderr), (0, b""), "the master")
    return done.stdout.decode()


def around_our_manager(master, worker):
    with machines.Manager() as m:
        running = start_worker(worker, m)
        command.equal(run_master(master, m), SQUARES, f"{master} master, {worker} worker")
        end_worker(worker, running)
        m.signal(command.signal.SIGTERM)
        m.ends()
        command.equal(m.said(), "", "the manager says")


def our_worker_of_a_python_that_serves():
    """Which shuts down in the midst of the worker's wait, and has no jobs."""
    master = python("master", 0)
    port = int(re.match(rb"at (\d+)\n", master.stdout.readline())[1])
    with machines.Program("worker", f"tcp://127.0.0.1:{port}", "square") as worker:
        command.equal(results_of_python(finish(master, "the master")), SQUARES, "results")
        command.equal(worker.ends(), RUNS + "worker exit.\n", "the worker prints")
        worker.says(r"tcp://127\.0\.0\.1:\d+: the manager has shut down\n$")


def our_master_says_what_it_does():
    with machines.Manager() as m, machines.Program("worker", m.where, "square") as worker:
        done = machines.run("master", "--verbose", "--shutdown", m.where, input=b"12\nx\n")
        worker.prints("worker exit")
        worker.ends()
        m.ends()
    command.equal(done.returncode, 0, "its status")
    said = sorted(done.stdout.decode().splitlines())
    command.equal(said[:3], ["Put task 12...", "Put task x...", "Result: 12 * 12 = 144"], "puts")
    command.equal(said[3].startswith("Result: square x failed: not a whole number"), True, said)
    command.equal(said[4:], ["Try get results...", "master exit."], "and says")


def main():
    machines.need_machines()
    for master in ("python", "tutti"):
        for worker in ("python", "tutti"):
            around_our_manager(master, worker)
    our_worker_of_a_python_that_serves()
    our_master_says_what_it_does()


main()
