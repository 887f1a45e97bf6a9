# SPDX-License-Identifier: MIT
"""The examples of libtutti-net, in virtual time."""
import os
import tempfile

from managers import check_mail, check_several, host
from run import same, wrong_unless
from virtual import once, run, takes
from web import shown


def lookup(program):
    done = run(program)
    wrong_unless(done.lines[0].startswith("localhost: "), done.lines)
    same(done.lines[1:], ["192.0.2.7: 192.0.2.7", "not a name: EINVAL"])
    same(done.seconds, 0.0)


def in_whatever_order(program, seconds, n, *args):
    """Pages that come at the same instant: which is first the system's sockets say."""
    done, again = once(program, args, ()), once(program, args, ())
    for each in done, again:
        same((each.rc, each.seconds), (0, float(seconds)))
    same(again.lines[n:], done.lines[n:])
    return done.lines


# In how many pieces a page arrives is the system's to say, so not every step is the same: alone.
def p103_titles(program):
    takes(program, 5, ["douban", "taobao", "jd", "git", "python"], alone=False)
    takes(program, 5, ["python", "jd", "douban", "git", "taobao"], *"14253", alone=False)


def p105_crawler(program):
    links = ["/bobo.html", "/jay.html", "/tom.html"]
    lines = in_whatever_order(program, 2, 3)
    same((sorted(lines[:3]), lines[3:]), (links, ["总耗时: 2.00000"]))
    takes(program, 3, [links[1], links[2], links[0], "总耗时: 3.00000"], *"312", alone=False)


def p105_limited(program):
    """Two at a time: a and b, then c, d, e beside and behind b."""
    sizes = [f"{name}: 90 bytes" for name in "abcde"]
    for seconds, args, together in (4, "", ["a", "c", "bd", "e"]), (3, "11111", ["ab", "cd", "e"]):
        lines = in_whatever_order(program, seconds, 5, *args)
        same(lines[5:], sizes)
        for n, line in enumerate(lines[:5], 1):
            same(line[:-1], f"{n}/5: ")
        names = "".join(line[-1] for line in lines[:5])
        for tied in together:
            same("".join(sorted(names[:len(tied)])), tied)
            names = names[len(tied):]


def p104_get_request(program):
    done = run(program)
    shown(done)
    same(done.seconds, 0.0)


def p109_several_workers(program):
    done = run(program, "2", host())
    check_several(done.lines, 2)
    same(done.seconds, 5.0)
    same([line for line in done.lines if line.startswith("all")],
         ["all results: 5.00 s", "all workers: 5.00 s"])
    same(sum("shut down" in line for line in done.lines), 2)
    done = run(program, "2", host(), "stay")
    check_several(done.lines, 2)
    same(done.seconds, 10.0)
    for worker in 1, 2:
        same(done.lines.count(f"worker {worker}: task queue is empty."), 5)
    same(run(program, "1", host()).seconds, 10.0)


def p109_mail_queue(program):
    with tempfile.TemporaryDirectory() as folder:
        for name, workers, seconds in ("four", "4", 0.5), ("one", "1", 2.0):
            done = once(program, [os.path.join(folder, name), workers, host()], ())
            check_mail(os.path.join(folder, name), done.lines)
            same(done.lines, ["20 messages handed over after 0.0 s",
                              f"all delivered after {seconds} s"])
