# SPDX-License-Identifier: MIT
"""docs/coverage.md names files that exist and functions that are declared, and every example."""
import glob
import os
import re
import sys

SOURCE = os.environ.get("TUTTI_SOURCE_DIR") or os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__))))


def read(path):
    with open(os.path.join(SOURCE, path), encoding="utf-8") as f:
        return f.read()


def complaints(page, exists, examples, headers):
    named = set(re.findall(r"`((?:examples|tests)/[\w./-]+)`", page))
    yield from (f"no file {path}" for path in sorted(named) if not exists(path))
    yield from (f"{path} is not mentioned" for path in sorted(examples - named))
    for function in sorted(set(re.findall(r"`(tutti_\w+)`", page))):
        if not re.search(rf"\b{function}\b", headers):
            yield f"the headers have no {function}"


def self_test():
    page = "`examples/a.c` `tests/gone.c` `tutti_run` `tutti_walk`"
    assert list(complaints(page, {"examples/a.c"}.__contains__, {"examples/b.c"}, "tutti_run")) == [
        "no file tests/gone.c", "examples/b.c is not mentioned", "the headers have no tutti_walk"]


def main():
    self_test()
    examples = {os.path.relpath(path, SOURCE)
                for path in glob.glob(os.path.join(SOURCE, "examples/*.c"))}
    headers = "".join(read(path) for path in glob.glob(os.path.join(SOURCE, "include/tutti/*.h")))
    found = list(complaints(read("docs/coverage.md"),
                            lambda path: os.path.exists(os.path.join(SOURCE, path)), examples,
                            headers))
    print("\n".join(found))
    return sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
