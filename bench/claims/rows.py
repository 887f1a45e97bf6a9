# SPDX-License-Identifier: MIT
"""The claims C1 to C34: in a line what the tutorials say, and what must hold here. docs/claims.md
has the same at more length."""

from .judge import Check, Claim
from .rows_exact import EXACT


def ratio(over, under, what="", **bound):
    """One of our figures divided by another."""
    return Check(what or f"{over} / {under}", lambda f: f[over] / f[under], unit="x", **bound)


def rising(*names, **more):
    """Each costs more than the one before: the least step."""
    return Check(" < ".join(names),
                 lambda f: min(f[b] / f[a] for a, b in zip(names, names[1:])),
                 least=1, unit="x", **more)


def figure(name, what, unit="", **bound):
    return Check(what, lambda f: f[name], unit=unit, **bound)


def beside_python(name, least, what):
    return Check(what, lambda f: f.python(name) / f[name], least=least, unit="x")


def share_of(most):
    """That part of min(N, most) CPUs."""
    return lambda part: lambda cpus: part * min(cpus, most)


SIZES = ("10us", "100us", "1ms", "10ms", "100ms")
SPLITS = ("1", "2n", "4n", "16n", "64n")
SIXTEEN, EIGHT = share_of(16), share_of(8)


def crossover(f):
    """From which size of a job on processes cost at most a tenth more, in µs."""
    for size in SIZES:
        if f[f"size_{size}_processes"] <= 1.1 * f[f"size_{size}_threads"]:
            return {"10us": 10, "100us": 100, "1ms": 1e3, "10ms": 1e4, "100ms": 1e5}[size]
    raise ValueError("processes cost more at every size")


def best_split(kind):
    """Of other numbers of tasks than N the one that took the least, by N's time."""
    return lambda f: min(f[f"{kind}_{split}"] for split in SPLITS)


def off_fair(k):
    """What it got and 1/(k+1), the larger by the other."""
    def off(f):
        return f[f"beside_{k}_share"] / f[f"beside_{k}_fair"]

    return Check(f"beside {k}: its share and 1/(k+1), larger by smaller",
                 lambda f: max(off(f), 1 / off(f)), most=1.25, unit="x")


def growing(f):
    """Speed-up of the longest list by that of the shortest."""
    return (f["size_100m_one"] / f["size_100m_processes"]) / (
        f["size_1m_one"] / f["size_1m_processes"])


