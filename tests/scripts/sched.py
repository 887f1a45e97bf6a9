# SPDX-License-Identifier: MIT
# rows: F145 P111
"""tutti sched: what it prints, in which characters and colours and how wide, what it refuses and
how, and that its JSON and its picture are what they claim to be."""
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

NAMES = ["fcfs", "sjf", "srtf", "rr", "mlfq", "rtc", "parallel"]
TABLE = "name,arrival,cpu,io,cpu\nA,0,2,3,1\n喝酒,0,2\n"


def environment(**changed):
    kept = {key: value for key, value in os.environ.items()
            if key not in ("LC_ALL", "LC_CTYPE", "LANG", "COLUMNS", "NO_COLOR")}
    return {**kept, **changed}


def run(*arguments, given="", status=0, cwd=None, **changed):
    got = command.run("sched", *arguments, input=given.encode(), env=environment(**changed),
                      cwd=cwd)
    command.equal(got.returncode, status, f"{arguments}: {got.stderr.decode()}")
    if status == 0:
        command.equal(got.stderr, b"", arguments)
    return got.stdout.decode()


def refuses(status, said, *arguments, given="", cwd=None):
    """said is all of standard error but the hint behind wrong usage."""
    got = command.run("sched", *arguments, input=given.encode(), env=environment(), cwd=cwd)
    hint = "Try 'tutti sched --help'.\n" if status == 2 else ""
    command.equal((got.returncode, got.stderr.decode()), (status, f"tutti: sched: {said}\n{hint}"),
                  arguments)
    command.equal(got.stdout, b"", arguments)


def prints():
    command.equal(run("-a", "rr"), """round robin, slices of 4 ticks, 1 core

core A-------B-----C-----A---------------------------------------
A    ########............########################################
B    ........######
C    ..............######
     +---+---+---+---+---+---+---+---+---+---+---+---+---+---+---+
     0   2   4   6   8   10  12  14  16  18  20  22  24  26  28  30
     # runs  . ready

process  arrival computes  waiting turnaround response finish
A              0       24        6         30        0     30
B              0        3        4          7        4      7
C              0        3        7         10        7     10
mean                          5.67      15.67     3.67

3 switches, all done at 30
""", "rr")
    command.equal(run("--compare"), """\
algorithm cores   waiting turnaround  response switches      end
fcfs          1     17.00      27.00     17.00        2       30
sjf           1      3.00      13.00      3.00        2       30
srtf          1      3.00      13.00      3.00        2       30
rr            1      5.67      15.67      3.67        3       30
mlfq          1      5.33      15.33      1.00        6       30
rtc           1     17.00      27.00     17.00        2       30
parallel      3      0.00      10.00      0.00        0       24
""", "compare")
    lines = run("-", given=TABLE, LANG="zh_CN.UTF-8", COLUMNS="200").split("\n")
    command.equal(lines[0], "multilevel feedback queue, slices of 1, 2, 4 ticks, 1 core", "title")
    command.equal(lines[3:5], ["A    1111····2222~~~~~~~~~~~~2222", "喝酒 ····1111····2222"], "")
    command.equal([line for line in lines if line.startswith("喝酒 ")][1:],
                  ["喝酒           0        2        2          4        1      4"], "table")
    # the first of the three that says something is the one that counts
    for changed in ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, {"LC_CTYPE": "POSIX"}, {}):
        if not run("-", given=TABLE, **changed).isascii():
            sys.exit(f"{changed}: not ASCII")


def is_as_wide_as_it_should():
    made_up = ["--processes", "30", "--cores", "3"]
    for width, told in (80, {}), (200, {"COLUMNS": "200"}), (47, {"COLUMNS": "47"}):
        lines = run(*made_up, **told).split("\n")
        widest = max(map(len, lines[2:lines.index("", 2)]))
        # a column is a whole number of ticks, so up to half may be left over
        if not width * 0.45 < widest <= width:
            sys.exit(f"{widest} columns for {width}")
    command.equal(run(*made_up, "--width", "60"), run(*made_up, COLUMNS="60"), "--width")
    few = run("--processes", "50").split("\n")
    command.equal(sum(re.match(r"P\d+ +[\d.~+-]", line) is not None for line in few), 80, "rows")
    command.equal(sum("and 10 more" in line for line in few), 2, "rows")
    command.equal("more" in run("--processes", "50", "--rows", "0"), False, "all rows")


