# SPDX-License-Identifier: MIT
# rows: F139
# ctest: TIMEOUT 300
"""`tutti map --on tcp://` while its workers die: each result once, in the order of the inputs.

One worker after the other is killed, a tenth of a second apart, by SIGKILL, and replaced."""
import os
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)
import machines  # noqa: E402

WORKERS = 3
JOBS = 20000 if os.environ.get("TUTTI_TORTURE") else 4000


def start_worker(where, job):
    return machines.Program("worker", where, "-j", "2", job)


def kill_one_after_the_other(where, job, over, killed):
    workers = [start_worker(where, job) for _ in range(WORKERS)]
    turn = 0
    while not over.wait(0.1):
        workers[turn % WORKERS].__exit__()
        workers[turn % WORKERS] = start_worker(where, job)
        turn += 1
    killed.append(turn)
    for worker in workers:
        worker.__exit__()


def main():
    machines.need_machines()
    over, killed = threading.Event(), []
    with tempfile.TemporaryDirectory() as folder, machines.Manager() as m:
        job = command.build_module(folder, "machine_jobs") + ":brief"
        chaos = threading.Thread(target=kill_one_after_the_other,
                                 args=(m.where, job, over, killed))
        chaos.start()
        try:
            inputs = "".join(f"{n}\n" for n in range(1, JOBS + 1))
            done = command.run("map", "--on", m.where, job, input=inputs.encode(),
                               env=machines.environment())
        finally:
            over.set()
            chaos.join()
        command.equal(done.stderr, b"", "what map says")
        command.equal(done.returncode, 0, "map's exit status")
        wanted = "".join(f"brief {n}\n" for n in range(1, JOBS + 1))
        if done.stdout.decode() != wanted:
            got = done.stdout.decode().splitlines()
            wrong = next((i for i, line in enumerate(got) if line != wanted.splitlines()[i]), -1)
            sys.exit(f"{len(got)} results of {JOBS}; the first wrong one is number {wrong}")
        print(f"{JOBS} jobs, {killed[0]} workers killed")


main()
