# SPDX-License-Identifier: MIT
"""The programs about who outlives whom: plain threads keep the program alive, daemons do not."""
import re
import signal

from run import at_least, below, late_unless, run, same, wrong_unless


def words(text):
    """(Pings, Pongs); no word may be torn."""
    wrong_unless(re.fullmatch("(Ping|Pong)*", text), text)
    return text.count("Ping"), text.count("Pong")


def p59_endless_ping_pong(program):
    done = run(program, scale=0.2, rc=-signal.SIGINT,
               stop=lambda text: text.count("Ping") >= 20 and text.count("Pong") >= 20)
    at_least(done.seconds, 1.9)


def for_a_while(program, seconds, least):
    done = run(program, scale=0.1)
    at_least(done.seconds, seconds)
    counts = words(done.text)
    late_unless(min(counts) >= least, counts)


def at_once(program, *args):
    done = run(program, *args)
    late_unless(sum(words(done.text)) <= 10, done.text)
    below(done.seconds, 5)


def p60_daemon_five_seconds(program):
    for_a_while(program, 5, 20)


def p61_daemon_no_time(program):
    for _ in range(20):
        at_once(program)


def p62_daemon_ten_seconds(program):
    for_a_while(program, 10, 40)


def p63_ways_to_end(program):
    run(program, "1", scale=0.2, rc=-signal.SIGINT, stop=lambda text: text.count("Ping") >= 20)
    at_once(program, "2")
    done = run(program, "3", scale=0.1)
    at_least(done.seconds, 5)
    late_unless(words(done.text)[0] >= 20, done.text)
    run(program, rc=2)


def p64_daemon_unheard(program):
    done = run(program, scale=5)
    same(done.lines, ["主线程结束! "])
    below(done.seconds, 1)


def f92_heartbeat(program):
    done = run(program, scale=0.2)
    events = [line for line in done.lines if line != "beat"]
    same(events, ["begin", "commit"])
    at_least(done.seconds, 1)
    late_unless(done.lines.count("beat") >= 3, done.lines)
