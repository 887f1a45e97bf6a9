# SPDX-License-Identifier: MIT
"""Commands run for lines of input, two at once: microseconds for each of them.

usage: map_command.py PROGRAM [WORD...] COUNT: PROGRAM is what runs them, COUNT how many; with
--quick a tenth of these.
"""
import subprocess
import sys
import time


def run(words, count, command, lines_out):
    lines = "".join(f"{n}\n" for n in range(count))
    start = time.perf_counter()
    done = subprocess.run([*words, *command], input=lines, capture_output=True, text=True,
                          check=False)
    took = time.perf_counter() - start
    if done.returncode != 0 or len(done.stdout.split()) != lines_out * count:
        sys.exit(f"{words[0]}: status {done.returncode}, {done.stdout.count(chr(10))} lines")
    return took * 1e6 / count


def main():
    words = [word for word in sys.argv[1:] if word != "--quick"]
    count = int(words.pop()) // (10 if "--quick" in sys.argv else 1)
    run(words, 20, ["true"], 0)
    print(f"map_true {run(words, count, ['true'], 0):.6g} µs")
    print(f"map_output {run(words, count, ['echo'], 1):.6g} µs")


main()
