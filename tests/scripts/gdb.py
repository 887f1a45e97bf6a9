# SPDX-License-Identifier: MIT
# Address sanitizer maps so much that a core file of it would fill a disk.
# ctest: TIMEOUT 900 LABELS no-asan LABELS no-valgrind
"""The script for gdb: on a process and on a core file, with and without debug information, with the
program's symbols and without; stacks of tasks; what it refuses."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(HERE, "..", "..", "tools", "tutti-gdb.py")
SOURCE = os.path.join(HERE, "..", "support", "modules", "hangs.c")
INCLUDE = os.path.join(HERE, "..", "..", "include")
COMPILER = os.environ.get("TUTTI_CC", "cc")


def gdb(*arguments, commands):
    given = [word for line in commands for word in ("-ex", line)]
    got = subprocess.run(["gdb", "-q", "-nx", "-batch", *arguments, "-ex", f"source {SCRIPT}",
                          *given], capture_output=True, timeout=command.PATIENCE, check=False,
                         env={**os.environ, "DEBUGINFOD_URLS": "", "LC_ALL": "C.UTF-8"})
    return got.stdout.decode() + got.stderr.decode()


def build(directory, name, *how):
    program = os.path.join(directory, name)
    subprocess.run([COMPILER, "-std=gnu11", "-O1", f"-I{INCLUDE}", "-o", program, SOURCE, *how,
                    "-lpthread", "-ldl"], check=True)
    return program


def matches(pattern, said):
    if not re.search(pattern, said, re.M):
        sys.exit(f"no {pattern!r} in\n{said}")


def tells_of(said, named):
    red, blue = ("'red' ", "'blue' ") if named else ("", "")
    at = r"\(?0x[0-9a-f]+\)?"
    matches(rf"^task +\d+ waiting .* first +acquire lock {blue}{at}, held by 'second'$", said)
    matches(rf"^task +\d+ waiting .* second +acquire lock {red}{at}, held by 'first'$", said)
    matches(r"^task +\d+ waiting .* Task-3 +get from queue 0x", said)
    matches(r"^thread +\d+ waiting .* MainThread +sleep, for \d", said)
    matches(r"^thread +\d+ waiting .* waiter +wait for event", said)
    matches(r"^thread MainThread \(\d+\): waiting, sleep", said)
    matches(r"^   task first \(\d+\): waiting, acquire lock", said)


def has_stack(said, functions):
    frames = re.findall(r"^#\d+ +(?:0x[0-9a-f]+ in )?(\S+) \(", said, re.M)
    at = 0
    for function in functions:
        if function not in frames[at:]:
            sys.exit(f"no {function} in {frames} of\n{said}")
        at = frames.index(function, at) + 1


def look_at(program, directory, named):
    look = ["tutti ps", "tutti tree"]
    core = os.path.join(directory, "core." + os.path.basename(program))
    process = subprocess.Popen([program], stdout=subprocess.PIPE,
                               env={**os.environ, "LD_LIBRARY_PATH": command.BUILD})
    try:
        command.equal(process.stdout.readline(), b"ready\n", "the program")
        said = gdb("-p", str(process.pid), commands=look)
        if "ptrace: Operation not permitted" in said:
            command.skip("gdb may not look at other processes here")
        tells_of(said, named)
        said = gdb("-p", str(process.pid), commands=[f"tutti gcore {core}"])
        matches(r"^Saved core file ", said)
        command.equal(process.poll(), None, "it goes on")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    tells_of(gdb(program, core, commands=look), named)
    said = gdb(program, core, commands=["tutti bt first", "tutti bt nobody", "tutti bt",
                                        "tutti ps x"])
    if named:
        has_stack(said, ["tutti_lock_acquire", "first"])
    matches(r"no thread, task or job 'nobody'", said)
    matches(r"of which task\?", said)
    matches(r"tutti ps takes no arguments", said)
    return core


def main():
    if not shutil.which("gdb"):
        command.skip("there is no gdb (make deps-all)")
    if "yes" not in subprocess.run(["gdb", "-q", "-nx", "-batch", "-ex", "python print('yes')"],
                                   capture_output=True, check=False).stdout.decode():
        command.skip("this gdb has no Python")
    with tempfile.TemporaryDirectory() as directory:
        shared = build(directory, "shared", f"-L{command.BUILD}", "-ltutti")
        core = look_at(shared, directory, True)
        tells_of(gdb("-c", core, commands=["tutti ps", "tutti tree"]), False)
        static = build(directory, "static", os.path.join(command.BUILD, "libtutti.a"))
        subprocess.run(["strip", static], check=True)
        look_at(static, directory, False)
        said = gdb("/bin/true", commands=["tutti ps"])
        matches("does not use tutti, or is not running", said)


main()
