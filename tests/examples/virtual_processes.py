# SPDX-License-Identifier: MIT
"""The examples with several processes, in virtual time. Their numbers are the system's: P, P1, P2
and so on stand for them, in the order in which they are met."""
import os
import re
import tempfile

from downloads import THREE
from pools import DRAWS
from processes import COMPOSITE, NUMBERS
from programs import TLS, localhost
from run import same, wrong_unless
from virtual import once, run, takes

PID = re.compile(r"(?<=PID是)\d+|(?<=PID: )\d+|(?<=进程号\[)\d+|(?<=Parent process )\d+|"
                 r"(?<=Process to write: )\d+|(?<=Process to read: )\d+|(?<=task \d \()\d+|"
                 r"(?<=^\d: )\d+|(?<=^\d:)\d+(?= is)|(?<=^p1 \()\d+|(?<=\.(?:pdf|avi|mp4): )\d+")


def named(lines):
    """The lines with a name for each number of a process: P0 is the first that is met."""
    names = {}
    return [PID.sub(lambda pid: "P%d" % names.setdefault(pid[0], len(names)), line)
            for line in lines]


def played(program, seconds, lines, *args, words=(), rc=0, cwd=None):
    """Exactly so many seconds, and these lines, twice: only the numbers of processes differ."""
    done, again = (once(program, args, words, cwd) for _ in range(2))
    same((named(done.lines), done.seconds, done.rc), (lines, float(seconds), rc))
    same((named(again.lines), again.seconds, again.hash), (lines, done.seconds, done.hash))
    return done


def p02_two_downloads_in_processes(program):
    for args, first, mark, end in (((), "Python从入门到放弃.pdf", "！", ""),
                                   (("half",), "Python从入门到住院.pdf", "! ", ".")):
        played(program, 8, ["启动下载进程，进程号[P0].", f"开始下载{first}...",
                            "启动下载进程，进程号[P1].", "开始下载Peking Hot.avi...",
                            f"Peking Hot.avi下载完成{mark}耗费了6秒",
                            f"{first}下载完成{mark}耗费了8秒", f"总共耗费了8.00秒{end}"],
               *args, words=["draws=8:6"])


def p09_downloads_in_processes(program):
    begins = [f"开始下载 {name}." for name in THREE]
    ends = [line for i, seconds in ((1, 3), (0, 5), (2, 6))
            for line in (f"{THREE[i]} 下载完成.", f"下载耗时: {seconds}.00秒.")]
    done = played(program, 6, begins + ends + ["总耗时: 6.00秒."], words=["draws=5:3:6"])
    same(named(done.err.splitlines()), [f"{name}: P{i}" for i, name in enumerate(THREE)])


def p11_child_process(program):
    played(program, 0, ["开始写代码，PID是P0", "休息一会儿，PID是P0"])


def p12_arguments_across(program):
    takes(program, 0, ["启动子进程", "传递的参数为(1, '2', {'c': 3})", "结束子进程"])


def p13_process_without_and_with_join(program):
    main, child = ["我是主进程，PID是P0"], ["开始写代码，PID是P%d", "休息一会儿，PID是P%d"]
    first, second = ([line % n for line in child] for n in (1, 2))
    head, stars, head2 = ["无阻塞输出："], ["*" * 20], ["有阻塞输出："]
    played(program, 5, head + main + main + first + stars + head2 + main + second + main)
    played(program, 5, head + main + first + main + stars + head2 + main + second + main,
           words=["eager"])


def p14_stuck_process(program):
    played(program, 3, ["p1 (P0) waits for ever", "p1 has ended with -9", "p2 runs", "p3 runs"],
           "3")
    done = played(program, 0, ["p1 (P0) waits for ever"], rc=99)
    wrong_unless(re.search(r"deadlock.*\n.*\n +in process 'MainProcess':\n +thread 'MainThread' "
                           r"waits for process 'Process-1', since 0 s.*\n +in process 'Process-1':"
                           r"\n +thread 'MainThread' waits to sleep, since 0 s", done.err),
                 done.err)


def p17_own_list(program):
    who = (("Good", "P0", "MainProcess"), ("Ping", "P1", "Process-1"), ("Pong", "P2", "Process-2"))
    lines = [line for _, pid, name in who
             for line in (f"PID: {pid}", f"Name: {name}", "Loop count: 20")]
    played(program, 0.7, lines + [f"{i}: {word}" for i in range(1, 21) for word, _, _ in who])


def p18_first_child(program):
    takes(program, 0, ["主进程开始执行!", "主进程执行结束!", "我是绑定给子进程的一组任务!"])


def p19_child_with_arguments(program):
    takes(program, 0, ["主进程开始执行!", "主进程执行结束!", "我是绑定给子进程的一组任务! 123 456"])


