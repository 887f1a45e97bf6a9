# SPDX-License-Identifier: MIT
# rows: F3 F32 F52 F54
"""tutti map --on processes: the same results as on threads, in order; what kills its process, or
hears of no time limit, fails alone, is named, and can be tried again."""
import json
import os
import re
import signal
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

ON = ("--on", "processes:2")


def expect(arguments, status, out, said=""):
    got = command.run("map", *arguments)
    words = re.sub(r"process 'Process-\d+' \(\d+\)", "process P", got.stderr.decode())
    command.equal((got.returncode, got.stdout.decode(), words), (status, out, said),
                  " ".join(arguments))


# rows: F11 F85
def as_on_threads():
    numbers = "".join(f"{n}\n" for n in range(2000)).encode()
    for job in ("prime", "square"):
        for where in (ON, ("--on", "processes", "-j", "3")):
            for options in ((), ("--tag", "--retries", "1"), ("--timeout", "40")):
                want = command.run("map", *options, job, input=numbers)
                got = command.run("map", *where, *options, job, input=numbers)
                command.equal((got.returncode, got.stdout, got.stderr),
                              (0, want.stdout, b""), f"{where} {options} {job}")


def in_other_processes(module):
    got = command.run("map", *ON, module + ":where", *"abcdefgh")
    pids = set(got.stdout.split())
    if not 1 <= len(pids) <= 2 or got.returncode != 0:
        sys.exit(f"two processes: {got}")


def failures(module, work):
    job = module + ":bad"
    for how, said in (("abort", "process P was killed by SIGABRT"),
                      ("exit", "process P ended with exit code 7 before its job returned")):
        expect([*ON, "--keep-going", job, "a", how, "b", "c"], 1, "a\nb\nc\n",
               f"tutti: map: {job}: {how}: {said}\n")
        expect([*ON, "--retries", "2", "--keep-going", job, how, "b"], 1, "b\n",
               f"tutti: map: {job}: {how}: {said} (after 3 attempts)\n")
    # one that never asks is stopped all the same; not so on threads
    expect([*ON, "--timeout", "5", "--keep-going", job, "a", "spin", "b"], 1, "a\nb\n",
           f"tutti: map: {job}: spin: the job ran out of time\n")
    once = f"once:{work}/once"
    got = command.run("map", *ON, "--retries", "1", "--json", job, "a", once, "b")
    rows = [json.loads(line) for line in got.stdout.splitlines()]
    command.equal([(row["result"], row["attempts"]) for row in rows],
                  [("a", 1), (once, 2), ("b", 1)], "tried again")
    command.equal((got.returncode, got.stderr), (0, b""), "tried again")


def halted(module):
    """The first failure ends what runs, also if that asks nobody."""
    got = command.run("map", *ON, "--halt", "now", "--unordered", module + ":bad", "spin", "abort")
    if got.returncode != 1 or b": abort: process" not in got.stderr or got.stdout:
        sys.exit(f"halted: {got}")


def begun_no_further(module, work):
    """After the first failure, none of those begins that the processes had been given already."""
    held = os.path.join(work, "held")
    os.mkdir(held)
    process = command.start("map", *ON, module + ":bad", "exit", *["hold:" + held] * 300)
    if b": exit: process" not in process.stderr.readline():
        sys.exit("no failure")
    with open(os.path.join(held, "go"), "w", encoding="ascii"):
        pass
    _, said = process.communicate(timeout=command.PATIENCE)
    command.equal((process.returncode, said), (1, b""), "begun no further")
    begun = len(os.listdir(held)) - 1
    if begun > 100:  # two, and more if the command is slow to hear of it
        sys.exit(f"begun after the failure: {begun}")


def interrupted(module):
    """Ctrl-C goes to the whole group: the workers leave it to the command to say what it means."""
    process = command.start("map", *ON, module + ":bad", "a", "spin", "spin", "b",
                            env={**os.environ, "TELL": "1"}, start_new_session=True)
    command.equal(process.stderr.readline() + process.stderr.readline(), b"begun\nbegun\n", "begun")
    os.killpg(process.pid, signal.SIGINT)
    out, said = process.communicate(timeout=command.PATIENCE)
    command.equal((process.returncode, said), (130, b""), "interrupted")
    if out not in (b"", b"a\n"):
        sys.exit(f"interrupted: {out!r}")


def misused():
    for word in ("processes:", "processes:x", "processes:0x2", "processes:-1"):
        expect(["--on", word, "prime", "2"], 2, "",
               f"tutti: map: {word}: behind the colon stands how many, from 1 on\n")
    expect(["--on", "processesx", "prime", "2"], 2, "", "tutti: map: no engine called "
           "'processesx'; there are threads, tasks, processes, inline, "
           "tcp://HOST:PORT and unix:PATH\n")


def main():
    command.need_command()
    with tempfile.TemporaryDirectory() as work:
        module = command.build_module(work, "process_jobs")
        as_on_threads()
        in_other_processes(module)
        failures(module, work)
        halted(module)
        begun_no_further(module, work)
        interrupted(module)
        misused()
    print("map_processes: fine")


main()
