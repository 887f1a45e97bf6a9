# SPDX-License-Identifier: MIT
"""Check one example in virtual time: virtual.py PROGRAM. Nothing is late there: what it prints, in
which order, and how long it takes are exact, and each run is the same twice.

The function of the program's name says what must hold. Examples that have no such form are in
not_virtual.py.
"""
import os
import re
import subprocess
import sys

from downloads import THREE
from generators import REQUEST, SUMS
from locks import INTERPRETER, MIXED, SERIAL, TENTHS
from programs import ANSWER, MAIL, stand_in
from run import TORTURE, Wrong, numbers, same, wrong_unless
from threads import CALLS

TIMES = 100 if TORTURE else 2
STATS = re.compile(r"^tutti: (\d+\.\d{9}) s of virtual time in \d+\.\d+ s; \d+ steps, "
                   r"hash ([0-9a-f]{16})\n", re.M)


class Run:
    def __init__(self, out, err, rc):
        self.text, self.rc = out, rc
        self.lines = out.split("\n")[:-1]
        stats = STATS.search(err)
        wrong_unless(stats, f"exit status {rc}, no figures at the end:\n{out}{err}")
        self.seconds, self.hash = float(stats[1]), stats[2]
        self.err = err.replace(stats[0], "")


def once(program, args, words, cwd=None):
    environment = {key: value for key, value in os.environ.items()
                   if key not in ("TUTTI_TIME_SCALE", "TUTTI_DRAWS", "TUTTI_SEED")}
    environment["TUTTI_SIM"] = ",".join(["stats", *words])
    try:
        done = subprocess.run([program, *args], stdin=subprocess.DEVNULL, capture_output=True,
                              env=environment, timeout=200, check=False, cwd=cwd)
    except subprocess.TimeoutExpired as late:
        raise Wrong(f"still running after 200 s:\n{late.stdout}\n{late.stderr}") from None
    return Run(done.stdout.decode(), done.stderr.decode(), done.returncode)


# rows: F155
def run(program, *args, words=(), rc=0, alone=True):
    """Again and again, and the same each time; with others, in how many pieces they answer is
    theirs."""
    done = once(program, args, words)
    if done.rc != rc:
        raise Wrong(f"exit status {done.rc} instead of {rc}\n{done.text}{done.err}")
    for _ in range(TIMES - 1):
        again = once(program, args, words)
        same((again.text, again.rc, again.seconds, alone and again.hash),
             (done.text, done.rc, done.seconds, alone and done.hash))
    return done


def takes(program, seconds, lines, *args, words=(), rc=0, alone=True):
    """Exactly so many seconds, and exactly these lines."""
    done = run(program, *args, words=words, rc=rc, alone=alone)
    same(done.lines, lines)
    same(done.seconds, float(seconds))
    return done


# -- downloads -------------------------------------------------------------------------------------

def p01_two_downloads_in_turn(program):
    takes(program, 14, ["开始下载Python从入门到放弃.pdf...",
                        "Python从入门到放弃.pdf下载完成！耗费了8秒",
                        "开始下载Peking Hot.avi...", "Peking Hot.avi下载完成！耗费了6秒",
                        "总共耗费了14.00秒"], words=["draws=8:6"])


def two_at_once(program, first, mark, total, *args):
    second = "Peking Hot.avi"
    takes(program, 8, [f"开始下载{first}...", f"开始下载{second}...",
                       f"{second}下载完成{mark}耗费了6秒", f"{first}下载完成{mark}耗费了8秒", total],
          *args, words=["draws=8:6"])


def p03_two_downloads_in_threads(program):
    two_at_once(program, "Python从入门到住院.pdf", "！", "总共耗费了8.000秒")
    two_at_once(program, "Python从入门到住院.pdf", "! ", "总共耗费了8.000秒", "half")


def p04_download_type(program):
    two_at_once(program, "Python从入门到放弃.pdf", "！", "总共耗费了8.00秒.")
    two_at_once(program, "Python从入门到住院.pdf", "! ", "总共耗费了8.00秒.", "half")


def begins(i):
    return [f"开始下载 {THREE[i]}."]


def ends(i, seconds):
    return [f"{THREE[i]} 下载完成.", f"下载耗时: {seconds}.000秒."]


def p05_three_downloads_in_turn(program):
    takes(program, 14, begins(0) + ends(0, 3) + begins(1) + ends(1, 5) + begins(2) + ends(2, 6) +
          ["总耗时: 14.000秒."], words=["draws=3:5:6"])


