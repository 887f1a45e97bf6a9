# SPDX-License-Identifier: MIT
"""The claims as text: 80 columns for the terminal, a table in Markdown."""

import os
import sys
import textwrap
from statistics import median

from .judge import FAILED, MET, MISSED, NOT_JUDGED, OURS, PYTHON, number

COLOURS = {MET: "32", MISSED: "31", FAILED: "31", NOT_JUDGED: "33"}
BEGIN, END = "<!-- claims -->", "<!-- end of claims -->"


def coloured(word):
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return word
    return f"\033[{COLOURS[word]}m{word}\033[0m"


def spread(values):
    text = number(median(values))
    if len(values) == 1 or min(values) == max(values):
        return text
    return f"{text} [{number(min(values))}–{number(max(values))}]"


def names(result):
    """Ours first, in the order of the programs, then what only CPython has."""
    ours = result.figures.values.get(OURS, {})
    theirs = result.figures.values.get(PYTHON, {})
    found = [*ours, *(name for name in theirs if name not in ours)]
    return [name for name in found if not result.claim.shown or name in result.claim.shown]


def print_words(text):
    print(textwrap.fill(text, 80, initial_indent="      ", subsequent_indent="      "))


def print_figures(result):
    for name in names(result):
        ours, theirs = result.figures.of(OURS, name), result.figures.of(PYTHON, name)
        unit = result.figures.units[name]
        line = f"    {name.replace('_', ' '):<26}{spread(ours) if ours else '–':<28} {unit:<7}"
        print(f"{line} {number(median(theirs)) if theirs else ''}".rstrip())


def print_verdict(verdict):
    what = verdict.check.what.replace("_", " ")
    line = f"  {what:<44} {verdict.seen:>11} {verdict.asked:>10}"
    print(f"{line} {coloured(verdict.word)}" if len(line) <= 69 else
          f"  {what}\n{'':46} {verdict.seen:>11} {verdict.asked:>10} {coloured(verdict.word)}")
    if verdict.why:
        print_words(verdict.why)


def terminal(results):
    print(f"\nMedian [least–most] of {OURS}, its unit, {PYTHON}'s; below, what must hold.")
    for result in results:
        print(f"\n{result.claim.name:<4}{result.claim.what:<63} {coloured(result.word)}")
        if result.failed:
            print_words(f"failed: {result.failed}")
            continue
        print_figures(result)
        for verdict in result.verdicts:
            print_verdict(verdict)
        for note in result.notes:
            print_words(note)
    words = [result.word for result in results]
    print("\n" + ", ".join(f"{words.count(word)} {coloured(word)}" for word in COLOURS
                           if word in words))


def markdown_row(result):
    claim = result.claim
    if result.failed:
        return f"| {claim.name} | {claim.what} | | | failed: {result.failed} |"
    figures = []
    for name in names(result):
        ours, theirs = result.figures.of(OURS, name), result.figures.of(PYTHON, name)
        text = f"{name.replace('_', ' ')} {spread(ours) if ours else '–'}"
        text += f" {result.figures.units[name]}"
        figures.append(text + (f" ({PYTHON} {spread(theirs)})" if theirs else ""))
    checks = [f"{v.check.what.replace('_', ' ')}: {v.seen}, {v.asked}: " + (v.why or v.word)
              for v in result.verdicts]
    return (f"| {claim.name} | {claim.what} | {'<br>'.join(figures)} | {'<br>'.join(checks)} | "
            f"{result.word} |")


def markdown(results, facts):
    lines = [BEGIN, "", "## The tutorials' claims", "",
             "Written by `bench/run.py --only claims`; what is claimed and measured is told in",
             "[docs/claims.md](../docs/claims.md). Median [least–most].", ""]
    lines += [f"- {name}: {value}" for name, value in facts]
    lines += ["", "| | claim | figures | seen, and what must hold | |", "|---|---|---|---|---|"]
    lines += [markdown_row(result) for result in results]
    return "\n".join(lines) + f"\n\n{END}\n"


def section(text):
    """The part of a results page that is about claims, or ""."""
    begin, end = text.find(BEGIN), text.find(END)
    return text[begin:end + len(END) + 1] if 0 <= begin < end else ""


def with_section(text, new):
    """The same page with that part in place of the old one, or at the end."""
    old = section(text)
    if old:
        return text.replace(old, new)
    return (text.rstrip("\n") + "\n\n" if text else "") + new
