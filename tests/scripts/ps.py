# SPDX-License-Identifier: MIT
"""tutti ps and tutti tree: of programs that hang, spin, are stopped, have children; linked in each
way; what is refused and how; what is asked for by a signal. ctest: TIMEOUT 900"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

HERE = os.path.dirname(os.path.abspath(__file__))
INCLUDE = os.path.join(HERE, "..", "..", "include")
SOURCE = os.path.join(HERE, "..", "support", "modules", "hangs.c")
BADLY_NAMED = os.path.join(HERE, "..", "support", "programs", "named_badly.c")
COMPILER = os.environ.get("TUTTI_CC", "cc")
SANITIZE = os.environ.get("TUTTI_SANITIZE")


def build(directory, name, *how, source=SOURCE):
    program = os.path.join(directory, name)
    flags = [f"-fsanitize={SANITIZE}"] if SANITIZE else []
    got = subprocess.run([COMPILER, "-std=gnu11", "-O1", *flags, f"-I{INCLUDE}", "-o", program,
                          source, *how, "-lpthread", "-ldl"], capture_output=True, check=False)
    return program if got.returncode == 0 else command.skip(
        f"cannot link {name}: {got.stderr.decode()[:500]}")


class Running:
    """A program that has said that it is ready; killed at the end."""

    def __init__(self, program, *arguments, **environment):
        self.process = subprocess.Popen(
            [program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "LD_LIBRARY_PATH": command.BUILD, **environment})
        self.pid = self.process.pid

    def __enter__(self):
        line = self.process.stdout.readline()
        if line != b"ready\n":
            self.process.kill()
            sys.exit(f"the program said {line!r}, {self.process.stderr.read()!r}")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


def run(*arguments, status=0, **environment):
    kept = {key: value for key, value in os.environ.items()
            if key not in ("COLUMNS", "LC_ALL", "LC_CTYPE", "LANG", "NO_COLOR")}
    got = command.run(*arguments, env={**kept, **environment})
    command.equal(got.returncode, status, f"{arguments}: {got.stderr.decode()}")
    return got.stdout.decode() if status == 0 else got.stderr.decode()


def rows(pid, *options):
    lines = [json.loads(line) for line in run("ps", "--json", *options, str(pid)).splitlines()]
    return ([line for line in lines if "row" in line],
            [line["note"] for line in lines if "note" in line])


def row_of(pid, name, holds=lambda row: True):
    """Look until there is such a row: who was started may be on the way."""
    end = time.monotonic() + command.PATIENCE
    while time.monotonic() < end:
        seen, _ = rows(pid)
        for row in seen:
            if row.get("name") == name and holds(row):
                return row, seen
        time.sleep(0.01)
    sys.exit(f"no {name} in {seen}")


def tells_of(pid):
    """The same of each program here, however it is linked."""
    first, seen = row_of(pid, "first", lambda row: "held_by" in row)
    command.equal(seen[first["held_by"]]["name"], "second", "who holds blue")
    assert first["waits_for"].startswith("acquire lock 'blue' (0x"), first
    assert first["waits_for"].endswith("held by 'second'"), first
    command.equal((first["kind"], first["state"], first["verb"], first["noun"]),
                  ("task", "waiting", "acquire", "lock"), "first")
    assert first["waited"] >= 0, first
    third, _ = row_of(pid, "Task-3", lambda row: row["state"] == "waiting")
    assert third["waits_for"].startswith("get from queue"), third
    waiter, _ = row_of(pid, "waiter", lambda row: "waits_for" in row)
    command.equal(waiter["kind"], "thread", "waiter")
    assert waiter["waits_for"].startswith("wait for event 'never'"), waiter
    main, _ = row_of(pid, "MainThread", lambda row: "left" in row)
    command.equal((main["waits_for"], main["id"]), ("sleep", pid), "main")
    assert 0 < main["left"] <= 3600, main
    _, notes = rows(pid)
    assert any(note.startswith("deadlock: ") for note in notes), notes


def linked_in_each_way(directory):
    library = command.BUILD
    shared = build(directory, "shared", f"-L{library}", "-ltutti")
    static = build(directory, "static", os.path.join(library, "libtutti.a"))
    stripped = os.path.join(directory, "stripped")
    subprocess.run(["strip", "-o", stripped, static], check=True)
    for program in (shared, static):
        with Running(program) as running:
            tells_of(running.pid)
    with Running(stripped) as running:
        first, _ = row_of(running.pid, "first", lambda row: "held_by" in row)
        assert re.fullmatch(r"acquire lock 0x[0-9a-f]+, held by 'second'", first["waits_for"])
    return shared


def prints_a_table_and_a_tree(program):
    with Running(program) as running:
        tells_of(running.pid)
        text = run("ps", str(running.pid))
        lines = text.splitlines()
        command.equal(re.sub(r"\d+", "N", lines[0]),
                      "shared (N): N threads, N tasks, N jobs; N waiting", "the first line")
        assert lines[1].split() == ["KIND", "ID", "STATE", "SINCE", "NAME", "WAITS", "FOR"]
        assert re.search(r"^task +\d+ waiting +\S+ \w+ +first +acquire lock 'blue'", text, re.M)
        assert lines[-1].startswith("deadlock: "), lines[-1]
        for width in (80, 200):
            cut = run("ps", str(running.pid), COLUMNS=str(width)).splitlines()
            notes = [line for line in cut if line.startswith("deadlock: ")]
            assert max(len(line) for line in cut if line not in notes) <= width, cut
            assert notes[0].count(", held by ") == 2, notes  # whole, however narrow it is
        plain = run("tree", str(running.pid))
        assert plain.isascii() and "\033" not in plain, plain
        assert re.search(r"^`- thread waiter \(\d+\): waiting", plain, re.M), plain
        assert re.search(r"^\|  \|- task first \(\d+\): waiting for ", plain, re.M), plain
        fine = run("tree", str(running.pid), LC_ALL="C.UTF-8")
        assert "\u2502  \u251c\u2500 task first" in fine, fine
        assert f"{running.pid}  shared" in run("ps")
        watched = command.start("ps", "--watch", "0.05", str(running.pid))
        for _ in range(3):
            while not watched.stdout.readline().startswith(b"KIND"):
                pass
        running.process.kill()
        running.process.wait()
        while watched.stdout.readline():
            pass
        command.equal(watched.wait(), 0, "watching one that has ended")
        watched.stdout.close()
        watched.stderr.close()


def stopped_or_spinning(program):
    with Running(program) as running:
        tells_of(running.pid)
        os.kill(running.pid, signal.SIGSTOP)
        os.waitpid(running.pid, os.WUNTRACED)
        tells_of(running.pid)
        seen, _ = rows(running.pid)
        command.equal(seen[0]["state"], "stopped", "the process")
    with Running(program, "spin") as running:
        tells_of(running.pid)
        spinner, _ = row_of(running.pid, "spinner", lambda row: row["state"] == "running")
        assert "waits_for" not in spinner, spinner


def children_follow(program):
    with Running(program, "processes") as running:
        _, seen = row_of(running.pid, "dawdle",
                         lambda row: row["pid"] != running.pid and "waits_for" in row)
        processes = [row for row in seen if row["kind"] == "process"]
        assert len(processes) >= 2, processes
        assert all("parent" in row for row in processes[1:]), processes
        roles = [row.get("role", "") for row in processes]
        assert roles[0] == "" and "ForkServer" in roles and len(set(roles)) == len(roles), roles
        job, _ = row_of(running.pid, "dawdle", lambda row: row["pid"] == running.pid)
        assert job["role"].startswith("processes, "), job
        alone, _ = rows(running.pid, "--no-children")
        command.equal(len([row for row in alone if row["kind"] == "process"]), 1, "alone")


def has_stacks(program):
    if not os.path.exists(os.path.join(command.BUILD, "tutti-stacks.so")):
        print("no stacks: built without libdw")
        return
    with Running(program) as running:
        tells_of(running.pid)
        seen, _ = rows(running.pid, "--stacks")
        stack = next(row["stack"] for row in seen if row["name"] == "first")
        names = [re.sub(r"[+ ].*", "", frame) for frame in stack]
        assert names.index("tutti_lock_acquire") + 1 == names.index("first"), stack
        main_ = next(row["stack"] for row in seen if row["name"] == "MainThread")
        assert any(frame.startswith("main+") for frame in main_), main_
        text = run("ps", "--stacks", str(running.pid))
        assert re.search(r"^task 'first':\n    \S.*\n", text, re.M), text


def has_stacks_by_frame_pointers(directory):
    """The kernel does not tell those of a thread that is in it."""
    if not os.path.exists(os.path.join(command.BUILD, "tutti-stacks.so")):
        return
    program = build(directory, "framed", "-O0", "-fno-omit-frame-pointer", f"-L{command.BUILD}",
                    "-ltutti", source=BADLY_NAMED)
    with Running(program) as running:
        row, _ = row_of(running.pid, "?[2J??x", lambda row: row["state"] == "waiting")
        frames, _ = rows(running.pid, "--stacks")
        stack = next(x["stack"] for x in frames if x.get("id") == row["id"])
        stack = [frame.split("+")[0] for frame in stack]
        at = stack.index("pause")
        command.equal(stack[at + 1:at + 3], ["rests", "sleeps"], stack)
        command.equal(len(stack) > at + 3, True, stack)


def asked_by_somebody_else(pid):
    try:
        got = subprocess.run([command.TUTTI, "ps", str(pid)], capture_output=True, check=False,
                             user=65534, group=65534, extra_groups=[],
                             env={**os.environ, "LD_LIBRARY_PATH": command.BUILD})
    except PermissionError:
        print("not asked by another user, who may not read the build")
        return
    said = got.stderr.decode()
    if got.returncode == 1:
        assert "it belongs to user 0: ask as that user, or as root" in said, said


def refuses(program):
    gone = subprocess.Popen(["true"])
    os.waitid(os.P_PID, gone.pid, os.WEXITED | os.WNOWAIT)
    said = run("ps", str(gone.pid), status=1)
    assert re.fullmatch(r"tutti: ps: process \d+ \(true\) has ended; process \d+ has not asked "
                        r"for its exit status\n", said), said
    gone.wait()
    command.equal(run("ps", str(gone.pid), status=1),
                  f"tutti: ps: there is no process {gone.pid}\n", "one that is gone")
    with subprocess.Popen(["sleep", "3600"]) as other:
        while os.readlink(f"/proc/{other.pid}/exe") == os.readlink("/proc/self/exe"):
            time.sleep(0.01)
        command.equal(run("tree", str(other.pid), status=1),
                      f"tutti: tree: process {other.pid} (sleep) does not use tutti\n", "sleep")
        other.kill()
    command.equal(run("ps", "0", status=2).splitlines()[0],
                  "tutti: ps: '0' is no process number", "0")
    command.equal(run("ps", "12x", status=2).splitlines()[0],
                  "tutti: ps: '12x' is no process number", "12x")
    command.equal(run("tree", status=2).splitlines()[0],
                  "tutti: tree: of which process? `tutti ps` lists those that use tutti", "none")
    command.equal(run("ps", "1", "2", status=2).splitlines()[0],
                  "tutti: ps: one process at a time, and there is '2' too", "two")
    command.equal(run("ps", "--watch", "no", "1", status=2).splitlines()[0],
                  "tutti: ps: --watch needs seconds, from 0.01 to 86400, not 'no'", "watch")
    if os.geteuid() == 0:
        with Running(program) as running:
            asked_by_somebody_else(running.pid)


def another_version(directory, program):
    """The same library, but that one fact has another name: as if it were of another time."""
    other = os.path.join(directory, "other")
    os.makedirs(other)
    with open(os.path.join(command.BUILD, "libtutti.so.0"), "rb") as file:
        library = file.read()
    here, other_name = (name.ljust(24, b"\0") for name in (b"context.since", b"context.later"))
    assert here in library, "the fact"
    with open(os.path.join(other, "libtutti.so.0"), "wb") as file:
        file.write(library.replace(here, other_name))
    with Running(program, LD_LIBRARY_PATH=other) as running:
        said = run("ps", str(running.pid), status=1)
        assert re.search(r"uses tutti [\d.]+, and this is [\d.]+, which does not find its way "
                         r"there: it lacks context.since\n$", said), said


def believes_no_facts(directory, program):
    """A library whose facts lead out of what is read by them, as a damaged or a hostile one's."""
    other = os.path.join(directory, "hostile")
    os.makedirs(other)
    with open(os.path.join(command.BUILD, "libtutti.so.0"), "rb") as file:
        library = file.read()
    for name in (b"worker.next", b"worker.native", b"context.self", b"context.size", b"slab.next",
                 b"waiter.key", b"timer.where", b"op.object", b"future.ops", b"lock.holder"):
        # where a number and another name follow it stands in a table, elsewhere for itself
        places = [found.end() for found in re.finditer(re.escape(name.ljust(24, b"\0")), library)
                  if re.match(rb"..\0{6}[a-z]", library[found.end():], re.S)]
        command.equal(len(places), 1, name)
        at = places[0]
        with open(os.path.join(other, "libtutti.so.0"), "wb") as file:
            file.write(library[:at] + (1 << 40).to_bytes(8, "little") + library[at + 8:])
        with Running(program, LD_LIBRARY_PATH=other) as running:
            said = run("ps", str(running.pid), status=1)
            assert said.endswith("it lacks sizes that can be\n"), (name, said)


