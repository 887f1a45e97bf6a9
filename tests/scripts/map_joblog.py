# SPDX-License-Identifier: MIT
"""--joblog and --resume: what is written when, what is skipped, what is refused. However a run
ends, its results and those of the resumed one are all there are, each once."""
import os
import re
import signal
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

HEADER = "seq\tstart\tseconds\tstatus\tattempts\tjob\tinput\n"
ROW = re.compile(r"(\d+)\t(\d+\.\d{3})\t(\d+\.\d{6})\t(\w+)\t(\d+)\t([^\t]*)\t([^\t]*)\n")


def rows(log):
    """(seq, status, attempts, job, input) of each row, times checked."""
    with open(log, encoding="utf-8", errors="surrogateescape", newline="") as f:
        lines = f.readlines()
    command.equal(lines[:1], [HEADER], "header")
    found = [ROW.fullmatch(line) for line in lines[1:]]
    if None in found:
        sys.exit(f"not a row: {lines}")
    for match in found:
        start, seconds = float(match[2]), float(match[3])
        if not (abs(time.time() - start) < 1000 and 0 <= seconds < command.PATIENCE):
            sys.exit(f"times of {match[0]!r}")
    return [(int(m[1]), m[4], int(m[5]), m[6], m[7]) for m in found]


def run(log, *arguments, status=0, said="", **options):
    got = command.run("map", "--joblog", log, *arguments, **options)
    command.equal((got.returncode, got.stderr.decode().replace(log, "LOG")), (status, said),
                  f"{arguments}: status, words")
    return got.stdout.decode("utf-8", "surrogateescape")


def what_it_holds(log):
    for on in ("threads", "tasks", "processes", "inline"):
        command.equal(run(log, "--on", on, "prime", "2", "4"), "true\nfalse\n", on)
        command.equal(rows(log), [(1, "ok", 1, "prime", "2"), (2, "ok", 1, "prime", "4")], on)
    failed = "tutti: map: prime: x: not a whole number from 0 to 18446744073709551615"
    run(log, "--keep-going", "--retries", "2", "prime", "x", "2", status=1,
        said=f"{failed} (after 3 attempts)\n")
    command.equal(rows(log), [(1, "EINVAL", 3, "prime", "x"), (2, "ok", 1, "prime", "2")], "x")
    run(log, "--timeout", "0.01", "prime", "18446744073709551557", status=1,
        said="tutti: map: prime: 18446744073709551557: the job ran out of time\n")
    command.equal(rows(log)[0][1], "TUTTI_EJOBTIMEDOUT", "a late one")
    run(log, "--dry-run", "prime", "2")
    command.equal(rows(log)[0][1], "TUTTI_EJOBTIMEDOUT", "untouched by a dry run")
    run(log, "prime", stdin=open(os.devnull, "rb"))
    command.equal(rows(log), [], "begun anew")


def resumed(log):
    run(log, "--keep-going", "sum", "1..2", "x", "1..3", status=1,
        said="tutti: map: sum: x: not a range a..b of two whole numbers of 64 bits\n")
    run(log, "--resume", "--keep-going", "sum", "1..2", "x", "1..3", "1..4", status=1,
        said="tutti: map: sum: x: not a range a..b of two whole numbers of 64 bits\n")
    command.equal([row[0] for row in rows(log)], [1, 2, 3, 2, 4], "which ran")
    # number and input together say what is done
    command.equal(run(log, "--resume", "sum", "1..2", "1..2", "1..3", "1..5"), "3\n15\n", "changed")
    command.equal(run(log, "--resume", "sum", "1..2", "1..2", "1..3", "1..4"), "", "all done")
    command.equal(run(log, "--resume", "--dry-run", "sum", "1..2", "9..9"), "sum 9..9\n", "a plan")
    # a start
    os.remove(log)
    command.equal(run(log, "--resume", "--dry-run", "sum", "1..2"), "sum 1..2\n", "no file")
    if os.path.exists(log):
        sys.exit("a dry run makes a file")
    command.equal(run(log, "--resume", "sum", "1..2"), "3\n", "no file")
    command.equal(rows(log), [(1, "ok", 1, "sum", "1..2")], "no file")


def any_bytes(log, module):
    inputs = [b"tab\there", b"line\nend", b"back\\slash\\n", b"\r", b"", b"\xff\xfe", b"\\t", b"\t"]
    data = b"".join(i + b"\0" for i in inputs)
    out = "".join(i.decode("utf-8", "surrogateescape") + "\n" for i in inputs)
    command.equal(run(log, "-0", module + ":same", input=data), out, "any bytes")
    command.equal([row[4] for row in rows(log)],
                  ["tab\\there", "line\\nend", "back\\\\slash\\\\n", "\\r", "", "\udcff\udcfe",
                   "\\\\t", "\\t"], "escaped")
    command.equal(run(log, "-0", "--resume", module + ":same", input=data), "", "and known again")
    inputs = b"1" * 200_000, b"2" * 70_000  # longer than any buffer
    command.equal(len(run(log, module + ":same", input=b"\n".join(inputs))), 270_002, "long ones")
    command.equal([len(row[4]) for row in rows(log)], [200_000, 70_000], "long rows")
    command.equal(run(log, "--resume", module + ":same", input=b"\n".join(inputs)), "", "long ones")


