# SPDX-License-Identifier: MIT
# rows: F150
"""The progress bar of tutti map: on a terminal or when asked for, never mixed with results."""
import os
import pty
import re
import sys
import tempfile

os.environ.update(LC_ALL="C", TERM="xterm")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

NUMBERS = [str(n) for n in range(1, 201)]
RESULTS = "".join("true\n" if n > 1 and all(n % d for d in range(2, n)) else "false\n"
                  for n in range(1, 201))


def read_terminal(master):
    """All that was written to a terminal, once nobody has it open any more."""
    text = b""
    while True:
        try:
            block = os.read(master, 65536)
        except OSError:  # how Linux says that the other side is closed
            block = b""
        if not block:
            os.close(master)
            return text.decode().replace("\r\n", "\n")
        text += block


def on_terminal(*arguments, stdout=True, **options):
    """(status, results, terminal): standard error is a terminal, standard output another or a pipe
    or, if it is None, the same."""
    master, slave = pty.openpty()
    process = command.start("map", *arguments, stderr=slave,
                            stdout=slave if stdout is None else -1, **options)
    os.close(slave)
    results = process.stdout.read().decode() if process.stdout else None
    text = read_terminal(master)
    return process.wait(command.PATIENCE), results, text


def screen(text):
    """What a terminal shows of the text in the end: its lines, as the escapes leave them."""
    lines = []
    for line in text.split("\n"):
        shown, column = "", 0
        for piece in re.split(r"(\r|\x1b\[[JK])", line):
            if piece == "\r":
                column = 0
            elif piece in ("\x1b[K", "\x1b[J"):
                shown = shown[:column]
            else:
                shown = shown[:column] + piece + shown[column + len(piece):]
                column += len(piece)
        lines.append(shown.rstrip())
    return lines


FULL = r"prime 100% \[#{20}\] 200/200 [\d.]+/s \d+:\d\d"


def shown_by_default():
    status, results, text = on_terminal("prime", *NUMBERS)
    command.equal((status, results), (0, RESULTS), "results beside a bar")
    if not re.fullmatch(r"(\rprime +\d+% \[[#.]{20}\] \d+/200 [^\r\n]*)+\n", text):
        sys.exit(f"not a bar: {text!r}")
    if not re.fullmatch(FULL, screen(text)[0]):
        sys.exit(f"not full at the end: {screen(text)!r}")


def total_unknown():
    status, results, text = on_terminal("prime", stdin=open(os.devnull, "rb"))
    command.equal((status, results), (0, ""), "no input")
    if not re.fullmatch(r"prime 0 0\.0/s \d+:\d\d", screen(text)[0]):
        sys.exit(f"nothing counted: {text!r}")


def not_shown():
    for options in (["--no-progress"], ["--progress", "--no-progress"]):
        command.equal(on_terminal(*options, "prime", *NUMBERS), (0, RESULTS, ""), str(options))
    # results on the same terminal: by default no bar that would stand among them
    command.equal(on_terminal("prime", *NUMBERS, stdout=None), (0, None, RESULTS), "same terminal")
    # no terminal: nothing, unless it was asked for
    got = command.run("map", "prime", *NUMBERS)
    command.equal((got.returncode, got.stdout.decode(), got.stderr), (0, RESULTS, b""),
                  "no terminal")


def lines_without_a_terminal():
    got = command.run("map", "--progress", "--keep-going", "prime", "x", *NUMBERS)
    command.equal((got.returncode, got.stdout.decode()), (1, RESULTS), "asked for")
    if not re.fullmatch(r"tutti: map: prime: x: .*\nprime 100% 201/201 [\d.]+/s \d+:\d\d\n",
                        got.stderr.decode()):
        sys.exit(f"asked for: {got.stderr!r}")


def same_terminal():
    """Asked for, the bar gives way to each result and ends below the last."""
    status, _, text = on_terminal("--progress", "prime", *NUMBERS, stdout=None)
    lines = screen(text)
    command.equal(status, 0, "same terminal")
    command.equal([line for line in lines if line in ("true", "false")], RESULTS.split(),
                  "results among a bar")
    if not re.fullmatch(FULL, lines[-2]) or lines[-1] != "":
        sys.exit(f"does not end with the bar: {lines[-3:]!r}")


