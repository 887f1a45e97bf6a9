# SPDX-License-Identifier: MIT
"""What `tutti manager`, `worker`, `master` and `map --on tcp://` say and do: keys, addresses, ends,
and what goes wrong."""
import os
import re
import signal
import socket
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)
import machines  # noqa: E402

NO_KEY = ("a key is needed, by --authkey-file FILE, TUTTI_AUTHKEY or --authkey KEY; it must not be "
          "empty")


def says(pattern, status, *arguments, key=machines.KEY, **options):
    done = machines.run(*arguments, key=key, **options)
    said = done.stderr.decode()
    if not re.fullmatch(pattern, said) or done.returncode != status:
        sys.exit(f"{arguments}: {done.returncode} {said!r}, not {status} {pattern!r}")
    return done.stdout.decode()


def misused(words, *arguments, **options):
    says(rf"tutti: {arguments[0]}: {words}\nTry 'tutti {arguments[0]} --help'\.\n", 2, *arguments,
         **options)


def words():
    for name in ("manager", "worker", "master"):
        help_text = says("", 0, name, "--help")
        command.equal(help_text.startswith(f"usage: tutti {name} "), True, help_text)
        misused("unknown option '--nonsense'", name, "--nonsense")
        misused("option '--authkey' needs a value", name, "--authkey")
    misused("there is 'x'; a queue is named by --queue", "manager", "x")
    misused("--listen needs HOST:PORT, PORT or unix:PATH, with a port from 0 to 65535, not 'x'",
            "manager", "--listen", "x")
    misused("--queue needs NAME or NAME:MAX, with a number from 0 on, not 'a:b'", "manager",
            "--queue", "a:b")
    misused("'a b' is no name that Python could call", "manager", "--listen", "0", "--queue", "a b")
    misused("two would be served as 'a'", "manager", "--listen", "0", "--queue", "a", "--queue",
            "a:5")
    for name in ("worker", "master"):
        misused("which manager\\? tcp://HOST:PORT or unix:PATH", name)
        for place, fault in (("x", "it begins with neither"), ("tcp://h", "there is no port"),
                             ("tcp://h:", "there is no port"), ("tcp://:5", "there is no host"),
                             ("tcp://h:x", "a port is a number from 1 to 65535"),
                             ("tcp://h:0", "a port is a number from 1 to 65535"),
                             ("tcp://h:70000", "a port is a number from 1 to 65535"),
                             ("unix:", "there is no path"),
                             ("unix:" + 200 * "x", "the path is too long")):
            misused(f"a manager is at tcp://HOST:PORT or unix:PATH, not at '{place}': {fault}",
                    name, place)
    misused("--idle needs a time above 0, such as 0.5 or 2m, not '0'", "worker", "--idle", "0",
            "tcp://a:1")
    misused("--wait needs a time above 0, such as 0.5 or 2m, not 'x'", "worker", "--wait", "x",
            "tcp://a:1")
    misused("-j needs a number from 1 to 1024, not '0'", "worker", "-j", "0", "tcp://a:1")
    misused("one job, and there is 'c' too", "worker", "tcp://a:1", "b", "c")
    misused("--take and --give are for a JOB, which is not there", "worker", "tcp://a:1", "--take",
            "x")
    misused("no job called 'nonsense'; 'tutti jobs' names them", "worker", "tcp://a:1", "nonsense")
    misused("a key is for --on tcp://HOST:PORT or unix:PATH", "map", "--authkey", "x", "square",
            "1")


