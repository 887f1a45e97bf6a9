# SPDX-License-Identifier: MIT
# ctest: RUN_SERIAL ON
"""Neither much output nor many lines take memory of `tutti map -- command`, and what a command
prints arrives byte for byte."""
import hashlib
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

LARGE = 200_000_000
SLACK_KIB = 8192  # output kept would be 25 times that, a million lines three times
FEW, MANY = 1000, 1_000_000


def high_water_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def peak_with_output(size, *options):
    """The most memory while two commands print so much; what arrives is checked."""
    script = f"yes 'a line of output' | head -c {size}"
    process = command.start("map", "-j2", *options, "--shell", "--", script + " #", stderr=None)
    process.stdin.write(b"1\n2\n")
    process.stdin.flush()
    digest, left = hashlib.sha256(), 2 * size
    while left > 0:
        block = process.stdout.read(min(left, 1 << 20))
        if not block:
            sys.exit(f"{options}: {left} bytes are missing")
        digest.update(block)
        left -= len(block)
    peak = high_water_kib(process.pid)  # it still waits for more
    out, _ = process.communicate()
    command.equal((process.returncode, out), (0, b""), f"{options}: the end")
    line = b"a line of output\n"
    one = (line * (size // len(line) + 1))[:size]
    if "--line-buffer" not in options:  # else the lines of the two are mixed
        command.equal(digest.digest(), hashlib.sha256(one * 2).digest(), f"{options}: bytes")
    return peak


def peak_with_lines(lines, *arguments, each):
    """The most memory with so many lines of input, of each of which so many bytes come out."""
    process = command.start("map", *arguments, stderr=None)
    feeder = os.fork()
    if feeder == 0:
        for _ in range(0, lines, 1000):
            process.stdin.write(b"a line\n" * 1000)
        process.stdin.flush()
        os._exit(0)
    left = lines * each
    while left > 0:
        block = process.stdout.read(min(left, 1 << 20))
        if not block:
            sys.exit(f"{arguments}: {left} bytes are missing")
        left -= len(block)
    peak = high_water_kib(process.pid)  # it still waits for more
    out, _ = process.communicate()
    command.equal((process.returncode, out), (0, b""), f"{arguments}: the end")
    os.waitpid(feeder, 0)
    return peak


def grows(what, few, many):
    print(f"{what}: {few} KiB, and {many} KiB with much more")
    if many > few + SLACK_KIB:
        sys.exit(f"{what}: memory grows")


def main():
    command.need_command()
    if os.environ.get("TUTTI_SANITIZE"):
        command.skip("a sanitizer keeps what was freed")
    for options in ([], ["-k"], ["--line-buffer"]):
        grows(f"output {options}", peak_with_output(1000, *options),
              peak_with_output(LARGE if not options else LARGE // 4, *options))
    echo, many = ["-j2", "--", "echo"], ["-N1000", "--", "printf", "%s\\n"]
    grows("commands", peak_with_lines(1000, *echo, each=7), peak_with_lines(4000, *echo, each=7))
    grows("lines", peak_with_lines(FEW, *many, each=7), peak_with_lines(MANY, *many, each=7))
    plan = ["--dry-run", "--", "echo"]
    grows("plans", peak_with_lines(FEW, *plan, each=14), peak_with_lines(MANY, *plan, each=14))
    with tempfile.TemporaryDirectory() as work:
        got = command.run("map", "-j4", "--", "sh", "-c", "yes | head -c 1000000", ":::",
                          *"abcdefgh", env={**os.environ, "TMPDIR": work})
        command.equal((got.returncode, len(got.stdout), os.listdir(work)), (0, 8_000_000, []),
                      "nothing is left")
    print("command_flat: fine")


main()
