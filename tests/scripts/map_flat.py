# SPDX-License-Identifier: MIT
# ctest: RUN_SERIAL ON
"""A million lines take no more memory than ten thousand, and a slow job does not let input pile up.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

FEW, MANY, MANY_ELSEWHERE = 10_000, 1_000_000, 100_000
SLACK_KIB = 4096  # a million lines kept would be twenty times that, and the fewer twice


def high_water_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def peak_kib(options, lines):
    """Feed lines, check each result, and return the most memory that the command had."""
    process = command.start("map", *options, "prime", stderr=None)
    feeder = os.fork()
    if feeder == 0:
        for _ in range(0, lines, 10_000):
            process.stdin.write(b"11\n12\n" * 5_000)
        process.stdin.flush()
        os._exit(0)
    left = lines // 2 * len(b"true\nfalse\n")
    expected = b"true\nfalse\n" * 10_000
    while left > 0:
        block = process.stdout.read(min(left, len(expected)))
        if not block or block != expected[:len(block)]:
            sys.exit(f"{options}: wrong results, {left} bytes before the end")
        left -= len(block)
    peak = high_water_kib(process.pid)  # it still waits for more
    out, _ = process.communicate()
    os.waitpid(feeder, 0)
    command.equal((process.returncode, out), (0, b""), f"{options}: status, more results")
    return peak


def main():
    command.need_command()
    if os.environ.get("TUTTI_SANITIZE"):
        command.skip("a sanitizer keeps what was freed")
    for options in (["--on", "threads"], ["--on", "tasks"], ["--on", "inline"],
                    ["--timeout", "50", "--retries", "1", "--joblog", os.devnull],
                    ["--on", "processes:2"]):
        lines = MANY_ELSEWHERE if "processes:2" in options else MANY  # slower, one by one
        few, many = peak_kib(options, FEW), peak_kib(options, lines)
        print(f"{options}: {few} KiB for {FEW} lines, {many} KiB for {lines}")
        if many > few + SLACK_KIB:
            sys.exit(f"{options}: memory grows with the number of lines")


main()
