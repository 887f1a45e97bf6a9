# SPDX-License-Identifier: MIT
# ctest: TIMEOUT 900
# rows: C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12 C13 C14 C15 C17
# rows: C18 C19 C20 C21 C22 C26 C28 C29 C30 C31 C32 C34
"""The measurements of the tutorials' claims (bench/claims) run, in their smallest size, and what
they say is right where it does not depend on how quick or busy a machine is: results in virtual
time, of the scheduling simulator and under simulated schedules exactly, of others the order or a
least time. That no figure is shown of what has failed, and how the table looks, is tested too.
"""
import contextlib
import glob
import io
import os
import re
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("TUTTI_SOURCE_DIR") or os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("TUTTI_BUILD_DIR", os.path.join(SOURCE, "build/dev"))
SANITIZE = os.environ.get("TUTTI_SANITIZE")
BENCH = os.path.join(SOURCE, "bench")
sys.dont_write_bytecode = True
sys.path.insert(0, BENCH)
import claims.run  # noqa: E402  (the path comes first)
from claims import judge, measure, show  # noqa: E402
from claims.rows import CLAIMS  # noqa: E402

# These say the same everywhere. The others compute, crash or start a thousand of something, which
# is not for sanitizers.
EXACT = ("C16", "C24", "C25", "C27", "C33")
# Too large for a smoke test, so that there are no such figures.
LARGE = re.compile(r"coroutines_1m|size_100m|size_1ms|size_10ms|size_100ms|sleeping_1"
                   r"|refused_cleanly")  # the last where there is no other user to become


def wrong_unless(right, what):
    if not right:
        sys.exit(f"claims.py: {what}")


def compile_program(name, sources, where, *more):
    command = [os.environ.get("TUTTI_CC", "cc"), "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror",
               "-I", os.path.join(SOURCE, "include"), "-o", os.path.join(where, name), *sources,
               *more, "-L", BUILD]
    command += ["-ltutti-net"] * (name == "claims_net") + ["-ltutti", f"-Wl,-rpath,{BUILD}"]
    command += [f"-fsanitize={SANITIZE}"] * bool(SANITIZE)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wrong_unless(done.returncode == 0, f"{name} does not compile:\n{done.stderr}")


def compile_all(where):
    sources = {os.path.basename(path): path for path in glob.glob(f"{BENCH}/claims/*.c")}
    net = sources.pop("net.c")
    compile_program("claims", sources.values(), where)
    if os.path.exists(os.path.join(BUILD, "libtutti-net.so")):
        compile_program("claims_net", (sources["main.c"], sources["kernels.c"], net), where,
                        "-DCLAIMS_NET")


def run_claim(name, programs):
    """Its figures, from one run in the smallest size."""
    claim = CLAIMS[name]
    lines = measure.contestants(claim, programs, sys.executable, "smoke")
    try:
        return measure.measure(claim, lines, 1, lambda text: None)[0]
    except measure.Failed as failure:
        sys.exit(f"claims.py: {name}: {failure}")


def checked(name, figures, only=lambda check: True):
    for check in CLAIMS[name].checks:
        if only(check):
            verdict = judge.judge(check, figures)
            wrong_unless(verdict.word == judge.MET,
                         f"{name}: {check.what}: {verdict.seen}, {verdict.asked}")


def is_exact(check):
    return check.exactly is not None


# rows: C16 C24 C25 C27 C33
def exact(programs):
    """[C16] [C24] [C25] [C33] in virtual time; [C27] by the scheduling simulator."""
    for name in EXACT:
        checked(name, run_claim(name, programs), is_exact if name != "C27" else lambda check: True)


# rows: C23
def deposits(programs):
    """[C23] under simulated schedules, whatever the machine does."""
    figures = run_claim("C23", programs)
    checked("C23", figures, lambda check: "schedules" in check.what)


ORDERS = {  # what comes first costs less, by far, at any load
    "C1": (("coroutine", "thread"), ("coroutine", "fork"), ("coroutine", "spawn")),
    "C2": (("coroutine", "thread"), ("coroutine", "process")),
    "C4": (("coroutine", "thread"), ("thread", "process")),
    "C12": (("coroutines_kib", "processes_kib"),),
    "C26": (("buffered_writes", "flushed_writes"),),
    "C32": (("list_ms", "CPython list_ms"),),
}
LEAST = {  # no run is shorter than its sleeps, or a click than the job that holds its thread
    "C3": (("coroutines_10k_s", 0.02), ("coroutines_100k_s", 0.02)),
    "C11": (("threads_s", 0.05), ("coroutines_s", 0.05), ("processes_s", 0.05)),
    "C12": (("threads_ms", 100), ("coroutines_ms", 100), ("processes_ms", 100)),
    "C16": (("in_turn", 21), ("threads", 9), ("coroutines_wait", 9), ("processes", 9)),
    "C17": (("one_loop", 1), ("loops", 1), ("thread_each", 1)),
    "C22": (("one_thread_worst", 80),),
    "C30": (("workers_1_ms", 16), ("workers_8_ms", 2), ("operations", 1)),
    "C34": (("in_turn_ms", 100),),
}


def look(figures, name):
    return figures.python(name[8:]) if name.startswith("CPython ") else figures[name]


def has_what_rows_want(name, figures):
    """Each check of the claim finds its figures, but for those of sizes that are left out."""
    for check in CLAIMS[name].checks:
        try:
            check.value(figures)
        except KeyError as missing:
            wrong_unless(LARGE.search(missing.args[0]), f"{name} lacks the figure {missing}")
        except ValueError:
            pass  # too small to say


