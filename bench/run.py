#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run every benchmark, ours and the peers' in turn, and hold the figures against the targets.

The contestants of a group take turns (A B C, A B C, ...), one process each, so that whatever else
the machine does meets all of them; medians over the rounds. A contestant that is not built is
skipped, aloud. See README.md.
"""

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import textwrap
import time

import claims.run
import claims.show
import report
from claims.rows import CLAIMS
from table import GROUPS, OURS, Samples

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT_S = 300


def say(text):
    print(text, file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build_dir", help="CMake's, of the whole project or of bench/ alone")
    parser.add_argument("--only", action="append", choices=[*GROUPS, "claims", *CLAIMS],
                        metavar="NAME",
                        help=f"one group ({', '.join(GROUPS)}), the tutorials' claims (claims) or "
                             "one of them (C1 to C34); may be given more than once")
    parser.add_argument("--rounds", type=int, help="turns each contestant gets (5; with --quick 2)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work; not to publish")
    parser.add_argument("--out", help="write the Markdown table to this file; of claims, into it")
    parser.add_argument("--markdown", action="store_true",
                        help="claims: print Markdown in place of the table")
    parser.add_argument("--no-build", action="store_true", help="run what is there")
    options = parser.parse_args()
    only = options.only or list(GROUPS)
    options.groups = [name for name in only if name in GROUPS]
    options.claims = [name for name in CLAIMS if "claims" in only or name in only]
    options.claim_rounds = options.rounds
    options.rounds = options.rounds or (2 if options.quick else 5)
    return options


def cached(build_dir, name):
    """A variable of CMake's cache, or ""."""
    try:
        with open(os.path.join(build_dir, "CMakeCache.txt"), encoding="utf-8") as cache:
            found = re.search(rf"^{name}:\w+=(.*)$", cache.read(), re.MULTILINE)
    except OSError:
        return ""
    return found.group(1) if found else ""


