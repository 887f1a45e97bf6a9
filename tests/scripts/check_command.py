# SPDX-License-Identifier: MIT
"""`tutti check`: finds, explains, keeps and repeats; refuses what it cannot run.

ctest: LABELS no-asan no-tsan no-valgrind no-coverage no-qemu
"""
import json
import os
import re
import subprocess
import sys
import tempfile

BUILD = os.environ["TUTTI_BUILD_DIR"]
SOURCE = os.environ["TUTTI_SOURCE_DIR"]
TUTTI = os.path.join(BUILD, "tutti")

BALANCE = r"""
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <tutti/sim.h>
#include <tutti/tutti.h>

static int balance;
static tutti_lock lock;
static const char *how;

static void *deposit(void *arg)
{
        if (strcmp(how, "locked") == 0)
                tutti_lock_acquire(&lock);
        TUTTI_STORE(&balance, TUTTI_LOAD(&balance) + 1);
        if (strcmp(how, "locked") == 0)
                tutti_lock_release(&lock);
        return arg;
}

int main(int argc, char **argv)
{
        tutti_thread *threads[2];

        how = argc > 1 ? argv[1] : "";
        for (int i = 0; i < 2; i++)
                threads[i] = tutti_thread_start(deposit, NULL, NULL);
        tutti_join_all(threads, 2);
        printf("balance %d\n", balance);
        if (strcmp(how, "status") == 0)
                return balance == 2 ? 0 : 7;
        if (strcmp(how, "says") == 0 && balance != 2)
                tutti_sim_fail("the balance is %d", balance);
        assert(balance == 2);
        return 0;
}
"""
failed = 0


def expect(good, what):
    global failed
    if not good:
        print("not so:", what)
        failed += 1


def check(*words, env=None):
    return subprocess.run([TUTTI, "check", *words], capture_output=True, text=True, timeout=250,
                          env={**os.environ, **(env or {})})


def build(folder, static):
    source = os.path.join(folder, "balance.c")
    program = os.path.join(folder, "balance-static" if static else "balance")
    with open(source, "w", encoding="utf-8") as file:
        file.write(BALANCE)
    library = [os.path.join(BUILD, "libtutti.a"), "-lpthread", "-ldl"] if static else \
        ["-L" + BUILD, "-ltutti", "-Wl,-rpath," + BUILD]
    subprocess.run([os.environ.get("TUTTI_CC", "cc"), "-std=gnu11", "-g",
                    "-I" + os.path.join(SOURCE, "include"), source, "-o", program, *library],
                   check=True)
    return program


def finds_and_repeats(program):
    kept = os.path.basename(program) + ".replay"
    got = check("--runs", "500", program)
    expect(got.returncode == 1, f"status {got.returncode} of a program that fails")
    expect("signal 6" in got.stderr and kept in got.stderr, f"says {got.stderr!r}")
    expect("balance" not in got.stdout, "the runs are silent")
    again = check("--replay", kept, program)
    expect(again.returncode == -6, f"repeats: status {again.returncode}")
    expect("balance 1" in again.stdout + again.stderr or "Assertion" in again.stderr,
           f"repeats: {again.stdout!r} {again.stderr!r}")
    expect("not the run" not in again.stderr, f"repeats another run: {again.stderr!r}")
    other = check("--replay", kept, program, "locked")
    expect("not the run" in other.stderr, f"another program: {other.stderr!r}")


def tells_the_status(program):
    got = check("--runs", "500", "--save", "status.replay", "--json", program, "status")
    told = json.loads(got.stdout)
    expect(got.returncode == 1 and "status 7" in told["words"], f"JSON: {told}")
    again = check("--replay", "status.replay", program, "status")
    expect(again.returncode == 7 and again.stdout == "balance 1\n", f"repeats: {again.stdout!r}")


def tells_what_the_program_says(program):
    got = check("--runs", "500", "--save", "says.replay", "--json", program, "says")
    told = json.loads(got.stdout)
    expect(told["trouble"] == "failure" and told["words"] == "the balance is 1", f"JSON: {told}")
    again = check("--replay", "says.replay", program, "says")
    expect(again.returncode == 99 and "the balance is 1" in again.stderr, f"{again.stderr!r}")