def others(programs):
    """Every other claim runs, and gives what its row wants."""
    for name, claim in CLAIMS.items():
        if not all(os.path.exists(os.path.join(programs, p)) for p in claim.program):
            print(f"{name}: left out, libtutti-net is not built")
            continue
        figures = run_claim(name, programs)
        has_what_rows_want(name, figures)
        for less, more in ORDERS.get(name, ()):
            wrong_unless(look(figures, less) < look(figures, more),
                         f"{name}: {less} is not below {more}: {figures.values}")
        for figure, least in LEAST.get(name, ()):
            wrong_unless(figures[figure] >= least, f"{name}: {figure} is {figures[figure]}")
    checked("C19", run_claim("C19", programs))
    checked("C26", run_claim("C26", programs))


def shown(results, **environment):
    text = io.StringIO()
    os.environ.update(environment)
    with contextlib.redirect_stdout(text):
        show.terminal(results)
    return text.getvalue()


def made_up(claim, values, cpus):
    figures = judge.Figures(cpus)
    for name, samples in values.items():
        for value in samples:
            figures.add(judge.OURS, name, value, "ms")
    verdicts = [judge.judge(check, figures) for check in claim.checks]
    return claims.run.Result(claim, judge.sum_up(verdicts), figures, verdicts)


def table():
    """80 columns, no colours; what cannot be judged here says so beside its figure."""
    values = {"one_ms": [8, 9, 10], "processes_ms": [4, 5, 6], "processes_cores": [1.95] * 3,
              "one_cores": [1, 1, 1]}
    small, large = (made_up(CLAIMS["C6"], values, cpus) for cpus in (2, 4))
    text = shown([small], NO_COLOR="1")
    wrong_unless("needs 4 CPUs, here 2: not judged" in text and "1.8x" in text, text)
    wrong_unless(small.word == judge.MET and large.word == judge.MISSED, (small.word, large.word))
    wrong_unless("9 [8–10]" in text and "\033" not in text, text)
    wide = {name: [123456.7, 234567.8, 345678.9] for name in values}
    everything = [made_up(claim, {}, 1) for claim in CLAIMS.values()]
    for line in shown([made_up(CLAIMS["C6"], wide, 2), *everything]).splitlines():
        wrong_unless(len(line) <= 80, f"{len(line)} columns: {line}")
    nothing = made_up(CLAIMS["C6"], {}, 4)
    wrong_unless(nothing.word == judge.NOT_JUDGED and "not measured here" in shown([nothing]),
                 shown([nothing]))


def page():
    """The section of a results page is put in once, and then replaced; the rest stays."""
    result = made_up(CLAIMS["C6"], {"one_ms": [8]}, 2)
    first = show.with_section("# Results\n", show.markdown([result], [("date", "one")]))
    second = show.with_section(first, show.markdown([result], [("date", "two")]))
    wrong_unless(second.startswith("# Results\n") and second.count("## The tutorials") == 1 and
                 "date: two" in second and "date: one" not in second, second)
    wrong_unless(show.section("# Results\n") == "", "a section where there is none")


def failures(where):
    """Of a program that fails after some figures none is shown, and its last word is."""
    broken = os.path.join(where, "broken")
    os.mkdir(broken)
    path = os.path.join(broken, "claims")
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\necho contained 100 %\necho 'a job: no memory' >&2\nexit 1\n")
    os.chmod(path, 0o755)
    claim = CLAIMS["C19"]
    result = claims.run.one_claim(claim, broken, None, "smoke", 1, lambda text: None)
    text = shown([result])
    wrong_unless(result.word == judge.FAILED and "a job: no memory" in text and
                 "contained" not in text.split("FAILED", 1)[1], text)
    absent = claims.run.one_claim(claim, where + "/nowhere", None, "smoke", 1, lambda text: None)
    wrong_unless("not built" in absent.failed, absent.failed)


def command(programs):
    """bench/run.py with the name of one claim."""
    done = subprocess.run([sys.executable, os.path.join(BENCH, "run.py"), programs, "--only", "C27",
                           "--quick", "--no-build"], capture_output=True, text=True, check=False,
                          env={**os.environ, "NO_COLOR": "1"})
    wrong_unless(done.returncode == 0 and "1 met" in done.stdout, done.stdout + done.stderr)
    bad = subprocess.run([os.path.join(programs, "claims"), "C99"], capture_output=True, text=True,
                         check=False)
    wrong_unless(bad.returncode == 2 and "usage: claims CLAIM" in bad.stderr, bad.stderr)


def explained():
    """Each claim has its paragraph in docs/claims.md."""
    with open(os.path.join(SOURCE, "docs/claims.md"), encoding="utf-8") as file:
        found = re.findall(r"^\*\*(C\d+)\*\* – ", file.read(), re.M)
    wrong_unless(sorted(found) == sorted(CLAIMS), f"docs/claims.md has {found}")


def main():
    wrong_unless([*CLAIMS] == [f"C{n}" for n in range(1, 35)], f"claims are missing: {[*CLAIMS]}")
    with tempfile.TemporaryDirectory() as where:
        explained()
        table()
        page()
        failures(where)
        compile_all(where)
        exact(where)
        deposits(where)
        command(where)
        if not SANITIZE:
            others(where)
    print("all claims run")


if __name__ == "__main__":
    main()