def p06_three_downloads(program):
    takes(program, 6, begins(0) + begins(1) + begins(2) + ends(1, 3) + ends(0, 5) + ends(2, 6) +
          ["总耗时: 6.000秒."], words=["draws=5:3:6"])


def p07_three_download_objects(program):
    p06_three_downloads(program)


def p08_downloads_in_a_pool(program):
    p06_three_downloads(program)
    takes(program, 14, begins(0) + ends(0, 5) + begins(1) + ends(1, 3) + begins(2) + ends(2, 6) +
          ["总耗时: 14.000秒."], "1", words=["draws=5:3:6"])
    takes(program, 9, begins(0) + begins(1) + ends(1, 3) + begins(2) + ends(0, 5) + ends(2, 6) +
          ["总耗时: 9.000秒."], "2", words=["draws=5:3:6"])


# -- processes -------------------------------------------------------------------------------------

def p20_requests_in_turn(program):
    urls = ["www.1.com", "www.2.com", "www.3.com"]
    takes(program, 6, [line for url in urls for line in (f"正在请求网址的数据:  {url}",
                                                         f"请求结束: {url}")] +
          ["总耗时:  6.000000"])


# -- programs --------------------------------------------------------------------------------------

def p33_call_a_program(program):
    """It takes its time, for which the clock stands still."""
    with stand_in(ANSWER, before="/bin/sleep 0.2"):
        takes(program, 0, ["$ nslookup www.python.org", *ANSWER.split("\n")[:-1], "Exit code: 0"],
              alone=False)


def p34_communicate(program):
    with stand_in(MAIL, before="/bin/sleep 0.2"):
        takes(program, 0, ["$ nslookup", *MAIL.split("\n"), "Exit code: 0"], alone=False)


# -- threads ---------------------------------------------------------------------------------------

def p42_sleepers(program):
    done = run(program)
    same(done.seconds, 2.0)
    same(done.lines[1:], ["-----"] * 999 + ["总耗时:  2.000000"])
    done = run(program, "processes", "200")
    same(done.seconds, 2.0)
    same(done.lines[1:], ["-----"] * 200 + ["总耗时:  2.000000"])


def p44_thread_count(program):
    takes(program, 0, ["线程数量: 1"])


def p45_count_in_a_thread(program):
    takes(program, 0, ["线程数量: 1", "启动线程", "线程数量: 2", "结束线程"])


def p46_arguments(program):
    takes(program, 0, ["启动子线程", "传递的参数为(1, '2', {'c': 3})", "结束子线程"])


def p47_without_and_with_join(program):
    head, tail, child = ["无阻塞输出：", "主线程开始"], ["主线程结束"], ["子线程开始", "子线程结束"]
    second = ["有阻塞输出：", "主线程开始"]
    takes(program, 0, head + tail + second + child + child + tail)
    takes(program, 0, head + child + tail + second + child + tail, words=["eager"])


def p48_one_argument(program):
    takes(program, 0, ["num的值是: 1"])


def p49_three_sleepers(program):
    takes(program, 1, ["num的值是: 1"] * 3)


def p50_thread_objects(program):
    takes(program, 2, ["当前子线程正在执行"] * 3 + ["当前子线程执行结束"] * 3 + ["总耗时: 2.000000"])


def p51_shared_global(program):
    takes(program, 0, ["0"])


def p52_three_threads(program):
    p50_thread_objects(program)


def p53_five_fetches(program):
    takes(program, 2, ["正在爬取数据"] * 5 + ["数据爬取结束"] * 5 + ["总耗时: 2.000000"])


def p54_pages_by_a_pool(program):
    begin = [f"正在请求数据:  www.{i}.com" for i in range(1, 6)]
    end = [f"请求结束: www.{i}.com" for i in range(1, 6)]
    takes(program, 2, begin + end + ["总耗时:  2.000000"])
    takes(program, 4, begin[:3] + [end[0], begin[3], end[1], begin[4], end[2], end[3], end[4],
                                   "总耗时:  4.000000"], "3")


def p55_barrier_of_three(program):
    def counted(*counts):
        return [f"当前活动的子线程数量: {n}" for n in counts]
    three = "子线程数量达到3"
    lines = counted(5, 5, 5) + [three] + counted(4, 4) + [three] * 2
    done = takes(program, 0.5, lines, rc=3)
    same(done.err.splitlines(), ["2 of 3 wait at the barrier, nobody else will come",
                                 "Thread-4: the barrier is broken, or the lock's holder died",
                                 "Thread-5: the barrier is broken, or the lock's holder died"])
    eager = counted(1, 2, 3) + [three] * 3 + counted(1, 2)
    for words, expected in (((), lines), (("eager",), eager)):
        done = takes(program, 0, expected, "alone", words=words, rc=99)
        wrong_unless("deadlock" in done.err.split("\n")[0], done.err)
        same(re.findall(r"(\S+) waits at barrier 'bar', where 2 of 3 have come, since", done.err),
             ["'Thread-4'", "'Thread-5'"])


