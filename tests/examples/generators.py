# SPDX-License-Identifier: MIT
"""Generators, coroutine objects and loops run by hand."""
from run import at_least, below, run, same, wrong_unless

SUMS = ["加 2", "加 3", "加 None"]
REQUEST = ["正在请求的网址是: www.1.com", "请求网址结束! "]


def p82_yield_from(program):
    elements = [f"生成器2: {title}" for title in ("Python", "Java", "C++")]
    same(run(program).lines, ["生成器1: ['Python', 'Java', 'C++']"] + elements * 2)


def p83_sum_by_sending(program):
    done = run(program, rc=1)
    same(done.lines, SUMS)
    same(done.err, "StopIteration: 5\n")


def p84_sum_by_delegating(program):
    """At the end it is suspended in a new sub-generator, which sums nothing."""
    same(run(program).lines, SUMS + ["加和总数是: 5"])


def p86_one_coroutine(program):
    same(run(program).lines, ["Hello world!", "Hello again!"])


def p89_await_nothing(program):
    done = run(program, scale=0.1)
    same(done.lines, ["awaited a coroutine, a task and a thread: fine",
                      "TUTTI_ETYPE: object of no type can't be used in 'await' expression"])
    at_least(done.at[0], 0.9)  # not from line to line: the first may have been read late
    at_least(done.at[1], 1.9)
    at_least(done.seconds, 2)


def p99_task_of_a_coroutine(program):
    done = run(program, scale=0.1)
    same(done.lines, REQUEST)
    at_least(done.seconds, 2)


def p100_task_with_callback(program):
    done = run(program, scale=0.1)
    same(done.lines, REQUEST + ["我是任务对象的回调函数! ,获取到特殊函数的返回值为: 123"])
    at_least(done.at[2], 2)


def loop_in_poll(program):
    done = run(program, scale=0.1)
    wrong_unless(sorted(done.lines) == sorted(f"{name}: {i}" for name in ("ann", "bob")
                                              for i in (3, 2, 1)), done.lines)
    at_least(done.seconds, 3)
    below(done.seconds, 6)