def on_a_terminal(width, *arguments, **changed):
    return command.run_on_a_terminal(width, "sched", *arguments,
                                     env=environment(**{"TERM": "xterm", **changed}))


def shows_colors():
    made_up = ["--seed", "5"]
    colored = on_a_terminal(120, *made_up, COLUMNS="30")
    command.equal("\033[30;102m" in colored and colored.count("\033[0m") > 20, True, "colours")
    bare = on_a_terminal(120, *made_up, NO_COLOR="1")
    command.equal("\033" in bare, False, "NO_COLOR")
    command.equal(bare, run(*made_up, COLUMNS="120"), "the terminal's width")
    command.equal("\033" in on_a_terminal(120, *made_up, TERM="dumb"), False, "dumb")
    # an empty one says nothing
    command.equal("\033" in on_a_terminal(120, *made_up, NO_COLOR=""), True, "NO_COLOR=")
    command.equal("\033" in run(*made_up, TERM="xterm"), False, "a pipe")


def gives_json():
    got = json.loads(run("--json", "-a", "fcfs", "-", given=TABLE))
    command.equal(got["mean"], {"waiting": 1, "turnaround": 5, "response": 1}, "mean")
    command.equal([p["name"] for p in got["processes"]], ["A", "喝酒"], "names")
    command.equal(got["processes"][0], {"name": "A", "arrival": 0, "bursts": [2, 3, 1],
                                        "waiting": 0, "turnaround": 6, "response": 0,
                                        "finish": 6}, "A")
    command.equal([(s["process"], s["begin"], s["end"]) for s in got["slices"]],
                  [(0, 0, 2), (1, 2, 4), (0, 5, 6)], "slices")
    command.equal([(c["at"], c["to"]) for c in got["changes"] if c["process"] == 0],
                  [(0, "ready"), (0, "running"), (2, "blocked"), (5, "ready"), (5, "running"),
                   (6, "terminated")], "changes")
    runs = [json.loads(line) for line in run("--json", "--compare").splitlines()]
    command.equal([r["algorithm"] for r in runs], NAMES, "all")
    command.equal([r.get("slice") for r in runs], [None, None, None, 4, 1, None, None], "slices")
    command.equal(run("--json", "--seed", "9"), run("--json", "--seed", "9"), "the same seed")
    command.equal(run("--json", "--seed", "9") == run("--json", "--seed", "8"), False, "another")


def draws(work):
    picture = os.path.join(work, "p.svg")
    table = run("--svg", picture, "--compare")
    command.equal(table, run("--compare"), "the table too")
    root = xml.etree.ElementTree.parse(picture).getroot()
    command.equal((root.tag, root.get("width")), ("{http://www.w3.org/2000/svg}svg", "960"), "svg")
    bare = run("--svg", "-", "--width", "400", "--processes", "3")
    command.equal(xml.etree.ElementTree.fromstring(bare).get("width"), "400", "width")
    refuses(1, "gone/p.svg: No such file or directory", "--svg", "gone/p.svg", cwd=work)
    if os.path.exists("/dev/full"):
        refuses(1, "/dev/full: No space left on device", "--svg", "/dev/full")


OWN = """#include <tutti/sched_policy.h>
static size_t pick_last(const tutti_sched_moment *m)
{
    return m->ready_n - 1;
}
TUTTI_SCHED_POLICY(last) = { .name = "last", .title = "last come", .pick = pick_last };
static size_t pick_none(const tutti_sched_moment *m)
{
    (void)m;
    return TUTTI_SCHED_NOBODY;
}
TUTTI_SCHED_POLICY(none) = { .name = "none", .pick = pick_none };
"""


