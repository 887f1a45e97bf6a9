# SPDX-License-Identifier: MIT
"""Run the programs of a claim, ours and CPython's in turn, each time in a process of its own."""

import os
import subprocess
import time

from .judge import OURS, PYTHON, VIRTUAL, Figures

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT_S = 300


class Failed(Exception):
    """A run that ended badly, and its words."""


def run_program(line, virtual):
    """Figures of one process as (name, value, unit), and what it said beside them."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("TUTTI_") or name == "TUTTI_CPUS"}
    if virtual:
        environment["TUTTI_SIM"] = "1"
    name = " ".join(os.path.basename(word) for word in line)
    try:
        done = subprocess.run(line, capture_output=True, text=True, timeout=TIMEOUT_S,
                              stdin=subprocess.DEVNULL, check=False, env=environment)
    except subprocess.TimeoutExpired:
        raise Failed(f"{name}: still running after {TIMEOUT_S} s") from None
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise Failed(f"{name}: exit status {done.returncode}: {said[-1] if said else 'no word'}")
    words = [line.split() for line in done.stdout.splitlines()]
    try:
        figures = [(name, float(value), unit) for name, value, unit in words]
    except ValueError:
        raise Failed(f"{name}: not a figure in {done.stdout!r}") from None
    if not figures:
        raise Failed(f"{name}: no figures")
    return figures, done.stderr.strip()


def contestants(claim, programs, python, size):
    """(who, command line, whether in virtual time, rounds at most)."""
    lines = []
    flag = [f"--{size}"] if size else []
    for program in claim.program:
        path = os.path.join(programs, program)
        if not os.access(path, os.X_OK):
            continue
        lines.append((OURS, [path, claim.name, *flag], False, None))
        if claim.virtual:
            lines.append((VIRTUAL, [path, claim.name, *flag], True, 2))
    if claim.python and python:
        script = os.path.join(HERE, claim.python)
        lines.append((PYTHON, [python, script, claim.name, *flag], False, claim.python_rounds))
    return lines


def measure(claim, lines, rounds, say):
    """All figures of a claim, and the notes that its programs made. Raises Failed."""
    figures, notes = Figures(), []
    if not any(who == OURS for who, *_ in lines):
        raise Failed(f"{claim.program[0]} is not built")
    for turn in range(1, rounds + 1):
        for who, line, virtual, most in lines:
            if most and turn > most:
                continue
            start = time.monotonic()
            found, said = run_program(line, virtual)
            for name, value, unit in found:
                if name == "cpus":
                    figures.cpus = int(value)
                else:
                    figures.add(who, name, value, unit)
            if said and said not in notes and who != VIRTUAL:
                notes.append(said)
            say(f"[{claim.name} {turn}/{rounds}] {who}: {time.monotonic() - start:.1f} s")
    return figures, notes
