# SPDX-License-Identifier: MIT
"""The download programs: in turn they take the sum of the times, at once the longest."""
import re

from run import Late, at_least, below, late_unless, number, run, same, same_set, wrong_unless

THREE = ["Python从入门到住院.pdf", "MySQL从删库到跑路.avi", "Linux从精通到放弃.mp4"]


def p01_two_downloads_in_turn(program):
    done = run(program, scale=0.01, draws="8:6")
    same(done.lines[:4], ["开始下载Python从入门到放弃.pdf...",
                          "Python从入门到放弃.pdf下载完成！耗费了8秒",
                          "开始下载Peking Hot.avi...",
                          "Peking Hot.avi下载完成！耗费了6秒"])
    same(len(done.lines), 5)
    at_least(number(r"总共耗费了(\d+\.\d\d)秒", done.lines[4]), 14)
    at_least(done.seconds, 14)

    done = run(program, scale=0.005)  # random draws
    drawn = [int(s) for s in re.findall(r"完成！耗费了(\d+)秒", done.text)]
    wrong_unless(len(drawn) == 2 and all(5 <= s <= 10 for s in drawn), drawn)
    at_least(done.seconds, sum(drawn))


def two_at_once(program, args, first, mark, total):
    done = run(program, *args, scale=0.02, draws="8:6")
    names = [first, "Peking Hot.avi"]
    starts = [f"开始下载{name}..." for name in names]
    # Either thread may be the first to draw.
    ends = [[f"{a}下载完成{mark}耗费了6秒", f"{b}下载完成{mark}耗费了8秒"]
            for a, b in (names, names[::-1])]
    wrong_unless(sorted(done.lines[:-1]) in [sorted(starts + e) for e in ends], done.text)
    late_unless(sorted(done.lines[:2]) == sorted(starts), done.lines)
    late_unless(done.lines[2:4] in ends, done.lines)
    seconds = number(total, done.lines[-1])
    at_least(seconds, 8)
    below(seconds, 14)


def p03_two_downloads_in_threads(program):
    for args, mark in (((), "！"), (("half",), "! ")):
        two_at_once(program, args, "Python从入门到住院.pdf", mark, r"总共耗费了(\d+\.\d{3})秒")


def p04_download_type(program):
    for args, first, mark in (((), "Python从入门到放弃.pdf", "！"),
                              (("half",), "Python从入门到住院.pdf", "! ")):
        two_at_once(program, args, first, mark, r"总共耗费了(\d+\.\d\d)秒\.")


def p05_three_downloads_in_turn(program):
    done = run(program, scale=0.01, draws="3:5:6")
    same(len(done.lines), 10)
    for i, (name, seconds) in enumerate(zip(THREE, (3, 5, 6))):
        begin, end, took = done.lines[3 * i:3 * i + 3]
        same([begin, end], [f"开始下载 {name}.", f"{name} 下载完成."])
        at_least(number(r"下载耗时: (\d+\.\d{3})秒\.", took), seconds)
    at_least(number(r"总耗时: (\d+\.\d{3})秒\.", done.lines[9]), 14)


def three_at_once(program):
    done = run(program, scale=0.02, draws="5:3:6")
    same(len(done.lines), 10)
    same_set([line for line in done.lines if line.startswith("开始")],
             [f"开始下载 {name}." for name in THREE])
    late_unless(all(line.startswith("开始") for line in done.lines[:3]), done.lines)
    ended = [line for line in done.lines if line.endswith("完成.")]
    same_set(ended, [f"{name} 下载完成." for name in THREE])
    took = [number(r"下载耗时: (\d+\.\d{3})秒\.", done.lines[done.lines.index(line) + 1])
            for line in ended]
    for seconds, bound in zip(sorted(took), (3, 5, 6)):
        at_least(seconds, bound)
    same(took, sorted(took), Late)
    total = number(r"总耗时: (\d+\.\d{3})秒\.", done.lines[9])
    at_least(total, max(took))
    below(total, 14)


def p06_three_downloads(program):
    three_at_once(program)


def p07_three_download_objects(program):
    three_at_once(program)


def p08_downloads_in_a_pool(program):
    three_at_once(program)
    done = run(program, "1", scale=0.02, draws="5:3:6")
    lines = [line for line in done.lines if not line.startswith("下载耗时")]
    same(lines[:-1], [line for name in THREE for line in (f"开始下载 {name}.", f"{name} 下载完成.")])
    at_least(number(r"总耗时: (\d+\.\d{3})秒\.", lines[-1]), 14)
    done = run(program, "2", scale=0.02, draws="5:3:6")
    begins = [i for i, line in enumerate(done.lines) if line.startswith("开始")]
    wrong_unless(begins[2] > 2, done.lines)  # the third has waited for an end
    at_least(number(r"总耗时: (\d+\.\d{3})秒\.", done.lines[-1]), 3 + 5)
