# SPDX-License-Identifier: MIT
"""What the tests entered: lines and functions per file of the libraries, from gcov's counters.

    coverage.py BUILD_DIR [--missed]      --missed also lists the lines never entered
"""
import json
import os
import subprocess
import sys


def counters(build):
    """gcov's JSON documents for the libraries' own objects."""
    for library in ("tutti_objects", "tutti_net_objects"):
        for directory, _, names in os.walk(os.path.join(build, f"CMakeFiles/{library}.dir")):
            for name in sorted(names):
                if name.endswith(".gcda"):
                    done = subprocess.run(["gcov", "--json-format", "--stdout", name],
                                          cwd=directory, capture_output=True, text=True, check=True)
                    yield from map(json.loads, done.stdout.splitlines())


def gather(build, root):
    """{path: ({line: count}, {function: count})}, a header's lines summed over its includers."""
    files = {}
    for document in counters(build):
        for entry in document["files"]:
            path = os.path.relpath(os.path.join(document["current_working_directory"],
                                                entry["file"]), root)
            if path.startswith(("src/", "include/")):
                lines, functions = files.setdefault(path, ({}, {}))
                for line in entry["lines"]:
                    number = line["line_number"]
                    lines[number] = lines.get(number, 0) + line["count"]
                for function in entry["functions"]:
                    name = function["name"]
                    functions[name] = functions.get(name, 0) + function["execution_count"]
    return files


def ranges(numbers):
    """3, 4, 5, 9 as "3-5 9"."""
    spans = []
    for n in sorted(numbers):
        if spans and spans[-1][1] == n - 1:
            spans[-1][1] = n
        else:
            spans.append([n, n])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


def row(name, counts, functions):
    hit = sum(1 for c in counts if c)
    entered = sum(1 for c in functions if c)
    share = 100 * hit / len(counts) if counts else 100
    print(f"{name:<36} {hit:>6} / {len(counts):<6} {share:5.1f} %"
          f"   {entered:>4} / {len(functions)}")


def main():
    build = os.path.abspath(sys.argv[1])
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    files = gather(build, root)
    if not files:
        sys.exit(f"coverage: no counters under {build}; run its tests first")
    print(f"{'file':<36} {'lines entered':>15} {'':>7}   functions")
    for path, (lines, functions) in sorted(files.items()):
        row(path, lines.values(), functions.values())
        missed = [n for n, count in lines.items() if not count]
        if missed and "--missed" in sys.argv:
            print(f"    {ranges(missed)}")
    row("all", [c for lines, _ in files.values() for c in lines.values()],
        [c for _, functions in files.values() for c in functions.values()])


if __name__ == "__main__":
    main()
