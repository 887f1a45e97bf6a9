# SPDX-License-Identifier: MIT
"""The task programs: what waits lets the others go on, what blocks does not."""
import re

from run import Late, at_least, below, late_unless, number, run, same, wrong_unless

WORLD, AGAIN = "world", "again"


def hellos(done):
    """The words in order; all six lines name the same thread, the main one."""
    same(len(done.lines), 6)
    idents = {number(r"Hello (?:world|again)! \(<_MainThread\(MainThread, started (\d+)\)>\)", line)
              for line in done.lines}
    same(len(idents), 1)
    words = [WORLD if "world" in line else AGAIN for line in done.lines]
    for i in range(7):
        wrong_unless(words[:i].count(WORLD) >= words[:i].count(AGAIN), done.lines)
    return words


def p85_io_in_turn(program):
    done = run(program, scale=0.05)
    same(done.lines[:-1], ["开始运行IO任务1...", "IO任务1已完成，耗时2s",
                           "开始运行IO任务2...", "IO任务2已完成，耗时3s"])
    at_least(number(r"所有IO任务总耗时(\d+\.\d{5})秒", done.lines[-1]), 5)


def p87_three_tasks(program):
    same(hellos(run(program)), [WORLD, AGAIN] * 3)


def p88_blocking_sleep(program):
    done = run(program, scale=0.1)
    same(hellos(done), [WORLD, AGAIN] * 3)
    at_least(done.seconds, 3)


def p90_blocking_sleep_wrapped(program):
    p88_blocking_sleep(program)


def p91_task_sleep(program):
    done = run(program, scale=0.2)
    same(hellos(done), [WORLD] * 3 + [AGAIN] * 3, Late)
    at_least(done.at[3], 1)
    below(done.seconds, 3)


def echo(program):
    done = run(program, scale=0.2)
    same(done.lines, ["1000 of 1000 answered"])
    at_least(done.seconds, 1)


def lookup(program):
    done = run(program)
    wrong_unless(len(done.lines) == 3, done.lines)
    wrong_unless(done.lines[0].startswith("localhost: "), done.lines)
    ours = done.lines[0].split()[1:]
    wrong_unless(ours and set(ours) <= {"::1", "127.0.0.1"}, done.lines)
    same(done.lines[1:], ["192.0.2.7: 192.0.2.7", "not a name: EINVAL"])


def p92_two_at_a_time(program):
    done = run(program, scale=0.2)
    words = hellos(done)
    for i in range(7):
        wrong_unless(words[:i].count(WORLD) - words[:i].count(AGAIN) <= 2, done.lines)
    same(words, [WORLD, WORLD, AGAIN, AGAIN, WORLD, AGAIN], Late)
    at_least(done.at[2], 1)
    at_least(done.seconds, 2)
    below(done.seconds, 3)


def two_tasks(program, seconds, end, values):
    """Both begin; then come the lines of end, those in values not before so many seconds."""
    done = run(program, scale=0.1)
    starts = ["开始运行IO任务1...", "开始运行IO任务2..."]
    same(done.lines[:2], starts)
    same(done.lines[2:-1], end, Late)
    for line, second in values.items():
        at_least(done.at[done.lines.index(line)], second)
    total = number(r"所有IO任务总耗时(\d+\.\d{5})秒", done.lines[-1])
    at_least(total, seconds)
    below(total, 5)


def p93_generators_as_coroutines(program):
    p94_wait_for_two(program)


def p94_wait_for_two(program):
    two_tasks(program, 3, ["IO任务1已完成，耗时2s", "IO任务2已完成，耗时3s",
                           "协程无序返回值：taskIO_1", "协程无序返回值：taskIO_2"],
              {"IO任务1已完成，耗时2s": 2, "协程无序返回值：taskIO_1": 3})


def p95_gather_two(program):
    two_tasks(program, 3, ["IO任务2已完成，耗时2s", "IO任务1已完成，耗时3s",
                           "['taskIO_1', 'taskIO_2']"], {"['taskIO_1', 'taskIO_2']": 3})


