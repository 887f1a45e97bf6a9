# SPDX-License-Identifier: MIT
"""What each option of `tutti map -- command` does, beside those in the table of cases."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)


def run(*arguments, **options):
    got = command.run("map", *arguments, **options)
    return got.returncode, got.stdout.decode(), got.stderr.decode()


def expect(arguments, status, out, said="", **options):
    command.equal(run(*arguments, **options), (status, out, said), " ".join(arguments))


def wrong(arguments, said):
    expect(arguments, 255, "", f"tutti: map: {said}\nTry 'tutti map --help'.\n")


def usage():
    wrong(["--"], "which command?")
    wrong(["-N", "0", "--", "echo"], "-N needs a number from 1 on, not '0'")
    wrong(["-I", "", "--", "echo"], "-I needs a word, not ''")
    wrong(["-d", "ab", "--", "echo"], "-d needs one byte, not 'ab'")
    wrong(["--delay", "0", "--", "echo"],
          "--delay needs a time above 0, such as 0.5 or 2m, not '0'")
    wrong(["--load", "x", "--", "echo"], "--load needs a number above 0, or N%, not 'x'")
    wrong(["--memfree", "2X", "--", "echo"], "--memfree needs a size, such as 500M or 2G, not '2X'")
    wrong(["--colsep", "[a", "--", "echo"],
          "--colsep '[a': Unmatched [, [^, [:, [., or [=")
    wrong(["--colsep", "", "--", "echo"], "--colsep '': nothing separates nothing")
    wrong(["--on", "threads", "--", "echo"],
          "--on threads: commands run as processes; -j says how many at once")
    wrong(["--ungroup", "--tag", "--", "echo"],
          "--tag and --ungroup exclude each other: what is tagged passes through tutti")
    for option in ("--ungroup", "--line-buffer"):
        wrong([option, "--json", "--", "echo"], "--json needs all of a command's output: not with "
              "--line-buffer or --ungroup")
        wrong([option, "-k", "--", "echo"], "--keep-order needs all of a command's output: not "
              "with --line-buffer or --ungroup")
    wrong(["--", "echo", ":::+", "a"], "':::+': there is only ':::', and -a FILE")
    wrong(["-a", "x", "--", "echo", ":::", "a"],
          "-a is for inputs from a file, and there are arguments")
    expect(["-a", "./no-file", "--", "echo"], 255, "",
           "tutti: map: ./no-file: No such file or directory\n")
    for option, name in (("--shell", "shell"), ("-X", "fill"), ("-n1", "max-args"),
                         ("-u", "ungroup"), ("-t", "verbose"), ("-Ix", "I")):
        expect([option, "prime", "7"], 2, "", f"tutti: map: --{name} is for commands: tutti map "
               "[OPTION...] -- COMMAND\nTry 'tutti map --help'.\n")
    # a value that looks like the word before the command
    with tempfile.TemporaryDirectory() as work:
        expect(["--joblog", "--", "prime", "7"], 0, "true\n", cwd=work)


def inputs(work):
    path = os.path.join(work, "lines")
    with open(path, "wb") as file:
        file.write(b"a\nb c\n")
    expect(["-k", "-a", path, "--", "echo"], 0, "a\nb c\n", input=b"no\n")
    expect(["-k", "-d", "\\t", "--", "echo"], 0, "a\nb\n", input=b"a\tb")
    expect(["-k", "-N", "3", "-0", "--", "echo"], 0, "a b c\nd\n", input=b"a\0b\0c\0d\0")
    expect(["-k", "-N", "2", "--colsep", ",", "--", "echo", "{3}", "{}"], 0, "c a b c d\n",
           input=b"a,b\nc,d\n")
    # the beginning of a line is there only once
    expect(["--colsep", "^a|,", "--", "echo", "[{1}][{2}][{3}]"], 0, "[][a][b]\n", input=b"aa,b\n")
    # as many as fit: all of them, and each once
    lines = [f"{n:07}" for n in range(40_000)]
    status, out, said = run("-k", "-X", "--", "echo", input="\n".join(lines).encode())
    command.equal((status, said, out.split()), (0, "", lines), "-X")
    commands = out.count("\n")
    if not 3 <= commands <= 8:  # of at most 128 KiB, and not of one each
        sys.exit(f"-X: {commands} commands")


def numbers():
    script = "echo $TUTTI_SEQ $TUTTI_SLOT {#} {%} $1"
    status, out, said = run("-j3", "--", "sh", "-c", script, "sh", "{}", ":::", *"abcdef")
    rows = [line.split() for line in out.splitlines()]
    command.equal((status, said, sorted(row[0] + row[4] for row in rows)),
                  (0, "", ["1a", "2b", "3c", "4d", "5e", "6f"]), "numbers")
    for seq, slot, number, place, _ in rows:
        if seq != number or slot != place or not 1 <= int(slot) <= 3:
            sys.exit(f"numbers: {rows}")


def at_once(work):
    """As many run at once as were asked for: each waits until all have begun."""
    for jobs, n in (("4", 4), ("0", 6)):
        begun, go = (os.path.join(work, jobs + name) for name in ("begun", "go"))
        os.mkfifo(begun)
        os.mkfifo(go)
        ear, mouth = os.open(begun, os.O_RDWR), os.open(go, os.O_RDWR)
        process = command.start("map", f"-j{jobs}", "--", "sh", "-c",
                                f"echo >{begun}; read _ <{go}", ":::", *"abcdef"[:n])
        heard = b""
        while len(heard) < n:
            heard += os.read(ear, 100)
        os.write(mouth, b"\n" * n)
        got = process.communicate(timeout=command.PATIENCE)
        command.equal((process.returncode, *got), (0, b"", b""), f"-j {jobs}")
        os.close(ear)
        os.close(mouth)


def at_once_of_cpus():
    """The place a command runs at says how many there are."""
    for cpus, jobs, places in ((2, [], 2), (4, ["-j50%"], 2), (2, ["-j+1"], 3), (3, ["-j-1"], 2),
                               (2, ["-j-9"], 1), (2, ["-P", "250%"], 5)):
        with tempfile.TemporaryDirectory() as work:
            fifo = os.path.join(work, "fifo")
            os.mkfifo(fifo)
            mouth = os.open(fifo, os.O_RDWR)
            process = command.start("map", *jobs, "--line-buffer", "--", "sh", "-c",
                                    f"echo $TUTTI_SLOT; read _ <{fifo}", stdin=subprocess.PIPE,
                                    env={**os.environ, "TUTTI_CPUS": str(cpus)})
            process.stdin.write(b"x\n" * 9)
            process.stdin.close()
            first = sorted(int(process.stdout.readline()) for _ in range(places))
            command.equal(first, list(range(1, places + 1)), f"{jobs} of {cpus}")
            os.write(mouth, b"\n" * 9)
            rest = [int(line) for line in process.stdout]
            command.equal((process.wait(command.PATIENCE), len(rest), max(first + rest)),
                          (0, 9 - places, places), f"{jobs} of {cpus}: all")
            process.stdout.close()
            process.stderr.close()
            os.close(mouth)


def grouping():
    script = "echo a{}; echo b{} >&2; echo c{}"
    expect(["-j1", "--shell", "--", script, ":::", "1", "2"], 0, "a1\nc1\na2\nc2\n", "b1\nb2\n")
    for option in ("--line-buffer", "--ungroup", "-u"):
        expect(["-j1", option, "--shell", "--", script, ":::", "1", "2"], 0, "a1\nc1\na2\nc2\n",
               "b1\nb2\n")
    expect(["-j1", "--tag", "--line-buffer", "--shell", "--", script + "; printf d", ":::", "1 x"],
           0, "1 x\ta1 x\n1 x\tc1 x\n1 x\td\n", "1 x\tb1 x\n")
    expect(["-N2", "--tag", "--", "echo", ":::", "a", "b"], 0, "a b\ta b\n")
    # a very long line, in the pieces that memory allows
    status, out, said = run("--line-buffer", "--shell", "--",
                            "head -c 3000000 /dev/zero | tr '\\0' x #", ":::", "1")
    command.equal((status, len(out), set(out), said), (0, 3_000_000, {"x"}, ""), "a long line")
    status, out, said = run("-j1", "--tag", "--line-buffer", "--shell", "--", "head -c 3000000 "
                            "/dev/zero | tr '\\0' x; [ {} = 1 ] || echo; [ {} = 1 ] || echo y",
                            ":::", "1", "2")
    command.equal((status, sorted(out.replace("x", "").splitlines()), len(out), said),
                  (0, ["1\t", "2\t", "2\ty"], 6_000_000 + 10, ""), "tags of long lines")


def lines_as_they_come(work):
    os.mkfifo(os.path.join(work, "go"))
    for option in ("--line-buffer", "--ungroup"):
        process = command.start("map", "-j2", option, "--", "sh", "-c",
                                "echo first; read _ <go; echo last", ":::", "1", cwd=work)
        command.equal(process.stdout.read(6), b"first\n", f"{option}: while it runs")
        with open(os.path.join(work, "go"), "w", encoding="ascii") as file:
            file.write("\n")
        command.equal(process.communicate(timeout=command.PATIENCE), (b"last\n", b""), option)
    # whole lines: of two that write at the same time none is torn
    got = command.run("map", "-j4", "--line-buffer", "--", "sh", "-c",
                      "i=0; while [ $i -lt 300 ]; do printf '%s' $0; printf '%s\\n' $0; "
                      "i=$((i+1)); done", ":::", *"abcd")
    command.equal(sorted(got.stdout.split()), sorted([b"aa", b"bb", b"cc", b"dd"] * 300), "lines")


def order(work):
    os.mkfifo(os.path.join(work, "turn"))
    script = "[ $0 = 1 ] && read _ <turn; [ $0 = 2 ] && echo >turn; echo $0"
    expect(["-j2", "-k", "--", "sh", "-c", script, ":::", "1", "2"], 0, "1\n2\n", cwd=work)
    os.unlink(os.path.join(work, "turn"))
    os.mkfifo(os.path.join(work, "turn"))
    process = command.start("map", "-j2", "--", "sh", "-c", "[ $0 = 1 ] && read _ <turn; echo $0",
                            ":::", "1", "2", cwd=work)
    command.equal(process.stdout.read(2), b"2\n", "who ends first is printed first")
    with open(os.path.join(work, "turn"), "w", encoding="ascii") as file:
        file.write("\n")
    command.equal(process.communicate(timeout=command.PATIENCE), (b"1\n", b""), "then the other")


def words_about_it():
    expect(["-t", "-j1", "--", "echo", "a b", ":::", "c'd"], 0, "a b c'd\n",
           "echo 'a b' 'c'\\''d'\n")
    expect(["--quiet", "--", "false", ":::", "1"], 1, "")
    expect(["--", "sh", "-c", "exit 9", ":::", "1"], 1, "",
           "tutti: map: sh: job 1: 1: exit status 9\n")
    expect(["--", "sh", "-c", "kill -9 $$", ":::", "1"], 1, "",
           "tutti: map: sh: job 1: 1: killed by signal 9 (Killed)\n")
    status, out, _ = run("-k", "--json", "--shell", "--", "echo {}; echo e >&2; exit {}", ":::",
                         "0", "3")
    rows = [json.loads(line) for line in out.splitlines()]
    for row in rows:
        row.pop("seconds")
    command.equal((status, rows), (1, [
        {"index": 1, "input": "0", "status": 0, "result": "0\n", "stderr": "e\n", "attempts": 1},
        {"index": 2, "input": "3", "status": 3, "result": "3\n", "stderr": "e\n", "attempts": 1,
         "error": {"code": -5208, "name": "TUTTI_EEXIT", "text": "exit status 3"}}]), "--json")
    status, out, _ = run("--dry-run", "--json", "--", "echo", ":::", "a b")
    command.equal(json.loads(out), {"index": 1, "input": "a b", "command": "echo 'a b'"}, "a plan")


def resuming(work):
    log = os.path.join(work, "log")
    job = ["-k", "--joblog", log, "--quiet", "--shell", "--", "echo {}; [ {} != $BAD ]", ":::"]
    expect([*job, "1", "2", "3"], 1, "1\n2\n3\n", env={**os.environ, "BAD": "2"})
    with open(log, encoding="ascii") as file:
        rows = [line.split("\t") for line in file.read().splitlines()]
    command.equal([(row[0], row[3], row[4], row[6]) for row in rows],
                  [("seq", "status", "attempts", "input"), ("1", "ok", "1", "1"),
                   ("2", "exit 1", "1", "2"), ("3", "ok", "1", "3")], "the joblog")
    command.equal(rows[1][5], "echo {}; [ {} != $BAD ]", "the joblog's command")
    for option in ("--resume", "--resume-failed"):
        expect([option, "--dry-run", *job, "1", "2", "3", "4"], 0,
               "echo 2; [ 2 != $BAD ]\necho 4; [ 4 != $BAD ]\n")
    expect(["--resume", *job, "1", "2", "3", "4"], 0, "2\n4\n", env={**os.environ, "BAD": "9"})
    expect(["--resume", *job, "1", "2", "3", "4"], 0, "")
    status, _, said = run("--resume", "--joblog", log, "--", "echo", ":::", "1")
    if status != 255 or "of the job" not in said:
        sys.exit(f"another command's joblog: {status} {said}")


def gates():
    begun = time.monotonic()
    expect(["-j4", "--delay", "0.2", "--", "true", ":::", *"abcd"], 0, "")
    took = time.monotonic() - begun
    if took < 0.6:
        sys.exit(f"--delay: three of 0.2 s took {took} s")
    # what it waits for its beginning is not of a command's own time
    with tempfile.TemporaryDirectory() as work:
        expect(["-j4", "--delay", "0.3", "--joblog", "log", "--", "true", ":::", *"abcd"], 0, "",
               cwd=work)
        with open(os.path.join(work, "log"), encoding="ascii") as file:
            rows = [line.split("\t") for line in file.read().splitlines()[1:]]
    starts = sorted(float(row[1]) for row in rows)
    if starts[-1] - starts[0] < 0.3:
        sys.exit(f"--delay: began at {starts}")
    expect(["--load", "100000%", "--memfree", "1M", "--", "echo", ":::", "a"], 0, "a\n")
    # what cannot be had is waited for; that can be ended. Somebody always wants to run
    busy = subprocess.Popen(["sh", "-c", "while :; do :; done"])
    for gate in (["--memfree", "900T"], ["--load", "0.0001"], ["--delay", "1d"]):
        process = command.start("map", "-j1", "--verbose", *gate, "--", "true", ":::", "a", "b")
        try:
            process.wait(0.5)
            busy.kill()
            sys.exit(f"{gate}: did not wait")
        except subprocess.TimeoutExpired:
            process.terminate()
        process.wait(command.PATIENCE)
        said = process.stderr.read().decode()
        if gate[0] == "--memfree" and "true" in said:
            sys.exit(f"{gate}: began: {said}")
        process.stdout.close()
        process.stderr.close()
    busy.kill()
    busy.wait()


def tried_again(work):
    """Of several attempts what the last one has printed is printed."""
    script = "echo {#} $(wc -c <tries); echo x >>tries; [ $(wc -c <tries) -ge 4 ]"
    open(os.path.join(work, "tries"), "w", encoding="ascii").close()
    expect(["--retries", "3", "--shell", "--", script + " # {}", ":::", "a"], 0, "1 2\n", cwd=work)
    with open(os.path.join(work, "once"), "w", encoding="ascii") as file:
        file.write("#!/bin/sh\nrm once\nexit 3\n")
    os.chmod(os.path.join(work, "once"), 0o700)
    status, out, _ = run("--retries", "1", "--json", "--", "{}", ":::", "./once", cwd=work)
    row = json.loads(out)
    command.equal((status, row["status"], row["attempts"], row["error"]["name"]),
                  (1, 0, 2, "ENOENT"), "the last attempt has no exit status")
    expect(["--retries", "1", "--", "false", ":::", "a"], 1, "",
           "tutti: map: false: job 1: a: exit status 1 (after 2 attempts)\n")


def progress():
    """The bar knows how many there will be, of a file too."""
    script = (f"printf '1\\n2\\n3\\n' >lines; {command.TUTTI} map --progress --quiet -a lines -- "
              "sleep 0 >/dev/null")
    with tempfile.TemporaryDirectory() as work:
        got = subprocess.run(["script", "-qec", script, "/dev/null"], cwd=work, check=False,
                             capture_output=True, timeout=command.PATIENCE,
                             env={**os.environ, "TERM": "xterm"})
    if not re.search(rb"sleep.*3/3", got.stdout):
        sys.exit(f"progress: {got.stdout!r}")


def too_many_files():
    expect(["-j", "500", "--", "true", ":::", "a"], 255, "", "tutti: map: -j 500: at most 20 at "
           "once, since `ulimit -n` is 100\n", preexec_fn=few_files)
    got = command.run("map", "-j0", "-k", "--shell", "--", "head -c 40000 /dev/zero; exit 0;#",
                      input=b"a\n" * 300, preexec_fn=few_files)
    command.equal((got.returncode, len(got.stdout), got.stderr), (0, 300 * 40_000, b""), "files")


def few_files():
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))


def no_place_for_output():
    nowhere = {**os.environ, "TMPDIR": "./no-where"}
    expect(["--", "head", "-c", "100000", ":::", "/dev/zero"], 255, "",
           "tutti: map: ./no-where: No such file or directory\n", env=nowhere)
    expect(["--", "echo", ":::", "a"], 0, "a\n", env=nowhere)
    status, out, said = run("--ungroup", "--", "head", "-c", "100000", ":::", "/dev/zero",
                            env=nowhere)
    command.equal((status, len(out), said), (0, 100_000, ""), "--ungroup needs no file")


def main():
    command.need_command()
    usage()
    numbers()
    at_once_of_cpus()
    grouping()
    words_about_it()
    gates()
    progress()
    too_many_files()
    no_place_for_output()
    for test in (inputs, at_once, lines_as_they_come, order, resuming, tried_again):
        with tempfile.TemporaryDirectory() as work:
            test(work)
    print("command_options: fine")


main()
