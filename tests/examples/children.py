# SPDX-License-Identifier: MIT
"""The programs with child processes. How soon a child begins is the system's to say: what depends
on that is late, not wrong."""
import os
import re
import signal
import subprocess
import tempfile

from run import (Late, Wrong, at_least, below, late_unless, number, numbers, run, same, same_set,
                 stretched, wrong_unless)


def of(lines, pattern):
    """The numbers in the lines of that form, in order."""
    return [int(found[1]) for found in (re.fullmatch(pattern, line) for line in lines) if found]


def in_order(lines, *these, kind=Wrong):
    places = [lines.index(line) for line in these]
    same(places, sorted(places), kind)


def piped(program, *args):
    """Its lines where they go to a pipe: what is not written out at once comes at the end."""
    environment = dict(os.environ, TUTTI_TIME_SCALE=str(stretched(0.05)))
    done = subprocess.run([program, *args], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=200, check=False, env=environment)
    wrong_unless(done.returncode == 0 and not done.stderr, done)
    return done.stdout.decode().splitlines()


def p02_two_downloads_in_processes(program):
    for args, first, mark, total in (
            ((), "Python从入门到放弃.pdf", "！", r"总共耗费了(\d+\.\d\d)秒"),
            (("half",), "Python从入门到住院.pdf", "! ", r"总共耗费了(\d+\.\d\d)秒\.")):
        done = run(program, *args, scale=0.1, draws="7:5")
        begins, ends = [], []
        for name, seconds in ((first, 7), ("Peking Hot.avi", 5)):
            begins.append(f"开始下载{name}...")
            ends.append(f"{name}下载完成{mark}耗费了{seconds}秒")
            in_order(done.lines, begins[-1], ends[-1])
        same(len(set(of(done.lines, r"启动下载进程，进程号\[(\d+)\]\."))), 2)
        same(len(done.lines), 7)
        same([line for line in done.lines if line in ends], ends[::-1], Late)
        seconds = number(total, done.lines[-1])
        at_least(seconds, 7)
        below(seconds, 12)


def p11_child_process(program):
    done = run(program)
    same(done.lines, [f"开始写代码，PID是{n}" for n in of(done.lines, r"开始写代码，PID是(\d+)")] +
         [f"休息一会儿，PID是{n}" for n in of(done.lines, r"开始写代码，PID是(\d+)")])
    same(len(done.lines), 2)


def p12_arguments_across(program):
    same(run(program).lines, ["启动子进程", "传递的参数为(1, '2', {'c': 3})", "结束子进程"])


def p13_process_without_and_with_join(program):
    for lines in run(program, scale=0.6).lines, piped(program):
        at = lines.index("*" * 20)
        first, second = lines[:at], lines[at + 1:]
        late_unless(len(first) == 5, lines)
        mains, begun, rested = (of(lines, text + r"(\d+)") for text in
                                ("我是主进程，PID是", "开始写代码，PID是", "休息一会儿，PID是"))
        same(len(mains), 4)
        same(len(set(mains)), 1)
        same(begun, rested)
        same(len({*begun, mains[0]}), 3)
        main = f"我是主进程，PID是{mains[0]}"
        same(second, ["有阻塞输出：", main, f"开始写代码，PID是{begun[1]}",
                      f"休息一会儿，PID是{begun[1]}", main])
        same(first[:2], ["无阻塞输出：", main])
        same_set(first[2:], [main, f"开始写代码，PID是{begun[0]}", f"休息一会儿，PID是{begun[0]}"])


def p14_stuck_process(program):
    def kill(text):
        found = re.fullmatch(r"p1 \((\d+)\) waits for ever\n", text)
        if found:  # as long as that is all
            os.kill(int(found[1]), signal.SIGKILL)
        return False
    done = run(program, stop=kill)
    same(done.lines[1], "p1 has ended with -9")
    same_set(done.lines[2:], ["p2 runs", "p3 runs"])


