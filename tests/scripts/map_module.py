# SPDX-License-Identifier: MIT
"""Jobs of a module: found by name, run on every engine, and refused with the reason if unfit."""
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

JOBS = r"""
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static tutti_bytes shout(tutti_bytes b)
{
	const char *text = b.data;
	char *loud = malloc(b.size + 1);
	tutti_bytes out = { NULL, 0, NULL };

	for (size_t i = 0; i < b.size; i++)
		loud[i] = (char)toupper((unsigned char)text[i]);
	tutti_bytes_copy(&out, loud, b.size);
	free(loud);
	return out;
}
TUTTI_JOB(shout, tutti_bytes, tutti_bytes);

static tutti_bytes same(tutti_bytes b)
{
	return b; /* borrowed: the library copies it where it must last */
}
TUTTI_JOB(same, tutti_bytes, tutti_bytes);

static int refuse(tutti_bytes const *in, tutti_bytes *out)
{
	(void)out;
	return tutti_fail(-EPERM, "no %s today", in->size > 0 ? "thanks" : "tea");
}
TUTTI_JOB_TRY(refuse, tutti_bytes, tutti_bytes);

static int bare(tutti_bytes const *in, tutti_bytes *out)
{
	(void)in;
	(void)out;
	return -ENOSPC;
}
TUTTI_JOB_TRY(bare, tutti_bytes, tutti_bytes);

static void swallow(tutti_bytes b) { (void)b; }
TUTTI_JOB(swallow, void, tutti_bytes);
static bool odd(uint64_t n) { return n % 2 == 1; }
TUTTI_JOB(odd, bool, uint64_t);
static tutti_bytes nothing(void) { return tutti_bytes_text("x"); }
TUTTI_JOB(nothing, tutti_bytes, void);
static size_t count(tutti_bytes b) { return b.size; }
TUTTI_JOB(count, size_t, tutti_bytes);
/* a name that the command has too */
static tutti_bytes prime(tutti_bytes b) { (void)b; return tutti_bytes_text("mine"); }
TUTTI_JOB(prime, tutti_bytes, tutti_bytes);
"""


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
        module = command.build_module(work, "jobs", JOBS)
        needs = "map needs a job that takes tutti_bytes and gives tutti_bytes or void\n"
        for on in ("threads", "tasks", "inline"):
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
        linked = command.build_module(work, "linked", JOBS, f"-L{command.BUILD}", "-ltutti")
        expect(linked, "shout", ["abc"], 0, "ABC\n", "")
        got = command.run("map", "./jobs.so:shout", "abc", cwd=work)
        command.equal((got.returncode, got.stdout), (0, b"ABC\n"), "from the working directory")

        text = os.path.join(work, "text.so")
        with open(text, "w", encoding="utf-8") as f:
            f.write("not a module\n")
        expect(text, "shout", ["a"], 2, "", "tutti: map: cannot load M: .*\n")
        expect("./gone.so", "shout", ["a"], 2, "", "tutti: map: cannot load M: .*\n")
    print("map_module: fine")


main()
