# SPDX-License-Identifier: MIT
"""CPython's pickle (its newest protocol) and json, both in C, on the same values as values.c."""
import json
import pickle
import sys
import time

JOB = """[["4cc7438e-afd4-4f8f-a2f3-f46567e7ca77", 12345, 3.25, "resize", [640, 480]],
{"retries": 0, "eta": null, "priority": 5, "path": "in/2024/img_0042.jpg", "quality": 0.85,
"keep": true}]"""


def numbers():
    state, found = 88172645463325252, []
    for _ in range(100):
        state ^= state << 13 & (1 << 64) - 1
        state ^= state >> 7
        state ^= state << 17 & (1 << 64) - 1
        found.append((state >> 11) * 2.0 ** -53)
    return found


def measure(figure, function, argument, n):
    start = time.perf_counter()
    for _ in range(n):
        function(argument)
    print(f"{figure} {(time.perf_counter() - start) / n * 1e9:.6g} ns")


def race(what, value, n):
    encoder = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
    binary, text = pickle.dumps(value, -1), encoder.encode(value)
    if pickle.loads(binary) != value or json.loads(text) != value:
        sys.exit("not the same")
    measure(what + "_encode", lambda v: pickle.dumps(v, -1), value, n)
    measure(what + "_decode", pickle.loads, binary, n)
    measure(what + "_json_write", encoder.encode, value, n)
    measure(what + "_json_read", json.loads, text, n)


def main():
    divide = 10 if "--quick" in sys.argv else 1
    race("args", json.loads(JOB), 200_000 // divide)
    race("doubles", numbers(), 20_000 // divide)


main()