def p15_fork(program):
    for lines in run(program).lines, piped(program):
        pid = number(r"Process \((\d+)\) start\.\.\.", lines[0])
        same(len(lines), 3)
        made, child = sorted(lines[1:])[::-1]
        if not child.startswith("I ("):
            made, child = child, made
        parent, its = numbers(r"I \((\d+)\) just created a child process \((\d+)\)\.", child)
        same((parent, made), (pid, f"I am child process ({int(its)}) and my parent is {int(pid)}."))


def p16_fork_again(program):
    for lines in run(program).lines, piped(program):
        pid = number(r"PID: (\d+)", lines[0])
        child = of(lines, r"子进程 - PID: (\d+)")
        same(len(child), 1)
        wrong_unless(child[0] != pid, lines)
        same_set(lines[1:], [f"子进程 - PID: {child[0]}", "Todo: 在子进程中执行的代码",
                             f"父进程 - PID: {int(pid)}", "Todo: 在父进程中执行的代码"])
        in_order(lines, f"子进程 - PID: {child[0]}", "Todo: 在子进程中执行的代码")
        in_order(lines, f"父进程 - PID: {int(pid)}", "Todo: 在父进程中执行的代码")


def p17_own_list(program):
    done = run(program)
    for word in "Ping", "Pong", "Good":
        same([line for line in done.lines if line.endswith(": " + word)],
             [f"{i}: {word}" for i in range(1, 21)])
    same(len(set(of(done.lines, r"PID: (\d+)"))), 3)
    same(of(done.lines, r"Loop count: (\d+)"), [20] * 3)
    same_set([line for line in done.lines if line.startswith("Name")],
             ["Name: MainProcess", "Name: Process-1", "Name: Process-2"])
    same(len(done.lines), 69)
    at_least(done.seconds, 0.7)


def p18_first_child(program):
    lines = run(program).lines
    same_set(lines, ["主进程开始执行!", "主进程执行结束!", "我是绑定给子进程的一组任务!"])
    in_order(lines, "主进程开始执行!", "主进程执行结束!")
    in_order(lines, "主进程开始执行!", "我是绑定给子进程的一组任务!")


def p19_child_with_arguments(program):
    lines = run(program).lines
    same_set(lines, ["主进程开始执行!", "主进程执行结束!", "我是绑定给子进程的一组任务! 123 456"])


def three_requests(lines):
    begins = [f"正在请求网址的数据: www.{i}.com" for i in (1, 2, 3)]
    ends = [f"请求结束: www.{i}.com" for i in (1, 2, 3)]
    same_set(lines, begins + ends)
    for begin, end in zip(begins, ends):
        in_order(lines, begin, end)
    late_unless(all(line in begins for line in lines[:3]), lines)


def p21_requests_in_processes(program):
    done = run(program, scale=0.3)
    three_requests(done.lines)
    at_least(done.seconds, 2)
    below(done.seconds, 6)


def p22_requests_joined(program):
    done = run(program, scale=0.3)
    three_requests(done.lines[:-1])
    seconds = number(r"总耗时：(\d+\.\d{6})", done.lines[-1])
    at_least(seconds, 2)
    below(seconds, 6)


def p23_tickets_not_shared(program):
    for args, left in ((), 10), (("shared",), 7):
        done = run(program, *args, scale=0.1)
        same(done.lines, ["我是子进程, 我要购买3张票!", f"目前剩余车票数量为: {left}"])
        at_least(done.at[1], 2)


def p24_daemon_process(program):
    """A request takes 40 s here, and nobody waits for it."""
    done = run(program, scale=20)
    begin = "正在请求网址的数据:  www.1.com"
    same([line for line in done.lines if line != begin], ["主进程执行结束"])
    below(done.seconds, 2)