def p56_timer(program):
    takes(program, 5, ["启动线程", "结束线程", "结束"])
    takes(program, 4.999999999, [], words=["horizon=4999999999ns"])


def p57_current_and_all(program):
    done = run(program)
    same(done.seconds, 1.0)
    main = r"<_MainThread\(MainThread, started \d+\)>"
    wrong_unless(re.fullmatch(main, done.lines[0]), done.lines[0])
    others = "".join(fr", <Thread\(Thread-{i}, started \d+\)>" for i in (1, 2, 3))
    wrong_unless(re.fullmatch(fr"\[{main}{others}\]", done.lines[1]), done.lines[1])
    same(done.lines[2:], ["4", "9223372036.9 for ever", "acquired"])


def p58_thread_local(program):
    takes(program, 0, ["Hello, Alice (in Thread-A)", "Hello, Bob (in Thread-B)"])


def custom_engine(program):
    takes(program, 0, ["1 4 9 16"])


def job_values(program):
    takes(program, 0, CALLS)


# -- daemons ---------------------------------------------------------------------------------------

def says(program, seconds, text, *args, words=()):
    done = run(program, *args, words=words)
    same(done.text, text)
    same(done.seconds, float(seconds))


def p59_endless_ping_pong(program):
    says(program, 10, "PingPong" * 100, words=["horizon=10s"])


def p60_daemon_five_seconds(program):
    says(program, 5, "PingPong" * 50)


def p61_daemon_no_time(program):
    says(program, 0, "")
    says(program, 0, "PingPong", words=["eager"])


def p62_daemon_ten_seconds(program):
    says(program, 10, "PingPong" * 100)


def p63_ways_to_end(program):
    says(program, 60, "Ping" * 600, "1", words=["horizon=1m"])
    says(program, 0, "", "2")
    says(program, 5, "Ping" * 50, "3")


def p64_daemon_unheard(program):
    takes(program, 0, ["主线程结束! "])


def f92_heartbeat(program):
    """At 1.0 the transaction, whose deadline is older, comes before the eleventh beat."""
    takes(program, 1, ["beat", "begin"] + ["beat"] * 9 + ["commit", "beat"])


# -- locks -----------------------------------------------------------------------------------------

def p65_deposits_without_lock(program):
    takes(program, 0.01, ["账户余额为：￥1元"])


def p66_deposits_with_lock(program):
    takes(program, 1, ["账户余额为：￥100元"])


def p67_pool_without_lock(program):
    takes(program, 0.07, ["7.0"])


def p68_pool_with_lock(program):
    takes(program, 1, ["100.0"])


def p69_pool_with_held_lock(program):
    takes(program, 1, ["100.0"])


def p70_futures_of_a_pool(program):
    takes(program, 0.1, ["100.0"])


def p71_deposits_and_withdrawals(program):
    done = run(program, words=["horizon=1m", "seed=1"])
    same(done.seconds, 60.0)
    balance, deposits, withdrawals = 0, {}, {}
    for line in done.lines:
        who, money, arrow, left = re.fullmatch(
            r"ThreadPoolExecutor-0_(\d|1[0-4]) : (\d+) (====>|<====) (\d+)", line).groups()
        deposit = arrow == "====>"
        wrong_unless((5 <= int(money) <= 10) if deposit else (10 <= int(money) <= 30), line)
        balance += int(money) if deposit else -int(money)
        # Nobody comes between the lock's release and the line.
        same(int(left), balance)
        wrong_unless(balance >= 0, line)
        of = deposits if deposit else withdrawals
        of[who] = of.get(who, 0) + 1
    # Those who wait for money hold up nobody who brings some: each comes about twice a second.
    same(len(deposits), 5)
    wrong_unless(all(100 <= n <= 120 for n in deposits.values()), deposits)
    # Without waiting each withdrawer would come about once a second.
    wrong_unless(0 < sum(withdrawals.values()) < 10 * 50, withdrawals)
    other = run(program, words=["horizon=1m", "seed=2"])
    wrong_unless(other.text != done.text and other.hash != done.hash, "another seed, the same run")


