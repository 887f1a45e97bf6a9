# SPDX-License-Identifier: MIT
"""Whether figures keep a claim: a claim has checks, a check has a figure and a bound."""

from dataclasses import dataclass, field
from statistics import median
from typing import Callable

OURS, PYTHON, VIRTUAL = "tutti", "CPython", "virtual time"
MET, MISSED, NOT_JUDGED, FAILED = "met", "MISSED", "not judged", "FAILED"


@dataclass
class Figures:
    """The samples of one claim: values[who][figure] is a list, a value per round."""

    cpus: int = 1
    values: dict = field(default_factory=dict)
    units: dict = field(default_factory=dict)

    def add(self, who, name, value, unit):
        self.values.setdefault(who, {}).setdefault(name, []).append(value)
        self.units[name] = unit

    def of(self, who, name):
        return self.values.get(who, {}).get(name, [])

    def __getitem__(self, name):
        """The median of ours; KeyError where it was not measured."""
        return median(self.values[OURS][name])

    def python(self, name):
        return median(self.values[PYTHON][name])

    def virtual(self, name):
        """The same in every round, or there is no such figure."""
        first, *others = self.values[VIRTUAL][name]
        if any(value != first for value in others):
            raise ValueError(f"{name} is not the same in each round of virtual time")
        return first


@dataclass(frozen=True)
class Check:
    what: str
    value: Callable  # of Figures
    least: object = None  # a number, or a function of the number of CPUs
    most: object = None
    exactly: object = None
    unit: str = ""
    cpus: int = 1  # with fewer it is shown and not judged

    def bound(self, cpus):
        """The sign and the number."""
        sign, number = (("≥", self.least) if self.least is not None else
                        ("≤", self.most) if self.most is not None else ("=", self.exactly))
        return sign, number(cpus) if callable(number) else number


@dataclass(frozen=True)
class Claim:
    name: str
    what: str  # what the tutorials say, in a line
    checks: tuple
    python: str = ""  # the script that measures the same by CPython
    python_rounds: int = 5  # at most: some take it long
    virtual: bool = False  # it is run in virtual time too
    program: tuple = ("claims",)
    shown: tuple = ()  # figures worth showing; none: all


@dataclass(frozen=True)
class Verdict:
    check: Check
    asked: str
    seen: str
    word: str
    why: str = ""


def number(x):
    """Three digits are what such a figure is worth."""
    if abs(x) >= 1e6:
        return f"{x / 1e6:.3g}M"
    if abs(x) >= 1000:
        return f"{x:,.0f}"
    return f"{x:.3g}"


def judge(check, figures):
    sign, bound = check.bound(figures.cpus)
    asked = f"{sign} {number(bound)}{check.unit}"
    try:
        seen = check.value(figures)
    except (KeyError, ValueError, ZeroDivisionError) as missing:
        why = "not measured here" if isinstance(missing, KeyError) else str(missing)
        return Verdict(check, asked, "–", NOT_JUDGED, why)
    text = f"{number(seen)}{check.unit}"
    if figures.cpus < check.cpus:
        return Verdict(check, asked, text, NOT_JUDGED,
                       f"needs {check.cpus} CPUs, here {figures.cpus}: not judged")
    kept = {"≥": seen >= bound, "≤": seen <= bound, "=": abs(seen - bound) < 1e-9}[sign]
    return Verdict(check, asked, text, MET if kept else MISSED)


def sum_up(verdicts):
    """The one word for a claim."""
    words = [v.word for v in verdicts]
    if MISSED in words:
        return MISSED
    return MET if MET in words else NOT_JUDGED
