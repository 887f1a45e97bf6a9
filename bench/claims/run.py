# SPDX-License-Identifier: MIT
"""What bench/run.py does for `--only claims` and `--only C17`."""

import os
from dataclasses import dataclass, field

from . import show
from .judge import FAILED, Figures, judge, sum_up
from .measure import Failed, contestants, measure
from .rows import CLAIMS

ROUNDS = {None: 5, "quick": 1, "smoke": 1}


@dataclass
class Result:
    claim: object
    word: str
    figures: Figures = None
    verdicts: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    failed: str = ""


def one_claim(claim, programs, python, size, rounds, say):
    lines = contestants(claim, programs, python, size)
    try:
        figures, notes = measure(claim, lines, rounds, say)
    except Failed as failure:
        say(f"[{claim.name}] FAILED: {failure}")
        return Result(claim, FAILED, failed=str(failure))
    verdicts = [judge(check, figures) for check in claim.checks]
    return Result(claim, sum_up(verdicts), figures, verdicts, notes)


def all_claims(names, programs, python, size, rounds, say):
    """The results of what was asked for; of what there is so far, if it is interrupted."""
    results = []
    try:
        for name in names:
            results.append(one_claim(CLAIMS[name], programs, python, size,
                                     rounds or ROUNDS[size], say))
    except KeyboardInterrupt:
        say("interrupted: this is what there is so far")
    return results


def write_page(path, results, facts):
    """Into a page that may have other parts, which stay."""
    text = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(show.with_section(text, show.markdown(results, facts)))