def torn(log):
    run(log, "sum", "1..2", "1..3")
    with open(log, "rb") as f:
        whole = f.read()
    for end in range(len(whole)):
        with open(log, "wb") as f:
            f.write(whole[:end])
        lines = whole[:end].count(b"\n")
        want = "3\n6\n" if lines < 2 else "6\n"
        command.equal(run(log, "--resume", "sum", "1..2", "1..3"), want, f"torn at {end}")
        command.equal(sorted(row[0] for row in rows(log)), [1, 2], f"torn at {end}: repaired")


def killed(log, module):
    """What a run that is killed has printed and logged, and the resumed run prints the rest."""
    process = command.start("map", "--joblog", log, "-j4", module + ":meet", "1", "2", "w", "3")
    command.equal(process.stdout.read(4), b"1\n2\n", "before the kill")
    while sum(1 for _ in open(log, "rb")) < 3:
        time.sleep(0.01)
    got = command.run("map", "--joblog", log, module + ":meet", "1")
    command.equal((got.returncode, got.stderr.decode()),
                  (2, f"tutti: map: {log}: another tutti map is writing it\n"), "two at a time")
    process.send_signal(signal.SIGKILL)
    command.equal(process.communicate()[0], b"", "after the kill")
    command.equal([row[0] for row in rows(log)], [1, 2], "rows of what was printed")
    # 3 has run, but was not printed: it had to wait for w
    out = run(log, "--resume", "-j4", module + ":meet", "1", "2", "w", "3", "go")
    command.equal(out, "w\n3\ngo\n", "resumed after the kill")


def interrupted(log, module):
    process = command.start("map", "--joblog", log, "-j4", module + ":meet", "1", "w", "2")
    command.equal(process.stdout.read(2), b"1\n", "before Ctrl-C")
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=command.PATIENCE)
    command.equal((process.returncode, out, said), (130, b"", b""), "Ctrl-C")
    command.equal([row[0] for row in rows(log)], [1], "rows after Ctrl-C")
    command.equal(run(log, "--resume", module + ":meet", "1", "go", "2"), "go\n2\n", "resumed")


def results_first(log):
    """No row without its result."""
    if os.access("/dev/full", os.W_OK):
        with open("/dev/full", "wb") as full:
            process = command.start("map", "--joblog", log, "prime", "2", "3", stdout=full)
            said = process.communicate()[1]
        command.equal((process.returncode, said), (
            1, b"tutti: map: standard output: No space left on device\n"), "results not written")
        command.equal(rows(log), [], "rows of results not written")
        got = command.run("map", "--joblog", "/dev/full", "prime", "2")
        command.equal((got.returncode, got.stderr), (
            2, b"tutti: map: /dev/full: No space left on device\n"), "rows not written")


def refused(log, work):
    run(log, "sum", "1..2")
    run(log, "--resume", "prime", "2", status=2,
        said="tutti: map: LOG: line 2: of the job 'sum', not of 'prime'\n")
    command.equal(len(rows(log)), 1, "untouched")
    with open(log, "a", encoding="utf-8") as f:
        f.write("3\tok\n")
    run(log, "--resume", "sum", "1..2", status=2,
        said="tutti: map: LOG: line 3: not a row of a joblog\n")
    with open(log, "w", encoding="utf-8") as f:
        f.write("my diary\n")
    run(log, "--resume", "sum", "1..2", status=2,
        said="tutti: map: LOG: not a joblog of tutti map\n")
    with open(log, encoding="utf-8") as f:
        command.equal(f.read(), "my diary\n", "a diary")
    run(os.path.join(work, "no/such"), "sum", "1..2", status=2,
        said="tutti: map: LOG: No such file or directory\n")
    run("/dev/null", "--resume", "sum", "1..2", status=2,
        said="tutti: map: LOG: not a file that can be read again\n")


def many(log):
    numbers = "".join(f"{n}\n" for n in range(50_000)).encode()
    for options in ([], ["--unordered"]):
        run(log, *options, "prime", input=numbers)
        command.equal(sorted(int(row[4]) for row in rows(log)), list(range(50_000)), "many")
        command.equal(run(log, "--resume", "prime", input=numbers + b"7\n"), "true\n", "but one")


def main():
    command.need_command()
    with tempfile.TemporaryDirectory() as work:
        module = command.build_module(work, "map_jobs")
        log = os.path.join(work, "log")
        what_it_holds(log)
        resumed(log)
        any_bytes(log, module)
        torn(log)
        killed(log, module)
        interrupted(log, module)
        results_first(log)
        refused(log, work)
        many(log)
    print("map_joblog: fine")


main()
