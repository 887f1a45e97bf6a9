# SPDX-License-Identifier: MIT
"""What is measured: the contestants of each group, the rows of the table, their targets."""

from dataclasses import dataclass, field

OURS = "tutti"


@dataclass(frozen=True)
class Contestant:
    name: str
    package: str  # Debian package(s) it needs, as told to whoever lacks it; "" for ours and libc
    commands: tuple  # each a program and its mode; a bare name lies in the build directory


@dataclass(frozen=True)
class Target:
    """
    kind  "better"   at least `bound` times better than `than`
          "cost"     at most `bound` times what `than` costs (times) or reaches (rates, inverted)
          "most", "least"   an absolute bound on our figure, in the row's unit
    than  a name in the row, or "best": whichever of the peers is
    """

    kind: str
    bound: float
    than: str = ""
    goal: bool = False  # hoped for beyond the target


@dataclass(frozen=True)
class Row:
    group: str
    figure: str  # as the programs print it
    what: str
    unit: str
    targets: tuple = ()
    beside: tuple = ()  # (label, figure): other figures of ours to compare with, besides the peers'
    more_is_better: bool = False
    scales: bool = False  # the bound is a count, which --quick divides


def goal(than):
    return Target("better", 1, than, goal=True)


GO = "golang-go"
ST = "libst-dev"

PROCESS_MODES = ("stream", "awake", "asleep")
SUBPROCESS_MODES = ("start", "capture", "stream")
ACCEPT_MODES = ("accept", "accept_same")

