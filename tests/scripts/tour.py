# SPDX-License-Identifier: MIT
"""tutti tour: each scene shows what it says, in lines that fit, in the terminal's characters and
colours, and leaves no process behind."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

SCENES = ["engines", "shared", "schedules", "crash", "many", "cores", "answers"]


def environment(**changed):
    kept = {key: value for key, value in os.environ.items()
            if key not in ("LC_ALL", "LC_CTYPE", "LANG", "COLUMNS", "NO_COLOR")}
    return {**kept, **changed}


def run(*arguments, **changed):
    got = command.run("tour", *arguments, env=environment(**changed))
    command.equal((got.returncode, got.stderr), (0, b""), arguments)
    return got.stdout.decode()


def holds(text, *patterns):
    for pattern in patterns:
        if not re.search(pattern, text):
            sys.exit(f"no {pattern!r} in\n{text}")


def refuses(said, *arguments):
    got = command.run("tour", *arguments)
    command.equal((got.returncode, got.stdout, got.stderr.decode()),
                  (2, b"", f"tutti: tour: {said}\nTry 'tutti tour --help'.\n"), arguments)


def is_used_as_it_says():
    listed = run("--list")
    command.equal([line.split()[0] for line in listed.splitlines()], SCENES, "--list")
    command.equal(run("-l"), listed, "-l")
    holds(run("--help"), r"^usage: tutti tour ")
    refuses("no scene called 'opera'; 'tutti tour --list' names them", "crash", "opera")
    refuses("unknown option '--fast'", "--fast")


def bars(text, engine):
    """How long its bars are, and the seconds behind them."""
    return [(len(bar), float(seconds))
            for bar, seconds in re.findall(rf"^  {engine} +(#+) ([\d.]+) s$", text, re.M)]


def compares_the_engines():
    text = run("engines")
    waits, computes = zip(*(bars(text, e) for e in ("inline", "tasks", "threads", "processes")))
    command.equal(waits[0][1] >= 0.8, True, f"eight naps of 0.1 s in turn: {waits}")
    for bar, seconds in waits[1:]:
        command.equal(0.1 <= seconds and bar <= waits[0][0], True, f"at once: {waits}")
    command.equal(len(computes), 4, "bars")


def draws_the_timeline():
    text = run("shared")
    for cook in "Anna", "Ben", "Chris":
        holds(text, rf"(?m)^ +.*{cook}")
    holds(text, r"lock 'stove'|stove")
    for scene in "shared", "cores":  # a terminal too narrow for a chart breaks its lines
        holds(run(scene, COLUMNS="20"), r"(?m)^ +\S.{20}")


def finds_the_schedules():
    text = run("schedules")
    holds(text, r"200 were paid in, 100 are there", r"it took 1 switch",
          r"nothing\s+fails, in all \d+ schedules with at most 2\s+preemptions",
          r"deadlock: nobody can run", r"thread 'one' waits to acquire lock 'blue'",
          r"held by thread 'two'")


def loses_one_job_only():
    text = run("crash")
    done = re.findall(r"parse\((\d)\)  done by process (\d+)", text)
    command.equal([number for number, _ in done], ["0", "1", "2", "4", "5"], text)
    holds(text, r"parse\(3\)  TUTTI_ECRASHED: .* was killed by SIGKILL")
    for _, pid in done:
        command.equal(os.path.exists(f"/proc/{pid}"), False, f"process {pid} is left")


def shows_the_others():
    holds(run("many"), r"were back after \d+\.\d\d s", r"each kept \d+\.\d KiB")
    holds(run("cores"), r"first come, first served", r"round robin", r"multilevel feedback queue",
          r"fcfs +1 +15\.33", r"rr +1 +7\.00", r"mlfq +1 +3\.33")
    holds(run("answers"), r"start a task, and join it +[\d.]+ [num]s",
          r"start a process, and join it +[\d.]+ [um]s", r"Threads or processes\?",
          r"What does a lock cost\?", r"How many tasks\?")


def on_a_terminal(width, *arguments, **changed):
    return command.run_on_a_terminal(width, "tour", *arguments,
                                     env=environment(**{"TERM": "xterm", **changed}))


def is_as_wide_as_the_terminal():
    """What a report of the simulator says stands as it is; the rest is put into lines."""
    for width, most in (72, 72), (80, 80), (200, 100):
        for scene in ("engines", "crash", "cores", "many"):
            for line in on_a_terminal(width, scene, NO_COLOR="1").split("\n"):
                if len(line) > most and "killed by" not in line:
                    sys.exit(f"{scene}: {len(line)} columns for {width}: {line!r}")


def shows_colors():
    colored = on_a_terminal(80, "engines", LANG="en_US.UTF-8")
    command.equal(("\033[36m" in colored, "█" in colored), (True, True), "colours, UTF-8")
    bare = on_a_terminal(80, "engines", NO_COLOR="1", LC_ALL="C", LANG="en_US.UTF-8")
    command.equal(("\033" in bare, bare.isascii()), (False, True), "NO_COLOR, C")
    command.equal(run("crash", "cores", "answers").isascii(), True, "the C locale")


def main():
    command.need_command()
    is_used_as_it_says()
    compares_the_engines()
    draws_the_timeline()
    finds_the_schedules()
    loses_one_job_only()
    shows_the_others()
    is_as_wide_as_the_terminal()
    shows_colors()


if __name__ == "__main__":
    main()