def keys(folder):
    for name, rest in (("manager", ["--listen", "0"]), ("manager", ["--listen", ":0"]),
                       ("worker", ["tcp://127.0.0.1:1"]), ("master", ["tcp://127.0.0.1:1"]),
                       ("map", ["--on", "tcp://127.0.0.1:1", "square", "1"])):
        misused(re.escape(NO_KEY), name, *rest, key=None)
        misused(re.escape(NO_KEY), name, *rest, key="")
    path = os.path.join(folder, "key")
    with open(path, "wb") as file:
        file.write(b"from a file\r\n")
    misused("--authkey and --authkey-file exclude each other", "master", "--authkey", "a",
            "--authkey-file", path, "tcp://a:1")
    misused(f"{path}x: No such file or directory", "master", "--authkey-file", path + "x",
            "tcp://a:1")
    with machines.Manager("--authkey-file", path, key="another") as m:
        says("", 0, "map", "--on", m.where, "--dry-run", "square", "1")
        says(f"tutti: map: {m.where}: the manager there has another key\n", 2, "map", "--on",
             m.where, "square", "1")
        with machines.Program("worker", m.where, key="from a file") as worker:
            said = (r"tutti: map: everybody on this machine can see --authkey KEY, with ps; "
                    r"--authkey-file and TUTTI_AUTHKEY are not seen\n")
            out = says(said, 0, "map", "--on", m.where, "--authkey", "from a file", "square", "7")
            command.equal(out, "7 * 7 = 49\n", "with the key")
            m.signal(signal.SIGINT)
            m.ends()
            worker.ends()
            worker.says(": the manager has shut down\n")
    with open(path, "wb") as file:
        file.write(b"a\0b")
    misused(f"{path}: a key has at most 4096 bytes, none of them zero", "manager", "--authkey-file",
            path)


def places(folder):
    path = os.path.join(folder, "socket")
    with machines.Manager(listen="unix:" + path) as m:
        command.equal(m.where, "unix:" + path, "where it is")
        with machines.Program("worker", m.where, "square"):
            command.equal(says("", 0, "master", m.where, "3"), "3 * 3 = 9\n", "by a socket file")
            command.equal(says("", 0, "map", "--on", m.where, "square", "4"), "4 * 4 = 16\n",
                          "map by a socket file")
            out = says("", 0, "master", m.where, "-5", "--timeout", "300", "6", "--", "-7")
            command.equal(out, "-5 * -5 = 25\n6 * 6 = 36\n-7 * -7 = 49\n", "options between")
        says(rf"tutti: manager: unix:{path}: .*\n", 1, "manager", "--listen", "unix:" + path)
        m.signal(signal.SIGTERM)
        m.ends()
    command.equal(os.path.exists(path), False, "the socket file is there")
    for name, rest in (("worker", []), ("master", ["1"])):
        says("tutti: " + name + r": tcp://127\.0\.0\.1:1: no manager listens there\n", 1, name,
             "tcp://127.0.0.1:1", *rest)
    says(r"tutti: map: tcp://127\.0\.0\.1:1: no manager listens there\n", 2, "map", "--on",
         "tcp://127.0.0.1:1", "square", "1")


def nobody_there():
    """A host that there is not, by a name that no resolver asks for; who listens, and is silent."""
    name = 64 * "x"
    for arguments in (("map", "--on", f"tcp://{name}:1", "square", "1"),
                      ("worker", f"tcp://{name}:1"), ("master", f"tcp://{name}:1", "1"),
                      ("manager", "--listen", f"{name}:1"), ("serve", "--listen", f"{name}:1")):
        says(rf"tutti: {arguments[0]}: (tcp://)?{name}:1: no such host\n",
             2 if arguments[0] == "map" else 1, *arguments)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = "tcp://127.0.0.1:%d" % silent.getsockname()[1]
        says(f"tutti: worker: {where}: whoever listens there does not answer\n", 1, "worker",
             "--wait", "0.2", where)
        says("", 0, "worker", "--retry", "--idle", "0.2", where)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = "tcp://127.0.0.1:%d" % silent.getsockname()[1]
        with machines.Program("map", "--on", where, "square", "1") as mapping, silent.accept()[0]:
            mapping.signal(signal.SIGINT)
            mapping.ends(130)
            command.equal(mapping.said(), "", "interrupted")