def build(build_dir, target):
    say("building the programs")
    # One peer that does not compile must not keep the others from running.
    keep_going = ["-k", "0"] if cached(build_dir, "CMAKE_GENERATOR").startswith("Ninja") else ["-k"]
    command = ["cmake", "--build", build_dir, "--target", target, "-j2", "--"]
    done = subprocess.run(command + keep_going, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        say("WARNING: not every program could be built; going on with those that are there")


def python(module="asyncio"):
    """The system's own Python first: that is the one whose version a package list tells."""
    for candidate in ("/usr/bin/python3", shutil.which("python3")):
        if candidate and subprocess.run([candidate, "-c", f"import {module}"],
                                        capture_output=True, check=False).returncode == 0:
            return candidate
    return None


def command_line(command, programs):
    """The words to run, or None where the program does not exist."""
    if command[0] == "@python":
        interpreter = python()
        return interpreter and [interpreter, os.path.join(HERE, "peers", command[1]), *command[2:]]
    if command[0] == "@command":  # of the shell; in its place a script that measures it
        tool = os.path.join(programs, command[1])
        tool = tool if os.access(tool, os.X_OK) else shutil.which(command[1])
        script = os.path.join(HERE, "peers", "map_command.py")
        return tool and python() and [python(), script, tool, *command[2:]]
    if command[0] == "@http":  # a server, started and asked by a script
        interpreter = python("aiohttp" if command[1] == "aiohttp" else "asyncio")
        program = {"tutti": "ours_http", "epoll": "epoll_http", "go": "go_peer"}.get(command[1])
        there = os.access(os.path.join(programs, program), os.X_OK) if program else True
        there = there and shutil.which("wrk") and (command[1] != "nginx" or shutil.which("nginx"))
        script = os.path.join(HERE, "peers", "http_race.py")
        return [interpreter, script, programs, command[1]] if interpreter and there else None
    if command[0] == "@fetch":  # a client, started by a script with a server
        interpreter = python("aiohttp" if command[1] == "aiohttp" else "asyncio")
        tool = os.path.join(programs, "tutti")
        there = {"tutti": os.access(tool, os.X_OK), "curl": shutil.which("curl")}
        there = there.get(command[1], True) and shutil.which("nginx")
        script = os.path.join(HERE, "peers", "fetch_race.py")
        return [interpreter, script, tool, command[1]] if interpreter and there else None
    if command[0] == "@manager":  # a server and its clients, by a script
        there = [os.path.join(programs, "manager_client")]
        there += [os.path.join(programs, "ours_manager")] if command[1] == "tutti" else []
        there = all(os.access(path, os.X_OK) for path in there)
        there = there and (command[1] != "redis" or shutil.which("redis-server"))
        script = os.path.join(HERE, "peers", "manager_race.py")
        return [python(), script, programs, command[1]] if python() and there else None
    path = os.path.join(programs, command[0])
    return [path, *command[1:]] if os.access(path, os.X_OK) else None


def present(group, programs):
    """The contestants of a group that can run, each with its command lines."""
    able = []
    for contestant in GROUPS[group]:
        lines = [command_line(command, programs) for command in contestant.commands]
        if None not in lines:
            able.append((contestant, lines))
        else:
            needs = f" (packages: {contestant.package})" if contestant.package else ""
            say(f"SKIPPED: {contestant.name} in {group}: not built{needs}")
    return able


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_once(line):
    """Figures of one process as (name, value, unit), and how many CPUs it kept busy."""
    start, before = time.monotonic(), cpu_of_children()
    done = subprocess.run(line, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    wall, busy = time.monotonic() - start, cpu_of_children() - before
    if done.returncode != 0:
        raise RuntimeError(f"exit status {done.returncode}: {done.stderr.strip() or 'no word'}")
    words = map(str.split, done.stdout.splitlines())
    figures = [(name, float(value), unit) for name, value, unit in words]
    return figures, busy / wall


def section_steps(programs):
    """The two lengths of work inside a lock, the same for all: as an option, and in words."""
    figures, _ = run_once([os.path.join(programs, "calibrate")])
    found = {name: value for name, value, _ in figures}
    short, long = int(found["section_4"]), int(found["section_10"])
    words = (f"{short} steps = {found['section_4_ns']:.3g} ns, "
             f"{long} steps = {found['section_10_ns']:.3g} ns")
    return f"--steps={short},{long}", words


def turn(contestant, lines, extra, samples, label):
    """One contestant's turn in one round. False if it failed."""
    fine = True
    for line in lines:
        try:
            figures, busy = run_once(line + extra)
        except (RuntimeError, ValueError, subprocess.TimeoutExpired) as failure:
            say(f"{label} {contestant.name} FAILED: {failure}")
            fine = False
            continue
        for name, value, _ in figures:
            samples.add(contestant.name, name, value)
        words = ", ".join(f"{name} {report.number(value)} {unit}" for name, value, unit in figures)
        say(f"{label} {contestant.name}: {words} ({busy:.2f} CPUs busy)")
    return fine


def run_group(group, able, options, steps, samples):
    fine = True
    extra = (["--quick"] if options.quick else []) + ([steps] if group == "lock" else [])
    for number in range(1, options.rounds + 1):
        for contestant, lines in able:
            label = f"[{group} {number}/{options.rounds}]"
            fine = turn(contestant, lines, extra, samples, label) and fine
    return fine


def measure(options, programs, samples):
    """Everything asked for. Returns whether all went well, and the lock section in words."""
    fine, steps, words = True, "", ""
    plan = [(group, present(group, programs)) for group in options.groups]
    if "lock" in options.groups:
        steps, words = section_steps(programs)
        say(f"work inside the lock: {words}")
    try:
        for group, able in plan:
            fine = run_group(group, able, options, steps, samples) and fine
    except KeyboardInterrupt:
        say("interrupted: this is what there is so far")
        fine = False
    return fine, words


def facts_of(options, build_type, load, section):
    """What a reader must know to believe the figures: machine, versions, how they were taken."""
    facts = report.machine_facts(options.groups, cached(options.build_dir, "BENCH_CARGO"))
    quick = ", QUICK: a tenth of the work, not to be published" if options.quick else ""
    facts.append(("run", f"{options.rounds} rounds{quick}, build type {build_type or 'none'}, "
                         f"load average before {load:.2f}"))
    if section:
        facts.append(("work inside the lock", section))
    return facts


def show(options, samples, facts):
    divide = 10 if options.quick else 1
    for name, value in facts:
        print(f"{name}: {value}")
    report.terminal(options.groups, samples, divide)
    if options.out:
        rest = ""  # of claims, if the page had them
        if os.path.exists(options.out):
            with open(options.out, encoding="utf-8") as file:
                rest = claims.show.section(file.read())
        with open(options.out, "w", encoding="utf-8") as file:
            file.write(report.markdown(options.groups, samples, divide, facts)
                       + ("\n" + rest if rest else ""))
        say(f"written: {options.out}")


def run_groups(options, programs, build_type, load):
    samples = Samples()
    fine, section = measure(options, programs, samples)
    show(options, samples, facts_of(options, build_type, load, section))
    return fine


def run_claims(options, programs, build_type, load):
    size = "quick" if options.quick else None
    results = claims.run.all_claims(options.claims, programs, python(), size,
                                    options.claim_rounds, say)
    options.rounds = options.claim_rounds or claims.run.ROUNDS[size]
    facts = [(name, value) for name, value in facts_of(options, build_type, load, "")
             if name not in ("go", "cargo")] + [("CPython", report.first_line(python(), "-V"))]
    if options.markdown:
        print(claims.show.markdown(results, facts), end="")
    else:
        for name, value in facts:
            print(textwrap.fill(f"{name}: {value}", 80, subsequent_indent="    "))
        claims.show.terminal(results)
    if options.out:
        claims.run.write_page(options.out, results, facts)
        say(f"written: {options.out}")
    return not any(result.failed for result in results) and len(results) == len(options.claims)


def main():
    options = arguments()
    build_type = cached(options.build_dir, "CMAKE_BUILD_TYPE")
    programs = os.path.join(options.build_dir, "bench")
    if not os.path.isdir(programs):
        programs = options.build_dir
    if not options.no_build:
        build(options.build_dir, "bench-programs" if options.groups else "claims-programs")
    if not build_type.startswith("Rel"):
        say(f"WARNING: build type is {build_type or 'not set'}, not Release: {OURS} will look slow")
    load = os.getloadavg()[0]
    fine = True
    if options.groups:
        fine = run_groups(options, programs, build_type, load)
    if options.claims:
        fine = run_claims(options, programs, build_type, load) and fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
