# SPDX-License-Identifier: MIT
"""What the options of tutti map do to runs and results. Jobs end when the test lets them: nothing
here depends on how long something takes, but that a job which does nothing takes no seconds."""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

ENGINES = ("threads", "tasks", "inline")


def expect(arguments, status, out, said="", **options):
    got = command.run("map", *arguments, **options)
    want = (status, out.encode("utf-8", "surrogateescape"), said)
    command.equal((got.returncode, got.stdout, got.stderr.decode()), want, " ".join(arguments))


def time_limit(module):
    late = f"tutti: map: {module}:stuck_once: ever: the job ran out of time"
    for on in ENGINES:
        job = ["--on", on, "--timeout", "0.05"]
        # one after the other: whichever is called first is stuck
        expect([*job, "-j1", "--keep-going", module + ":stuck_once", "a", "ever"], 1, "",
               late.replace("ever", "a") + f"\n{late}\n")
        expect([*job, "--retries", "2", module + ":stuck_once", "ever"], 1, "",
               late + " (after 3 attempts)\n")
        # one that computes hears of it too
        expect([*job, "prime", "18446744073709551557"], 1, "",
               "tutti: map: prime: 18446744073709551557: the job ran out of time\n")
    # the second attempt has to be in time, on a busy machine too
    begun = [command.start("map", "--on", on, "--timeout", "5", "--retries", "1",
                           module + ":stuck_once", "a") for on in ENGINES]
    for process in begun:
        got = process.communicate(timeout=command.PATIENCE)
        command.equal((process.returncode, *got), (0, b"free\n", b""), "a second attempt")
    # it begins with the attempt, not while others are before it
    letters = "abcdefghijkl"
    expect(["-j1", "--timeout", "5", module + ":half_second", *letters], 0,
           "".join(f"{letter}\n" for letter in letters))


def again(module):
    for on in ENGINES:
        job = ["--on", on, module + ":third", "a"]
        expect(["--retries", "2", *job], 0, "a 3\n")
        expect(["--retries", "1", *job], 1, "",
               f"tutti: map: {module}:third: a: call 2 (after 2 attempts)\n")
        expect(["--retries", "0", *job], 1, "", f"tutti: map: {module}:third: a: call 1\n")


def gated(module, *arguments):
    """(process, mouth): what jobs of the module wait for is written into mouth."""
    ear, mouth = os.pipe()
    process = command.start("map", *arguments[:-1], f"{module}:gate", *arguments[-1],
                            pass_fds=(ear,), env={**os.environ, "EAR": str(ear)})
    os.close(ear)
    return process, mouth


def finish(process, mouth, status, out, said, what):
    got = process.communicate(b"", timeout=command.PATIENCE)
    os.close(mouth)
    command.equal((process.returncode, *got), (status, out, said.encode()), what)


def unordered(module):
    process, mouth = gated(module, "-j2", "--unordered", "w12")
    first = process.stdout.read(4)  # comes while the first input still waits
    command.equal(sorted(first), sorted(b"1\n2\n"), "unordered: what is ready")
    os.write(mouth, b"x")
    finish(process, mouth, 0, b"w\n", "", "unordered")
    got = command.run("map", "--on", "tasks", "--unordered", module + ":meet", "w", "1", "go")
    if got.stdout not in (b"1\ngo\nw\n", b"1\nw\ngo\n"):  # who was let go may end first
        sys.exit(f"unordered tasks: {got}")
    expect(["--on", "tasks", module + ":meet", "w", "1", "go"], 0, "w\n1\ngo\n")
    numbers = "".join(f"{n}\n" for n in range(3000)).encode()
    for on in ENGINES:
        got = command.run("map", "--on", on, "--unordered", "--tag", "square", input=numbers)
        want = [f"{n}\t{n} * {n} = {n * n}" for n in range(3000)]
        command.equal(sorted(got.stdout.decode().splitlines(), key=lambda s: int(s.split()[0])),
                      want, f"unordered on {on}")