GROUPS = {
    "tasks": (
        Contestant(OURS, "", (("ours_tasks",),)),
        Contestant("State Threads", ST, (("st_tasks",),)),
        Contestant("Go", GO, (("go_peer", "tasks"),)),
        Contestant("asyncio", "python3", (("@python", "asyncio_tasks.py"),)),
    ),
    "generators": (
        Contestant(OURS, "", (("ours_generators",),)),
        Contestant("boost.coroutine2", "libboost-context-dev", (("coroutine2_generators",),)),
        Contestant("Python", "python3", (("@python", "python_generators.py"),)),
    ),
    "gather": (
        Contestant(OURS, "", (("ours_gather",),)),
        Contestant("Go", GO, (("go_peer", "gather"),)),
        Contestant("asyncio", "python3", (("@python", "asyncio_gather.py"),)),
    ),
    "yield": (
        Contestant(OURS, "", (("ours_yield",),)),
        Contestant("boost.context", "libboost-context-dev", (("context_yield",),)),
        Contestant("boost.fiber", "libboost-fiber-dev", (("fiber_yield",),)),
        Contestant("Go", GO, (("go_peer", "yield"),)),
    ),
    "parked": (
        Contestant(OURS, "", (("ours_parked", "million"), ("ours_parked", "waves"))),
        Contestant("State Threads", ST, (("st_parked",),)),
        Contestant("Go, in Sleep", GO, (("go_peer", "parked-sleep"),)),
        Contestant("Go, on a channel", GO, (("go_peer", "parked-chan"),)),
    ),
    "lock": (
        Contestant(OURS, "", (("ours_lock",),)),
        Contestant("pthread", "", (("pthread_lock", "normal"),)),
        Contestant("pthread adaptive", "", (("pthread_lock", "adaptive"),)),
        Contestant("Go", GO, (("go_peer", "lock"),)),
    ),
    "queue": (
        Contestant(OURS, "", (("ours_queue", "threads"), ("ours_queue", "tasks"))),
        Contestant("crossbeam", "cargo librust-crossbeam-channel-dev", (("crossbeam_queue",),)),
        Contestant("Go", GO, (("go_peer", "queue"),)),
        Contestant("TBB", "libtbb-dev", (("tbb_queue",),)),
        Contestant("GAsyncQueue", "libglib2.0-dev", (("glib_queue",),)),
    ),
    "select": (
        Contestant(OURS, "", (("ours_select",),)),
        Contestant("Go", GO, (("go_peer", "select"),)),
    ),
    "timers": (
        Contestant(OURS, "", (("ours_timers",),)),
        Contestant("libevent", "libevent-dev", (("libevent_timers",),)),
        Contestant("libuv", "libuv1-dev", (("libuv_timers",),)),
        Contestant("Go", GO, (("go_peer", "timers"),)),
    ),
    "sim": (
        Contestant(OURS, "", (("ours_sim",),)),
        Contestant("real threads", "", (("ours_sim", "threads"),)),
    ),
    "pool": (
        Contestant(OURS, "", (("ours_pool",),)),
        Contestant("Go", GO, (("go_peer", "pool"),)),
        Contestant("GThreadPool", "libglib2.0-dev", (("glib_pool",),)),
        Contestant("TBB", "libtbb-dev", (("tbb_pool",),)),
        Contestant("CPython", "python3", (("@python", "python_pool.py"),)),
    ),
    "work": (
        Contestant(OURS, "", (("ours_work",),)),
        Contestant("C, one thread", "", (("c_work",),)),
        Contestant("CPython", "python3", (("@python", "python_work.py"),)),
    ),
    "processes": (
        Contestant(OURS, "", tuple(("ours_process_queue", m) for m in PROCESS_MODES)
                   + (("ours_process_start",), ("ours_process_pool",))),
        Contestant("pipe", "", tuple(("pipe_process", m) for m in PROCESS_MODES)),
        Contestant("POSIX mq", "", tuple(("mq_process", m) for m in PROCESS_MODES)),
        Contestant("CPython", "python3",
                   tuple(("@python", "python_process_queue.py", m) for m in PROCESS_MODES)
                   + (("@python", "python_process_start.py"),
                      ("@python", "python_process_pool.py"))),
        Contestant("CPython Pool", "python3", (("@python", "python_process_pool.py", "async"),)),
        Contestant("posix_spawn", "", (("spawn_process",),)),
        Contestant("fork", "", (("spawn_process", "fork"),)),
    ),
    "subprocess": (
        Contestant(OURS, "", tuple(("ours_subprocess", m) for m in SUBPROCESS_MODES)),
        Contestant("as a future", "",
                   tuple(("ours_subprocess_future", m) for m in SUBPROCESS_MODES)),
        Contestant("posix_spawn", "", tuple(("spawn_subprocess", m) for m in SUBPROCESS_MODES)),
        Contestant("GLib", "libglib2.0-dev",
                   tuple(("glib_subprocess", m) for m in SUBPROCESS_MODES[:2])),
        Contestant("CPython", "python3",
                   tuple(("@python", "python_subprocess.py", m) for m in SUBPROCESS_MODES)),
    ),
    "map-command": (
        Contestant(OURS, "", (("@command", "tutti", "map", "-j2", "--", "5000"),)),
        Contestant("xargs -P2", "findutils", (("@command", "xargs", "-P2", "-n1", "5000"),)),
        Contestant("GNU parallel", "parallel",
                   (("@command", "parallel", "--will-cite", "-j2", "500"),)),
    ),
    "echo": (
        Contestant(OURS, "", (("ours_echo", "echo"), ("ours_echo", "echo_epoll"))),
        Contestant("epoll", "", (("epoll_echo", "echo"),)),
        Contestant("libuv", "libuv1-dev", (("libuv_echo", "echo"),)),
        Contestant("Go", GO, (("go_peer", "echo"),)),
    ),
    "accept": (
        Contestant(OURS, "", tuple(("ours_echo", m) for m in ACCEPT_MODES)),
        Contestant("epoll", "", tuple(("epoll_echo", m) for m in ACCEPT_MODES)),
        Contestant("libuv", "libuv1-dev", tuple(("libuv_echo", m) for m in ACCEPT_MODES)),
        Contestant("Go", GO, tuple(("go_peer", m) for m in ACCEPT_MODES)),
    ),
    "idle": (
        Contestant(OURS, "", (("ours_echo", "idle"),)),
        Contestant("epoll", "", (("epoll_echo", "idle"),)),
        Contestant("Go", GO, (("go_peer", "idle"),)),
    ),
    "http": (
        Contestant(OURS, "wrk", (("@http", "tutti"),)),
        Contestant("nginx", "nginx-light wrk", (("@http", "nginx"),)),
        Contestant("epoll, canned", "wrk", (("@http", "epoll"),)),
        Contestant("Go", "golang-go wrk", (("@http", "go"),)),
        Contestant("aiohttp", "python3-aiohttp wrk", (("@http", "aiohttp"),)),
    ),
    "fetch": (
        Contestant(OURS, "nginx-light", (("@fetch", "tutti"),)),
        Contestant("curl --parallel", "curl nginx-light", (("@fetch", "curl"),)),
        Contestant("aiohttp", "python3-aiohttp nginx-light", (("@fetch", "aiohttp"),)),
    ),
    "manager": (
        Contestant(OURS, "", (("@manager", "tutti"),)),
        Contestant("CPython", "python3", (("@manager", "cpython"),)),
        Contestant("Redis", "redis-server", (("@manager", "redis"),)),
    ),
    "values": (
        Contestant(OURS, "", (("ours_values",),)),
        Contestant("CPython", "python3", (("@python", "python_values.py"),)),
    ),
    "forkjoin": (
        Contestant(OURS, "", (("ours_forkjoin", "1"), ("ours_forkjoin", "2"))),
        Contestant("rayon", "cargo librust-rayon-dev", (("rayon_fork", "1"), ("rayon_fork", "2"))),
        Contestant("libgomp", "", (("openmp_fork", "1"), ("openmp_fork", "2"))),
        Contestant("libomp", "clang libomp-dev", (("libomp_fork", "1"), ("libomp_fork", "2"))),
        Contestant("TBB", "libtbb-dev", (("tbb_fork", "1"), ("tbb_fork", "2"))),
        Contestant("Go", GO, (("go_peer", "fork-1"), ("go_peer", "fork-2"))),
    ),
}

