# SPDX-License-Identifier: MIT
"""The masters and workers, in C and as the tutorial has them in Python, in all pairs."""
import contextlib
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import tty

from run import (Late, Wrong, at_least, below, interruptible, number, run, same, same_set,
                 wrong_unless)

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 50
TIMED_OUT = "the deadline passed"
NO_MANAGER = "the other side did not keep to the protocol"
WRONG_KEY = "the other side refused the key or password"
SCALE = 0.3  # a task, and the wait for one; a master waits ten times as long for a result


def host():
    """An address of the machine's own that no other run has: the port is always 5000."""
    pid = os.getpid()
    return f"127.{1 + (pid >> 15) % 250}.{1 + (pid >> 7) % 250}.{1 + pid % 128}"


def c(name, program):
    return [os.path.join(os.path.dirname(program), name), host()]


def python(script, *words):
    return [sys.executable, "-B", os.path.join(HERE, script), host(), str(SCALE), *words]


class Other:
    """One of the others, on a terminal, so that its lines can be read as they come."""

    def __init__(self, command):
        self.terminal, end = pty.openpty()
        tty.setraw(end)
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command, stdout=end, stdin=subprocess.DEVNULL, stderr=self.errors,
            env=dict(os.environ, TUTTI_TIME_SCALE=str(SCALE)), preexec_fn=interruptible)
        os.close(end)
        self.text = ""

    def more(self):
        """Whether it has said more."""
        try:
            data = os.read(self.terminal, 65536)
        except OSError:  # nobody has the other end any more
            data = b""
        self.text += data.decode()
        return data != b""

    def says(self, line):
        while line + "\n" not in self.text:
            wrong_unless(self.more(), f"{self.process.args} ended: {self.text}{self.said()}")

    def said(self):
        size = os.fstat(self.errors.fileno()).st_size
        return os.pread(self.errors.fileno(), size, 0).decode()

    def lines(self, well=True):
        """All of them, to its end."""
        while self.more():
            pass
        status = self.process.wait(timeout=PATIENCE)
        if well and status != 0:
            kind = Late if "Empty" in self.said() or TIMED_OUT in self.said() else Wrong
            raise kind(f"{self.process.args}: {status}: {self.text}{self.said()}")
        return self.text.splitlines()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # at which Python's ends its manager's process
        self.lines(well=False)
        os.close(self.terminal)
        self.errors.close()


def numbers_put(lines):
    found = [re.fullmatch(r"Put task (\d+)\.\.\.", line) for line in lines[:10]]
    wrong_unless(all(found), lines)
    return [int(each[1]) for each in found]


def check_master(lines, workers=1):
    tasks = numbers_put(lines)
    results = [f"Result: {n} * {n} = {n * n}" for n in tasks]
    same((lines[10], lines[21:]), ("Try get results...", ["master exit."]))
    same(*(each if workers == 1 else sorted(each) for each in (lines[11:21], results)))
    return tasks


def ran(lines):
    """The tasks that a worker ran; how it began and ended is looked at."""
    same((lines[0], lines[-1]), (f"Connect to server {host()}...", "worker exit."))
    return [int(number(r"run task (\d+) \* \1\.\.\.", line)) for line in lines[1:-1]]


def one_worker(tasks, lines):
    if "task queue is empty." in lines:
        raise Late(lines)
    same(ran(lines), tasks)


def master_and_workers(master, workers):
    """The first and then the others. Returns all lines of each."""
    with contextlib.ExitStack() as all_of_them:
        first = all_of_them.enter_context(Other(master))
        first.says("Try get results...")
        running = [all_of_them.enter_context(Other(worker)) for worker in workers]
        lines = first.lines()
        return lines, [other.lines(well=False) for other in running]


def pair(master, worker):
    lines, (others,) = master_and_workers(master, [worker])
    one_worker(check_master(lines), others)


