# SPDX-License-Identifier: MIT
"""The programs about races and locks."""
import re
import signal
import time

from run import (CPUS, TORTURE, Late, at_least, late_unless, number, run, same, same_set,
                 wrong_unless)

TENTHS = ":".join(f"{i / 10:.1f}" for i in range(1, 11))


def balance(done):
    same(len(done.lines), 1)
    return int(number(r"账户余额为：￥(\d+)元", done.lines[0]))


def p65_deposits_without_lock(program):
    for _ in range(20):
        got = balance(run(program, scale=5))
        wrong_unless(1 <= got <= 100, got)
        late_unless(got < 50, got)


def p66_deposits_with_lock(program):
    done = run(program, scale=0.2)
    same(balance(done), 100)
    at_least(done.seconds, 1)


def lost_at_least_once(program, line):
    """One run in a few loses an update; fewer on a busy machine, where two threads rarely meet."""
    end = time.monotonic() + (30 if CPUS > 1 else 1)
    while time.monotonic() < end:
        if number(r"(-?\d+)", run(program).lines[line]) != 0:
            return
    wrong_unless(CPUS < 2, f"no update was lost in 30 s on {CPUS} CPUs")


def p72_balance_without_lock(program):
    lost_at_least_once(program, 0)


SERIAL = """\
初始值 balance = 0
t1: x1 = balance + 5  # x1 = 0 + 5 = 5
t1: balance = x1      # balance = 5
t1: x1 = balance - 5  # x1 = 5 - 5 = 0
t1: balance = x1      # balance = 0
t2: x2 = balance + 8  # x2 = 0 + 8 = 8
t2: balance = x2      # balance = 8
t2: x2 = balance - 8  # x2 = 8 - 8 = 0
t2: balance = x2      # balance = 0
结果 balance = 0
"""
MIXED = """\
初始值 balance = 0
t1: x1 = balance + 5  # x1 = 0 + 5 = 5
t2: x2 = balance + 8  # x2 = 0 + 8 = 8
t2: balance = x2      # balance = 8
t1: balance = x1      # balance = 5
t1: x1 = balance - 5  # x1 = 5 - 5 = 0
t1: balance = x1      # balance = 0
t2: x2 = balance - 8  # x2 = 0 - 8 = -8
t2: balance = x2      # balance = -8
结果 balance = -8
"""


def p73_two_interleavings(program):
    same(run(program).text, SERIAL + MIXED)


def p73_all_interleavings(program):
    same(run(program).lines, ["-8: 8", "-5: 8", "-3: 4", "0: 30", "3: 4", "5: 8", "8: 8"])


def p74_balance_with_lock(program):
    for _ in range(100 if TORTURE else 10):
        same(run(program).lines, ["0"])


def p75_with_and_without_lock(program):
    for _ in range(3):
        lines = run(program).lines
        same(len(lines), 2)
        same(lines[1], "0")
    lost_at_least_once(program, 0)


def p76_decrement_without_lock(program):
    done = run(program, scale=0.5, draws=TENTHS)
    at_least(done.seconds, 1)
    same(done.lines, ["全局变量n的值为: 9"], Late)


def p77_decrement_with_lock(program):
    done = run(program, scale=0.1, draws=TENTHS)
    same(done.lines, ["全局变量n的值为: 0"])
    at_least(done.seconds, 5.5)


def p78_two_deadlocks(program):
    done = run(program, scale=0.1)
    gave_way = [line for line in done.lines if line.endswith("no second lock in time, "
                                                              "lets the first go")]
    same(done.lines[0], "never released: stopped waiting")
    wrong_unless(gave_way, done.lines)
    same_set([line for line in done.lines[1:] if line not in gave_way],
             ["one: has both", "two: has both"])
    at_least(done.at[0], 1)
    at_least(done.seconds, 2)


def p78_plain_deadlocks(program):
    """Nothing comes after the locks are taken, and only an interrupt ends it."""
    for kind, said in (("1", ["one: has the lock, and forgets it", "two: waits for the lock"]),
                       ("2", ["one: has its first lock", "two: has its first lock"])):
        done = run(program, kind, scale=0.5, rc=-signal.SIGINT,
                   stop=lambda text: text.count("\n") == 2 and not time.sleep(0.3))
        same_set(done.lines, said)
    run(program, rc=2)