def p72_balance_without_lock(program):
    """The second interleaving of P73: before its store the first thread gives way, the second
    before its second load, and the first when it has taken out again what it put in."""
    takes(program, 0, ["0"])
    takes(program, 0, ["-8"], words=["switch=2:5:8"])


def p73_two_interleavings(program):
    takes(program, 0, (SERIAL + MIXED).splitlines())


def p73_all_interleavings(program):
    takes(program, 0, ["-8: 8", "-5: 8", "-3: 4", "0: 30", "3: 4", "5: 8", "8: 8"])


def p74_balance_with_lock(program):
    takes(program, 0, ["0"])
    takes(program, 0, ["0"], words=["switch=2:5:8"])


def p75_with_and_without_lock(program):
    """The same as in P72, with i = 1; the third switch comes after the two locked threads."""
    takes(program, 0, ["0", "0"])
    takes(program, 0, ["-1", "0"], words=[f"switch=6:13:{13 + 2 * 4 * 1000000 + 3}"])


def p76_decrement_without_lock(program):
    takes(program, 1, ["全局变量n的值为: 9"], words=["draws=" + TENTHS])


def p77_decrement_with_lock(program):
    takes(program, 5.5, ["全局变量n的值为: 0"], words=["draws=" + TENTHS])


def f12_interpreter_lock(program):
    takes(program, 1 + 4 + 1 + 1 + 1, [line.format(4 if i == 1 else 1)
                                       for i, line in enumerate(INTERPRETER)])


def p78_two_deadlocks(program):
    takes(program, 3, ["never released: stopped waiting",
                       "one: no second lock in time, lets the first go",
                       "two: has both", "one: has both"])


def p78_plain_deadlocks(program):
    done = takes(program, 0, ["one: has the lock, and forgets it", "two: waits for the lock"], "1",
                 rc=99)
    wrong_unless(re.search(r"thread 'two' waits to acquire lock 'red', since 0 s.*\n"
                           r" *it is held by thread 'one' since 0 s", done.err), done.err)
    done = takes(program, 0.1, ["one: has its first lock", "two: has its first lock"], "2", rc=99)
    for who, other, lock in (("one", "two", "blue"), ("two", "one", "red")):
        wrong_unless(re.search(f"thread '{who}' waits to acquire lock '{lock}', since 0.1 s.*\n"
                               f" *it is held by thread '{other}' since 0 s", done.err), done.err)
    wrong_unless("thread 'one' waits for lock 'blue' of thread 'two', "
                 "which waits for lock 'red' of thread 'one'" in done.err, done.err)


# -- generators and coroutines ---------------------------------------------------------------------

def p82_yield_from(program):
    elements = [f"生成器2: {title}" for title in ("Python", "Java", "C++")]
    takes(program, 0, ["生成器1: ['Python', 'Java', 'C++']"] + elements * 2)


def p83_sum_by_sending(program):
    takes(program, 0, SUMS, rc=1)


def p84_sum_by_delegating(program):
    takes(program, 0, SUMS + ["加和总数是: 5"])


def p86_one_coroutine(program):
    takes(program, 0, ["Hello world!", "Hello again!"])


def p89_await_nothing(program):
    """A second of what may be awaited, and one that blocks."""
    takes(program, 2, ["awaited a coroutine, a task and a thread: fine",
                       "TUTTI_ETYPE: object of no type can't be used in 'await' expression"])
    takes(program, 1.5, ["awaited a coroutine, a task and a thread: fine"], words=["horizon=1.5s"])


def p99_task_of_a_coroutine(program):
    takes(program, 2, REQUEST)


def p100_task_with_callback(program):
    takes(program, 2, REQUEST + ["我是任务对象的回调函数! ,获取到特殊函数的返回值为: 123"])


# -- tasks -----------------------------------------------------------------------------------------

def hellos(program, seconds, words):
    done = run(program)
    idents = {numbers(r"Hello \w+! \(<_MainThread\(MainThread, started (\d+)\)>\)", line)[0]
              for line in done.lines}
    same(len(idents), 1)
    same([line.split()[1] for line in done.lines], [f"{word}!" for word in words])
    same(done.seconds, float(seconds))


def p85_io_in_turn(program):
    takes(program, 5, ["开始运行IO任务1...", "IO任务1已完成，耗时2s", "开始运行IO任务2...",
                       "IO任务2已完成，耗时3s", "所有IO任务总耗时5.00000秒"])


def p87_three_tasks(program):
    hellos(program, 0, ["world", "again"] * 3)


