# SPDX-License-Identifier: MIT
"""The programs about processes and computing, as far as they need no second process."""
import re

from run import at_least, number, run, same, wrong_unless

COMPOSITE = 1099726899285419
NUMBERS = [1116281, 1297337, 104395303, 472882027, 533000389, 817504243, 982451653,
           112272535095293, 112582705942171, 112272535095293, 115280095190773, 115797848077099,
           COMPOSITE] * 5


def p10_main_process(program):
    pids = {number(r"我是主进程，PID是(\d+)", "\n".join(run(program).lines)) for _ in range(2)}
    same(len(pids), 2)


def p20_requests_in_turn(program):
    done = run(program, scale=0.05)
    urls = ["www.1.com", "www.2.com", "www.3.com"]
    same(done.lines[:-1], [line for url in urls
                           for line in (f"正在请求网址的数据:  {url}", f"请求结束: {url}")])
    at_least(number(r"总耗时:  (\d+\.\d+)", done.lines[-1]), 6)


# rows: P36 D8
def p36_primes_in_threads(program):
    same(run(program).lines, [f"{n} is prime: {n != COMPOSITE}" for n in NUMBERS])
    same(run(program, "1", "2", "9", "11").lines,
         ["1 is prime: False", "2 is prime: True", "9 is prime: False", "11 is prime: True"])


def p38_sum_in_turn(program):
    for args, total in (("1000000",), "500000500000"), ((), "5000000050000000"):
        lines = run(program, *args).lines
        same(lines[0], total)
        wrong_unless(len(lines) == 2 and
                     re.fullmatch(r"Execution time: \d+\.\d{3}s", lines[1]), lines)