def passes_what_is_right(program):
    got = check("--strategy", "exhaustive:1", program, "locked")
    expect(got.returncode == 0 and "all" in got.stderr, f"locked: {got.stderr!r}")
    got = check("--runs", "20", "--json", program, "locked")
    told = json.loads(got.stdout)
    expect(told["runs"] == 20 and told["trouble"] == "nothing", f"JSON: {told}")
    expect(not os.path.exists("locked.replay"), "nothing is kept of what passes")


def switches(text):
    found = re.search(r"it took (\d+) switch(?:es)?(?:, (\d+) after shrinking)?", text)
    return (int(found[1]), int(found[2] or found[1])) if found else (0, 0)


def makes_it_simpler(program):
    words = ("--strategy", "random", "--seed", "1", "--save", "simple.replay", program)
    found = check("--shrink", "0", *words)
    expect(switches(found.stderr)[0] > 1 and "shrinking" not in found.stderr, found.stderr)
    got = check(*words)
    expect(switches(got.stderr) == (switches(found.stderr)[0], 1), f"simpler: {got.stderr!r}")
    with open("simple.replay", encoding="utf-8") as file:
        answers = [line.split()[2] for line in file.readlines()[7:]]
    expect(len(answers) > 1 and [a for a in answers if a != "0"] == ["1"], f"kept: {answers}")
    expect(check(*words).stderr == got.stderr, "another outcome the second time")
    again = check("--replay", "simple.replay", program)
    expect(again.returncode == -6 and "not the run" not in again.stderr, f"{again.stderr!r}")
    told = json.loads(check("--json", *words).stdout)
    expect(told["switches"] == 1 and told["switches_found"] > 1, f"JSON: {told}")


def says_that_it_cannot_keep(program):
    got = check("--runs", "500", "--save", "./no/such.replay", program)
    expect(got.returncode == 1 and "not kept: ./no/such.replay cannot be written: No such file"
           in got.stderr, f"cannot keep: {got.stderr!r}")


def refuses(program):
    for words, needle in ((("/bin/ls",), "not linked with tutti"), (("./nowhere",), "No such file"),
                          ((), "which program"),
                          (("--runs", "0", program), "--runs needs a number from 1 on, not '0'"),
                          (("--runs", "x", program), "--runs needs a number from 1 on, not 'x'"),
                          (("--shrink", "x", program), "--shrink needs a number from 0 on, not"),
                          (("--seconds", "-1", program), "--seconds needs a number above 0, not"),
                          (("--strategy", "best", program), "--strategy needs auto, fifo, "),
                          (("--strategy", "pct:x", program), "--strategy needs auto, fifo, "),
                          (("--strategy", "fifo:1", program), "--strategy needs auto, fifo, "),
                          (("--strategy", "json", program), "--strategy needs auto, fifo, "),
                          (("--horizon", "10", program), "--horizon needs a time such as 10s"),
                          (("--draws", "1:x", program), "--draws needs numbers with colons"),
                          (("--save", "a,b", program), "a file to save has a name, without a"),
                          (("--nonsense", program), "unknown option"),
                          (("--replay", "/nowhere", program), "No such file")):
        got = check(*words)
        expect(got.returncode == 2 and needle in got.stderr and "TUTTI_SIM" not in got.stderr,
               f"{words}: status {got.returncode}, {got.stderr!r}")


def main():
    if not os.path.exists(TUTTI):
        print("skipped: the command was not built")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for static in (False, True):
            finds_and_repeats(build(folder, static))
        tells_the_status(os.path.join(folder, "balance"))
        tells_what_the_program_says(os.path.join(folder, "balance"))
        passes_what_is_right(os.path.join(folder, "balance"))
        makes_it_simpler(os.path.join(folder, "balance"))
        says_that_it_cannot_keep(os.path.join(folder, "balance"))
        refuses(os.path.join(folder, "balance"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
