# SPDX-License-Identifier: MIT
"""What the tests of the command in Python share: the command, a module of jobs, a way to skip."""
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ["TUTTI_BUILD_DIR"]
TUTTI = os.path.join(BUILD, "tutti")
PATIENCE = 250  # seconds until a test gives up; never what it measures


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def need_command():
    if not os.access(TUTTI, os.X_OK):
        skip("the command was not built")


def build_module(directory, name, called=None, *flags):
    """Compile modules/NAME.c to directory/CALLED.so, as a user would, and return its path."""
    source = os.path.join(HERE, "modules", name + ".c")
    module = os.path.join(directory, (called or name) + ".so")
    compiler = os.environ.get("TUTTI_CC", "cc")
    subprocess.run([compiler, "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-fPIC",
                    "-shared", f"-I{HERE}/../../include", "-o", module, source, *flags], check=True)
    return module


def start(*arguments, **options):
    """Start tutti with pipes where nothing else is said, and not deaf to SIGINT."""
    for stream in ("stdin", "stdout", "stderr"):
        options.setdefault(stream, subprocess.PIPE)
    return subprocess.Popen([TUTTI, *arguments], **options,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


def run(*arguments, **options):
    """What looks for leaks dies itself if a thread is just ending (gcc 12): that is asked again."""
    for _ in range(5):
        got = subprocess.run([TUTTI, *arguments], capture_output=True, timeout=PATIENCE,
                             check=False, **options)
        if b"LeakSanitizer has encountered a fatal error" not in (got.stderr or b""):
            break
    return got


def run_on_a_terminal(width, *arguments, env):
    """Its text there, of 24 lines; it ends with 0."""
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    process = subprocess.Popen([TUTTI, *arguments], stdin=subprocess.DEVNULL, stdout=end, env=env)
    os.close(end)
    text = b""
    try:
        while True:
            text += os.read(terminal, 65536)
    except OSError:  # nobody writes there any more
        pass
    os.close(terminal)
    equal(process.wait(PATIENCE), 0, arguments)
    return text.decode().replace("\r\n", "\n")


def equal(got, want, what):
    if got != want:
        sys.exit(f"{what}: {got!r}, not {want!r}")
