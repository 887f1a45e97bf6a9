# SPDX-License-Identifier: MIT
"""docs/coverage.md is what docs/rows.txt and the tree say, each row has a name and a proof, what is
named exists, and what proves is run."""
import json
import os
import subprocess
import sys

SOURCE = os.environ.get("TUTTI_SOURCE_DIR") or os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(SOURCE, "tools"))
import rows  # noqa: E402  (the path comes first)

TEXT = """\
== Threads
F1 a thread
  by: tutti_thread_start
F2 a thread that nobody starts
  built: tutti_thread_start returns
    it started.
P1 a program
T1 a trap
  note: Nobody protects from it.
T2 another
  built: It is so.
D1 a decision
D2 another
  void: It is none.
+own what is our own
  by: tutti_own
F3 one to come
  pending: it is being written
"""
FILES = {
    "examples/a.c": "/* SPDX */\n/* rows: P1 F1 */\n/* It shows. */\nint main(void)\n",
    "examples/b.c": "/* it says nothing of rows: F1 or so */\n",
    "tests/exec/t_test.c": "/*\n * Threads.\n * rows: F9 D2\n */\n\n"
                           "/* rows: F1 T1 */\nstatic void *starts(void)\n{\n"
                           "/* rows: F1 */\nstatic void starts_again(void)\n{\n",
    "tests/scripts/s.py": "# rows: D1 T2\ndef shows(what):\n",
    "tests/examples/e.py": "def a(program):\n",
}
DECIDED = "- **D1** Open.\n  *Here:* shut.\n- **D2** Open.\n"
EXPECTED = [
    "docs/rows.txt lacks P2", "tests/exec/t_test.c: there is no row F9",
    "examples/b.c does not say which rows it shows", "examples/b.c has no test in tests/examples",
    "F2 is shown by nothing",
    "T1 has no name: by, or built", "T2 has no name: by, or built",
    "T2: by construction of what? It is so.",
    "D2 is shown by tests/exec/t_test.c, and yet said to be void", "+own: there is no tutti_own",
    "+own is shown by nothing", "docs/decisions.md does not decide D2",
]
LINES = [
    "| F1 | a thread | `tutti_thread_start` | [a](../examples/a.c) | "
    "[exec/t](../tests/exec/t_test.c): starts, starts_again |",
    "| F2 | a thread that nobody starts | *by construction:* `tutti_thread_start` returns it "
    "started |  |  |",
    "| P1 | a program |  | [a](../examples/a.c) | [examples/e](../tests/examples/e.py) |",
    "| T1 | a trap. Nobody protects from it |  |  | [exec/t](../tests/exec/t_test.c): starts |",
    "| D1 | a decision |  |  | [scripts/s](../tests/scripts/s.py): shows |",
    "| F3 | one to come |  |  | not yet: it is being written |",
]


def self_test():
    themes = rows.parse(TEXT)
    found = list(rows.complaints(themes, FILES, lambda name: name == "tutti_thread_start",
                                 {"F": 3, "P": 2, "T": 2, "D": 2}, DECIDED))
    assert found == EXPECTED, found
    page = rows.page(themes, FILES).splitlines()
    for line in LINES:
        assert line in page, (line, page)
    assert list(unrun({"F1": {"tests/exec/t_test.c": [], "bench/ours/x.c": []},
                       "F2": {"tests/scripts/s.py": [], "tests/examples/e.py": []},
                       "P1": {"examples/a.c": []}, "C1": {"bench/claims/c.py": []}},
                      {"scripts/s", "example/a"})) == ["F1 is shown by nothing that is run here"]


def test_of(path):
    """The name that ctest has for a proof, or None."""
    parts = os.path.splitext(path)[0].removesuffix("_model").split("/")
    if parts[0] == "examples":
        return "example/" + parts[1]
    return "/".join(parts[1:]) if parts[0] == "tests" else None


def unrun(proofs, tests):
    """Rows of which no proof is a test of this build; examples are checked by tests/examples."""
    for row, shown in sorted(proofs.items()):
        names = [test_of(path) for path in shown]
        if row[0] != "C" and not any(name in tests or name and name.startswith("examples/")
                                     for name in names):
            yield f"{row} is shown by nothing that is run here"


def is_whole(tests):
    """Whether this build has all: where a library is missing, what needs it is left out."""
    return {"example/p105_crawler", "scripts/serve", "fuzz/handshake_fuzz"} <= tests


def known_tests(build):
    """The tests of a build but those for `make torture` alone."""
    done = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1", "-LE", "torture"],
                          capture_output=True, text=True, check=True)
    return {test["name"] for test in json.loads(done.stdout)["tests"]}


def main():
    self_test()
    failed = rows.main([])
    tests = known_tests(os.environ["TUTTI_BUILD_DIR"])
    found = list(unrun(rows.gather(rows.sources(SOURCE)), tests)) if is_whole(tests) else []
    print("\n".join(found), end="\n" if found else "")
    return sys.exit(1 if failed or found else 0)


if __name__ == "__main__":
    main()