MEASURED = (
    Claim("C1", "a process costs more than a thread, that more than a coroutine", (
        rising("coroutine", "thread", "fork", "spawn"),
        ratio("thread", "bare_thread", most=1.3),
        ratio("tutti_fork", "bare_fork", most=1.3)), "cpython_start.py", 2),
    Claim("C2", "coroutines switch without the cost of a thread's switch", (
        ratio("thread", "coroutine", least=10),
        ratio("process", "thread", least=1)), "cpython_start.py", 3),
    Claim("C3", "tens of thousands of coroutines at once", (
        figure("coroutines_10k_s", "10^4 that sleep 1 s", " s", most=1.2),
        figure("coroutines_100k_s", "10^5", " s", most=2),
        figure("coroutines_1m_s", "10^6 end at all", " s", most=300),
        figure("coroutines_100k_kib", "memory of each", " KiB", most=4.1)),
        "cpython_start.py", 2),
    Claim("C4", "a coroutine needs less memory than a thread, that than a process", (
        rising("coroutine", "thread", "process"),), "cpython_wait.py", 2),
    Claim("C5", "a pool saves what starting and ending costs", (
        ratio("thread_each", "thread_pool", least=3),
        ratio("process_each", "process_pool", least=10)), "cpython_start.py", 2),
    Claim("C6", "processes use all CPUs for work that computes", (
        figure("processes_cores", "CPUs kept busy", least=SIXTEEN(0.9)),
        ratio("one_ms", "processes_ms", "speed-up over one worker",
              least=lambda n: 0.85 * min(n, 16), cpus=4)), "cpython_work.py", 1),
    Claim("C7", "Python's threads stay at one CPU; C's do not", (
        figure("threads_cores", "CPUs kept busy", least=SIXTEEN(0.9)),
        figure("endless_cores", "by endless loops, one a CPU", least=SIXTEEN(0.9)),
        ratio("threads_ms", "processes_ms", most=1.1)), "cpython_work.py", 1),
    Claim("C8", "one lock around all that runs makes threads take turns", (
        figure("threads_cores", "CPUs of threads with such a lock", most=1.15),
        figure("processes_cores", "of processes with one each", least=SIXTEEN(0.9))),
        "cpython_work.py", 1),
    Claim("C9", "a long sum by processes: the longer, the more it pays", (
        Check("speed-up at 10^8 by that at 10^6", growing, least=1, unit="x"),
        ratio("size_100m_one", "size_100m_processes", "speed-up at 10^8",
              least=EIGHT(0.6))), "cpython_work.py", 1,
        shown=tuple(f"size_{size}_{how}" for size in ("1m", "10m", "100m")
                    for how in ("one", "processes"))),
    Claim("C10", "100 jobs that compute: quicker by processes, in Python", (
        ratio("threads_ms", "processes_ms", most=1.05),
        ratio("one_ms", "threads_ms", "threads' speed-up", least=lambda n: 0.8 * n),
        ratio("one_ms", "processes_ms", "processes' speed-up", least=lambda n: 0.8 * n)),
        "cpython_work.py", 1),
    Claim("C11", "999 waits of 2 s: threads 2 s, processes 11 s", (
        figure("threads_s", "threads", " s", most=2.5),
        figure("coroutines_s", "coroutines", " s", most=2.1),
        rising("threads_s", "processes_s")), "cpython_start.py", 1),
    Claim("C12", "processes bring nothing where all wait", (
        Check("the slowest by the quickest of the three",
              lambda f: max(f[f"{w}_ms"] for w in ("coroutines", "threads", "processes")) /
              min(f[f"{w}_ms"] for w in ("coroutines", "threads", "processes")),
              most=1.1, unit="x"),
        rising("coroutines_kib", "threads_kib", "processes_kib"),
        rising("coroutines_start", "threads_start"),
        rising("coroutines_start", "processes_start")), "cpython_wait.py", 2),
    Claim("C13", "computing is best with as many tasks as CPUs", (
        Check("threads: the best other number, by N", best_split("threads"), least=0.95,
              unit="x"),
        Check("processes: the best other number, by N", best_split("processes"), least=0.95,
              unit="x"),
        figure("threads_64n", "64·N threads, by N", "x", most=1.1)), "cpython_wait.py", 1),
    Claim("C14", "a lock leaves one thread at a time", (
        figure("inside_speedup", "all inside it: speed-up", "x", most=1.1),
        figure("half_speedup", "half: speed-up", "x", most=2.05),
        figure("outside_speedup", "none: speed-up", "x", least=lambda n: 0.85 * n),
        figure("uncontended", "a lock that nobody else wants", " ns", most=30)),
        "cpython_work.py", 3),
    Claim("C15", "coroutines need no locks and so are quicker", (
        ratio("threads_ns", "coroutines_ns", least=5),), "cpython_work.py", 3),
    Claim("C17", "a loop in a process for each core serves most", (
        ratio("loops", "one_loop", least=lambda n: 0.7 * n, cpus=4),
        ratio("one_loop", "thread_each", least=1))),
    Claim("C18", "processes exchange data more slowly than threads", (
        Check("thread queue, small, by the quickest other",
              lambda f: f["thread_queue_small"] / min(
                  f[f"{w}_small"] for w in ("process_queue", "pipe", "socket", "shared_memory",
                                            "manager")), most=1, unit="x"),
        ratio("shared_memory_large", "memcpy_large", "shared memory by a copy in memory",
              least=0.2)), "cpython_work.py", 3, program=("claims", "claims_net")),
    Claim("C19", "a crash of a process is contained, of a thread it is not", (
        figure("contained", "crashed processes that hurt nobody", " %", exactly=100),
        figure("process_dies", "crashed threads that ended their process", " %",
               exactly=100))),
    Claim("C20", "some thousand processes trouble the system", (
        figure("refused_cleanly", "one too many is told so", exactly=1),)),
    Claim("C21", "threads are a little quicker than processes, not by much", (
        ratio("size_100ms_processes", "size_100ms_threads", most=1.1),
        Check("job from which on they are alike, µs", crossover, most=1e5))),
    Claim("C22", "a thread for the long job keeps the window alive", (
        figure("threaded_worst", "a click waits, threaded", " ms", most=50),
        ratio("one_thread_worst", "job", "in one thread, by the job's length", least=0.9))),
    Claim("C26", "a buffer saves calls, a flush gives immediacy", (
        ratio("flushed_writes", "buffered_writes", least=100),), "cpython_work.py", 2),
    Claim("C28", "thread-local data spares the look-up in a dict", (
        figure("thread_local", "a look", " ns", most=20),
        ratio("locked_dict", "thread_local", least=5)), "cpython_work.py", 3),
    Claim("C29", "a program of many threads takes the CPU from others", (
        off_fair("1"), off_fair("n"), off_fair("4n"))),
    Claim("C30", "several workers share the tasks", tuple(
        ratio("workers_1_ms", f"workers_{n}_ms", f"speed-up of {n}", least=0.9 * n)
        for n in (2, 4, 8)) + (
        figure("operations", "of the manager, each second", least=1e4),),
        program=("claims_net",)),
    Claim("C31", "what all change costs less between threads", (
        ratio("threads", "manager", least=10),), "cpython_work.py", 1,
        program=("claims_net",)),
    Claim("C32", "computing is best done in C", (
        beside_python("list_ms", 20, "the prime list on one core, by CPython's"),
        beside_python("sum_ms", 20, "10^8 additions, by CPython's"),
        Check("38.69 s of the tutorials by ours", lambda f: 38690 / f["list_ms"], least=20,
              unit="x")), "cpython_work.py", 1),
    Claim("C34", "switching inside the program shortens its waits", (
        figure("coroutines_ms", "100 exchanges with a peer of 10 ms", " ms", most=20),
        rising("coroutines_switches", "threads_switches"),
        rising("coroutines_switches", "in_turn_switches")), "cpython_wait.py", 2),
)

CLAIMS = {claim.name: claim for claim in
          sorted(MEASURED + EXACT, key=lambda claim: int(claim.name[1:]))}
