# SPDX-License-Identifier: MIT
"""CPython's subprocess.run; see subprocess_race.h for the modes."""
import subprocess
import sys
import time

divide = 10 if "--quick" in sys.argv else 1
touched = bytearray(b"\x5a" * (64 << 20))


def quiet():
    subprocess.run(["/bin/true"], check=True)


def captured(argv, n):
    if len(subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout) != n:
        sys.exit("not what it printed")


def per_call(n, function, *args):
    function(*args)
    start = time.perf_counter()
    for _ in range(n):
        function(*args)
    return (time.perf_counter() - start) / n * 1e6


mode = sys.argv[1]
if mode == "start":
    print(f"subprocess_start {per_call(2000 // divide, quiet):.6g} µs")
elif mode == "capture":
    echo = ["/bin/echo", "hello"]
    print(f"subprocess_capture {per_call(2000 // divide, captured, echo, 6):.6g} µs")
else:
    count = 10 // divide
    begin = time.perf_counter()
    for _ in range(count):
        captured(["/usr/bin/head", "-c", "67108864", "/dev/zero"], 67108864)
    print(f"subprocess_stream {67108864e-9 * count / (time.perf_counter() - begin):.6g} GB/s")
