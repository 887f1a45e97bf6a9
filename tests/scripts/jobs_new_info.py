# SPDX-License-Identifier: MIT
"""tutti jobs, tutti new, tutti info: what they print, and that what new writes compiles and runs as
it says itself."""
import os
import platform
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)


def expect(arguments, status, out, said, **options):
    """out and said are patterns for all of the text."""
    got = command.run(*arguments, **options)
    command.equal(got.returncode, status, f"{arguments}: status, {got.stderr!r}")
    for text, pattern in (got.stdout.decode(), out), (got.stderr.decode(), said):
        if not re.fullmatch(pattern, text):
            sys.exit(f"{arguments}: {text!r}, not {pattern!r}")
    return got.stdout.decode()


def jobs(work):
    web = []  # what there is with libtutti-net
    if os.path.exists(os.path.join(command.BUILD, "tutti-web.so")):
        web = ["fetch", "title"]
    out = expect(["jobs"], 0, "(?s).*", "")
    command.equal([line.split()[0] for line in out.splitlines()],
                  ["prime", "sum", "digest", "square", *web], "built in")
    if not re.match(r"prime +text -> text  built in: \S", out):
        sys.exit(out)
    module = command.build_module(work, "text_jobs")
    out = expect(["jobs", module], 0, "(?s).*", "").replace(module, "M")
    listed = dict(re.fullmatch(r"M:(\w+) +(.*)  \S*text_jobs\.c:\d+", line).groups()
                  for line in out.splitlines())
    word = 8 if sys.maxsize > 2**32 else 4
    command.equal(listed, {
        "bare": "text -> text", "count": f"text -> a plain {word}-byte value",
        "nothing": "nothing -> text", "odd": "a plain 8-byte value -> a plain 1-byte value",
        "prime": "text -> text", "refuse": "text -> text", "same": "text -> text",
        "shout": "text -> text", "swallow": "text -> nothing"}, "of a module")
    command.equal(list(listed), sorted(listed), "order")
    # two modules, each with its own; a name from the list is what map takes
    other = command.build_module(work, "told_job")
    out = expect(["jobs", other, module], 0, "(?s).*", "")
    command.equal(out.splitlines()[0].split()[0], other + ":told", "two modules")
    command.equal(len(out.splitlines()), 10, "two modules")
    expect(["map", module + ":shout", "a"], 0, "A\n", "")
    with open(os.path.join(work, "none.c"), "w", encoding="utf-8") as f:
        f.write("int none;\n")
    subprocess.run([os.environ.get("TUTTI_CC", "cc"), "-shared", "-fPIC", "-o", "none.so",
                    "none.c"], cwd=work, check=True)
    expect(["jobs", "./none.so"], 0, "", "tutti: jobs: ./none.so: has no jobs\n", cwd=work)
    expect(["jobs", "./gone.so", other], 1, r".*:told .*\n", "tutti: jobs: cannot load .*\n")
    expect(["jobs", "--mop"], 2, "",
           "tutti: jobs: unknown option '--mop'\nTry 'tutti jobs --help'.\n")
    expect(["jobs", "--help"], 0, "(?s)usage: tutti jobs .*", "")