def p107_task_master(program):
    pair([program, host()], c("p108_task_worker", program))
    pair([program, host()], python("task_worker.py"))
    done = run(program, host(), scale=0.02, rc=1)  # nobody comes
    numbers_put(done.lines)
    same(done.lines[10:], ["Try get results...", "master exit."])
    same(done.err, f"{host()}:5000: {TIMED_OUT}\n")
    at_least(done.seconds, 10)
    with listening():
        done = run(program, host(), rc=1)
        same((done.lines, done.err),
             (["master exit."], f"{host()}:5000: Address already in use\n"))


@contextlib.contextmanager
def listening(says=b""):
    """Something else at the port: it greets who comes, and hears what they say."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((host(), 5000))
        s.listen()

        def greet():
            with contextlib.suppress(OSError):
                while True:
                    end, _ = s.accept()
                    with end, contextlib.suppress(OSError):
                        end.sendall(says)
                        end.shutdown(socket.SHUT_WR)
                        end.recv(1)

        threading.Thread(target=greet, daemon=True).start()
        yield
        s.shutdown(socket.SHUT_RDWR)


def refused(program, said):
    done = run(program, host(), rc=1)
    same((done.lines, done.err),
         ([f"Connect to server {host()}...", "worker exit."], f"{host()}:5000: {said}\n"))


def p108_task_worker(program):
    pair(python("task_master.py", "abc"), [program, host()])
    pair(python("task_master.py", "abc"), python("task_worker.py"))  # as the tutorial's
    refused(program, "Connection refused")
    with listening(b"HTTP/1.1 400 Bad Request\r\n\r\n"):
        refused(program, NO_MANAGER)
    with Other(python("task_master.py", "other key")) as master:
        master.says("Try get results...")
        refused(program, WRONG_KEY)


# -- several ---------------------------------------------------------------------------------------


def check_several(lines, workers):
    runs = [re.fullmatch(r"worker (\d): run task (\d+) \* \2\.\.\.", line) for line in lines]
    runs = [(int(each[1]), int(each[2])) for each in runs if each]
    same_set([n for _, n in runs], list(range(10)))
    same_set([line for line in lines if line.startswith("Result")],
             [f"Result: {n} * {n} = {n * n}" for n in range(10)])
    same_set({worker for worker, _ in runs}, set(range(1, workers + 1)))


def p109_several_workers(program):
    done = run(program, "2", host(), scale=SCALE)
    check_several(done.lines, 2)
    at_least(number(r"all results: ([\d.]+) s", done.lines[-5]), 5)
    same_set(done.lines[-4:-2], ["worker 1: shut down", "worker 2: shut down"])
    same(done.lines[-1], "master exit.")
    below(done.seconds, 10)
    done = run(program, "3", host(), "stay", scale=SCALE)
    check_several(done.lines, 3)
    same(sum(line.endswith("task queue is empty.") for line in done.lines), 20)
    same_set([line for line in done.lines if line.endswith("exit.")],
             ["worker 1: exit.", "worker 2: exit.", "worker 3: exit.", "master exit."])
    for master in c("p107_task_master", program), python("task_master.py", "abc"):
        lines, workers = master_and_workers(
            master, [c("p108_task_worker", program), python("task_worker.py")])
        tasks = check_master(lines, 2)
        # It has ended by now: the call that it ended in is a worker's last.
        done = [re.findall(r"run task (\d+)", "\n".join(each)) for each in workers]
        same_set(list(map(int, done[0] + done[1])), tasks)
        wrong_unless(done[0] and done[1], "one of them did all", workers)


def p109_mail_queue(program):
    with tempfile.TemporaryDirectory() as folder:
        sink = os.path.join(folder, "sink")
        done = run(program, sink, "4", host())
        below(check_mail(sink, done.lines), 2)


def check_mail(sink, lines):
    with open(sink, encoding="ascii") as f:
        same_set(f.read().splitlines(),
                 [f"To: user{i}@example.com: hello {i}" for i in range(20)])
    sent = number(r"20 messages handed over after ([\d.]+) s", lines[0])
    took = number(r"all delivered after ([\d.]+) s", lines[1])
    at_least(took, 0.5)
    below(sent, 0.5)
    return took
