# SPDX-License-Identifier: MIT
"""The thread programs: counting, arguments, joining, sleeping at once, barrier, timer, local."""
import os
import re

from run import at_least, below, late_unless, number, numbers, run, same, same_set, wrong_unless


def p44_thread_count(program):
    same(run(program).lines, ["线程数量: 1"])


def p45_count_in_a_thread(program):
    same(run(program).lines, ["线程数量: 1", "启动线程", "线程数量: 2", "结束线程"])


def p46_arguments(program):
    same(run(program).lines, ["启动子线程", "传递的参数为(1, '2', {'c': 3})", "结束子线程"])


def p47_without_and_with_join(program):
    lines = run(program).lines
    child = ["子线程开始", "子线程结束"]
    same([line for line in lines if line not in child],
         ["无阻塞输出：", "主线程开始", "主线程结束", "有阻塞输出：", "主线程开始", "主线程结束"])
    same_set([line for line in lines if line in child], child * 2)
    # The first thread may be anywhere after its start; the second is through before main ends.
    second = lines[lines.index("有阻塞输出："):]
    before_end = second[:second.index("主线程结束")]
    wrong_unless(child[1] in before_end, lines)
    wrong_unless(lines.index("主线程开始") < lines.index(child[0]), lines)
    for i in range(len(lines)):
        wrong_unless(lines[:i].count(child[0]) >= lines[:i].count(child[1]), lines)


def p48_one_argument(program):
    same(run(program).lines, ["num的值是: 1"])


def p49_three_sleepers(program):
    done = run(program, scale=0.2)
    same(done.lines, ["num的值是: 1"] * 3)
    at_least(done.at[0], 1)
    below(done.seconds, 3)


def at_once(program, begin, end, n, wrong_model):
    done = run(program, scale=0.1)
    same_set(done.lines[:-1], [begin] * n + [end] * n)
    late_unless(done.lines[:-1] == [begin] * n + [end] * n, done.lines)
    seconds = number(r"总耗时: (\d+\.\d+)", done.lines[-1])
    at_least(seconds, 2)
    below(seconds, wrong_model)


def p50_thread_objects(program):
    at_once(program, "当前子线程正在执行", "当前子线程执行结束", 3, 6)


def p51_shared_global(program):
    for _ in range(20):
        same(run(program).lines, ["0"])


def p52_three_threads(program):
    at_once(program, "当前子线程正在执行", "当前子线程执行结束", 3, 6)


def p53_five_fetches(program):
    at_once(program, "正在爬取数据", "数据爬取结束", 5, 10)


def p55_barrier_of_three(program):
    done = run(program, rc=3)
    same(len(done.lines), 8)
    same(done.lines.count("子线程数量达到3"), 3)
    wrong_unless(done.lines.index("子线程数量达到3") >= 3, done.lines)
    for line in done.lines:
        if line != "子线程数量达到3":
            wrong_unless(1 <= number(r"当前活动的子线程数量: (\d+)", line) <= 5, line)
    said = done.err.splitlines()
    same(said[0], "2 of 3 wait at the barrier, nobody else will come")
    same(len(said), 3)
    broken = re.findall(r"^Thread-(\d): .*broken", done.err, re.M)
    wrong_unless(len(set(broken)) == 2, done.err)


def p56_timer(program):
    done = run(program, scale=0.1)
    same(done.lines, ["启动线程", "结束线程", "结束"])
    at_least(done.at[0], 5)


def p57_current_and_all(program):
    done = run(program)
    main = done.lines[0]
    ident = number(r"<_MainThread\(MainThread, started (\d+)\)>", main)
    thread = r"<Thread\(Thread-{}, started (\d+)\)>"
    others = numbers(r"\[%s, %s\]" % (re.escape(main), ", ".join(map(thread.format, (1, 2, 3)))),
                     done.lines[1])
    same(len({ident, *others}), 4)
    same(done.lines[2:], ["4", "9223372036.9 for ever", "acquired"])
    at_least(done.seconds, 1)


def p58_thread_local(program):
    same_set(run(program).lines, ["Hello, Alice (in Thread-A)", "Hello, Bob (in Thread-B)"])


CALLS = [
    '["add", [1 2], {}]: at byte 11: \'2\', where a comma or ] is missing',
    '["add", [1, 2], {}]: 3',
    '["add", [41], {}]: 42',
    '["add", [], {"b": 2, "a": 9007199254740993}]: 9007199254740995',
    '["greet", ["you"], {"word": "good morning"}]: {"to":"you","say":"good morning"}',
    '["add", [1, "x"], {}]: argument \'b\' of job \'add\': int expected, got str \'x\'',
    '["greet", [], {}]: argument \'name\' of job \'greet\': missing',
]


def job_values(program):
    for engine in ("threads", "threads:2", "tasks", "inline"):
        same(run(program, engine).lines, CALLS)


def custom_engine(program):
    same(run(program).lines, ["1 4 9 16"])


def p40_cpu_count(program):
    same(run(program).lines, [str(os.sysconf("SC_NPROCESSORS_ONLN"))])


def p41_jobs_that_compute(program):
    for args in (), ("processes",):
        lines = run(program, *args).lines
        same(len(lines), 2)
        same(number(r"当前计算机的核数为: (\d+)", lines[0]), os.sysconf("SC_NPROCESSORS_ONLN"))
        wrong_unless(number(r"总耗时:  (\d+\.\d+)", lines[1]) > 0.001, lines[1])  # it did compute


def p42_sleepers(program):
    """In turn 60 processes would take two minutes."""
    for args, n, wrong_model in (((), 999, 11), (("processes", "60"), 60, 120)):
        done = run(program, *args, scale=0.5)
        same(number(r"当前计算机的核数为:  (\d+)", done.lines[0]), os.sysconf("SC_NPROCESSORS_ONLN"))
        same(done.lines[1:-1], ["-----"] * n)
        seconds = number(r"总耗时:  (\d+\.\d+)", done.lines[-1])
        at_least(seconds, 2)
        below(seconds, wrong_model)


def p43_endless_threads(program):
    """How many CPUs they get, a busy machine decides; that they end, the program does."""
    for args, n in (((), os.sysconf("SC_NPROCESSORS_ONLN")), (("3",), 3)):
        done = run(program, *args, scale=0.1)
        threads, cpus = numbers(r"(\d+)个死循环线程, (\d+)个核", done.lines[0])
        wrong_unless(threads == n if args else threads == cpus <= n, done.lines[0])
        wrong_unless(number(r"CPU占用率: (\d+)%", done.lines[1]) > 0, done.lines[1])
        same(len(done.lines), 2)
        at_least(done.seconds, 2)


def p54_pages_by_a_pool(program):
    urls = [f"www.{i}.com" for i in range(1, 6)]
    for args, least, wrong_model in (((), 2, 4), (("3",), 4, 6)):
        done = run(program, *args, scale=0.1)
        same_set(done.lines[:-1], [f"正在请求数据:  {url}" for url in urls] +
                 [f"请求结束: {url}" for url in urls])
        for url in urls:
            wrong_unless(done.lines.index(f"正在请求数据:  {url}") <
                         done.lines.index(f"请求结束: {url}"), done.lines)
        seconds = number(r"总耗时:  (\d+\.\d+)", done.lines[-1])
        at_least(seconds, least)
        below(seconds, wrong_model)