def halting(module):
    failed = f"tutti: map: {module}:gate: x: this one fails\n"
    for options in ([], ["--halt", "soon"], ["--halt", "now", "--halt", "soon,fail=1"]):
        process, mouth = gated(module, "-j2", "--unordered", *options, "wx")
        command.equal(process.stderr.readline().decode(), failed, f"{options}: said")
        os.write(mouth, b"x")  # what runs may end
        finish(process, mouth, 1, b"w\n", "", f"halt {options}")
    for on in ("threads", "tasks"):
        expect(["--on", on, "-j2", "--unordered", "--halt", "now", module + ":meet", "w", "x"], 1,
               "", failed.replace("gate", "meet"))
    for options in (["--keep-going"], ["--halt", "never"], ["--halt", "soon,fail=3"],
                    ["--halt", "now,fail=3"]):
        expect([*options, "sum", "x", "1..2", "y", "1..3"], 1, "3\n6\n", "".join(
            f"tutti: map: sum: {x}: not a range a..b of two whole numbers of 64 bits\n"
            for x in "xy"))
    many = b"x\ny\n" + b"1\n" * 100_000 + b"z\n"
    got = command.run("map", "-j1", "--halt", "soon,fail=2", "prime", input=many)
    words = [line.split(": not")[0] for line in got.stderr.decode().splitlines()]
    command.equal((got.returncode, words), (1, ["tutti: map: prime: line 1: x",
                                                "tutti: map: prime: line 2: y"]), "two failures")
    if len(got.stdout) > 60_000:
        sys.exit(f"two failures: {len(got.stdout)} bytes of results came after them")


def tagged(module):
    expect(["--tag", "prime", "2", "4"], 0, "2\ttrue\n4\tfalse\n")
    expect(["--tag", module + ":nothing", "a", ""], 0, "a\t\n\t\n")
    got = command.run("map", "--tag", "-0", module + ":same", input=b"a\nb\0c\n")
    command.equal(got.stdout, b"a\nb\ta\na\nb\tb\nc\n\tc\nc\n\t\n", "each line is tagged")


def objects(module):
    every = [bytes([b]) for b in range(1, 256)] + [
        b"", "\u00e4\u20ac\U0001f600\ufffd\U0010ffff".encode(), b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xe2\x82",
        b"a\nb\tc\"d\\e\xff",
        b"\xe2\x82\xac" * 100 + b"\x80"]
    got = command.run("map", "--json", "-0", module + ":same", input=b"\0".join(every) + b"\0")
    command.equal((got.returncode, got.stderr), (0, b""), "objects")
    rows = [json.loads(line) for line in got.stdout.decode("utf-8").splitlines()]  # strict UTF-8
    for i, (row, want) in enumerate(zip(rows, every, strict=True)):
        text = want.decode("utf-8", "surrogateescape")
        seconds = row.pop("seconds")
        command.equal(row, {"index": i + 1, "input": text, "result": text, "attempts": 1}, want)
        if not 0 <= seconds < command.PATIENCE:
            sys.exit(f"{seconds} seconds")
    for job, result in ((":zero", "a\0b"), (":nothing", None)):
        got = command.run("map", "--json", module + job, "a")
        command.equal(json.loads(got.stdout)["result"], result, job)
    got = command.run("map", "--json", "--keep-going", "--retries", "1", module + ":same", "a")
    command.equal(list(json.loads(got.stdout)), ["index", "input", "result", "seconds",
                                                 "attempts"], "order of members")
    got = command.run("map", "--json", "--keep-going", "--retries", "1", "prime", "x", "2")
    rows = [json.loads(line) for line in got.stdout.splitlines()]
    text = "not a whole number from 0 to 18446744073709551615"
    command.equal(rows[0]["error"], {"code": -22, "name": "EINVAL", "text": text}, "an error")
    command.equal((rows[0]["attempts"], "result" in rows[0], rows[1]["result"], got.returncode,
                   got.stderr.decode()),
                  (2, False, "true", 1, f"tutti: map: prime: x: {text} (after 2 attempts)\n"),
                  "an error's object")


def zero_bytes():
    expect(["-0", "prime"], 0, "true\nfalse\n", input=b"7\0008")
    expect(["--null", "prime"], 0, "true\nfalse\n", input=b"7\0008\000")
    expect(["-0", "prime"], 1, "true\n", "tutti: map: prime: item 2: 8?: not a whole number from "
           "0 to 18446744073709551615\n", input=b"7\0008\n\000")


def dry_run(module):
    for inputs in (["a", "b c"], []):
        expect(["--dry-run", module + ":third", *inputs], 0,
               f"{module}:third a\n{module}:third b c\n", input=b"" if inputs else b"a\nb c\n")
    expect(["--dry-run", "--on", "moon", "--tag", "prime", "2"], 0, "2\tprime 2\n")
    got = command.run("map", "--dry-run", "--json", "prime", "2")
    command.equal(json.loads(got.stdout), {"index": 1, "input": "2", "job": "prime"}, "a plan")


def main():
    command.need_command()
    with tempfile.TemporaryDirectory() as work:
        module = command.build_module(work, "map_jobs")
        time_limit(module)
        again(module)
        unordered(module)
        halting(module)
        tagged(module)
        objects(module)
        zero_bytes()
        dry_run(module)
    print("map_options: fine")


main()