def p88_blocking_sleep(program):
    hellos(program, 3, ["world", "again"] * 3)


def p90_blocking_sleep_wrapped(program):
    p88_blocking_sleep(program)


def p91_task_sleep(program):
    hellos(program, 1, ["world"] * 3 + ["again"] * 3)


def echo(program):
    takes(program, 1, ["1000 of 1000 answered"], alone=False)


def p92_two_at_a_time(program):
    hellos(program, 2, ["world", "world", "again", "again", "world", "again"])


def two_tasks(program, *lines):
    takes(program, 3, ["开始运行IO任务1...", "开始运行IO任务2...", *lines, "所有IO任务总耗时3.00000秒"])


def p93_generators_as_coroutines(program):
    p94_wait_for_two(program)


def p94_wait_for_two(program):
    two_tasks(program, "IO任务1已完成，耗时2s", "IO任务2已完成，耗时3s", "协程无序返回值：taskIO_1",
              "协程无序返回值：taskIO_2")


def p95_gather_two(program):
    two_tasks(program, "IO任务2已完成，耗时2s", "IO任务1已完成，耗时3s", "['taskIO_1', 'taskIO_2']")


def p96_as_completed(program):
    two_tasks(program, "IO任务2已完成，耗时2s", "协程无序返回值：taskIO_2", "IO任务1已完成，耗时3s",
              "协程无序返回值：taskIO_1")
    takes(program, 2.5, ["开始运行IO任务1...", "开始运行IO任务2...", "IO任务2已完成，耗时2s",
                         "协程无序返回值：taskIO_2"], words=["horizon=2.5s"])


def p97_wait_with_progress(program):
    """The step comes at n, not before, and is seen when the renderer looks next."""
    lines = ["33% 1/3 1.0/s 0:01, 0:02 left\n", "66% 2/3 1.0/s 0:02, 0:01 left\n",
             "100% 3/3 1.0/s 0:03\n"]
    done = run(program)
    same((done.lines, done.err, done.seconds), (["all 3 done"], "".join(lines), 3.0))
    for n in (1, 2, 3):
        same(run(program, words=[f"horizon={n}s"]).err, "".join(lines[:n - 1]))
        same(run(program, words=[f"horizon={n}.3s"]).err, "".join(lines[:n]))


def p98_primes_and_squares(program):
    """In turns: the prime task is always one number ahead."""
    primes = [n for n in range(2, 101) if all(n % d for d in range(2, n))]
    squares = [n * n for n in range(1, 101)]
    steps = [line for n in range(1, 101) for line in (f"Prime => {n + 1}", f"Square => {n * n}")]
    printed = [line for line in steps
               if line.startswith("Square") or int(line.split()[2]) in primes]
    takes(program, 0.1, printed + [f"[({', '.join(map(str, primes))}), {squares}]"])


def p101_blocking_requests(program):
    urls = ["www.1.com", "www.2.com", "www.3.com"]
    takes(program, 6, [line for url in urls for line in (f"正在请求:  {url}", f"请求结束: {url}")] +
          ["总耗时: 6.000000"])


def p102_waiting_requests(program):
    urls = ["www.1.com", "www.2.com", "www.3.com"]
    takes(program, 2, [f"正在请求: {url}" for url in urls] + [f"请求结束: {url}" for url in urls] +
          ["总耗时: 2.000000"])


def select(program):
    """The thread that squares notices at 8 that nobody takes its results any more."""
    takes(program, 8, ["tick", "result 1", "tick", "result 4", "tick", "result 9", "tick", "quit"])
    takes(program, 7.5, ["tick", "result 1", "tick", "result 4", "tick", "result 9", "tick"],
          words=["horizon=7.5s"])


def select_fd(program):
    takes(program, 8, ["heard 1", "computed 1", "heard 2", "computed 4", "heard 3", "computed 9",
                       "no more to hear", "no more to compute"])


def main():
    program = os.path.abspath(sys.argv[1])
    name = os.path.basename(program)
    import virtual_net  # which needs what is above; so do the next
    import virtual_pictures
    import virtual_processes
    check = next((getattr(m, name) for m in (sys.modules["__main__"], virtual_processes,
                                             virtual_pictures, virtual_net)
                  if hasattr(m, name)), None)
    if not check:
        sys.exit(f"{name}: nothing about it in tests/examples/virtual.py")
    try:
        check(program)
    except Wrong as complaint:
        sys.exit(f"{name}: wrong in virtual time: {complaint}")


if __name__ == "__main__":
    main()