def p25_five_children(program):
    done = run(program, draws="0.5:0.4:0.3:0.2:0.1", scale=4)
    pids = [numbers(r"(\d): (\d+) is running", line) for line in done.lines if "running" in line]
    ends = [numbers(r"(\d):(\d+) is done", line) for line in done.lines if "done" in line]
    same((sorted(n for n, _ in pids), len({pid for _, pid in pids})), ([0, 1, 2, 3, 4], 5))
    same_set(ends, pids)
    for n, pid in pids:
        in_order(done.lines, f"{int(n)}: {int(pid)} is running", f"{int(n)}:{int(pid)} is done")
    same([n for n, _ in ends], [4, 3, 2, 1, 0], Late)
    at_least(done.seconds, 0.5)


def sold(program, tickets, **options):
    """(what came of it, the counts that were seen, tickets sold, what is in the file)"""
    with tempfile.TemporaryDirectory() as here:
        path = os.path.join(here, "db.txt")
        if tickets is not None:
            with open(path, "w", encoding="ascii") as f:
                f.write(f'{{"count":{tickets}}}')
        done = run(program, cwd=here, **options)
        with open(path, encoding="ascii") as f:
            text = f.read()
    counts = of(done.lines, r"剩余车票数量为: (\d+)")
    same(len(counts), 3)
    buys = done.lines.count("购票成功! ")
    same(len(done.lines), 3 + buys)
    return done, counts, buys, text


def p26_ticket_file(program):
    """One that reads what another is about to write fails, as in the tutorial: late, then."""
    for tickets in 1, None:
        try:
            done, counts, buys, text = sold(program, tickets, scale=2)
        except Wrong as complaint:
            raise Late(complaint) from None
        same(text, '{"count": 0}')
        wrong_unless(1 <= buys <= 3 and counts[0] == 1, done.lines)
        same((counts, buys), ([1] * 3, 3), Late)
        at_least(done.seconds, 0.4)


def p27_ticket_file_with_lock(program):
    for tickets, counts, buys in (1, [1, 0, 0], 1), (2, [2, 1, 0], 2), (None, [1, 0, 0], 1):
        done, *rest = sold(program, tickets, scale=0.2)
        same(rest, [counts, buys, '{"count": 0}'])
        at_least(done.seconds, 0.4 * buys + 0.1 * (3 - buys))


def p28_ping_pong_alone(program):
    done = run(program)
    same((done.text.count("Ping"), done.text.count("Pong"), len(done.text)), (50, 50, 400))
    at_least(done.seconds, 0.5)


def p29_ping_pong_by_queue(program):
    for args in (), ("spin",), (), ("spin",):
        text = run(program, *args, scale=0.5).text
        same((text.count("Ping") + text.count("Pong"), len(text)), (50, 200))


def p30_writer_and_reader(program):
    done = run(program, scale=0.5, draws="0.5:0.5:0.5")
    same(done.err, "the reader ended with -15\n")
    puts = [f"Put {c} to queue..." for c in "ABC"]
    gets = [f"Get {c} from queue." for c in "ABC"]
    same([line for line in done.lines if line in puts], puts)
    same([line for line in done.lines if line in gets], gets, Late)
    for put, get in zip(puts, gets):
        in_order(done.lines, put, get)
    in_order(done.lines, gets[0], puts[1], kind=Late)
    same(len(set(of(done.lines, r"Process to (?:write|read): (\d+)"))), 2)
    at_least(done.seconds, 1.5)


def p39_sum_in_processes(program):
    for args, total in (("1000000",), "500000500000"), ((), "5000000050000000"), (("5",), "15"):
        lines = run(program, *args).lines
        same(lines[0], total)
        wrong_unless(re.fullmatch(r"Execution time: \d+\.\d{3}s", lines[1]) and
                     len(lines) == 2, lines)


def process_type(program):
    done = run(program)
    same_set(done.lines, ["1: Vienna, 10", "2: Graz, 20", "3: Linz, 30"])
