# SPDX-License-Identifier: MIT
"""Jobs of a module: found by name, run on every engine, and refused with the reason if unfit."""
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)


def expect(module, job, inputs, status, out, said, *options):
    got = command.run("map", *options, f"{module}:{job}", *inputs)
    what = f"{job} {options}"
    command.equal(got.returncode, status, f"{what}: status, {got.stderr!r}")
    command.equal(got.stdout.decode(), out, f"{what}: output")
    words = got.stderr.decode().replace(module, "M")
    if not re.fullmatch(said, words):
        sys.exit(f"{what}: said {words!r}, not {said!r}")


def main():
    command.need_command()
    with tempfile.TemporaryDirectory() as work:
        module = command.build_module(work, "text_jobs")
        needs = "map needs a job that takes tutti_bytes and gives tutti_bytes or void\n"
        for on in ("threads", "tasks", "processes", "inline"):
            options = ("--on", on, "-j", "3")
            expect(module, "shout", ["abc", "", "x y"], 0, "ABC\n\nX Y\n", "", *options)
            expect(module, "same", ["abc", "", "x y"], 0, "abc\n\nx y\n", "", *options)
            expect(module, "swallow", ["a", "b"], 0, "\n\n", "", *options)
            expect(module, "prime", ["4"], 0, "mine\n", "", *options)
            expect(module, "refuse", ["a b", ""], 1, "",
                   "tutti: map: M:refuse: a b: no thanks today\n"
                   "tutti: map: M:refuse: '': no tea today\n", *options, "--keep-going")
            expect(module, "bare", ["a"], 1, "",
                   "tutti: map: M:bare: a: No space left on device\n", *options)
        expect(module, "odd", ["1"], 2, "", "tutti: map: M:odd: takes a plain 8-byte value "
               "and gives a plain 1-byte value; " + needs)
        expect(module, "nothing", ["1"], 2, "",
               "tutti: map: M:nothing: takes nothing and gives text; " + needs)
        expect(module, "count", ["1"], 2, "", "tutti: map: M:count: takes text and gives a plain "
               f"{8 if sys.maxsize > 2**32 else 4}-byte value; " + needs)
        expect(module, "mop", ["1"], 2, "", "tutti: map: M: no job called 'mop', or two\n")
        expect(module, "", ["1"], 2, "", "tutti: map: M: no job called '', or two\n")
        # found from the working directory, and through -ltutti as well as without it
        linked = command.build_module(work, "text_jobs", "linked", f"-L{command.BUILD}", "-ltutti")
        expect(linked, "shout", ["abc"], 0, "ABC\n", "")
        got = command.run("map", "./text_jobs.so:shout", "abc", cwd=work)
        command.equal((got.returncode, got.stdout), (0, b"ABC\n"), "from the working directory")

        text = os.path.join(work, "text.so")
        with open(text, "w", encoding="utf-8") as f:
            f.write("not a module\n")
        expect(text, "shout", ["a"], 2, "", "tutti: map: cannot load M: .*\n")
        expect("./gone.so", "shout", ["a"], 2, "", "tutti: map: cannot load M: .*\n")
    print("map_module: fine")


main()
