# SPDX-License-Identifier: MIT
"""Those claims that virtual time or the scheduling simulator answers exactly, on any machine."""

from .judge import Check, Claim

TOGETHER = ("processes", "threads", "coroutines_wait", "coroutines_gather")


def virtual(name, what, exactly, unit=" s"):
    return Check(what, lambda f: f.virtual(name), exactly=exactly, unit=unit)


def beyond(name, seconds):
    """By how much a real run, in seconds of the tutorials, was longer than 2 % and 50 ms more.

    They last a twentieth here, so 50 ms are one of their seconds."""
    return Check(f"{name}, beside {seconds} s in real time", lambda f: f[name],
                 most=seconds * 1.02 + 1, unit=" s")


def best_of_others(f, measure, name):
    """One algorithm's figure by the best of the others'."""
    return f[f"{name}_{measure}"] / min(
        f[f"{other}_{measure}"] for other in ("fcfs", "sjf", "rr", "mlfq") if other != name)


EXACT = (
    Claim("C16", "together the longest counts, in turn the sum", (
        virtual("in_turn", "5, 9 and 7 s in turn", 21),
        *(virtual(name, name.replace("_", ", by "), 9) for name in TOGETHER),
        beyond("in_turn", 21), *(beyond(name, 9) for name in TOGETHER)),
        "cpython_start.py", 2, virtual=True),
    Claim("C23", "without a lock far less than 100 is left", (
        Check("100 threads: the median run", lambda f: f["threads_median"], most=5),
        Check("a pool of 16", lambda f: f["pool_median"], most=10),
        Check("100 threads, random schedules", lambda f: f["threads_simulated_median"], most=5),
        Check("a pool of 16, random schedules", lambda f: f["pool_simulated_median"], most=10)),
        "cpython_work.py", 2),
    Claim("C24", "a call that blocks makes coroutines take turns", (
        virtual("p88_blocking", "three that block for 1 s", 3),
        virtual("p91_waiting", "three that wait for 1 s", 1),
        virtual("p101_blocking", "three that block for 2 s", 6),
        virtual("p102_waiting", "three that wait for 2 s", 2)), "cpython_wait.py", 2,
        virtual=True),
    Claim("C25", "n coroutines, k permits: ceil(n/k) times as long", (
        virtual("exact", "of 50 pairs of n and k, exactly so", 50, ""),
        virtual("longest", "the longest, by that", 1, "x")), "cpython_wait.py", 2, virtual=True),
    Claim("C27", "time slices with feedback are the better algorithm", (
        Check("mlfq: short jobs' response by the best other",
              lambda f: best_of_others(f, "short_response", "mlfq"), most=1.1, unit="x"),
        Check("sjf: waiting by the best other, all there at once",
              lambda f: best_of_others(f, "batch_waiting", "sjf"), most=1, unit="x"))),
    Claim("C33", "as_completed hands out at once, wait at the end", (
        virtual("as_completed_latest", "the latest of ten results", 0, " µs"),
        virtual("wait_first", "the first one, by wait, waits for nine", 9, ""),
        virtual("wait_last", "and the last for nobody", 0, ""),
        Check("the latest of ten, in real time", lambda f: f["as_completed_latest"], most=1000,
              unit=" µs")), "cpython_start.py", 2, virtual=True),
)