LOCK_TARGETS = (Target("better", 2, "pthread adaptive"), goal("Go"))
SHARE_TARGETS = (Target("least", 40),)

ROWS = (
    Row("tasks", "task", "start + finish a task that does not block", "ns",
        (Target("better", 10, "Go"),)),
    Row("tasks", "task_group", "the same in a group that is joined, beside sync.WaitGroup", "ns",
        (Target("better", 10, "Go"),)),
    Row("generators", "generator_next", "one item of a generator, there and back", "ns",
        (Target("better", 4, "Python"), Target("better", 1, "boost.coroutine2"))),
    Row("gather", "gather", "100,000 tasks sleep at once, gathered: processor time of one", "ns",
        (Target("better", 2, "Go"),)),
    Row("gather", "gather_elapsed", "the same by the clock; each sleeps 300 ms", "ms"),
    Row("yield", "yield", "yield between two tasks of a loop, per switch", "ns",
        (Target("better", 8, "Go"), Target("cost", 1.3, "boost.context"))),
    Row("parked", "parked_count", "tasks parked at once (ours then woken and joined)", "tasks",
        (Target("least", 1000000),), more_is_better=True, scales=True),
    Row("parked", "parked_bytes", "resident memory of a parked task (64 KiB stack, guards)", "B",
        (Target("most", 4200),)),
    Row("parked", "parked_tables", "page tables beside it", "B"),
    Row("parked", "parked_start", "start and park one of a million", "ns"),
    Row("parked", "park_cached", "start and park one of 10,000 on a cached stack", "ns",
        (Target("better", 20, "fresh stack"),), beside=(("fresh stack", "park_fresh"),)),
    Row("lock", "lock_uncontended", "lock + release, uncontended", "ns",
        (Target("cost", 0.95, "pthread"), goal("Go"))),
    Row("lock", "lock_4ns", "lock, two threads, about 4 ns inside", "M/s", LOCK_TARGETS,
        more_is_better=True),
    Row("lock", "lock_4ns_share", "the worse-served thread's share at 4 ns", "%", SHARE_TARGETS,
        more_is_better=True),
    Row("lock", "lock_10ns", "lock, two threads, about 10 ns inside", "M/s", LOCK_TARGETS,
        more_is_better=True),
    Row("lock", "lock_10ns_share", "the worse-served thread's share at 10 ns", "%", SHARE_TARGETS,
        more_is_better=True),
    Row("queue", "queue_1_1", "queue of 1,024, 8-byte items, 1:1 threads", "M/s",
        (Target("better", 2, "Go"), goal("crossbeam")), more_is_better=True),
    Row("queue", "queue_2_2", "the same, 2:2 threads", "M/s",
        (Target("better", 1.5, "Go"), goal("crossbeam")), more_is_better=True),
    Row("queue", "queue_tasks", "the same, task to task in one loop", "M/s",
        (Target("better", 3, "1:1 threads"),), beside=(("1:1 threads", "queue_1_1"),),
        more_is_better=True),
    Row("select", "select_ready", "select among three queues of which two have items", "ns",
        (Target("better", 1, "Go"),)),
    Row("select", "select_exchange", "a question to a task that waits in it, and the answer", "ns",
        (Target("better", 1, "Go"),)),
    Row("select", "select_threads", "items through two queues to a thread that selects", "M/s",
        (Target("better", 1, "Go"),), more_is_better=True),
    Row("timers", "timer_set", "a million timers: set one", "ns", (Target("better", 1.5, "best"),)),
    Row("timers", "timer_cancel", "a million timers: cancel one", "ns",
        (Target("better", 1.3, "best"),)),
    Row("timers", "timer_removed", "the same, with what cancelling puts off", "ns"),
    Row("timers", "timer_fire", "a million timers: fire one", "ns", (Target("better", 8, "best"),)),
    Row("sim", "sim_runs", "complete runs of three threads and twelve calls, simulated", "k/s",
        (Target("better", 40, "real threads"), Target("least", 1000)), more_is_better=True),
    Row("sim", "sim_point", "a place to switch, of two threads at random", "ns",
        (Target("most", 40),)),
    Row("pool", "pool_plain", "a million light jobs to two threads, as a map", "M/s",
        (Target("better", 1, "Go"), Target("better", 2, "GThreadPool")), more_is_better=True),
    Row("pool", "pool_each", "the same, each submitted by itself", "M/s", more_is_better=True),
    Row("pool", "pool_map_results", "a map with results", "M/s", more_is_better=True),
    Row("pool", "pool_results", "with results, each submitted and joined by itself", "M/s",
        (Target("better", 2, "Go"),), more_is_better=True),
    Row("work", "primes", "which of 65 numbers are prime, two threads", "ms",
        (Target("better", 1.8, "C, one thread"),)),
    Row("work", "sum", "add up 1 to 10^8, two threads", "ms",
        (Target("better", 1.8, "C, one thread"),)),
    Row("processes", "process_stream", "64-byte items from one process to another", "M/s",
        (Target("better", 2.5, "pipe"), Target("better", 25, "CPython")), more_is_better=True),
    Row("processes", "process_awake", "question and answer between them, one after the other", "µs",
        (Target("better", 10, "pipe"),)),
    Row("processes", "process_asleep", "the same, the other one asleep at each question", "µs",
        (Target("better", 1, "pipe"),)),
    Row("processes", "process_start", "a process started and joined, its parent with 1 GiB", "µs",
        (Target("better", 1.43, "posix_spawn"), Target("better", 30, "CPython"))),
    Row("processes", "process_jobs", "jobs that do nothing on two processes, with results", "M/s",
        (Target("better", 25, "CPython"), Target("better", 25, "CPython Pool")),
        more_is_better=True),
    Row("subprocess", "subprocess_start", "`true` started and waited for", "µs",
        (Target("cost", 1.1, "posix_spawn"), Target("better", 1.3, "CPython"))),
    Row("subprocess", "subprocess_capture", "`echo`, and what it prints", "µs",
        (Target("cost", 1.1, "posix_spawn"), Target("better", 1.3, "CPython"))),
    Row("subprocess", "subprocess_stream", "64 MiB out of a program", "GB/s",
        (Target("better", 0.9, "posix_spawn"),), more_is_better=True),
    Row("map-command", "map_true", "5,000 lines, `true` for each, two at once; each", "µs",
        (Target("better", 0.9, "xargs -P2"), Target("better", 5, "GNU parallel"))),
    Row("map-command", "map_output", "the same with `echo`, output of each apart", "µs",
        (Target("better", 0.9, "xargs -P2"), Target("better", 5, "GNU parallel"))),
    Row("echo", "echo", "64 bytes echoed over TCP, 100 connections, one core", "1/s",
        (Target("better", 0.97, "epoll"), Target("better", 1.1, "Go")),
        beside=(("without io_uring", "echo_epoll"),), more_is_better=True),
    Row("echo", "echo_cpu", "what an answer costs the server", "ns",
        (Target("cost", 1.03, "epoll"),), beside=(("without io_uring", "echo_epoll_cpu"),)),
    Row("accept", "accept", "connections accepted and closed, one core", "1/s",
        (Target("better", 0.95, "epoll"), Target("better", 1.1, "Go")), more_is_better=True),
    Row("accept", "accept_cpu", "what one costs the server", "ns"),
    Row("accept", "accept_same", "the same, the client on the server's core", "1/s",
        (Target("better", 0.95, "epoll"), Target("better", 1.1, "Go")), more_is_better=True),
    Row("idle", "idle_bytes", "resident for each of 10,000 connections that wait", "B",
        (Target("most", 6144),)),
    Row("idle", "idle_asked", "the same once each has asked and was answered", "B"),
    Row("http", "http", "HTTP/1.1, hello, 64 connections that stay, one core", "1/s",
        (Target("better", 0.97, "nginx"), Target("better", 1.6, "Go"),
         Target("better", 5, "aiohttp")), more_is_better=True),
    Row("http", "http_cpu", "what a reply costs the server", "ns",
        (Target("cost", 1.05, "nginx"),)),
    Row("http", "http_big", "a file of 1 MiB; Go's and aiohttp's from memory", "1/s",
        (Target("better", 0.9, "nginx"),), more_is_better=True),
    Row("http", "http_big_cpu", "what one costs the server", "ns"),
    Row("fetch", "fetch", "2,000 pages of 1 KB from nginx, 100 at once, one core", "1/s",
        (Target("better", 1, "curl --parallel"), Target("better", 4, "aiohttp")),
        more_is_better=True),
    Row("fetch", "fetch_cpu", "what a page costs the client", "µs"),
    Row("manager", "manager_start", "a worker's start in Python: three proxies, the first item",
        "µs", (Target("better", 20, "CPython"),)),
    Row("manager", "manager_put_32k", "a put of 32 KiB by Python", "µs",
        (Target("better", 20, "CPython"),)),
    Row("manager", "manager_calls_1", "put and get of a small item, a client in Python", "1/s",
        (Target("better", 1.2, "CPython"),), more_is_better=True),
    Row("manager", "manager_calls_4", "the same, four clients in Python", "1/s",
        (Target("better", 1.5, "CPython"),), more_is_better=True),
    Row("manager", "manager_calls_4_free", "the same four, nothing bound to a CPU", "1/s",
        (Target("better", 1.5, "CPython"),), more_is_better=True),
    Row("manager", "manager_ops_50", "50 clients in C, beside LPUSH and RPOP", "1/s",
        (Target("better", 0.9, "Redis"),), more_is_better=True),
    Row("manager", "manager_calls_4_cpu", "what a call of the four costs the server", "ns"),
    Row("manager", "manager_calls_4_free_cpu", "of those bound to none", "ns"),
    Row("manager", "manager_ops_50_cpu", "and one of the 50", "ns"),
    Row("manager", "manager_idle", "resident for each of 10,000 clients that wait; CPython's 1,000",
        "B", (Target("most", 8192),)),
    Row("values", "args_encode", "the arguments of a job as bytes, beside pickle", "ns",
        (Target("better", 2, "CPython"),)),
    Row("values", "args_decode", "read from them", "ns", (Target("better", 1, "CPython"),)),
    Row("values", "args_json_write", "the same as JSON", "ns", (Target("better", 3, "CPython"),)),
    Row("values", "args_json_read", "read from that", "ns", (Target("better", 2, "CPython"),)),
    Row("values", "doubles_encode", "a hundred doubles as bytes, beside pickle", "ns",
        (Target("better", 2, "CPython"),)),
    Row("values", "doubles_decode", "read from them", "ns", (Target("better", 1, "CPython"),)),
    Row("values", "doubles_json_write", "the same as JSON, with the fewest digits", "ns",
        (Target("better", 5, "CPython"),)),
    Row("values", "doubles_json_read", "read from that", "ns", (Target("better", 2, "CPython"),)),
    Row("forkjoin", "fork_1", "fib, a fork in each call, one worker: a fork", "ns",
        (Target("better", 2, "rayon"), Target("better", 8, "libgomp"),
         Target("better", 8, "libomp"), Target("better", 8, "TBB"))),
    Row("forkjoin", "fork_2", "the same with two workers", "ns",
        (Target("better", 1.85, "one worker"),), beside=(("one worker", "fork_1"),)),
    Row("forkjoin", "for_2", "fill 10^8 places, two workers", "ms",
        (Target("better", 1, "TBB"), Target("better", 1, "libgomp"))),
    Row("forkjoin", "reduce_2", "sum over 10^8 light items, two workers", "ms",
        (Target("better", 1, "TBB"), Target("better", 1, "libgomp"))),
)


@dataclass
class Samples:
    """All figures of a run: samples[contestant name, figure] is a list, one value per round."""

    values: dict = field(default_factory=dict)

    def add(self, name, figure, value):
        self.values.setdefault((name, figure), []).append(value)

    def get(self, name, figure):
        return self.values.get((name, figure), [])
