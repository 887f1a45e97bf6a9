# SPDX-License-Identifier: MIT
# rows: F150
"""What stands on a terminal while progress is shown: the bytes are replayed on a small terminal,
and whatever was written stands there whole, above the bars."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

SUPPORT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support")
sys.path.insert(0, SUPPORT)
import command  # noqa: E402  (the path comes first)


class Screen:
    """A terminal that knows no more than is needed: characters of one column, ends of lines, and
    four ways to move or to clear. Lines that have left it at the top are kept."""

    CODES = re.compile(r"\x1b\[(\d*)([A-Z])|[\r\n]|[^\r\n\x1b]")

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines, self.row, self.column, self.rest = [""], 0, 0, ""

    def top(self):
        return max(0, len(self.lines) - self.rows)

    def feed(self, text):
        text, self.rest, at = self.rest + text, "", 0
        while at < len(text):
            code = self.CODES.match(text, at)
            if not code:
                self.rest = text[at:]
                if len(self.rest) > 10:
                    sys.exit(f"what is that: {self.rest!r}")
                return
            self.obey(code[0], int(code[1] or 1), code[2])
            at = code.end()

    def down(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")

    def obey(self, code, n, kind):
        line = self.lines[self.row]
        if code == "\r":
            self.column = 0
        elif code == "\n":
            self.down()
        elif kind in ("K", "J"):
            self.lines[self.row] = line[:self.column]
            if kind == "J":
                for below in range(self.row + 1, len(self.lines)):
                    self.lines[below] = ""
        elif kind == "A":
            self.row = max(self.top(), self.row - n)
        elif kind == "C":
            self.column = min(self.columns - 1, self.column + n)
        elif kind:
            sys.exit(f"what is that: {code!r}")
        else:
            if self.column == self.columns:
                self.column = 0
                self.down()
                line = self.lines[self.row]
            line = line.ljust(self.column)
            self.lines[self.row] = line[:self.column] + code + line[self.column + 1:]
            self.column += 1

    def shown(self):
        """Its lines, without empty ones at the end."""
        lines = [line.rstrip() for line in self.lines]
        while lines and not lines[-1]:
            lines.pop()
        return lines


class Program:
    """One that does what it is told to, on a terminal of its own."""

    path = None

    def __init__(self, columns=80, rows=24, **environment):
        self.master, slave = pty.openpty()
        self.screen = Screen(columns, rows)
        self.resize(columns)
        self.process = subprocess.Popen(
            [self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=slave,
            env={**os.environ, "TERM": "xterm", "LC_ALL": "C", **environment})
        os.close(slave)

    def resize(self, columns):
        self.screen.columns = columns
        size = struct.pack("HHHH", self.screen.rows, columns, 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)

    def read(self, seconds):
        """Is there something to be read, or might be?"""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            text = os.read(self.master, 65536).decode()
        except OSError:  # how Linux says that the other side is closed
            return False
        self.screen.feed(text)
        return True

    def tell(self, verb, bar=0, n=0, words=""):
        """And wait until it is done; the terminal is read all along."""
        self.process.stdin.write(f"{verb} {bar} {n} {words}\n".encode())
        self.process.stdin.flush()
        while not select.select([self.process.stdout], [], [], 0)[0]:
            self.read(0.01)
        if not self.process.stdout.readline() and verb not in ("exit", "abort"):
            sys.exit(f"{verb}: it has ended, with {self.process.wait()}")

    def until(self, what, *lines):
        """Wait until exactly these lines, as regular expressions, stand there."""
        end = time.monotonic() + command.PATIENCE
        while not self.shows(lines):
            if time.monotonic() > end or not self.read(0.1):
                sys.exit(f"{what}: {self.screen.shown()!r}, not {lines!r}")

    def shows(self, lines):
        shown = self.screen.shown()
        return len(shown) == len(lines) and all(map(re.fullmatch, lines, shown))

    def end(self, status=0):
        self.process.stdin.close()
        while self.read(1):
            pass
        command.equal(self.process.wait(command.PATIENCE), status, "how it ends")
        self.process.stdout.close()
        os.close(self.master)


def build(folder):
    Program.path = os.path.join(folder, "progress_screen")
    words = [os.environ.get("TUTTI_CC", "cc"), "-std=gnu11", "-Wall", "-Wextra", "-Werror",
             f"-I{SUPPORT}/../../include", "-o", Program.path,
             f"{SUPPORT}/programs/progress_screen.c",
             "-L", command.BUILD, "-ltutti", f"-Wl,-rpath,{command.BUILD}"]
    if os.environ.get("TUTTI_SANITIZE"):
        words.append("-fsanitize=" + os.environ["TUTTI_SANITIZE"])
    subprocess.run(words, check=True)


TIMES = r"[\d.]+/\w+ \d+:\d\d(, [\d:]+ left)?"


def bar(label, full, count, cells=20):
    cell = r"\[" + "#" * full + r"\." * (cells - full) + r"\]"
    return rf"{label} +{full * 100 // cells}% {cell} {count} {TIMES}"


def several():
    """In the order of their creation, and what has ended above the others."""
    program = Program()
    program.tell("create", 0, 4, "one")
    program.until("the first", bar("one", 0, "0/4"))
    program.tell("create", 1, 4, "two")
    program.tell("create", 2, 0, "three")
    program.until("three", bar("one", 0, "0/4"), bar("two", 0, "0/4"), rf"three 0 {TIMES}")
    program.tell("add", 1, 4)
    program.tell("add", 0, 1)
    program.tell("add", 2, 7)
    program.until("counted", bar("one", 5, "1/4"), bar("two", 20, "4/4"), rf"three 7 {TIMES}")
    program.tell("free", 1)
    program.until("the second ends", bar("two", 20, "4/4"), bar("one", 5, "1/4"),
                  rf"three 7 {TIMES}")
    program.tell("create", 1, 2, "four")
    program.tell("free", 0)
    program.tell("free", 2)
    program.until("all but the last", bar("two", 20, "4/4"), bar("one", 5, "1/4"),
                  rf"three 7 {TIMES}", bar("four", 0, "0/2"))
    program.tell("free", 1)
    program.end()
    command.equal(program.screen.column, 0, "the cursor in the end")


def words():
    """Whoever says something: its line is whole, above the bars, and the bars go on below."""
    program = Program()
    program.tell("create", 0, 4, "one")
    program.tell("create", 1, 4, "two")
    program.tell("print", words="a line")
    both = bar("one", 0, "0/4"), bar("two", 0, "0/4")
    program.until("printed", "a line", *both)
    program.tell("report", words="a report")
    program.until("reported", "a line", "tutti: a report", *both)
    program.tell("print", words="w" * 100)  # wider than the terminal
    said = ["a line", "tutti: a report", "w" * 80, "w" * 20]
    program.until("long", *said, *both)
    program.tell("suspend")
    program.until("suspended", *said)
    program.tell("add", 0, 1)
    program.tell("part", words="half of")
    program.tell("foreign", words=", and the other")
    program.tell("print", words="printed meanwhile")
    said += ["half of, and the other", "printed meanwhile"]
    program.until("meanwhile", *said)
    program.tell("resume")
    program.until("resumed", *said, bar("one", 5, "1/4"), both[1])
    program.tell("foreign", words="unasked")
    program.until("who does not ask", *said, bar("one", 5, "1/4") + "unasked",
                  bar("one", 5, "1/4"), both[1])
    program.tell("free", 0)
    program.tell("free", 1)
    program.end()


def threads():
    program = Program(rows=10)
    program.tell("create", 0, 800, "lines")
    program.tell("create", 1, 1, "other")
    program.tell("threads")
    said = [f"thread {thread} says line {line}" for thread in range(8) for line in range(100)]
    while len(program.screen.shown()) < 802:
        program.read(1)
    shown = program.screen.shown()
    command.equal(sorted(shown[:800]), sorted(said), "lines of threads")
    program.until("all counted", *map(re.escape, shown[:800]), bar("lines", 20, "800/800"),
                  bar("other", 0, "0/1"))
    program.tell("free", 0)
    program.tell("free", 1)
    program.end()


def processes():
    program = Program()
    program.tell("create", 0, 100, "all")
    program.tell("fork", 0, 25)
    program.tell("fork", 0, 25)
    said = ["tutti: a word from the child"] * 2
    program.until("children", *said, bar("all", 10, "50/100"))
    program.tell("free", 0)
    program.until("in the end", *said, bar("all", 10, "50/100"))
    program.end()


def widths():
    program = Program()
    program.tell("create", 0, 1000, "files")
    program.tell("add", 0, 500)
    program.until("80 columns", bar("files", 10, "500/1000"))
    program.resize(200)
    program.until("200 columns", bar("files", 20, "500/1000", cells=40))
    program.resize(20)
    program.until("20 columns", "files  50% 500/1000")
    program.tell("free", 0)
    program.end()
    for columns in (20, 33, 80, 200):
        program = Program(columns=columns)
        program.tell("create", 0, 10 ** 9, "a label that is rather long")
        program.tell("create", 1, 10 ** 9, "another")
        program.tell("print", words="a line")
        program.tell("free", 1)
        program.tell("free", 0)
        program.end()
        shown = program.screen.shown()
        command.equal((len(shown), shown[0]), (3, "a line"), f"{columns} columns")


def utf8():
    program = Program(LC_ALL="de_DE.UTF-8")
    program.tell("create", 0, 160, "Dateien")
    program.tell("add", 0, 81)
    program.until("UTF-8", rf"Dateien  50% \[██████████▏         \] 81/160 {TIMES}")
    program.tell("free", 0)
    program.end()
    command.equal("█" in "".join(program.screen.shown()), True, "UTF-8 in the end")


def many():
    """As many as fit."""
    program = Program(rows=5)
    for i in range(10):
        program.tell("create", i, 10, f"bar{i}")
    program.tell("print", words="a line")
    program.until("many", "a line", *(bar(f"bar{i}", 0, "0/10") for i in range(4)))
    for i in range(10):
        program.tell("free", i)
    program.until("all of them", "a line", *(bar(f"bar{i}", 0, "0/10") for i in range(10)))
    program.end()


def ends():
    """However it ends: what is written next has a line of its own."""
    program = Program()
    program.tell("create", 0, 4, "one")
    program.tell("create", 1, 4, "two")
    program.tell("add", 0, 1)
    program.tell("exit")
    program.end()
    lines = [bar("one", 5, "1/4"), bar("two", 0, "0/4")]
    program.screen.feed("$ ")
    if not program.shows([*lines, r"\$"]):
        sys.exit(f"exit: {program.screen.shown()!r}")

    program = Program()
    program.tell("create", 0, 4, "one")
    program.tell("create", 1, 4, "two")
    program.until("before", bar("one", 0, "0/4"), bar("two", 0, "0/4"))
    program.process.send_signal(signal.SIGINT)
    program.end(-signal.SIGINT)
    program.screen.feed("\r$ ")
    if not program.shows([bar("one", 0, "0/4"), bar("two", 0, "0/4"), r"\$"]):
        sys.exit(f"an interrupt: {program.screen.shown()!r}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        build(folder)
        for part in (several, words, threads, processes, widths, utf8, many, ends):
            part()
    print("progress_screen: fine")


main()