def new(work):
    expect(["new", "count_bytes"], 0, r"(?s)count_bytes\.c is written\. .*", "", cwd=work)
    path = os.path.join(work, "count_bytes.c")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    compiles = re.search(r"compile: (cc .*)", text)[1]
    runs = re.search(r"run: +tutti (map .*) INPUT\.\.\.", text)[1].split()
    # the installed header's place, and the compiler under test
    strict = "-std=gnu11 -Wextra -Wshadow -Werror"
    here = compiles.replace("$(pkg-config --cflags tutti)",
                            f"{strict} -I{command.HERE}/../../include")
    here = here.replace("cc ", os.environ.get("TUTTI_CC", "cc") + " ", 1)
    subprocess.run(here, shell=True, cwd=work, check=True)
    expect([*runs, "four", ""], 1, "4 bytes\n",
           r"tutti: map: \./count_bytes\.so:count_bytes: '': there is nothing in it\n", cwd=work)
    expect(["jobs", "./count_bytes.so"], 0,
           r"\./count_bytes\.so:count_bytes +text -> text  count_bytes\.c:\d+\n", "", cwd=work)
    with open(path, "w", encoding="utf-8") as f:
        f.write("mine\n")
    expect(["new", "count_bytes"], 1, "", r"tutti: new: count_bytes\.c: File exists\n", cwd=work)
    with open(path, encoding="utf-8") as f:
        command.equal(f.read(), "mine\n", "a file that was there")
    for name in ("", "2x", "a-b", "int", "../x", "a b", "x" * 61, "tutti_x"):
        expect(["new", name], 2, "", r"tutti: new: '.*' is not a name that a function can have\n"
               r"Try 'tutti new --help'\.\n", cwd=work)
    expect(["new"], 2, "", r"tutti: new: which name\?\nTry .*\n", cwd=work)
    expect(["new", "a", "b"], 2, "", r"tutti: new: one name, and nothing else\nTry .*\n", cwd=work)
    expect(["new", "--help"], 0, "(?s)usage: tutti new .*", "")
    if os.geteuid() != 0 and os.path.isdir("/proc/self"):
        expect(["new", "a"], 1, "", r"tutti: new: a\.c: .*\n", cwd="/proc/self")
    command.equal(sorted(n for n in os.listdir(work) if n.endswith(".c")),
                  ["count_bytes.c", "none.c"], "files")


def info():
    version = command.run("--version").stdout.decode().split()[1]
    environment = {k: v for k, v in os.environ.items()
                   if k not in ("TUTTI_CPUS", "TUTTI_START_METHOD")}
    out = expect(["info"], 0, "(?s).*", "", env=environment)
    facts = dict(re.split(r" +", line, maxsplit=1) for line in out.splitlines())
    command.equal(list(facts), ["tutti", "compiler", "kernel", "CPUs", "pages", "stacks", "guards",
                                "fences", "poller", "processes"], "info")
    command.equal(facts["processes"].split()[0], "forkserver", "processes")
    command.equal(facts["tutti"], version, "version")
    if platform.release() not in facts["kernel"]:
        sys.exit(f"kernel {facts['kernel']}")
    numbers = [int(n) for n in re.findall(r"\d+", facts["CPUs"])]
    command.equal(numbers[0], min(numbers[1:]), f"the least of {facts['CPUs']}")
    command.equal(numbers[2], len(os.sched_getaffinity(0)), "affinity")
    command.equal(facts["pages"].split("  ")[0],
                  f"{os.sysconf('SC_PAGESIZE') // 1024} KiB", "pages")
    out = expect(["info"], 0, "(?s).*", "", env={**environment, "TUTTI_CPUS": "7"})
    if not re.search(r"CPUs +7  TUTTI_CPUS says so \(online \d+", out):
        sys.exit(out)
    out = expect(["info"], 0, "(?s).*", "", env={**environment, "TUTTI_START_METHOD": "spawn"})
    if not re.search(r"processes +spawn  TUTTI_START_METHOD says so", out):
        sys.exit(out)
    one = {min(os.sched_getaffinity(0))}
    got = subprocess.run([command.TUTTI, "info"], env=environment, check=True, capture_output=True,
                         preexec_fn=lambda: os.sched_setaffinity(0, one)).stdout.decode()
    if not re.search(r"CPUs +1  the least of: online \d+, affinity 1,", got):
        sys.exit(got)
    expect(["info", "x"], 2, "", "tutti: info: takes no arguments, and there is 'x'\nTry .*\n")
    expect(["info", "--help"], 0, "(?s)usage: tutti info\n.*", "")


def main():
    command.need_command()
    with tempfile.TemporaryDirectory() as work:
        jobs(work)
        new(work)
    info()
    print("jobs_new_info: fine")


main()
