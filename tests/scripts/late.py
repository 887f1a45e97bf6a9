# SPDX-License-Identifier: MIT
# ctest: LABELS no-asan LABELS no-tsan LABELS no-valgrind LABELS no-coverage
"""Processes and their pools where libtutti was loaded after the program's start: by Python, and by
a program in C. TUTTI_LATE_LIBRARY: another libtutti than the one that was built."""
import ctypes
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

LIBRARY = os.environ.get("TUTTI_LATE_LIBRARY", os.path.join(command.BUILD, "libtutti.so"))
FORKSERVER, SPAWN = 0, 1
JOBS = 40


class ProcessOptions(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("method", ctypes.c_int), ("daemon", ctypes.c_int),
                ("reserved", ctypes.c_uint64 * 4)]


def load():
    tutti = ctypes.CDLL(LIBRARY)
    pointer, number, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
    signatures = {
        "job_find": (pointer, text), "job_result": (number, pointer, pointer, pointer),
        "process_start": (pointer, pointer, pointer, pointer),
        "submit": (pointer, pointer, pointer, pointer, pointer),
        "executor_open": (number, ctypes.POINTER(pointer), text, pointer),
        "executor_free": (None, pointer), "future_unref": (None, pointer),
        "future_text": (text, pointer),
        "process_set_method": (number, number, ctypes.c_bool), "errname": (text, number),
    }
    for name, (result, *arguments) in signatures.items():
        function = getattr(tutti, "tutti_" + name)
        function.restype, function.argtypes = result, arguments
    return tutti


def start(tutti, job, number, method):
    options = ProcessOptions(method=method)
    return tutti.tutti_process_start(job, ctypes.byref(ctypes.c_int(number)),
                                     ctypes.byref(options))


def result(tutti, job, future):
    """The int, or what went wrong, as the name of its code and a text."""
    value = ctypes.c_int()
    rc = tutti.tutti_job_result(future, job, ctypes.byref(value))
    if rc < 0:
        got = tutti.tutti_errname(rc).decode(), (tutti.tutti_future_text(future) or b"").decode()
    else:
        got = value.value
    tutti.tutti_future_unref(future)
    return got


def processes(tutti):
    square, further = tutti.tutti_job_find(b"square"), tutti.tutti_job_find(b"square_further")
    for method in FORKSERVER, SPAWN:
        tutti.tutti_process_set_method(method, True)
        command.equal(result(tutti, square, start(tutti, square, 12, method)), 144, "square")
        command.equal(result(tutti, further, start(tutti, further, 7, method)), 49, "further")
        parent = tutti.tutti_job_find(b"parent_of_worker")
        command.equal(result(tutti, parent, start(tutti, parent, 0, method)), os.getpid(), "parent")
    tutti.tutti_process_set_method(FORKSERVER, True)


def pool(tutti):
    executor = ctypes.c_void_p()
    rc = tutti.tutti_executor_open(ctypes.byref(executor), b"processes:2", None)
    command.equal(rc, 0, "open")
    square, killed = tutti.tutti_job_find(b"square"), tutti.tutti_job_find(b"be_killed")
    futures = [tutti.tutti_submit(executor, square, ctypes.byref(ctypes.c_int(i)), None)
               for i in range(JOBS)]
    crash = tutti.tutti_submit(executor, killed, ctypes.byref(ctypes.c_int(9)), None)
    command.equal([result(tutti, square, f) for f in futures], [i * i for i in range(JOBS)], "pool")
    command.equal(result(tutti, killed, crash)[0], "TUTTI_ECRASHED", "crash")
    tutti.tutti_executor_free(executor)


def without(tutti):
    """There is nothing to take this program's place: everybody says why."""
    square, executor = tutti.tutti_job_find(b"square"), ctypes.c_void_p()
    for method in FORKSERVER, SPAWN:
        name, text = result(tutti, square, start(tutti, square, 12, method))
        command.equal(name, "EOPNOTSUPP", "no worker")
        want = f"after its start, and there is no {os.environ['TUTTI_WORKER']} to take its"
        if want not in text:
            sys.exit(text)
    if tutti.tutti_executor_open(ctypes.byref(executor), b"processes:2", None) >= 0:
        sys.exit("there is a pool")


def again(part, module, **environment):
    return subprocess.run([sys.executable, "-B", __file__, part, module], capture_output=True,
                          timeout=command.PATIENCE, check=False, text=True,
                          env={**os.environ, **environment})


def main():
    with tempfile.TemporaryDirectory() as work:
        module = command.build_module(work, "late_jobs", "late", LIBRARY)
        # Not linked with tutti: whoever loads it gives it that.
        alone = command.build_module(work, "late_jobs", "alone")
        done = again("all", module)
        command.equal((done.stdout, done.stderr, done.returncode), ("fine\n", "", 0), "Python")
        done = again("without", module, TUTTI_WORKER=os.path.join(work, "nothing"))
        command.equal((done.stdout, done.returncode), ("fine\n", 0), done.stderr)
        if not done.stderr.startswith("tutti: no pool of processes: this program cannot be "):
            sys.exit(done.stderr)
        program = os.path.join(work, "loads_late")
        subprocess.run([os.environ.get("TUTTI_CC", "cc"), "-std=gnu11", "-Wall", "-Werror", "-o",
                        program, os.path.join(command.HERE, "programs", "loads_late.c"), "-ldl"],
                       check=True)
        for one in module, alone:
            done = subprocess.run([program, LIBRARY, one], capture_output=True, text=True,
                                  timeout=command.PATIENCE, check=False)
            command.equal((done.stdout, done.stderr), ("0 81\n", ""), "C")
    print("late: fine")


def part(name, module):
    tutti = load()
    jobs = ctypes.CDLL(module)
    if name == "all":
        processes(tutti)
        pool(tutti)
    else:
        without(tutti)
    del jobs
    print("fine")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        part(*sys.argv[1:])
    else:
        main()
