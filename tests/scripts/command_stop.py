# SPDX-License-Identifier: MIT
"""The early ends of `tutti map -- command`: Ctrl-C and other signals, a reader that goes away, a
time limit. Afterwards no command runs, none is a zombie, and no file is left.

Commands say through a FIFO that they have begun; nothing here sleeps and hopes.
"""
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

# Says its number, and by TERM that it was asked to end; what it starts ignores TERM.
PATIENT = """#!/bin/sh
trap 'echo "asked $1" >fifo; kill $! 2>/dev/null; exit 0' TERM
sleep 1000 &
echo "$$ $!" >fifo
wait
"""
DEAF = """#!/bin/sh
trap '' TERM
sleep 1000 &
echo "$$ $!" >fifo
while :; do wait; done
"""


class Run:
    """tutti map in a directory of its own, with the FIFO that its commands write to."""

    def __init__(self, work, script, *arguments, **options):
        self.work = work
        with open(os.path.join(work, "script"), "w", encoding="ascii") as file:
            file.write(script)
        os.chmod(os.path.join(work, "script"), 0o755)
        fifo = os.path.join(work, "fifo")
        if not os.path.exists(fifo):
            os.mkfifo(fifo)
        # both ends, so that it never ends
        self.ear = os.fdopen(os.open(fifo, os.O_RDWR), "rb", buffering=0)
        self.rest = b""
        self.process = command.start("map", *arguments, cwd=work,
                                     env={**os.environ, "TMPDIR": work}, **options)

    def line(self):
        while b"\n" not in self.rest:
            self.rest += os.read(self.ear.fileno(), 100)
        first, _, self.rest = self.rest.partition(b"\n")
        return first.decode()

    def pids(self, n):
        """Of n commands that have begun, and of what they have started."""
        return [int(pid) for _ in range(n) for pid in self.line().split()]

    def end(self):
        try:
            out, said = self.process.communicate(timeout=command.PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            sys.exit(f"did not end: {self.process.communicate()}")
        self.ear.close()
        left = sorted(set(os.listdir(self.work)) - {"script", "fifo"})
        command.equal(left, [], "files left behind")
        return self.process.returncode, out.decode(), said.decode()


def state_of(pid):
    """Its letter; None: there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def expect_gone(pids, what):
    """They have ended. tutti has ended too, so a zombie is one that init has yet to take notice of;
    one that is being killed needs its turn of a CPU."""
    deadline = time.monotonic() + command.PATIENCE
    while any(state_of(pid) not in (None, "Z") for pid in pids):
        if time.monotonic() > deadline:
            sys.exit(f"{what}: still there: {[(pid, state_of(pid)) for pid in pids]}")


def interrupted(work, number, *options):
    run = Run(work, PATIENT, "-j2", *options, "--", "./script", "{}", ":::", *"abcd")
    pids = run.pids(2)
    run.process.send_signal(number)
    asked = sorted([run.line(), run.line()])
    status, out, said = run.end()
    command.equal((status, out, asked), (128 + number, "", ["asked a", "asked b"]), number)
    word = signal.strsignal(number)
    command.equal(said, f"tutti: map: {word}: 0 done, 0 failed, 2 stopped\n", number)
    expect_gone(pids, f"signal {number}")


def interrupted_after_some(work):
    """What was done is printed and counted."""
    script = "#!/bin/sh\nif [ $1 = w ]; then echo $$ $$ >fifo; exec sleep 1000; fi\necho $1\n"
    script += "[ $1 != x ]\n"
    run = Run(work, script, "-j1", "--quiet", "--", "./script", ":::", "a", "x", "b", "w", "c")
    pids = run.pids(1)
    run.process.send_signal(signal.SIGINT)
    got = run.end()
    command.equal(got, (130, "a\nx\nb\n", "tutti: map: Interrupt: 2 done, 1 failed, 1 stopped\n"),
                  "after some")
    expect_gone(pids, "after some")


def deaf(work):
    """Those that do not listen are killed, with all they have started."""
    run = Run(work, DEAF, "-j2", "--", "./script", ":::", "a", "b", "c")
    pids = run.pids(2)
    run.process.send_signal(signal.SIGTERM)
    command.equal(run.end()[0], 128 + signal.SIGTERM, "deaf")
    expect_gone(pids, "deaf")


def interrupted_twice(work):
    run = Run(work, DEAF, "-j1", "--", "./script", ":::", "a")
    pids = run.pids(1)
    while run.process.poll() is None:  # how soon the first one is taken is not to be seen
        run.process.send_signal(signal.SIGINT)
        try:
            run.process.wait(0.01)
        except subprocess.TimeoutExpired:
            pass
    # -2: did not wait; 130: had ended before the second one came
    if run.end()[0] not in (-signal.SIGINT, 130):
        sys.exit(f"twice: {run.process.returncode}")
    expect_gone(pids, "twice")


def too_slow(work):
    """The time limit is for all that a command has started, and the output until then is there."""
    for script, printed in ((PATIENT.replace("wait\n", "echo here\nwait\n"), "here\n"), (DEAF, "")):
        run = Run(work, script, "--timeout", "0.5", "--", "./script", ":::", "a")
        pids = run.pids(1)
        status, out, said = run.end()
        command.equal((status, out, said),
                      (1, printed, "tutti: map: ./script: job 1: a: the job ran out of time\n"),
                      "too slow")
        expect_gone(pids, "too slow")


def halted_now(work):
    script = PATIENT.replace("sleep 1000 &", "[ $1 = x ] && { read _ <go; exit 7; }\nsleep 1000 &")
    os.mkfifo(os.path.join(work, "go"))
    run = Run(work, script, "-j2", "--halt", "now,fail=1", "--", "./script", ":::", "w", "x", "y")
    pids = run.pids(1)
    with open(os.path.join(work, "go"), "w", encoding="ascii") as file:
        file.write("\n")
    command.equal(run.line(), "asked w", "halt now")
    os.unlink(os.path.join(work, "go"))
    status, out, said = run.end()
    command.equal((status, out, said),
                  (7, "", "tutti: map: ./script: job 2: x: exit status 7\n"), "halt now")
    expect_gone(pids, "halt now")


def reader_gone(work):
    for options in ([], ["--line-buffer"], ["-k"]):
        script = "#!/bin/sh\necho $1\n"
        run = Run(work, script, "-j2", *options, "--", "./script", stdin=subprocess.PIPE)
        run.process.stdin.write(b"1\n")
        run.process.stdin.flush()
        command.equal(run.process.stdout.read(2), b"1\n", "the first result")
        run.process.stdout.close()
        try:  # endless input: it ends because nobody wants the results
            while True:
                os.write(run.process.stdin.fileno(), b"2\n" * 1000)
        except BrokenPipeError:
            pass
        command.equal(run.process.wait(command.PATIENCE), 141, f"reader gone {options}")
        command.equal(run.process.stderr.read(), b"", f"reader gone {options}: said")
        run.ear.close()


def left_behind(work):
    """What a command leaves in the background is not waited for, nor is it somebody else's."""
    script = ("#!/bin/sh\ntrap '' PIPE\n"
              "[ $1 = 1 ] && { (read _ <go; echo late 2>&-; echo late >fifo) & }\n"
              "[ $1 = 2 ] && { echo >go; read _ <fifo; echo second; }\n[ $1 = 3 ] && echo third\n"
              "exit 0\n")
    os.mkfifo(os.path.join(work, "go"))
    run = Run(work, script, "-j1", "--", "./script", ":::", "1", "2", "3")
    status, out, said = run.process.wait(command.PATIENCE), None, None
    os.unlink(os.path.join(work, "go"))
    status, out, said = run.end()
    command.equal((status, out, said), (0, "second\nthird\n", ""), "left behind")


def left_printing(work):
    """Nor does it keep a command from its end: what it prints for ever is not waited for."""
    run = Run(work, "#!/bin/sh\nyes &\n", "--line-buffer", "--", "./script", ":::", "1")
    printed = 0
    while chunk := os.read(run.process.stdout.fileno(), 4096):  # far slower than it is
        printed += len(chunk)
        if printed > 64 << 20:
            run.process.kill()
            sys.exit("left printing: no end")
        time.sleep(0.001)
    command.equal(run.end()[0], 0, "left printing")


def too_slow_and_stopped(work):
    """It hears of its time limit, although it was stopped."""
    script = "#!/bin/sh\ntrap 'echo bye; exit' TERM\nkill -STOP $$\nwhile :; do :; done\n"
    run = Run(work, script, "--timeout", "3", "--", "./script", ":::", "a")
    command.equal(run.end(), (1, "bye\n", "tutti: map: ./script: job 1: a: the job ran out of "
                              "time\n"), "stopped")


def paused(work):
    """Ctrl-Z stops commands too, and fg has them go on."""
    run = Run(work, PATIENT, "-j1", "--", "./script", ":::", "a")
    pids = run.pids(1)
    run.process.send_signal(signal.SIGTSTP)
    os.waitpid(run.process.pid, os.WUNTRACED)
    deadline = time.monotonic() + command.PATIENCE
    while [state_of(pid) for pid in pids] != ["T", "T"]:  # each stops when it next runs
        if time.monotonic() > deadline:
            sys.exit(f"not stopped: {[state_of(pid) for pid in pids]}")
    run.process.send_signal(signal.SIGCONT)
    run.process.send_signal(signal.SIGTERM)
    command.equal(run.line(), "asked a", "goes on")
    command.equal(run.end()[0], 128 + signal.SIGTERM, "after a pause")
    expect_gone(pids, "after a pause")


def main():
    command.need_command()
    # The one who hears the signal ends all the others, who are as quick to go as it is.
    often = 300 if os.environ.get("TUTTI_TORTURE") == "1" else 10
    tests = [interrupted_after_some] * often + [
        deaf, interrupted_twice, too_slow, halted_now, reader_gone, left_behind, left_printing,
        too_slow_and_stopped, paused]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        for options in ([], ["-k"], ["--line-buffer"], ["--retries", "5"]):
            with tempfile.TemporaryDirectory() as work:
                interrupted(work, number, *options)
    for test in tests:
        with tempfile.TemporaryDirectory() as work:
            test(work)
    print("command_stop: fine")


main()
