# SPDX-License-Identifier: MIT
"""The programs with pools of processes."""
import re

from downloads import THREE
from processes import COMPOSITE, NUMBERS
from run import (Late, at_least, below, late_unless, number, numbers, run, same, same_set,
                 wrong_unless)


def p09_downloads_in_processes(program):
    done = run(program, scale=0.1, draws="5:3:6")
    same(len(done.lines), 10)
    same_set([line for line in done.lines if line.startswith("开始")],
             [f"开始下载 {name}." for name in THREE])
    took = {}
    for i, line in enumerate(done.lines):
        if line.endswith("完成."):
            late_unless(done.lines[i + 1].startswith("下载耗时"), done.lines)
            took[line[:-6]] = number(r"下载耗时: (\d+\.\d\d)秒\.", done.lines[i + 1])
    for name, seconds in zip(THREE, (5, 3, 6)):
        at_least(took[name], seconds)
    same(list(took.values()), sorted(took.values()), Late)
    pids = [number(r".*: (\d+)", line) for line in done.err.splitlines()]
    same((len(pids), len(set(pids))), (3, 3), Late)
    total = number(r"总耗时: (\d+\.\d\d)秒\.", done.lines[9])
    at_least(total, 6)
    below(total, 14)


DRAWS = "1.41:0.27:0.14:0.86:1.91"


def pool_of(program, *args):
    done = run(program, *args, draws=DRAWS)
    parent = number(r"Parent process (\d+)\.", done.lines[0])
    same(done.lines[-1], "All subprocesses done.")
    same(len(done.lines), 13)
    pids = {}
    for line in done.lines:
        if line.startswith("Run"):
            task, pid = numbers(r"Run task (\d) \((\d+)\)\.\.\.", line)
            pids[int(task)] = int(pid)
    same_set(pids, range(5))
    wrong_unless(parent not in pids.values(), done.lines)
    took = dict(numbers(r"Task (\d) runs (\d+\.\d\d) seconds\.", line)
                for line in done.lines if re.match("Task", line))
    for task, seconds in enumerate((1.41, 0.27, 0.14, 0.86, 1.91)):
        at_least(took[task], seconds)
    waiting = "Waiting for all subprocesses done..."
    of_tasks = [line for line in done.lines if line != waiting]
    begun = [i for i, line in enumerate(of_tasks) if line.startswith("Run")]
    ended = [i for i, line in enumerate(of_tasks) if line.startswith("Task")]
    late_unless(done.lines.index(waiting) <= ended[0], done.lines)
    return done, pids, begun, ended


def p31_five_tasks_in_a_pool(program):
    """Four at once; the fifth waits for the first that ends, and has its process."""
    done, pids, begun, ended = pool_of(program)
    wrong_unless(begun[4] > ended[0], done.lines)
    wrong_unless(len(set(pids.values())) <= 4, done.lines)
    same((pids[4], ended[0] > begun[3]), (pids[2], True), Late)
    at_least(done.seconds, 2.05)
    done, pids, begun, ended = pool_of(program, "5")
    same((len(set(pids.values())), ended[0] > begun[4]), (5, True), Late)
    at_least(done.seconds, 1.91)
    done, pids, begun, ended = pool_of(program, "1")
    same((len(set(pids.values())), [i - 1 for i in ended]), (1, begun))
    at_least(done.seconds, 4.59)


# rows: P35 D8
def p35_primes_in_processes(program):
    same(run(program).lines, [f"{n} is prime: {n != COMPOSITE}" for n in NUMBERS])
    same(run(program, "1", "2", "9", "11").lines,
         ["1 is prime: True", "2 is prime: False", "9 is prime: False", "11 is prime: True"])


def p37_primes_in_sixteen_processes(program):
    same(run(program).lines, [f"{n} is prime: {n != COMPOSITE}" for n in NUMBERS])
