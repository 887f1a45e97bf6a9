# SPDX-License-Identifier: MIT
"""The programs that run others. A stand-in for nslookup is found first, so no network is needed."""
import contextlib
import os
import sys
import tempfile

from run import Wrong, run, same, wrong_unless

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import certificates  # noqa: E402

ANSWER = """Server:\t\t192.168.19.4
Address:\t192.168.19.4#53

Non-authoritative answer:
www.python.org\tcanonical name = python.map.fastly.net.
Name:\tpython.map.fastly.net
Address: 199.27.79.223

"""
MAIL = """Server:\t\t192.168.19.4
Address:\t192.168.19.4#53

Non-authoritative answer:
python.org\tmail exchanger = 50 mail.python.org.

Authoritative answers can be found from:
mail.python.org\tinternet address = 82.94.164.166
mail.python.org\thas AAAA address 2001:888:2000:d::a6

"""
TLS = ["hello by TLSv1.3", "hello by TLSv1.3, resumed",
       "127.0.0.1: its certificate is not trusted: self-signed certificate: CN=localhost"]
QUESTION = "set q=mx\npython.org\nexit\n"


@contextlib.contextmanager
def stand_in(answer, exit_code=0, before=""):
    """An nslookup in the search path that notes what it was told and read; None: there is none."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.environ["PATH"]
        if answer is not None:
            script = os.path.join(folder, "nslookup")
            with open(os.path.join(folder, "answer"), "w", encoding="utf-8") as f:
                f.write(answer)
            with open(script, "w", encoding="utf-8") as f:
                f.write(f"#!/bin/sh\n{before}\necho \"$*\" > {folder}/told\n"
                        f"[ $# = 0 ] && /bin/cat > {folder}/read\n"
                        f"/bin/cat {folder}/answer\nexit {exit_code}\n")
            os.chmod(script, 0o755)
        os.environ["PATH"] = folder + (":" + path if answer is not None else "")
        try:
            yield folder
        finally:
            os.environ["PATH"] = path


def noted(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as f:
        return f.read()


# rows: D28
def p33_call_a_program(program):
    with stand_in(ANSWER) as folder:
        same(run(program).text, "$ nslookup www.python.org\n" + ANSWER + "Exit code: 0\n")
        same(noted(folder, "told"), "www.python.org\n")
    with stand_in(ANSWER, 1):
        same(run(program).lines[-1], "Exit code: 1")
    with stand_in(None):
        done = run(program, rc=1)
        same(done.text, "$ nslookup www.python.org\n")
        wrong_unless("'nslookup': No such file or directory" in done.err, done.err)


def p34_communicate(program):
    with stand_in(MAIL) as folder:
        same(run(program).text, "$ nslookup\n" + MAIL + "\nExit code: 0\n")
        same(noted(folder, "read"), QUESTION)
    with stand_in(None):
        done = run(program, rc=1)
        wrong_unless("'nslookup': No such file or directory" in done.err, done.err)


@contextlib.contextmanager
def localhost():
    """A certificate that nobody has signed, and its key."""
    if not certificates.can_be_made():
        print("skipped: there is no openssl command")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        yield certificates.make(folder, "localhost", "DNS:localhost,IP:127.0.0.1")


def tls_echo(program):
    with localhost() as pair:
        same(run(program, *pair).lines, TLS)
        same(run(program, rc=1).lines, [])


def interactive_child(program):
    lines = run(program).lines
    for name in "first", "second":
        same([line for line in lines if line.startswith(name)],
             [f"{name}: {n} * {n} = {n * n}" for n in (7, 8, 9)])
    if len(lines) != 6:
        raise Wrong(lines)