def named_badly(directory):
    """No name controls the terminal, breaks a line or is cut within a character."""
    program = build(directory, "badly", f"-L{command.BUILD}", "-ltutti", source=BADLY_NAMED)
    with Running(program) as running:
        row_of(running.pid, "?[2J??x")
        for what in ("ps", "tree"):
            said = run(what, str(running.pid))
            assert re.fullmatch(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]*", said), said
            lines = said.splitlines()
            command.equal(len(lines), len(rows(running.pid)[0]) + 2 - (what == "tree"), said)
            for name in ("a?]0;b?c", "x?31m?txt", "\"quoted\" \\ '", "?[2J??x"):
                command.equal(any(name in line for line in lines), True, name)
        table = run("ps", str(running.pid)).splitlines()
        # of ten characters, each two columns wide
        command.equal(any(f" {'下载网页' * 2}下载  wait for event" in x for x in table), True, table)
        for width in range(20, 60):
            for line in run("tree", str(running.pid), COLUMNS=str(width)).splitlines():
                wide = sum(1 + (x > "\u2fff") for x in line)
                command.equal(wide <= width, True, line)
        assert "a?]0;b?c" in run("ps"), "in the list of all"


def dumps_on_request(program):
    for name, number in (("SIGQUIT", signal.SIGQUIT), ("usr1", None), ("USR1", signal.SIGUSR1)):
        with Running(program, TUTTI_DUMP=name) as running:
            if number is None:
                running.process.kill()
                said = running.process.stderr.read().decode()
                assert "TUTTI_DUMP='usr1' is no signal that can be caught" in said, said
                continue
            for _ in range(2):
                os.kill(running.pid, number)
                while not running.process.stderr.readline().startswith(b"deadlock: "):
                    pass
            command.equal(running.process.poll(), None, "it goes on")


def main():
    command.need_command()
    with tempfile.TemporaryDirectory() as directory:
        program = linked_in_each_way(directory)
        prints_a_table_and_a_tree(program)
        stopped_or_spinning(program)
        children_follow(program)
        has_stacks(program)
        has_stacks_by_frame_pointers(directory)
        refuses(program)
        another_version(directory, program)
        believes_no_facts(directory, program)
        named_badly(directory)
        dumps_on_request(program)


main()
