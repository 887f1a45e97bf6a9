# SPDX-License-Identifier: MIT
"""From samples to text: verdicts, the rows for the terminal, the table in Markdown, the machine."""

import os
import platform
import re
import subprocess
from datetime import datetime, timezone
from statistics import median

from table import GROUPS, OURS, ROWS


def number(x):
    """Three digits are what such a figure is worth."""
    if abs(x) >= 100:
        return f"{x:,.0f}"
    return f"{x:.3g}"


def spread(values):
    text = number(median(values))
    return text if len(values) == 1 else f"{text} [{number(min(values))}–{number(max(values))}]"


def times_better(row, ours, theirs):
    if not ours or not theirs:
        return None
    mine, other = median(ours), median(theirs)
    if not mine or not other:
        return None
    return mine / other if row.more_is_better else other / mine


def row_peers(row, samples):
    """Name to samples, of whoever has this figure, in the order of the table."""
    peers = {c.name: samples.get(c.name, row.figure) for c in GROUPS[row.group] if c.name != OURS}
    peers.update({label: samples.get(OURS, figure) for label, figure in row.beside})
    return {name: values for name, values in peers.items() if values}


def best_peer(row, peers):
    pick = max if row.more_is_better else min
    return pick(peers, key=lambda name: median(peers[name]), default=None)


class Verdict:
    """One target of one row: what was asked, the ratio seen, and whether it is enough, if known."""

    def __init__(self, row, target, samples, divide):
        ours, peers = samples.get(OURS, row.figure), row_peers(row, samples)
        than = best_peer(row, peers) if target.than == "best" else target.than
        bound = target.bound / divide if row.scales else target.bound
        ratio = times_better(row, ours, peers.get(than))
        self.goal, self.ratio, self.met = target.goal, "", None
        if target.kind == "better":
            self.asked = f"goal {than}" if target.goal else f"≥ {bound:g}x {target.than}"
            if target.than == "best" and than:
                self.asked += f" ({than})"
            self.decide(ratio, lambda r: r >= bound)
        elif target.kind == "cost":
            self.asked = f"≤ {bound:g}x {target.than}"
            self.decide(1 / ratio if ratio else None, lambda r: r <= bound)
        else:
            least = target.kind == "least"
            self.asked = f"{'≥' if least else '≤'} {bound:,.0f} {row.unit}"
            if ours:
                self.met = median(ours) >= bound if least else median(ours) <= bound

    def decide(self, ratio, enough):
        if ratio is not None:
            self.ratio, self.met = f"{ratio:.3g}x", enough(ratio)

    @property
    def word(self):
        if self.met is None:
            return "–"
        if self.goal:
            return "reached" if self.met else "not reached"
        return "met" if self.met else "MISSED"


def verdicts(row, samples, divide):
    return [Verdict(row, target, samples, divide) for target in row.targets]


def rows_of(groups):
    return [row for row in ROWS if row.group in groups]


def terminal(groups, samples, divide):
    print(f"\nMedian [min–max]. Behind each peer: how many times better than it {OURS} is.")
    for row in rows_of(groups):
        ours = samples.get(OURS, row.figure)
        print(f"\n{row.what} ({row.unit}, {'more' if row.more_is_better else 'less'} is better)")
        print(f"    {OURS:<18}{spread(ours) if ours else 'not measured'}")
        for name, values in row_peers(row, samples).items():
            ratio = times_better(row, ours, values)
            print(f"    {name:<18}{spread(values):<28}{f'{ratio:.3g}x' if ratio else ''}".rstrip())
        for verdict in verdicts(row, samples, divide):
            kind = "goal" if verdict.goal else "target"
            print(f"    {kind:<18}{verdict.asked:<28}{verdict.ratio:<9} {verdict.word}")


def peer_cell(row, ours, name, values):
    ratio = times_better(row, ours, values)
    return f"{name} {spread(values)}" + (f" ({ratio:.3g}x)" if ratio else "")


def markdown_row(row, samples, divide):
    ours, peers = samples.get(OURS, row.figure), row_peers(row, samples)
    found = verdicts(row, samples, divide)
    cells = (
        f"{row.what}, {row.unit}",
        spread(ours) if ours else "not measured",
        "; ".join(peer_cell(row, ours, name, values) for name, values in peers.items()),
        "<br>".join(verdict.ratio or "–" for verdict in found),
        "<br>".join(verdict.asked for verdict in found),
        "<br>".join(verdict.word for verdict in found),
    )
    return "| " + " | ".join(cells) + " |"


INTRODUCTION = f"""# Benchmark results

Written by `bench/run.py`; what each row measures is told in `bench/README.md`. Median [min–max]; in
brackets behind each peer, how many times better than it {OURS} is. The ratio is the one the target
asks for: where that is an upper bound (≤), our share of the peer's cost.
"""


def markdown(groups, samples, divide, facts):
    lines = [INTRODUCTION]
    lines += [f"- {name}: {value}" for name, value in facts]
    lines += ["", f"| what | {OURS} | peers | ratio | target | |", "|---|---|---|---|---|---|"]
    lines += [markdown_row(row, samples, divide) for row in rows_of(groups)]
    return "\n".join(lines) + "\n"


def first_line(*command, cwd=None):
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=30, check=False, cwd=cwd)
    except OSError:
        return "none"
    return (done.stdout.splitlines() or ["none"])[0]


def grep(path, pattern):
    with open(path, encoding="utf-8") as file:
        found = re.search(pattern, file.read(), re.MULTILINE)
    return found.group(1).strip() if found else "unknown"


def package_versions(groups):
    names = {name for group in groups for c in GROUPS[group] for name in c.package.split()}
    versions = []
    for name in sorted(names | {"libc6"}):
        version = first_line("dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Version}\n", name)
        # "ii": installed; a package that was removed still has a line.
        if version.startswith("ii"):
            versions.append(f"{name} {version[2:].strip()}")
    return ", ".join(versions)


def machine_facts(groups, cargo):
    here = os.path.dirname(os.path.abspath(__file__))
    cpu = grep("/proc/cpuinfo", r"^model name[^:]*:(.*)$")
    memory = int(grep("/proc/meminfo", r"^MemTotal:\s*(\d+)")) / 2**20
    facts = [
        ("date", datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")),
        ("machine", f"{cpu}, {len(os.sched_getaffinity(0))} CPUs usable, {memory:.0f} GiB, "
                    f"{platform.machine()}"),
        ("kernel", f"{platform.system()} {platform.release()}"),
        ("system", grep("/etc/os-release", r'^PRETTY_NAME="(.*)"')),
        (OURS, first_line("git", "describe", "--always", "--dirty", cwd=here)),
        ("gcc", first_line("gcc", "--version")),
        ("go", first_line("go", "version")),
        ("cargo", first_line(cargo or "cargo", "--version")),
        ("packages", package_versions(groups)),
    ]
    return [(name, value) for name, value in facts if value != "none"]