def p78_deadlock_told(program):
    done = run(program, scale=0.1)
    same(done.lines[:2], ["told: lock held", "told: nothing moves"])
    # Who hears that nothing moves lets them go on: what they do may be told between the rest.
    waiting = [line for line in done.lines[2:] if line.startswith("told: thread ")]
    same_set(waiting, ["told: thread 'MainThread'", "told: thread 'one'", "told: thread 'two'",
                       "told: thread 'forgetful', which has ended"])
    same([line for line in done.lines[2:] if line not in waiting],
         ["told: lock order", "told: deadlock", "3 mistakes found"])
    at_least(done.at[1], 1)
    for words in ("lock held: thread 'forgetful' has ended and holds lock 'forgotten' (0x",
                  "; held by thread 'forgetful', which has ended, taken at p78_deadlock_told(forg",
                  " holds lock 'red' (0x", " held lock 'blue' (0x",
                  "'one': acquire lock 'blue' (0x", "'two': acquire lock 'red' (0x",
                  ", held by thread 'one', taken at p78_deadlock_told(cross+0x",
                  ", held by thread 'two', taken at p78_deadlock_told(cross+0x"):
        wrong_unless(words in done.err.replace("holds lock 'blue'", "held lock 'blue'")
                     .replace("held lock 'red'", "holds lock 'red'"), done.err)


def p67_pool_without_lock(program):
    """Seven waves of sixteen at most, of each of which one deposit counts."""
    done = run(program, scale=5)
    same(len(done.lines), 1)
    got = number(r"(\d+\.0)", done.lines[0])
    wrong_unless(7 <= got <= 100, got)
    late_unless(got <= 20, got)
    at_least(done.seconds, 0.07)


def p68_pool_with_lock(program):
    done = run(program, scale=0.5)
    same(done.lines, ["100.0"])
    at_least(done.seconds, 1)


def p69_pool_with_held_lock(program):
    p68_pool_with_lock(program)


def p70_futures_of_a_pool(program):
    done = run(program)
    same(done.lines, ["100.0"])
    at_least(done.seconds, 0.1)


def p71_deposits_and_withdrawals(program):
    """What was done may be told late, by each of the threads one deposit or withdrawal."""
    done = run(program, scale=0.05, rc=-signal.SIGINT,
               stop=lambda text: text.count("<==== ") >= 40)
    deposited = withdrawn = 0
    depositors = set()
    for line in done.lines:
        found = re.fullmatch(r"ThreadPoolExecutor-0_(\d|1[0-4]) : (\d+) ([=<>]+) (\d+)", line)
        wrong_unless(found, line)
        money, left = int(found[2]), int(found[4])
        if found[3] == "====>":
            wrong_unless(5 <= money <= 10, line)
            depositors.add(found[1])
            deposited += money
        else:
            wrong_unless(10 <= money <= 30, line)
            withdrawn += money
        wrong_unless(withdrawn <= deposited + 5 * 10, done.lines)
        late_unless(abs(deposited - withdrawn - left) <= 5 * 10 + 10 * 30, line)
    same(len(depositors), 5, Late)


INTERPRETER = ["threads that compute: {:.2f} s", "with a lock: {:.2f} s", "turns: ABCDABCDABCDABCD",
               "processes with a lock each: {:.2f} s", "threads that wait: {:.2f} s",
               "with a lock: {:.2f} s"]


def turns_of(line):
    """Each of the four jobs gives way three times; who comes late finds others at it."""
    turns = line.removeprefix("turns: ")
    same_set(turns, "ABCD" * 4)
    late_unless(all(len(set(turns[i:i + 4])) == 4 for i in range(4, 13)), turns)


def f12_interpreter_lock(program):
    done = run(program, scale=0.2)
    turns_of(done.lines[2])
    titles = [line.split(":")[0] for line in INTERPRETER]
    same([line.split(":")[0] for line in done.lines], titles)
    took = [number(r".*: (\d+\.\d\d) s", line) for line in done.lines if "turns" not in line]
    for seconds, least in zip(took, (1, 4, 1, 1, 1)):
        at_least(seconds, least)
        late_unless(least == 4 or seconds < 4, done.lines)
    done = run(program, "spin")
    same([line.split(":")[0] for line in done.lines], titles[:2] + ["CPUs used"] + titles[2:])
    used = number(r"CPUs used: (\d+\.\d\d)", done.lines[2])
    wrong_unless(used <= 1.15, done.lines)
    turns_of(done.lines[3])