def takes_ones_own(work):
    with open(os.path.join(work, "own.c"), "w", encoding="utf-8") as f:
        f.write(OWN)
    subprocess.run([os.environ.get("TUTTI_CC", "cc"), "-Wall", "-Wextra", "-Werror", "-shared",
                    "-fPIC", f"-I{command.HERE}/../../include", "-o", "own.so", "own.c"],
                   cwd=work, check=True)
    lines = run("-a", "./own.so:last", cwd=work).split("\n")
    command.equal((lines[0], lines[2][:12]), ("last come, 1 core", "core C-----B"), "last")
    lines = run("-a", "./own.so:last", "--compare", cwd=work).split("\n")
    command.equal([line.split()[0] for line in lines[1:-1]], [*NAMES, "last"], "compared")
    refuses(1, "none leaves the cores idle for ever, and there are processes ready", "-a",
            "./own.so:none", cwd=work)
    refuses(2, "./own.so: no algorithm called 'nobody', which TUTTI_SCHED_POLICY(nobody) would "
            "make", "-a", "./own.so:nobody", cwd=work)
    got = command.run("sched", "-a", "./gone.so:x", cwd=work)
    command.equal((got.returncode, got.stderr.startswith(b"tutti: sched: cannot load ./gone.so")),
                  (2, True), got.stderr)


def says_what_is_wrong(work):
    with open(os.path.join(work, "bad.csv"), "w", encoding="utf-8") as f:
        f.write("name,arrival,cpu\nA,0,3\nB,0,x\n")
    refuses(1, "bad.csv:3: 'x' is no burst, which is a whole number of ticks from 1 on", "bad.csv",
            cwd=work)
    refuses(1, "standard input:1: a name and nothing behind it", "-", given="A\n")
    refuses(1, "standard input: no process", "-")
    refuses(1, "gone.csv: No such file or directory", "gone.csv", cwd=work)
    refuses(1, ".: Is a directory", ".", cwd=work)
    refuses(1, "rr: more than 1000000 slices; a larger --slice makes fewer", "-a", "rr", "-s", "1",
            "-", given="A,0,1000001\n")
    refuses(2, "no algorithm called 'best'", "-a", "best")
    refuses(2, "--cores needs a whole number from 1 to 4096, not '0'", "--cores", "0")
    refuses(2, "--slice needs a whole number from 1 to 9223372036854775807, not '-1'", "-s", "-1")
    refuses(2, "--width needs a whole number from 30 to 10000, not 'wide'", "--width", "wide")
    refuses(2, "one file, and nothing else", "a.csv", "b.csv")
    refuses(2, "a file, or processes made up (--seed, --processes), but not both", "--seed", "1",
            "a.csv")
    refuses(2, "--svg - and --json cannot both have standard output", "--svg", "-", "--json")
    refuses(2, "a picture needs a --width of at least 240 pixels", "--svg", "x", "--width", "80")
    refuses(2, "unknown option '--mop'", "--mop")
    refuses(2, "unknown option '-q'", "-q")
    refuses(2, "option '--seed' needs a value", "--seed")
    refuses(2, "option '--json=1' takes no value", "--json=1")
    if os.path.exists("/dev/full"):
        with open("/dev/full", "w", encoding="utf-8") as full:
            got = subprocess.run([command.TUTTI, "sched"], stdout=full, stderr=subprocess.PIPE,
                                 timeout=command.PATIENCE, check=False)
        command.equal((got.returncode, got.stderr),
                      (1, b"tutti: standard output: cannot be written\n"), "a full device")


def the_document_is_true():
    with open(os.path.join(command.HERE, "../../docs/scheduling.md"), encoding="utf-8") as f:
        page = f.read()
    shown = re.findall(r"^    \$ tutti sched (.*)\n((?:    .*\n|\n(?=    ))+)", page, re.M)
    command.equal(len(shown), 2, "examples")
    for arguments, text in shown:
        command.equal(run(*arguments.split(), LANG="C.UTF-8"),
                      re.sub("^    ", "", text, flags=re.M), arguments)


def main():
    command.need_command()
    with tempfile.TemporaryDirectory() as work:
        prints()
        is_as_wide_as_it_should()
        shows_colors()
        gives_json()
        draws(work)
        takes_ones_own(work)
        says_what_is_wrong(work)
    the_document_is_true()
    print("sched: fine")


main()
