# SPDX-License-Identifier: MIT
"""Run an example as a user sees it, on a terminal, and judge what it printed.

Two kinds of complaint. Wrong: no machine, however busy, may show this. Late: the order or the
duration of things that sleep at the same time is off, which a busy machine can do once in a while,
so the driver runs the example again, with all durations longer; a wrong model (in turn instead of
at once) is late every time. Lower bounds of durations are never late but wrong.
"""
import os
import pty
import re
import select
import signal
import subprocess
import tempfile
import time
import tty

TORTURE = os.environ.get("TUTTI_TORTURE") == "1"
CPUS = len(os.sched_getaffinity(0))
stretch = 1.0  # of all durations: what a busy machine adds to them weighs less in a longer one


class Wrong(Exception):
    pass


class Late(Exception):
    pass


class Run:
    """What came of one run: text, its lines, when each came, exit status, standard error."""

    def __init__(self, chunks, rc, err, seconds):
        self.text = "".join(chunk for _, chunk in chunks)
        self.lines = self.text.split("\n")[:-1]
        self.rc, self.err, self.seconds = rc, err, seconds
        self.at, so_far = [], 0  # when the line was there, in the program's seconds
        for when, chunk in chunks:
            so_far += chunk.count("\n")
            self.at += [when] * (so_far - len(self.at))


def run(program, *args, scale=1.0, draws=None, stop=None, limit=200, rc=0, cwd=None):
    """Run program with every duration multiplied by scale; all seconds below are the program's.

    draws is the script of its random numbers. When stop(text so far) says true, the program, which
    must still be alive, is interrupted.
    """
    scale = stretched(scale)
    environment = dict(os.environ, TUTTI_TIME_SCALE=str(scale), TUTTI_DRAWS=draws or "")
    terminal, end = pty.openpty()
    tty.setraw(end)
    with tempfile.TemporaryFile("w+") as errors:
        start = time.monotonic()
        process = subprocess.Popen([program, *args], stdin=subprocess.DEVNULL, stdout=end,
                                   stderr=errors, env=environment, preexec_fn=interruptible,
                                   cwd=cwd)
        os.close(end)
        try:
            chunks = listen(terminal, process, start, scale, stop, limit)
            got = process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            raise Wrong(f"still alive {limit} s after its output ended") from None
        finally:
            seconds = (time.monotonic() - start) / scale
            process.kill()
            process.wait()
            os.close(terminal)
        errors.seek(0)
        done = Run(chunks, got, errors.read(), seconds)
    if done.rc != rc:
        raise Wrong(f"exit status {done.rc} instead of {rc}\n{done.text}{done.err}")
    return done


def stretched(scale):
    return scale * stretch


def interruptible():
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs ignore it


def listen(terminal, process, start, scale, stop, limit):
    """[(when, text)] until the other end is closed."""
    chunks, rest = [], b""
    while True:
        left = start + limit - time.monotonic()
        if left <= 0 or not select.select([terminal], [], [], left)[0]:
            raise Wrong(f"still running after {limit} s")
        try:
            data = os.read(terminal, 65536)
        except OSError:  # EIO: nobody has the other end open
            data = b""
        if not data:
            return chunks
        rest += data
        text = rest.decode("utf-8", "ignore")
        rest = rest[len(text.encode()):]
        chunks.append(((time.monotonic() - start) / scale, text))
        if stop and stop("".join(chunk for _, chunk in chunks)):
            if process.poll() is not None:
                raise Wrong(f"ended by itself with {process.returncode}")
            process.send_signal(signal.SIGINT)
            stop = None


def wrong_unless(condition, *said):
    if not condition:
        raise Wrong(" ".join(map(str, said)))


def late_unless(condition, *said):
    if not condition:
        raise Late(" ".join(map(str, said)))


def same(got, expected, kind=Wrong):
    if got != expected:
        raise kind(f"got\n    {got}\ninstead of\n    {expected}")


def same_set(got, expected):
    same(sorted(got), sorted(expected))


def at_least(seconds, bound):
    # The figure may have been rounded for printing, to two decimals at worst.
    wrong_unless(seconds >= bound - 0.005, f"{seconds} s, but it cannot be less than {bound} s")


def below(seconds, wrong_model):
    late_unless(seconds < wrong_model, f"{seconds} s, as slow as the wrong way's {wrong_model} s")


def numbers(pattern, line):
    """What the groups of pattern matched in all of line, as numbers."""
    found = re.fullmatch(pattern, line)
    wrong_unless(found, f"{line!r} is not of the form {pattern!r}")
    return [float(group) for group in found.groups()]


def number(pattern, line):
    return numbers(pattern, line)[0]