def failures_beside_a_bar():
    status, results, text = on_terminal("--keep-going", "prime", "2", "x", "3")
    command.equal((status, results), (1, "true\ntrue\n"), "a failure beside a bar")
    words = "tutti: map: prime: x: not a whole number from 0 to 18446744073709551615"
    if words not in screen(text):
        sys.exit(f"the failure has no line of its own: {screen(text)!r}")


def each_input_once(work):
    """However often it is tried; what an earlier run has done counts too."""
    log = os.path.join(work, "log")
    options = ["--keep-going", "--retries", "3", "--joblog", log]
    for more, inputs in (["--unordered"], "2xyz"), (["--resume"], "2xyz3"):
        status, _, text = on_terminal(*options, *more, "prime", *inputs)
        command.equal(status, 1, "failures, again")
        n = len(inputs)
        if not re.fullmatch(FULL.replace("200", str(n)), screen(text)[-2]):
            sys.exit(f"not each once: {screen(text)!r}")


def half_way(work):
    """The bar moves as jobs end, with the time that is left."""
    module = command.build_module(work, "told_job")
    ear, mouth = os.pipe()
    master, slave = pty.openpty()
    process = command.start("map", "-j2", module + ":told", *"abcd", stderr=slave,
                            pass_fds=(ear,), env={**os.environ, "EAR": str(ear)})
    os.close(slave)
    os.write(mouth, b"xx")
    text = ""
    while " 2/4 " not in text:
        text += os.read(master, 1000).decode()
    line = r"told +50% \[#{10}\.{10}\] 2/4 [\d.]+/s \d+:\d\d, \d+:\d\d left"
    while not re.search(line, text):
        text += os.read(master, 1000).decode()
    os.write(mouth, b"xx")
    command.equal(process.stdout.read(), b"a\nb\nc\nd\n", "half way: results")
    text += read_terminal(master)
    command.equal(process.wait(command.PATIENCE), 0, "half way: status")
    if not re.search(r"100% \[#{20}\] 4/4 [^\r\n]*\n$", text):
        sys.exit(f"half way, then: {text!r}")


def words_of_commands():
    """What commands say on that terminal is whole, however it comes, and the bar is below it."""
    script = "echo {} is begun >&2; printf 'half of {}, ' >&2; echo {}; echo and the other >&2"
    want = [line for n in range(20) for line in (f"{n} is begun", f"half of {n}, and the other")]
    for way in ([], ["--line-buffer"], ["--line-buffer", "--tag"]):
        for stdout in (True, None):
            status, results, text = on_terminal("--progress", "-j4", *way, "--shell", "--", script,
                                                ":::", *map(str, range(20)), stdout=stdout)
            lines = [re.sub(r"^\d+\t", "", line) for line in screen(text)]
            command.equal(status, 0, f"commands {way}")
            command.equal(sorted(line for line in lines if " " in line and "%" not in line),
                          sorted(want), f"what commands said, {way}")
            if results is None:
                command.equal(sorted((line for line in lines if line.isdigit()), key=int),
                              [str(n) for n in range(20)], f"their results, {way}")
            if not re.search(r" 100% \[#{20}\] 20/20 ", lines[-2]):
                sys.exit(f"no bar in the end: {lines!r}")


def half_a_line():
    """The last word has no end: the bar begins a line of its own."""
    for way in ([], ["--line-buffer"]):
        status, _, text = on_terminal("--progress", *way, "--shell", "--", "printf '%s' {} >&2",
                                      ":::", "abc", stdout=None)
        lines = screen(text)
        command.equal(status, 0, f"half a line {way}")
        if lines[-3] != "abc" or not re.search(" 100% .* 1/1 ", lines[-2]) or lines[-1]:
            sys.exit(f"half a line, {way}: {lines!r}")


def main():
    command.need_command()
    shown_by_default()
    total_unknown()
    not_shown()
    lines_without_a_terminal()
    words_of_commands()
    half_a_line()
    same_terminal()
    failures_beside_a_bar()
    with tempfile.TemporaryDirectory() as work:
        half_way(work)
        each_input_once(work)
    print("map_progress: fine")


main()