def offered(module):
    """Without JOB a worker takes those that `tutti map` knows, and none that the command has."""
    listed = command.run("jobs").stdout.decode()
    known = {line.split()[0] for line in listed.splitlines()}
    with machines.Manager() as m, machines.Program("worker", m.where) as worker:
        says("", 0, "map", "--on", m.where, "square", "8")
        with machines.Program("map", "--on", m.where, module + ":deadly", "x") as mapping:
            offer = mapping.says(r"the job 'deadly', .*; they offer (.*)\n")[1]
            command.equal(set(offer.split(", ")), known, "what it offers")
            mapping.signal(signal.SIGINT)
            mapping.ends(130)
        m.signal(signal.SIGTERM)
        m.ends()
        worker.ends()


def queues():
    with machines.Manager("--queue", "a:2", "--queue", "b") as m:
        command.equal(m.printed(), f"serving a, b, get_jobs at {m.where}\n", "it serves")
        says(f"tutti: master: {m.where}: the manager there serves no get_task_queue\n", 1, "master",
             m.where)
        says(f"tutti: worker: {m.where}: the manager there serves no x\n", 1, "worker", m.where,
             "--take", "x", "square")
        with machines.Program("worker", m.where, "--take", "a", "--give", "b", "square"):
            out = says("", 0, "master", "--give", "a", "--take", "b", m.where,
                       input=b"".join(b"%d\n" % n for n in range(100)))
            command.equal(out, "".join(f"{n} * {n} = {n * n}\n" for n in range(100)), "results")


def ends():
    with machines.Manager("--keep-running") as m:
        with machines.Program("worker", m.where, "--idle", "0.2", "square") as worker:
            command.equal(worker.ends(), "task queue is empty.\nworker exit.\n", "idle")
            command.equal(worker.said(), "", "and says")
        with machines.Program("worker", m.where, "--idle", "0.2", "-j", "3") as worker:
            command.equal(worker.ends(), "worker exit.\n", "idle without a queue")
        with machines.Program("worker", m.where) as worker:
            says("", 0, "map", "--on", m.where, "square", "2")
            worker.signal(signal.SIGINT)
            command.equal(worker.ends(130), "worker exit.\n", "interrupted")
        says("tutti: master: no result for too long; 0 of 1 came. Is there a worker\\?\n", 1,
             "master", "--timeout", "0.2", m.where, "1")
        says(rf"tutti: master: {m.where}: the manager could not be shut down\n", 0, "master",
             "--shutdown", m.where, stdin=None, input=b"")
        m.signal(signal.SIGTERM)
        m.ends()


def large_ones(m):
    with machines.Program("worker", m.where):
        large = b"9" * (1 << 20)
        out = machines.run("map", "--on", m.where, "--keep-going", "square",
                           input=b"\n".join([large] * 20) + b"\n2\n")
        command.equal((out.returncode, out.stdout), (1, b"2 * 2 = 4\n"), "large ones")
        command.equal(out.stderr.count(b"not a whole number"), 20, "are none")


def deadly(m, module):
    """A job that ends its worker takes no other along, and itself the third time."""
    workers = [machines.Program("worker", m.where, module + ":deadly") for _ in range(3)]
    others = machines.Program("worker", m.where)
    early = f"(tutti: {m.where}: no worker that is there takes the job '[^\n]*\n)?"
    says(f"{early}tutti: map: {module}:deadly: x: every worker that had it has gone\n", 1, "map",
         "--on", m.where, module + ":deadly", "x")
    for worker in workers:
        worker.ends(-signal.SIGKILL)
        worker.__exit__()
    command.equal(says("", 0, "map", "--on", m.where, "square", "8"), "8 * 8 = 64\n", "others")
    others.__exit__()


def main():
    machines.need_machines()
    with tempfile.TemporaryDirectory() as folder:
        module = command.build_module(folder, "machine_jobs")
        words()
        keys(folder)
        places(folder)
        nobody_there()
        queues()
        ends()
        offered(module)
        with machines.Manager() as m:
            deadly(m, module)
            deadly(m, module)
            large_ones(m)


main()
