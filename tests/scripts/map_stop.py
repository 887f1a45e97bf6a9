# SPDX-License-Identifier: MIT
"""The early ends of tutti map: Ctrl-C, a reader that goes away. Nothing here sleeps and hopes: the
jobs say through a pipe that they have begun, and the test acts on that."""
import os
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)


class Run:
    """tutti map under way, with the pipe its jobs tell."""

    def __init__(self, *arguments, **options):
        self.ear, mouth = os.pipe()
        self.process = command.start(
            "map", *arguments, pass_fds=(mouth,), env={**os.environ, "TELL": str(mouth)},
            **options)
        os.close(mouth)

    def hear(self, letters):
        """Wait until the jobs have told this much."""
        heard = b""
        while len(heard) < len(letters):
            more = os.read(self.ear, 1)
            if not more:
                sys.exit(f"heard {heard!r} and the end, not {letters!r}: {self.end()}")
            heard += more
        command.equal(heard, letters, "heard")

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def end(self):
        """(status, output, words, what was told since) at its end; kills one that does not."""
        try:
            out, said = self.process.communicate(timeout=command.PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            sys.exit(f"did not end: {self.process.communicate()}")
        told = b""
        while more := os.read(self.ear, 100):
            told += more
        os.close(self.ear)
        return self.process.returncode, out, said, told


def interrupted_while_jobs_run(module, on, *options):
    for job in ("patient", "busy"):
        n = 1 if on == "inline" or (job == "busy" and on == "tasks") else 2  # at once
        inputs = ["1", "2"] + ["w"] * n + ["3"]
        run = Run("--on", on, *options, "-j", "2", f"{module}:{job}", *inputs)
        run.hear(b"b" * n)
        run.interrupt()
        status, out, said, told = run.end()
        command.equal((status, said, told), (130, b"", b"c" * n), f"{job} on {on}")
        # what is there in order is printed; of those that stop with a result, all that the reader
        # of the inputs had handed on by then
        command.equal(out[:4], b"1\n2\n", f"{job} on {on}: results")
        if not (b"w\n" * (n if job == "busy" else 0)).startswith(out[4:]):
            sys.exit(f"{job} on {on}: more results: {out!r}")


def interrupted_while_it_reads(module, on, *options):
    run = Run("--on", on, *options, f"{module}:patient")
    run.process.stdin.write(b"1\n2\nw\n")
    run.process.stdin.flush()
    run.hear(b"b")
    command.equal(run.process.stdout.read(4), b"1\n2\n", "results while input is awaited")
    run.interrupt()
    # its input stays open until it has ended by itself
    command.equal(run.process.wait(command.PATIENCE), 130, f"reading on {on}")
    command.equal(run.end()[1:], (b"", b"", b"c"), f"reading on {on}")


def interrupted_while_nobody_reads(module, on, *options):
    """The output pipe is full, so the printer waits; the job after it says when."""
    line = "7" * 5000
    run = Run("--on", on, *options, "-j", "1", f"{module}:patient", *([line] * 60), "w")
    run.hear(b"b")
    run.interrupt()
    command.equal(run.process.wait(command.PATIENCE), 130, f"full output on {on}")
    status, out, said, told = run.end()
    command.equal((status, said, told), (130, b"", b"c"), f"full output on {on}")
    whole = (line + "\n").encode() * 60
    if not whole.startswith(out) or not out:
        sys.exit(f"full output on {on}: {len(out)} bytes, not the beginning of what was due")


def interrupted_twice(module, on, *options):
    run = Run("--on", on, *options, f"{module}:deaf", "w")
    run.hear(b"b")
    run.interrupt()
    while run.process.poll() is None:  # how soon the first one is taken is not to be seen
        run.interrupt()
        try:
            run.process.wait(0.05)
        except subprocess.TimeoutExpired:
            pass
    command.equal(run.end()[0], -signal.SIGINT, f"a deaf job on {on}")


def reader_gone(module, on, *options):
    run = Run("--on", on, *options, f"{module}:patient", stdin=subprocess.PIPE)
    run.process.stdin.write(b"1\n")
    run.process.stdin.flush()
    command.equal(run.process.stdout.read(2), b"1\n", "the first result")
    run.process.stdout.close()
    try:  # endless input: it ends because nobody wants the results
        while True:
            os.write(run.process.stdin.fileno(), b"2\n" * 1000)
    except BrokenPipeError:
        pass
    command.equal(run.process.wait(command.PATIENCE), 141, f"reader gone on {on}")
    command.equal(run.process.stderr.read(), b"", f"reader gone on {on}: said")


def in_a_shell(on, *options):
    words = " ".join(options)
    script = f'set -o pipefail; yes 7 | "{command.TUTTI}" map --on {on} {words} prime | head -n 3'
    got = subprocess.run(["bash", "-c", script], capture_output=True, timeout=command.PATIENCE,
                         check=False)
    command.equal((got.returncode, got.stdout, got.stderr), (141, b"true\n" * 3, b""),
                  f"head on {on}")


def main():
    command.need_command()
    with tempfile.TemporaryDirectory() as work:
        module = command.build_module(work, "stop_jobs")
        for on in ("threads", "tasks", "inline"):
            interrupted_while_jobs_run(module, on)
            interrupted_while_it_reads(module, on)
            interrupted_while_nobody_reads(module, on)
            interrupted_twice(module, on)
            reader_gone(module, on)
            in_a_shell(on)
            # a job that was told to stop is not tried again
            again = "--retries", "9", "--timeout", "1000", "--keep-going"
            interrupted_while_jobs_run(module, on, *again)
            interrupted_while_it_reads(module, on, *again, "--joblog", os.path.join(work, "log"))
            interrupted_while_nobody_reads(module, on, *again)
            reader_gone(module, on, "--unordered", *again)
            in_a_shell(on, "--unordered", "--joblog", os.path.join(work, "log"))
    print("map_stop: fine")


main()