def p96_as_completed(program):
    two_tasks(program, 3, ["IO任务2已完成，耗时2s", "协程无序返回值：taskIO_2",
                           "IO任务1已完成，耗时3s", "协程无序返回值：taskIO_1"],
              {"协程无序返回值：taskIO_2": 2, "协程无序返回值：taskIO_1": 3})


def p97_wait_with_progress(program):
    """On a terminal the bar is in programs' seconds, and so is what stands in a log."""
    done = run(program, scale=0.1)
    same(done.lines, ["all 3 done"])
    at_least(done.at[0], 3)
    below(done.seconds, 6)
    wrong_unless(re.search(r"^100% 3/3 [\d.]+/s 0:\d\d\n$", done.err, re.M), done.err)


def p98_primes_and_squares(program):
    done = run(program)
    primes = [n for n in range(2, 101) if all(n % d for d in range(2, n))]
    squares = [n * n for n in range(1, 101)]
    same([line for line in done.lines if line.startswith("Prime")],
         [f"Prime => {n}" for n in primes])
    same([line for line in done.lines if line.startswith("Square")],
         [f"Square => {n}" for n in squares])
    same(done.lines[-1], f"[({', '.join(map(str, primes))}), {squares}]")
    same(len(done.lines), 126)
    at_least(done.seconds, 0.1)
    # In turns: no task is ahead of the other by more than a busy machine's timers explain.
    late_unless(done.lines.index("Prime => 97") > 100, "one after the other")


def select(program):
    done = run(program, scale=0.1)
    results = [line for line in done.lines if line.startswith("result")]
    same(results, [f"result {n * n}" for n in range(1, len(results) + 1)])
    same(done.lines[-1], "quit")
    at_least(done.seconds, 7.5)
    same(done.lines, ["tick", "result 1", "tick", "result 4", "tick", "result 9", "tick", "quit"],
         Late)
    for i, line in enumerate(done.lines[:-1]):
        at_least(done.at[i], i + 1)


def select_fd(program):
    done = run(program, scale=0.1)
    for word, last in (("heard", 3), ("computed", 3)):
        same([line for line in done.lines if line.startswith(word)],
             [f"{word} {n * n if word == 'computed' else n}" for n in range(1, last + 1)])
    same(len(done.lines), 8)
    same(done.lines, ["heard 1", "computed 1", "heard 2", "computed 4", "heard 3", "computed 9",
                      "no more to hear", "no more to compute"], Late)
    for i, line in enumerate(done.lines):
        at_least(done.at[i], i + 1)


def p101_blocking_requests(program):
    done = run(program, scale=0.1)
    urls = ["www.1.com", "www.2.com", "www.3.com"]
    same(done.lines[:-1], [line for url in urls for line in (f"正在请求:  {url}", f"请求结束: {url}")])
    at_least(number(r"总耗时: (\d+\.\d+)", done.lines[-1]), 6)


def p102_waiting_requests(program):
    done = run(program, scale=0.1)
    urls = ["www.1.com", "www.2.com", "www.3.com"]
    same(done.lines[:-1], [f"正在请求: {url}" for url in urls] + [f"请求结束: {url}" for url in urls],
         Late)
    seconds = number(r"总耗时: (\d+\.\d+)", done.lines[-1])
    at_least(seconds, 2)
    below(seconds, 6)


def watchdog(program):
    done = run(program)
    same(len(done.lines), 1)
    waited = number(r"task 'careless' made others wait for (\d+) ms, sleeping", done.lines[0])
    wrong_unless(waited >= 100, waited)
    wrong_unless("task 'careless' on thread 'MainThread' holds up its loop" in done.err, done.err)
    wrong_unless("(tutti_thread_sleep+0x" in done.err, done.err)


def p118_server_per_core(program):
    done = run(program)
    same(done.lines, ["40 of 40 answered, by two"] * 2)
    wrong_unless(re.search(r"worker \d of the server is replaced: .*killed by SIGKILL", done.err),
                 done.err)
    at_least(done.seconds, 2)