BEGINS = [f"正在请求网址的数据: www.{i}.com" for i in (1, 2, 3)]
ENDS = [f"请求结束: www.{i}.com" for i in (1, 2, 3)]


def p21_requests_in_processes(program):
    takes(program, 2, BEGINS + ENDS)


def p22_requests_joined(program):
    takes(program, 2, BEGINS + ENDS + ["总耗时：2.000000"])


def p23_tickets_not_shared(program):
    for args, left in ((), 10), (("shared",), 7):
        takes(program, 2, ["我是子进程, 我要购买3张票!", f"目前剩余车票数量为: {left}"], *args)


def p24_daemon_process(program):
    takes(program, 0, ["主进程执行结束"])
    takes(program, 0, ["正在请求网址的数据:  www.1.com", "主进程执行结束"], words=["eager"])


def p25_five_children(program):
    played(program, 0.5, [f"{i}: P{i} is running" for i in range(5)] +
           [f"{i}:P{i} is done" for i in (4, 3, 2, 1, 0)], words=["draws=0.5:0.4:0.3:0.2:0.1"])


def sold(program, seconds, tickets, lines):
    for _ in range(2):
        with tempfile.TemporaryDirectory() as here:
            path = os.path.join(here, "db.txt")
            if tickets:
                with open(path, "w", encoding="ascii") as f:
                    f.write('{"count":%d}' % tickets)
            done = once(program, (), (), here)
            same((done.lines, done.seconds, done.rc), (lines, seconds, 0))
            with open(path, encoding="ascii") as f:
                same(f.read(), '{"count": 0}')


def count(n):
    return [f"剩余车票数量为: {n}"]


BOUGHT = ["购票成功! "]


def p26_ticket_file(program):
    sold(program, 0.4, None, count(1) * 3 + BOUGHT * 3)
    sold(program, 0.4, 1, count(1) * 3 + BOUGHT * 3)


def p27_ticket_file_with_lock(program):
    sold(program, 0.6, 1, count(1) + BOUGHT + count(0) * 2)
    sold(program, 0.9, 2, count(2) + BOUGHT + count(1) + BOUGHT + count(0))


def p28_ping_pong_alone(program):
    done = run(program)
    same((done.text, done.seconds), ("PingPong" * 50, 0.5))


def p29_ping_pong_by_queue(program):
    for args in (), ("spin",):
        done = run(program, *args)
        same((done.text, done.seconds), ("PingPong" * 25, 0.25))


def p30_writer_and_reader(program):
    done = played(program, 1.5, ["Process to write: P0", "Put A to queue...",
                                 "Process to read: P1", "Get A from queue.", "Put B to queue...",
                                 "Get B from queue.", "Put C to queue...", "Get C from queue."],
                  words=["draws=0.5:0.5:0.5"])
    same(done.err, "the reader ended with -15\n")


# rows: F48 F49 P32 T7 D17
def p31_five_tasks_in_a_pool(program):
    head, last = ["Parent process P0.", "Waiting for all subprocesses done..."], \
        ["All subprocesses done."]
    took = (1.41, 0.27, 0.14, 0.86, 1.91)

    def begun(task, worker):
        return [f"Run task {task} (P{worker})..."]

    def ended(task):
        return [f"Task {task} runs {took[task]:.2f} seconds."]

    four, five = (sum((begun(i, i + 1) for i in range(n)), []) for n in (4, 5))
    rest = ended(1) + ended(3) + ended(0) + ended(4) + last
    by_four, by_five = head + four + ended(2) + begun(4, 3) + rest, head + five + ended(2) + rest
    played(program, 2.05, by_four, words=["draws=" + DRAWS])
    played(program, 1.91, by_five, "5", words=["draws=" + DRAWS])
    for cpus, seconds, lines in ("4", 2.05, by_four), ("5", 1.91, by_five):
        os.environ["TUTTI_CPUS"] = cpus  # of which there are as many processes
        played(program, seconds, lines, "0", words=["draws=" + DRAWS])
    del os.environ["TUTTI_CPUS"]
    played(program, 4.59, head + sum((begun(i, 1) + ended(i) for i in range(5)), []) + last, "1",
           words=["draws=" + DRAWS])


def p35_primes_in_processes(program):
    takes(program, 0, [f"{n} is prime: {n != COMPOSITE}" for n in NUMBERS])


def p37_primes_in_sixteen_processes(program):
    p35_primes_in_processes(program)


def p39_sum_in_processes(program):
    takes(program, 0, ["500000500000", "Execution time: 0.000s"], "1000000")


def p118_server_per_core(program):
    takes(program, 2, ["40 of 40 answered, by two"] * 2, alone=False)


def process_type(program):
    takes(program, 0, ["1: Vienna, 10", "2: Graz, 20", "3: Linz, 30"])


def tls_echo(program):
    """Here only because its certificate is made by another program."""
    with localhost() as pair:
        takes(program, 0, TLS, *pair, alone=False)
